"""What rituals and assents respond to: a death, a joy, a gift of help, an open call."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from tasks.measure.replies import NONE, REPLY_V1, ReplyParams, last_before, previous_by_another
from tasks.measure.text.lexicon import TAG_BIT

DEATH_HOURS, JOY_HOURS, ASSENT_HOURS, CHORUS_HOURS = 48, 24, 24, 48
#: Kind of joy -> the tag of the phrases that head its news.
_JOYS = {
    "wedding": "joy_notice: wedding",
    "birth": "joy_notice: birth",
    "graduation": "joy_notice: graduation",
    "eid": "joy_notice: Eid",
}


def first_in(minute: np.ndarray, said: np.ndarray, hours: int) -> np.ndarray:
    """Of the turns marked ``said``, those with none so marked in the hours before."""
    at = np.flatnonzero(said)
    first = np.zeros(len(minute), dtype=bool)
    if len(at):
        quiet = np.ones(len(at), dtype=bool)
        quiet[1:] = np.diff(minute[at]) > hours * 60
        first[at[quiet]] = True
    return first


def latest_by_another(
    sender: np.ndarray, minute: np.ndarray, chosen: np.ndarray, hours: int, asked: np.ndarray
) -> np.ndarray:
    """For the turns asked the latest earlier chosen turn of somebody else within the hours, else -1."""
    picked = np.flatnonzero(chosen)
    before = np.append(previous_by_another(sender[picked]), NONE)
    last = np.searchsorted(picked, asked) - 1
    own = (last >= 0) & (sender[np.append(picked, 0)[last]] == sender[asked])
    last = np.where(own, before[last], last)
    found = np.where(last >= 0, np.append(picked, NONE)[last], NONE)
    late = minute[asked] - minute[found] > hours * 60
    return np.where(late, NONE, found)


def triggers(turns: pl.DataFrame, answers: np.ndarray, params: ReplyParams = REPLY_V1) -> np.ndarray:
    """By turn, the turn to which it responds if it is nothing but ritual or assent, else -1.

    Condolences and Al-Fatihah go to the news of a death (a condolence with none in the 48 hours before, or
    headed as such); congratulations and prayers to the news of a joy (its headed phrase, none of that kind in
    24 hours), a death or a request for prayers; thanks to the last answer to one's own request, else to the last giver;
    promises to the open call. A bare assent ('ok') goes to a call of the last 24 hours, unless it follows
    within 10 minutes on a turn that is neither ritual nor assent: then it speaks to that turn.

    Args:
        turns: minute, sender, tags, lex_*, is_prayer_request, is_call, is_giving, in the order of turns.
        answers: first answer of each turn.
    """
    minute, sender = turns["minute"].to_numpy(), turns["sender"].to_numpy()
    tags = turns["tags"].to_numpy()
    said = {
        name: turns[f"lex_{name}"].to_numpy() > 0
        for name in ("condolence", "congrats_prayer", "gratitude", "commitment", "ack")
    }
    death = first_in(minute, said["condolence"], DEATH_HOURS) | ((tags & TAG_BIT["death_notice"]) > 0)
    joy = np.zeros(len(turns), dtype=bool)
    for tag in _JOYS.values():
        joy |= first_in(minute, (tags & TAG_BIT[tag]) > 0, JOY_HOURS)
    asked_prayer = turns["is_prayer_request"].to_numpy()

    prays = (tags & TAG_BIT["death_prayer"]) > 0
    joyful = (tags & sum(TAG_BIT[tag] for tag in _JOYS.values())) > 0

    is_call = turns["is_call"].to_numpy()
    hours = params.broadcast_hours

    def latest(chosen: np.ndarray, hours: int) -> Callable[[np.ndarray], np.ndarray]:
        return lambda asked: latest_by_another(sender, minute, chosen, hours, asked)

    sources = (
        (said["condolence"] | prays, latest(death, hours)),
        (said["congrats_prayer"] | joyful, latest(joy | death | asked_prayer, hours)),
        (said["gratitude"], lambda asked: _last_giver(turns, answers, params, asked)),
        (said["commitment"], latest(is_call, hours)),
        (said["ack"] & ~_follows_talk(turns, params), latest(is_call, ASSENT_HOURS)),
    )
    found = np.full(len(turns), NONE, dtype=np.int64)
    for applies, source in sources:
        asked = np.flatnonzero((found == NONE) & applies)
        found[asked] = source(asked)
    return found


def _follows_talk(turns: pl.DataFrame, params: ReplyParams) -> np.ndarray:
    """Whether the turn before, by another and within the window, is neither ritual nor assent."""
    minute = turns["minute"].to_numpy()
    before = previous_by_another(turns["sender"].to_numpy())
    near = (before >= 0) & (minute - minute[np.maximum(before, 0)] <= params.window_min)
    return near & ~turns["is_broadcast"].to_numpy()[np.maximum(before, 0)]


def _last_giver(
    turns: pl.DataFrame, answers: np.ndarray, params: ReplyParams, asked: np.ndarray
) -> np.ndarray:
    """The last answer to the writer's own request within the hours, else the last giving turn of another."""
    minute, sender = turns["minute"].to_numpy(), turns["sender"].to_numpy()
    requests = np.flatnonzero((turns["is_help_request"] | turns["is_question"]).to_numpy() & (answers >= 0))
    own = last_before(sender[requests], answers[requests], sender[asked], asked)
    late = minute[asked] - minute[own] > params.broadcast_hours * 60
    own = np.where(late, NONE, own)
    giving = latest_by_another(sender, minute, turns["is_giving"].to_numpy(), params.broadcast_hours, asked)
    return np.where(own >= 0, own, giving)


