"""The limits of disclosure control. Settings may tighten them, never loosen them.

Members of a group hold the same chat, so the limits assume an insider.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from schemas.errors import ConfigurationError

MIN_GROUP_N = 20  # members present; below, nothing about the group's month is shown
SENSITIVE_MAX_HIDDEN = 4  # a numerator or complement of 1 to 4 is hidden for sensitive codes
MIN_DONORS = 10
MAX_LARGEST_DONATION = 0.40  # share of the month's sum
MIN_ACTIVITY_PARTICIPANTS = 10
MIN_SUBGROUP = 10  # people in a part of the group; a part of nobody hides nobody

SENSITIVE_CODES = frozenset({"conflict_rate", "donor_share", "donation_per_member"})
DONATION_CODES = frozenset({"donor_share", "donation_per_member"})
#: Values that one person makes: shown as yearly bands only, so never by month.
SINGLE_PERSON_CODES = frozenset({"reply_centralisation", "key_person_dependence", "top1_share"})
#: The same among companions: what was done to, or came from, single people; and ``left``, its complement.
SINGLE_PERSON_DETAILS = r"(?:^|_)(?:removed|removals|left|largest|top1)(?:_|$)"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force."""

    min_group_n: float = MIN_GROUP_N
    sensitive_max_hidden: float = SENSITIVE_MAX_HIDDEN
    min_donors: float = MIN_DONORS
    max_largest_donation: float = MAX_LARGEST_DONATION
    min_activity_participants: float = MIN_ACTIVITY_PARTICIPANTS
    min_subgroup: float = MIN_SUBGROUP

    def tightened(self, **changes: float) -> Limits:
        """These limits with some of them stricter.

        Raises:
            ConfigurationError: a limit is unknown, or the change would loosen it.
        """
        known = {field.name for field in fields(self)}
        loosened = 0
        for name, limit in changes.items():
            if name not in known:
                raise ConfigurationError(
                    "no such disclosure limit", next_step=f"use one of {', '.join(sorted(known))}"
                )
            now = getattr(self, name)
            loosened += limit > now if name == "max_largest_donation" else limit < now
        if loosened:
            raise ConfigurationError(
                "disclosure limits may be tightened, never loosened",
                next_step="remove the setting",
                limits=loosened,
            )
        return replace(self, **changes)
