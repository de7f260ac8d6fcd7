"""What never leaves the vault: labels, names, numbers, texts."""

from __future__ import annotations

import polars as pl

from schemas.fields.field import BOOL, DATE, I64, INSTANT, PERSONAL, TEXT, Field

VAULT = [
    Field("seq", I64, "Ordinal within the export.", ge=0, sensitivity=PERSONAL),
    Field("line_no", I64, "First line in the file.", ge=1, sensitivity=PERSONAL),
    Field("n_text_lines", I64, "Lines the message takes.", ge=1, sensitivity=PERSONAL),
    Field("local_at", INSTANT, "Wall clock of the exporting phone.", "local", sensitivity=PERSONAL),
    Field(
        "author",
        TEXT,
        "Label of the author as exported; NULL for system lines.",
        sensitivity=PERSONAL,
        subject=True,
    ),
    Field(
        "text",
        TEXT,
        "Text without the phone's own marks; NULL without any.",
        sensitivity=PERSONAL,
        subject=True,
    ),
    Field(
        "text_key",
        I64,
        "Keyed hash of kind class and normalised text, equal in all exports of a group; NULL without words.",
        ge=0,
        sensitivity=PERSONAL,
    ),
    Field(
        "is_long", BOOL, "Whether the normalised text is too long to recur by chance.", sensitivity=PERSONAL
    ),
    Field(
        "actor", TEXT, "Label of the person who acts in a system line.", sensitivity=PERSONAL, subject=True
    ),
    Field(
        "targets",
        pl.List(pl.String()),
        "Labels of the people a system line speaks of.",
        sensitivity=PERSONAL,
        subject=True,
    ),
    Field(
        "timer_hours",
        I64,
        "After how long messages disappear, where a system line states it.",
        "hours",
        ge=1,
        sensitivity=PERSONAL,
    ),
    Field("label", TEXT, "Label of a person as an export writes it.", sensitivity=PERSONAL, subject=True),
    Field(
        "person_no",
        I64,
        "Ordinal of a person within the group's reconciled store.",
        ge=0,
        sensitivity=PERSONAL,
        subject=True,
    ),
    Field(
        "actor_person_no", I64, "Person who acts in a system line.", ge=0, sensitivity=PERSONAL, subject=True
    ),
    Field(
        "target_person_no", I64, "Person a system line speaks of.", ge=0, sensitivity=PERSONAL, subject=True
    ),
    Field(
        "phone", TEXT, "Phone number in E.164.", pattern=r"^\+\d{7,15}$", sensitivity=PERSONAL, subject=True
    ),
    Field("name", TEXT, "Name.", sensitivity=PERSONAL, subject=True),
    Field("aliases", pl.List(pl.String()), "Other names.", sensitivity=PERSONAL, subject=True),
    Field("member_id", TEXT, "Member number on the roster.", sensitivity=PERSONAL, subject=True),
    Field("canonical_id", TEXT, "Canonical identifier of a person.", sensitivity=PERSONAL, subject=True),
    Field("as_of_date", DATE, "Day for which a roster speaks.", sensitivity=PERSONAL),
    Field("joined_date", DATE, "Day of joining.", sensitivity=PERSONAL),
    Field("left_date", DATE, "Day of leaving.", sensitivity=PERSONAL),
    Field("is_in_group", BOOL, "Whether the roster says the person is in the chat.", sensitivity=PERSONAL),
    Field("file_name", TEXT, "Name of the file as handed in.", sensitivity=PERSONAL, subject=True),
    Field("export_ids", pl.List(pl.String()), "Exports that show the message.", sensitivity=PERSONAL),
    Field(
        "message_id", I64, "Number of a message within its group, in time order.", ge=0, sensitivity=PERSONAL
    ),
    Field("title", TEXT, "Title of a list.", sensitivity=PERSONAL),
    Field("item", TEXT, "Text of a list entry.", sensitivity=PERSONAL, subject=True),
]
