"""What people really write, and what of it is left when its time is over, or when its author asks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.cli import main
from tasks.land.land import read_ledger
from tasks.measure.announcements import ABOUT
from tests.e2e.stagewise import drive
from tests.retention import by_hand
from tests.retention.by_hand import (
    ASEP,
    DEWI,
    EUIS,
    GROUP,
    MERGED,
    NURAINI,
    OVER,
    PEOPLE,
    ZUBAEDAH,
    Said,
    Written,
    write,
)
from tests.rights.written import put
from warehouse.workspace import Workspace

CONFESSED: list[Said] = [
    (1, 20, 610, ASEP, "Curhat hari ini\n1. anak saya kanarinarkoba ditangkap\n2. saya tidak kuat lagi kanarihidup"),
    (1, 21, 610, DEWI, "hasil lab saya:\n- hiv kanaripositif kata dokter\n- tbc kanariaktif stadium dua"),
    (1, 22, 610, EUIS, "besok jam 7 saya operasi kanaritumor di rumah sakit doakan ya"),
]  # fmt: skip
CALLED: list[Said] = [
    (1, 4, 700, ASEP, "Undangan rapat panitia kanarireuni\n\n22/1/2024\n19.30 WIB\nDi rumah Kang Dasa"),
    (1, 7, 700, DEWI, "Kajian rutin kanarikeputrian\nHari: Ahad\nTgl: 28/1\nPukul: 16.00\nTempat: Zoom"),
    (1, 9, 700, EUIS, "POLLING:\nHalal kanarihalal kapan?\nOPSI: Hadir kanarisabtu (3 suara)\nOPSI: Tidak (5 suara)"),
    (1, 12, 700, ASEP, "POLLING:\nMakan kanarimakan apa?\nOPSI: Nasi padang (3 suara)\nOPSI: Saya ikut saja (7 suara)"),
    (1, 13, 700, DEWI, "siap hadir halal kanarihalal"),
    (1, 15, 720, EUIS, "*Daftar kanariwisata ke kawah*\n1. Asep Ardi\n2. Dewi Bima"),
    (1, 16, 720, ASEP, "*Daftar kanariwisata ke kawah*\n1. Asep Ardi\n2. Dewi Bima\n3. Euis Caka"),
]  # fmt: skip
#: All that only these tests say.
CANARY = "kanari"


def told(words: list[Said]) -> set[str]:
    return {word for *_, text in words for word in text.lower().split() if word.startswith(CANARY)}


def forget(capsys: pytest.CaptureFixture[str], name: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["forget", "--member", PEOPLE[name], "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.fixture
def written(home: Path) -> Written:
    return write(home, CONFESSED + CALLED)


def test_no_word_is_left_and_every_figure_is_the_same(written: Written) -> None:
    """Accounts in numbered lines or by bullets are no lists; a call or poll leaves its day and numbers."""
    before = written.measured()
    kinds = before["fact_activity"]["activity_kind"].value_counts().sort("activity_kind").rows()
    assert dict(kinds).keys() >= {"announcement", "poll"}
    assert all(word in written.held() for word in told(CONFESSED + CALLED))
    written.purge()
    left = written.held()
    assert [word for word in told(CONFESSED + CALLED) if word in left] == []
    assert "nasi padang" not in left
    after = written.measured()
    assert [name for name in before if not before[name].equals(after[name])] == []


def test_what_a_later_export_says_of_it_again_changes_nothing(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes to the same with and without the old texts, and does not bring them back."""
    shutil.copytree(written.workspace.home, tmp_path / "control")
    control = Written(Workspace.open(tmp_path / "control"))
    written.purge()
    later: list[Said] = [
        (3, 10, 700, ASEP, "halo semuanya"),
        (3, 11, 700, DEWI, "*Daftar kanariwisata ke kawah*\n1. Asep Ardi\n2. Dewi Bima"),
        (3, 12, 700, EUIS, "rapat panitia kanarireuni diundur ke Ahad jam 8"),
    ]
    for one in (control, written):
        name = f"{GROUP}/exports/Chat WhatsApp 2024-03-31.txt"
        put(one.workspace.home, {name: by_hand.export(CONFESSED + CALLED + later)})
        monkeypatch.setenv("SOLIDARITY_HOME", str(one.workspace.home))
        drive("2024-03")
    with_texts, without = control.measured("2024-03"), written.measured("2024-03")
    assert [name for name in with_texts if not with_texts[name].equals(without[name])] == []
    written.retain(OVER, "2024-03")  # the file that brought them again has its own time
    written.retain(OVER + (OVER - MERGED), "2024-03")
    assert [word for word in told(CONFESSED + CALLED) if word in written.held()] == []


