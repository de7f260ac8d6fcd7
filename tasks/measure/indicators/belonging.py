"""Facet B: belonging and the sense of we."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.context import Array, Context, roll
from tasks.measure.indicators.intervals import bootstrap_mean, wilson
from tasks.measure.indicators.measures import Measure, by_month, divide, indicator

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - instants are naive UTC
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
    num, den = share.sum(axis=1), counted.sum(axis=1).astype(float)
    enough = den >= spec.params["min_members"]
    ci = by_month(ctx, spec, enough, lambda t, rng: bootstrap_mean(rng, share[t, counted[t]]))
    return Measure(divide(num, den), num, den, enough=enough, empty=both.sum(axis=1) == 0, ci=ci)


@indicator("inclusive_we_share")
def inclusive_we_share(ctx: Context, spec: Indicator) -> Measure:
    """Turns with inclusive we over turns with inclusive plus turns with exclusive we. Share 0-1.

    Sneddon 2006.
    """
    text = ctx.turn("is_text")
    num = ctx.count(text & (ctx.turn("lex_we_incl") > 0)).sum(axis=1)
    den = num + ctx.count(text & (ctx.turn("lex_we_excl") > 0)).sum(axis=1)
    return Measure(
        divide(num, den),
        num,
        den,
        enough=den >= spec.params["min_turns"],
        empty=den == 0,
        ci=wilson(num, den),
    )


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
    """
    hours = spec.params["window_hours"]
    batches = join_batches(ctx.inputs.fact_membership_event, spec.params["batch_minutes"])
    month, day = ctx.month_of(batches["event_date"]), ctx.day_of(batches["event_date"])
    usable = ctx.day_followed(day, int(np.ceil(hours / 24)))
    welcomed = np.array([_is_welcomed(ctx, row, hours) for row in batches.iter_rows(named=True)], dtype=bool)

    def tally(mask: Array) -> Array:
        inside = mask & (month >= 0) & (month < ctx.n_months)
        return roll(np.bincount(month[inside], minlength=ctx.n_months).astype(float), spec.window_months)

    num, den = tally(usable & welcomed), tally(usable)
    return Measure(
        divide(num, den),
        num,
        den,
        enough=den >= spec.params["min_batches"],
        empty=den == 0,
        ci=wilson(num, den),
    )


def _is_welcomed(ctx: Context, batch: dict[str, Any], hours: float) -> bool:
    """Whether a turn by an old member within the hours welcomes the batch or mentions one of it."""
    start = (batch["start"] - _EPOCH) // dt.timedelta(minutes=1)
    first = np.searchsorted(ctx.turn_minute, start, side="left")
    last = np.searchsorted(ctx.turn_minute, start + int(hours * 60), side="right")
    apart = ctx.member_of(pl.Series(batch["people"] + batch["adders"], dtype=pl.Int64))
    by_others = ~np.isin(ctx.turn_member[first:last], apart)
    if bool((by_others & (ctx.turn("lex_welcome")[first:last] > 0)).any()):
        return True
    mentioning = ctx.replies.filter(
        (pl.col("method") == "mention")
        & pl.col("target_member_key").is_in(batch["people"])
        & pl.col("source_turn_key").is_in(ctx.turns["turn_key"][int(first) : int(last)].implode())
    )
    return bool((~np.isin(ctx.member_of(mentioning["source_member_key"]), apart)).any())
