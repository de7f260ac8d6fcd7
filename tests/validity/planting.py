"""What the planted populations share: levels, the design over them, and facts laid out as a group's inputs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.config import Group
from schemas.frames import FRAMES
from schemas.tables import TABLES
from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES
from tasks.measure.indicators.axes import add_months, month_end
from tasks.measure.indicators.inputs import IndicatorInputs

Array = npt.NDArray[Any]
Levels = Mapping[str, float]

FIRST = dt.date(2021, 1, 1)
MIDNIGHT = np.datetime64("2020-12-31T17:00")  # of the first day in Jakarta, UTC
DAY = 1440
SETTINGS = 5
_MARKS = {
    "is_text": True,
    "is_list": False,
    "is_announcement": False,
    "is_question": False,
    "is_help_request": False,
    "is_prayer_request": False,
    "is_commitment": False,
    "is_forwarded": False,
}


@dataclass(frozen=True)
class Planted:
    """A group drawn from a population: what is measured of it, and in which month.

    ``own``: what each code would show of these very people over many such months; ``at``: the month measured
    where it is not the last one.
    """

    inputs: IndicatorInputs
    own: dict[str, float] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)


def settings(levels: Mapping[str, tuple[float, ...]]) -> list[dict[str, float]]:
    """Five settings in which every knob takes each of its five levels once, the knobs in orders of their own.

    The levels of two knobs are thus not tied to each other, and each level is seen among other values of the
    rest.
    """
    rng = np.random.default_rng(6)
    orders = {name: rng.permutation(SETTINGS) for name in levels}
    return [
        {name: values[orders[name][number]] for name, values in levels.items()} for number in range(SETTINGS)
    ]


def beta(rng: np.random.Generator, mean: float | Array, size: int, spread: float) -> Array:
    """Chances that differ between people around a mean; the larger ``spread``, the more alike they are."""
    mean = np.clip(np.broadcast_to(mean, size), 1e-9, 1 - 1e-9)
    return rng.beta(mean * spread, (1 - mean) * spread)


def shaped(name: str, columns: Mapping[str, Any], **constants: Any) -> pl.DataFrame:
    """Columns as a table of the warehouse; what is left out is NULL."""
    table = TABLES[name]
    frame = pl.DataFrame(dict(columns)).with_columns(
        *(pl.lit(value).alias(column) for column, value in constants.items())
    )
    if "group_key" in table.names:
        frame = frame.with_columns(group_key=pl.lit(1))
    return table.conform(
        frame.with_columns(pl.lit(None).alias(n) for n in table.names if n not in frame.columns)
    )


def days(index: Array) -> pl.Series:
    """Dates from numbers of days since the first."""
    return pl.Series(np.datetime64(FIRST) + np.asarray(index, dtype=np.int64), dtype=pl.Date)


def turns_of(minute: Array, member: Array, **columns: Any) -> pl.DataFrame:
    """Turns from minutes since the first midnight, members and what else is known, in order of time."""
    order = np.argsort(minute, kind="stable")
    sent = pl.Series(MIDNIGHT.astype("datetime64[us]") + minute[order].astype("timedelta64[m]"))
    known = {name: np.asarray(value)[order] for name, value in columns.items()}
    absent = {name: value for name, value in _MARKS.items() if name not in known}
    counts = [f"lex_{name}" for name in LEXICON_CATEGORIES] + [f"style_{name}" for name in STYLE_CATEGORIES]
    absent |= {name: 0 for name in counts if name not in known}
    absent |= {
        name: value for name, value in {"role": "member", "n_messages": 1}.items() if name not in known
    }
    frame = {"turn_key": np.arange(len(minute)), "member_key": member[order], "sent_at": sent}
    frame |= {"local_date": days(minute[order] // DAY)}
    for name in ("answer_delay_min",):
        if name in known:
            known[name] = pl.Series(known[name]).fill_nan(None)
    return shaped("core.fact_turn", frame | known, **absent)


def group_of(
    months: int,
    keys: Array,
    turns: pl.DataFrame,
    *,
    present_days: Array | None = None,
    traits: Mapping[str, Any] | None = None,
    settings_of_group: Mapping[str, Any] | None = None,
    **facts: Any,
) -> IndicatorInputs:
    """A group observed on every day, all present from its creation; ``present_days`` of who left early.

    ``traits``: columns of ``dim_member`` beside those of a roster member in good standing.
    """
    last = add_months(FIRST, months - 1)
    n_days = (month_end(last) - FIRST).days + 1
    stay = np.full(len(keys), n_days + 3) if present_days is None else np.asarray(present_days)
    member, day = np.nonzero(np.arange(n_days + 3)[None, :] < stay[:, None])
    exporters = {"a": {"match": "*", "admin_from": "2020-01-01"}}
    empty = {
        name: TABLES[f"core.{name}"].empty()
        for name in ("fact_message", "fact_reply", "fact_activity", "fact_participation", "fact_trigger")
    }
    empty["fact_membership_event"] = TABLES["core.fact_membership_event"].empty()
    everybody = {"member_key": keys, **(traits or {})}
    return IndicatorInputs(
        **{
            "group_id": "planted",
            "group_key": 1,
            "group": Group.model_validate({"exporters": exporters} | dict(settings_of_group or {})),
            "fact_turn": turns,
            "fact_membership": shaped(
                "core.fact_membership",
                {"member_key": keys},
                kind="group",
                from_date=FIRST,
                basis="list",
                is_proven=True,
            ),
            "dim_member": shaped(
                "core.dim_member",
                everybody,
                is_on_roster=True,
                is_in_good_standing=True,
                valid_from=dt.date(2020, 1, 1),
                is_current=True,
            ),
            "presence": FRAMES["presence"].conform(
                pl.DataFrame({"member_key": keys[member], "date": days(day), "is_proven": True})
            ),
            "coverage": FRAMES["coverage"].conform(
                pl.DataFrame(
                    {
                        "date": days(np.arange(n_days + 3)),
                        "exporter_no": 0,
                        "is_covered": True,
                        "is_gap": False,
                        "is_unverified": True,
                    }
                )
            ),
            "n_is_known": True,
            "history_start": FIRST,
            "first_month": FIRST,
            "month": last,
            "exporters": {"a": 0},
            "roster_dates": (last,),
            **empty,
            **facts,
        }
    )
