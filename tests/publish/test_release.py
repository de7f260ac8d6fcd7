"""A release: whole or not at all, the same bytes for the same content, never changed, inert."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pyreadstat
import pytest
from frictionless import Package

from schemas.config import Study
from schemas.errors import ConfigurationError
from schemas.indicators import registry
from schemas.tables import TABLES, in_schema
from tasks.publish.codebook import citation_cff, codebook_csv, codebook_md, inert_cell, inert_markdown
from tasks.publish.release import (
    CHECKSUMS,
    ReleaseDamaged,
    ReleaseExists,
    verify_release,
    write_release,
    write_stata,
)
from tasks.publish.research import research_tables
from tests.publish import made_up_groups as community

MANIFEST, STUDY = community.SNAPSHOT_MANIFEST, community.STUDY
Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return research_tables(
        community.core(),
        definitions=registry(),
        computed=community.COMPUTED,
        groups={},
        snapshot_id=MANIFEST.snapshot_id,
    )


def released(folder: Path, tables: Tables, study: Study | None = STUDY, html: str = "<p>report</p>") -> Path:
    return write_release(folder, tables, manifest=MANIFEST, study=study, report_html=html)


@pytest.fixture(scope="module")
def release(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(tmp_path_factory.mktemp("releases"), tables)


def test_the_folder_holds_what_it_promises(release: Path) -> None:
    assert release.name == MANIFEST.snapshot_id
    assert [path.name for path in release.parent.iterdir()] == [release.name], "no draft is left"
    names = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    formats = {
        f"{folder}/{t.name}.{ending}"
        for t in in_schema("research")
        for folder, ending in (("parquet", "parquet"), ("stata", "dta"))
    }
    described = {
        "codebook.csv",
        "codebook.md",
        "datapackage.json",
        "CITATION.cff",
        "README.md",
        "manifest.json",
    }
    twin = {"enclave_twin/member_month.parquet", "enclave_twin/sequence.parquet"}
    assert names == formats | described | twin | {"research.duckdb", "report.html", CHECKSUMS}
    assert verify_release(release) == len(names) - 1


def test_sha256sum_agrees(release: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", CHECKSUMS], cwd=release, capture_output=True, check=False
    )
    assert done.returncode == 0


def test_equal_content_gives_equal_bytes(release: Path, tables: Tables, tmp_path: Path) -> None:
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=1) for name, frame in reversed(tables.items())
    }
    again = released(tmp_path, shuffled)
    for path in release.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(release)).read_bytes(), path.name


def test_an_existing_release_is_left_and_a_differing_one_refused(tables: Tables, tmp_path: Path) -> None:
    first = released(tmp_path, tables)
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*")}
    assert released(tmp_path, tables) == first
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*")} == before
    with pytest.raises(ReleaseExists):
        released(tmp_path, tables, html="<p>another</p>")
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*")} == before
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


@pytest.mark.parametrize("damage", ["changed", "missing", "foreign", "no list"])
def test_damage_is_found(tables: Tables, tmp_path: Path, damage: str) -> None:
    folder = released(tmp_path, tables)
    if damage == "changed":
        (folder / "parquet" / "trend.parquet").write_bytes(b"PAR1")
    elif damage == "missing":
        (folder / "README.md").unlink()
    elif damage == "foreign":
        (folder / "notes.txt").write_text("x")
    else:
        (folder / CHECKSUMS).unlink()
    with pytest.raises(ReleaseDamaged):
        verify_release(folder)
    with pytest.raises(ReleaseDamaged):
        released(tmp_path, tables)


def test_no_study_no_release(tables: Tables, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="study"):
        released(tmp_path / "releases", tables, study=None)
    assert list(tmp_path.iterdir()) == []


def test_anything_but_the_research_tables_is_refused(tables: Tables, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="research tables"):
        released(tmp_path, tables | {"core.fact_indicator": TABLES["core.fact_indicator"].empty()})
    with pytest.raises(ValueError, match="research tables"):
        released(tmp_path, {name: frame for name, frame in tables.items() if name != "research.trend"})
    assert list(tmp_path.iterdir()) == []


def test_the_database_answers_to_the_same_names_and_holds_nothing_else(release: Path, tables: Tables) -> None:
    with duckdb.connect(str(release / "research.duckdb"), read_only=True) as connection:
        for name, frame in tables.items():
            assert connection.sql(f"SELECT * FROM {name}").pl().equals(frame), name
        held = connection.sql("SELECT table_name FROM duckdb_tables()").pl()["table_name"]
        assert set(held) == {table.name for table in in_schema("research")}
        comment = connection.sql(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'indicator' AND column_name = 'value'"
        ).fetchone()
        assert comment == (_meaning("value"),)


def _meaning(name: str) -> str:
    return next(
        column.field.meaning for column in TABLES["research.indicator"].columns if column.name == name
    )


def test_nothing_and_zero_differ_in_every_format(tables: Tables, tmp_path: Path) -> None:
    zero_and_nothing = (
        tables["research.indicator"]
        .head(2)
        .with_columns(
            value=pl.Series([0.0, None]),
            n_num=pl.Series([None, 0.0]),
            month=pl.lit(dt.date(2024, 2, 1)),
            code=pl.Series(["a", "b"]),
        )
    )
    folder = released(tmp_path, tables | {"research.indicator": zero_and_nothing})
    rows = [(0.0, None), (None, 0.0)]
    parquet = pl.read_parquet(folder / "parquet" / "indicator.parquet")
    assert parquet.select("value", "n_num").rows() == rows
    with duckdb.connect(str(folder / "research.duckdb"), read_only=True) as connection:
        assert connection.sql("SELECT value, n_num FROM research.indicator ORDER BY code").fetchall() == rows
    stata, meta = pyreadstat.read_dta(folder / "stata" / "indicator.dta", output_format="polars")
    assert stata.select(pl.col("value", "n_num").fill_nan(None)).rows() == rows
    assert stata["month"].to_list() == [dt.date(2024, 2, 1)] * 2
    assert meta.column_names_to_labels["value"] == _meaning("value")[:80]


def test_stata_files_hold_every_table_and_booleans_as_numbers(release: Path, tables: Tables) -> None:
    for name, frame in tables.items():
        read, _ = pyreadstat.read_dta(release / "stata" / f"{TABLES[name].name}.dta", output_format="polars")
        assert read.columns == frame.columns and read.height == frame.height
    regime, _ = pyreadstat.read_dta(release / "stata" / "group_month_regime.dta", output_format="polars")
    assert set(regime["is_admins_only"].cast(pl.Int64)) == {0}


def test_a_column_that_stata_cannot_name_is_refused(tmp_path: Path) -> None:
    table = TABLES["research.coverage"]
    frame = table.empty().rename({"covered_days": "a_name_that_is_longer_than_thirty_two_characters"})
    with pytest.raises(ValueError, match="Stata"):
        write_stata(tmp_path / "x.dta", table, frame)


def test_the_data_package_is_valid(release: Path) -> None:
    package = Package(str(release / "datapackage.json"))
    assert len(package.resources) == len(in_schema("research"))
    report = package.validate(limit_rows=100)
    assert report.valid, report.flatten(["type", "note"])


def test_the_codebook_keeps_the_order_of_the_tables_and_leaves_nothing_empty_that_is_there(
    tables: Tables,
) -> None:
    rows = list(csv.DictReader(io.StringIO(codebook_csv(tables["research.dictionary"]))))
    assert len(rows) == tables["research.dictionary"].height
    listed = [
        row["column_name"] for row in rows if row["table_name"] == "research.indicator" and row["column_name"]
    ]
    assert listed == list(TABLES["research.indicator"].names)
    assert [row["code"] for row in rows if row["entry_kind"] == "indicator"] == sorted(registry())


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_cells_cannot_run(text: str) -> None:
    assert inert_cell(text).startswith("'")


def test_hostile_text_stays_text_in_markdown_csv_and_citation(tables: Tables) -> None:
    hostile = '=cmd | <script>x</script>\n"quoted": [a](javascript:x)'
    entry = tables["research.dictionary"].head(1).with_columns(description=pl.lit(hostile))
    line = inert_markdown(hostile)
    assert "\n" not in line and "<" not in line and "](" not in line.replace("\\]", "")
    assert line.count("|") == line.count("\\|") == 1
    assert "<script>" not in codebook_md(
        tables["research.dictionary"].with_columns(description=pl.lit(hostile))
    )
    (row,) = csv.DictReader(io.StringIO(codebook_csv(entry)))
    assert row["description"] == f"'{hostile}"
    study = Study.model_validate(STUDY.model_dump() | {"controller": hostile, "name": hostile})
    author = citation_cff(MANIFEST, study).splitlines()[-1]
    assert json.loads(author.removeprefix("  - name: ")) == hostile


def test_the_manifest_of_the_release_is_the_snapshots(release: Path) -> None:
    assert (
        type(MANIFEST).from_json((release / "manifest.json").read_text(encoding="utf-8")).snapshot_id
        == release.name
    )