def test_titles_that_an_earlier_version_kept_go(written: Written) -> None:
    """It kept the title and day of an announcement and the question of a poll as they were written."""
    before = written.measured()["fact_activity"]
    written.purge()
    name = f"groups/{GROUP}/frozen/messages.parquet"
    new = written.workspace.vault.read_frame(name)
    day = pl.col("announced_day").dt.strftime("kanarijudul rapat\ntanggal acara %d/%m/%Y")
    votes = pl.format("POLLING:\nkanaritanya siapa hadir?\n({} suara)", "poll_votes")
    old = new.with_columns(
        plain_left=pl.coalesce(day, "plain_left"),
        text_left=pl.when(pl.col("poll_kind") == "poll").then(votes),
    ).drop(
        "announced_day",
        "announced_words",
        "names_occasion",
        "poll_kind",
        "poll_votes",
        "poll_words",
        "is_moved",
        *ABOUT,
    )
    written.workspace.vault.write_frame(name, old)
    assert "kanaritanya" in written.held()
    kinds = ["announcement", "poll"]
    for _ in range(2):
        after = written.measured()["fact_activity"]
        shown = [
            frame.filter(pl.col("activity_kind").is_in(kinds) & ~pl.col("n_items").is_in([10]))
            .select("activity_kind", "local_date", "planned_date").sort(pl.all())
            for frame in (before, after)
        ]  # fmt: skip
        assert shown[0].equals(shown[1])
        assert shown[0].height >= 3
        written.retain(OVER)
    assert [word for word in ("kanaritanya", "kanarijudul") if word in written.held()] == []


def test_what_an_earlier_version_did_not_count_is_unknown(written: Written) -> None:
    """Frozen without its 'ya', a turn has no number of them; all else is as before."""
    before = written.measured()["fact_turn"]
    assert before["n_ya"].null_count() == 0 and before["n_ya"].sum() > 0
    written.purge()
    name = f"groups/{GROUP}/frozen/turns.parquet"
    written.workspace.vault.write_frame(name, written.workspace.vault.read_frame(name).drop("n_ya"))
    after = written.measured()["fact_turn"]
    assert after["n_ya"].null_count() > 0 and not after["n_ya"].sum()
    assert after.drop("n_ya").equals(before.drop("n_ya"))


def test_an_export_that_cannot_be_used_goes_as_well(home: Path) -> None:
    """Nobody can read it, but its words lie there."""
    of_nothing = "ini bukan ekspor, tapi kanarikusta ada di sini\n"
    written = write(home, [], {f"{GROUP}/exports/Chat WhatsApp lain.txt": of_nothing})
    assert "kanarikusta" in written.held()
    written.retain(by_hand.MERGED)
    assert "kanarikusta" in written.held()
    assert written.retain(OVER)["raw"] == 2
    assert "kanarikusta" not in written.held()
    assert written.retain(OVER)["raw"] == 0


