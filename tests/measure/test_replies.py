"""Turns, answers and inferred replies: the toy of the catalogue's section 5, and rules by example."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.measure.facts import measure_facts
from tasks.measure.replies import (
    GRID,
    REPLY_V1,
    THREADS_SENDERS,
    Stream,
    crowded,
    first_after,
    last_before,
    permuted_senders,
)
from tasks.measure.triggers import latest_by_another
from tests.measure.chatroom import DAY, group, key

Chat = list[tuple[str, str, str]]


def _ties(chat: Chat) -> list[tuple[int, int, str, float]]:
    replies = measure_facts(group(chat))["fact_reply"].sort("source_turn_key")
    return [
        (source, target, method, round(weight, 3))
        for source, target, method, weight in replies.select(
            "source_turn_key", "target_turn_key", "method", "weight"
        ).rows()
    ]


def test_toy_of_the_catalogue() -> None:
    chat = [
        ("20:00", "Arif", "ada yang punya kitab X?"),
        ("20:01", "Bayu", "wkwk"),
        ("20:04", "Cecep", "ada di saya"),
        ("20:05", "Arif", "makasih @Cecep"),
    ]
    assert _ties(chat) == [(1, 0, "adjacent", 0.871), (2, 0, "request", 0.9), (3, 2, "mention", 1.0)]
    turns = measure_facts(group(chat))["fact_turn"]
    asked = turns.row(0, named=True)
    assert asked["is_help_request"]
    assert asked["answer_delay_min"] == 4
    assert asked["answered_by_member_key"] == key("Cecep")
    assert turns["task"].to_list() == ["aid", "sociable", "inform", "ritual_care"]


def test_turns_by_gap_sender_and_stub() -> None:
    chat = [
        ("08:00:50", "Arif", "satu"),
        ("08:02:10", "Arif", "dua"),  # two minutes on the floored clock
        ("08:05:00", "Arif", "tiga"),  # three: a new turn
        ("08:05:30", "Bayu", "<deleted>"),  # a stub divides nothing
        ("08:06:00", "Bot", "pesan mesin"),
        ("08:06:30", "Arif", "empat"),
        ("08:06:40", "Bayu", "lima"),
        ("08:06:50", "Arif", "enam"),
    ]
    facts = measure_facts(group(chat))
    assert facts["fact_message"].sort("message_key")["turn_key"].to_list() == [0, 0, 1, None, None, 1, 2, 3]
    assert facts["fact_turn"]["n_messages"].to_list() == [2, 2, 1, 1]


def test_bare_gabisa_refuses_an_open_call_and_nothing_else() -> None:
    chat = [
        ("08:00", "Arif", "Bukber Sabtu 11 Mei\n1. Arif\n2. Bayu"),
        ("12:00", "Cecep", "punten gabisa"),
        ("+2 08:00", "Dadan", "gabisa login"),
    ]
    turns = measure_facts(group(chat))["fact_turn"]
    assert turns["lex_decline"].to_list() == [0, 1, 0]
    assert turns["task"].to_list() == ["organise", "organise", "sociable"]


def test_whom_a_turn_speaks_to_is_known_before_they_have_written() -> None:
    chat = [
        ("08:00", "Arif", "kang Bayu, ini @Cecep"),
        ("09:00", "Bayu", "hujan deras, teh Dewi? eh teh Dewi"),  # once, whatever he repeats
        ("10:00", "Dewi", "Dewi di sini"),
    ]
    facts = measure_facts(group(chat, aliases={"Cecep": []}))
    named = facts["fact_mention"].select("turn_key", "member_key").rows()
    assert named == sorted([(0, key("Bayu")), (0, key("Cecep")), (1, key("Dewi"))])
    assert facts["fact_reply"].filter(pl.col("method") == "mention").is_empty()


def test_al_fatihah_condoles_after_the_news_of_a_death() -> None:
    chat = [
        ("08:00", "Arif", "Innalillahi, kabar duka: ibunda kang Bayu wafat"),
        ("09:00", "Cecep", "Al-Fatihah"),
        ("+2 08:00", "Dadan", "alfatihah"),  # 48 hours after the news
        ("+2 08:20", "Eko", "alfatihah"),
    ]
    facts = measure_facts(group(chat))
    assert _ties(chat) == [(1, 0, "broadcast", 0.5), (2, 0, "broadcast", 0.5)]
    assert facts["fact_trigger"].select("turn_key", "trigger_kind", "n_chorus").rows() == [(0, "death", 2)]


def test_emoji_around_a_vocative_are_no_words() -> None:
    chat = [
        ("08:00", "Cecep", "hujan deras"),
        ("09:00", "Bayu", "panas kok"),
        ("10:00", "Arif", "😂 kang Cecep, di Dago cerah"),
        ("11:00", "Dadan", "di Dago juga, kang Cecep 🙏🙏"),
        ("12:00", "Eko", "di Dago kang Cecep juga"),
    ]
    assert _ties(chat) == [(2, 0, "mention", 1.0), (3, 0, "mention", 1.0)]


def test_an_assent_in_an_open_call_organises() -> None:
    chat = [
        ("08:00", "Arif", "Bukber Sabtu 11 Mei\n1. Arif\n2. Bayu"),
        ("+1 08:00", "Cecep", "ok"),  # 24 hours after the list
        ("+1 08:01", "Dadan", "ok"),
        ("+5 08:00", "Arif", "Ziarah Ahad 12 Mei\n1. Arif\n2. Bayu"),
        ("+5 08:10", "Cecep", "hayu"),  # calls others, and in an open call agrees
        ("+9 08:00", "Dadan", "hayu"),
    ]
    turns = measure_facts(group(chat))["fact_turn"]
    assert turns["is_commitment"].to_list() == [False, True, False, False, True, False]
    assert turns["task"].to_list() == ["organise", "organise", "sociable", "organise", "organise", "organise"]


def test_answer_needs_more_than_talk() -> None:
    chat = [
        ("08:00", "Arif", "ada yang tahu kosan dekat kampus?"),
        ("08:20", "Bayu", "hujan deras di luar"),  # after 10 minutes, without a cue: talk
        ("09:00", "Dadan", "wkwkwk"),
        ("10:00", "Cecep", "dekat kampus masih kosong"),  # shares a word
    ]
    turns = measure_facts(group(chat))["fact_turn"]
    assert turns["answer_delay_min"].to_list()[0] == 120
    assert turns["answered_by_member_key"].to_list()[0] == key("Cecep")


def test_a_number_alone_answers_only_what_was_said_last() -> None:
    """The answer rates take it for an answer all the same: their baseline takes chance off."""
    chat = [
        ("08:00", "Arif", "iuran bulan ini berapa ya?"),
        ("08:30", "Bayu", "50rb"),
        ("12:00", "Arif", "kumpulnya kapan ya?"),
        ("12:30", "Bayu", "hujan deras di luar"),
        ("13:30", "Cecep", "gajian 3 hari lagi"),
    ]
    assert _ties(chat) == [(1, 0, "request", 0.9)]
    turns = measure_facts(group(chat))["fact_turn"]
    assert turns["answer_delay_min"].to_list()[2] == 90


def test_a_phone_number_answers_and_a_mentioned_one_does_not() -> None:
    chat = [
        ("08:00", "Arif", "siapa yang pegang stempel ya?"),
        ("08:30", "Bayu", "0812-3456-7890"),
        ("12:00", "Arif", "kuncinya di siapa ya?"),
        ("12:30", "Bayu", "@628999888777 euy"),
    ]
    assert _ties(chat) == [(1, 0, "request", 0.9)]


def test_wishes_of_a_feast_go_to_who_began_them() -> None:
    chat = [
        ("06:00", "Arif", "Selamat Idul Fitri, mohon maaf lahir dan batin"),
        ("08:00", "Bayu", "Taqabbalallahu minna wa minkum"),
        ("12:00", "Cecep", "wilujeng boboran siyam, mohon maaf lahir batin"),
    ]
    assert _ties(chat) == [(1, 0, "broadcast", 0.5), (2, 0, "broadcast", 0.5)]


def test_no_answer_after_a_day_nor_by_oneself() -> None:
    chat = [
        ("08:00", "Arif", "ada yang tahu kosan?"),
        ("08:30", "Arif", "coba hubungi 2 orang"),
        ("+1 08:01", "Bayu", "coba hubungi ibu kos"),
    ]
    assert measure_facts(group(chat))["fact_turn"]["answer_delay_min"].to_list()[0] is None


def test_condolences_go_to_the_news_not_to_each_other() -> None:
    chat = [
        ("08:00", "Arif", "Kabar duka, ayahanda kang Jaja meninggal dunia"),
        ("08:01", "Bayu", "innalillahi wa inna ilaihi rojiun"),
        ("08:02", "Cecep", "turut berduka cita"),
        ("08:03", "Dadan", "innalillahi, semoga husnul khotimah"),
    ]
    assert _ties(chat) == [(1, 0, "broadcast", 0.5), (2, 0, "broadcast", 0.5), (3, 0, "broadcast", 0.5)]
    assert set(measure_facts(group(chat))["fact_reply"]["layer"]) == {"ritual"}


def test_three_voices_halve_an_adjacent_tie() -> None:
    chat = [
        ("08:00", "Arif", "satu"),
        ("08:01", "Bayu", "dua"),
        ("08:02", "Cecep", "tiga"),
        ("08:03", "Arif", "empat"),
    ]
    assert _ties(chat) == [(1, 0, "adjacent", 0.871), (2, 1, "adjacent", 0.871), (3, 2, "adjacent", 0.435)]


def test_vocative_at_the_edge_is_a_mention() -> None:
    chat = [("08:00", "Bayu Saputra", "sudah sampai"), ("09:00", "Arif", "hati hati kang Bayu")]
    assert _ties(chat) == [(1, 0, "mention", 1.0)]


def test_officer_and_prayer_request() -> None:
    chat = [("08:00", "Arif", "mohon doa untuk ibu saya"), ("09:00", "Bayu", "tolong antar ke stasiun")]
    turns = measure_facts(group(chat, roles={"Arif": "officer"}))["fact_turn"]
    assert turns["role"].to_list() == ["officer", "member"]
    assert turns["is_prayer_request"].to_list() == [True, False]
    assert turns["is_help_request"].to_list() == [False, True]


def test_announcement_has_two_fields_and_asks_nothing() -> None:
    chat = [
        ("08:00", "Arif", "Pengajian rutin\nHari: Sabtu, 12 Mei 2024\nTempat: masjid\nbisa hadir?"),
        ("09:00", "Bayu", "besok jam 8 ya"),
        ("10:00", "Cecep", "lowongan admin"),
    ]
    facts = measure_facts(group(chat))
    assert facts["fact_turn"]["is_announcement"].to_list() == [True, False, True]
    assert facts["fact_turn"]["is_question"].to_list() == [False, False, False]
    assert facts["fact_activity"]["activity_kind"].to_list() == ["announcement"]


def test_template_counts_once_as_text() -> None:
    text = "Nasihat pagi untuk kita semua agar rajin mengaji dan menjaga persaudaraan. " * 3
    chat = [("08:00", "Arif", text), ("+3 08:00", "Bayu", text)]
    turns = measure_facts(group(chat))["fact_turn"]
    assert turns["is_forwarded"].to_list() == [False, True]
    assert turns["is_text"].to_list() == [True, False]


def test_month_ends_events_and_three_days_close_windows() -> None:
    month = dt.date(2024, 5, 1)
    chat = [
        ("+25 23:00", "Arif", "ada yang bisa bantu?"),  # 31 May
        ("+26 08:00", "Bayu", "saya bantu"),  # 1 June: answers
        ("+29 08:00", "Cecep", "terlambat"),  # 4 June: waits in the store
    ]
    facts = measure_facts(group(chat, month=month))
    assert facts["fact_turn"]["answer_delay_min"].to_list() == [540, None]
    assert facts["fact_member_month"]["month"].unique().to_list() == [month]
    helped = facts["fact_member_month"].filter(pl.col("member_key") == key("Arif")).row(0, named=True)
    assert (helped["help_requests"], helped["turns"], helped["present_days"]) == (1, 1, 26)


def test_grid_and_null() -> None:
    assert len(GRID) == 24
    assert REPLY_V1 in GRID
    assert len({params.hash for params in GRID}) == 24
    sender, day = np.array([1, 1, 2, 3, 4, 4]), np.array([0, 0, 0, 0, 1, 1])
    shuffled = permuted_senders(sender, day, np.random.default_rng(1))
    assert sorted(shuffled[:4]) == [1, 1, 2, 3]
    assert shuffled[4:].tolist() == [4, 4]


_TEXTS = st.sampled_from(
    [
        *(
            "halo",
            "ada yang tahu?",
            "coba cek 2",
            "makasih kang Bayu",
            "@Arif siap",
            "ikut",
            "wkwk",
            "turut berduka",
        ),
        *("<sticker>", "<deleted>", "😂", "", "مرحبا"),
        *("*Bukber*\n1. Arif\n2. Bayu", "*Bukber*\n1. Arif\n2. Bayu\n3. Cecep"),
    ]
)
_LINES = st.lists(
    st.tuples(st.integers(0, 60 * 24 * 4), st.sampled_from(["Arif", "Bayu", "Cecep", "Bot"]), _TEXTS),
    max_size=25,
)


def _chat(lines: list[tuple[int, str, str]]) -> Chat:
    return [(f"+{at // 1440} {at % 1440 // 60:02d}:{at % 60:02d}", name, text) for at, name, text in lines]


@settings(max_examples=40, deadline=None)
@given(_LINES)
def test_invariants_of_turns_and_ties(lines: list[tuple[int, str, str]]) -> None:
    facts = measure_facts(group(_chat(lines)))
    messages, turns, replies = facts["fact_message"], facts["fact_turn"], facts["fact_reply"]
    heard = messages.filter(~pl.col("is_bot") & (pl.col("kind") != "deleted"))
    assert heard["turn_key"].null_count() == 0
    assert messages["turn_key"].drop_nulls().len() == heard.height
    assert turns["turn_key"].to_list() == list(range(turns.height))
    assert int(turns["n_messages"].sum()) == heard.height
    if heard.height:
        assert heard.group_by("turn_key").agg(pl.col("member_key").n_unique())["member_key"].max() == 1
    assert replies["source_turn_key"].is_unique().all()
    assert (replies["weight"] <= 1).all()
    assert (replies["target_turn_key"] < replies["source_turn_key"]).all()
    assert (replies["source_member_key"] != replies["target_member_key"]).all()
    answered = turns.filter(pl.col("answer_delay_min").is_not_null())
    assert (answered["answer_delay_min"] <= 1440).all()
    assert (answered["member_key"] != answered["answered_by_member_key"]).all()
    assert int(facts["fact_member_month"]["turns"].sum()) == turns.filter(pl.col("local_date") >= DAY).height


@settings(max_examples=15, deadline=None)
@given(_LINES, st.integers(0, 4))
def test_later_lines_change_no_turn_before_them(lines: list[tuple[int, str, str]], days: int) -> None:
    """What was said by a day is the same whether or not the days after are known; only windows close."""
    early = [line for line in lines if line[0] < days * 1440]
    names = ["turn_key", "member_key", "n_messages", "n_words", "is_question"]
    chat = _chat(lines)
    people: dict[str, list[str]] = {name: [] for name in ("Arif", "Bayu", "Cecep")}
    whole = measure_facts(group(chat, aliases=people))["fact_turn"].select(names)
    part = measure_facts(group(_chat(early), aliases=people))["fact_turn"].select(names)
    assert whole.head(max(part.height - 1, 0)).equals(part.head(max(part.height - 1, 0)))


_TURNS = st.lists(st.integers(0, 3), min_size=1, max_size=12)


@given(_TURNS, st.data())
def test_nearest_turns_are_those_of_a_search_one_by_one(senders: list[int], data: st.DataObject) -> None:
    n = len(senders)
    sender, minute = (
        np.array(senders),
        np.cumsum(data.draw(st.lists(st.integers(0, 90), min_size=n, max_size=n))),
    )
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    asked = np.array(sorted(data.draw(st.sets(st.integers(0, n - 1)))), dtype=np.int64)
    who = np.array([data.draw(st.integers(0, 4)) for _ in asked], dtype=np.int64)
    at = np.flatnonzero(chosen)
    before, after = (
        [
            [t for t in at.tolist() if sender[t] == member and is_on_side(t, turn)]
            for member, turn in zip(who, asked, strict=True)
        ]
        for is_on_side in (lambda t, turn: t < turn, lambda t, turn: t > turn)
    )
    assert last_before(sender[at], at, who, asked).tolist() == [max(turns, default=-1) for turns in before]
    assert first_after(sender[at], at, who, asked).tolist() == [min(turns, default=-1) for turns in after]
    others = [
        max((t for t in at.tolist() if t < turn and sender[t] != sender[turn]), default=-1) for turn in asked
    ]
    near = [
        t if t >= 0 and minute[turn] - minute[t] <= 120 else -1 for t, turn in zip(others, asked, strict=True)
    ]
    assert latest_by_another(sender, minute, chosen, 2, asked).tolist() == near


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=25))
def test_talk_is_crowded_when_three_had_the_word(turns: list[tuple[int, int]]) -> None:
    sender, pause = (np.array([turn[place] for turn in turns], dtype=np.int64) for place in (0, 1))
    minute, nothing = np.cumsum(pause), np.zeros(len(turns), dtype=np.int64)
    no = nothing.astype(bool)
    stream = Stream(
        minute=minute, sender=sender, is_text=no, is_copy=no, can_answer=no, has_cue=no, is_bare_number=no,
        is_question=no, is_asking=no, is_broadcast=no, content=pl.DataFrame(), speaker=nothing, addressed=nothing,
    )  # fmt: skip
    before = [
        set(sender[:at][minute[at] - minute[:at] <= REPLY_V1.threads_min].tolist())
        for at in range(len(turns))
    ]
    assert crowded(stream).tolist() == [len(people) >= THREADS_SENDERS for people in before]
