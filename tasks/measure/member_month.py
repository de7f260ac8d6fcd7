"""``core.fact_member_month``: what each person did in each month of presence, for panel models."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.tables import TABLES


def member_months(
    turns: pl.DataFrame,
    replies: pl.DataFrame,
    answers: np.ndarray,
    entries: pl.DataFrame,
    presence: pl.DataFrame,
    coverage: pl.DataFrame,
    *,
    group_key: int,
    last: dt.date,
    known_since: pl.DataFrame,
) -> pl.DataFrame:
    """One row per person and month with a covered day of presence or a turn.

    Args:
        turns: turn, sender (numbers of the members from 0 on), and the columns of ``core.fact_turn``; in the
            order of turns, which are 0 and up.
        replies: ``core.fact_reply``; its core layer counts.
        answers: turn keys of the first answers given to requests for help.
        entries: member_key?, added_date, activity_kind: entries in lists that name a member.
        presence: frame PRESENCE. coverage: frame COVERAGE. last: last day of the measured month.
        known_since: member_key, date: first days in a group that this one continues.

    Returns:
        The table's columns; ``replies_*`` in weights, ``tenure_days`` from the first presence or turn,
        in this group or one it continues, to the month's last covered or measured day.
    """
    days = presence.filter(pl.col("date") <= last)
    entries = entries.filter(pl.col("member_key").is_not_null())
    sender = turns["sender"].to_numpy()
    speakers = np.zeros(sender.max(initial=-1) + 1, dtype=np.int64)
    speakers[sender] = turns["member_key"].to_numpy()
    grid = _Grid.over(
        (days["member_key"].unique(), pl.Series(speakers)), (days["date"], turns["local_date"]), last
    )
    speaker, spoken = grid.rows(pl.Series(speakers))[sender], _days(turns["local_date"])
    present, present_on = grid.rows(days["member_key"]), _days(days["date"])
    said = grid.cells(speaker, spoken)
    listed = grid.cells(grid.rows(entries["member_key"]), _days(entries["added_date"]))
    learning = (entries["activity_kind"] == "learning").fill_null(False).to_numpy()
    counted = {name: grid.count(said, flag) for name, flag in _kinds_of_turns(turns).items()}
    counted |= {
        "turns": grid.count(said),
        "words": grid.count(said, turns["n_words"].to_numpy()).astype(np.int64),
        "help_answers": grid.count(said[answers]),
        "list_entries": grid.count(listed),
        "learning_entries": grid.count(listed, learning),
        "present_days": grid.distinct(grid.cells(present, present_on), present_on - grid.first_day),
    }
    counted |= _replied(replies, grid, speaker, spoken)
    is_there = (counted["turns"] > 0) | (counted["present_days"] > 0)
    since = np.full(len(grid.members), np.iinfo(np.int64).max)
    earlier = (grid.rows(known_since["member_key"]), _days(known_since["date"]))
    for member, day in ((speaker, spoken), (present, present_on), earlier):
        np.minimum.at(since, member[member >= 0], day[member >= 0])
    row, month = np.divmod(np.flatnonzero(is_there), len(grid.months))
    shown = {name: values[is_there] for name, values in counted.items()} | {
        "member_key": grid.members[row],
        "month": grid.months[month].astype("M8[D]"),
        "covered_days": grid.covered(coverage)[month],
        "tenure_days": np.maximum(grid.ends()[month] - since[row] + 1, 0),
    }
    table = TABLES["core.fact_member_month"]
    return table.conform(pl.DataFrame(shown).with_columns(group_key=pl.lit(group_key)))


@dataclass(frozen=True, slots=True)
class _Grid:
    """Members (sorted keys) x months; cells are numbered by member, then month. Days are counted from 1970 on.

    ``months``: first days of the months, the last one measured; ``first_day`` of the first of them;
    ``month_of_day``: from it to the last day measured.
    """

    members: np.ndarray
    months: np.ndarray
    first_day: int
    month_of_day: np.ndarray

    @classmethod
    def over(cls, members: tuple[pl.Series, ...], dates: tuple[pl.Series, ...], last: dt.date) -> _Grid:
        """All members, and the months from the first date to the last day."""
        firsts = [last, *(series.min() for series in dates if len(series))]
        months = np.arange(np.array(firsts, dtype="M8[M]").min(), np.datetime64(last, "M") + 1)
        begins = months.astype("M8[D]").astype(np.int64)
        ends = np.append(begins[1:], np.datetime64(last, "D").astype(np.int64) + 1)
        keys = pl.concat([series.cast(pl.Int64) for series in members]).unique().sort()
        return cls(keys.to_numpy(), months, int(begins[0]), np.repeat(np.arange(len(months)), ends - begins))

    def rows(self, members: pl.Series) -> np.ndarray:
        """The place of each member, -1 for none."""
        keys = members.cast(pl.Int64).to_numpy()
        if not len(self.members):
            return np.full(len(keys), -1)
        place = np.minimum(np.searchsorted(self.members, keys), len(self.members) - 1)
        return np.where(self.members[place] == keys, place, -1)

    def cells(self, rows: np.ndarray, days: np.ndarray) -> np.ndarray:
        """The cell of each member and day, -1 outside of the grid."""
        day = days - self.first_day
        is_in = (rows >= 0) & (day >= 0) & (day < len(self.month_of_day))
        return np.where(is_in, rows * len(self.months) + self.month_of_day[np.where(is_in, day, 0)], -1)

    def count(self, cells: np.ndarray, of: np.ndarray | None = None) -> np.ndarray:
        """By cell the number of rows, of those marked, or the sum of what is given."""
        if of is not None and of.dtype == bool:
            cells, of = cells[of], None
        # the first place counts what is outside
        return np.bincount(cells + 1, of, minlength=len(self.members) * len(self.months) + 1)[1:]

    def weights(self, cells: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """By cell the sum of weights, which are no whole numbers: what rounding loses is carried along (Kahan)."""
        # Polars does so in the order of rows where it groups by expressions; by columns it takes its own order
        outside_first = pl.col("cell") + 1
        summed = pl.DataFrame({"cell": cells, "weight": weights}).group_by(outside_first)
        sums = summed.agg(pl.col("weight").sum())
        by_cell = np.zeros(len(self.members) * len(self.months) + 1)
        by_cell[sums["cell"].to_numpy()] = sums["weight"].to_numpy()
        return by_cell[1:]

    def distinct(self, cells: np.ndarray, values: np.ndarray) -> np.ndarray:
        """By cell the number of distinct values (whole numbers from 0 on) in its rows."""
        inside = cells >= 0
        n_values = int(values.max(initial=0)) + 1
        pairs = np.sort(cells[inside] * n_values + values[inside])
        return self.count(pairs[np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]] // n_values)

    def covered(self, coverage: pl.DataFrame) -> np.ndarray:
        """By month, days that an export covers."""
        observed = coverage.filter(pl.col("is_covered") & ~pl.col("is_gap"))
        days = np.unique(_days(observed["date"])) - self.first_day
        days = days[(days >= 0) & (days < len(self.month_of_day))]
        return np.bincount(self.month_of_day[days], minlength=len(self.months))

    def ends(self) -> np.ndarray:
        """By month its last day."""
        ends: np.ndarray = (self.months + 1).astype("M8[D]").astype(np.int64) - 1
        return ends


def _days(dates: pl.Series) -> np.ndarray:
    """Days since 1970."""
    return dates.to_physical().to_numpy().astype(np.int64)


def _replied(
    replies: pl.DataFrame, grid: _Grid, speaker: np.ndarray, spoken: np.ndarray
) -> dict[str, np.ndarray]:
    """By cell the weights given and received, and with how many others; they count in the month of the reply."""
    is_core = (replies["layer"] == "core").arg_true()
    source, target, weight = (
        replies[name].gather(is_core).to_numpy() for name in ("source_turn_key", "target_turn_key", "weight")
    )
    giver, receiver, day = speaker[source], speaker[target], spoken[source]
    given, received = grid.cells(giver, day), grid.cells(receiver, day)
    by_cell = {
        "replies_given": grid.weights(given, weight),
        "replies_received": grid.weights(received, weight),
    }
    ties = grid.distinct(np.concatenate([given, received]), np.concatenate([receiver, giver]))
    return by_cell | {"n_ties": ties}


def _kinds_of_turns(turns: pl.DataFrame) -> dict[str, np.ndarray]:
    """By turn whether it counts as one of the kind."""
    ritual = _text_with("greeting_ritual", "congrats_prayer")
    kinds = turns.select(
        text_turns="is_text",
        questions="is_question",
        help_requests="is_help_request",
        unanswered_requests=pl.col("is_help_request") & pl.col("answer_delay_min").is_null(),
        symbol_turns=_text_with("shared_symbol"),
        ritual_turns=ritual & ~pl.col("is_announcement") & ~pl.col("is_forwarded"),
        we_turns=_text_with("we_incl", "we_excl"),
        i_turns=_text_with("i_word"),
        offer_turns=pl.col("lex_help_offer") > 0,
        opportunity_turns=pl.col("lex_opportunity") > 0,
    )
    return {name: kinds[name].to_numpy() for name in kinds.columns}


def _text_with(*categories: str) -> pl.Expr:
    """Whether a turn has text of its own and a word of one of the categories."""
    return pl.col("is_text") & pl.any_horizontal(pl.col(f"lex_{name}") > 0 for name in categories)
