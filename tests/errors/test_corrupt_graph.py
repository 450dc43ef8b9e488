"""What a reconstruction shows of a true graph."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import connectome_analysis as ca
from connectome_analysis.errors import (
    ErrorModel,
    Merge,
    PerPair,
    Split,
    channel_of,
    corrupt,
    corrupt_with_log,
)
from connectome_analysis.errors.edge_rates import edge_rates, synapse_rates
from connectome_analysis.errors.forward.merging import draw_partners, goes_by, neighbours
from connectome_analysis.random_streams import stream

from ..reference.error_channel import seen_connections, seen_synapses

BIG = 2**53


def worm() -> ca.Graph:
    return ca.open("celegans-varshney2011").graph()


def matrix(g: ca.Graph) -> np.ndarray:
    return g.to_scipy().toarray()


def small(seed: int = 0, n: int = 7) -> ca.Graph:
    """Seven neurons in two regions with some synapses."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(1.5, (n, n)) * (rng.random((n, n)) < 0.6)
    np.fill_diagonal(counts, 0)
    nodes = pd.DataFrame(
        {
            "node_id": np.arange(n) * 3 + BIG + 1,
            "region": ["A", "B"] * (n // 2) + ["A"] * (n % 2),
            "share": np.linspace(0.4, 1.0, n),
        }
    )
    return ca.Graph.from_adjacency(counts, nodes=nodes)


def own_pairs(g: ca.Graph) -> PerPair:
    """A rate of its own for some pairs, connected and not."""
    ids = g.node_ids
    return PerPair(ids[[0, 1, 2, 4]], ids[[1, 5, 0, 3]], np.array([0.1, 0.9, 0.6, 0.0]), 0.5)


def synapse_models(g: ca.Graph) -> dict[str, ErrorModel]:
    n = g.n_nodes
    matrix_rate = np.random.default_rng(5).random((n, n))
    return {
        "numbers": ErrorModel(recall=0.7, false_rate=0.3, could_touch="all", min_synapses=2),
        "columns": ErrorModel(
            recall={"region": {"A": 0.9, "B": 0.5}},
            pre_completeness="share",
            post_completeness="share",
            false_rate=0.4,
            could_touch="region",
        ),
        "matrices": ErrorModel(recall=matrix_rate, false_rate=matrix_rate.T, could_touch="all"),
        "pairs": ErrorModel(recall=own_pairs(g), false_rate=own_pairs(g), could_touch="all"),
    }


class TestSynapses:
    @pytest.mark.parametrize("name", ["numbers", "columns", "matrices", "pairs"])
    def test_every_pair_has_the_distribution_that_the_loop_over_pairs_draws(
        self, name: str
    ) -> None:
        g = small()
        model = synapse_models(g)[name]
        rates = synapse_rates(model, g)
        recall, false = rates.recall.dense(), rates.false_rate.dense()
        channel = channel_of(model, g)
        state, rng = stream(1, 0), np.random.default_rng(2)
        draws = 3000
        ours = np.zeros((g.n_nodes, g.n_nodes, 40), np.int64)
        theirs = np.zeros_like(ours)
        at = np.indices((g.n_nodes, g.n_nodes))
        for _ in range(draws):
            seen = channel.draw(g.out_sources, g.out_indices, g.weights, state)
            dense = np.zeros((g.n_nodes, g.n_nodes), np.int64)
            np.add.at(dense, (seen.senders, seen.receivers), seen.counts)
            ours[(*at, dense)] += 1
        for _ in range(draws // 10):
            dense = seen_synapses(matrix(g), recall, false, model.min_synapses, rng)
            theirs[(*at, dense)] += 1
        # Of each pair: the expected distribution, exactly, beside what was drawn.
        worst = []
        k = np.arange(40)
        for s, r in zip(*np.nonzero(~np.eye(g.n_nodes, dtype=bool)), strict=True):
            found = stats.binom.pmf(k, matrix(g)[s, r], recall[s, r])
            full = np.convolve(found, stats.poisson.pmf(k, false[s, r]))[:40]
            full[0] += full[1 : model.min_synapses].sum()
            full[1 : model.min_synapses] = 0
            for drawn, n in ((ours, draws), (theirs, draws // 10)):
                z = (drawn[s, r] - n * full) / np.sqrt(np.maximum(n * full * (1 - full), 1.0))
                worst.append(np.abs(z).max())
        assert max(worst) < 5.5
        assert np.trace(ours[:, :, 1:].sum(axis=2)) == 0

    def test_false_synapses_of_different_pairs_are_independent(self) -> None:
        g = ca.Graph.from_edges([], [], node_ids=[1, 2, 3])
        channel = channel_of(ErrorModel(false_rate=0.5, could_touch="all"), g)
        state = stream(3, 0)
        counts = np.zeros((20000, 6))
        place = {(0, 1): 0, (0, 2): 1, (1, 0): 2, (1, 2): 3, (2, 0): 4, (2, 1): 5}
        nothing = np.empty(0, np.int32)
        for row in counts:
            for s, r, c in zip(*channel.draw(nothing, nothing, nothing, state), strict=True):
                row[place[int(s), int(r)]] = c
        together = np.cov(counts.T)
        assert np.allclose(together, 0.5 * np.eye(6), atol=5 * 0.75 / np.sqrt(20000))

    def test_large_counts_are_thinned_like_small_ones(self) -> None:
        g = ca.Graph.from_edges([1], [2], weight=[5000])
        for recall in (0.02, 0.4, 0.97):
            channel = channel_of(ErrorModel(recall=recall), g)
            state = stream(4, 0)
            drawn = np.array(
                [channel.draw([0], [1], np.array([5000]), state).counts.sum() for _ in range(2000)]
            )
            sd = np.sqrt(5000 * recall * (1 - recall))
            assert abs(drawn.mean() - 5000 * recall) < 5 * sd / np.sqrt(2000)
            assert abs(drawn.std() / sd - 1) < 5 / np.sqrt(2 * 2000)

    def test_alpha_and_beta_of_what_is_seen_are_those_of_the_model(self) -> None:
        g = worm()
        model = ErrorModel(recall=0.6, false_rate=0.05, could_touch="all", min_synapses=2)
        from connectome_analysis.errors.true_counts import TrueCounts

        truth = TrueCounts(np.bincount(g.weights)[1:].astype(float))
        alpha, beta = edge_rates(model, g, truth).constant or (np.nan, np.nan)
        keys = g.out_sources * np.int64(g.n_nodes) + g.out_indices
        pairs = g.n_nodes * (g.n_nodes - 1) - g.n_edges
        missed = false = 0
        for seed in range(100):
            seen = corrupt(g, model, seed)
            both = np.intersect1d(keys, seen.out_sources * np.int64(g.n_nodes) + seen.out_indices)
            missed += g.n_edges - len(both)
            false += seen.n_edges - len(both)
        for rate, count, n in ((beta, missed, g.n_edges * 100), (alpha, false, pairs * 100)):
            assert abs(count - n * rate) < 5 * np.sqrt(n * rate)

    def test_nothing_is_seen_where_nothing_is_found(self) -> None:
        seen = ErrorModel(recall=0.0).corrupt(worm())
        assert (seen.n_nodes, seen.n_edges) == (279, 0)

    def test_without_errors_the_graph_is_the_same(self) -> None:
        assert ErrorModel().corrupt(worm()).equals(worm())

    def test_the_threshold_alone_drops_weak_pairs(self) -> None:
        g = worm()
        seen = ErrorModel(min_synapses=3).corrupt(g)
        assert seen.n_edges == int((g.weights >= 3).sum())
        assert seen.weights.min() == 3

    def test_weights_that_do_not_count_synapses_are_refused(self) -> None:
        g = ca.Graph.from_edges([1], [2], weight=[0.5])
        with pytest.raises(ValueError, match=r"need edges that count synapses.*alpha="):
            ErrorModel(recall=0.5).corrupt(g)

    def test_something_else_than_a_graph_is_refused(self) -> None:
        with pytest.raises(TypeError, match="A Graph is wanted, got builtins"):
            ErrorModel().corrupt([1, 2])  # type: ignore[arg-type]


class TestConnections:
    @pytest.mark.parametrize("vary", [False, True])
    def test_every_pair_is_seen_as_often_as_the_loop_over_pairs_sees_it(self, vary: bool) -> None:
        g = small()
        rng = np.random.default_rng(0)
        alpha = rng.random((7, 7)) * 0.4 if vary else 0.1
        beta = rng.random((7, 7)) * 0.5 if vary else 0.3
        model = ErrorModel(alpha=alpha, beta=beta, could_touch="all")
        true = matrix(g)
        full_alpha, full_beta = np.broadcast_to(alpha, (7, 7)), np.broadcast_to(beta, (7, 7))
        ours, theirs = np.zeros((7, 7)), np.zeros((7, 7))
        draws = 2000
        channel, state = channel_of(model, g), stream(1, 0)
        for _ in range(draws):
            seen = channel.draw(g.out_sources, g.out_indices, g.weights, state)
            ours[seen.senders, seen.receivers] += 1
            theirs += seen_connections(true, full_alpha, full_beta, rng) > 0
        chance = np.where(true > 0, 1 - full_beta, full_alpha)
        np.fill_diagonal(chance, 0)
        sd = np.sqrt(draws * chance * (1 - chance)) + 1e-9
        assert np.abs((ours - draws * chance) / sd).max() < 5
        assert np.abs((theirs - draws * chance) / sd).max() < 5

    def test_connections_keep_their_weight_and_false_ones_have_one(self) -> None:
        g = ca.Graph.from_edges([1, 2], [2, 3], weight=[0.5, 7.25])
        seen = ErrorModel(alpha=1.0, beta=0.0, could_touch="all").corrupt(g)
        assert seen.edges()["weight"].tolist() == [0.5, 1.0, 1.0, 7.25, 1.0, 1.0]

    def test_connected_pairs_never_count_as_false(self) -> None:
        g = ca.Graph.from_edges([1, 2], [2, 1])
        seen = ErrorModel(alpha=1.0, beta=1.0, could_touch="all").corrupt(g)
        assert seen.n_edges == 0

    @pytest.mark.parametrize(
        ("alpha", "beta", "published"),
        [
            (0.002, 0.15, {"030T": 0.79, "030C": 1.22, "120U": 0.56, "300": 0.38, "201": 0.59}),
            (0.01, 0.30, {"030T": 0.73, "030C": 2.39, "120U": 0.31, "300": 0.12}),
        ],
    )
    def test_triads_of_the_worm_are_distorted_as_known(
        self, alpha: float, beta: float, published: dict[str, float]
    ) -> None:
        g = worm()
        model = ErrorModel(alpha=alpha, beta=beta, could_touch="all")
        true = ca.motifs.triad_census(g)
        ratios = pd.DataFrame(
            [ca.motifs.triad_census(corrupt(g, model, seed)) / true for seed in range(200)]
        )
        for name, ratio in published.items():
            error = ratios[name].std() / np.sqrt(len(ratios))
            assert abs(ratios[name].mean() - ratio) < 0.005 + 5 * error


class TestSplitsAndMerges:
    chain = ca.Graph.from_edges(
        [1, 2, 3, 2], [2, 3, 1, 1], weight=[10, 20, 30, 40], name="four connections"
    )

    def test_a_neuron_that_loses_its_axon_sends_nothing(self) -> None:
        model = ErrorModel(split=Split(probability=pd.Series([0, 1, 0], [1, 2, 3]), part="axon"))
        seen, events, mapping, counts = corrupt_with_log(self.chain, model)
        assert seen.edges().to_numpy().tolist() == [[1, 2, 10], [3, 1, 30]]
        assert events.to_numpy().tolist() == [["split", 2, pd.NA, 60.0]]
        assert mapping["part"].tolist() == ["whole", "rest", "whole", "fragment"]
        assert mapping["node_id"].isna().tolist() == [False, False, False, True]
        assert counts == {
            "split": 1,
            "merged": 0,
            "self_loops_dropped": 0,
            "missed": 0,
            "false": 0,
        }

    def test_fragments_that_are_kept_are_nodes_of_their_own(self) -> None:
        split = Split(probability=1.0, part="dendrite", keep_fragment=True)
        seen = corrupt(self.chain, ErrorModel(split=split))
        assert seen.edges().to_numpy().tolist() == [
            [1, 5, 10],
            [2, 4, 40],
            [2, 6, 20],
            [3, 4, 30],
        ]
        assert seen.nodes["fragment_of"].isna().tolist() == [True] * 3 + [False] * 3
        assert seen.nodes["fragment_of"].dropna().tolist() == [1, 2, 3]

    @pytest.mark.parametrize("part", ["random", "near", "axon", "dendrite"])
    def test_with_fragments_kept_no_synapse_is_lost(self, part: str) -> None:
        g = worm()
        model = ErrorModel(split=Split(probability=0.5, part=part, keep_fragment=True))
        for seed in range(5):
            result = corrupt_with_log(g, model, seed)
            assert result.graph.weights.sum() == g.weights.sum()
            assert result.graph.n_nodes == 279 + result.counts["split"]
            back = result.graph.nodes["fragment_of"].fillna(result.graph.nodes["node_id"])
            whole = ca.Graph.from_edges(
                back.to_numpy()[result.graph.out_sources].astype(np.int64),
                back.to_numpy()[result.graph.out_indices].astype(np.int64),
                result.graph.weights,
                node_ids=g.node_ids,
            )
            assert whole.equals(ca.Graph.from_edges(*_columns(g), node_ids=g.node_ids))

    @pytest.mark.parametrize("part", ["random", "near"])
    @pytest.mark.parametrize("positions", [False, True])
    def test_the_mean_share_that_leaves_is_the_fraction(self, part: str, positions: bool) -> None:
        star = ca.Graph.from_edges([0] * 5 + [6, 7], [1, 2, 3, 4, 5, 0, 0], weight=range(1, 8))
        if positions:
            nodes = pd.DataFrame({"node_id": range(8), "x_nm": np.arange(8.0)})
            nodes["y_nm"] = nodes["z_nm"] = 0.0
            star = ca.Graph.from_edges(*_columns(star), nodes=nodes)
        chance = pd.Series([1.0] + [0.0] * 7, range(8))
        split = Split(probability=chance, part=part, fraction=0.3)
        left = [28 - corrupt(star, ErrorModel(split=split), s).weights.sum() for s in range(400)]
        assert abs(np.mean(left) / 28 - 0.3) < 5 * np.std(left) / 28 / np.sqrt(400)

    def test_near_takes_partners_that_lie_together(self) -> None:
        nodes = pd.DataFrame({"node_id": range(9), "x_nm": [0.0] + [0.0] * 4 + [1e6] * 4})
        nodes["y_nm"] = nodes["z_nm"] = 0.0
        star = ca.Graph.from_edges([0] * 8, range(1, 9), nodes=nodes)
        chance = pd.Series([1.0] + [0.0] * 8, range(9))
        split = Split(probability=chance, part="near", fraction=0.5)
        for seed in range(20):
            kept = corrupt(star, ErrorModel(split=split), seed).edges()["post_id"].tolist()
            assert kept in ([1, 2, 3, 4], [5, 6, 7, 8])

    def test_merged_neurons_add_their_connections_up(self) -> None:
        chance = pd.Series([0.0, 1.0, 0.0], [1, 2, 3])
        touching = pd.DataFrame({"pre_id": [3], "post_id": [2]})
        model = ErrorModel(merge=Merge(probability=chance, could_touch=touching))
        seen, events, mapping, counts = corrupt_with_log(self.chain, model)
        assert seen.edges().to_numpy().tolist() == [[1, 3, 10], [3, 1, 70]]
        assert events.to_numpy().tolist() == [["merge", 2, 3, 70.0]]
        assert mapping["node_id"].tolist() == [1, 3, 3]
        assert (counts["merged"], counts["self_loops_dropped"]) == (1, 1)

    def test_only_neighbours_are_merged(self) -> None:
        g = small()
        region = g.nodes.set_index("node_id")["region"]
        model = ErrorModel(merge=Merge(probability=0.5, could_touch="region"))
        for seed in range(50):
            events = corrupt_with_log(g, model, seed).events
            assert (region[events["node_id"]].to_numpy() == region[events["other_id"]]).all()

    def test_neighbours_are_equally_likely_or_by_area(self) -> None:
        ids = np.arange(4)
        g = ca.Graph.from_edges([], [], node_ids=ids)
        area = pd.DataFrame({"pre_id": [0, 2], "post_id": [1, 0], "area_um2": [3.0, 1.0]})
        rng = np.random.default_rng(0)
        for touch, chance in (("all", [0, 1 / 3, 1 / 3, 1 / 3]), (area, [0, 0.75, 0.25, 0])):
            near = neighbours(Merge(probability=1, could_touch=touch), g)
            drawn = draw_partners(np.zeros(6000, np.int64), near, rng)
            share = np.bincount(drawn, minlength=4) / 6000
            assert np.abs(share - chance).max() < 5 * np.sqrt(0.25 / 6000)
        assert draw_partners(np.array([3]), near, rng).tolist() == [-1]

    def test_a_chain_of_merges_goes_by_the_neuron_that_was_not_merged(self) -> None:
        assert goes_by(6, np.array([0, 1, 5]), np.array([1, 4, 4])).tolist() == [4, 4, 2, 3, 4, 4]
        assert goes_by(3, np.array([2, 1]), np.array([1, 2])).tolist() == [0, 1, 1]

    def test_a_fragment_has_the_rates_of_its_neuron(self) -> None:
        g = ca.Graph.from_edges([1], [2], weight=[1000])
        pairs = pd.DataFrame({"pre_id": [1], "post_id": [2], "value": [0.0]})
        split = Split(probability=pd.Series([1.0, 0.0], [1, 2]), part="axon", keep_fragment=True)
        seen = corrupt(g, ErrorModel(recall=PerPair(*_pair(pairs), 1.0), split=split))
        assert (seen.n_nodes, seen.n_edges) == (3, 0)

    def test_weights_of_any_kind_may_be_split(self) -> None:
        g = ca.Graph.from_edges([1, 1, 1], [2, 3, 4], weight=[0.5, 1.5, 2.5])
        model = ErrorModel(split=Split(probability=1.0, part="random", keep_fragment=True))
        assert corrupt(g, model).weights.sum() == 4.5

    def test_ids_beyond_what_floats_hold_stay_exact(self) -> None:
        ids = [2**62 + 1, 2**62 + 3]
        g = ca.Graph.from_edges(ids[:1], ids[1:])
        seen = corrupt(g, ErrorModel(split=Split(probability=1, part="axon", keep_fragment=True)))
        assert seen.node_ids.tolist() == [*ids, 2**62 + 4]
        assert seen.nodes["fragment_of"].dropna().tolist() == ids[:1]

    def test_no_room_for_fragments_is_told(self) -> None:
        g = ca.Graph.from_edges([2**63 - 1], [1])
        model = ErrorModel(split=Split(probability=1, part="axon", keep_fragment=True))
        with pytest.raises(
            ValueError, match=r"above the largest, 9223372036854775807.*keep_fragment"
        ):
            corrupt(g, model)

    def test_a_rate_of_pairs_splits_no_neuron(self) -> None:
        split = Split(probability=PerPair(np.array([1]), np.array([2]), np.array([1.0])))
        with pytest.raises(
            ValueError, match=r"split\.probability is of single neurons, got PerPair"
        ):
            corrupt(self.chain, ErrorModel(split=split))

    def test_a_channel_of_pairs_refuses_fragments(self) -> None:
        with pytest.raises(ValueError, match="no splits or merges; pass graphs through"):
            channel_of(ErrorModel(split=Split(probability=1.0)), self.chain)


EVERYTHING = ErrorModel(
    recall=0.8,
    false_rate=0.01,
    could_touch="all",
    pre_completeness=0.9,
    min_synapses=2,
    split=Split(probability=0.2, keep_fragment=True),
    merge=Merge(probability=0.1, could_touch="all"),
)


class TestHabits:
    @pytest.mark.parametrize("model", [EVERYTHING, ErrorModel(recall=0.5), ErrorModel(beta=0.1)])
    def test_the_same_seed_gives_the_same_graph(self, model: ErrorModel) -> None:
        g = worm()
        one = corrupt(g, model, 7)
        assert one.equals(corrupt(g, model, 7))
        assert one.equals(corrupt_with_log(g, model, 7).graph)
        assert one.equals(corrupt(g, model, np.random.default_rng(7)))
        assert not one.equals(corrupt(g, model, 8))

    def test_graphs_without_edges_or_neurons_pass(self) -> None:
        for ids in ([], [5], [5, 6]):
            g = ca.Graph.from_edges([], [], node_ids=np.array(ids, np.int64))
            for model in (EVERYTHING, ErrorModel(alpha=0.0, beta=0.5, could_touch="all")):
                result = corrupt_with_log(g, model)
                assert len(result.mapping) == len(ids)
                assert result.counts["missed"] == 0

    def test_neurons_without_edges_stay_and_names_and_meanings_too(self) -> None:
        nodes = pd.DataFrame({"node_id": [1, 2, 3], "name": ["a", "b", "c"]})
        g = ca.Graph.from_edges([1], [2], nodes=nodes, name="g", weight_meaning="synapses")
        seen = corrupt(g, ErrorModel(recall=0.5), 1)
        assert seen.nodes["name"].tolist() == ["a", "b", "c"]
        assert (seen.name, seen.weight_meaning) == ("g", "synapses")

    def test_self_loops_are_left_out(self) -> None:
        g = ca.Graph.from_edges([1, 1], [1, 2], self_loops="keep")
        assert corrupt(g, ErrorModel(recall=1.0)).n_edges == 1

    def test_a_prepared_channel_can_be_pickled_and_takes_edges_in_any_order(self) -> None:
        g = worm()
        channel = channel_of(ErrorModel(recall=0.5, false_rate=0.01, could_touch="all"), g)
        again = pickle.loads(pickle.dumps(channel))
        edges = (g.out_sources, g.out_indices, g.weights)
        one, two = channel.draw(*edges, rng=3), again.draw(*edges, rng=3)
        assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
        order = np.random.default_rng(0).permutation(g.n_edges)
        sums = [channel.draw(*(e[order] for e in edges), rng=s).counts.sum() for s in range(200)]
        mean = g.weights.sum() * 0.5 + 0.01 * 279 * 278
        assert abs(np.mean(sums) - mean) < 5 * np.std(sums) / np.sqrt(200)

    @pytest.mark.slow
    def test_a_graph_of_the_fly_takes_seconds(self) -> None:
        rng = np.random.default_rng(0)
        n, m = 139_000, 2_700_000
        nodes = pd.DataFrame({"node_id": np.arange(n), "region": rng.integers(0, 78, n)})
        g = ca.Graph.from_edges(
            rng.integers(0, n, m), rng.integers(0, n, m), rng.geometric(0.1, m) + 4, nodes=nodes
        )
        model = ErrorModel(recall=0.8, false_rate=0.001, could_touch="region", min_synapses=5)
        corrupt(worm(), ErrorModel(recall=0.5))
        begin = time.perf_counter()
        corrupt(g, model)
        assert time.perf_counter() - begin < 20


def _columns(g: ca.Graph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    edges = g.edges()
    return edges["pre_id"].to_numpy(), edges["post_id"].to_numpy(), edges["weight"].to_numpy()


def _pair(pairs: pd.DataFrame) -> tuple[np.ndarray, ...]:
    return tuple(pairs[c].to_numpy() for c in ("pre_id", "post_id", "value"))
