"""PostgreSQL roles: researchers read the schema ``research`` and nothing else, also of tables made later."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from schemas.errors import ConfigurationError
from warehouse.engine import database_file, libpq_arguments, parse_url, typed_errors

if TYPE_CHECKING:
    import psycopg
    import sqlalchemy as sa

#: A group role without a login; a researcher's login is made a member of it.
RESEARCH_ROLE = "solidarity_research"


def role_exists(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server knows the researchers' role."""
    query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
    return connection.execute(query, (RESEARCH_ROLE,)).fetchone() is not None


def grant_research(url: str | sa.URL) -> bool:
    """Create the role and set its rights on this database; harmless when repeated.

    Returns:
        Whether the role is in force. False on DuckDB, which has no roles, and where this login may not
        create roles and nobody has created it.
    """
    import psycopg

    parsed = parse_url(url)
    if database_file(parsed) is not None:
        return False
    with typed_errors("granting rights"), psycopg.connect(**libpq_arguments(parsed)) as connection:
        if not _created(connection):
            return False
        try:
            for statement in _grants():
                connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            raise ConfigurationError(
                "this login may not grant rights on the warehouse",
                next_step="run `solidarity migrate` as the owner of its schemas",
            ) from None
    return True


def _created(connection: psycopg.Connection[Any]) -> bool:
    import psycopg

    if role_exists(connection):
        return True
    # Roles belong to the server, not to the database: another session may be creating it right now.
    raced = (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject)
    with suppress(psycopg.errors.InsufficientPrivilege, *raced), connection.transaction():
        connection.execute(f"CREATE ROLE {RESEARCH_ROLE} NOLOGIN")
    return role_exists(connection)


def _grants() -> list[bytes]:
    role = RESEARCH_ROLE
    statements = []
    for schema in ("ops", "core"):
        statements.append(f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {role}")
        statements.append(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role}")
    statements += [
        f"GRANT USAGE ON SCHEMA research TO {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA research FROM PUBLIC, {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA research TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA research GRANT SELECT ON TABLES TO {role}",
    ]
    return [statement.encode() for statement in statements]
