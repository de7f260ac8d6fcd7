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
    looked_at = {name: frame for name, frame in sorted(frames.items()) if not frame.is_empty()}
    context = _context() if looked_at else None
    checked = [_check(context, SUITES[name], frame, run_id) for name, frame in looked_at.items()]
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


def _check(
    context: Any, suite: Suite, frame: pl.DataFrame, run_id: str
) -> tuple[list[tuple[Any, ...]], set[str]]:
    """One pass over the suite; rows are asked for only where an expectation failed."""
    batch = _batch(context, suite.name, frame)
    outcomes = batch.validate(_suite(suite), result_format="BOOLEAN_ONLY").results
    rows, failed = [], set()
    for expectation, outcome in zip(suite.expectations, outcomes, strict=True):
        n_unexpected = 0
        if not outcome.success:
            positions = _failing_rows(batch, expectation)
            n_unexpected = len(frame) if positions is None else len(positions)
            if expectation.severity == "critical":
                groups = frame["group_id"] if positions is None else frame["group_id"].gather(positions)
                failed |= set(groups.to_list())
        verdict = (expectation.severity, bool(outcome.success), n_unexpected)
        rows.append((run_id, suite.name, _name(expectation), expectation.column, *verdict))
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
    """Kind and arguments, the column left out: unique within a suite and column. Arguments are our own constants."""
    told = {
        name: value for name, value in expectation.arguments.items() if name not in ("column", "value_set")
    }
    return f"{expectation.kind}({', '.join(f'{name}={value}' for name, value in told.items())})"


def _suite(suite: Suite) -> Any:
    import great_expectations as gx

    return gx.ExpectationSuite(
        name=suite.name, expectations=[_build(expectation) for expectation in suite.expectations]
    )


def _build(expectation: Expectation) -> Any:
    import great_expectations.expectations as gxe

    return getattr(gxe, expectation.kind)(severity=expectation.severity, **expectation.arguments)


def _batch(context: Any, name: str, frame: pl.DataFrame) -> Any:
    source = context.data_sources.add_pandas(name)
    whole = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
    return whole.get_batch({"dataframe": frame.with_row_index(_ROW).to_pandas()})


def _context() -> Any:
    """A context in memory, without stores on disk, Data Docs, analytics, progress bars or chatter."""
    import logging

    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(project_config=config, mode="ephemeral")
