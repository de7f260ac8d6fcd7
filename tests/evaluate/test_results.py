"""From sheets to precision, recall and corrected rates, worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest

from schemas.errors import UsageError
from tasks.evaluate.results import score_replies, score_words
from tasks.evaluate.scores import NOTHING, share
from tasks.evaluate.sheets import REPLY_COLUMNS, WORD_COLUMNS, inert, read_replies, read_words, write_sheet

ROWS = pl.DataFrame(
    [
        (1, "request", 4, 2),
        (2, "request", 4, 1),
        (3, "adjacent", 10, 1),
        (4, "none", 20, 0),
        (5, "none", 20, 0),
    ],
    schema=["row", "stratum", "n_stratum", "predicted"],
    orient="row",
)


def _coded(*rows: tuple[int, int | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"row": pl.Int64, "answers": pl.Int64, "how": pl.String}, orient="row")


def test_replies_by_hand() -> None:
    """Coder 2 disagrees on row 2 and leaves row 5 open.

    Precision of request: row 1 right for both (1), row 2 for one of two (.5): 1.5 of 2. All: rows stand for 2,
    2, 10 turns: (2 * 1 + 2 * .5 + 10 * 0) / 14 = 3/14. Recall of request: rows 1 and 2 are coded as answers by
    2 and 1 coders, row 4 by none: (2 * 1 * 2/2 + 2 * 1 * 1/2) / 3 = 1. Of all: coded ties weigh 2 * 1, 2 *
    1/2, 10 * 1, 10 * 1/2 and the right ones 2 and 1: 3/18.
    """
    one = _coded((1, 2, "request"), (2, 1, "request"), (3, 3, "adjacent"), (4, 5, "mention"), (5, 0, None))
    two = _coded((1, 2, "request"), (2, 0, None), (3, 3, "adjacent"), (4, 0, None))
    scored = {row["method"]: row for row in score_replies(ROWS, [one, two], 1, "p").to_dicts()}
    assert scored["request"]["precision"] == pytest.approx(0.75)
    assert scored["request"]["recall"] == pytest.approx(1.0)
    assert scored["all"]["precision"] == pytest.approx(3 / 14)
    assert scored["all"]["recall"] == pytest.approx(3 / 18)
    assert scored["mention"]["precision"] is None
    assert scored["mention"]["recall"] == pytest.approx(0.0)
    assert scored["adjacent"]["precision"] == pytest.approx(0.0)
    assert (scored["all"]["n_coded"], scored["all"]["n_coders"]) == (3, 2)
    assert scored["request"]["precision_lo"] < 0.75 < scored["request"]["precision_hi"]


def test_words_by_hand() -> None:
    """4 matched of 40 text turns. Matches hold it 3 of 4 times; of 36 without, 1 in 4 sampled: 9 missed.

    Precision 3/4, recall 3 / (3 + 9) = 1/4; rate 100 per 1000, corrected 100 * 3/4 / (1/4) = 300.
    """
    rows = pl.DataFrame(
        {
            "row": range(1, 9),
            "category": ["gratitude"] * 8,
            "stratum": ["match"] * 4 + ["none"] * 4,
            "n_stratum": [4] * 4 + [36] * 4,
        }
    )
    coded = pl.DataFrame(
        {"row": range(1, 9), "present": [True, True, True, False, True, False, False, False]}
    )
    (scored,) = score_words(rows, [coded], 40, 1, "v").to_dicts()
    assert scored["precision"] == pytest.approx(0.75)
    assert scored["recall"] == pytest.approx(0.25)
    assert scored["rate_per_1000"] == pytest.approx(100)
    assert scored["corrected_rate_per_1000"] == pytest.approx(300)
    assert scored["alpha"] is None
    assert (scored["precision_lo"], scored["precision_hi"]) == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_shares_with_unequal_weights_tell_less() -> None:
    hits = pl.Series([1.0, 1.0, 0.0, 1.0]).to_numpy()
    even, uneven = share(hits), share(hits, pl.Series([1.0, 1.0, 1.0, 9.0]).to_numpy())
    assert even.value == 0.75
    assert uneven.value == pytest.approx(11 / 12)
    assert uneven.low is not None
    assert even.low is not None
    assert uneven.low < even.low
    assert share(hits[:0]) == NOTHING


def test_sheets_are_inert_and_survive_a_spreadsheet() -> None:
    content = write_sheet(
        WORD_COLUMNS,
        [(1, "gratitude", "thanks", "=cmd|' /C calc'!A0\nbaris", ""), (2, "ack", "x", "y" * 9000, "")],
    )
    text = content.decode("utf-8-sig")
    assert "'=cmd" in text
    assert len(text) < 2000
    assert read_words(content)["present"].to_list() == [None, None]
    saved = "row;category;asks;turn;present\r\n1;gratitude;x;'=cmd;ya\r\n2;ack;x;yy;0\r\n;;;;\r\n"
    assert read_words(saved.encode("cp1252")).rows() == [(1, True), (2, False)]
    assert inert("+62") == "'+62"
    coded = "row,before,turn,answers,how\n3,a,b,2.0,T\n4,a,b,,\n"
    assert read_replies(coded.encode()).rows() == [(3, 2, "request"), (4, None, None)]
    assert read_replies(write_sheet(REPLY_COLUMNS, [])).is_empty()


HEAD = b"row,category,asks,turn,present\n"


@pytest.mark.parametrize(
    "content", [b"row,present\n1,1\n", HEAD + b"1,a,b,c,maybe\n", b"", HEAD + b"satu,a,b,c,1\n"]
)
def test_a_sheet_that_makes_no_sense_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError) as refused:
        read_words(content)
    assert "maybe" not in str(refused.value)
    assert "satu" not in str(refused.value)
