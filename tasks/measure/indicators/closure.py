"""What a cell rests on, as a hash: exactly what changed is computed again.

A month's base hash covers all rows of that month that any indicator reads, the members' attributes as of
its end and what is declared about it. A cell's closure hash covers the base hashes of the months its
definition looks back and ahead, and the definition itself. Ordinals of turns and activities are hashed
relative to each other, so that a message found in an early month does not touch the later ones. People stand
in it under tokens that no key enters (``IndicatorInputs.person_tokens``), so that a rotated pseudonym key
leaves every hash as it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array, add_months, filled, month_end, places
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.empowerment import has_fresh_roster
from tasks.measure.indicators.inputs import IndicatorInputs

_ATTRIBUTES = ("role", "origin_region", "cohort")
_NONE = "-"  # a month before the first or after the last


def month_hashes(inputs: IndicatorInputs) -> list[str]:
    """Base hashes of the months from the first to the one measured, and of the 72 hours after it."""
    return base_hashes(Context(inputs))


def base_hashes(ctx: Context) -> list[str]:
    """The same from arrays already built."""
    digests = [hashlib.sha256() for _ in range(ctx.n_months + 1)]
    people = _Tokens(ctx)
    for name, month, frame in _monthly_frames(ctx, people):
        rows = frame.hash_rows(seed=1).to_numpy() if frame.width else np.zeros(0)
        order = np.argsort(month, kind="stable")
        bounds = np.searchsorted(month[order], np.arange(ctx.n_months + 2))
        for t, digest in enumerate(digests):
            digest.update(f"{name}|{bounds[t + 1] - bounds[t]}|".encode())
            digest.update(np.ascontiguousarray(rows[order[bounds[t] : bounds[t + 1]]]).tobytes())
    standing = _Standing(ctx, people)
    for t, digest in enumerate(digests):
        digest.update(standing.text(t).encode())
    return [digest.hexdigest() for digest in digests]


class _Tokens:
    """People by a number that no key enters; by their key where none is given."""

    def __init__(self, ctx: Context) -> None:
        known = np.array(sorted(ctx.inputs.person_tokens.items()), dtype=np.int64).reshape(-1, 2)
        self._known, self._token = known[:, 0], np.append(known[:, 1], 0)
        self.members = self._of(ctx.members)

    def _of(self, keys: Array) -> Array:
        place = places(self._known, keys)
        return np.where(place >= 0, self._token[place], keys)

    def put(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with tokens for keys of people."""
        columns = [frame[name] for name in frame.columns if name.endswith("member_key")]
        tokens = [pl.Series(keys.name, self._of(filled(keys, 0))) for keys in columns]
        return frame.with_columns(
            token.set(keys.is_null(), None) if keys.null_count() else token
            for token, keys in zip(tokens, columns, strict=True)
        )


def closure_hashes(
    spec: Indicator, bases: Sequence[str], first_month: dt.date, history_start: dt.date | None
) -> list[str]:
    """By month, 24 hex digits of all that the cell (code, month) rests on.

    ``bases`` are those of :func:`month_hashes`; the history's start counts as far as the cell can see it.
    """
    definition = hashlib.sha256(spec.model_dump_json().encode()).hexdigest()
    shared = f"{spec.code}|{definition}|{spec.params_hash}"
    back, ahead = spec.look_back_months, spec.look_ahead_months
    sees_all = back + ahead + 1 >= len(bases)
    around = [*[_NONE] * back, *bases, *[_NONE] * ahead]
    hashes = []
    for t in range(len(bases) - 1):
        horizon = add_months(first_month, max(t - back - 1, -1))
        start = history_start if history_start is not None and history_start > horizon else None
        seen = bases if sees_all else around[t : t + back + ahead + 1]
        content = "|".join([shared, str(t) if sees_all else "", str(start), *seen])
        hashes.append(hashlib.sha256(content.encode()).hexdigest()[:24])
    return hashes


