"""Typed errors. Each carries a code and counts, never a value from the data.

A message is safe to log, to store in Prefect's database and to print: it is built from the class's
own words, identifiers of the warehouse (group ids, 12-hex file ids, months) and numbers.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Exit codes of the command line; part of the contract."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    FILE_REFUSED = 3
    CRITICAL_EXPECTATION = 4
    LOCKED = 5


class SolidarityError(Exception):
    """Base of all errors of this project.

    ``code`` is a short stable word, ``next_step`` what the operator does about it, ``counts`` numbers
    that help (``{"rejected_lines": 12}``).
    """

    code: ClassVar[str] = "unexpected"
    exit_code: ClassVar[ExitCode] = ExitCode.UNEXPECTED

    def __init__(self, reason: str, *, next_step: str = "", **counts: int) -> None:
        self.reason = reason
        self.next_step = next_step
        self.counts = counts
        super().__init__(self.describe())

    def describe(self) -> str:
        """One line: code, reason, counts, next step."""
        counts = "".join(f" {name}={value}" for name, value in sorted(self.counts.items()))
        step = f" -> {self.next_step}" if self.next_step else ""
        return f"{self.code}: {self.reason}{counts}{step}"


class ConfigurationError(SolidarityError):
    """Settings, groups.toml or corrections.toml cannot be used as they are."""

    code = "configuration"
    exit_code = ExitCode.USAGE


class UsageError(SolidarityError):
    """The command was called in a way that makes no sense."""

    code = "usage"
    exit_code = ExitCode.USAGE


class NotYetError(UsageError):
    """A command of the contract whose part is not built yet."""

    code = "not_yet"


class FileRefused(SolidarityError):
    """One file cannot be used; the rest of the run goes on.

    ``reason`` is a code of :data:`REFUSALS`, so that it may stand in ``ops.file`` and in receipts.
    """

    code = "file_refused"
    exit_code = ExitCode.FILE_REFUSED

    def __init__(self, reason: str, **counts: int) -> None:
        if reason not in REFUSALS:
            raise ValueError("a refusal needs a declared reason")
        super().__init__(reason, next_step=REFUSALS[reason], **counts)


class CriticalExpectation(SolidarityError):
    """A critical expectation failed for at least one group; its last good rows stay."""

    code = "critical_expectation"
    exit_code = ExitCode.CRITICAL_EXPECTATION


class Locked(SolidarityError):
    """Another run holds the warehouse."""

    code = "locked"
    exit_code = ExitCode.LOCKED


class WarehouseError(SolidarityError):
    """The warehouse or its engine failed; what was loaded before stands."""

    code = "warehouse"


class LoadRefused(WarehouseError):
    """Rows do not fit their table; nothing of the load is visible."""

    code = "load_refused"


#: Why a file may be refused, and what its curator does next. A new reason is one line here.
REFUSALS: dict[str, str] = {
    "ambiguous_date_order": "set date_order for the group in groups.toml, or try `solidarity inspect --date-order`",
    "not_an_export": "hand in the file that WhatsApp's 'Export chat' wrote, unchanged",
    "roster_of_another_group": "put it into its own group's folder; if it is this group's, declare it as "
    "[[own_roster]] in corrections.toml",
    "old_workbook": "save the roster as .xlsx or .csv",
    "not_a_roster": "give the table a header row with a name or phone column",
    "empty_file": "export the chat again; this file holds nothing",
    "unreadable_encoding": "export again, or save the file as UTF-8",
    "unreadable_file": "let the account that runs this read the file, then `solidarity retry FILE`",
    "broken_zip": "export again; this archive is damaged",
    "encrypted_zip": "hand in the archive without a password",
    "nested_zip": "unpack the inner archive and hand in its chat file",
    "unsafe_zip": "export again; the archive names files outside itself",
    "zip_bomb": "export again without media; the archive unpacks to more than the limit",
    "too_large": "split the period: export without media, or raise the limit in settings.toml",
    "line_too_long": "export again; a line is longer than any message can be",
    "no_chat_in_zip": "hand in the archive that WhatsApp wrote, with its chat text",
    "no_chat_in_folder": "hand in the archive that WhatsApp wrote, or unpack it with its chat text",
    "several_chats_in_zip": "unpack it; put each chat into the folder of its own group",
    "binary_file": "hand in the exported text or zip, not another kind of file",
    "future_dates": "check the clock of the phone and the date order of the group",
    "macro_workbook": "save the roster as a plain .xlsx or .csv, without macros",
    "encrypted_workbook": "hand in the roster without a password",
    "too_many_rows": "a roster lists people: hand in the members' table alone",
    "too_many_bad_rows": "mend the rows listed in quarantine and hand the roster in again",
    "unknown_file_type": "exports are .txt or .zip, rosters .csv or .xlsx",
    "misplaced_file": "put exports into the group's folder exports, rosters into rosters; groups.toml and "
    "corrections.toml lie in landing itself",
    "unsupported_layout": "send the first lines, with names replaced, to the engineers",
    "listed_bad": "declared as a bad export in corrections.toml; nothing to do",
    "bad_stated_date": "use a real date in the file's name, such as roster-2024-03.csv",
}
