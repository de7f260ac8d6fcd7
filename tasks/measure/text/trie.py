"""All occurrences of listed word sequences in a token stream, by a trie walked for all positions at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.text.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Trie:
    """Sequences of words as states, 0 before the first word; several sequences may end in one state."""

    vocabulary: pl.DataFrame  # form, no
    #: By number of a word (the last is that of no word) the state it leads to from the beginning, -1 for none,
    #: and whether it stands behind another in a sequence.
    first: np.ndarray
    follows: np.ndarray
    step_keys: np.ndarray  # state * size + word, sorted
    step_to: np.ndarray
    goes_on: np.ndarray  # by state
    ends: np.ndarray  # by state and rank the sequences that end in it, -1 after the last

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
    follows = np.zeros(size + 1, dtype=bool)
    follows[keys[keys >= size] % size] = True
    end_state, end_entry = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    rank = np.arange(len(ends)) - np.searchsorted(end_state, end_state)
    of_state = np.full((n_states, int(rank.max(initial=0)) + 1), -1, dtype=np.int64)
    of_state[end_state, rank] = end_entry
    return Trie(
        pl.DataFrame(
            {"form": list(vocabulary), "no": list(vocabulary.values())},
            schema={"form": pl.String, "no": pl.Int64},
        ),
        first,
        follows,
        keys[order],
        to[order],
        goes_on,
        of_state,
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
    """Every occurrence of every sequence, the shorter ones first; none spans a hard break or a text's end."""
    return join(_by_length(trie, tokens))


def _by_length(trie: Trie, tokens: Tokens) -> list[Hits]:
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
    length = 0
    while len(position):
        length += 1
        at = np.arange(len(position))
        for ends in trie.ends.T:
            entry = ends[state[at]]
            is_end = entry >= 0
            entry, at = entry[is_end], at[is_end]
            found.append(Hits(entry, position[at], np.full(len(entry), length, dtype=np.int64)))
        on = trie.goes_on[state]
        position, state = _advance(trie, tokens, to_trie, position[on], state[on], length)
    return found


def _advance(
    trie: Trie,
    tokens: Tokens,
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
    alive = trie.follows[word] & (tokens.line[at] == tokens.line[position])
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