def _monthly_frames(ctx: Context, people: _Tokens) -> Iterable[tuple[str, Array, pl.DataFrame]]:
    """Name, month of each row, and the rows in an order and with links that carry no ordinals."""
    inputs = ctx.inputs
    turns = ctx.turns.drop("group_key", "turn_key").with_columns(_sticker=ctx.is_sticker, _link=ctx.has_link)
    yield "turn", ctx.turn_month, people.put(turns)
    yield "reply", ctx.month_of(ctx.replies["local_date"]), people.put(_relative_replies(ctx))
    yield "mention", *_mentions(ctx, people)
    yield from _activity_frames(ctx, people)
    yield from _campaign_frames(ctx, people)
    news = inputs.fact_trigger.sort("turn_key", "trigger_kind")
    yield "news", ctx.month_of(news["local_date"]), news.drop("group_key", "turn_key", "member_key")
    events = inputs.fact_membership_event.sort("sent_at", "membership_event_key")
    yield (
        "event",
        ctx.month_of(events["event_date"]),
        people.put(events.drop("group_key", "membership_event_key", "n_exports")),
    )
    presence = people.put(inputs.presence).sort("date", "member_key")
    yield "presence", ctx.month_of(presence["date"]), presence
    coverage = inputs.coverage.sort("date", "exporter_no")
    yield "coverage", ctx.month_of(coverage["date"]), coverage


def _relative_replies(ctx: Context) -> pl.DataFrame:
    """Ties by distance in turns instead of keys."""
    first = np.searchsorted(ctx.turn_month, np.arange(ctx.n_months + 1))
    month = np.clip(ctx.month_of(ctx.replies["local_date"]), 0, ctx.n_months)
    source, target = ctx.tie_source, ctx.tie_target
    return ctx.replies.drop("group_key", "params_hash", "source_turn_key", "target_turn_key").with_columns(
        back=pl.Series(np.where(target >= 0, source - target, -1)), at=pl.Series(source - first[month])
    )


def _mentions(ctx: Context, people: _Tokens) -> tuple[Array, pl.DataFrame]:
    """Month of each mention; and by distance in turns from the month's first, whom: those of a turn by token."""
    first = np.searchsorted(ctx.turn_month, np.arange(ctx.n_months + 1))
    month = ctx.month_of(ctx.inputs.fact_mention["local_date"])
    turn = pl.Series("turn", ctx.mentions[0])
    placed = people.put(ctx.inputs.fact_mention.select("member_key", turn, month=pl.Series(month)))
    placed = placed.sort("turn", "member_key")
    month = placed["month"].to_numpy()
    at = placed["turn"].to_numpy() - first[np.clip(month, 0, ctx.n_months)]
    return month, placed.select("member_key", at=pl.Series(at))


def _activity_frames(ctx: Context, people: _Tokens) -> Iterable[tuple[str, Array, pl.DataFrame]]:
    """Activities in every month they are open; entries in the activity's month and the one they came in."""
    activities = ctx.inputs.fact_activity.sort("activity_key")
    begins = pl.Series("begins", ctx.month_of(activities["local_date"]), dtype=pl.Int64)
    ends = pl.Series("ends", ctx.month_of(activities["last_seen_date"]), dtype=pl.Int64)
    placed = activities.with_columns(begins, ends).with_columns(
        rank=pl.col("activity_key").rank("ordinal").over("begins")
    )
    spread = placed.with_columns(at=pl.int_ranges("begins", pl.max_horizontal("begins", "ends") + 1)).explode(
        "at", empty_as_null=True
    )
    yield (
        "activity",
        spread["at"].to_numpy().astype(np.int64),
        people.put(spread.drop("group_key", "activity_key", "begins", "ends", "at")),
    )
    entries = ctx.inputs.fact_participation.join(
        placed.select("activity_key", "activity_kind", "local_date", "begins", "rank"), on="activity_key"
    ).sort("begins", "rank", "entry_no")
    content = people.put(entries.drop("group_key", "activity_key", "begins"))
    begun = entries["begins"].to_numpy().astype(np.int64)
    yield "entry", begun, content
    yield "added", ctx.month_of(entries["added_date"]), content


