"""All exports of one group -> one store: each message once, by whom, seen by which exports, on which days."""

from __future__ import annotations

from collections.abc import Sequence

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
from tasks.reconcile.lines import on_one_clock
from tasks.reconcile.model import Clock, Export, Reconciled, canonical
from tasks.reconcile.order import in_order
from tasks.reconcile.people import (
    OWNER_WORDS,
    People,
    coarse_nodes,
    join_by_votes,
    parties,
    resolve,
    support,
    with_identity,
)
from tasks.reconcile.runs import Ints
from tasks.reconcile.slots import Slots, absorb, find_slots, messages_of
from tasks.reconcile.unpaired import residual_votes
from tasks.reconcile.votes import event_votes, text_votes

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
    if not any(export.frame.height for export in ordered):
        return _nothing(ordered)
    lines, clocks = on_one_clock(ordered, group)
    lines = lines.join(_of_export(ordered, lines), on="x", how="left", maintain_order="left")
    said = lines.drop("actor", "targets").filter(
        pl.col("author").is_not_null() & pl.col("kind").is_not_null()
    )
    said = with_owners(said, "author", ordered)
    told = lines.filter(pl.col("author").is_null() & pl.col("event").is_not_null())
    spoken = with_owners(spoken_of(told), "label", ordered)
    nodes = _nodes(ordered, said, spoken)
    node = _node_of(said.select("x", label="author"), nodes)
    spoken = spoken.with_columns(node=_node_of(spoken.select("x", "label"), nodes))
    people, votes, slots, roots = _who_said_what(said, spoken, nodes, node.to_numpy())
    of_node = np.asarray(people.clusters(), dtype=np.int64)
    merged = _told(messages_of(slots, roots, of_node[node.to_numpy()]), said, slots, roots, group)
    person = pl.DataFrame({"node": nodes["node"], "person": of_node})
    owner = owners(spoken, [export.landed.exporter_no for export in ordered], person)
    events = merge_events(told, _with_person(spoken, person, ordered, owner), group.timezone)
    number = _person_numbers(merged, events, nodes, person)
    events = _numbered(events, number)
    messages = _messages(merged, said, ordered, number)
    days = _days(told, said, group)
    seen = spans(ordered, days, own_events(told).join(days.select("line", "local_at"), on="line"), messages)
    vanishing = vanishing_times(group, events)
    shown = days.filter(pl.col("event").is_null()).select("x", date="local_date").unique()
    return Reconciled(
        messages=messages,
        events=events,
        changes=_changes(merged),
        labels=_labels(ordered, nodes, votes, person, number),
        conflicts=_conflicts(ordered, nodes, people),
        coverage=cover(ordered, seen, shown, vanishing),
        clocks=tuple(sorted(clocks, key=lambda clock: clock.file_id)),
        history_start=history_start(seen, messages),
        due=due_dates(ordered, seen, messages, vanishing),
    )


def _nothing(exports: Sequence[Export]) -> Reconciled:
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


def _of_export(exports: Sequence[Export], lines: pl.DataFrame) -> pl.DataFrame:
    """What the choice between exports needs: ``x, shown_on, age, rank, first_minute, last_minute``."""
    numbers = range(len(exports))
    by_age = sorted(numbers, key=lambda x: (exports[x].shown_on, x))
    by_worth = sorted(
        numbers,
        key=lambda x: (not exports[x].meta.has_seconds, -exports[x].meta.n_messages, exports[x].file_id),
    )
    ends = lines.group_by("x").agg(first_minute=pl.col("minute").min(), last_minute=pl.col("minute").max())
    return pl.DataFrame(
        {
            "x": list(numbers),
            "shown_on": [export.shown_on for export in exports],
            "age": np.argsort(by_age),
            "rank": np.argsort(by_worth),
        }
    ).join(ends, on="x", how="left")


def _nodes(exports: Sequence[Export], said: pl.DataFrame, spoken: pl.DataFrame) -> pl.DataFrame:
    """Labels by export, not the owner's "You": ``node, x, label, is_author, exporter_no`` and identity."""
    shown = (
        said.select("x", label="author", is_author=True).unique(),
        spoken.select("x", "label", is_author=False).unique(),
    )
    labels = pl.concat(shown).group_by("x", "label").agg(pl.col("is_author").any())
    phone = [export.landed.exporter_no for export in exports]
    return with_identity(
        labels.filter(pl.col("is_author") | (pl.col("label") != SELF_LABEL))
        .sort("x", "label")
        .with_row_index("node")
        .with_columns(
            pl.col("node").cast(pl.Int64),
            exporter_no=pl.col("x").replace_strict(range(len(phone)), phone, return_dtype=pl.Int64),
        )
    )


