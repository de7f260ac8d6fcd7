"""Baseline: every table of the first release, from the frozen script beside this file.

The script was written by ``python -m warehouse.baseline`` from the models; it is part of a release and
does not follow them afterwards.
"""

from __future__ import annotations

from warehouse.migrations.script import run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create schemas, tables and comments; on PostgreSQL also the unique indexes."""
    run_script("0001_baseline.sql")
    run_script("0001_baseline.postgresql.sql", only="postgresql")
