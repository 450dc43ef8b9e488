"""Normalisation: fractions, ranks, equal density, equal recall and the same neurons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca

from .graphs import random_graph, relabelled


def test_input_fractions_of_a_neuron_sum_to_one() -> None:
    g = random_graph(1)
    made = ca.compare.normalised({"g": g}, "input_fraction")["g"]
    received = np.bincount(made.out_indices, made.weights, made.n_nodes)
    np.testing.assert_allclose(received[made.in_degree > 0], 1)
    assert made.n_edges == g.n_edges
    assert "share" in made.weight_meaning


def test_ranks_and_fractions_forget_the_unit() -> None:
    g = random_graph(2)
    tripled = g.with_edges(g.out_sources, g.out_indices, 3 * g.weights)
    for to in ("input_fraction", "output_fraction", "rank"):
        one, two = ca.compare.normalised({"a": g, "b": tripled}, to).values()  # type: ignore[arg-type]
        np.testing.assert_allclose(one.weights, two.weights)
        assert one.weights.max() <= 1


def test_all_are_as_dense_as_the_sparsest() -> None:
    graphs = {"sparse": random_graph(1, p=0.1), "dense": random_graph(2, n=40, p=0.3)}
    made = ca.compare.normalised(graphs, "equal_density")
    assert made["sparse"].equals(graphs["sparse"])
    wanted = ca.measures.density(graphs["sparse"])
    assert ca.measures.density(made["dense"]) == pytest.approx(wanted, abs=1 / (40 * 39))
    again = ca.compare.normalised(graphs, "equal_density")
    assert again["dense"].equals(made["dense"])
    other = ca.compare.normalised(graphs, "equal_density", rng=1)
    assert not other["dense"].equals(made["dense"])


def test_the_weakest_go_first_where_asked() -> None:
    graphs = {"sparse": random_graph(1, p=0.1), "dense": random_graph(2, p=0.3)}
    made = ca.compare.normalised(graphs, "equal_density", leave_out="weakest")["dense"]
    gone = sorted(graphs["dense"].weights.tolist())[: graphs["dense"].n_edges - made.n_edges]
    assert made.weights.min() >= max(gone)


def test_a_better_reconstruction_is_thinned_to_the_recall_of_the_worse() -> None:
    truth = random_graph(3, n=60, p=0.3)
    strong = truth.with_edges(truth.out_sources, truth.out_indices, 20 * truth.weights)
    models = {name: ca.errors.ErrorModel(recall=r) for name, r in (("good", 0.9), ("poor", 0.45))}
    seen = {name: model.corrupt(strong, rng=k) for k, (name, model) in enumerate(models.items())}
    made = ca.compare.normalised(seen, "equal_recall", error_models=models)
    assert made["poor"].weights.sum() == seen["poor"].weights.sum()
    assert made["good"].weights.sum() / made["poor"].weights.sum() == pytest.approx(1, abs=0.02)


def test_the_highest_threshold_holds_for_all() -> None:
    g = random_graph(4)
    models = [ca.errors.ErrorModel(recall=0.9, min_synapses=k) for k in (1, 5)]
    a, b = ca.compare.normalised({"a": g, "b": g}, "equal_recall", error_models=models).values()
    assert a.weights.min() >= 5
    assert a.equals(b)


def test_connections_are_thinned_where_models_are_of_connections() -> None:
    g = random_graph(5, n=80, p=0.3)
    models = [ca.errors.ErrorModel(beta=b) for b in (0.0, 0.5)]
    made = ca.compare.normalised({"a": g, "b": g}, "equal_recall", error_models=models)
    assert made["b"].n_edges == g.n_edges
    assert made["a"].n_edges / g.n_edges == pytest.approx(0.5, abs=0.06)


def test_shared_neurons_stand_in_the_same_order() -> None:
    g = random_graph(6)
    a, b = g.subgraph(g.node_ids[:20]), g.subgraph(g.node_ids[5:])
    made = ca.compare.normalised({"a": a, "b": b}, "shared_neurons")
    assert made["a"].node_ids.tolist() == made["b"].node_ids.tolist() == list(range(5, 20))
    assert made["a"].equals(made["b"])


def test_shared_neurons_by_name() -> None:
    g = random_graph(7, n=6, p=0.5)
    twin = relabelled(g, 1)
    order = np.random.default_rng(1).permutation(6)
    names = [f"n{k}" for k in range(6)]
    tables = [
        pd.DataFrame({"node_id": g.node_ids, "name": names}),
        pd.DataFrame({"node_id": 1_000 + order, "name": names}),
    ]
    graphs = [
        ca.Graph.from_edges(
            *(made.edges()[c] for c in ("pre_id", "post_id", "weight")), nodes=nodes
        )
        for made, nodes in zip((g, twin), tables, strict=True)
    ]
    made = ca.compare.normalised(dict(zip("ab", graphs, strict=True)), "shared_neurons", by="name")
    assert made["a"].weights.tolist() == made["b"].weights.tolist()
    assert made["a"].out_indices.tolist() == made["b"].out_indices.tolist()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"to": "size"}, "to must be"),
        ({"to": "rank", "error_models": [None, None]}, "error_models are for to='equal_recall'"),
        ({"to": "equal_recall"}, "needs an error model of each connectome; a, b has none"),
        ({"to": "shared_neurons", "by": "name"}, "no column 'name'"),
        ({"to": "equal_density", "leave_out": "all"}, "leave_out must be"),
    ],
)
def test_mistakes_are_told(options: dict[str, object], words: str) -> None:
    graphs = {"a": random_graph(1), "b": random_graph(2)}
    with pytest.raises(ValueError, match=words):
        ca.compare.normalised(graphs, **options)  # type: ignore[arg-type]


def test_models_of_both_kinds_are_a_mistake() -> None:
    graphs = {"a": random_graph(1), "b": random_graph(2)}
    models = [ca.errors.ErrorModel(beta=0.1), ca.errors.ErrorModel(recall=0.9)]
    with pytest.raises(ValueError, match="got both"):
        ca.compare.normalised(graphs, "equal_recall", error_models=models)
