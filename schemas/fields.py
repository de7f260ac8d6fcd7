"""Every column of the project, described once: type, unit, meaning, constraint, sensitivity, subject.

Tables and frames name fields; SQL types, Polars dtypes, row rules, expectations, comments, the
erasure registry and the data dictionary derive from what stands here. The same quantity has the same
name everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from schemas.vocabulary import (
    CONSENTS,
    FACETS,
    INTERVAL_KINDS,
    LANGUAGES,
    LEXICON_CATEGORIES,
    MEMBERSHIP_BASES,
    MEMBERSHIP_KINDS,
    MESSAGE_KINDS,
    PARTICIPATION_STATUSES,
    REPLY_LAYERS,
    REPLY_METHODS,
    REVISION_REASONS,
    ROLES,
    SEVERITIES,
    STATUSES,
    STYLE_CATEGORIES,
    SYSTEM_EVENTS,
    TASKS,
    TREND_STATUSES,
    TRIGGER_KINDS,
)


class Sensitivity(StrEnum):
    """How near a column is to a person."""

    PUBLIC = "public"  # reference data and definitions
    GROUP = "group"  # figures of a whole group, subject to disclosure control
    PSEUDONYMOUS = "pseudonymous"  # about one person under a pseudonym; never leaves core but to enclave
    OPERATIONAL = "operational"  # about runs and files
    PERSONAL = "personal"  # names, numbers, texts, file names: vault only


@dataclass(frozen=True, slots=True)
class Field:
    """One column: what it holds, in which unit, and what a valid value is."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str | None = None
    ge: float | None = None
    le: float | None = None
    one_of: tuple[str, ...] | None = None
    pattern: str | None = None
    sensitivity: Sensitivity = Sensitivity.GROUP
    subject: bool = False

    def __post_init__(self) -> None:
        if self.subject and self.sensitivity not in (Sensitivity.PSEUDONYMOUS, Sensitivity.PERSONAL):
            raise ValueError(f"{self.name}: a column that points at a person cannot be {self.sensitivity}")


I64, I32, F64, TEXT, BOOL, DATE = pl.Int64(), pl.Int32(), pl.Float64(), pl.String(), pl.Boolean(), pl.Date()
INSTANT = pl.Datetime("us")
_PUB, _OPS, _PSN, _PER = (
    Sensitivity.PUBLIC,
    Sensitivity.OPERATIONAL,
    Sensitivity.PSEUDONYMOUS,
    Sensitivity.PERSONAL,
)


def _count(name: str, meaning: str, unit: str, sensitivity: Sensitivity = Sensitivity.GROUP) -> Field:
    return Field(name, I64, meaning, unit, ge=0, sensitivity=sensitivity)


def _share(name: str, meaning: str, sensitivity: Sensitivity = Sensitivity.GROUP) -> Field:
    return Field(name, F64, meaning, "share", ge=0, le=1, sensitivity=sensitivity)


