"""The indicators of the catalogue: one small function each, by facet; statuses and rows in one place."""

from tasks.measure.indicators import (
    access,
    action,
    belonging,
    bridging,
    donations,
    empowerment,
    fragility,
    mechanical,
    membership,
    organic,
    resilience,
    trust,
)
from tasks.measure.indicators.closure import closure_hashes, month_hashes
from tasks.measure.indicators.compute import compute, is_computed
from tasks.measure.indicators.inputs import IndicatorInputs, Indicators

#: The modules of the facets; importing them registers their functions.
FACETS = (
    mechanical,
    organic,
    trust,
    donations,
    access,
    action,
    belonging,
    bridging,
    fragility,
    resilience,
    membership,
    empowerment,
)

__all__ = [
    "FACETS",
    "IndicatorInputs",
    "Indicators",
    "closure_hashes",
    "compute",
    "is_computed",
    "month_hashes",
]
