"""Which versions are copies of one list: parents, chains, forks, withdrawals, lost updates."""

from __future__ import annotations

import numpy as np
import polars as pl

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
#: Pairs are told apart in a table of the whole window, unless it has so many times more cells than pairs.
_CELLS_A_PAIR = 4
_DAY_US = 24 * 60 * 60 * 1_000_000


def parents(versions: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Each version with the version it was copied from.

    A pair within 14 days (khataman 45) links when headers are alike (token Jaccard >= .5) and the entries
    agree (containment >= .6, or one of them is empty), or when the entries agree with at least 2 in common
    though the header was left out or edited. A changed title, another date, or names that start anew make a
    new list. The parent is the earlier version of highest containment, then one of the last three days,
    then the one with most lines the same letter for letter, then of the likest header, then the latest.

    Args:
        versions, entries: see :class:`tasks.measure.lists.Lists`.

    Returns:
        version, parent? (version), chain (the first version of the chain), in the order of versions.
    """
    pairs = _pairs(versions, entries)
    linked = pairs.filter(_links())
    chosen = (
        linked.with_columns(is_fresh=pl.col("gap") < pl.duration(days=RESET_DAYS))
        .sort("version", "containment", "is_fresh", "n_same", "header", "earlier")
        .group_by("version")
        .agg(parent=pl.col("earlier").last())
    )
    told = versions.select("version").join(chosen, on="version", how="left", maintain_order="left")
    root = np.where(told["parent"].is_null(), told["version"], told["parent"].fill_null(0)).astype(np.int64)
    while len(root) and (root[root] != root).any():
        root = root[root]
    return told.with_columns(chain=pl.Series(root, dtype=pl.Int64))


def _pairs(versions: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Pairs of versions in the window that may link, with what they share.

    An earlier version is a candidate when it is among the last :data:`NEAREST` that held one of the words or
    entries: so the pairs grow with the versions, not with their square. Versions are numbered in the order of
    time, so that a window of time is a stretch of numbers.
    """
    n = len(versions)
    words, titles, keys = (
        _held(pieces, n)
        for pieces in (
            versions.select("version", piece="header_words"),
            versions.select("version", piece="title_words"),
            entries.select("version", piece="key"),
        )
    )
    time, message = versions["sent_at"].dt.epoch("us").to_numpy(), versions["at"].to_numpy()
    days = np.where((versions["activity_kind"] == "khataman").to_numpy(), KHATAMAN_DAYS, WINDOW_DAYS)
    since = np.searchsorted(time, time - days * _DAY_US)
    # two lists in one message are two lists
    until = np.searchsorted(message, message)
    near = [_enumerated(place, *_spans(place, since, until, NEAREST), n) for place in (keys, words, titles)]
    version, earlier = _distinct_pairs(
        *(np.concatenate(ends) for ends in zip(*near, strict=True)), since=since, until=until
    )
    n_entries = versions["n_entries"].to_numpy().astype(np.int64)
    least = np.minimum(n_entries[version], n_entries[earlier])
    shared, header, title = (in_common(place, version, earlier, until) for place in (keys, words, titles))
    containment = np.divide(shared, least, out=np.zeros(len(version)), where=least > 0)
    header_likeness = _jaccard(header, _n_held(words, n), version, earlier)
    title_likeness = _jaccard(title, _n_held(titles, n), version, earlier)
    n_titles = _n_held(titles, n)
    titled = (n_titles[version] > 0) & (n_titles[earlier] > 0)
    open_ = (
        (header_likeness >= HEADER_JACCARD)
        | ((containment >= CONTAINMENT) & (shared >= MIN_SHARED))
        # these may tell how full the list of that title has been
        | (titled & (title_likeness > OTHER_TITLE))
    )
    fullest = np.full(n, -1, dtype=np.int64)
    np.maximum.at(fullest, version[~titled], n_entries[earlier[~titled]])
    at = np.flatnonzero(open_)
    version, earlier = version[at], earlier[at]
    at_hand = {
        "version": version,
        "earlier": earlier,
        "gap": time[version] - time[earlier],
        "least": least[at],
        "n_entries": n_entries[version],
        "old_n_entries": n_entries[earlier],
        "n_shared": shared[at],
        "containment": containment[at],
        "header": header_likeness[at],
        "title": title_likeness[at],
        "is_titled": titled[at],
        "fullest_untitled": fullest[version],
    }
    at_hand |= _also_in_common(versions, entries, version, earlier, until)
    return pl.DataFrame(at_hand).with_columns(
        pl.col("gap").cast(pl.Duration("us")),
        pl.when(pl.col("fullest_untitled") >= 0).then("fullest_untitled").alias("fullest_untitled"),
    )


def _also_in_common(
    versions: pl.DataFrame, entries: pl.DataFrame, version: np.ndarray, earlier: np.ndarray, until: np.ndarray
) -> dict[str, np.ndarray]:
    """Of pairs that may link: lines the same letter for letter, numbers, dates and clocks in common and held."""
    n = len(versions)
    others = {
        "same": _held(entries.select("version", piece=pl.concat_str("form", "said")), n),
        "numbers": _held(_numbers(versions, "header_words"), n),
        "title_numbers": _held(_numbers(versions, "title_words"), n),
        "dates": _held(versions.select("version", piece="dates"), n),
        "clocks": _held(versions.select("version", piece="clocks"), n),
    }
    told: dict[str, np.ndarray] = {}
    for name, place in others.items():
        n_held = _n_held(place, n)
        told[f"n_{name}"] = in_common(place, version, earlier, until)
        told[f"held_{name}"], told[f"old_held_{name}"] = n_held[version], n_held[earlier]
    return told


def _distinct_pairs(
    later: np.ndarray, earlier: np.ndarray, *, since: np.ndarray, until: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The distinct ones of the pairs, in order; ``since`` and ``until`` bound the earlier one by version."""
    width = np.maximum(until - since, 0)
    size = int(width.sum())
    if size > _CELLS_A_PAIR * len(later):
        n = max(len(since), 1)
        pairs = np.unique(later * n + earlier)
        return pairs // n, pairs % n
    # a cell for every pair in the window
    first = np.cumsum(width) - width
    is_pair = np.zeros(size, dtype=bool)
    is_pair[(first - since)[later] + earlier] = True
    cell = np.flatnonzero(is_pair)
    version = np.repeat(np.arange(len(since)), width)[cell]
    return version, cell - (first - since)[version]


def _jaccard(common: np.ndarray, n_held: np.ndarray, version: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    likeness: np.ndarray = common / np.maximum(n_held[version] + n_held[earlier] - common, 1)
    return likeness


def _numbers(versions: pl.DataFrame, column: str) -> pl.DataFrame:
    listed = versions.select("version", piece=column).explode("piece", empty_as_null=True)
    return listed.filter(pl.col("piece").str.contains(r"^\d+$"))


def _held(pieces: pl.DataFrame, n: int) -> np.ndarray:
    """Which version holds which piece, as sorted whole numbers: number of the piece * n + version."""
    if isinstance(pieces.schema["piece"], pl.List):
        pieces = pieces.explode("piece", empty_as_null=True)
    pieces = pieces.drop_nulls()
    piece = pieces["piece"].cast(pl.Categorical).to_physical().cast(pl.Int64).to_numpy()
    place = np.sort(piece * n + pieces["version"].to_numpy())
    return place[np.append(True, place[1:] != place[:-1])] if len(place) else place


def _n_held(place: np.ndarray, n: int) -> np.ndarray:
    """By version, how many pieces it holds."""
    return np.bincount(place % max(n, 1), minlength=n)


def _spans(
    place: np.ndarray, since: np.ndarray, until: np.ndarray, most: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """For each holding of a piece, those by the versions from ``since`` to before ``until``: first and number.

    ``most`` looks back no further than to so many holdings of the piece.
    """
    version = place % max(len(since), 1)
    run = place - version
    start = np.searchsorted(place, run + since[version])
    if most is not None:
        start = np.maximum(start, np.arange(len(place)) - most)
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
    later, before = _enumerated(place, start, count, n)
    return np.bincount(offset[later] + before, minlength=int(width.sum()))[offset[version] + earlier]


def _enumerated(
    place: np.ndarray, start: np.ndarray, count: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Each version with the earlier ones of its spans, one pair for each piece."""
    holder = place % max(n, 1)
    at = np.arange(int(count.sum())) + np.repeat(start - np.cumsum(count) + count, count)
    return np.repeat(holder, count), holder[at]


def _along_pairs(
    place: np.ndarray, version: np.ndarray, earlier: np.ndarray, n_held: np.ndarray
) -> np.ndarray:
    n = max(len(n_held), 1)
    piece = (place // n)[np.argsort(place % n, kind="stable")]
    count = n_held[version]
    start = (np.cumsum(n_held) - n_held)[version]
    at = np.arange(int(count.sum())) + np.repeat(start - np.cumsum(count) + count, count)
    asked = pl.Series(piece[at] * n + np.repeat(earlier, count))
    is_held = asked.is_in(pl.Series(place).implode()).to_numpy()
    return np.bincount(np.repeat(np.arange(len(version)), count)[is_held], minlength=len(version))


def _links() -> pl.Expr:
    # 'Putaran 3' and 'putaran 4' are two lists, however alike they are in all else
    other_title = pl.col("is_titled") & ((pl.col("title") <= OTHER_TITLE) | _disjoint("title_numbers"))
    other_date, other_clock = _disjoint("dates"), _disjoint("clocks")
    # the fullest list of that title so far: whoever starts again far below it days later copies nobody
    fullest = pl.max_horizontal(
        pl.when(~other_title).then("old_n_entries").max().over("version"), "fullest_untitled"
    )
    reset = (
        (pl.col("gap") >= pl.duration(days=RESET_DAYS))
        & (fullest >= 2)
        & (pl.col("n_entries") <= RESET_SHARE * fullest)
    )
    n_common = pl.col("n_numbers")
    n_either = pl.col("held_numbers") + pl.col("old_held_numbers") - n_common
    other_numbers = (other_clock | (n_common < HEADER_JACCARD * n_either)) & (pl.col("n_shared") < MIN_SHARED)
    alike = pl.col("header") >= HEADER_JACCARD
    agree = pl.col("containment") >= CONTAINMENT
    same_day = (pl.col("header") >= SAME_HEADER) & (pl.col("gap") <= pl.duration(hours=SAME_HEADER_HOURS))
    by_header = alike & ~other_title & (agree | (pl.col("least") == 0) | same_day)
    by_entries = (
        agree & (pl.col("n_shared") >= MIN_SHARED) & (~other_title | (alike & ~_disjoint("title_numbers")))
    )
    put_off = (
        (pl.col("gap") <= pl.duration(hours=PUT_OFF_HOURS))
        & agree
        & (pl.col("n_shared") >= PUT_OFF_SHARED)
        & (pl.col("n_entries") >= pl.col("old_n_entries"))
    )
    return (by_header | by_entries) & (put_off | ~(other_date | other_numbers)) & ~reset


def _disjoint(name: str) -> pl.Expr:
    """Whether both headers name such things and none in common."""
    both = (pl.col(f"held_{name}") > 0) & (pl.col(f"old_held_{name}") > 0)
    return both & (pl.col(f"n_{name}") == 0)


def fates(held: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """What became of each entity of a chain: stayed, withdrawn, or lost in copying and kept by the union.

    An entity is withdrawn when, after its last version, the person on the line, who added it, or an officer
    posts a copy made from a version that held it, and it does not come back; any other absence from the
    chain's end is a lost update.

    Args:
        held: chain, entity, version, member_key?, added_by (who first wrote it): one row per holding version.
        versions: version, chain, parent?, sender_key, is_officer.

    Returns:
        chain, entity, fate ('stayed', 'withdrawn', 'lost').
    """
    last = held.group_by("chain", "entity").agg(
        last_held=pl.col("version").max(),
        member_key=pl.col("member_key").first(),
        added_by=pl.col("added_by").first(),
    )
    ends = versions.group_by("chain").agg(end=pl.col("version").max())
    absent = last.join(ends, on="chain").filter(pl.col("last_held") < pl.col("end"))
    copies = versions.filter(pl.col("parent").is_not_null()).select(
        "chain", "version", "parent", "sender_key", "is_officer"
    )
    knowing = (
        held.select("chain", "entity", parent="version")
        .join(absent, on=["chain", "entity"])
        .join(copies, on=["chain", "parent"])
        .filter(pl.col("version") > pl.col("last_held"))
    )
    entitled = (
        (pl.col("sender_key") == pl.col("member_key")).fill_null(False)
        | (pl.col("sender_key") == pl.col("added_by"))
        | pl.col("is_officer")
    )
    struck = (
        knowing.filter(entitled).select("chain", "entity").unique().with_columns(fate=pl.lit("withdrawn"))
    )
    lost = (
        absent.select("chain", "entity")
        .join(struck, on=["chain", "entity"], how="anti")
        .with_columns(fate=pl.lit("lost"))
    )
    told = pl.concat([struck, lost])
    return (
        last.select("chain", "entity")
        .join(told, on=["chain", "entity"], how="left")
        .with_columns(pl.col("fate").fill_null("stayed"))
    )
