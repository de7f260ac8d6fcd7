"""Facet B: belonging and the sense of we."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.answers import share_interval
from tasks.measure.indicators.axes import Array, places, roll
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import bootstrap_mean
from tasks.measure.indicators.measures import (
    Detail,
    Measure,
    by_month,
    divide,
    indicator,
    over_members,
    wilson_share,
)

_JOINS = ("joined_link", "joined_community", "added")


@indicator("we_share")
def we_share(ctx: Context, spec: Indicator) -> Measure:
    """Mean over members of turns with we over turns with we plus turns with I. Share 0-1.

    Back et al. 2018; Van Swol et al. 2021.
    """
    text = ctx.turn("is_text")
    we = ctx.count(text & ((ctx.turn("lex_we_incl") > 0) | (ctx.turn("lex_we_excl") > 0)))
    both = we + ctx.count(text & (ctx.turn("lex_i_word") > 0))
    counted = both >= spec.params["min_turns_per_member"]
    share = np.where(counted, divide(we, both), 0)
    num, den = over_members(share), counted.sum(axis=1).astype(float)
    enough = den >= spec.params["min_members"]
    ci = by_month(ctx, spec, enough, lambda t, rng: bootstrap_mean(rng, share[t, counted[t]]))
    return Measure(divide(num, den), num, den, enough=enough, empty=both.sum(axis=1) == 0, ci=ci)


@indicator("inclusive_we_share")
def inclusive_we_share(ctx: Context, spec: Indicator) -> Measure:
    """Turns with inclusive we over turns with inclusive plus turns with exclusive we. Share 0-1.

    Sneddon 2006. Wilson; resampled by member where 20 or more say we.
    """
    text = ctx.turn("is_text")
    incl = ctx.count(text & (ctx.turn("lex_we_incl") > 0))
    both = incl + ctx.count(text & (ctx.turn("lex_we_excl") > 0))
    num, den = incl.sum(axis=1), both.sum(axis=1)
    enough = den >= spec.params["min_turns"]
    ci, kind = share_interval(ctx, spec, incl, both, enough, int(spec.params["min_members_boot"]))
    return Measure(divide(num, den), num, den, enough=enough, empty=den == 0, ci=ci, ci_kind=kind)


def join_batches(events: pl.DataFrame, minutes: float) -> pl.DataFrame:
    """Joins and adds that follow each other within so many minutes: start, event_date, people, adders."""
    joins = events.filter(pl.col("event").is_in(_JOINS)).sort("sent_at")
    new = (pl.col("sent_at").diff() > pl.duration(minutes=int(minutes))).fill_null(True).cum_sum()
    return (
        joins.with_columns(batch=new)
        .group_by("batch", maintain_order=True)
        .agg(
            pl.col("sent_at").first().alias("start"),
            pl.col("event_date").first(),
            pl.col("member_key").alias("people"),
            pl.col("actor_member_key").drop_nulls().alias("adders"),
        )
    )


@indicator("newcomer_welcome_rate")
def newcomer_welcome_rate(ctx: Context, spec: Indicator) -> Measure:
    """Batches of joiners met by a word of welcome or a mention within 48 hours, trailing quarter. Share 0-1.

    Burke, Kraut and Joyce 2010. The welcome comes from somebody who neither joined nor added the batch.
    Companion ``by_officers_only``: batches welcomed by officers and founders alone over those welcomed.
    """
    hours, minutes = spec.params["window_hours"], spec.params["batch_minutes"]
    batches = join_batches(ctx.inputs.fact_membership_event, minutes)
    month, day = ctx.month_of(batches["event_date"]), ctx.day_of(batches["event_date"])
    usable = ctx.day_followed(day, int(np.ceil(hours / 24)))
    name = f"welcomes|{hours}|{minutes}"  # another version may ask for other hours
    if name not in ctx.memo:
        ctx.memo[name] = _welcomes(ctx, batches, hours)
    welcomed, by_officers = ctx.memo[name]

    def tally(mask: Array) -> Array:
        inside = mask & (month >= 0) & (month < ctx.n_months)
        return roll(np.bincount(month[inside], minlength=ctx.n_months).astype(float), spec.window_months)

    num, den, officers = tally(usable & welcomed), tally(usable), tally(usable & by_officers)
    return wilson_share(
        num,
        den,
        den >= spec.params["min_batches"],
        details={"by_officers_only": Detail(divide(officers, num), n_num=officers, n_den=num)},
    )


def _members_of_lists(ctx: Context, lists: pl.Series) -> list[Array]:
    """Places on the member axis of the keys of each list."""
    at = ctx.member_of(lists.explode(empty_as_null=False).cast(pl.Int64))
    return np.split(at, np.cumsum(lists.list.len().to_numpy())[:-1]) if len(lists) else []


def _among(values: Array, few: Array) -> Array:
    found: Array = (values[:, None] == few).any(axis=1)
    return found


def _welcomes(ctx: Context, batches: pl.DataFrame, hours: float) -> tuple[Array, Array]:
    """By batch: whether an old member's turn within the hours welcomes it or mentions one of it, and whether
    all such turns are by officers and founders.
    """
    mentions = ctx.ties_by("mention") & (ctx.tie_source >= 0)
    at = ctx.tie_source[mentions]
    target = places(ctx.members, ctx.tie("target_member_key")[mentions])
    greets = ctx.turn("lex_welcome") > 0
    welcomed, by_officers = (np.zeros(len(batches), dtype=bool) for _ in range(2))
    start = batches["start"].dt.epoch("us").to_numpy() // 60_000_000
    firsts = np.searchsorted(ctx.turn_minute, start, side="left").tolist()
    lasts = np.searchsorted(ctx.turn_minute, start + int(hours * 60), side="right").tolist()
    joiners, adders = (_members_of_lists(ctx, batches[name]) for name in ("people", "adders"))
    for i, (first, last, people) in enumerate(zip(firsts, lasts, joiners, strict=True)):
        apart = np.append(people, adders[i])
        inside = slice(*np.searchsorted(at, [first, last]))
        to_them = _among(target[inside], people)
        turns = np.append(first + np.flatnonzero(greets[first:last]), at[inside][to_them])
        turns = turns[~_among(ctx.turn_member[turns], apart)]
        welcomed[i], by_officers[i] = len(turns) > 0, len(turns) > 0 and ctx.turn_leads[turns].all()
    return welcomed, by_officers
