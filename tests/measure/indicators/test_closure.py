"""Only what changed is computed again, and the result is that of a full computation."""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from schemas.config import Participants
from schemas.indicators import registry
from schemas.tables import TABLES
from tasks.measure.indicators import Indicators, closure_hashes, compute, month_hashes
from tasks.measure.indicators.axes import add_months
from tasks.measure.indicators.tail import Tail
from tests.measure.indicators.random_group import random_group

MONTHS = 6


@pytest.fixture(scope="module")
def inputs():
    return random_group(months=MONTHS)


@pytest.fixture(scope="module")
def full(inputs):
    return compute(inputs)


def changed(before: Indicators, after: Indicators) -> pl.DataFrame:
    """Cells (code, month) whose hash differs."""
    return after.values.join(before.values, on=["code", "month", "input_hash"], how="anti").select(
        "code", "month"
    )


def assert_same(one: Indicators, other: Indicators) -> None:
    assert one.values.equals(other.values)
    assert one.details.equals(other.details)
    assert one.bases.equals(other.bases)


def test_everything_holds_when_nothing_changed(inputs, full):
    assert_same(compute(inputs, cached=full), full)


def test_a_later_message_changes_its_months_only(inputs, full):
    """A turn less in March: codes of a month move in March, of a quarter until May, those that look
    ahead before.
    """
    at = add_months(inputs.first_month, 2)
    day = at + dt.timedelta(days=14)
    first = inputs.fact_turn.filter(pl.col("local_date") >= day)["turn_key"][0]
    shorter = replace(
        inputs,
        fact_turn=inputs.fact_turn.filter(pl.col("turn_key") != first),
        fact_reply=inputs.fact_reply.filter(
            (pl.col("source_turn_key") != first) & (pl.col("target_turn_key") != first)
        ),
    )
    again = compute(shorter, cached=full)
    assert_same(again, compute(shorter))
    touched = changed(full, again).group_by("code").agg(pl.col("month").sort())
    months = dict(zip(touched["code"], touched["month"].to_list(), strict=True))
    assert months["active_member_share"] == [at]
    assert months["help_request_rate"] == [at, add_months(at, 1), add_months(at, 2)]
    assert months["conflict_rate"] == [add_months(at, -1), at]


def up_to(inputs, cut):
    """What was known of a group when the month before ``cut`` was measured."""
    return replace(
        inputs,
        month=add_months(cut, -1),
        fact_turn=inputs.fact_turn.filter(pl.col("local_date") < cut + dt.timedelta(days=3)),
        fact_reply=inputs.fact_reply.filter(pl.col("local_date") < cut + dt.timedelta(days=3)),
        fact_activity=inputs.fact_activity.filter(pl.col("local_date") < cut),
        fact_participation=inputs.fact_participation.filter(pl.col("added_date") < cut),
        fact_campaign=inputs.fact_campaign.filter(pl.col("local_date") < cut),
        fact_campaign_member=inputs.fact_campaign_member.join(
            inputs.fact_campaign.filter(pl.col("local_date") < cut), on="campaign_key", how="semi"
        ),
        fact_trigger=inputs.fact_trigger.filter(pl.col("local_date") < cut),
        fact_mention=inputs.fact_mention.filter(pl.col("local_date") < cut + dt.timedelta(days=3)),
        presence=inputs.presence.filter(pl.col("date") < cut + dt.timedelta(days=3)),
        coverage=inputs.coverage.filter(pl.col("date") < cut + dt.timedelta(days=3)),
    )


def test_a_month_more_leaves_the_earlier_ones(inputs, full):
    longer = random_group(months=MONTHS + 1)
    cut = add_months(inputs.first_month, MONTHS)
    before = compute(up_to(longer, cut))
    after = compute(longer, cached=before)
    assert_same(after, compute(longer))
    touched = changed(before, after).filter(pl.col("code") == "active_member_share")["month"].to_list()
    assert touched == [cut]
    same = after.values.join(before.values, on=["code", "month"], suffix="_before").filter(
        pl.col("code") == "style_match"
    )
    assert same["value"].equals(same["value_before"], null_equal=True)


def test_a_month_more_of_many_is_computed_from_the_last_ones(monkeypatch):
    """The arrays of the last months alone give what those of all months give, to the last bit."""
    longer = random_group(months=30, members=12, per_month=60, seed=1)
    before = compute(up_to(longer, longer.month))
    short: list[int] = []
    chosen = Tail.context

    def watched(tail, spec):
        found = chosen(tail, spec)
        short.append(found.n_months)
        return found

    monkeypatch.setattr(Tail, "context", watched)
    after = compute(longer, cached=before)
    assert max(short) == 30  # shocks are held against the whole history
    assert sorted(set(short)) == [5, 30]
    monkeypatch.setattr(Tail, "context", lambda tail, spec: tail._whole)
    assert_same(after, compute(longer, cached=before))


def test_composites_are_taken_over_as_long_as_their_base_periods_stand():
    """A month more draws the last months' composites alone; talk found in a base period moves them all."""
    longer = random_group(months=30, members=12, per_month=60, seed=1)
    composites = pl.col("code").str.starts_with("idx_") & pl.col("value").is_not_null()
    before, full = compute(up_to(longer, longer.month)), compute(longer)
    assert full.values.filter(composites)["month"].n_unique() > 20
    assert_same(compute(longer, cached=before), full)
    last = add_months(longer.month, -2)
    assert changed(before, full).filter(pl.col("code").str.starts_with("idx_"))["month"].min() >= last

    early = pl.col("local_date").is_between(
        add_months(longer.first_month, 2), add_months(longer.first_month, 3)
    )
    less = replace(longer, fact_turn=longer.fact_turn.filter(~(early & (pl.col("turn_key") % 3 == 0))))
    again = compute(less, cached=full)
    assert_same(again, compute(less))
    moved = changed(full, again).filter(pl.col("code") == "idx_mechanical")
    assert moved["month"].n_unique() == 30


