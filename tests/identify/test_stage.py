"""The identify stage on real files: lists of people as curators hand them in, corrections as engineers declare them."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import polars as pl
import pytest

from schemas.corrections import read_corrections
from schemas.errors import ConfigurationError, UsageError
from tasks.identify.explain import MEANINGS, explain
from tasks.land.land import read_ledger
from tests.identify.homes import chat, number, run_identify, write
from warehouse.keys import generate
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

EXPORT = "uji/exports/Chat WhatsApp dengan Uji 2024-04-01.txt"
DOCS = Path(__file__).resolve().parents[2] / "docs"
NAMES = [f"Anggota Nomor{chr(97 + n)}" for n in range(14)]
ROSTER = "nama,no hp\n" + "".join(f"{name},{number(n)}\n" for n, name in enumerate(NAMES))
OTHERS = "nama,no hp\n" + "".join(f"Orang Lain{chr(97 + n)},{number(n, 700)}\n" for n in range(14))
BASIS = 'reason = "asked at the meeting"\ndate = 2024-04-02\nrole = "secretary"\n'


def reasons(home: Path, group_id: str = "uji") -> set[str]:
    ledger = read_ledger(Workspace.open(home).vault, group_id)
    return set(ledger.refused.values()) | {
        entry.refusal for entry in ledger.entries.values() if entry.refusal
    }


def members(store: StageStore) -> int:
    return store.frame("identify", "people").filter("is_on_roster")["member_key"].n_unique()


def test_a_roster_of_another_group_is_refused_and_its_own_is_not(home: Path) -> None:
    write(home, {EXPORT: chat(NAMES), "uji/rosters/roster-2024-03.csv": OTHERS})
    store = run_identify(home)["uji"]
    assert reasons(home) == {"roster_of_another_group"} and members(store) == 0
    write(home, {"uji/rosters/anggota-2024-03.csv": ROSTER})
    assert members(run_identify(home)["uji"]) == 14
    # declared as its own, it counts; the line taken back, it is refused again
    refused = next(iter(read_ledger(Workspace.open(home).vault, "uji").refused))
    before = frames(store)
    write(home, {"corrections.toml": f'[[own_roster]]\nfile_id = "{refused}"\n{BASIS}'})
    assert members(run_identify(home)["uji"]) == 28 and reasons(home) == set()
    (home / "landing" / "corrections.toml").unlink()
    assert members(run_identify(home)["uji"]) == 14 and reasons(home) == {"roster_of_another_group"}
    assert frames(store).keys() == before.keys()


def test_few_people_or_nothing_to_compare_refuse_no_roster(home: Path) -> None:
    names_alone = "nama\n" + "".join(f"Orang Lain{chr(97 + n)}\n" for n in range(14))
    write(home, {EXPORT: chat([number(n) for n in range(14)]), "uji/rosters/roster-2024-03.csv": names_alone})
    write(
        home, {"dua/exports/WhatsApp Chat with Dua.txt": chat(NAMES[:5]), "dua/rosters/r-2024-03.csv": OTHERS}
    )
    run_identify(home)
    assert reasons(home) == reasons(home, "dua") == set()


def test_a_roster_handed_in_by_one_group_serves_the_community_once(home: Path) -> None:
    toml = '[groups.uji]\ncommunity = "k"\n[groups.dua]\ncommunity = "k"\n'
    write(home, {"groups.toml": toml, EXPORT: chat(NAMES[:9]), "uji/rosters/roster-2024-03.csv": ROSTER})
    write(home, {"dua/exports/WhatsApp Chat with Dua.txt": chat([number(n) for n in range(7, 14)])})
    stores = run_identify(home)
    found = {one: store.frame("identify", "core.dim_member") for one, store in stores.items()}
    assert found["uji"].equals(found["dua"]) and found["uji"]["community"].unique().to_list() == ["k"]
    assert found["uji"]["member_key"].n_unique() == 14


def test_a_roster_says_who_is_in_the_chat_of_its_own_folder_only(home: Path) -> None:
    toml = '[groups.uji]\ncommunity = "k"\n[groups.dua]\ncommunity = "k"\n'
    silent, gone = NAMES[12], NAMES[13]
    marked = "nama,no hp,di grup\n" + "".join(
        f"{name},{number(n)},{'tidak' if name == gone else 'ya'}\n" for n, name in enumerate(NAMES)
    )
    write(home, {"groups.toml": toml, EXPORT: chat(NAMES[:9]), "uji/rosters/roster-2024-03.csv": marked})
    write(home, {"dua/exports/WhatsApp Chat with Dua.txt": chat(NAMES[3:12])})
    keys = dict(
        run_identify(home)["uji"].frame("identify", "people").select("name", "member_key").iter_rows()
    )
    assert len(keys) >= 14
    bases = {
        one: set(
            StageStore(Workspace.open(home).vault, one)
            .frame("identify", "core.fact_membership")
            .filter(pl.col("member_key").is_in([keys[silent], keys[gone]]), pl.col("kind") == "group")
            .select("basis", "member_key")
            .iter_rows()
        )
        for one in ("uji", "dua")
    }
    assert ("roster_stated", keys[silent]) in bases["uji"]
    assert not any(key == keys[gone] for _, key in bases["uji"])
    assert bases["dua"] == {("roster_presumed", keys[silent]), ("roster_presumed", keys[gone])}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("57", [("2024-03-31", 57)]),
        ("Jumlah anggota: 57\n", [("2024-03-31", 57)]),
        ("n\n57\n", [("2024-03-31", 57)]),
        ("tanggal;jumlah\n29 Februari 2024;55\n31/03/2024;57\n", [("2024-02-29", 55), ("2024-03-31", 57)]),
    ],
)
def test_a_participants_file_may_hold_a_count_alone(home: Path, content: str, expected: list) -> None:
    write(home, {EXPORT: chat(NAMES), "uji/rosters/participants-2024-03-31.csv": content})
    store = run_identify(home)["uji"]
    assert [(str(day), n) for day, n in store.frame("identify", "head_counts").rows()] == expected
    assert store.facts("identify")["n_is_known"] and reasons(home) == set()


def test_a_participants_file_may_list_numbers_and_groups_toml_prevails_over_counts(home: Path) -> None:
    listed = "nomor wa\n" + "".join(f"{number(n)}\n" for n in range(12))
    toml = "[groups.uji]\nparticipants = [{ date = 2024-03-31, n = 60 }]\n"
    write(home, {"groups.toml": toml, EXPORT: chat([number(n) for n in range(14)])})
    write(
        home,
        {"uji/rosters/participants-2024-03-20.csv": listed, "uji/rosters/participants-2024-03-31.csv": "57"},
    )
    store = run_identify(home)["uji"]
    assert store.frame("identify", "head_counts").rows() == [(dt.date(2024, 3, 31), 60)]
    stays = store.frame("identify", "core.fact_membership").filter(kind="group")
    assert stays["to_date"].is_null().sum() == 12 and set(stays.drop_nulls("to_date")["end_basis"]) == {
        "list"
    }


def test_old_macro_and_misnamed_workbooks_are_refused_with_their_reason(home: Path) -> None:
    macro = io.BytesIO()
    with zipfile.ZipFile(macro, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(
            "[Content_Types].xml", '<Types ContentType="application/vnd.ms-excel.sheet.macroEnabled"/>'
        )
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    old, locked = (compound + name.encode("utf-16-le") for name in ("Workbook", "EncryptedPackage"))
    for name, content, reason in (
        ("a-2024-03.xlsm", macro.getvalue(), "macro_workbook"),
        ("b-2024-03.xls", old, "old_workbook"),
        ("c-2024-03.xlsx", locked, "encrypted_workbook"),
        ("d-2024-03.docx", b"PK", "unknown_file_type"),
    ):
        folder = home / reason
        folder.mkdir()
        write(folder, {f"uji/rosters/{name}": content})
        run_identify(folder)
        assert reasons(folder) == {reason}


def test_a_contact_card_in_the_archive_is_evidence(home: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("Chat WhatsApp dengan Uji.txt", chat(["Ustadz Gaul", "Tamu Satu"]))
        card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\nTEL;TYPE=CELL:{}\r\nEND:VCARD\r\n"
        made.writestr("gaul.vcf", card.format("Ustadz Gaul", "0812-5000-1003"))
        made.writestr("asing.vcf", card.format("Orang Asing", "0812-5000-1004"))
    write(home, {"uji/exports/Chat 2024-04-01.zip": archive.getvalue(), "uji/rosters/r-2024-03.csv": ROSTER})
    people = run_identify(home)["uji"].frame("identify", "people").drop_nulls("person_no")
    assert dict(people.select("name", "identity_method").iter_rows()) == {
        NAMES[3]: "card",
        "Tamu Satu": "none",
    }


def frames(store: StageStore) -> dict[str, pl.DataFrame]:
    """All of the stage's frames, in an order of their own."""
    return {name: frame.sort(pl.all().cast(pl.String)) if "aliases" not in frame.columns else frame
            for name, frame in store.frames("identify").items() if "labels" not in frame.columns}  # fmt: skip


