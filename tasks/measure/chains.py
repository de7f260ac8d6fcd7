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
_WORDS = ("header_words", "title_words", "dates", "clocks")
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
    """Pairs of versions in the window that share a header word or an entry, with what they share.

    An earlier version is a candidate when it is among the last :data:`NEAREST` that held one of the words or
    entries: so the pairs grow with the versions, not with their square. Versions are numbered in the order of
    time, so that a window of time is a stretch of numbers.
    """
    n = len(versions)
    words = {name: _held(versions.select("version", piece=name), n) for name in _WORDS}
    pieces = {
        "n_shared": _held(entries.select("version", piece="key"), n),
        "n_same": _held(entries.select("version", piece=pl.concat_str("form", "said")), n),
        "n_words": words["header_words"],
        "n_titles": words["title_words"],
        "n_numbers": _held(_numbers(versions, "header_words"), n),
        "n_title_numbers": _held(_numbers(versions, "title_words"), n),
        "n_dates": words["dates"],
        "n_clocks": words["clocks"],
    }
    time, message = versions["sent_at"].dt.epoch("us").to_numpy(), versions["at"].to_numpy()
    days = np.where((versions["activity_kind"] == "khataman").to_numpy(), KHATAMAN_DAYS, WINDOW_DAYS)
    since = np.searchsorted(time, time - days * _DAY_US)
    # two lists in one message are two lists
    until = np.searchsorted(message, message)
    near = [
        _enumerated(pieces[name], *_spans(pieces[name], since, until, NEAREST), n)
        for name in ("n_shared", "n_words", "n_titles")
    ]
    later, earlier = (np.concatenate(ends) for ends in zip(*near, strict=True))
    pairs = pl.Series(later * max(n, 1) + earlier).unique().sort().to_numpy()
    version, earlier = pairs // max(n, 1), pairs % max(n, 1)
    held = versions.select("version", "sent_at", "n_entries").with_columns(
        pl.Series(f"held_{name[2:]}", np.bincount(place % n, minlength=n)) for name, place in pieces.items()
    )
    both = pl.concat(
        [held[version], held[earlier].rename(lambda name: f"old_{name}").rename({"old_version": "earlier"})],
        how="horizontal",
    ).with_columns(
        pl.Series(name, in_common(place, version, earlier, until)) for name, place in pieces.items()
    )
    least = pl.min_horizontal("n_entries", "old_n_entries")
    return both.with_columns(
        gap=pl.col("sent_at") - pl.col("old_sent_at"),
        least=least,
        containment=pl.when(least > 0).then(pl.col("n_shared") / least).otherwise(0.0),
        header=_jaccard("words"),
        title=_jaccard("titles"),
    )


def _jaccard(name: str) -> pl.Expr:
    common = pl.col(f"n_{name}")
    return common / pl.max_horizontal(pl.col(f"held_{name}") + pl.col(f"old_held_{name}") - common, 1)


def _numbers(versions: pl.DataFrame, column: str) -> pl.DataFrame:
    listed = versions.select("version", piece=column).explode("piece", empty_as_null=True)
    return listed.filter(pl.col("piece").str.contains(r"^\d+$"))


def _held(pieces: pl.DataFrame, n: int) -> np.ndarray:
    """Which version holds which piece, as sorted whole numbers: number of the piece * n + version."""
    if isinstance(pieces.schema["piece"], pl.List):
        pieces = pieces.explode("piece", empty_as_null=True)
    pieces = pieces.drop_nulls()
    piece = pieces["piece"].cast(pl.Categorical).to_physical().cast(pl.Int64).to_numpy()
    return np.unique(piece * n + pieces["version"].to_numpy())


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
    both_titled = (pl.col("held_titles") > 0) & (pl.col("old_held_titles") > 0)
    # 'Putaran 3' and 'putaran 4' are two lists, however alike they are in all else
    other_title = both_titled & ((pl.col("title") <= OTHER_TITLE) | _disjoint("title_numbers"))
    other_date, other_clock = _disjoint("dates"), _disjoint("clocks")
    # the fullest list of that title so far: whoever starts again far below it days later copies nobody
    fullest = pl.col("old_n_entries").filter(~other_title).max().over("version")
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
