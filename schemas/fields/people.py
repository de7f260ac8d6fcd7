"""Groups, members, memberships, coverage, and what changed around a group."""

from __future__ import annotations

from schemas.fields.field import BOOL, F64, I32, OPERATIONAL, PSEUDONYMOUS, PUBLIC, TEXT, Field, count, share
from schemas.vocabulary import CONSENTS, MEMBERSHIP_BASES, MEMBERSHIP_KINDS, ROLES, SYSTEM_EVENTS

GROUP = [
    Field("group_name", TEXT, "Name of the group as declared in groups.toml, else its identifier."),
    Field("timezone", TEXT, "IANA time zone of the group.", sensitivity=PUBLIC),
    Field("community", TEXT, "Community whose roster the group shares."),
    Field("continues", TEXT, "Group whose history this one goes on with."),
    Field("selling_allowed", BOOL, "Whether members may offer goods in the group."),
]

MEMBER = [
    Field("cohort", I32, "Year of entry (angkatan).", ge=1900, le=2200, sensitivity=PSEUDONYMOUS),
    Field(
        "origin_region",
        TEXT,
        "Region of origin; NULL where no table knows it and under 3 people share it.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "current_city",
        TEXT,
        "City of residence; NULL where no table knows it and under 3 people share it.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field("campus", TEXT, "Place of study; NULL where under 3 people share it.", sensitivity=PSEUDONYMOUS),
    Field(
        "field_of_study",
        TEXT,
        "Field of study; NULL where under 3 people share it.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field("role", TEXT, "Role in the group.", one_of=ROLES, sensitivity=PSEUDONYMOUS),
    Field(
        "gender", TEXT, "Gender as the roster states it.", one_of=("female", "male"), sensitivity=PSEUDONYMOUS
    ),
    Field("is_adult", BOOL, "Whether the roster says the person is of age.", sensitivity=PSEUDONYMOUS),
    Field("is_on_roster", BOOL, "Whether a roster lists the person.", sensitivity=PSEUDONYMOUS),
    Field(
        "is_in_good_standing",
        BOOL,
        "Whether the roster lists the person as a current member.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field("consent", TEXT, "Consent in force.", one_of=CONSENTS, sensitivity=PSEUDONYMOUS),
    Field(
        "is_counted",
        BOOL,
        "Whether the consent in force lets the person stand in N and in group totals.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "may_have_row",
        BOOL,
        "Whether the consent in force lets the person stand in a member-level table of the enclave.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "membership_kind",
        TEXT,
        "Membership of the community or presence in the chat group.",
        one_of=MEMBERSHIP_KINDS,
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "basis",
        TEXT,
        "Evidence on which the interval rests.",
        one_of=MEMBERSHIP_BASES,
        sensitivity=PSEUDONYMOUS,
    ),
    Field("is_proven", BOOL, "Whether presence is proven rather than presumed.", sensitivity=PSEUDONYMOUS),
    Field("end_basis", TEXT, "Evidence for the end of the interval.", sensitivity=PSEUDONYMOUS),
    Field("event", TEXT, "Kind of system event.", one_of=SYSTEM_EVENTS, sensitivity=PSEUDONYMOUS),
]

MEMBER_MONTH = [
    count("turns", "Turns.", "turns", PSEUDONYMOUS),
    count("text_turns", "Turns with text of their own.", "turns", PSEUDONYMOUS),
    count("words", "Words.", "words", PSEUDONYMOUS),
    Field("replies_given", F64, "Weight of core replies given.", "weight", ge=0, sensitivity=PSEUDONYMOUS),
    Field(
        "replies_received", F64, "Weight of core replies received.", "weight", ge=0, sensitivity=PSEUDONYMOUS
    ),
    count("questions", "Questions asked.", "turns", PSEUDONYMOUS),
    count("help_requests", "Requests for help.", "turns", PSEUDONYMOUS),
    count("help_answers", "First answers given to requests for help.", "turns", PSEUDONYMOUS),
    count("list_entries", "Entries in lists.", "entries", PSEUDONYMOUS),
    count("n_ties", "Distinct people tied to by core replies, either way.", "people", PSEUDONYMOUS),
    count("present_days", "Covered days present in the group.", "days", PSEUDONYMOUS),
    count("tenure_days", "Days since first proven or presumed presence.", "days", PSEUDONYMOUS),
]

COVERAGE = [
    Field("is_covered", BOOL, "Whether the exporter's exports observe the day.", sensitivity=OPERATIONAL),
    Field(
        "is_gap",
        BOOL,
        "Whether the exporter is silent on a day on which another one is not.",
        sensitivity=OPERATIONAL,
    ),
    Field("is_unverified", BOOL, "Whether only one exporter observes the day.", sensitivity=OPERATIONAL),
    share("coverage", "Covered days over days of the window."),
    count("covered_days", "Days observed by at least one export.", "days"),
    count("n_exporters", "Exporting phones that observe the month.", "phones"),
]

REGIME = [
    share("poll_share", "Polls and list versions that are polls."),
    share("sticker_share", "Sticker-only turns over turns."),
    Field("is_admins_only", BOOL, "Whether only admins could write on any day of the month."),
    Field("is_disappearing", BOOL, "Whether disappearing messages were on."),
    share("unmatched_turn_share", "Turns of people whom no roster knows."),
    share("ios_share", "Covered exporter-days that come from iPhones."),
    Field("n_present", F64, "Members present.", "member-days per covered day", ge=0),
]
