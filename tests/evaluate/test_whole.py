"""On a whole warehouse, either engine: the coding kit and back, and what a new lexicon changes."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from pydantic import SecretStr

from flows.cli import main
from schemas.errors import ConfigurationError
from schemas.settings import Settings
from schemas.vocabulary import LEXICON_CATEGORIES
from tasks.evaluate import kit
from tasks.measure.text.lexicon import lexicon_for
from tasks.run import format_month
from tasks.simulate import Community, SimulationPlan, simulate, truth, write_landing
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.logical_hash import logical_hash
from warehouse.reference import lexicon as reference
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

EVALUATED = ("core.lexicon_eval", "core.reply_eval")


@pytest.fixture(scope="module")
def community() -> Community:
    """One group, four months of little talk."""
    return simulate(SimulationPlan(groups=1, members=24, months=4, messages_per_month=130, seed=11))


@pytest.fixture
def measured(
    community: Community, home: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[Workspace, str, str]:
    """A workspace after one run, its group and the month."""
    monkeypatch.setenv("SOLIDARITY_WAREHOUSE_URL", warehouse_url)
    write_landing(community, home)
    workspace = Workspace.open()
    generate(workspace.key_file)
    month = format_month(community.month_starts[-1])
    drive(month)
    (group,) = workspace.vault.names("groups")
    return workspace, group, month


@pytest.fixture
def other_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with copies of the word lists, in force once the caches are emptied."""
    folder = tmp_path / "words"
    shutil.copytree(Path(reference.__file__).parent, folder)
    monkeypatch.setattr(reference, "_HERE", folder)
    yield folder
    monkeypatch.undo()
    _forget_words()


def _forget_words() -> None:
    reference.words.cache_clear()
    lexicon_for.cache_clear()


def _filled(path: Path, column: str, value: str) -> None:
    frame = pl.read_csv(path, infer_schema=False)
    path.write_bytes(frame.with_columns(pl.lit(value).alias(column)).write_csv().encode())


