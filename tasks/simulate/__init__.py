"""A seeded synthetic community with known truth, rendered as several phones would export it.

``simulate(plan)`` makes a community; ``exports_due`` and ``rosters_due`` give the files handed in after a
month, ``write_month`` drops them into a landing folder, ``write_landing`` writes everything with its truth.
"""

from tasks.simulate.community import Community, ExportFile, exports_due, rosters_due, simulate
from tasks.simulate.plan import Levels, Phone, SimulationPlan
from tasks.simulate.truth import truth, write_groups_toml, write_landing, write_month, write_truth

__all__ = [
    "Community",
    "ExportFile",
    "Levels",
    "Phone",
    "SimulationPlan",
    "exports_due",
    "rosters_due",
    "simulate",
    "truth",
    "write_groups_toml",
    "write_landing",
    "write_month",
    "write_truth",
]
