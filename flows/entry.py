"""Where the command ``solidarity`` begins: a plain ``inspect`` is answered without the rest of the command line.

To load the parser of options costs as much time as to read a large export. So a call whose words are plain
is run at once; every other call, and every call that goes wrong, is left to ``flows.cli``, which knows all
words and tells what is wrong with them. ``inspect`` changes nothing, so that it may well be run twice.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import NamedTuple, get_args

from flows.call import Call
from schemas.vocabulary import DateOrder

_VALUES = ("--home", "--date-order")


class _Inspect(NamedTuple):
    """The words of a plain ``inspect``."""

    call: Call
    file: Path
    date_order: DateOrder | None


def command() -> None:
    """Run one command and end the process with its exit code.

    After a plain ``inspect`` nothing is left to do but to write what was said: to take Polars down piece by
    piece would last as long as to read 50,000 messages. Other commands' libraries may have work left.
    """
    gc.disable()  # what is loaded stays loaded, and the parser makes next to nothing that refers to itself
    code = main()
    if "flows.cli" not in sys.modules:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:  # nobody listens any more: Python has its own way to end then
            sys.exit(code)
        os._exit(code)
    sys.exit(code)


def main() -> int:
    """Run one command; returns its exit code."""
    words = sys.argv[1:]
    asked = _plain_inspect(words)
    if asked is not None:
        from flows.commands import look_at_files

        try:
            return look_at_files.inspect(*asked)
        except Exception:  # the whole command line runs it again and tells what went wrong
            asked = None
    gc.enable()
    from flows.cli import main as whole

    return whole(words)


def _plain_inspect(words: list[str]) -> _Inspect | None:
    """What a call asks for when it is ``inspect``, one file and known options, each once; else nothing."""
    options: dict[str, str] = {}
    named: list[str] = []
    remaining = iter(words)
    for word in remaining:
        if not word.startswith("-"):
            named.append(word)
            continue
        name, is_joined, value = word.partition("=")
        if name in _VALUES and not is_joined:
            value = next(remaining, "")
        is_known = word == "--json" or (name in _VALUES and value and not value.startswith("-"))
        if name in options or not is_known:
            return None
        options[name] = value
    order = next((order for order in get_args(DateOrder) if order == options.get("--date-order")), None)
    if len(named) != 2 or named[0] != "inspect" or (order is None and "--date-order" in options):
        return None
    home = Path(options["--home"]) if "--home" in options else None
    return _Inspect(Call(home, "--json" in options), Path(named[1]), order)


if __name__ == "__main__":
    command()
