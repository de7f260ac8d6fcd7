"""All exports of one group -> one store: each message once, by whom, seen by which exports, on which days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.config import Group
from schemas.frames import CHANGES, COVERAGE, EVENTS, LABELS, MESSAGES
from schemas.roster import e164
from tasks.parse.labels import SELF_LABEL, normalised
from tasks.reconcile.clocks import to_local
from tasks.reconcile.coverage import cover, history_start, spans, vanishing_times
from tasks.reconcile.due import due_dates
from tasks.reconcile.events import merge_events, own_events, owners, spoken_of
from tasks.reconcile.fold import MINUTE_US, Fold, add, nothing
from tasks.reconcile.labels import Labels, node_of, nodes_of, with_numbered_authors
from tasks.reconcile.lines import on_one_clock
from tasks.reconcile.model import Clock, Export, Reconciled, Source, canonical
from tasks.reconcile.order import in_order
from tasks.reconcile.people import (
    OWNER_WORDS,
    People,
    coarse_nodes,
    join_by_votes,
    parties,
    resolve,
    support,
)
from tasks.reconcile.runs import Ints, distinct, pack
from tasks.reconcile.sets import Sets, exploded, lists_of
from tasks.reconcile.slots import Slots, Witnesses, absorb, find_slots, messages_of
from tasks.reconcile.unpaired import residual_votes
from tasks.reconcile.votes import event_votes, text_votes

#: Minutes: every zone's offset from UTC is a multiple of it.
_QUARTER = 15
CONFLICTS = pl.Schema(
    {
        "file_id": pl.String,
        "label": pl.String,
        "other_file_id": pl.String,
        "other_label": pl.String,
        "votes": pl.Int64,
    }
)


def reconcile(exports: Sequence[Export], group: Group) -> Reconciled:
    """Merge all exports of a group.

    A pure function of the *set* of exports: neither their order nor handing one in twice matters, and one
    export more never takes a message away.

    Args:
        exports: parsed exports of one group; ``landed.exporter_no`` tells the phones apart.
        group: what is declared about the group.

    Returns:
        The group's store, see :class:`Reconciled`. Rows of all frames are in a canonical order.
    """
    ordered = canonical(exports)
    return merge(add(nothing(), ordered), ordered, group)


def merge(fold: Fold, sources: Sequence[Source], group: Group) -> Reconciled:
    """The store of the exports of a fold, whatever the way it was folded; see :func:`reconcile`.

    Args:
        fold: of these exports and no other. sources: each content once.
    """
    ordered = canonical(sources)
    if fold.is_empty:
        return _nothing(ordered)
    lines = on_one_clock(fold, ordered, group)
    told, sets = lines.told, lines.sets
    said, authors = with_numbered_authors(_with_own_names(lines.said, sets, ordered))
    spoken = with_owners(spoken_of(told), "label", ordered)
    nodes = nodes_of(ordered, said, authors, spoken, sets)
    spoken = spoken.with_columns(node=node_of(spoken.select("x", "label"), nodes))
    witness = _witnesses(ordered)
    people, votes, merged, said = _who_said_what(said, authors, spoken, nodes, sets, witness)
    of_node = np.asarray(people.clusters(), dtype=np.int64)
    messages_now = messages_of(merged.slots, merged.roots, of_node[merged.node], sets)
    placed = _told(messages_now, said, merged, sets, witness, group)
    person = pl.DataFrame({"node": nodes["node"], "person": of_node})
    owner = owners(spoken, [export.landed.exporter_no for export in ordered], person)
    events = merge_events(told, _with_person(spoken, person, ordered, owner), group.timezone)
    number = _person_numbers(placed, events, nodes, person)
    events = _numbered(events, number)
    messages = _messages(placed, sets, ordered, number)
    told = told.with_columns(local_at=to_local(told["sent_at"], group.timezone))
    own = own_events(told.with_columns(line="seq")).join(
        told.select("x", "local_at", line="seq"), on=["x", "line"]
    )
    seen = spans(ordered, _ends(lines.ends, told, group), own, messages)
    vanishing = vanishing_times(group, events)
    return Reconciled(
        messages=messages,
        events=events,
        changes=_changes(placed),
        labels=_labels(ordered, nodes, votes, person, number),
        conflicts=_conflicts(ordered, nodes, people),
        coverage=cover(ordered, seen, _shown_days(said, sets, group), vanishing),
        clocks=tuple(sorted(lines.clocks, key=lambda clock: clock.file_id)),
        history_start=history_start(seen, messages),
        due=due_dates(ordered, seen, messages, vanishing),
    )


@dataclass(frozen=True)
class _Merged:
    """Slots and their roots, and the node of each line they were found in."""

    slots: Slots
    roots: pl.DataFrame
    node: Ints


def _nothing(exports: Sequence[Source]) -> Reconciled:
    return Reconciled(
        messages=MESSAGES.empty(),
        events=EVENTS.empty(),
        changes=CHANGES.empty(),
        labels=LABELS.empty(),
        conflicts=pl.DataFrame(schema=CONFLICTS),
        coverage=COVERAGE.empty(),
        clocks=tuple(
            Clock(export.file_id, 0, "assumed") for export in sorted(exports, key=lambda e: e.file_id)
        ),
        history_start=None,
        due={export.landed.exporter_no: None for export in exports},
    )


def _witnesses(exports: Sequence[Source]) -> Witnesses:
    """What the choice between exports needs."""
    numbers = range(len(exports))
    by_age = sorted(numbers, key=lambda x: (exports[x].shown_on, x))
    by_worth = sorted(
        numbers,
        key=lambda x: (not exports[x].meta.has_seconds, -exports[x].meta.n_messages, exports[x].file_id),
    )
    days = [(export.shown_on - dt.date(1970, 1, 1)).days for export in exports]
    return Witnesses(np.array(days), np.argsort(by_age), np.argsort(by_worth))


def _with_own_names(said: pl.DataFrame, sets: Sets, exports: Sequence[Source]) -> pl.DataFrame:
    """Said lines with the owner's name for "You"; a block that phones of several owners show is taken apart."""
    names = [export.landed.owner for export in exports]
    if not any(names):
        return said
    distinct = sorted({name or "" for name in names})
    owner = np.array([distinct.index(name or "") for name in names], dtype=np.int64)
    is_self = said["author"].str.to_lowercase().is_in(OWNER_WORDS).to_numpy()
    said = exploded(said, sets, is_self & sets.is_mixed(owner)[said["seen"].to_numpy()])
    x = pl.Series(sets.first[said["seen"].to_numpy()], dtype=pl.Int64)
    return with_owners(said.with_columns(x=x), "author", exports).drop("x")


