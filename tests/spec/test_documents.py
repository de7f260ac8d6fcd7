"""The documents of the indicators are what the registry and the specs say, and the specs cover the catalogue."""

from __future__ import annotations

import re

import pytest

from schemas.catalogue import CODES
from schemas.indicators import registry
from tests.spec.document import DOCS, FILES, document, main
from tests.spec.specs import Expectation, Spec, specs, toy_of


@pytest.mark.parametrize("name", FILES)
def test_no_drift(name: str) -> None:
    """`make docs` writes them anew."""
    assert (DOCS / name).read_text(encoding="utf-8") == document(FILES[name])


def test_the_command_writes_and_finds_drift(tmp_path) -> None:
    assert main(["--out", str(tmp_path)]) == 0
    assert main(["--out", str(tmp_path), "--check"]) == 0
    (tmp_path / "indicators.md").write_text("# Else\n")
    assert main(["--out", str(tmp_path), "--check"]) == 1


@pytest.mark.parametrize("name", FILES)
def test_every_code_has_its_section_and_every_link_its_end(name: str) -> None:
    text = document(FILES[name])
    ends = re.findall(r'<a id="(.*?)"></a>', text)
    assert sorted(ends) == sorted(CODES)
    assert set(re.findall(r"\]\(#(.*?)\)", text)) <= set(ends)
    assert text.count("*(Oracle.)*") >= 51


def test_every_code_of_the_catalogue_has_a_spec() -> None:
    assert sorted(specs()) == sorted(CODES)


def _expected(spec: Spec) -> list[Expectation]:
    return [wanted for case in spec.case for wanted in case.expect if wanted.detail is None]


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_spec_is_whole(code: str) -> None:
    """A number worked out by hand; a case without one; truncated and suppressed where that can be; two languages."""
    spec, definition = specs()[code], registry()[code]
    wanted = _expected(spec)
    statuses = {one.status for one in wanted}
    assert any(one.value not in (None, 0) or one.between for one in wanted) or spec.formula
    assert statuses & {"low_n", "not_applicable"}
    assert any(one.research == "suppressed" for one in wanted)
    if definition.window_months > 1 and code not in SHOCKS:
        assert "truncated" in statuses
    if definition.number:
        assert any(one.oracle for one in (*spec.case, *spec.formula)), "the catalogue's number"
    if definition.is_single_person:
        of_values = [one for one in wanted if one.status in ("ok", "partial")]
        assert of_values and all(one.research == "suppressed" for one in of_values)
    for one in (*spec.case, *spec.formula):
        assert one.en.strip() and one.id.strip() and one.en != one.id
    assert len({case.name for case in spec.case}) == len(spec.case)
    assert all(toy_of(spec, case).months for case in spec.case)


#: Their windows are the shock's months; what reaches back behind the history is truncated there.
SHOCKS = ("shock_drop", "recovery_months")