_KEYS = [
    Field("group_key", I64, "Durable key of a group.", ge=0),
    Field("group_version_key", I64, "Key of one version of a group's description.", ge=0),
    Field(
        "group_id",
        TEXT,
        "The group's identifier: its folder's name in landing.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
    ),
    Field("member_key", I64, "Durable key of one person.", ge=0, sensitivity=_PSN, subject=True),
    Field(
        "member_version_key",
        I64,
        "Key of one version of a person's description.",
        ge=0,
        sensitivity=_PSN,
        subject=True,
    ),
    Field(
        "pseudonym_key",
        TEXT,
        "Keyed pseudonym of a person.",
        pattern=r"^[0-9a-f]{24}$",
        sensitivity=_PSN,
        subject=True,
    ),
    Field(
        "old_pseudonym_key",
        TEXT,
        "Pseudonym before the canonical identifier changed.",
        sensitivity=_PSN,
        subject=True,
    ),
    Field(
        "new_pseudonym_key",
        TEXT,
        "Pseudonym after the canonical identifier changed.",
        sensitivity=_PSN,
        subject=True,
    ),
    Field("message_key", I64, "Number of a message within its group, in time order.", ge=0, sensitivity=_PSN),
    Field("turn_key", I64, "Number of a turn within its group, in time order.", ge=0, sensitivity=_PSN),
    Field("parent_turn_key", I64, "Turn of the version this list was copied from.", ge=0, sensitivity=_PSN),
    Field("source_turn_key", I64, "Turn that replies.", ge=0, sensitivity=_PSN),
    Field("target_turn_key", I64, "Turn replied to.", ge=0, sensitivity=_PSN),
    Field("source_member_key", I64, "Person who replies.", ge=0, sensitivity=_PSN, subject=True),
    Field("target_member_key", I64, "Person replied to.", ge=0, sensitivity=_PSN, subject=True),
    Field(
        "actor_member_key", I64, "Person who caused a membership event.", ge=0, sensitivity=_PSN, subject=True
    ),
    Field(
        "organiser_member_key",
        I64,
        "Sender of the first version of a list.",
        ge=0,
        sensitivity=_PSN,
        subject=True,
    ),
    Field(
        "added_by_member_key",
        I64,
        "Sender of the first version that holds the entry.",
        ge=0,
        sensitivity=_PSN,
        subject=True,
    ),
    Field("activity_key", I64, "Number of an activity within its group, in time order.", ge=0),
    Field(
        "membership_event_key", I64, "Number of a membership event within its group.", ge=0, sensitivity=_PSN
    ),
    Field("run_id", TEXT, "Identifier of the run.", sensitivity=_OPS),
    Field("load_id", TEXT, "Identifier of the load.", sensitivity=_OPS),
    Field(
        "snapshot_id",
        TEXT,
        "Snapshot: month and 12 hex digits of its manifest.",
        pattern=r"^\d{4}-\d{2}-[0-9a-f]{12}$",
    ),
    Field("from_snapshot_id", TEXT, "The earlier of two snapshots compared."),
    Field("since_snapshot_id", TEXT, "First snapshot for which the row holds."),
    Field(
        "file_id",
        TEXT,
        "Identifier of a file: 12 hex digits of its content's hash.",
        pattern=r"^[0-9a-f]{12}$",
        sensitivity=_OPS,
    ),
    Field("exporter_no", I32, "Ordinal of an exporting phone within its group.", ge=0),
]

_TIME = [
    Field("sent_at", INSTANT, "When it was sent.", "UTC", sensitivity=_PSN),
    Field("local_date", DATE, "Calendar day in the group's time zone.", sensitivity=_PSN),
    Field("date", DATE, "Calendar day.", sensitivity=_PUB),
    Field("month", DATE, "Calendar month, by its first day, in the group's time zone."),
    Field("event_date", DATE, "Day of the event in the group's time zone.", sensitivity=_PSN),
    Field("first_seen_date", DATE, "Day of the export that first showed it."),
    Field("last_seen_date", DATE, "Day of the last version."),
    Field("added_date", DATE, "Day of the first version that holds the entry.", sensitivity=_PSN),
    Field("valid_from", DATE, "First day on which this version holds."),
    Field("valid_to", DATE, "First day on which this version no longer holds; NULL while it does."),
    Field("is_current", BOOL, "Whether this version holds today."),
    Field("from_date", DATE, "First day of the interval."),
    Field("to_date", DATE, "Last day of the interval; NULL while it lasts."),
    Field("created_at", INSTANT, "When the row was written.", "UTC", sensitivity=_OPS),
    Field("started_at", INSTANT, "When the run or load began.", "UTC", sensitivity=_OPS),
    Field("ended_at", INSTANT, "When the run or load ended.", "UTC", sensitivity=_OPS),
    Field("stated_date", DATE, "Export date given by the file's name or its zip entry.", sensitivity=_OPS),
    Field("first_date", DATE, "Day of the first line.", sensitivity=_OPS),
    Field("last_date", DATE, "Day of the last line.", sensitivity=_OPS),
    Field("due_date", DATE, "Day by which the next export is due.", sensitivity=_OPS),
]

_CALENDAR = [
    Field("year", I32, "Gregorian year.", sensitivity=_PUB),
    Field("month_of_year", I32, "Gregorian month, 1 to 12.", ge=1, le=12, sensitivity=_PUB),
    Field("weekday", I32, "Day of the week, Monday 1 to Sunday 7.", ge=1, le=7, sensitivity=_PUB),
    Field("hijri_year", I32, "Islamic year by Indonesia's official calendar.", sensitivity=_PUB),
    Field("hijri_month", I32, "Islamic month, 1 Muharram to 12 Zulhijah.", ge=1, le=12, sensitivity=_PUB),
    Field("hijri_day", I32, "Day of the Islamic month.", ge=1, le=30, sensitivity=_PUB),
    Field("is_ramadan", BOOL, "Whether the day lies in Ramadan.", sensitivity=_PUB),
    Field(
        "is_eid",
        BOOL,
        "Whether the day is Eid al-Fitr or Eid al-Adha (first two days and first day).",
        sensitivity=_PUB,
    ),
    Field("is_public_holiday", BOOL, "Whether the day is a public holiday in Indonesia.", sensitivity=_PUB),
    _count("n_days", "Days of the month.", "days", _PUB),
    _count("ramadan_days", "Days of Ramadan in the month.", "days", _PUB),
    _count("syawal_first10_days", "Days of 1 to 10 Syawal in the month.", "days", _PUB),
    _count("muharram_days", "Days of Muharram in the month.", "days", _PUB),
    _count("public_holidays", "Public holidays in the month.", "days", _PUB),
]

