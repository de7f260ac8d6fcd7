"""Expectations on the smaller, pseudonymised frames, run once per run with Great Expectations.

Nothing of a failing row is kept but its group: Great Expectations is asked for row numbers only when an
expectation fails, and the values it returns beside them are dropped at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.expectations import SUITES, Expectation, Suite
from schemas.tables import TABLES

_ROW = "_row"
RESULTS = TABLES["ops.validation_result"]


@dataclass(frozen=True)
class Verdict:
    """Outcome of all suites: rows of ``ops.validation_result``, and the groups with a critical failure."""

    results: pl.DataFrame
    failed_groups: frozenset[str]


def expect(frames: Mapping[str, pl.DataFrame], run_id: str) -> Verdict:
    """Hold each frame against the suite of its name. Every frame has a ``group_id``.

    An expectation that cannot be evaluated counts as failed. Frames without rows are not looked at.
    """
    checked = [
        _check(SUITES[name], frame, run_id) for name, frame in sorted(frames.items()) if not frame.is_empty()
    ]
    rows = [row for results, _ in checked for row in results]
    failed = frozenset(group for _, groups in checked for group in groups)
    return Verdict(pl.DataFrame(rows, schema=RESULTS.polars_schema, orient="row"), failed)


def summarise_days(fact_message: pl.DataFrame, group_id: str) -> pl.DataFrame:
    """Messages and senders by day, for the suite ``daily_messages``: ``group_id, date, n_messages, n_senders``."""
    return (
        fact_message.group_by(date="local_date")
        .agg(n_messages=pl.len().cast(pl.Int64), n_senders=pl.col("member_key").n_unique().cast(pl.Int64))
        .sort("date")
        .select(pl.lit(group_id).alias("group_id"), pl.all())
    )


def indicators_with_agreement(fact_indicator: pl.DataFrame) -> pl.DataFrame:
    """``fact_indicator`` with whether each value is there exactly when its status says so."""
    has_value = pl.col("status").is_in(["ok", "partial"])
    return fact_indicator.with_columns(is_value_as_status_says=pl.col("value").is_not_null() == has_value)


def files_with_account(files: pl.DataFrame) -> pl.DataFrame:
    """``ops.file`` with lines nobody accounts for and the share of rejected ones."""
    counted = ("n_messages", "n_events", "n_continuation_lines", "n_rejected_lines")
    return files.with_columns(
        n_unaccounted_lines=pl.col("n_lines") - pl.sum_horizontal(counted),
        rejected_share=pl.col("n_rejected_lines") / pl.col("n_lines"),
    )


def _check(suite: Suite, frame: pl.DataFrame, run_id: str) -> tuple[list[tuple[Any, ...]], set[str]]:
    batch = _batch(frame)
    rows, failed = [], set()
    for expectation in suite.expectations:
        outcome = batch.validate(_build(expectation), result_format="BOOLEAN_ONLY")
        n_unexpected = 0
        if not outcome.success:
            positions = _failing_rows(batch, expectation)
            n_unexpected = len(frame) if positions is None else len(positions)
            if expectation.severity == "critical":
                groups = frame["group_id"] if positions is None else frame["group_id"].gather(positions)
                failed |= set(groups.to_list())
        rows.append(
            (run_id, suite.name, _name(expectation), expectation.column, expectation.severity, bool(outcome.success), n_unexpected)
        )
    return rows, failed


def _failing_rows(batch: Any, expectation: Expectation) -> list[int] | None:
    """Positions of the failing rows; None when the expectation could not be evaluated or names no rows."""
    result_format = {"result_format": "COMPLETE", "unexpected_index_column_names": [_ROW]}
    outcome = batch.validate(_build(expectation), result_format=result_format)
    found = outcome.result.get("unexpected_index_list") if not _raised(outcome) else None
    return None if found is None else sorted({entry[_ROW] for entry in found})


def _raised(outcome: Any) -> bool:
    info = outcome.exception_info or {}
    nested = [entry for entry in info.values() if isinstance(entry, dict)] or [info]
    return any(entry.get("raised_exception") for entry in nested)


def _name(expectation: Expectation) -> str:
    several = expectation.arguments.get("column_list") or [
        expectation.arguments[name] for name in ("column_A", "column_B") if name in expectation.arguments
    ]
    return f"{expectation.kind}({', '.join(several)})" if several else expectation.kind


def _build(expectation: Expectation) -> Any:
    import great_expectations.expectations as gxe

    return getattr(gxe, expectation.kind)(severity=expectation.severity, **expectation.arguments)


def _batch(frame: pl.DataFrame) -> Any:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    pandas = frame.with_row_index(_ROW).to_pandas()
    return context.data_sources.pandas_default.read_dataframe(pandas)
