"""Whole numbers in Indonesian words."""

from __future__ import annotations

_UNITS = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")


def in_words(value: int) -> str:
    """A whole number from 1 to 999,999,999,999 in words, as one writes it on a receipt."""
    words: list[str] = []
    for name, scale in (("miliar", 10**9), ("juta", 10**6), ("ribu", 10**3), ("", 1)):
        group = value // scale % 1000
        if not group:
            continue
        if group == 1 and name == "ribu":
            words.append("seribu")
        else:
            words += [*_below_thousand(group), *([name] if name else [])]
    return " ".join(words)


def _below_thousand(value: int) -> list[str]:
    hundreds, rest = divmod(value, 100)
    words = ["seratus"] if hundreds == 1 else [_UNITS[hundreds - 1], "ratus"] if hundreds else []
    if rest in (10, 11):
        return [*words, "sepuluh" if rest == 10 else "sebelas"]
    if 11 < rest < 20:
        return [*words, _UNITS[rest - 11], "belas"]
    tens, unit = divmod(rest, 10)
    if tens:
        words += [_UNITS[tens - 1], "puluh"]
    return [*words, _UNITS[unit - 1]] if unit else words
