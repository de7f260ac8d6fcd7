"""When texts are due, and taking them out of frames. Pure functions; the day is a parameter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from schemas.exports import ExportMeta


def due_files(reconciled_on: Mapping[str, dt.date], today: dt.date, retention_days: int) -> list[str]:
    """Exports that were merged ``retention_days`` ago or earlier, sorted."""
    last = today - dt.timedelta(days=retention_days)
    return sorted(file_id for file_id, day in reconciled_on.items() if day <= last)


def frozen_until(metas: Mapping[str, ExportMeta], due: list[str], before: dt.date | None) -> dt.date | None:
    """Last day whose texts are over: that of the last line of the exports that are due; it never goes back.

    A later export brings old texts again; they were over, and stay so.
    """
    days = [metas[file_id].last_at.date() for file_id in due if file_id in metas]
    return max([*days, *([before] if before else [])], default=None)


def without_texts(frame: pl.DataFrame, day: pl.Expr, until: dt.date) -> pl.DataFrame:
    """A frame whose texts up to a day are gone."""
    return frame.with_columns(text=pl.when(day > until).then("text"))


def n_texts(frame: pl.DataFrame, day: pl.Expr, until: dt.date) -> int:
    """How many texts up to a day a frame still holds."""
    return int(frame.select((pl.col("text").is_not_null() & (day <= until)).sum()).item())
