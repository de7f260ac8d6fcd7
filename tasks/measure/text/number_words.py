"""Numbers in Indonesian words: 'dua ratus lima puluh ribu', 'sejuta setengah'."""

from __future__ import annotations

from collections.abc import Sequence

_UNITS = {
    word: number
    for number, word in enumerate(
        ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"], 1
    )
}
_SCALES = {"ribu": 10**3, "rebu": 10**3, "juta": 10**6, "miliar": 10**9, "milyar": 10**9}
_WITH_SE = ("puluh", "belas", "ratus", "ribu", "rebu", "juta", "miliar", "milyar")
#: 'limapuluh' is written in one word as often as in two.
_JOINED = {f"{unit}{mark}": [unit, mark] for unit in _UNITS for mark in (*_WITH_SE, *_SCALES)}
#: Every word that a number in words may hold.
NUMBER_WORDS = (
    *_UNITS, *_SCALES, "belas", "puluh", "ratus", "setengah", *(f"se{word}" for word in _WITH_SE), *_JOINED
)  # fmt: skip


def spelled(words: Sequence[str]) -> float | None:
    """The value of a number in words; None where the words are no number.

    Grammar: groups below a thousand, each followed by its scale, the scales falling (juta, ribu, none); in a
    group hundreds, then tens or teens, then a unit. 'setengah' adds half of the scale that follows it, or of
    the scale before it where it ends the number ('satu setengah juta', 'sejuta setengah', 'setengah juta').
    Two units in a row ('dua tiga ribu': two or three) are no number.
    """
    parts = [part for word in words for part in _JOINED.get(word) or _unprefixed(word)]
    if not parts:
        return None
    total, scale_before, start = 0.0, float("inf"), 0
    for place, word in enumerate(parts):
        if word not in _SCALES:
            continue
        group = _group(parts[start:place])
        scale = float(_SCALES[word])
        if group is None or scale >= scale_before:
            return None
        total, scale_before, start = total + group * scale, scale, place + 1
    rest = parts[start:]
    if not rest:
        return total
    if rest == ["setengah"]:
        return total + scale_before / 2 if total else None
    last = _group(rest)
    return None if last is None or last != int(last) else total + last


def _group(parts: Sequence[str]) -> float | None:
    """Value of the words before a scale: 1 to 999, perhaps with a half; None where they do not fit."""
    half = 0.5 if parts and parts[-1] == "setengah" else 0.0
    words = list(parts[:-1] if half else parts)
    if not words:
        return half or None
    hundreds, words = _before("ratus", words)
    if hundreds is None:
        return None
    tens, words = _before("puluh", words)
    if tens is None:
        return None
    value = 100.0 * hundreds + 10.0 * tens
    if not words:
        return value + half
    if len(words) > 2 or words[0] not in _UNITS or words[1:] not in ([], ["belas"]):
        return None
    if words[1:] and tens:
        return None
    return value + _UNITS[words[0]] + (10 if words[1:] else 0) + half


def _before(mark: str, words: list[str]) -> tuple[int | None, list[str]]:
    """The unit before a mark ('dua' 'ratus') and the words after it; 0 without the mark, None if no unit."""
    if mark not in words:
        return 0, words
    if len(words) < 2 or words[1] != mark or words[0] not in _UNITS:
        return None, words
    return _UNITS[words[0]], words[2:]


def _unprefixed(word: str) -> list[str]:
    """'seratus' -> 'satu', 'ratus'."""
    stem = word.removeprefix("se")
    return ["satu", stem] if word != stem and stem in _WITH_SE else [word]