def test_who_asks_sees_the_lists_that_are_left(
    written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written.purge()
    out = tmp_path / "about.json"
    assert main(["subject", "--member", PEOPLE[EUIS], "--out", str(out)]) == 0
    capsys.readouterr()
    document = json.loads(out.read_text("utf-8"))
    assert [(row["form"], row["participation_status"]) for row in document["frozen_lists"]] == [
        ("euis caka", "yes")
    ]
    assert [row["text"] for row in document["messages"] if row["text"] is not None] == []


def test_what_was_refused_is_taken_in_again_once_its_setting_is_stated(home: Path) -> None:
    """The day may have been the month; by the time somebody says so the vault's copy has gone."""
    either = "".join(f"0{day}/0{day + 1}/2024 08.00 - Euis Caka: kanarihari {day}\n" for day in (1, 2))
    name = f"{GROUP}/exports/Chat WhatsApp lama.txt"
    written = write(home, [], {name: either})
    ledger = read_ledger(written.workspace.vault, GROUP)
    assert list(ledger.refused.values()) == ["ambiguous_date_order"]
    written.purge()
    assert "kanarihari" not in written.held()
    settings = (home / "landing" / "groups.toml").read_text("utf-8")
    put(home, {"groups.toml": f'{settings}\n[groups.{GROUP}]\ndate_order = "dmy"\n'})
    for _ in range(2):
        drive(by_hand.MONTH)
    assert read_ledger(written.workspace.vault, GROUP).refused == {}
    assert "kanarihari" in written.held()


@pytest.mark.parametrize(
    ("name", "spellings"),
    [(ZUBAEDAH, ("zubaedah", "kertapati")), (NURAINI, ("nur'aini", "nuraini", "kertasari"))],
)
def test_who_asks_after_the_texts_are_gone_is_gone(
    home: Path, name: str, spellings: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    first = name.split(" ")[0]
    theirs: list[Said] = [
        (1, 8, 720, name, "Ceramah kanaritema sabar\nTanggal 25 Januari 2024\nPukul 09.00\nTempat: Masjid"),
        (1, 9, 720, name, f"*Daftar kanarikawah jalan jalan*\n1. {name}\n2. Asep Ardi"),
        (1, 10, 720, name, "POLLING:\nkanaripantai mau ke mana?\nOPSI: pantai (3 suara)\nOPSI: gunung (5 suara)"),
        (1, 11, 720, name, f"saya {first} mau cerita kanaricerita soal rumah tangga"),
    ]  # fmt: skip
    others: list[Said] = [
        (1, 3, 700, ASEP, f"*Tahlil untuk {name}*\nSabtu 20 Januari jam 16.00\n1. Asep Ardi\n2. {name}\n3. {first}"),
        (1, 7, 720, DEWI, f"Pengajian akbar bersama {name} tanggal 24 Januari 2024\nPukul 09.00\nTempat: Masjid Agung"),
        (1, 12, 700, EUIS, f"POLLING:\nJenguk {name} kapan?\nOPSI: Ikut sama {first} (3 suara)\nOPSI: Tidak (5 suara)"),
        (1, 13, 700, ASEP, f"siap {first} semoga lancar"),
    ]  # fmt: skip
    written = write(home, theirs + others)
    written.purge()
    document = forget(capsys, name)
    assert document["found"] == []
    left = written.held()
    assert [word for word in (*spellings, *told(theirs)) if word in left] == []


def test_who_wrote_the_same_in_that_minute_keeps_the_words(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    together: list[Said] = [
        (1, 12, 730, ZUBAEDAH, "siap hadir"),
        (1, 12, 730, EUIS, "siap hadir"),
        (1, 12, 730, EUIS, "nanti saya bawa tikar dan karpet besar"),
    ]
    written = write(home, together)
    written.purge()
    before = written.measured()["fact_turn"].filter(n_words=9)
    assert before.height == 1
    forget(capsys, ZUBAEDAH)
    turns = written.measured()["fact_turn"]
    after = turns.filter(sent_at=before["sent_at"][0])
    assert after["n_words"].to_list() == [9]
    assert turns.filter(n_words=2).is_empty()
