"""Motif profiles: unit vectors of z-scores, their distances and their tree."""

from __future__ import annotations

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist, squareform

import connectome_analysis as ca
from connectome_analysis.compare.profile_vectors import abundances, z_scores

from .graphs import random_graph


@pytest.fixture(scope="module")
def found() -> ca.compare.MotifProfiles:
    graphs = {f"g{seed}": random_graph(seed) for seed in range(4)}
    return ca.compare.motif_profiles(
        graphs, ["configuration", "reciprocal_configuration"], n_samples=60
    )


def test_every_connectome_null_and_connected_motif_has_one_row(
    found: ca.compare.MotifProfiles,
) -> None:
    assert len(found.table) == 4 * 2 * 13
    assert found.connectomes == ["g0", "g1", "g2", "g3"]
    assert list(found.wide().columns) == list(ca.motifs.CONNECTED_TRIADS)


def test_a_profile_is_the_z_scores_of_significance_at_unit_length(
    found: ca.compare.MotifProfiles,
) -> None:
    table = ca.motifs.significance(random_graph(2), "configuration", 60, rng=0)
    z = table.loc[list(ca.motifs.CONNECTED_TRIADS), "z"].fillna(0).to_numpy()
    row = found.wide("configuration").loc["g2"].to_numpy()
    np.testing.assert_allclose(row, z / np.sqrt((z**2).sum()), rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(found.wide().to_numpy(), axis=1), 1.0)


@pytest.mark.parametrize("metric", ["correlation", "cosine", "euclidean"])
def test_distances_agree_with_scipy(found: ca.compare.MotifProfiles, metric: str) -> None:
    mine = found.distances(metric=metric).to_numpy()  # type: ignore[arg-type]
    other = squareform(pdist(found.wide().to_numpy(), metric))  # type: ignore[arg-type]
    np.testing.assert_allclose(mine, other, atol=1e-12)


def test_a_connectome_alone_has_the_profile_it_has_in_company(
    found: ca.compare.MotifProfiles,
) -> None:
    alone = ca.compare.motif_profiles([random_graph(3)], "reciprocal_configuration", n_samples=60)
    pd.testing.assert_series_equal(alone.wide().loc["g3"], found.wide().loc["g3"])


def test_a_graph_and_its_copy_are_joined_first_at_distance_0() -> None:
    graphs = {"a": random_graph(5), "other": random_graph(6), "copy": random_graph(5)}
    tree = ca.compare.motif_profiles(graphs, "configuration", n_samples=40).linkage()
    assert sorted(tree[0, :2]) == [0, 2]
    assert tree[0, 2] == pytest.approx(0, abs=1e-12)


def test_a_motif_that_neither_graph_nor_null_has_counts_as_usual() -> None:
    # A directed cycle of three: its nulls of these degrees hold 030C alone, each time.
    g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], name="cycle")
    row = ca.compare.motif_profiles([g], "configuration", n_samples=10).table.set_index("motif")
    assert row.loc["300", ["z", "profile"]].tolist() == [0.0, 0.0]


def test_ratios_are_those_of_milo() -> None:
    table = pd.DataFrame({"observed": [10, 0, 6], "null_mean": [2.0, 0.0, 6.0]})
    np.testing.assert_allclose(abundances(table), [8 / 16, 0.0, 0.0])


def test_a_z_of_a_null_without_spread_is_0_where_nothing_differs_and_unknown_otherwise() -> None:
    table = pd.DataFrame(
        {"observed": [3, 5, 9], "null_mean": [3.0, 4.0, 1.0], "z": [np.nan, np.nan, 2.0]}
    )
    np.testing.assert_array_equal(z_scores(table), [0.0, np.nan, 2.0])


def test_what_is_not_known_of_one_profile_is_left_out_of_its_distances() -> None:
    profiles = np.array([[0.6, 0.8, 0.0], [0.6, 0.8, np.nan]])
    assert ca.compare.profile_distances(profiles, "euclidean")[0, 1] == 0.0


def test_all_four_neuron_classes_make_a_profile() -> None:
    found = ca.compare.motif_profiles(
        [random_graph(1, n=16)], "configuration", n_samples=10, size=4, measure="ratio"
    )
    assert len(found.table) == 199
    assert np.linalg.norm(found.wide().to_numpy()) == pytest.approx(1)


