"""Closed vocabularies: the words that a column may hold."""

from __future__ import annotations

from typing import Literal

#: Which number of a date is which.
DateOrder = Literal["dmy", "mdy", "ymd"]

#: Why a value is there or not; the first that applies. Zero is a value, NULL is an absence.
STATUSES = ("suppressed", "not_applicable", "no_coverage", "truncated", "immature", "low_n", "partial", "ok")

MESSAGE_KINDS = (
    "text",
    "image",
    "video",
    "audio",
    "gif",
    "sticker",
    "document",
    "media",  # omitted media whose kind the export does not say
    "contact",
    "location",
    "live_location",
    "poll",
    "call",
    "view_once",
    "deleted",
)

#: Kinds that carry a file the export may have left out.
MEDIA_KINDS = ("image", "video", "audio", "gif", "sticker", "document", "media", "contact", "view_once")

SYSTEM_EVENTS = (
    "created",
    "subject",
    "description",
    "icon",
    "joined_link",
    "joined_community",
    "added",
    "left",
    "removed",
    "number_changed",
    "admin",
    "admin_removed",
    "admins_only_on",
    "admins_only_off",
    "pinned",
    "encryption",
    "security_code",
    "disappearing_on",
    "disappearing_off",
    "call",
    "other",
)
JOIN_EVENTS = ("created", "joined_link", "joined_community", "added")
LEAVE_EVENTS = ("left", "removed")
#: What holds for the whole group from one line to the next; also kinds of declared breaks.
GROUP_STATES = ("admins_only", "disappearing")
GROUP_EVENTS = tuple(f"{state}_{turned}" for state in GROUP_STATES for turned in ("on", "off"))

ROLES = ("founder", "officer", "member")
CONSENTS = ("given", "withdrawn", "objected", "unknown", "excluded")
MEMBERSHIP_KINDS = ("community", "group")
MEMBERSHIP_BASES = ("event", "list", "roster_stated", "roster_presumed", "seen")

TASKS = ("aid", "announce", "organise", "inform", "ritual_care", "sociable")
REPLY_METHODS = ("mention", "request", "broadcast", "adjacent", "list")
REPLY_LAYERS = ("core", "ritual")

ACTIVITY_KINDS = (
    "rsvp",
    "attendance",
    "donation",
    "khataman",
    "order",
    "learning",
    "petition",
    "poll",
    "other_list",
    "announcement",
)
#: What a chorus answers to: the news of a death or of a joy.
TRIGGER_KINDS = ("death", "wedding", "birth", "graduation", "eid")

PARTICIPATION_STATUSES = ("yes", "no", "maybe", "done", "withdrawn")

LANGUAGES = ("id", "su", "jv", "ar-Latn", "en", "mixed", "unknown")

LEXICON_CATEGORIES = (
    "we_incl",
    "we_excl",
    "i_word",
    "gratitude",
    "greeting_ritual",
    "pious_interjection",
    "welcome",
    "condolence",
    "congrats_prayer",
    "help_request",
    "help_offer",
    "answer_cue",
    "mutual_aid",
    "event_activity",
    "announcement",
    "invitation",
    "commitment",
    "ack",
    "decline",
    "praise",
    "conflict",
    "humour",
    "shared_symbol",
    "negator",
    "opportunity",
    "enterprise",
    "learning",
)

#: Facets of solidarity, by the letter the catalogue uses.
FACET_LETTERS = {
    "M": "mechanical",
    "O": "organic",
    "T": "trust_and_aid",
    "A": "information_access",
    "S": "social_action",
    "B": "belonging",
    "R": "bridging",
    "F": "fragility",
    "Z": "resilience",
    "D": "membership",
    "E": "empowerment",
    "C": "composite",
}
FACETS = tuple(FACET_LETTERS.values())

INTERVAL_KINDS = (
    "wilson",
    "newcombe",
    "poisson_exact",
    "boot_member",
    "boot_event",
    "boot_day",
    "jackknife",
    "permutation",
    "profile",
    "placebo",
    "monte_carlo",
    "mover",
    "greenwood",
    "none",
)

#: What may be said about a trend; the words of verdicts only where the rules allow them.
TREND_STATUSES = (
    "no values",
    "too short to tell",
    "not tested",
    "indicative: rising",
    "indicative: falling",
    "indicative: no clear change",
    "rising",
    "falling",
    "no clear change",
    "no verdict: adjustment turns the sign",
    "no verdict: variants disagree",
    "no verdict: stickers took the place of words",
)
SHOCK_STATUSES = (
    "outside the data",
    "too short to tell",
    "absorbed: within the placebo band",
    "dropped: recovered",
    "dropped: not recovered yet",
)
ITS_STATUSES = ("estimated", "descriptive", "not estimated")

#: What the event-history models ask for, and after what.
SEQUENCE_OUTCOMES = ("falls silent", "leaves", "becomes empowered")
SEQUENCE_TERMS = ("isolated", "unanswered request", "aid received")

REVISION_REASONS = ("new_data", "definition", "lexicon", "roster", "correction", "consent", "erasure")
SEVERITIES = ("critical", "warning", "info")

#: Function-word classes of style_words.tsv, counted for style matching and questions.
STYLE_CATEGORIES = ("pron_2", "pron_3", "conjunction", "preposition", "particle", "question")
