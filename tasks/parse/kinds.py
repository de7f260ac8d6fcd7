"""What an authored message is: text, a kind of media, deleted, a place, a poll; and the caption it keeps."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.vocabulary import MESSAGE_KINDS
from tasks.parse import polls
from tasks.parse.columns import coded, either, replaced
from tasks.parse.gate import Edges, Gate, gate_of, may_pass
from tasks.parse.templates import CAPTURED, MARKS, SPACES, Template, languages_of, match, plain, templates
from warehouse.reference.markers import wordings

LRM = "\u200e"
#: Kinds whose words remain when the phone's mark is taken off.
_SUFFIXED = ("attached", "image", "video", "audio", "gif", "sticker", "document", "media", "contact")
#: Kinds after whose first line more may come: a caption, the options of a poll.
_CAPTIONED = (*_SUFFIXED, "poll")
#: So many signs at the end or the beginning of a wording tell it from nearly all that people write.
_EDGE_SIGNS = 8
#: How the expression of a wording ends that anything may follow.
_OPEN_END = "(?s:.*)"
#: Signs that stand for an apostrophe; direction marks.
_APOSTROPHES = "'\u2019"
_MARK_SIGNS = "\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\ufeff"
#: What is found of a message: its place, the wording, the kind and the words that remain.
_FOUND = {"row": pl.get_index_type(), "template": pl.Int32(), "kind": pl.String(), "caption": pl.String()}
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
#: A file shown by its name alone, as iPhones show a document that they leave out.
_FILE_NAME, _LONGEST_NAME = r"^([^\n]+)\.[A-Za-z0-9]{1,5}$", 200
#: What people put around the mark of a text that they pass on.
_AROUND_MARK = "*_~[]() .:\u200e"


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
def _forwarded() -> frozenset[str]:
    """First lines that say of a text that it was passed on, in small letters."""
    return frozenset(line.wording.lower() for line in wordings() if line.kind == "forwarded")


@cache
def _attachment() -> str:
    """A further attachment among the lines of a caption."""
    attached = [template for template in templates(("attached",)) if template.platform != "android"]
    return rf"\n?{LRM}(?:{_alternation(attached)})"


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


class _Wordings(NamedTuple):
    """Those that begin with words of their own, and the ends of the others, or words within where they have none."""

    fixed: tuple[Template, ...]
    ends: tuple[str, ...]
    within: tuple[str, ...]


@cache
def _on_one_line(platform: str) -> _Wordings:
    listed = kind_templates(platform)
    others = [template for template in listed if template.body.startswith("(?P<")]
    return _Wordings(
        tuple(template for template in listed if template not in others),
        tuple(template.literal_end for template in others if template.literal_end),
        tuple(template.key for template in others if not template.literal_end),
    )


@cache
def _at_end(platform: str) -> str:
    suffixed = [template for template in kind_templates(platform) if template.kind in _SUFFIXED]
    return rf"(?s)^(.*?)\s*{LRM}((?:{_alternation(suffixed)}))\s*$"


class _Edges(NamedTuple):
    """How wordings begin where anything may follow, and how the others end."""

    begins: frozenset[str]
    ends: frozenset[str]


@cache
def _edges(platform: str) -> _Edges:
    listed = (*kind_templates(platform), *templates(("edited",)))
    begins = {
        template.key[:_EDGE_SIGNS]
        for template in listed
        if not template.literal_end or template.body.endswith(_OPEN_END)
    }
    ends = {template.literal_end[-_EDGE_SIGNS:] for template in listed if template.literal_end}
    return _Edges(_with_apostrophes(begins), _with_apostrophes(ends))


def _with_apostrophes(literals: set[str]) -> frozenset[str]:
    return frozenset(literal.replace("'", sign) for literal in literals for sign in _APOSTROPHES)


def _may_be_wording(lines: pl.Series, platform: str) -> npt.NDArray[np.bool_]:
    """Whether a line may be one of the phone's own: by its outermost signs, without an expression to compile."""
    begins = lines.str.strip_chars_start(_MARK_SIGNS).to_frame("begin")
    known = _by_length(_edges(platform).begins)
    begins_so = begins.select(pl.any_horizontal(pl.col("begin").str.head(n).is_in(some) for n, some in known))
    return (
        _ends_as_wording(lines.str.strip_chars_end(SPACES + LRM), platform) | begins_so.to_series().to_numpy()
    )


def _ends_as_wording(texts: pl.Series, platform: str) -> npt.NDArray[np.bool_]:
    """Whether a text without blanks behind it ends as a wording behind which nothing may follow."""
    ends, known = texts.str.strip_suffix(".").to_frame("end"), _by_length(_edges(platform).ends)
    ends_so = ends.select(pl.any_horizontal(pl.col("end").str.tail(n).is_in(some) for n, some in known))
    return ends_so.to_series().to_numpy(writable=True)


@cache
def _by_length(literals: frozenset[str]) -> tuple[tuple[int, list[str]], ...]:
    lengths = sorted({len(literal) for literal in literals})
    return tuple((n, [literal for literal in sorted(literals) if len(literal) == n]) for n in lengths)


