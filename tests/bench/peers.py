"""Other parsers on the same files, each in an environment of its own, made for the while: speed and correctness."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tasks.parse.whatsapp import parse_export
from tests.bench.exports import Export
from tests.bench.figures import Figure, seconds

MIN_OVER_PEER = 3
INSPECT_SHARE = 0.5
_RUNS = 3
#: Peers that read a million messages in less than a minute.
_QUICK = ("chatpack", "whatsapp-chat-parser")
_INSTALL_SECONDS, _PARSE_SECONDS = 300, 240
_PYTHON_START = """
import json, sys, time
def fastest(parse):
    turns = []
    while len(turns) < 3 and sum(turns) < 10:
        start = time.perf_counter()
        parse()
        turns.append(time.perf_counter() - start)
    return min(turns)
"""
_PYTHON_END = """
print(json.dumps([taken, len(rows)]))
with open(sys.argv[2], "w", encoding="utf-8") as out:
    for at, sender, text in rows:
        out.write(json.dumps([str(at), sender or "", text or ""]) + "\\n")
"""
#: Each prints seconds and messages as JSON, then writes what it has read. Start-up is left out, and of three
#: parses in one process the fastest counts, so that what a language compiles as it runs is compiled.
_PROGRAMS = {
    "chatpack": _PYTHON_START
    + """
import chatpack
taken = fastest(lambda: chatpack.parse_whatsapp(sys.argv[1]))
found = chatpack.parse_whatsapp(sys.argv[1])
rows = [(one.timestamp, one.sender, one.content) for one in found]
"""
    + _PYTHON_END,
    "whatstk": _PYTHON_START
    + """
from whatstk import WhatsAppChat
taken = fastest(lambda: WhatsAppChat.from_source(filepath=sys.argv[1]))
chat = WhatsAppChat.from_source(filepath=sys.argv[1])
rows = list(chat.df[["date", "username", "message"]].itertuples(index=False, name=None))
"""
    + _PYTHON_END,
    "whatsapp-chat-parser": """
