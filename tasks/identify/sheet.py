"""The cells of a table as a secretary keeps it: CSV in any delimiter and encoding, or a workbook."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from itertools import islice

from schemas.errors import FileRefused

#: A table of cells; None is an empty cell.
Cells = list[list[str | None]]
#: A merged area: first row, first column, last row, last column.
Area = tuple[int, int, int, int]

MAX_ROWS = 100_000
_MAX_UNPACKED = 256 * 2**20
_MAX_COLUMNS = 500
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"  # an old or password-protected workbook
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD = (
    "Workbook".encode("utf-16-le"),
    "Book\0".encode("utf-16-le"),
)  # its stream's name, before 1997 and since
_CHUNK = 1 << 20
_ZIP = b"PK\x03\x04"
#: Head of cells as the vault keeps them once an erased person was taken out of a list.
KEPT_CELLS = b"solidarity-cells\n"
_FILLED_ROW = re.compile(rb"<row\b[^>]*[^/]>")
_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_LINES = 40


def read_sheets(content: bytes, max_rows: int = MAX_ROWS) -> list[Cells]:
    """The sheets of a workbook, or the one table of a CSV, as cells of text.

    Merged cells of a workbook hold their value in every cell. Formulas come as the values they had.

    Raises:
        FileRefused: empty_file, too_many_rows, unreadable_encoding, binary_file, broken_zip, zip_bomb,
            macro_workbook, encrypted_workbook, old_workbook, not_a_roster.
    """
    if not content.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise FileRefused("empty_file")
    if content.startswith(KEPT_CELLS):
        return _read_kept(content.removeprefix(KEPT_CELLS))
    if content.startswith(_ZIP):
        return _read_workbook(content, max_rows)
    if content.startswith(_COMPOUND_FILE):
        is_old = any(name in content for name in _OLD) and _ENCRYPTED not in content
        raise FileRefused("old_workbook" if is_old else "encrypted_workbook")
    return [_read_csv(_decode(content), max_rows)]


def _read_kept(content: bytes) -> list[Cells]:
    """Sheets as they were read before; whoever hands in such a file himself must have them right."""
    try:
        sheets = json.loads(content)
    except (ValueError, RecursionError):
        raise FileRefused("not_a_roster") from None
    is_sound = isinstance(sheets, list) and all(
        isinstance(cells, list)
        and all(
            isinstance(row, list) and all(cell is None or isinstance(cell, str) for cell in row)
            for row in cells
        )
        for cells in sheets
    )
    if not is_sound:
        raise FileRefused("not_a_roster")
    return list(sheets)


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in content[:4096]:
        encodings = ["utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise FileRefused("binary_file")
        return text
    raise FileRefused("unreadable_encoding")


def _delimiter(text: str) -> str:
    """The delimiter that splits the first lines into the most columns, counted by their median."""
    declared = re.match(r"^\s*\"?sep=(.)\"?\s*$", text.split("\n", 1)[0], re.IGNORECASE)
    if declared:
        return declared.group(1)

    def columns(delimiter: str) -> int:
        rows = islice(csv.reader(io.StringIO(text), delimiter=delimiter), _SNIFFED_LINES)
        widths = sorted(len(row) for row in rows if any(cell.strip() for cell in row))
        return widths[len(widths) // 2] if widths else 0

    return max(_DELIMITERS, key=columns)


def _read_csv(text: str, max_rows: int) -> Cells:
    try:
        delimiter = _delimiter(text)
        rows: Cells = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) > max_rows:
                raise FileRefused("too_many_rows")
            rows.append([cell.strip() or None for cell in row[:_MAX_COLUMNS]])
    except csv.Error:
        raise FileRefused("not_a_roster") from None
    return rows


def _read_workbook(content: bytes, max_rows: int) -> list[Cells]:
    merged = _inspect_archive(content, max_rows)
    import fastexcel

    try:
        workbook = fastexcel.read_excel(content)
        names = workbook.sheet_names
        sheets = []
        for position, name in enumerate(names):
            sheet = workbook.load_sheet(name, header_row=None, dtypes="string")
            if sheet.total_height > max_rows:
                raise FileRefused("too_many_rows")
            cells: Cells = (
                [list(row[:_MAX_COLUMNS]) for row in sheet.to_polars().rows()] if sheet.width else []
            )
            _spread(cells, merged[position] if len(merged) == len(names) else [])
            sheets.append(cells)
    except fastexcel.FastExcelError:
        raise FileRefused("not_a_roster") from None
    return sheets


def _inspect_archive(content: bytes, max_rows: int) -> list[list[Area]]:
    """Refuse hostile workbooks; return the merged ranges of each sheet, in the order of the workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(info.flag_bits & 1 for info in archive.infolist()):
                raise FileRefused("encrypted_zip")
            if sum(info.file_size for info in archive.infolist()) > _MAX_UNPACKED:
                raise FileRefused("zip_bomb")
            names = set(archive.namelist())
            if "xl/workbook.xml" not in names:
                raise FileRefused("not_a_roster")
            types = _text(archive, "[Content_Types].xml") if "[Content_Types].xml" in names else ""
            if "macroEnabled" in types or any(name.casefold().endswith("vbaproject.bin") for name in names):
                raise FileRefused("macro_workbook")
            paths = _sheet_paths(archive, names)
            if sum(_n_rows(archive, path, max_rows) for path in paths if path in names) > max_rows:
                raise FileRefused("too_many_rows")
            return [_merged_ranges(archive, path) for path in paths]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError, KeyError):
        raise FileRefused("broken_zip") from None