def same(first: dict[str, pl.DataFrame], second: dict[str, pl.DataFrame]) -> bool:
    return first.keys() == second.keys() and all(first[name].equals(second[name]) for name in first)


def test_every_kind_of_correction_is_taken_back_without_loss(home: Path) -> None:
    numbered = "no anggota,nama,no hp\n" + "".join(
        f"A{n},{name},{number(n)}\n" for n, name in enumerate(NAMES)
    )
    later = numbered.replace(f"A5,{NAMES[5]},{number(5)}", "A5,Zainab Kurnia,0813 9999 0000")
    write(home, {EXPORT: chat([*NAMES, "Si Bos"]), "uji/rosters/r-2024-02.csv": numbered})
    write(home, {"uji/rosters/r-2024-03.csv": later})
    plain = frames(run_identify(home)["uji"])
    lines = {
        "merge": 'labels = ["Si Bos"]\nmember_id = "A2"\n',
        "split": f'label = "{NAMES[4]}"\nmember_id = "A4"\n',
        "split ": 'member_id = "A5"\nname = "zainab  kurnia"\n',
        "attendance": 'activity_date = 2024-03-10\nmember_ids = ["A1", "A3"]\nn_present = 9\n',
        "settle": 'conflict = "number_of_two_names"\nmember_ids = ["A5"]\n',
    }
    for kind, line in lines.items():
        write(home, {"corrections.toml": f"[[{kind.strip()}]]\n{line}{BASIS}"})
        changed = frames(run_identify(home)["uji"])
        assert not same(plain, changed), kind
    (home / "landing" / "corrections.toml").unlink()
    assert same(plain, frames(run_identify(home)["uji"]))


