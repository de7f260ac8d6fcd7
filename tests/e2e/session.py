"""The command line in a process of its own, one command after the other: one Prefect server serves them all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Session:
    """A process that runs ``solidarity`` commands, its output in files of ``folder``."""

    def __init__(self, home: Path, folder: Path, environment: Mapping[str, str]) -> None:
        folder.mkdir(parents=True)
        self.stdout, self.stderr = folder / "stdout", folder / "stderr"
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SOLIDARITY_", "PREFECT_"))
        }
        answers, told = os.pipe()
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.session", str(home), str(told)],
                cwd=ROOT,
                env=inherited | dict(environment),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                pass_fds=[told],
                text=True,
            )
        os.close(told)
        self._answers = os.fdopen(answers, encoding="ascii")

    def solidarity(self, *words: str, **environment: str) -> int:
        """Run one command with further settings for it alone; returns its exit code."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"words": words, "environment": environment}) + "\n")
        self._process.stdin.flush()
        return int(self._answers.readline() or "-1")

    def close(self) -> None:
        """End the process; its server goes with it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._answers.close()


def serve(home: str, told: int) -> None:
    """Run the commands that stand on standard input; write the exit code of each to ``told``."""
    from flows.cli import main

    for line in sys.stdin:
        step: dict[str, Any] = json.loads(line)
        os.environ.update(step["environment"])
        code = main(["--home", home, *step["words"]])
        for name in step["environment"]:
            del os.environ[name]
        os.write(told, f"{int(code)}\n".encode())


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
