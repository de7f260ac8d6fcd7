"""A random group of any size, for properties, equality and speed; nothing in it is planted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from schemas.config import Group
from schemas.frames import FRAMES
from schemas.tables import TABLES
from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES, TASKS
from tasks.measure.indicators import IndicatorInputs
from tasks.measure.indicators.axes import add_months, month_end

FIRST = dt.date(2021, 1, 1)
GROUP_KEY = 7


def shaped(name: str, columns: dict[str, Any]) -> pl.DataFrame:
    """Columns as a table of the warehouse; what is left out is NULL."""
    table = TABLES[name]
    frame = pl.DataFrame({"group_key": GROUP_KEY, **columns} if "group_key" in table.names else columns)
    return table.conform(
        frame.with_columns(pl.lit(None).alias(n) for n in table.names if n not in frame.columns)
    )


def random_group(
    *, months: int = 6, members: int = 15, per_month: int = 150, seed: int = 0, keys: np.ndarray | None = None
) -> IndicatorInputs:
    """Turns, ties, lists and a roster at random; ``keys`` are the members' keys, else 1000 and up."""
    rng = np.random.default_rng(seed)
    keys = np.arange(members) + 1000 if keys is None else keys
    last = add_months(FIRST, months - 1)
    n_days = (month_end(last) - FIRST).days + 1
    n = per_month * months
    share = rng.gamma(1, 1, members) + 0.05
    who = rng.choice(members, n, p=share / share.sum())
    minute = np.sort(rng.integers(0, n_days * 1440, n))
    days = pl.Series([FIRST + dt.timedelta(days=int(m // 1440)) for m in minute])
    return IndicatorInputs(
        group_id="random",
        group_key=GROUP_KEY,
        group=Group.model_validate({"exporters": {"a": {"match": "*", "admin_from": "2020-01-01"}}}),
        fact_message=TABLES["core.fact_message"].empty(),
        fact_turn=_turns(rng, keys[who], who < 3, minute, days),
        fact_reply=_replies(rng, keys, who, minute, days),
        **_lists(rng, keys, months),
        fact_membership=shaped(
            "core.fact_membership",
            {
                "member_key": keys,
                "kind": "group",
                "from_date": FIRST,
                "basis": "event",
                "is_proven": True,
            },
        ),
        fact_membership_event=TABLES["core.fact_membership_event"].empty(),
        dim_member=shaped(
            "core.dim_member",
            {
                "member_key": keys,
                "role": ["officer" if i < 3 else "member" for i in range(members)],
                "origin_region": ["SNP"[i % 3] for i in range(members)],
                "cohort": [2010 + i % 12 for i in range(members)],
                "is_on_roster": True,
                "is_in_good_standing": True,
                "valid_from": dt.date(2020, 1, 1),
                "is_current": True,
            },
        ),
        presence=FRAMES["presence"].conform(
            pl.DataFrame({"member_key": keys, "is_proven": True}).join(_days(n_days + 3), how="cross")
        ),
        coverage=FRAMES["coverage"].conform(
            _days(n_days + 3).with_columns(exporter_no=0, is_covered=True, is_gap=False, is_unverified=True)
        ),
        n_is_known=True,
        history_start=FIRST,
        first_month=FIRST,
        month=last,
        **_campaigns(rng, keys, months),
        fact_trigger=_news(rng, keys, months),
        fact_mention=_mentions(rng, keys, days),
        exporters={"a": 0},
        roster_dates=(FIRST, last),
    )


def _days(n: int) -> pl.DataFrame:
    return pl.DataFrame({"date": [FIRST + dt.timedelta(days=i) for i in range(n)]})


def _turns(
    rng: np.random.Generator, keys: np.ndarray, leads: np.ndarray, minute: np.ndarray, days: pl.Series
) -> pl.DataFrame:
    n = len(keys)
    start = dt.datetime(2020, 12, 31, 17)  # noqa: DTZ001 - instants are naive UTC; midnight in Jakarta
    marks = {
        "is_text": 0.9,
        "is_list": 0.02,
        "is_announcement": 0.03,
        "is_question": 0.2,
        "is_help_request": 0.1,
    }
    marks |= {"is_prayer_request": 0.02, "is_commitment": 0.1}
    return shaped(
        "core.fact_turn",
        {
            "turn_key": np.arange(n),
            "member_key": keys,
            "sent_at": [start + dt.timedelta(minutes=int(m)) for m in minute],
            "local_date": days,
            "role": np.where(leads, "officer", "member"),
            "task": rng.choice(TASKS, n),
            "is_forwarded": rng.random(n) < 0.02,
            "n_messages": 1,
            "n_words": rng.integers(1, 30, n),
            "n_folded_hands": np.arange(n) % 9 // 8,
            "n_ya": 0,
            "answer_delay_min": [
                float(m) if hit else None
                for m, hit in zip(rng.integers(0, 1440, n), rng.random(n) < 0.5, strict=True)
            ],
            "answered_by_member_key": rng.choice(keys, n),
            **{name: rng.random(n) < p for name, p in marks.items()},
            **{f"lex_{name}": (rng.random(n) < 0.1).astype(int) for name in LEXICON_CATEGORIES},
            **{f"style_{name}": rng.poisson(0.5, n) for name in STYLE_CATEGORIES},
        },
    )


def _replies(
    rng: np.random.Generator, keys: np.ndarray, who: np.ndarray, minute: np.ndarray, days: pl.Series
) -> pl.DataFrame:
    source = np.flatnonzero(rng.random(len(who)) < 0.5)
    source = source[source > 3]
    target = source - rng.integers(1, 4, len(source))
    apart = who[source] != who[target]
    source, target = source[apart], target[apart]
    return shaped(
        "core.fact_reply",
        {
            "source_turn_key": source,
            "target_turn_key": target,
            "source_member_key": keys[who[source]],
            "target_member_key": keys[who[target]],
            "local_date": days.gather(source),
            "method": "adjacent",
            "layer": "core",
            "weight": rng.uniform(0.2, 1, len(source)),
            "latency_min": (minute[source] - minute[target]).astype(float),
            "params_hash": "random",
        },
    )


def _lists(rng: np.random.Generator, keys: np.ndarray, months: int) -> dict[str, pl.DataFrame]:
    kinds = ["rsvp", "donation", "khataman", "learning", "announcement"] * months
    first = [add_months(FIRST, i // 5) + dt.timedelta(days=3 + i % 5) for i in range(len(kinds))]
    activities = {
        "activity_key": np.arange(len(kinds)),
        "activity_kind": kinds,
        "local_date": first,
        "month": [d.replace(day=1) for d in first],
        "last_seen_date": [d + dt.timedelta(days=6) for d in first],
    }
    listed = [
        (i, member)
        for i in range(len(kinds))
        for member in rng.choice(len(keys), len(keys) // 2, replace=False)
    ]
    entries = {
        "activity_key": [i for i, _ in listed],
        "entry_no": np.arange(len(listed)) + 1,
        "member_key": keys[[member for _, member in listed]],
        "added_date": [first[i] for i, _ in listed],
        "is_proxy": False,
        "participation_status": "yes",
        "amount_idr": rng.integers(1, 40, len(listed)) * 25_000.0,
        "n_guests": 0,
    }
    return {
        "fact_activity": shaped("core.fact_activity", activities),
        "fact_participation": shaped("core.fact_participation", entries),
    }


def _campaigns(rng: np.random.Generator, keys: np.ndarray, months: int) -> dict[str, pl.DataFrame]:
    """Two campaigns a month, a third of the members in each, half of these committed."""
    first = [add_months(FIRST, i // 2) + dt.timedelta(days=4 + 9 * (i % 2)) for i in range(2 * months)]
    talked = [
        (i, member, bool(rng.random() < 0.5))
        for i in range(len(first))
        for member in rng.choice(len(keys), max(len(keys) // 3, 1), replace=False)
    ]
    talkers = np.bincount([i for i, _, _ in talked], minlength=len(first))
    committed = np.bincount([i for i, _, yes in talked if yes], minlength=len(first))
    campaigns = {
        "campaign_key": np.arange(len(first)),
        "activity_kind": "rsvp",
        "month": [d.replace(day=1) for d in first],
        "local_date": first,
        "last_seen_date": [d + dt.timedelta(days=5) for d in first],
        "is_open": False,
        "n_turns": 20,
        "n_active_days": 5,
        "n_talkers": talkers,
        "n_committed": committed,
        "n_reached": talkers,
        "half_life_days": rng.uniform(0.5, 4, len(first)),
        "half_life_lo": 0.4,
        "half_life_hi": 5.0,
    }
    people = {
        "campaign_key": [i for i, _, _ in talked],
        "member_key": keys[[member for _, member, _ in talked]],
        "is_talker": True,
        "is_committed": [yes for _, _, yes in talked],
    }
    return {
        "fact_campaign": shaped("core.fact_campaign", campaigns),
        "fact_campaign_member": shaped("core.fact_campaign_member", people),
    }


def _mentions(rng: np.random.Generator, keys: np.ndarray, days: pl.Series) -> pl.DataFrame:
    """One turn in ten speaks to two people by name."""
    turns = np.repeat(np.arange(0, len(days), 10), 2)
    first = rng.integers(0, len(keys), len(turns) // 2)
    named = np.column_stack([first, (first + 1) % len(keys)]).ravel()
    columns = {"turn_key": turns, "member_key": keys[named], "local_date": days[turns]}
    return shaped("core.fact_mention", columns)


def _news(rng: np.random.Generator, keys: np.ndarray, months: int) -> pl.DataFrame:
    """Six deaths a month."""
    first = [add_months(FIRST, i // 6) + dt.timedelta(days=1 + 4 * (i % 6)) for i in range(6 * months)]
    said = rng.integers(0, len(keys), len(first))
    return shaped(
        "core.fact_trigger",
        {
            "turn_key": np.arange(len(first)),
            "trigger_kind": "death",
            "member_key": rng.choice(keys, len(first)),
            "local_date": first,
            "n_chorus": said,
            "n_chorus_upper": said,
        },
    )
