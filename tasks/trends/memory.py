"""Trends, breaks and seasons of a group are computed once for the same figures, whoever asks and in whichever run.

The core's trends and the published ones are of the same figures where nothing is hidden, and a group about which
nothing new is known has the trends it had. So what was computed is kept in the vault by a hash of what it was
computed from. It may go at any time: it is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from schemas.indicators import Indicator
from tasks.trends.changes import change_points
from tasks.trends.season import hijri_seasons
from tasks.trends.trend import trends
from warehouse.calendar import calendar_version
from warehouse.sources import source_hash
from warehouse.vault import Vault

FOLDER = "trends"
_CODE = ("tasks.trends", "schemas", "warehouse.calendar", "warehouse.reference")
_CELLS = ("group_key", "group_id", "month", "code", "def_version", "value", "status")
_READ_DETAILS = pl.col("detail").str.starts_with("variant_") | pl.col("detail").str.starts_with("grid_")
Frames = Sequence[pl.DataFrame]


class Memory:
    """What was computed of groups' figures; without a vault nothing is kept beyond this object."""

    def __init__(self, vault: Vault | None = None) -> None:
        self._vault = vault
        self._held: dict[str, Frames] = {}

    def trends(
        self,
        indicators: pl.DataFrame,
        definitions: Mapping[str, Indicator],
        snapshot_id: str,
        *,
        around: pl.DataFrame,
        details: pl.DataFrame,
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """As :func:`tasks.trends.trend.trends`, group by group."""

        def of_group(cells: pl.DataFrame, about: pl.DataFrame, companions: pl.DataFrame) -> Frames:
            return trends(cells, definitions, "", around=about, details=companions)

        companions = details.filter(_READ_DETAILS).select(
            "group_id", "month", "code", "detail", "value", "status"
        )
        table, variants = self._by_group("trend", of_group, indicators.select(_CELLS), around, companions)
        named = pl.lit(snapshot_id).alias("snapshot_id")
        return table.with_columns(named), variants.with_columns(named)

    def change_points(self, cells: pl.DataFrame, windows: dict[str, int]) -> pl.DataFrame:
        """As :func:`tasks.trends.changes.change_points`, group by group."""
        (found,) = self._by_group(
            "break", lambda one: [change_points(one, windows)], cells.select(_CELLS[1:])
        )
        return found

    def hijri_seasons(self, cells: pl.DataFrame, windows: Mapping[str, int]) -> pl.DataFrame:
        """As :func:`tasks.trends.season.hijri_seasons`, group by group."""
        (found,) = self._by_group(
            "season", lambda one: [hijri_seasons(one, windows)], cells.select(_CELLS[1:])
        )
        return found

    def tidy(self) -> None:
        """Remove from the vault what nobody asked for since this object was made."""
        if self._vault is not None:
            asked = {f"{key}-{n}.parquet" for key, frames in self._held.items() for n in range(len(frames))}
            for name in list(self._vault.names(FOLDER)):
                if name not in asked:
                    self._vault.remove(f"{FOLDER}/{name}")

    def _by_group(
        self, kind: str, compute: Callable[..., Frames], cells: pl.DataFrame, *others: pl.DataFrame
    ) -> Frames:
        """Frames of all groups, one after the other; of no group those of no cells."""
        groups = cells["group_id"].unique().sort().to_list()
        if not groups:
            return compute(cells, *others)
        parts = []
        for group_id in groups:
            mine = [frame.filter(pl.col("group_id") == group_id) for frame in (cells, *others)]
            parts.append(self._recalled(kind, mine, compute))
        return [pl.concat(frames) for frames in zip(*parts, strict=True)]

    def _recalled(self, kind: str, inputs: list[pl.DataFrame], compute: Callable[..., Frames]) -> Frames:
        key = f"{kind}-{_hashed(inputs)}"
        if key not in self._held:
            self._held[key] = self._kept(key) or self._keep(key, compute(*inputs))
        return self._held[key]

    def _kept(self, key: str) -> Frames:
        """What the vault holds under a key; nothing unless all of it is there, for the first frame comes last."""
        if self._vault is None:
            return []
        frames: list[pl.DataFrame] = []
        while self._vault.exists(name := f"{FOLDER}/{key}-{len(frames)}.parquet"):
            frames.append(self._vault.read_frame(name))
        return frames

    def _keep(self, key: str, frames: Frames) -> Frames:
        if self._vault is not None:
            for number in reversed(
                range(len(frames))
            ):  # the first, by which the others are found, comes last
                self._vault.write_frame(f"{FOLDER}/{key}-{number}.parquet", frames[number])
        return frames


def _hashed(inputs: list[pl.DataFrame]) -> str:
    """24 hex digits over the rows of frames, in whatever order, and over what computes."""
    digest = hashlib.sha256(f"{source_hash(*_CODE)}|{calendar_version()}|{pl.__version__}".encode())
    for frame in inputs:
        digest.update(f"|{frame.schema}|{frame.height}|".encode())
        digest.update(frame.hash_rows(seed=1).sort().to_numpy().tobytes())
    return digest.hexdigest()[:24]
