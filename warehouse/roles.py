"""PostgreSQL roles: researchers read the schema ``research`` and nothing else, also of tables made later; who
studies members' rows under an agreement reads the schema ``enclave`` and nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from schemas.errors import ConfigurationError
from warehouse.engine import database_file, libpq_arguments, parse_url, typed_errors
from warehouse.tables import SCHEMAS

if TYPE_CHECKING:
    import psycopg
    import sqlalchemy as sa

#: Group roles without a login; a researcher's login is made a member of one.
RESEARCH_ROLE = "solidarity_research"
#: Of those who study members' rows under an agreement of their own.
ENCLAVE_ROLE = "solidarity_enclave"
_READERS = {RESEARCH_ROLE: "research", ENCLAVE_ROLE: "enclave"}


def role_exists(connection: psycopg.Connection[Any], role: str = RESEARCH_ROLE) -> bool:
    """Whether the server knows a role."""
    query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
    return connection.execute(query, (role,)).fetchone() is not None


def grant_research(url: str | sa.URL) -> bool:
    """Create the roles and set their rights on this database; harmless when repeated.

    Returns:
        Whether the roles are in force. False on DuckDB, which has no roles, and where this login may not
        create roles and nobody has created it.
    """
    import psycopg

    parsed = parse_url(url)
    if database_file(parsed) is not None:
        return False
    with typed_errors("granting rights"), psycopg.connect(**libpq_arguments(parsed)) as connection:
        created = [_created(connection, role) for role in _READERS]
        if not all(created):
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


def _created(connection: psycopg.Connection[Any], role: str) -> bool:
    import psycopg

    if role_exists(connection, role):
        return True
    # Roles belong to the server, not to the database: another session may be creating it right now.
    raced = (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject)
    with suppress(psycopg.errors.InsufficientPrivilege, *raced), connection.transaction():
        connection.execute(f"CREATE ROLE {role} NOLOGIN".encode())
    return role_exists(connection, role)


def _grants() -> list[bytes]:
    everybody = ", ".join(_READERS)
    statements = []
    for schema in SCHEMAS:
        statements.append(f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {everybody}")
        statements.append(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {everybody}")
    for role, schema in _READERS.items():
        statements += [
            f"GRANT USAGE ON SCHEMA {schema} TO {role}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
        ]
    return [statement.encode() for statement in statements]
