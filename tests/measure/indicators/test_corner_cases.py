"""What a group seldom has: bots that post, a month of talk that no export covers, two versions with other hours."""

from dataclasses import replace

import polars as pl

from schemas.indicators import Indicator, registry
from tasks.measure.indicators.belonging import newcomer_welcome_rate
from tasks.measure.indicators.compute import compute
from tasks.measure.indicators.context import Context
from tests.measure.indicators.random_group import FIRST, random_group, shaped


def test_links_and_stickers_of_bots_are_nobodys_turns() -> None:
    """Their messages belong to no turn; those of the first and the second turn are a link and a sticker."""
    messages = shaped(
        "core.fact_message",
        {
            "message_key": [0, 1, 2, 3],
            "turn_key": [0, 1, None, None],
            "kind": ["text", "sticker", "text", "sticker"],
            "n_urls": [1, 0, 1, 0],
        },
    )
    ctx = Context(replace(random_group(months=1), fact_message=messages))
    assert ctx.has_link.nonzero()[0].tolist() == [0]
    assert ctx.is_sticker.nonzero()[0].tolist() == [1]


def test_a_month_that_no_export_covers_has_no_coverage_however_much_is_said() -> None:
    inputs = random_group(months=2)
    seen = inputs.coverage.with_columns(is_covered=pl.col("date").dt.month() != 2)
    rows = compute(replace(inputs, coverage=seen), codes={"tie_reciprocity"}).values
    assert rows["status"].to_list() == ["ok", "no_coverage"]


def test_one_turn_whose_ya_is_unknown_takes_the_companion_of_its_month_alone() -> None:
    """Its particles stand against everybody's; the value itself and the other month are as before."""
    inputs = random_group(months=2)
    first = inputs.fact_turn.filter("is_text")["turn_key"][0]
    unknown = inputs.fact_turn.with_columns(n_ya=pl.when(pl.col("turn_key") != first).then("n_ya"))
    known, less = (
        compute(one, codes={"style_match"}) for one in (inputs, replace(inputs, fact_turn=unknown))
    )
    assert less.values["value"].equals(known.values["value"]) and known.values["value"].null_count() == 0
    assert known.details["value"].equals(known.values["value"])  # nobody says it
    assert less.details["value"].is_null().to_list() == [True, False]


def test_each_version_has_its_own_hours() -> None:
    """Five joins, a turn that welcomes 10 hours after each: within 48 hours, not within one."""
    joined = [FIRST.replace(day=2 + 4 * i) for i in range(5)]
    events = shaped(
        "core.fact_membership_event",
        {
            "membership_event_key": range(5),
            "event": "added",
            "member_key": 1001,
            "event_date": joined,
            "sent_at": joined,
        },
    )
    inputs = random_group(months=1, per_month=5)
    at = pl.Series(joined).cast(pl.Datetime("us")) + pl.duration(hours=10)
    turns = inputs.fact_turn.with_columns(
        member_key=pl.lit(1000), sent_at=at, local_date=pl.Series(joined), lex_welcome=pl.lit(1)
    )
    turns = turns.cast(dict(inputs.fact_turn.schema))
    ctx = Context(
        replace(inputs, fact_turn=turns, fact_reply=inputs.fact_reply.head(0), fact_membership_event=events)
    )

    def welcomed(spec: Indicator) -> list[float]:
        measure = newcomer_welcome_rate(ctx, spec)
        return [*measure.n_num.tolist(), *measure.n_den.tolist()]

    spec = registry()["newcomer_welcome_rate"]
    assert welcomed(spec) == [5, 5]
    assert welcomed(spec.model_copy(update={"params": {**spec.params, "window_hours": 1.0}})) == [0, 5]
