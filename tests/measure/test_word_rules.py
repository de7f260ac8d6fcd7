"""The rules of the word lists, one after the other, on texts of our own. ``docs/measurement.md`` tells them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import LANGUAGES
from tasks.measure.facts import measure_facts
from tasks.measure.text.languages import is_english, language
from tasks.measure.text.lexicon import CATEGORIES, NUMBER, lexicon_for, normal_forms
from tasks.measure.text.matching import PRECEDENCE, count, match
from tasks.measure.text.normalise import plain
from tasks.measure.text.tokens import tokenise
from tests.measure.chatroom import group

SPELLING = lexicon_for().spelling


def _counts(text: str) -> dict[str, int]:
    return _read([text])[0]


def _read(texts: list[str]) -> list[dict[str, int]]:
    lexicon = lexicon_for()
    tokens = tokenise(plain(pl.Series(texts, dtype=pl.String)), lexicon.spelling)
    spoken = language(lexicon, tokens, is_english(lexicon, tokens))
    found = match(lexicon, tokens, np.arange(len(texts)), np.zeros(len(tokens), dtype=bool), spoken)
    counts = count(found, tokens)
    return [{CATEGORIES[at]: int(row[at]) for at in np.flatnonzero(row)} for row in counts]


SPELLINGS = {
    "stretched once": ("nuhuuuun piiisan", "nuhun pisan"),
    "stretched to the double that is a word": ("maaaf", "maaf"),
    "two equal letters are no stretch": ("aamiin maaf saat", "aamiin maaf saat"),
    "laughter in w and k": ("wkwkwkwkk awkwkwk kwkwkw", "wkwk wkwk wkwk"),
    "laughter in h": ("hahaha hehehe hihihi xixixi", "haha hehe hihi xixi"),
    "no laughter": ("hai haha", "hai haha"),
    "hyphen": ("lari-lari", "lari lari"),
    "a 2 for the word again": ("buku2 anak^2 kawan²", "buku buku anak anak kawan kawan"),
    "a 2 with an ending": ("jalan2an", "jalan jalanan"),
    "slang before the 2": ("tmn2", "teman teman"),
    "a 2 that is a number": ("2x 22 2 jam", "2x 22 2 jam"),
    "apostrophes of all kinds": ("Qur'an do’a jum`at ta‘lim", "quran doa jumat talim"),
    "bold, italics, struck": ("*Rapat* _malam_ ~ini~", "rapat malam ini"),
    "full width and ligature": ("ｈａｄｉｒ ﬁks", "hadir fiks"),
    "invisible signs": ("ha\u200bdir\u2060 \u202eikut\u202c", "hadir ikut"),
    "slang word by word": ("gak bs dtg skrg", "gak bisa datang sekarang"),
    "a closed list of leet": ("s4y4 m4kasih", "saya makasih"),
    "leet outside the list stays": ("b4ngs4t", "b4ngs4t"),
    "clitic off a listed word": ("infonya ikutlah bisakah", "info ikut bisa"),
    "clitic after thanks": ("makasihnya doanya", "makasih doa"),
    "stoplist keeps its ending": (
        "buku aku suku tanya hanya punya sekolah",
        "buku aku suku tanya hanya punya sekolah",
    ),
    "an unlisted rest keeps its ending": ("motornya", "motornya"),
    "kan is no clitic": ("siapkan doakan", "siapkan doakan"),
    "ku and kau are no prefixes": ("kuliah kumpul kuy", "kuliah kumpul kuy"),
    "no stemming": ("bantuan membantu", "bantuan membantu"),
}


@pytest.mark.parametrize(("text", "normal"), SPELLINGS.values(), ids=SPELLINGS)
def test_spelling(text: str, normal: str) -> None:
    assert normal_forms(pl.Series([text]), SPELLING) == [normal]


RULES = {
    # matcher
    "longest phrase first": ("terima kasih banyak", {"gratitude": 1}),
    "a phrase spans no line": ("terima\nkasih", {}),
    "a phrase spans a full stop of an abbreviation": ("assalamualaikum wr. wb.", {"greeting_ritual": 2}),
    "tokens once per category, twice across": ("kita", {"we_incl": 1}),
    "word, not part of a word": ("siapa", {"question": 1}),
    "prefix at the token's start": ("tahlilan", {"event_activity": 1}),
    # precedence of speech acts
    "condolence before commitment": ("ikut berduka", {"condolence": 1}),
    "refusal before promise": ("tidak bisa hadir", {"decline": 1, "negator": 1, "answer_cue": 1}),
    # negation
    "negator before a promise refuses": ("saya gak ikut", {"i_word": 1, "decline": 1, "negator": 1}),
    "three tokens reach": ("tidak besok lusa ikut", {"decline": 1, "negator": 1}),
    "four do not": ("tidak kemarin lusa juga ikut", {"commitment": 1, "negator": 1}),
    "a comma ends the clause": ("tidak, ikut", {"commitment": 1, "negator": 1}),
    "tapi ends the clause": ("tidak jauh tapi ikut", {"commitment": 1, "negator": 1, "conjunction": 1}),
    "no thanks is no thanks": ("bukan makasih", {"negator": 1}),
    "no anger is no conflict": ("saya tidak marah", {"i_word": 1, "negator": 1}),
    "gapapa denies nothing": ("gapapa ikut", {"commitment": 1}),
    "jangan lupa denies nothing": ("jangan lupa makasih", {"gratitude": 1, "negator": 1, "announcement": 1}),
    "jgn lupa denies nothing": ("jgn lupa ikut", {"commitment": 1, "negator": 1}),
    "ga apa2 denies nothing and asks nothing": (
        "ga apa2, saya ikut",
        {"i_word": 1, "commitment": 1, "negator": 1},
    ),
    "a refusal denies its promise": ("gabisa hadir", {"decline": 2}),
    "a refusal strikes no thanks": ("berhalangan hadir makasih", {"decline": 1, "gratitude": 1}),
    "no before a digit is a number": ("no 12", {}),
    # traps
    "closing formula is no thanks": ("terima kasih atas perhatiannya", {}),
    "mohon maaf lahir batin asks for nothing": ("mohon maaf lahir batin", {"greeting_ritual": 1}),
    "tolong as polite imperative": ("tolong dibaca", {}),
    "nyuhunkeun is no nuhun": ("nyuhunkeun bantosan", {"help_request": 1}),
    "nyuwun is no suwun": ("nyuwun tulung", {"help_request": 1}),
    "nuwun sewu is no thanks": ("nuwun sewu", {}),
    "bare urang is unscored": ("urang", {}),
    "bare selamat is unscored": ("selamat", {}),
    "ana is unscored": ("ana", {}),
    "bantuan is a gift, no request": ("bantuan", {"mutual_aid": 1}),
    "fitnah kubur is no quarrel": ("fitnah kubur", {}),
    "mohon izin is an opener": ("mohon izin", {}),
    "a title makes a name": ("nuhun kang salam", {"gratitude": 1}),
    "a title called out makes none": ("kang, abdi ngiring", {"i_word": 1, "commitment": 1}),
    "a stop after a short title divides nothing": ("Bpk. Amin ngiring", {"commitment": 1}),
    "the last of a clause is called, no symbol": ("ngiring ustadz, nuhun", {"commitment": 1, "gratitude": 1}),
    "within its clause it is a symbol": ("saur ustadz mah libur", {"shared_symbol": 1}),
    "gus is called": ("siap gus", {"commitment": 1}),
    "indefinite words ask nothing": ("siapapun ikut", {"commitment": 1}),
    "the same word asks": ("siapa ikut", {"question": 1, "commitment": 1}),
    "piety is no greeting": ("alhamdulillah", {"pious_interjection": 1}),
}


@pytest.mark.parametrize(("text", "counts"), RULES.values(), ids=RULES)
def test_rule(text: str, counts: dict[str, int]) -> None:
    told = _counts(text)
    assert {name: n for name, n in told.items() if name not in ("preposition", "particle")} == counts


LANGUAGES_OF = {
    "besok pagi kita kumpul di kampus": "id",
    "punten teh, aya nu gaduh kosan?": "su",
    "nyuwun sewu, kulo badhe sowan": "jv",
    "the meeting is at eight for all of you": "en",
    "barakallahu fiikum": "ar-Latn",
    "saya mah teu acan tiasa, belum ada motor": "mixed",
    "😂😂": "unknown",
    "مرحبا": "unknown",
}


@pytest.mark.parametrize(("text", "lang"), LANGUAGES_OF.items())
def test_language(text: str, lang: str) -> None:
    lexicon = lexicon_for()
    tokens = tokenise(plain(pl.Series([text])), lexicon.spelling)
    assert language(lexicon, tokens, is_english(lexicon, tokens)).to_list() == [lang]
    assert lang in LANGUAGES


def test_first_act_of_the_order_takes_the_tokens() -> None:
    """Two speech acts that want the same tokens: the earlier of the order counts, whatever comes first."""
    lexicon = lexicon_for()
    acts = [NUMBER[name] for name in PRECEDENCE]
    terms = pl.DataFrame({"category": lexicon.category, "entry": np.arange(len(lexicon.category))})
    assert set(acts) <= set(terms["category"].to_list())
    assert _counts("siap bantu") == _counts("SIAP *bantu*")
    assert "commitment" not in _counts("izin tidak hadir")


@pytest.mark.parametrize(
    "text",
    [
        "ha" * 30_000,
        "😂" * 5_000,
        "\u202e" + "אבג " * 4_000,
        "1. " * 20_000,
        "a\n" * 30_000,
        "\x00\ue000\ue003",
        "   ",
    ],
    ids=["60,000 characters", "emoji", "right to left", "numbers", "lines", "private signs", "blank"],
)
def test_odd_texts_give_facts_and_no_invented_word(text: str) -> None:
    chat = [("08:00", "Arif", text), ("08:05", "Bayu", "ikut"), ("08:06", "Arif", text)]
    facts = measure_facts(group(chat))
    assert len(facts["fact_message"]) == 3
    first = facts["fact_message"].sort("message_key").row(0, named=True)
    assert (
        sum(first[f"lex_{name}"] for name in ("help_request", "gratitude", "commitment", "condolence")) == 0
    )
    assert facts["fact_message"].sort("message_key")["lex_commitment"].to_list() == [0, 1, 0]


def test_a_group_in_which_everyone_has_one_name() -> None:
    """Nobody can be addressed by a name that all have; turns and ties are told apart by the sender all the same."""
    people = ["Siti A", "Siti B", "Siti C"]
    aliases = {name: ["Siti"] for name in people}
    chat = [
        ("08:00", "Siti A", "ada yang tahu kosan?"),
        ("08:20", "Siti B", "teh Siti, coba ke Dago"),
        ("08:40", "Siti C", "nuhun teh Siti"),
    ]
    facts = measure_facts(group(chat, aliases=aliases))
    assert "mention" not in facts["fact_reply"]["method"].to_list()
    assert facts["fact_turn"]["member_key"].n_unique() == 3
    assert facts["fact_reply"].filter(pl.col("method") == "request").height == 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_normal_forms_stand_still(text: str) -> None:
    """Marks and letters once in their normal spelling are not changed again."""
    once = plain(pl.Series([text]))
    again = plain(once.str.replace_all(r"[\x{e000}-\x{e003}]", ""))
    assert again.str.replace_all(r"\s+", " ").to_list() == (
        once.str.replace_all(r"[\x{e000}-\x{e003}]", "").str.replace_all(r"\s+", " ").to_list()
    )
