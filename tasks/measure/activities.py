"""Joint activities from lists: the activity, its versions, who takes part. Announcements and polls beside
them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tasks.measure.chains import fates, parents
from tasks.measure.lists import Lists

#: Sums and stated totals may differ by rounding of what people write, not by more.
TOTAL_TOLERANCE = 1.0
SAME_TITLE, SAME_TITLE_DAYS = 0.5, 14


@dataclass(frozen=True, slots=True)
class Chains:
    """Lists put together. ``versions`` with chain, parent, version_no; ``entries`` with chain, entity."""

    versions: pl.DataFrame
    entries: pl.DataFrame


def chain_lists(lists: Lists, officers: pl.DataFrame) -> Chains:
    """Chains of versions that are lists of people; agendas and rules in numbered lines are left out.

    A chain stays when it was copied, when an entry names a member, when it is a call of a known kind with
    blanks to fill, or when it is a khataman or a collection with amounts.

    Args:
        lists: what the versions say. officers: member_key, turn (turns written as an officer or founder).
    """
    links = parents(lists.versions, lists.entries)
    versions = lists.versions.join(links, on="version", maintain_order="left").with_columns(
        version_no=pl.int_range(1, pl.len() + 1).over("chain"), n_copies=pl.len().over("chain")
    )
    versions = versions.join(
        officers.select("turn", is_officer=pl.lit(True)).unique(),
        on="turn",
        how="left",
        maintain_order="left",
    )
    called = (pl.col("n_entries") == 0) & (pl.col("activity_kind") != "other_list")
    stays = (
        (pl.col("n_copies") > 1)
        | (pl.col("n_named") > 0)
        | called
        | (pl.col("activity_kind").is_in(["khataman", "donation"]) & (pl.col("priced") > 0))
    )
    is_list = ~pl.col("is_seed").all().over("chain")
    kept = versions.with_columns(pl.col("is_officer").fill_null(False)).filter(
        stays.any().over("chain") & is_list
    )
    chain_kind = (
        kept.sort("version")
        .group_by("chain")
        .agg(chain_kind=pl.col("activity_kind").filter(pl.col("activity_kind") != "other_list").last())
    )
    kept = kept.join(chain_kind, on="chain", maintain_order="left").with_columns(
        activity_kind=pl.col("chain_kind").fill_null("other_list")
    )
    entries = lists.entries.join(
        kept.select("version", "chain", "sender_key", "local_date"), on="version", maintain_order="left"
    )
    return Chains(kept, _entities(entries))


def _entities(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries with the entity they speak of: the member (and slot), else the name as written.

    Who is meant is settled by the first version that holds the line: its writer tells namesakes apart.
    """
    first = (
        entries.sort("version")
        .group_by("chain", "key")
        .agg(member=pl.col("member_key").first(), writer=pl.col("sender_key").first())
    )
    settled = (
        entries.drop("member_key")
        .join(first, on=["chain", "key"], maintain_order="left")
        .rename({"member": "member_key"})
    )
    person = pl.coalesce(
        pl.concat_str(pl.lit("m"), pl.col("member_key").cast(pl.String)), pl.concat_str(pl.lit("k"), "key")
    )
    return settled.with_columns(entity=pl.concat_str(person, pl.lit("|"), pl.col("slot").fill_null("")))


