"""Landing: hash once, keep once, say what happened to every file."""

import datetime as dt
import io
import os
import zipfile
from pathlib import Path

import pytest

from schemas.config import Exporter, Group
from schemas.errors import FileRefused
from schemas.settings import Settings
from tasks.land.dates import stated_date
from tasks.land.discover import group_ids, unusable_folders
from tasks.land.exporters import exporter_of, exporter_ordinals
from tasks.land.land import forget_file, land_group, raw_name, read_ledger
from warehouse.workspace import Workspace

CHAT = "12/03/2024, 08:00 - Siti: Assalamualaikum\n12/03/2024, 08:01 - Budi: Waalaikumsalam\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "landing" / "g" / "exports").mkdir(parents=True)
    (tmp_path / "landing" / "g" / "rosters").mkdir()
    return Workspace(Settings(home=tmp_path))


def drop(workspace: Workspace, name: str, content: bytes) -> Path:
    path = workspace.landing / "g" / name
    path.write_bytes(content)
    return path


def counts(workspace: Workspace, run_id: str) -> tuple[int, int, int, int]:
    landed = land_group(workspace, "g", run_id)
    return landed.n_new, landed.n_known, landed.n_duplicate, landed.n_refused


def test_a_new_file_is_kept_by_its_content(workspace: Workspace) -> None:
    drop(workspace, "exports/WhatsApp Chat with G.txt", CHAT.encode())
    assert counts(workspace, "r1") == (1, 0, 0, 0)
    (content,) = read_ledger(workspace.vault, "g").contents("export").values()
    assert workspace.vault.read_bytes(raw_name(content.file_id)) == CHAT.encode()


def test_what_was_seen_is_not_read_again(workspace: Workspace) -> None:
    path = drop(workspace, "exports/a.txt", CHAT.encode())
    counts(workspace, "r1")
    stat = path.stat()
    path.write_bytes(b"x" * stat.st_size)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert counts(workspace, "r2") == (0, 1, 0, 0)


def test_renamed_and_zipped_again_it_is_the_same_file(workspace: Workspace) -> None:
    drop(workspace, "exports/a.txt", CHAT.encode())
    counts(workspace, "r1")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("_chat.txt"), CHAT)
    drop(workspace, "exports/b.zip", packed.getvalue())
    drop(workspace, "exports/c.txt", CHAT.encode())
    assert counts(workspace, "r2") == (0, 1, 2, 0)
    assert len(read_ledger(workspace.vault, "g").contents("export")) == 1


def test_a_later_date_in_the_name_is_kept(workspace: Workspace) -> None:
    drop(workspace, "exports/chat 2024-03-31.txt", CHAT.encode())
    drop(workspace, "exports/chat 2024-06-30.txt", CHAT.encode())
    counts(workspace, "r1")
    (content,) = read_ledger(workspace.vault, "g").contents("export").values()
    assert content.stated_date == dt.date(2024, 6, 30)


def test_what_cannot_be_used_is_refused_with_a_reason_and_the_rest_goes_on(workspace: Workspace) -> None:
    drop(workspace, "exports/a.txt", CHAT.encode())
    drop(workspace, "exports/broken.zip", b"PK\x03\x04 but no more")
    drop(workspace, "exports/photo.jpg", b"\xff\xd8")
    drop(workspace, "rosters/empty.csv", b"")
    assert counts(workspace, "r1") == (1, 0, 0, 3)
    reasons = {entry.path: entry.refusal for entry in read_ledger(workspace.vault, "g").entries.values()}
    assert reasons == {
        "exports/a.txt": None,
        "exports/broken.zip": "broken_zip",
        "exports/photo.jpg": "unknown_file_type",
        "rosters/empty.csv": "empty_file",
    }


def test_a_refused_file_is_tried_again_when_asked(workspace: Workspace) -> None:
    drop(workspace, "exports/broken.zip", b"PK\x03\x04 but no more")
    counts(workspace, "r1")
    assert counts(workspace, "r2") == (0, 1, 0, 0)
    forget_file(workspace.vault, "g", "exports/broken.zip")
    assert counts(workspace, "r3") == (0, 0, 0, 1)


def test_links_are_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text(CHAT)
    (workspace.landing / "g" / "exports" / "link.txt").symlink_to(outside)
    assert counts(workspace, "r1") == (0, 0, 0, 0)


def test_litter_of_computers_is_left_alone(workspace: Workspace) -> None:
    drop(workspace, "exports/.DS_Store", b"x")
    drop(workspace, "rosters/~$anggota.xlsx", b"x")
    assert counts(workspace, "r1") == (0, 0, 0, 0)


def test_folders_with_files_and_unusable_names_are_counted(workspace: Workspace) -> None:
    (workspace.landing / "grup kita" / "exports").mkdir(parents=True)
    assert unusable_folders(workspace.landing) == 0
    (workspace.landing / "grup kita" / "exports" / "a.txt").write_text(CHAT)
    assert group_ids(workspace.landing, workspace.config) == ["g"]
    assert unusable_folders(workspace.landing) == 1


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("roster-2024-02.csv", dt.date(2024, 2, 29)),
        ("anggota_2024-03-15.xlsx", dt.date(2024, 3, 15)),
        ("roster.csv", None),
        ("roster-2024-12.csv", dt.date(2024, 12, 31)),
    ],
)
def test_the_day_for_which_a_roster_speaks(name: str, day: dt.date | None) -> None:
    assert stated_date(name) == day


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(FileRefused, match="bad_stated_date"):
        stated_date("roster-2024-02-30.csv")


def test_exporters_are_declared_or_told_by_their_names() -> None:
    group = Group(exporters={"siti": Exporter(match="*siti*")})
    assert exporter_of("exports/Chat Siti 2024.txt", group) == "siti"
    assert exporter_of("Chat G 2024-03-01 (2).txt", group) == exporter_of("Chat G 2024-04-01.txt", group)
    names = ["b 1.txt", "a 2.txt", "siti.txt", "a 3.txt"]
    assert (
        exporter_ordinals(names, group)
        == exporter_ordinals(names[::-1], group)
        == {"siti": 0, "~a": 1, "~b": 2}
    )
