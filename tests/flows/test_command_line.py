"""The contract of the command line where no flow runs: exit codes, and one JSON document on stdout."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from schemas.tables import TABLES

ANDROID = "13/01/2024 16.25 - Ali: halo\n14/01/2024 16.26 - +62 812-3456-7890: hai\nkabar?\n"
IPHONE = "[1/13/24, 4:25:10 PM] Ali: halo\r\n\u200e[1/14/24, 12:05:00 AM] Budi: \u200eimage omitted\r\n"
INSPECTED = {
    "kind",
    "platform",
    "language",
    "date_order",
    "clock",
    "messages",
    "events",
    "senders",
    "first",
    "last",
    "lines",
    "continuation_lines",
    "rejected_lines",
    "truncated",
}


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    """Exit code of a call, and the one document that it printed."""
    code = main(list(words))
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate", "--json"],
        ["--json"],
        ["run", "--nope", "--json"],
        ["run", "--json", "--wait", "soon"],
        ["query", "--json"],
        ["inspect", "no such file", "--json"],
        ["query", "select 1", "--schema", "vault", "--json"],
        ["query", "select 1", "--snapshot", "../..", "--json"],
        ["release", "--json", "verify", "2024-01-0123456789ab"],
    ],
)
def test_a_call_that_makes_no_sense_ends_with_2_and_says_so_in_json(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    code, document = ask(capsys, *words)
    assert code == 2
    assert document["error"] in {"usage", "configuration"}


@pytest.mark.parametrize(
    "words",
    [
        ["forget"],
        ["subject"],
        ["forget", "--member", "7", "--phone", "-"],
        ["forget", "--phone", "0812-3456-7890"],
        ["subject", "--phone", "+6281234567890"],
    ],
)
def test_one_person_is_named_and_a_number_is_no_argument(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    code, document = ask(capsys, *words, "--json")
    assert (code, document["error"]) == (2, "usage")
    assert "0812" not in json.dumps(document)
    assert list(home.iterdir()) == []


def test_inspect_tells_both_phones_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    android, iphone = tmp_path / "Chat.txt", tmp_path / "_chat.zip"
    android.write_text(ANDROID, encoding="utf-8")
    with zipfile.ZipFile(iphone, "w") as archive:
        archive.writestr("_chat.txt", IPHONE)
    code, found = ask(capsys, "--json", "inspect", str(android))
    assert code == 0
    assert found.keys() >= INSPECTED
    assert (found["messages"], found["senders"], found["continuation_lines"]) == (2, 2, 1)
    assert (found["first"], found["last"]) == ("2024-01-13T16:25:00", "2024-01-14T16:26:00")
    code, found = ask(capsys, "inspect", str(iphone), "--json")
    assert (found["platform"], found["date_order"], found["clock"]) == ("ios", "mdy", "12h")
    assert (found["first"], found["last"]) == ("2024-01-13T16:25:10", "2024-01-14T00:05:00")


def test_inspect_refuses_with_3_and_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "chat.txt"
    file.write_text("03/04/2024 16.25 - Ali: halo\n", encoding="utf-8")
    code, found = ask(capsys, "inspect", str(file), "--json")
    assert (code, found["refused"]) == (3, "ambiguous_date_order")
    code, found = ask(capsys, "inspect", str(file), "--date-order", "dmy", "--json")
    assert (code, found["first"]) == (0, "2024-04-03T16:25:00")


def test_a_new_home_is_sound_but_for_its_warehouse(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, made = ask(capsys, "init", "--group", "uji", "--name", 'Uji "satu"', "--json")
    assert code == 0 and made["made"]
    assert ask(capsys, "init", "--group", "uji", "--json") == (0, {"home": str(home), "made": []})
    code, found = ask(capsys, "doctor", "--json")
    assert code == 2
    assert [name for name, problem in found.items() if problem] == ["the warehouse answers"]
    assert ask(capsys, "migrate", "--json")[0] == 0
    assert ask(capsys, "doctor", "--json")[0] == 0
    assert ask(capsys, "snapshots", "--json") == (0, [])
    assert ask(capsys, "conflicts", "--json") == (0, [])
    assert ask(capsys, "query", "select count(*) as n from research.indicator", "--json") == (0, [{"n": 0}])


def test_a_research_question_is_found_and_asked_by_name(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, listed = ask(capsys, "questions", "--json")
    assert code == 0 and [one["name"] for one in listed] == [f"Q{number}" for number in range(1, 14)]
    code, shown = ask(capsys, "questions", "Q7", "--json")
    assert code == 0 and shown[0]["slug"] == "stayers_or_turnover" and "SELECT" in shown[0]["sql"]
    ask(capsys, "migrate", "--json")
    assert ask(capsys, "query", "--name", "Q7", "--param", "group_id=uji", "--json") == (0, [])
    for words in (
        ["--name", "Q14"],
        ["--name", "Q1", "--param", "group_id"],
        ["--param", "a=b"],
        ["select 1", "--name", "Q1"],
    ):
        assert ask(capsys, "query", *words, "--json")[0] == 2


def test_a_dry_run_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(capsys, "init", "--group", "uji", "--json")
    (home / "landing" / "uji" / "exports" / "Chat.txt").write_text(ANDROID, encoding="utf-8")
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    code, found = ask(capsys, "run", "--dry-run", "--month", "2024-01", "--json")
    assert (code, found) == (0, [{"group_id": "uji", "would_take_in": ["exports/Chat.txt"]}])
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


def test_the_dictionary_written_to_a_file_is_one_document_too(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "codebook.md"
    assert ask(capsys, "dictionary", "--out", str(out), "--json") == (0, {"written": str(out)})
    assert "research.indicator" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (
            "research.indicator",
            "group_id month code def_version value ci_low ci_high n_num n_den coverage status snapshot_id",
        ),
        (
            "core.fact_indicator",
            "group_key group_id month code def_version value ci_low ci_high n_num n_den coverage status "
            "snapshot_id window_months ci_kind n_lo n_hi",
        ),
        ("core.fact_message", "group_key message_key member_key sent_at local_date kind n_exports"),
        ("core.fact_message_change", "group_key message_key kind first_seen_date"),
        ("core.fact_membership", "group_key member_key kind basis"),
    ],
)
def test_tables_have_the_columns_of_the_contract(table: str, columns: str) -> None:
    assert set(columns.split()) <= set(TABLES[table].names)
