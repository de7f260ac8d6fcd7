"""The real parser and the real merge get the truth back from what the phones hand in."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.config import read_landing
from schemas.exports import Landed
from tasks.measure.text.lexicon import NUMBER, lexicon_for
from tasks.measure.text.matching import count, match
from tasks.measure.text.normalise import plain
from tasks.measure.text.tokens import tokenise
from tasks.parse.whatsapp import parse_export
from tasks.reconcile.digest import digest
from tasks.reconcile.model import Export
from tasks.reconcile.reconcile import reconcile
from tasks.simulate import Community, ExportFile, exports_due, truth, write_groups_toml
from tasks.simulate.rhythm import day_of
from tests.reconcile.handmade import DIGEST_KEY

_MENTION = "@\u2068[^\u2069]*\u2069|@62\\d+"


def _text(export: ExportFile) -> bytes:
    if not export.name.endswith(".zip"):
        return export.content
    with zipfile.ZipFile(io.BytesIO(export.content)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(".txt")))


def _multiset(messages: pl.DataFrame) -> pl.DataFrame:
    """Minute and text (mentions masked, none for other kinds) with the number of messages that share them."""
    said = pl.when(pl.col("kind") == "text").then(pl.col("text").str.replace_all(_MENTION, "@"))
    shown = messages.select(pl.col("local_at").dt.truncate("1m"), said=said)
    return shown.group_by("local_at", "said").len().sort("local_at", "said", nulls_last=True)


@pytest.mark.parametrize("group_id", ["kamaliyah-bandung", "santri-karawang", "alhikam-subang"])
def test_truth_is_recovered_exactly(small: Community, tmp_path: Path, group_id: str) -> None:
    declared = read_landing(write_groups_toml(small, tmp_path)).group(group_id)
    exporters = list(declared.exporters)
    exports = []
    for export in (file for month in small.month_starts for file in exports_due(small, group_id, month)):
        raw = _text(export)
        meta, frame = parse_export(raw, date_order=declared.date_order)
        assert (meta.n_messages, meta.n_messages + meta.n_events) == (
            len(export.message_nos),
            export.n_entries,
        )
        assert (meta.n_lines, meta.n_rejected_lines) == (export.n_lines, 0)
        file_id = hashlib.sha256(raw).hexdigest()[:12]
        landed = Landed(
            file_id=file_id,
            group_id=group_id,
            exporter_no=exporters.index(export.exporter),
            stated_date=day_of(export.last),
            timezone=None,
        )
        exports.append(Export(replace(meta, file_id=file_id), landed, digest(frame, DIGEST_KEY)))
    recovered = reconcile(exports, declared).messages
    expected = truth(small)["messages"].filter((pl.col("group_id") == group_id) & pl.col("is_covered"))
    assert _multiset(recovered).equals(_multiset(expected))
    assert recovered["person_no"].n_unique() == expected["member_id"].n_unique()


@pytest.mark.parametrize(
    ("acts", "category", "share"),
    [
        (r"^minta\..*\.buka$", "help_request", 1.0),
        (r"^(ngobrol|tanya)\.|^pendek$|^sambung$", "help_request", 0.0),
        ("^terimakasih$", "gratitude", 1.0),
        (r"^duka\.kabar$", "condolence", 1.0),
        (r"^peluang\.buka$", "opportunity", 1.0),
        (r"^usaha\.jual$", "enterprise", 1.0),
        (r"^belajar\.buka$", "learning", 1.0),
        (r"^umum\.izin$", "decline", 1.0),
    ],
)
def test_the_lexicon_knows_what_is_said(small: Community, acts: str, category: str, share: float) -> None:
    said = small.messages.filter(pl.col("pool").str.contains(acts) & (pl.col("kind") == "text"))
    lexicon = lexicon_for(())
    tokens = tokenise(plain(said["text"]), lexicon.spelling)
    nobody, each = np.zeros(len(tokens), bool), np.arange(len(said))
    found = match(lexicon, tokens, each, nobody, pl.repeat("id", len(said), eager=True))
    assert len(said) > 3
    assert (count(found, tokens)[:, NUMBER[category]] > 0).mean() == pytest.approx(share, abs=0.01)
