"""``coding-kit``: samples for human coders, and how good replies and words are by their judgement."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import typer

from flows.call import Call
from flows.commands.look_at_warehouse import print_frame
from schemas.errors import UsageError
from schemas.vocabulary import LEXICON_CATEGORIES


def draw(
    call: Call,
    group: str,
    replies: int,
    turns: int,
    categories: list[str],
    seed: int,
    to: Path | None,
) -> None:
    """Write the sheets of both coders."""
    from tasks.evaluate.kit import draw_kit

    if set(categories) - set(LEXICON_CATEGORIES):
        raise UsageError(
            "there is no such category of words", next_step="they are the lex_ columns of core.fact_turn"
        )
    drawn = draw_kit(
        call.workspace,
        _known(call, group),
        reply_turns=replies,
        word_turns=turns,
        categories=tuple(categories),
        seed=seed,
        to=to,
    )
    told = {
        "folder": str(drawn.folder),
        "reply_turns": drawn.n_reply_turns,
        "word_rows": drawn.n_word_rows,
    }
    if call.as_json:
        print_frame(pl.DataFrame([told]), "json")
    else:
        typer.echo(
            f"{drawn.n_reply_turns} turns for replies, {drawn.n_word_rows} rows for words: {drawn.folder}"
        )
        typer.echo("They hold names and texts. What to do with them stands in instructions.txt beside them.")


def read_back(call: Call, group: str) -> None:
    """Score the filled sheets and load the figures into core.reply_eval and core.lexicon_eval."""
    from tasks.evaluate.kit import load_evaluations, read_kit

    scored = read_kit(call.workspace, _known(call, group))
    load_evaluations(call.workspace)
    if call.as_json:
        rows = [frame.drop("group_key").with_columns(table=pl.lit(name)) for name, frame in scored.items()]
        print_frame(pl.concat(rows, how="diagonal"), "json")
        return
    for frame in scored.values():
        print_frame(frame.drop("group_key"), "table")


def _known(call: Call, group: str) -> str:
    """The group, if the vault knows it; the name of another would only lead astray."""
    if group not in call.workspace.vault.names("groups"):
        raise UsageError("there is no such group", next_step="see `solidarity status`")
    return group
