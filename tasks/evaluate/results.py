"""From coded sheets to the tables ``core.reply_eval`` and ``core.lexicon_eval``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from schemas.tables import TABLES, Table
from tasks.evaluate.agreement import MISSING, nominal_alpha
from tasks.evaluate.scores import Share, share

REPLY_EVAL, LEXICON_EVAL = TABLES["core.reply_eval"], TABLES["core.lexicon_eval"]
METHODS = ("mention", "request", "broadcast", "adjacent")
#: Krippendorff's alpha from which figures may be used, and from which single ties may be published.
ALPHA_USABLE, ALPHA_TIES = 0.67, 0.8


def score_replies(
    rows: pl.DataFrame, coded: Sequence[pl.DataFrame], group_key: int, params_hash: str
) -> pl.DataFrame:
    """Precision and recall of each rule, and of all together.

    A turn counts by the share of its coders who named the very turn that the method named. Precision of a
    rule: over the turns it tied. Recall of a rule: over the turns that coders tied by that kind of evidence,
    weighted by how many turns of the group each sampled one stands for. Everything over the pairs of turns.

    Args:
        rows: row, stratum, n_stratum, predicted. coded: per coder, row, answers, how.

    Returns:
        Rows of ``core.reply_eval``: one per rule and one for ``all``; alpha is that of the answered turns.
    """
    codes = _matrix(rows, [c.select("row", code="answers") for c in coded])
    hows = [rows.join(c, on="row", how="left", maintain_order="left")["how"] for c in coded]
    seen = codes != MISSING
    predicted, weight = rows["predicted"].to_numpy(), _weights(rows)
    right = seen & (codes == predicted[:, None]) & (predicted[:, None] > 0)
    n_coders = seen.sum(axis=1)
    method = rows["stratum"]
    alpha = _null_if_nan(nominal_alpha(codes))
    out = []
    for name in (*METHODS, "all"):
        tied = (method != "none") if name == "all" else (method == name)
        chosen = tied.to_numpy() & (n_coders > 0)
        hits = right.sum(axis=1)[chosen] / n_coders[chosen]
        precision = share(hits, weight[chosen] if name == "all" else None)
        truly = seen & (codes > 0)
        if name != "all":
            truly &= np.column_stack([(how == name).fill_null(False).to_numpy() for how in hows])
        cases = truly.sum(axis=1)
        named = cases > 0
        recall = share(
            (right & truly).sum(axis=1)[named] / cases[named],
            (weight * cases / np.maximum(n_coders, 1))[named],
        )
        row = _row(precision, recall) | {
            "n_coded": int(chosen.sum()),
            "n_coders": int(seen.any(axis=0).sum()),
        }
        out.append(row | {"method": name, "alpha": alpha})
    return _frame(REPLY_EVAL, out, group_key=group_key, params_hash=params_hash)


def score_words(
    rows: pl.DataFrame,
    coded: Sequence[pl.DataFrame],
    n_text_turns: int,
    group_key: int,
    lexicon_version: str,
) -> pl.DataFrame:
    """Precision, recall and corrected rate of every sampled category.

    Precision: over the sampled turns with a match. Recall: matched turns that hold the category over all
    that do, those without a match weighted by how many turns they stand for. The corrected rate is the rate
    of matched turns times precision over recall.

    Args:
        rows: row, category, stratum, n_stratum. coded: per coder, row, present. n_text_turns: turns with text
            from which was drawn.
    """
    out = []
    for (category,), mine in rows.group_by("category", maintain_order=True):
        codes = _matrix(mine, [c.select("row", code=pl.col("present").cast(pl.Int64)) for c in coded])
        seen = codes != MISSING
        n_coders = seen.sum(axis=1)
        known = n_coders > 0
        holds = np.where(seen, codes, 0).sum(axis=1)[known] / n_coders[known]
        matched, weight = (mine["stratum"] == "match").to_numpy()[known], _weights(mine)[known]
        precision = share(holds[matched])
        positive = weight * holds
        recall = share(matched[positive > 0].astype(float), positive[positive > 0])
        hits = mine.filter(pl.col("stratum") == "match")["n_stratum"].max()
        rate = 1000 * float(hits if isinstance(hits, int) else 0) / n_text_turns if n_text_turns else None
        corrected = None
        if rate is not None and precision.value is not None and recall.value:
            corrected = rate * precision.value / recall.value
        out.append(
            _row(precision, recall)
            | {
                "category": category,
                "alpha": _null_if_nan(nominal_alpha(codes)),
                "n_coded": int(known.sum()),
                "n_coders": int(seen.any(axis=0).sum()),
                "rate_per_1000": rate,
                "corrected_rate_per_1000": corrected,
            }
        )
    return _frame(LEXICON_EVAL, out, group_key=group_key, lexicon_version=lexicon_version).sort("category")


def _matrix(rows: pl.DataFrame, coded: Sequence[pl.DataFrame]) -> np.ndarray:
    """Rows x coders of codes, :data:`MISSING` where a coder left one open."""
    columns = [
        rows.select("row")
        .join(frame.unique("row", keep="last"), on="row", how="left", maintain_order="left")["code"]
        .fill_null(MISSING)
        .to_numpy()
        .astype(np.int64)
        for frame in coded
    ]
    return np.column_stack(columns)


def _weights(rows: pl.DataFrame) -> np.ndarray:
    """Turns of the group that each sampled one stands for."""
    sampled = pl.len().over("stratum")
    return rows.select((pl.col("n_stratum") / sampled).cast(pl.Float64)).to_series().to_numpy()


def _row(precision: Share, recall: Share) -> dict[str, object]:
    return {
        f"{name}{end}": value
        for name, told in (("precision", precision), ("recall", recall))
        for end, value in (("", told.value), ("_lo", told.low), ("_hi", told.high))
    }


def _null_if_nan(value: float) -> float | None:
    return None if np.isnan(value) else value


def _frame(table: Table, rows: list[dict[str, object]], **everywhere: object) -> pl.DataFrame:
    whole = [row | everywhere for row in rows]
    return table.conform(pl.DataFrame(whole, schema=table.polars_schema, strict=False))