def with_owners(lines: pl.DataFrame, column: str, exports: Sequence[Source]) -> pl.DataFrame:
    """Lines in which an export's "You" is the name under which its phone's declared owner is shown.

    Args:
        lines: with ``x``, place of the export, and ``column``, a label. exports: in that order.
    """
    declared = {x: export.landed.owner for x, export in enumerate(exports) if export.landed.owner}
    if not declared:
        return lines
    names = normalised(pl.Series([e164(owner) or owner for owner in declared.values()], dtype=pl.String))
    owner = pl.col("x").replace_strict(list(declared), names, default=None, return_dtype=pl.String)
    is_self = pl.col(column).str.to_lowercase().is_in(OWNER_WORDS)
    return lines.with_columns(
        pl.when(is_self).then(pl.coalesce(owner, column)).otherwise(column).alias(column)
    )


def _who_said_what(
    said: pl.DataFrame,
    authors: pl.Series,
    spoken: pl.DataFrame,
    nodes: pl.DataFrame,
    sets: Sets,
    witness: Witnesses,
) -> tuple[People, pl.DataFrame, _Merged, pl.DataFrame]:
    """People from votes, messages from people; once more if what was left unpaired joins more labels.

    Returns:
        The people, the votes, the messages, and the lines as these refer to them.
    """
    labels = Labels.of(said, authors, nodes, sets)
    votes = pl.concat([text_votes(said, labels), event_votes(spoken)]).group_by("a", "b").sum().sort("a", "b")
    people = resolve(nodes, votes, _renumbered(spoken))
    merged, rows = _merge(said, authors, labels, people, nodes, votes, sets, witness)
    more = residual_votes(merged.slots, merged.roots, people, nodes, sets)
    if more.height and join_by_votes(people, nodes, more):
        votes = pl.concat([votes, more]).group_by("a", "b").sum().sort("a", "b")
        merged, rows = _merge(said, authors, labels, people, nodes, votes, sets, witness)
    return people, votes, merged, rows


