"""How much the tie indicators owe to the choices of ``reply_v1``: 24 variants, and senders dealt anew; and what
the indicators with N in them are on proven presence alone.

All are companions, month by month: ``grid_w10_k5_decayed`` is the indicator by the same definition on the
ties of a window of 10 minutes, 5 turns back, weights that halve with time; ``senders_null`` its mean when the
people of each day swap their turns, ``senders_excess`` the observation less that mean, ``senders_p`` how rare
so extreme a value is among the draws. The ritual layer is in none of them. ``proven_only`` leaves presumed
members out of N, the lower bound of who is present. ``month`` is a trailing indicator's last month alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from schemas.indicators import Indicator, definitions, registry
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context, once
from tasks.measure.indicators.intervals import MAX_CELLS
from tasks.measure.indicators.measures import Detail, divide, measured
from tasks.measure.indicators.networks import TieHistory, on_ties, placed, two_sided_p
from tasks.measure.replies import GRID, REPLY_V1, ReplyParams, previous_by_another

#: Codes that are computed from the inferred ties.
TIE_CODES = (
    "cross_role_tie_share",
    "cohesive_core_share",
    "tie_reciprocity",
    "reply_centralisation",
    "ei_region",
    "ei_cohort",
    "isolate_share",
    "key_person_dependence",
)
#: Of these, those that ask whether there are ties and not how heavy: decay changes nothing in them.
_WEIGHTLESS = ("cohesive_core_share", "reply_centralisation")
NULL_DRAWS = 199
#: Variants of the grid that the composites read: windows of 3 and 30 minutes, the rest as in ``reply_v1``.
NARROW, WIDE = "grid_w3_k5_decayed", "grid_w30_k5_decayed"
ON_PROVEN = "proven_only"
#: Codes with N in them that have no such version, or make their own.
_NOT_ON_PROVEN = ("silent_share", "shock_drop", "recovery_months")
#: Codes that pool the months of a trailing window.
TRAILING_CODES = (
    "help_request_rate",
    "help_answer_rate",
    "help_response_time",
    "helper_breadth",
    "gratitude_rate",
    "opener_answer_rate",
    "answer_equity_gap",
    "announcer_concentration",
    "top1_share",
    "campaign_conversion",
    "campaign_half_life",
    "campaigner_retention",
    "newcomer_welcome_rate",
    "enterprise_support_rate",
)
Statistic = Callable[[Array, Array], Array]


def companions(ctx: Context, spec: Indicator) -> dict[str, Detail]:
    """The grid and, where the statistic is one of a tie matrix alone, the null of swapped senders."""
    wanted = ctx.wanted(spec)
    if not wanted.any():
        return {}
    return _month_alone(ctx, spec) | _otherwise(ctx, spec, wanted)


def _month_alone(ctx: Context, spec: Indicator) -> dict[str, Detail]:
    """``month``: an indicator of a trailing window on its last month alone, however little that holds."""
    if spec.code not in TRAILING_CODES:
        return {}
    alone = measured(_quiet(ctx), spec.model_copy(update={"window_months": 1}))
    return {"month": Detail(alone.value, n_num=alone.n_num, n_den=alone.n_den, is_sparse=True)}


@once
def _quiet(ctx: Context) -> Context:
    return ctx.quiet()


@once
def _proven(ctx: Context) -> Context:
    return ctx.on_proven_presence()


def _otherwise(ctx: Context, spec: Indicator, wanted: Array) -> dict[str, Detail]:
    if spec.uses_n and spec.code not in _NOT_ON_PROVEN:
        return {ON_PROVEN: _on_proven(ctx, spec)}
    if spec.code not in TIE_CODES:
        return {}
    ties, details = variants(ctx), dict[str, Detail]()
    for params in GRID:
        name = variant_name(params)
        same = variant_name(replace(params, is_decayed=not params.is_decayed))
        if spec.code in _WEIGHTLESS and same in details:
            details[name] = details[same]
            continue
        varied = measured(on_ties(ctx, ties[name]), spec)
        details[name] = Detail(varied.value, n_den=varied.n_den, is_sparse=True)
        if name in (NARROW, WIDE) and "excess" in varied.details:
            details[f"{name}_excess"] = Detail(varied.details["excess"].value, is_sparse=True)
    return details | (_swapped(ctx, spec, wanted) if spec.code in _STATISTICS else {})


def has_proven_version(code: str) -> bool:
    """Whether an indicator has the companion ``proven_only``."""
    return registry()[code].uses_n and (code == "silent_share" or code not in _NOT_ON_PROVEN)


def _on_proven(ctx: Context, spec: Indicator) -> Detail:
    """The indicator with proven presence for N, as far as it is known; no head count scales it."""
    proven = measured(_proven(ctx), spec)
    return Detail(proven.value, n_num=proven.n_num, n_den=proven.n_den)


def variant_name(params: ReplyParams) -> str:
    """Name of a variant's companion, such as ``grid_w10_k5_decayed``."""
    shape = "decayed" if params.is_decayed else "binary"
    return f"grid_w{params.window_min}_k{params.k_turns}_{shape}"


