"""The stage from month to month: whatever the order and the split of ingests, the store of all at once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.land.stage import land_groups
from tasks.parse.stage import parse_group
from tasks.reconcile.digest import purged
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run
from tasks.simulate import Phone, SimulationPlan, exports_due, simulate
from tasks.simulate.truth import write_groups_toml
from warehouse.keys import DIGEST_KEY_NAME, generate
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

EXAMPLES = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 5
FRAMES = ("messages", "events", "changes", "labels", "conflicts", "coverage")
RUN = Run(run_id="0" * 32, flow="monthly", month="2023-04")
PHONES = (
    Phone(exporter="a", layout="android_id", owner=1, saved_share=0.8),
    Phone(exporter="b", layout="ios_us", owner=0, every=2, saved_share=0.3, archive=True, utc_offset=8),
    Phone(exporter="c", layout="android_en", owner=2, every=2, first=1, saved_share=0.5, cut=150),
)


class Home:
    """A home that takes files in and tells its store; ``files`` are (name, content)."""

    def __init__(self, folder: Path, groups_toml: Path, group_id: str) -> None:
        self.group_id, self.exports = group_id, folder / "landing" / group_id / "exports"
        self.exports.mkdir(parents=True)
        shutil.copy(groups_toml, folder / "landing" / "groups.toml")
        self.workspace = Workspace.open(folder)
        generate(self.workspace.key_file)
        self.workspace.vault.write_bytes(DIGEST_KEY_NAME, b"one secret for all of these tests")

    def take_in(self, files: Sequence[tuple[str, bytes]]) -> bool:
        """Land, parse and reconcile; whether there was anything new."""
        for name, content in files:
            (self.exports / name).write_bytes(content)
        land_groups(self.workspace, RUN)
        parse_group(self.workspace, RUN, self.group_id)
        return reconcile_group(self.workspace, RUN, self.group_id).is_new

    def purge(self) -> None:
        """Take the texts out of all that was parsed, as retention does."""
        vault, folder = self.workspace.vault, f"groups/{self.group_id}/parsed"
        for name in list(vault.names(folder)):
            vault.write_frame(f"{folder}/{name}", purged(vault.read_frame(f"{folder}/{name}")))

    def store(self) -> dict[str, pl.DataFrame]:
        store = StageStore(self.workspace.vault, self.group_id)
        return {name: store.frame("reconcile", name) for name in FRAMES}


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, list[tuple[str, bytes]]]]:
    plan = SimulationPlan(
        groups=1, members=12, months=4, messages_per_month=80, seed=9, phones=(PHONES,), late_changes=True
    )
    community = simulate(plan)
    (group_id,) = community.groups
    files = [
        (file.name, file.content)
        for month in community.month_starts
        for file in exports_due(community, group_id, month)
    ]
    toml = write_groups_toml(community, tmp_path_factory.mktemp("landing"))
    yield toml, group_id, files


@pytest.fixture(scope="module")
def at_once(
    landing: tuple[Path, str, list[tuple[str, bytes]]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pl.DataFrame]:
    toml, group_id, files = landing
    home = Home(tmp_path_factory.mktemp("at-once"), toml, group_id)
    assert home.take_in(files)
    assert not home.take_in(files)
    return home.store()


@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_any_order_and_split_of_ingests_gives_the_store_of_all_at_once(
    data: st.DataObject,
    landing: tuple[Path, str, list[tuple[str, bytes]]],
    at_once: dict[str, pl.DataFrame],
) -> None:
    toml, group_id, files = landing
    order = data.draw(st.permutations(files))
    ends = sorted({*data.draw(st.lists(st.integers(1, len(files)), max_size=2)), len(files)})
    retention = data.draw(st.booleans())
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder), toml, group_id)
        for begin, end in zip([0, *ends], ends, strict=False):
            if begin and retention:
                home.purge()
            assert home.take_in(order[begin:end])
        store = home.store()
    for name in FRAMES[1:]:
        assert store[name].equals(at_once[name]), name
    assert store["messages"].drop("text").equals(at_once["messages"].drop("text"))
    texts = pl.DataFrame({"text": store["messages"]["text"], "true": at_once["messages"]["text"]})
    assert retention or texts["text"].equals(texts["true"])
    assert texts["text"].null_count() >= texts["true"].null_count()


def test_an_export_is_parsed_once_and_its_digest_kept(
    landing: tuple[Path, str, list[tuple[str, bytes]]], tmp_path: Path
) -> None:
    toml, group_id, files = landing
    home = Home(tmp_path, toml, group_id)
    home.take_in(files[:2])
    folder = home.workspace.vault.path(f"groups/{group_id}/parsed")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    home.take_in(files)
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(before) == 2
    assert before.items() <= after.items()
