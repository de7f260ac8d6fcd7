"""What happens in a group beside its talk: activities, gifts, campaigns, news, newcomers, announcements, offers.

The chances of each happening are drawn from a population whose mean or median is planted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from scipy import stats

from schemas.frames import FRAMES
from schemas.tables import TABLES
from tasks.measure.decay import half_life
from tests.validity.planting import (
    DAY,
    FIRST,
    MIDNIGHT,
    Array,
    Levels,
    Planted,
    beta,
    days,
    group_of,
    shaped,
    turns_of,
)

LEVELS: dict[str, tuple[float, ...]] = {
    "members": (30, 45, 60, 90, 120),
    "activities": (2, 4, 7, 10, 15),  # lists of a month of 30 days
    "breadth": (0.05, 0.1, 0.2, 0.35, 0.5),
    "donors": (0.05, 0.1, 0.2, 0.3, 0.5),
    "gift": (10_000, 25_000, 50_000, 100_000, 200_000),  # median
    "campaigns": (1, 3, 6, 9, 14),  # of a quarter
    "conversion": (0.2, 0.35, 0.5, 0.65, 0.8),
    "half_life": (0.6, 1.0, 1.6, 2.5, 4.0),
    "retention": (0.2, 0.35, 0.5, 0.65, 0.8),
    "news": (3, 6, 9, 12, 18),
    "chorus": (0.05, 0.1, 0.2, 0.3, 0.45),
    "welcome": (0.3, 0.45, 0.6, 0.75, 0.9),
    "announcements": (12, 20, 35, 60, 100),  # of half a year
    "concentration": (0.15, 0.3, 0.45, 0.6, 0.8),  # each announcer has 1 less this of the one before
    "offers": (11, 18, 30, 50, 80),  # of a quarter
    "support": (0.15, 0.3, 0.45, 0.6, 0.8),
    "reach": (0.4, 0.55, 0.7, 0.85, 0.95),
}
MONTHS = 12
_ANNOUNCERS, _SELLERS, _GIFTS, _ALIKE, _BATCHES = 8, 0.5, 0.8, 12.0, 16
_RETENTION_AT = 4  # the month whose 180 days are over
_QUARTER = 334 - 31 - 30  # first day of the last three months
_LAST = 334  # first day of the last one
_HALF_YEAR = 181


def group(rng: np.random.Generator, levels: Levels) -> Planted:
    """A group drawn from the population, over twelve months; the last one is measured."""
    n_roster = int(levels["members"])
    keys = np.arange(n_roster) + 1000
    here = rng.random(n_roster) < levels["reach"]
    n = int(here.sum())
    own: dict[str, float] = {}
    minute, who, columns, replies = _spoken(rng, levels, n, own)
    activities, entries = _lists(rng, levels, n, own)
    campaigns, committed = _campaigns(rng, levels, n, own)
    spoken = turns_of(minute, keys[here][who], **columns)
    inputs = group_of(
        MONTHS,
        keys,
        spoken,
        fact_membership=shaped(
            "core.fact_membership",
            {"member_key": keys[here]},
            kind="group",
            from_date=FIRST,
            basis="list",
            is_proven=True,
        ),
        presence=FRAMES["presence"].conform(_presence(keys[here])),
        fact_reply=replies(keys[here]),
        fact_activity=shaped("core.fact_activity", activities),
        fact_participation=shaped(
            "core.fact_participation",
            entries | {"member_key": keys[here][entries["member_key"]]},
            participation_status="yes",
            is_on_list=True,
            is_paid=True,
        ),
        fact_trigger=_news(rng, levels, n),
        fact_campaign=shaped("core.fact_campaign", campaigns),
        fact_campaign_member=shaped(
            "core.fact_campaign_member",
            committed | {"member_key": keys[here][committed["member_key"]]},
            is_talker=True,
            is_committed=True,
        ),
        fact_membership_event=_batches(),
    )
    return Planted(inputs, own, at={"campaigner_retention": _RETENTION_AT})


def _presence(keys: Array) -> pl.DataFrame:
    """All of these members on every day, to three days after the last month."""
    n_days = _LAST + 34
    return pl.DataFrame(
        {
            "member_key": np.repeat(keys, n_days),
            "date": days(np.tile(np.arange(n_days), len(keys))),
            "is_proven": True,
        }
    )


def _spoken(
    rng: np.random.Generator, levels: Levels, n: int, own: dict[str, float]
) -> tuple[Array, Array, dict[str, Array], Callable[[Array], pl.DataFrame]]:
    """Turns with announcements, offers, what answers these, and words of welcome."""
    shares = _announcers(levels)
    n_announced = rng.poisson(levels["announcements"])
    announced = _HALF_YEAR * DAY + rng.integers(0, (365 - _HALF_YEAR) * DAY, n_announced)
    announcer = rng.choice(min(_ANNOUNCERS, n), n_announced, p=shares[:n] / shares[:n].sum())
    sellers = np.flatnonzero(rng.random(n) < _SELLERS)
    sellers = sellers if len(sellers) else np.array([0])
    n_offers = rng.poisson(levels["offers"])
    offered = _QUARTER * DAY + rng.integers(0, (365 - _QUARTER) * DAY, n_offers)
    seller = rng.choice(sellers, n_offers)
    chance = beta(rng, levels["support"], n, 10.0)
    bought = rng.random(n_offers) < chance[seller]
    own["enterprise_support_rate"] = float(chance[seller].mean()) if n_offers else np.nan
    buyer = (seller + 1 + rng.integers(0, n - 1, n_offers)) % n
    welcomed = rng.random(_BATCHES) < levels["welcome"]
    greeted = _batch_minutes()[welcomed] + rng.integers(2, 2000, int(welcomed.sum()))
    greeter = rng.integers(0, n, len(greeted))
    answered = offered[bought] + rng.integers(2, 2 * DAY, int(bought.sum()))
    minute = np.concatenate([announced, offered, answered, greeted])
    who = np.concatenate([announcer, seller, buyer[bought], greeter])
    part = np.repeat(np.arange(4), [n_announced, n_offers, len(answered), len(greeted)])
    columns = {
        "is_announcement": part == 0,
        "lex_enterprise": part == 1,
        "is_commitment": part == 2,
        "lex_welcome": part == 3,
    }
    place = np.empty(len(minute), dtype=np.int64)
    place[np.argsort(minute, kind="stable")] = np.arange(len(minute))

    def replies(keys: Array) -> pl.DataFrame:
        source, target = place[part == 2], place[part == 1][bought]
        order = np.argsort(source)
        return shaped(
            "core.fact_reply",
            {
                "source_turn_key": source[order],
                "target_turn_key": target[order],
                "source_member_key": keys[buyer[bought]][order],
                "target_member_key": keys[seller[bought]][order],
                "local_date": days(answered[order] // DAY),
                "latency_min": (answered - offered[bought])[order].astype(float),
            },
            method="request",
            layer="core",
            weight=0.9,
            params_hash="planted",
        )

    return minute, who, columns, replies


def _announcers(levels: Levels) -> Array:
    shares = (1 - levels["concentration"]) ** np.arange(_ANNOUNCERS)
    return shares / shares.sum()


def _batch_minutes() -> Array:
    """Newcomers come every fifth day, so that one's welcome is no other's."""
    return (_QUARTER + 5 * np.arange(_BATCHES)) * DAY + 600


def _batches() -> pl.DataFrame:
    at = _batch_minutes()
    return shaped(
        "core.fact_membership_event",
        {
            "membership_event_key": np.arange(_BATCHES),
            "member_key": 10**6 + np.arange(_BATCHES),
            "event_date": days(at // DAY),
            "sent_at": MIDNIGHT.astype("datetime64[us]") + at.astype("timedelta64[m]"),
        },
        event="joined_link",
        n_exports=1,
    )


def _lists(
    rng: np.random.Generator, levels: Levels, n: int, own: dict[str, float]
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Lists of the last month, and one collection of gifts in it."""
    number = rng.poisson(levels["activities"] * 31 / 30)
    start = _LAST + rng.integers(0, 31, number)
    chance = beta(rng, levels["breadth"], number, _ALIKE)
    if number == 1:
        own["joint_activity_breadth"] = float(chance[0])
    listed, who = np.nonzero(rng.random((number, n)) < chance[:, None])
    gave = np.flatnonzero(rng.random(n) < levels["donors"])
    amount = levels["gift"] * np.exp(rng.normal(0, _GIFTS, len(gave)))
    begins = np.append(start, _LAST + 2)
    activities = {
        "activity_key": np.arange(number + 1),
        "activity_kind": np.array(["rsvp"] * number + ["donation"]),
        "local_date": days(begins),
        "last_seen_date": days(begins + 5),
    }
    added = np.append(start[listed], np.full(len(gave), _LAST + 3))
    entries = {
        "activity_key": np.append(listed, np.full(len(gave), number)),
        "entry_no": np.arange(len(listed) + len(gave)),
        "member_key": np.append(who, gave),
        "added_date": days(added),
        "amount_idr": np.append(np.full(len(listed), np.nan), amount),
    }
    entries["amount_idr"] = _nullable(entries["amount_idr"])
    return activities, entries