def test_a_number_given_to_two_people_is_listed_and_split_when_declared(home: Path) -> None:
    first = f"no anggota,nama,no hp\nA1,{NAMES[0]},{number(0)}\nA2,{NAMES[1]},{number(1)}\n"
    second = f"no anggota,nama,no hp\nA1,Zainab Kurnia,{number(9)}\nA2,{NAMES[1]},{number(1)}\n"
    write(home, {EXPORT: chat([NAMES[0], number(9)]), "uji/rosters/r-2024-02.csv": first})
    write(home, {"uji/rosters/r-2024-03.csv": second})
    store = run_identify(home)["uji"]
    assert store.frame("identify", "conflict_details")["conflict_kind"].to_list() == ["number_of_two_names"]
    assert store.frame("identify", "people").drop_nulls("person_no")["member_key"].n_unique() == 1
    line = f'[[split]]\nmember_id = "A1"\nname = "Zainab Kurnia"\n{BASIS}'
    write(home, {"corrections.toml": line})
    apart = run_identify(home)["uji"]
    assert apart.frame("identify", "conflict_details").is_empty()
    assert set(apart.frame("identify", "people")["member_id"]) == {"A1", "A2", "A1 (Zainab Kurnia)"}
    assert apart.frame("identify", "people").drop_nulls("person_no")["member_key"].n_unique() == 2


