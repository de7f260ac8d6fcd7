"""Answers and ties told again, turn by turn, from the catalogue's section 5; both readings must agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.measure.replies import GRID, ReplyParams, Stream, first_answers, reply_v1

DAY = 24 * 60
Tie = tuple[int, str, float]


@dataclass(frozen=True)
class Turn:
    """One turn: who, when, what the rules ask about it, its content words, whom it addresses, its trigger."""

    sender: int
    minute: int
    is_text: bool
    is_copy: bool
    can_answer: bool
    cue: str  # '', 'cue' or 'number'
    is_question: bool
    is_asking: bool
    is_broadcast: bool
    words: frozenset[int]
    addressed: tuple[int, ...]
    trigger: int


def _before(turns: list[Turn], at: int) -> int:
    """The nearest earlier turn of another, -1 for none."""
    return max((k for k in range(at) if turns[k].sender != turns[at].sender), default=-1)


def _is_near(turns: list[Turn], at: int, earlier: int, params: ReplyParams) -> bool:
    pause = turns[at].minute - turns[earlier].minute
    return earlier >= 0 and pause <= params.window_min and at - earlier <= params.k_turns


def _answers(turns: list[Turn], asked: int, at: int, params: ReplyParams) -> bool:
    """Whether a later turn answers: it addresses the asker, has a cue and asks nothing, or follows next."""
    one, other = turns[asked], turns[at]
    if other.sender == one.sender or not other.can_answer or other.minute - one.minute > DAY:
        return False
    cued = not other.is_question and (bool(other.cue) or bool(one.words & other.words))
    follows = _before(turns, at) == asked and _is_near(turns, at, asked, params)
    return one.sender in other.addressed or cued or follows


def _first_answer(turns: list[Turn], asked: int, params: ReplyParams) -> int:
    if not turns[asked].is_text:
        return -1
    later = range(asked + 1, len(turns))
    return next((at for at in later if _answers(turns, asked, at, params)), -1)


def _mention(turns: list[Turn], at: int) -> int:
    """The latest turn within a day of the first one addressed who has any."""
    for member in turns[at].addressed:
        said = [k for k in range(at) if turns[k].sender == member != turns[at].sender]
        if said and turns[at].minute - turns[said[-1]].minute <= DAY:
            return said[-1]
    return -1


def _request(turns: list[Turn], answers: list[int], at: int) -> int:
    """The open request with most shared words, else the latest; a number counts while nobody else spoke."""
    one = turns[at]
    found = []
    for k in range(at):
        asked = turns[k]
        is_open = one.minute - asked.minute <= DAY and (answers[k] < 0 or answers[k] >= at)
        if not (asked.is_text and asked.is_asking and asked.sender != one.sender and is_open):
            continue
        shared = len(asked.words & one.words)
        undisturbed = all(turns[between].sender == one.sender for between in range(k + 1, at))
        if shared or one.cue == "cue" or (one.cue == "number" and undisturbed):
            found.append((shared, k))
    return max(found)[1] if found and one.can_answer and not one.is_question else -1


def _adjacent(turns: list[Turn], at: int, params: ReplyParams) -> Tie | None:
    earlier = _before(turns, at)
    if not _is_near(turns, at, earlier, params):
        return None
    weight = 2.0 ** (-(turns[at].minute - turns[earlier].minute) / 5) if params.is_decayed else 1.0
    talking = {turn.sender for turn in turns[:at] if turns[at].minute - turn.minute <= 10}
    return earlier, "adjacent", weight / 2 if len(talking) >= 3 else weight


def _tie(turns: list[Turn], answers: list[int], at: int, params: ReplyParams) -> Tie | None:
    """The first rule that applies gives the one target."""
    if turns[at].is_copy:
        return None
    if (target := _mention(turns, at)) >= 0:
        return target, "mention", 1.0
    if (target := _request(turns, answers, at)) >= 0:
        return target, "request", 0.9
    if turns[at].is_broadcast and turns[at].trigger >= 0:
        return turns[at].trigger, "broadcast", 0.5
    return _adjacent(turns, at, params)


@st.composite
def _talks(draw: st.DrawFn) -> list[Turn]:
    n, minute, turns = draw(st.integers(1, 12)), 0, []
    flag = st.booleans()
    for at in range(n):
        minute += draw(st.sampled_from([0, 1, 2, 3, 5, 10, 11, 30, 700, DAY]))
        may = draw(flag)
        turns.append(
            Turn(
                draw(st.integers(0, 3)), minute, draw(flag), draw(st.integers(0, 9)) == 0, may,
                draw(st.sampled_from(["", "", "cue", "number"])), draw(flag), draw(flag), draw(flag),
                draw(st.frozensets(st.integers(0, 4), max_size=2)),
                tuple(draw(st.lists(st.integers(0, 3), max_size=2, unique=True))) if draw(flag) else (),
                draw(st.integers(-1, at - 1)),
            )
        )  # fmt: skip
    return turns


def _stream(turns: list[Turn]) -> Stream:
    def told(name: str) -> np.ndarray:
        return np.array([getattr(turn, name) for turn in turns])

    pairs = [(at, word) for at, turn in enumerate(turns) for word in sorted(turn.words)]
    spoken = [(at, member) for at, turn in enumerate(turns) for member in turn.addressed]
    speaker, addressed = (np.array([pair[place] for pair in spoken], dtype=np.int64) for place in (0, 1))
    return Stream(
        minute=told("minute"), sender=told("sender"), is_text=told("is_text"), is_copy=told("is_copy"),
        can_answer=told("can_answer"), has_cue=(told("cue") != "") & ~told("is_question"),
        is_bare_number=told("cue") == "number", is_question=told("is_question"), is_asking=told("is_asking"),
        is_broadcast=told("is_broadcast"), speaker=speaker, addressed=addressed,
        content=pl.DataFrame(pairs, schema={"turn": pl.Int64, "word": pl.Int64}, orient="row"),
    )  # fmt: skip


@given(_talks(), st.sampled_from(GRID))
@settings(max_examples=200, deadline=None)
def test_answers_and_ties_are_those_of_a_plain_reading(turns: list[Turn], params: ReplyParams) -> None:
    answers = [_first_answer(turns, asked, params) for asked in range(len(turns))]
    stream = _stream(turns)
    assert first_answers(stream, params).tolist() == answers
    ties = reply_v1(stream, np.array(answers), np.array([turn.trigger for turn in turns]), params)
    told = {
        source: (target, method, round(weight, 12))
        for source, target, method, weight in ties.select("source", "target", "method", "weight").rows()
    }
    plain = {at: tie for at in range(len(turns)) if (tie := _tie(turns, answers, at, params))}
    assert told == {at: (target, method, round(weight, 12)) for at, (target, method, weight) in plain.items()}
