"""What a stage's cached results are good for: the code they rest on, as its imports tell, stands in their stamp."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tasks.reconcile import kept
from warehouse.sources import source_hash

_HOME = Path(kept.__file__).parents[2]
_OURS = ("schemas", "tasks", "warehouse")
#: What only holds, finds and carries data, and keeps the books of runs.
_CARRIES = frozenset(
    {
        *(
            "warehouse.workspace",
            "warehouse.vault",
            "warehouse.storage",
            "warehouse.settings",
            "warehouse.lock",
        ),
        *("warehouse.stages", "warehouse.sources", "warehouse.failpoints", "warehouse.engine"),
        *("tasks.run", "tasks.land.land", "tasks.land.ledger"),
    }
)
#: Modules that are counted, but not what they import: it makes figures that stand in the stamp themselves, or what
#: is held against the stage's results later on.
_ENDS = frozenset({"tasks.evaluate.kit"})
_LATER = {"tasks.validate.stage": frozenset({"tasks.load.files", "tasks.measure.stage"})}
#: Stages by the list of their code, with the stages whose stamps stand in theirs.
_STAGES = {
    "tasks.parse.stage": ("tasks.parse.stage", "_CODE", ()),
    "tasks.reconcile.stage": ("tasks.reconcile.kept", "CODE", ("parse",)),
    "tasks.identify.stage": ("tasks.identify.stage", "_CODE", ("parse", "reconcile")),
    "tasks.validate.stage": ("tasks.validate.stage", "_CODE", ("parse", "reconcile", "identify")),
    "tasks.measure.stage": ("tasks.measure.stage", "_CODE", ("parse", "reconcile", "identify", "validate")),
    "tasks.trends.memory": ("tasks.trends.memory", "_CODE", ()),
}  # fmt: skip


def _file(module: str) -> Path:
    folder = _HOME.joinpath(*module.split("."))
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


@cache
def _imported(module: str) -> frozenset[str]:
    """Our own modules that a module imports, at its head or within its functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(_file(module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            names |= {path if _file(path).exists() else node.module for path in whole.values()}
    return frozenset(name for name in names if name.split(".")[0] in _OURS and _file(name).exists())


def _rests_on(stage: str, stamped: frozenset[str]) -> frozenset[str]:
    """A stage and all it imports, but for carriers and for the stages that its stamp holds."""
    found, waiting = set(), [stage]
    while waiting:
        module = waiting.pop()
        found.add(module)
        if module not in _ENDS:
            others = _imported(module) - _CARRIES - stamped - _LATER.get(stage, frozenset())
            waiting += others - found
    return frozenset(found)


def _covers(module: str) -> Iterator[str]:
    """The names under which a module's code may be listed: its own and its packages'."""
    parts = module.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


@pytest.mark.parametrize("stage", _STAGES)
def test_a_stamp_covers_what_the_stage_imports_and_nothing_else(stage: str) -> None:
    holder, name, stamped = _STAGES[stage]
    listed = set(getattr(importlib.import_module(holder), name))
    modules = _rests_on(stage, frozenset(f"tasks.{one}.stage" for one in stamped))
    assert [module for module in sorted(modules) if listed.isdisjoint(_covers(module))] == []
    # reference data is read by its place, not imported
    needed = {name for module in modules for name in _covers(module)} | {"warehouse.reference"}
    assert listed <= needed


def test_one_module_counts_as_itself() -> None:
    assert source_hash("warehouse.calendar") != source_hash("warehouse.keys")
    assert source_hash("tasks.parse") != source_hash("tasks.parse.polls")
    with pytest.raises(FileNotFoundError):
        source_hash("tasks.no_such_module")
