"""Rosters as secretaries keep them."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import FileRefused
from schemas.frames import ROSTER
from schemas.roster import e164, e164_list, fold, read_date
from tasks.identify.roster import as_of_date, read_participants, read_roster
from warehouse.reference.people import region, role, roster_words

MONTH = dt.date(2024, 5, 1)
MOBILE = "+6281234567890"


def read(text: str, name: str = "roster-2024-03.csv", encoding: str = "utf-8", **settings: float):
    return read_roster(text.encode(encoding), name, MONTH, **settings)


def problems(found) -> set[tuple[str | None, str, str]]:
    return set(found.problems.select("column_name", "rule", "severity").rows())


@pytest.mark.parametrize(
    "spelling",
    [
        "081234567890",
        "81234567890",
        "6281234567890",
        "+62 812-3456-7890",
        "+62 812‑3456‑7890",
        "(+62) 0812 3456 7890",
        "0062 812 3456 7890",
        "https://wa.me/6281234567890",
        "wa.me/081234567890",
        "HP: 0812.3456.7890",
    ],
)
def test_every_spelling_of_a_number_is_one_number(spelling: str) -> None:
    assert e164(spelling) == MOBILE


def test_numbers_abroad_and_landlines() -> None:
    assert e164("+44 20 7946 0958") == "+442079460958"
    assert e164("021-7654321") == "+62217654321"
    assert e164("12345") is None


def test_a_spreadsheet_number_is_undone_only_while_its_digits_are_there() -> None:
    assert e164_list("81234567890.0") == [MOBILE]
    assert e164_list("8.123456789E+10") == [MOBILE]
    found = read('nama,no hp\nHilmi,8.12E+10\nSiti,"8,12E+10"\nBudi,0812 3456 7890\nAni,-', max_bad_share=0.5)
    assert found.roster["phone"].to_list() == [None, None, MOBILE, None]
    assert problems(found) == {("phone", "phone_digits_lost", "warning")}


def test_two_numbers_in_a_cell_are_both_kept() -> None:
    found = read("nama|no wa\nHilmi|0812 3456 7890 / 0813-0000-1111\n").roster
    assert found["phone"][0] == MOBILE
    assert found["aliases"][0].to_list() == ["+6281300001111"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-03-12", dt.date(2021, 3, 12)),
        ("12/03/2021", dt.date(2021, 3, 12)),
        ("12-3-21", dt.date(2021, 3, 12)),
        ("3/25/2021", dt.date(2021, 3, 25)),
        ("12 Maret 2021", dt.date(2021, 3, 12)),
        ("Mar 12, 2021", dt.date(2021, 3, 12)),
        ("Senin, 12 Agustus 2021", dt.date(2021, 8, 12)),
        ("Maret 2021", dt.date(2021, 3, 1)),
        ("03/2021", dt.date(2021, 3, 1)),
        ("2021", dt.date(2021, 1, 1)),
        ("44200", dt.date(2021, 1, 4)),
        ("2021-03-12 00:00:00", dt.date(2021, 3, 12)),
        ("entah", None),
    ],
)
def test_dates_in_common_forms(text: str, expected: dt.date | None) -> None:
    assert read_date(text, roster_words()["month"]) == expected


def test_a_date_above_twelve_decides_the_order_of_its_column() -> None:
    found = read("name,joined\nA,01/02/2020\nB,01/25/2020\n").roster
    assert found["joined_date"].to_list() == [dt.date(2020, 1, 2), dt.date(2020, 1, 25)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("roster-2024-03.csv", dt.date(2024, 3, 31)),
        ("anggota_2024-03-15.xlsx", dt.date(2024, 3, 15)),
        ("ANGGOTA 20240315.xlsx", dt.date(2024, 3, 15)),
        ("roster-2024-02.csv", dt.date(2024, 2, 29)),
        ("anggota.csv", dt.date(2024, 5, 31)),
    ],
)
def test_the_day_a_roster_speaks_for(name: str, expected: dt.date) -> None:
    assert as_of_date(name, MONTH) == expected


def test_a_month_that_does_not_exist_is_refused() -> None:
    with pytest.raises(FileRefused, match="bad_stated_date"):
        as_of_date("roster-2024-13.csv", MONTH)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_and_encoding(encoding: str, delimiter: str) -> None:
    rows = [["No", "Nama Lengkap", "No. HP / WA", "ANGKATAN"], ["1", "José", "081234567890", "2019"]]
    found = read("\r\n".join(delimiter.join(row) for row in rows), encoding=encoding).roster
    assert found.select("name", "phone", "cohort").rows() == [("José", MOBILE, 2019)]


def test_headings_in_two_languages_titles_footers_and_repeated_headers() -> None:
    text = """DAFTAR ANGGOTA KAMALIYAH,,,,
    ,,,,
    no anggota,NAMA ,Panggilan,Asal Daerah,Jabatan
    A1,Hilmi Ramadhan,"Hilmi, Mimi",Kab. Purwakarta,Ketua Umum
    no anggota,NAMA ,Panggilan,Asal Daerah,Jabatan
    ,,,,
    A2,Siti,,bdg,pendiri
    Jumlah: 2,,,,
    """
    found = read("\n".join(line.strip() for line in text.splitlines()))
    assert found.n_rows == 2 and found.n_bad == 0
    assert found.roster.select("member_id", "aliases", "origin_region", "role").rows() == [
        ("A1", ["Hilmi", "Mimi"], "Kabupaten Purwakarta", "officer"),
        ("A2", [], "Kota Bandung", "founder"),
    ]
    assert found.as_of_date == dt.date(2024, 3, 31)
    assert ROSTER.conform(found.roster).equals(found.roster)


def test_bad_rows_name_field_and_rule_and_no_value() -> None:
    found = read(
        "name,phone,joined,consent,adult\n"
        "Hilmi,0812 3456 7890,12/03/2021,given,ya\n"
        "Siti,canary,2020,given,tidak\n"
        "=cmd|' /C calc'!A0,0813 0000 1111,2020,,\n"
        ",,2020,,\n"
        "Budi,,,hmm,\n"
        "Ani,,,,\nIda,,,,\nUmi,,,,\nEla,,,,\n"
    )
    assert found.roster["name"].to_list() == ["Hilmi", "Siti", "Budi", "Ani", "Ida", "Umi", "Ela"]
    assert problems(found) == {
        ("phone", "phone_unreadable", "warning"),
        ("name", "name_formula", "critical"),
        (None, "no_identity", "critical"),
        ("consent", "consent_word_unknown", "warning"),
    }
    # an unreadable consent is none; a minor is excluded whatever the roster says of consent
    assert dict(found.roster.select("name", "consent").rows())["Budi"] == "objected"
    assert dict(found.roster.select("name", "consent").rows())["Siti"] == "excluded"
    quarantine = found.quarantine("toy")
    assert quarantine["row_no"].to_list() == [3, 4, 5, 6]
    assert quarantine.group_by("group_id", "file_id", "row_no", "rule").len()["len"].max() == 1
    assert "canary" not in str(quarantine.rows())


def test_too_many_bad_rows_refuse_the_file() -> None:
    with pytest.raises(FileRefused, match="too_many_bad_rows") as caught:
        read("name,phone\nA,x\nB,y\nC,0812 3456 7890\n")
    assert caught.value.counts == {"rows": 3, "bad_rows": 2}


def test_duplicates() -> None:
    found = read(
        "member_id,name,phone,campus\n"
        "A1,Hilmi,0812 3456 7890,\n"
        "A1,Hilmi,+62 812 3456 7890,UPI\n"
        "A1,Siti,0813 0000 1111,\n"
        "A4,Budi,0813 0000 2222,\n"
    )
    # the repeated row fills gaps; a number given to somebody else identifies only its first bearer
    assert found.roster.select("member_id", "name", "campus").rows() == [
        ("A1", "Hilmi", "UPI"),
        (None, "Siti", None),
        ("A4", "Budi", None),
    ]
    assert problems(found) == {
        (None, "duplicate_row", "info"),
        ("member_id", "member_id_twice", "warning"),
    }
    assert found.n_bad == 1


def test_good_standing() -> None:
    found = read("name,status,left\nA,aktif,\nB,keluar,\nC,,2024-03-31\nD,,2024-04-01\n").roster
    assert found["is_in_good_standing"].to_list() == [True, False, False, True]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        (b"\r\n \n", "empty_file"),
        (b"name,phone\n", "empty_file"),
        (b"12/07/2017, 22:35 - N: t\n", "not_a_roster"),
        (b"a,b\n1,2\n", "not_a_roster"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "encrypted_workbook"),
        (b"PK\x03\x04broken", "broken_zip"),
        (b"name\n" + b"A\n" * 100_002, "too_many_rows"),
    ],
)
def test_what_is_no_roster_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read_roster(content, "roster-2024-03.csv", MONTH)
    assert caught.value.reason == reason


def workbook(fill) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        fill(book)
    return buffer.getvalue()


def test_a_workbook_with_sheets_titles_numbers_dates_and_merged_cells() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("kosong")
        first = book.add_worksheet("Angkatan")
        first.merge_range("B2:F2", "DAFTAR ANGGOTA 2024")
        first.write_row("B4", ["No", "Nama", "No HP", "Tanggal Masuk", "Angkatan", "Di Grup"])
        first.write_row("B5", [1, "Hilmi", 81234567890])
        first.write_datetime("E5", dt.date(2021, 3, 12), book.add_format({"num_format": "dd/mm/yyyy"}))
        first.merge_range("F5:F6", 2019)
        first.write_row("B6", [2, "Siti", "wa.me/6281300001111"])
        first.write_boolean("G5", True)
        first.write("G6", "tidak")
        book.add_worksheet("Catatan").write("A1", "dicetak Senin")
        second = book.add_worksheet("2")
        second.write_row("A1", ["Name", "Phone", "Cohort"])
        second.write_row("A2", ["Budi", "0813 0000 2222", 2018])

    found = read_roster(workbook(fill), "anggota_2024-03-15.xlsx", MONTH)
    assert found.as_of_date == dt.date(2024, 3, 15)
    assert found.roster.select("name", "phone", "cohort", "joined_date", "is_in_group").rows() == [
        ("Hilmi", MOBILE, 2019, dt.date(2021, 3, 12), True),
        ("Siti", "+6281300001111", 2019, None, False),
        ("Budi", "+6281300002222", 2018, None, None),
    ]
    assert found.roster["row_no"].n_unique() == 3


def test_an_empty_workbook_and_one_with_macros() -> None:
    with pytest.raises(FileRefused, match="not_a_roster"):
        read_roster(workbook(lambda book: book.add_worksheet()), "roster-2024-03.xlsx", MONTH)
    import zipfile

    with_macro = io.BytesIO(workbook(lambda book: book.add_worksheet()))
    with zipfile.ZipFile(with_macro, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(FileRefused, match="macro_workbook"):
        read_roster(with_macro.getvalue(), "roster-2024-03.xlsx", MONTH)


def test_a_participants_list_states_presence() -> None:
    found = read_participants(b"nomor wa\n081234567890\n081300001111\n", "participants-2024-03-31.csv", MONTH)
    assert found.roster["is_in_group"].to_list() == [True, True]


def test_roles_and_regions_by_their_tables() -> None:
    assert [role(text) for text in ("Sekretaris II", "anggota", "Co-Founder & Ketua", None, "xyz")] == [
        "officer",
        "member",
        "founder",
        "member",
        "member",
    ]
    assert [
        region(text) for text in ("Kota Bandung", "KAB BANDUNG", "Wanayasa, Purwakarta", "jogja", "Jabar")
    ] == [
        "Kota Bandung",
        "Kabupaten Bandung",
        "Kabupaten Purwakarta",
        "Kota Yogyakarta",
        "Jawa Barat",
    ]
    assert region("desa sukamaju") == "Desa Sukamaju"
    assert region(None) is None


def test_a_place_that_is_a_contact_is_left_out() -> None:
    found = read("name,campus\nA,0812 3456 7890\nB,UPI\nC,ITB\n")
    assert found.roster["campus"].to_list() == [None, "UPI", "ITB"]
    assert problems(found) == {("campus", "campus_looks_personal", "warning")}


_cell = st.text(max_size=12)


@given(st.lists(st.tuples(_cell, _cell, _cell, _cell), max_size=8), st.sampled_from([",", ";", "\t"]))
def test_any_cells_give_a_roster_or_a_typed_refusal(rows: list[tuple[str, ...]], delimiter: str) -> None:
    text = "\n".join(
        delimiter.join(row) for row in [("nama", "no hp", "tanggal masuk", "persetujuan"), *rows]
    )
    try:
        found = read_roster(text.encode("utf-8", "replace"), "roster-2024-03.csv", MONTH)
    except FileRefused:
        return
    assert found.roster.schema == ROSTER.polars_schema
    assert found.roster.height <= found.n_rows
    assert found.roster["row_no"].n_unique() == found.roster.height


@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_frame_has_no_row_without_identity() -> None:
    found = read("name,phone\nA,\n,0812 3456 7890\n").roster
    assert found.filter(pl.all_horizontal(pl.col("name", "phone", "member_id").is_null())).is_empty()


def test_reading_a_roster_imports_nothing_heavy() -> None:
    code = (
        "import sys, datetime; from tasks.identify.roster import read_roster;"
        "read_roster(b'name,phone\\nA,081234567890\\n', 'roster-2024-03.csv', datetime.date(2024, 1, 1));"
        "heavy = {'pandas', 'duckdb', 'sqlalchemy', 'prefect', 'great_expectations', 'scipy'};"
        "sys.exit(len(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _small_workbook() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("A")
        for number, row in enumerate([("Nama", "No HP"), ("Hilmi", 81234567890), ("Siti", "0813 0000 1111")]):
            sheet.write_row(number, 0, row)
        sheet.merge_range("C2:C3", "x")

    return workbook(fill)


WORKBOOK = _small_workbook()


@given(st.lists(st.tuples(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255)), min_size=1), st.booleans())
def test_a_damaged_workbook_gives_a_roster_or_a_typed_refusal(changes, is_cut: bool) -> None:
    damaged = bytearray(WORKBOOK)
    for place, value in changes:
        damaged[place] = value
    content = bytes(damaged[: changes[0][0]] if is_cut else damaged)
    try:
        read_roster(content, "roster-2024-03.xlsx", MONTH)
    except FileRefused as refused:
        assert refused.reason


@given(st.binary(max_size=200))
def test_any_bytes_give_a_roster_or_a_typed_refusal(content: bytes) -> None:
    for head in (b"", b"name,phone\n", b"PK\x03\x04"):
        try:
            read_roster(head + content, "roster-2024-03.csv", MONTH)
        except FileRefused as refused:
            assert refused.reason


@pytest.mark.parametrize(
    "cell",
    ["'081234567890", "’081234567890", '="081234567890"', "0812 3456 7890 (WA)", "No WA: 0812-3456-7890"],
)
def test_what_stands_around_a_number_changes_nothing(cell: str) -> None:
    quoted = cell.replace('"', '""')
    assert read(f'Nama;No Telp/WA\nHilmi;"{quoted}"\n').roster["phone"].to_list() == [MOBILE]


def test_a_number_said_to_be_somebody_elses_is_not_taken() -> None:
    found = read("nama,no hp\nHilmi,0812 3456 7890 (istri)\nSiti,0813 0000 1111\n")
    assert found.roster["phone"].to_list() == [None, "+6281300001111"]
    assert problems(found) == {("phone", "phone_unreadable", "warning")}


@pytest.mark.parametrize(
    "text", ["20210312", "Sabtu 12 Maret 2021", "12-Maret-2021", "tgl 12/03/2021", "44267.0"]
)
def test_more_dates_in_common_forms(text: str) -> None:
    assert read_date(text, roster_words()["month"]) == dt.date(2021, 3, 12)


def test_a_workbook_of_too_many_rows_is_refused_before_it_is_read() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        for _ in range(2):  # together too many
            sheet = book.add_worksheet()
            sheet.write_column(0, 0, ["Nama", *(f"Orang {n}" for n in range(60_000))])

    with pytest.raises(FileRefused, match="too_many_rows"):
        read_roster(workbook(fill), "roster-2024-03.xlsx", MONTH)


def test_a_title_that_reads_like_people_is_no_header() -> None:
    found = read("ANGGOTA\n\nNama\nHilmi\nSiti\n").roster
    assert found["name"].to_list() == ["Hilmi", "Siti"]