def _merge(
    said: pl.DataFrame,
    authors: pl.Series,
    labels: Labels,
    people: People,
    nodes: pl.DataFrame,
    votes: pl.DataFrame,
    sets: Sets,
    witness: Witnesses,
) -> tuple[_Merged, pl.DataFrame]:
    """Messages merged by party; a block is taken apart where a label is not the same person in all its exports."""
    coarse = np.zeros(nodes.height, dtype=bool)
    coarse[list(coarse_nodes(people, nodes, votes))] = True
    person = np.asarray(people.clusters(), dtype=np.int64)
    differs = labels.differs(person * 2 + coarse)
    if differs.any():
        said = exploded(said, sets, differs)
        labels = Labels.of(said, authors, nodes, sets)
    node = labels.node
    party = np.asarray(parties(people), dtype=np.int64)[node]
    slots = find_slots(said, sets, witness, party, coarse[node])
    return _Merged(slots, absorb(slots, said, sets), node), said


def _renumbered(spoken: pl.DataFrame) -> list[tuple[int, int]]:
    """Old and new number of one person, where one system line names both."""
    return (
        spoken.filter((pl.col("event") == "number_changed") & pl.col("node").is_not_null())
        .group_by("line")
        .agg(old=pl.col("node").min(), new=pl.col("node").max())
        .filter(pl.col("old") != pl.col("new"))
        .sort("line")
        .select("old", "new")
        .rows()
    )


def _told(
    messages: pl.DataFrame,
    said: pl.DataFrame,
    merged: _Merged,
    sets: Sets,
    witness: Witnesses,
    group: Group,
) -> pl.DataFrame:
    """Messages in their order, with ``message_id, sent_at, local_at, text, has_seconds``."""
    minute = pl.from_epoch(pl.col("minute") * 60, time_unit="s").cast(pl.Datetime("us"))
    timed = messages.with_columns(
        sent_at=pl.coalesce("second_at", minute), has_seconds=pl.col("second_at").is_not_null()
    )
    slots = merged.slots
    root = merged.roots.sort("slot")["root"].gather(slots.of_line)
    ordered = in_order(timed, said.select("seen", "minute").with_columns(root=root), sets, witness.rank)
    return ordered.with_columns(
        message_id=pl.int_range(pl.len(), dtype=pl.Int64),
        local_at=to_local(ordered["sent_at"], group.timezone),
        text=said["text"].gather(_held(slots, ordered["text_line"], said["text"])),
        text_key=said["text_key"].gather(ordered["text_line"]),
    )


def _held(slots: Slots, wording: pl.Series, text: pl.Series) -> pl.Series:
    """The lines to read texts from: the one whose wording holds, else one of the same words with a text.

    Args:
        wording: line whose wording holds, NULL for what was deleted.
        text: text of each line, NULL where it was purged.
    """
    slot = pl.Series(slots.of_line).gather(wording)
    other = slots.frame.select(slots.line(pl.col("held")).alias("held"))["held"].gather(slot)
    return pl.select(pl.when(text.gather(wording).is_null()).then(other).otherwise(wording)).to_series()


def _with_person(
    spoken: pl.DataFrame, person: pl.DataFrame, exports: Sequence[Source], owner: dict[int, int]
) -> pl.DataFrame:
    """Persons of system lines; "You" is the phone's owner where he is known."""
    own = [owner.get(export.landed.exporter_no) for export in exports]
    of_owner = pl.DataFrame({"x": range(len(own)), "own": own}, schema={"x": pl.Int64, "own": pl.Int64})
    return (
        spoken.join(person, on="node", how="left", maintain_order="left")
        .join(of_owner, on="x", how="left", maintain_order="left")
        .with_columns(
            person=pl.when(pl.col("label") == SELF_LABEL)
            .then(pl.coalesce("own", "person"))
            .otherwise("person")
        )
        .select("line", "role", "place", "person")
    )


def _person_numbers(
    merged: pl.DataFrame, events: pl.DataFrame, nodes: pl.DataFrame, person: pl.DataFrame
) -> pl.DataFrame:
    """``person -> person_no``: people in the order of their first appearance, then of their labels."""
    seen = pl.concat(
        [
            merged.select("person", "sent_at"),
            events.select("sent_at", person="actor_person_no").select("person", "sent_at"),
            events.select("sent_at", person="target_person_no").select("person", "sent_at"),
        ]
    )
    first = seen.drop_nulls().group_by("person").agg(pl.col("sent_at").min())
    names = (
        nodes.select("node", "written")
        .join(person, on="node")
        .group_by("person")
        .agg(pl.col("written").unique().sort())
    )
    return (
        names.with_columns(name=pl.col("written").list.join("\x1f"))
        .join(first, on="person", how="left")
        .sort("sent_at", "name", "person", nulls_last=True)
        .select("person", person_no=pl.int_range(pl.len(), dtype=pl.Int64))
    )


