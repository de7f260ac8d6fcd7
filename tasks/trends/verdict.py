"""When a trend may be put in words, and in which."""

from __future__ import annotations

import polars as pl

from schemas.indicators import Indicator

MIN_TESTED = 24  # values; below, a slope but no test
MIN_PLAIN_WORDS = 36  # values; below, verdicts are "indicative"
MAX_NOT_OK = 0.20  # share of the covered history's months
FALSE_DISCOVERY_RATE = 0.10
MIN_SAME_SIGN = 0.90  # share of a composite's variants
MAX_STICKER_MOVE = 0.10  # points of the share of sticker-only turns
#: Codes whose words stickers and reactions can stand in for; composites of them too.
STICKERS_STAND_IN = frozenset(
    {"ritual_participation", "chorus_breadth", "gratitude_rate", "campaign_conversion"}
)
#: Codes of which a research question of its own asks; all others belong to the first: has it changed?
_QUESTION = {
    "axis_type": 2,
    "answer_equity_gap": 3,
    "ei_region": 4,
    "ei_cohort": 4,
    "campaign_conversion": 5,
    "campaign_half_life": 5,
    "campaigner_retention": 5,
    "key_person_dependence": 8,
    "core50_share": 8,
    "top1_share": 8,
}


def family(definition: Indicator) -> str:
    """The family within which p-values are adjusted: facet and research question, fixed beforehand."""
    return f"{definition.facet}:{_QUESTION.get(definition.code, 1)}"


def may_be_stickers(definition: Indicator) -> bool:
    """Whether stickers in place of words can move an indicator."""
    return bool(STICKERS_STAND_IN & {definition.code, *definition.components})


def words() -> pl.Expr:
    """The word of a trend from ``trend_status, q_bh, q_by, family, slope_per_month, n_months, withheld``.

    Composites hang together by the components they share, so that their q has to bear any dependence.

    ``trend_status`` is "tested" or already the reason why not; ``withheld`` the reason why a clear change
    may not be put in words, or NULL.
    """
    q = pl.when(pl.col("family").str.starts_with("composite:")).then("q_by").otherwise("q_bh")
    clear = q <= FALSE_DISCOVERY_RATE
    word = (
        pl.when(clear & pl.col("withheld").is_not_null())
        .then(pl.lit("no verdict: ") + pl.col("withheld"))
        .when(clear & (pl.col("slope_per_month") > 0))
        .then(pl.lit("rising"))
        .when(clear & (pl.col("slope_per_month") < 0))
        .then(pl.lit("falling"))
        .otherwise(pl.lit("no clear change"))
    )
    hedged = (
        pl.when((pl.col("n_months") < MIN_PLAIN_WORDS) & ~word.str.starts_with("no verdict"))
        .then(pl.lit("indicative: ") + word)
        .otherwise(word)
    )
    return pl.when(pl.col("trend_status") == "tested").then(hedged).otherwise("trend_status")
