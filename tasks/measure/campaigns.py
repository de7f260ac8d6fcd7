"""Campaigns: a list, poll or announced activity with the talk about it, who talked, who committed, how it fades.

A campaign is one chain of lists, one poll or one announced activity. To its turns belong its versions and
announcements, turns that hold half or more of its title's words, and what answers these or speaks of taking part
(see :mod:`tasks.measure.campaign_talk`); it ends after 14 silent days. A turn that names several campaigns belongs to
the one it fits best, of equals to the youngest, so that the talk about this week's meeting is not last week's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from tasks.measure.campaign_talk import placed, talk_of
from tasks.measure.decay import half_lives
from tasks.measure.replies import NONE
from tasks.measure.text.distinct import stretches

SILENT_DAYS = 14
#: How far after its beginning talk is looked for; a list's own copies always count.
TALK_DAYS = 90
TITLE_SHARE = 0.5
#: A word of so many turns names no campaign by itself.
COMMON = 0.005
#: Days after an activity's own day on which it is still talked about.
DAYS_AFTER = 3
#: What one buys is no campaign, nor is a list of which nobody knows what it is for.
NO_CAMPAIGN = ("order", "other_list")
HALF_LIFE_TURNS, HALF_LIFE_DAYS, HORIZON_DAYS = 15, 4, 14
#: Words of a title that name no campaign.
CALENDAR_WORDS = (
    *("senin", "selasa", "rabu", "kamis", "jumat", "jum", "sabtu", "minggu", "ahad"),
    *("januari", "februari", "maret", "april", "juni", "juli", "agustus", "september"),
    *("oktober", "november", "desember"),
)
_CALENDAR = rf"^(?:{'|'.join(CALENDAR_WORDS)})$"


@dataclass(frozen=True, slots=True)
class Campaigns:
    """``campaigns``: columns of ``core.fact_campaign``; ``members``: of ``core.fact_campaign_member``."""

    campaigns: pl.DataFrame
    members: pl.DataFrame


def find_campaigns(
    activities: pl.DataFrame,
    versions: pl.DataFrame,
    entries: pl.DataFrame,
    turns: pl.DataFrame,
    content: pl.DataFrame,
    vocabulary: pl.Series,
    ties: pl.DataFrame,
    ignored: list[str],
    occasions: list[str],
    closing: dt.datetime,
) -> Campaigns:
    """Campaigns of a group.

    Args:
        activities: activity_key, activity_kind, sent_at, local_date, planned_date?, turn, title_words.
        versions: activity_key, turn, is_first (no mere copy) of the copies of lists and of further announcements.
        entries: activity_key, member_key?, participation_status.
        turns: turn (the row), sent_at, local_date, member_key, sender, is_commitment, what they say of taking part;
            in time order.
        content: turn, word (place in ``vocabulary``): distinct content words.
        ties: source, target (turns), method: inferred replies.
        ignored: words that are no part of a title. occasions: words that name one by themselves.
        closing: up to where lines were read; a campaign whose 14 silent days are not over by then is open.
    """
    begun = activities.filter(~pl.col("activity_kind").is_in(NO_CAMPAIGN))
    own = _own_turns(begun, versions)
    titles = _titles(begun, vocabulary, ignored, occasions)
    talk = talk_of(turns, ties)
    named = _by_title(titles, own["turn"].to_numpy(), turns["sent_at"], content, talk.speaks_of_part)
    of = np.full(len(turns), NONE)
    for found in (own, named):
        of[found["turn"].to_numpy()] = found["activity_key"].to_numpy()
    is_call, is_first = (np.zeros(len(turns), dtype=bool) for _ in range(2))
    is_call[own["turn"].to_numpy()] = True
    is_first[own["turn"].filter(own["is_first"]).to_numpy()] = True
    of = placed(of, is_call, is_first, talk)
    # who calls has promised nothing yet
    promises = turns["is_commitment"].to_numpy() | talk.promises | talk.assents
    commits = pl.Series(promises & ~talk.refuses & ~is_call)
    said = turns.select(
        "turn", "sent_at", "local_date", "member_key", is_commitment=commits, activity_key=pl.Series(of)
    ).filter(pl.col("activity_key") != NONE)
    alive = _until_silent(said)
    members = _members(begun, alive, entries)
    return Campaigns(_campaigns(begun, alive, members, closing), members)


def _own_turns(begun: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """activity_key, turn, is_first: turns that begin an activity, announce it, or copy its list.

    A turn with two lists belongs to the first. ``is_first``: no mere copy.
    """
    return (
        pl.concat([begun.select("activity_key", "turn", is_first=pl.lit(True)), versions])
        .drop_nulls()
        .join(begun.select("activity_key"), on="activity_key", how="semi")
        .sort("turn", "activity_key", ~pl.col("is_first"))
        .unique("turn", keep="first", maintain_order=True)
    )


def _titles(
    begun: pl.DataFrame, vocabulary: pl.Series, ignored: list[str], occasions: list[str]
) -> pl.DataFrame:
    """activity_key, sent_at, n_title, word: the words of a campaign's title that somebody said, and of how many."""
    word = pl.col("word")
    titles = (
        begun.select("activity_key", "sent_at", "planned_date", word="title_words")
        .explode("word", empty_as_null=True)
        .filter(word.str.contains(r"^\pL{4,}$") & ~word.str.contains(_CALENDAR) & ~word.is_in(ignored))
        .with_columns(n_title=pl.len().over("activity_key"))
    )
    said = vocabulary.alias("word").to_frame().with_row_index("place")
    after = pl.col("planned_date").cast(pl.Datetime("us")) + dt.timedelta(days=DAYS_AFTER + 1)
    last = pl.col("sent_at") + dt.timedelta(days=TALK_DAYS)
    return titles.join(said, on="word", maintain_order="left").select(
        "activity_key",
        "sent_at",
        "n_title",
        word=pl.col("place").cast(pl.Int64),
        is_occasion=pl.col("word").is_in(occasions),
        until=pl.min_horizontal(last, pl.max_horizontal(after, "sent_at")),
    )


