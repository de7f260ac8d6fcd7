"""``corrections.toml``: declared exceptions, refused without showing what stands in them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from schemas.corrections import Corrections, read_corrections
from schemas.errors import ConfigurationError

GOOD = """
[[merge]]
labels = ["Hilmi", "+62 812-3456-7890"]
member_id = "A1"
reason = "same person, seen at the meeting"
date = 2024-03-01
role = "secretary"
[[split]]
group = "toy"
label = "Budi"
reason = "a namesake"
date = 2024-03-01
role = "secretary"
expires = 2024-06-30
[[bad_export]]
file_id = "0123456789ab"
reason = "edited by hand"
date = 2024-03-01
role = "engineer"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "corrections.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_no_corrections(tmp_path: Path) -> None:
    assert read_corrections(tmp_path / "corrections.toml") == Corrections()


def test_corrections_by_group_and_expiry(tmp_path: Path) -> None:
    found = read_corrections(write(tmp_path, GOOD))
    assert len(found.lines()) == 3
    assert len(found.for_group("other").split) == 0 and len(found.for_group("toy").split) == 1
    found.refuse_expired(dt.date(2024, 6, 30))
    with pytest.raises(ConfigurationError, match="expired=1"):
        found.refuse_expired(dt.date(2024, 7, 1))


@pytest.mark.parametrize(
    "text",
    [
        "[[merge]\n",
        '[[merge]]\nlabels = ["CanaryName"]\nreason = "x"\ndate = 2024-01-01\nrole = "x"\n',
        '[[merge]]\nlabels = ["CanaryName", "b"]\ndate = 2024-01-01\nrole = "x"\n',
        '[[split]]\nlabel = "CanaryName"\nCanaryName = 1\nreason = "x"\ndate = 2024-01-01\nrole = "x"\n',
        '[[bad_export]]\nfile_id = "CanaryName"\nreason = "x"\ndate = 2024-01-01\nrole = "x"\n',
        "[CanaryName]\nx = 1\n",
    ],
)
def test_what_cannot_be_is_refused_without_its_values(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_corrections(write(tmp_path, text))
    assert "CanaryName" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