def _numbered(events: pl.DataFrame, number: pl.DataFrame) -> pl.DataFrame:
    old, new = number["person"].to_list(), number["person_no"].to_list()
    return EVENTS.conform(
        events.with_columns(
            pl.col("actor_person_no", "target_person_no").replace_strict(
                old, new, default=None, return_dtype=pl.Int64
            )
        )
    )


def _messages(
    merged: pl.DataFrame, sets: Sets, exports: Sequence[Source], number: pl.DataFrame
) -> pl.DataFrame:
    used = merged["seen"].unique()
    file_ids = np.array([export.file_id for export in exports], dtype=object)
    names = [sorted(file_ids[list(sets.members[seen])]) for seen in used.to_list()]
    shown = pl.DataFrame({"seen": used, "export_ids": lists_of(names, pl.String())})
    return MESSAGES.conform(
        merged.join(number, on="person", how="left", maintain_order="left")
        .join(shown, on="seen", how="left", maintain_order="left")
        .with_columns(local_date=pl.col("local_at").dt.date(), n_exports=pl.col("export_ids").list.len())
    )


def _changes(merged: pl.DataFrame) -> pl.DataFrame:
    """Edits and deletions, dated by the first export in time that shows them."""
    kinds = (("edited", "edited_on"), ("deleted", "deleted_on"))
    parts = [
        merged.filter(pl.col(column).is_not_null()).select(
            "message_id", kind=pl.lit(kind), first_seen_date=column
        )
        for kind, column in kinds
    ]
    return CHANGES.conform(pl.concat(parts)).sort("message_id", "kind")


def _ends(ends: pl.DataFrame, told: pl.DataFrame, group: Group) -> pl.DataFrame:
    """Per export what its span follows from, see :func:`tasks.reconcile.coverage.spans`."""
    created = told.filter(pl.col("event") == "created").group_by("x").agg(pl.col("local_at").min())
    shown = (
        ends.filter(pl.col("shown_from").is_not_null())
        .join(created.select("x", created=pl.col("local_at").dt.date()), on="x", how="left")
        .select(
            "x",
            "created",
            "shown_from",
            sent_last="shown_to",
            first_message="said_from",
        )
    )
    return shown.with_columns(
        first_at=to_local(shown["shown_from"], group.timezone),
        last_at=to_local(shown["sent_last"], group.timezone),
    )


def _shown_days(said: pl.DataFrame, sets: Sets, group: Group) -> pl.DataFrame:
    """``x, date``: the days of which an export shows messages."""
    seen, hour = said["seen"].to_numpy(), said["minute"].to_numpy() // _QUARTER  # no zone is offset by less
    some = distinct(pack(seen, hour))[0]
    moment = pl.Series(hour[some] * (_QUARTER * MINUTE_US)).cast(pl.Datetime("us"))
    seen, day = seen[some], to_local(moment, group.timezone).dt.date().to_physical().cast(pl.Int64).to_numpy()
    some = distinct(pack(seen, day))[0]
    row, x = sets.spread(seen[some])
    day = day[some][row]
    some = distinct(pack(x, day))[0]
    return pl.DataFrame({"x": x[some], "date": pl.Series(day[some]).cast(pl.Int32).cast(pl.Date)})


def _labels(
    exports: Sequence[Source],
    nodes: pl.DataFrame,
    votes: pl.DataFrame,
    person: pl.DataFrame,
    number: pl.DataFrame,
) -> pl.DataFrame:
    file_ids = pl.DataFrame(
        {"x": range(len(exports)), "file_id": [export.file_id for export in exports]},
        schema={"x": pl.Int64, "file_id": pl.String},
    )
    named = (
        nodes.join(person, on="node", how="left")
        .join(number, on="person", how="left")
        .join(support(nodes, votes, person["person"]), on="node", how="left")
        .join(file_ids, on="x", how="left")
    )
    return LABELS.conform(named).sort("file_id", "label")


def _conflicts(exports: Sequence[Source], nodes: pl.DataFrame, people: People) -> pl.DataFrame:
    x, label = nodes["x"].to_list(), nodes["label"].to_list()
    rows = [
        (exports[x[a]].file_id, label[a], exports[x[b]].file_id, label[b], votes)
        for a, b, votes in people.conflicts
    ]
    return pl.DataFrame(sorted(set(rows)), schema=CONFLICTS, orient="row")
