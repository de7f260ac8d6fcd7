"""Fail points are declared, and a misspelt one is an error of configuration."""

from __future__ import annotations

import pytest

from schemas.errors import ConfigurationError
from warehouse.failpoints import FAIL_POINTS, VARIABLE, FailPointReached, reach


def test_without_the_variable_every_point_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    for name in FAIL_POINTS:
        reach(name)


def test_only_the_named_point_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "parse.parsed:raise")
    reach("measure.measured")
    with pytest.raises(FailPointReached):
        reach("parse.parsed")


@pytest.mark.parametrize("value", ["nowhere", "parse.parsed:laugh", ":raise"])
def test_an_unknown_point_is_a_configuration_error(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(ConfigurationError):
        reach("parse.parsed")


def test_an_undeclared_point_in_the_code_is_found() -> None:
    with pytest.raises(ValueError, match="not declared"):
        reach("nowhere")
