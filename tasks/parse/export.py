"""The bytes of one export -> ``PARSED`` rows and what is known about the file as a whole."""

from __future__ import annotations

import hashlib
import io
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.config import DateOrder
from schemas.exports import ExportMeta
from schemas.frames import PARSED
from tasks.parse.authors import split_authors
from tasks.parse.encoding import Text, read_text
from tasks.parse.events import read_events
from tasks.parse.headers import Headers, find_headers
from tasks.parse.kinds import LRM, read_kinds

#: An export keeps about this many newest messages, without and with media; older ones are cut off.
EXPORT_LIMITS = (40_000, 10_000)
#: How far from a limit the number of messages and system lines of a cut export may lie, as a share.
LIMIT_TOLERANCE = 0.025
#: The history begins with the encryption notice or the group's creation, within so many rows.
HEAD_ROWS = 20
UNKNOWN_LANGUAGE = "unknown"
_HEAD_EVENTS = ("created", "encryption")
#: Day parts and joiners of a layout speak for a language as much as this many wordings.
_LAYOUT_VOTES = 1


class Parsed(NamedTuple):
    """Facts about an export, and its rows as ``schemas.frames.PARSED`` declares them."""

    meta: ExportMeta
    frame: pl.DataFrame


def parse_export(content: bytes, *, date_order: DateOrder | None = None) -> Parsed:
    """Read one chat text.

    Args:
        content: bytes of the chat text, in any encoding.
        date_order: the group's configured order; used when neither values nor monotony decide.

    Returns:
        ``meta`` and ``frame`` (columns of ``PARSED``, one row per message or system line in file order).
        Labels are normalised; the exporter himself is ``You`` in events, whatever his phone calls him.
        System lines keep no text, but the group's new name where they give one.

    Raises:
        FileRefused: see :mod:`tasks.parse.encoding` and :mod:`tasks.parse.headers`.
    """
    text = read_text(content)
    lines = pl.read_lines(io.BytesIO(text.utf8)).to_series()
    headers = find_headers(lines, date_order)
    n_text_lines = np.diff(np.append(headers.line_index, len(lines)))
    authored = split_authors(headers.rest, headers.layout.platform)
    rows = authored.select("author", "body", text=_joined(authored["body"], lines, headers.line_index, n_text_lines))
    typed, languages = _typed(rows, headers.layout.platform)
    frame = typed.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("seq"),
        pl.Series("line_no", headers.line_index + 1),
        pl.Series("n_text_lines", n_text_lines),
        headers.local_at.alias("local_at"),
        pl.lit(headers.layout.has_seconds).alias("has_seconds"),
        "author",
        "kind",
        "text",
        "is_edited",
        pl.lit(False).alias("is_forwarded"),
        "event",
        "actor",
        "targets",
    )
    frame = PARSED.conform(frame)
    return Parsed(_meta(content, text, lines, headers, frame, languages), frame)


def _joined(
    body: pl.Series, lines: pl.Series, line_index: npt.NDArray[np.int64], n_text_lines: npt.NDArray[np.int64]
) -> pl.Series:
    """Bodies with their continuation lines; only messages that have any are touched."""
    many = np.flatnonzero(n_text_lines > 1)
    if not len(many):
        return body
    counts = n_text_lines[many] - 1
    owner = np.repeat(np.arange(len(many)), counts)
    first = line_index[many] + 1
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    continuation = lines.gather(np.repeat(first, counts) + within)
    tails = (
        pl.DataFrame({"owner": owner, "line": continuation})
        .group_by("owner", maintain_order=True)
        .agg(pl.col("line").str.join("\n"))["line"]
    )
    whole = pl.select(pl.concat_str(body.gather(many), tails, separator="\n")).to_series()
    return body.scatter(many, whole)


def _typed(rows: pl.DataFrame, platform: str) -> tuple[pl.DataFrame, dict[str, int]]:
    """Kinds for authored rows, events for system lines, also those shown under a label."""
    is_system = rows["author"].is_null()
    shown = rows.filter(~is_system & rows["body"].str.starts_with(LRM))
    rows = rows.with_row_index("row")
    return rows, {}
