"""Posterior: true graphs are drawn as often as they are likely."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

import connectome_analysis as ca
from connectome_analysis.errors.error_model import ErrorModel
from connectome_analysis.errors.imputation.dyad_draw import DyadPosterior, TrueEdges, seen_dyads
from connectome_analysis.errors.imputation.dyad_prior import DyadPrior, Wanted, fit_dyad_prior
from connectome_analysis.errors.imputation.pair_likelihood import pair_likelihood
from connectome_analysis.errors.imputation.posterior import Posterior
from connectome_analysis.errors.imputation.triad_chain import SIZE, Chain, Steering
from connectome_analysis.errors.imputation.triad_closure import counts_of_edges
from connectome_analysis.errors.imputation.triad_coordinates import from_census
from connectome_analysis.errors.imputation.triad_targets import triad_targets
from connectome_analysis.errors.rate_table import RateTable, combine
from connectome_analysis.errors.uncertainty import Uncertainty
from connectome_analysis.motifs.triad_census import census_of_edges
from connectome_analysis.random_streams import stream
from tests.reference.posterior import posterior_of_all_graphs, probability_of_edges

ALPHA_BETA = ErrorModel(alpha=0.1, beta=0.3, could_touch="all")


def by_pairs() -> ErrorModel:
    """Rates that differ between all six pairs of three neurons."""
    alpha = np.array([[0, 0.05, 0.2], [0.1, 0, 0.02], [0.0, 0.15, 0]])
    beta = np.array([[0, 0.3, 0.1], [0.5, 0, 0.2], [0.25, 0.0, 0]])
    return ErrorModel(alpha=alpha, beta=beta, could_touch="all")


def three(edges: list[tuple[int, int]], n: int = 3) -> ca.Graph:
    pre, post = zip(*edges, strict=True) if edges else ((), ())
    return ca.Graph.from_edges(np.array(pre, np.int64), np.array(post, np.int64), node_ids=range(n))


PRIORS = {
    "degrees": DyadPrior(
        np.array([0.5, 1.5, 0.8]),
        np.array([0.4, 0.9, 1.1]),
        np.zeros(3, np.int32),
        np.ones((1, 1)),
        3.0,
    ),
    "blocks": DyadPrior(
        np.array([0.5, 1.5, 0.8]),
        np.array([0.4, 0.9, 1.1]),
        np.array([0, 1, 0], np.int32),
        np.array([[0.5, 2.0], [1.0, 3.0]]),
        0.4,
    ),
}


def pairs_of(g: ca.Graph, model: ErrorModel, prior: DyadPrior) -> DyadPosterior:
    likelihood = pair_likelihood(model, g)
    return DyadPosterior(g, seen_dyads(g), prior, likelihood.log_ratio, likelihood.unseen)


def adjacency_of(g: ca.Graph, edges: TrueEdges) -> np.ndarray:
    adjacency = np.zeros((g.n_nodes, g.n_nodes), bool)
    adjacency[g.out_sources[edges.kept], g.out_indices[edges.kept]] = True
    assert not adjacency[edges.senders, edges.receivers].any(), "a missed edge was drawn twice"
    adjacency[edges.senders, edges.receivers] = True
    return adjacency


def exact(g: ca.Graph, model: ErrorModel, prior: DyadPrior, factor=lambda _: 1.0):
    seen = np.zeros((g.n_nodes, g.n_nodes), bool)
    seen[g.out_sources, g.out_indices] = True
    i, j = np.indices(seen.shape)
    rates = model.edge_rates(g)
    return posterior_of_all_graphs(
        seen, prior.odds(i, j), prior.mutual, rates.alpha.dense(), rates.beta.dense(), factor
    )


def hold_against(counts: dict[bytes, int], expected: dict[bytes, float]) -> None:
    total = sum(counts.values())
    assert not [key for key in counts if expected[key] == 0], "an impossible graph was drawn"
    common = [key for key, p in expected.items() if p * total >= 5]
    seen = [counts.get(key, 0) for key in common]
    wanted = [expected[key] * total for key in common]
    rest = total - sum(wanted)
    if rest > 1e-6:
        seen.append(total - sum(seen))
        wanted.append(rest)
    assert chisquare(seen, np.array(wanted) * total / sum(wanted)).pvalue > 1e-4


# ---------------------------------------------------------------------------- pairs


@pytest.mark.parametrize("prior", PRIORS.values(), ids=PRIORS)
@pytest.mark.parametrize("model", [ALPHA_BETA, by_pairs()], ids=["constant", "by pair"])
@pytest.mark.parametrize("edges", [[(0, 1)], [(0, 1), (1, 0), (1, 2)]], ids=len)
def test_graphs_of_three_neurons_are_drawn_as_often_as_listing_all_of_them_says(
    edges: list[tuple[int, int]], model: ErrorModel, prior: DyadPrior
) -> None:
    g = three(edges)
    posterior, rng = pairs_of(g, model, prior), np.random.default_rng(1)
    counts: dict[bytes, int] = {}
    for _ in range(2000):
        key = adjacency_of(g, posterior.draw(rng)).tobytes()
        counts[key] = counts.get(key, 0) + 1
    hold_against(counts, exact(g, model, prior))


@pytest.mark.parametrize("prior", PRIORS.values(), ids=PRIORS)
def test_probabilities_of_edges_and_number_missed_are_those_of_all_graphs(prior: DyadPrior) -> None:
    g = three([(0, 1), (1, 0), (1, 2)])
    posterior = pairs_of(g, by_pairs(), prior)
    wanted = probability_of_edges(exact(g, by_pairs(), prior), 3)
    np.testing.assert_allclose(
        posterior.edge_probability(), wanted[g.out_sources, g.out_indices], rtol=1e-9
    )
    wanted[g.out_sources, g.out_indices] = 0.0
    assert posterior.expected_missed() == pytest.approx(wanted.sum(), rel=1e-9)


def test_the_number_missed_is_the_mean_over_draws_on_a_real_connectome() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    posterior = Posterior(worm, ErrorModel(beta=0.1), closure=False)
    drawn = [posterior.draw(k).n_edges - worm.n_edges for k in range(60)]
    assert abs(np.mean(drawn) - posterior.expected_missed) < 4 * np.std(drawn) / 60**0.5 + 3
    assert (posterior.edge_probability == 1).all()


# ---------------------------------------------------------------------------- the chain


@pytest.mark.parametrize("spring", [0.0, 0.7])
def test_the_chain_visits_graphs_as_often_as_prior_tilt_and_spring_say(spring: float) -> None:
    g, prior = three([(0, 1), (1, 0), (1, 2)]), PRIORS["blocks"]
    rng = np.random.default_rng(5)
    root = rng.normal(size=(SIZE, SIZE))
    steering = Steering(
        rng.normal(size=SIZE) * 0.5, spring * (root @ root.T) / SIZE, rng.uniform(0, 2, SIZE)
    )

    def counts_of(adjacency: np.ndarray) -> np.ndarray:
        senders, receivers = (x.astype(np.int32) for x in np.nonzero(adjacency))
        return from_census(3) @ census_of_edges(3, senders, receivers)

    def factor(adjacency: np.ndarray) -> float:
        off = counts_of(adjacency) - steering.target
        pull = steering.tilt @ counts_of(adjacency)
        return float(np.exp(pull - 0.5 * off @ steering.stiffness @ off))

    posterior = pairs_of(g, by_pairs(), prior)
    start = posterior.draw(rng)
    chain = Chain(posterior, start, counts_of_edges(posterior, start))
    state = stream(3, 0)
    counts: dict[bytes, int] = {}
    for _ in range(3000):
        chain.run(60, steering, state)
        adjacency = adjacency_of(g, chain.graph())
        np.testing.assert_allclose(chain.counts, counts_of(adjacency), atol=1e-9)
        counts[adjacency.tobytes()] = counts.get(adjacency.tobytes(), 0) + 1
    hold_against(counts, exact(g, by_pairs(), prior, factor))


def test_the_chain_keeps_count_of_triads_on_a_real_connectome() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    model = ErrorModel(alpha=0.002, beta=0.15, could_touch="all")
    posterior = Posterior(worm, model, closure=False)._prepared.pairs
    start = posterior.draw(np.random.default_rng(0))
    chain = Chain(posterior, start, counts_of_edges(posterior, start))
    nothing = Steering(np.zeros(SIZE), np.zeros((SIZE, SIZE)), np.zeros(SIZE))
    assert chain.run(20_000, nothing, stream(1, 0)) > 1000
    np.testing.assert_allclose(chain.counts, counts_of_edges(posterior, chain.graph()), atol=1e-6)


def test_draws_have_the_corrected_triads_though_degrees_alone_have_not() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    model = ErrorModel(alpha=0.002, beta=0.15, could_touch="all")
    seen = ca.errors.corrupt(worm, model, rng=2)
    targets = triad_targets(seen, pair_likelihood(model, seen).rates)
    sd = np.sqrt(targets.covariance.diagonal())

    def off(posterior: Posterior) -> np.ndarray:
        drawn = [
            from_census(279) @ census_of_edges(279, d.out_sources, d.out_indices)
            for d in (posterior.draw(k) for k in range(40))
        ]
        return np.abs((np.mean(drawn, axis=0) - targets.estimate) / sd)

    held, loose = Posterior(seen, model), Posterior(seen, model, closure=False)
    assert held.closure
    assert not held.notes
    assert off(held).max() < 0.8
    assert off(loose).max() > 2
    assert "close fewer triangles" in loose.notes[0]


# ---------------------------------------------------------------------------- the prior


@pytest.mark.parametrize("n", [60, 900])
def test_the_prior_expects_the_degrees_mutual_pairs_and_blocks_wanted(n: int) -> None:
    rng = np.random.default_rng(n)
    sends, receives = rng.gamma(2.0, 4.0, n) + 0.5, rng.gamma(2.0, 4.0, n) + 0.5
    receives *= sends.sum() / receives.sum()
    groups = rng.integers(0, 2, n).astype(np.int32)
    total = sends.sum()
    blocks = np.array([[0.4, 0.1], [0.2, 0.3]]) * total
    # Degrees must agree with the blocks.
    for group in (0, 1):
        here = groups == group
        sends[here] *= blocks[group].sum() / sends[here].sum()
        receives[here] *= blocks[:, group].sum() / receives[here].sum()
    prior = fit_dyad_prior(Wanted(sends, receives, 0.1 * total, blocks), groups)
    i, j = np.indices((n, n))
    odds = prior.odds(i, j)
    both = prior.mutual * odds * odds.T
    rest = 1 + odds + odds.T + both
    edge, pair = (odds + both) / rest, both / rest
    np.fill_diagonal(edge, 0)
    np.fill_diagonal(pair, 0)
    close = 0.001 if n < 500 else 0.05  # neurons that share a level are alike, about
    np.testing.assert_allclose(edge.sum(axis=1), sends, rtol=3 * close, atol=3 * close)
    np.testing.assert_allclose(edge.sum(axis=0), receives, rtol=3 * close, atol=3 * close)
    assert pair.sum() / 2 == pytest.approx(0.1 * total, rel=close)
    for a in (0, 1):
        for b in (0, 1):
            block = edge[np.ix_(groups == a, groups == b)].sum()
            assert block == pytest.approx(blocks[a, b], rel=close)


# ---------------------------------------------------------------------------- synapses


def test_true_synapses_are_drawn_as_often_as_bayes_says() -> None:
    from scipy.stats import binom, poisson

    rng = np.random.default_rng(0)
    pre, post = np.divmod(np.flatnonzero(rng.random(400) < 0.4), 20)
    g = ca.Graph.from_edges(pre, post, rng.poisson(2.0, len(pre)) + 1, node_ids=range(20))
    model = ErrorModel(recall=0.6, false_rate=0.2, could_touch="all", min_synapses=2)
    g = g.with_edges(*(x[g.weights >= 2] for x in (g.out_sources, g.out_indices, g.weights)))
    counts = pair_likelihood(model, g).counts
    assert counts is not None
    true = np.arange(len(counts.share))
    zeros = np.zeros(20_000, np.int64)
    for seen in (0, 3):
        chance = np.zeros(len(true))
        for n in range(2) if seen == 0 else [seen]:
            for false in range(n + 1):
                chance += binom.pmf(n - false, true, 0.6) * poisson.pmf(false, 0.2)
        expected = chance * counts.share
        expected /= expected.sum()
        drawn = counts.draw(zeros, zeros + 1, zeros + seen, np.random.default_rng(seen))
        number = np.bincount(drawn, minlength=len(true))
        keep = expected * 20_000 >= 5
        wanted = np.append(expected[keep], expected[~keep].sum() + 1e-12)
        assert (
            chisquare(
                np.append(number[keep], number[~keep].sum()), wanted / wanted.sum() * 20_000
            ).pvalue
            > 1e-4
        )


def test_draws_of_a_model_of_synapses_have_true_synapses_as_weights() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    posterior = Posterior(worm, ErrorModel(recall=0.7), closure=False)
    drawn = [posterior.draw(k) for k in range(10)]
    assert all(d.weights.min() >= 1 for d in drawn)
    total = np.mean([d.weights.sum() for d in drawn])
    assert total == pytest.approx(worm.weights.sum() / 0.7, rel=0.03)
    # Nothing false can be seen, so nothing seen is false, and no count shrinks.
    for edge, weight in zip(
        zip(worm.out_sources, worm.out_indices, strict=True), worm.weights, strict=True
    ):
        row = slice(drawn[0].out_indptr[edge[0]], drawn[0].out_indptr[edge[0] + 1])
        place = np.flatnonzero(drawn[0].out_indices[row] == edge[1])
        assert drawn[0].weights[row][place[0]] >= weight


def test_counts_beyond_the_table_grow_by_the_recall() -> None:
    g = ca.Graph.from_edges([0, 1, 2], [1, 2, 0], [400, 1, 2])
    posterior = Posterior(g, ErrorModel(recall=0.8), closure=False)
    weights = [int(posterior.draw(k).weights.max()) for k in range(200)]
    assert min(weights) >= 400
    assert np.mean(weights) == pytest.approx(500, rel=0.02)


# ---------------------------------------------------------------------------- what always holds


@pytest.mark.parametrize("model", [ErrorModel(), ErrorModel(alpha=0, beta=0)], ids=repr)
@pytest.mark.parametrize("prior", ["degrees", "blocks", "uniform"])
def test_without_errors_every_draw_is_the_graph(model: ErrorModel, prior: str) -> None:
    g = ca.open("celegans-varshney2011").graph()
    posterior = Posterior(g, model, prior=prior)
    drawn = posterior.draw(3)
    np.testing.assert_array_equal(drawn.out_indptr, g.out_indptr)
    np.testing.assert_array_equal(drawn.out_indices, g.out_indices)
    if not model.of_connections:
        np.testing.assert_array_equal(drawn.weights, g.weights)
    assert posterior.expected_missed == 0
    assert not posterior.notes


@pytest.mark.parametrize("closure", [True, False])
def test_the_same_seed_gives_the_same_graph_and_another_another(closure: bool) -> None:
    worm = ca.open("celegans-varshney2011").graph()
    model = ErrorModel(alpha=0.002, beta=0.15, could_touch="all")
    one, two = (Posterior(worm, model, closure=closure) for _ in range(2))
    assert one.draw(4).equals(two.draw(4))
    assert not one.draw(4).equals(one.draw(5))
    assert model.posterior(worm, rng=4).equals(Posterior(worm, model).draw(4))


def test_a_graph_without_edges_and_one_neuron_can_be_drawn() -> None:
    for n in (1, 3, 5):
        drawn = Posterior(three([], n), ALPHA_BETA).draw(1)
        assert drawn.n_nodes == n
    assert Posterior(three([], 4), ErrorModel(recall=0.5)).draw(1).n_nodes == 4


@pytest.mark.filterwarnings("error")
def test_a_graph_without_neurons_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a graph with neurons, got Graph: 0 nodes"):
        Posterior(three([], 0), ALPHA_BETA)


def test_neurons_that_lose_more_get_more_back() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    ids = worm.node_ids
    beta = {"side": {"lost": 0.5, "kept": 0.0}}
    nodes = worm.nodes.assign(side=np.where(np.arange(279) % 2, "lost", "kept"))
    g = ca.Graph.from_edges(ids[worm.out_sources], ids[worm.out_indices], worm.weights, nodes=nodes)
    posterior = Posterior(g, ErrorModel(beta=beta))
    more = np.mean([posterior.draw(k).out_degree - g.out_degree for k in range(10)], axis=0)
    lost = np.arange(279) % 2 == 1
    assert not more[~lost].any()
    assert more[lost].sum() == pytest.approx(g.out_degree[lost].sum(), rel=0.15)


def test_uncertain_rates_widen_what_is_drawn() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    model = ErrorModel(beta=0.15)
    unsure = model.replace(uncertainty=Uncertainty(("beta",), np.array([[0.3**2]])))
    spread = [
        np.std([posterior.draw(k).n_edges for k in range(20)])
        for posterior in (Posterior(worm, m, closure=False) for m in (model, unsure))
    ]
    assert spread[1] > 2 * spread[0]


def test_probabilities_of_single_edges_decide_which_are_real() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    given = np.full(worm.n_edges, 0.8)
    given[:100], given[100:200] = 1.0, 0.0
    for model in (ErrorModel(beta=0.1), ErrorModel(alpha=0.002, beta=0.1, could_touch="all")):
        posterior = Posterior(worm, model, edge_probability=given)
        probability = posterior.edge_probability
        assert (probability[:100] == 1.0).all()
        assert probability[100:200].max() < 1e-6
    plain = Posterior(worm, ErrorModel(beta=0.1), prior="uniform", edge_probability=given)
    assert plain.edge_probability[200:].mean() == pytest.approx(0.8, abs=0.02)
    assert "probabilities of single edges" in plain.notes[0]


def test_groups_draw_missed_connections_where_groups_connect() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat([0, 1], 30)
    chance = np.where(groups[:, None] == groups[None, :], 0.3, 0.02)
    adjacency = rng.random((60, 60)) < chance
    g = ca.Graph.from_adjacency(adjacency.astype(int))
    model = ErrorModel(beta=0.3)
    within = {}
    for prior, labels in (("blocks", groups), ("degrees", None)):
        posterior = Posterior(g, model, prior=prior, groups=labels, closure=False)
        extra = [posterior.draw(k) for k in range(20)]
        same = np.mean([(groups[d.out_sources] == groups[d.out_indices]).mean() for d in extra])
        within[prior] = same
    seen = (groups[g.out_sources] == groups[g.out_indices]).mean()
    assert within["blocks"] == pytest.approx(seen, abs=0.02)
    assert within["degrees"] < seen - 0.05


# ---------------------------------------------------------------------------- rates of pairs


def test_a_rate_of_single_pairs_is_that_of_pairs_not_seen() -> None:
    g = three([(0, 1)])
    table = pair_likelihood(by_pairs(), g).unseen
    rates = by_pairs().edge_rates(g)
    wanted = combine(lambda a, b: b / (1 - a), rates.alpha, rates.beta)
    assert isinstance(table, RateTable)
    np.testing.assert_allclose(table.dense(), wanted.dense())


# ---------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": ErrorModel(split=ca.errors.Split(probability=0.1))}, "splits or merges neurons"),
        ({"prior": "spatial"}, "degrees, blocks, uniform, got 'spatial'"),
        ({"groups": "cell_type"}, 'groups are for prior="blocks"'),
        ({"prior": "blocks", "groups": "colour"}, "There is no column 'colour'"),
        ({"edge_probability": [0.5]}, "must have 2,194 entries"),
        ({"edge_probability": np.full(2194, 1.5)}, "between 0 and 1, got 1.5"),
        ({"model": ErrorModel(alpha=0.5, beta=0.5, could_touch="all")}, "must be below 1"),
        (
            {"edge_probability": np.full(2194, 0.5), "closure": True},
            "cannot be held to their corrected counts: probabilities of single edges",
        ),
    ],
)
def test_what_cannot_be_done_is_said(change: dict[str, object], message: str) -> None:
    worm = ca.open("celegans-varshney2011").graph()
    options = {"model": ErrorModel(beta=0.1)} | change
    with pytest.raises(ValueError, match=message):
        Posterior(worm, options.pop("model"), **options)
