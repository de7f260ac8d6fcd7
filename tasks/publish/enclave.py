"""The enclave: member-level rows of consenting people, and what may leave it: coefficients.

``enclave.member_month`` and ``enclave.sequence`` are for studies under an agreement of their own, read under a
role of their own, and in no release.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.tables import TABLES
from schemas.vocabulary import SEQUENCE_TERMS
from tasks.publish.limits import Limits

MEMBER_MONTH = TABLES["enclave.member_month"]
SEQUENCE = TABLES["enclave.sequence"]
EFFECT = TABLES["research.sequence_effect"]
MIN_COVERAGE = 0.8
Floats = npt.NDArray[np.floating]

#: Term -> its column. Outcome -> its column, the terms asked for, whether each person is compared with
#: him- or herself (leaving happens once, so there is nothing to compare it with), and who could do it.
_TERMS = dict(zip(SEQUENCE_TERMS, ("is_isolated", "has_unanswered_request", "has_received_aid"), strict=True))
_MODELS: tuple[tuple[str, str, tuple[str, ...], bool, str], ...] = (
    ("falls silent", "is_silent_next", ("isolated", "unanswered request"), True, "is_active"),
    ("leaves", "is_gone_next", ("isolated", "unanswered request"), False, "is_active"),
    ("becomes empowered", "is_empowered_next", ("aid received", "unanswered request"), True, "is_active"),
)


def member_months(months: pl.DataFrame, permissions: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """``enclave.member_month``: the rows of those whose consent in force allows it.

    Args:
        months: ``core.fact_member_month`` with ``group_id``. permissions: ``core.member_permission`` with it.
        people: current rows of ``core.dim_member``.
    """
    allowed = permissions.filter("may_have_row").select("group_id", "member_key")
    known = people.select("member_key", "pseudonym_key", "cohort", "gender", "role").unique("member_key")
    found = months.join(allowed, on=["group_id", "member_key"], how="semi").join(known, on="member_key")
    return MEMBER_MONTH.conform(found)


def sequence(months: pl.DataFrame, coverage: pl.DataFrame) -> pl.DataFrame:
    """``enclave.sequence`` from ``enclave.member_month``; coverage: group_id, month, coverage.

    What follows is NULL where the next month, or this one, was observed for less than four fifths.
    """
    seen = coverage.filter(pl.col("coverage") >= MIN_COVERAGE).select("group_id", "month")
    helped = pl.col("help_requests") - pl.col("unanswered_requests")
    power = pl.col("offer_turns") + pl.col("opportunity_turns") + pl.col("learning_entries")
    person = ["group_id", "pseudonym_key"]
    states = months.select(
        *person,
        "month",
        is_active=pl.col("turns") > 0,
        is_isolated=(pl.col("turns") > 0) & (pl.col("n_ties") == 0),
        has_unanswered_request=pl.col("unanswered_requests") > 0,
        has_received_aid=helped > 0,
        is_empowered=power > 0,
    )
    following = states.select(
        *person,
        pl.col("month").dt.offset_by("-1mo"),
        _active="is_active",
        _empowered="is_empowered",
        _there=pl.lit(True),
    )
    observed = seen.join(
        seen.select("group_id", pl.col("month").dt.offset_by("-1mo")), on=["group_id", "month"], how="semi"
    ).with_columns(_observed=pl.lit(True))
    is_seen = pl.col("_observed").fill_null(False)
    found = (
        states.join(following, on=[*person, "month"], how="left")
        .join(observed, on=["group_id", "month"], how="left")
        .with_columns(
            is_silent_next=pl.when(is_seen & pl.col("_there")).then(~pl.col("_active")),
            is_gone_next=pl.when(is_seen).then(pl.col("_there").is_null()),
            is_empowered_next=pl.when(is_seen & pl.col("_there")).then("_empowered"),
        )
    )
    return SEQUENCE.conform(found)


def sequence_effects(rows: pl.DataFrame, groups: pl.Series, limits: Limits) -> pl.DataFrame:
    """``research.sequence_effect``: linear probability models of the next month, one per group and outcome.

    Args:
        rows: ``enclave.sequence``.
        groups: all groups, so that each has its rows.
        limits: the limits in force.

    Month effects always; member effects where the outcome can come again. Errors are clustered by person. A
    coefficient is shown where enough people stand behind the group, the term, the outcome, and what is left.
    """
    found: list[dict[str, object]] = []
    by_group = {group: own for (group,), own in rows.partition_by(["group_id"], as_dict=True).items()}
    for group_id in sorted(groups.unique()):
        own = by_group.get(group_id, rows.clear())
        for outcome, column, terms, has_effects, could in _MODELS:
            cases = own.filter(pl.col(could) & pl.col(column).is_not_null())
            fixed = {"group_id": group_id, "outcome": outcome, "has_member_effects": has_effects}
            statuses = {term: _status(cases, _TERMS[term], column, limits) for term in terms}
            kept = [term for term in terms if statuses[term] == "ok"]
            estimates = _estimates(cases, kept, column, has_effects) if kept else {}
            for term in terms:
                if term in kept and term not in estimates:
                    statuses[term] = "low_n"
                found.append(fixed | {"term": term, "status": statuses[term]} | estimates.get(term, {}))
    empty = dict.fromkeys(("coefficient", "coefficient_lo", "coefficient_hi"))
    return pl.DataFrame([empty | row for row in found], schema=EFFECT.polars_schema)


def _status(cases: pl.DataFrame, term: str, outcome: str, limits: Limits) -> str:
    if cases.is_empty():
        return "not_applicable"
    people = pl.col("pseudonym_key")
    counts = cases.select(
        everybody=people.n_unique(),
        with_term=people.filter(pl.col(term)).n_unique(),
        with_outcome=people.filter(pl.col(outcome)).n_unique(),
        without_term=people.filter(~pl.col(term)).n_unique(),
        without_outcome=people.filter(~pl.col(outcome)).n_unique(),
    ).row(0)
    if counts[0] < limits.min_group_n or min(counts[1:]) < limits.min_subgroup:
        return "suppressed"
    return "ok"


def _estimates(
    cases: pl.DataFrame, terms: list[str], outcome: str, has_effects: bool
) -> dict[str, dict[str, object]]:
    people = cases["pseudonym_key"].rank("dense").cast(pl.Int64).to_numpy() - 1
    months = cases["month"].rank("dense").cast(pl.Int64).to_numpy() - 1
    x = cases.select(pl.col(_TERMS[term]).cast(pl.Float64) for term in terms).to_numpy()
    y = cases[outcome].cast(pl.Float64).to_numpy()
    fit = clustered_fit(y, x, [people, months] if has_effects else [months], people)
    if fit is None:
        return {}
    beta, error, reach = fit
    return {
        term: {
            "coefficient": float(beta[n]),
            "coefficient_lo": float(beta[n] - reach * error[n]),
            "coefficient_hi": float(beta[n] + reach * error[n]),
        }
        for n, term in enumerate(terms)
    }


def clustered_fit(
    y: Floats, x: Floats, effects: list[npt.NDArray[np.int64]], clusters: npt.NDArray[np.int64]
) -> tuple[Floats, Floats, float] | None:
    """Least squares with sets of fixed effects: coefficients, clustered standard errors, 97.5 % quantile of t.

    None where the terms do not vary beside the effects. Small-sample factor G/(G-1) (n-1)/(n-k), k counting
    the effects; t with G-1 degrees of freedom.
    """
    from scipy.stats import t

    rest = _without_effects(np.column_stack([y, x]), effects)
    inner = rest[:, 1:].T @ rest[:, 1:]
    k = sum(int(effect.max()) + 1 for effect in effects) - (len(effects) - 1) + x.shape[1]
    n_clusters = int(clusters.max()) + 1
    if np.linalg.matrix_rank(inner, tol=1e-9) < x.shape[1] or k >= len(y) or n_clusters < 2:
        return None
    beta = np.linalg.solve(inner, rest[:, 1:].T @ rest[:, 0])
    scores = rest[:, 1:] * (rest[:, 0] - rest[:, 1:] @ beta)[:, None]
    sums = np.zeros((n_clusters, x.shape[1]))
    np.add.at(sums, clusters, scores)
    bread = np.linalg.inv(inner)
    factor = n_clusters / (n_clusters - 1) * (len(y) - 1) / (len(y) - k)
    error = np.sqrt(np.diag(factor * bread @ sums.T @ sums @ bread))
    return beta, error, float(t.ppf(0.975, n_clusters - 1))


def _without_effects(columns: Floats, effects: list[npt.NDArray[np.int64]]) -> Floats:
    """Columns less the means of each set of effects, in turns until nothing moves (Gaure 2013)."""
    rest = columns - columns.mean(axis=0)
    sizes = [np.bincount(effect) for effect in effects]
    for _ in range(10_000):
        before = rest
        for effect, size in zip(effects, sizes, strict=True):
            means = np.column_stack([np.bincount(effect, column) / size for column in rest.T])
            rest = rest - means[effect]
        if len(effects) == 1 or np.abs(rest - before).max() < 1e-12:
            break
    return rest
