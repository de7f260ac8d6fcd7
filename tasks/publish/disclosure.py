"""Disclosure control: which cells of the core may be shown. Whatever is hidden loses every number.

One rule decides for a cell, and the same decision holds for its companions, vintages and revisions: a
difference between two views, or two snapshots, must not give back what a third one hides.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.indicators import Indicator
from tasks.publish.limits import (
    DONATION_CODES,
    SENSITIVE_CODES,
    SINGLE_PERSON_CODES,
    SINGLE_PERSON_DETAILS,
    Limits,
)

CELL = ("group_id", "month", "code")
GROUP_MONTH = ("group_id", "month")
#: Columns blanked in a hidden row, where a frame has them.
BLANKED = ("value", "ci_low", "ci_high", "n_num", "n_den", "n_lo", "n_hi", "old_value", "new_value")
STATUS_COLUMNS = ("status", "old_status", "new_status")
HIDDEN = "_is_hidden"


def group_sizes(indicators: pl.DataFrame, active: pl.DataFrame) -> pl.DataFrame:
    """Members present by group and month, as far as known: ``group_id, month, size`` (NULL: unknown).

    From ``n_hi`` of the one-month indicators; where a group has no roster and no list, N is unknown and
    the members seen writing (``active``: ``group_id, month, n_active``) are a lower bound of it.
    """
    n_hi = pl.col("n_hi").filter(pl.col("window_months") == 1).max()
    return (
        indicators.group_by(GROUP_MONTH)
        .agg(n_hi.alias("_n_hi"))
        .join(active, on=GROUP_MONTH, how="left")
        .select(*GROUP_MONTH, size=pl.coalesce("_n_hi", pl.col("n_active").cast(pl.Float64)))
    )


def _window(definition: Indicator) -> tuple[int, int]:
    """Months before and after its own that a value is made of."""
    after = int(definition.params.get("months_after", 0))
    return max(definition.window_months - 1 - after, 0), after


def smallest_in_window(sizes: pl.DataFrame, definitions: Mapping[str, Indicator]) -> pl.DataFrame:
    """Least known size of the months that a value is made of: ``group_id, month, code, size``.

    Two windows that share months differ by the others: what a hidden month holds would be told by the difference of
    a window with it and one without. So a value is judged by the smallest month in it.
    """
    windows = {code: _window(definition) for code, definition in definitions.items()}
    parts = []
    for before, after in sorted(set(windows.values())):
        shifted = pl.concat(
            sizes.with_columns(pl.col("month").dt.offset_by(f"{step}mo"))
            for step in range(-after, before + 1)
        )
        least = shifted.group_by(GROUP_MONTH).agg(pl.col("size").min())
        codes = [code for code, window in windows.items() if window == (before, after)]
        parts.append(
            sizes.filter(pl.col("size").is_not_null())
            .select(GROUP_MONTH)
            .join(least, on=list(GROUP_MONTH))
            .join(pl.DataFrame({"code": codes}), how="cross")
        )
    return pl.concat(parts).select(*CELL, "size")


def _between_one_and(limit: float, count: pl.Expr) -> pl.Expr:
    """Counts may be member-days over days, so everything above 0 and below ``limit`` + 1 is small."""
    return ((count > 0) & (count < limit + 1)).fill_null(False)


def _codes(definitions: Mapping[str, Indicator], flag: str, always: frozenset[str]) -> list[str]:
    return sorted(always | {code for code, definition in definitions.items() if getattr(definition, flag)})


def hidden(
    cells: pl.DataFrame,
    sizes: pl.DataFrame,
    donations: pl.DataFrame,
    definitions: Mapping[str, Indicator],
    limits: Limits,
) -> pl.DataFrame:
    """The cells with a column ``_is_hidden``.

    Args:
        cells: ``group_id, month, code, value, n_num, n_den`` and, where known, ``n_hi``.
        sizes: ``group_id, month, size`` of :func:`group_sizes`.
        donations: ``group_id, month, n_donors, largest_share``; a month without a row has no proof that
            its donations may be shown, so they are hidden.
        definitions: the registry, whose flags add to the codes named in the limits.
        limits: the limits in force.

    A small group's rows are hidden whatever they hold, small being judged by the smallest month of the window; the
    other rules need something to hide, so that ``not_applicable`` or ``no_coverage`` stay readable.
    """
    sensitive = pl.col("code").is_in(_codes(definitions, "is_sensitive", SENSITIVE_CODES))
    single_person = pl.col("code").is_in(_codes(definitions, "is_single_person", SINGLE_PERSON_CODES))
    n_hi = pl.col("n_hi") if "n_hi" in cells.columns else pl.lit(None, pl.Float64)
    size = pl.min_horizontal("size", n_hi)
    holds_something = pl.any_horizontal(pl.col("value", "n_num", "n_den").is_not_null())
    small_count = _between_one_and(limits.sensitive_max_hidden, pl.col("n_num")) | _between_one_and(
        limits.sensitive_max_hidden, pl.col("n_den") - pl.col("n_num")
    )
    donors_shown = (pl.col("n_donors") >= limits.min_donors) & (
        pl.col("largest_share") <= limits.max_largest_donation
    )
    withheld = (
        size.is_null()
        | single_person
        | (sensitive & small_count)
        | (pl.col("code").is_in(sorted(DONATION_CODES)) & ~donors_shown.fill_null(False))
    )
    return (
        cells.join(smallest_in_window(sizes, definitions), on=CELL, how="left")
        .join(donations, on=GROUP_MONTH, how="left")
        .with_columns(
            ((size < limits.min_group_n).fill_null(False) | (holds_something & withheld)).alias(HIDDEN)
        )
        .drop("size", "n_donors", "largest_share")
    )


def hidden_details(details: pl.DataFrame, marked: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Companions with ``_is_hidden``: hidden with their indicator, by their own counts, or by what they name.

    Args:
        details: ``fact_indicator_detail``.
        marked: the indicators' cells with ``_is_hidden``.
        own: ``details`` judged by :func:`hidden` as if they were indicators, in the same order.

    A companion that names another code (a component of a composite) is hidden with that code's cell.
    """
    verdicts = marked.select(*CELL, HIDDEN)
    rows = details.with_columns(_own=own[HIDDEN]).with_row_index("_row")
    codes = pl.lit(pl.Series([sorted(set(verdicts["code"]))], dtype=pl.List(pl.String)))
    naming_hidden = (
        rows.select("_row", *GROUP_MONTH, code=pl.col("detail").str.extract_many(codes))
        .explode("code")
        .join(verdicts.filter(HIDDEN), on=CELL, how="semi")
        .select("_row")
        .unique()
        .with_columns(_named=pl.lit(True))
    )
    of_single_people = pl.col("detail").str.contains(SINGLE_PERSON_DETAILS)
    return (
        rows.join(verdicts, on=CELL, how="left")
        .join(naming_hidden, on="_row", how="left")
        .with_columns(
            pl.any_horizontal(
                pl.col(HIDDEN).fill_null(True), "_own", pl.col("_named").fill_null(False), of_single_people
            ).alias(HIDDEN)
        )
        .drop("_row", "_own", "_named")
    )


