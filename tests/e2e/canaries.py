"""A landing folder with names, numbers and texts that must stay inside, and a search that would find them.

Bytes alone prove nothing, since columns are compressed: every text column of every database and table file
is read as well.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tasks.simulate import Community, truth

PHONE = "+6281298431775"
#: Words planted by :func:`plant`; each stands in landing, none of them anywhere in our code.
WORDS = (
    "wartabone",  # a roster's name, also a sender and on a list
    "kanarikalimat",  # said
    "kanarijudul",  # title of a list
    "kanaripeserta",  # stands on a list, on no roster
    "kanarisubjek",  # the chat's subject, not the group's declared name
    "kanaripanggilan",  # a name somebody gives himself
    "kanaritambahan",  # added by a system line
    "kanarilampiran",  # an attachment's name
    "kanaritautan",  # a link
    "kanarikota",  # typed into the roster's columns
    "kanarikampus",
    "kanarijurusan",
    "kanaripetugas",
    "kanari-77",  # a member number
    "kanarieksportir",  # names the exporter in groups.toml and in file names
    "kanariberkas",  # stands in file names
)
_BLOCK = """{at} - Zulkifli Wartabone: kanarikalimat saya soal utang keluarga
{at} - ~\u202fKanaripanggilan: hadir kanarikalimat
{at} - +62 812-9843-1775: nomor 0812 9843 1775 masih kanarikalimat aktif
{at} - Zulkifli Wartabone: *Donasi Kanarijudul Bakti*
1. Zulkifli Wartabone 50rb
2. Kanaripeserta Kedua 75rb
3. Kanaripeserta Ketiga 20rb
{at} - Zulkifli Wartabone: Kanarilampiran.vcf (file terlampir)
{at} - Zulkifli Wartabone: cek https://kanaritautan.example/x @6281298431775
{at} - Zulkifli Wartabone menambahkan Kanaritambahan Baru
{at} - Zulkifli Wartabone mengubah subjek dari "Kamaliyah Bandung" menjadi "Kanarisubjek Rahasia"
"""


def plant(landing: Path, stash: Path) -> None:
    """Plant every canary in a landing folder that one Indonesian Android phone and a CSV roster fill.

    Exports but the first are moved to ``stash``, to be handed in later.
    """
    toml = landing / "groups.toml"
    toml.write_text(toml.read_text("utf-8").replace("siti", "kanarieksportir"), "utf-8")
    exports = sorted(landing.glob("*/exports/*.txt"))
    lines = exports[0].read_text("utf-8").split("\n")
    anchor = [line for line in lines if re.match(r"\d\d/\d\d/\d{4} \d\d\.\d\d - [^:]+: ", line)][-3]
    block = _BLOCK.format(at=anchor[:16])
    stash.mkdir()
    for number, export in enumerate(exports):
        text = export.read_text("utf-8").replace(f"{anchor}\n", f"{anchor}\n{block}")
        assert block in text
        export.unlink()
        name = export.name.replace("siti", "kanarieksportir kanariberkas").replace(
            "Kamaliyah", "Kanarisubjek"
        )
        (export.parent if number == 0 else stash).joinpath(name).write_text(text, "utf-8")
    for roster in landing.glob("*/rosters/*.csv"):
        head, *rows = roster.read_text("utf-8").splitlines()
        known = {
            "No Anggota": "KANARI-77", "Nama": "Zulkifli Wartabone", "No HP": "0812-9843-1775",
            "Angkatan": "2017", "Asal Daerah": "Kanarikota", "Domisili": "Kanarikota", "Kampus": "Kanarikampus",
            "Jurusan": "Kanarijurusan", "Jabatan": "Kanaripetugas", "Di Grup": "ya",
        }  # fmt: skip
        rows.append(",".join(known.get(column, "") for column in head.split(",")))
        roster.unlink()
        roster.with_name(f"kanariberkas-{roster.name}").write_text("\n".join([head, *rows]), "utf-8")
    (exports[0].parent / "kanariberkas rusak.zip").write_bytes(b"PK\x03\x04 no archive")


@dataclass(frozen=True)
class Needles:
    """What must not be found: words and texts anywhere, digits of numbers whatever stands between them."""

    texts: tuple[str, ...]
    digits: tuple[str, ...]

    @classmethod
    def of(cls, community: Community) -> Needles:
        """The planted canaries, and every name, number and longer text of the simulated people."""
        frames = truth(community)
        people = frames["members"]
        phones = {PHONE, *people["phone"], *people["new_phone"].drop_nulls()}
        said = frames["messages"]["text"].drop_nulls()
        long = {text for text in said if len(text) >= 25 and "\n" not in text and "\u2068" not in text}
        return cls(
            texts=(*WORDS, *sorted(people["name"]), *sorted(long)),
            digits=tuple(sorted(phone.removeprefix("+62") for phone in phones)),
        )

    def in_texts(self, texts: pl.Series) -> set[str]:
        """The needles that stand in a column of texts."""
        texts = texts.drop_nulls().unique()
        found: set[str] = set()
        bare = texts.str.replace_all(r"[\s().+‐-―\-]", "")
        for column, needles in ((texts, self.texts), (bare, self.digits)):
            if column.str.contains_any(list(needles), ascii_case_insensitive=True).any():
                hits = column.str.extract_many(list(needles), ascii_case_insensitive=True)
                found |= {hit.lower() for hit in hits.explode().drop_nulls()}
        return found

    def in_bytes(self, content: bytes) -> set[str]:
        """The needles that stand in raw bytes, in UTF-8."""
        as_bytes = Needles(tuple(text.encode().decode("latin-1") for text in self.texts), self.digits)
        return as_bytes.in_texts(pl.Series([content.decode("latin-1")]))


def leaks(folder: Path, needles: Needles, but: Iterable[str] = ()) -> dict[str, set[str]]:
    """Where needles stand under ``folder``: relative path, with table and column -> needles found."""
    found: dict[str, set[str]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        relative = path.relative_to(folder).as_posix()
        if not relative.startswith(tuple(but)):
            places = {relative: needles.in_texts(pl.Series([relative])) | needles.in_bytes(path.read_bytes())}
            for where, column in columns_of(path):
                places[f"{relative}: {where}"] = needles.in_texts(column)
            found |= {place: hits for place, hits in places.items() if hits}
    return found


def columns_of(path: Path) -> Iterator[tuple[str, pl.Series]]:
    """Every column of a database or table file as text, by table and column; nothing of other files."""
    head = path.read_bytes()[:16]
    if head[8:12] == b"DUCK":
        yield from _duckdb(path)
    elif head.startswith(b"SQLite format 3"):
        yield from _sqlite(path)
    elif head.startswith(b"PAR1"):
        yield from _columns(path.stem, pl.read_parquet(path))
    elif head.startswith(b"<stata_dta>"):
        import pyreadstat

        yield from _columns(path.stem, pyreadstat.read_dta(str(path), output_format="polars")[0])
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, pl.Series([archive.read(name).decode("latin-1")])


def _columns(table: str, frame: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    for name in frame.columns:
        column = frame[name]
        while isinstance(column.dtype, pl.List):
            column = column.explode()
        yield f"{table}.{name}", column.cast(pl.String, strict=False)


def _duckdb(path: Path) -> Iterator[tuple[str, pl.Series]]:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        for schema, table in tables:
            frame = connection.execute(f'SELECT * FROM "{schema}"."{table}"').pl()
            yield from _columns(f"{schema}.{table}", frame)


def _sqlite(path: Path) -> Iterator[tuple[str, pl.Series]]:
    """A copy is read, with what its write-ahead log holds."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        connection = sqlite3.connect(Path(folder) / path.name)
        connection.text_factory = lambda content: content.decode("utf-8", "replace")
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for name, values in zip(names, zip(*cursor.fetchall(), strict=True), strict=False):
                texts = [_as_text(value) for value in values if value is not None]
                yield f"{table}.{name}", pl.Series(texts, dtype=pl.String)
        connection.close()


def _as_text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
