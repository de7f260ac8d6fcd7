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
from tasks.land.discover import group_ids, misplaced_files, unusable_folders
from tasks.land.exporters import exporter_of, exporter_ordinals
from tasks.land.land import forget_file, land_group, raw_name, read_ledger
from tasks.land.vcards import read_card, read_cards
from warehouse.workspace import Workspace

CHAT = "12/03/2024, 08:00 - Siti: Assalamualaikum\n12/03/2024, 08:01 - Budi: Waalaikumsalam\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "landing" / "g" / "exports").mkdir(parents=True)
    (tmp_path / "landing" / "g" / "rosters").mkdir()
    return Workspace(Settings(home=tmp_path))


def drop(workspace: Workspace, name: str, content: bytes) -> Path:
    path = workspace.landing / "g" / name
    path.parent.mkdir(parents=True, exist_ok=True)
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


def test_what_lies_where_nothing_is_read_is_refused(workspace: Workspace) -> None:
    """Else an export, or a withdrawal, goes unread and nobody is told."""
    drop(workspace, "exports/a.txt", CHAT.encode())
    for name in ("b.txt", "corrections.toml", "export/c.zip", "export/2024/d.csv"):
        drop(workspace, name, b"x")
    drop(workspace, "foto.jpg", b"\xff\xd8")
    drop(workspace, ".git/e.txt", b"x")
    assert counts(workspace, "r1") == (1, 0, 0, 4)
    entries = read_ledger(workspace.vault, "g").entries
    refused = {path for path, entry in entries.items() if entry.refusal == "misplaced_file"}
    assert refused == {"b.txt", "corrections.toml", "export/c.zip", "export/2024/d.csv"}
    (workspace.landing / "g" / "b.txt").rename(workspace.landing / "g" / "exports" / "b.txt")
    assert counts(workspace, "r2") == (1, 4, 0, 0)  # read where it belongs
    assert set(read_ledger(workspace.vault, "g").entries) == refused - {"b.txt"} | {
        "exports/a.txt",
        "exports/b.txt",
    }


def test_files_beside_the_groups_are_counted(workspace: Workspace) -> None:
    for name in ("groups.toml", "corrections.toml", ".DS_Store", "foto.jpg"):
        (workspace.landing / name).write_text("")
    assert misplaced_files(workspace.landing) == 0
    for name in ("correction.toml", "WhatsApp Chat.txt", "anggota.xlsx"):
        (workspace.landing / name).write_text("")
    assert misplaced_files(workspace.landing) == 3


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


CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\nitem1.TEL;waid={}:+{}\r\nEND:VCARD\r\n"


def unpacked(workspace: Workspace, folder: str, **files: bytes) -> Path:
    """A folder in exports/ with files by name; two underscores stand for a dot."""
    path = workspace.landing / "g" / "exports" / folder
    path.mkdir(parents=True)
    for name, content in files.items():
        (path / name.replace("__", ".")).write_bytes(content)
    return path


def test_an_unpacked_export_is_one_file_and_its_media_none(workspace: Workspace) -> None:
    chat = CHAT.encode() + b"12/03/2024, 08:02 - Siti: IMG-1.jpg (file attached)\n"
    folder = unpacked(
        workspace, "Chat G 2024-03-31", _chat__txt=chat, IMG_1__jpg=b"\xff\xd8", notes__pdf=b"%PDF"
    )
    (folder / "Media").mkdir()
    (folder / "Media" / "VID-1.mp4").write_bytes(b"x")
    assert counts(workspace, "r1") == (1, 0, 0, 0)
    (entry,) = read_ledger(workspace.vault, "g").entries.values()
    (content,) = entry.contents
    assert (entry.path, content.stated_date) == ("exports/Chat G 2024-03-31", dt.date(2024, 3, 31))
    assert workspace.vault.read_bytes(raw_name(content.file_id)) == chat
    assert counts(workspace, "r2") == (0, 1, 0, 0)
    (folder / "_chat.txt").write_bytes(chat + b"12/03/2024, 08:03 - Budi: ya\n")
    assert counts(workspace, "r3") == (1, 0, 0, 0)


