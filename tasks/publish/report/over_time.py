"""What the report tells of change besides trends: shocks, change points, the Islamic year, who came and who went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.indicators import Indicator
from tasks.publish.report import words

Row = dict[str, Any]
Research = Mapping[str, pl.DataFrame]

MIN_CONFIRMED = 0.5  # change points that fewer redrawn series show are counted, not listed
LEFT, TOP, CELL, HEIGHT = 210, 26, 30, 15  # of the map of seasons
_SHOWN = ("ok", "partial")
#: Parts of the newcomers in the order of the table: (welcomed, gender) -> words.
_NEWCOMERS = {
    (None, None): ("everybody", "semua"),
    (True, None): ("welcomed", "disambut"),
    (False, None): ("not welcomed", "tidak disambut"),
    (None, "female"): ("women", "putri"),
    (None, "male"): ("men", "putra"),
}


@dataclass(frozen=True, slots=True)
class ShockPart:
    """One declared shock: indicators that dropped, names of those that did not, why it is told of none."""

    name: str
    day: str
    dropped: list[Row]
    absorbed: list[str]
    untold: list[str]
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell of the map of seasons."""

    x: float
    y: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class SeasonMap:
    """Indicators by Islamic months."""

    width: int
    height: int
    names: list[tuple[float, str]]
    months: list[tuple[float, str]]
    tiles: list[Tile]


@dataclass(frozen=True, slots=True)
class OverTime:
    """Everything of one group."""

    shocks: list[ShockPart]
    points: list[Row]
    n_faint: int
    seasons: SeasonMap | None
    parts: list[Row]
    n_parts_hidden: int
    means: list[Row]
    newcomers: list[Row]
    n_newcomers_hidden: int

    @property
    def is_empty(self) -> bool:
        return not (self.shocks or self.points or self.seasons or self.parts or self.means or self.newcomers)


def over_time(group_id: str, research: Research, definitions: Mapping[str, Indicator]) -> OverTime:
    """The rows of one group, from the published tables."""

    def of(name: str) -> pl.DataFrame:
        return research[f"research.{name}"].filter(pl.col("group_id") == group_id)

    points = of("change_point").sort("month", "code")
    clear = points.filter(pl.col("confirmed_share") >= MIN_CONFIRMED)
    parts, decomposed = _parts(of("decomposition"), definitions)
    newcomers, followed = _newcomers(of("newcomer_survival"), of("newcomer_survival_by_gender"))
    return OverTime(
        shocks=_shocks(of("shock"), definitions),
        points=[
            row | _named(definitions[row["code"]], shift=row["shift"])
            for row in clear.iter_rows(named=True)
            if not definitions[row["code"]].is_optional
        ],
        n_faint=points.height - clear.height,
        seasons=_seasons(of("hijri_season"), definitions),
        parts=parts,
        n_parts_hidden=decomposed.filter(pl.col("status") == "suppressed").height,
        means=_means(of("member_mean"), definitions),
        newcomers=newcomers,
        n_newcomers_hidden=followed.filter(pl.col("status") == "suppressed").height,
    )


def _named(definition: Indicator, **differences: float | None) -> Row:
    """An indicator's names, and differences in its unit in words."""
    told = {name: words.difference(value, definition.unit) for name, value in differences.items()}
    return {"name_en": definition.name_en, "name_id": definition.name_id} | told


def _shocks(rows: pl.DataFrame, definitions: Mapping[str, Indicator]) -> list[ShockPart]:
    found = []
    for (day, name), part in rows.sort("shock_date", "shock").group_by(
        ["shock_date", "shock"], maintain_order=True
    ):
        told: dict[str, list[Row]] = {"dropped": [], "absorbed": [], "too short": []}
        for row in part.sort(pl.col("drop_share"), descending=True, nulls_last=True).iter_rows(named=True):
            definition = definitions[row["code"]]
            if definition.is_optional:
                continue
            word = next((word for word in told if row["shock_status"].startswith(word)), None)
            if word is not None:
                told[word].append(
                    row
                    | _named(
                        definition, **{name: row[name] for name in ("drop", "step", "step_lo", "step_hi")}
                    )
                )
        found.append(
            ShockPart(
                name=str(name),
                day=f"{day:%Y-%m-%d}",
                dropped=told["dropped"],
                absorbed=[row["name_en"] for row in told["absorbed"]],
                untold=[row["name_en"] for row in told["too short"]],
                is_outside=not any(told.values()),
            )
        )
    return found