_GROUP = [
    Field("group_name", TEXT, "Name of the group as declared in groups.toml, else its identifier."),
    Field("timezone", TEXT, "IANA time zone of the group.", sensitivity=_PUB),
    Field("community", TEXT, "Community whose roster the group shares."),
    Field("continues", TEXT, "Group whose history this one goes on with."),
    Field("selling_allowed", BOOL, "Whether members may offer goods in the group."),
]

_MEMBER = [
    Field("cohort", I32, "Year of entry (angkatan).", ge=1900, le=2200, sensitivity=_PSN),
    Field(
        "origin_region",
        TEXT,
        "Region of origin; NULL where no table knows it and under 3 people share it.",
        sensitivity=_PSN,
    ),
    Field(
        "current_city",
        TEXT,
        "City of residence; NULL where no table knows it and under 3 people share it.",
        sensitivity=_PSN,
    ),
    Field("campus", TEXT, "Place of study; NULL where under 3 people share it.", sensitivity=_PSN),
    Field("field_of_study", TEXT, "Field of study; NULL where under 3 people share it.", sensitivity=_PSN),
    Field("role", TEXT, "Role in the group.", one_of=ROLES, sensitivity=_PSN),
    Field("gender", TEXT, "Gender as the roster states it.", one_of=("female", "male"), sensitivity=_PSN),
    Field("is_adult", BOOL, "Whether the roster says the person is of age.", sensitivity=_PSN),
    Field("is_on_roster", BOOL, "Whether a roster lists the person.", sensitivity=_PSN),
    Field(
        "is_in_good_standing",
        BOOL,
        "Whether the roster lists the person as a current member.",
        sensitivity=_PSN,
    ),
    Field("consent", TEXT, "Consent in force.", one_of=CONSENTS, sensitivity=_PSN),
    Field(
        "membership_kind",
        TEXT,
        "Membership of the community or presence in the chat group.",
        one_of=MEMBERSHIP_KINDS,
        sensitivity=_PSN,
    ),
    Field("basis", TEXT, "Evidence on which the interval rests.", one_of=MEMBERSHIP_BASES, sensitivity=_PSN),
    Field("is_proven", BOOL, "Whether presence is proven rather than presumed.", sensitivity=_PSN),
    Field("end_basis", TEXT, "Evidence for the end of the interval.", sensitivity=_PSN),
    Field("event", TEXT, "Kind of system event.", one_of=SYSTEM_EVENTS, sensitivity=_PSN),
]

_MESSAGE = [
    Field("kind", TEXT, "Kind of message.", one_of=MESSAGE_KINDS, sensitivity=_PSN),
    Field(
        "change_kind",
        TEXT,
        "Whether the message was edited or deleted.",
        one_of=("edited", "deleted"),
        sensitivity=_PSN,
    ),
    _count("n_exports", "Exports that show it.", "exports", _PSN),
    Field("has_seconds", BOOL, "Whether the best export states seconds.", sensitivity=_PSN),
    Field("is_edited", BOOL, "Whether the message is marked as edited.", sensitivity=_PSN),
    Field("is_forwarded", BOOL, "Whether it is a forwarded template.", sensitivity=_PSN),
    Field("is_bot", BOOL, "Whether a declared bot sent it.", sensitivity=_PSN),
    Field("lang", TEXT, "Language tag of the text.", one_of=LANGUAGES, sensitivity=_PSN),
    _count("n_chars", "Characters of the text.", "characters", _PSN),
    _count("n_words", "Word tokens, placeholders left out.", "words", _PSN),
    _count("n_emoji", "Emoji.", "emoji", _PSN),
    _count("n_urls", "Web addresses.", "addresses", _PSN),
    _count("n_mentions", "Mentions of other people.", "mentions", _PSN),
    _count("n_messages", "Messages.", "messages"),
    *(
        _count(f"lex_{category}", f"Scored matches of lexicon category {category}.", "matches", _PSN)
        for category in LEXICON_CATEGORIES
    ),
    *(
        _count(f"style_{category}", f"Function words of class {category}.", "words", _PSN)
        for category in STYLE_CATEGORIES
    ),
]

