"""What an authored message is: text, a kind of media, deleted, a place, a poll; and the caption it keeps."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import polars as pl

from schemas.vocabulary import MESSAGE_KINDS
from tasks.parse.columns import coded, replaced
from tasks.parse.templates import CAPTURED, MARKS, Template, languages_of, match, plain, templates

LRM = "\u200e"
#: Kinds whose words remain when the phone's mark is taken off.
_SUFFIXED = ("attached", "image", "video", "audio", "gif", "sticker", "document", "media", "contact")
#: Kinds after whose first line more may come: a caption, the options of a poll.
_CAPTIONED = (*_SUFFIXED, "poll")
#: So many signs at the end or the beginning of a wording tell it from nearly all that people write.
_GATE_SIGNS = 8
#: How the expression of a wording ends that anything may follow.
_OPEN_END = "(?s:.*)"
#: Kinds whose wording a person may well have written: only as a phone of that make writes it.
_STRICT = ("call",)
_FILE_KINDS = {
    "sticker": r"(?i)(?:^|[/-])STK-|sticker|\.webp$",
    "gif": r"(?i)(?:^|-)GIF-|\.gif$",
    "contact": r"(?i)\.vcf$",
    "audio": r"(?i)(?:^|-)(?:AUD|PTT|AUDIO)-|\.(?:opus|ogg|m4a|mp3|aac|amr|wav)$",
    "video": r"(?i)(?:^|-)(?:VID|VIDEO)-|\.(?:mp4|mov|3gp|mkv|avi|webm)$",
    "image": r"(?i)(?:^|-)(?:IMG|PHOTO)-|\.(?:jpe?g|png|heic|heif|bmp)$",
}
#: A document shows its name and length before the mark; the name of a file is not a member's word.
_DOCUMENT_TITLE = r"(?s)^.*\u2022[ \u200e]*\d+ [^\n]*$"
#: A poll in a language without a known wording: a heading, the question, options with votes.
_POLL_SHAPE = r"^\p{Lu}[\p{Lu} ]*:\n[^\n]+(?:\n[\p{Lu} ]+: [^\n]*\(\d+ [^\n()]+\)){2,}\s*$"


@cache
def kind_templates(platform: str) -> tuple[Template, ...]:
    """Wordings that stand for a whole message or its first line."""
    kinds = (*MESSAGE_KINDS, "attached")
    return tuple(
        template
        for template in templates(kinds)
        if template.kind not in _STRICT or template.platform in ("any", platform)
    )


@cache
def _edited() -> str:
    """The mark of an edit at the end of a text."""
    bodies = "|".join(template.body for template in templates(("edited",)))
    return rf"[\s{LRM}]*(?:{bodies})\s*$"


def _alternation(listed: list[Template]) -> str:
    return "|".join(_unnamed(template.body) for template in listed)


def _unnamed(body: str) -> str:
    for name in CAPTURED:
        body = body.replace(f"(?P<{name}>", "(?:")
    return body


class _Filters(NamedTuple):
    """Cheap tests for a first line: whole wordings, and endings of wordings that begin with anything."""

    whole: str
    ending: str


@cache
def _first_line(platform: str) -> _Filters:
    """Anchored at the front, an expression gives up at once on nearly every line; at the end as well."""
    listed = kind_templates(platform)
    open_ones = [template for template in listed if template.body.startswith("(?P<")]
    fixed = [template for template in listed if template not in open_ones]
    endings = "|".join(
        re.escape(template.literal_end or template.key) + ("" if template.literal_end else ".*")
        for template in open_ones
    )
    return _Filters(rf"^{MARKS}*(?:{_alternation(fixed)})[\s{LRM}]*$", rf"(?:{endings})\.?[\s{LRM}]*$")


@cache
def _at_end(platform: str) -> str:
    suffixed = [template for template in kind_templates(platform) if template.kind in _SUFFIXED]
    return rf"(?s)^(.*?)\s*{LRM}((?:{_alternation(suffixed)}))\s*$"


@cache
def _candidate(platform: str) -> tuple[str, str]:
    """Two tests that give up after a few signs of nearly every line: what its end is, and its beginning.

    Every line that any other test of this module can match, ends in a blank or with a colon passes one.
    """
    listed = (*kind_templates(platform), *templates(("edited",)))
    ends = {template.literal_end[-_GATE_SIGNS:] for template in listed if template.literal_end}
    begins = {
        template.key[:_GATE_SIGNS]
        for template in listed
        if not template.literal_end or template.body.endswith(_OPEN_END)
    }
    return rf"(?:{_any_of(ends)})\.?[\s{LRM}]*$|[\s:]$", rf"^{MARKS}*(?:{_any_of(begins)})"


def _any_of(literals: set[str]) -> str:
    return "|".join(re.escape(literal).replace("'", "['\u2019]") for literal in sorted(literals))


class Kinds(NamedTuple):
    """``kind``, ``text`` (NULL without any) and ``is_edited`` per message, marked messages per language."""

    kind: pl.Series
    text: pl.Series
    is_edited: pl.Series
    wordings: dict[str, int]


def read_kinds(body: pl.Series, text: pl.Series, platform: str) -> Kinds:
    """Tell the kind of each message and take the phone's marks off its text.

    Args:
        body: first line of each message.
        text: all of it.
        platform: android | ios.
    """
    is_led = body.str.starts_with(LRM) if platform == "ios" else None
    places = _candidates(body, text, is_led, platform)
    found = _read(body.gather(places), text.gather(places), platform, is_led is not None and is_led.any())
    words = replaced(text, places, found.text)
    return Kinds(
        replaced(pl.repeat("text", len(text), eager=True), places, found.kind).alias("kind"),
        words.set(words == "", None).alias("text"),
        replaced(pl.repeat(False, len(text), eager=True), places, found.is_edited).alias("is_edited"),
        found.wordings,
    )


def _candidates(body: pl.Series, text: pl.Series, is_led: pl.Series | None, platform: str) -> pl.Series:
    """Rows that may be anything but one line of plain text."""
    end, begin = _candidate(platform)
    chosen = (
        body.str.contains(end) | body.str.contains(begin) | (body.str.len_bytes() != text.str.len_bytes())
    )
    return (chosen if is_led is None else chosen | is_led).arg_true()


def _read(body: pl.Series, text: pl.Series, platform: str, has_led: bool) -> Kinds:
    """The kinds of candidates. ``has_led``: some line of the file begins with a direction mark."""
    is_edited, body, text = _edits(body, text)
    marked = _on_first_line(body, text, platform, has_led)
    found = pl.concat([marked, _on_last_line(text, marked["row"], platform)]) if platform == "ios" else marked
    polls = _by_shape(body, text, found["row"])
    kinds = pl.concat([found.select("row", "kind", "caption"), polls])
    words = replaced(text, kinds["row"], kinds["caption"]).str.strip_chars_end()
    return Kinds(
        replaced(pl.repeat("text", len(text), eager=True), kinds["row"], kinds["kind"]),
        words.str.strip_chars_start(LRM) if platform == "ios" else words,
        is_edited,
        languages_of(found["template"], list(kind_templates(platform))),
    )


def _edits(body: pl.Series, text: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Which texts end with the mark of an edit, and first lines and texts without it."""
    mark = _edited()
    is_edited = text.str.contains(mark)
    rows = is_edited.arg_true()
    if len(rows):
        text = replaced(text, rows, text.gather(rows).str.replace(mark, ""))
        body = replaced(body, rows, body.gather(rows).str.replace(mark, ""))
    return is_edited, body, text


