"""Stage results: kept while their inputs stay the same, the previous one in force until the new one is whole."""

from pathlib import Path

import polars as pl

from warehouse.stages import StageStore, hash_inputs
from warehouse.vault import Vault


def test_a_result_is_fresh_for_its_inputs_only(tmp_path: Path) -> None:
    store = StageStore(Vault(tmp_path), "g")
    first, second = hash_inputs(files=["a"]), hash_inputs(files=["a", "b"])
    assert first != second
    store.write("parse", first, {"f": pl.DataFrame({"x": [1]})}, n=1)
    assert store.is_fresh("parse", first)
    assert not store.is_fresh("parse", second)
    assert store.facts("parse") == {"n": 1}


def test_a_new_result_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    store = StageStore(Vault(tmp_path), "g")
    for number in (1, 2):
        store.write("parse", str(number), {"f": pl.DataFrame({"x": [number]})})
    assert store.frame("parse", "f")["x"].to_list() == [2]
    assert sorted(entry.name for entry in (tmp_path / "groups" / "g").iterdir()) == ["parse-2", "parse.json"]


def test_frames_without_a_stamp_are_not_in_force(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.write_frame("groups/g/parse-1/f.parquet", pl.DataFrame({"x": [1]}))
    store = StageStore(vault, "g")
    assert store.frames("parse") == {}
    assert store.stamp("parse") is None