_TURN = [
    Field("task", TEXT, "Task class of the turn; NULL without text.", one_of=TASKS, sensitivity=_PSN),
    Field("is_text", BOOL, "Whether the turn has at least one letter token of its own.", sensitivity=_PSN),
    Field("is_list", BOOL, "Whether the turn carries a list.", sensitivity=_PSN),
    Field("is_announcement", BOOL, "Whether the turn announces something.", sensitivity=_PSN),
    Field("is_question", BOOL, "Whether the turn asks a question.", sensitivity=_PSN),
    Field("is_help_request", BOOL, "Whether the turn asks for help.", sensitivity=_PSN),
    Field(
        "is_prayer_request", BOOL, "Whether the turn asks for prayers and for nothing else.", sensitivity=_PSN
    ),
    Field(
        "is_commitment",
        BOOL,
        "Whether the turn promises to take part: a commitment, or a bare assent within 24 hours of an open call.",
        sensitivity=_PSN,
    ),
    Field(
        "answered_by_member_key",
        I64,
        "Sender of the first answer within 24 hours.",
        ge=0,
        sensitivity=_PSN,
        subject=True,
    ),
    Field(
        "answer_delay_min",
        F64,
        "Minutes to the first answer; NULL when none within 24 hours.",
        "minutes",
        ge=0,
        sensitivity=_PSN,
    ),
    Field(
        "same_text_days",
        F64,
        "Days since the same normal text was last posted in the group, for turns with an opportunity or an "
        "offer; NULL for others and the first time.",
        "days",
        ge=0,
        sensitivity=_PSN,
    ),
    Field(
        "others_text_days",
        F64,
        "The same since another member posted it.",
        "days",
        ge=0,
        sensitivity=_PSN,
    ),
    Field("trigger_kind", TEXT, "What calls for a chorus.", one_of=TRIGGER_KINDS, sensitivity=_PSN),
    _count("n_chorus", "People other than the sender who answered with ritual words in 48 hours.", "people"),
    _count("n_chorus_upper", "The same, those who sent nothing but stickers counted too.", "people"),
    Field("method", TEXT, "Rule that inferred the reply.", one_of=REPLY_METHODS, sensitivity=_PSN),
    Field("layer", TEXT, "Network layer of the reply.", one_of=REPLY_LAYERS, sensitivity=_PSN),
    Field("weight", F64, "Weight of the tie.", "weight", ge=0, le=1, sensitivity=_PSN),
    Field(
        "latency_min",
        F64,
        "Minutes from target to source, on times floored to the minute.",
        "minutes",
        ge=0,
        sensitivity=_PSN,
    ),
]

