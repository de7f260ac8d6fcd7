"""Adding an indicator is one entry, one function and one spec: done here, in a copy of the project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.spec.specs import specs

ROOT = Path(__file__).parents[2]
COPIED = ("schemas", "tasks", "warehouse", "tests/spec", "tests/conftest.py", "pyproject.toml", "docs")

ENTRY = """
[[indicator]]
code = "double_post_share"
number = 52
facet = "B"
name_en = "Members who speak twice"
name_id = "Anggota yang berbicara dua kali"
formula = "Active members with two turns or more over active members."
formula_id = "Anggota aktif dengan dua giliran atau lebih dibagi anggota aktif."
unit = "share"
unit_id = "proporsi"
range_low = 0
range_high = 1
direction = "+"
minimum_n = "10 active members"
minimum_n_id = "10 anggota aktif"
ci_kind = "wilson"
window_months = 1
look_back_months = 0
look_ahead_months = 0
params = { min_active = 10, min_turns = 2 }
threats = "Long answers are one turn."
threats_id = "Jawaban panjang adalah satu giliran."
source = "this test"
"""

FUNCTION = '''

@indicator("double_post_share")
def double_post_share(ctx: Context, spec: Indicator) -> Measure:
    """Active members with so many turns over active members. Share 0-1."""
    num = (ctx.all_turns >= spec.params["min_turns"]).sum(axis=1).astype(float)
    den = ctx.active
    return wilson_share(num, den, den >= spec.params["min_active"])
'''

SPEC = '''
[[case]]
name = "five-of-ten"
oracle = true
en = "Ten write, five of them twice: 5/10 = 0.50."
id = "Sepuluh menulis, lima di antaranya dua kali: 5/10 = 0,50."
members = "m1-m22"
months = "2023-06"
turns = """
who    | when             | times
m1-m5  | 2023-06-03 08:00 | 2
m6-m10 | 2023-06-04 08:00 | 1
"""
expect = [{ value = "5/10", n_num = 5, n_den = 10, ci = [0.2366, 0.7634] }]

[[case]]
name = "nobody-writes"
en = "Nobody writes."
id = "Tidak seorang pun menulis."
members = "m1-m22"
months = "2023-06"
expect = [{ status = "not_applicable" }]

[[case]]
name = "a-group-of-ten"
like = "five-of-ten"
en = "In a group of ten: hidden in `research`."
id = "Dalam grup sepuluh orang: disembunyikan dalam `research`."
members = "m1-m10"
expect = [{ value = "5/10", research = "suppressed" }]
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with one indicator more, and what is generated made anew."""
    root = tmp_path_factory.mktemp("project")
    for name in COPIED:
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    with (root / "schemas/indicators.toml").open("a", encoding="utf-8") as file:
        file.write(ENTRY)
    with (root / "tasks/measure/indicators/belonging.py").open("a", encoding="utf-8") as file:
        file.write(FUNCTION)
    (root / "tests/spec/specs/double_post_share.toml").write_text(SPEC, encoding="utf-8")
    made = "from tests.spec.document import main; from warehouse.baseline import write; write(); main([])"
    python(root, "-c", made)
    return root


def python(root: Path, *arguments: str) -> str:
    """What Python says in the copy, where nothing of the original is seen."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # before the path of the installed project, which leads to the original
    environment["PYTHONPATH"] = str(root)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def test_its_spec_holds_from_the_facts_to_research(copy: Path) -> None:
    """Computed, loaded into a DuckDB of the copy's own schema, published, read back."""
    said = python(
        copy,
        "-m",
        "pytest",
        "-p",
        "no:xdist",
        "tests/spec/test_specs.py",
        "-k",
        "duckdb and double_post_share",
        "-v",
    )
    assert "1 passed" in said


def test_both_documents_hold_its_formula_example_and_caveat(copy: Path) -> None:
    for name, words in (
        ("indicators.md", ("Members who speak twice", "5/10 = 0.50", "Long answers are one turn.")),
        (
            "indicators.id.md",
            ("Anggota yang berbicara dua kali", "5/10 = 0,50", "Jawaban panjang adalah satu giliran."),
        ),
    ):
        text = (copy / "docs" / name).read_text(encoding="utf-8")
        assert all(part in text for part in words)
        assert "double_post_share" not in (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_it_stands_in_every_list_of_codes(copy: Path) -> None:
    """In the registry, among the computed, as a column of the wide table, in the dimension and the dictionary."""
    asked = """
import json
from schemas.catalogue import CODES
from schemas.indicators import registry
from schemas.tables import TABLES
from tasks.load.dimensions import dim_indicator
from tasks.measure.indicators import is_computed
from tasks.publish.dictionary import dictionary
code = "double_post_share"
print(json.dumps([
    CODES[-1] == code, is_computed(code), code in TABLES["research.group_month"].names,
    code in dim_indicator(CODES)["code"].to_list(),
    dictionary(registry(), CODES).filter(code=code)["description"].to_list(),
]))
"""
    *held, described = json.loads(python(copy, "-c", asked))
    assert held == [True] * 4
    names = "Members who speak twice / Anggota yang berbicara dua kali"
    assert described == [f"{names}: Active members with two turns or more over active members."]
    assert "double_post_share" not in specs()
