"""Lines of messages that may hold a list: numbers, slots, entries."""

from __future__ import annotations

import polars as pl

MAX_LINES = 500
#: A numbered entry: '1.', '1)', '1-', '*1.*', '1️⃣' (whose sign was made a full stop before).
NUMBERED = r"^[\s>*_~•\-]*(\d{1,3})\s*[*_~]*\s*[.)\-]+[*_~]*(\s.*|[^\d\s].*|)$"
JUZ = r"(?i)^[\s>*_~•\-\d.)]*juz[ '’]*(\d{1,2})[a-d]?\b\s*[*_~]*\s*[.):\-=>]*\s*(.*)$"
#: Quick test, in one pass over whole texts, for what cannot be a list.
MAYBE_LIST = (
    r"(?m)^[\s>*_~•\-]*1\s*\x{fe0f}?\x{20e3}?\s*[*_~]*\s*[.)\-]"
    r"|^[\s>*_~•\-]*1\x{fe0f}?\x{20e3}|^[\s>*_~•\-\d.)]*(?i:juz)[ '’]*\d"
)


def list_lines(messages: pl.DataFrame) -> pl.DataFrame:
    """Lines of the messages that hold a list.

    Args:
        messages: at (row), text.

    Returns:
        at, line (ordinal), raw (the line), number (Int64, NULL outside entries), body (the entry's text),
        part ('header', 'item', 'footer', 'note'), is_juz, is_seed. A list has entries 1 and 2 or at least 10
        juz lines. A seed has an entry 1 alone: it may be the first version of a list, if copies follow.
    """
    some = messages.filter(
        pl.col("text").str.contains("\n", literal=True) & pl.col("text").str.contains(MAYBE_LIST)
    )
    lines = (
        some.select(
            "at",
            raw=pl.col("text")
            .str.replace_all("\U0001f51f", "10.")
            .str.replace_all(r"\x{fe0f}?\x{20e3}", ".")
            .str.split("\n")
            .list.head(2 * MAX_LINES),
        )
        .explode("raw", empty_as_null=True)
        .with_columns(
            pl.col("raw")
            .fill_null("")
            .str.normalize("NFKC")
            .str.replace_all(r"[\p{Cf}\x{fe00}-\x{fe0f}]", ""),
            line=pl.int_range(pl.len()).over("at"),
        )
        # keycaps of two digits come as '1.0.'
        .with_columns(pl.col("raw").str.replace(r"^([\s>*_~•\-]*)(\d)\.(\d)\.", "${1}${2}${3}."))
    )
    juz, numbered = pl.col("raw").str.extract_groups(JUZ), pl.col("raw").str.extract_groups(NUMBERED)
    parsed = lines.with_columns(
        is_juz=pl.col("raw").str.contains(JUZ),
        juz_no=juz.struct[0].cast(pl.Int64, strict=False),
        juz_body=juz.struct[1],
        item_no=numbered.struct[0].cast(pl.Int64, strict=False),
        item_body=numbered.struct[1],
    )
    told = parsed.group_by("at").agg(
        by_juz=pl.col("is_juz").sum() >= 10,
        by_number=(pl.col("item_no") == 1).any() & (pl.col("item_no") == 2).any(),
        is_seed=(pl.col("item_no") == 1).any() & (pl.col("item_no").count() == 1),
    )
    chosen = told.filter(pl.col("by_juz") | pl.col("by_number") | pl.col("is_seed"))
    kept = parsed.join(chosen, on="at", maintain_order="left")
    number = pl.when("by_juz").then(pl.col("juz_no")).otherwise(pl.col("item_no"))
    kept = kept.select(
        "at",
        "line",
        "raw",
        "is_seed",
        is_juz=pl.col("by_juz"),
        number=number,
        body=pl.when("by_juz").then("juz_body").otherwise("item_body"),
    )
    first = pl.col("line").filter(pl.col("number").is_not_null()).min().over("at")
    last = pl.col("line").filter(pl.col("number").is_not_null()).max().over("at")
    return kept.with_columns(
        part=pl.when(pl.col("number").is_not_null())
        .then(pl.lit("item"))
        .when(pl.col("line") < first)
        .then(pl.lit("header"))
        .when(pl.col("line") > last)
        .then(pl.lit("footer"))
        .otherwise(pl.lit("note"))
    ).sort("at", "line")