def choruses(turns: pl.DataFrame) -> pl.DataFrame:
    """News of deaths and joys and how many people answered them: indicator 8.

    A death: a condolence with none in the 48 hours before. A joy: its headed phrase, none of that kind in
    the 24 hours before. The chorus: people other than the sender with a turn of condolence, congratulation
    or prayer (for a death: Al-Fatihah too; for Eid: of its phrases) within 48 hours; ``n_chorus_upper``
    counts also those who sent a turn of stickers alone, in which such words may hide.

    Args:
        turns: turn, minute, member_key, local_date, tags, is_sticker, lex_condolence, lex_congrats_prayer, in
            the order of time.

    Returns:
        turn, trigger_kind, member_key, local_date, n_chorus, n_chorus_upper; one row per news and kind.
    """
    minute, sender = turns["minute"].to_numpy(), turns["member_key"].to_numpy()
    tags, sticker = turns["tags"].to_numpy(), turns["is_sticker"].to_numpy()
    condoles = turns["lex_condolence"].to_numpy() > 0
    ritual = condoles | (turns["lex_congrats_prayer"].to_numpy() > 0)
    prays = (tags & TAG_BIT["death_prayer"]) > 0
    kinds = {"death": (first_in(minute, condoles, DEATH_HOURS), ritual | prays)}
    for kind, tag in _JOYS.items():
        headed = (tags & TAG_BIT[tag]) > 0
        kinds[kind] = (first_in(minute, headed, JOY_HOURS), headed if kind == "eid" else ritual | headed)
    rows = []
    for kind, (news, answers) in kinds.items():
        at = np.flatnonzero(news)
        ends = np.searchsorted(minute, minute[at] + CHORUS_HOURS * 60, side="right")
        for trigger, end in zip(at.tolist(), ends.tolist(), strict=True):
            later = slice(trigger + 1, end)
            others = sender[later] != sender[trigger]
            said = np.unique(sender[later][others & answers[later]])
            upper = np.unique(sender[later][others & (answers[later] | sticker[later])])
            rows.append((trigger, kind, len(said), len(upper)))
    schema = {"turn": pl.Int64, "trigger_kind": pl.String, "n_chorus": pl.Int64, "n_chorus_upper": pl.Int64}
    found = pl.DataFrame(rows, schema=schema, orient="row").sort("turn", "trigger_kind")
    return found.join(turns.select("turn", "member_key", "local_date"), on="turn", maintain_order="left")
