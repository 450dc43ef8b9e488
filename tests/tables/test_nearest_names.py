"""Nearest names: a message names what was probably meant, and stays short however many names there are."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.tables.nearest_names import names_in_words

MANY = [f"quality_{number}" for number in range(110)] + ["cell_class", "Sign"]


def test_few_names_are_all_told_in_their_order() -> None:
    assert names_in_words(["b", "a"], "c") == "b, a"


def test_of_many_the_nearest_come_first_whatever_their_case() -> None:
    said = names_in_words(MANY, "cell_clas")
    assert said.startswith("the nearest of 112 are cell_class")
    assert names_in_words(MANY, "sign").startswith("the nearest of 112 are Sign")


def test_where_none_is_near_the_first_are_told_with_the_number_of_the_others() -> None:
    assert names_in_words(MANY, "xyz").endswith("and 107 others")


@pytest.mark.parametrize(
    "ask",
    [
        lambda g: ca.motifs.node_colors(g, "cell_clas"),
        lambda g: ca.null_models.sample(g, "block", groups="cell_clas"),
    ],
)
def test_a_graph_of_many_columns_answers_in_a_line(ask: Callable[[ca.Graph], object]) -> None:
    nodes = pd.DataFrame({"node_id": [1, 2, 3], **{name: ["x", "y", "y"] for name in MANY}})
    g = ca.Graph.from_edges([1, 2], [2, 3], nodes=nodes)
    with pytest.raises(ValueError, match="cell_class") as error:
        ask(g)
    assert len(str(error.value)) < 400
    assert "\n" not in str(error.value)
