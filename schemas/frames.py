"""The vault's frames: what one stage hands to the next. Declared like tables, never loaded into the warehouse.

``PARSED`` is the source-neutral frame: any parser, of whatever app, returns it.
"""

from __future__ import annotations

from schemas.fields import FIELDS
from schemas.tables import TABLES, Column, Table, table

#: One row per message or system line of one export, in the order of the file. ``author`` is NULL for
#: system lines, which carry ``event``, ``actor`` and ``targets``; authored rows carry ``kind``.
PARSED = table(
    "vault",
    "parsed",
    "one message or system line of one export",
    "seq line_no n_text_lines local_at has_seconds author? kind? text? is_edited is_forwarded event? actor? targets? timer_hours?",
    key="seq",
)

#: What reconciliation reads: PARSED with a keyed hash in place of each text, so that ``text`` may be purged.
#: Grain and order of PARSED. ``text_key`` is equal wherever two exports of the group show the same words
#: (mentions, votes of a poll, marks and blanks aside), under one digest key; ``is_long`` tells whether these
#: words hardly recur by chance. Both are made by ``tasks.reconcile.digest`` while the text is there.
DIGESTED = Table(
    "vault",
    "digested",
    PARSED.grain,
    (*PARSED.columns, Column(FIELDS["text_key"], nullable=True), Column(FIELDS["is_long"], nullable=False)),
    PARSED.key,
)

#: The one truth of a group: authored messages of all its exports, each once. ``text_key`` (NULL for what
#: holds no words, and for what was deleted) is that of the wording that holds, also when no export has its
#: ``text`` any more: then ``text`` is NULL, and what was frozen of the message is found by ``text_key``.
#: Equal words have equal keys, so a key tells the words of a message, not which message it is.
MESSAGES = table(
    "vault",
    "messages",
    "one authored message of a group",
    "message_id person_no sent_at local_at local_date has_seconds kind text? text_key? is_edited is_forwarded n_exports export_ids",
    key="message_id",
)

#: System events of all exports of a group, each once; one row per person spoken of.
EVENTS = table(
    "vault",
    "events",
    "one person in one system event of a group",
    "seq sent_at local_at local_date event actor_person_no? target_person_no? timer_hours? n_exports",
    key="seq",
)

#: Edits and deletions, dated by the export that first showed them.
CHANGES = table(
    "vault",
    "changes",
    "one first sighting of an edit or deletion",
    "message_id kind=change_kind first_seen_date",
    key="message_id kind",
)

#: Which labels of which exports are one person.
LABELS = table(
    "vault",
    "labels",
    "one label in one export",
    "file_id label person_no votes confidence",
    key="file_id label",
)

#: Observed days, by exporting phone, up to the last observed day.
COVERAGE = table(
    "vault",
    "coverage",
    "day, exporter",
    "date exporter_no is_covered is_gap is_unverified",
    key="date exporter_no",
)

#: Roster rows after cleaning: one row per person and roster.
ROSTER = table(
    "vault",
    "roster",
    "one person on one roster",
    "file_id row_no as_of_date member_id? name? phone? aliases cohort? origin_region? current_city? campus? field_of_study? role gender? is_adult? joined_date? left_date? is_in_group? is_in_good_standing consent",
    key="file_id row_no",
)

#: People of a group: reconciled persons, roster members who never wrote, or both.
PEOPLE = table(
    "vault",
    "people",
    "one reconciled person or roster member of a group",
    "person_no? member_key pseudonym_key canonical_id member_id? name? aliases phone? is_bot is_on_roster identity_method confidence n_labels votes",
    key="person_no member_key",
)

#: Members present on each covered day.
PRESENCE = table(
    "vault",
    "presence",
    "one person present on one covered day",
    "member_key date is_proven",
    key="member_key date",
)

_FACT_INDICATOR = TABLES["core.fact_indicator"]

#: What measuring keeps of each cell: the warehouse's row and the hash of what it rests on. The hash depends
#: on member keys, so it stays in the vault: a rotated key would change the warehouse's logical hash.
INDICATOR_ROWS = Table(
    "vault",
    "indicator_rows",
    _FACT_INDICATOR.grain,
    (*_FACT_INDICATOR.columns, Column(FIELDS["input_hash"], nullable=False)),
    _FACT_INDICATOR.key,
)

FRAMES = {
    frame.name: frame
    for frame in (
        PARSED,
        DIGESTED,
        MESSAGES,
        EVENTS,
        CHANGES,
        LABELS,
        COVERAGE,
        ROSTER,
        PEOPLE,
        PRESENCE,
        INDICATOR_ROWS,
    )
}
