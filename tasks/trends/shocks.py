"""What a declared shock did to each indicator: drop, surge, recovery, and an interrupted time series.

The grammar of recovery: *absorb* (a drop within what months without a shock show), *cope* (a surge of giving
and asking in the months of the shock), *recover* (months from the trough until the level is back),
*transform* (another slope afterwards).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from schemas.tables import TABLES
from tasks.trends.covariates import without_season
from tasks.trends.interrupted import MIN_AFTER, MIN_BEFORE, interruption, step_at
from tasks.trends.series import Floats, Series, index_of, month_index, usable

SHOCK = TABLES["research.shock"]
MONTHS_BEFORE, MONTHS_AFTER = 6, 2  # the level before; the months in which a drop may come
RECOVERED_AT = 0.9  # share of the level before
MIN_PLACEBOS = 12
BAND = 0.95  # share of the placebo losses, the drop's own among them, that a drop must pass

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dense:
    """A series with every month between its ends: NaN where there is no usable value."""

    first: int
    values: Floats

    @classmethod
    def of(cls, series: Series) -> Dense:
        """Spread a series over all its months."""
        values = np.full(int(series.index[-1] - series.index[0]) + 1, np.nan)
        values[series.index - series.index[0]] = series.values
        return cls(int(series.index[0]), values)

    def window(self, start: int, stop: int) -> Floats | None:
        """Values of the months from ``start`` up to ``stop`` (not included); None where one is missing."""
        a, b = start - self.first, stop - self.first
        if a < 0 or b > len(self.values) or np.isnan(self.values[a:b]).any():
            return None
        return self.values[a:b]


def loss(series: Dense, month: int) -> float | None:
    """Median of the six months before less the least of the month and the two after it, in the unit."""
    before = series.window(month - MONTHS_BEFORE, month)
    after = series.window(month, month + MONTHS_AFTER + 1)
    return None if before is None or after is None else float(np.median(before) - after.min())


def surge(series: Dense, month: int) -> float | None:
    """Greatest of the month and the two after it over the median of the six before; None where that is 0."""
    before = series.window(month - MONTHS_BEFORE, month)
    after = series.window(month, month + MONTHS_AFTER + 1)
    if before is None or after is None or np.median(before) <= 0:
        return None
    return float(after.max() / np.median(before))


def months_to_recovery(series: Dense, month: int) -> float | None:
    """Months from the trough until two months running are within a tenth of the level before; None: not yet."""
    before = series.window(month - MONTHS_BEFORE, month)
    after = series.window(month, month + MONTHS_AFTER + 1)
    if before is None or after is None:
        return None
    level = float(np.median(before))
    enough = level - (1 - RECOVERED_AT) * abs(level) - 1e-12
    trough = month + int(np.argmin(after)) - series.first
    back = series.values[trough:] >= enough  # a missing month is not back
    found = np.flatnonzero(back[:-1] & back[1:])
    return float(found[0]) if len(found) else None


def level_before(series: Dense, month: int) -> float:
    """Median of the six months before."""
    before = series.window(month - MONTHS_BEFORE, month)
    return float("nan") if before is None else float(np.median(before))


def _placebo_months(series: Dense, shocks: list[int]) -> list[int]:
    """Months that can lose something and whose nine months hold none in which a shock may have struck."""
    return [
        month
        for month in range(series.first, series.first + len(series.values))
        if all(
            month + MONTHS_AFTER < shock or month - MONTHS_BEFORE > shock + MONTHS_AFTER for shock in shocks
        )
        and loss(series, month) is not None
    ]


def _share_lost(series: Dense, month: int, placebos: list[int]) -> float | None:
    """The loss over the level before, less the median of the placebo months' own shares; None from level 0 down."""
    shares = [
        (loss(series, one) or 0.0) / level
        for one in (month, *placebos)
        if (level := abs(level_before(series, one))) > 0
    ]
    return shares[0] - float(np.median(shares[1:])) if len(shares) == len(placebos) + 1 else None


def _spared(placebos: int) -> int:
    """How many placebo losses may be as large as a drop beyond the band: rank within all of them at most 5 %."""
    return max(int((1 - BAND) * (placebos + 1)) - 1, 0)


