"""Digests: all that is compared of a text, without the text."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from schemas.config import Group
from schemas.errors import ConfigurationError
from schemas.frames import DIGESTED
from tasks.reconcile import Export, reconcile
from tasks.reconcile.digest import _MAY_COMPOSE, Digests, digest, purged
from tests.reconcile.handmade import DIGEST_KEY, Said, export
from warehouse.keys import DigestKey, digest_key
from warehouse.vault import Vault

OTHER_KEY = DigestKey(b"another key, for tests only: digests")
GOLDEN = [2_990_175_556_500_433_512, 5_159_409_643_604_657_917, 8_713_059_294_787_757_142]


def digested(*lines: tuple[str | None, str]) -> pl.DataFrame:
    """Digest of lines (text, kind)."""
    return export("a", [Said("2024-03-01 08:00", "Budi", text, kind) for text, kind in lines]).frame


def keys(*lines: tuple[str | None, str]) -> list[int | None]:
    return digested(*lines)["text_key"].to_list()


def test_the_rules_are_frozen() -> None:
    """A hash of a deleted text can never be made again: whoever changes these numbers loses merges."""
    found = digested(("assalamualaikum semuanya", "text"), ("siap @6281234567890", "text"), ("ok", "image"))
    assert found.schema == DIGESTED.polars_schema
    assert found["text_key"].to_list() == GOLDEN
    assert found["is_long"].to_list() == [True, False, False]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("siap @\u2068Teh Siti\u2069 ya", "siap @6281234567890 ya", "text"),
        ("siap @+6281234567890 ya", "siap @6281234567890 ya", "text"),
        ("hadir \u2764\ufe0f", "\u200ehadir\u00a0 \u2764 ", "text"),
        ("caf\u00e9", "cafe\u0301", "text"),
        ("dua\nbaris", "dua  baris", "text"),
        ("Kapan?\nSabtu (3)\nAhad (1)", "Kapan?\nSabtu (5)\nAhad (0)", "poll"),
        ("POLL:\nKapan?\nOPTION: Sabtu (3 votes)", "POLLING:\nKapan?\nOPSI: Sabtu (1 suara)", "poll"),
    ],
)
def test_phones_agree(one: str, other: str, kind: str) -> None:
    first, second = keys((one, kind), (other, kind))
    assert first == second is not None


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Kapan?\nSabtu (3)\nAhad (1)", "Kapan?\nSabtu (3)\nSenin (1)", "poll"),
        ("harga (2 juta)", "harga (3 juta)", "text"),
        ("titip @6281234567890", "titip", "text"),
        ("Ok", "ok", "text"),
    ],
)
def test_words_differ(one: str, other: str, kind: str) -> None:
    first, second = keys((one, kind), (other, kind))
    assert first != second


def test_a_caption_is_no_text_and_nothing_has_no_key() -> None:
    text, caption, bare, deleted, blank = keys(
        ("foto", "text"), ("foto", "image"), (None, "media"), (None, "deleted"), (" \u200e ", "text")
    )
    assert text != caption
    assert [bare, deleted, blank] == [None, None, None]


def test_another_secret_gives_other_keys_and_the_same_store() -> None:
    lines = [Said(f"2024-03-01 08:0{n}", "Budi", f"pesan panjang nomor {n}") for n in range(5)]
    pair = [export("a", lines), export("b", lines[1:], phone=1)]
    again = [Export(e.meta, e.landed, digest(e.frame, OTHER_KEY)) for e in pair]
    one, other = reconcile(pair, Group()), reconcile(again, Group())
    assert not set(one.messages["text_key"]) & set(other.messages["text_key"])
    assert one.messages.drop("text_key").equals(other.messages.drop("text_key"))
    assert one.labels.equals(other.labels)


def test_a_purged_export_holds_no_text() -> None:
    frame = purged(digested(("rahasia kita berdua saja", "text"), ("keterangan foto", "image")))
    assert frame.schema == DIGESTED.polars_schema
    assert frame["text"].null_count() == 2
    written = "\n".join(frame.cast(pl.String, strict=False).drop("targets").write_csv().splitlines())
    assert "rahasia" not in written
    assert "foto" not in written


def test_a_later_export_gives_the_text_back_and_merges_what_was_purged() -> None:
    lines = [Said(f"2024-03-01 08:0{n}", "Budi", f"pesan panjang nomor {n}") for n in range(5)]
    old = export("a", lines[:4])
    gone = Export(old.meta, old.landed, purged(old.frame))
    store = reconcile([gone, export("b", lines[2:], phone=1)], Group())
    assert store.messages["text"].to_list() == [None, None, *(f"pesan panjang nomor {n}" for n in (2, 3, 4))]
    assert store.messages["n_exports"].to_list() == [1, 1, 2, 2, 1]
    assert store.messages["text_key"].null_count() == 0


def test_the_wording_before_an_edit_does_not_stand_in_for_a_purged_one() -> None:
    def chat(text: str, edited: bool) -> list[Said]:
        return [
            Said("2024-03-01 08:00", "Budi", "assalamualaikum semuanya"),
            Said("2024-03-01 08:05", "Budi", text, edited=edited),
            Said("2024-03-01 08:09", "Budi", "sampai jumpa besok pagi"),
        ]

    before = export("a", chat("kumpul jam delapan", False), stated="2024-03-02")
    after = export("b", chat("kumpul jam sembilan", True), stated="2024-03-03")
    store = reconcile([before, Export(after.meta, after.landed, purged(after.frame))], Group())
    assert store.messages["text"].to_list() == ["assalamualaikum semuanya", None, "sampai jumpa besok pagi"]
    assert store.messages["text_key"][1] == after.frame["text_key"][1]


def test_one_vault_has_one_key(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: digest_key(vault).key_id, range(16)))
    assert len(found) == 1
    assert [entry.name for entry in vault.root.iterdir()] == ["digest.key"]
    assert (vault.root / "digest.key").stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_refused_and_a_key_tells_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    vault.write_bytes("digest.key", b"short")
    with pytest.raises(ConfigurationError):
        digest_key(vault)
    assert "for tests only" not in repr(DIGEST_KEY)


def test_signs_that_need_no_composing_are_as_they_are_composed() -> None:
    """No sign left out of composing is changed by it, follows another into one, or is put before another."""
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    signs = pl.Series(every).filter(~pl.Series(every).str.contains(_MAY_COMPOSE)).to_list()
    pairs = (unicodedata.decomposition(sign).split() for sign in every)
    followers = {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and not pair[0].startswith("<")}
    assert len(signs) > 5_000
    assert not set(signs) & followers
    assert not any(unicodedata.combining(sign) for sign in signs)
    assert all(unicodedata.normalize("NFC", sign) == sign for sign in signs)


def test_a_text_is_digested_alike_alone_and_among_exports() -> None:
    one, other = (
        export(name, [Said("2024-03-01 08:00", "Budi", text, kind) for text, kind in lines]).frame
        for name, lines in (
            ("a", [("assalamualaikum", "text"), ("foto", "image"), (None, "media")]),
            ("b", [("foto", "video"), ("assalamualaikum", "text"), ("foto", "text"), (" ", "text")]),
        )
    )
    together = Digests(DIGEST_KEY)
    parsed = [frame.drop("text_key", "is_long") for frame in (one, other)]
    assert [together.of(frame)["text_key"].to_list() for frame in parsed] == [
        one["text_key"].to_list(),
        other["text_key"].to_list(),
    ]
    assert together.of(parsed[0]).equals(one)
