"""Contact cards shared in a chat -> which label has which number; only of people who are in that chat.

A card is what a phone has saved under a name: the best evidence that a label and a number are one person.
Cards of people whose label and number the chat does not know are an outsider's: nothing of them is kept.
"""

from __future__ import annotations

import codecs
import quopri
import re
from collections.abc import Iterable

import polars as pl

from schemas.errors import FileRefused
from schemas.roster import e164
from tasks.parse.labels import normalised
from tasks.parse.whatsapp import parse_export
from warehouse.vault import Vault

#: One number of one card: where it was shared, the name it is saved under, the number in E.164.
CARDS = pl.Schema({"file_id": pl.String, "label": pl.String, "phone": pl.String})
_FOLD = re.compile(r"\r?\n[ \t]")
_SOFT_BREAK = re.compile(r"=\r?\n")
_LINE = re.compile(r"^(?:[\w-]+\.)?(FN|N|TEL)((?:;[^:\n]*)?):(.*)$", re.IGNORECASE)
_WAID = re.compile(r"waid=(\d{7,15})", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")

Pair = tuple[str, str]


def read_card(content: bytes) -> list[Pair]:
    """Names and numbers of a vCard file, in order; one pair per number, none for what is no number."""
    text = _FOLD.sub("", _SOFT_BREAK.sub("", _decoded(content)))
    found: list[Pair] = []
    for card in re.split(r"(?i)\bEND:VCARD\b", text):
        names, phones = _fields(card)
        name = names.get("FN") or names.get("N")
        found += [(name, phone) for phone in dict.fromkeys(phones) if name]
    return found


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _fields(card: str) -> tuple[dict[str, str], list[str]]:
    """The names of one card by property, and its numbers in E.164."""
    names: dict[str, str] = {}
    phones: list[str] = []
    for line in card.splitlines():
        match = _LINE.match(line.strip())
        if match is None:
            continue
        key, parameters, value = match[1].upper(), match[2], _value(match[2], match[3])
        if key == "TEL":
            waid = _WAID.search(parameters)
            phone = e164("+" + waid[1]) if waid else e164(value.removeprefix("tel:"))
            phones += [phone] if phone else []
        else:
            names.setdefault(key, _name(value) if key == "N" else " ".join(value.split()))
    return names, phones


def _value(parameters: str, value: str) -> str:
    if "QUOTED-PRINTABLE" in parameters.upper():
        value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
    return _ESCAPED.sub(lambda escaped: " " if escaped[1] in "nN" else escaped[1], value).strip()


def _name(value: str) -> str:
    """Family;Given;… as people write it."""
    family, given, *_ = (*value.split(";"), "")
    return " ".join(f"{given} {family}".split())


def known_cards(cards: Iterable[bytes], chat: bytes, file_id: str) -> pl.DataFrame:
    """``CARDS`` of the people whom a chat knows by the card's name or number."""
    pairs = [pair for card in cards for pair in read_card(card)]
    if not pairs:
        return CARDS.to_frame()
    frame = pl.DataFrame(pairs, schema=["label", "phone"], orient="row").with_columns(
        label=normalised(pl.Series([name for name, _ in pairs])), file_id=pl.lit(file_id)
    )
    people = _labels(chat).implode()
    known = pl.col("label").is_in(people) | pl.col("phone").is_in(people)
    return frame.filter(known).select(*CARDS).unique().sort("label", "phone")


def _labels(chat: bytes) -> pl.Series:
    """Everybody who writes or is spoken of; whose message it is does not hang on the order of the date."""
    for order in ("dmy", "mdy", "ymd"):
        try:
            frame = parse_export(chat, date_order=order).frame
        except FileRefused:
            continue
        return pl.concat([frame["author"], frame["actor"], frame["targets"].explode()]).drop_nulls().unique()
    return pl.Series(dtype=pl.String)


def cards_name(group_id: str, file_id: str) -> str:
    """Where the cards of an export are kept in the vault."""
    return f"groups/{group_id}/cards/{file_id}.parquet"


def keep_cards(vault: Vault, group_id: str, file_id: str, cards: pl.DataFrame) -> None:
    """Keep what the cards of an export say, beside what an earlier archive of the same chat said."""
    if cards.is_empty():
        return
    known = read_cards(vault, group_id, [file_id])
    vault.write_frame(
        cards_name(group_id, file_id), pl.concat([known, cards]).unique().sort("label", "phone")
    )


def read_cards(vault: Vault, group_id: str, file_ids: Iterable[str]) -> pl.DataFrame:
    """``CARDS`` of some exports of a group; no rows where none came with cards."""
    frames = [
        vault.read_frame(name)
        for name in (cards_name(group_id, file_id) for file_id in sorted(file_ids))
        if vault.exists(name)
    ]
    return pl.concat([CARDS.to_frame(), *frames])
