"""Joint activities from lists: the activity, its versions, who takes part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.chains import parents
from tasks.measure.entities import Entries, entries_of, entry_keys
from tasks.measure.lists import Lists
from tasks.measure.text.money import CHECK_ABOVE

#: Sums and stated totals may differ by rounding of what people write, not by more.
TOTAL_TOLERANCE = 1.0


@dataclass(frozen=True, slots=True)
class Chains:
    """Lists put together.

    ``versions``: those of :class:`~tasks.measure.lists.Lists` that stay, with chain (its first version), parent?,
    version_no, is_officer; activity_kind is that of the chain. ``entries``: of these versions.
    """

    versions: pl.DataFrame
    entries: Entries


def chain_lists(lists: Lists, officers: pl.DataFrame) -> Chains:
    """Chains of versions that are lists of people; agendas and rules in numbered lines are left out.

    A chain stays when an entry names a member, when its copies differ in their entries, when it is a call of
    a known kind with blanks to fill, or when it is a khataman or a collection with amounts. A list by bullets
    stays only for its names or amounts: bullets head much that is no list of people.

    Args:
        lists: what the versions say. officers: member_key, turn (turns written as an officer or founder).
    """
    keys, nth = entry_keys(lists.entries)
    parent, chain = parents(lists.versions, keys, lists.entries)
    stays = _stay(lists.versions, chain, _copies_differ(lists.entries["version"].to_numpy(), keys, chain))
    versions = lists.versions.with_columns(
        pl.Series("chain", chain),
        pl.Series("parent", parent).set(pl.Series(parent < 0), None),
        pl.Series("version_no", _ordinals(chain)),
        pl.col("turn").is_in(officers["turn"].implode()).fill_null(False).alias("is_officer"),
        _kinds(lists.versions["activity_kind"], chain),
    ).filter(stays)
    return Chains(versions, entries_of(lists, keys, nth, chain, parent, stays))


def _copies_differ(version: np.ndarray, keys: np.ndarray, chain: np.ndarray) -> np.ndarray:
    """By version, whether the versions of its chain differ in their entries."""
    said = np.zeros(len(chain), dtype=np.uint64)
    np.add.at(said, version, pl.Series(keys).hash(0).to_numpy())
    differs = np.zeros(len(chain), dtype=bool)
    differs[chain[said != said[chain]]] = True
    return differs[chain]


def _stay(versions: pl.DataFrame, chain: np.ndarray, differ: np.ndarray) -> np.ndarray:
    """By version, whether its chain is a list of people."""
    kind, is_numbered = pl.col("activity_kind"), ~pl.col("is_bulleted")
    told = versions.select(
        (pl.lit(pl.Series(differ)) & is_numbered)
        | (pl.col("n_named") > 0)
        | ((pl.col("n_entries") == 0) & (kind != "other_list") & is_numbered)
        | (kind.is_in(["khataman", "donation"]) & (pl.col("priced") > 0))
    ).to_series().to_numpy()  # fmt: skip
    is_people, is_list = np.zeros((2, len(chain)), dtype=bool)
    is_people[chain[told]] = True
    is_list[chain[~versions["is_seed"].to_numpy()]] = True
    return (is_people & is_list)[chain]


def _ordinals(chain: np.ndarray) -> np.ndarray:
    """By version its number in its chain, from 1 on."""
    order = np.argsort(chain, kind="stable")
    number = np.empty(len(chain), dtype=np.int64)
    number[order] = np.arange(len(chain)) - np.searchsorted(chain[order], chain[order]) + 1
    return number


def _kinds(kinds: pl.Series, chain: np.ndarray) -> pl.Series:
    """By version the kind of its chain: that of its last version of a known kind."""
    known = np.flatnonzero((kinds != "other_list").to_numpy())
    last = np.arange(len(chain))
    last[chain[known]] = known
    return kinds.gather(last[chain])


def list_activities(chains: Chains, entries: pl.DataFrame) -> pl.DataFrame:
    """One row per chain: kind, days, organiser, counts, totals (see ``core.fact_activity``)."""
    last_total = (
        chains.versions.drop_nulls("stated_total_idr")
        .sort("version")
        .group_by("chain")
        .agg(pl.col("stated_total_idr").last())
    )
    forks = (
        chains.versions.drop_nulls("parent")
        .group_by("chain", "parent")
        .len()
        .group_by("chain")
        .agg(n_forks=(pl.col("len") - 1).sum())
    )
    heads = (
        chains.versions.sort("version")
        .group_by("chain", maintain_order=True)
        .agg(
            pl.col("activity_kind", "sent_at", "local_date", "title_words", "turn").first(),
            last_seen_date=pl.col("local_date").last(),
            last_sent_at=pl.col("sent_at").last(),
            planned_date=pl.col("planned_date").drop_nulls().last(),
            deadline_date=pl.col("deadline_date").drop_nulls().last(),
            organiser_member_key=pl.col("sender_key").first(),
            n_versions=pl.len(),
        )
    )
    stands = entries.filter(pl.col("participation_status") != "withdrawn")
    counted = stands.group_by("chain").agg(
        n_items=pl.len(),
        n_matched=pl.col("member_key").is_not_null().sum(),
        n_unmatched=pl.col("member_key").is_null().sum(),
        n_guests=pl.col("n_guests").sum(),
        items_total_idr=pl.when(pl.col("amount_idr").is_not_null().any()).then(pl.col("amount_idr").sum()),
        n_lost_updates=(pl.col("fate") == "lost").sum(),
        n_refused_amounts=pl.col("is_refused").sum(),
        n_large_amounts=(pl.col("amount_idr") > CHECK_ABOVE).sum(),
    )
    joined = heads
    for part in (counted, forks, last_total):
        joined = joined.join(part, on="chain", how="left", maintain_order="left")
    names = (
        "n_items", "n_matched", "n_unmatched", "n_guests", "n_lost_updates", "n_forks", "n_refused_amounts",
        "n_large_amounts",
    )  # fmt: skip
    return joined.with_columns(
        pl.col(names).fill_null(0),
        is_total_mismatch=(pl.col("stated_total_idr") - pl.col("items_total_idr")).abs() > TOTAL_TOLERANCE,
    )
