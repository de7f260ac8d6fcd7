"""Other people's implementations on random inputs: networkx, igraph, SciPy, statsmodels; none of them is in the
product's path.
"""

from __future__ import annotations

from typing import Any

import igraph
import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.stats.contingency import association
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tasks.measure.decay import half_life
from tasks.measure.indicators import compute
from tasks.measure.indicators.action import burstiness
from tasks.measure.indicators.bridging import year_assortativity
from tasks.measure.indicators.donations import gini
from tasks.measure.indicators.fragility import core_half, resampled_core_half, resampled_gini
from tasks.measure.indicators.intervals import newcombe, poisson_exact, wilson
from tasks.measure.indicators.networks import (
    in_centralisation,
    in_centralisation_left_out,
    key_person_left_out,
    largest_block,
    neighbour_lists,
    reciprocity,
)
from tasks.measure.indicators.organic import cramers_v, mutual_information
from tasks.measure.indicators.survival import in_order, median_survival, survival_areas
from tests.measure.indicators.random_group import random_group

counts = st.integers(0, 40)
tables = hnp.arrays(float, hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=6), elements=counts)


@st.composite
def graphs(draw: st.DrawFn, directed: bool = True) -> np.ndarray:
    """A 0/1 matrix without loops; symmetric unless directed."""
    n = draw(st.integers(2, 14))
    flat = draw(hnp.arrays(bool, (n, n)))
    np.fill_diagonal(flat, False)
    return flat if directed else np.triu(flat) | np.triu(flat).T


@given(st.integers(1, 300), st.data())
def test_wilson(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = wilson(np.array([k]), np.array([n]))
    assert (low[0], high[0]) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-9)


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_newcombe(n1: int, n2: int, data: st.DataObject) -> None:
    k1, k2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    low, high = newcombe(*(np.array([number]) for number in (k1, n1, k2, n2)))
    expected = confint_proportions_2indep(k1, n1, k2, n2, method="newcomb", compare="diff")
    assert (low[0], high[0]) == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 200), st.floats(0.5, 500))
def test_poisson_exact(k: int, exposure: float) -> None:
    low, high = poisson_exact(np.array([k]), np.array([exposure]), per=100.0)
    expected = stats.chi2.ppf(0.025, 2 * k) / 2 if k else 0.0, stats.chi2.ppf(0.975, 2 * k + 2) / 2
    assert (low[0], high[0]) == pytest.approx([100 * end / exposure for end in expected], rel=1e-9)


@given(hnp.arrays(float, st.integers(2, 40), elements=counts))
def test_gini_is_the_mean_difference_over_twice_the_mean(turns: np.ndarray) -> None:
    assume(turns.sum() > 0)
    n = len(turns)
    pairs = np.abs(np.subtract.outer(turns, turns)).sum() / (n * (n - 1))
    assert gini(np.sort(turns)[None, :])[0] == pytest.approx(pairs / (2 * turns.mean()))


def test_gini_and_core_half_resampled_as_if_drawn_one_by_one() -> None:
    turns = np.array([40, 30, 10, 10, 5, 5, 3, 1.0])
    picks = np.random.default_rng(5).integers(0, 8, size=(999, 8))
    expected = [core_half(row) for row in np.sort(turns)[::-1][picks]]
    assert resampled_core_half(np.random.default_rng(5), turns) == pytest.approx(expected)
    values = np.array([0, 0, 1, 4, 4, 9, 20, 2.0])
    draws = resampled_gini(np.random.default_rng(5), values)
    assert draws == pytest.approx(gini(np.sort(values)[picks]), nan_ok=True)


@given(graphs())
def test_reciprocity_of_a_plain_graph(matrix: np.ndarray) -> None:
    assume(matrix.any())
    found = reciprocity(matrix.astype(float))
    assert found == pytest.approx(
        nx.overall_reciprocity(nx.from_numpy_array(matrix, create_using=nx.DiGraph))
    )
    assert found == pytest.approx(igraph.Graph.Adjacency(matrix.tolist()).reciprocity())


@given(graphs())
def test_in_centralisation_from_in_degrees(matrix: np.ndarray) -> None:
    graph = nx.from_numpy_array(matrix, create_using=nx.DiGraph)
    degrees = [degree for _, degree in graph.in_degree()]
    expected = sum(max(degrees) - degree for degree in degrees) / (len(degrees) - 1) ** 2
    assert in_centralisation(matrix.astype(float)) == pytest.approx(expected)
    if len(matrix) > 2:
        left_out = [np.delete(np.delete(matrix, i, 0), i, 1).astype(float) for i in range(len(matrix))]
        assert in_centralisation_left_out(matrix.astype(float)) == pytest.approx(
            [in_centralisation(one) for one in left_out]
        )


