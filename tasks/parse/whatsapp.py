"""The bytes of one export -> ``PARSED`` rows and what is known about the file as a whole."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.exports import ExportMeta
from schemas.frames import PARSED
from schemas.vocabulary import DateOrder
from tasks.parse.authors import split_authors
from tasks.parse.buffer import Buffer, Places
from tasks.parse.columns import replaced
from tasks.parse.encoding import Text, read_text
from tasks.parse.future import NO_BOUNDS, Bounds, future_rows
from tasks.parse.gate import Edges
from tasks.parse.headers import Headers, find_headers
from tasks.parse.quotes import without_quotes
from tasks.parse.rows import type_rows
from warehouse.reference.markers import languages

#: An export keeps about this many newest messages, without and with media; older ones are cut off.
EXPORT_LIMITS = (40_000, 10_000)
#: How far from a limit the messages of a cut export may lie, as a share of it.
LIMIT_TOLERANCE = 0.025
#: The encryption notice or the group's creation stands within so many rows when the head is whole.
HEAD_ROWS = 20
HEAD_EVENTS = ("created", "encryption")
UNKNOWN_LANGUAGE = "unknown"
FILE_ID_DIGITS = 12


class Parsed(NamedTuple):
    """Facts about an export, and its rows as ``schemas.frames.PARSED`` declares them."""

    meta: ExportMeta
    frame: pl.DataFrame


def parse_export(
    content: bytes,
    *,
    date_order: DateOrder | None = None,
    file_id: str | None = None,
    bounds: Bounds = NO_BOUNDS,
) -> Parsed:
    """Read one chat text.

    Args:
        content: bytes of the chat text, in any encoding.
        date_order: the group's configured order; used when neither values nor monotony decide.
        file_id: first 12 hex digits of the SHA-256 of ``content``, when known.
        bounds: days after which the export cannot hold a message. A few later ones are rejected and counted.

    Returns:
        ``meta`` and ``frame`` (columns of ``PARSED``, one row per message or system line in file order).
        Labels are normalised; the exporter himself is ``You`` in events, whatever his phone calls him.
        System lines keep no text but the group's new name, where they give one. Lines are counted by
        their LF; a last line without one counts when it is not empty.

    Raises:
        FileRefused: the reasons of :mod:`tasks.parse.encoding`, :mod:`tasks.parse.headers`,
            :mod:`tasks.parse.dates` and :mod:`tasks.parse.future`.
    """
    if file_id is not None:
        return _parse(content, date_order, file_id, bounds)
    with ThreadPoolExecutor(1) as pool:  # the digest takes a tenth of the time that parsing takes
        digest = pool.submit(hashlib.sha256, content)
        parsed = _parse(content, date_order, "", bounds)
        file_id = digest.result().hexdigest()[:FILE_ID_DIGITS]
    return parsed._replace(meta=replace(parsed.meta, file_id=file_id))


def _parse(content: bytes, date_order: DateOrder | None, file_id: str, bounds: Bounds) -> Parsed:
    text = read_text(content)
    headers = without_quotes(find_headers(text, date_order))
    n_text_lines = np.diff(np.append(headers.line_index, len(headers.starts)))
    long = _long(headers, n_text_lines)
    whole = headers.buffer.slices(headers.body_at, headers.ends[headers.line_index + n_text_lines - 1])
    first_lines = headers.buffer.slices(headers.body_at[long.row], headers.line_end[long.row])
    author, body, systems, is_changed = split_authors(
        headers.author, replaced(whole, pl.Series(long.row), first_lines)
    )
    whole = _texts(whole, body, is_changed, long, headers.buffer)
    edges = Edges(headers.buffer, headers.body_at, headers.line_end, is_changed | (n_text_lines > 1))
    rows = type_rows(author, body, whole, systems, edges, headers.layout.platform)
    frame = PARSED.conform(
        rows.frame.with_columns(
            headers.local_at,
            pl.int_range(pl.len(), dtype=pl.Int64).alias("seq"),
            pl.Series("line_no", headers.line_index + 1),
            pl.Series("n_text_lines", n_text_lines),
            pl.lit(headers.layout.has_seconds).alias("has_seconds"),
        )
    )
    n_senders, n_rejected = rows.n_authors, int(headers.line_index[0])
    is_future = future_rows(frame["local_at"], bounds)
    if is_future is not None:
        n_rejected += int(frame.filter(is_future)["n_text_lines"].sum())
        frame = frame.filter(~is_future).with_columns(seq=pl.int_range(pl.len(), dtype=pl.Int64))
        n_senders = frame["author"].drop_nulls().n_unique()
    return Parsed(
        _meta(
            file_id,
            len(content),
            text,
            headers,
            frame,
            _language(rows.wordings, headers.language),
            n_senders,
            n_rejected,
        ),
        frame,
    )


class _Long(NamedTuple):
    """Messages of more than one line: which, where their second lines begin, where their last ones end."""

    row: npt.NDArray[np.int64]
    below_at: Places
    end: Places
    has_cr: bool  # whether some line of the file ends with CR and LF


def _long(headers: Headers, n_text_lines: npt.NDArray[np.int64]) -> _Long:
    row = np.flatnonzero(n_text_lines > 1)
    first = headers.line_index[row]
    has_cr = bool((headers.starts[1:] - headers.ends[:-1] > 1).any())
    return _Long(row, headers.starts[first + 1], headers.ends[first + n_text_lines[row] - 1], has_cr)


def _texts(
    whole: pl.Series, body: pl.Series, is_changed: npt.NDArray[np.bool_], long: _Long, buffer: Buffer
) -> pl.Series:
    """All lines of each message as they stand in the file, behind its first line where that was changed."""
    longer, changed = whole.gather(long.row), np.flatnonzero(is_changed[long.row])
    if len(changed):
        below = buffer.slices(long.below_at[changed], long.end[changed])
        first = body.gather(long.row[changed])
        joined = pl.select(pl.concat_str(first, below, separator="\n")).to_series()
        longer = replaced(longer, pl.Series(changed), joined)
    if long.has_cr:
        longer = longer.str.replace_all("\r\n", "\n", literal=True)
    whole = replaced(whole, pl.Series(long.row), longer.str.strip_chars_end())
    is_short = is_changed.copy()
    is_short[long.row] = False
    short = pl.Series(np.flatnonzero(is_short))
    return replaced(whole, short, body.gather(short))


def _language(wordings: dict[str, int], of_layout: str | None) -> str:
    """The language with most recognised wordings; the layout's own where no wording speaks."""
    best = max(languages(), key=lambda code: wordings.get(code, 0))
    return best if wordings.get(best) else of_layout or UNKNOWN_LANGUAGE


