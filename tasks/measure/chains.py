"""Which versions are copies of one list: parents, chains, forks, withdrawals, lost updates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tasks.measure.text.distinct import distinct_values, numbered, stretches

WINDOW_DAYS, KHATAMAN_DAYS = 14, 45
HEADER_JACCARD, CONTAINMENT, MIN_SHARED = 0.5, 0.6, 2
#: One word of three exchanged is another title ('Halal bihalal angkatan', 'Halal bihalal alumni').
OTHER_TITLE = 0.5
#: A header that is all but the same within a day is the same list, whoever of two writers came first.
SAME_HEADER, SAME_HEADER_HOURS = 0.8, 24
#: A list without dates that starts again much shorter after some days is a new occurrence.
RESET_DAYS, RESET_SHARE = 3, 0.5
#: A list put off soon after its posting keeps its names: so many of them, so soon.
PUT_OFF_HOURS, PUT_OFF_SHARED = 48, 3
#: How many earlier versions that hold one of its words or names a version is compared with, for each of these.
NEAREST = 24
#: A piece looked up among a version's costs so many times what a step along the holders of a piece does.
LOOK_UP = 4
#: Pairs are told apart in a table of the whole window, unless it has so many times more cells than pairs at most.
_CELLS_A_PAIR = 4
_HOUR_US = 60 * 60 * 1_000_000
_DAY_US = 24 * _HOUR_US
#: Sorts of pieces that heads are compared by, and those of which the numbers are compared too.
_TOLD = ("header_words", "title_words", "dates", "clocks")
_NUMBERS = {"header_words": "header_numbers", "title_words": "title_numbers"}


def parents(versions: pl.DataFrame, keys: np.ndarray, entries: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Each version with the version it was copied from.

    A pair within 14 days (khataman 45) links when headers are alike (token Jaccard >= .5) and the entries
    agree (containment >= .6, or one of them is empty), or when the entries agree with at least 2 in common
    though the header was left out or edited. A changed title, another date, or names that start anew make a
    new list. The parent is the earlier version of highest containment, then one of the last three days,
    then the one with most lines the same letter for letter, then of the likest header, then the latest.

    Args:
        versions, entries: see :class:`tasks.measure.lists.Lists`. keys: by entry, equal for equal names and slots.

    Returns:
        By version its parent (-1: none), and the first version of its chain.
    """
    n = len(versions)
    pairs = _pairs(versions, keys, entries)
    linked = np.flatnonzero(_links(pairs, n))
    version, earlier = pairs.version[linked], pairs.earlier[linked]
    is_fresh = pairs.gap[linked] < RESET_DAYS * _DAY_US
    best = np.lexsort(
        (earlier, pairs.header[linked], pairs.n_same[linked], is_fresh, pairs.containment[linked], version)
    )
    parent = np.full(n, -1, dtype=np.int64)
    parent[version[best]] = earlier[best]  # of a version's pairs the last one stays
    root = np.where(parent < 0, np.arange(n), parent)
    while (root[root] != root).any():
        root = root[root]
    return parent, root


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of versions that may link, sorted; arrays by pair.

    ``gap`` in microseconds; ``least``: entries of the smaller; ``n_entries``, ``old_n_entries``; how many entries
    they share, and lines the same letter for letter; likeness of headers and titles; ``fullest_untitled``: by
    version, entries of the fullest one of the window to which no titles can be compared, -1 without one. ``heads``:
    what else the two heads have in common.
    """

    version: np.ndarray
    earlier: np.ndarray
    gap: np.ndarray
    least: np.ndarray
    n_entries: np.ndarray
    old_n_entries: np.ndarray
    n_shared: np.ndarray
    n_same: np.ndarray
    containment: np.ndarray
    header: np.ndarray
    title: np.ndarray
    is_titled: np.ndarray
    fullest_untitled: np.ndarray
    heads: _Compared


def _pairs(versions: pl.DataFrame, keys: np.ndarray, entries: pl.DataFrame) -> _Pairs:
    """Pairs of versions in the window that may link, with what they share.

    An earlier version is a candidate when it is among the last :data:`NEAREST` that held one of the words or
    entries: so the pairs grow with the versions, not with their square. Versions are numbered in the order of
    time, so that a window of time is a stretch of numbers.
    """
    n = len(versions)
    heads = _Heads.of(versions)
    holder = entries["version"].to_numpy()
    held_keys = _held(keys, holder, n)
    time, message = versions["sent_at"].dt.epoch("us").to_numpy(), versions["at"].to_numpy()
    days = np.where((versions["activity_kind"] == "khataman").to_numpy(), KHATAMAN_DAYS, WINDOW_DAYS)
    since = np.searchsorted(time, time - days * _DAY_US)
    # two lists in one message are two lists
    until = np.searchsorted(message, message)
    words = [heads.held_by_versions(name) for name in _NUMBERS]
    version, earlier = nearest([held_keys, *words], since, until)
    n_entries = versions["n_entries"].to_numpy().astype(np.int64)
    least = np.minimum(n_entries[version], n_entries[earlier])
    n_shared = in_common(held_keys, version, earlier, until)
    containment = np.divide(n_shared, least, out=np.zeros(len(version)), where=least > 0)
    told = heads.compared(version, earlier)
    header, title = (told.likeness(name) for name in ("header_words", "title_words"))
    is_titled = told.have_both("title_words")
    open_ = (
        (header >= HEADER_JACCARD)
        | ((containment >= CONTAINMENT) & (n_shared >= MIN_SHARED))
        # these may tell how full the list of that title has been
        | (is_titled & (title > OTHER_TITLE))
    )
    fullest = np.full(n, -1, dtype=np.int64)
    np.maximum.at(fullest, version[~is_titled], n_entries[earlier[~is_titled]])
    at = np.flatnonzero(open_)
    version, earlier = version[at], earlier[at]
    form, line = entries["form"].to_numpy().astype(np.int64), entries["said"].to_numpy()
    same = _held(form * (int(line.max(initial=-1)) + 1) + line, holder, n)
    return _Pairs(
        version=version,
        earlier=earlier,
        gap=time[version] - time[earlier],
        least=least[at],
        n_entries=n_entries[version],
        old_n_entries=n_entries[earlier],
        n_shared=n_shared[at],
        n_same=in_common(same, version, earlier, until),
        containment=containment[at],
        header=header[at],
        title=title[at],
        is_titled=is_titled[at],
        fullest_untitled=fullest[version],
        heads=told.of(at),
    )


@dataclass(frozen=True, slots=True)
class _Heads:
    """Heads of versions, of which copies share one: by version its head, and by sort which head holds which piece.

    ``held``: sorted whole numbers, number of the piece * heads + head.
    """

    head: np.ndarray
    n: int
    held: dict[str, np.ndarray]

    @classmethod
    def of(cls, versions: pl.DataFrame) -> _Heads:
        told = versions.select(_TOLD)
        _, example, head = np.unique(told.hash_rows().to_numpy(), return_index=True, return_inverse=True)
        distinct, n = told[example], len(example)
        counts = [distinct[name].list.len().fill_null(0).to_numpy() for name in _TOLD]
        listed = pl.concat([distinct[name].alias("piece") for name in _TOLD])
        pieces, code = distinct_values(listed.explode(empty_as_null=False, keep_nulls=False))
        is_number = pieces.str.contains(r"^\d+$").to_numpy()[code]
        held, end = {}, 0
        for name, count in zip(_TOLD, counts, strict=True):
            begin, end = end, end + int(count.sum())
            of_head, of_name, numeric = np.repeat(np.arange(n), count), code[begin:end], is_number[begin:end]
            held[name] = _held(of_name, of_head, n)
            if name in _NUMBERS:
                held[_NUMBERS[name]] = _held(of_name[numeric], of_head[numeric], n)
        return cls(head, n, held)

    def held_by_versions(self, name: str) -> np.ndarray:
        """Which version holds which piece of that sort, as :func:`_held`."""
        n_by_head = np.bincount(self.head, minlength=self.n)
        first = np.cumsum(n_by_head) - n_by_head
        versions = np.argsort(self.head, kind="stable")
        piece, head = np.divmod(self.held[name], max(self.n, 1))
        count = n_by_head[head]
        held: np.ndarray = np.repeat(piece, count) * len(self.head) + versions[stretches(first[head], count)]
        return np.sort(held)

    def compared(self, version: np.ndarray, earlier: np.ndarray) -> _Compared:
        """What pairs of versions have in common by their heads; each two heads are compared once."""
        pairs, place = numbered(self.head[version] * self.n + self.head[earlier])
        head, other = np.divmod(pairs, max(self.n, 1))
        shared, held, old_held = {}, {}, {}
        for name, place_of in self.held.items():
            n_held = np.bincount(place_of % max(self.n, 1), minlength=self.n)
            shared[name] = _along_pairs(place_of, head, other, n_held)
            held[name], old_held[name] = n_held[head], n_held[other]
        return _Compared(place, shared, held, old_held)


@dataclass(frozen=True, slots=True)
class _Compared:
    """How many pieces of each sort two heads share, and each has; by pair of versions ``place``, its two heads."""

    place: np.ndarray
    shared: dict[str, np.ndarray]
    held: dict[str, np.ndarray]
    old_held: dict[str, np.ndarray]

    def likeness(self, name: str) -> np.ndarray:
        """By pair of versions, the Jaccard likeness of their pieces of that sort."""
        either = self.held[name] + self.old_held[name] - self.shared[name]
        likeness: np.ndarray = (self.shared[name] / np.maximum(either, 1))[self.place]
        return likeness

    def have_both(self, name: str) -> np.ndarray:
        """By pair of versions, whether both have pieces of that sort."""
        both: np.ndarray = ((self.held[name] > 0) & (self.old_held[name] > 0))[self.place]
        return both

    def are_disjoint(self, name: str) -> np.ndarray:
        """By pair of versions, whether both have pieces of that sort and none in common."""
        return self.have_both(name) & (self.shared[name] == 0)[self.place]

    def have_few_in_common(self, name: str) -> np.ndarray:
        """By pair of versions, whether they share less than half of all pieces of that sort that either has."""
        either = self.held[name] + self.old_held[name] - self.shared[name]
        few: np.ndarray = (self.shared[name] < HEADER_JACCARD * either)[self.place]
        return few

    def of(self, at: np.ndarray) -> _Compared:
        """The same for some of the pairs of versions."""
        return replace(self, place=self.place[at])


def nearest(held: list[np.ndarray], since: np.ndarray, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a version and one of the last :data:`NEAREST` that held a piece of it, in its window; sorted.

    Args:
        held: see :func:`_held`. since, until: by version, the first one of its window and the first after it.
    """
    width = np.maximum(until - since, 0)
    offset = np.cumsum(width) - width - since
    n_cells, n_holdings = int(width.sum()), sum(len(place) for place in held)
    if n_cells > _CELLS_A_PAIR * NEAREST * n_holdings:
        found = _looked_back(held, since, until, offset)
        cells = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *found]))
    else:
        # a cell for every pair in the window
        is_pair = np.zeros(n_cells, dtype=bool)
        for cell in _looked_back(held, since, until, offset):
            is_pair[cell] = True
        cells = np.flatnonzero(is_pair)
    version = np.searchsorted(np.cumsum(width), cells, side="right")
    return version, cells - offset[version]


