"""Edge conservation: shared connections by strength, correlation of weights, what becomes of edges with age."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import connectome_analysis as ca

from .graphs import random_graph, relabelled


def pair() -> tuple[ca.Graph, ca.Graph]:
    a = ca.Graph.from_edges([1, 1, 2, 3], [2, 3, 3, 1], weight=[1, 6, 2, 9], name="a")
    b = ca.Graph.from_edges([1, 1, 3], [3, 2, 2], weight=[5, 2, 1], name="b")
    return a, b


def test_shared_connections_by_hand() -> None:
    table = ca.compare.edge_conservation(*pair(), strengths=[1, 5]).set_index(["of", "weight_from"])
    assert table.loc[("a", 1), ["edges", "shared"]].tolist() == [2, 1]
    assert table.loc[("a", 5), ["edges", "shared"]].tolist() == [2, 1]
    assert table.loc[("b", 1), ["edges", "shared"]].tolist() == [2, 1]
    assert table.loc[("b", 5), ["edges", "shared"]].tolist() == [1, 1]
    assert table.loc[("a", 1), "by_chance"] == 3 / 6
    assert table.attrs["jaccard"] == 2 / 5


def test_a_graph_shares_all_with_itself_whatever_its_neurons_are_called() -> None:
    g = random_graph(1)
    twin = relabelled(g, 3)
    order = np.random.default_rng(3).permutation(g.n_nodes)
    pairs = dict(zip(g.node_ids.tolist(), (1_000 + order).tolist(), strict=True))
    table = ca.compare.edge_conservation(g, twin, pairs=pairs)
    assert (table.loc[table["edges"] > 0, "fraction"] == 1).all()
    assert ca.compare.weight_correlation(g, twin, pairs=pairs)["pearson"] == pytest.approx(1)


def test_unrelated_graphs_share_what_chance_gives() -> None:
    a, b = random_graph(1, n=120, p=0.2), random_graph(2, n=120, p=0.2)
    table = ca.compare.edge_conservation(a, b, strengths=[1], level=0.999)
    assert ((table["low"] < table["by_chance"]) & (table["by_chance"] < table["high"])).all()


def test_correlations_agree_with_scipy() -> None:
    a, b = random_graph(3, n=40, p=0.5), random_graph(4, n=40, p=0.5)
    both = ca.compare.shared_edges(a, b)
    shared = both[(both["weight_a"] > 0) & (both["weight_b"] > 0)]
    found = ca.compare.weight_correlation(a, b)
    assert found["n_shared"] == len(shared)
    wanted = stats.spearmanr(shared["weight_a"], shared["weight_b"]).statistic
    assert found["spearman"] == pytest.approx(wanted)
    wanted = stats.pearsonr(both["weight_a"], both["weight_b"]).statistic
    assert found["pearson_union"] == pytest.approx(wanted)


def test_strengths_must_rise() -> None:
    with pytest.raises(ValueError, match="strengths must be rising"):
        ca.compare.edge_conservation(*pair(), strengths=[2, 1])


def named(weights: list[list[int]], names: list[str]) -> list[ca.Graph]:
    """Graphs of one connection each from A to B, C, ... with these weights."""
    made = []
    for number, row in enumerate(weights):
        # Another order of neurons in each.
        order = list(range(len(names)))[:: 1 if number % 2 else -1]
        nodes = pd.DataFrame({"node_id": order, "name": [names[i] for i in order]})
        kept = [(i, w) for i, w in enumerate(row, start=1) if w]
        made.append(
            ca.Graph.from_edges(
                [0] * len(kept),
                [i for i, _ in kept],
                [w for _, w in kept],
                nodes=nodes,
                name=f"age {number}",
            )
        )
    return made


def test_conserved_variable_and_growing_connections_by_hand() -> None:
    rows = [[3, 0, 1], [3, 2, 2], [4, 0, 3], [3, 0, 4], [3, 1, 5], [2, 0, 6], [3, 0, 8]]
    table = ca.compare.variable_edges(named(rows, ["A", "B", "C", "D"]))
    assert table["kind"].to_dict() == {
        ("A", "B"): "conserved",
        ("A", "C"): "variable",
        ("A", "D"): "growing",
    }
    assert table.loc[("A", "C"), "n_present"] == 2
    assert table.loc[("A", "D"), "trend"] == pytest.approx(1)
    wanted = stats.spearmanr([r[0] for r in rows], range(7)).statistic
    assert table.loc[("A", "B"), "trend"] == pytest.approx(wanted)


def test_neurons_without_a_name_are_nobody_elses() -> None:
    graphs = named([[1, 2], [1, 2], [2, 2]], ["A", "B", None])  # type: ignore[list-item]
    assert ca.compare.variable_edges(graphs).attrs["n_neurons"] == 2


def test_the_worms_brain_grows_and_is_more_alike_in_strong_connections() -> None:
    # Witvliet 2021, doi:10.1038/s41586-021-03778-8: from birth to adulthood connections become
    # stronger and more; the strong ones are the shared ones.
    ages = {f"age {k}": f"celegans-witvliet2021-{k}" for k in range(1, 9)}
    table = ca.compare.variable_edges(ages)
    counts = table["kind"].value_counts()
    assert counts["growing"] > 10 * counts.get("shrinking", 0)
    adults = [ca.open(ages[f"age {k}"]).graph() for k in (7, 8)]
    shared = ca.compare.edge_conservation(*adults, pairs="name")
    of_a = shared[shared["of"] == "a"]
    assert of_a["fraction"].is_monotonic_increasing
    assert of_a["fraction"].iloc[-1] > 0.9
    assert ca.compare.weight_correlation(*adults, pairs="name")["pearson"] > 0.6


def test_two_are_too_few_for_a_trend() -> None:
    with pytest.raises(ValueError, match="connectomes must be 3 or more, got 2"):
        ca.compare.variable_edges(named([[1, 1], [1, 2]], ["A", "B", "C"]))


def test_weights_below_1_are_in_a_class_too() -> None:
    rng = np.random.default_rng(0)
    a, b = (
        ca.Graph.from_edges(
            rng.integers(0, 30, 200), rng.integers(0, 30, 200), rng.random(200), node_ids=range(30)
        )
        for _ in "ab"
    )
    table = ca.compare.edge_conservation(a, b)
    rows = table.groupby("of")
    assert rows["edges"].sum().to_dict() == {"a": a.n_edges, "b": b.n_edges}
    assert (rows["shared"].sum() == table.attrs["n_shared"]).all()
    assert rows.size().eq(6).all()
    assert table["edges"].min() > a.n_edges / 12
    assert table["weight_from"].min() == 0


def test_connections_weaker_than_the_strengths_given_are_counted_apart() -> None:
    a = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], [1, 5, -6])
    table = ca.compare.edge_conservation(a, a, strengths=[2])
    assert table["edges"].tolist() == [2, 2]
    assert (table.attrs["n_below_a"], table.attrs["n_shared"]) == (1, 3)