_ACTIVITY = [
    Field("activity_kind", TEXT, "Kind of activity."),
    Field("version_no", I32, "Ordinal of a version of a list.", ge=1),
    Field("parent_version_no", I32, "Version this one was copied from.", ge=1),
    Field("slot", TEXT, "Slot of an entry, such as a juz number.", sensitivity=_PSN),
    Field("is_proxy", BOOL, "Whether another person entered the name.", sensitivity=_PSN),
    Field(
        "participation_status", TEXT, "What the entry says.", one_of=PARTICIPATION_STATUSES, sensitivity=_PSN
    ),
    Field("amount_idr", F64, "Amount of the entry.", "IDR nominal", ge=0, sensitivity=_PSN),
    Field("is_paid", BOOL, "Whether the entry is marked as paid.", sensitivity=_PSN),
    Field("entry_no", I32, "Ordinal of the entry within its activity.", ge=1, sensitivity=_PSN),
    _count("n_guests", "Guests announced beside members.", "people"),
    _count("n_versions", "Versions of the list.", "versions"),
    _count("n_forks", "Copies made from a version that had been copied already.", "versions"),
    _count("n_lost_updates", "Entries lost by a later copy and kept by the union.", "entries"),
    _count("n_items", "Entries.", "entries"),
    _count("n_matched", "Entries matched to a member.", "entries"),
    _count("n_unmatched", "Entries matched to nobody.", "entries"),
    Field("stated_total_idr", F64, "Total written in the list.", "IDR nominal", ge=0),
    Field("items_total_idr", F64, "Sum of the entries' amounts.", "IDR nominal", ge=0),
    Field("is_total_mismatch", BOOL, "Whether stated total and sum of entries differ."),
    Field("is_dues", BOOL, "Whether a collection is of dues: an obligation, no gift."),
    Field(
        "is_on_list",
        BOOL,
        "Whether the entry stands on the list, not in a message beside it.",
        sensitivity=_PSN,
    ),
    Field("campaign_key", I64, "Number of a campaign within its group: that of its activity.", ge=0),
    Field("is_open", BOOL, "Whether the 14 silent days that end a campaign were not over at the cut."),
    _count("n_turns", "Turns of the campaign.", "turns"),
    _count("n_active_days", "Days with a turn of the campaign.", "days"),
    _count("n_reached", "People who talked about the campaign or committed.", "people"),
    Field("is_talker", BOOL, "Whether the person talked about the campaign.", sensitivity=_PSN),
    Field("is_committed", BOOL, "Whether the person committed.", sensitivity=_PSN),
    Field("half_life_lo", F64, "Lower end of the half-life's interval.", "days", ge=0),
    Field("half_life_hi", F64, "Upper end of the half-life's interval; NULL without end.", "days", ge=0),
    _count("n_talkers", "People who talked about the campaign.", "people"),
    _count("n_committed", "People who committed.", "people"),
    Field("conversion", F64, "Committed people over talkers and committed.", "share", ge=0, le=1),
    Field("half_life_days", F64, "Days for daily turns to fall to half after the peak.", "days", ge=0),
]

_MEMBER_MONTH = [
    _count("turns", "Turns.", "turns", _PSN),
    _count("text_turns", "Turns with text of their own.", "turns", _PSN),
    _count("words", "Words.", "words", _PSN),
    Field("replies_given", F64, "Weight of core replies given.", "weight", ge=0, sensitivity=_PSN),
    Field("replies_received", F64, "Weight of core replies received.", "weight", ge=0, sensitivity=_PSN),
    _count("questions", "Questions asked.", "turns", _PSN),
    _count("help_requests", "Requests for help.", "turns", _PSN),
    _count("help_answers", "First answers given to requests for help.", "turns", _PSN),
    _count("list_entries", "Entries in lists.", "entries", _PSN),
    _count("n_ties", "Distinct people tied to by core replies, either way.", "people", _PSN),
    _count("present_days", "Covered days present in the group.", "days", _PSN),
    _count("tenure_days", "Days since first proven or presumed presence.", "days", _PSN),
]

_COVERAGE = [
    Field("is_covered", BOOL, "Whether the exporter's exports observe the day.", sensitivity=_OPS),
    Field(
        "is_gap",
        BOOL,
        "Whether the exporter is silent on a day on which another one is not.",
        sensitivity=_OPS,
    ),
    Field("is_unverified", BOOL, "Whether only one exporter observes the day.", sensitivity=_OPS),
    _share("coverage", "Covered days over days of the window."),
    _count("covered_days", "Days observed by at least one export.", "days"),
    _count("n_exporters", "Exporting phones that observe the month.", "phones"),
]

