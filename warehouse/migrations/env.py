"""Alembic runs this file; the connection is handed over by :func:`warehouse.migrate.upgrade`."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="ops",
    version_table_pk=False,  # one row; on DuckDB an index would refuse to have its key replaced
)
with context.begin_transaction():
    context.run_migrations()
