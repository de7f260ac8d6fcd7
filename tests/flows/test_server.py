"""Server, pool, worker and deployments as ``make up`` starts them, from the versions in the lock."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str, path: str, body: dict[str, object]) -> list[dict[str, object]]:
    request = urllib.request.Request(
        f"{url}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return list(json.load(answer))


def wait_for(
    url: str, path: str, body: dict[str, object], n: int, seconds: float = 150
) -> list[dict[str, object]]:
    """Ask until at least ``n`` rows come back."""
    end = time.monotonic() + seconds
    rows: list[dict[str, object]] = []
    while time.monotonic() < end and len(rows) < n:
        try:
            rows = ask(url, path, body)
        except OSError:
            rows = []
        time.sleep(0.5)
    return rows


@pytest.fixture
def server(home: Path) -> Iterator[str]:
    port = free_port()
    environment = {**os.environ, "SOLIDARITY_PREFECT_PORT": str(port), "DO_NOT_TRACK": "1"}
    with (home / "up.log").open("wb") as log:
        up = subprocess.Popen([sys.executable, "-m", "flows.up"], env=environment, stdout=log, stderr=log)
        try:
            yield f"http://127.0.0.1:{port}/api"
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(timeout=60)


def test_the_monthly_run_is_deployed_and_scheduled(server: str) -> None:
    deployments = wait_for(server, "/deployments/filter", {}, 4)
    assert sorted(str(deployment["name"]) for deployment in deployments) == [
        "backfill",
        "consent",
        "ingest",
        "monthly",
    ]
    monthly = next(deployment for deployment in deployments if deployment["name"] == "monthly")
    assert monthly["entrypoint"] == "flows.monthly.monthly"
    assert monthly["concurrency_options"]["collision_strategy"] == "ENQUEUE"  # type: ignore[index]
    (schedule,) = monthly["schedules"]  # type: ignore[misc]
    assert schedule["schedule"] == {"cron": "0 3 5 * *", "timezone": "Asia/Jakarta", "day_or": True}
    # the scheduler is a service of the server: with libraries that do not go together it fails in silence
    of_the_month = {
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}, "deployment_id": {"any_": [monthly["id"]]}}
    }
    (scheduled, *_) = wait_for(server, "/flow_runs/filter", of_the_month, 1)
    assert str(scheduled["expected_start_time"])[8:19] == "04T20:00:00"  # 03:00 in Jakarta, on the 5th
