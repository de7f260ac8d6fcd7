"""Equal plans give equal bytes; a longer plan begins like a shorter one."""

import hashlib
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from tasks.simulate import SimulationPlan, exports_due, simulate, write_landing

PLAN = SimulationPlan(groups=3, members=(9, 20), months=6, messages_per_month=120, seed=3)


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_landing(simulate(PLAN), tmp_path / name)
    one, two = _digests(tmp_path / "one"), _digests(tmp_path / "two")
    assert len(one) > 20
    assert one == two


def test_another_seed_another_community() -> None:
    other = simulate(PLAN.model_copy(update={"seed": 4}))
    assert other.messages["text"].to_list() != simulate(PLAN).messages["text"].to_list()


def test_a_longer_plan_begins_like_a_shorter_one() -> None:
    short = simulate(PLAN.model_copy(update={"months": 4}))
    long = simulate(PLAN)
    for group_id in short.groups:
        ours = short.groups[group_id].life.messages
        theirs = long.groups[group_id].life.messages.head(len(ours))
        assert_frame_equal(ours, theirs)
    january = short.month_starts[0]
    assert [file.content for file in exports_due(short, "kamaliyah-bandung", january)] == [
        file.content for file in exports_due(long, "kamaliyah-bandung", january)
    ]


def test_a_group_does_not_depend_on_the_others() -> None:
    alone = simulate(PLAN.model_copy(update={"groups": 1, "members": 20}))
    assert_frame_equal(
        alone.groups["kamaliyah-bandung"].life.messages,
        simulate(PLAN).groups["kamaliyah-bandung"].life.messages,
    )


def test_no_clock_and_no_global_randomness() -> None:
    import numpy as np

    np.random.seed(1)
    first = simulate(PLAN).messages
    np.random.seed(2)
    assert first.select(pl.all().hash().sum()).equals(simulate(PLAN).messages.select(pl.all().hash().sum()))
