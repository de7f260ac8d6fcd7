"""The proof of an erasure: every byte and every text column of a home and its warehouse, searched for a person.

Columns are compressed, so bytes alone prove nothing: tables and databases are opened as well, and what the vault
has encrypted is decrypted first.
"""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from warehouse.duckdb_backend import QUIET
from warehouse.engine import Warehouse, database_file, parse_url

if TYPE_CHECKING:
    from warehouse.workspace import Workspace

#: What curators hold, what a simulator wrote, what a restore erases anew.
NOT_SEARCHED = ("landing", "truth", "backups")
_BETWEEN_DIGITS = r"[\s().+\-\u00a0\u2010-\u2015\u202f]"
#: Bytes are read in pieces that overlap by more than the longest needle.
_PIECE, _OVERLAP = 1 << 24, 1 << 12
_SHORTEST_IN_BYTES = 6


@dataclass(frozen=True)
class Needles:
    """What must not be found: texts and names anywhere; single words of names as words of their own, lest half
    of another word alarms; digits, whatever stands between them. Case does not matter.
    """

    texts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    digits: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts) + len(self.words) + len(self.digits)

    def in_texts(self, texts: pl.Series) -> bool:
        """Whether any stands in a column of texts."""
        column = texts.drop_nulls()
        if column.is_empty():
            return False
        if self.texts and column.str.contains_any(list(self.texts), ascii_case_insensitive=True).any():
            return True
        if self.words:
            hits = column.filter(column.str.contains_any(list(self.words), ascii_case_insensitive=True))
            words = "|".join(map(re.escape, self.words))
            if hits.str.contains(rf"(?i)(?:^|[^\pL\pN])(?:{words})(?:$|[^\pL\pN])").any():
                return True
        numbered = (
            column.filter(column.str.contains(r"[0-9][^\n]*[0-9]{2}")) if self.digits else column.clear()
        )
        bare = numbered.str.replace_all(_BETWEEN_DIGITS, "")
        return bool(self.digits and bare.str.contains_any(list(self.digits)).any())

    def in_bytes(self, content: bytes) -> bool:
        """Whether any stands in raw bytes, in UTF-8; what is so short that chance writes it is left out."""
        as_bytes = Needles(
            tuple(_as_latin(text) for text in self.texts if len(text) >= _SHORTEST_IN_BYTES),
            tuple(_as_latin(word) for word in self.words if len(word) >= _SHORTEST_IN_BYTES),
            self.digits,
        )
        return any(
            as_bytes.in_texts(pl.Series([content[at : at + _PIECE + _OVERLAP].decode("latin-1")]))
            for at in range(0, max(len(content), 1), _PIECE)
        )


def _as_latin(text: str) -> str:
    """UTF-8 bytes, each as the character that Latin-1 reads it as."""
    return text.encode().decode("latin-1")


def search(workspace: Workspace, needles: Needles) -> tuple[int, list[str]]:
    """Look for a person everywhere but in :data:`NOT_SEARCHED`.

    Returns:
        How many files and tables were searched, and where something was found: paths within the home, tables.
    """
    n, found = 0, []
    for path in sorted(workspace.home.rglob("*")):
        relative = path.relative_to(workspace.home)
        if not path.is_file() or path.is_symlink() or relative.parts[0] in NOT_SEARCHED:
            continue
        n += 1
        content = path.read_bytes()
        if relative.parts[0] == "vault":
            content = workspace.vault.opened(content)
        if (
            needles.in_texts(pl.Series([relative.as_posix()]))
            or needles.in_bytes(content)
            or any(needles.in_texts(column) for column in _columns_of(path, content))
        ):
            found.append(relative.as_posix())
    if database_file(parse_url(workspace.settings.database_url)) is None:
        tables = list(_tables(Warehouse(workspace.settings.database_url)))
        n += len(tables)
        found += [name for name, frame in tables if any(map(needles.in_texts, _text_columns(frame)))]
    return n, found


def _tables(warehouse: Warehouse) -> Iterator[tuple[str, pl.DataFrame]]:
    from tasks.rights.registry import tables_there

    for name in tables_there(warehouse):
        yield name, warehouse.read(f"SELECT * FROM {name}")


def _columns_of(path: Path, content: bytes) -> Iterator[pl.Series]:
    """Columns of a database or table file as text; members of an archive; nothing of other files."""
    if content[8:12] == b"DUCK":
        yield from _duckdb(path)
    elif content.startswith(b"SQLite format 3"):
        yield from _sqlite(path)
    elif content.startswith(b"PAR1"):
        yield from _text_columns(pl.read_parquet(io.BytesIO(content)))
    elif content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield pl.Series([name, archive.read(name).decode("latin-1")])
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
            return  # its bytes were searched


def _text_columns(frame: pl.DataFrame) -> Iterator[pl.Series]:
    for name in frame.columns:
        column = frame[name]
        while isinstance(column.dtype, pl.List):
            column = column.explode()
        yield column.cast(pl.String, strict=False).unique()


def _duckdb(path: Path) -> Iterator[pl.Series]:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute(QUIET)
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        for schema, table in tables:
            yield from _text_columns(connection.execute(f'SELECT * FROM "{schema}"."{table}"').pl())


def _sqlite(path: Path) -> Iterator[pl.Series]:
    """A copy is read, with what its write-ahead log holds."""
    with tempfile.TemporaryDirectory() as folder:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        connection = sqlite3.connect(Path(folder) / path.name)
        connection.text_factory = lambda content: content.decode("utf-8", "replace")
        try:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in names:
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    texts = [
                        value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                        for value in row
                        if isinstance(value, str | bytes)
                    ]
                    if texts:
                        yield pl.Series(texts, dtype=pl.String)
        finally:
            connection.close()
