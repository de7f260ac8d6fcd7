"""The answer of ``inspect``: the contract's keys, and what its path may import."""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from schemas.errors import FileRefused
from tasks.parse.inspect import inspect_file
from tasks.parse.whatsapp import EXPORT_LIMITS, parse_export

CHAT = """13/10/2022 16.25 - Pesan dan panggilan terenkripsi secara end-to-end.
13/10/2022 16.25 - Ani membuat grup "Kamaliyah"
13/10/2022 16.26 - Budi: halo
lanjut
14/10/2022 07.00 - Ani: <Media tidak disertakan>
14/10/2022 07.01 - Ani: Pesan ini dihapus
"""
EXPECTED = {
    "kind": "export",
    "platform": "android",
    "language": "id",
    "date_order": "dmy",
    "clock": "24h",
    "messages": 3,
    "events": 2,
    "senders": 2,
    "first": "2022-10-13T16:25:00",
    "last": "2022-10-14T07:01:00",
    "lines": 6,
    "continuation_lines": 1,
    "rejected_lines": 0,
    "truncated": False,
    "confidence": 1.0,
    "encoding": "utf-8",
    "repaired_bytes": 0,
}


def test_an_export(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(CHAT, encoding="utf-8")
    assert inspect_file(path) == EXPECTED


def test_a_zipped_export(tmp_path: Path) -> None:
    path, out = tmp_path / "chat.zip", io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("_chat.txt", CHAT)
    path.write_bytes(out.getvalue())
    assert inspect_file(path) == EXPECTED


def test_refusals(tmp_path: Path) -> None:
    for name, content, reason in [
        ("a.pdf", b"x", "unknown_file_type"),
        ("a.txt", b"", "empty_file"),
        ("b.txt", b"halo", "not_an_export"),
        ("c.txt", b"01/02/2024 10.00 - Ani: x\n", "ambiguous_date_order"),
    ]:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(FileRefused) as caught:
            inspect_file(path)
        assert caught.value.reason == reason


def test_a_given_date_order(tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    path.write_bytes(b"01/02/2024 10.00 - Ani: x\n")
    assert inspect_file(path, "dmy")["first"] == "2024-02-01T10:00:00"
    assert inspect_file(path, "mdy")["first"] == "2024-01-02T10:00:00"


def export_of(n: int, head: str) -> bytes:
    start = dt.datetime.fromisoformat("2022-10-13")
    lines = [f"{start + dt.timedelta(minutes=i):%d/%m/%Y %H.%M} - Ani: x" for i in range(n)]
    return (head + "\n".join(lines) + "\n").encode()


def test_a_head_that_is_cut_off() -> None:
    head = "13/10/2022 00.00 - Pesan dan panggilan terenkripsi secara end-to-end.\n"
    for limit in EXPORT_LIMITS:
        assert parse_export(export_of(limit, "")).meta.is_truncated
        assert parse_export(export_of(limit - limit // 50, "")).meta.is_truncated
        assert not parse_export(export_of(limit, head)).meta.is_truncated
        assert not parse_export(export_of(limit // 2, "")).meta.is_truncated


def test_the_path_of_inspect_imports_nothing_heavy(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(CHAT, encoding="utf-8")
    code = (
        "import sys, pathlib; from tasks.parse.inspect import inspect_file;"
        "inspect_file(pathlib.Path(sys.argv[1]));"
        "heavy = {'prefect', 'great_expectations', 'pandas', 'duckdb', 'sqlalchemy', 'scipy', 'pyarrow'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], env=os.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
