"""Density tests: hand cases, scipy's own tests, p-values that are uniform under the null, the larva's hemispheres."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

import connectome_analysis as ca
from connectome_analysis.compare.matched_tests import mcnemar
from connectome_analysis.compare.two_binomials import ratio_interval

from .graphs import random_graph, relabelled

TABLES = [(30, 100, 50, 100), (3, 40, 9, 35), (120, 900, 80, 1000), (1, 12, 5, 7)]


@pytest.mark.parametrize("table", TABLES)
def test_the_score_test_is_pearsons_with_one_observation_less(table: tuple[int, ...]) -> None:
    x_a, n_a, x_b, n_b = table
    z = ca.compare.compare_shares(*table).statistic
    chi2 = stats.chi2_contingency([[x_a, n_a - x_a], [x_b, n_b - x_b]], correction=False).statistic
    assert z**2 == pytest.approx(chi2 * (n_a + n_b - 1) / (n_a + n_b))
    assert ca.compare.compare_shares(*table, method="chi2").statistic == pytest.approx(chi2)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.6])
def test_the_score_test_takes_the_most_likely_probabilities_in_the_ratio(
    table: tuple[int, ...], ratio: float
) -> None:
    x_a, n_a, x_b, n_b = table

    def unlikely(p: float) -> float:
        return -(stats.binom.logpmf(x_a, n_a, min(ratio * p, 1)) + stats.binom.logpmf(x_b, n_b, p))

    best = minimize_scalar(
        unlikely,
        bounds=(1e-9, min(1, 1 / ratio) - 1e-9),
        options={"xatol": 1e-12},
        method="bounded",
    ).x
    variance = ratio * best * (1 - ratio * best) / n_a + ratio**2 * best * (1 - best) / n_b
    z = (x_a / n_a - ratio * x_b / n_b) / np.sqrt(variance * (n_a + n_b) / (n_a + n_b - 1))
    assert ca.compare.compare_shares(*table, ratio=ratio).statistic == pytest.approx(z, rel=1e-4)


@pytest.mark.parametrize("table", TABLES)
def test_fishers_test_agrees_with_scipy(table: tuple[int, ...]) -> None:
    x_a, n_a, x_b, n_b = table
    found = stats.fisher_exact([[x_a, n_a - x_a], [x_b, n_b - x_b]])
    mine = ca.compare.compare_shares(*table, method="fisher")
    assert mine.p_value == pytest.approx(found.pvalue)
    assert mine.statistic == pytest.approx(found.statistic)


@pytest.mark.parametrize("odds", [0.7, 2.5])
@pytest.mark.parametrize("table", TABLES)
def test_fishers_noncentral_test_sums_what_scipys_distribution_says(
    table: tuple[int, ...], odds: float
) -> None:
    x_a, n_a, x_b, n_b = table
    law = stats.nchypergeom_fisher(n_a + n_b, n_a, x_a + x_b, odds)
    every = law.pmf(np.arange(max(0, x_a + x_b - n_b), min(n_a, x_a + x_b) + 1))
    wanted = every[every <= law.pmf(x_a) * (1 + 1e-7)].sum()
    found = ca.compare.compare_shares(*table, method="fisher", ratio=odds).p_value
    assert found == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("table", TABLES)
def test_the_ends_of_the_interval_are_just_rejected(table: tuple[int, ...]) -> None:
    for ratio in ratio_interval(*table):
        assert ca.compare.compare_shares(*table, ratio=ratio).p_value == pytest.approx(
            0.05, rel=1e-4
        )


def test_an_interval_is_open_where_nothing_was_hit() -> None:
    low, high = ratio_interval(0, 20, 5, 20)
    assert low == 0
    assert 0 < high < 1
    low, high = ratio_interval(5, 20, 0, 20)
    assert low > 1
    assert high == np.inf


def test_swapping_the_graphs_turns_the_result_round() -> None:
    a, b = random_graph(1, p=0.1), random_graph(2, p=0.2)
    one, two = ca.compare.density_test(a, b), ca.compare.density_test(b, a)
    assert one["p_value"] == pytest.approx(two["p_value"])
    assert one["difference"] == pytest.approx(-two["difference"])
    assert one["ratio_low"] == pytest.approx(1 / two["ratio_high"], rel=1e-6)


def test_the_order_and_ids_of_neurons_do_not_matter() -> None:
    a, b = random_graph(1), random_graph(2)
    assert (
        ca.compare.density_test(a, relabelled(b, 7))["p_value"]
        == ca.compare.density_test(a, b)["p_value"]
    )


def test_p_values_are_uniform_where_both_are_draws_of_one_density() -> None:
    found = [
        ca.compare.compare_shares(int(x), 2000, int(y), 3000).p_value
        for x, y in zip(
            np.random.default_rng(0).binomial(2000, 0.1, 400),
            np.random.default_rng(1).binomial(3000, 0.1, 400),
            strict=True,
        )
    ]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_group_tests_hold_their_level_and_find_what_was_planted() -> None:
    rng = np.random.default_rng(3)
    labels = np.repeat(["x", "y", "z"], 20)
    probability = np.full((60, 60), 0.15)

    def drawn(extra: float) -> ca.Graph:
        more = probability.copy()
        more[:20, 20:40] += extra
        joined = rng.random((60, 60)) < more
        np.fill_diagonal(joined, val=False)
        return ca.Graph.from_adjacency(joined.astype(int))

    null = [
        ca.compare.group_density_test(drawn(0), drawn(0), (labels, labels)).p_value
        for _ in range(40)
    ]
    assert np.mean(np.array(null) < 0.05) < 0.2
    found = ca.compare.group_density_test(drawn(0), drawn(0.25), (labels, labels))
    worst = found.table.loc[found.table["p_value"].idxmin()]
    assert (worst["pre_group"], worst["post_group"]) == ("x", "y")
    assert found.p_value < 1e-6
    assert found.matrix("difference").loc["x", "y"] < -0.1


def test_a_graph_that_is_another_thinned_evenly_differs_until_adjusted() -> None:
    labels = np.repeat(["x", "y"], 60)
    rng = np.random.default_rng(5)
    p = np.where(labels[:, None] == labels, 0.3, 0.1)
    joined, thinned = rng.random((120, 120)) < p, rng.random((120, 120)) < 0.7 * p
    a, b = (ca.Graph.from_adjacency(m.astype(int)) for m in (thinned, joined))
    plain = ca.compare.group_density_test(a, b, (labels, labels))
    adjusted = ca.compare.group_density_test(a, b, (labels, labels), adjust=True)
    assert plain.p_value < 1e-6
    assert adjusted.p_value > 0.05
    assert adjusted.ratio == pytest.approx(0.7, abs=0.03)
    given = ca.compare.group_density_test(a, b, (labels, labels), adjust=adjusted.ratio)
    assert given.p_value == adjusted.p_value


def test_every_pair_of_different_neurons_is_in_one_pair_of_groups() -> None:
    labels = np.array(["x"] * 10 + ["y"] * 20)
    g = random_graph(4)
    table = ca.compare.group_density_test(g, g, (labels, labels)).table
    assert table["pairs_a"].sum() == 30 * 29
    assert table["edges_a"].sum() == g.n_edges
    assert (table["p_value"].dropna() == 1).all()


def test_groups_without_connections_are_skipped_as_in_the_paper_or_tested() -> None:
    a = ca.Graph.from_edges([1, 2], [2, 1], node_ids=range(1, 9))
    b = ca.Graph.from_edges([5, 6, 1], [6, 5, 5], node_ids=range(1, 9))
    labels = ["x"] * 4 + ["y"] * 4
    skipped = ca.compare.group_density_test(a, b, (labels, labels))
    assert skipped.n_tests == 0
    assert np.isnan(skipped.p_value)
    tested = ca.compare.group_density_test(a, b, (labels, labels), zeros="test")
    assert tested.n_tests == 3


def test_corrections_by_hand_and_against_scipy() -> None:
    p = np.array([0.01, np.nan, 0.03, 0.04])
    np.testing.assert_allclose(ca.compare.corrected(p), [0.03, np.nan, 0.06, 0.06])
    np.testing.assert_allclose(ca.compare.corrected(p, "bonferroni"), [0.03, np.nan, 0.09, 0.12])
    np.testing.assert_allclose(
        ca.compare.corrected(p, "fdr")[[0, 2, 3]], stats.false_discovery_control([0.01, 0.03, 0.04])
    )


@pytest.mark.parametrize("how", ["tippett", "fisher", "stouffer"])
def test_combinations_agree_with_scipy(how: str) -> None:
    p = np.array([0.2, 0.04, 0.7])
    wanted = stats.combine_pvalues(p, method=how).pvalue
    assert ca.compare.combined(p, how)[1] == pytest.approx(wanted)  # type: ignore[arg-type]


def test_mcnemar_by_hand() -> None:
    a = ca.Graph.from_edges([1, 1, 2, 3], [2, 3, 3, 1], name="a")
    b = ca.Graph.from_edges([11, 12], [12, 11], node_ids=[11, 12, 13], name="b")
    found = ca.compare.matched_density_test(a, b, pairs={1: 11, 2: 12, 3: 13})
    row = found.iloc[0]
    assert row[["both", "only_a", "only_b", "neither"]].tolist() == [1, 3, 1, 1]
    assert row["p_value"] == pytest.approx(stats.binomtest(3, 4).pvalue)
    assert found.attrs["n_matched"] == 3


@pytest.mark.parametrize(("one", "two"), [(3, 9), (0, 0), (14, 14), (40, 21)])
def test_mcnemar_is_binomial(one: int, two: int) -> None:
    tail = 2 * stats.binom.cdf(min(one, two), one + two, 0.5)
    assert mcnemar(one, two) == pytest.approx(min(1.0, tail))


def test_matched_groups_add_up_to_all() -> None:
    a, b = random_graph(1), random_graph(2)
    labels = pd.Series(["x"] * 12 + ["y"] * 18, index=a.node_ids)
    whole = ca.compare.matched_density_test(a, b).iloc[0]
    parts = ca.compare.matched_density_test(a, b, labels)
    for column in ("both", "only_a", "only_b", "neither"):
        assert parts[column].sum() == whole[column]


def test_neurons_are_matched_by_a_column_a_mapping_or_their_ids() -> None:
    nodes = pd.DataFrame({"node_id": [1, 2, 3], "pair": ["p", "q", None]})
    a = ca.Graph.from_edges([1, 2], [2, 3], nodes=nodes)
    b = ca.Graph.from_edges(
        [7, 8], [8, 9], nodes=pd.DataFrame({"node_id": [9, 8, 7], "pair": ["q", "p", "r"]})
    )
    found = ca.compare.matched_neurons(a, b, "pair")
    assert found.a.node_ids.tolist() == [1, 2]
    assert found.b.node_ids.tolist() == [8, 9]
    assert (found.n_only_a, found.n_only_b) == (1, 1)
    assert found.b.nodes["pair"].tolist() == ["p", "q"]
    with pytest.raises(ValueError, match="0 neurons of the graphs match"):
        ca.compare.matched_neurons(a, b)
    with pytest.raises(ValueError, match="match neuron 8 of b more than once"):
        ca.compare.matched_neurons(a, b, {1: 8, 2: 8})
    twice = ca.Graph.from_edges(
        [1, 2], [2, 3], nodes=pd.DataFrame({"node_id": [1, 2, 3], "pair": [-1, -1, 4]})
    )
    with pytest.raises(ValueError, match="pair is -1 for 2 neurons of a"):
        ca.compare.matched_neurons(twice, twice, "pair")
    with pytest.raises(ValueError, match="no column 'who'"):
        ca.compare.matched_neurons(a, b, "who")


def test_hemispheres_hold_what_stays_on_their_side() -> None:
    nodes = pd.DataFrame({"node_id": range(6), "side": ["left"] * 3 + ["right"] * 2 + [None]})
    g = ca.Graph.from_edges([0, 1, 0, 3, 5], [1, 0, 4, 4, 0], nodes=nodes)
    left, right = ca.compare.hemispheres(g)
    assert (left.n_nodes, left.n_edges, right.n_nodes, right.n_edges) == (3, 2, 2, 1)
    assert (left.name, right.name) == ("left", "right")
    assert ca.compare.hemispheres(g.named("larva")).right.name == "larva right"
    assert ca.compare.hemispheres(g, largest_component=True).left.n_nodes == 2
    with pytest.raises(ValueError, match="No neuron has side 'L'; there are 'left', 'right'"):
        ca.compare.hemispheres(g, left="L")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "t"}, "method must be"),
        ({"method": "chi2", "adjust": 2.0}, "tests equal shares"),
        ({"correction": "none"}, "correction must be"),
        ({"combination": "mean"}, "combination must be"),
        ({"zeros": "drop"}, "zeros must be"),
        ({"adjust": -1.0}, "adjust must be a factor above 0"),
    ],
)
def test_mistakes_are_told(options: dict[str, object], words: str) -> None:
    labels = ["x"] * 30
    with pytest.raises(ValueError, match=words):
        ca.compare.group_density_test(
            random_graph(1),
            random_graph(2),
            (labels, labels),
            **options,  # type: ignore[arg-type]
        )


def test_groups_that_are_not_shared_are_a_mistake() -> None:
    g = random_graph(1)
    with pytest.raises(ValueError, match="share no group"):
        ca.compare.group_density_test(g, g, (["x"] * 30, ["y"] * 30))


def test_thresholds_leave_out_what_is_below_them() -> None:
    nodes = pd.DataFrame({"node_id": range(30), "all_input": [40.0] * 30})
    a, b = (
        ca.Graph.from_edges(*(g.edges()[c] for c in ("pre_id", "post_id", "weight")), nodes=nodes)
        for g in (random_graph(1), random_graph(2))
    )
    table = ca.compare.density_by_threshold(a, b, [1, 5])
    assert table["edges_a"].tolist() == [a.n_edges, int((a.weights >= 5).sum())]
    assert table.loc[1, "removed"] == 0
    assert table.loc[1, "p_density"] == ca.compare.density_test(a, b)["p_value"]
    shares = ca.compare.density_by_threshold(
        a, b, [0.0, 5 / 40], by="input_fraction", total_input="all_input"
    )
    assert shares["edges_a"].tolist() == table["edges_a"].tolist()
    with pytest.raises(ValueError, match="total_input is for"):
        ca.compare.density_by_threshold(a, b, [1], total_input="all_input")


@pytest.fixture(scope="module")
def larva(large_data: Path) -> ca.compare.Hemispheres:
    """Left and right brain of Winding 2023 as Pedigo 2023 took them."""
    folder = large_data / "connectomes" / "larva_winding2023"
    if not folder.is_dir():
        pytest.skip(f"no larva at {folder}")
    table = pd.read_csv(folder / "meta_data.csv", index_col=0, low_memory=False)
    chosen = table["paper_clustered_neurons"] | table["accessory_neurons"]
    table = table[chosen & table["hemisphere"].isin(["L", "R"])]
    edges = pd.read_csv(folder / "G_edgelist.txt", sep=" ", names=["pre", "post", "weight"])
    edges = edges[edges["pre"].isin(table.index) & edges["post"].isin(table.index)]
    nodes = pd.DataFrame(
        {
            "node_id": table.index,
            "side": table["hemisphere"].to_numpy(),
            "group": table["simple_group"].to_numpy(),
            "pair": table["pair"].to_numpy(),
            "all_input": (table["axon_input"] + table["dendrite_input"]).to_numpy(),
        }
    )
    g = ca.Graph.from_edges(
        edges["pre"], edges["post"], edges["weight"], nodes=nodes, self_loops="keep"
    )
    g = _largest(g)
    g = _largest(g.subgraph(g.node_ids[np.maximum(g.in_degree, g.out_degree) > 2]))
    return ca.compare.hemispheres(g, left="L", right="R", largest_component=True)


def _largest(g: ca.Graph) -> ca.Graph:
    return g.subgraph(g.node_ids[(ca.measures.component_labels(g, "weak") == 0).to_numpy()])


@pytest.mark.slow
def test_the_hemispheres_of_the_larva_differ_as_published(larva: ca.compare.Hemispheres) -> None:
    # Pedigo 2023, doi:10.7554/eLife.83739: with Kenyon cells p < 1e-22 of the densities, < 1e-7 from
    # group to group, < 1e-2 adjusted; without them < 1e-26, < 1e-2, not significant.
    left, right = larva
    density = ca.compare.density_test(left, right)
    assert density["density_a"] < density["density_b"]
    assert density["p_value"] < 1e-22
    plain = ca.compare.group_density_test(left, right, "group")
    assert 1e-9 < plain.p_value < 1e-7
    significant = plain.table[plain.table["corrected_p_value"] < 0.05]
    assert (significant["difference"] < 0).all()
    adjusted = ca.compare.group_density_test(left, right, "group", adjust=True)
    assert 1e-3 < adjusted.p_value < 1e-2
    left_over = adjusted.table[adjusted.table["corrected_p_value"] < 0.05]
    assert len(left_over) > 0
    assert ((left_over["pre_group"] == "KCs") | (left_over["post_group"] == "KCs")).all()
    bare = [g.subgraph(g.node_ids[(g.nodes["group"] != "KCs").to_numpy()]) for g in larva]
    assert ca.compare.density_test(*bare)["p_value"] < 1e-26
    assert ca.compare.group_density_test(*bare, "group").p_value < 1e-2
    assert ca.compare.group_density_test(*bare, "group", adjust=True).p_value > 0.4


@pytest.mark.slow
def test_strong_shares_of_input_are_as_dense_on_both_sides(larva: ca.compare.Hemispheres) -> None:
    # Pedigo 2023: thresholds of synapses leave the hemispheres different, thresholds of the share of
    # input make them alike.
    counts = ca.compare.density_by_threshold(*larva, [1, 3])
    assert (counts["p_density"] < 1e-5).all()
    shares = ca.compare.density_by_threshold(
        *larva, [0.0, 0.015, 0.02], by="input_fraction", total_input="all_input"
    )
    assert shares["p_density"].iloc[0] < 1e-20
    assert shares["p_density"].iloc[-1] > 0.05


@pytest.mark.slow
def test_most_homologues_of_the_larva_are_found_by_wiring_alone(
    larva: ca.compare.Hemispheres,
) -> None:
    left, right = larva
    truth = left.nodes.set_index("node_id")["pair"].dropna().astype("int64")
    truth = truth[truth.isin(right.node_ids)]
    parts = left.subgraph(truth.index.to_numpy()), right.subgraph(np.sort(truth.to_numpy()))
    found = ca.compare.match_neurons(*parts)
    assert ca.compare.match_accuracy(found, truth) > 0.75


def test_a_p_value_near_0_is_printed_as_what_it_is() -> None:
    rng = np.random.default_rng(0)
    sparse, dense, full = (
        ca.Graph.from_adjacency(rng.random((300, 300)) < share) for share in (0.1, 0.13, 0.9)
    )
    found = ca.compare.density_test(sparse, dense)
    assert f"{found['p_value']:.6g}" in str(found)
    assert "e-" in str(found[["edges_a", "p_value"]])
    assert str(int(found["edges_a"])) in str(found)
    assert "p_value        < 1e-300" in str(ca.compare.density_test(sparse, full))
