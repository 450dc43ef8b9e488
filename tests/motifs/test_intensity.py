"""Intensity and coherence equal their definition, and open triads are summed without listing them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.motifs import CONNECTED_TRIADS, TRIAD_NAMES
from tests import graphs
from tests.reference import intensity as reference


@st.composite
def weighted(draw: st.DrawFn, max_nodes: int = 8) -> np.ndarray:
    matrix = draw(graphs.adjacency(max_nodes))
    strength = st.one_of(st.integers(1, 4), st.floats(1e-3, 1e3))
    a, b = np.nonzero(matrix)
    drawn = draw(st.lists(strength, min_size=len(a), max_size=len(a)))
    weights = np.zeros(matrix.shape)
    weights[a, b] = drawn
    return weights


def agree(table: pd.DataFrame, weights: np.ndarray) -> None:
    wanted = reference.table(weights)
    assert table.index.tolist() == list(CONNECTED_TRIADS)
    for name in CONNECTED_TRIADS:
        count, total, coherence = wanted[name]
        row = table.loc[name]
        assert row["count"] == count
        assert row["total_intensity"] == pytest.approx(total, rel=1e-8, abs=1e-9)
        if count == 0:
            assert row["total_intensity"] == 0
            assert np.isnan(row["mean_intensity"])
            assert np.isnan(row["mean_coherence"])
        else:
            assert row["mean_intensity"] == pytest.approx(total / count, rel=1e-8, abs=1e-9)
            assert row["mean_coherence"] == pytest.approx(coherence / count, rel=1e-8, abs=1e-9)


def test_a_feed_forward_loop_by_hand() -> None:
    g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[1, 2, 4])
    row = ca.motifs.intensity(g).loc["030T"]
    assert row["total_intensity"] == pytest.approx(2)  # the cube root of 8
    assert row["mean_coherence"] == pytest.approx(2 / (7 / 3))


def test_a_mutual_pair_brings_two_weights() -> None:
    g = ca.Graph.from_edges([1, 2, 3], [2, 1, 2], weight=[1, 3, 9])
    row = ca.motifs.intensity(g).loc["111D"]
    assert row["count"] == 1
    assert row["total_intensity"] == pytest.approx(3)
    assert row["mean_coherence"] == pytest.approx(9 / 13)


def test_a_star_has_all_its_wedges() -> None:
    g = ca.Graph.from_edges([0, 0, 0], [1, 2, 3], weight=[1, 4, 9])
    row = ca.motifs.intensity(g).loc["021D"]
    assert row["total_intensity"] == pytest.approx(2 + 3 + 6)
    assert row["mean_coherence"] == pytest.approx((4 / 5 + 3 / 5 + 12 / 13) / 3)


@given(weighted())
@settings(max_examples=50, deadline=None)
def test_the_table_is_what_looking_at_every_three_neurons_gives(weights: np.ndarray) -> None:
    agree(ca.motifs.intensity(ca.Graph.from_adjacency(weights)), weights)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["whole", "real"])
def test_the_table_is_its_definition_on_graphs_with_hubs(seed: int, kind: str) -> None:
    g = graphs.random_graph(36, 0.6, seed)  # some neurons have enough edges to be grouped
    rng = np.random.default_rng(seed)
    strengths = rng.lognormal(1, 1, g.n_edges)
    if kind == "whole":
        strengths = np.ceil(strengths).astype(np.int64)
    g = g.with_edges(g.out_sources, g.out_indices, strengths)
    agree(ca.motifs.intensity(g), g.to_scipy().toarray().astype(float))


@pytest.mark.parametrize("name", ca.datasets.names())
def test_counts_are_the_plain_census_of_every_bundled_connectome(name: str) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    table = ca.motifs.intensity(g)
    assert table["count"].tolist() == ca.motifs.triad_census(g)[list(CONNECTED_TRIADS)].tolist()
    total = ca.motifs.intensity_of_edges(g.n_nodes, g.out_sources, g.out_indices, g.weights)
    np.testing.assert_allclose(total, table["total_intensity"], rtol=1e-12)
    there = table[table["count"] > 0]
    assert there["mean_coherence"].between(0, 1).all()
    assert there["mean_intensity"].between(g.weights.min(), g.weights.max()).all()


def test_equal_weights_have_that_intensity_and_coherence_one() -> None:
    g = graphs.random_graph(50, 0.15, seed=3)
    g = g.with_edges(g.out_sources, g.out_indices, np.full(g.n_edges, 3))
    table = ca.motifs.intensity(g).dropna()
    assert len(table) > 8
    np.testing.assert_allclose(table["mean_intensity"], 3, rtol=1e-9)
    np.testing.assert_allclose(table["mean_coherence"], 1, rtol=1e-9)


@pytest.mark.parametrize("factor", [1e-300, 1e-3, 7.0, 1e300])
def test_intensity_scales_with_the_weights_and_coherence_does_not(factor: float) -> None:
    g = graphs.random_graph(40, 0.2, seed=4)
    strengths = np.random.default_rng(4).lognormal(0, 1, g.n_edges)
    one = ca.motifs.intensity(g.with_edges(g.out_sources, g.out_indices, strengths))
    other = ca.motifs.intensity(g.with_edges(g.out_sources, g.out_indices, strengths * factor))
    np.testing.assert_allclose(other["mean_intensity"], one["mean_intensity"] * factor, rtol=1e-9)
    np.testing.assert_allclose(other["mean_coherence"], one["mean_coherence"], rtol=1e-9)


def test_weights_of_both_extremes_do_not_overflow() -> None:
    g = ca.Graph.from_edges([0, 0], [1, 2], weight=[1e300, 1e-300])
    row = ca.motifs.intensity(g).loc["021D"]
    assert row["total_intensity"] == pytest.approx(1)
    assert row["mean_coherence"] == pytest.approx(0, abs=1e-200)


def test_relabelling_the_neurons_changes_nothing_but_the_last_digits() -> None:
    g = graphs.random_graph(60, 0.1, seed=1)
    g = g.with_edges(g.out_sources, g.out_indices, np.arange(1, g.n_edges + 1))
    order = np.random.default_rng(2).permutation(60)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    pd.testing.assert_frame_equal(ca.motifs.intensity(shuffled), ca.motifs.intensity(g), rtol=1e-9)


def test_the_number_of_threads_changes_not_even_the_last_digit() -> None:
    rng = np.random.default_rng(4)
    n = 10_000
    pre, post = rng.integers(0, n, (2, 60_000))
    g = ca.Graph.from_edges(pre, post, rng.random(60_000) + 0.1, node_ids=np.arange(n))
    pd.testing.assert_frame_equal(
        ca.motifs.intensity(g, n_jobs=3), ca.motifs.intensity(g, n_jobs=1), check_exact=True
    )


def test_a_complete_graph_has_no_open_triads_to_the_last_digit() -> None:
    rng = np.random.default_rng(5)
    matrix = rng.random((12, 12)) + 0.01
    np.fill_diagonal(matrix, 0)
    table = ca.motifs.intensity(ca.Graph.from_adjacency(matrix))
    assert table["count"].drop("300").sum() == 0
    assert table["total_intensity"].drop("300").sum() == 0


@pytest.mark.parametrize("n_nodes", [0, 1, 3])
def test_graphs_without_edges_have_thirteen_rows_of_nothing(n_nodes: int) -> None:
    table = ca.motifs.intensity(ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes)))
    assert table["count"].tolist() == [0] * 13
    assert table["count"].dtype == np.int64
    assert table["mean_coherence"].isna().all()


def test_self_loops_are_left_out_and_their_weights_too() -> None:
    g = ca.Graph.from_edges([0, 1, 1], [1, 2, 1], weight=[4, 9, 99], self_loops="keep")
    assert ca.motifs.intensity(g).loc["021C", "total_intensity"] == pytest.approx(6)


def test_weights_that_are_not_positive_are_refused_with_a_way_out() -> None:
    g = ca.Graph.from_edges([5, 5, 6], [6, 7, 7], weight=[1, -2, 3])
    with pytest.raises(ValueError, match=r"above 0, got -2 from 5 to 7 \(1 such edges\).*signs"):
        ca.motifs.intensity(g)
    strengths = g.with_edges(g.out_sources, g.out_indices, abs(g.weights))
    assert ca.motifs.intensity(strengths).loc["030T", "count"] == 1
    with pytest.raises(TypeError, match="A Graph is wanted"):
        ca.motifs.intensity(g.to_scipy())  # type: ignore[arg-type]


def test_the_names_are_in_the_usual_order() -> None:
    assert tuple(name for name in TRIAD_NAMES if name in CONNECTED_TRIADS) == CONNECTED_TRIADS
