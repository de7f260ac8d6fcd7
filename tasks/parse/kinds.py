"""What an authored message is: text, a kind of media, deleted, a place, a poll; and the caption it keeps."""

from __future__ import annotations

from functools import cache

import polars as pl

from schemas.vocabulary import MESSAGE_KINDS
from tasks.parse.templates import MARKS, Template, languages_of, plain, templates

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
_DOCUMENT_TITLE = r"(?s)^.*\u2022 *\d+ [^\n]*$"
#: A poll in a language without a known wording: a heading, the question, options with votes.
_POLL_SHAPE = r"^\p{Lu}[\p{Lu} ]*:\n[^\n]+(?:\n[\p{Lu} ]+: [^\n]*\(\d+ [^\n()]+\)){2,}\s*$"
_POLL_OPTION = r"(?m)^\p{L}[\p{L} ]*: .*\(\d+ [^\n()]+\)$"


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


def read_kinds(messages: pl.DataFrame, platform: str) -> tuple[pl.DataFrame, dict[str, int]]:
    """Tell the kind of each message and take the phone's marks off its text.

    Args:
        messages: one row per authored message: ``body`` (its first line) and ``text`` (all of it).
        platform: android | ios.

    Returns:
        ``kind, text, is_edited``, one row per message in order, and marked messages per language.
    """
    frame = messages.with_row_index("row")
    edited = frame["text"].str.contains(_edited(), strict=True)
    if edited.any():
        frame = _without_suffix(frame, edited)
    marked = _on_first_line(frame, platform)
    ended = _on_last_line(frame.filter(~frame["row"].is_in(marked["row"].implode())), platform)
    found = pl.concat([marked, ended])
    polls = _by_shape(frame, found["row"])
    listed = list(kind_templates(platform))
    languages = languages_of(found["template"], listed)
    kinds = pl.concat([found.select("row", "kind", caption="caption"), polls])
    result = frame.join(kinds, on="row", how="left", maintain_order="left").select(
        kind=pl.col("kind").fill_null("text"),
        text=_tidy(pl.when(pl.col("kind").is_null()).then("text").otherwise("caption")),
        is_edited=edited,
    )
    return result, languages


def _tidy(text: pl.Expr) -> pl.Expr:
    ended = text.str.strip_chars_end()
    return pl.when(ended.str.len_bytes() > 0).then(ended).otherwise(None)


def _without_suffix(frame: pl.DataFrame, edited: pl.Series) -> pl.DataFrame:
    return frame.with_columns(
        pl.when(edited).then(pl.col(name).str.replace(_edited(), "")).otherwise(name).alias(name)
        for name in ("body", "text")
    )


def _on_first_line(frame: pl.DataFrame, platform: str) -> pl.DataFrame:
    """Messages whose first line is a wording; what follows it is the caption.

    An iPhone leads its own words with a direction mark: where a file has any, words without are a member's.
    """
    rows = frame.filter(pl.col("body").str.contains(_first_line(platform)))
    if platform == "ios" and frame["body"].str.starts_with(LRM).any():
        rows = rows.filter(pl.col("body").str.contains(LRM, literal=True) | (pl.col("body") == "null"))
    rows = rows.with_columns(
        words=plain(pl.col("body")), caption=pl.col("text").str.slice(pl.col("body").str.len_chars() + 1)
    )
    return _resolved(rows, platform)


def _on_last_line(frame: pl.DataFrame, platform: str) -> pl.DataFrame:
    """Messages that end with a wording behind a direction mark; what stands before it is the caption."""
    rows = frame.filter(pl.col("text").str.contains(LRM, literal=True))
    groups = rows.select("row", "text", groups=pl.col("text").str.extract_groups(_at_end(platform))).unnest("groups")
    ended = groups.filter(pl.col("2").is_not_null()).with_columns(
        words=plain(pl.col("2")),
        caption=pl.when(pl.col("1").str.contains(_DOCUMENT_TITLE)).then(pl.lit("")).otherwise("1"),
    )
    return _resolved(ended, platform)


def _resolved(rows: pl.DataFrame, platform: str) -> pl.DataFrame:
    """Rows with ``words`` -> their kind: from the wording, or from the name of the attached file."""
    from tasks.parse.templates import match

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


def _by_shape(frame: pl.DataFrame, known: pl.Series) -> pl.DataFrame:
    rows = frame.filter(
        pl.col("body").str.ends_with(":") & (pl.col("text") != pl.col("body")) & ~pl.col("row").is_in(known.implode())
    ).with_columns(text=pl.col("text").str.replace_all(MARKS, ""))
    return rows.filter(pl.col("text").str.contains(_POLL_SHAPE)).select(
        "row", kind=pl.lit("poll"), caption=pl.col("text")
    )
