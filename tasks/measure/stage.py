"""The measure stage of a group: messages and people -> facts -> indicators, as far as their inputs changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import PurePosixPath

import polars as pl

from schemas.indicators import definitions_hash, registry
from schemas.tables import TABLES
from tasks.consent.leave_out import leave_out, rows_left
from tasks.consent.stage import Consents, consents_of
from tasks.consent.stage import declared as declared_consent
from tasks.evaluate.kit import Judged, judged_rows, judged_words
from tasks.identify.stage import STAGE as IDENTIFY
from tasks.identify.stage import with_head_counts
from tasks.land.exporters import exporter_of
from tasks.land.land import read_ledger
from tasks.measure.facts import measure_facts
from tasks.measure.indicators.compute import compute, is_computed
from tasks.measure.indicators.inputs import IndicatorInputs, Indicators
from tasks.measure.inputs import GroupInput, cut, month_end
from tasks.measure.newcomers import newcomers
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.reconcile.stage import landings
from tasks.retention.kept import read_frozen
from tasks.rights.places import masked_group
from tasks.run import GroupOutcome, Run, parse_month
from tasks.validate.valid import valid_messages
from warehouse.calendar import calendar_version
from warehouse.failpoints import reach
from warehouse.keys import group_key
from warehouse.reference.lexicon import lexicon_version
from warehouse.sources import source_hash
from warehouse.stages import StageStore, hash_inputs
from warehouse.workspace import Workspace

STAGE = "measure"
#: What a group's results rest on, as the imports tell; tests/warehouse/test_sources.py holds the two together.
_CODE = (
    *("tasks.measure", "schemas", "tasks.consent", "tasks.evaluate.kit", "tasks.identify.senders"),
    *(
        "tasks.land.exporters",
        "tasks.parse.buffer",
        "tasks.parse.polls",
        "tasks.retention.kept",
        "tasks.rights",
    ),
    *("tasks.validate", "warehouse.calendar", "warehouse.keys", "warehouse.reference"),
)
#: Tables that identify makes and measure hands on, so that a load reads one stage.
_HANDED_ON = (
    "core.fact_membership",
    "core.fact_membership_event",
    "core.fact_attendance",
    "ops.identity_decision",
    "ops.identity_conflict",
)
#: Tables of the previous result whose rows are taken over.
_TAKEN_OVER = ("core.fact_indicator", "core.fact_indicator_detail", "core.composite_base")


def computed_codes() -> frozenset[str]:
    """Codes of the catalogue that this version computes."""
    return frozenset(code for code in registry() if is_computed(code))


def measure_group(workspace: Workspace, run: Run, group_id: str) -> GroupOutcome:
    """Make a group's facts and indicators anew when anything they rest on changed.

    Indicator rows whose own inputs are unchanged are taken over from the previous result.
    """
    store = StageStore(workspace.vault, group_id)
    group, judged = workspace.config.group(group_id), judged_words(workspace, group_id)
    input_hash = hash_inputs(
        code=source_hash(*_CODE),
        reconcile=store.stamp(RECONCILE),
        identify=store.stamp(IDENTIFY),
        validate=store.stamp("validate"),
        consent=declared_consent(workspace, group_id),
        lexicon=lexicon_version(),
        judged=judged,
        definitions=definitions_hash(),
        calendar=calendar_version(),
        group=group.model_dump(mode="json"),
        month=run.month,
        from_month=run.from_month,
    )
    if store.is_fresh(STAGE, input_hash):
        return GroupOutcome(group_id=group_id, is_new=False)
    consents = consents_of(workspace, group_id)
    inputs = cut(measured_input(workspace, run, group_id, consents))
    facts = {f"core.{name}": frame for name, frame in measure_facts(inputs).items()}
    facts |= rows_left({name: store.frame(IDENTIFY, name) for name in _HANDED_ON}, consents.left_out)
    facts |= {"core.dim_member": consents.dim_member, "core.member_permission": consents.permissions}
    facts["core.fact_coverage"] = _fact_coverage(inputs)
    facts["core.fact_newcomer"] = newcomers(
        facts["core.fact_membership_event"],
        facts["core.fact_turn"],
        facts["core.fact_mention"],
        facts["core.fact_membership"],
        inputs.coverage,
        inputs.known_since,
        group_key=inputs.group_key,
        last=month_end(run.month_start),
    )
    cached = _cached(store, run)
    measured = compute(indicator_inputs(inputs, facts, judged), cached=cached)
    facts |= _indicator_frames(measured)
    reach("measure.measured")
    n_cells = _cells_computed(measured, cached)
    coverage_hash = hashlib.sha256(facts["core.fact_coverage"].write_csv().encode()).hexdigest()[:12]
    store.write(
        STAGE,
        input_hash,
        facts,
        cells_computed=n_cells,
        run_id=run.run_id,
        code=source_hash(*_CODE),
        coverage_hash=coverage_hash,
        judged=judged,
        consent_hash=consents.taken_back_hash,
        consent=consents.permitted_hash,
    )
    return GroupOutcome(group_id=group_id, is_new=True, counts={"cells_computed": n_cells})


def measured_input(
    workspace: Workspace, run: Run, group_id: str, consents: Consents | None = None
) -> GroupInput:
    """What a group is measured from: without those of whom nothing is counted, with what retention has frozen."""
    inputs = group_input(workspace, run, group_id)
    left_out = (consents or consents_of(workspace, group_id)).left_out
    frozen = read_frozen(workspace, group_id, inputs.people)
    return replace(leave_out(inputs, left_out), frozen=frozen)


def group_input(workspace: Workspace, run: Run, group_id: str) -> GroupInput:
    """What a group is measured from, as the stages before left it."""
    store = StageStore(workspace.vault, group_id)
    reconciled = store.frames(RECONCILE, only=("events", "changes", "coverage"))
    identified = store.frames(
        IDENTIFY,
        only=("people", "head_counts", "core.dim_member", "core.fact_membership", "presence", "known_since"),
    )
    people = identified["people"]
    authors = people.filter(pl.col("person_no").is_not_null()).select("person_no", "member_key", "is_bot")
    start = store.facts(RECONCILE)["history_start"]
    return GroupInput(
        group_id=group_id,
        group_key=group_key(group_id),
        group=with_head_counts(
            workspace.config.group(group_id), dict(identified["head_counts"].select("date", "n").iter_rows())
        ),
        messages=valid_messages(store).join(authors, on="person_no").sort("message_id"),
        events=reconciled["events"],
        changes=reconciled["changes"],
        people=people,
        dim_member=identified["core.dim_member"],
        memberships=identified["core.fact_membership"],
        presence=identified["presence"],
        coverage=reconciled["coverage"],
        month=run.month_start,
        history_start=start and dt.date.fromisoformat(start),
        n_is_known=bool(store.facts(IDENTIFY)["n_is_known"]),
        exporters=_exporters(workspace, group_id),
        roster_dates=tuple(dt.date.fromisoformat(day) for day in store.facts(IDENTIFY)["roster_dates"]),
        known_since=identified["known_since"],
    )


def _exporters(workspace: Workspace, group_id: str) -> dict[str, int]:
    """Declared exporters whose exports are in use, with their number in the group's coverage."""
    group = masked_group(workspace, group_id)
    ledger = read_ledger(workspace.vault, group_id)
    numbers = {landed.file_id: landed.exporter_no for landed in landings(ledger, group, group_id)}
    return {
        exporter: numbers[file_id]
        for file_id in numbers
        if (exporter := exporter_of(PurePosixPath(ledger.paths(file_id)[0]).name, group)) in group.exporters
    }