def _looked_back(
    held: list[np.ndarray], since: np.ndarray, until: np.ndarray, offset: np.ndarray
) -> Iterator[np.ndarray]:
    """Pairs of each version and the one so many holdings of a piece before it: offset of the one and the other."""
    for place in held:
        version = place % max(len(since), 1)
        piece = place - version
        # holdings of the same piece in the window
        least, most, first = piece + since[version], piece + until[version], offset[version] - piece
        for back in range(1, min(NEAREST, len(place) - 1) + 1):
            earlier = place[:-back]
            is_near = (earlier >= least[back:]) & (earlier < most[back:])
            yield (first[back:] + earlier)[is_near]


def _held(piece: np.ndarray, version: np.ndarray, n: int) -> np.ndarray:
    """Which version holds which piece, as sorted whole numbers: number of the piece * n + version."""
    place = np.sort(piece * n + version)
    return place[np.append(True, place[1:] != place[:-1])] if len(place) else place


def _spans(place: np.ndarray, since: np.ndarray, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each holding of a piece, those by the versions from ``since`` to before ``until``: first and number."""
    version = place % max(len(since), 1)
    run = place - version
    start = np.searchsorted(place, run + since[version])
    return start, np.maximum(np.searchsorted(place, run + until[version]) - start, 0)


def in_common(
    place: np.ndarray,
    version: np.ndarray,
    earlier: np.ndarray,
    until: np.ndarray,
    *,
    by_pairs: bool | None = None,
) -> np.ndarray:
    """How many pieces the versions of each pair have in common.

    Counted along the pieces (every two versions that hold one, as far back as any pair goes) or along the pairs
    (every piece of the version), whichever is less: in a rush of lists the first grows with its square.

    Args:
        place: see :func:`_held`. version, earlier: the pairs, sorted. until: by version, the first version not
            before it. by_pairs: which way, for tests.
    """
    n = len(until)
    first = np.arange(n)
    np.minimum.at(first, version, earlier)
    start, count = _spans(place, first, until)
    n_held = np.bincount(place % max(n, 1), minlength=n)
    width = np.maximum(until - first, 0)
    if by_pairs is None:
        by_pairs = bool(LOOK_UP * n_held[version].sum() < count.sum() + width.sum())
    if by_pairs:
        return _along_pairs(place, version, earlier, n_held)
    # a cell for every version between a version and the first it is compared with
    offset = np.cumsum(width) - width - first
    holder = place % max(n, 1)
    cell = np.repeat(offset[holder], count) + holder[stretches(start, count)]
    return np.bincount(cell, minlength=int(width.sum()))[offset[version] + earlier]


def _along_pairs(
    place: np.ndarray, version: np.ndarray, earlier: np.ndarray, n_held: np.ndarray
) -> np.ndarray:
    n = max(len(n_held), 1)
    piece = (place // n)[np.argsort(place % n, kind="stable")]
    count = n_held[version]
    start = (np.cumsum(n_held) - n_held)[version]
    at = stretches(start, count)
    asked = pl.Series(piece[at] * n + np.repeat(earlier, count))
    is_held = asked.is_in(pl.Series(place).implode()).to_numpy()
    return np.bincount(np.repeat(np.arange(len(version)), count)[is_held], minlength=len(version))


def _links(pairs: _Pairs, n: int) -> np.ndarray:
    """Whether the later version of each pair may be a copy of the earlier one; ``n`` versions in all."""
    # 'Putaran 3' and 'putaran 4' are two lists, however alike they are in all else
    other_number = pairs.heads.are_disjoint("title_numbers")
    other_title = pairs.is_titled & ((pairs.title <= OTHER_TITLE) | other_number)
    other_date, other_clock = (pairs.heads.are_disjoint(name) for name in ("dates", "clocks"))
    # the fullest list of that title so far: whoever starts again far below it days later copies nobody
    fullest = np.full(n, -1, dtype=np.int64)
    np.maximum.at(fullest, pairs.version[~other_title], pairs.old_n_entries[~other_title])
    fullest = np.maximum(fullest[pairs.version], pairs.fullest_untitled)
    # where nothing tells how full it was, nobody copies after days
    starts_anew = (fullest < 0) | ((fullest >= 2) & (pairs.n_entries <= RESET_SHARE * fullest))
    reset = (pairs.gap >= RESET_DAYS * _DAY_US) & starts_anew
    other_numbers = other_clock | pairs.heads.have_few_in_common("header_numbers")
    alike = pairs.header >= HEADER_JACCARD
    agree = pairs.containment >= CONTAINMENT
    same_day = (pairs.header >= SAME_HEADER) & (pairs.gap <= SAME_HEADER_HOURS * _HOUR_US)
    by_header = alike & ~other_title & (agree | (pairs.least == 0) | same_day)
    several = pairs.n_shared >= MIN_SHARED
    by_entries = agree & several & (~other_title | (alike & ~other_number))
    put_off = (
        (pairs.gap <= PUT_OFF_HOURS * _HOUR_US)
        & agree
        & (pairs.n_shared >= PUT_OFF_SHARED)
        & (pairs.n_entries >= pairs.old_n_entries)
    )
    is_other_day = other_date | (other_numbers & ~several)
    linked: np.ndarray = (by_header | by_entries) & (put_off | ~is_other_day) & ~reset
    return linked
