"""Alembic's migrations of the warehouse: one chain for both engines. Applied by :mod:`warehouse.migrate`."""