@cache
def _gate(platform: str) -> Gate:
    """The same by bytes, and a direction mark in front."""
    begins, ends = _edges(platform)
    return gate_of({*begins, *_MARK_SIGNS}, {*ends, *SPACES, LRM, ".", ":"})


class Kinds(NamedTuple):
    """``kind``, ``text`` (NULL without any), ``is_edited`` and ``is_forwarded`` per message, marked messages
    per language."""

    kind: pl.Series
    text: pl.Series
    is_edited: pl.Series
    is_forwarded: pl.Series
    wordings: dict[str, int]


class First(NamedTuple):
    """Places of first lines led by a direction mark, and of what is perhaps not one line of plain text."""

    led: npt.NDArray[np.int64]
    candidates: npt.NDArray[np.int64]


def look_at_first_lines(body: pl.Series, edges: Edges, platform: str) -> First:
    """Look at every first line once: at its outermost bytes, then with tests that give up after a few signs.

    Args:
        body: first line of each message.
        edges: the same as places of the text; unsure where a message has more lines.
        platform: android | ios.
    """
    places = np.flatnonzero(may_pass(edges, _gate(platform)))
    lines = body.gather(places)
    is_led = lines.str.starts_with(LRM).to_numpy()
    is_candidate = edges.is_unsure[places]
    sure = np.flatnonzero(~is_candidate)
    asked = lines.gather(sure)
    # What ends in a blank or with a colon is to be stripped, or may head a poll; what is empty says nothing.
    is_ragged = asked.str.tail(1).is_in([*SPACES, ":", ""]).to_numpy()
    is_candidate[sure[_may_be_wording(asked, platform) | is_ragged]] = True
    return First(places[is_led], places[is_candidate])


def read_kinds(body: pl.Series, text: pl.Series, first: First, platform: str) -> Kinds:
    """Tell the kind of each message and take the phone's marks off its text.

    Args:
        body: first line of each message.
        text: all of it.
        first: what the first lines look like.
        platform: android | ios.
    """
    has_led = platform == "ios" and len(first.led) > 0
    places = either(len(text), first.candidates, first.led) if has_led else first.candidates
    found = _read_each(body.gather(places), text.gather(places), platform, has_led)
    words = found.text.set(found.text == "", None)
    at, nothing = pl.Series(places), pl.repeat(False, len(text), eager=True)
    return Kinds(
        replaced(pl.repeat("text", len(text), eager=True), at, found.kind).alias("kind"),
        replaced(text, at, words).alias("text"),
        replaced(nothing, at, found.is_edited).alias("is_edited"),
        replaced(nothing, at, found.is_forwarded).alias("is_forwarded"),
        found.wordings,
    )


def _read_each(body: pl.Series, text: pl.Series, platform: str, has_led: bool) -> Kinds:
    """The kinds of candidates; of texts of one line, most of which come again and again, each once."""
    is_one_line = body.str.len_bytes() == text.str.len_bytes()
    lines, longer = coded(text.filter(is_one_line)), ~is_one_line
    code = np.empty(len(text), np.int64)
    code[is_one_line.to_numpy()] = lines.code
    code[longer.to_numpy()] = len(lines.values) + np.arange(int(longer.sum()))
    found = _read(
        pl.concat([lines.values, body.filter(longer)]),
        pl.concat([lines.values, text.filter(longer)]),
        np.bincount(code, minlength=int(code.max(initial=-1)) + 1),
        platform,
        has_led,
    )
    return Kinds(
        found.kind.gather(code),
        found.text.gather(code),
        found.is_edited.gather(code),
        found.is_forwarded.gather(code),
        found.wordings,
    )


