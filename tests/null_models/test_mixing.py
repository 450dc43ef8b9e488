"""Chains are long enough by default on the connectomes of the package, and `mixing` would say if not."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca
from tests import graphs

CONNECTOMES = [
    "celegans-cook2019-hermaphrodite",
    "celegans-varshney2011",
    "larva-mushroom-body-right",
    "fly-mushroom-body-right",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", CONNECTOMES)
def test_means_at_the_default_agree_with_those_of_a_chain_five_times_as_long(name: str) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    default = ca.motifs.significance(g, n_samples=300, rng=1)
    longer = ca.motifs.significance(g, n_samples=300, rng=2, proposals_per_edge=100)
    error = np.sqrt((default["null_sd"] ** 2 + longer["null_sd"] ** 2) / 300)
    apart = (default["null_mean"] - longer["null_mean"]).abs() / error.where(error > 0)
    assert apart.max() < 4.5  # sixteen classes, four connectomes


@pytest.mark.slow
@pytest.mark.parametrize("null", ["configuration", "reciprocal_configuration"])
@pytest.mark.parametrize("name", CONNECTOMES)
def test_connectomes_are_mixed_at_the_default(name: str, null: str) -> None:
    with ca.open(name) as connectome:
        report = ca.null_models.mixing(connectome.graph(), null, n_samples=20)
    assert report.mixed, report


def test_a_report_shows_chains_of_growing_length() -> None:
    g = graphs.random_graph(80, 0.06, seed=1)
    report = ca.null_models.mixing(g, n_samples=10, rng=2)
    table = report.table
    assert report.verdict.startswith("mixed: from 0.")
    assert report.mixed
    assert table.index.tolist() == [0.125, 0.25, 0.5, 1, 2, 4]
    assert table["proposals_per_edge"].tolist() == [2.5, 5, 10, 20, 40, 80]
    assert table["proposals"].tolist() == [max(1000, 20 * by * g.n_edges) for by in table.index]
    assert table["edges_kept"].between(0, 1).all()
    assert (table["mutual_pairs_se"] > 0).all()
    assert str(report).startswith(report.verdict)


def test_a_chain_that_is_too_short_is_found_out() -> None:
    g = graphs.random_graph(200, 0.06, seed=1)
    report = ca.null_models.mixing(g, n_samples=10, proposals_per_edge=0.5)
    assert not report.mixed
    assert report.verdict.startswith("not mixed: at ")
    assert "edges_kept" in report.verdict
    assert "Take proposals_per_edge of at least 4 and look again." in report.verdict
    assert report.table.loc[1, "edges_kept"] > 2 * report.table.loc[4, "edges_kept"]


@pytest.mark.parametrize("options", [{"method": "curveball"}, {}])
def test_the_report_is_the_same_on_any_number_of_threads(options: dict[str, str]) -> None:
    g = graphs.random_graph(40, 0.1, seed=1)
    one, two = (
        ca.null_models.mixing(g, n_samples=4, rng=3, n_jobs=n_jobs, **options) for n_jobs in (1, 2)
    )
    assert one.verdict == two.verdict
    assert one.table.equals(two.table)


def test_other_statistics_can_be_asked_for() -> None:
    g = graphs.random_graph(40, 0.1, seed=1)
    one = ca.null_models.mixing(g, statistic=ca.measures.reciprocity, n_samples=4)
    assert "reciprocity_se" in one.table
    both = {"r": ca.measures.reciprocity, "t": ca.measures.transitivity}
    two = ca.null_models.mixing(g, "reciprocal_configuration", statistic=both, n_samples=4)
    assert {"r", "r_se", "t", "t_se"} < set(two.table)
    assert two.table["r"].nunique() == 1  # this null keeps reciprocity


def test_a_null_that_draws_directly_has_no_chain() -> None:
    g = graphs.random_graph(40, 0.1, seed=1)
    report = ca.null_models.mixing(g, "erdos_renyi", n_samples=4)
    assert report.verdict.startswith("exact: ")
    assert report.mixed
    assert report.table.index.tolist() == [1.0]


def test_a_whole_number_of_rounds_stays_one() -> None:
    g = graphs.random_graph(40, 0.2, seed=1)
    labels = np.arange(40) % 3
    report = ca.null_models.mixing(g, "block", groups=labels, n_samples=4, rounds=12)
    assert report.table["rounds"].tolist() == [2, 3, 6, 12, 24, 48]


@pytest.mark.parametrize("edges", [0, 1, 30])
def test_a_graph_with_no_other_of_its_kind_is_frozen(edges: int) -> None:
    matrix = (1 - np.eye(6, dtype=int)) * (np.arange(36) < 6 * edges / 5).reshape(6, 6)
    matrix = 1 - np.eye(6, dtype=int) if edges == 30 else np.eye(6, k=5, dtype=int) * edges
    report = ca.null_models.mixing(ca.Graph.from_adjacency(matrix), n_samples=2)
    assert report.verdict.startswith("frozen: ")
    assert not report.mixed


def test_too_few_samples_are_refused() -> None:
    g = graphs.random_graph(10, 0.2, seed=1)
    with pytest.raises(ValueError, match="n_samples must be at least 2"):
        ca.null_models.mixing(g, n_samples=1)
    with pytest.raises(ValueError, match=r"n_samples must be a whole number .* got 2.5"):
        ca.null_models.mixing(g, n_samples=2.5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["celegans-varshney2011", "fly-mushroom-body-right"])
def test_blocks_are_mixed_at_the_default(name: str) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    report = ca.null_models.mixing(g, "block", groups="cell_class", n_samples=20)
    assert report.mixed, report


@pytest.mark.slow
@pytest.mark.parametrize("bin_edges_um", [None, (0, 50, float("inf"))])
def test_distances_with_degrees_are_mixed_at_the_default(bin_edges_um: object) -> None:
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    report = ca.null_models.mixing(
        g,
        "spatial",
        positions_nm=np.random.default_rng(3).random((g.n_nodes, 3)) * 1e5,
        bin_edges_um=bin_edges_um,
        keep_degrees=True,
        n_samples=8,
    )
    assert report.mixed, report