_INDICATOR = [
    Field("code", TEXT, "Code of the indicator.", pattern=r"^[a-z][a-z0-9_]*$", sensitivity=_PUB),
    Field("def_version", I32, "Version of the indicator's definition.", ge=1, sensitivity=_PUB),
    Field("params_hash", TEXT, "Hash of the parameters in force.", sensitivity=_PUB),
    Field("value", F64, "Value in the indicator's unit; NULL unless the status is ok or partial."),
    Field("ci_low", F64, "Lower end of the 95 % interval."),
    Field("ci_high", F64, "Upper end of the 95 % interval."),
    Field("ci_kind", TEXT, "Method of the interval.", one_of=INTERVAL_KINDS),
    Field("n_num", F64, "Numerator."),
    Field("n_den", F64, "Denominator."),
    Field("n_lo", F64, "Members with proven presence.", "member-days per covered day", ge=0),
    Field("n_hi", F64, "Members with proven or presumed presence.", "member-days per covered day", ge=0),
    Field(
        "window_months",
        I32,
        "Months the value looks back over, its own among them.",
        "months",
        ge=1,
        sensitivity=_PUB,
    ),
    Field("status", TEXT, "Why the value is there or not.", one_of=STATUSES),
    Field("is_removed", BOOL, "Whether the snapshot no longer holds the cell."),
    Field("detail", TEXT, "Name of the companion.", sensitivity=_PUB),
    Field("input_hash", TEXT, "Hash of everything the row was computed from.", sensitivity=_OPS),
    Field("facet", TEXT, "Facet of solidarity.", one_of=FACETS, sensitivity=_PUB),
    Field("name_en", TEXT, "Name in English.", sensitivity=_PUB),
    Field("name_id", TEXT, "Name in Indonesian.", sensitivity=_PUB),
    Field("formula", TEXT, "Formula.", sensitivity=_PUB),
    Field("unit", TEXT, "Unit.", sensitivity=_PUB),
    Field("range_low", F64, "Least possible value.", sensitivity=_PUB),
    Field("range_high", F64, "Greatest possible value.", sensitivity=_PUB),
    Field("direction", TEXT, "What a higher value means.", sensitivity=_PUB),
    Field("minimum_n", TEXT, "Least evidence for a value.", sensitivity=_PUB),
    Field("threats", TEXT, "What can mislead.", sensitivity=_PUB),
    Field("source", TEXT, "Source.", sensitivity=_PUB),
    Field("is_computed", BOOL, "Whether this version of the product computes it.", sensitivity=_PUB),
    Field(
        "is_optional",
        BOOL,
        "Whether it is left out of composites and reports unless asked for.",
        sensitivity=_PUB,
    ),
    Field(
        "look_back_months", I32, "Earlier months that can change the value.", "months", ge=0, sensitivity=_PUB
    ),
    Field(
        "look_ahead_months", I32, "Later months that can change the value.", "months", ge=0, sensitivity=_PUB
    ),
    Field("base_from", DATE, "First month of the base period."),
    Field("base_to", DATE, "Last month of the base period."),
    Field("base_version", I32, "Version of the base period.", ge=1),
    Field("median", F64, "Median of the transformed values of the base period."),
    Field("mad", F64, "1.4826 times the median absolute deviation of the base period."),
    _count("n_months", "Months used.", "months"),
]

_TREND = [
    Field("slope_per_month", F64, "Theil-Sen slope.", "unit per month"),
    Field("slope_lo", F64, "Lower end of the slope's 95 % interval.", "unit per month"),
    Field("slope_hi", F64, "Upper end of the slope's 95 % interval.", "unit per month"),
    Field("p_ar1boot", F64, "Mann-Kendall p by parametric AR(1) bootstrap.", ge=0, le=1),
    Field("q_bh", F64, "Benjamini-Hochberg q within the facet.", ge=0, le=1),
    Field("trend_status", TEXT, "What may be said about the trend.", one_of=TREND_STATUSES),
    Field("old_value", F64, "Value in the earlier snapshot."),
    Field("new_value", F64, "Value in the later snapshot."),
    Field("old_status", TEXT, "Status in the earlier snapshot.", one_of=STATUSES),
    Field("new_status", TEXT, "Status in the later snapshot.", one_of=STATUSES),
    Field("reason", TEXT, "Why the cell changed.", one_of=REVISION_REASONS),
    _count("n_cells", "Cells changed.", "cells"),
    Field("shock", TEXT, "Name of the shock.", sensitivity=_PUB),
    Field("shock_date", DATE, "Day of the shock.", sensitivity=_PUB),
    Field("drop", F64, "Drop beyond the median placebo drop.", "share"),
    Field("placebo_rank_p", F64, "Share of placebo dates with as deep a drop.", ge=0, le=1),
    Field("recovery_months", F64, "Months from trough to recovery.", "months", ge=0),
    Field("from_year", I32, "Earlier year compared."),
    Field("to_year", I32, "Later year compared."),
    Field("within", F64, "Change among those who stayed."),
    Field("entry", F64, "Change by members who came."),
    Field("exit", F64, "Change by members who left."),
    Field("joined_year", I32, "Year of joining."),
    Field("is_welcomed", BOOL, "Whether the newcomer was welcomed."),
    Field("months_since_joining", I32, "Months since joining.", "months", ge=0),
    Field("survival", F64, "Share still active.", "share", ge=0, le=1),
    Field("n_at_risk", F64, "Newcomers at risk.", "people", ge=0),
]

