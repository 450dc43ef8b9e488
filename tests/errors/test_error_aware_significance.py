"""Significance, the rich club and any measure beside a null with the errors of the reconstruction."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from tests import graphs

AWARE = [
    *("aware_null_mean", "aware_null_sd", "aware_null_low", "aware_null_high"),
    *("aware_z", "aware_p_value", "aware_q_value", "verdict_changes"),
]


def lopsided(g: ca.Graph) -> ca.errors.ErrorModel:
    """Half of the neurons are seen well, half badly, so that Erdos-Renyi graphs look uneven."""
    found = np.where(np.arange(g.n_nodes) % 2, 0.9, 0.2)
    return ca.errors.ErrorModel(beta=0.0, pre_completeness=pd.Series(found, g.node_ids))


def uneven() -> ca.Graph:
    """An Erdos-Renyi graph of which half of the neurons lost most of what they send."""
    rng = np.random.default_rng(4)
    chance = np.where(np.arange(80) % 2, 0.9, 0.2)[:, None] * 0.2
    matrix = (rng.random((80, 80)) < chance).astype(int)
    np.fill_diagonal(matrix, 0)
    return ca.Graph.from_adjacency(matrix)


def test_both_nulls_stand_side_by_side_and_a_changed_verdict_is_named() -> None:
    g = uneven()
    with pytest.warns(
        ca.errors.VerdictWarning, match=r"verdict at 5% changes for \d+ motifs: .*021D"
    ):
        table = ca.motifs.significance(
            g, "erdos_renyi", n_samples=699, error_model=lopsided(g), rng=1
        )
    plain = ca.motifs.significance(g, "erdos_renyi", n_samples=699, rng=1)
    assert table[plain.columns].equals(plain)
    assert [name for name in table.columns if name in AWARE] == AWARE
    assert table.loc["021D", "z"] > 10
    assert abs(table.loc["021D", "aware_z"]) < 4
    assert table.loc["021D", "verdict_changes"]
    assert (
        "0.2 to 0.9" in table.attrs["error_model"] or "20 % to 90 %" in table.attrs["error_model"]
    )
    assert table.attrs["aware_keeps"].startswith(
        "the number of neurons and the number of edges; true"
    )
    assert {"estimate", "estimate_low", "estimate_high"} <= set(table.columns)


def test_without_errors_both_are_the_same() -> None:
    g = graphs.random_graph(40, 0.15, seed=3)
    table = ca.motifs.significance(g, n_samples=50, error_model=ca.errors.ErrorModel(), rng=2)
    assert (table["aware_null_mean"] == table["null_mean"]).all()
    assert (table["aware_q_value"] == table["q_value"]).all()
    assert not table["verdict_changes"].any()


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads() -> None:
    g = graphs.random_graph(40, 0.15, seed=3)
    model = ca.errors.ErrorModel(
        beta=0.2, uncertainty=ca.errors.Uncertainty(("beta",), np.array([[0.2]]))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)
        one, two, other = (
            ca.motifs.significance(g, n_samples=30, error_model=model, rng=seed, n_jobs=jobs)
            for seed, jobs in ((2, 1), (2, 2), (3, 1))
        )
    assert one.equals(two)
    assert not one["aware_null_mean"].equals(other["aware_null_mean"])


def test_uncertain_rates_widen_the_null_and_can_be_held() -> None:
    g = uneven()
    model = ca.errors.ErrorModel(
        beta={"half": {"even": 0.8, "odd": 0.1}},
        uncertainty=ca.errors.Uncertainty(("beta[even]",), np.array([[0.4]])),
    )
    nodes = g.nodes.assign(half=np.where(np.arange(80) % 2, "odd", "even"))
    g = ca.Graph.from_edges(
        g.node_ids[g.out_sources], g.node_ids[g.out_indices], node_ids=g.node_ids, nodes=nodes
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)
        drawn, held = (
            ca.motifs.significance(
                g, "erdos_renyi", n_samples=100, error_model=model, rng=2, rate_draws=draws
            )
            for draws in (20, 0)
        )
    assert drawn.loc["021D", "aware_null_sd"] > 2 * held.loc["021D", "aware_null_sd"]


def test_the_rich_club_has_both() -> None:
    g = uneven()
    with pytest.warns(ca.errors.VerdictWarning, match="values of k"):
        curve = ca.rich_club(g, "out", "erdos_renyi", n_samples=699, error_model=lopsided(g), rng=1)
    assert [name for name in curve.columns if name in AWARE] == AWARE
    # Neurons that send much are joined more than evenly, and no more than the errors ask for.
    middle = curve.index[curve["n_neurons"] == 40][0] if (curve["n_neurons"] == 40).any() else 8
    assert curve.loc[middle, "q_value"] < 0.05 < curve.loc[middle, "aware_q_value"]
    with pytest.raises(ValueError, match="error_model needs a null model"):
        ca.rich_club(g, null_model=None, error_model=lopsided(g))


def test_any_measure_has_both() -> None:
    g = uneven()
    steps: list[tuple[int, int]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)
        table = ca.null_models.against(
            g,
            {"reciprocity": ca.measures.reciprocity, "transitivity": ca.measures.transitivity},
            "erdos_renyi",
            n_samples=50,
            error_model=lopsided(g),
            progress=lambda done, total: steps.append((done, total)),
        )
    assert table.loc["transitivity", "aware_null_mean"] > table.loc["transitivity", "null_mean"]
    assert steps[0] == (1, 100)
    assert steps[-1] == (100, 100)


def test_splits_are_left_out_and_that_is_said() -> None:
    g = graphs.random_graph(30, 0.2, seed=3)
    model = ca.errors.ErrorModel(beta=0.01, split=ca.errors.Split(probability=0.1))
    with pytest.warns(ca.errors.PairsAloneWarning, match="Splits and merges are left out"):
        table = ca.null_models.against(g, ca.measures.reciprocity, n_samples=10, error_model=model)
    assert table.attrs["error_model_part"].startswith("splits and merges are left out")
    assert "splits and merges are left out" in table.attrs["aware_keeps"]


def test_decided_early_both_have_a_verdict() -> None:
    g = uneven()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)
        table = ca.motifs.significance(
            g, "erdos_renyi", 400, decide_at=0.05, error_model=lopsided(g)
        )
    assert set(table["aware_verdict"]) <= {"over", "under", "no", "open"}


def test_colored_motifs_have_both() -> None:
    g = uneven()
    colors = np.where(np.arange(80) % 2, "odd", "even")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)
        table = ca.motifs.significance(
            g, "erdos_renyi", 99, colors=colors, error_model=lopsided(g), rng=1
        )
    assert table["aware_p_value"].le(0.05).mean() < 0.15 < table["p_value"].le(0.05).mean()
