"""After retention no text is left in the vault, and every figure is as it was, whatever comes later."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import uuid
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tasks.measure import facts
from tasks.measure.campaigns import CALENDAR_WORDS
from tasks.measure.facts import measure_facts, texts_of
from tasks.measure.frozen import PARTS, Frozen, freeze, nothing
from tasks.measure.inputs import GroupInput
from tasks.measure.stage import measured_input
from tasks.measure.text.lexicon import Lexicon, compile_lexicon
from tasks.retention.kept import drop_unfound, read_retention, references
from tasks.retention.stage import retain_groups
from tasks.run import Run
from tasks.simulate import SimulationPlan, simulate, write_groups_toml, write_month
from tests.e2e.stagewise import drive
from tests.retention.conftest import Place
from warehouse.engine import Warehouse
from warehouse.failpoints import VARIABLE, FailPointReached
from warehouse.keys import DigestKey, generate
from warehouse.logical_hash import TOTAL, logical_hash
from warehouse.reference.lexicon import words
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

MERGED = dt.date(2040, 1, 1)
OVER = MERGED + dt.timedelta(days=365)
Facts = dict[str, pl.DataFrame]


def retain(place: Place, today: dt.date, month: int = -2) -> int:
    run = Run(run_id=uuid.uuid4().hex, flow="monthly", month=place.month(month))
    outcomes = retain_groups(Workspace.open(place.workspace.home), run, [place.group_id], today)
    return sum(outcome.counts["purged"] for outcome in outcomes)


def measured(place: Place, month: int = -2) -> Facts:
    """The group's facts, made anew from what the vault holds."""
    run = Run(run_id=uuid.uuid4().hex, flow="monthly", month=place.month(month))
    return measure_facts(measured_input(Workspace.open(place.workspace.home), run, place.group_id))


def differing(one: Facts, other: Facts) -> list[str]:
    return [name for name in one if not one[name].equals(other[name])]


def total(place: Place) -> str:
    return logical_hash(Warehouse(Workspace.open(place.workspace.home).settings.database_url))[TOTAL]


def sayings(place: Place) -> set[str]:
    """Long texts of one line in the message store."""
    store = StageStore(place.workspace.vault, place.group_id)
    texts = store.frame("reconcile", "messages")["text"].drop_nulls().unique()
    return {text for text in texts if len(text) >= 40 and "\n" not in text}


def held(place: Place) -> str:
    """Every text of every frame and file in the vault."""
    found = []
    for name in place.workspace.vault.files():
        content = place.workspace.vault.read_bytes(name)
        if not name.endswith(".parquet"):
            found.append(content.decode("utf-8", errors="replace"))
            continue
        frame = pl.read_parquet(io.BytesIO(content))
        flat = [
            frame[name].explode() if dtype == pl.List else frame[name] for name, dtype in frame.schema.items()
        ]
        found += ["\n".join(column.drop_nulls().to_list()) for column in flat if column.dtype == pl.String]
    return "\n".join(found)


def test_no_text_is_left_and_every_figure_is_the_same(place: Place) -> None:
    before, said, hashed = measured(place), sayings(place), total(place)
    known = held(place)
    assert len(said) > 50
    assert all(text in known for text in said)
    assert retain(place, MERGED) == 0  # merged today
    assert retain(place, MERGED + dt.timedelta(days=89)) == 0
    assert retain(place, MERGED + dt.timedelta(days=90)) > 0
    left = held(place)
    assert [text for text in said if text in left] == []
    assert retain(place, OVER) == 0
    assert differing(before, measured(place)) == []
    drive(place.month(-2))
    assert total(place) == hashed
    status = read_retention(place.workspace.vault, place.group_id)
    assert status.frozen_until == before["fact_message"]["local_date"].max()
    assert status.lexicons == [words().version]