def _nullable(values: Array) -> pl.Series:
    return pl.Series(values).fill_nan(None)


def _campaigns(
    rng: np.random.Generator, levels: Levels, n: int, own: dict[str, float]
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Two campaigns by whose people retention is told, and those of the last quarter by their counts."""
    number = rng.poisson(levels["campaigns"])
    talkers = 5 + rng.poisson(12, number)
    chance = beta(rng, levels["conversion"], number, _ALIKE)
    committed = rng.binomial(talkers, chance)
    halves = levels["half_life"] * np.exp(rng.normal(0, 0.3, number))
    curves = [rng.poisson(12 * 2.0 ** (-np.arange(30) / h)) for h in halves]
    fits = [half_life(c[c.argmax() :][:15].astype(float)) for c in curves]
    falls = [c.sum() >= 15 and (c > 0).sum() >= 4 and fit[0] for c, fit in zip(curves, fits, strict=True)]
    if number == 1:
        own["campaign_conversion"] = float(chance[0])
    if sum(map(bool, falls)) == 1:
        own["campaign_half_life"] = float(halves[[bool(fall) for fall in falls]][0])
    begins = np.concatenate([[95, 170], np.sort(_QUARTER + rng.integers(0, 70, number))])
    first = np.flatnonzero(rng.random(n) < 0.5)
    again = first[rng.random(len(first)) < levels["retention"]]
    campaigns = {
        "campaign_key": np.arange(number + 2),
        "local_date": days(begins),
        "last_seen_date": days(begins + 6),
        "is_open": np.zeros(number + 2, dtype=bool),
        "n_talkers": np.append([0, 0], talkers),
        "n_committed": np.append([0, 0], committed),
        "n_reached": np.append([0, 0], talkers),
        "n_turns": np.append([0, 0], [c.sum() for c in curves]).astype(int),
        "n_active_days": np.append([0, 0], [(c > 0).sum() for c in curves]).astype(int),
    }
    for place, name in enumerate(("half_life_days", "half_life_lo", "half_life_hi")):
        values = [np.nan if fit[place] is None else fit[place] for fit in fits]
        campaigns[name] = _nullable(np.append([np.nan, np.nan], values).astype(float))
    people = {
        "campaign_key": np.repeat([0, 1], [len(first), len(again)]),
        "member_key": np.append(first, again),
    }
    return campaigns, people


def _news(rng: np.random.Generator, levels: Levels, n: int) -> pl.DataFrame:
    number = rng.poisson(levels["news"])
    if not number:
        return TABLES["core.fact_trigger"].empty()
    said = rng.binomial(n - 1, beta(rng, levels["chorus"], number, _ALIKE))
    return shaped(
        "core.fact_trigger",
        {
            "turn_key": np.arange(number),
            "local_date": days(_LAST + rng.integers(0, 31, number)),
            "n_chorus": said,
            "n_chorus_upper": said,
        },
        trigger_kind="death",
    )


def truths(_: np.random.Generator, levels: Levels) -> dict[str, float]:
    """What each code would show of ever more people and happenings."""

    def median(name: str) -> float:
        return float(stats.beta(levels[name] * _ALIKE, (1 - levels[name]) * _ALIKE).median())

    shares = _announcers(levels)
    hhi = float((shares**2).sum())
    here = levels["members"] * levels["reach"]
    return {
        "joint_activity_rate": 100 * levels["activities"] / here,
        "joint_activity_breadth": median("breadth"),
        "donor_share": levels["donors"],
        "donation_per_member": levels["donors"] * levels["gift"] * float(np.exp(_GIFTS**2 / 2)),
        "campaign_conversion": median("conversion"),
        "campaign_half_life": levels["half_life"],
        "campaigner_retention": levels["retention"],
        "chorus_breadth": median("chorus"),
        "newcomer_welcome_rate": levels["welcome"],
        "announcer_concentration": (hhi - 1 / _ANNOUNCERS) / (1 - 1 / _ANNOUNCERS),
        "top1_share": float(shares.max()),
        "enterprise_support_rate": levels["support"],
        "roster_reach": levels["reach"],
    }