@given(graphs(directed=False))
def test_largest_block(matrix: np.ndarray) -> None:
    found = largest_block(neighbour_lists(matrix))
    blocks = [set(block) for block in nx.biconnected_components(nx.from_numpy_array(matrix))]
    assert len(found) == max(map(len, blocks), default=0)
    assert set(found) in blocks or not blocks
    components = igraph.Graph.Adjacency(matrix.tolist(), mode="undirected").biconnected_components()
    assert len(found) == max(map(len, components), default=0)


@given(hnp.arrays(float, (7, 7), elements=st.integers(0, 5)))
def test_key_person_left_out_one_by_one(half: np.ndarray) -> None:
    weights = np.triu(half, 1) + np.triu(half, 1).T
    cut = [np.delete(np.delete(weights, i, 0), i, 1) for i in range(7)]
    expected = [m.sum(axis=1).max() / (m.sum() / 2) if m.any() else np.nan for m in cut]
    assert key_person_left_out(weights) == pytest.approx(expected, nan_ok=True)


@given(tables)
def test_mutual_information_from_three_entropies(table: np.ndarray) -> None:
    assume(table.sum() > 0)
    rows, columns = stats.entropy(table.sum(axis=1)), stats.entropy(table.sum(axis=0))
    expected = rows + columns - stats.entropy(table.ravel())
    assert mutual_information(table) == pytest.approx(expected, abs=1e-9)


@given(tables)
def test_cramers_v_less_its_bias(table: np.ndarray) -> None:
    assume((table.sum(axis=0) > 0).all() and (table.sum(axis=1) > 0).all() and table.sum() > 10)
    n, (r, k) = table.sum(), table.shape
    phi2 = association(table.astype(int), "cramer") ** 2 * (min(r, k) - 1)
    phi2 = max(phi2 - (r - 1) * (k - 1) / (n - 1), 0)
    least = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    assume(least > 1e-6)
    assert cramers_v(table) == pytest.approx(min(np.sqrt(phi2 / least), 1), abs=1e-7)


@given(st.lists(st.tuples(st.integers(1, 59), st.booleans()), min_size=1, max_size=40))
def test_survival_curve(answers: list[tuple[int, bool]]) -> None:
    times = np.array([minutes for minutes, _ in answers], dtype=float)
    event = np.array([was for _, was in answers])
    assume(event.any())
    curve = stats.ecdf(stats.CensoredData.right_censored(times, ~event)).sf
    edges = np.append(np.insert(curve.quantiles, 0, 0), 60.0)
    steps = np.append(1.0, curve.probabilities)
    order = in_order(times, event)
    area, _ = survival_areas(times[order], event[order], np.ones((1, len(times))), 60.0)
    assert area[0] == pytest.approx(np.sum(np.diff(edges) * steps))
    below = curve.quantiles[curve.probabilities <= 0.5 + 1e-12]
    median = median_survival(times[order], event[order])
    assert median == below[0] if len(below) else np.isnan(median)


@given(hnp.arrays(float, st.integers(4, 15), elements=st.integers(0, 60)))
def test_half_life_by_regression(daily: np.ndarray) -> None:
    assume(daily[1:].sum() > 0 and daily[0] > 0)
    days, low, high = half_life(daily)
    fit = GLM(daily, np.column_stack([np.ones(len(daily)), np.arange(len(daily))]), family=Poisson()).fit()
    slope = fit.params[1]
    assume(abs(slope) > 1e-4)
    if slope > 0:
        assert (days, low, high) == (None, None, None)
        return
    assert days == pytest.approx(np.log(2) / -slope, rel=1e-4)
    assert low <= days and (high is None or days <= high)


def test_half_life_of_a_wavering_campaign_has_no_upper_end() -> None:
    days, low, high = half_life(np.array([6, 5, 6, 1, 6, 5.0]))
    assert low < days and high is None


@given(st.lists(st.floats(0.5, 1000), min_size=3, max_size=60))
def test_burstiness_of_intervals(gaps: list[float]) -> None:
    n, r = len(gaps), np.std(gaps) / np.mean(gaps)
    assume(r > 1e-3)
    expected = (np.sqrt(n + 1) * r - np.sqrt(n - 1)) / ((np.sqrt(n + 1) - 2) * r + np.sqrt(n - 1))
    found = burstiness(np.array([float(n)]), np.array([np.sum(gaps)]), np.array([np.sum(np.square(gaps))]))
    assert found[0] == pytest.approx(expected, abs=1e-6)


