"""Every code's spec, on both engines: the toys are loaded once, and each number is read back by SQL."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from schemas.indicators import registry
from tests.spec.bench import Bench, load
from tests.spec.specs import Case, Expectation, Formula, Spec, exact, plain, specs, tolerance
from warehouse.engine import Warehouse

Row = dict[str, Any]
NUMBERS = ("value", "n_num", "n_den", "n_lo", "n_hi")
PUBLISHED = ("ok", "partial")
COLUMNS = "value, ci_low, ci_high, ci_kind, n_num, n_den, status"
_KEY = "group_id, CAST(month AS VARCHAR) AS month"


@pytest.fixture(scope="module")
def bench(request: pytest.FixtureRequest) -> Bench:
    """The toys of all specs that were asked for."""
    asked = {
        item.callspec.params["code"]
        for item in request.session.items
        if item.path == request.path and hasattr(item, "callspec") and "code" in item.callspec.params
    }
    return Bench(spec for code, spec in specs().items() if code in asked)


@pytest.fixture(scope="module")
def warehouse(bench: Bench, module_warehouse_url: str) -> Warehouse:
    """All of them loaded and published."""
    return load(bench, module_warehouse_url)


@pytest.fixture(scope="module")
def stored(warehouse: Warehouse) -> Iterator[dict[str, dict[tuple[Any, ...], Row]]]:
    """What SQL gives back, by table and (code, group, month, companion)."""
    tables = {
        "core.fact_indicator": f"{COLUMNS}, n_lo, n_hi, '' AS detail",
        "research.indicator": f"{COLUMNS}, '' AS detail",
    }
    tables |= {f"{name}_detail": f"{COLUMNS}, detail" for name in tables}
    yield {
        table: {
            (row["code"], row["group_id"], row["month"][:7], row["detail"]): row
            for row in warehouse.read(f"SELECT {_KEY}, code, {columns} FROM {table}").iter_rows(named=True)
        }
        for table, columns in tables.items()
    }


@pytest.mark.parametrize("code", sorted(specs()))
def test_spec(code: str, bench: Bench, stored: dict[str, dict[tuple[Any, ...], Row]]) -> None:
    spec = specs()[code]
    for case in spec.case:
        months = _last_month(bench, spec, case)
        for wanted in case.expect:
            _check(spec, case, wanted, stored, bench.group_of(spec, case), wanted.month or months)


def _last_month(bench: Bench, spec: Spec, case: Case) -> str:
    group = bench.group_of(spec, case)
    return next(f"{toy.inputs.month:%Y-%m}" for toy in bench.toys if toy.group_id == group)


def _check(
    spec: Spec,
    case: Case,
    wanted: Expectation,
    stored: dict[str, dict[tuple[Any, ...], Row]],
    group: str,
    month: str,
) -> None:
    where = f"{spec.code}: {case.name}, {month} {wanted.detail or ''}"
    suffix = "_detail" if wanted.detail else ""
    key = (spec.code, group, month, wanted.detail or "")
    row = stored[f"core.fact_indicator{suffix}"].get(key)
    shown = stored[f"research.indicator{suffix}"].get(key)
    if wanted.missing:
        assert row is None and shown is None, where
        return
    assert row is not None and shown is not None, f"{where}: no row"
    assert row["status"] == wanted.status, f"{where}: {row}"
    _check_numbers(wanted, row, where)
    if wanted.research == "suppressed":
        assert shown["status"] == "suppressed", f"{where}: shown {shown}"
        assert [shown[name] for name in ("value", "ci_low", "ci_high", "n_num", "n_den")] == [None] * 5, where
        assert shown["ci_kind"] == "none", where
    elif wanted.in_research is not None:
        assert shown["status"] == row["status"], f"{where}: shown {shown}"
        assert abs(shown["value"] - exact(wanted.in_research)) <= tolerance(wanted.in_research), where
    else:
        assert {name: shown[name] for name in COLUMNS.split(", ")} == {
            name: row[name] for name in COLUMNS.split(", ")
        }, f"{where}: shown {shown}"


def _check_numbers(wanted: Expectation, row: Row, where: str) -> None:
    for name in NUMBERS:
        number = getattr(wanted, name)
        if number is not None:
            assert row[name] is not None, f"{where}: no {name} in {row}"
            assert abs(row[name] - exact(number)) <= tolerance(number), f"{where}: {name} of {row}"
    if wanted.value is None and wanted.between is None and row["status"] not in PUBLISHED:
        assert (row["value"], row["ci_low"], row["ci_high"]) == (None, None, None), where
    if wanted.between is not None:
        low, high = map(exact, wanted.between)
        assert low <= row["value"] <= high, f"{where}: {row}"
    if wanted.ci == "none":
        assert (row["ci_low"], row["ci_high"], row["ci_kind"]) == (None, None, "none"), f"{where}: {row}"
    elif wanted.ci == "around":
        assert row["ci_low"] <= row["value"] <= row["ci_high"], f"{where}: {row}"
    elif wanted.ci is not None:
        for number, bound in zip(wanted.ci, (row["ci_low"], row["ci_high"]), strict=True):
            assert abs(bound - exact(number)) <= tolerance(number), f"{where}: interval of {row}"
    if wanted.ci_kind is not None:
        assert row["ci_kind"] == wanted.ci_kind, f"{where}: {row}"


FORMULAS = [(code, i) for code, spec in specs().items() for i in range(len(spec.formula))]


@pytest.mark.parametrize(("of", "number"), FORMULAS)
def test_formula(of: str, number: int) -> None:
    formula = specs()[of].formula[number]
    found = np.atleast_1d(np.array(_called(formula), dtype=float)).ravel()
    wanted = formula.gives if isinstance(formula.gives, tuple | list) else [formula.gives]
    assert len(found) == len(wanted), found
    for one, gives in zip(found, wanted, strict=True):
        if gives == "nothing":
            assert math.isnan(one), found
        else:
            assert abs(one - exact(gives)) <= max(tolerance(gives), 1e-9), found


def _called(formula: Formula) -> Any:
    module, _, name = formula.function.rpartition(".")
    function = getattr(importlib.import_module(f"tasks.measure.{module}"), name)
    return function(*map(_argument, formula.given))


def _argument(given: Any) -> Any:
    """An array for a list, a definition for ``@code``."""
    if isinstance(given, str) and given.startswith("@"):
        return registry()[given[1:]]
    given = plain(given)
    if isinstance(given, list):
        array = np.array(given)
        return array if array.dtype == bool else array.astype(float)
    return given
