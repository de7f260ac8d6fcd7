"""Running an SQL script inside a migration."""

from __future__ import annotations

from importlib import resources


def run_script(name: str, *, only: str | None = None) -> None:
    """Run a script of ``versions/``, one statement after the other; ``only`` names the engine it is for.

    A statement ends with a semicolon at the end of its line.
    """
    from alembic import op

    connection = op.get_bind()
    if only is not None and connection.dialect.name != only:
        return
    text = resources.files("warehouse.migrations.versions").joinpath(name).read_text("utf-8")
    verbatim = connection.execution_options(no_parameters=True)  # else a percent sign asks for a parameter
    for statement in text.split(";\n"):
        if statement.strip():
            verbatim.exec_driver_sql(statement)
