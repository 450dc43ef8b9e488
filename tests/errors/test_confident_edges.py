"""Confident edges: by hand, where confidences tell nothing, and against the truth behind simulated scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors import ErrorModel
from connectome_analysis.errors.confident_edges import confident_part, shares_of_real
from connectome_analysis.errors.correction.triad_estimates import counts_only
from connectome_analysis.errors.imputation.pair_likelihood import pair_likelihood

CONFIDENT = ErrorModel(confidence_odds=1, could_touch="all")


def worm() -> ca.Graph:
    return ca.open("celegans-varshney2011").graph()


def with_confidence(g: ca.Graph, confidence: np.ndarray) -> ca.Graph:
    return g.with_edges(g.out_sources, g.out_indices, g.weights, confidence)


def reconstructed(
    g: ca.Graph, rng: np.random.Generator, recall: float, false_rate: float
) -> ca.Graph:
    """What a detector with scores shows of a true graph, with the confidence of each edge."""
    n = g.n_nodes
    found = rng.binomial(g.weights, recall)
    n_false = rng.poisson(false_rate * n * (n - 1))
    pre = rng.integers(0, n, n_false)
    post = rng.integers(0, n - 1, n_false)
    post += post >= pre
    score = np.concatenate([rng.beta(4, 1.5, found.sum()), rng.beta(1.5, 4, n_false)])
    share = found.sum() / (found.sum() + n_false)
    odds = (score / (1 - score)) ** 2.5 * share / (1 - share)
    synapses = pd.DataFrame(
        {
            "pre_id": g.node_ids[np.concatenate([np.repeat(g.out_sources, found), pre])],
            "post_id": g.node_ids[np.concatenate([np.repeat(g.out_indices, found), post])],
            "confidence": odds / (1 + odds),
        }
    )
    table = ca.errors.edge_confidence(synapses, n_pairs=n * (n - 1)).reset_index()
    return ca.Graph.from_edges(
        table["pre_id"],
        table["post_id"],
        table["n_detected"],
        nodes=g.nodes,
        confidence=table["probability"],
    )


def test_estimates_by_hand() -> None:
    # Two edges of 20 pairs, one surely real and one by the toss of a coin: v is 1 and 20 / 21.
    g = ca.Graph.from_edges([1, 2], [2, 3], node_ids=range(1, 6), confidence=[1.0, 0.5])
    rates = CONFIDENT.edge_rates(g)
    v = np.array([1.0, 20 / 21])
    v1 = (1.0 + 0.5 * 20 / 21) / 1.5
    # Half a false edge among 20 - 1.5 pairs without a connection.
    alpha = 0.5 / 18.5
    assert rates.alpha.constant == pytest.approx(alpha)
    assert rates.by_count is not None
    brought = 0.5 * (v[1] / v1) / 18.5
    assert rates.by_count.unseen.constant == pytest.approx(-brought / (1 - alpha))
    assert rates.by_count.seen == pytest.approx(v / v1)


def test_confidences_of_one_change_nothing() -> None:
    g = worm()
    sure = with_confidence(g, np.ones(g.n_edges))
    for model in (ErrorModel(), ErrorModel(beta=0.2), ErrorModel(recall=0.8)):
        taken = model.replace(confidence_odds=1, could_touch="all")
        assert np.allclose(counts_only(sure, taken), counts_only(g, model), rtol=1e-12)
    assert confident_part(sure, CONFIDENT) == (sure, CONFIDENT)
    assert ca.errors.Posterior(sure, CONFIDENT).draw(1).n_edges == g.n_edges


@pytest.mark.parametrize("beta", [0.0, 0.15])
def test_one_confidence_for_all_is_one_mean_rate(beta: float) -> None:
    g = worm()
    q = 0.8
    alike = with_confidence(g, np.full(g.n_edges, q))
    empty = g.n_nodes * (g.n_nodes - 1) - q * g.n_edges / (1 - beta)
    plain = ErrorModel(alpha=(1 - q) * g.n_edges / empty, beta=beta, could_touch="all")
    taken = CONFIDENT.replace(beta=beta)
    assert np.allclose(counts_only(alike, taken), counts_only(g, plain), rtol=1e-9)
    one, other = (pair_likelihood(m, x).log_ratio for m, x in ((taken, alike), (plain, g)))
    assert np.allclose(one, other)
    assert confident_part(alike, taken)[0] is alike


def test_real_edges_count_one_on_average_whatever_their_strength() -> None:
    rng = np.random.default_rng(3)
    weights = rng.integers(1, 4, 3000)
    confidence = rng.beta(2 * weights, 1.0)
    share = shares_of_real(weights, confidence)
    for n in (1, 2, 3):
        here = weights == n
        assert (confidence * share)[here].sum() / confidence[here].sum() == pytest.approx(1)


def test_all_edges_together_are_the_sum_of_confidences() -> None:
    rng = np.random.default_rng(1)
    g = worm()
    seen = with_confidence(g, rng.beta(3, 1, g.n_edges))
    found = ca.errors.debias_measures(seen, error_model=CONFIDENT.replace(beta=0.0), n_jobs=1)
    assert seen.confidence is not None
    assert found.loc["edges", "estimate"] == pytest.approx(seen.confidence.sum(), rel=1e-3)


def test_the_order_of_neurons_does_not_matter() -> None:
    rng = np.random.default_rng(2)
    g = worm()
    seen = with_confidence(g, rng.random(g.n_edges))
    table = seen.edges().sample(frac=1.0, random_state=0)
    other = ca.Graph.from_edges(
        table["pre_id"],
        table["post_id"],
        table["weight"],
        node_ids=rng.permutation(g.node_ids),
        confidence=table["confidence"],
    )
    assert np.allclose(counts_only(seen, CONFIDENT), counts_only(other, CONFIDENT), rtol=1e-9)


def test_edges_between_neurons_that_cannot_touch_are_real() -> None:
    nodes = pd.DataFrame({"node_id": range(6), "region": list("AAABBB")})
    g = ca.Graph.from_edges([0, 1, 0], [1, 2, 4], nodes=nodes, confidence=[0.9, 0.5, 0.1])
    rates = ErrorModel(confidence_odds=1, could_touch="region").edge_rates(g)
    assert rates.by_count is not None
    across = (g.out_sources == 0) & (g.out_indices == 4)
    assert rates.by_count.seen[across].tolist() == pytest.approx([rates.by_count.seen[across][0]])
    assert rates.alpha.of(np.array([0]), np.array([4])).tolist() == [0.0]
    assert rates.alpha.of(np.array([0]), np.array([1]))[0] == pytest.approx(0.6 / (12 - 1.4))


def test_the_confident_part_leaves_out_what_tells_least() -> None:
    confidence = np.array([0.9, 0.8, 0.5, 0.2, 0.1])
    g = ca.Graph.from_edges([1, 2, 3, 4, 5], [2, 3, 4, 5, 1], confidence=confidence)
    part, model = confident_part(g, CONFIDENT)
    worth = [np.sort(confidence)[::-1][:k].sum() ** 2 / k for k in range(1, 6)]
    assert part.n_edges == int(np.argmax(worth)) + 1 == 3
    assert model.confidence_kept == pytest.approx(2.2 / 2.5)
    rates = model.edge_rates(part)
    assert rates.beta.constant == pytest.approx(1 - 2.2 / 2.5)
    # The number of connections is the same, with the doubtful ones among the missed.
    assert (part.confidence.sum() / model.confidence_kept) == pytest.approx(2.5)  # type: ignore[union-attr]


@pytest.mark.parametrize(("recall", "false_rate"), [(1.0, 0.01), (0.8, 0.003)])
def test_counts_are_right_and_tighter_than_at_mean_rates(recall: float, false_rate: float) -> None:
    truth = worm()
    census = ca.motifs.triad_census(truth).to_numpy()
    rng = np.random.default_rng(5)
    mean = ErrorModel(recall=recall, false_rate=false_rate, could_touch="all")
    taken = CONFIDENT.replace(recall=recall)
    estimates: dict[str, list[np.ndarray]] = {"mean": [], "taken": []}
    naive = []
    for _ in range(16):
        seen = reconstructed(truth, rng, recall, false_rate)
        naive.append(ca.motifs.triad_census(seen).to_numpy())
        estimates["mean"].append(counts_only(seen, mean))
        estimates["taken"].append(counts_only(seen, taken))
    off = np.mean(naive, axis=0) - census
    found = np.array(estimates["taken"])
    error = found.std(axis=0, ddof=1) / 4
    bias = np.abs(found.mean(axis=0) - census)
    assert np.all(bias <= np.maximum(0.1 * np.abs(off), 4 * error))
    spread = {k: np.std(v, axis=0, ddof=1) for k, v in estimates.items()}
    # 16 worlds know a spread to within a fifth; over classes the ratio is known better.
    assert np.exp(np.mean(np.log(spread["taken"] / spread["mean"]))) < (0.8 if recall == 1 else 1.0)


@pytest.mark.slow
def test_intervals_hold_the_truth_and_the_posterior_does_too() -> None:
    truth = worm()
    census = ca.motifs.triad_census(truth)
    rng = np.random.default_rng(6)
    held, held_degrees = [], []
    for _ in range(40):
        seen = reconstructed(truth, rng, 1.0, 0.01)
        table = ca.errors.debias_triad_census(seen, error_model=CONFIDENT, n_jobs=1)
        held.append((table["low"] <= census) & (census <= table["high"]))
        degrees = ca.errors.debias_degrees(seen, error_model=CONFIDENT)
        held_degrees.append(
            (
                (degrees["out_low"] <= truth.out_degree) & (truth.out_degree <= degrees["out_high"])
            ).mean()
        )
    assert 0.90 <= np.mean(held) <= 0.99
    assert 0.93 <= np.mean(held_degrees) <= 0.98
    seen = reconstructed(truth, rng, 1.0, 0.01)
    drawn = ca.errors.impute(seen, CONFIDENT, ca.motifs.triad_census, n_draws=40, rng=0, n_jobs=1)
    inside = (drawn["low"].to_numpy() <= census) & (census <= drawn["high"].to_numpy())
    assert inside.mean() >= 0.75


def test_significance_is_that_of_the_confident_part_and_says_so() -> None:
    seen = reconstructed(worm(), np.random.default_rng(0), 1.0, 0.01)
    with pytest.warns(ca.errors.VerdictWarning):
        both = ca.motifs.significance(seen, n_samples=60, error_model=CONFIDENT, rng=0, n_jobs=1)
    part, model = confident_part(seen, CONFIDENT)
    assert (both["aware_observed"] == ca.motifs.triad_census(part)).all()
    assert (both["observed"] == ca.motifs.triad_census(seen)).all()
    again = ca.motifs.significance(part, n_samples=60, error_model=model, rng=0, n_jobs=1)
    assert (again["aware_z"].dropna() == both["aware_z"].dropna()).all()
    # The excess of feed-forward loops, which the false edges hid, is seen.
    assert both.loc["030T", "z"] < 1 < both.loc["030T", "aware_z"]


def test_odds_can_be_swept() -> None:
    g = worm()
    seen = with_confidence(g, np.random.default_rng(0).beta(5, 1, g.n_edges))
    found = ca.errors.robustness(
        seen, "confidence_odds", [0.2, 1], motifs=["300"], measures=[], n_samples=30, n_jobs=1
    )
    assert found.table["confidence_odds"].tolist() == [1.0, 0.2]
    assert found.flips.loc["300", "verdict"] == "over"


def test_what_cannot_be_is_said() -> None:
    g = worm()
    with pytest.raises(
        ValueError, match=r"celegans-varshney2011 has none for all of them: `neuropil"
    ):
        CONFIDENT.edge_rates(g)
    with pytest.raises(ValueError, match=r"so alpha must be left out"):
        ErrorModel(alpha=0.1, confidence_odds=1, could_touch="all")
    with pytest.raises(ValueError, match=r"confidence_odds must be a number above 0, got 0"):
        ErrorModel(confidence_odds=0, could_touch="all")
    with pytest.raises(ValueError, match=r"confidence_odds is above 0, so could_touch must say"):
        ErrorModel(confidence_odds=1)
    with pytest.raises(ValueError, match=r"confidence_kept belongs to confidence_odds"):
        ErrorModel(confidence_kept=0.5)
    with pytest.raises(ValueError, match=r"connection_from must be 1, got 2"):
        ErrorModel(confidence_odds=1, could_touch="all", connection_from=2, min_synapses=2)
    doubtful = with_confidence(g, np.full(g.n_edges, 0.5))
    with pytest.raises(ValueError, match=r"not what would be seen of a true graph"):
        CONFIDENT.corrupt(doubtful)
    with pytest.raises(ValueError, match=r"sweep 'confidence_odds' in place of 'alpha'"):
        ca.errors.robustness(doubtful, "alpha", [0, 0.1], error_model=CONFIDENT)
    with pytest.raises(ValueError, match=r"Take reading='assumed'"):
        ca.errors.robustness(doubtful, "confidence_odds", [1, 0.5], reading="worse")
    dense = ca.Graph.from_edges(
        [1, 1, 2, 2], [2, 3, 1, 3], confidence=[0.1] * 4, node_ids=[1, 2, 3]
    )
    with pytest.raises(ValueError, match=r"too few pairs that could touch"):
        CONFIDENT.edge_rates(dense.subgraph([1, 2]).with_edges([0, 1], [1, 0], [1, 1], [0.0, 0.0]))


def test_models_are_written_with_their_odds_and_drawn_from_their_uncertainty() -> None:
    model = CONFIDENT.replace(
        confidence_kept=0.9, uncertainty=ca.errors.Uncertainty(("confidence_odds",), [[0.04]])
    )
    again = ErrorModel.from_dict(model.to_dict())
    assert (again.confidence_odds, again.confidence_kept) == (1.0, 0.9)
    drawn = [model.draw(i).confidence_odds for i in range(200)]
    assert np.std(np.log(np.array(drawn, float))) == pytest.approx(0.2, rel=0.2)
    assert "each edge is real with its confidence (all pairs)" in repr(model)
