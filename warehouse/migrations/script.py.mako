"""${message}.

Both engines run this script. DuckDB cannot add or drop a constraint, nor add a column that is NOT NULL:
make a new table, copy, drop the old one, rename.
"""

from __future__ import annotations

from alembic import op

${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
