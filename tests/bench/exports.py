"""Large exports of one simulated group, as an Android phone, an iPhone and a damaged copy."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tasks.simulate import Community, Phone, SimulationPlan, exports_due, simulate

N_MESSAGES = 1_000_000
MONTHS = 36
_LAYOUTS = ("android_id", "ios_us")
_NNBSP, _LRM = "\u202f", "\u200e"


@dataclass(frozen=True)
class Export:
    """A file, how many messages and system lines it holds, and what its header lines look like to grep."""

    name: str
    path: Path
    n_entries: int
    header: str

    def grep(self) -> int:
        """Count the header lines with grep."""
        command = ["grep", "-cE", self.header, str(self.path)]
        found = subprocess.run(command, env={"LC_ALL": "C"}, capture_output=True, text=True, check=True)
        return int(found.stdout)


_HEADERS = {
    "android_id": r"^[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}\.[0-9]{2} - ",
    "ios_us": rf"^({_LRM})?\[[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2}}, [0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}}{_NNBSP}[AP]M\] ",
}


def community(n_messages: int = N_MESSAGES) -> Community:
    """One group of 120 people over three years, exported once by each of two phones."""
    phones = tuple(
        Phone(
            exporter=layout.replace("_", ""),
            layout=layout,
            owner=owner,
            cut=10**9,
            every=MONTHS,
            first=MONTHS - 1,
        )
        for owner, layout in enumerate(_LAYOUTS)
    )
    a_month = round(n_messages / MONTHS * 1.02)  # some of the plan's messages are never sent
    return simulate(
        SimulationPlan(
            groups=1, members=120, months=MONTHS, messages_per_month=a_month, seed=5, phones=(phones,)
        )
    )


def written(made: Community, folder: Path) -> list[Export]:
    """Write the exports; the third is the first with one byte that is no UTF-8 in its middle."""
    (group_id,) = made.groups
    exports = []
    for layout, file in zip(_LAYOUTS, exports_due(made, group_id, made.month_starts[-1]), strict=True):
        path = folder / f"{layout}.txt"
        path.write_bytes(file.content)
        exports.append(Export(layout, path, file.n_entries, _HEADERS[layout]))
    first = exports[0]
    content = first.path.read_bytes()
    middle = content.index(b"\n", len(content) // 2) + 30  # in the text, not in the header
    damaged = folder / "damaged.txt"
    damaged.write_bytes(content[:middle] + b"\xff" + content[middle:])
    return [*exports, Export("invalid byte", damaged, first.n_entries, first.header)]


def head(export: Export, n_entries: int, folder: Path) -> Path:
    """A file of the first lines that hold about so many messages."""
    content = export.path.read_bytes()
    end = content.index(b"\n", len(content) * n_entries // export.n_entries) + 1
    path = folder / f"head-{n_entries}.txt"
    path.write_bytes(content[:end])
    return path