def _on_first_line(body: pl.Series, text: pl.Series, platform: str, has_led: bool) -> pl.DataFrame:
    """Messages whose first line is a wording; what follows it is the caption.

    An iPhone leads its own words with a direction mark: where a file has any, words without are a member's.
    """
    filters = _first_line(platform)
    lines = coded(body)
    is_wording = lines.values.str.contains(filters.whole) | lines.values.str.contains(filters.ending)
    if has_led:
        is_wording &= lines.values.str.contains(LRM, literal=True) | (lines.values == "null")
    is_marked = pl.Series(lines.where(is_wording.to_numpy()))
    rows = _rows(is_marked, body=body, text=text)
    return _resolved(
        rows.with_columns(
            words=plain(pl.col("body")), caption=pl.col("text").str.slice(pl.col("body").str.len_chars() + 1)
        ),
        platform,
    )


def _on_last_line(text: pl.Series, known: pl.Series, platform: str) -> pl.DataFrame:
    """Messages that end with a wording behind a direction mark; what stands before it is the caption."""
    rows = _rows(text.str.contains(LRM, literal=True), text=text).filter(
        ~pl.col("row").is_in(known.implode())
    )
    ended = rows.with_columns(
        pl.col("text")
        .str.extract_groups(_at_end(platform))
        .struct.rename_fields(["before", "words"])
        .alias("groups")
    ).unnest("groups")
    return _resolved(
        ended.filter(pl.col("words").is_not_null()).with_columns(
            words=plain(pl.col("words")),
            caption=pl.when(pl.col("before").str.contains(_DOCUMENT_TITLE))
            .then(pl.lit(""))
            .otherwise("before"),
        ),
        platform,
    )


def _rows(chosen: pl.Series, **columns: pl.Series) -> pl.DataFrame:
    places = chosen.arg_true()
    return pl.DataFrame({"row": places, **{name: column.gather(places) for name, column in columns.items()}})


def _resolved(rows: pl.DataFrame, platform: str) -> pl.DataFrame:
    """Rows with ``words`` -> their kind: from the wording, or from the name of the attached file."""
    listed = kind_templates(platform)
    matched = match(rows["words"].unique(), listed).rename({"text": "words"})
    joined = rows.join(matched, on="words", how="inner", maintain_order="left")
    kind = pl.col("template").replace_strict(
        list(range(len(listed))), [template.kind for template in listed], return_dtype=pl.String
    )
    by_file = pl.lit("document")
    for name, pattern in reversed(_FILE_KINDS.items()):
        by_file = pl.when(pl.col("file").str.contains(pattern)).then(pl.lit(name)).otherwise(by_file)
    has_caption = pl.col("caption").str.strip_chars() != ""
    return joined.filter(kind.is_in(_CAPTIONED) | ~has_caption).select(
        "row",
        "template",
        kind=pl.when(kind == "attached").then(by_file).otherwise(kind),
        caption=pl.when(kind == "poll")
        .then(pl.col("text").str.replace_all(LRM, ""))
        .when(pl.col("url").is_not_null())
        .then("url")
        .otherwise("caption"),
    )


def _by_shape(body: pl.Series, text: pl.Series, known: pl.Series) -> pl.DataFrame:
    """Polls in a language without a known wording."""
    rows = (
        _rows(body.str.ends_with(":"), text=text)
        .filter(~pl.col("row").is_in(known.implode()))
        .with_columns(caption=pl.col("text").str.replace_all(MARKS, ""))
    )
    return rows.filter(pl.col("caption").str.contains(_POLL_SHAPE)).select(
        "row", pl.lit("poll").alias("kind"), "caption"
    )
