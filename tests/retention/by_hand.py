"""A group whose messages a test writes itself, beside ordinary talk, and what the vault still says of them."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tasks.measure.facts import measure_facts
from tasks.measure.stage import measured_input
from tasks.retention.stage import retain_groups
from tasks.run import Run
from tests.e2e.stagewise import drive
from tests.rights.written import ORDINARY, STUDY, put
from warehouse.keys import generate
from warehouse.workspace import Workspace

GROUP, MONTH = "uji", "2024-02"
MERGED = dt.date(2040, 1, 1)
OVER = MERGED + dt.timedelta(days=365)
ASEP, DEWI, EUIS, ZUBAEDAH, NURAINI = (
    "Asep Ardi",
    "Dewi Bima",
    "Euis Caka",
    "Zubaedah Kertapati",
    "Nur'aini Kertasari",
)
_OTHERS = tuple(
    f"{one} {two}" for one in ("Jajang", "Ujang", "Wawan", "Yayah") for two in ("Dasa", "Elok", "Fitra")
)
#: Member number by name; the telephone number ends in it.
PEOPLE = {name: f"U-{at:02d}" for at, name in enumerate((ASEP, DEWI, EUIS, ZUBAEDAH, NURAINI, *_OTHERS), 1)}
#: Month and day of 2024, minute of the day, author, words.
Said = tuple[int, int, int, str, str]


@dataclass(frozen=True)
class Written:
    """A home whose exports hold what was said."""

    workspace: Workspace

    def measured(self, month: str = MONTH) -> dict[str, pl.DataFrame]:
        """The group's facts, made anew from what the vault holds."""
        return measure_facts(measured_input(self.workspace, _run(month), GROUP))

    def retain(self, today: dt.date, month: str = MONTH) -> dict[str, int]:
        """What retention did on a day."""
        (outcome,) = retain_groups(self.workspace, _run(month), [GROUP], today)
        return outcome.counts

    def purge(self, month: str = MONTH) -> None:
        """All texts go."""
        self.retain(MERGED, month)
        self.retain(OVER, month)

    def held(self) -> str:
        """Every text of every frame and file in the vault, in small letters."""
        vault, found = self.workspace.vault, []
        for name in vault.files():
            content = vault.read_bytes(name)
            if not name.endswith(".parquet"):
                found.append(content.decode("utf-8", errors="replace"))
                continue
            for column in pl.read_parquet(io.BytesIO(content)):
                flat = column.explode() if column.dtype == pl.List else column
                if flat.dtype == pl.String:
                    found.append("\n".join(flat.drop_nulls()))
        return "\n".join(found).lower()


def write(home: Path, said: list[Said], more: dict[str, str] | None = None) -> Written:
    """Write the files of a group and run it once; ``SOLIDARITY_HOME`` is ``home``.

    Args:
        said: beside the ordinary talk. more: further files of landing by path.
    """
    generate(home / "vault" / "pseudonym.key")
    roster = "No Anggota,Nama,No HP\n" + "".join(
        f"{number},{name},08135000{number[2:]:0>4}\n" for name, number in PEOPLE.items()
    )
    files = {
        "groups.toml": STUDY,
        f"{GROUP}/exports/Chat WhatsApp 2024-02-29.txt": export(said),
        f"{GROUP}/rosters/roster-2023-12.csv": roster,
    }
    put(home, files | (more or {}))
    drive(MONTH)
    return Written(Workspace.open(home))


def export(said: list[Said]) -> str:
    """The export of all that is said, the ordinary talk of January and February among it."""
    ordinary = [
        (month, day, 480 + turn * 9, _OTHERS[(day * 5 + turn * 7) % len(_OTHERS)], ORDINARY[turn].format(n=day))
        for month in (1, 2)
        for day in range(1, 29)
        for turn in range(3)
    ]  # fmt: skip
    lines = [
        f"{day:02d}/{month:02d}/2024 {minute // 60:02d}.{minute % 60:02d} - {who}: {words}\n"
        for month, day, minute, who, words in sorted([*ordinary, *said], key=lambda one: one[:3])
    ]
    return f'01/01/2024 07.01 - {DEWI} membuat grup "Uji"\n' + "".join(lines)


def _run(month: str) -> Run:
    return Run(run_id=uuid.uuid4().hex, flow="monthly", month=month)
