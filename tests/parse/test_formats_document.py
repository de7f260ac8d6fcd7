"""``docs/formats.md`` against the code: refusals, kinds, events, placeholders."""

from __future__ import annotations

import re
from pathlib import Path

from schemas.errors import REFUSALS
from schemas.vocabulary import MESSAGE_KINDS, SYSTEM_EVENTS
from tasks.parse.inspect import EXPORT_SUFFIXES
from tasks.parse.templates import templates
from warehouse.reference.markers import wordings

TEXT = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


def test_every_refusal_stands_in_the_document_with_its_next_step_and_no_other() -> None:
    table = TEXT[TEXT.index("## Refusals") :]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, flags=re.MULTILINE))
    assert rows == REFUSALS


def test_every_reason_that_the_code_gives_is_declared() -> None:
    rooms = (Path(__file__).parents[2] / "tasks").rglob("*.py")
    given = {
        reason
        for path in rooms
        for reason in re.findall(r'FileRefused\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert given <= set(REFUSALS)


def test_every_kind_and_event_is_named() -> None:
    named = set(re.findall(r"`(\w+)`", TEXT[TEXT.index("## Messages") : TEXT.index("## Wordings")]))
    assert {*MESSAGE_KINDS, *SYSTEM_EVENTS} <= named


def test_every_placeholder_is_named() -> None:
    used = {name for line in wordings() for name in re.findall(r"\{(\w+)", line.wording)}
    assert used <= set(re.findall(r"`\{(\w+)", TEXT))


def test_the_document_s_example_of_a_wording_can_be_read() -> None:
    (example,) = re.findall(r"```tsv\n(.*)\n```", TEXT)
    kind, wording, *_ = example.split("\t")
    assert wording in {line.wording for line in wordings() if line.kind == kind}
    assert any(template.kind == kind for template in templates((kind,)))


def test_what_may_be_handed_in_is_named() -> None:
    assert all(f"| `{suffix}` |" in TEXT for suffix in EXPORT_SUFFIXES)
