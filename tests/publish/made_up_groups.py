"""A made-up core for the publishing tests: three groups, 36 months, every code, all statuses."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from schemas.config import Study
from schemas.indicators import registry
from schemas.tables import TABLES
from tasks.snapshot.manifest import GroupEvidence, Manifest

MONTHS = pl.date_range(dt.date(2021, 7, 1), dt.date(2024, 6, 1), "1mo", eager=True).to_list()
#: group -> members present; the last one is too small to publish.
GROUPS = {"kamaliyah-bandung": 64.0, "kamaliyah-depok": 31.0, "kecil": 12.0}
KEYS = {group_id: 1000 + number for number, group_id in enumerate(GROUPS)}
COMPUTED = (
    "active_member_share",
    "ritual_participation",
    "shared_symbol_rate",
    "joint_activity_rate",
    "generalist_index",
    "division_of_labour",
    "help_request_rate",
    "help_answer_rate",
    "gratitude_rate",
    "donor_share",
    "tie_reciprocity",
    "opener_answer_rate",
    "announcer_concentration",
    "top1_share",
    "we_share",
    "inclusive_we_share",
    "silent_share",
    "participation_gini",
    "key_person_dependence",
    "conflict_rate",
    "retention_3m",
)
STUDY = Study(
    name="Solidaritas Kamaliyah",
    controller="Lembaga Penelitian",
    contact="peneliti@example.org",
    clearance="KE/2024/017",
    valid_until=dt.date(2027, 12, 31),
)
SNAPSHOT_MANIFEST = Manifest(
    month=MONTHS[-1],
    groups={group_id: GroupEvidence(exports=("a" * 12,), rosters=("b" * 12,)) for group_id in GROUPS},
    lexicon_version="1",
    definitions_hash="d" * 12,
    calendar_version="2026-01",
    code_version="0.1.0",
)


def _series(code: str, size: float, rng: np.random.Generator) -> list[dict[str, object]]:
    definition = registry()[code]
    scale = 60.0 if "per 1000" in definition.unit else 4.0 if "rate" in definition.unit else 1.0
    level, slope = rng.uniform(0.35, 0.6), rng.choice([-0.004, 0.0, 0.005])
    noise = np.zeros(len(MONTHS))
    for step in range(1, len(MONTHS)):
        noise[step] = 0.4 * noise[step - 1] + rng.normal(0, 0.03)
    rows: list[dict[str, object]] = []
    for step, month in enumerate(MONTHS):
        value = float(np.clip(level + slope * step + noise[step], 0.01, 0.95)) * scale
        status, coverage = "ok", 1.0
        if step < definition.window_months - 1:
            status = "truncated"
        elif step == 14:
            status, coverage = "no_coverage", 0.2
        elif step == 21:
            status, coverage = "partial", 0.7
        elif step == 30 and code == "tie_reciprocity":
            status = "low_n"
        shown = status in ("ok", "partial")
        half = 0.06 * scale
        rows.append(
            {
                "month": month,
                "value": value if shown else None,
                "ci_low": max(value - half, 0) if shown else None,
                "ci_high": value + half if shown else None,
                "ci_kind": "wilson" if shown else "none",
                "n_num": round(value * size, 1) if shown else None,
                "n_den": size if shown else None,
                "n_lo": size - 1 if status != "no_coverage" else None,
                "n_hi": size if status != "no_coverage" else None,
                "coverage": coverage,
                "status": status,
            }
        )
    return rows


def indicators(seed: int = 7) -> pl.DataFrame:
    """``core.fact_indicator`` of the made-up groups."""
    rng, table = np.random.default_rng(seed), TABLES["core.fact_indicator"]
    rows: list[dict[str, object]] = []
    for group_id, size in GROUPS.items():
        for code, definition in registry().items():
            fixed = {
                "group_key": KEYS[group_id],
                "group_id": group_id,
                "code": code,
                "def_version": definition.def_version,
                "params_hash": definition.params_hash,
                "window_months": definition.window_months,
                "snapshot_id": SNAPSHOT_MANIFEST.snapshot_id,
            }
            if code in COMPUTED:
                rows += [fixed | row for row in _series(code, size, rng)]
            else:
                blank = {"ci_kind": "none", "coverage": 1.0, "status": "not_applicable"}
                rows += [fixed | blank | {"month": month} for month in MONTHS]
    return pl.DataFrame(rows, schema=table.polars_schema)


def dim_group(name: str = "Kamaliyah Bandung") -> pl.DataFrame:
    """``core.dim_group``: current versions; the first group's name is free."""
    names = {"kamaliyah-bandung": name, "kamaliyah-depok": "Kamaliyah Depok", "kecil": "Kamaliyah Kecil"}
    rows = [
        {
            "group_version_key": key,
            "group_key": key,
            "group_id": group_id,
            "group_name": names[group_id],
            "timezone": "Asia/Jakarta",
            "community": "kamaliyah",
            "selling_allowed": True,
            "valid_from": MONTHS[0],
            "is_current": True,
        }
        for group_id, key in KEYS.items()
    ]
    return pl.DataFrame(rows, schema=TABLES["core.dim_group"].polars_schema)


def coverage() -> pl.DataFrame:
    """``core.fact_coverage``: one phone, all days but most of the fifteenth month."""
    days = pl.date_range(MONTHS[0], dt.date(2024, 6, 30), "1d", eager=True).alias("date").to_frame()
    missing = pl.col("date").is_between(dt.date(2022, 9, 7), dt.date(2022, 9, 30))
    return pl.concat(
        days.filter(~missing).select(
            pl.lit(key, pl.Int64).alias("group_key"),
            "date",
            pl.lit(0, pl.Int32).alias("exporter_no"),
            is_covered=True,
            is_gap=False,
            is_unverified=True,
        )
        for key in KEYS.values()
    )


def core(seed: int = 7, name: str = "Kamaliyah Bandung") -> dict[str, pl.DataFrame]:
    """The frames publishing reads."""
    return {
        "core.dim_group": dim_group(name),
        "core.fact_indicator": indicators(seed),
        "core.fact_coverage": coverage(),
    }
