"""Colors are read from columns and arrays as they are meant, and refused with a way out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca


def graph(n: int = 4, **columns: object) -> ca.Graph:
    ids = np.arange(10, 10 + n)
    nodes = pd.DataFrame({"node_id": ids, **columns})
    return ca.Graph.from_edges(ids[:-1], ids[1:], nodes=nodes)


def test_signs_become_e_i_and_a_question_mark() -> None:
    g = graph(sign=pd.array([-1, 0, 1, pd.NA], dtype="Int8"))
    colors = ca.motifs.node_colors(g, "sign")
    assert colors.labels == ("E", "I", "?", "unknown")
    assert colors.codes.tolist() == [1, 2, 0, 3]
    assert colors.n_unknown == 1
    assert colors.source == "sign"
    assert colors.codes.dtype == np.uint8


def test_a_series_called_sign_holds_signs_and_a_plain_array_of_numbers_does_not() -> None:
    g = graph(sign=[1, 1, -1, -1])
    assert ca.motifs.node_colors(g, g.nodes["sign"]).labels == ("E", "I")
    assert ca.motifs.node_colors(g, np.array([1, 1, -1, -1])).labels == ("-1", "1")


def test_text_is_alphabetical_numbers_ascend_and_categories_keep_their_order() -> None:
    g = graph()
    assert ca.motifs.node_colors(g, ["b", "a", "b", "c"]).labels == ("a", "b", "c")
    assert ca.motifs.node_colors(g, [10, 9, 9, 100]).labels == ("9", "10", "100")
    kinds = pd.Categorical(["z", "a", "z", "a"], categories=["z", "m", "a"])
    colors = ca.motifs.node_colors(g, kinds)
    assert colors.labels == ("z", "a")
    assert colors.codes.tolist() == [0, 1, 0, 1]
    assert ca.motifs.node_colors(g, [True, False, True, True]).labels == ("False", "True")


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, ""])
def test_whatever_is_missing_is_one_color_of_its_own_and_comes_last(missing: object) -> None:
    g = graph()
    colors = ca.motifs.node_colors(g, np.array(["z", missing, "a", missing], dtype=object))
    assert colors.labels == ("a", "z", "unknown")
    assert colors.codes.tolist() == [1, 2, 0, 2]
    assert colors.n_unknown == 2
    assert colors.sizes == {"a": 1, "z": 1, "unknown": 2}


def test_a_label_that_says_unknown_is_the_color_of_the_missing() -> None:
    colors = ca.motifs.node_colors(graph(), ["zebra", "unknown", None, "ant"])
    assert colors.labels == ("ant", "zebra", "unknown")
    assert colors.codes.tolist() == [1, 2, 2, 0]
    assert colors.n_unknown == 1


def test_whole_numbers_with_one_missing_are_still_written_as_whole_numbers() -> None:
    colors = ca.motifs.node_colors(graph(), [2.0, np.nan, 1.0, 2.0])
    assert colors.labels == ("1", "2", "unknown")


def test_a_number_and_its_text_are_one_color() -> None:
    colors = ca.motifs.node_colors(graph(), np.array([1, "1", 2, 2.0], dtype=object))
    assert colors.labels == ("1", "2")
    assert colors.codes.tolist() == [0, 0, 1, 1]


def test_sixty_four_colors_can_be_told_apart() -> None:
    g = graph(64)
    assert len(ca.motifs.node_colors(g, np.arange(64)).labels) == 64


def test_a_series_may_be_indexed_by_node_id_in_the_order_of_the_graph() -> None:
    g = graph(cell_type=list("abcd"))
    series = g.nodes.set_index("node_id")["cell_type"]
    assert ca.motifs.node_colors(g, series).codes.tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match=r"give colors.reindex\(g.node_ids\)"):
        ca.motifs.node_colors(g, series[::-1])


def test_a_graph_without_neurons_has_no_colors() -> None:
    g = ca.Graph.from_edges([], [])
    colors = ca.motifs.node_colors(g, [])
    assert colors.labels == ()
    assert colors.codes.tolist() == []


def test_a_column_that_is_not_there_is_told_with_those_that_are() -> None:
    g = graph(cell_type=list("aabb"), empty=[None] * 4)
    with pytest.raises(ValueError, match=r"no column 'type'.*labels: cell_type \(2\)\.$"):
        ca.motifs.node_colors(g, "type")
    with pytest.raises(ValueError, match=r"'empty' is empty for every neuron.*cell_type \(2\)"):
        ca.motifs.node_colors(g, "empty")
    with pytest.raises(ValueError, match="give one label for each in an array"):
        ca.motifs.node_colors(ca.Graph.from_edges([1], [2]), "sign")


def test_too_many_colors_are_refused_with_a_way_to_have_fewer() -> None:
    g = graph(70, name=[f"n{i}" for i in range(70)], side=["left", "right"] * 35)
    with pytest.raises(ValueError, match=r"At most 64 colors.*got 70 in 'name'.*side \(2\)"):
        ca.motifs.node_colors(g, "name")
    labels = g.nodes["name"]
    fewer = labels.where(labels.isin(labels.value_counts().index[:63]), "other")
    assert len(ca.motifs.node_colors(g, fewer).labels) == 64


def test_a_wrong_length_shape_or_sign_is_refused() -> None:
    g = graph(sign=[1, 2, 1, 1])
    with pytest.raises(ValueError, match="must have 4 entries, one for each neuron, got 3"):
        ca.motifs.node_colors(g, [1, 2, 3])
    with pytest.raises(
        ValueError, match="or an array with one label for each neuron, got ndarray of 2"
    ):
        ca.motifs.node_colors(g, np.ones((4, 1)))
    with pytest.raises(ValueError, match="got int of 0 dimensions"):
        ca.motifs.node_colors(g, 1)
    with pytest.raises(ValueError, match=r"A sign must be \+1, -1 or 0, got 2.*transmitter_signs"):
        ca.motifs.node_colors(g, "sign")
    with pytest.raises(TypeError, match="A Graph is wanted"):
        ca.motifs.node_colors([1, 2], "sign")  # type: ignore[arg-type]