def with_owners(lines: pl.DataFrame, column: str, exports: Sequence[Export]) -> pl.DataFrame:
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


def _node_of(labels: pl.DataFrame, nodes: pl.DataFrame) -> pl.Series:
    return labels.join(
        nodes.select("x", "label", "node"), on=["x", "label"], how="left", maintain_order="left"
    )["node"]


def _who_said_what(
    said: pl.DataFrame, spoken: pl.DataFrame, nodes: pl.DataFrame, node: Ints
) -> tuple[People, pl.DataFrame, Slots, pl.DataFrame]:
    """People from votes, messages from people; once more if what was left unpaired joins more labels."""
    rows = said.with_columns(
        is_head=pl.col("minute") == pl.col("first_minute"), is_tail=pl.col("minute") == pl.col("last_minute")
    )
    columns = ("minute", "key", "x", "is_long")
    minute, key, export, is_long = (rows[name].to_numpy() for name in columns)
    is_edge = (rows["is_head"] | rows["is_tail"]).to_numpy()
    texts = text_votes(minute, key, export, node, is_long, is_edge)
    votes = pl.concat([texts, event_votes(spoken)]).group_by("a", "b").sum().sort("a", "b")
    people = resolve(nodes, votes, _renumbered(spoken))
    slots, roots = _merge(rows, people, nodes, votes, node)
    more = residual_votes(slots, roots, people, nodes)
    if more.height and join_by_votes(people, nodes, more):
        votes = pl.concat([votes, more]).group_by("a", "b").sum().sort("a", "b")
        slots, roots = _merge(rows, people, nodes, votes, node)
    return people, votes, slots, roots


def _merge(
    rows: pl.DataFrame, people: People, nodes: pl.DataFrame, votes: pl.DataFrame, node: Ints
) -> tuple[Slots, pl.DataFrame]:
    """Messages merged by party."""
    coarse = np.zeros(nodes.height, dtype=bool)
    coarse[list(coarse_nodes(people, nodes, votes))] = True
    slots = find_slots(rows, np.asarray(parties(people), dtype=np.int64)[node], coarse[node])
    return slots, absorb(slots, rows)


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
    merged: pl.DataFrame, said: pl.DataFrame, slots: Slots, roots: pl.DataFrame, group: Group
) -> pl.DataFrame:
    """Messages in their order, with ``message_id, sent_at, local_at, text, has_seconds``."""
    minute = pl.from_epoch(pl.col("minute") * 60, time_unit="s").cast(pl.Datetime("us"))
    timed = merged.with_columns(
        sent_at=pl.coalesce("second_at", minute), has_seconds=pl.col("second_at").is_not_null()
    )
    root = roots.sort("slot")["root"].gather(slots.of_line)
    ordered = in_order(timed, said.select("x", "minute", "rank").with_columns(root=root))
    return ordered.with_columns(
        message_id=pl.int_range(pl.len(), dtype=pl.Int64),
        local_at=to_local(pl.col("sent_at"), group.timezone),
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
    spoken: pl.DataFrame, person: pl.DataFrame, exports: Sequence[Export], owner: dict[int, int]
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
    merged: pl.DataFrame, said: pl.DataFrame, exports: Sequence[Export], number: pl.DataFrame
) -> pl.DataFrame:
    file_ids = [export.file_id for export in exports]
    sets = (
        merged.select("exports")
        .unique()
        .with_columns(
            export_ids=pl.col("exports").list.eval(
                pl.element().replace_strict(range(len(file_ids)), file_ids, return_dtype=pl.String).sort()
            )
        )
    )
    return MESSAGES.conform(
        merged.join(number, on="person", how="left", maintain_order="left")
        .join(sets, on="exports", how="left", maintain_order="left")
        .with_columns(local_date=pl.col("local_at").dt.date(), n_exports=pl.col("exports").list.len())
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


def _days(told: pl.DataFrame, said: pl.DataFrame, group: Group) -> pl.DataFrame:
    """Every line with its time in the group's zone: ``x, line, sent_at, event, local_at, local_date``."""
    lines = pl.concat([frame.select("x", "line", "sent_at", "event") for frame in (said, told)])
    return lines.with_columns(local_at=to_local(pl.col("sent_at"), group.timezone)).with_columns(
        local_date=pl.col("local_at").dt.date()
    )


def _labels(
    exports: Sequence[Export],
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


def _conflicts(exports: Sequence[Export], nodes: pl.DataFrame, people: People) -> pl.DataFrame:
    x, label = nodes["x"].to_list(), nodes["label"].to_list()
    rows = [
        (exports[x[a]].file_id, label[a], exports[x[b]].file_id, label[b], votes)
        for a, b, votes in people.conflicts
    ]
    return pl.DataFrame(sorted(set(rows)), schema=CONFLICTS, orient="row")