const fs = require('fs');
const parser = require('whatsapp-chat-parser');
const text = fs.readFileSync(process.argv[2], 'utf8');
let found, taken = Infinity;
for (let run = 0; run < 3; run++) {
  const start = process.hrtime.bigint();
  found = parser.parseString(text);
  taken = Math.min(taken, Number(process.hrtime.bigint() - start) / 1e9);
}
console.log(JSON.stringify([taken, found.length]));
const out = fs.openSync(process.argv[3], 'w');
for (const one of found) {
  fs.writeSync(out, JSON.stringify([one.date.toISOString(), one.author || '', one.message || '']) + '\\n');
}
""",
}
_FORMATS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")


def peer_figures(exports: list[Export], large: list[Export], folder: Path) -> list[Figure]:
    """How many times longer each peer takes than this project, and what each gets right of the truth.

    Args:
        exports: files that every peer is tried on.
        large: files for the fast ones among them; on the last one whole processes are compared.
        folder: where environments and answers are kept for the while.
    """
    commands = {name: _installed(name, folder / name) for name in _PROGRAMS}
    figures = [figure for export in exports for figure in _compared(commands, export, folder)]
    quick = {name: command for name, command in commands.items() if name in _QUICK}
    figures += [figure for export in large for figure in _compared(quick, export, folder)]
    return [*figures, _whole_process(commands["chatpack"], large[-1], folder)]


def _compared(commands: dict[str, list[str] | None], export: Export, folder: Path) -> list[Figure]:
    content = export.path.read_bytes()
    taken = [seconds(lambda: parse_export(content, file_id="")) for _ in range(_RUNS)]
    read = parse_export(content).frame.filter(pl.col("author").is_not_null())
    rows = read.select(at="local_at", sender="author", text=pl.col("text").fill_null(""))
    what = f"this project on {export.n_entries:,} lines of {export.name}"
    own = Figure(what, tuple(taken), base_name="1 s", note=_correctness(rows, export))
    return [own, *(_figure(name, command, export, content, folder) for name, command in commands.items())]


def _figure(name: str, command: Sequence[str] | None, export: Export, content: bytes, folder: Path) -> Figure:
    """One peer and this project in turn on one file, each without its start-up and warm."""
    what = f"{name} on {export.n_entries:,} lines of {export.name}"
    if command is None:
        return Figure(what, note="cannot be had here")
    out = folder / "rows.jsonl"
    theirs: list[float] = []
    ours: list[float] = []
    for _ in range(_RUNS):
        answer = _parsed(command, export.path, out)
        if not isinstance(answer, list):
            return Figure(what, note=f"cannot read it: {answer}")
        theirs.append(answer[0])
        ours.append(min(seconds(lambda: parse_export(content, file_id="")) for _ in range(3)))
    base = statistics.median(ours)
    return Figure(
        what,
        tuple(theirs),
        base=base,
        base_name=f"this project, {base:.3f} s",
        at_least=MIN_OVER_PEER,
        note=_correctness(_answered(out), export),
    )


def _parsed(command: Sequence[str], path: Path, out: Path) -> list[float] | str:
    """Seconds and messages; the last words of a peer that fails on the file."""
    try:
        ended = subprocess.run(
            [*command, str(path), str(out)],
            env={**os.environ, "TZ": "UTC"},
            capture_output=True,
            text=True,
            check=False,
            timeout=_PARSE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"not done after {_PARSE_SECONDS} s"
    if ended.returncode:
        return (ended.stderr.strip().splitlines() or ["no answer"])[-1][:90]
    answer: list[float] = json.loads(ended.stdout.splitlines()[-1])
    return answer


def _answered(out: Path) -> pl.DataFrame:
    """What a peer has read: ``at``, ``sender``, ``text``."""
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    rows = pl.DataFrame(lines, schema=["at", "sender", "text"], orient="row")
    clock = pl.col("at").str.replace(r"(\.\d+)?(Z|[+-]\d\d:\d\d)?$", "")
    read = [clock.str.to_datetime(pattern, strict=False, time_unit="us") for pattern in _FORMATS]
    return rows.with_columns(at=pl.coalesce(read))


def _correctness(rows: pl.DataFrame, export: Export) -> str:
    """Shares of the truth's plain texts that are there: the words; with their time; with their sender too."""
    signs = pl.col("sender").str.replace_all(r"[^\p{L}\p{N}+]", "")
    known = {
        name: frame.select(
            pl.col("at").dt.truncate("1s" if export.has_seconds else "1m"),
            signs.alias("sender"),
            pl.col("text").str.strip_chars(),
        )
        for name, frame in (("read", rows), ("true", export.truth))
    }
    shares = []
    for columns in (["text"], ["text", "at"], ["text", "at", "sender"]):
        read, true = (frame.group_by(columns).len() for frame in (known["read"], known["true"]))
        both = true.join(read, on=columns).select(pl.min_horizontal("len", "len_right").sum()).item()
        shares.append(both / len(known["true"]))
    return "right: words {:.1%}, and time {:.1%}, and sender {:.1%}".format(*shares)


def _whole_process(chatpack: Sequence[str] | None, export: Export, folder: Path) -> Figure:
    """``solidarity inspect`` against a script that only reads the file with chatpack, start-up included."""
    what = f"inspect {export.n_entries:,} lines of {export.name}"
    if chatpack is None:
        return Figure(what, note="chatpack cannot be had here")
    script = folder / "only_read.py"
    script.write_text(
        "import sys, chatpack\nprint(len(chatpack.parse_whatsapp(sys.argv[1])))\n", encoding="utf-8"
    )
    ours = [sys.executable, "-m", "flows.entry", "--json", "inspect", str(export.path)]
    theirs = [chatpack[0], str(script), str(export.path)]
    turns = []
    for _ in range(_RUNS + 1):
        turns.append([_process_seconds(command) for command in (ours, theirs)])
    mine, other = zip(*turns[1:], strict=True)
    if any(taken is None for taken in other):
        return Figure(what, note="chatpack cannot read it")
    limit = statistics.median(taken for taken in other if taken is not None)
    return Figure(
        what,
        tuple(taken for taken in mine if taken is not None),
        base=limit,
        base_name=f"chatpack's process, {limit:.3f} s",
        at_most=INSPECT_SHARE,
        note="whole processes",
    )


def _process_seconds(command: Sequence[str]) -> float | None:
    start = time.perf_counter()
    ended = subprocess.run(command, capture_output=True, check=False, timeout=_PARSE_SECONDS)
    return time.perf_counter() - start if ended.returncode == 0 else None


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
