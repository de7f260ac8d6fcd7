"""Sheets for coders: written so that no spreadsheet runs them, read back as spreadsheets save them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import polars as pl

from schemas.errors import FileRefused, UsageError
from tasks.identify.sheet import Cells, read_sheets

MAX_TEXT = 600
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|")
_YES = frozenset({"1", "y", "ya", "yes", "x"})
_NO = frozenset({"0", "n", "t", "tidak", "no"})
#: How a coder says by what a reply is known -> the rule it stands for.
HOW = {"s": "mention", "t": "request", "r": "broadcast", "l": "adjacent"}
REPLY_COLUMNS = ("row", "before", "turn", "answers", "how")
WORD_COLUMNS = ("row", "category", "asks", "turn", "present")

QUESTIONS = {
    "we_incl": "says we and means speaker and hearers (kita, urang sarerea)",
    "we_excl": "says we without the hearers (kami)",
    "i_word": "the speaker says I (saya, abdi, aku)",
    "gratitude": "thanks somebody",
    "greeting_ritual": "greets, or exchanges the wishes of a feast",
    "pious_interjection": "a pious word in passing (alhamdulillah, masyaallah)",
    "welcome": "welcomes somebody to the group",
    "condolence": "condoles, or prays for a dead person",
    "congrats_prayer": "congratulates, or wishes and prays somebody well",
    "help_request": "asks for help, goods, money, information or prayers",
    "help_offer": "offers help",
    "answer_cue": "gives an answer or points to one",
    "mutual_aid": "speaks of giving or collecting for others",
    "event_activity": "speaks of something done together",
    "announcement": "announces",
    "invitation": "invites or calls to take part",
    "commitment": "promises to take part, or says to have done one's part",
    "ack": "merely assents or takes note",
    "decline": "says not to take part",
    "praise": "praises a person or a deed",
    "conflict": "quarrels, reproaches, threatens",
    "humour": "laughs or jokes",
    "shared_symbol": "names what the group holds in common (teacher, school, emblem)",
    "negator": "denies something",
    "opportunity": "passes on a job, grant, contest or course",
    "enterprise": "offers wares or services of a member",
    "learning": "speaks of learning together",
}


def inert(text: str) -> str:
    """Text that no spreadsheet runs, cut to what a coder reads."""
    text = text.replace("\x00", "")
    cut = text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " […]"
    return "'" + cut if cut.startswith(_FORMULA) else cut


def write_sheet(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A CSV with the mark that makes spreadsheets read it as UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([inert(str(cell)) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def read_replies(content: bytes) -> pl.DataFrame:
    """row, answers (candidate number, 0 for nobody; NULL left open), how (rule; NULL left open)."""
    cells = _table(content, REPLY_COLUMNS)
    rows = [(_number(r["row"]), _number(r["answers"]), _word(r["how"])) for r in cells if r["row"]]
    frame = pl.DataFrame(rows, schema={"row": pl.Int64, "answers": pl.Int64, "how": pl.String}, orient="row")
    _refuse_unknown(frame["how"].drop_nulls().is_in(list(HOW)))
    return frame.with_columns(pl.col("how").replace(HOW))


def read_words(content: bytes) -> pl.DataFrame:
    """row, present (Boolean; NULL left open)."""
    cells = _table(content, WORD_COLUMNS)
    rows = [(_number(r["row"]), _word(r["present"])) for r in cells if r["row"]]
    frame = pl.DataFrame(rows, schema={"row": pl.Int64, "said": pl.String}, orient="row")
    _refuse_unknown(frame["said"].drop_nulls().is_in([*_YES, *_NO]))
    return frame.select("row", present=pl.col("said").is_in(list(_YES)))


def _table(content: bytes, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        cells: Cells = read_sheets(content)[0]
    except FileRefused as refused:
        raise UsageError(
            f"a coded sheet cannot be read ({refused.reason})", next_step="save it as CSV or xlsx"
        ) from None
    if not cells:
        raise UsageError("a coded sheet is empty", next_step="draw the kit again")
    head = [(cell or "").strip().lower() for cell in cells[0]]
    if any(name not in head for name in columns):
        raise UsageError("a coded sheet lacks a column", next_step="keep the heading as it was drawn")
    place = {name: head.index(name) for name in columns}
    return [
        {name: (row[at] or "").strip() if at < len(row) else "" for name, at in place.items()}
        for row in cells[1:]
    ]


def _number(cell: str) -> int | None:
    if not cell:
        return None
    try:
        return int(float(cell.lstrip("'").replace(",", ".")))
    except ValueError:
        raise UsageError("a coded sheet has a word where a number belongs") from None


def _word(cell: str) -> str | None:
    return cell.lower().removesuffix(".0") or None


def _refuse_unknown(known: pl.Series) -> None:
    unknown = int((~known).sum())
    if unknown:
        raise UsageError(
            "a coded sheet has codes that the instructions do not know",
            next_step="see the instructions beside the sheets",
            n_codes=unknown,
        )
