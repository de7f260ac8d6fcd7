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
_PAIR = ["earlier", "version"]


def parents(versions: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Each version with the version it was copied from.

    A pair within 14 days (khataman 45) links when headers are alike (token Jaccard >= .5) and the entries
    agree (containment >= .6, or one of them is empty), or when the entries agree with at least 2 in common
    though the header was left out or edited. A changed title, another date, or names that start anew make a
    new list. The parent is the earlier version of highest containment, then of the likest header, then the
    latest.

    Args:
        versions, entries: see :class:`tasks.measure.lists.Lists`.

    Returns:
        version, parent? (version), chain (the first version of the chain), in the order of versions.
    """
    pairs = _pairs(versions, entries)
    linked = pairs.filter(_links())
    chosen = (
        linked.sort("version", "containment", "header", "earlier")
        .group_by("version")
        .agg(parent=pl.col("earlier").last())
    )
    told = versions.select("version").join(chosen, on="version", how="left", maintain_order="left")
    root = np.where(told["parent"].is_null(), told["version"], told["parent"].fill_null(0)).astype(np.int64)
    while len(root) and (root[root] != root).any():
        root = root[root]
    return told.with_columns(chain=pl.Series(root, dtype=pl.Int64))


def _pairs(versions: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Pairs of versions in the window that share a header word or an entry, with what they share."""
    facts = versions.select(
        "version", "sent_at", "n_entries", "dates", "clocks", "activity_kind",
        numbers=pl.col("header_words").list.filter(pl.element().str.contains(r"^\d+$")),
        n_header=pl.col("header_words").list.len(), n_title=pl.col("title_words").list.len(),
    )  # fmt: skip
    bucket = (pl.col("sent_at").dt.epoch("d") // KHATAMAN_DAYS).alias("bucket")
    timed = versions.select("version", bucket)
    shared = [
        _shared(entries.select("version", piece="key").unique(), timed, "n_shared"),
        _shared(
            versions.select("version", piece="header_words")
            .explode("piece", empty_as_null=True)
            .drop_nulls(),
            timed,
            "n_words",
        ),
        _shared(
            versions.select("version", piece="title_words").explode("piece", empty_as_null=True).drop_nulls(),
            timed,
            "n_titles",
        ),
    ]
    pairs = (
        pl.concat(shared, how="diagonal").group_by(_PAIR).agg(pl.col("n_shared", "n_words", "n_titles").sum())
    )
    both = pairs.join(facts, on="version").join(
        facts.rename(lambda name: name if name == "version" else f"old_{name}"),
        left_on="earlier",
        right_on="version",
    )
    least = pl.min_horizontal("n_entries", "old_n_entries")
    days = pl.when(pl.col("activity_kind") == "khataman").then(KHATAMAN_DAYS).otherwise(WINDOW_DAYS)
    return both.with_columns(
        least=least,
        containment=pl.when(least > 0).then(pl.col("n_shared") / least).otherwise(0.0),
        header=pl.col("n_words")
        / pl.max_horizontal(pl.col("n_header") + pl.col("old_n_header") - pl.col("n_words"), 1),
        title=pl.col("n_titles")
        / pl.max_horizontal(pl.col("n_title") + pl.col("old_n_title") - pl.col("n_titles"), 1),
        gap=pl.col("sent_at") - pl.col("old_sent_at"),
    ).filter(pl.col("gap") <= pl.duration(days=days))


def _shared(pieces: pl.DataFrame, timed: pl.DataFrame, name: str) -> pl.DataFrame:
    """How many pieces each pair of versions in the same or neighbouring buckets shares."""
    later = pieces.join(timed, on="version")
    earlier = pl.concat([later, later.with_columns(bucket=pl.col("bucket") + 1)]).rename(
        {"version": "earlier"}
    )
    pairs = later.join(earlier, on=["piece", "bucket"]).filter(pl.col("earlier") < pl.col("version"))
    return pairs.group_by(_PAIR).agg(pl.len().cast(pl.Int64).alias(name))


def _links() -> pl.Expr:
    both_titled = (pl.col("n_title") > 0) & (pl.col("old_n_title") > 0)
    other_title = both_titled & (pl.col("title") <= OTHER_TITLE)
    other_date, other_clock = _disjoint("dates"), _disjoint("clocks")
    # the fullest list of that title so far: whoever starts again far below it days later copies nobody
    fullest = pl.col("old_n_entries").filter(~other_title).max().over("version")
    reset = (
        (pl.col("gap") >= pl.duration(days=RESET_DAYS))
        & (fullest >= 2)
        & (pl.col("n_entries") <= RESET_SHARE * fullest)
    )
    numbers, old_numbers = pl.col("numbers"), pl.col("old_numbers")
    n_common = numbers.list.set_intersection(old_numbers).list.len()
    n_either = numbers.list.set_union(old_numbers).list.len()
    other_numbers = (other_clock | (n_common < HEADER_JACCARD * n_either)) & (pl.col("n_shared") < MIN_SHARED)
    alike = pl.col("header") >= HEADER_JACCARD
    agree = pl.col("containment") >= CONTAINMENT
    same_day = (pl.col("header") >= SAME_HEADER) & (pl.col("gap") <= pl.duration(hours=SAME_HEADER_HOURS))
    by_header = alike & ~other_title & (agree | (pl.col("least") == 0) | same_day)
    by_entries = agree & (pl.col("n_shared") >= MIN_SHARED) & (~other_title | alike)
    return (by_header | by_entries) & ~other_date & ~other_numbers & ~reset


def _disjoint(name: str) -> pl.Expr:
    """Whether both headers name such things and none in common."""
    ours, theirs = pl.col(name), pl.col(f"old_{name}")
    both = (ours.list.len() > 0) & (theirs.list.len() > 0)
    return both & (ours.list.set_intersection(theirs).list.len() == 0)


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
    after = absent.join(copies, on="chain").filter(pl.col("version") > pl.col("last_held"))
    knowing = after.join(
        held.select("chain", "entity", parent="version"), on=["chain", "entity", "parent"], how="semi"
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
