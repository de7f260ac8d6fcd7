"""Rules on single rows: the good ones go on, the bad ones are accounted for without their values."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.rules import Rule, rules_of
from schemas.tables import Table

FAILURES = pl.Schema({"row_no": pl.Int64, "column_name": pl.String, "rule": pl.String})


@dataclass(frozen=True)
class Split:
    """Rows that meet all rules, and for the others which rule each broke: ``row_no, column_name, rule``."""

    valid: pl.DataFrame
    failures: pl.DataFrame


def split(frame: pl.DataFrame, table: Table, extra: tuple[Rule, ...] = ()) -> Split:
    """Split a frame by its table's rules and ``extra`` ones; ``row_no`` counts the frame's rows from 0."""
    rules = [*rules_of(table), *extra]
    flags = frame.select(rule.holds.alias(str(number)) for number, rule in enumerate(rules))
    good = flags.select(pl.all_horizontal(pl.all())).to_series()
    if good.all():
        return Split(frame, FAILURES.to_frame())
    failures = [
        pl.DataFrame({"row_no": rows}).select(
            pl.col("row_no").cast(pl.Int64), column_name=pl.lit(rule.column), rule=pl.lit(rule.name)
        )
        for number, rule in enumerate(rules)
        if len(rows := (~flags[str(number)]).arg_true())
    ]
    return Split(frame.filter(good), pl.concat(failures).sort("row_no", "column_name", "rule"))