NETWORK = {
    "tie_reciprocity",
    "reply_centralisation",
    "cohesive_core_share",
    "key_person_dependence",
    "isolate_share",
    "ei_region",
    "ei_cohort",
}


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_a_month_s_network_as_networkx_and_igraph_see_it(seed: int) -> None:
    """A random group, tied at random, all of whose regions and cohorts are known."""
    inputs = random_group(months=1, members=24, per_month=400, seed=seed)
    found = compute(inputs, codes=NETWORK)
    value = dict(found.values.select("code", "value").iter_rows())
    assume(value["ei_region"] is not None and value["ei_cohort"] is not None)
    directed = nx.DiGraph()
    directed.add_nodes_from(inputs.fact_turn["member_key"].unique().to_list())
    people = dict(inputs.dim_member.select("member_key", "origin_region").iter_rows())
    cohorts = dict(inputs.dim_member.select("member_key", "cohort").iter_rows())
    ties = inputs.fact_reply.group_by("source_member_key", "target_member_key").agg(
        weight=pl.col("weight").sum(), turns=pl.len()
    )
    for source, target, weight, turns in ties.iter_rows():
        directed.add_edge(source, target, weight=weight, turns=turns)
    total = directed.size("weight")
    back = sum(
        min(weight, directed[b][a]["weight"])
        for a, b, weight in directed.edges(data="weight")
        if directed.has_edge(b, a)
    )
    assert value["tie_reciprocity"] == pytest.approx(back / total)
    degrees = [degree for _, degree in directed.in_degree()]
    assert value["reply_centralisation"] == pytest.approx(
        sum(max(degrees) - degree for degree in degrees) / (len(degrees) - 1) ** 2
    )
    plain = _undirected(directed, "turns", 2)
    core = max(map(len, nx.biconnected_components(plain)), default=0)
    assert value["cohesive_core_share"] == pytest.approx((core if core > 2 else 0) / len(directed))
    both = _undirected(directed, "weight", 0)
    strength = dict(both.degree(weight="weight"))
    assert value["key_person_dependence"] == pytest.approx(max(strength.values()) / total)
    light = [(a, b) for a, b, weight in directed.edges(data="weight") if weight < 1]
    lonely = nx.number_of_isolates(nx.restricted_view(directed, [], light))
    assert value["isolate_share"] == pytest.approx(lonely / len(directed))
    across = sum(weight for a, b, weight in both.edges(data="weight") if people[a] != people[b])
    assert value["ei_region"] == pytest.approx((2 * across - total) / total)
    nx.set_node_attributes(both, cohorts, "cohort")
    detail = dict(found.details.filter(pl.col("code") == "ei_cohort").select("detail", "value").iter_rows())
    assert detail["assortativity"] == pytest.approx(_weighted_assortativity(both))


def _undirected(directed: nx.DiGraph, attribute: str, least: float) -> nx.Graph:
    """Both directions of a tie added up, as far as it has the least weight."""
    graph: Any = nx.Graph()
    graph.add_nodes_from(directed)
    for a, b, amount in directed.edges(data=attribute):
        known = graph.get_edge_data(a, b, {attribute: 0})[attribute]
        graph.add_edge(a, b, **{attribute: known + amount})
    graph.remove_edges_from([(a, b) for a, b, amount in graph.edges(data=attribute) if amount < least])
    return graph


def _weighted_assortativity(graph: nx.Graph) -> float:
    """Correlation of the cohorts at both ends, by SciPy's weighted arrays of ends."""
    ends = [(a, b, w) for a, b, w in graph.edges(data="weight")] + [
        (b, a, w) for a, b, w in graph.edges(data="weight")
    ]
    x, y, weight = (
        np.array(column)
        for column in zip(
            *[(graph.nodes[a]["cohort"], graph.nodes[b]["cohort"], w) for a, b, w in ends], strict=True
        )
    )
    return float(np.cov(x, y, aweights=weight)[0, 1] / np.cov(x, x, aweights=weight)[0, 1])


@given(graphs(directed=False), st.data())
def test_assortativity_of_plain_ties(matrix: np.ndarray, data: st.DataObject) -> None:
    """With ties of weight 1 it is that of networkx and of igraph."""
    n = len(matrix)
    years = np.array(data.draw(st.lists(st.integers(2005, 2020), min_size=n, max_size=n)), dtype=float)
    source, target = np.nonzero(np.triu(matrix))
    ends = {years[i] for i in (*source, *target)}
    assume(len(source) and len(ends) > 1)
    found = year_assortativity(years[source], years[target], np.ones(len(source)))
    graph = nx.from_numpy_array(matrix)
    since = [year - 2012 for year in years]  # both lose digits to cancellation far from 0
    nx.set_node_attributes(graph, dict(enumerate(since)), "year")
    assert found == pytest.approx(nx.numeric_assortativity_coefficient(graph, "year"), abs=1e-7)
    other = igraph.Graph.Adjacency(matrix.tolist(), mode="undirected")
    assert found == pytest.approx(other.assortativity(since, directed=False), abs=1e-7)


def test_assortativity_of_the_toy() -> None:
    """Two classes of three, five ties, two across: .16667 by either library."""
    ties = [(0, 1), (1, 2), (0, 3), (3, 4), (2, 5)]
    graph = nx.Graph(ties)
    nx.set_node_attributes(graph, {i: i // 3 for i in range(6)}, "side")
    assert nx.attribute_assortativity_coefficient(graph, "side") == pytest.approx(1 / 6)
    assert igraph.Graph(n=6, edges=ties).assortativity_nominal([0, 0, 0, 1, 1, 1]) == pytest.approx(1 / 6)
