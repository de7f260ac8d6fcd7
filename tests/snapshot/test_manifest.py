"""A snapshot's name follows from what it rests on, and from nothing else."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.snapshot.manifest import GroupEvidence, Manifest

FILES = st.lists(st.from_regex(r"[0-9a-f]{12}", fullmatch=True), max_size=5)


def _manifest(**changes: object) -> Manifest:
    given_values: dict[str, object] = {
        "month": dt.date(2024, 3, 1),
        "groups": {"a": GroupEvidence(exports=("2" * 12, "1" * 12), rosters=("3" * 12,), coverage_hash="c")},
        "lexicon_version": "1",
        "definitions_hash": "d",
        "calendar_version": "2026",
        "parameters": {"reply_window_min": 10},
        "code_version": "0.1.0",
    }
    return Manifest.model_validate(given_values | changes)


def test_id_is_the_month_and_twelve_digits_of_the_hash_of_the_canonical_text() -> None:
    manifest = _manifest()
    digits = hashlib.sha256(manifest.canonical_json().encode()).hexdigest()
    assert manifest.snapshot_id == f"2024-03-{digits[:12]}"
    assert json.loads(manifest.canonical_json())["groups"]["a"]["exports"] == ["1" * 12, "2" * 12]


@settings(max_examples=30, deadline=None)
@given(exports=FILES, rosters=FILES)
def test_order_and_repetition_of_files_do_not_matter(exports: list[str], rosters: list[str]) -> None:
    one = _manifest(
        groups={"a": GroupEvidence(exports=tuple(exports), rosters=tuple(rosters)), "b": GroupEvidence()}
    )
    other = _manifest(
        groups={
            "b": GroupEvidence(),
            "a": GroupEvidence(exports=tuple(reversed(exports + exports)), rosters=tuple(reversed(rosters))),
        }
    )
    assert one.snapshot_id == other.snapshot_id
    assert Manifest.from_json(one.canonical_json()) == one


@pytest.mark.parametrize(
    "change",
    [
        {"month": dt.date(2024, 4, 1)},
        {"groups": {}},
        {"corrections_hash": "x"},
        {"groups_toml_hash": "x"},
        {"lexicon_version": "2"},
        {"definitions_hash": "x"},
        {"calendar_version": "2027"},
        {"parameters": {"reply_window_min": 30}},
        {"code_version": "0.2.0"},
        {"consent_hash": "x"},
        {"erasures_hash": "x"},
    ],
)
def test_every_input_changes_the_id(change: dict[str, object]) -> None:
    assert _manifest(**change).snapshot_id != _manifest().snapshot_id


def test_day_of_the_month_does_not_matter_and_unknown_inputs_are_refused() -> None:
    assert _manifest(month=dt.date(2024, 3, 31)).snapshot_id == _manifest().snapshot_id
    with pytest.raises(ValidationError):
        _manifest(weather="rain")


def test_files_shared_by_groups_count_once() -> None:
    shared = {
        "a": GroupEvidence(exports=("1" * 12,), rosters=("9" * 12,)),
        "b": GroupEvidence(rosters=("9" * 12,)),
    }
    manifest = _manifest(groups=shared)
    assert (manifest.n_exports, manifest.n_rosters) == (1, 1)


def test_what_coders_found_counts_and_its_absence_leaves_the_text_of_before() -> None:
    judged = GroupEvidence(judged_hash="0123456789ab")
    manifest = _manifest(groups={"a": judged, "b": GroupEvidence()})
    groups = json.loads(manifest.canonical_json())["groups"]
    assert groups["a"]["judged_hash"] == "0123456789ab"
    assert set(groups["b"]) == {"exports", "rosters", "coverage_hash", "lists_hash", "declared_hash"}
    assert Manifest.from_json(manifest.canonical_json()) == manifest