@dataclass(frozen=True)
class _Candidates:
    """Ties of any variant, in time order: ends on the member axis, day, turns back, minutes, and both weights."""

    source: Array
    target: Array
    day: Array
    back: Array
    latency: Array
    decayed: Array
    plain: Array
    is_adjacent: Array  # by rule 4, which alone the variants change


def variants(ctx: Context) -> dict[str, TieHistory]:
    """The ties of each variant, for the months in which any tie code is wanted.

    A variant changes rule 4 alone, so it is told from the turns and the stored ties: other rules' ties stay,
    the stored adjacent ones are cut to its window, and wider windows add what stands further back. A list
    gives no such tie.
    """
    months = np.any([ctx.wanted(spec) for spec in definitions() if spec.code in TIE_CODES], axis=0)
    return ctx.held(f"variants|{np.flatnonzero(months).tolist()}", lambda: _variants(ctx, months))


def _variants(ctx: Context, months: Array) -> dict[str, TieHistory]:
    some = _candidates(ctx, months)
    return {variant_name(params): _of_variant(ctx, some, params) for params in GRID}


def _of_variant(ctx: Context, some: _Candidates, params: ReplyParams) -> TieHistory:
    kept = ~some.is_adjacent | ((some.latency <= params.window_min) & (some.back <= params.k_turns))
    weight = some.decayed if params.is_decayed else some.plain
    return placed(ctx, some.day[kept], some.source[kept], some.target[kept], weight[kept])


def _candidates(ctx: Context, months: Array) -> _Candidates:
    """The stored core ties of some months, and adjacent ones beyond the default window up to the widest of the
    grid, which are never crowded: within the last 10 minutes only their own sender spoke.
    """
    widest = max(params.window_min for params in GRID)
    at = ctx.month_of(ctx.replies["local_date"])
    kept = ctx.is_core & (at >= 0) & (at < ctx.n_months) & months[np.clip(at, 0, ctx.n_months - 1)]
    is_adjacent = ctx.ties_by("adjacent")
    core = np.flatnonzero(kept & (~is_adjacent | (ctx.tie("latency_min") <= widest)))
    source, target, lag = _wider(ctx, months, widest)
    keys = ctx.turn_keys
    stored, added = ctx.tie("source_turn_key")[core], keys[source]
    order = np.argsort(np.append(stored, added), kind="stable")

    def joined(of_stored: Array, of_added: Array) -> Array:
        return np.append(of_stored, of_added)[order]

    latency = joined(ctx.tie("latency_min")[core], lag.astype(float))
    decayed = joined(ctx.tie("weight")[core], np.exp2(-lag / REPLY_V1.half_life_min))
    is_adjacent = joined(is_adjacent[core], np.ones(len(lag), dtype=bool))
    halved = (0.5 ** (pl.Series(latency) / REPLY_V1.half_life_min)).to_numpy()
    return _Candidates(
        source=joined(ctx.tie_members[0][core], ctx.turn_member[source]),
        target=joined(ctx.tie_members[1][core], ctx.turn_member[target]),
        day=joined(ctx.day_of(ctx.replies["local_date"])[core], ctx.turn_day[source]),
        back=joined(stored - ctx.tie("target_turn_key")[core], added - keys[target]),
        latency=latency,
        decayed=decayed,
        plain=np.divide(decayed, halved, out=decayed.copy(), where=is_adjacent),
        is_adjacent=is_adjacent,
    )


def _wider(ctx: Context, months: Array, widest: float) -> tuple[Array, Array, Array]:
    """Places of a turn and of the last one by somebody else, and the minutes between them, up to the widest."""
    sender, minute = ctx.turn_member, ctx.turn_minute
    found = previous_by_another(sender)
    target = np.maximum(found, 0)
    lag = minute - minute[target]
    free = ~ctx.turn("is_list") & ~ctx.turns_at(ctx.tie_source)
    inside = (ctx.turn_month >= 0) & (ctx.turn_month < ctx.n_months)
    inside &= months[np.clip(ctx.turn_month, 0, ctx.n_months - 1)]
    new = inside & free & (found >= 0) & (lag > REPLY_V1.window_min) & (lag <= widest)
    return np.flatnonzero(new), target[new], lag[new]


# --- senders dealt anew --------------------------------------------------------------------------------


