"""The status of a cell: the first that applies, decided here and nowhere else.

``suppressed`` is never among them: it is the business of publishing. A denominator of zero counts as
``not_applicable`` only where the window was observed; what nobody saw is not a zero.
"""

from __future__ import annotations

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.measures import Measure

COVERAGE_OK = 0.8
COVERAGE_PARTIAL = 0.5
COVERAGE_STRICT = 0.95  # for shares of members, which shift with every missed day
MAX_N_RATIO = 1.1

_PUBLISHED = ("ok", "partial")


def statuses(ctx: Context, spec: Indicator, measure: Measure) -> np.ndarray:
    """M statuses of one code, from the facts its function declared."""
    no = np.zeros(ctx.n_months, dtype=bool)

    def fact(declared: Array | None) -> Array:
        return no if declared is None else np.asarray(declared, dtype=bool)

    coverage = ctx.coverage(spec.window_months) if measure.coverage is None else measure.coverage
    truncated = ctx.truncated(spec.window_months) if measure.truncated is None else measure.truncated
    unseen = fact(measure.unseen) | (coverage < COVERAGE_PARTIAL)
    observed = ~unseen & ~truncated
    blocked = fact(measure.blocked) | (spec.blocked_by_admins_only & ctx.admins_only)
    if spec.uses_n and not ctx.n_is_known:
        blocked = ~no
    return np.select(
        [
            blocked | (fact(measure.empty) & observed),
            unseen,
            truncated,
            fact(measure.immature),
            ~np.asarray(measure.enough, dtype=bool) | ~np.isfinite(measure.value),
            fact(measure.doubtful) | _is_partial(ctx, spec, coverage),
        ],
        ["not_applicable", "no_coverage", "truncated", "immature", "low_n", "partial"],
        default="ok",
    )


def is_published(status: np.ndarray) -> np.ndarray:
    """Whether a value stands beside the status."""
    return np.isin(status, _PUBLISHED)


def _is_partial(ctx: Context, spec: Indicator, coverage: Array) -> Array:
    partial: Array = coverage < (COVERAGE_STRICT if spec.needs_coverage_95 else COVERAGE_OK)
    if spec.uses_n:
        proven, present = ctx.n_lo(spec.window_months), ctx.n_hi(spec.window_months)
        partial = partial | (present > MAX_N_RATIO * proven)
    return partial
