"""Joint activities from lists: the activity, its versions, who takes part. Announcements and polls beside
them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tasks.measure.chains import fates, parents
from tasks.measure.lists import Lists
from tasks.measure.renames import merge_renamed
from tasks.measure.text.money import CHECK_ABOVE
from tasks.parse.polls import read_polls

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

    A chain stays when an entry names a member, when its copies differ in their entries, when it is a call of
    a known kind with blanks to fill, or when it is a khataman or a collection with amounts. A list by bullets
    stays only for its names or amounts: bullets head much that is no list of people.

    Args:
        lists: what the versions say. officers: member_key, turn (turns written as an officer or founder).
    """
    links = parents(lists.versions, lists.entries)
    versions = lists.versions.join(links, on="version", maintain_order="left").with_columns(
        version_no=pl.int_range(1, pl.len() + 1).over("chain")
    )
    said = lists.entries.group_by("version").agg(entries_said=pl.col("key").sort().str.join("\n").hash(0))
    versions = versions.join(said, on="version", how="left", maintain_order="left").with_columns(
        pl.col("entries_said").fill_null(0)
    )
    versions = versions.join(
        officers.select("turn", is_officer=pl.lit(True)).unique(),
        on="turn",
        how="left",
        maintain_order="left",
    )
    numbered = ~pl.col("is_bulleted")
    called = (pl.col("n_entries") == 0) & (pl.col("activity_kind") != "other_list") & numbered
    stays = (
        ((pl.col("entries_said").n_unique().over("chain") > 1) & numbered)
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
    return Chains(kept, merge_renamed(_entities(entries), kept))


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
    ordered = _values(chains)
    # whoever shares a line stays in its order: that of keys would not survive their rotation
    union = ordered.group_by("chain", "entity", maintain_order=True).agg(
        pl.col("member_key").drop_nulls().first(),
        pl.col("slot", "line").first(),
        pl.col("participation_status", "amount_idr", "is_refused", "is_done", "n_guests")
        .filter(pl.col("is_edit"))
        .last(),
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
            is_refused=(pl.col("activity_kind") == "donation") & pl.col("is_refused"),
            is_paid=pl.when(pl.col("activity_kind") == "donation").then("is_done"),
        )
        .sort("chain", "added_version", "line", "place")
        .drop("place")
    )


_VALUES = ("participation_status", "amount_idr", "is_refused", "is_done", "n_guests")


def _values(chains: Chains) -> pl.DataFrame:
    """One row per entity and version in their order, with whether the version changed what its parent said.

    A copy of an old version carries old values along: only a change counts. A person with several lines on one
    version gave each amount; a line that stands there twice, letter for letter, was doubled in copying.
    """
    once = chains.entries.unique(["chain", "entity", "version", "said"], keep="first", maintain_order=True)
    values = (
        once.sort("chain", "version", "line", maintain_order=True)
        .group_by("chain", "entity", "version", maintain_order=True)
        .agg(
            pl.col("member_key", "slot", "line", "local_date", "sender_key", "participation_status").first(),
            pl.col("is_done", "is_refused").any(),
            pl.col("n_guests").max(),
            amount_idr=pl.when(pl.col("amount_idr").is_not_null().any()).then(pl.col("amount_idr").sum()),
        )
        .join(chains.versions.select("version", "parent"), on="version", maintain_order="left")
    )
    before = values.select(
        "chain", "entity", parent="version", before=pl.struct(_VALUES), is_held=pl.lit(True)
    )
    joined = values.join(before, on=["chain", "entity", "parent"], how="left", maintain_order="left")
    same = pl.col("is_held").fill_null(False) & pl.struct(_VALUES).eq_missing(pl.col("before"))
    return joined.with_columns(is_edit=~same)


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


#: What a poll asks or offers that is to tell who comes.
_WHO_COMES = (
    r"\b(?:hadir|ikut(?:an)?|datang|dateng|bisa|gabung|join|kehadiran|absen|otw|rsvp|hadirin|siap|going)\b"
)


def polls(messages: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """Polls as activities: at, sent_at, local_date, member_key, turn, n_items (votes shown in the export),
    title_words (of the question), activity_kind.

    A poll asks who comes ('poll') where its question or an option says so or names an occasion; one about
    anything else ('Makan apa?') is an 'other_list'. Exports name the options and their votes, never the voters.

    Args:
        messages: with kind, text. kinds: activity_kind, pattern, by precedence.
    """
    poll = read_polls(pl.col("text").fill_null(""))
    question = poll.question.fill_null("").str.to_lowercase()
    gathers = kinds.filter(pl.col("activity_kind").is_in(["rsvp", "attendance", "khataman", "learning"]))
    occasion = pl.any_horizontal(question.str.contains(pattern) for pattern in gathers["pattern"].to_list())
    options = poll.options.list.join("\n").fill_null("").str.to_lowercase()
    comes = occasion | question.str.contains(_WHO_COMES) | options.str.contains(_WHO_COMES)
    return messages.filter(pl.col("kind") == "poll").select(
        "at",
        "sent_at",
        "local_date",
        "member_key",
        "turn",
        n_items=poll.votes.list.sum().fill_null(0),
        title_words=question.str.extract_all(r"[\pL\d]{2,}").list.unique(),
        activity_kind=pl.when(comes).then(pl.lit("poll")).otherwise(pl.lit("other_list")),
    )