def _read(
    body: pl.Series, text: pl.Series, n_times: npt.NDArray[np.int64], platform: str, has_led: bool
) -> Kinds:
    """The kinds of candidates, each of which comes so many times.

    ``has_led``: some line of the file begins with a direction mark.
    """
    is_edited, body, text = _edits(body, text)
    marked = _on_first_line(body, text, platform, has_led)
    found = pl.concat([marked, _on_last_line(text, marked["row"], platform)]) if platform == "ios" else marked
    shaped = _by_shape(body, text, found["row"])
    kinds = pl.concat([found.select("row", "kind", "caption"), shaped])
    words = replaced(text, kinds["row"], kinds["caption"]).str.strip_chars_end()
    kind = replaced(pl.repeat("text", len(text), eager=True), kinds["row"], kinds["kind"])
    is_forwarded, words = _forwards(kind, words)
    return Kinds(
        kind,
        words.str.strip_chars_start(LRM) if platform == "ios" else words,
        is_edited,
        is_forwarded,
        languages_of(
            found["template"].gather(np.repeat(np.arange(len(found)), n_times[found["row"].to_numpy()])),
            kind_templates(platform),
        ),
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


def _forwards(kind: pl.Series, text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Which texts begin with a line that says they were passed on, and texts without that line."""
    rows = ((kind == "text") & text.str.contains("\n", literal=True).fill_null(False)).arg_true()
    split = text.gather(rows).str.splitn("\n", 2).struct.rename_fields(["mark", "rest"]).struct.unnest()
    is_mark = split["mark"].str.strip_chars(_AROUND_MARK).str.to_lowercase().is_in(_forwarded())
    rows, rest = rows.filter(is_mark), split["rest"].filter(is_mark)
    is_forwarded = replaced(
        pl.repeat(False, len(text), eager=True), rows, pl.repeat(True, len(rows), eager=True)
    )
    return is_forwarded, replaced(text, rows, rest.str.strip_chars_start())


def _on_first_line(body: pl.Series, text: pl.Series, platform: str, has_led: bool) -> pl.DataFrame:
    """Messages whose first line is a wording; what follows it is the caption.

    An iPhone leads its own words with a direction mark: where a file has any, words without are a member's.
    """
    lines = coded(body)
    is_wording = _are_wordings(lines.values, platform)
    if has_led:
        led = lines.values.str.contains(LRM, literal=True) | (lines.values == "null")
        is_wording &= led.fill_null(False).to_numpy()
    is_marked = pl.Series(lines.where(is_wording))
    rows = _rows(is_marked, body=body, text=text)
    return _resolved(
        rows.with_columns(
            words=plain(pl.col("body")), caption=pl.col("text").str.slice(pl.col("body").str.len_chars() + 1)
        ),
        platform,
    )


def _are_wordings(lines: pl.Series, platform: str) -> npt.NDArray[np.bool_]:
    """Which distinct lines are, but for marks around them, a wording, or end as those do that begin with a name."""
    known = _on_one_line(platform)
    is_wording = _may_be_wording(lines, platform)
    places = np.flatnonzero(is_wording)
    bare = lines.gather(places).str.strip_chars_start(_MARK_SIGNS).str.strip_chars_end(SPACES + LRM)
    whole = set(match(bare.unique(), known.fixed)["text"])
    is_wording[places] = [
        line in whole
        or line.removesuffix(".").endswith(known.ends)
        or any(literal in line for literal in known.within)
        for line in bare.to_list()
    ]
    return is_wording


def _on_last_line(text: pl.Series, known: pl.Series, platform: str) -> pl.DataFrame:
    """Messages that end with a wording behind a direction mark; what stands before it is the caption."""
    rows = _rows(text.str.contains(LRM, literal=True), text=text)
    may_be = pl.Series(_ends_as_wording(rows["text"].str.strip_chars_end(SPACES), platform))
    rows = rows.filter(may_be, ~pl.col("row").is_in(known.implode()))
    if rows.is_empty():
        return pl.DataFrame(schema=_FOUND)
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
            .otherwise(pl.col("before").str.replace_all(_attachment(), "")),
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
    kind = pl.Series(
        "kind", [listed[number].kind for number in matched["template"].to_list()], dtype=pl.String
    )
    joined = rows.join(matched.with_columns(kind), on="words", how="inner", maintain_order="left")
    has_caption = pl.col("caption").str.strip_chars() != ""
    found = joined.filter(pl.col("kind").is_in(_CAPTIONED) | ~has_caption)
    held, told, caption = set(found["kind"]), pl.col("kind"), pl.col("caption")
    # What no row asks for need not be compiled.
    if "attached" in held:
        by_file = pl.lit("document")
        for name, pattern in reversed(_FILE_KINDS.items()):
            by_file = pl.when(pl.col("file").str.contains(pattern)).then(pl.lit(name)).otherwise(by_file)
        told = pl.when(pl.col("kind") == "attached").then(by_file).otherwise("kind")
    words = pl.when(pl.col("url").is_not_null()).then("url").otherwise(caption)
    if "document" in held:
        is_name = (pl.col("kind") == "document") & (
            caption.str.extract(_FILE_NAME).str.len_chars() <= _LONGEST_NAME
        )
        words = pl.when(is_name).then(pl.lit("")).otherwise(words)
    if "poll" in held:
        neutral = polls.neutral(pl.col("text").str.replace_all(LRM, ""))
        words = pl.when(pl.col("kind") == "poll").then(neutral).otherwise(words)
    return found.select("row", "template", kind=told, caption=words)


def _by_shape(body: pl.Series, text: pl.Series, known: pl.Series) -> pl.DataFrame:
    """Polls in a language without a known wording."""
    # Votes in brackets end a poll: to look at the end costs far less than to take marks off a text.
    may_be = (body.str.len_bytes() != text.str.len_bytes()) & body.str.contains(":", literal=True)
    rows = (
        _rows(may_be & text.str.strip_chars_end(SPACES + _MARK_SIGNS).str.ends_with(")"), text=text)
        .filter(~pl.col("row").is_in(known.implode()))
        .with_columns(caption=pl.col("text").str.replace_all(MARKS, ""))
        .filter(pl.col("caption").str.contains(polls.SHAPE_END))
    )
    # To compile the expressions of a poll costs more than all else here.
    found = rows.filter(polls.is_poll(pl.col("caption"))) if len(rows) else rows
    if found.is_empty():
        return pl.DataFrame(schema=_FOUND).drop("template")
    return found.select(
        "row", pl.lit("poll").alias("kind"), polls.neutral(pl.col("caption")).alias("caption")
    )
