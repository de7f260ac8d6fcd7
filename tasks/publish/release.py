"""A release: an immutable folder with the research tables of one snapshot in several formats.

Everything but the DuckDB file is the same bytes for the same content on every machine; the DuckDB file
is the same for the same version of DuckDB, and holds what the Parquet files hold.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl
import pyreadstat

from schemas.config import Study
from schemas.errors import ConfigurationError, SolidarityError
from schemas.tables import TABLES, Table, in_schema
from tasks.publish import codebook
from tasks.publish.twin import twin
from tasks.snapshot.manifest import Manifest
from warehouse.duckdb_backend import QUIET

CHECKSUMS = "checksums.sha256"
DATABASE = "research.duckdb"
PUBLIC_SUFFIX = "-public"
PUBLIC_NOTE = """
## Public release

Counts are multiples of 5, shares are those of the rounded counts, intervals are widened to a coarse grid, other
figures keep two digits. Groups below 30 members present, and small cells by tighter limits, are suppressed.
Companions, vintages and revisions are left out: their tables are empty. For exact figures ask the controller for
the research release.
"""
_SQL_TYPES = {
    pl.Int64(): "BIGINT",
    pl.Int32(): "INTEGER",
    pl.Float64(): "DOUBLE",
    pl.String(): "VARCHAR",
    pl.Boolean(): "BOOLEAN",
    pl.Date(): "DATE",
}
_STATA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")
_STATA_VERSION = 14  # format 118: Unicode, read by every Stata since 14
_STATA_STAMP = re.compile(rb"<timestamp>\x11.{17}</timestamp>")
#: Written into every Stata file: the standard has no empty stamp, and the time of writing is no content.
_FIXED_STAMP = b"<timestamp>\x1101 Jan 2000 00:00</timestamp>"
_LABEL_LENGTH = 80


class ReleaseDamaged(SolidarityError):
    """A release does not hold what its checksums say."""

    code = "release_damaged"


class ReleaseExists(SolidarityError):
    """A release of this snapshot exists and differs; releases are never overwritten."""

    code = "release_exists"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _create_statements(table: Table) -> list[str]:
    columns = ", ".join(
        f'"{column.name}" {_SQL_TYPES[column.field.dtype]}{"" if column.nullable else " NOT NULL"}'
        for column in table.columns
    )
    comments = [
        f'COMMENT ON COLUMN "{table.name}"."{column.name}" IS {_quoted(column.field.meaning)}'
        for column in table.columns
    ]
    return [
        f'CREATE TABLE "{table.name}" ({columns})',
        f'COMMENT ON TABLE "{table.name}" IS {_quoted(table.grain)}',
        *comments,
    ]


def write_duckdb(path: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """One DuckDB file with the research tables and nothing else.

    They stand in the file's main schema: opened, the file is the catalogue ``research``, so that
    ``research.indicator`` means the same here as in the warehouse. One thread and no compression (whose
    spare bits DuckDB leaves to chance), so that equal tables give equal bytes.
    """
    with duckdb.connect(str(path), config={"threads": 1}) as connection:
        connection.execute(QUIET)
        connection.execute("SET force_compression = 'uncompressed'")
        for name, frame in sorted(tables.items()):
            for statement in _create_statements(TABLES[name]):
                connection.execute(statement)
            connection.register("_rows", frame.to_arrow())
            connection.execute(f'INSERT INTO "{TABLES[name].name}" SELECT * FROM _rows')
            connection.unregister("_rows")
        connection.execute("CHECKPOINT")


def write_stata(path: Path, table: Table, frame: pl.DataFrame) -> None:
    """One Stata file: missing is ``.``, booleans are 0 and 1, columns carry their meaning as label."""
    unfit = [name for name in frame.columns if not _STATA_NAME.fullmatch(name)]
    if unfit:
        raise ValueError(f"Stata cannot name these columns: {unfit}")
    labels = [column.field.meaning[:_LABEL_LENGTH] for column in table.columns]
    numeric = frame.with_columns(pl.col(pl.Boolean).cast(pl.Int32))
    pyreadstat.write_dta(
        numeric,
        str(path),
        file_label=table.grain[:_LABEL_LENGTH],
        column_labels=labels,
        version=_STATA_VERSION,
    )
    stamped, n_stamps = _STATA_STAMP.subn(_FIXED_STAMP, path.read_bytes(), count=1)
    if n_stamps != 1:
        raise ValueError("a Stata file without its time stamp")
    path.write_bytes(stamped)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)


def _checksums(folder: Path) -> dict[str, str]:
    """Relative path -> SHA-256 of every file but the list itself."""
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in _files(folder)}


def _stored_checksums(folder: Path) -> dict[str, str]:
    listed = folder / CHECKSUMS
    if not listed.is_file():
        raise ReleaseDamaged("the list of checksums is missing", next_step="write the release again")
    pairs = (line.split("  ", 1) for line in listed.read_text(encoding="utf-8").splitlines())
    return {name: checksum for checksum, name in pairs}


def verify_release(folder: Path) -> int:
    """Check that a release holds exactly what its checksums say; returns the number of files.

    Raises:
        ReleaseDamaged: with counts of missing, changed and foreign files.
    """
    stored, found = _stored_checksums(folder), _checksums(folder)
    missing = len(stored.keys() - found.keys())
    foreign = len(found.keys() - stored.keys())
    changed = sum(found[name] != stored[name] for name in stored.keys() & found.keys())
    if missing or foreign or changed:
        raise ReleaseDamaged(
            "files differ from their checksums",
            next_step="take the release from a backup, or write it again",
            missing=missing,
            foreign=foreign,
            changed=changed,
        )
    return len(stored)


def _write_tables(folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """All formats of all tables."""
    for name in ("parquet", "stata", "enclave_twin"):
        (folder / name).mkdir()
    for name, frame in twin().items():
        frame.write_parquet(folder / "enclave_twin" / f"{TABLES[name].name}.parquet", compression="zstd")
    write_duckdb(folder / DATABASE, tables)
    for name, frame in sorted(tables.items()):
        table = TABLES[name]
        frame.write_parquet(folder / "parquet" / f"{table.name}.parquet", compression="zstd", statistics=True)
        write_stata(folder / "stata" / f"{table.name}.dta", table, frame)


def _same_content(folder: Path, other: Path) -> bool:
    """Whether two releases hold the same; the DuckDB file counts by its tables, which Parquet holds too."""
    first, second = _stored_checksums(folder), _stored_checksums(other)
    return {**first, DATABASE: ""} == {**second, DATABASE: ""}


def _research_only(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Exactly the research tables, conforming and sorted by key; anything else is a fault of the caller."""
    declared = {table.qualified: table for table in in_schema("research")}
    if set(tables) != set(declared):
        raise ValueError("a release holds the research tables, all of them and nothing else")
    return {name: table.conform(tables[name]).sort(table.key) for name, table in declared.items()}


