"""Features of messages whose text retention has deleted: kept as they were read, put beside what is read now.

Grain: what one text or one turn's own words came to. A message is found again by its minute, the keyed hash of
its words (``text_key``) and its place among equals, so later exports do not disturb it; a turn by its messages.
Nothing here is a text: counts of words by category, flags, keyed hashes of content words, of whole texts, of the
words at the heads of lists, of their lines, and of the titles of polls and announcements; and, as the vault keeps
them for lists anyway, the names on lists.
Decision 0009 gives the reasons.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from tasks.measure.frozen_left import IDENTITY, identified, without_prose
from tasks.measure.gifts import is_dues, is_told
from tasks.measure.lists import Lists
from tasks.measure.text.money import amounts
from tasks.measure.turns import TEMPLATE_CHARS
from tasks.measure.words import Reading
from warehouse.keys import DigestKey

PARTS = ("messages", "turns", "content", "spoken", "versions", "entries")
#: Of a list's version and entries: what the messages that hold it say anew.
_OF_MESSAGE = ("at", "messages", "version", "sent_at", "local_date", "sender_key", "turn")
#: Of a list's version: words that copies are told apart by.
HEADS = ("header_words", "title_words")
#: Of a message: words of what it announces or asks in a poll.
TITLES = ("announced_words", "poll_words")
#: A number of so few digits is nobody's.
_FEW_DIGITS = r"^\d{1,4}$"
_DUES = "iuran"
#: Of a turn: what was not counted when the first ones were frozen. Of part of a turn it is not known of any.
_COUNTED_LATER = ("n_ya",)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was read of a group's deleted texts, and what ties it to the group as it is now.

    ``parts``: frames by name, see :data:`PARTS`. ``key``: of all hashes. ``refs``: member_key, ref (keyed hash of
    the canonical identifier). ``kept_words``: words of grammar and address, which are compared as they are.
    """

    parts: Mapping[str, pl.DataFrame]
    key: DigestKey
    refs: pl.DataFrame
    kept_words: frozenset[str] = frozenset()

    def attach(self, messages: pl.DataFrame) -> pl.DataFrame:
        """Messages with ``frozen_at`` (row of the frozen message, NULL where the text is read) and ``same_text``.

        Where a text is frozen, ``text`` is NULL, and ``plain`` holds what is left of it: the sums of a gift.
        ``same_text`` is equal for equal normal texts, and as long as a text that counts as a template where that was.

        Args:
            messages: at, sent_at, text_key, text, plain; in time order.
        """
        frozen = self.parts["messages"]
        rest = frozen.select(*IDENTITY, "frozen_at", "plain_left", "same_text")
        found = identified(messages).join(rest, on=IDENTITY, how="left", maintain_order="left")
        is_gone = pl.col("frozen_at").is_not_null()
        live = self._same_text(found["plain"])
        return found.with_columns(live.alias("live")).with_columns(
            text=pl.when(~is_gone).then("text"),
            plain=pl.when(is_gone).then("plain_left").otherwise("plain"),
            same_text=pl.when(is_gone).then("same_text").otherwise("live"),
        ).drop("plain_left", "live", "minute", "nth")  # fmt: skip

    def _same_text(self, plain: pl.Series) -> pl.Series:
        distinct = plain.drop_nulls().unique()
        hashes = self.hashed(distinct)
        marks = pl.when(distinct.str.len_chars() >= TEMPLATE_CHARS).then(
            hashes.str.pad_end(TEMPLATE_CHARS, "#")
        )
        told = distinct.to_frame("plain").with_columns(mark=marks.otherwise(hashes))
        return plain.to_frame("plain").join(told, on="plain", how="left", maintain_order="left")["mark"]

    def hashed(self, texts: pl.Series) -> pl.Series:
        """Keyed hash of each text; see :func:`hashed`."""
        return hashed(texts, self.key)

    def with_lists(self, lists: Lists, messages: pl.DataFrame) -> Lists:
        """Lists read now, and those frozen, in the order of their messages; the words of their heads coded."""
        read = lists.versions.with_columns(self.coded_lists(lists.versions[name]) for name in HEADS)
        if self.parts["versions"].is_empty():
            return replace(lists, versions=read)
        places = _places(messages)
        versions = (
            self.parts["versions"]
            .join(places.rename({"frozen_at": "first"}), on="first")
            .join(
                messages.select("at", "sent_at", "local_date", sender_key="member_key", turn="turn"), on="at"
            )
        )
        others = (
            self.parts["versions"]
            .select("frozen_version", frozen_at="held_in")
            .explode("frozen_at", empty_as_null=True)
            .join(places, on="frozen_at")
            .group_by("frozen_version")
            .agg(messages=pl.col("at").sort())
        )
        versions = versions.join(others, on="frozen_version").drop("first", "held_in")
        both = pl.concat(
            [
                read.with_columns(origin=pl.col("version"), is_read=pl.lit(True)),
                versions.rename({"frozen_version": "origin"}).with_columns(is_read=pl.lit(False)),
            ],
            how="diagonal_relaxed",
        ).sort("at", "block")
        both = both.with_columns(version=pl.int_range(pl.len()))
        numbers = both.select("origin", "is_read", "version")
        frozen = self._members(self.parts["entries"]).rename({"frozen_version": "origin"})
        forms, form = _continued(lists.forms, frozen["form"])
        lines, said = _continued(self.hashed(lists.lines), frozen["said"])
        frozen = frozen.with_columns(form=form, said=said)
        entries = pl.concat(
            [
                lists.entries.rename({"version": "origin"}).with_columns(is_read=pl.lit(True)),
                frozen.with_columns(is_read=pl.lit(False)),
            ],
            how="diagonal_relaxed",
        )
        entries = entries.join(numbers, on=["origin", "is_read"], maintain_order="left").sort(
            "version", maintain_order=True
        )
        return Lists(
            both.select(lists.versions.columns).cast(pl.Schema(lists.versions.schema)),
            entries.select(lists.entries.columns).cast(pl.Schema(lists.entries.schema)),
            forms,
            lines,
        )

    def _members(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(self.refs, on="ref", how="left", maintain_order="left").drop("ref")

    def with_reading(self, reading: Reading, messages: pl.DataFrame) -> Reading:
        """What was read now and what is frozen, as if it had been read together.

        Of a turn whose messages are not the ones it was frozen with, the words count for the turn of its first
        message.
        """
        coded = reading.messages.with_columns(self.coded_lists(reading.messages[name]) for name in TITLES)
        reading = replace(reading, messages=coded)
        gone = messages.filter(pl.col("frozen_at").is_not_null())
        if gone.is_empty():  # of what is frozen nothing is left, or it is of later months
            return replace(reading, vocabulary=self.coded(reading.vocabulary))
        features = self.parts["messages"].drop(
            *IDENTITY, "plain_left", "same_text", "local_date", "frozen_turn", "lexicon_version"
        )
        counted = pl.concat(
            [reading.messages, gone.join(features, on="frozen_at", how="left", maintain_order="left")],
            how="diagonal_relaxed",
        ).sort("at")
        turns = self._turns_now(gone)
        n_turns = _next(messages["turn"]) if messages["turn"].count() else 0
        return Reading(
            counted.select(reading.messages.columns),
            _summed(reading.turn_words, self._of_turns("turns", turns), n_turns),
            *self._content(reading, turns),
            pl.concat(
                [
                    reading.spoken_to,
                    self._members(self._of_turns("spoken", turns)).drop_nulls("member_key"),
                ],
                how="diagonal_relaxed",
            ).select(reading.spoken_to.columns).sort("turn", "nth", maintain_order=True),
        )  # fmt: skip

    def _turns_now(self, gone: pl.DataFrame) -> pl.DataFrame:
        """frozen_turn, turn: of the first message of each."""
        of_message = self.parts["messages"].select("frozen_at", "frozen_turn")
        placed = gone.select("frozen_at", "at", "turn").join(of_message, on="frozen_at").drop_nulls()
        return (
            placed.sort("at")
            .unique("frozen_turn", keep="first", maintain_order=True)
            .select("frozen_turn", "turn")
        )

    def _of_turns(self, part: str, turns: pl.DataFrame) -> pl.DataFrame:
        return self.parts[part].join(turns, on="frozen_turn").drop("frozen_turn")

    def _content(self, reading: Reading, turns: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """Content words of turns by hash, numbered anew."""
        read = reading.content.with_columns(
            coded=self.coded(reading.vocabulary).gather(reading.content["word"])
        )
        both = pl.concat(
            [read.select("turn", "coded"), self._of_turns("content", turns).select("turn", "coded")]
        )
        both = both.unique().sort("turn", "coded")
        vocabulary = both["coded"].unique().sort()
        return both.select("turn", word=vocabulary.search_sorted(both["coded"]).cast(pl.Int64)), vocabulary

    def coded(self, words: pl.Series) -> pl.Series:
        """Words as they are compared: by their keyed hash, but for words of grammar and address.

        A word of four letters or more is hashed to letters, for only such words make titles; a longer number to
        digits, for the numbers of heads are compared apart; any other, short names among them, becomes what is
        neither. A number of at most four digits stays.
        """
        hashes = self.hashed(words)
        hexadecimal, word = hashes.str.strip_prefix("#"), pl.col("word")
        letters = hexadecimal.str.replace_many(list("0123456789"), list("ghijklmnop")).str.pad_start(16, "g")
        digits = hexadecimal.str.to_integer(base=16).cast(pl.String).str.pad_start(19, "0")
        frame = pl.DataFrame({"word": words, "hash": hashes, "letters": letters, "digits": digits})
        return frame.select(
            coded=pl.when(word.is_in(list(self.kept_words)) | word.str.contains(_FEW_DIGITS)).then("word")
            .when(word.str.contains(r"^\pL{4,}$")).then("letters")
            .when(word.str.contains(r"^\d+$")).then("digits")
            .otherwise("hash")
        )["coded"]  # fmt: skip

    def coded_lists(self, column: pl.Series) -> pl.Series:
        """Lists of words, as :meth:`coded`."""
        words = column.explode().drop_nulls().unique()
        known = dict(zip(words.to_list(), self.coded(words).to_list(), strict=True))
        return pl.Series(
            column.name,
            [None if row is None else [known[word] for word in row] for row in column.to_list()],
            dtype=pl.List(pl.String),
        )


def hashed(texts: pl.Series, key: DigestKey) -> pl.Series:
    """Keyed hash of each text: '#' and hexadecimal digits."""
    return pl.Series("hash", [f"#{one:x}" for one in key.hashes(texts.to_list())], dtype=pl.String)


def _places(messages: pl.DataFrame) -> pl.DataFrame:
    return messages.filter(pl.col("frozen_at").is_not_null()).select("frozen_at", "at")


def _continued(values: pl.Series, more: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Distinct values with further ones after them, and the places of the further ones."""
    every = pl.concat([values, more.alias(values.name)]).unique(maintain_order=True)
    place = every.to_frame("value").with_row_index("place")
    return every, more.to_frame("value").join(place, on="value", how="left", maintain_order="left")["place"]


def _next(column: pl.Series) -> int:
    """The number after the highest one of a column."""
    highest = column.max()
    return highest + 1 if isinstance(highest, int) else 1


def _summed(read: pl.DataFrame, frozen: pl.DataFrame, n_turns: int) -> pl.DataFrame:
    """One row per turn: sums, and flags that hold for any part. A sum is NULL where a part was never counted."""
    every = pl.DataFrame({"turn": range(n_turns)}, schema={"turn": read.schema["turn"]})
    both = pl.concat([read, frozen], how="diagonal_relaxed").select(read.columns)
    flags = [name for name, dtype in read.schema.items() if dtype == pl.Boolean]
    sums = [name for name in read.columns if name not in (*flags, "turn", "tags")]
    grouped = both.group_by("turn").agg(
        pl.col(flags).any(),
        pl.col(sums).sum(),
        pl.col("tags").bitwise_or(),
        **{f"no_{name}": pl.col(name).is_null().any() for name in _COUNTED_LATER},
    )
    whole = every.join(grouped, on="turn", how="left", maintain_order="left")
    return (
        whole.with_columns(pl.col(flags).fill_null(False), pl.col(*sums, "tags").fill_null(0))
        .with_columns(pl.when(~pl.col(f"no_{name}").fill_null(False)).then(name) for name in _COUNTED_LATER)
        .select(read.columns)
        .cast(pl.Schema(read.schema))
    )


@dataclass(frozen=True, slots=True)
class Texts:
    """What measuring read of a group's texts: the prepared messages, lists and words of those still there.

    ``standing``: at (first message), block of the versions of all lists that are lists of people.
    """

    messages: pl.DataFrame
    lists: Lists
    standing: pl.DataFrame
    reading: Reading
    lexicon_version: str


def freeze(texts: Texts, frozen: Frozen, until: dt.date) -> Frozen:
    """Add what was read of the messages up to a day, whole turns at a time.

    Args:
        texts: of the group; what is frozen already is left alone. frozen: so far, maybe empty.
        until: last day in the group's zone.
    """
    messages = identified(texts.messages)
    live = pl.col("text_key").is_not_null() & pl.col("text").is_not_null() & pl.col("frozen_at").is_null()
    old = messages.filter(live & (pl.col("local_date") <= until))
    whole = messages.filter(live & pl.col("turn").is_in(old["turn"].drop_nulls().implode()).fill_null(False))
    chosen = pl.concat([old, whole]).unique("at").sort("at")
    if chosen.is_empty():
        return frozen
    held = frozen.parts["messages"]
    first_at = _next(held["frozen_at"])
    first_turn = _next(held["frozen_turn"])
    ids = chosen.select("at", frozen_at=pl.int_range(pl.len()) + first_at)
    turns = (
        chosen.select("turn")
        .drop_nulls()
        .unique()
        .sort("turn")
        .with_columns(frozen_turn=pl.int_range(pl.len()) + first_turn)
    )
    n_lists = _next(frozen.parts["versions"]["frozen_version"])
    new = {
        "messages": _messages(texts, chosen, ids, turns, frozen),
        "turns": texts.reading.turn_words.join(turns, on="turn", maintain_order="left").drop("turn"),
        "content": _content(texts.reading, turns, frozen),
        "spoken": texts.reading.spoken_to.join(turns, on="turn", maintain_order="left")
        .join(frozen.refs, on="member_key", maintain_order="left")
        .select("frozen_turn", "ref", "nth"),
    } | _lists(texts.lists, ids, frozen, n_lists)  # fmt: skip
    parts = {
        name: pl.concat([frozen.parts[name], new[name]], how="diagonal_relaxed")
        if frozen.parts[name].width
        else new[name]
        for name in PARTS
    }
    at = pl.concat([_places(texts.messages), ids.select("frozen_at", "at")])
    return replace(frozen, parts=without_prose(parts, at.join(texts.standing, on="at"), until))


def nothing(key: DigestKey, refs: pl.DataFrame) -> Frozen:
    """A group of which nothing is frozen yet."""
    parts = {name: pl.DataFrame() for name in PARTS}
    parts["messages"] = pl.DataFrame(
        schema={
            "minute": pl.Datetime("us"), "text_key": pl.Int64, "nth": pl.Int64, "frozen_at": pl.Int64,
            "frozen_turn": pl.Int64, "plain_left": pl.String, "same_text": pl.String,
            "local_date": pl.Date, "lexicon_version": pl.String,
        }
    )  # fmt: skip
    parts["versions"] = pl.DataFrame(schema={"frozen_version": pl.Int64})
    return Frozen(parts, key, refs)


def _messages(
    texts: Texts, chosen: pl.DataFrame, ids: pl.DataFrame, turns: pl.DataFrame, frozen: Frozen
) -> pl.DataFrame:
    counted = texts.reading.messages
    new = [name for name in counted.columns if name not in chosen.columns]
    rows = chosen.join(counted.select("at", *new), on="at", how="left", maintain_order="left")
    rows = (
        rows.drop("frozen_at")
        .join(ids, on="at", maintain_order="left")
        .join(turns, on="turn", how="left", maintain_order="left")
    )
    rows = rows.with_columns(frozen.coded_lists(rows[name]) for name in TITLES)
    return rows.select(
        *IDENTITY, "frozen_at", "frozen_turn", "same_text", "local_date", *new,
        plain_left=_left_of_gifts(rows["plain"]),
        lexicon_version=pl.lit(texts.lexicon_version),
    )  # fmt: skip


def _left_of_gifts(plain: pl.Series) -> pl.Series:
    """Of a gift told its sums; of other texts nothing."""
    shown = plain.alias("plain").to_frame().with_columns(is_told=is_told(pl.col("plain")).fill_null(False))
    sums = {text: _sums(text) for text in shown.filter("is_told")["plain"].unique().to_list()}
    left = pl.when("is_told").then(pl.col("plain").replace_strict(sums, default=None, return_dtype=pl.String))
    return shown.select(left=left)["left"]


def _sums(text: str) -> str:
    found = [value for line in text.splitlines() for value in amounts(line, in_donation_context=True)]
    return "\n".join(["sudah tf", *(f"rp{value:.0f}" for value in found)])


def _content(reading: Reading, turns: pl.DataFrame, frozen: Frozen) -> pl.DataFrame:
    coded = frozen.coded(reading.vocabulary)
    rows = reading.content.join(turns, on="turn")
    # in no order that says more than which words a turn has
    return rows.select("frozen_turn", coded=coded.gather(rows["word"])).unique().sort("frozen_turn", "coded")


def _lists(lists: Lists, ids: pl.DataFrame, frozen: Frozen, first: int) -> dict[str, pl.DataFrame]:
    held = lists.versions.join(ids.rename({"frozen_at": "first"}), on="at").sort("version")
    held = held.with_columns(frozen_version=pl.int_range(pl.len()) + first)
    parts = (
        held.select("frozen_version", at="messages").explode("at", empty_as_null=True).join(ids, on="at")
        .group_by("frozen_version").agg(held_in=pl.col("frozen_at").sort())
    )  # fmt: skip
    numbers = held.select("version", "frozen_version")
    names_dues = is_dues(pl.col("header").fill_null(""))
    versions = held.with_columns(header=pl.when(names_dues).then(pl.lit(_DUES))).join(
        parts, on="frozen_version", maintain_order="left"
    )
    entries = lists.entries.join(numbers, on="version", maintain_order="left").join(
        frozen.refs, on="member_key", how="left", maintain_order="left"
    )
    return {
        "versions": versions.drop([name for name in _OF_MESSAGE if name in versions.columns]).with_columns(
            *(frozen.coded_lists(versions[name]).list.sort() for name in HEADS),
            pl.col("dates", "clocks").list.sort(),
            title=pl.lit(None, dtype=pl.String),
        ),
        "entries": entries.drop("version", "member_key").with_columns(
            form=lists.forms.gather(entries["form"]), said=frozen.hashed(lists.lines).gather(entries["said"])
        ),
    }
