"""What an authored message is: text, a kind of media, deleted, a place, a poll; and the caption it keeps."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import polars as pl

from schemas.vocabulary import MESSAGE_KINDS
from tasks.parse.columns import replaced
from tasks.parse.templates import MARKS, Template, languages_of, match, plain, templates

LRM = "\u200e"
#: Kinds whose words remain when the phone's mark is taken off.
_SUFFIXED = ("attached", "image", "video", "audio", "gif", "sticker", "document", "media", "contact")
#: Kinds whose wording is so short that a person may have written it: only as the phone of that make writes it.
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
    bodies = "|".join(template.body for template in templates(("edited",)))
    return rf"(?s)[\s{LRM}]*(?:{bodies})\s*$"


def _alternation(listed: tuple[Template, ...]) -> str:
    return "|".join(_unnamed(template.body) for template in listed)


def _unnamed(body: str) -> str:
    for name in ("actor", "target", "targets", "file", "url", "group"):
        body = body.replace(f"(?P<{name}>", "(?:")
    return body


@cache
def _first_line(platform: str) -> str:
    return rf"^{MARKS}*(?:{_alternation(kind_templates(platform))})[\s{LRM}]*$"


@cache
def _at_end(platform: str) -> str:
    suffixed = tuple(template for template in kind_templates(platform) if template.kind in _SUFFIXED)
    return rf"(?s)^(.*?)\s*{LRM}((?:{_alternation(suffixed)}))\s*$"


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
    is_edited, body, text = _edits(body, text)
    marked = _on_first_line(body, text, platform)
    ended = _on_last_line(text, marked["row"], platform)
    found = pl.concat([marked, ended])
    polls = _by_shape(body, text, found["row"])
    kinds = pl.concat([found.select("row", "kind", "caption"), polls])
    kind = replaced(pl.repeat("text", len(text), eager=True), kinds["row"], kinds["kind"])
    words = replaced(text, kinds["row"], kinds["caption"]).str.strip_chars_end()
    if platform == "ios":
        words = words.str.strip_chars_start(LRM)
    tidy = words.set(words == "", None)
    return Kinds(
        kind.alias("kind"),
        tidy.alias("text"),
        is_edited.alias("is_edited"),
        languages_of(found["template"], list(kind_templates(platform))),
    )


def _edits(body: pl.Series, text: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Which texts end with the mark of an edit, and first lines and texts without it."""
    is_edited = text.str.contains(_edited())
    rows = is_edited.arg_true()
    if len(rows):
        text = replaced(text, rows, text.gather(rows).str.replace(_edited(), ""))
        body = replaced(body, rows, body.gather(rows).str.replace(_edited(), ""))
    return is_edited, body, text


def _on_first_line(body: pl.Series, text: pl.Series, platform: str) -> pl.DataFrame:
    """Messages whose first line is a wording; what follows it is the caption.

    An iPhone leads its own words with a direction mark: where a file has any, words without are a member's.
    """
    is_marked = body.str.contains(_first_line(platform))
    if platform == "ios" and body.str.starts_with(LRM).any():
        is_marked &= body.str.contains(LRM, literal=True) | (body == "null")
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
    return joined.select(
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