def test_figures_go_out_and_come_back_and_new_words_change_what_they_must(
    measured: tuple[Workspace, str, str],
    community: Community,
    other_words: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    workspace, group, month = measured
    _draw_fill_and_read_back(workspace, group, capsys)
    _measure_with_another_word(workspace, group, month, community, other_words)
    loaded = Warehouse(workspace.settings.database_url).read("SELECT * FROM core.lexicon_eval")
    assert len(loaded) == 27  # a later run leaves the figures
    assert loaded["n_coders"].unique().to_list() == [2]


def _draw_fill_and_read_back(workspace: Workspace, group: str, capsys: pytest.CaptureFixture[str]) -> None:
    warehouse = Warehouse(workspace.settings.database_url)
    before = logical_hash(warehouse)
    asked = ["coding-kit", group, "--replies", "40", "--turns", "10", "--json"]
    assert main(asked) == 0
    (told,) = json.loads(capsys.readouterr().out)
    folder = Path(told["folder"])
    assert folder.is_relative_to(workspace.vault.root)
    sheets = sorted(path.name for path in folder.glob("*.csv"))
    assert sheets == ["replies-1.csv", "replies-2.csv", "words-1.csv", "words-2.csv"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert told["reply_turns"] == 40
    assert 27 * 5 <= told["word_rows"] <= 27 * 10
    assert main(asked) == 2  # an earlier draw is not overwritten
    capsys.readouterr()

    sample = workspace.vault.read_frame(f"coding/{group}/replies.parquet")
    predicted = sample.select(pl.col("row").cast(pl.String), answers=pl.col("predicted").cast(pl.String))
    for coder in (1, 2):
        path = folder / f"replies-{coder}.csv"
        drawn = pl.read_csv(path, infer_schema=False).drop("answers")
        drawn.join(predicted, on="row").write_csv(path)
        _filled(folder / f"words-{coder}.csv", "present", "1")
    assert main(["coding-kit", group, "--read", "--json"]) == 0
    rows = pl.DataFrame(json.loads(capsys.readouterr().out), infer_schema_length=None)
    every = rows.filter(pl.col("method") == "all")
    assert (every["precision"].item(), every["recall"].item(), every["alpha"].item()) == (1, 1, 1)
    assert set(rows["category"].drop_nulls()) == set(LEXICON_CATEGORIES)

    assert {name for name, digest in logical_hash(warehouse).items() if digest != before[name]} == {
        *EVALUATED,
        "total",
    }
    assert kit.forget_kit(workspace, group) == 8
    assert not list(folder.glob("*.csv"))
    assert len(kit.evaluations(workspace, group)["core.reply_eval"]) == 5


def test_an_encrypted_vault_holds_no_sheet(home: Path) -> None:
    workspace = Workspace(Settings(home=home, vault_key=SecretStr("k" * 40)))
    with pytest.raises(ConfigurationError):
        kit.draw_kit(workspace, "any")
    assert not os.path.lexists(home / "vault" / "coding")


@pytest.mark.parametrize("words", [["nobody"], ["nobody", "--read"], ["../x"]])
def test_a_group_that_is_not_there(home: Path, words: list[str]) -> None:
    assert main(["coding-kit", *words]) == 2


def _word_of_one_month(community: Community, lexicon_words: set[str]) -> tuple[str, int]:
    """A word that was written in one of the middle months only, and the month's number.

    Words of lists are no speech: they do not count as words of the lexicon.
    """
    said = truth(community)["messages"].filter(
        pl.col("is_covered") & (pl.col("kind") == "text") & ~pl.col("text").str.contains("\n", literal=True)
    )
    words = (
        said.select(
            month=(pl.col("local_date").dt.month() + 12 * pl.col("local_date").dt.year()),
            word=pl.col("text").str.to_lowercase().str.extract_all(r"\b[a-z]{5,}\b"),
        )
        .explode("word", empty_as_null=True)
        .drop_nulls()
        .filter(
            ~pl.col("word").is_in(list(lexicon_words)) & ~pl.col("word").str.contains("nya$|ku$|kan$|(.)\1\1")
        )
    )
    alone = (
        words.group_by("word").agg(pl.col("month").unique(), pl.len()).filter(pl.col("month").list.len() == 1)
    )
    third = community.month_starts[2]
    wanted = alone.filter(pl.col("month").list.first() == third.year * 12 + third.month).sort("len", "word")
    return wanted["word"][-1], 2


def _measure_with_another_word(
    workspace: Workspace, group: str, month: str, community: Community, other_words: Path
) -> None:
    warehouse = Warehouse(workspace.settings.database_url)
    tables = ("fact_message", "fact_turn", "fact_indicator", "fact_membership", "fact_coverage")
    old = {name: warehouse.read(f"SELECT * FROM core.{name}") for name in tables}
    known = set(reference.words().terms["term"].str.split(" ").explode())
    word, place = _word_of_one_month(community, known)
    _add_word(other_words, "praise", word)
    drive(month)

    new = {name: warehouse.read(f"SELECT * FROM core.{name}") for name in tables}
    for name, key in (("fact_message", "message_key"), ("fact_turn", "turn_key")):
        one, two = old[name].sort(key), new[name].sort(key)
        changed = [column for column in one.columns if not one[column].equals(two[column])]
        assert "lex_praise" in changed
        assert set(changed) <= {"lex_praise", "task"}
        differing = one.filter(one["lex_praise"] != two["lex_praise"])
        assert differing["local_date"].dt.truncate("1mo").unique().to_list() == [
            community.month_starts[place]
        ]
    assert old["fact_membership"].sort(pl.all()).equals(new["fact_membership"].sort(pl.all()))
    assert old["fact_coverage"].sort(pl.all()).equals(new["fact_coverage"].sort(pl.all()))

    facts = StageStore(workspace.vault, group).facts("measure")
    cells = len(new["fact_indicator"])
    assert 0 < facts["cells_computed"] < cells / 2  # earlier months were taken over
    both = old["fact_indicator"].join(new["fact_indicator"], on=["code", "month"], suffix="_new")
    changed = both.filter(pl.col("value").ne_missing(pl.col("value_new")))
    assert changed.filter(pl.col("month") < community.month_starts[place]).is_empty()
    snapshots = warehouse.read("SELECT * FROM core.dim_snapshot")
    assert snapshots["lexicon_version"].n_unique() == 2
    _add_word(other_words, "we_incl", "yang")  # so frequent that published numbers move
    drive(month)
    reasons = warehouse.read("SELECT reason FROM core.fact_revision")["reason"].to_list()
    assert set(reasons) == {"lexicon"}


def _add_word(folder: Path, category: str, word: str) -> None:
    with (folder / "additions.tsv").open("a", encoding="utf-8") as file:
        file.write(f"{category}\t{word}\tid\tword\t1\tnone\tyes\t\n")
    _forget_words()
