"""The coding kit of a group: drawn into the vault for two coders, read back into figures."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from schemas.errors import ConfigurationError, UsageError
from tasks.evaluate.results import LEXICON_EVAL, REPLY_EVAL, score_replies, score_words
from tasks.evaluate.sampling import REPLY_TURNS, WORD_TURNS, draw_replies, draw_words
from tasks.evaluate.sheets import (
    QUESTIONS,
    REPLY_COLUMNS,
    WORD_COLUMNS,
    read_replies,
    read_words,
    write_sheet,
)
from tasks.measure.replies import REPLY_V1
from tasks.validate.valid import valid_messages
from warehouse.engine import Warehouse
from warehouse.keys import group_key
from warehouse.lock import run_lock
from warehouse.reference.lexicon import lexicon_version
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

CODERS = (1, 2)
#: Sheets and samples, which an erasure removes whole; and the figures, which speak of nobody.
FOLDER, FIGURES = "coding", "evaluation"
_RESULTS = {"core.reply_eval": REPLY_EVAL, "core.lexicon_eval": LEXICON_EVAL}
_ENDINGS = (".xlsx", ".csv")
#: Precision and recall with their intervals: what the indicators of words make use of.
_ACCURACY = ("precision", "precision_lo", "precision_hi", "recall", "recall_lo", "recall_hi")
#: By category of words: category, then the figures of ``_ACCURACY``.
Judged = tuple[tuple[str | float | None, ...], ...]

INSTRUCTIONS = """Coding kit / Bahan pengodean

Two people fill in their own copies without talking about them: replies-1 and words-1, replies-2 and words-2.
Dua orang mengisi salinannya masing-masing tanpa saling bertanya: replies-1 dan words-1, replies-2 dan words-2.

REPLIES. Whom does the turn answer? Write in `answers` the number of the turn before it, 0 for nobody. Write
in `how` by what you know: s it speaks to the person (mention, kang/teh and name), t it answers a request or
question, r it condoles, congratulates, thanks or promises, l it just goes on from there.
Ujaran ini menjawab siapa? Isi `answers` dengan nomor ujaran sebelumnya, 0 bila tidak menjawab siapa pun. Isi
`how`: s menyapa orangnya, t menjawab permintaan atau pertanyaan, r belasungkawa, selamat, terima kasih atau
kesanggupan, l sekadar melanjutkan.

WORDS. Does the turn do what `asks` says? Write 1 or 0 in `present`. Judge the meaning, not the word.
Apakah ujaran itu melakukan yang disebut di `asks`? Isi `present` dengan 1 atau 0. Nilai maknanya, bukan katanya.

Leave open what you cannot tell. Save as CSV or xlsx under the same name and read back:
Kosongkan bila ragu. Simpan sebagai CSV atau xlsx dengan nama yang sama, lalu baca kembali:
    solidarity coding-kit {group} --read
