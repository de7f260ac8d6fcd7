"""The same group under another pseudonym key: other keys of people, and everything else the same."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from schemas.config import read_landing
from schemas.tables import TABLES
from tasks.identify.identify import identify
from tasks.identify.roster import read_roster
from tasks.measure.facts import measure_facts
from tasks.measure.indicators import Indicators, compute
from tasks.measure.inputs import GroupInput, cut
from tasks.measure.stage import indicator_inputs
from tasks.reconcile.reconcile import reconcile
from tasks.simulate import SimulationPlan, simulate, write_landing
from tests.identify.test_recovery import NO_CORRECTIONS, _export
from warehouse.keys import PseudonymKey, group_key
from warehouse.logical_hash import table_hash

KEYS = tuple(PseudonymKey(word + b": for tests only, 0123456789abcdefghij") for word in (b"one", b"another"))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, pl.DataFrame], Indicators]]:
    """Facts and indicators of one simulated group, once per key."""
    folder = tmp_path_factory.mktemp("simulated")
    plan = SimulationPlan(groups=1, members=40, months=8, messages_per_month=300, seed=5, nicknames=True)
    write_landing(simulate(plan), folder)
    landing = read_landing(folder / "landing" / "groups.toml")
    (group_id, group), *_ = landing.groups.items()
    files = sorted((folder / "landing" / group_id / "exports").iterdir())
    store = reconcile([_export(path, number, group_id, group) for number, path in enumerate(files)], group)
    month = store.messages["local_date"].max().replace(day=1)
    rosters = pl.concat(
        read_roster(path.read_bytes(), path.name, dt.date(2024, 1, 1)).roster
        for path in sorted((folder / "landing" / group_id / "rosters").iterdir())
    )
    results = []
    for pseudonym_key in KEYS:
        found = identify(
            store.messages,
            store.events,
            store.labels,
            store.coverage,
            rosters,
            group_id,
            group,
            landing.community_of(group_id),
            NO_CORRECTIONS,
            pseudonym_key,
            dt.date(2099, 12, 31),
        )
        authors = found.people.drop_nulls("person_no").select("person_no", "member_key", "is_bot")
        inputs = cut(
            GroupInput(
                group_id=group_id,
                group_key=group_key(group_id),
                group=group,
                messages=store.messages.join(authors, on="person_no").sort("message_id"),
                events=store.events,
                changes=store.changes,
                people=found.people,
                dim_member=found.dim_member,
                memberships=found.memberships,
                presence=found.presence,
                coverage=store.coverage,
                month=month,
                history_start=store.coverage["date"].min(),
                n_is_known=found.n_is_known,
                roster_dates=tuple(rosters["as_of_date"].unique()),
            )
        )
        facts = {f"core.{name}": frame for name, frame in measure_facts(inputs).items()}
        facts["core.fact_membership"] = found.memberships
        facts["core.fact_membership_event"] = found.membership_events
        results.append((facts, compute(indicator_inputs(inputs, facts))))
    return results


def test_the_keys_do_differ(measured: list[tuple[dict[str, pl.DataFrame], Indicators]]) -> None:
    one, other = (set(facts["core.fact_turn"]["member_key"]) for facts, _ in measured)
    assert len(one) == len(other) > 10 and not one & other


def test_facts_say_the_same_under_another_key(
    measured: list[tuple[dict[str, pl.DataFrame], Indicators]],
) -> None:
    one, other = (facts for facts, _ in measured)
    assert len(one["core.fact_participation"]) > 50 and len(one["core.fact_reply"]) > 200
    for name, frame in one.items():
        assert table_hash(frame) == table_hash(other[name]), name


def test_indicators_their_intervals_and_bases_are_the_same_under_another_key(
    measured: list[tuple[dict[str, pl.DataFrame], Indicators]],
) -> None:
    """As the warehouse's logical hash sees them: twelve digits, keys left out."""
    one, other = (indicators for _, indicators in measured)
    warehouse_rows = TABLES["core.fact_indicator"].conform
    assert one.values.filter(pl.col("ci_low").is_not_null())["code"].n_unique() > 20
    differ = warehouse_rows(one.values).join(
        warehouse_rows(other.values),
        on=["code", "month", "status", "ci_kind"],
        how="anti",
    )
    assert differ.is_empty()
    assert table_hash(warehouse_rows(one.values)) == table_hash(warehouse_rows(other.values))
    assert table_hash(one.details) == table_hash(other.details)
    assert table_hash(one.bases) == table_hash(other.bases)


def test_no_cell_rests_on_the_key(measured):
    """What a cell is computed from has the same hash under both keys: a rotated key computes nothing anew."""
    one, other = (indicators.values for _, indicators in measured)
    assert one.select("code", "month", "input_hash").equals(other.select("code", "month", "input_hash"))
