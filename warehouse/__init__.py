"""Where: engines, tables, migrations, queries, the vault, reference data."""
