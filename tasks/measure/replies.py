"""Answers and inferred replies. Evidence for any such rule is weak: figures of groups only, always with a
null.

All work runs over turns in time order, numbered 0..n-1; ties go from a turn to an earlier one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

DAY_MIN = 24 * 60
NONE = -1
#: So many have the word where talk is crowded: :func:`crowded` looks for the third.
THREADS_SENDERS = 3
#: Keys are sorted out by their last bits before they are joined.
_SLOTS = 1 << 20


@dataclass(frozen=True, slots=True)
class ReplyParams:
    """Parameters of ``reply_v1``; the sensitivity grid varies the first three."""

    window_min: int = 10
    k_turns: int = 5
    is_decayed: bool = True
    half_life_min: float = 5.0
    answer_hours: int = 24
    broadcast_hours: int = 48
    threads_min: int = 10
    threads_factor: float = 0.5
    request_weight: float = 0.9
    ritual_weight: float = 0.5

    @property
    def hash(self) -> str:
        """12 hex digits over names and values."""
        told = {"method": "reply_v1", "threads_senders": THREADS_SENDERS, **asdict(self)}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


REPLY_V1 = ReplyParams()


@dataclass(frozen=True, slots=True)
class Stream:
    """Turns as arrays in time order. ``minute``: time floored to the minute; ``sender``: a number of each member.

    Flags: ``is_text``; ``is_copy`` (a list copied); ``can_answer`` (no list copy, announcement,
    greeting-only or humour-only turn); ``has_cue`` (answer cues that add up to 1, a number or a link, and no
    question); ``is_bare_number`` (of those cues the turn has a number alone); ``is_question``;
    ``is_asking`` (help request or question); ``is_broadcast`` (ritual or assent only). ``content``: turn,
    word, in the order of turns. ``speaker``, ``addressed``: turns that speak to somebody, and to which sender,
    in the order of turns and of those addressed.
    """

    minute: np.ndarray
    sender: np.ndarray
    is_text: np.ndarray
    is_copy: np.ndarray
    can_answer: np.ndarray
    has_cue: np.ndarray
    is_bare_number: np.ndarray
    is_question: np.ndarray
    is_asking: np.ndarray
    is_broadcast: np.ndarray
    content: pl.DataFrame
    speaker: np.ndarray
    addressed: np.ndarray

    def __len__(self) -> int:
        return len(self.minute)


def previous_by_another(sender: np.ndarray) -> np.ndarray:
    """For each turn the latest earlier turn of somebody else, else -1."""
    starts = np.flatnonzero(sender[1:] != sender[:-1]) + 1
    begins = np.append(0, starts) if len(sender) else starts
    return np.repeat(begins - 1, np.diff(np.append(begins, len(sender))))


def next_by_another(sender: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """For each turn the next later chosen turn of somebody else, else -1."""
    picked = np.flatnonzero(chosen)
    result = np.full(len(sender), NONE, dtype=np.int64)
    if not len(picked):
        return result
    who = sender[picked]
    new = np.ones(len(picked), dtype=bool)
    new[1:] = who[1:] != who[:-1]
    starts = np.flatnonzero(new)
    run = np.cumsum(new) - 1
    other = np.append(starts, len(picked))[run + 1]  # where the next sender's run begins
    end = picked[-1]  # after the last chosen turn there is none
    at = np.cumsum(chosen[:end])  # how many up to a turn were chosen: the place of the next one
    at = np.where(who[at] == sender[:end], other[at], at)
    result[:end] = np.append(picked, NONE)[at]
    return result


def last_before(owner: np.ndarray, at: np.ndarray, who: np.ndarray, before: np.ndarray) -> np.ndarray:
    """For each asked member and turn the latest turn of ``at`` before it that the member owns, else -1."""
    n = int(max(at.max(initial=0), before.max(initial=0))) + 1
    tags = np.sort(owner * n + at)
    place = np.searchsorted(tags, who * n + before) - 1
    found = np.append(tags, NONE)[np.maximum(place, NONE)]
    return np.where((place >= 0) & (found // n == who), found % n, NONE)


def first_after(owner: np.ndarray, at: np.ndarray, who: np.ndarray, after: np.ndarray) -> np.ndarray:
    """For each asked member and turn the first turn of ``at`` after it that the member owns, else -1."""
    n = int(max(at.max(initial=0), after.max(initial=0))) + 2
    tags = np.sort(owner * n + at)
    # what is looked for in rising order is found faster
    order = np.argsort(who.astype(np.min_scalar_type(who.max(initial=0))), kind="stable")
    first = np.empty(len(who), dtype=np.int64)
    first[order] = np.searchsorted(tags, (who * n + after + 1)[order])
    found = np.append(tags, NONE)[first]
    own = who * n
    return np.where((found >= own) & (found < own + n), found - own, NONE)


def first_answers(stream: Stream, params: ReplyParams = REPLY_V1) -> np.ndarray:
    """For each text turn its first answer (turn number), else -1; for a request or question that is its
    answer.

    The first later turn of another member within 24 h that may answer and (a) addresses the writer, (b)
    carries an answer cue, a number, a link or a shared content word and is no question, or (c) follows next
    within 10 minutes. On turns that ask nothing the same test is the baseline.
    """
    n = len(stream)
    candidates = [
        next_by_another(stream.sender, stream.can_answer & stream.has_cue),
        _next_sharing(stream),
        _next_addressing(stream),
        _next_adjacent(stream, params),
    ]
    best = np.full(n, n, dtype=np.int64)
    for found in candidates:
        best = np.where((found >= 0) & (found < best), found, best)
    late = np.minimum(best, max(n - 1, 0))
    good = (
        (best < n) & stream.is_text & (stream.minute[late] - stream.minute <= params.answer_hours * 60)
        if n
        else best < n
    )
    return np.where(good, best, NONE)


def _next_adjacent(stream: Stream, params: ReplyParams) -> np.ndarray:
    previous = previous_by_another(stream.sender)
    source = np.flatnonzero((previous >= 0) & stream.can_answer)
    target = previous[source]
    near = (stream.minute[source] - stream.minute[target] <= params.window_min) & (
        source - target <= params.k_turns
    )
    found = np.full(len(stream), NONE, dtype=np.int64)
    # the earliest source of a target wins: write in reverse order
    found[target[near][::-1]] = source[near][::-1]
    return found


def _next_sharing(stream: Stream) -> np.ndarray:
    """For each turn the next answering turn of another that shares a content word and is no question."""
    turn, word = stream.content["turn"].to_numpy(), stream.content["word"].to_numpy()
    # numbers of few bytes are sorted without comparing them
    order = np.argsort(word.astype(np.min_scalar_type(word.max(initial=0))), kind="stable")
    turn, word = turn[order], word[order]
    result = np.full(len(stream), len(stream), dtype=np.int64)
    answers = (stream.can_answer & ~stream.is_question)[turn]
    # one sequence for all words: a word's run ends where the next one's begins
    tagged = word * (len(stream) + 1) + stream.sender[turn]
    following = next_by_another(tagged, answers)
    good = np.flatnonzero(following >= 0)
    good = good[word[following[good]] == word[good]]
    np.minimum.at(result, turn[good], turn[following[good]])
    return np.where(result < len(stream), result, NONE)


def _next_addressing(stream: Stream) -> np.ndarray:
    """For each turn the next answering turn of another that speaks to its sender."""
    calls = stream.can_answer[stream.speaker] & (stream.sender[stream.speaker] != stream.addressed)
    return first_after(stream.addressed[calls], stream.speaker[calls], stream.sender, np.arange(len(stream)))


def reply_v1(
    stream: Stream, answers: np.ndarray, triggers: np.ndarray, params: ReplyParams = REPLY_V1
) -> pl.DataFrame:
    """The one tie of each turn, by the first rule that applies: mention, request, broadcast, adjacent.

    A list copy is a tie to the event and gives none to a person.

    Args:
        stream: the turns. answers: from :func:`first_answers`. triggers: by turn, the turn a ritual or
        assenting
            turn responds to, else -1.

    Returns:
        source, target (turn numbers), method, layer, weight, latency_min; at most one row per source.
    """
    n = len(stream)
    target = np.full(n, NONE, dtype=np.int64)
    method = np.full(n, NONE, dtype=np.int64)
    weight = np.zeros(n)
    free = ~stream.is_copy
    rules = (
        (mentions(stream, params), np.ones(n)),
        (open_requests(stream, answers, params), np.full(n, params.request_weight)),
        (np.where(stream.is_broadcast, triggers, NONE), np.full(n, params.ritual_weight)),
        adjacent(stream, params),
    )
    for number, (found, weights) in enumerate(rules):
        hit = free & (target == NONE) & (found >= 0)
        target[hit], method[hit], weight[hit] = found[hit], number, weights[hit]
    source = np.flatnonzero(target >= 0)
    names = pl.Series(["mention", "request", "broadcast", "adjacent"]).gather(method[source])
    return pl.DataFrame(
        {
            "source": source,
            "target": target[source],
            "method": names,
            "layer": pl.Series(["core", "core", "ritual", "core"]).gather(method[source]),
            "weight": weight[source],
            "latency_min": (stream.minute[source] - stream.minute[target[source]]).astype(float),
        }
    )


def mentions(stream: Stream, params: ReplyParams = REPLY_V1) -> np.ndarray:
    """Rule 1: the addressed member's latest turn within 24 hours; of several addressed, the first that has
    one."""
    turn = stream.speaker
    last = last_before(stream.sender, np.arange(len(stream)), stream.addressed, turn)
    good = (last >= 0) & (stream.minute[turn] - stream.minute[last] <= params.answer_hours * 60)
    good &= stream.sender[turn] != stream.addressed
    found = np.full(len(stream), NONE, dtype=np.int64)
    # the first one addressed wins: write in reverse order
    found[turn[good][::-1]] = last[good][::-1]
    return found


def open_requests(stream: Stream, answers: np.ndarray, params: ReplyParams = REPLY_V1) -> np.ndarray:
    """Rule 2: the open request a turn answers by condition (b): most shared content words, else the latest.

    A request is open for 24 hours or until it is answered, and its first answer still finds it open. A number
    without any other cue stands in talk of every kind: it answers only if nobody else spoke since the request.
    """
    asked = np.flatnonzero(stream.is_asking & stream.is_text)
    may = stream.can_answer & ~stream.is_question
    cued = may & stream.has_cue & ~stream.is_bare_number
    found = _latest_open(stream, asked, answers, np.flatnonzero(cued), params)
    numbered = np.flatnonzero(may & stream.is_bare_number)
    last = previous_by_another(stream.sender)[numbered]
    fits = (last >= 0) & (stream.is_asking & stream.is_text)[np.maximum(last, 0)]
    fits &= _is_open(stream, np.maximum(last, 0), numbered, answers, params)
    found[numbered[fits]] = last[fits]
    shared = _most_shared(stream, asked, answers, may, params)
    found[shared["turn"].to_numpy()] = shared["request"].to_numpy()
    return found


def _is_open(
    stream: Stream, request: np.ndarray, turn: np.ndarray, answers: np.ndarray, params: ReplyParams
) -> np.ndarray:
    answered = answers[request]
    return (
        (request < turn)
        & (stream.sender[request] != stream.sender[turn])
        & (stream.minute[turn] - stream.minute[request] <= params.answer_hours * 60)
        & ((answered == NONE) | (answered >= turn))
    )


def _latest_open(
    stream: Stream, asked: np.ndarray, answers: np.ndarray, turns: np.ndarray, params: ReplyParams
) -> np.ndarray:
    """Walk back from each turn over the requests before it, until one is open or 24 hours are gone."""
    found = np.full(len(stream), NONE, dtype=np.int64)
    back = np.searchsorted(asked, turns) - 1
    while len(turns):
        alive = back >= 0
        turns, back = turns[alive], back[alive]
        request = asked[back]
        alive = stream.minute[turns] - stream.minute[request] <= params.answer_hours * 60
        turns, back, request = turns[alive], back[alive], request[alive]
        fits = _is_open(stream, request, turns, answers, params)
        found[turns[fits]] = request[fits]
        turns, back = turns[~fits], back[~fits] - 1
    return found


def _most_shared(
    stream: Stream, asked: np.ndarray, answers: np.ndarray, may: np.ndarray, params: ReplyParams
) -> pl.DataFrame:
    """turn, request: the open request with most shared content words, the latest among equals."""
    turn, word = stream.content["turn"].to_numpy(), stream.content["word"].to_numpy()
    is_asked = np.zeros(len(stream), dtype=bool)
    is_asked[asked] = True
    n_words = int(word.max(initial=0)) + 1
    key = (stream.minute // DAY_MIN * n_words)[turn] + word
    of_request = np.flatnonzero(is_asked[turn])
    # a request is open on its day and the next
    request = np.concatenate([key[of_request], key[of_request] + n_words])
    is_met = np.zeros(_SLOTS, dtype=bool)
    is_met[request & (_SLOTS - 1)] = True
    answering = np.flatnonzero(may[turn] & is_met[key & (_SLOTS - 1)])
    pairs = pl.DataFrame({"turn": turn[answering], "key": key[answering]}).join(
        pl.DataFrame({"request": np.tile(turn[of_request], 2), "key": request}), on="key"
    )
    good = _is_open(stream, pairs["request"].to_numpy(), pairs["turn"].to_numpy(), answers, params)
    counted = pairs.filter(pl.Series(good, dtype=pl.Boolean)).group_by("turn", "request").len()
    return (
        counted.sort("turn", "len", "request")
        .group_by("turn", maintain_order=True)
        .last()
        .select("turn", "request")
    )


def adjacent(stream: Stream, params: ReplyParams = REPLY_V1) -> tuple[np.ndarray, np.ndarray]:
    """Rule 4: the nearest earlier turn of another within the window and the last K turns; its weight halves
    every
    5 minutes, and once more while 3 or more people were talking in the last 10 minutes."""
    found = previous_by_another(stream.sender)
    at = np.arange(len(stream))
    dt = stream.minute - stream.minute[np.maximum(found, 0)]
    found = np.where((found >= 0) & (dt <= params.window_min) & (at - found <= params.k_turns), found, NONE)
    weight = np.exp2(-dt / params.half_life_min) if params.is_decayed else np.ones(len(stream))
    return found, np.where(crowded(stream, params), weight * params.threads_factor, weight)


def crowded(stream: Stream, params: ReplyParams = REPLY_V1) -> np.ndarray:
    """Whether 3 or more people had the word in the 10 minutes before a turn."""
    new = np.append(True, stream.sender[1:] != stream.sender[:-1])[: len(stream)]
    begins, run = np.flatnonzero(new), np.cumsum(new) - 1
    who = stream.sender[begins]
    # by run the last one before it that is of neither its sender nor the one before: while two take turns, the same
    is_third = np.zeros(len(begins), dtype=bool)
    is_third[2:] = who[2:] != who[:-2]
    third = np.maximum.accumulate(np.where(is_third, np.arange(len(begins)), 1)) - 2
    found = third[run[:-1]]
    last = begins[found + 1] - 1
    are_many = np.zeros(len(stream), dtype=bool)
    are_many[1:] = (found >= 0) & (stream.minute[1:] - stream.minute[last] <= params.threads_min)
    return are_many


#: The sensitivity grid: window, turns back, decay; the ritual layer is left out of all of them.
GRID = tuple(
    ReplyParams(window_min=window, k_turns=k, is_decayed=decayed)
    for window in (3, 10, 30, 120)
    for k in (1, 3, 5)
    for decayed in (True, False)
)


def permuted_senders(sender: np.ndarray, day: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Senders shuffled among the turns of each day: volume, circadian shape and daily counts stay."""
    order = np.lexsort((rng.random(len(sender)), day))
    shuffled = np.empty_like(sender)
    shuffled[np.argsort(day, kind="stable")] = sender[order]
    return shuffled