def test_words_found_behind_the_base_periods_move_the_alphas_after_them():
    """An alpha rests on every month up to its own, so an index of the months after it is made anew."""
    inputs = random_group(months=30, members=30, per_month=500, seed=3)
    full, then = compute(inputs), add_months(inputs.first_month, 26)
    found = pl.col("local_date").is_between(then, add_months(then, 1), closed="left") & (
        pl.col("turn_key") % 3 == 0
    )
    more = replace(
        inputs, fact_turn=inputs.fact_turn.with_columns(pl.col("lex_we_incl") + found.cast(pl.Int64))
    )
    again = compute(more, cached=full)
    assert_same(again, compute(more))
    moved = changed(full, again).filter(pl.col("code") == "idx_mechanical")["month"].to_list()
    assert moved == [add_months(then, ahead) for ahead in range(4)]
    of_last = (pl.col("month") == inputs.month) & (pl.col("detail") == "alpha")
    assert not again.details.filter(of_last).equals(full.details.filter(of_last))


def test_a_group_closed_to_all_but_admins_by_an_early_line_stays_so(inputs, full):
    """The line lies in the second month; the months after it hold nothing of it but that they are closed."""
    day = add_months(inputs.first_month, 1)
    said = {"event": "admins_only_on", "event_date": day, "sent_at": dt.datetime.combine(day, dt.time(8))}
    table, keys = (
        TABLES["core.fact_membership_event"],
        {"group_key": inputs.group_key, "membership_event_key": 1},
    )
    line = pl.DataFrame([said | keys]).select(
        pl.col(name) if name in said | keys else pl.lit(None).alias(name) for name in table.names
    )
    line = line.cast(dict(table.polars_schema))
    closed = replace(inputs, fact_membership_event=pl.concat([inputs.fact_membership_event, line]))
    found = compute(closed)
    assert_same(compute(closed, cached=full), found)
    blocked = found.values.filter((pl.col("code") == "participation_gini") & (pl.col("month") >= day))
    assert blocked["status"].unique().to_list() == ["not_applicable"]


def test_an_early_message_found_late_leaves_the_later_months(inputs, full):
    """Ordinals of all later turns shift by one; their content does not."""
    extra = inputs.fact_turn.head(1).with_columns(turn_key=pl.lit(0, dtype=pl.Int64))
    shifted = replace(
        inputs,
        fact_turn=pl.concat([extra, inputs.fact_turn.with_columns(pl.col("turn_key") + 1)]),
        fact_reply=inputs.fact_reply.with_columns(
            pl.col("source_turn_key") + 1, pl.col("target_turn_key") + 1
        ),
        fact_mention=inputs.fact_mention.with_columns(pl.col("turn_key") + 1),
    )
    before, after = month_hashes(inputs), month_hashes(shifted)
    assert before[0] != after[0]
    assert before[1:] == after[1:]
    assert_same(compute(shifted, cached=full), compute(shifted))


def test_a_changed_definition_changes_its_cells(inputs):
    spec = registry()["silent_share"]
    bases = month_hashes(inputs)
    other = spec.model_copy(update={"params": {**spec.params, "window_days": 90}})
    arguments = (bases, inputs.first_month, inputs.history_start)
    before, after = closure_hashes(spec, *arguments), closure_hashes(other, *arguments)
    assert len(before) == len(bases) - 1
    assert all(one != another for one, another in zip(before, after, strict=True))
    assert before == closure_hashes(spec, *arguments)


def test_a_role_changes_the_months_in_which_it_holds(inputs, full):
    promoted = inputs.dim_member.with_columns(
        role=pl.when(pl.col("member_key") == 1010).then(pl.lit("officer")).otherwise("role")
    )
    now = replace(inputs, dim_member=promoted)
    again = compute(now, cached=full)
    assert_same(again, compute(now))
    assert "cross_role_tie_share" in changed(full, again)["code"].to_list()


def test_months_asked_for_do_not_change_the_numbers(inputs, full):
    last = compute(inputs, months=[inputs.month])
    assert last.values.equals(full.values.filter(pl.col("month") == inputs.month))


def test_a_head_count_changes_its_month_and_the_later_ones(inputs, full):
    """15 known by name, 20 counted on 10 March: N of March on, and nothing before."""
    at = add_months(inputs.first_month, 2)
    counted = inputs.group.model_copy(update={"participants": (Participants(date=at.replace(day=10), n=20),)})
    now = replace(inputs, group=counted)
    again = compute(now, cached=full)
    assert_same(again, compute(now))
    touched = changed(full, again).filter(pl.col("code") == "active_member_share")["month"].to_list()
    assert touched == [add_months(at, n) for n in range(MONTHS - 2)]


def test_a_campaign_that_ends_otherwise_changes_the_months_that_hold_it(inputs, full):
    campaign = inputs.fact_campaign.with_columns(
        n_committed=pl.when(pl.col("campaign_key") == 4)
        .then(pl.col("n_committed") + 1)
        .otherwise("n_committed"),
        n_reached=pl.when(pl.col("campaign_key") == 4).then(pl.col("n_reached") + 1).otherwise("n_reached"),
    )
    now = replace(inputs, fact_campaign=campaign)
    again = compute(now, cached=full)
    assert_same(again, compute(now))
    assert (
        add_months(inputs.first_month, 2)
        in changed(full, again).filter(pl.col("code") == "campaign_conversion")["month"].to_list()
    )
