"""The marker files: every line is well formed and is read as its own kind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from schemas.vocabulary import MESSAGE_KINDS, SYSTEM_EVENTS
from tasks.parse.events import read_events
from tasks.parse.labels import SELF_LABEL
from tasks.parse.templates import match, plain, templates
from tasks.parse.whatsapp import parse_export
from warehouse.reference.markers import Wording, day_parts, languages, wordings

HOLE = r"\{(\w+)(?:=([^}]*))?\}"
SAMPLE = {
    "actor": "Ani",
    "target": "Budi",
    "targets": "Budi",
    "file": "IMG-1.jpg",
    "url": "https://maps.google.com/?q=1,2",
    "any": "x",
    "group": "Kamaliyah",
    "timer": "7 days",
}


def filled(line: Wording) -> str:
    return re.sub(HOLE, lambda hole: hole[2] or SAMPLE[hole[1]], line.wording)


def test_indonesian_and_english_come_first_and_win_ties() -> None:
    assert languages()[:2] == ("id", "en")
    assert {"ms", "de", "es", "pt", "nl", "fr", "it", "tr", "ar", "hi"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_line_is_well_formed_and_listed_once(language: str) -> None:
    lines = [line for line in wordings() if line.language == language]
    assert len({(line.kind, line.wording) for line in lines}) == len(lines)
    for line in lines:
        assert (
            line.platform in ("android", "ios", "any")
            and line.origin
            and line.wording == line.wording.strip()
        )
        assert set(re.findall(r"\{(\w+)", line.wording)) <= set(SAMPLE)


@pytest.mark.parametrize("kinds", [SYSTEM_EVENTS, (*MESSAGE_KINDS, "attached")], ids=["events", "messages"])
def test_every_wording_is_read_as_its_kind(kinds: tuple[str, ...]) -> None:
    """Two languages may share a wording; then they must agree on its kind."""
    lines = [line for line in wordings() if line.kind in kinds]
    texts = pl.DataFrame({"raw": [filled(line) for line in lines]}).select(plain(pl.col("raw")))["raw"]
    listed = templates(kinds)
    found = dict(match(texts.unique(), listed).select("text", "template").iter_rows())
    wrong = [
        (line.language, line.wording)
        for line, text in zip(lines, texts, strict=True)
        if listed[found[text]].kind != line.kind
    ]
    assert wrong == []


def test_every_event_wording_says_who_acts_and_of_whom() -> None:
    """Among the wordings of all languages: none is caught by another one that takes other words for a name."""
    lines = [line for line in wordings() if line.kind in SYSTEM_EVENTS]
    read = read_events(pl.Series([filled(line) for line in lines])).frame
    wrong = [
        (line.language, line.wording)
        for line, found in zip(lines, read.select("actor", "targets", "group").iter_rows(), strict=True)
        if found != _people_of(line)
    ]
    assert wrong == []


def _people_of(line: Wording) -> tuple[str | None, list[str] | None, str | None]:
    holes = {name: SELF_LABEL if own else SAMPLE[name] for name, own in re.findall(HOLE, line.wording)}
    target = holes.get("target", holes.get("targets"))
    return holes.get("actor"), None if target is None else [target], holes.get("group")


@pytest.mark.parametrize("language", languages())
def test_a_language_is_told_by_its_wordings(language: str) -> None:
    """The encryption notice and an edited text of each language."""
    lines = {line.kind: line for line in wordings() if line.language == language}
    header = "13/10/2022 16.25 - "
    text = f"{header}{filled(lines['encryption'])}\n{header}Ani: {filled(lines['deleted'])}\n"
    meta = parse_export(text.encode()).meta
    assert (meta.language, meta.n_events, meta.n_messages) == (language, 1, 1)


def test_malay_is_not_indonesian() -> None:
    lines = ["Mesej ini telah dipadam", "imej tidak dimasukkan"]
    meta = parse_export("".join(f"[13/10/2022 16.25.00] Ani: {line}\n" for line in lines).encode()).meta
    assert meta.language == "ms"


def test_day_parts_have_known_rules() -> None:
    assert set(day_parts().values()) == {"am", "pm", "noon", "night"}


def test_a_new_wording_is_one_line_of_data(tmp_path: Path) -> None:
    """In a copy of the project one line is added, and the phrase that was unknown is known."""
    root = Path(__file__).parents[2]
    for room in ("schemas", "tasks", "warehouse"):
        shutil.copytree(root / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "from tasks.parse.whatsapp import parse_export;"
        "frame = parse_export('13/10/2022 16.25 - Ani melambaikan bendera\\n'.encode()).frame;"
        "print(frame.select('event', 'actor').row(0))"
    )

    def read() -> str:
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert read() == "('other', None)"
    with (tmp_path / "warehouse/reference/markers/id.tsv").open("a", encoding="utf-8") as lines:
        lines.write("pinned\t{actor} melambaikan bendera\tany\t2.26\tthis test\n")
    assert read() == "('pinned', 'Ani')"