def _seasons(rows: pl.DataFrame, definitions: Mapping[str, Indicator]) -> SeasonMap | None:
    codes = [
        code
        for code, definition in definitions.items()
        if not definition.is_optional and not definition.is_composite and code in set(rows["code"])
    ]
    if not codes:
        return None
    deviation = {(code, month): (value, n) for code, month, value, n in
                 rows.select("code", "hijri_month", "deviation", "n_months").iter_rows()}  # fmt: skip
    tiles = []
    for place, code in enumerate(codes):
        definition = definitions[code]
        own = {month: found for (of, month), found in deviation.items() if of == code}
        most = max(abs(value) for value, _ in own.values()) or 1.0
        for month, (value, n) in sorted(own.items()):
            level = min(int(3 * abs(value) / most), 2) + 1
            name = words.HIJRI_MONTHS[month - 1]
            tiles.append(
                Tile(
                    LEFT + (month - 1) * CELL,
                    TOP + place * HEIGHT,
                    f"{'above' if value >= 0 else 'below'}-{level}",
                    f"{definition.name_en}, {name}: {words.difference(value, definition.unit)}, "
                    f"{n} month{'' if n == 1 else 's'}",
                )
            )
    return SeasonMap(
        width=LEFT + 12 * CELL,
        height=TOP + len(codes) * HEIGHT,
        names=[(TOP + place * HEIGHT + 11, definitions[code].name_en) for place, code in enumerate(codes)],
        months=[(LEFT + (at + 0.5) * CELL, name) for at, name in enumerate(words.HIJRI_MONTHS_SHORT)],
        tiles=tiles,
    )


def _parts(rows: pl.DataFrame, definitions: Mapping[str, Indicator]) -> tuple[list[Row], pl.DataFrame]:
    shown = rows.filter(pl.col("status").is_in(_SHOWN)).sort("code", "from_year", "to_year")
    columns = ("change", "within", "entry", "exit", "turnover")
    return [
        row | _named(definitions[row["code"]], **{name: row[name] for name in columns})
        for row in shown.iter_rows(named=True)
    ], rows


def _means(rows: pl.DataFrame, definitions: Mapping[str, Indicator]) -> list[Row]:
    """The last whole year's means by gender, one row per indicator."""
    shown = rows.filter(pl.col("status").is_in(_SHOWN) & pl.col("gender").is_not_null())
    found = []
    for (code, year), part in shown.group_by(["code", "year"], maintain_order=True):
        unit = definitions[str(code)].unit
        cells = {row["gender"]: row for row in part.iter_rows(named=True)}
        if year == shown.filter(pl.col("code") == code)["year"].max():
            found.append(
                {"year": year}
                | _named(definitions[str(code)])
                | {
                    gender: f"{words.number(cell['value'], unit)} ({words.number(cell['ci_low'], unit)} to "
                    f"{words.number(cell['ci_high'], unit)}), {words.count(cell['n_people'])}"
                    for gender in ("female", "male")
                    for cell in (
                        cells.get(gender, dict.fromkeys(("value", "ci_low", "ci_high", "n_people"))),
                    )
                }
            )
    return sorted(found, key=lambda row: str(row["name_en"]))


def _newcomers(whole: pl.DataFrame, by_gender: pl.DataFrame) -> tuple[list[Row], pl.DataFrame]:
    """One row per year and part, survival by months since joining."""
    nobody = (pl.lit(None, pl.String).alias("gender"), pl.lit(None, pl.Boolean).alias("is_welcomed"))
    rows = pl.concat([whole.with_columns(nobody[0]), by_gender.with_columns(nobody[1])], how="diagonal")
    found: dict[tuple[int, tuple[Any, Any]], Row] = {}
    order = list(_NEWCOMERS)
    for row in rows.filter(pl.col("status").is_in(_SHOWN)).iter_rows(named=True):
        part = (row["is_welcomed"], row["gender"])
        told = found.setdefault(
            (row["joined_year"], part), {"year": row["joined_year"], "part": _NEWCOMERS[part]}
        )
        told[row["months_since_joining"]] = (
            f"{words.number(row['survival'], 'share')} ({words.number(row['survival_lo'], 'share')} to "
            f"{words.number(row['survival_hi'], 'share')})"
        )
    return [found[key] for key in sorted(found, key=lambda key: (key[0], order.index(key[1])))], rows
