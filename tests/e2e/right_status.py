"""Which status a cell must have, told from the catalogue's words and the cell's denominator and coverage.

Written apart from the product: least numbers, windows and marks are copied from the catalogue by hand.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

#: Least denominator of a code whose denominator is what the catalogue counts.
LEAST = {
    "active_member_share": 10, "ritual_participation": 10, "style_match": 6, "generalist_index": 8,
    "cohesive_core_share": 10, "help_answer_rate": 10, "help_response_time": 10, "gratitude_rate": 200,
    "opener_answer_rate": 20, "campaigner_retention": 10, "we_share": 8, "inclusive_we_share": 30,
    "newcomer_welcome_rate": 5, "silent_share": 10, "isolate_share": 10, "one_off_share": 10,
    "conflict_rate": 200, "churn_rate": 20, "retention_3m": 10, "opportunity_breadth": 10,
    "enterprise_support_rate": 10,
}  # fmt: skip
#: Months before which a window reaches back beyond the history, counted from its first month.
REACH = {
    **dict.fromkeys(("help_answer_rate", "help_response_time", "gratitude_rate", "opener_answer_rate"), 2),
    **dict.fromkeys(("newcomer_welcome_rate", "enterprise_support_rate", "campaigner_retention"), 2),
    **dict.fromkeys(("help_request_rate", "helper_breadth", "answer_equity_gap"), 2),
    **dict.fromkeys(("announcer_concentration", "top1_share"), 5),
    "retention_3m": 3,
}  # fmt: skip
DAYS = {"silent_share": 84, "one_off_share": 90}
C95 = (
    "active_member_share", "ritual_participation", "cohesive_core_share", "helper_breadth", "silent_share",
    "participation_gini", "isolate_share", "one_off_share", "retention_3m", "opportunity_breadth",
)  # fmt: skip
#: Whose denominator is how many qualify: nobody is too few, not nothing to measure.
OF_QUALIFIED = ("style_match", "generalist_index", "we_share")
#: Whose formula holds N.
OF_N = (
    "active_member_share", "joint_activity_rate", "help_request_rate", "silent_share", "churn_rate",
    "opportunity_rate",
)  # fmt: skip
#: Codes whose every cell can be told from its row.
TOLD = tuple(dict.fromkeys([*LEAST, *OF_N]))


def right_statuses(rows: pl.DataFrame, history_start: dt.date) -> pl.DataFrame:
    """``rows`` of one group, of the codes ``TOLD``, with the column ``right``: the first status that applies.

    ``rows``: month, code, n_den, n_lo, n_hi, coverage. A code that waits for its windows to close may be
    ``immature`` where something else is said.
    """
    first = history_start.replace(day=1)
    since = (pl.col("month").dt.year() - first.year) * 12 + (pl.col("month").dt.month() - first.month)
    back = pl.col("month").dt.month_end() - pl.duration(
        days=pl.col("code").replace_strict(DAYS, default=1, return_dtype=pl.Int64) - 1
    )
    reach = pl.col("code").replace_strict(REACH, default=0, return_dtype=pl.Int64)
    is_truncated = (
        pl.when(pl.col("code").is_in(list(DAYS))).then(back < pl.lit(history_start)).otherwise(since < reach)
    )
    nobody = (pl.col("n_den").fill_null(0) == 0) & ~pl.col("code").is_in(list(OF_QUALIFIED))
    unseen = pl.col("coverage") < pl.when(pl.col("code") == "silent_share").then(0.8).otherwise(0.5)
    doubt = pl.col("code").is_in(list(OF_N)) & (pl.col("n_hi") > 1.1 * pl.col("n_lo"))
    line = pl.when(pl.col("code").is_in(list(C95))).then(0.95).otherwise(0.8)
    least = pl.col("code").replace_strict(LEAST, default=0, return_dtype=pl.Float64)
    return rows.with_columns(
        right=pl.when(unseen & ~nobody).then(pl.lit("no_coverage"))
        .when(unseen).then(pl.col("status"))
        .when(nobody & ~is_truncated).then(pl.lit("not_applicable"))
        .when(is_truncated).then(pl.lit("truncated"))
        .when(pl.col("status") == "immature").then(pl.lit("immature"))
        .when(pl.col("n_den") < least).then(pl.lit("low_n"))
        .when((pl.col("coverage") < line) | doubt).then(pl.lit("partial"))
        .otherwise(pl.lit("ok"))
    )  # fmt: skip
