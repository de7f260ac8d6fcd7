"""Which campaign a turn speaks of that does not name it: by whom it answers, and by what it says of taking part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.replies import NONE, REPLY_V1, last_before, previous_by_another
from tasks.measure.text.distinct import stretches
from tasks.measure.triggers import latest_by_another

#: How long after a call what is said of taking part speaks of it.
CALL_HOURS, ASSENT_HOURS = 48, 24
_METHODS = ("mention", "request", "broadcast", "adjacent")


@dataclass(frozen=True, slots=True)
class Talk:
    """Turns in the order of time, one array each; and of their inferred replies ``source``, ``target`` and whether
    they name the other, answer a request, are of a chorus or follow by the clock alone.

    ``promises``: says that its writer comes. ``refuses``: that its writer does not. ``speaks_of_part``: either, or
    what is to be arranged. ``assents``: nothing but a promise or assent, of which the words do not say to what.
    ``is_rite``: nothing but wishes, condolence, greetings or thanks.
    """

    minute: np.ndarray
    sender: np.ndarray
    promises: np.ndarray
    refuses: np.ndarray
    speaks_of_part: np.ndarray
    assents: np.ndarray
    is_rite: np.ndarray
    asks: np.ndarray
    is_light: np.ndarray
    source: np.ndarray
    target: np.ndarray
    is_mention: np.ndarray
    is_request: np.ndarray
    is_broadcast: np.ndarray
    is_adjacent: np.ndarray


def talk_of(turns: pl.DataFrame, ties: pl.DataFrame) -> Talk:
    """The turns and replies of a group as :class:`Talk`."""
    names = ("comes", "declines", "arranges", "assents", "is_broadcast", "is_ritual", "is_question")
    comes, declines, arranges, assents, is_broadcast, is_ritual, asks = (
        turns[name].to_numpy() for name in names
    )
    refusing, condoling, committing, saying_yes = (
        (turns[f"lex_{kind}"] > 0).to_numpy() for kind in ("decline", "condolence", "commitment", "ack")
    )
    refuses = refusing | declines
    promises = comes & ~condoling & ~refuses  # who comes to mourn ('ikut berduka') mourns
    speaks_of_part = promises | refuses | arranges
    is_short = is_broadcast & (committing | saying_yes)
    assents = (is_short | assents) & ~speaks_of_part & ~condoling
    return Talk(
        minute=(turns["sent_at"].dt.epoch("s") // 60).to_numpy(),
        sender=turns["sender"].to_numpy(),
        promises=promises,
        refuses=refuses,
        speaks_of_part=speaks_of_part,
        assents=assents,
        is_rite=is_ritual & ~speaks_of_part & ~assents,
        asks=asks,
        is_light=is_broadcast | speaks_of_part | assents,
        **{name: ties[name].to_numpy() for name in ("source", "target")},
        **{f"is_{method}": (ties["method"] == method).to_numpy() for method in _METHODS},
    )


def placed(of: np.ndarray, is_call: np.ndarray, is_first: np.ndarray, talk: Talk) -> np.ndarray:
    """By turn the campaign it belongs to, -1 for none.

    In this order: who promises, refuses, arranges or assents and speaks to somebody means that person's last call
    (48 hours); what answers a turn of a campaign belongs to it; who then still speaks of taking part means the last
    call by another; and what answers that belongs there too.

    Args:
        of: the campaign of turns that call, copy a list or name it, else -1.
        is_call: they begin a campaign, announce it or copy its list. is_first: calls that are no mere copies.
        talk: the turns and their inferred replies.
    """
    of = _to_callers(of.copy(), is_call, talk)
    caller = np.full(int(of.max(initial=NONE)) + 1, NONE)
    began = np.flatnonzero(is_call)[::-1]
    caller[of[began]] = talk.sender[began]
    of = _answers(of, is_call, caller, talk)
    return _answers(_to_open_calls(of, is_call, is_first, talk), is_call, caller, talk)


def _to_callers(of: np.ndarray, is_call: np.ndarray, talk: Talk) -> np.ndarray:
    speaks = (talk.speaks_of_part | talk.assents) & (of == NONE)
    to = talk.is_mention & speaks[talk.source]
    turn, meant = talk.source[to], talk.sender[talk.target[to]]
    calls = np.flatnonzero(is_call)
    last = last_before(talk.sender[calls], calls, meant, turn)
    return _joined(of, turn, last, CALL_HOURS, talk)


def _answers(of: np.ndarray, is_call: np.ndarray, caller: np.ndarray, talk: Talk) -> np.ndarray:
    """Turns that answer one of a campaign, or such an answer; rites ('aamiin', 'nuhun') do not.

    Who only speaks next, by the clock, speaks of a campaign right after a question about it, if of taking part and
    right after a call or copy, or as the one who called.
    """
    chosen = ~talk.is_broadcast & ~talk.is_rite[talk.source]
    source, target = talk.source[chosen], talk.target[chosen]
    about = talk.speaks_of_part | talk.assents
    is_answer = ~talk.is_adjacent[chosen] | talk.asks[target] | (about[source] & is_call[target])
    by_target = np.argsort(target, kind="stable")
    answered = target[by_target]
    heard = np.flatnonzero(of != NONE)
    # answers to what was placed last: each reply is looked at once, however long the chain of answers
    while len(heard):
        first = np.searchsorted(answered, heard)
        count = np.searchsorted(answered, heard, side="right") - first
        at = np.sort(by_target[stretches(first, count)])
        at = at[of[source[at]] == NONE]
        at = at[is_answer[at] | (talk.sender[source[at]] == caller[of[target[at]]])]
        of[source[at]] = of[target[at]]
        heard = np.unique(source[at])
    return of


def _to_open_calls(of: np.ndarray, is_call: np.ndarray, is_first: np.ndarray, talk: Talk) -> np.ndarray:
    """Turns of no campaign that speak of taking part.

    Who comes or not means the last call of 48 hours, else the last copy of a list; who arranges the last call or
    copy; a bare assent the last call of 24. What answers a turn of no campaign means that, and so do arrangements
    and assents that follow within 10 minutes on talk of none.
    """
    before = previous_by_another(talk.sender)
    last = np.maximum(before, 0)
    is_talk = (of == NONE) & ~talk.is_light
    in_talk = (before >= 0) & (talk.minute - talk.minute[last] <= REPLY_V1.window_min) & is_talk[last]
    is_free = of == NONE
    other = (talk.is_mention | talk.is_request) & is_free[talk.target]
    is_free[talk.source[other]] = False
    says_who_comes = talk.promises | talk.refuses
    parts = (
        (says_who_comes, is_first, CALL_HOURS),
        (says_who_comes, is_call, CALL_HOURS),
        (talk.speaks_of_part & ~says_who_comes & ~in_talk, is_call, CALL_HOURS),
        (talk.assents & ~in_talk, is_first, ASSENT_HOURS),
    )
    for speaks, calls, hours in parts:
        turn = np.flatnonzero(speaks & is_free & (of == NONE))
        call = latest_by_another(talk.sender, talk.minute, calls, hours, turn)
        of = _joined(of, turn, call, hours, talk)
    return of


def _joined(of: np.ndarray, turn: np.ndarray, call: np.ndarray, hours: int, talk: Talk) -> np.ndarray:
    """With the turns in the campaigns of their calls (-1: none), if not longer ago than so many hours."""
    near = (call != NONE) & (talk.minute[turn] - talk.minute[np.maximum(call, 0)] <= hours * 60)
    of[turn[near]] = of[call[near]]
    return of