@pytest.mark.nightly
def test_later_exports_come_to_the_same_with_and_without_the_texts(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They bring the old texts again, whose time stays over; the past and the new month are as without."""
    shutil.copytree(place.workspace.home, tmp_path / "control")
    control = Place(Workspace.open(tmp_path / "control"), place.community)
    retain(place, MERGED)
    retain(place, OVER)
    said = sayings(control)
    for one in (place, control):
        one.grow(monkeypatch)
    assert differing(measured(control, -1), measured(place, -1)) == []
    assert total(control) == total(place)
    monkeypatch.setenv("SOLIDARITY_HOME", str(place.workspace.home))
    retain(place, OVER, -1)
    parsed = [
        name for name in place.workspace.vault.files() if "/parsed/" in name or "messages.parquet" in name
    ]
    frames = [place.workspace.vault.read_frame(name) for name in parsed]
    texts = {text for frame in frames if "text" in frame.columns for text in frame["text"].drop_nulls()}
    fresh = sayings(place)
    assert not (said - fresh) & texts
    assert fresh  # the new month's own
    assert differing(measured(control, -1), measured(place, -1)) == []


def test_a_new_lexicon_changes_only_what_can_still_be_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    retain(place, MERGED)
    retain(place, OVER)
    place.grow(monkeypatch)
    before = measured(place, -1)["fact_message"]
    source = words()
    term = pl.DataFrame(
        [("yang", "praise", "id", "phrase", 1.0, "none", True, "")],
        schema=source.terms.select(
            "term", "category", "lang", "match", "weight", "context", "score", "note"
        ).schema,
        orient="row",
    )
    kept = source.terms.filter(pl.col("term") != "yang")
    changed = type(source)(**{**vars_of(source), "terms": pl.concat([kept, term], how="diagonal_relaxed")})

    def other(symbols: tuple[str, ...] = ()) -> Lexicon:
        return compile_lexicon(changed, symbols)

    monkeypatch.setattr(facts, "lexicon_for", other)
    after = measured(place, -1)["fact_message"]
    differs = before["lex_praise"] != after["lex_praise"]
    until = read_retention(place.workspace.vault, place.group_id).frozen_until
    assert until is not None
    assert differs.any()
    assert before.filter(differs)["local_date"].min() > until  # type: ignore[operator]


def vars_of(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in type(one).__dataclass_fields__}  # type: ignore[attr-defined]


@pytest.mark.parametrize("point", ["retention.frozen", "retention.purged"])
def test_a_run_killed_in_between_loses_nothing(
    place: Place, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, said = measured(place), sayings(place)
    retain(place, MERGED)
    monkeypatch.setenv(VARIABLE, f"{point}:raise")
    with pytest.raises(FailPointReached):
        retain(place, OVER)
    monkeypatch.delenv(VARIABLE)
    assert differing(before, measured(place)) == []
    retain(place, OVER)
    assert differing(before, measured(place)) == []
    left = held(place)
    assert [text for text in said if text in left] == []


def test_without_a_study_nothing_is_deleted(place: Place) -> None:
    toml = place.workspace.landing / "groups.toml"
    text = toml.read_text("utf-8")
    start = text.index("[study]")
    end = text.find("\n[", start + 1)
    toml.write_text(text[:start] + (text[end + 1 :] if end > 0 else ""), encoding="utf-8")
    retain(place, MERGED)
    assert retain(place, OVER) == 0
    assert sayings(place)


def test_what_was_frozen_of_an_erased_person_goes(place: Place) -> None:
    retain(place, MERGED)
    retain(place, OVER)
    vault = place.workspace.vault
    messages = StageStore(vault, place.group_id).frame("reconcile", "messages")
    person = messages["person_no"].mode().sort()[0]
    folder = f"groups/{place.group_id}/frozen"
    before = {part: vault.read_frame(f"{folder}/{part}.parquet") for part in PARTS}
    theirs = messages.filter((pl.col("person_no") == person) & pl.col("text_key").is_not_null())
    left = messages.filter(pl.col("person_no") != person)
    assert drop_unfound(place.workspace, place.group_id, left) == theirs.height
    after = {part: vault.read_frame(f"{folder}/{part}.parquet") for part in PARTS}
    assert all(after[part].height < before[part].height for part in PARTS)
    assert drop_unfound(place.workspace, place.group_id, left) == 0


def test_words_are_compared_by_hashes_that_pass_for_words() -> None:
    """Titles are made of words of four letters or more; what is coded must go on to be one, or to be none.

    A number goes on to be one; what has few letters may be somebody's name.
    """
    frozen = replace(nothing(DigestKey(b"x" * 32), pl.DataFrame()), kept_words=frozenset({"untuk"}))
    coded = frozen.coded(pl.Series(["bukber", "untuk", "di", "kelas10", "bukber", "ngaji"]))
    assert coded[0] == coded[4] != coded[5]
    assert coded.str.contains(r"^\pL{4,}$").to_list() == [True, True, False, False, True, True]
    assert coded[1] == "untuk"
    assert not set(coded) & {"bukber", "di", "kelas10", "ngaji"}
    numbers = frozen.coded(pl.Series(["12", "2026", "081234567890", "62"]))
    assert numbers.to_list()[::3] == ["12", "62"]
    assert numbers[1] == "2026"
    assert numbers[2].isdigit()
    assert numbers[2] != "081234567890"
    assert frozen.coded_lists(pl.Series("t", [["bukber", "di"], None, []])).to_list() == [
        [coded[0], coded[2]],
        None,
        [],
    ]


def _kept_words() -> frozenset[str]:
    lexicon = compile_lexicon(words())
    return lexicon.functions | lexicon.titles | lexicon.audience | frozenset(CALENDAR_WORDS)


def _frozen_under(secret: bytes, inputs: GroupInput) -> Frozen:
    key = DigestKey(secret)
    texts, frozen = texts_of(replace(inputs, frozen=nothing(key, references(inputs.people, key))))
    return freeze(texts, frozen, dt.date(2100, 1, 1))


def test_what_is_frozen_cannot_be_guessed_without_the_key(place: Place) -> None:
    """Whoever reads the vault's frames and tries texts finds none: under another key every hash is another."""
    run = Run(run_id=uuid.uuid4().hex, flow="monthly", month=place.month(-2))
    inputs = measured_input(place.workspace, run, place.group_id)
    one, other = (_frozen_under(secret, inputs) for secret in (b"one" * 11, b"other" * 7))
    plain, kept = re.compile(r"\d{1,4}").fullmatch, _kept_words()
    keyed = {
        "entries": ("said",), "content": ("coded",), "versions": ("header_words", "title_words"),
        "messages": ("same_text", "announced_words", "poll_words"), "spoken": (), "turns": (),
    }  # fmt: skip
    for part, names in keyed.items():
        frame, again = (parts[part].drop("ref", strict=False) for parts in (one.parts, other.parts))
        # features, names and titles: no hash of any kind
        assert frame.drop(names).equals(again.drop(names))
        assert pl.UInt64 not in frame.dtypes
        for name in names:
            values, others = ({*each[name].explode().drop_nulls()} for each in (frame, again))
            assert len(values) > 4 or name == "poll_words"  # this community asks nothing by poll
            assert [one for one in (values & others) - kept if not plain(one)] == []


def test_what_an_earlier_version_froze_is_renewed(place: Place) -> None:
    """It had hashes without a key for lines, and short words as they are; the figures stay as they were."""
    retain(place, MERGED)
    retain(place, OVER)
    before = measured(place)
    vault, folder = place.workspace.vault, f"groups/{place.group_id}/frozen"
    entries, content = (f"{folder}/{part}.parquet" for part in ("entries", "content"))
    frame = vault.read_frame(entries)
    vault.write_frame(entries, frame.with_columns(pl.col("said").hash(0)))
    words_of = vault.read_frame(content)
    vault.write_frame(content, pl.concat([words_of, words_of.head(1).with_columns(coded=pl.lit("ali"))]))
    assert differing(before, measured(place)) == []
    retain(place, OVER)
    renewed = vault.read_frame(entries)
    assert renewed["said"].str.starts_with("#").all()
    assert renewed["said"].n_unique() == frame["said"].n_unique()
    assert "ali" not in set(vault.read_frame(content)["coded"])
    assert differing(before, measured(place)) == []
    stored = vault.path(entries).stat().st_mtime_ns
    retain(place, OVER)
    assert vault.path(entries).stat().st_mtime_ns == stored


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(1, 11))
def test_every_figure_is_the_same_over_seeds(
    seed: int, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Larger groups, whose campaigns are talked about and whose lists are copied across the purge."""
    community = simulate(SimulationPlan(groups=1, members=40, months=4, messages_per_month=400, seed=seed))
    generate(home / "vault" / "pseudonym.key")
    write_groups_toml(community, home / "landing")
    for month in community.month_starts[:-1]:
        write_month(community, home / "landing", month)
    place = Place(Workspace.open(home), community)
    drive(place.month(-2))
    shutil.copytree(home, tmp_path / "control")
    control = Place(Workspace.open(tmp_path / "control"), community)
    before = measured(place)
    retain(place, MERGED)
    retain(place, OVER)
    assert differing(before, measured(place)) == []
    for one in (place, control):
        one.grow(monkeypatch)
    assert differing(measured(control, -1), measured(place, -1)) == []
    assert total(control) == total(place)