def _campaign_frames(ctx: Context, people: _Tokens) -> Iterable[tuple[str, Array, pl.DataFrame]]:
    """Campaigns and their people in the month in which the campaign begins."""
    campaigns = ctx.inputs.fact_campaign.sort("campaign_key")
    month = pl.Series("begins", ctx.month_of(campaigns["local_date"]), dtype=pl.Int64)
    placed = campaigns.with_columns(month).with_columns(
        rank=pl.col("campaign_key").rank("ordinal").over("begins")
    )
    yield "campaign", month.to_numpy(), campaigns.drop("group_key", "campaign_key")
    members = ctx.inputs.fact_campaign_member.join(
        placed.select("campaign_key", "begins", "rank"), on="campaign_key"
    )
    members = people.put(members).sort("begins", "rank", "member_key")
    yield "campaigner", members["begins"].to_numpy(), members.drop("group_key", "campaign_key", "begins")


class _Standing:
    """What is known or declared as of a month: attributes, spans, the group's own settings."""

    def __init__(self, ctx: Context, people: _Tokens) -> None:
        inputs = ctx.inputs
        self._ctx, self._people = ctx, people
        coded = inputs.lexicon_eval.select("category", "precision", "recall").rows()
        self._always = f"known={inputs.n_is_known}|coded={sorted(coded, key=str)}|"
        since = "" if inputs.known_since.is_empty() else sorted(people.put(inputs.known_since).rows())
        self._since = f"since={since}|" if since else ""
        good = inputs.dim_member.filter(pl.col("is_on_roster") & pl.col("is_in_good_standing"))
        self._good = people.put(good.select("member_key", "valid_from", "valid_to")).rows()
        spans = inputs.fact_membership.filter(
            (pl.col("kind") == "group") & pl.col("from_date").is_not_null()
        ).select("member_key", "from_date", "to_date", "basis", "is_proven")
        rows = people.put(spans).rows()
        self._spans = [(row[1], row[2], str(row), str((*row[:2], None, *row[3:]))) for row in rows]

    def text(self, t: int) -> str:
        """What the t-th month's hash takes in; behind the last month what is declared alone."""
        ctx, inputs = self._ctx, self._ctx.inputs
        month = add_months(ctx.day0, t)
        if t == ctx.n_months:
            return self._always + _declared(inputs, month)
        days = slice(ctx.month_start[t], ctx.month_end[t] + 1)
        here = np.flatnonzero((ctx.present_days[t] > 0) | (ctx.all_turns[t] > 0))
        here = here[np.argsort(self._people.members[here])]
        tokens = self._people.members[here].tolist()
        known = [(name, ctx.attribute(name).of(t, here)) for name in _ATTRIBUTES]
        return "".join(
            [
                self._always,
                _declared(inputs, month),
                f"heads={ctx.day_scale[days].tolist()}|",
                f"roster={has_fresh_roster(inputs.roster_dates, month)}|",
                f"islam={ctx.islamic_days[t].tolist()}|",
                f"admins_only={bool(ctx.admins_only[t])}|",
                *(f"{name}={list(zip(tokens, labels, strict=True))}|" for name, labels in known),
                *self._members(month_end(month)),
                self._since,
            ]
        )

    def _members(self, last: dt.date) -> Iterable[str]:
        """Who is in good standing on a day, and every span that has begun, its end as far as it is over by then."""
        good = (key for key, since, until in self._good if since <= last and (until is None or until > last))
        yield f"standing={sorted(good)}|"
        spans = (
            over if until is not None and until <= last else open_still
            for since, until, over, open_still in self._spans
            if since <= last
        )
        yield f"spans=[{', '.join(sorted(spans))}]|"


def _declared(inputs: IndicatorInputs, month: dt.date) -> str:
    """What groups.toml declares that bears on the month."""
    group, last = inputs.group, month_end(month)
    breaks = [b for b in group.breaks if b.from_date <= last and (b.to_date is None or b.to_date >= month)]
    admins = sorted(
        (
            str(max(phone.admin_from, month)),
            str(min(phone.admin_to or last, last)),
            inputs.exporters.get(name, -1),
        )
        for name, phone in group.exporters.items()
        if phone.admin_from is not None and phone.admin_from <= last
    )
    shocks = [shock.date for shock in group.shocks if month <= shock.date <= last]
    kinds = [(b.kind, max(b.from_date, month), min(b.to_date or last, last)) for b in breaks]
    return f"{group.timezone}|{group.selling_allowed}|{kinds}|{admins}|{shocks}|"
