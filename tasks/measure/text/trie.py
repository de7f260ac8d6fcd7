"""All occurrences of listed word sequences in a token stream, by a trie walked for all positions at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.text.distinct import stretches
from tasks.measure.text.tokens import DistinctTokens, Tokens


@dataclass(frozen=True, slots=True)
class Trie:
    """Sequences of words as states, 0 before the first word; several sequences may end in one state."""

    vocabulary: pl.DataFrame  # form, no
    first: (
        np.ndarray
    )  # by number of a word, the state it leads to from the beginning, -1 for none; last: no word
    step_keys: np.ndarray  # state * size + word, sorted
    step_to: np.ndarray
    goes_on: np.ndarray  # by state
    end_first: (
        np.ndarray
    )  # by state, where its sequences begin in ``end_entry``, and after the last their number
    end_entry: np.ndarray

    @property
    def size(self) -> int:
        """Words known, at least 1."""
        return len(self.first) - 1


def build(sequences: Sequence[Sequence[str]]) -> Trie:
    """Compile sequences; the n-th one keeps the number n as its entry."""
    vocabulary: dict[str, int] = {}
    steps: dict[tuple[int, int], int] = {}
    ends: list[tuple[int, int]] = []
    for entry, sequence in enumerate(sequences):
        state = 0
        for word in sequence:
            step = (state, vocabulary.setdefault(word, len(vocabulary)))
            state = steps.setdefault(step, len(steps) + 1)
        if sequence:
            ends.append((state, entry))
    size, n_states = max(len(vocabulary), 1), len(steps) + 1
    keys = np.array([state * size + word for state, word in steps], dtype=np.int64)
    to = np.array(list(steps.values()), dtype=np.int64)
    order = np.argsort(keys)
    ends.sort()
    first = np.full(size + 1, -1, dtype=np.int64)
    first[keys[keys < size]] = to[keys < size]
    goes_on = np.zeros(n_states, dtype=bool)
    goes_on[keys // size] = True
    n_ends = np.bincount(np.array([state for state, _ in ends], dtype=np.int64), minlength=n_states)
    return Trie(
        pl.DataFrame(
            {"form": list(vocabulary), "no": list(vocabulary.values())},
            schema={"form": pl.String, "no": pl.Int64},
        ),
        first,
        keys[order],
        to[order],
        goes_on,
        np.append(0, np.cumsum(n_ends)),
        np.array([entry for _, entry in ends], dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class Hits:
    """Occurrences: which entry, at which token, over how many tokens."""

    entry: np.ndarray
    start: np.ndarray
    length: np.ndarray

    def __len__(self) -> int:
        return len(self.entry)

    def take(self, chosen: np.ndarray) -> Hits:
        """The chosen occurrences, by mask or by index."""
        return Hits(self.entry[chosen], self.start[chosen], self.length[chosen])


def find(trie: Trie, tokens: Tokens) -> Hits:
    """Every occurrence of every sequence, in the order of the tokens; none spans a hard break or a text's end."""
    found = join(_by_length(trie, tokens.distinct))
    return spread(found.take(np.argsort(found.start, kind="stable")), tokens)


def spread(hits: Hits, tokens: Tokens) -> Hits:
    """Occurrences in the distinct texts, in their order, as occurrences in all texts."""
    distinct, place = tokens.distinct, tokens.place
    n_hits = np.bincount(distinct.text_no[hits.start], minlength=distinct.n_texts)
    count = n_hits[place]
    at = stretches((np.cumsum(n_hits) - n_hits)[place], count)
    shift = np.repeat(tokens.first[:-1] - distinct.first[place], count)
    return Hits(hits.entry[at], hits.start[at] + shift, hits.length[at])


def _by_length(trie: Trie, tokens: DistinctTokens) -> list[Hits]:
    """Occurrences of sequences of one word, of two, and so on, each in the order of the tokens."""
    known = (
        tokens.vocabulary.alias("form")
        .to_frame()
        .join(trie.vocabulary, on="form", how="left", maintain_order="left")["no"]
    )
    to_trie = known.fill_null(-1).to_numpy()
    first = trie.first[to_trie]
    position = np.flatnonzero((first >= 0)[tokens.word])
    state = first[tokens.word[position]]
    found: list[Hits] = []
    while len(position):
        length = len(found) + 1
        n_ends = np.diff(trie.end_first)[state]
        entries = trie.end_entry[stretches(trie.end_first[state], n_ends)]
        start = np.repeat(position, n_ends)
        found.append(Hits(entries, start, np.full(len(start), length, dtype=np.int64)))
        on = trie.goes_on[state]
        position, state = _advance(trie, tokens, to_trie, position[on], state[on], length)
    return found


def _advance(
    trie: Trie,
    tokens: DistinctTokens,
    to_trie: np.ndarray,
    position: np.ndarray,
    state: np.ndarray,
    depth: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Positions whose sequence goes on with the token ``depth`` places later, and their new states."""
    inside = position + depth < len(tokens)
    position, state = position[inside], state[inside]
    at = position + depth
    word = to_trie[tokens.word[at]]
    alive = (word >= 0) & (tokens.line[at] == tokens.line[position])
    position, keys = position[alive], state[alive] * trie.size + word[alive]
    slot = np.minimum(np.searchsorted(trie.step_keys, keys), len(trie.step_keys) - 1)
    good = trie.step_keys[slot] == keys
    return position[good], trie.step_to[slot[good]]


def covered(start: np.ndarray, length: np.ndarray, n_tokens: int) -> np.ndarray:
    """Mask over tokens: inside one of the occurrences."""
    mask = np.zeros(n_tokens, dtype=bool)
    mask[start] = True
    for place in range(1, int(length.max(initial=1))):
        mask[start[length > place] + place] = True
    return mask


def join(parts: Sequence[Hits]) -> Hits:
    """Occurrences of several searches in one."""
    empty = np.zeros(0, dtype=np.int64)
    return Hits(
        np.concatenate([part.entry for part in parts] or [empty]),
        np.concatenate([part.start for part in parts] or [empty]),
        np.concatenate([part.length for part in parts] or [empty]),
    )
