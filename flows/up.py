"""A Prefect server, a work pool, a worker and the deployments, all on this machine; ``make up``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from flows.prefect_environment import prepare
from schemas.errors import ConfigurationError
from warehouse.settings import load_settings

POOL = "solidarity"
START_UP_SECONDS = 120


def up(port: int = 4200) -> None:
    """Start all parts, deploy, and stay until interrupted; the parts end with this process."""
    signal.signal(signal.SIGTERM, _interrupt)  # a service manager's stop is a Ctrl-C
    home = load_settings().home
    prepare(home)
    os.environ["PREFECT_LOGGING_LEVEL"] = "INFO"
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    parts = [_start("server", "start", "--host", "127.0.0.1", "--port", str(port))]
    try:
        _wait_until_healthy(parts[0])
        _run("work-pool", "create", POOL, "--type", "process", "--overwrite")
        _run("work-pool", "set-concurrency-limit", POOL, "1")
        _run("--no-prompt", "deploy", "--all")
        parts.append(_start("worker", "start", "--pool", POOL, "--name", "solidarity"))
        sys.stderr.write(f"up: http://127.0.0.1:{port} (home {home}); stop with Ctrl-C\n")
        parts[-1].wait()
    except KeyboardInterrupt:
        sys.stderr.write("stopping\n")
    finally:
        for part in reversed(parts):
            part.terminate()
        for part in parts:
            part.wait(timeout=30)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _command(words: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "prefect", *words]


def _root() -> Path:
    """The folder of prefect.yaml."""
    return Path(__file__).resolve().parent.parent


def _start(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(_command(words), cwd=_root())


def _run(*words: str) -> None:
    done = subprocess.run(_command(words), cwd=_root(), check=False, capture_output=True, text=True)
    if done.returncode:
        raise ConfigurationError(f"`prefect {' '.join(words)}` failed", next_step=done.stderr.strip()[-300:])


def _wait_until_healthy(server: subprocess.Popen[bytes]) -> None:
    health = os.environ["PREFECT_API_URL"] + "/health"
    end = time.monotonic() + START_UP_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(health, timeout=2):  # noqa: S310 - our own server on loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise ConfigurationError("the Prefect server did not come up", next_step="is the port in use?")


if __name__ == "__main__":
    up(int(os.environ.get("SOLIDARITY_PREFECT_PORT", "4200")))
