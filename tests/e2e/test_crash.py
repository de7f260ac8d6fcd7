"""Promises 1 and 7 over the whole way: a run killed anywhere and run again equals one that nobody disturbed.

The second month is the one disturbed, so that there is an old state to keep: vintages, revisions, a release.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemas.errors import ExitCode
from tasks.publish.release import verify_release
from tasks.run import format_month
from tasks.simulate import SimulationPlan, simulate, write_groups_toml, write_month
from tests.e2e import stagewise
from warehouse.engine import Warehouse
from warehouse.failpoints import FAIL_POINTS
from warehouse.keys import generate
from warehouse.logical_hash import logical_hash
from warehouse.query import readable_tables as _unused  # noqa