def _meta(
    file_id: str,
    n_bytes: int,
    text: Text,
    headers: Headers,
    frame: pl.DataFrame,
    language: str,
    n_senders: int,
    n_rejected: int,
) -> ExportMeta:
    is_message = frame["author"].is_not_null()
    n_lines, n_messages = len(headers.starts), int(is_message.sum())
    first_at, last_at = (
        at[0] for at in frame.select(first=pl.col("local_at").min(), last=pl.col("local_at").max())
    )
    has_head = bool(frame["event"].head(HEAD_ROWS).is_in(HEAD_EVENTS).any())
    return ExportMeta(
        file_id=file_id,
        platform=headers.layout.platform,
        language=language,
        date_order=headers.order,
        date_order_basis=headers.basis,
        clock=headers.layout.clock,
        has_seconds=headers.layout.has_seconds,
        encoding=text.encoding,
        n_replaced_bytes=text.n_replaced_bytes,
        n_bytes=n_bytes,
        n_lines=n_lines,
        n_messages=n_messages,
        n_events=len(frame) - n_messages,
        n_continuation_lines=n_lines - n_rejected - len(frame),
        n_rejected_lines=n_rejected,
        n_senders=n_senders,
        first_at=first_at,
        last_at=last_at,
        has_creation_line=has_head,
        is_truncated=not has_head and _is_near_a_limit(len(frame)),
        confidence=headers.confidence,
    )


def _is_near_a_limit(n_rows: int) -> bool:
    return any(abs(n_rows - limit) <= limit * LIMIT_TOLERANCE for limit in EXPORT_LIMITS)