def _reciprocity(cells: Array, total: Array) -> Array:
    return divide(np.minimum(cells, cells.transpose(0, 2, 1)).sum(axis=(1, 2)), total)


def _centralisation(cells: Array, _: Array) -> Array:
    degree = (cells > 0).sum(axis=1).astype(float)
    n = cells.shape[1]
    return (degree.max(axis=1, keepdims=True) - degree).sum(axis=1) / max(n - 1, 1) ** 2


def _key_person(cells: Array, total: Array) -> Array:
    strength = cells.sum(axis=1) + cells.sum(axis=2)
    return divide(strength.max(axis=1), total)


#: Statistics of draws x n x n tie weights among the month's active members, from source to target, and of
#: their sums.
_STATISTICS: dict[str, Statistic] = {
    "tie_reciprocity": _reciprocity,
    "reply_centralisation": _centralisation,
    "key_person_dependence": _key_person,
}


def _swapped(ctx: Context, spec: Indicator, wanted: Array) -> dict[str, Detail]:
    null, excess, p = (np.full(ctx.n_months, np.nan) for _ in range(3))
    for t in np.flatnonzero(wanted):
        values = _drawn(ctx, int(t))[spec.code]
        if not len(values):
            continue
        observed, draws = values[0], values[1:][np.isfinite(values[1:])]
        if len(draws) and np.isfinite(observed):
            null[t] = draws.mean()
            excess[t] = observed - null[t]
            p[t] = two_sided_p(float(observed), draws, float(null[t]), exact=False)
    details = {"senders_null": null, "senders_excess": excess, "senders_p": p}
    return {name: Detail(values, is_sparse=True) for name, values in details.items()}


def _drawn(ctx: Context, t: int) -> dict[str, Array]:
    """By code, the statistic of the month's ties as observed, then of each draw; empty without ties.

    Senders are dealt anew within each day, the same draws for all codes. Ties to a turn before the month are
    left out, of the observation too.
    """
    return ctx.held(f"drawn|{t}", lambda: _dealt(ctx, t))


def _dealt(ctx: Context, t: int) -> dict[str, Array]:
    first, last = np.searchsorted(ctx.turn_day, [ctx.month_start[t], ctx.month_end[t] + 1])
    source, target = ctx.tie_source, ctx.tie_target
    mine = ctx.is_core & (np.minimum(source, target) >= first) & (np.maximum(source, target) < last)
    rng = ctx.rng(registry()["tie_reciprocity"], t)
    senders = deal(ctx.turn_member[first:last], ctx.turn_day[first:last], rng)
    return _of_draws(source[mine] - first, target[mine] - first, ctx.tie("weight")[mine], senders)


def deal(senders: Array, day: Array, rng: np.random.Generator, draws: int = NULL_DRAWS) -> Array:
    """(1 + draws) x turns: senders as observed, then shuffled among the turns of each day.

    ``day`` is sorted. Volume, the hours of talk and each person's turns by day stay as they are. Senders come
    numbered by their first turn, so that the draws do not depend on keys.
    """
    first, local = np.unique(senders, return_index=True, return_inverse=True)[1:]
    rank = np.argsort(np.argsort(first))
    numbered = rank[local]
    # day, then chance, then the sender, in the bits of one number: sorted, they are senders dealt anew
    keys = rng.integers(0, 2**36, (draws, len(senders)), dtype=np.uint64) << np.uint64(16)
    keys |= (day - day.min(initial=0)).astype(np.uint64) << np.uint64(52)
    keys |= numbered.astype(np.uint64)
    keys.sort(axis=1)
    return np.vstack([numbered, (keys & np.uint64(0xFFFF)).astype(np.int64)])


def _of_draws(source: Array, target: Array, weight: Array, senders: Array) -> dict[str, Array]:
    """Every statistic for each row of senders; ties of a person to themselves are dropped."""
    if not len(source):
        return dict.fromkeys(_STATISTICS, np.zeros(0))
    n = int(senders.max()) + 1
    chunk = max(1, MAX_CELLS // (n * n))
    parts: dict[str, list[Array]] = {code: [] for code in _STATISTICS}
    for start in range(0, len(senders), chunk):
        rows = senders[start : start + chunk]
        ends = rows[:, source], rows[:, target]
        flat = np.arange(len(rows))[:, None] * n * n + ends[0] * n + ends[1]
        kept = np.where(ends[0] == ends[1], 0.0, weight)
        cells = np.bincount(flat.ravel(), kept.ravel(), len(rows) * n * n).reshape(-1, n, n)
        total = cells.sum(axis=(1, 2))
        for code, statistic in _STATISTICS.items():
            parts[code].append(statistic(cells, total))
    return {code: np.concatenate(values) for code, values in parts.items()}
