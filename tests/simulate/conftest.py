"""Small communities shared by the tests of the simulator."""

import pytest

from tasks.simulate import Community, SimulationPlan, simulate


@pytest.fixture(scope="session")
def small() -> Community:
    """Three groups of 10 to 40 members over eight months."""
    return simulate(SimulationPlan(groups=3, members=(10, 40), months=8, messages_per_month=300, seed=7))
