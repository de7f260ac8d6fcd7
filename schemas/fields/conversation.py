"""Messages, turns, replies, joint activities."""

from __future__ import annotations

from schemas.fields.field import BOOL, DATE, F64, I32, I64, PSEUDONYMOUS, TEXT, Field, count
from schemas.vocabulary import (
    LANGUAGES,
    LEXICON_CATEGORIES,
    MESSAGE_KINDS,
    PARTICIPATION_STATUSES,
    REPLY_LAYERS,
    REPLY_METHODS,
    STYLE_CATEGORIES,
    TASKS,
    TRIGGER_KINDS,
)

MESSAGE = [
    Field("kind", TEXT, "Kind of message.", one_of=MESSAGE_KINDS, sensitivity=PSEUDONYMOUS),
    Field(
        "change_kind",
        TEXT,
        "Whether the message was edited or deleted.",
        one_of=("edited", "deleted"),
        sensitivity=PSEUDONYMOUS,
    ),
    count("n_exports", "Exports that show it.", "exports", PSEUDONYMOUS),
    Field("has_seconds", BOOL, "Whether the best export states seconds.", sensitivity=PSEUDONYMOUS),
    Field("is_edited", BOOL, "Whether the message is marked as edited.", sensitivity=PSEUDONYMOUS),
    Field("is_forwarded", BOOL, "Whether it is a forwarded template.", sensitivity=PSEUDONYMOUS),
    Field("is_bot", BOOL, "Whether a declared bot sent it.", sensitivity=PSEUDONYMOUS),
    Field("lang", TEXT, "Language tag of the text.", one_of=LANGUAGES, sensitivity=PSEUDONYMOUS),
    count("n_chars", "Characters of the text.", "characters", PSEUDONYMOUS),
    count("n_words", "Word tokens, placeholders left out.", "words", PSEUDONYMOUS),
    count("n_emoji", "Emoji.", "emoji", PSEUDONYMOUS),
    count(
        "n_folded_hands",
        "Folded hands among the emoji: thanks, please or sorry, so no match of gratitude. Of a turn those outside "
        "lists and templates. NULL where the text was deleted before they were counted.",
        "emoji",
        PSEUDONYMOUS,
    ),
    count("n_urls", "Web addresses.", "addresses", PSEUDONYMOUS),
    count(
        "n_emails", "E-mail addresses; the addresses themselves stay in the vault.", "addresses", PSEUDONYMOUS
    ),
    count(
        "n_phones",
        "Phone numbers written out; the numbers themselves stay in the vault.",
        "numbers",
        PSEUDONYMOUS,
    ),
    count("n_mentions", "Mentions of other people.", "mentions", PSEUDONYMOUS),
    count("n_messages", "Messages.", "messages"),
    *(
        count(f"lex_{category}", f"Scored matches of lexicon category {category}.", "matches", PSEUDONYMOUS)
        for category in LEXICON_CATEGORIES
    ),
    *(
        count(f"style_{category}", f"Function words of class {category}.", "words", PSEUDONYMOUS)
        for category in STYLE_CATEGORIES
    ),
    count(
        "n_ya",
        "The particle 'ya' among the function words, in whatever spelling. NULL where the text was deleted before it "
        "was counted.",
        "words",
        PSEUDONYMOUS,
    ),
]

