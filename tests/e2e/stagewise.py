"""The stages of the monthly run in the flow's order, without Prefect: cheap enough to be killed often."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

from schemas.errors import SolidarityError
from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.load.stage import open_load
from tasks.measure.stage import measure_group
from tasks.parse.stage import parse_group
from tasks.publish.stage import publish_snapshot, release_run
from tasks.reconcile.stage import reconcile_group
from tasks.rights.stage import withhold_groups
from tasks.run import Run
from tasks.runs import close_run, open_run
from tasks.snapshot.stage import take_snapshot
from tasks.validate.stage import expect_groups, validate_group
from warehouse.failpoints import VARIABLE
from warehouse.lock import run_lock
from warehouse.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


def drive(month: str) -> None:
    """One run of the workspace that the environment names."""
    workspace = Workspace.open()
    run = Run(run_id=uuid.uuid4().hex, flow="monthly", month=month)
    workspace.key()
    with run_lock(workspace.settings.database_url, workspace.home):
        open_run(workspace, run)
        groups = land_groups(workspace, run)
        for group_id in groups:
            parse_group(workspace, run, group_id)
        withhold_groups(workspace, run, groups)
        for stage in (reconcile_group, identify_group, validate_group, measure_group):
            for group_id in groups:
                stage(workspace, run, group_id)
        with open_load(workspace, run, expect_groups(workspace, run, groups)) as load:
            load.load_groups()
            take_snapshot(load)
            publish_snapshot(load)
        release_run(workspace, run)
        close_run(workspace, run)


def process(home: Path, url: str | None, month: str, fail_at: str | None = None) -> subprocess.Popen[bytes]:
    """The same in a process of its own; ``fail_at`` names the point at which it is killed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOLIDARITY_")}
    environment |= {"SOLIDARITY_HOME": str(home), "GX_ANALYTICS_ENABLED": "false"}
    environment |= {
        name: value for name, value in ((VARIABLE, fail_at), ("SOLIDARITY_WAREHOUSE_URL", url)) if value
    }
    return subprocess.Popen([sys.executable, "-m", "tests.e2e.stagewise", month], cwd=ROOT, env=environment)


if __name__ == "__main__":
    try:
        drive(sys.argv[1])
    except SolidarityError as error:
        sys.exit(error.exit_code)
