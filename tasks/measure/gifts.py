"""Gifts told in the chat instead of on the list: 'sudah tf', 'udah saya transfer 50rb'."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.measure.activities import Chains
from tasks.measure.text.money import amounts
from warehouse.reference.lexicon import words

#: So long after a collection was last posted, a transfer told is taken for a gift to it.
OPEN_DAYS = 14
_DONE = r"(?:sudah|sdh|udah|udh|dah|telah|barusan|baru saja|alhamdulillah)"
_GIVE = r"(?:di)?(?:tf|trf|transfer|kirim|donasi|infa[kq]|sedekah|shodaqoh|sodaqoh)"
#: A word of completion, at most two words between, an aid verb; or the proof of a transfer.
TOLD = rf"\b{_DONE}\s+(?:\pL+\s+){{0,2}}{_GIVE}\b|\b{_GIVE}\s+(?:sudah|sdh|udah|done)\b|\bbukti (?:transfer|tf)\b"
#: Quick test for texts that cannot tell a gift.
_MAYBE_TOLD = r"tf|trf|transfer|kirim|donasi|infa|sedekah|odaqoh"
_DENIED = r"\b(?:belum|blm|blom|gak|ga|nggak|tidak|tdk)\s+(?:\pL+\s+){0,2}(?:di)?(?:tf|trf|transfer|kirim)\b"


def is_dues(text: pl.Expr) -> pl.Expr:
    """Whether a list's words name an obligation (lexicon note ``tag dues``: iuran, kas bulanan, arisan, zakat)."""
    terms = words().terms.filter(pl.col("note").str.starts_with("tag dues"))["term"].to_list()
    return text.str.to_lowercase().str.contains(rf"\b(?:{'|'.join(sorted(terms))})\b")


def dues_chains(chains: Chains) -> pl.DataFrame:
    """chain, is_dues: chains a version of which calls for dues in its header."""
    return chains.versions.group_by("chain", maintain_order=True).agg(
        is_dues=((pl.col("activity_kind") == "donation") & is_dues(pl.col("header").fill_null(""))).any()
    )


def is_told(text: pl.Expr) -> pl.Expr:
    """Whether a normal text tells of a gift that was made, and of no dues."""
    return text.str.contains(TOLD) & ~text.str.contains(_DENIED) & ~is_dues(text)


def told_gifts(messages: pl.DataFrame, turns: pl.DataFrame, chains: Chains) -> pl.DataFrame:
    """Gifts that their givers tell while a collection is open.

    A turn tells a gift when it says so (:data:`TOLD`), is no list, announcement, question, request or copy
    of a template, names no dues, and a collection that is none of dues was posted in the 14 days before; it
    goes to the one posted last. The amount counts where it is the only one in the turn.

    Args:
        messages: turn, plain, is_list, is_template. turns: turn, sent_at, local_date, member_key and flags.
        chains: lists put together.

    Returns:
        chain, member_key, local_date, amount_idr?: one row per chain and giver, the last telling.
    """
    gifts = chains.versions.join(dues_chains(chains), on="chain").filter(
        (pl.col("activity_kind") == "donation") & ~pl.col("is_dues")
    )
    plain_turns = turns.select("turn", "sent_at", "local_date", "member_key").filter(
        turns["is_text"]
        & ~turns["is_list"]
        & ~turns["is_announcement"]
        & ~turns["is_question"]
        & ~turns["is_help_request"]
    )
    while_open = plain_turns.join_asof(
        gifts.select("sent_at", "chain").sort("sent_at", "chain"),
        on="sent_at",
        strategy="backward",
        tolerance=f"{OPEN_DAYS}d",
    ).drop_nulls("chain")
    # one place more, for messages of no turn
    may_tell = np.zeros(len(turns) + 1, dtype=bool)
    may_tell[while_open["turn"].to_numpy()] = True
    is_open = pl.Series(may_tell[messages["turn"].fill_null(-1).to_numpy()])
    spoken = messages.select("turn", "plain").filter(
        is_open & ~messages["is_list"] & ~messages["is_template"]
    )
    spoken = spoken.filter(spoken["plain"].str.contains(_MAYBE_TOLD)).filter(is_told(pl.col("plain")))
    said = spoken.group_by("turn").agg(said=pl.col("plain").str.join("\n"))
    met = while_open.join(said, on="turn", maintain_order="left")
    sums = {text: _sole(text) for text in met["said"].unique().to_list()}
    amount = (
        pl.col("said").replace_strict(sums, return_dtype=pl.Float64)
        if sums
        else pl.lit(None, dtype=pl.Float64)
    )
    return (
        met.with_columns(amount_idr=amount)
        .sort("turn")
        .group_by("chain", "member_key", maintain_order=True)
        .agg(pl.col("local_date").first(), pl.col("amount_idr").drop_nulls().last())
    )


def _sole(text: str) -> float | None:
    found = [value for line in text.splitlines() for value in amounts(line, in_donation_context=True)]
    return found[0] if len(found) == 1 else None


def with_told(entries: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Entries of lists with what was told: who stands on the list has paid, others become entries.

    Args:
        entries: see :func:`tasks.measure.activities.participation`. told: see :func:`told_gifts`.

    Returns:
        The entries with ``is_on_list``; rows told outside the list follow the listed ones.
    """
    stands = ~pl.col("participation_status").is_in(["withdrawn", "no"])
    paid = told.select("chain", "member_key", told_idr="amount_idr", is_told=pl.lit(True))
    joined = entries.join(paid, on=["chain", "member_key"], how="left", maintain_order="left")
    confirmed = stands & pl.col("is_told").fill_null(False)
    listed = joined.with_columns(
        is_on_list=pl.lit(True),
        is_paid=pl.when(confirmed).then(pl.lit(True)).otherwise("is_paid"),
        amount_idr=pl.when(confirmed).then(pl.coalesce("amount_idr", "told_idr")).otherwise("amount_idr"),
    ).drop("told_idr", "is_told")
    new = told.join(
        entries.filter(stands & pl.col("member_key").is_not_null()),
        on=["chain", "member_key"],
        how="anti",
        maintain_order="left",
    ).select(
        "chain",
        "member_key",
        "amount_idr",
        entity=pl.lit(""),
        added_date="local_date",
        added_by="member_key",
        is_proxy=pl.lit(False),
        participation_status=pl.lit("done"),
        is_paid=pl.lit(True),
        n_guests=pl.lit(0, dtype=pl.Int64),
        is_on_list=pl.lit(False),
    )
    return pl.concat([listed, new], how="diagonal_relaxed")