def _by_title(
    titles: pl.DataFrame, own: np.ndarray, sent_at: pl.Series, content: pl.DataFrame, is_about: np.ndarray
) -> pl.DataFrame:
    """activity_key, turn: later turns that hold half or more of the words of a campaign's title.

    One word alone must name an occasion or be rare, unless the turn speaks of taking part (``is_about``).
    """
    n = max(len(sent_at), 1)
    turn, word = content["turn"].to_numpy(), content["word"].to_numpy()
    asked = titles["word"].to_numpy()
    is_asked = np.zeros(int(max(word.max(initial=0), asked.max(initial=0))) + 1, dtype=bool)
    is_asked[asked] = True
    is_free = np.ones(n, dtype=bool)
    is_free[own] = False
    chosen = is_asked[word] & is_free[turn]
    said = np.sort(word[chosen] * n + turn[chosen])
    # the turns of the days after a campaign's beginning follow one another, word by word
    begins, at = titles["sent_at"], asked * n
    first = np.searchsorted(said, at + sent_at.search_sorted(begins, side="left").to_numpy())
    count = (
        np.searchsorted(said, at + sent_at.search_sorted(titles["until"], side="right").to_numpy()) - first
    )
    title = np.repeat(np.arange(len(titles)), count)
    key = titles["activity_key"].to_numpy()
    size = int(key.max(initial=0)) + 1
    pairs, example, shared = np.unique(
        said[stretches(first, count)] % n * size + key[title], return_index=True, return_counts=True
    )
    fit = shared / titles["n_title"].to_numpy()[title[example]]
    tells = np.bincount(word, minlength=len(is_asked)) < COMMON * n
    tells[titles["word"].filter(titles["is_occasion"]).to_numpy()] = True
    fits = (fit >= TITLE_SHARE) & ((shared >= 2) | tells[asked[title[example]]] | is_about[pairs // size])
    pairs, fit = pairs[fits], fit[fits]
    best = np.lexsort((pairs, fit, pairs // size))
    last = best[np.append(np.diff(pairs[best] // size) != 0, True)[: len(best)]]
    return pl.DataFrame({"activity_key": pairs[last] % size, "turn": pairs[last] // size})


def _until_silent(placed: pl.DataFrame) -> pl.DataFrame:
    """Turns up to the first gap of more than 14 days."""
    gap = pl.col("sent_at") - pl.col("sent_at").shift().over("activity_key")
    ordered = placed.sort("activity_key", "sent_at", "turn")
    broken = (gap > pl.duration(days=SILENT_DAYS)).fill_null(False).cast(pl.Int32)
    return ordered.with_columns(part=broken.cum_sum().over("activity_key")).filter(pl.col("part") == 0)


def _members(begun: pl.DataFrame, alive: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """campaign_key, member_key, is_talker, is_committed: by list line, gift or promise."""
    listed = entries.filter(
        pl.col("member_key").is_not_null() & pl.col("participation_status").is_in(["yes", "done"])
    ).join(begun.select("activity_key"), on="activity_key", how="semi")
    both = pl.concat(
        [
            alive.select(
                "activity_key", "member_key", is_talker=pl.lit(True), is_committed=pl.col("is_commitment")
            ),
            listed.select("activity_key", "member_key", is_talker=pl.lit(False), is_committed=pl.lit(True)),
        ]
    )
    return (
        both.group_by("activity_key", "member_key")
        .agg(pl.col("is_talker", "is_committed").any())
        .rename({"activity_key": "campaign_key"})
        .sort("campaign_key", "member_key")
    )


def _campaigns(
    begun: pl.DataFrame, alive: pl.DataFrame, members: pl.DataFrame, closing: dt.datetime
) -> pl.DataFrame:
    """One row per campaign, in the order of their beginning."""
    ends = alive.group_by(campaign_key="activity_key").agg(
        last_seen_date=pl.col("local_date").max(),
        n_turns=pl.len(),
        n_active_days=pl.col("local_date").n_unique(),
    )
    people = members.group_by("campaign_key").agg(
        n_talkers=pl.col("is_talker").sum(), n_committed=pl.col("is_committed").sum(), n_reached=pl.len()
    )
    joined = begun.select(
        "activity_kind",
        "local_date",
        campaign_key="activity_key",
        month=pl.col("local_date").dt.truncate("1mo"),
    )
    for part in (ends, people, _half_lives(alive)):
        joined = joined.join(part, on="campaign_key", how="left", maintain_order="left")
    over = pl.col("last_seen_date") + dt.timedelta(days=SILENT_DAYS) < closing.date()
    counts = ("n_turns", "n_active_days", "n_talkers", "n_committed", "n_reached")
    return (
        joined.with_columns(
            pl.col("last_seen_date").fill_null(pl.col("local_date")), pl.col(counts).fill_null(0)
        )
        .with_columns(is_open=~over)
        .sort("campaign_key")
    )


def _half_lives(alive: pl.DataFrame) -> pl.DataFrame:
    """campaign_key, half_life_days?, half_life_lo?, half_life_hi?: of campaigns with turns enough."""
    daily = alive.group_by("activity_key", "local_date").agg(n=pl.len()).sort("activity_key", "local_date")
    enough = (pl.col("n").sum().over("activity_key") >= HALF_LIFE_TURNS) & (
        pl.len().over("activity_key") >= HALF_LIFE_DAYS
    )
    daily = daily.filter(enough)
    key, n = daily["activity_key"].to_numpy(), daily["n"].to_numpy().astype(float)
    day = daily["local_date"].to_physical().to_numpy().astype(int)
    begins = np.append(0, np.flatnonzero(np.diff(key)) + 1) if len(key) else np.zeros(0, dtype=int)
    series = [_from_peak(day[at:end], n[at:end]) for at, end in pairwise([*begins.tolist(), len(key)])]
    rows = [
        (campaign, *told) for campaign, told in zip(key[begins].tolist(), half_lives(series), strict=True)
    ]
    schema = {"campaign_key": pl.Int64} | dict.fromkeys(
        ("half_life_days", "half_life_lo", "half_life_hi"), pl.Float64
    )
    return pl.DataFrame(rows, schema=schema, orient="row")


def _from_peak(day: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Turns day by day from the fullest day on, to the last one or the horizon."""
    peak = int(np.argmax(n))
    last = min(day[-1], day[peak] + HORIZON_DAYS)
    series = np.zeros(last - day[peak] + 1)
    inside = (day >= day[peak]) & (day <= last)
    series[day[inside] - day[peak]] = n[inside]
    return series
