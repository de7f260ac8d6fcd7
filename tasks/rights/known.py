"""Is this label, number, name or word one of an erased person? Everything is looked up by keyed hash."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from schemas.roster import e164, fold
from tasks.identify.senders import read_label, without_honorific
from tasks.rights.tombstones import Tombstones

#: What stands for an erased name in other people's words: lists read it as a donor without a name.
NOBODY = "Anonim"
#: Scope of whole names: they are taken out of the texts of any group.
EVERYWHERE = ""
_HIDDEN_MENTION = "@\u2068\u2026\u2069"
_MENTION = re.compile("@\u2068([^\u2069\n]{1,80})\u2069|@(\\+?[0-9]{7,15})")
_NUMBER = re.compile(r"\+?\(?[0-9](?:[ .()\-\u00a0\u2010-\u2015\u202f\u2060\u200b-\u200f]*[0-9]){7,15}")
_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")
_LONGEST_PHRASE = 8
_CLITICS = ("nya", "kah", "lah", "pun", "ku", "mu")
_SHORTEST_STEM = 4


def phrases_of(name: str, own_words: set[str]) -> set[str]:
    """What of a whole name is looked for in texts: all of it, written together, and words nobody else bears."""
    words = fold(name).split()
    if len(words) > _LONGEST_PHRASE:
        words = words[:_LONGEST_PHRASE]
    found = {" ".join(words), "".join(words)} if len(words) > 1 else set()
    return found | {word for word in words if word in own_words}


@dataclass(frozen=True)
class Known:
    """Erased people as one group knows them."""

    tombstones: Tombstones
    group_id: str
    community: str

    def label(self, label: str, exporter: str) -> bool:
        """Whether a label of an export is an erased person's."""
        if self.tombstones.has("own_label", f"{self.group_id}|{exporter}", own_form(label)):
            return True
        read = read_label(label)
        if read is None:
            return False
        if read.phone:
            return self.tombstones.has("phone", "", read.phone)
        return self.name(read.folded)

    def name(self, folded: str) -> bool:
        """Whether a folded name was an erased person's alone."""
        forms = (folded, without_honorific(folded))
        return any(
            self.tombstones.has("label", self.group_id, form)
            or self.tombstones.has("name", self.community, form)
            for form in forms
            if form
        )

    def phone(self, text: str) -> bool:
        """Whether a text is the number of an erased person, in whatever spelling."""
        number = e164(text)
        return number is not None and self.tombstones.has("phone", "", number)

    def masked(self, texts: pl.Series, nobody: Callable[[str], str] = lambda _: NOBODY) -> pl.Series:
        """Texts without the names and numbers of erased people.

        Mentions become mentions of nobody, which merges with the same message of another export; names and
        numbers become ``nobody`` of their folded form. Each distinct text is worked on once, and only where
        it holds a sign of one of them.
        """
        distinct = texts.drop_nulls().unique()
        signs = distinct.str.contains(r"[0-9][^\n]*[0-9]{2}|@") if len(distinct) else distinct
        heads = self._heads(distinct)
        wanted = distinct.filter(signs) if len(distinct) else distinct
        if heads:
            wanted = pl.concat([wanted, distinct.filter(_holds_word(distinct, heads))]).unique()
        changed = {text: new for text in wanted if (new := self._mask(text, heads, nobody)) != text}
        return texts.replace(changed) if changed else texts

    def text(self, text: str, nobody: Callable[[str], str] = lambda _: NOBODY) -> str:
        """One text, as :meth:`masked`."""
        return str(self.masked(pl.Series([text], dtype=pl.String), nobody)[0])

    def _heads(self, texts: pl.Series) -> set[str]:
        """Words of the texts with which an erased name begins, as they are written."""
        if not self.tombstones.tokens.get("head"):
            return set()
        words = texts.str.extract_all(r"[\p{L}\p{N}\p{M}]+").explode().drop_nulls().unique()
        return {word for word in words if self._is_head(word)}

    def _is_head(self, word: str) -> bool:
        return any(self._has("head", form) for form in _forms(fold(word)))

    def _has(self, kind: str, form: str) -> bool:
        return self.tombstones.has(kind, self.community, form) or self.tombstones.has(kind, EVERYWHERE, form)

    def _mask(self, text: str, heads: set[str], nobody: Callable[[str], str]) -> str:
        text = _MENTION.sub(self._mention, text)
        text = _NUMBER.sub(lambda found: nobody(found[0]) if self.phone(found[0]) else found[0], text)
        return self._without_names(text, nobody) if heads else text

    def _mention(self, found: re.Match[str]) -> str:
        label, number = found[1], found[2]
        if number is not None:
            return _HIDDEN_MENTION if self.phone(f"+{number.lstrip('+')}") else found[0]
        read = read_label(label)
        if read is None:
            return found[0]
        erased = self.phone(read.phone) if read.phone else self.name(read.folded)
        return _HIDDEN_MENTION if erased else found[0]

    def _without_names(self, text: str, nobody: Callable[[str], str]) -> str:
        words = list(_WORD.finditer(text))
        folded = [fold(word[0]) for word in words]
        parts, end, at = [], 0, 0
        while at < len(words):
            length = self._phrase(folded, at) if self._is_head(words[at][0]) else 0
            if length:
                form = " ".join(folded[at : at + length])
                parts += [text[end : words[at].start()], nobody(form)]
                end = words[at + length - 1].end()
            at += max(length, 1)
        return "".join([*parts, text[end:]]) if parts else text

    def _phrase(self, folded: list[str], at: int) -> int:
        """Words of the longest erased name that begins at a word; 0 for none."""
        for length in range(min(_LONGEST_PHRASE, len(folded) - at), 0, -1):
            *before, last = folded[at : at + length]
            if any(self._has("phrase", " ".join([*before, form])) for form in _forms(last)):
                return length
        return 0


def own_form(label: str) -> str:
    """A label as one phone writes it, by which it is known there again."""
    read = read_label(label)
    return fold(label) if read is None else read.phone or read.folded or read.text


def _forms(word: str) -> tuple[str, ...]:
    """A folded word, and without the clitic it may carry ("Budinya")."""
    stems = [
        word[: -len(clitic)]
        for clitic in _CLITICS
        if word.endswith(clitic) and len(word) - len(clitic) >= _SHORTEST_STEM
    ]
    return (word, *stems)


def _holds_word(texts: pl.Series, words: set[str]) -> pl.Series:
    return texts.str.contains_any(sorted(words))