def test_declared_attendance_reaches_the_warehouses_frame(home: Path) -> None:
    numbered = f"no anggota,nama\nA1,{NAMES[0]}\nA2,{NAMES[1]}\n"
    line = '[[attendance]]\nactivity_date = 2024-03-10\nmember_ids = ["A2"]\nn_present = 9\n' + BASIS
    count = f"[[attendance]]\nactivity_date = 2024-03-17\nn_present = 4\n{BASIS}"
    write(
        home, {EXPORT: chat(NAMES), "uji/rosters/r-2024-03.csv": numbered, "corrections.toml": line + count}
    )
    store = run_identify(home)["uji"]
    people = store.frame("identify", "people")
    key = people.filter(member_id="A2")["member_key"][0]
    rows = store.frame("identify", "core.fact_attendance").drop("group_key").rows()
    assert rows == [
        (dt.date(2024, 3, 10), 0, None, 9),
        (dt.date(2024, 3, 10), 1, key, None),
        (dt.date(2024, 3, 17), 0, None, 4),
    ]
    write(
        home,
        {
            "corrections.toml": line.replace('"A2"', '"A2", "Kanari"').replace("[[", "[[", 1)
            + 'group = "uji"\n'
        },
    )
    with pytest.raises(ConfigurationError, match="unknown=1") as caught:
        run_identify(home)
    assert "Kanari" not in str(caught.value)


def test_a_correction_that_ends_fails_once_nothing_needs_it(home: Path) -> None:
    write(home, {EXPORT: chat([*NAMES, "Si Bos"]), "uji/rosters/r-2024-03.csv": ROSTER})
    ends = 'group = "uji"\nexpires = 2024-12-31\n'
    merge = f'[[merge]]\nlabels = ["Si Bos", "{NAMES[2]}"]\n{BASIS}{ends}'
    write(home, {"corrections.toml": merge})
    run_identify(home)
    write(home, {"corrections.toml": f'[[merge]]\nlabels = ["Si Bas", "Si Bus"]\n{BASIS}{ends}'})
    with pytest.raises(ConfigurationError, match="needless=1"):
        run_identify(home)
    write(home, {"corrections.toml": merge.replace("2024-12-31", "2024-03-30")})
    with pytest.raises(ConfigurationError, match="expired=1"):
        run_identify(home)


def test_the_example_of_the_engineers_guide_holds(home: Path) -> None:
    """The roster, chat and correction of docs/engineers.md, as they stand there."""
    text = (DOCS / "engineers.md").read_text("utf-8")
    part = text[text.index("### A conflict, from the list to its settlement") :]
    roster, lines, correction = re.findall(r"```(?:csv|text|toml)\n(.*?)```", part, re.DOTALL)[:3]
    write(home, {EXPORT: lines, "uji/rosters/roster-2024-03.csv": roster})
    store = run_identify(home)["uji"]
    listed = store.frame("identify", "conflict_details")
    assert listed.select("conflict_kind", "is_settled").rows() == [("name_of_two_members", False)]
    assert store.facts("identify")["n_conflicts"] == 1
    found = explain(Workspace.open(home), listed["conflict_key"][0], dt.date(2024, 4, 2))
    assert found["group_id"] == "uji" and found["labels"] == ["Ahmad Fauzi"]
    assert sorted(found["member_ids"]) == ["KB-014", "KB-031"]
    merges = [one for one in found["remedies"] if one.startswith("[[merge]]")]
    assert len(merges) == 2 and any('member_id = "KB-031"' in one for one in merges)
    before = frames(store)
    write(home, {"corrections.toml": correction})
    settled = run_identify(home)["uji"]
    people = settled.frame("identify", "people").drop_nulls("person_no")
    assert dict(people.select("name", "identity_method").iter_rows())["Ahmad Fauzi"] == "correction"
    assert people.filter(name="Ahmad Fauzi")["member_id"].to_list() == ["KB-031"]
    assert settled.facts("identify")["n_conflicts"] == 0
    (home / "landing" / "corrections.toml").unlink()
    assert same(before, frames(run_identify(home)["uji"]))


