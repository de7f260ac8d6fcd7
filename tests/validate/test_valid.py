"""Valid messages: the merged store less the rows refused."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from schemas.frames import MESSAGES
from tasks.validate.valid import RULED, failures_of, valid_messages
from warehouse.stages import StageStore
from warehouse.vault import Vault


def messages() -> pl.DataFrame:
    """Four messages; the second lies before WhatsApp, the fourth on another day than its clock's."""
    sent = [dt.datetime.fromisoformat(f"{year}-03-01T01:00") for year in (2024, 2004, 2024, 2024)]
    days = [dt.date(2024, 3, 1), dt.date(2004, 3, 1), dt.date(2024, 3, 1), dt.date(2024, 3, 2)]
    return MESSAGES.conform(
        pl.DataFrame(
            {
                "message_id": range(4),
                "person_no": [0, 1, 0, 1],
                "sent_at": sent,
                "local_at": [at + dt.timedelta(hours=7) for at in sent],
                "local_date": days,
                "has_seconds": [False] * 4,
                "kind": ["text"] * 4,
                "text": ["satu", "dua", "tiga", "empat"],
                "text_key": range(4),
                "is_edited": [False] * 4,
                "is_forwarded": [False] * 4,
                "n_exports": [1] * 4,
                "export_ids": [["0" * 12]] * 4,
            }
        )
    )


@pytest.fixture
def store(tmp_path: Path) -> StageStore:
    store = StageStore(Vault(tmp_path), "kamaliyah")
    store.write("reconcile", "a" * 16, {"messages": messages()})
    return store


def test_the_rules_need_no_text() -> None:
    assert "text" not in RULED
    assert failures_of(messages().select(RULED)).rows() == [
        (1, "sent_at", "before WhatsApp existed"),
        (3, "local_date", "not the day of its clock"),
    ]


def test_refused_rows_are_left_out(store: StageStore) -> None:
    refused = pl.DataFrame({"row_no": [1, 3]})
    store.write("validate", "b" * 16, {"refused": refused}, of=store.stamp("reconcile"))
    assert valid_messages(store)["text"].to_list() == ["satu", "tiga"]


def test_a_store_merged_since_is_held_against_the_rules_again(store: StageStore) -> None:
    store.write("validate", "b" * 16, {"refused": pl.DataFrame({"row_no": [0, 2]})}, of="another store")
    assert valid_messages(store)["text"].to_list() == ["satu", "tiga"]