def test_folders_that_only_sort_files_are_looked_through(workspace: Workspace) -> None:
    unpacked(workspace, "siti", a__txt=CHAT.encode(), b__txt=CHAT.replace("Budi", "Citra").encode())
    unpacked(workspace, "2024", c__txt=CHAT.replace("Budi", "Dedi").encode())
    unpacked(workspace, "2024/deep/Chat G", _chat__txt=CHAT.replace("Budi", "Eka").encode())
    unpacked(workspace, "__MACOSX/Chat G", _chat__txt=b"x", a__jpg=b"x")
    assert counts(workspace, "r1") == (4, 0, 0, 0)
    assert set(read_ledger(workspace.vault, "g").entries) == {
        "exports/siti/a.txt",
        "exports/siti/b.txt",
        "exports/2024/c.txt",
        "exports/2024/deep/Chat G",
    }


def test_a_folder_of_pictures_is_refused_once(workspace: Workspace) -> None:
    unpacked(workspace, "pictures", a__jpg=b"x", b__jpg=b"y")
    assert counts(workspace, "r1") == (0, 0, 0, 1)
    (entry,) = read_ledger(workspace.vault, "g").entries.values()
    assert (entry.path, entry.refusal) == ("exports/pictures", "no_chat_in_folder")


def test_an_unpacked_export_is_tried_again_by_any_of_its_files(workspace: Workspace) -> None:
    unpacked(workspace, "Chat G", notes__txt=b"no chat", a__jpg=b"x")
    assert counts(workspace, "r1") == (0, 0, 0, 1)
    assert counts(workspace, "r2") == (0, 1, 0, 0)
    forget_file(workspace.vault, "g", "exports/Chat G/notes.txt")
    assert counts(workspace, "r3") == (0, 0, 0, 1)


def test_a_name_that_is_no_text_does_no_harm(workspace: Workspace) -> None:
    name = os.fsencode(workspace.landing / "g" / "exports") + b"/chat \xff\xfe.txt"
    Path(os.fsdecode(name)).write_bytes(CHAT.encode())
    assert counts(workspace, "r1") == (1, 0, 0, 0)
    assert counts(workspace, "r2") == (0, 1, 0, 0)


def test_refused_files_are_told_apart_by_their_content(workspace: Workspace) -> None:
    drop(workspace, "exports/a.jpg", b"x")
    drop(workspace, "exports/b.jpg", b"y")
    counts(workspace, "r1")
    assert len({entry.sha256 for entry in read_ledger(workspace.vault, "g").entries.values()}) == 2


def test_cards_of_people_in_the_chat_are_kept_and_those_of_outsiders_are_not(workspace: Workspace) -> None:
    chat = CHAT + "12/03/2024, 08:02 - +62 813-1111-2222: a.vcf (file attached)\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("_chat.txt", chat)
        archive.writestr("a.vcf", CARD.format("Siti", 6281234567890, 6281234567890))
        archive.writestr("b.vcf", CARD.format("Pak Hasan", 6281311112222, 6281311112222))
        archive.writestr("c.vcf", CARD.format("Orang Luar", 6289999999999, 6289999999999))
        archive.writestr("d.vcf", b"\x00\xff not a card")
    drop(workspace, "exports/b.zip", packed.getvalue())
    counts(workspace, "r1")
    (file_id,) = read_ledger(workspace.vault, "g").contents("export")
    assert workspace.vault.read_bytes(raw_name(file_id)) == chat.encode()
    assert read_cards(workspace.vault, "g", [file_id]).rows() == [
        (file_id, "Pak Hasan", "+6281311112222"),
        (file_id, "Siti", "+6281234567890"),
    ]
    kept = b"".join(path.read_bytes() for path in workspace.vault.root.rglob("*") if path.is_file())
    assert b"Orang Luar" not in kept and b"6289999999999" not in kept


@pytest.mark.parametrize(
    ("card", "pairs"),
    [
        (CARD.format("Ani", 6281234567890, 6281234567890), [("Ani", "+6281234567890")]),
        (
            "BEGIN:VCARD\nN:Aminah;Siti;;;\nTEL;CELL:0812-3456-7890\nEND:VCARD",
            [("Siti Aminah", "+6281234567890")],
        ),
        (
            "BEGIN:VCARD\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89ka=\n Sari\nTEL:+62 812 3456 7890\n"
            "TEL;HOME:+62 813 3456 7890\nEND:VCARD",
            [("Éka Sari", "+6281234567890"), ("Éka Sari", "+6281334567890")],
        ),
        ("BEGIN:VCARD\nFN:Ani\nTEL:12\nEND:VCARD", []),
        ("BEGIN:VCARD\nTEL:+6281234567890\nEND:VCARD", []),
        ("", []),
    ],
)
def test_what_a_card_says(card: str, pairs: list[tuple[str, str]]) -> None:
    assert read_card(card.encode()) == pairs