_OPS_FIELDS = [
    Field(
        "file_kind",
        TEXT,
        "Export, roster or participants list.",
        one_of=("export", "roster", "participants", "unknown"),
        sensitivity=_OPS,
    ),
    Field(
        "file_status",
        TEXT,
        "What became of the file.",
        one_of=("loaded", "duplicate", "refused"),
        sensitivity=_OPS,
    ),
    Field("refusal", TEXT, "Reason of a refusal.", sensitivity=_OPS),
    Field("platform", TEXT, "Platform of the exporting phone.", one_of=("android", "ios"), sensitivity=_OPS),
    Field("language", TEXT, "Language of the export's own words.", sensitivity=_OPS),
    Field(
        "date_order", TEXT, "Order of day, month and year.", one_of=("dmy", "mdy", "ymd"), sensitivity=_OPS
    ),
    Field("clock", TEXT, "12 or 24 hours.", one_of=("12h", "24h"), sensitivity=_OPS),
    Field("is_truncated", BOOL, "Whether the head of the history is cut off.", sensitivity=_OPS),
    _count("n_events", "System lines.", "lines", _OPS),
    _count("n_senders", "Distinct labels of authors.", "labels", _OPS),
    _count("n_lines", "Lines of the file.", "lines", _OPS),
    _count("n_continuation_lines", "Lines that continue a message.", "lines", _OPS),
    _count("n_rejected_lines", "Lines that belong to no message.", "lines", _OPS),
    _count("n_rows", "Rows.", "rows", _OPS),
    _count("n_bytes", "Bytes of the file.", "bytes", _OPS),
    Field(
        "utc_offset_basis",
        TEXT,
        "How the export's time zone is known.",
        one_of=("declared", "aligned", "assumed"),
        sensitivity=_OPS,
    ),
    Field("flow", TEXT, "Flow of the run.", sensitivity=_OPS),
    Field("exit_code", I32, "Exit code of the run.", ge=0, le=5, sensitivity=_OPS),
    Field("run_status", TEXT, "How the run ended.", sensitivity=_OPS),
    Field("code_version", TEXT, "Version of the product.", sensitivity=_PUB),
    Field("lexicon_version", TEXT, "Version of the lexicon.", sensitivity=_PUB),
    Field("definitions_hash", TEXT, "Hash of the indicator definitions.", sensitivity=_PUB),
    Field("manifest_sha256", TEXT, "Hash of the snapshot's manifest.", sensitivity=_PUB),
    Field("manifest_json", TEXT, "The snapshot's manifest.", sensitivity=_PUB),
    _count("n_groups", "Groups.", "groups", _OPS),
    _count("n_rosters", "Rosters.", "files", _OPS),
    Field("table_name", TEXT, "Table.", sensitivity=_PUB),
    Field("column_name", TEXT, "Column.", sensitivity=_PUB),
    Field("suite", TEXT, "Expectation suite.", sensitivity=_OPS),
    Field("expectation", TEXT, "Expectation.", sensitivity=_OPS),
    Field("severity", TEXT, "Severity.", one_of=SEVERITIES, sensitivity=_OPS),
    Field("is_success", BOOL, "Whether the expectation held.", sensitivity=_OPS),
    _count("n_unexpected", "Rows that broke it.", "rows", _OPS),
    Field("is_carried_over", BOOL, "Whether the group kept its last good rows.", sensitivity=_OPS),
    Field("rule", TEXT, "Rule that the row broke.", sensitivity=_OPS),
    Field("row_no", I64, "Row or line within the file.", ge=0, sensitivity=_OPS),
    Field("decision", TEXT, "What was decided.", sensitivity=_PSN),
    Field("identity_method", TEXT, "How a label was resolved.", sensitivity=_PSN),
    Field("confidence", F64, "Confidence of the decision.", "share", ge=0, le=1, sensitivity=_PSN),
    _count("n_labels", "Labels concerned.", "labels", _PSN),
    _count("votes", "Shared texts that speak for the decision.", "texts", _PSN),
    Field("is_settled", BOOL, "Whether a declared correction settles the conflict.", sensitivity=_PSN),
    Field("conflict_kind", TEXT, "What contradicts what.", sensitivity=_PSN),
    Field("breaks_kind", TEXT, "What changed on the platform or in the group.", sensitivity=_PUB),
    Field("description", TEXT, "Description.", sensitivity=_PUB),
    Field("sensitivity", TEXT, "How near the column is to a person.", sensitivity=_PUB),
    Field("data_type", TEXT, "Type of the column.", sensitivity=_PUB),
    Field("valid_values", TEXT, "What a valid value is.", sensitivity=_PUB),
    Field(
        "entry_kind",
        TEXT,
        "Table, column or indicator.",
        one_of=("table", "column", "indicator"),
        sensitivity=_PUB,
    ),
    Field("is_subject", BOOL, "Whether the column points at a person.", sensitivity=_PUB),
    Field("origin", TEXT, "Where the row comes from.", sensitivity=_PUB),
    Field("erasure_token", TEXT, "Keyed token of an erased person.", sensitivity=_PSN, subject=True),
    _count("n_removed", "Rows removed.", "rows", _OPS),
]

