"""How often trends and shocks say the right word, and how often a wrong one: ``python -m tests.validity.trends``.

Series with planted truths, many of each, pass through the product's own functions: noise that remembers the
month before, Ramadan's mark on it, and then nothing, a decline from month k, a shock with its way back, or a
gap that grows. Prints the tables of docs/trends.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable

import numpy as np
import polars as pl
from scipy.stats import binomtest

from schemas.indicators import registry
from tasks.trends.covariates import calendar_shares
from tasks.trends.series import Floats, index_of
from tasks.trends.shocks import shock_table
from tasks.trends.trend import trends

FIRST = dt.date(2021, 1, 1)
CODE = "we_share"  # any code of one month; the words do not depend on which
RAMADAN = 1.0  # standard deviations by which a whole month of Ramadan lies lower
Plant = Callable[[Floats], Floats]


def noise(rng: np.random.Generator, series: int, months: int, phi: float) -> Floats:
    """AR(1) noise of unit variance with Ramadan's mark, series x months."""
    drawn = rng.standard_normal((series, months + 50))
    for step in range(1, months + 50):
        drawn[:, step] = phi * drawn[:, step - 1] + np.sqrt(1 - phi**2) * drawn[:, step]
    share = calendar_shares(index_of(FIRST) + np.arange(months), 1)[:, 0]
    return np.asarray(drawn[:, 50:] - RAMADAN * share)


def cells(values: Floats, code: str = CODE) -> pl.DataFrame:
    """One group per series, all months ``ok``."""
    series, months = values.shape
    start = index_of(FIRST)
    days = [dt.date((start + step) // 12, (start + step) % 12 + 1, 1) for step in range(months)]
    return pl.DataFrame(
        {
            "group_key": np.repeat(np.arange(series), months),
            "group_id": np.repeat([f"g{number:05d}" for number in range(series)], months),
            "month": days * series,
            "code": code,
            "def_version": 1,
            "value": values.ravel(),
            "status": "ok",
        },
        schema_overrides={"def_version": pl.Int32},
    )


def share(hits: int, of: int) -> str:
    """A share with its exact 95 % interval."""
    interval = binomtest(hits, of).proportion_ci()
    return f"{hits / of:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def words(values: Floats) -> list[str]:
    """The word of each series' trend."""
    found, _ = trends(cells(values), registry(), "2026-01-000000000000")
    return [str(word).removeprefix("indicative: ") for word in found["trend_status"]]


def decline(slope: float, start: float) -> Plant:
    """Level until a share of the history has passed, then down by ``slope`` standard deviations a month."""
    return lambda months: -slope * np.maximum(months - start * len(months), 0)


def trend_rows(series: int, seed: int) -> list[str]:
    """False alarms and power by length and memory."""
    rows = ["| truth | months | phi 0 | phi .3 | phi .6 |", "| --- | --- | --- | --- | --- |"]
    truths: list[tuple[str, str, Plant, bool]] = [
        ("no change: any word of change", "", decline(0, 0), False),
        ('falls by .05 sd a month: "falling"', "falling", decline(0.05, 0), True),
        ('level for a third, then falls by .10: "falling"', "falling", decline(0.10, 1 / 3), True),
        ('gap grows by .05 sd a month: "rising"', "rising", decline(-0.05, 0), True),
    ]
    for name, word, plant, is_truth in truths:
        for months in (24, 36, 60):
            told = []
            for phi in (0.0, 0.3, 0.6):
                values = noise(np.random.default_rng([seed, months, int(phi * 10)]), series, months, phi)
                found = words(values + plant(np.arange(float(months))))
                hits = (
                    sum(w == word for w in found)
                    if is_truth
                    else sum(w in ("rising", "falling") for w in found)
                )
                told.append(share(hits, series))
            rows.append(f"| {name} | {months} | " + " | ".join(told) + " |")
    return rows


def shock_rows(series: int, seed: int) -> list[str]:
    """Words about a shock in month 24 of 48 that takes so many standard deviations and lasts four months."""
    rows = [
        "| shock | absorbed | dropped: recovered | dropped: not recovered yet |",
        "| --- | --- | --- | --- |",
    ]
    at, months = 24, 48
    day = dt.date(FIRST.year + at // 12, at % 12 + 1, 10)
    declared = pl.DataFrame([("flood", day, None)], schema=["shock", "shock_date", "group_id"], orient="row")
    declared = declared.with_columns(pl.col("group_id").cast(pl.String))
    for depth, lasts in ((0.0, 4), (3.0, 4), (5.0, 4), (5.0, 100)):
        values = 10 + noise(np.random.default_rng([seed, 7]), series, months, 0.3)
        values[:, at : at + lasts] -= depth
        found = shock_table(cells(values), declared, registry())["shock_status"].to_list()
        counts = [
            share(sum(w.startswith(start) for w in found), series)
            for start in ("absorbed", "dropped: rec", "dropped: not")
        ]
        name = (
            "none"
            if depth == 0
            else f"{depth:g} sd, " + (f"{lasts} months" if lasts < months else "for good")
        )
        rows.append(f"| {name} | " + " | ".join(counts) + " |")
    return rows


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.stdout.write(
        "\n".join([*trend_rows(given.series, given.seed), "", *shock_rows(given.series, given.seed)]) + "\n"
    )


if __name__ == "__main__":
    main()
