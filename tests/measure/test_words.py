"""Normal forms, tokens and the lexicon's rules, by example."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.measure.facts import measure_facts
from tasks.measure.text.features import read_written
from tasks.measure.text.languages import is_english, language
from tasks.measure.text.lexicon import CATEGORIES, lexicon_for, normal_forms
from tasks.measure.text.matching import count, match
from tasks.measure.text.normalise import plain
from tasks.measure.text.tokens import tokenise
from tests.measure.chatroom import group
from warehouse.reference.lexicon import version_of, words


def _read(texts: list[str], symbols: tuple[str, ...] = ()) -> tuple[list[dict[str, int]], list[str]]:
    lexicon = lexicon_for(symbols)
    tokens = tokenise(plain(pl.Series(texts)), lexicon.spelling)
    spoken = language(lexicon, tokens, is_english(lexicon, tokens))
    found = match(lexicon, tokens, np.arange(len(texts)), np.zeros(len(tokens), dtype=bool), spoken)
    counts = count(found, tokens)
    told = [{CATEGORIES[at]: int(row[at]) for at in np.flatnonzero(row)} for row in counts]
    return told, spoken.to_list()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("makasihhhh", "makasih"),
        ("siappp", "siap"),
        ("maaaaf", "maaf"),
        ("Aamiin", "aamiin"),
        ("Assalamu'alaikum", "assalamualaikum"),
        ("kita-kita", "kita kita"),
        ("teman2", "teman teman"),
        ("teman^2", "teman teman"),
        ("2x", "2x"),
        ("wkwkwkwk", "wkwk"),
        ("awkwkwk", "wkwk"),
        ("hahahah", "haha"),
        ("*_tebal_*", "tebal"),
        ("yg", "yang"),
        ("infonya", "info"),
        ("buku", "buku"),
        ("siapkan", "siapkan"),
        ("adalah", "adalah"),
        ("\u200fhalo\ufe0f", "halo"),
        ("ｈａｄｉｒ", "hadir"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normal_forms(pl.Series([text]), lexicon_for().spelling) == [normal]


def test_addresses_and_numbers_become_placeholders() -> None:
    text = "cek https://a.id/x?y=1 atau a.b@c.com hub +62 812-3456-7890 @\u2068Budi\u2069 @6281234567890"
    normal = plain(pl.Series([text])).item()
    assert normal.split() == [
        "cek",
        "\ue000",
        "atau",
        "\ue001",
        "hub",
        "\ue002",
        "\ue003",
        "budi",
        "\ue003",
        "6281234567890",
    ]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        # longest phrase first, each token once per category
        ("hatur nuhun", {"gratitude": 1}),
        # traps use their tokens and count nothing
        ("terima kasih atas perhatiannya", {}),
        ("ikut prihatin", {"condolence": 1}),
        ("nyuhunkeun hapunten", {}),
        # negation within three tokens and the clause
        ("saya tidak ikut", {"i_word": 1, "decline": 1, "negator": 1}),
        ("saya ikut", {"commitment": 1, "i_word": 1}),
        ("tidak, saya ikut", {"commitment": 1, "i_word": 1, "negator": 1}),
        ("bukan main, ikut", {"commitment": 1, "negator": 1}),
        ("jangan lupa hadir", {"announcement": 1, "commitment": 1, "negator": 1}),
        # one act of speech takes the tokens
        ("tidak bisa hadir", {"decline": 1, "negator": 1, "answer_cue": 1}),
        ("ikut berduka cita", {"condolence": 1}),
        # contexts
        ("gabisa login", {}),
        ("gabisa ikut", {"decline": 2}),
        ("hubungi no 0812", {"answer_cue": 1}),
        ("baik saya catat", {"ack": 1, "i_word": 1}),
        ("orangnya baik", {}),
        ("aya nu tiasa?", {"help_request": 1, "answer_cue": 2}),
        # a title makes a name
        ("makasih kang Amin", {"gratitude": 1}),
        ("amin", {"congrats_prayer": 1}),
        # prefixes give way to words of their own
        ("tahlilan", {"event_activity": 1}),
        ("tahlil", {"greeting_ritual": 1}),
        ("siapa", {"question": 1}),
        ("mohon maaf lahir dan batin", {"greeting_ritual": 1, "conjunction": 1}),
        ("santri Al-Hikam", {"shared_symbol": 2}),
    ],
)
def test_lexicon_rule(text: str, counts: dict[str, int]) -> None:
    assert _read([text], ("Al-Hikam",))[0] == [counts]


def test_language_tag() -> None:
    texts = [
        "saya dan kalian di sana",
        "the link is for you and it works",
        "abdi jeung anjeun",
        "kulo lan panjenengan",
        "xyz",
        "barakallah",
    ]
    assert _read(texts)[1] == ["id", "en", "su", "jv", "unknown", "ar-Latn"]


def test_emoji_are_counted_by_sequence() -> None:
    texts = read_written(pl.Series(["a", "👍🏽👍🏽 ok", "👨‍👩‍👧", None, "é"]))
    assert texts["n_emoji"].to_list() == [0, 2, 1, 0, 0]
    assert texts["n_chars"].to_list() == [1, 7, 5, 0, 1]


def test_folded_hands_are_counted_beside_typed_thanks() -> None:
    chat = [
        ("08:00", "Arif", "makasih 🙏🙏"),
        ("08:01", "Arif", "🙏🏻"),  # of whatever skin
        # a form's, not a turn's
        ("09:00", "Bayu", "Bukber Sabtu\n1. Bayu 🙏\n2. Cecep\nSilakan dilanjut 🙏"),
        ("10:00", "Cecep", "😂👍"),
    ]
    facts = measure_facts(group(chat))
    assert facts["fact_message"]["n_folded_hands"].to_list() == [2, 1, 2, 0]
    assert facts["fact_turn"]["n_folded_hands"].to_list() == [3, 0, 0]
    assert facts["fact_turn"]["lex_gratitude"].to_list() == [1, 0, 0]


def test_ya_is_counted_among_the_particles() -> None:
    """In whatever spelling; 'kan' is another particle, 'sukses ya' a wish whose 'ya' is a particle all the same."""
    chat = [
        ("08:00", "Arif", "ya sudah yaaa, bagus kan"),
        ("08:01", "Arif", "sukses YA"),
        ("09:00", "Bayu", "Bukber Sabtu ya\n1. Bayu\n2. Cecep"),  # a form's, not a turn's
        ("10:00", "Cecep", "saya yakin"),
    ]
    turns = measure_facts(group(chat))["fact_turn"]
    assert turns["n_ya"].to_list() == [3, 0, 0]
    assert turns["style_particle"].to_list() == [4, 0, 0]


def test_every_listed_word_finds_itself() -> None:
    """Terms without context, negation or precedence in their way count in their own category."""
    terms = words().terms.filter(
        (pl.col("context") == "none") & pl.col("score") & (pl.col("match") != "prefix")
    )
    free = terms.filter(
        ~pl.col("category").is_in(
            ["ack", "commitment", "help_offer", "invitation", "conflict", "shared_symbol"]
        )
    )
    told, _ = _read(free["term"].to_list())
    missed = [
        term
        for term, category, counts in zip(free["term"], free["category"], told, strict=True)
        if not counts.get(category)
    ]
    assert missed == []


def test_version_follows_the_files() -> None:
    assert version_of({"a": b"1", "b": b"2"}) == version_of({"b": b"2", "a": b"1"})
    assert version_of({"a": b"1"}) != version_of({"a": b"2"})
    assert len(words().version) == 12
    assert words().terms.filter(~pl.col("match").is_in(["word", "prefix", "phrase"])).is_empty()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_texts_do_not_touch_each_other(texts: list[str]) -> None:
    together, languages = _read(texts)
    alone = [_read([text]) for text in texts]
    assert together == [counts[0] for counts, _ in alone]
    assert languages == [tags[0] for _, tags in alone]
