"""The engine of talk: episodes of one month, many at once, from scripts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tasks.simulate.phrases import Book
from tasks.simulate.rhythm import asleep
from tasks.simulate.scripts import METHODS, Script, Step

Ints = NDArray[np.int64]

#: Steps through a pool from turn to turn, so that one episode does not say the same twice.
_STRIDES = np.array([53, 59, 61, 67, 71, 73, 79])


@dataclass(frozen=True)
class Cast:
    """Who may speak in a month.

    ``opening`` are cumulative chances to begin; ``answering`` has one row per addressee, cumulative
    within the row plus the row's number, so that one sorted search serves all rows.
    """

    members: Ints
    opening: NDArray[np.float64]
    answering: NDArray[np.float64]
    officers: int

    def open(self, rng: np.random.Generator, number: int) -> Ints:
        """Members who begin an episode, the talkative more often."""
        return np.minimum(np.searchsorted(self.opening, rng.random(number)), len(self.members) - 1)

    def lead(self, rng: np.random.Generator, number: int) -> Ints:
        """Officers who begin an episode; the first of them most."""
        return np.minimum(rng.geometric(0.45, number) - 1, self.officers - 1)

    def answer(self, rng: np.random.Generator, addressee: Ints) -> Ints:
        """Members who answer the given ones, never themselves; the akin and the talkative more often."""
        width = len(self.members)
        found = np.searchsorted(self.answering, rng.random(len(addressee)) * 0.999999 + addressee)
        return np.minimum(found - addressee * width, width - 1)


def cast(members: Ints, weight: NDArray[np.float64], kinship: NDArray[np.float64], officers: int) -> Cast:
    """The cast of a month.

    Args:
        members: numbers of the members who may write, officers first.
        weight: talkativeness of each.
        kinship: square matrix of affinities, at least 1 where nothing binds two members.
        officers: how many of the first are officers.
    """
    affinity = kinship * weight
    np.fill_diagonal(affinity, 0.0)
    rows = np.cumsum(affinity, axis=1)
    rows /= rows[:, -1:]
    flat = (rows + np.arange(len(members))[:, None]).ravel()
    opening = np.cumsum(weight) / weight.sum()
    return Cast(members, opening, flat, max(officers, 1))


@dataclass
class Turns:
    """Turns of one month as columns; ``ref`` is the row answered or -1. ``author`` counts within the cast."""

    chunks: list[dict[str, NDArray]] = field(default_factory=list)
    length: int = 0

    def add(self, **columns: NDArray) -> None:
        """Append one chunk of rows; ``ref`` points at rows of all chunks so far."""
        self.chunks.append(columns)
        self.length += len(columns["moment"])

    def said(self) -> int:
        """Rows that were really said."""
        return int(sum(chunk["said"].sum() for chunk in self.chunks))

    def frame(self) -> pl.DataFrame:
        """What was said, unsorted: row (identity), moment, author, pool, pick, ref, method."""
        names = ("moment", "author", "pool", "pick", "ref", "method", "said")
        columns = {name: np.concatenate([chunk[name] for chunk in self.chunks]) for name in names}
        frame = pl.DataFrame({"row": np.arange(self.length), **columns})
        return frame.filter(pl.col("said").cast(pl.Boolean)).drop("said")


@dataclass(frozen=True)
class Tone:
    """Planted levels as they stand in one month."""

    answer_rate: float
    reciprocity: float


def _pools(book: Book, step: Step, topics: list[str], topic: Ints, rng: np.random.Generator) -> Ints:
    """Pool number of one step for every episode."""
    choices = [choice.partition(":") for choice in step.pool.split("|")]
    weights = np.array([float(weight or 1) for _, _, weight in choices])
    names = [[book.pools[name.replace("{topic}", t)] for name, _, _ in choices] for t in topics or [""]]
    return np.array(names)[topic, rng.choice(len(choices), len(topic), p=weights / weights.sum())]


def perform(
    turns: Turns,
    script: Script,
    starts: Ints,
    company: Cast,
    tone: Tone,
    book: Book,
    rng: np.random.Generator,
) -> None:
    """Play a script as often as there are starts, and append what is said to ``turns``.

    Step by step for all episodes at once: whether it happens, when, who speaks. Nobody joins a chorus twice.
    """
    number, size = len(starts), len(script.steps)
    topics = list(script.topics) or (book.topics(script.family) if script.family else [])
    topic = rng.integers(0, max(len(topics), 1), number)
    moment, author = np.zeros((size, number), np.int64), np.full((size, number), -1, np.int64)
    said, pool = np.zeros((size, number), bool), np.zeros((size, number), np.int64)
    for place, step in enumerate(script.steps):
        pool[place] = _pools(book, step, topics, topic, rng)
        if place == 0:
            author[0] = company.lead(rng, number) if step.who == "officer" else company.open(rng, number)
            moment[0], said[0] = starts, True
            continue
        after = step.to if step.after is None else step.after
        chance = tone.answer_rate if step.chance == "answer" else step.chance
        said[place] = said[after] & said[step.to] & (rng.random(number) < chance)
        wait = np.exp(rng.normal(np.log(step.gap * 60), step.spread, number))
        moment[place] = asleep(moment[after] + np.maximum(wait, 4).astype(np.int64), step.gap)
        addressee = np.maximum(author[step.to], 0)
        author[place] = company.answer(rng, addressee)
        if step.who == "as":
            author[place] = author[step.speaker]
        elif step.who == "back" and step.to > 0:
            earlier = author[script.steps[step.to].to]
            again = (rng.random(number) < tone.reciprocity) & (earlier != author[step.to])
            author[place] = np.where(again, earlier, author[place])
        elif step.method in ("broadcast", "request"):
            said[place] &= ~((author[:place] == author[place]) & said[:place]).any(axis=0)
    ids = turns.length + np.arange(size * number).reshape(size, number)
    ref = np.stack([np.full(number, -1) if not k else ids[step.to] for k, step in enumerate(script.steps)])
    method = np.repeat([METHODS.index(step.method) for step in script.steps], number)
    pick = rng.integers(0, 1000, number) + np.arange(size)[:, None] * rng.choice(_STRIDES, number)
    turns.add(
        moment=moment.ravel(),
        author=author.ravel(),
        pool=pool.ravel(),
        pick=pick.ravel(),
        ref=ref.ravel(),
        method=method,
        said=said.ravel(),
    )