def hidden_history(history: pl.DataFrame, marked: pl.DataFrame) -> pl.DataFrame:
    """Vintages or revisions with ``_is_hidden`` widened: hidden as soon as the cell is hidden today.

    ``history`` may bring a verdict of its own in ``_is_hidden``; a cell of which any row is hidden by that
    verdict is hidden in all its rows, so that two snapshots cannot be held against each other.
    """
    own = history if HIDDEN in history.columns else history.with_columns(pl.lit(False).alias(HIDDEN))
    today = marked.filter(HIDDEN).select(CELL).unique().with_columns(_today=pl.lit(True))
    return (
        own.join(today, on=CELL, how="left")
        .with_columns((pl.col(HIDDEN).any().over(CELL) | pl.col("_today").fill_null(False)).alias(HIDDEN))
        .drop("_today")
    )


def suppress(marked: pl.DataFrame) -> pl.DataFrame:
    """Blank every number of the hidden rows and set their status to ``suppressed``; drops the mark."""
    blank = [name for name in BLANKED if name in marked.columns]
    statuses = [name for name in STATUS_COLUMNS if name in marked.columns]
    columns = [pl.when(~pl.col(HIDDEN)).then(pl.col(name)).alias(name) for name in blank]
    columns += [
        pl.when(HIDDEN).then(pl.lit("suppressed")).otherwise(pl.col(name)).alias(name) for name in statuses
    ]
    if "ci_kind" in marked.columns:
        columns.append(pl.when(HIDDEN).then(pl.lit("none")).otherwise("ci_kind").alias("ci_kind"))
    return marked.with_columns(columns).drop(HIDDEN)
