"""Fit replicates: exact from moments, right where nobody knows the truth, silent where nobody can."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors import fit_replicates
from connectome_analysis.errors.fits.latent_pairs import by_moments, fit_latent_pairs, moments_of
from connectome_analysis.errors.uncertainty import unbounded
from tests.errors.covering import covers


def expected_counts(alpha: float, beta: float, density: float, m: int, n: float) -> np.ndarray:
    from scipy.stats import binom

    s = np.arange(m + 1)
    return n * (density * binom.pmf(s, m, 1 - beta) + (1 - density) * binom.pmf(s, m, alpha))


def simulated(rng: np.random.Generator, m: int, n: int = 150) -> list[np.ndarray]:
    true = rng.random((n, n)) < 0.08
    return [
        np.where(true, rng.random((n, n)) > 0.2, rng.random((n, n)) < 0.01).astype(int)
        for _ in range(m)
    ]


def test_moments_of_three_replicates_are_solved_exactly() -> None:
    counts = expected_counts(0.01, 0.2, 0.1, 3, 1000)
    m1, m2, m3 = moments_of(counts)
    assert m1 == pytest.approx(0.1 * 0.8 + 0.9 * 0.01)
    assert m2 == pytest.approx(0.1 * 0.8**2 + 0.9 * 0.01**2)
    assert m3 == pytest.approx(0.1 * 0.8**3 + 0.9 * 0.01**3)
    assert by_moments(counts, {}) == pytest.approx({"alpha": 0.01, "beta": 0.2, "density": 0.1})


@pytest.mark.parametrize("given", [{"alpha": 0.01}, {"beta": 0.2}, {"density": 0.1}])
def test_two_replicates_are_solved_with_one_rate_known(given: dict[str, float]) -> None:
    counts = expected_counts(0.01, 0.2, 0.1, 2, 1e6)
    assert by_moments(counts, given) == pytest.approx({"alpha": 0.01, "beta": 0.2, "density": 0.1})
    fitted = fit_latent_pairs(counts, given)
    assert (fitted.alpha, fitted.beta) == (
        pytest.approx(0.01, rel=1e-3),
        pytest.approx(0.2, rel=1e-3),
    )


@pytest.mark.parametrize("m", [3, 4, 7])
def test_the_likelihood_finds_the_rates_behind_the_expected_counts(m: int) -> None:
    fitted = fit_latent_pairs(expected_counts(0.002, 0.15, 0.03, m, 1e7), {})
    assert fitted.alpha == pytest.approx(0.002, rel=1e-3)
    assert fitted.beta == pytest.approx(0.15, rel=1e-3)
    assert fitted.density == pytest.approx(0.03, rel=1e-3)


def test_graphs_and_matrices_give_the_same_model() -> None:
    seen = simulated(np.random.default_rng(0), 3, 40)
    ids = 2**60 + np.random.default_rng(1).permutation(40)
    graphs = [ca.Graph.from_adjacency(np.where(np.eye(40), 0, m), ids) for m in seen]
    graphs[1] = ca.Graph.from_edges(
        *(graphs[1].edges()[c].to_numpy() for c in ("pre_id", "post_id")), node_ids=ids[::-1]
    )
    frames = [pd.DataFrame(m, index=ids, columns=ids) for m in seen]
    frames[2] = frames[2].loc[ids[::-1], ids[::-1]]
    want = fit_replicates(seen)
    for replicates in (graphs, frames):
        got = fit_replicates(replicates)
        assert (got.alpha, got.beta) == (want.alpha, want.beta)
    assert want.evidence is not None
    assert want.evidence.numbers["n_pairs"] == 40 * 39


def test_symmetric_pairs_count_once() -> None:
    rng = np.random.default_rng(2)
    seen = [np.triu(m, 1) for m in simulated(rng, 3, 60)]
    model = fit_replicates(seen, symmetric=True)
    turned = fit_replicates([seen[0], seen[1].T, seen[2] + seen[2].T], symmetric=True)
    graphs = fit_replicates(
        [ca.Graph.from_adjacency(m, np.arange(60)) for m in seen], symmetric=True
    )
    assert model.evidence is not None
    assert model.evidence.numbers["n_pairs"] == 60 * 59 / 2
    assert model.alpha == turned.alpha == graphs.alpha


def test_neurons_that_are_not_in_all_replicates_are_left_out() -> None:
    rng = np.random.default_rng(3)
    seen = simulated(rng, 3, 30)
    graphs = [ca.Graph.from_adjacency(np.where(np.eye(30), 0, m)) for m in seen]
    fewer = [graphs[0], graphs[1].subgraph(np.arange(25)), graphs[2]]
    model = fit_replicates(fewer)
    assert model.evidence is not None
    assert model.evidence.numbers["n_pairs"] == 25 * 24
    assert "5 of 30 neurons of replicate 1" in str(model.evidence)


def test_intervals_hold_the_truth_in_19_of_20_simulations() -> None:
    rng = np.random.default_rng(4)
    hits, n = np.zeros(2), 200
    for _ in range(n):
        model = fit_replicates(simulated(rng, 3))
        hits += [covers(model, "alpha", 0.01), covers(model, "beta", 0.2)]
    assert np.all((hits / n > 0.90) & (hits / n < 0.99)), hits / n


def test_two_replicates_with_a_known_density_hold_the_truth_too() -> None:
    rng = np.random.default_rng(5)
    hits, n = 0, 150
    for _ in range(n):
        true = rng.random(20_000) < 0.05
        times = np.where(true, rng.binomial(2, 0.8, 20_000), rng.binomial(2, 0.005, 20_000))
        fitted = fit_latent_pairs(np.bincount(times, minlength=3).astype(float), {"density": 0.05})
        deviation = np.sqrt(fitted.covariance[1, 1])
        hits += abs(unbounded(fitted.beta, "beta") - unbounded(0.2, "beta")) <= 1.96 * deviation
    assert 0.90 < hits / n < 0.99
    model = fit_replicates(simulated(rng, 2), density=0.08)
    assert "density = 0.08 taken as known" in model.source
    known = fit_replicates(simulated(rng, 2), alpha=0.01)
    assert known.alpha == 0.01
    assert known.uncertainty is not None
    assert known.uncertainty.names == ("beta",)


def test_four_replicates_say_whether_one_pair_of_rates_fits_them() -> None:
    rng = np.random.default_rng(6)
    good = fit_replicates(simulated(rng, 5))
    uneven = simulated(rng, 5)
    uneven[0] = np.where(rng.random((150, 150)) < 0.7, 0, uneven[0])
    bad = fit_replicates(uneven)
    assert good.evidence is not None
    assert bad.evidence is not None
    assert good.evidence.numbers["chi2_p"] > 0.001 > bad.evidence.numbers["chi2_p"]
    three = fit_replicates(simulated(rng, 3))
    assert three.evidence is not None
    assert "chi2_p" not in three.evidence.numbers


def test_identical_replicates_have_next_to_no_errors() -> None:
    one = simulated(np.random.default_rng(7), 1)[0]
    model = fit_replicates([one, one, one])
    assert model.alpha < 1e-4
    assert model.beta < 1e-3


@pytest.mark.parametrize(
    ("replicates", "options", "message"),
    [
        ([np.eye(3)], {}, "three or more observations of the same pairs, got 1"),
        ([], {}, "got 0"),
        ([np.ones((3, 3))] * 2, {}, "Two replicates hold two numbers and there are three rates"),
        (
            [np.ones((2, 3))] * 3,
            {"alpha": 1.5},
            "alpha must be a number from 0 to below 1, got 1.5",
        ),
        ([np.ones((2, 3))] * 3, {"density": 0.0}, "density must be above 0"),
        ([np.ones((2, 3))] * 3, {"alpha": 0.1, "beta": 0.1, "density": 0.1}, "nothing is left"),
        ([np.zeros((3, 3))] * 3, {}, "No replicate has a connection"),
        ([np.ones((2, 3)), np.ones((2, 3)), np.ones((3, 3))], {}, "must have one shape"),
        ([np.ones((2, 3)), np.full((2, 3), np.nan), np.ones((2, 3))], {}, "replicate 2 must be"),
        ([np.ones((2, 3))] * 3, {"symmetric": True}, "need square matrices, got 2 x 3"),
        ([ca.Graph.from_edges([1], [2]), np.ones((2, 2)), np.ones((2, 2))], {}, "of one kind"),
        ([ca.Graph.from_edges([i], [i + 1]) for i in (1, 5, 9)], {}, "share 0 node ids"),
    ],
)
def test_what_cannot_be_told_is_refused(
    replicates: list[object], options: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        fit_replicates(replicates, **options)  # type: ignore[arg-type]


def test_replicates_that_agree_only_by_chance_are_refused() -> None:
    turns = [np.roll(np.eye(4, 8, dtype=int), 2 * shift, axis=1) for shift in range(3)]
    with pytest.raises(ValueError, match="agree on no more pairs than chance"):
        fit_replicates(turns)
