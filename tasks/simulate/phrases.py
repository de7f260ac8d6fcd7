"""Sentences: templates with slots, filled for many messages at once.

A template such as ``ada yang punya {barang}? [nuhun|makasih]`` alternates literals and slots. All literals
and all slot values lie in one flat vocabulary, so that filling a million messages is a handful of gathers.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
from numpy.typing import NDArray

_SLOT = re.compile(r"\{([a-z_]+)\}|\[([^\[\]]*\|[^\[\]]*)\]")
_MIX, _WORD = 0x9E3779B97F4A7C15, 0xFFFFFFFFFFFFFFFF

#: Slots whose value depends on the message: who is spoken to, who speaks, somebody else, a day ahead.
SPECIAL = ("sapa", "nama", "saya_nama", "orang", "hari_tgl", "hari", "hp_saya")
MENTION = "\x01"


@dataclass(frozen=True)
class Book:
    """Compiled templates. ``literal`` and ``slot`` are matrices: row = template, column = place."""

    vocabulary: pl.Series
    pools: dict[str, int]
    pool_start: NDArray[np.int64]
    pool_size: NDArray[np.int64]
    literal: NDArray[np.int64]
    slot: NDArray[np.int64]
    slot_start: NDArray[np.int64]
    slot_size: NDArray[np.int64]

    def topics(self, family: str) -> list[str]:
        """Topics of a family of pools: ``minta`` -> ``kos``, ``donor``…"""
        return sorted({name.split(".")[1] for name in self.pools if name.startswith(family + ".")})


def mix(numbers: NDArray[np.uint64], salt: int) -> NDArray[np.int64]:
    """Well-spread non-negative integers from random ones: one independent draw per salt (splitmix64)."""
    z = numbers + np.uint64((_MIX * (salt + 1)) & _WORD)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def _invented() -> dict[str, list[str]]:
    """Slot values no one wants to list by hand: codes, numbers, times, amounts."""
    draw = np.random.default_rng(20_230_101)
    letters = np.array(list("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"))
    codes = ["".join(draw.choice(letters, 6)) for _ in range(3000)]
    clock = [f"{hour:02d}.{minute:02d}" for hour in range(7, 22) for minute in (0, 15, 30, 45)]
    phones = [f"08{draw.integers(11, 99)}{draw.integers(10**7, 10**8)}" for _ in range(1500)]
    return {
        "kode": codes,
        "jam": clock,
        "hp": phones,
        "ribu": [f"{n}rb" for n in range(5, 100, 5)] + [f"{n}.000" for n in range(10, 200, 5)],
        "angka": [str(n) for n in range(2, 40)],
        "persen": [str(n) for n in range(5, 95, 5)],
        "nomor_rumah": [str(n) for n in range(1, 180)],
    }


def _split(template: str, slots: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    """Literals and slot names of one template; inline choices become nameless slots."""
    literals, names, end = [], [], 0
    for match in _SLOT.finditer(template):
        literals.append(template[end : match.start()])
        name = match.group(1) or "|" + match.group(2)
        if name.startswith("|"):
            slots.setdefault(name, match.group(2).split("|"))
        elif name not in slots and name not in SPECIAL:
            raise KeyError(f"slot without values: {name}")
        names.append(name)
        end = match.end()
    return [*literals, template[end:]], names


@cache
def book() -> Book:
    """The shipped templates, compiled once per process."""
    shipped = tomllib.loads(files("tasks.simulate").joinpath("phrases.toml").read_text(encoding="utf-8"))
    slots: dict[str, list[str]] = {**shipped["slots"], **_invented()}
    parsed = {
        pool: [_split(template, slots) for template in templates]
        for pool, templates in shipped["pools"].items()
    }
    width = max(len(names) for templates in parsed.values() for _, names in templates)
    words = [""]
    slot_ids = {name: len(SPECIAL) + i for i, name in enumerate(slots)} | {
        name: i for i, name in enumerate(SPECIAL)
    }
    slot_start, slot_size = [0] * len(SPECIAL), [1] * len(SPECIAL)
    for values in slots.values():
        slot_start.append(len(words))
        slot_size.append(len(values))
        words.extend(values)
    rows = [pieces for templates in parsed.values() for pieces in templates]
    literal = np.zeros((len(rows), width + 1), dtype=np.int64)
    slot = np.full((len(rows), width), -1, dtype=np.int64)
    for row, (literals, names) in enumerate(rows):
        literal[row, : len(literals)] = range(len(words), len(words) + len(literals))
        words.extend(literals)
        slot[row, : len(names)] = [slot_ids[name] for name in names]
    sizes = np.array([len(templates) for templates in parsed.values()])
    return Book(
        vocabulary=pl.Series(words, dtype=pl.String),
        pools={pool: i for i, pool in enumerate(parsed)},
        pool_start=np.concatenate([[0], np.cumsum(sizes)[:-1]]),
        pool_size=sizes,
        literal=literal,
        slot=slot,
        slot_start=np.array(slot_start),
        slot_size=np.array(slot_size),
    )


def compose(
    pool: NDArray[np.int64],
    pick: NDArray[np.int64],
    random: NDArray[np.uint64],
    special: dict[str, tuple[pl.Series, NDArray[np.int64]]],
) -> pl.Series:
    """Texts of messages.

    Args:
        pool: pool number of each message.
        pick: which template of its pool (taken modulo the size of the pool).
        random: one random number per message, from which slot values are drawn.
        special: for each of :data:`SPECIAL`, its values and, per message, which of them.
    """
    texts = book()
    vocabulary, offsets = [texts.vocabulary], {}
    length = len(texts.vocabulary)
    for name, (values, _) in special.items():
        offsets[name] = length
        vocabulary.append(values)
        length += len(values)
    words = pl.concat(vocabulary)
    template = texts.pool_start[pool] + pick % texts.pool_size[pool]
    pieces = [words.gather(texts.literal[template, 0])]
    for place in range(texts.slot.shape[1]):
        slot = texts.slot[template, place]
        index = np.where(
            slot >= 0, texts.slot_start[slot] + mix(random, place + 1) % texts.slot_size[slot], 0
        )
        for number, name in enumerate(SPECIAL):
            hit = slot == number
            if hit.any():
                index[hit] = offsets[name] + special[name][1][hit]
        pieces += [words.gather(index), words.gather(texts.literal[template, place + 1])]
    frame = pl.DataFrame([piece.alias(str(i)) for i, piece in enumerate(pieces)])
    return frame.select(pl.concat_str(pl.all()).alias("text"))["text"]