def _told(series: Series, shock: int, shocks: list[int], is_ratio: bool) -> Row:
    """Everything that can be said about one shock in one series, all values with a positive direction.

    ``is_ratio``: the values have a zero, so that a loss is a share of the level before, too.

    What was lost and regained is told of the series without its Islamic season: a shock before Ramadan must
    not borrow its silence. The surge is told of the values themselves.
    """
    if len(series) == 0 or not series.index[0] < shock <= series.index[-1]:
        return {"shock_status": "outside the data", "status": "not_applicable"}
    dense = Dense.of(without_season(series)[0])
    lost, calm = loss(dense, shock), _placebo_months(dense, shocks)
    placebos = np.array([loss(dense, month) for month in calm], dtype=np.float64)
    row: Row = {"surge": surge(Dense.of(series), shock)} | _interrupted(series, shock)
    if lost is None and shock + MONTHS_AFTER > series.index[-1]:
        return row | {"shock_status": "too short to tell", "status": "immature"}
    if lost is None or len(placebos) < MIN_PLACEBOS:
        return row | {"shock_status": "too short to tell", "status": "low_n"}
    row |= {
        "drop": lost - float(np.median(placebos)),
        "drop_share": _share_lost(dense, shock, calm) if is_ratio else None,
        "placebo_rank_p": float((placebos >= lost).mean()),
        "n_placebos": len(placebos),
        "status": "ok",
    }
    if int((placebos >= lost).sum()) > _spared(len(placebos)):
        return row | {"shock_status": "absorbed: within the placebo band"}
    recovered = months_to_recovery(dense, shock)
    word = "dropped: not recovered yet" if recovered is None else "dropped: recovered"
    return row | {"recovery_months": recovered, "shock_status": word}


def _interrupted(series: Series, shock: int) -> Row:
    """The interrupted time series: step and change of slope, with the rank of the step among placebo dates."""
    before, after = int((series.index < shock).sum()), int((series.index >= shock).sum())
    row: Row = {"n_before": before, "n_after": after}
    found = interruption(series, shock)
    if found is None:
        return row | {"its_status": "not estimated"}
    told = "estimated" if before >= MIN_BEFORE and after >= MIN_AFTER else "descriptive"
    return row | found | {"its_status": told, "step_placebo_p": _step_rank(series, shock)}


def _step_rank(series: Series, shock: int) -> float | None:
    """Share of placebo dates with as large a step, either way; each with the true one left in the model."""
    true = step_at(series, shock, None)
    placebos = [
        step
        for month in series.index[
            (series.index - shock > MONTHS_AFTER) | (shock - series.index > MONTHS_AFTER)
        ]
        if (step := step_at(series, int(month), shock)) is not None
    ]
    if true is None or len(placebos) < MIN_PLACEBOS:
        return None
    return float((np.abs(placebos) >= abs(true)).mean())


def shock_table(
    cells: pl.DataFrame, shocks: pl.DataFrame, definitions: Mapping[str, Indicator]
) -> pl.DataFrame:
    """``research.shock``: one row per group, shock and code.

    Args:
        cells: ``group_id, month, code, value, status``.
        shocks: ``shock, shock_date, group_id``; no group means all.
        definitions: direction and window of every code. A code of which less is better is turned round, so
            that a drop is a loss of solidarity in every row; the two codes about shocks have none.
    """
    rows: list[Row] = []
    codes = [code for code in definitions if code not in ("shock_drop", "recovery_months")]
    ordered = (
        cells.filter(pl.col("code").is_in(codes))
        .with_columns(_index=month_index(pl.col("month")))
        .sort("group_id", "code", "month")
    )
    for (group_id, code), part in ordered.group_by(["group_id", "code"], maintain_order=True):
        definition = definitions[str(code)]
        series = usable(part, definition.window_months, ("ok",))
        if definition.direction.startswith("-"):
            series = series.with_values(-series.values)
        mine = shocks.filter(pl.col("group_id").is_null() | (pl.col("group_id") == group_id))
        months = [index_of(date) for date in mine["shock_date"]]
        hidden = (part["status"] == "suppressed").any() and part["value"].null_count() == part.height
        for name, date, month in zip(mine["shock"], mine["shock_date"], months, strict=True):
            keys = {"group_id": group_id, "shock": name, "shock_date": date, "code": code}
            told = (
                {"shock_status": "outside the data", "status": "suppressed"}
                if hidden
                else _told(series, month, months, definition.range_low == 0 and not definition.is_composite)
            )
            rows.append({"its_status": "not estimated"} | keys | told)
    return pl.DataFrame(rows, schema=SHOCK.polars_schema)
