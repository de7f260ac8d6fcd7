"""What things mean: columns, tables, configuration models, indicators, errors. Imports nothing of ours."""
