"""Robustness: at which error rate a conclusion becomes another one, and that nothing else moves it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors.sweeps.conclusions import conclusions, require_conclusions
from connectome_analysis.errors.sweeps.false_carriers import least_false_share
from connectome_analysis.errors.sweeps.flips import flips_of
from connectome_analysis.errors.sweeps.null_tail import as_normal_deviate, tail_p_values
from connectome_analysis.errors.sweeps.swept_rates import only, rate_values, with_rate
from tests import graphs

ErrorModel = ca.errors.ErrorModel


@pytest.fixture(scope="module")
def worm() -> ca.Graph:
    return ca.open("celegans-varshney2011").graph()


def swept(z: list[float], verdicts: list[str], share: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "conclusion": "030T",
            "beta": np.linspace(0, 0.4, len(z)),
            "q_as_z": z,
            "verdict": verdicts,
            "share_holding": share,
        }
    )


def flip(table: pd.DataFrame, verdict: str, *, between: bool = True) -> tuple[float, str]:
    flips = flips_of(table, "beta", pd.Series({"030T": verdict}), between=between)
    return float(flips.loc["030T", "flips_at"]), str(flips.loc["030T", "becomes"])


def test_a_flip_lies_where_the_line_passes_the_level() -> None:
    table = swept([2.96, 0.96, 0.0], ["over", "no", "no"], [1, 0, 0])
    at, becomes = flip(table, "over")
    assert at == pytest.approx(0.1, abs=1e-4)
    assert becomes == "no"
    assert flip(table, "over", between=False) == (0.2, "no")
    under = swept([-1.96, -0.96, -2.96], ["no", "no", "under"], [1, 1, 0])
    assert flip(under, "no") == (pytest.approx(0.3, abs=1e-4), "under")


def test_among_copies_it_lies_where_half_of_them_hold() -> None:
    table = swept([3, 2, 1], ["over", "over", "no"], [1.0, 0.7, 0.3])
    assert flip(table, "over") == (pytest.approx(0.3), "no")


def test_what_holds_throughout_has_no_flip() -> None:
    at, becomes = flip(swept([3, 3, 3], ["over"] * 3, [1, 1, 1]), "over")
    assert np.isnan(at)
    assert becomes == ""


def test_p_values_are_shares_of_samples_and_go_on_beyond_them() -> None:
    samples = np.random.default_rng(1).normal(size=(2000, 3))
    p_value = tail_p_values(np.array([0.0, 1.0, -8.0]), samples)
    above = (samples[:, 1] >= 1.0).sum()
    assert p_value[0] > 0.9
    assert p_value[1] == pytest.approx(2 * (1 + above) / 2001)
    assert 1e-20 < p_value[2] < 1e-12
    assert as_normal_deviate(p_value, np.array([1.0, 1.0, -1.0]))[2] == pytest.approx(-8, abs=0.7)


def test_the_tail_of_rare_counts_is_longer_than_a_normal_one() -> None:
    samples = np.random.default_rng(1).poisson(1.0, size=(1000, 1)).astype(float)
    p_value = float(tail_p_values(np.array([7]), samples)[0])
    assert 0.3 < p_value / (2 * 8.3e-5) < 3  # P(Poisson(1) >= 7); the normal one is 2e-9


def test_p_values_of_samples_that_never_change() -> None:
    p_value = tail_p_values(np.array([1.0, 2.0, np.nan]), np.ones((99, 3)))
    assert p_value[:2].tolist() == [1.0, 0.02]
    assert np.isnan(p_value[2])


def test_conclusions_are_those_of_significance(worm: ca.Graph) -> None:
    names = require_conclusions(None, ["reciprocity", "transitivity", "rich_club"])
    found = conclusions(worm, names, "configuration", 100, n_jobs=1)
    table = ca.motifs.significance(worm, n_samples=100, n_jobs=1).loc[names[:13]]
    assert np.allclose(found["z"].iloc[:13], table["z"])
    assert np.array_equal(found["observed"].iloc[:13], table["observed"])
    assert found.loc["reciprocity", "observed"] == pytest.approx(ca.measures.reciprocity(worm))
    assert found.loc["transitivity", "observed"] == pytest.approx(ca.measures.transitivity(worm))
    assert (found["estimate"] == found["observed"]).all()


def test_estimates_are_those_of_the_corrections(worm: ca.Graph) -> None:
    model = ErrorModel(alpha=0.002, beta=0.15, could_touch="all")
    names = require_conclusions(None, ["reciprocity"])
    found = conclusions(worm, names, "configuration", 10, error_model=model, n_jobs=1)
    census = ca.errors.debias_triad_census(worm, error_model=model)
    assert np.allclose(found["estimate"].iloc[:13], census["estimate"].loc[names[:13]])
    measures = ca.errors.debias_measures(worm, error_model=model)
    assert found.loc["reciprocity", "estimate"] == pytest.approx(
        measures.loc["reciprocity", "estimate"]
    )
    assert found.loc["reciprocity", "null_estimate"] < 0.1
    by_neuron = model.replace(
        beta=pd.Series(np.full(279, 0.15), worm.node_ids).where(np.arange(279) > 0, 0.1)
    )
    uneven = conclusions(worm, names, "configuration", 10, error_model=by_neuron, n_jobs=1)
    assert uneven["null_estimate"].isna().all()
    assert np.allclose(uneven["estimate"], found["estimate"], rtol=0.2)


def test_misses_flip_nothing_that_is_strong_and_false_connections_flip_what_is_weak(
    worm: ca.Graph,
) -> None:
    setting = {"motifs": ["030T", "120U"], "measures": [], "n_samples": 100, "n_jobs": 1}
    missed = ca.errors.robustness(worm, "beta", [0, 0.3], **setting)
    assert missed.flips["flips_at"].isna().loc["120U"]
    false = ca.errors.robustness(worm, "alpha", [0, 0.01, 0.02], **setting)
    assert 0 < false.flips.loc["030T", "flips_at"] < 0.01
    assert false.flips.loc["030T", "becomes"] == "no"
    assert np.isnan(false.flips.loc["120U", "flips_at"])
    assert list(false.table.columns[:3]) == ["conclusion", "plain_name", "alpha"]
    assert false.table["conclusion"].tolist() == ["030T"] * 3 + ["120U"] * 3


def test_at_no_errors_the_sweep_is_the_plain_test(worm: ca.Graph) -> None:
    found = ca.errors.robustness(worm, "recall", [1, 0.8], n_samples=40, n_jobs=1)
    names = list(found.flips.index)
    plain = conclusions(worm, names, "configuration", 40, n_jobs=1)
    first = found.table[found.table["recall"] == 1].set_index("conclusion")
    assert np.array_equal(first["z"], plain["z"], equal_nan=True)
    assert found.table["recall"].iloc[:2].tolist() == [1.0, 0.8]


def test_worse_copies_lose_a_conclusion_that_was_there(worm: ca.Graph) -> None:
    found = ca.errors.robustness(
        worm,
        "beta",
        [0, 0.5, 0.9],
        reading="worse",
        motifs=["030C", "300"],
        measures=["reciprocity"],
        n_samples=40,
        n_replicas=5,
        n_jobs=1,
    )
    first = found.table[found.table["beta"] == 0]
    assert (first["share_holding"] == 1).all()
    assert 0 < found.flips.loc["300", "flips_at"] < 0.9
    assert found.flips.loc["300", "becomes"] == "no"
    last = found.table[found.table["beta"] == 0.9].set_index("conclusion")
    assert last.loc["300", "observed"] < 1
    assert found.table.attrs["reading"] == "worse"


def test_splits_are_swept_on_copies_alone() -> None:
    g = graphs.random_graph(40, 0.2, seed=1)
    with pytest.raises(ValueError, match=r"no null is seen through it; take reading='worse'"):
        ca.errors.robustness(g, "split")
    found = ca.errors.robustness(
        g, "split", [0, 0.5], reading="worse", n_samples=10, n_replicas=2, n_jobs=1
    )
    assert set(found.table["split"]) == {0.0, 0.5}


def test_the_same_seed_gives_the_same_tables() -> None:
    g = graphs.random_graph(40, 0.2, seed=1)
    setting = {"values": [0, 0.3], "n_samples": 20, "n_replicas": 3}
    for reading in ("assumed", "worse"):
        one, two = (
            ca.errors.robustness(g, "beta", reading=reading, rng=4, n_jobs=jobs, **setting)
            for jobs in (1, 2)
        )
        pd.testing.assert_frame_equal(one.table, two.table)
        pd.testing.assert_frame_equal(one.flips, two.flips)
        other = ca.errors.robustness(g, "beta", reading=reading, rng=5, n_jobs=1, **setting)
        assert not other.table["null_mean"].equals(one.table["null_mean"])


def test_progress_counts_every_sample() -> None:
    g = graphs.random_graph(20, 0.2, seed=1)
    steps: list[tuple[int, int]] = []
    ca.errors.robustness(
        g, "beta", [0, 0.1], n_samples=5, progress=lambda done, total: steps.append((done, total))
    )
    assert steps[-1] == (10, 10)


def test_the_model_says_its_own_rate_and_keeps_its_others() -> None:
    model = ErrorModel(alpha=0.01, beta=0.2, could_touch="all")
    assert with_rate(model, "beta", 0.4).alpha == 0.01
    assert only(model, "beta", 0.4).alpha is None
    g = graphs.random_graph(20, 0.3, seed=1)
    found = ca.errors.robustness(g, "beta", [0, 0.1], error_model=model, n_samples=5)
    assert (found.flips["assumed"] == 0.2).all()


def test_the_values_taken_where_none_are_given() -> None:
    g = graphs.random_graph(20, 0.3, seed=1)
    density = g.n_edges / (20 * 19)
    assert rate_values(g, "beta", None).tolist() == pytest.approx(np.linspace(0, 0.5, 11))
    assert rate_values(g, "recall", None)[[0, -1]].tolist() == [1.0, 0.5]
    assert rate_values(g, "alpha", None)[-1] == pytest.approx(0.8 * density)
    assert rate_values(g, "recall", [0.5, 1.0]).tolist() == [1.0, 0.5]


def test_two_loops_of_six_connections_need_two_false_ones() -> None:
    g = ca.Graph.from_edges([1, 2, 1, 4, 5, 4], [2, 3, 3, 5, 6, 6])
    row = {"null_mean": 0.1, "null_sd": 0.2, "q_value": 0.01}
    found = pd.DataFrame(
        [row | {"observed": 2.0, "verdict": "over"}, row | {"observed": 0.0, "verdict": "under"}],
        index=["030T", "021C"],
    )
    share = least_false_share(g, found)
    assert share["030T"] == pytest.approx(2 / 6)
    assert np.isnan(share["021C"])


def test_no_fewer_false_connections_than_the_bound_explain_an_excess(worm: ca.Graph) -> None:
    found = conclusions(worm, ["300"], "configuration", 100, n_jobs=1)
    bound = round(float(least_false_share(worm, found)["300"]) * worm.n_edges)
    roles = ca.motifs.edge_participation(worm).filter(like="300:").sum(axis=1).to_numpy()
    kept = np.sort(np.argsort(-roles, kind="stable")[bound - 1 :])
    left = worm.with_edges(worm.out_sources[kept], worm.out_indices[kept])
    limit = found["null_mean"].iloc[0] + 1.96 * found["null_sd"].iloc[0]
    assert ca.motifs.triad_census(left)["300"] > limit


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rate": "gamma"}, "rate must be one of alpha, beta, .*got 'gamma'"),
        ({"reading": "best"}, "reading must be 'assumed' or 'worse', got 'best'"),
        ({"values": [0.1]}, "at least two different values of beta, got 1"),
        ({"values": [0, 1.2]}, r"Values of beta must be from 0 to 1, got \[0.0, 1.2\]"),
        ({"values": ["a", "b"]}, "values must be numbers"),
        ({"motifs": ["FFL"]}, "motifs must be a list of classes of triads .*got FFL"),
        ({"motifs": "030T"}, "motifs must be a list .*got '030T'"),
        ({"measures": ["hubs"]}, "measures must be a list from reciprocity, .*got hubs"),
        ({"motifs": [], "measures": []}, "There is no conclusion to follow"),
        ({"rate": "recall", "error_model": ErrorModel(beta=0.1)}, "recall is a rate of synapses"),
        ({"error_model": ErrorModel(recall=0.9)}, "beta is a rate of connections"),
        ({"null_model": "spatial"}, "cannot be passed through an error model"),
    ],
)
def test_what_cannot_be_swept_is_refused_in_words(options: dict[str, object], said: str) -> None:
    g = graphs.random_graph(10, 0.3, seed=1)
    with pytest.raises(ValueError, match=said):
        ca.errors.robustness(g, n_samples=2, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "g",
    [
        ca.Graph.from_edges([], [], node_ids=[]),
        ca.Graph.from_edges([], [], node_ids=[1]),
        ca.Graph.from_edges([1], [2]),
        ca.Graph.from_edges([], [], node_ids=range(9)),
    ],
)
def test_graphs_of_which_nothing_can_be_concluded_are_refused(g: ca.Graph) -> None:
    with pytest.raises(ValueError, match="needs three neurons and a connection at least"):
        ca.errors.robustness(g, "beta", [0, 0.1], n_samples=2)
    with pytest.raises(ValueError, match="needs three neurons and a connection at least"):
        ca.errors.threshold_sweep(g, [1, 2], n_samples=2)
