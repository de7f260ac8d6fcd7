"""From landing to parsed exports, as a run does it: folders, archives, dates that cannot be."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from schemas.settings import Settings
from tasks.land.land import land_group, read_ledger
from tasks.parse.stage import parse_group, parsed_name
from tasks.run import Run
from warehouse.workspace import Workspace

ANDROID = "13/10/2022 16.25 - "
RUN = Run(run_id="r1", flow="monthly", month="2022-10")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "landing" / "g" / "exports").mkdir(parents=True)
    return Workspace(Settings(home=tmp_path))


def taken_in(workspace: Workspace) -> tuple[int, dict[str, str]]:
    """Messages of all usable exports, and refused places by path."""
    land_group(workspace, "g", RUN.run_id, RUN.month)
    parse_group(workspace, RUN, "g")
    ledger = read_ledger(workspace.vault, "g")
    refused = {entry.path: entry.refusal for entry in ledger.entries.values() if entry.refusal}
    refused |= {ledger.paths(file_id)[0]: reason for file_id, reason in ledger.refused.items()}
    return sum(meta.n_messages for meta in ledger.metas.values()), refused


def test_a_folder_an_archive_of_two_and_a_text_are_taken_in_beside_a_bad_file(workspace: Workspace) -> None:
    exports = workspace.landing / "g" / "exports"
    (exports / "WhatsApp Chat - G").mkdir()
    (exports / "WhatsApp Chat - G" / "_chat.txt").write_text(
        "[13/10/22, 16.25.01] Ani: a\n", encoding="utf-8"
    )
    (exports / "WhatsApp Chat - G" / "1-PHOTO-1.jpg").write_bytes(b"\xff\xd8")
    with zipfile.ZipFile(exports / "two.zip", "w") as file:
        file.writestr("siti/_chat.txt", "[14/10/22, 16.25.01] Siti: a\n" * 2)
        file.writestr("budi/_chat.txt", "[15/10/22, 16.25.01] Budi: a\n" * 3)
    (exports / "a.txt").write_text(f"{ANDROID}Ani: b\n" * 4, encoding="utf-8")
    (exports / "b.txt").write_bytes(b"no chat\n")
    assert taken_in(workspace) == (1 + 2 + 3 + 4, {"exports/b.txt": "not_an_export"})


def test_a_name_that_states_a_day_before_its_messages_is_refused_until_it_is_mended(
    workspace: Workspace,
) -> None:
    exports = workspace.landing / "g" / "exports"
    path = exports / "chat 2022-01-31.txt"
    path.write_text(f"{ANDROID}Ani: a\n" * 4, encoding="utf-8")
    assert taken_in(workspace) == (0, {"exports/chat 2022-01-31.txt": "future_dates"})
    path.rename(exports / "chat 2022-10-31.txt")
    n_messages, _ = taken_in(workspace)
    assert n_messages == 4


def test_a_message_far_after_its_file_was_written_is_rejected(workspace: Workspace) -> None:
    path = workspace.landing / "g" / "exports" / "a.txt"
    text = f"{ANDROID}Ani: a\n" * 40 + "13/10/2031 16.25 - Ani: jam salah\n"
    path.write_text(text, encoding="utf-8")
    written = 1_667_000_000  # 2022-10-28
    os.utime(path, (written, written))
    assert taken_in(workspace) == (40, {})
    ledger = read_ledger(workspace.vault, "g")
    ((file_id, meta),) = ledger.metas.items()
    assert (meta.n_rejected_lines, meta.last_at.year) == (1, 2022)
    frame = workspace.vault.read_frame(parsed_name("g", file_id, ledger.parsed_under[file_id]))
    assert frame["seq"].to_list() == list(range(40))


def test_a_chat_that_goes_on_after_its_file_s_clock_is_left_alone(workspace: Workspace) -> None:
    """The clock of a file is no evidence against a whole chat, nor against one that just goes on."""
    path = workspace.landing / "g" / "exports" / "a.txt"
    path.write_text(
        "".join(f"{day:02}/10/2022 16.25 - Ani: a\n" for day in range(1, 31) for _ in range(9)),
        encoding="utf-8",
    )
    written = 1_666_915_200  # 2022-10-28
    os.utime(path, (written, written))
    assert taken_in(workspace) == (270, {})


def test_a_chat_a_lifetime_after_its_file_is_refused(workspace: Workspace) -> None:
    path = workspace.landing / "g" / "exports" / "a.txt"
    path.write_text("13/10/2092 16.25 - Ani: a\n" * 4, encoding="utf-8")
    assert taken_in(workspace) == (0, {"exports/a.txt": "future_dates"})


def test_a_chat_that_goes_on_a_little_past_the_date_in_its_name_is_kept(workspace: Workspace) -> None:
    path = workspace.landing / "g" / "exports" / "chat 2022-10-01.txt"
    path.write_text("01/10/2022 16.25 - Ani: a\n" * 99 + f"{ANDROID}Ani: b\n", encoding="utf-8")
    assert taken_in(workspace) == (100, {})