def release_name(snapshot_id: str, *, is_public: bool) -> str:
    """Name of a release's folder."""
    return f"{snapshot_id}{PUBLIC_SUFFIX if is_public else ''}"


def write_release(
    releases: Path,
    tables: Mapping[str, pl.DataFrame],
    *,
    manifest: Manifest,
    study: Study | None,
    report_html: str,
    is_public: bool = False,
) -> Path:
    """Write ``releases/<snapshot_id>/`` (``…-public/``) whole or not at all; a release that exists unchanged is left.

    Args:
        releases: the folder of all releases; made if missing.
        tables: every research table by qualified name, as published.
        manifest: of the snapshot.
        study: who answers for the data.
        report_html: the report.
        is_public: the tables are those of a public release, which stands beside the other one.

    Raises:
        ConfigurationError: there is no ``[study]`` to answer for the data.
        ReleaseExists: the snapshot was released with other content.
        ReleaseDamaged: the release exists and does not hold what its checksums say.
    """
    if study is None:
        raise ConfigurationError(
            "a release needs a [study] that answers for the data", next_step="add it to groups.toml"
        )
    complete = _research_only(tables)
    releases.mkdir(parents=True, exist_ok=True)
    target = releases / release_name(manifest.snapshot_id, is_public=is_public)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=releases))
    try:
        draft.chmod(0o755)
        _write_tables(draft, complete)
        texts = {
            "report.html": report_html,
            "codebook.csv": codebook.codebook_csv(complete["research.dictionary"]),
            "codebook.md": codebook.codebook_md(complete["research.dictionary"]),
            "datapackage.json": codebook.datapackage_json(manifest, study),
            "CITATION.cff": codebook.citation_cff(manifest, study),
            "README.md": codebook.readme_md(manifest, study) + (PUBLIC_NOTE if is_public else ""),
            "manifest.json": manifest.canonical_json() + "\n",
        }
        for name, text in texts.items():
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
        listed = "".join(f"{checksum}  {name}\n" for name, checksum in sorted(_checksums(draft).items()))
        (draft / CHECKSUMS).write_text(listed, encoding="utf-8", newline="\n")
        if target.exists():
            verify_release(target)
            if not _same_content(target, draft):
                raise ReleaseExists(
                    "this snapshot was released with other content", next_step="releases never change"
                )
        else:
            _publish(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _publish(draft: Path, target: Path) -> None:
    """Flush the files to disk, then let the folder appear under its name in one step."""
    for path in [*_files(draft), draft / CHECKSUMS]:
        with path.open("rb") as file:
            os.fsync(file.fileno())
    draft.rename(target)