TURN = [
    Field("task", TEXT, "Task class of the turn; NULL without text.", one_of=TASKS, sensitivity=PSEUDONYMOUS),
    Field(
        "is_text",
        BOOL,
        "Whether the turn has at least one letter token of its own.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field("is_list", BOOL, "Whether the turn carries a list.", sensitivity=PSEUDONYMOUS),
    Field("is_announcement", BOOL, "Whether the turn announces something.", sensitivity=PSEUDONYMOUS),
    Field("is_question", BOOL, "Whether the turn asks a question.", sensitivity=PSEUDONYMOUS),
    Field("is_help_request", BOOL, "Whether the turn asks for help.", sensitivity=PSEUDONYMOUS),
    Field(
        "is_prayer_request",
        BOOL,
        "Whether the turn asks for prayers and for nothing else.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "is_commitment",
        BOOL,
        "Whether the turn promises to take part: a commitment, or a bare assent within 24 hours of an open call.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "answered_by_member_key",
        I64,
        "Sender of the first answer within 24 hours.",
        ge=0,
        sensitivity=PSEUDONYMOUS,
        subject=True,
    ),
    Field(
        "answer_delay_min",
        F64,
        "Minutes to the first answer; NULL when none within 24 hours.",
        "minutes",
        ge=0,
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "same_text_days",
        F64,
        "Days since the same normal text was last posted in the group, for turns with an opportunity or an "
        "offer; NULL for others and the first time.",
        "days",
        ge=0,
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "others_text_days",
        F64,
        "The same since another member posted it.",
        "days",
        ge=0,
        sensitivity=PSEUDONYMOUS,
    ),
    Field(
        "others_again_days",
        F64,
        "Days until another member posted the same text after it; NULL when none did within three.",
        "days",
        ge=0,
        le=3,
        sensitivity=PSEUDONYMOUS,
    ),
    Field("trigger_kind", TEXT, "What calls for a chorus.", one_of=TRIGGER_KINDS, sensitivity=PSEUDONYMOUS),
    count("n_chorus", "People other than the sender who answered with ritual words in 48 hours.", "people"),
    count("n_chorus_upper", "The same, those who sent nothing but stickers counted too.", "people"),
    Field("method", TEXT, "Rule that inferred the reply.", one_of=REPLY_METHODS, sensitivity=PSEUDONYMOUS),
    Field("layer", TEXT, "Network layer of the reply.", one_of=REPLY_LAYERS, sensitivity=PSEUDONYMOUS),
    Field("weight", F64, "Weight of the tie.", "weight", ge=0, le=1, sensitivity=PSEUDONYMOUS),
    Field(
        "latency_min",
        F64,
        "Minutes from target to source, on times floored to the minute.",
        "minutes",
        ge=0,
        sensitivity=PSEUDONYMOUS,
    ),
]

ACTIVITY = [
    Field("activity_kind", TEXT, "Kind of activity."),
    Field("version_no", I32, "Ordinal of a version of a list.", ge=1),
    Field("parent_version_no", I32, "Version this one was copied from.", ge=1),
    Field("slot", TEXT, "Slot of an entry, such as a juz number.", sensitivity=PSEUDONYMOUS),
    Field("is_proxy", BOOL, "Whether another person entered the name.", sensitivity=PSEUDONYMOUS),
    Field(
        "participation_status",
        TEXT,
        "What the entry says.",
        one_of=PARTICIPATION_STATUSES,
        sensitivity=PSEUDONYMOUS,
    ),
    Field("amount_idr", F64, "Amount of the entry.", "IDR nominal", ge=0, sensitivity=PSEUDONYMOUS),
    Field("is_paid", BOOL, "Whether the entry is marked as paid.", sensitivity=PSEUDONYMOUS),
    Field("entry_no", I32, "Ordinal of the entry within its activity.", ge=1, sensitivity=PSEUDONYMOUS),
    count("n_guests", "Guests announced beside members.", "people"),
    Field("activity_date", DATE, "Day of an activity whose attendance corrections.toml declares."),
    Field(
        "attendee_no",
        I64,
        "Number of a person within a declared attendance; 0 is the whole.",
        ge=0,
        sensitivity=PSEUDONYMOUS,
    ),
    count("n_attended", "People who came, by the attendance ledger; NULL on rows of persons.", "people"),
    count("n_versions", "Versions of the list.", "versions"),
    count("n_forks", "Copies made from a version that had been copied already.", "versions"),
    count("n_lost_updates", "Entries lost by a later copy and kept by the union.", "entries"),
    count("n_items", "Entries.", "entries"),
    count("n_matched", "Entries matched to a member.", "entries"),
    count("n_unmatched", "Entries matched to nobody.", "entries"),
    Field("stated_total_idr", F64, "Total written in the list.", "IDR nominal", ge=0),
    Field("items_total_idr", F64, "Sum of the entries' amounts.", "IDR nominal", ge=0),
    Field("is_total_mismatch", BOOL, "Whether stated total and sum of entries differ."),
    Field("planned_date", DATE, "Day on which the activity is to be, as its header or announcement says."),
    Field("deadline_date", DATE, "Day by which to sign, pay or read, as the header says."),
    count(
        "n_refused_amounts",
        "Entries whose amount cannot be told: a range, two meanings, out of range.",
        "entries",
    ),
    count("n_large_amounts", "Entries with an amount so large that a person should look at it.", "entries"),
    Field("is_dues", BOOL, "Whether a collection is of dues: an obligation, no gift."),
    Field(
        "is_on_list",
        BOOL,
        "Whether the entry stands on the list, not in a message beside it.",
        sensitivity=PSEUDONYMOUS,
    ),
    Field("campaign_key", I64, "Number of a campaign within its group: that of its activity.", ge=0),
    Field("is_open", BOOL, "Whether the 14 silent days that end a campaign were not over at the cut."),
    count("n_turns", "Turns of the campaign.", "turns"),
    count("n_active_days", "Days with a turn of the campaign.", "days"),
    count("n_reached", "People who talked about the campaign or committed.", "people"),
    Field("is_talker", BOOL, "Whether the person talked about the campaign.", sensitivity=PSEUDONYMOUS),
    Field("is_committed", BOOL, "Whether the person committed.", sensitivity=PSEUDONYMOUS),
    Field("half_life_lo", F64, "Lower end of the half-life's interval.", "days", ge=0),
    Field("half_life_hi", F64, "Upper end of the half-life's interval; NULL without end.", "days", ge=0),
    count("n_talkers", "People who talked about the campaign.", "people"),
    count("n_committed", "People who committed.", "people"),
    Field("conversion", F64, "Committed people over talkers and committed.", "share", ge=0, le=1),
    Field("half_life_days", F64, "Days for daily turns to fall to half after the peak.", "days", ge=0),
]
