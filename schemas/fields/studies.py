"""What the research questions need beside indicators: newcomers, composition, attendance, sequences, bands."""

from __future__ import annotations

from schemas.fields.field import BOOL, DATE, F64, I32, I64, PSEUDONYMOUS, PUBLIC, TEXT, Field, count, share
from schemas.vocabulary import SEQUENCE_OUTCOMES, SEQUENCE_TERMS

MEMBER_MONTH_MORE = [
    count("symbol_turns", "Text turns that name a shared symbol.", "turns", PSEUDONYMOUS),
    count(
        "ritual_turns",
        "Text turns with a greeting, congratulation or prayer, announcements and forwards left out.",
        "turns",
        PSEUDONYMOUS,
    ),
    count("we_turns", "Text turns with we.", "turns", PSEUDONYMOUS),
    count("i_turns", "Text turns with I.", "turns", PSEUDONYMOUS),
    count("offer_turns", "Turns that offer help.", "turns", PSEUDONYMOUS),
    count("opportunity_turns", "Turns that share an opportunity.", "turns", PSEUDONYMOUS),
    count("learning_entries", "Entries in lists of learning activities.", "entries", PSEUDONYMOUS),
    count(
        "unanswered_requests",
        "Requests for help without an answer within 24 hours; no sign that they were refused or unseen.",
        "turns",
        PSEUDONYMOUS,
    ),
]

NEWCOMER = [
    Field("stretch_no", I32, "Ordinal of an observed stretch.", ge=1, sensitivity=PSEUDONYMOUS),
    Field("joined_on", DATE, "Day on which the person joined the group.", sensitivity=PSEUDONYMOUS),
    Field(
        "from_day",
        I64,
        "Day since joining after which the stretch begins.",
        "days",
        ge=0,
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "to_day", I64, "Day since joining on which the stretch ends.", "days", ge=1, sensitivity=PSEUDONYMOUS
    ),
    Field(
        "is_silent",
        BOOL,
        "Whether the person fell silent for 84 days, or left, at the end of the stretch.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field("survival_lo", F64, "Lower end of its 95 % interval.", "share", ge=0, le=1),
    Field("survival_hi", F64, "Upper end of its 95 % interval.", "share", ge=0, le=1),
]

COMPOSITION = [
    Field(
        "gender_of_part",
        TEXT,
        "Gender of the members counted, as the roster states it; NULL: everybody.",
        one_of=("female", "male"),
    ),
    Field("member_mean", F64, "Mean over people of each one's value in the year, in the indicator's unit."),
    Field("n_people", F64, "People counted.", "people", ge=0),
    Field("change", F64, "Change of the mean of members; within, entry and exit sum to it."),
    Field("turnover", F64, "Change by members who came or left: entry and exit together."),
]

BANDS = [
    Field("band_low", F64, "Lower end of the band in which the year lies."),
    Field("band_high", F64, "Upper end of the band; NULL where it is open."),
]

ATTENDANCE = [
    count("n_activities", "Activities with a declared attendance and a list for their day.", "activities"),
    share("kept_share", "Of the people who said yes or done, the share who came."),
    share("unannounced_share", "Of the people who came, the share who had not said so."),
]

SEQUENCE = [
    Field("is_active", BOOL, "Whether the person wrote in the month.", sensitivity=PSEUDONYMOUS),
    Field(
        "is_isolated", BOOL, "Whether the person wrote and had no tie in the month.", sensitivity=PSEUDONYMOUS
    ),
    Field(
        "has_unanswered_request",
        BOOL,
        "Whether a request of the person went without an answer in the month.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "has_received_aid", BOOL, "Whether a request of the person was answered.", sensitivity=PSEUDONYMOUS
    ),
    Field(
        "is_empowered",
        BOOL,
        "Whether the person offered help, shared an opportunity or joined learning in the month.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "is_silent_next",
        BOOL,
        "Whether the person was there in the next month and wrote nothing; NULL where that is not observed.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "is_gone_next",
        BOOL,
        "Whether the person was not there any more in the next month; NULL where that is not observed.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "is_empowered_next",
        BOOL,
        "Whether the person was empowered in the next month; NULL where that is not observed.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field("outcome", TEXT, "What follows in the next month.", one_of=SEQUENCE_OUTCOMES, sensitivity=PUBLIC),
    Field("term", TEXT, "What came before.", one_of=SEQUENCE_TERMS, sensitivity=PUBLIC),
    Field("coefficient", F64, "Change of the outcome's probability, other things equal.", "share"),
    Field("coefficient_lo", F64, "Lower end of its 95 % interval, clustered by person.", "share"),
    Field("coefficient_hi", F64, "Upper end of its 95 % interval, clustered by person.", "share"),
    Field("has_member_effects", BOOL, "Whether each person is compared with him- or herself only."),
]

STUDIES = [*MEMBER_MONTH_MORE, *NEWCOMER, *COMPOSITION, *BANDS, *ATTENDANCE, *SEQUENCE]
