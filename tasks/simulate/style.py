"""How each member types: formal, lower case, abbreviated, with emoji."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tasks.simulate import phrases

#: Chat spellings; the first are common to all who abbreviate.
_SHORT = {
    " yang ": " yg ", " tidak ": " gak ", " sudah ": " udah ", " dengan ": " dgn ", " kalau ": " kalo ",
    " saja": " aja", "terima kasih": "makasih", " untuk ": " utk ", " sampai ": " sampe ", " banget": " bgt",
    " bagaimana ": " gimana ", " pakai ": " pake ", " sama-sama": " sama2", " kemarin ": " kmrn ",
    " sekarang ": " skrg ", " belum ": " blm ", "semuanya": "smuanya", " orang ": " org ",
    " habis ": " abis ", " malam ": " mlm ", " teman ": " temen ",
}  # fmt: skip
_FORMAL = (
    "umum.rapat",
    "umum.jawab",
    "peluang.buka",
    "belajar.buka",
    "usaha.jual",
    "duka.kabar",
    "kosong",
    "kabar.transfer",
    "terusan",
    "lebaran",
)
_HEAD = (*[""] * 24, "eh ", "duh ", "wah ", "nah ", "hmm ", "btw ", "aduh ", "atuh ", "euh ", "masyaallah ")
_TAIL = (
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    " 😄",
    " 🙏",
    " 😁",
    "...",
    " ya",
    " euy",
    "!",
    " 👍",
    " hehe",
    " atuh",
    "..",
)


def dress(
    texts: pl.Series, frame: pl.DataFrame, special: dict[str, tuple[pl.Series, NDArray[np.int64]]]
) -> pl.Series:
    """Texts as their authors would type them; announcements and lists stay as they are.

    ``frame`` gives ``author``, ``random`` and ``pool``, ``special`` the vocatives.
    A member has one manner of typing for life.
    """
    names = list(phrases.book().pools)
    formal = np.array([name in _FORMAL for name in names])[frame["pool"].to_numpy()]
    manner = phrases.mix(frame["author"].to_numpy().astype(np.uint64) * np.uint64(7919), 3) % 5
    manner = np.where(formal, 0, manner)
    tail = np.where(formal, 0, phrases.mix(frame["random"].to_numpy(), 24) % len(_TAIL))
    tail = np.where((manner == 0) | (manner == 1), 0, tail)
    chat = np.array([name.startswith("ngobrol.") for name in names])[frame["pool"].to_numpy()]
    start = np.where(chat, phrases.mix(frame["random"].to_numpy(), 27) % len(_HEAD), 0)
    called = (
        chat
        & (frame["target"].fill_null(-1).to_numpy() >= 0)
        & (phrases.mix(frame["random"].to_numpy(), 28) % 9 == 0)
    )
    vocative = special["sapa"][0].gather(special["sapa"][1])
    lower = pl.col("text").str.to_lowercase()
    dressed = (
        pl.when(pl.col("manner") < 2)
        .then(pl.col("text"))
        .when(pl.col("manner") == 2)
        .then(lower)
        .otherwise(lower.str.replace_many(list(_SHORT), list(_SHORT.values())))
    )
    linked = pl.col("text").str.contains("http", literal=True)
    ending = pl.when(pl.col("text").str.contains(r"[a-z]$") & (pl.col("text").str.len_chars() > 6)).then(
        pl.when("called").then("vocative").otherwise("tail")
    )  # fmt: skip
    frame = pl.DataFrame(
        {
            "text": texts,
            "manner": manner,
            "tail": pl.Series(_TAIL).gather(tail),
            "head": pl.Series(_HEAD).gather(start),
            "called": called,
            "vocative": " " + vocative,
        }
    )
    return frame.select(
        pl.when(linked)
        .then(pl.col("text"))
        .otherwise(pl.concat_str("head", dressed, ending.otherwise(pl.lit(""))))
        .alias("text")
    )["text"]
