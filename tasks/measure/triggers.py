"""What rituals and assents respond to: a death, a joy, a gift of help, an open call."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.measure.replies import NONE, REPLY_V1, ReplyParams, next_by_another
from tasks.measure.text.lexicon import TAG_BIT

DEATH_HOURS, JOY_HOURS = 48, 24
_JOYS = ("joy_notice: wedding", "joy_notice: birth", "joy_notice: graduation", "joy_notice: Eid")


def first_in(minute: np.ndarray, said: np.ndarray, hours: int) -> np.ndarray:
    """Of the turns marked ``said``, those with none so marked in the hours before."""
    at = np.flatnonzero(said)
    first = np.zeros(len(minute), dtype=bool)
    if len(at):
        quiet = np.ones(len(at), dtype=bool)
        quiet[1:] = np.diff(minute[at]) > hours * 60
        first[at[quiet]] = True
    return first


def latest_by_another(sender: np.ndarray, minute: np.ndarray, chosen: np.ndarray, hours: int) -> np.ndarray:
    """For each turn the latest earlier chosen turn of somebody else within the hours, else -1."""
    backwards = next_by_another(sender[::-1], chosen[::-1])[::-1]
    found = np.where(backwards >= 0, len(sender) - 1 - backwards, NONE)
    late = minute - minute[np.maximum(found, 0)] > hours * 60
    return np.where(late, NONE, found)


def triggers(turns: pl.DataFrame, answers: np.ndarray, params: ReplyParams = REPLY_V1) -> np.ndarray:
    """By turn, the turn to which it responds if it is nothing but ritual or assent, else -1.

    Condolences go to the news of a death (a condolence with none in the 48 hours before); congratulations and
    prayers to the news of a joy (its headed phrase, none of that kind in 24 hours), a death or a request for
    prayers; thanks to the last answer to one's own request, else to the last giver; assent to the open call.

    Args:
        turns: minute, member_key, tags, lex_*, is_prayer_request, is_call, is_giving, in the order of turns.
        answers: first answer of each turn.
    """
    minute, sender = turns["minute"].to_numpy(), turns["member_key"].to_numpy()
    tags = turns["tags"].to_numpy()
    said = {name: turns[f"lex_{name}"].to_numpy() > 0 for name in ("condolence", "congrats_prayer", "gratitude", "commitment", "ack")}
    death = first_in(minute, said["condolence"], DEATH_HOURS)
    joy = np.zeros(len(turns), dtype=bool)
    for kind in _JOYS:
        joy |= first_in(minute, (tags & TAG_BIT[kind]) > 0, JOY_HOURS)
    asked_prayer = turns["is_prayer_request"].to_numpy()

    def latest(chosen: np.ndarray) -> np.ndarray:
        return latest_by_another(sender, minute, chosen, params.broadcast_hours)

    joyful = (tags & sum(TAG_BIT[kind] for kind in _JOYS)) > 0
    sources = (
        (said["condolence"], latest(death)),
        (said["congrats_prayer"] | joyful, latest(joy | death | asked_prayer)),
        (said["gratitude"], _last_giver(turns, answers, latest, params)),
        (said["commitment"] | said["ack"], latest(turns["is_call"].to_numpy())),
    )
    found = np.full(len(turns), NONE, dtype=np.int64)
    for applies, source in sources:
        found = np.where((found == NONE) & applies, source, found)
    return found


def _last_giver(turns: pl.DataFrame, answers: np.ndarray, latest, params: ReplyParams) -> np.ndarray:  # type: ignore[no-untyped-def]
    minute, sender = turns["minute"].to_numpy(), turns["member_key"].to_numpy()
    asking = np.flatnonzero((turns["is_help_request"] | turns["is_question"]).to_numpy() & (answers >= 0))
    got = pl.DataFrame({"member_key": sender[asking], "at": answers[asking], "giver": answers[asking]}, schema={"member_key": pl.Int64, "at": pl.Int64, "giver": pl.Int64}).sort("at")
    each = pl.DataFrame({"member_key": sender, "at": np.arange(len(turns)) - 1}, schema={"member_key": pl.Int64, "at": pl.Int64})
    own = each.join_asof(got, on="at", by="member_key", strategy="backward", check_sortedness=False)["giver"].fill_null(NONE).to_numpy().astype(np.int64)
    late = minute - minute[np.maximum(own, 0)] > params.broadcast_hours * 60
    own = np.where(late, NONE, own)
    return np.where(own >= 0, own, latest(turns["is_giving"].to_numpy()))
