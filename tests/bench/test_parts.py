"""The parts that the benchmark times are there under their names."""

from tests.bench.stages import clocked


def test_every_part_of_the_facts_can_be_timed() -> None:
    with clocked() as parts:
        assert set(parts.values()) == {0.0}
