"""How: one stage of the way of the data a module or folder; pure functions, thin Prefect tasks."""