def test_any_remedy_shown_can_be_pasted_and_settles_the_conflict(home: Path) -> None:
    shared = "no anggota,nama,no hp\n" + "".join(
        f"A{n},{name},{number(n)}\n" for n, name in enumerate(["Ahmad Fauzi", "Ahmad Fauzi", *NAMES])
    )
    write(home, {EXPORT: chat(["Ahmad Fauzi", *NAMES]), "uji/rosters/r-2024-03.csv": shared})
    workspace = Workspace.open(home)
    key = run_identify(home)["uji"].frame("identify", "conflict_details")["conflict_key"][0]
    for remedy in explain(workspace, key, dt.date(2024, 4, 2))["remedies"]:
        write(home, {"corrections.toml": remedy.replace("…", "as agreed")})
        assert len(read_corrections(home / "landing" / "corrections.toml").lines()) == 1
        assert run_identify(home)["uji"].facts("identify")["n_conflicts"] == 0
    with pytest.raises(UsageError, match="no group lists"):
        explain(workspace, "0" * 12, dt.date(2024, 4, 2))
    assert all(meaning.endswith(".") for meaning in MEANINGS.values())


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (1, 3, 0, 2)])
def test_rosters_may_arrive_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, order: tuple[int, ...]
) -> None:
    head = "no anggota,nama,jabatan,tanggal masuk,tanggal keluar\n"
    rosters = {
        "r-2023-06.csv": "A1,Hilmi Ramadhan,ketua,2020-01-01,\nA2,Siti Nurjanah,,2021-01-01,\n",
        "r-2023-09.csv": "A2,Siti Nurjanah,bendahara,2021-01-01,\nA3,Budi Santoso,,,\n",
        "r-2023-12.csv": "A1,Hilmi Ramadhan,,2020-01-01,\nA2,Siti Nurjanah,,2021-01-01,2023-11-01\n",
        "r-2024-03.csv": "A1,Hilmi Ramadhan,pendiri,2020-01-01,\nA3,Budi Santoso,ketua,,\n",
    }
    found = []
    for arrival in (order, range(4)):
        folder = tmp_path_factory.mktemp("arrival")
        generate(folder / "vault" / "pseudonym.key")
        (folder / "vault" / "pseudonym.key").write_bytes(b"0123456789abcdef0123456789abcdef\n")
        write(folder, {EXPORT: chat(["Hilmi Ramadhan", "Siti Nurjanah", "Budi Santoso"])})
        names = list(rosters)
        for place in arrival:
            write(folder, {f"uji/rosters/{names[place]}": head + rosters[names[place]]})
            store = run_identify(folder)["uji"]
        found.append([store.frame("identify", f"core.{name}") for name in ("dim_member", "fact_membership")])
    assert all(first.equals(second) for first, second in zip(*found, strict=True))


def test_a_recreated_group_goes_on_with_its_people(home: Path) -> None:
    toml = '[groups.baru]\ncontinues = "uji"\n'
    moved = chat([*NAMES[3:9], "Tamu Baru"], created="05/03/2024 08.00", month=3)
    write(home, {"groups.toml": toml, EXPORT: chat(NAMES), "uji/rosters/r-2024-02.csv": ROSTER})
    write(home, {"baru/exports/Chat WhatsApp dengan Uji Baru 2024-04-01.txt": moved})
    stores = run_identify(home)
    old, new = (stores[one].frame("identify", "people").drop_nulls("person_no") for one in ("uji", "baru"))
    both = old.join(new, on="member_key", how="inner")
    assert both["name"].sort().to_list() == sorted(NAMES[3:9]) and (both["name"] == both["name_right"]).all()
    stays = stores["uji"].frame("identify", "core.fact_membership").filter(kind="group")
    assert set(stays["end_basis"]) == {"continued"} and stays["to_date"].max() == dt.date(2024, 3, 4)
    since = stores["baru"].frame("identify", "known_since")
    assert since.height == 14 and since["date"].max() < dt.date(2024, 2, 1)
    versions = {one: store.frame("identify", "core.dim_member") for one, store in stores.items()}
    on_roster = {
        one: frame.filter(pl.col("is_on_roster").any().over("member_key")) for one, frame in versions.items()
    }
    assert on_roster["uji"].equals(on_roster["baru"]) and versions["uji"]["community"].unique().to_list() == [
        "uji"
    ]
    # what the old group learns later reaches the new one
    before = stores["baru"].stamp("identify")
    numbers = chat([NAMES[0], *[number(n) for n in range(1, 14)]])
    write(home, {"uji/exports/Chat lain 2024-04-02.txt": numbers})
    assert run_identify(home)["baru"].stamp("identify") != before
