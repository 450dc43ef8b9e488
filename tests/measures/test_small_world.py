"""Small world: the formulas against drawn graphs and published numbers."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.measures.small_world import (
    lattice_clustering,
    random_clustering,
    random_path_length,
    undirected_pairs,
)
from tests import graphs

small_world = ca.measures.small_world


def test_the_fly_has_the_published_small_worldness() -> None:
    # Lin et al. 2024, doi:10.1038/s41586-024-07968-y, v630 at 5 synapses. The published value comes
    # out, to the rounding of what is published, where the density of joined pairs is over the
    # 124,778 neurons of the weak component and the random path length over all 127,319.
    edges, reciprocity, clustering, length = 2_613_129, 0.138377, 0.046329, 4.4153
    everyone, joined = 127_319, 124_778
    pairs = undirected_pairs(edges, reciprocity)
    by_chance = random_path_length(everyone, edges / everyone)
    ratio = (clustering / random_clustering(joined, pairs)) / (length / by_chance)
    assert ratio == pytest.approx(141.018, abs=0.003)
    # With the same neurons in both, it would be 4 % more.
    same = (clustering / random_clustering(everyone, pairs)) / (length / by_chance)
    assert same == pytest.approx(146.8, abs=0.1)


def test_the_parts_are_the_measures_they_say() -> None:
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    values = small_world(g)
    assert values["clustering"] == ca.measures.transitivity(g)
    assert values["path_length"] == pytest.approx(3.4802, abs=5e-5)
    pairs = undirected_pairs(g.n_edges, ca.measures.reciprocity(g))
    assert pairs == pytest.approx(g.symmetrized().n_edges / 2)
    assert values["clustering_null"] == pytest.approx(2 * pairs / (279 * 278))
    ratio = values["clustering_ratio"] / values["path_length_ratio"]
    assert values["small_worldness"] == pytest.approx(ratio)
    assert values["small_worldness"] > 1
    assert -1 < values["omega"] < 1
    assert values.attrs["null_model"] == "formula"


def test_the_formulas_agree_with_random_graphs() -> None:
    rng = np.random.default_rng(1)
    n, m = 2000, 24_000
    keys = rng.choice(n * (n - 1), m, replace=False)
    pre, post = keys // (n - 1), keys % (n - 1)
    g = ca.Graph.from_edges(pre, post + (post >= pre), node_ids=np.arange(n))
    values = small_world(g)
    assert values["clustering_ratio"] == pytest.approx(1, abs=0.05)
    assert values["path_length_ratio"] == pytest.approx(1, abs=0.02)
    assert values["small_worldness"] == pytest.approx(1, abs=0.06)
    assert values["omega"] == pytest.approx(1, abs=0.05)


def test_a_ring_has_the_clustering_of_the_formula() -> None:
    ring = nx.watts_strogatz_graph(60, 6, 0)
    assert nx.average_clustering(ring) == pytest.approx(lattice_clustering(6))
    values = small_world(ca.Graph.from_networkx(ring))
    assert values["clustering"] == pytest.approx(values["clustering_lattice"])


def test_a_graph_of_the_null_is_no_small_world_beside_it() -> None:
    g = ca.null_models.sample(graphs.random_graph(150, 0.06, seed=2), "configuration", rng=5)
    values = small_world(g, null="configuration", n_samples=10, rng=3)
    assert values["small_worldness"] == pytest.approx(1, abs=0.1)
    assert values["clustering_null_sd"] > 0
    assert (values.attrs["n_samples"], values.attrs["seed"]) == (10, 3)


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads() -> None:
    g = graphs.random_graph(100, 0.06, seed=3)
    told: list[tuple[int, int]] = []
    one = small_world(g, null="configuration", n_samples=4, n_jobs=1)
    two = small_world(
        g, null="configuration", n_samples=4, n_jobs=3, progress=lambda *x: told.append(x)
    )
    assert one.equals(two)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_options_reach_the_null_and_path_lengths() -> None:
    g = graphs.random_graph(100, 0.06, seed=4)
    values = small_world(g, within="reachable pairs", sources=30)
    assert values.attrs["within"] == "reachable pairs"
    assert values.attrs["seed"] == 0
    exact = small_world(g, within="reachable pairs")
    assert values["path_length"] == pytest.approx(exact["path_length"], rel=0.1)
    with pytest.raises(ValueError, match="has no option steps"):
        small_world(g, null="configuration", steps=4)
    with pytest.raises(ValueError, match="There is no null model 'ring'"):
        small_world(g, null="ring")
    with pytest.raises(ValueError, match="n_samples must be a whole number of at least 2, got 1"):
        small_world(g, null="configuration", n_samples=1)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_without_edges_nothing_is_defined(n: int) -> None:
    values = small_world(ca.Graph.from_edges([], [], node_ids=np.arange(n)))
    assert math.isnan(values["small_worldness"])
    assert math.isnan(values["omega"])


def test_self_loops_are_left_out_of_every_number() -> None:
    g = graphs.random_graph(60, 0.07, seed=5)
    loops = np.arange(60)
    kept = g.with_edges(
        np.concatenate([g.out_sources, loops]), np.concatenate([g.out_indices, loops])
    )
    assert kept.has_self_loops
    pd.testing.assert_series_equal(
        ca.measures.small_world(kept), ca.measures.small_world(g), check_names=False
    )


def test_an_option_that_the_formula_has_not_is_refused() -> None:
    g = graphs.random_graph(20, 0.2, seed=5)
    with pytest.raises(ValueError, match="The formula takes no options, got n_sample"):
        ca.measures.small_world(g, n_sample=3)
