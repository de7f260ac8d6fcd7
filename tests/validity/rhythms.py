"""Two populations that differ in time: how talk bunches, and what a shock takes away and when it is back."""

from __future__ import annotations

import datetime as dt

import numpy as np

from tests.validity.planting import DAY, FIRST, Levels, Planted, group_of, turns_of

BURST_LEVELS: dict[str, tuple[float, ...]] = {
    "turns": (60, 120, 250, 500, 900),  # of a month
    "spread": (0.5, 0.8, 1.0, 1.3, 1.7),  # sigma of the logarithm of the time between two turns
}
SHOCK_LEVELS: dict[str, tuple[float, ...]] = {
    "members": (30, 45, 60, 90, 120),
    "volume": (5, 8, 12, 18, 26),
    "depth": (0.45, 0.55, 0.65, 0.75, 0.85),
    "lasts": (2, 3, 4, 5, 6),  # months until the level of before
    "unrest": (0.05, 0.08, 0.11, 0.15, 0.2),  # sigma of the logarithm of a month's level
}
_DAWN, _DUSK = 5 * 60, 22 * 60
_MONTHS, _SHOCK = 44, 30


def bursts(rng: np.random.Generator, levels: Levels) -> Planted:
    """Turns whose waking minutes between each other are lognormal, over two months; nobody speaks at night."""
    awake = _DUSK - _DAWN
    span = 59 * awake
    mean = 30 * awake / levels["turns"]
    sigma = levels["spread"]
    gaps = rng.lognormal(np.log(mean) - sigma**2 / 2, sigma, int(6 * levels["turns"]))
    at = np.cumsum(gaps) - rng.random() * mean
    at = at[(at >= 0) & (at < span)].astype(np.int64)
    minute = at // awake * DAY + _DAWN + at % awake
    keys = np.arange(20) + 1000
    turns = turns_of(minute, keys[rng.integers(0, 20, len(minute))], is_text=np.ones(len(minute), dtype=bool))
    return Planted(group_of(2, keys, turns))


def burst_truths(_: np.random.Generator, levels: Levels) -> dict[str, float]:
    """Burstiness of the law that the times follow (Goh and Barabasi 2008)."""
    r = float(np.sqrt(np.exp(levels["spread"] ** 2) - 1))
    return {"activity_burstiness": (r - 1) / (r + 1)}


def shocks(rng: np.random.Generator, levels: Levels) -> Planted:
    """Months of a level with unrest; a share is missing from the shock's month on, most of it in the first."""
    n = int(levels["members"])
    keys = np.arange(n) + 1000
    weight = rng.lognormal(-0.32, 0.8, n) * levels["volume"]
    level = np.exp(rng.normal(0, levels["unrest"], _MONTHS))
    level[_SHOCK : _SHOCK + int(levels["lasts"])] *= 1 - 0.85 * levels["depth"]
    level[_SHOCK] *= (1 - levels["depth"]) / (1 - 0.85 * levels["depth"])
    minute, who = [], []
    start = 0
    for month in range(_MONTHS):
        length = _days(month)
        number = rng.poisson(weight * level[month] * length / 30)
        who.append(np.repeat(np.arange(n), number))
        minute.append(start * DAY + rng.integers(0, length * DAY, int(number.sum())))
        start += length
    at, member = np.concatenate(minute), np.concatenate(who)
    year, month = divmod(_SHOCK, 12)
    declared = {"shocks": [{"name": "flood", "date": dt.date(FIRST.year + year, month + 1, 3)}]}
    turns = turns_of(at, keys[member], is_text=np.ones(len(at), dtype=bool))
    inputs = group_of(_MONTHS, keys, turns, settings_of_group=declared)
    return Planted(inputs, at={"shock_drop": _SHOCK, "recovery_months": _SHOCK})


def _days(month: int) -> int:
    year, number = divmod(month, 12)
    first = dt.date(FIRST.year + year, number + 1, 1)
    return ((first + dt.timedelta(days=32)).replace(day=1) - first).days


def shock_truths(_: np.random.Generator, levels: Levels) -> dict[str, float]:
    """The share taken away, and the months until the level of before, counted from the shock's month."""
    return {"shock_drop": levels["depth"], "recovery_months": levels["lasts"]}
