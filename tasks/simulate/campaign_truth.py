"""What is true of a group's campaigns: which messages belong to each, who talked, who committed."""

from __future__ import annotations

from typing import Any

import polars as pl

from tasks.simulate.campaign_talk import NO_CAMPAIGN
from tasks.simulate.life import Life
from tasks.simulate.people import Person
from tasks.simulate.rhythm import day_of

#: Announcements of something done together; of the news of weddings those are that invite to one.
_ANNOUNCED = ("umum.rapat", "belajar.buka")
_NEWS_OF_WEDDINGS, _INVITES = "bahagia.nikah.kabar", r"(?i)undangan|mangga sarumping"
_PROMISES = ("acara.ikut", "umum.tanggap", "belajar.tanggap")
#: Good wishes answer the news and promise nothing.
_WISHES = r"^(?:bahagia\.nikah\.doa|aamiin)$"
_BEGUN: dict[str, Any] = {
    "campaign": pl.Int64, "kind": pl.String, "title": pl.String, "first_date": pl.Date, "organiser": pl.String,
    "listed": pl.List(pl.String),
}  # fmt: skip


def campaigns_of(life: Life, people: list[Person]) -> pl.DataFrame:
    """Lists and polls but for orders, and announced activities: one row per campaign of a group.

    kind, title (none of an announcement), first_date and organiser as of the list or the announcement;
    message_nos: the list with its copies, the announcement before it, the talk about it, and what answers any of
    these but for good wishes; talkers: who wrote them in words that are still there, for what is deleted or a picture
    says nothing; committed: who stands on the list, gave, or promised (all by member_id). A deleted announcement is
    none.
    """
    ids = pl.Series([person.member_id for person in people])
    said = life.messages.select(
        "message_no", "reply_no", "pool", "kind", "text", "campaign", "moment", "member"
    )
    said = said.with_columns(
        member_id=ids.gather(said["member"]),
        is_worded=(pl.col("kind") != "deleted") & (pl.col("text").fill_null("") != ""),
    )
    said = said.with_columns(is_begun=_announces())
    said = said.with_columns(campaign=_belongs(said, len(life.activities)))
    worded = pl.col("is_worded")
    told = (
        said.drop_nulls("campaign")
        .filter(~pl.col("pool").str.contains(_WISHES))
        .group_by("campaign")
        .agg(
            message_nos=pl.col("message_no").sort(),
            talkers=pl.col("member_id").filter(worded).unique().sort(),
            promised=pl.col("member_id").filter(worded & pl.col("pool").is_in(_PROMISES)),
        )
    )
    committed = pl.col("listed").list.concat(pl.col("promised").fill_null([])).list.unique().list.sort()
    begun = pl.concat([_lists(life, ids), _announcements(said)]).join(
        told, on="campaign", maintain_order="left"
    )
    names = ("kind", "title", "first_date", "organiser", "message_nos", "talkers")
    return begun.select(*names, committed=committed)


def _lists(life: Life, ids: pl.Series) -> pl.DataFrame:
    """Campaigns of lists and polls, and who stands on them."""
    rows = [
        (number, made.kind, made.title, day_of(made.first), ids[made.organiser],
         [ids[entry.member or 0] for entry in made.listed if entry.status in ("yes", "done")])
        for number, made in enumerate(life.activities)
        if made.kind not in NO_CAMPAIGN
    ]  # fmt: skip
    return pl.DataFrame(rows, _BEGUN, orient="row")


def _announcements(said: pl.DataFrame) -> pl.DataFrame:
    """Campaigns of announced activities."""
    return said.filter("is_begun").select(
        "campaign",
        kind=pl.lit("announcement"),
        title=pl.lit(None, pl.String),
        first_date=pl.from_epoch("moment", "s").dt.date(),
        organiser="member_id",
        listed=pl.lit([], pl.List(pl.String)),
    )


def _announces() -> pl.Expr:
    invites = (pl.col("pool") == _NEWS_OF_WEDDINGS) & pl.col("text").str.contains(_INVITES)
    return pl.col("is_worded") & (pl.col("pool").is_in(_ANNOUNCED) | invites.fill_null(False))


def _belongs(said: pl.DataFrame, n_lists: int) -> pl.Series:
    """The campaign of each message: its own, or that of what it answers, however far back."""
    announced = pl.when("is_begun").then(pl.col("message_no") + n_lists)
    belongs = said.select(pl.coalesce("campaign", announced)).to_series()
    while True:
        further = pl.select(pl.coalesce(belongs, belongs.gather(said["reply_no"]))).to_series()
        if further.equals(belongs):
            return belongs
        belongs = further