These sheets hold names and texts: delete them when done. / Berkas ini memuat nama dan teks: hapus bila selesai.
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn, and where the sheets lie."""

    folder: Path
    n_reply_turns: int
    n_word_rows: int


def draw_kit(
    workspace: Workspace,
    group_id: str,
    *,
    reply_turns: int = REPLY_TURNS,
    word_turns: int = WORD_TURNS,
    categories: tuple[str, ...] = (),
    seed: int = 1,
    to: Path | None = None,
) -> Drawn:
    """Draw a group's turns and write the sheets of both coders, readable by their owner alone.

    The sheets hold names and texts, so they lie in the vault; where the vault is encrypted they cannot, and a
    folder must be named. What the method said stays out of the sheets, in the vault.

    Raises:
        UsageError: the group was not measured, or sheets of an earlier draw are still there.
        ConfigurationError: the vault is encrypted and no folder is named.
    """
    vault = workspace.vault
    if to is None and workspace.settings.vault_key is not None:
        raise ConfigurationError(
            "an encrypted vault cannot hold sheets that coders open", next_step="name a folder: --to DIR"
        )
    folder = vault.path(f"{FOLDER}/{group_id}") if to is None else to
    if any(_sheet(folder, kind, coder) for kind in ("replies", "words") for coder in CODERS):
        raise UsageError(
            "sheets of an earlier draw are still there",
            next_step="read them back with --read, then delete them",
        )
    turns, replies, said = _spoken(workspace, group_id)
    sample = draw_replies(turns, replies, reply_turns, seed)
    word_rows = draw_words(turns, word_turns, seed, categories)
    vault.write_frame(f"{FOLDER}/{group_id}/replies.parquet", sample.rows)
    vault.write_frame(f"{FOLDER}/{group_id}/words.parquet", word_rows)
    about = {
        "n_text_turns": int(turns["is_coded"].sum()),
        "lexicon_version": lexicon_version(),
        "params_hash": REPLY_V1.hash,
        "folder": str(folder),
    }
    vault.write_document(f"{FOLDER}/{group_id}/drawn.json", about)
    sheets = {
        "replies": write_sheet(REPLY_COLUMNS, _reply_rows(sample.rows, sample.candidates, said)),
        "words": write_sheet(WORD_COLUMNS, _word_rows(word_rows, said)),
    }
    for kind, content in sheets.items():
        for coder in CODERS:
            _write_private(folder / f"{kind}-{coder}.csv", content)
    _write_private(folder / "instructions.txt", INSTRUCTIONS.format(group=group_id).encode())
    return Drawn(folder, len(sample.rows), len(word_rows))


def read_kit(workspace: Workspace, group_id: str) -> dict[str, pl.DataFrame]:
    """Score the filled sheets and keep the figures in the vault.

    Sheets of either kind may be missing, and one coder is enough for precision and recall; alpha needs two.

    Returns:
        The rows of this kit by table: ``core.reply_eval``, ``core.lexicon_eval``.
    """
    vault = workspace.vault
    about_name = f"{FOLDER}/{group_id}/drawn.json"
    if not vault.exists(about_name):
        raise UsageError("no kit was drawn for this group", next_step="draw one with `solidarity coding-kit`")
    about = vault.read_document(about_name)
    coded = {kind: _coded(Path(about["folder"]), kind) for kind in ("replies", "words")}
    if not any(coded.values()):
        raise UsageError(
            "no sheet of the kit is where it was written", next_step="put it back, or draw again"
        )
    key, scored = group_key(group_id), {}
    if coded["replies"]:
        rows = vault.read_frame(f"{FOLDER}/{group_id}/replies.parquet")
        scored["core.reply_eval"] = score_replies(rows, coded["replies"], key, about["params_hash"])
    if coded["words"]:
        rows = vault.read_frame(f"{FOLDER}/{group_id}/words.parquet")
        scored["core.lexicon_eval"] = score_words(
            rows, coded["words"], about["n_text_turns"], key, about["lexicon_version"]
        )
    kept = evaluations(workspace, group_id)
    for name, frame in scored.items():
        table = _RESULTS[name]
        old = kept[name].join(frame, on=list(table.key), how="anti")
        merged = pl.concat([old, table.conform(frame)]).sort(table.key)
        vault.write_frame(f"{FIGURES}/{group_id}/{name}.parquet", merged)
    return scored


def evaluations(workspace: Workspace, group_id: str) -> dict[str, pl.DataFrame]:
    """All figures of a group's kits so far, by table; empty frames without any."""
    names = {name: f"{FIGURES}/{group_id}/{name}.parquet" for name in _RESULTS}
    vault = workspace.vault
    return {
        name: _RESULTS[name].conform(vault.read_frame(path)) if vault.exists(path) else _RESULTS[name].empty()
        for name, path in names.items()
    }


def judged_words(workspace: Workspace, group_id: str) -> Judged:
    """How good the word lists in force are by the group's own coders; what indicators of words rest on."""
    rows = evaluations(workspace, group_id)["core.lexicon_eval"]
    in_force = rows.filter(pl.col("lexicon_version") == lexicon_version()).sort("category")
    return tuple(in_force.select("category", *_ACCURACY).rows())


def state_judged(workspace: Workspace, group_id: str, judged: Judged) -> None:
    """Put into a workspace's vault what a group's coders once found, and nothing else of their kit."""
    rows = judged_rows(judged, group_key(group_id))
    workspace.vault.write_frame(f"{FIGURES}/{group_id}/core.lexicon_eval.parquet", rows)


def judged_rows(judged: Judged, key: int) -> pl.DataFrame:
    """Rows of ``core.lexicon_eval`` for what was judged of the lexicon in force; by how many is not told."""
    schema = {"category": pl.String} | dict.fromkeys(_ACCURACY, pl.Float64)
    untold = [pl.lit(None).alias(name) for name in ("alpha", "rate_per_1000", "corrected_rate_per_1000")]
    counts = [pl.lit(0).alias(name) for name in ("n_coded", "n_coders")]
    return LEXICON_EVAL.conform(
        pl.DataFrame(list(judged), schema=schema, orient="row").with_columns(
            *untold, *counts, group_key=pl.lit(key), lexicon_version=pl.lit(lexicon_version())
        )
    )


def all_evaluations(workspace: Workspace) -> dict[str, pl.DataFrame]:
    """The figures of all groups, by table."""
    groups = [evaluations(workspace, group_id) for group_id in workspace.vault.names(FIGURES)]
    return {
        name: pl.concat([table.empty(), *(frames[name] for frames in groups)])
        for name, table in _RESULTS.items()
    }


