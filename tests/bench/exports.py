"""Large exports of one simulated group: phones of several layouts, a damaged copy, and headers of any shape."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tasks.simulate import Community, Phone, SimulationPlan, exports_due, simulate
from tasks.simulate.plan import Layout
from tasks.simulate.render import labels_of

N_MESSAGES = 1_000_000
MONTHS = 36
#: The phones of the large exports, and of those that other parsers are tried on.
LARGE: tuple[Layout, ...] = ("android_id", "ios_us")
TRIED: tuple[Layout, ...] = ("android_id", "android_en", "ios_us")
_NNBSP, _LRM = "\u202f", "\u200e"


@dataclass(frozen=True)
class Export:
    """A file, how many messages and system lines it holds, and what its header lines look like to grep.

    ``truth``: ``at, sender, text`` of its plain texts, none edited, deleted or with a mention in it.
    """

    name: str
    path: Path
    n_entries: int
    header: str
    has_seconds: bool
    truth: pl.DataFrame

    def grep(self) -> int:
        """Count the header lines with grep."""
        command = ["grep", "-cE", self.header, str(self.path)]
        found = subprocess.run(command, env={"LC_ALL": "C"}, capture_output=True, text=True, check=True)
        return int(found.stdout)


_HEADERS = {
    "android_id": r"^[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}\.[0-9]{2} - ",
    "android_en": r"^[0-9]{2}/[0-9]{2}/[0-9]{4}, [0-9]{2}:[0-9]{2} - ",
    "ios_us": rf"^({_LRM})?\[[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2}}, [0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}}{_NNBSP}[AP]M\] ",
}


def community(n_messages: int = N_MESSAGES, layouts: tuple[Layout, ...] = LARGE) -> Community:
    """One group of 120 people over three years, exported once by each of several phones."""
    phones = tuple(
        Phone(
            exporter=layout.replace("_", ""),
            layout=layout,
            owner=owner,
            cut=10**9,
            every=MONTHS,
            first=MONTHS - 1,
        )
        for owner, layout in enumerate(layouts)
    )
    a_month = round(n_messages / MONTHS * 1.02)  # some of the plan's messages are never sent
    return simulate(
        SimulationPlan(
            groups=1, members=120, months=MONTHS, messages_per_month=a_month, seed=5, phones=(phones,)
        )
    )


def written(made: Community, folder: Path) -> list[Export]:
    """Write the exports."""
    folder.mkdir(exist_ok=True)
    (group_id,) = made.groups
    phones = made.plan.phones_of(0)
    exports = []
    for phone, file in zip(phones, exports_due(made, group_id, made.month_starts[-1]), strict=True):
        path = folder / f"{phone.layout}.txt"
        path.write_bytes(file.content)
        is_ios = phone.layout.startswith("ios")
        exports.append(
            Export(phone.layout, path, file.n_entries, _HEADERS[phone.layout], is_ios, _truth(made, phone))
        )
    return exports


def _truth(made: Community, phone: Phone) -> pl.DataFrame:
    """Plain texts as the phone must show them: its own clock, its own names."""
    (group,) = made.groups.values()
    people, plan = group.roll.people, made.plan
    labels = labels_of(phone, phone.owner, people, plan.seed, plan.nicknames)
    changed = pl.Series(
        [one.phone_changed_at if one.phone_changed_at is not None else 2**62 for one in people]
    )
    is_plain = (pl.col("kind") == "text") & ~pl.col("is_edited") & pl.col("change").is_null()
    frame = group.life.messages.filter(is_plain & pl.col("mention").is_null())
    member = frame["member"]
    is_later = changed.gather(member) <= frame["moment"]
    said = frame.with_columns(
        old=pl.Series(labels.label).gather(member),
        new=pl.Series(labels.later).gather(member),
        is_later=is_later,
    )
    return said.select(
        at=(pl.col("moment") * 1_000_000).cast(pl.Datetime("us")),
        sender=pl.when("is_later").then("new").otherwise("old"),
        text="text",
    )


def damaged(export: Export, folder: Path) -> Export:
    """The same file with one byte in its middle that is no UTF-8."""
    content = export.path.read_bytes()
    middle = content.index(b"\n", len(content) // 2) + 30  # in the text, not in the header
    path = folder / "damaged.txt"
    path.write_bytes(content[:middle] + b"\xff" + content[middle:])
    return Export("invalid byte", path, export.n_entries, export.header, export.has_seconds, export.truth)


def head(export: Export, n_entries: int, folder: Path) -> Path:
    """A file of the first lines that hold about so many messages."""
    content = export.path.read_bytes()
    end = content.index(b"\n", len(content) * n_entries // export.n_entries) + 1
    path = folder / f"head-{n_entries}.txt"
    path.write_bytes(content[:end])
    return path