def indicator_inputs(
    inputs: GroupInput, facts: dict[str, pl.DataFrame], judged: Judged = ()
) -> IndicatorInputs:
    """What the indicators of a group are computed from: its input, its facts by qualified name, its coders' figures."""
    days = pl.concat([inputs.coverage["date"], inputs.messages["local_date"]])
    first = days.sort().to_list()[0] if len(days) else inputs.month
    return IndicatorInputs(
        group_id=inputs.group_id,
        group_key=inputs.group_key,
        group=inputs.group,
        fact_message=facts["core.fact_message"],
        fact_turn=facts["core.fact_turn"],
        fact_reply=facts["core.fact_reply"],
        fact_activity=facts["core.fact_activity"],
        fact_participation=facts["core.fact_participation"],
        fact_membership=facts["core.fact_membership"],
        fact_membership_event=facts["core.fact_membership_event"],
        dim_member=inputs.dim_member,
        fact_trigger=facts["core.fact_trigger"],
        fact_mention=facts["core.fact_mention"],
        fact_campaign=facts["core.fact_campaign"],
        fact_campaign_member=facts["core.fact_campaign_member"],
        exporters=inputs.exporters,
        roster_dates=inputs.roster_dates,
        presence=inputs.presence,
        coverage=inputs.coverage,
        n_is_known=inputs.n_is_known,
        history_start=inputs.history_start,
        first_month=min(first, inputs.month).replace(day=1),
        month=inputs.month,
        known_since=inputs.known_since,
        lexicon_eval=judged_rows(judged, inputs.group_key),
        person_tokens=_tokens(inputs.people),
    )


def _tokens(people: pl.DataFrame) -> dict[int, int]:
    """A number of each person by key, from the identifier the key was made of: the same under any key."""
    if "canonical_id" not in people.columns:
        return {}
    known = people.filter(pl.col("member_key").is_not_null())
    return {
        key: int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:7], "big")
        for key, identifier in known.select("member_key", "canonical_id").iter_rows()
    }


def _fact_coverage(inputs: GroupInput) -> pl.DataFrame:
    table = TABLES["core.fact_coverage"]
    return table.conform(inputs.coverage.with_columns(group_key=pl.lit(inputs.group_key)))


def _indicator_frames(measured: Indicators) -> dict[str, pl.DataFrame]:
    return {
        "core.fact_indicator": measured.values,
        "core.fact_indicator_detail": measured.details,
        "core.composite_base": measured.bases,
    }


def _cached(store: StageStore, run: Run) -> Indicators | None:
    """Rows of the previous result; a backfill leaves out the months it is asked to compute anew."""
    frames = store.frames(STAGE, only=_TAKEN_OVER)
    if not frames or store.facts(STAGE).get("code") != source_hash(*_CODE):
        return None  # other code may give other values from the same inputs
    first = parse_month(run.from_month) if run.from_month else dt.date.max
    is_kept = pl.col("month") < first
    values, details, bases = (frames[name] for name in _TAKEN_OVER)
    return Indicators(values.filter(is_kept), details.filter(is_kept), bases)


def _cells_computed(measured: Indicators, cached: Indicators | None) -> int:
    """Rows that were not taken over from the previous result."""
    if cached is None:
        return len(measured.values)
    held = cached.values.select("code", "month", "input_hash")
    return measured.values.join(held, on=["code", "month", "input_hash"], how="anti").height
