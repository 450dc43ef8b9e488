"""What is wrong, where, and what to do: the messages of comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import connectome_analysis as ca

G = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 3])
C = ca.compare


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: C.density_test(G, G, level=95), "level must be between 0 and 1, .* got 95"),
        (lambda: C.group_density_test(G, G, [1, 1, 2], level=0), "level must be between 0 and 1"),
        (lambda: C.edge_conservation(G, G, level=True), "level must be between 0 and 1"),
        (lambda: C.compare_sizes([1], [2], level=2), "level must be between 0 and 1"),
        (lambda: C.group_density_test(G, G, ([1, 2], [1, 2])), "^groups must be a column"),
        (lambda: C.match_neurons(G, G, seeds={-5: 1}), "instance -5; leave those seeds out"),
        (lambda: C.case_control([G], [G, G]), "^cases must be 2 or more, got 1"),
        (lambda: C.case_control({"a": G, "b": G}, [G]), "^controls must be 2 or more, got 1"),
        (lambda: C.synapse_pairs("celegans-white1986"), "white1986 has no .*synapses"),
        (
            lambda: C.normalised({"a": G, "none": G.edges_kept(G.weights > 9)}, "equal_density"),
            "^none has no connection, and all others would be left with none; leave it out",
        ),
        (lambda: C.hemispheres("celegans-white1986", "nocol"), "no column 'nocol'"),
    ],
    ids=range(11),
)
def test_mistakes_are_named_with_the_argument(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_a_measure_that_is_no_number_is_named() -> None:
    sets = {"a": G, "b": G}, {"c": G, "d": G}
    with pytest.raises(
        ValueError, match=r"^measures\['bad'\] must return a number .* got \[1, 2\]"
    ):
        C.case_control(*sets, measures={"bad": lambda _: [1, 2]})