def participation(chains: Chains) -> pl.DataFrame:
    """One row per entity of a chain, union over all copies.

    Returns:
        chain, entity, member_key?, slot?, added_date, added_by, is_proxy, participation_status, amount_idr?,
        is_done, n_guests, fate. Values are those of the last version that holds the entity.
    """
    ordered = chains.entries.sort("chain", "version", "line", maintain_order=True)
    # whoever shares a line stays in its order: that of keys would not survive their rotation
    union = ordered.group_by("chain", "entity", maintain_order=True).agg(
        pl.col("member_key", "slot").first(),
        pl.col("line").first(),
        pl.col("participation_status", "amount_idr", "is_done", "n_guests").last(),
        added_version=pl.col("version").first(),
        added_date=pl.col("local_date").first(),
        added_by=pl.col("sender_key").first(),
    )
    union = union.with_row_index("place")
    held = chains.entries.join(union.select("chain", "entity", "added_by"), on=["chain", "entity"]).unique(
        ["chain", "entity", "version"]
    )
    union = union.join(
        fates(held, chains.versions), on=["chain", "entity"], how="left", maintain_order="left"
    )
    kinds = chains.versions.select("chain", "activity_kind").unique()
    union = union.join(kinds, on="chain", maintain_order="left")
    done = (
        (pl.col("activity_kind") == "khataman")
        & pl.col("is_done")
        & (pl.col("participation_status") == "yes")
    )
    return (
        union.with_columns(
            is_proxy=(pl.col("member_key") != pl.col("added_by")).fill_null(False),
            participation_status=pl.when(pl.col("fate") == "withdrawn")
            .then(pl.lit("withdrawn"))
            .when(done)
            .then(pl.lit("done"))
            .otherwise("participation_status"),
            # only a collection speaks of money given and paid
            amount_idr=pl.when(pl.col("activity_kind") == "donation").then("amount_idr"),
            is_paid=pl.when(pl.col("activity_kind") == "donation").then("is_done"),
        )
        .sort("chain", "added_version", "line", "place")
        .drop("place")
    )


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
    )
    joined = heads
    for part in (counted, forks, last_total):
        joined = joined.join(part, on="chain", how="left", maintain_order="left")
    names = ("n_items", "n_matched", "n_unmatched", "n_guests", "n_lost_updates", "n_forks")
    return joined.with_columns(
        pl.col(names).fill_null(0),
        is_total_mismatch=(pl.col("stated_total_idr") - pl.col("items_total_idr")).abs() > TOTAL_TOLERANCE,
    )


def announced_activities(turns: pl.DataFrame, chains: pl.DataFrame) -> pl.DataFrame:
    """Announcements with a day and a place or time that no list and no earlier announcement stands for.

    Two with title words alike (Jaccard >= .5) within 14 days are one activity.

    Args:
        turns: turn, sent_at, local_date, member_key, title_words of dated announcements outside lists.
        chains: activities of lists, with sent_at, last_sent_at and title_words.

    Returns:
        turn, sent_at, local_date, member_key, title_words of the announcements that are activities of their
        own.
    """
    if turns.is_empty():
        return turns
    window = pl.duration(days=SAME_TITLE_DAYS)
    words = (
        turns.select("turn", "sent_at", "title_words").explode("title_words", empty_as_null=True).drop_nulls()
    )
    others = pl.concat(
        [
            words.select(
                other="turn",
                from_at="sent_at",
                to_at="sent_at",
                title_words="title_words",
                is_list=pl.lit(False),
            ),
            chains.select(
                other="chain",
                from_at="sent_at",
                to_at="last_sent_at",
                title_words="title_words",
                is_list=pl.lit(True),
            )
            .explode("title_words", empty_as_null=True)
            .drop_nulls(),
        ]
    )
    sizes = others.group_by("other", "is_list").agg(n_other=pl.len())
    near = (
        words.join(others, on="title_words")
        .filter(
            (pl.col("sent_at") >= pl.col("from_at") - window)
            & (pl.col("sent_at") <= pl.col("to_at") + window)
            & (pl.col("is_list") | (pl.col("other") < pl.col("turn")))
        )
        .group_by("turn", "other", "is_list")
        .agg(shared=pl.len())
        .join(sizes, on=["other", "is_list"])
        .join(words.group_by("turn").agg(n=pl.len()), on="turn")
        .filter(pl.col("shared") >= SAME_TITLE * (pl.col("n") + pl.col("n_other") - pl.col("shared")))
    )
    return turns.join(near.select("turn").unique(), on="turn", how="anti", maintain_order="left")


def polls(messages: pl.DataFrame) -> pl.DataFrame:
    """Polls as activities: at, sent_at, local_date, member_key, turn, n_items (votes shown in the export),
    title_words (of the question).

    Exports name the options and their votes, never the voters.
    """
    votes = (
        pl.col("text")
        .fill_null("")
        .str.extract_all(r"\((\d{1,4})\s*(?i:votes?|suara)")
        .list.eval(pl.element().str.extract(r"(\d+)").cast(pl.Int64))
    )
    question = pl.col("text").fill_null("").str.split("\n").list.get(1, null_on_oob=True).fill_null("")
    return messages.filter(pl.col("kind") == "poll").select(
        "at",
        "sent_at",
        "local_date",
        "member_key",
        "turn",
        n_items=votes.list.sum().fill_null(0),
        title_words=question.str.to_lowercase().str.extract_all(r"[\pL\d]{2,}").list.unique(),
    )