def load_evaluations(workspace: Workspace) -> None:
    """Put the figures into the warehouse, in a load of their own; every later load brings them along.

    Raises:
        Locked: another run holds the warehouse.
    """
    url = workspace.settings.database_url
    with run_lock(url, workspace.home):
        warehouse = Warehouse(url)
        if warehouse.exists():
            with warehouse.load(uuid.uuid4().hex) as load:
                for name, rows in all_evaluations(workspace).items():
                    load.replace_all(name, rows)


def forget_kit(workspace: Workspace, group_id: str) -> int:
    """Remove a group's sheets and samples, wherever they were written; the figures stay. Returns how many."""
    vault, removed = workspace.vault, 0
    about_name = f"{FOLDER}/{group_id}/drawn.json"
    folders = {vault.path(f"{FOLDER}/{group_id}")}
    if vault.exists(about_name):
        folders.add(Path(vault.read_document(about_name)["folder"]))
    names = {f"{kind}-{coder}{end}" for kind in ("replies", "words") for coder in CODERS for end in _ENDINGS}
    names |= {"instructions.txt", "replies.parquet", "words.parquet", "drawn.json"}
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.name in names:
                path.unlink()
                removed += 1
    return removed


def _spoken(workspace: Workspace, group_id: str) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, str]]:
    """Turns (turn, sent_at, is_coded, lex_*), replies, and each turn as a coder reads it."""
    store = StageStore(workspace.vault, group_id)
    if store.stamp("measure") is None:
        raise UsageError("the group has not been measured", next_step="run `solidarity run` first")
    facts = {
        name: store.frame("measure", f"core.{name}") for name in ("fact_turn", "fact_reply", "fact_message")
    }
    names = store.frame("identify", "people").select("member_key", "name").unique("member_key", keep="first")
    texts = valid_messages(store).select("message_id", "text", "local_at", "kind")
    lines = (
        facts["fact_message"]
        .filter(pl.col("turn_key").is_not_null())
        .select("turn_key", "message_key", "member_key")
        .join(texts, left_on="message_key", right_on="message_id", maintain_order="left")
        .join(names, on="member_key", how="left", maintain_order="left")
        .group_by("turn_key", maintain_order=True)
        .agg(
            pl.col("local_at", "name").first(),
            said=pl.coalesce("text", pl.format("<{}>", "kind")).str.join("\n"),
            has_text=pl.col("text").is_not_null().any(),
        )
    )
    spoken = pl.format(
        "{} {}: {}", pl.col("local_at").dt.strftime("%d/%m %H:%M"), pl.col("name").fill_null("?"), "said"
    )
    told = dict(lines.select("turn_key", spoken.alias("told")).iter_rows())
    turns = (
        facts["fact_turn"]
        .sort("turn_key")
        .join(lines.select("turn_key", "has_text"), on="turn_key", how="left", maintain_order="left")
        .with_columns(
            turn="turn_key",
            is_coded=pl.col("is_text") & ~pl.col("is_list") & ~pl.col("is_forwarded") & pl.col("has_text"),
        )
    )
    return turns, facts["fact_reply"], told


def _reply_rows(
    rows: pl.DataFrame, candidates: pl.DataFrame, said: dict[int, str]
) -> list[tuple[object, ...]]:
    before: dict[int, list[str]] = {}
    for row, number, turn in candidates.sort("row", "number", descending=[False, True]).iter_rows():
        before.setdefault(row, []).append(f"[{number}] {said.get(turn, '?')[:200]}")
    return [
        (row, "\n".join(before.get(row, [])), said.get(turn, "?"), "", "")
        for row, turn in rows.select("row", "turn").sort("row").iter_rows()
    ]


def _word_rows(rows: pl.DataFrame, said: dict[int, str]) -> list[tuple[object, ...]]:
    return [
        (row, category, QUESTIONS[category], said.get(turn, "?"), "")
        for row, category, turn in rows.select("row", "category", "turn").iter_rows()
    ]


def _sheet(folder: Path, kind: str, coder: int) -> Path | None:
    """A coder's sheet as it was saved last."""
    paths = [path for end in _ENDINGS if (path := folder / f"{kind}-{coder}{end}").is_file()]
    return max(paths, key=lambda path: path.stat().st_mtime_ns) if paths else None


def _coded(folder: Path, kind: str) -> list[pl.DataFrame]:
    read = read_replies if kind == "replies" else read_words
    sheets = (_sheet(folder, kind, coder) for coder in CODERS)
    return [read(path.read_bytes()) for path in sheets if path is not None]


def _write_private(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