def test_an_error_model_puts_an_interval_round_the_profile_of_the_true_graph() -> None:
    g = random_graph(7, n=24)
    model = ca.errors.ErrorModel(beta=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)
        found = ca.compare.motif_profiles(
            {"seen": g, "bare": random_graph(8)},
            "reciprocal_configuration",
            n_samples=40,
            error_models={"seen": model},
            n_draws=4,
            nulls_per_draw=10,
        )
    rows = found.table[found.table["connectome"] == "seen"]
    assert (rows["low"] <= rows["imputed_profile"]).all()
    assert (rows["imputed_profile"] <= rows["high"]).all()
    assert np.linalg.norm(rows["aware_profile"]) == pytest.approx(1)
    bare = found.table[found.table["connectome"] == "bare"]
    assert bare[["low", "high", "imputed_profile", "aware_z"]].isna().all(axis=None)
    assert found.level == 0.95
    with pytest.raises(ValueError, match="it is not known of bare"):
        found.wide(which="imputed_profile")


@pytest.mark.slow
def test_a_perfect_reconstruction_has_an_interval_of_chance_alone() -> None:
    g = random_graph(7, n=40)
    found = ca.compare.motif_profiles(
        [g],
        "configuration",
        n_samples=400,
        error_models=[ca.errors.ErrorModel()],
        n_draws=4,
        nulls_per_draw=400,
    )
    rows = found.table
    np.testing.assert_allclose(rows["imputed_profile"], rows["profile"], atol=0.15)


@pytest.mark.slow
def test_the_interval_holds_the_true_profile_and_its_middle_is_nearer_than_what_was_seen() -> None:
    worm = ca.open("celegans-witvliet2021-8").graph()
    null = "reciprocal_configuration"
    truth = ca.compare.motif_profiles([worm], null, n_samples=1000).wide().iloc[0].to_numpy()
    model = ca.errors.ErrorModel(alpha=0.002, beta=0.15, could_touch="all")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)
        rows = ca.compare.motif_profiles(
            [model.corrupt(worm, rng=1)],
            null,
            n_samples=300,
            error_models=[model],
            nulls_per_draw=50,
        ).table
    covered = (rows["low"] <= truth) & (truth <= rows["high"])
    assert covered.sum() >= 11
    away = {name: np.linalg.norm(rows[name] - truth) for name in ("profile", "imputed_profile")}
    assert away["imputed_profile"] < away["profile"]


@pytest.mark.slow
def test_individuals_of_one_species_are_closer_than_species() -> None:
    names = [f"celegans-witvliet2021-{age}" for age in (5, 6, 7, 8)] + ["larva-mushroom-body-left"]
    with pytest.warns(ca.compare.MixedCountsWarning, match="manual tracing"):
        table = ca.compare.motif_profiles(
            names, "reciprocal_configuration", n_samples=100
        ).distances()
    worms = table.iloc[:4, :4].to_numpy()
    assert worms.max() < table.iloc[:4, 4].min()


def test_the_picture_has_a_row_for_each_connectome_in_the_order_of_the_tree(
    found: ca.compare.MotifProfiles,
) -> None:
    ax = ca.plot.profile_tree(found, null="configuration")
    assert sorted(label.get_text() for label in ax.get_yticklabels()) == found.connectomes
    assert "configuration" in ax.get_title(loc="left")
    plt.close(ax.figure)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"connectomes": "celegans-varshney2011"}, "put it into a list"),
        ({"connectomes": []}, "connectomes must be 1 or more, got 0"),
        ({"connectomes": [random_graph(1), random_graph(1)]}, "Two connectomes are called 'g1'"),
        ({"connectomes": [3]}, "got int"),
        ({"connectomes": [random_graph(1)], "min_synapses": 3}, "min_synapses cannot be asked"),
        ({"connectomes": [random_graph(1)], "nulls": []}, "nulls must name one null model"),
        (
            {"connectomes": [random_graph(1)], "n_samples": 1},
            "n_samples must be a whole number of at least 2",
        ),
        ({"connectomes": [random_graph(1)], "measure": "s"}, "measure must be 'z' or 'ratio'"),
        (
            {"connectomes": [random_graph(1)], "error_models": [None, None]},
            "one ErrorModel or None for each of 1",
        ),
        ({"connectomes": [random_graph(1)], "error_models": {"x": None}}, "no connectome given"),
        (
            {"connectomes": [random_graph(1)], "null_options": {"block": {}}},
            "not among the nulls configuration",
        ),
    ],
)
def test_mistakes_are_told(arguments: dict, words: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=words):
        ca.compare.motif_profiles(**arguments)


def test_a_tree_of_one_and_an_unknown_null_are_mistakes() -> None:
    found = ca.compare.motif_profiles([random_graph(1)], "configuration", n_samples=5)
    with pytest.raises(ValueError, match="two connectomes or more, got 1"):
        found.linkage()
    with pytest.raises(ValueError, match="null must be one of 'configuration', got 'dyad'"):
        found.wide("dyad")
    with pytest.raises(ValueError, match="'ward' is for metric='euclidean'"):
        found.linkage(method="ward")
