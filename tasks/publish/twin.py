"""The enclave's synthetic twin: tables of the same shape, made without looking at any data.

An analysis is written and tried on the twin, and run on the enclave by whoever may. All numbers come from
distributions that stand here, so the twin tells nothing about anybody, whatever one compares it with.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from tasks.publish import enclave

GROUP, SEED = "twin", 20_260_101
N_PEOPLE, N_MONTHS = 40, 24
_FIRST = dt.date(2024, 1, 1)


def twin() -> dict[str, pl.DataFrame]:
    """Qualified name -> invented rows of the enclave's tables; the same on every call."""
    rng = np.random.default_rng(SEED)
    months = pl.date_range(_FIRST, pl.lit(_FIRST).dt.offset_by(f"{N_MONTHS - 1}mo"), "1mo", eager=True)
    people = pl.DataFrame(
        {
            "pseudonym_key": [f"{number:024x}" for number in range(1, N_PEOPLE + 1)],
            "cohort": rng.integers(2018, 2026, N_PEOPLE),
            "gender": rng.choice(["female", "male"], N_PEOPLE),
            "role": rng.choice(["officer", "member"], N_PEOPLE, p=[0.15, 0.85]),
            "_from": rng.choice([0, 0, 0, 3, 9], N_PEOPLE),
            "_until": rng.choice([N_MONTHS, N_MONTHS, N_MONTHS, 12, 18], N_PEOPLE),
        }
    )
    rows = (
        people.join(pl.DataFrame({"month": months}).with_row_index("_at"), how="cross")
        .filter((pl.col("_at") >= pl.col("_from")) & (pl.col("_at") < pl.col("_until")))
        .with_columns(group_id=pl.lit(GROUP), present_days=30, covered_days=30)
    )
    n = rows.height
    turns = rng.poisson(rng.gamma(1.0, 6.0, n))
    text = rng.binomial(turns, 0.8)
    asked = rng.binomial(text, 0.04)
    unanswered = rng.binomial(asked, 0.3)
    ties = rng.binomial(np.minimum(text, 12), 0.5)
    rows = rows.with_columns(
        turns=pl.Series(turns),
        text_turns=pl.Series(text),
        words=pl.Series(rng.poisson(8 * text)),
        replies_given=pl.Series(0.9 * ties),
        replies_received=pl.Series(0.9 * rng.permutation(ties)),
        questions=pl.Series(asked + rng.binomial(text - asked, 0.1)),
        help_requests=pl.Series(asked),
        help_answers=pl.Series(rng.binomial(text, 0.03)),
        unanswered_requests=pl.Series(unanswered),
        list_entries=pl.Series(rng.poisson(0.8, n)),
        learning_entries=pl.Series(rng.poisson(0.1, n)),
        offer_turns=pl.Series(rng.binomial(text, 0.02)),
        opportunity_turns=pl.Series(rng.binomial(text, 0.02)),
        n_ties=pl.Series(ties),
        tenure_days=30 * (pl.col("_at").cast(pl.Int64) - pl.col("_from") + 1),
    )
    table = enclave.MEMBER_MONTH
    member_month = table.conform(rows).sort(table.key)
    covered = pl.DataFrame({"month": months}).with_columns(group_id=pl.lit(GROUP), coverage=1.0)
    return {
        table.qualified: member_month,
        enclave.SEQUENCE.qualified: enclave.sequence(member_month, covered).sort(enclave.SEQUENCE.key),
    }
