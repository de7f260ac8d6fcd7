"""Load: dimensions and facts of changed groups into the warehouse, in the run's one transaction."""