def _n_rows(archive: zipfile.ZipFile, path: str, most: int) -> int:
    """Rows with a cell that a sheet states, counted as they come out and no further than needed."""
    n_rows, tail = 0, b""
    with archive.open(path) as stream:
        while n_rows <= most and (chunk := stream.read(_CHUNK)):
            text = tail + chunk
            n_rows += len(_FILLED_ROW.findall(text))
            tail = text[max(text.rfind(b"<row"), len(text) - _CHUNK) :] if b"<row" in text else text[-8:]
            n_rows -= len(_FILLED_ROW.findall(tail))
    return n_rows + len(_FILLED_ROW.findall(tail))


def _text(archive: zipfile.ZipFile, path: str) -> str:
    return archive.read(path).decode("utf-8", "replace")


def _sheet_paths(archive: zipfile.ZipFile, names: set[str]) -> list[str]:
    """Paths of the sheets in the order of the workbook. A few tags are sought: no XML entity is expanded."""
    relations = "xl/_rels/workbook.xml.rels"
    if relations not in names:
        return []
    targets = {}
    for tag in re.findall(r"<Relationship\b[^>]*>", _text(archive, relations)):
        target, key = re.search(r'\bTarget="([^"]*)"', tag), re.search(r'\bId="([^"]*)"', tag)
        if target and key:
            targets[key.group(1)] = target.group(1)
    keys = re.findall(r'<sheet\b[^>]*\br:id="([^"]*)"', _text(archive, "xl/workbook.xml"))
    paths = [targets.get(key, "") for key in keys]
    return [path.lstrip("/") if path.startswith("/") else f"xl/{path}" for path in paths]


def _merged_ranges(archive: zipfile.ZipFile, path: str) -> list[Area]:
    """Merged areas of a sheet, counted from its first used row and column, where its cells begin for us."""
    try:
        text = _text(archive, path)
    except KeyError:
        return []
    merged = re.findall(r'<mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"', text)
    used = re.findall(r'<c\b[^>]*\br="([A-Z]+)(\d+)"[^>/]*>', text) if merged else []
    if not used:
        return []
    first_row = min(int(row) for _, row in used)
    first_column = min(_column(letters) for letters, _ in used)
    return [
        (
            int(top) - first_row,
            _column(left) - first_column,
            int(bottom) - first_row,
            _column(right) - first_column,
        )
        for left, top, right, bottom in merged
    ]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _spread(cells: Cells, areas: list[Area]) -> None:
    """Write the value of each merged area into all its cells."""
    for top, left, bottom, right in areas:
        if not (0 <= top < len(cells) and 0 <= left < len(cells[top])):
            continue
        value = cells[top][left]
        for row in cells[top : bottom + 1]:
            for position in range(left, min(right + 1, len(row))):
                row[position] = value
