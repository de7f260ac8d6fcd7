"""What a consent does, by hand."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.corrections import Consent
from schemas.frames import LABELS
from schemas.tables import TABLES
from tasks.consent.rules import Statement, in_force, is_counted, left_out, may_have_row, with_statements
from tasks.consent.statements import statements_of
from tests.identify.toygroup import Chat, frame_of, roster

BEGINNING = dt.date(1900, 1, 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def dim(*versions: tuple[str, str, bool | None], member: int = 7) -> pl.DataFrame:
    """Versions of one member: first day, consent as the roster states it, whether of age."""
    starts = [day(start) for start, _, _ in versions]
    rows = [
        {
            "member_version_key": number, "member_key": member, "pseudonym_key": "p", "community": "c",
            "role": "member", "is_adult": adult, "is_on_roster": True, "is_in_good_standing": True,
            "consent": consent, "valid_from": start, "valid_to": end, "is_current": end is None,
        }
        for number, ((_, consent, adult), start, end) in enumerate(
            zip(versions, starts, [*starts[1:], None], strict=True)
        )
    ]  # fmt: skip
    schema = TABLES["core.dim_member"].polars_schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def key(member: int, begins: dt.date) -> int:
    return member * 1_000_000 + begins.toordinal()


def told(frame: pl.DataFrame) -> list[tuple[str, str]]:
    return [(str(start), consent) for start, consent in frame.select("valid_from", "consent").iter_rows()]


@pytest.mark.parametrize(
    ("consent", "policy", "counted", "row"),
    [
        ("given", "aggregate", True, True),
        ("given", "exclude", True, True),
        ("unknown", "aggregate", True, False),
        ("unknown", "include", True, True),
        ("unknown", "exclude", False, False),
        ("withdrawn", "aggregate", True, False),
        ("withdrawn", "include", True, False),
        ("withdrawn", "exclude", False, False),
        ("objected", "include", False, False),
        ("objected", "aggregate", False, False),
        ("excluded", "include", False, False),
    ],
)
def test_what_follows(consent: str, policy: str, counted: bool, row: bool) -> None:
    assert is_counted(consent, policy) is counted  # type: ignore[arg-type]
    assert may_have_row(consent, policy) is row  # type: ignore[arg-type]


def test_a_roster_that_says_nothing_takes_nothing_back() -> None:
    found = with_statements(
        dim(
            ("1900-01-01", "given", True), ("2024-02-01", "withdrawn", True), ("2024-03-01", "unknown", True)
        ),
        {},
        key,
    )
    assert told(found) == [("1900-01-01", "given"), ("2024-02-01", "withdrawn")]
    assert found["is_current"].to_list() == [False, True]


def test_a_declared_line_outlives_rosters_that_lag() -> None:
    rosters = dim(("1900-01-01", "given", True), ("2024-03-31", "given", True))
    lines = {7: [Statement(day("2024-03-10"), "objected")]}
    found = with_statements(rosters, lines, key)
    assert told(found) == [("1900-01-01", "given"), ("2024-03-10", "objected")]
    assert found["member_version_key"].to_list() == [0, key(7, day("2024-03-10"))]
    again = {7: [*lines[7], Statement(day("2024-06-01"), "given")]}
    assert told(with_statements(rosters, again, key))[-1] == ("2024-06-01", "given")


def test_age_outranks_consent() -> None:
    minor = dim(("1900-01-01", "given", False), ("2024-05-01", "given", True))
    assert told(with_statements(minor, {}, key)) == [("1900-01-01", "excluded"), ("2024-05-01", "given")]
    ageless = dim(("1900-01-01", "given", None))
    assert told(with_statements(ageless, {}, key)) == [("1900-01-01", "given")]
    assert told(with_statements(ageless, {}, key, exclude_unknown_age=True)) == [("1900-01-01", "excluded")]


def test_the_last_statement_decides_for_all_months() -> None:
    frames = [
        dim(("1900-01-01", "given", True), ("2024-03-01", "objected", True), member=1),
        dim(("1900-01-01", "objected", True), ("2024-03-01", "given", True), member=2),
        dim(("1900-01-01", "unknown", True), member=3),
        dim(("1900-01-01", "withdrawn", True), member=4),
    ]
    everybody = pl.concat(frames)
    assert in_force(everybody) == {1: "objected", 2: "given", 3: "unknown", 4: "withdrawn"}
    assert left_out(everybody, "aggregate") == [1]
    assert left_out(everybody, "exclude") == [1, 3, 4]
    silent = with_statements(frames[2], {}, key, "exclude")
    assert silent["consent"].to_list() == ["excluded"]


def test_whom_a_line_speaks_of() -> None:
    lists = roster(
        "member_id|name|phone\nA1|Hilmi Fauzi|0812 1111 2222\nA2|Siti Aminah|", "roster-2024-01.csv"
    )
    chat = Chat().label(0, "+62 813-3333-4444").label(1, "Hilmi Fauzi")
    people, labels = chat.identified(lists).people, frame_of(LABELS, chat._labels)
    by_number = dict(people.select("member_id", "member_key").iter_rows())

    def line(**whom: str) -> Consent:
        return Consent(consent="withdrawn", date=day("2024-03-01"), reason="letter", role="secretary", **whom)  # type: ignore[arg-type]

    for whom in ({"member_id": "A1"}, {"label": "hilmi fauzi"}, {"label": "+62 812-1111-2222"}):
        found, n_unmet = statements_of([line(**whom)], people, labels)
        assert list(found) == [by_number["A1"]]
        assert n_unmet == 0
    found, n_unmet = statements_of([line(label="081333334444"), line(label="Nobody At All")], people, labels)
    assert len(found) == 1
    assert n_unmet == 1


CONSENTS = st.sampled_from(["given", "withdrawn", "objected", "unknown"])
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31))


@given(
    st.lists(
        st.tuples(DAYS, CONSENTS, st.sampled_from([True, False, None])),
        max_size=6,
        unique_by=lambda one: one[0],
    ),
    st.lists(st.tuples(DAYS, CONSENTS), max_size=4, unique_by=lambda one: one[0]),
)
def test_histories_are_valid(
    rosters: list[tuple[dt.date, str, bool | None]], lines: list[tuple[dt.date, str]]
) -> None:
    ordered = sorted(rosters)
    versions = dim(("1900-01-01", "unknown", None), *((str(d), c, a) for d, c, a in ordered))
    statements = [Statement(*line) for line in lines]
    found = with_statements(versions, {7: statements}, key)
    starts, ends = found["valid_from"].to_list(), found["valid_to"].to_list()
    assert starts[0] == BEGINNING
    assert ends == [*starts[1:], None]
    assert all(one < other for one, other in pairwise(starts))
    assert found["is_current"].sum() == 1
    assert found["member_version_key"].n_unique() == found.height
    assert with_statements(versions, {7: statements[::-1]}, key).equals(found)
    if statements and found["is_adult"][-1] is not False:
        assert found["consent"][-1] == max(statements, key=lambda line: line.date).consent
