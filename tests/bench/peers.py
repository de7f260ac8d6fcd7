"""Other parsers on the same file, each in an environment of its own, made for the while."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tasks.parse.whatsapp import parse_export
from tests.bench.exports import Export
from tests.bench.figures import Figure, side_by_side

MIN_OVER_PEER = 3
_RUNS = 3
_INSTALL_SECONDS, _PARSE_SECONDS = 240, 300
#: Each prints seconds and messages as JSON; a warm call in its own process, start-up left out.
_PROGRAMS = {
    "chatpack": """
import json, sys, time
import chatpack
start = time.perf_counter()
found = chatpack.parse_whatsapp(sys.argv[1])
print(json.dumps([time.perf_counter() - start, len(found)]))
""",
    "whatstk": """
import json, sys, time
from whatstk import WhatsAppChat
start = time.perf_counter()
chat = WhatsAppChat.from_source(filepath=sys.argv[1])
print(json.dumps([time.perf_counter() - start, len(chat.df)]))
""",
    "whatsapp-chat-parser": """
const fs = require('fs');
const parser = require('whatsapp-chat-parser');
const text = fs.readFileSync(process.argv[2], 'utf8');
const start = process.hrtime.bigint();
const found = parser.parseString(text);
console.log(JSON.stringify([Number(process.hrtime.bigint() - start) / 1e9, found.length]));
""",
}


def peer_figures(exports: list[Export], folder: Path) -> list[Figure]:
    """How many times longer each peer takes than this project, on the clean files."""
    commands = {name: _installed(name, folder / name) for name in _PROGRAMS}
    figures = []
    for export in exports[:2]:
        content = export.path.read_bytes()
        (ours,) = side_by_side(lambda content=content: parse_export(content), runs=_RUNS)
        for name, command in commands.items():
            figures.append(_figure(name, command, export, statistics.median(ours)))
    return figures


def _figure(name: str, command: Sequence[str] | None, export: Export, ours: float) -> Figure:
    what = f"{name} on {export.name}"
    if command is None:
        return Figure(what, note="not available")
    found = [_parsed(command, export.path) for _ in range(_RUNS)]
    answers = [answer for answer in found if answer is not None]
    if not answers:
        return Figure(what, note="cannot read it")
    n_messages = round(answers[0][1])
    return Figure(
        what,
        tuple(answer[0] for answer in answers),
        base=ours,
        base_name=f"this project, {ours:.3f} s",
        at_least=MIN_OVER_PEER,
        note=f"{n_messages:,} of {export.n_entries:,} entries",
    )


def _parsed(command: Sequence[str], path: Path) -> list[float] | None:
    """Seconds and messages; nothing when the peer fails on the file."""
    try:
        ended = subprocess.run(
            [*command, str(path)], capture_output=True, text=True, check=True, timeout=_PARSE_SECONDS
        )
        answer: list[float] = json.loads(ended.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError):
        return None
    return answer


def _installed(name: str, folder: Path) -> list[str] | None:
    """The command that runs a peer's program; nothing where it cannot be had."""
    folder.mkdir()
    is_python = name != "whatsapp-chat-parser"
    program = folder / ("program.py" if is_python else "program.js")
    program.write_text(_PROGRAMS[name], encoding="utf-8")
    try:
        if is_python:
            python = str(folder / "env" / "bin" / "python")
            _quietly([sys.executable, "-m", "venv", str(folder / "env")])
            _quietly([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", name])
            return [python, str(program)]
        npm, node = shutil.which("npm"), shutil.which("node")
        if npm is None or node is None:
            return None
        _quietly([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), name])
    except (subprocess.SubprocessError, OSError):
        return None
    return [node, str(program)]


def _quietly(command: list[str]) -> None:
    subprocess.run(command, capture_output=True, check=True, timeout=_INSTALL_SECONDS)
