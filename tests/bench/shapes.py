"""The same chat under headers of every family: what else phones of the world write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tasks.parse.layout import DIGITS
from tests.bench.exports import Export

_NNBSP, _NBSP, _RLM = "\u202f", "\u00a0", "\u200f"
_EASTERN = dict(zip("0123456789", (chr(ord(DIGITS["arabic"][0]) + n) for n in range(10)), strict=True))
_EASTERN_DIGIT = "\u0660|" + "|".join(list(_EASTERN.values())[1:])


@dataclass(frozen=True)
class Shape:
    """A header: strftime pattern with ``{p}`` for the day part; what grep looks for."""

    name: str
    pattern: str
    header: str
    parts: tuple[str, str] = ("AM", "PM")
    is_eastern: bool = False


_HEADER_OF = {"d": "[0-9]{1,2}", "dd": "[0-9]{2}", "dddd": "[0-9]{4}"}


def _header(written: str) -> str:
    """An expression for grep from a picture of the header: numbers as d, dd or dddd."""
    expression = ""
    for piece in re.split(r"(d+)", "".join("\\" + sign if sign in ".[]" else sign for sign in written)):
        expression += _HEADER_OF.get(piece, piece)
    return "^" + expression


SHAPES = (
    Shape(
        "dash, month first, 12 h",
        f"%-m/%-d/%y, %-I:%M{_NNBSP}{{p}} - ",
        _header(f"d/d/dd, d:dd{_NNBSP}(AM|PM) - "),
    ),
    Shape(
        "dash, a. m.",
        "%-d/%-m/%Y %-I:%M {p} - ",
        _header(f"d/d/dddd d:dd (a|p).{_NBSP}m. - "),
        (f"a.{_NBSP}m.", f"p.{_NBSP}m."),
    ),
    Shape(
        "dash, German day parts",
        "%d.%m.%y, %-I:%M {p} - ",
        _header("dd.dd.dd, d:dd (vorm|nachm). - "),
        ("vorm.", "nachm."),
    ),
    Shape(
        "dash, Chinese", "%Y/%-m/%-d {p}%-I:%M - ", _header("dddd/d/d (上午|下午)d:dd - "), ("上午", "下午")
    ),
    Shape(
        "dash, Korean",
        "%Y. %-m. %-d. {p} %-I:%M - ",
        _header("dddd. d. d. (오전|오후) d:dd - "),
        ("오전", "오후"),
    ),
    Shape(
        "dash, Arabic digits",
        f"{_RLM}%-d/%-m/%Y %-I:%M {{p}} - ",
        _header(f"{_RLM}d/d/dddd d:dd (ص|م) - ").replace("[0-9]", f"({_EASTERN_DIGIT})"),
        ("ص", "م"),
        is_eastern=True,
    ),
    Shape("dash, klo", "%-d.%-m.%Y klo %-H.%M.%S - ", _header("d.d.dddd klo d.dd.dd - ")),
    Shape("bracket, Indonesian", "[%d/%m/%y, %H.%M.%S] ", _header("[dd/dd/dd, dd.dd.dd] ")),
    Shape("bracket, time first", "[%H.%M, %d/%m/%Y] ", _header("[dd.dd, dd/dd/dddd] ")),
    Shape("colon", "%d/%m/%Y %H:%M:%S: ", _header("dd/dd/dddd dd:dd:dd: ")),
)


def reheaded(export: Export, shape: Shape, folder: Path) -> Export:
    """The plain texts of an export behind headers of another shape, in the order of time."""
    before, _, after = shape.pattern.partition("{p}")
    rows = export.truth.sort("at", maintain_order=True)
    at = pl.col("at").dt
    clock = at.strftime(before)
    if after:
        part = pl.when(at.hour() < 12).then(pl.lit(shape.parts[0])).otherwise(pl.lit(shape.parts[1]))
        clock = pl.concat_str(clock, part, at.strftime(after))
    if shape.is_eastern:
        clock = clock.str.replace_many(_EASTERN)
    lines = rows.select(pl.concat_str(clock, pl.col("sender"), pl.lit(": "), pl.col("text")))
    path = folder / "reheaded.txt"
    path.write_text(lines.to_series().str.join("\n").item() + "\n", encoding="utf-8")
    return Export(shape.name, path, len(rows), shape.header, "%S" in shape.pattern, export.truth)
