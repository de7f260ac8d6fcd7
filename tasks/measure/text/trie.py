"""All occurrences of listed word sequences in a token stream, by a trie walked for all positions at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.text.normalise import Tokens


@dataclass(frozen=True, slots=True)
class Trie:
    """Sequences of words as states; ``ends`` lists which sequence ends in which state (several may)."""

    vocabulary: dict[str, int]
    step_keys: np.ndarray  # state * size + word, sorted
    step_to: np.ndarray
    end_state: np.ndarray  # sorted
    end_entry: np.ndarray
    depth: int


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
    size = max(len(vocabulary), 1)
    keys = np.array([state * size + word for state, word in steps], dtype=np.int64)
    order = np.argsort(keys)
    ends.sort()
    return Trie(
        vocabulary,
        keys[order],
        np.array(list(steps.values()), dtype=np.int64)[order],
        np.array([state for state, _ in ends], dtype=np.int64),
        np.array([entry for _, entry in ends], dtype=np.int64),
        max((len(sequence) for sequence in sequences), default=0),
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
    """Every occurrence of every sequence; none spans a hard break or a text's end."""
    names = pl.Series(list(trie.vocabulary), dtype=pl.String)
    known = pl.DataFrame({"form": tokens.vocabulary}).join(
        pl.DataFrame({"form": names, "no": list(trie.vocabulary.values())}),
        on="form",
        how="left",
        maintain_order="left",
    )["no"]
    to_trie = known.fill_null(-1).to_numpy().astype(np.int64)
    words = to_trie[tokens.word] if len(tokens) else np.zeros(0, np.int64)
    position = np.flatnonzero(words >= 0)
    state = np.zeros(len(position), dtype=np.int64)
    size = max(len(trie.vocabulary), 1)
    found: list[Hits] = []
    for depth in range(trie.depth):
        position, state = _advance(trie, tokens, words, position, state, depth, size)
        if not len(position):
            break
        first = np.searchsorted(trie.end_state, state, "left")
        count = np.searchsorted(trie.end_state, state, "right") - first
        which = np.repeat(np.arange(len(position)), count)
        nth = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
        entries = trie.end_entry[first[which] + nth]
        found.append(Hits(entries, position[which], np.full(len(which), depth + 1, dtype=np.int64)))
    return join(found)


def _advance(
    trie: Trie,
    tokens: Tokens,
    words: np.ndarray,
    position: np.ndarray,
    state: np.ndarray,
    depth: int,
    size: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Positions whose sequence goes on with the token ``depth`` places later, and their new states."""
    inside = position + depth < len(words)
    position, state = position[inside], state[inside]
    at = position + depth
    alive = (words[at] >= 0) & (tokens.line[at] == tokens.line[position])
    position, state, at = position[alive], state[alive], at[alive]
    keys = state * size + words[at]
    slot = np.minimum(np.searchsorted(trie.step_keys, keys), max(len(trie.step_keys) - 1, 0))
    good = trie.step_keys[slot] == keys if len(trie.step_keys) else np.zeros(len(keys), dtype=bool)
    return position[good], trie.step_to[slot[good]]


def join(parts: Sequence[Hits]) -> Hits:
    """Occurrences of several searches in one."""
    empty = np.zeros(0, dtype=np.int64)
    return Hits(
        np.concatenate([part.entry for part in parts] or [empty]),
        np.concatenate([part.start for part in parts] or [empty]),
        np.concatenate([part.length for part in parts] or [empty]),
    )
