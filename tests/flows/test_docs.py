"""What the documents say exists: commands, settings, exit codes, flows, files."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import yaml

from flows.cli import app
from schemas.errors import ExitCode
from schemas.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def commands() -> set[str]:
    return {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "engineers.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z-]+)`", text[text.index("## Commands") :]))
    assert commands() <= named


def test_every_command_that_documents_name_exists() -> None:
    named = {
        name
        for path in DOCS
        for name in re.findall(r"`solidarity ([a-z-]+)", path.read_text(encoding="utf-8"))
    }
    assert named <= commands()


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "engineers.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"SOLIDARITY_{name.upper()}" not in text]
    assert missing == []


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "engineers.md").read_text(encoding="utf-8")
    assert all(f"| {int(code)} |" in text for code in ExitCode)


def test_deployments_name_flows_that_exist() -> None:
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    for deployment in deployments:
        module, flow = deployment["entrypoint"].rsplit(".", 1)
        assert getattr(importlib.import_module(module), flow).name == deployment["name"]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_rooms_named_in_the_architecture_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for room in re.findall(r"`((?:flows|tasks|warehouse|schemas|tests|docs)/[\w./-]*)`", text):
        assert (ROOT / room).exists(), room


def test_the_dictionary_is_the_one_that_make_docs_writes() -> None:
    from schemas.indicators import registry
    from tasks.measure.stage import computed_codes
    from tasks.publish.codebook import codebook_md
    from tasks.publish.dictionary import dictionary

    written = (ROOT / "docs" / "dictionary.md").read_text(encoding="utf-8")
    assert written == codebook_md(dictionary(registry(), computed_codes()))