_REGIME = [
    _share("poll_share", "Polls and list versions that are polls."),
    _share("sticker_share", "Sticker-only turns over turns."),
    Field("is_admins_only", BOOL, "Whether only admins could write on any day of the month."),
    Field("is_disappearing", BOOL, "Whether disappearing messages were on."),
    _share("unmatched_turn_share", "Turns of people whom no roster knows."),
    _share("ios_share", "Covered exporter-days that come from iPhones."),
    Field("n_present", F64, "Members present.", "member-days per covered day", ge=0),
]

_VAULT = [
    Field("seq", I64, "Ordinal within the export.", ge=0, sensitivity=_PER),
    Field("line_no", I64, "First line in the file.", ge=1, sensitivity=_PER),
    Field("n_text_lines", I64, "Lines the message takes.", ge=1, sensitivity=_PER),
    Field("local_at", INSTANT, "Wall clock of the exporting phone.", "local", sensitivity=_PER),
    Field(
        "author",
        TEXT,
        "Label of the author as exported; NULL for system lines.",
        sensitivity=_PER,
        subject=True,
    ),
    Field(
        "text", TEXT, "Text without the phone's own marks; NULL without any.", sensitivity=_PER, subject=True
    ),
    Field("actor", TEXT, "Label of the person who acts in a system line.", sensitivity=_PER, subject=True),
    Field(
        "targets",
        pl.List(pl.String()),
        "Labels of the people a system line speaks of.",
        sensitivity=_PER,
        subject=True,
    ),
    Field("label", TEXT, "Label of a person as an export writes it.", sensitivity=_PER, subject=True),
    Field(
        "person_no",
        I64,
        "Ordinal of a person within the group's reconciled store.",
        ge=0,
        sensitivity=_PER,
        subject=True,
    ),
    Field("actor_person_no", I64, "Person who acts in a system line.", ge=0, sensitivity=_PER, subject=True),
    Field("target_person_no", I64, "Person a system line speaks of.", ge=0, sensitivity=_PER, subject=True),
    Field("phone", TEXT, "Phone number in E.164.", pattern=r"^\+\d{7,15}$", sensitivity=_PER, subject=True),
    Field("name", TEXT, "Name.", sensitivity=_PER, subject=True),
    Field("aliases", pl.List(pl.String()), "Other names.", sensitivity=_PER, subject=True),
    Field("member_id", TEXT, "Member number on the roster.", sensitivity=_PER, subject=True),
    Field("canonical_id", TEXT, "Canonical identifier of a person.", sensitivity=_PER, subject=True),
    Field("as_of_date", DATE, "Day for which a roster speaks.", sensitivity=_PER),
    Field("joined_date", DATE, "Day of joining.", sensitivity=_PER),
    Field("left_date", DATE, "Day of leaving.", sensitivity=_PER),
    Field("is_in_group", BOOL, "Whether the roster says the person is in the chat.", sensitivity=_PER),
    Field("file_name", TEXT, "Name of the file as handed in.", sensitivity=_PER, subject=True),
    Field("export_ids", pl.List(pl.String()), "Exports that show the message.", sensitivity=_PER),
    Field("message_id", I64, "Number of a message within its group, in time order.", ge=0, sensitivity=_PER),
    Field("title", TEXT, "Title of a list.", sensitivity=_PER),
    Field("item", TEXT, "Text of a list entry.", sensitivity=_PER, subject=True),
]


def _registry(*groups: Iterable[Field]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for group in groups:
        for field in group:
            if field.name in fields:
                raise ValueError(f"field {field.name} is described twice")
            fields[field.name] = field
    return fields


#: Every column by name.
FIELDS: dict[str, Field] = _registry(
    _KEYS,
    _TIME,
    _CALENDAR,
    _GROUP,
    _MEMBER,
    _MESSAGE,
    _TURN,
    _ACTIVITY,
    _MEMBER_MONTH,
    _COVERAGE,
    _INDICATOR,
    _TREND,
    _OPS_FIELDS,
    _REGIME,
    _VAULT,
)
