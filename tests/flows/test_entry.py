"""The command's light way into ``inspect`` answers as the whole command line does, and loads little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flows import cli, entry

CHAT = "13/01/2024 16.25 - Ali: halo\n14/01/2024 16.26 - Budi: hai\n"
ANY_ORDER = "01/02/2024 10.00 - Ali: halo\n"
CALLS = [
    ["inspect", "chat.txt"],
    ["inspect", "chat.txt", "--json"],
    ["--json", "inspect", "chat.txt"],
    ["--home", "elsewhere", "inspect", "--json", "chat.txt"],
    ["inspect", "--home=elsewhere", "any.txt", "--date-order", "mdy", "--json"],
    ["inspect", "--date-order=dmy", "any.txt", "--json"],
    ["inspect", "any.txt", "--json"],
    ["inspect", "any.txt"],
    ["inspect", "chat.pdf", "--json"],
    ["inspect", "missing.txt", "--json"],
    ["inspect", "missing.txt"],
    ["inspect", "any.txt", "--date-order", "ydm", "--json"],
    ["inspect", "chat.txt", "--date-order"],
    ["inspect", "chat.txt", "any.txt"],
    ["inspect", "--", "chat.txt"],
    ["inspect", "chat.txt", "--json=yes"],
    ["inspect", "chat.txt", "--nope"],
    ["inspect"],
    ["inspect", "--help"],
]


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_both_ways_answer_alike(
    words: list[str],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("chat.txt", CHAT), ("any.txt", ANY_ORDER), ("chat.pdf", CHAT)):
        Path(name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["solidarity", *words])
    light = (entry.main(), *capsys.readouterr())
    whole = (cli.main(words), *capsys.readouterr())
    assert light == whole


def test_a_plain_inspect_loads_no_parser_of_options(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(CHAT, encoding="utf-8")
    code = (
        "import sys; from flows.entry import main; code = main();"
        "heavy = {'typer', 'click', 'rich', 'pydantic', 'pydantic_settings', 'prefect', 'pandas', 'duckdb',"
        " 'sqlalchemy', 'great_expectations', 'scipy', 'pyarrow'};"
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "inspect", str(path), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0 []"
