"""Raw counts of different detectors, thresholds and units are warned of, wherever two stand side by side."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import connectome_analysis as ca
from connectome_analysis import compare
from connectome_analysis.how_counted import HowCounted

WORM, SECTIONS = "celegans-white1986", "celegans-cook2019-hermaphrodite"


def graph(detector: str | None, least: int = 1, unit: str = "synapses") -> ca.Graph:
    return ca.Graph.from_edges(
        [1, 2, 3, 1],
        [2, 3, 1, 3],
        [5, 6, 7, 9],
        how_counted=HowCounted(unit, detector, None, least),
        weight_meaning=unit,
    )


BY_HAND, BY_MACHINE, STRONG = graph("hand"), graph("machine"), graph("hand", least=5)
OF_TWO: dict[str, Callable[[ca.Graph, ca.Graph], Any]] = {
    "summary": lambda a, b: compare.summary({"a": a, "b": b}),
    "degree_distributions": lambda a, b: compare.degree_distributions({"a": a, "b": b}),
    "motif_profiles": lambda a, b: compare.motif_profiles({"a": a, "b": b}, "dyad", 2),
    "case_control": lambda a, b: compare.case_control(
        {"a": a, "b": a}, {"c": b, "d": b}, {"density": ca.measures.density}, n_permutations=99
    ),
    "variable_edges": lambda a, b: compare.variable_edges({"a": a, "b": b, "c": b}, by=None),
    "density_test": compare.density_test,
    "group_density_test": lambda a, b: compare.group_density_test(a, b, [0, 0, 1]),
    "density_by_threshold": lambda a, b: compare.density_by_threshold(
        a, b, [1, 6], groups=[0, 0, 1]
    ),
    "shared_edges": compare.shared_edges,
    "edge_conservation": compare.edge_conservation,
    "weight_correlation": compare.weight_correlation,
    "matched_density_test": compare.matched_density_test,
    "match_neurons": compare.match_neurons,
}


def said_by(call: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(one.message) for one in caught if one.category is compare.MixedCountsWarning]


@pytest.mark.parametrize("name", OF_TWO)
def test_whatever_takes_two_warns_once_of_another_detector_or_threshold(name: str) -> None:
    call = OF_TWO[name]
    assert len(said_by(lambda: call(BY_HAND, BY_MACHINE))) == 1
    [said] = said_by(lambda: call(BY_HAND, STRONG))
    assert "synapses per pair, at least" in said
    assert said_by(lambda: call(BY_HAND, graph("hand"))) == []


def test_a_graph_knows_how_it_was_counted_whatever_is_made_of_it() -> None:
    with ca.open("fly-mushroom-body-right") as opened:
        m, g = opened.manifest, opened.graph(min_synapses=10)
    assert g.how_counted == HowCounted("synapses", m.detector, m.score_cutoff, 10)
    for made in (
        g.subgraph(g.node_ids[:9]),
        g.edges_kept(g.weights > 20),
        g.in_order(range(g.n_nodes)[::-1]),
        g.symmetrized(),
        copy.deepcopy(g),
        compare.matched_neurons(g, g, {int(i): int(i) for i in g.node_ids[:9][::-1]}).a,
    ):
        assert made.how_counted == g.how_counted


def test_what_was_normalised_is_comparable() -> None:
    for to in ("input_fraction", "rank", "equal_density"):
        even = compare.normalised({"a": BY_HAND, "b": BY_MACHINE}, to)  # type: ignore[arg-type]
        assert said_by(lambda given=even: compare.edge_conservation(*given.values())) == []  # type: ignore[misc]


def test_names_do_where_two_are_compared_neuron_by_neuron() -> None:
    with pytest.warns(compare.MixedCountsWarning, match=f"{WORM} synapses; {SECTIONS} EM serial"):
        by_name = compare.weight_correlation(WORM, SECTIONS, pairs="name")
    graphs = (ca.open(name).graph() for name in (WORM, SECTIONS))
    with pytest.warns(compare.MixedCountsWarning):
        by_graph = compare.weight_correlation(*graphs, pairs="name")
    assert by_name.equals(by_graph)
    with pytest.raises(ValueError, match="got int"):
        compare.shared_edges(WORM, 3)  # type: ignore[arg-type]
