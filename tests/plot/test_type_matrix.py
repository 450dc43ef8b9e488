"""Type-matrix map: squares, labels, numbers, and what is nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from tests.plot.drawn import clipped, overlapping, saved, words


def test_rows_send_columns_receive_and_the_squares_hold_their_numbers(worm: ca.Graph) -> None:
    table = ca.measures.type_matrix(worm, "cell_class")
    ax = ca.plot.type_matrix(table)
    assert [label.get_text() for label in ax.get_yticklabels()] == table.index.tolist()
    assert [label.get_text() for label in ax.get_xticklabels()] == table.columns.tolist()
    assert ax.get_ylabel() == "sends (pre), by cell_class"
    written = {text.get_position(): text.get_text() for text in ax.texts}
    sensory, motor = table.index.get_loc("sensory"), table.columns.get_loc("motor")
    assert written[(motor, sensory)] == f"{table.loc['sensory', 'motor']:,}"
    assert "weight: synapses (log scale)" in words(ax)
    assert clipped(ax) == []


def test_a_hundred_types_have_labels_that_do_not_overlap(worm: ca.Graph) -> None:
    ax = ca.plot.type_matrix(ca.measures.type_matrix(worm, "cell_type", value="input_fraction"))
    assert clipped(ax) == []
    assert len(ax.get_yticklabels()) > 50
    assert overlapping(ax.get_yticklabels()) == []
    assert overlapping(ax.get_xticklabels()) == []
    assert "share of the receiver's input" in words(ax)


def test_nothing_is_white_and_undefined_is_grey() -> None:
    g = ca.Graph.from_edges([1, 1], [2, 3])
    ax = ca.plot.type_matrix(ca.measures.type_matrix(g, ["A", "B", "B"], value="density"))
    undefined, shown = (image.get_array() for image in ax.images)
    assert np.ma.getmaskarray(undefined).tolist() == [[False, True], [True, True]]
    assert np.ma.getmaskarray(shown).tolist() == [[True, False], [True, True]]


def test_empty_tables_and_tables_without_connections_are_drawn() -> None:
    empty = ca.measures.type_matrix(ca.Graph.from_edges([], []), [])
    assert "no types" in words(ca.plot.type_matrix(empty))
    lone = ca.measures.type_matrix(ca.Graph.from_edges([], [], node_ids=[1]), ["A"])
    saved(ca.plot.type_matrix(lone))
    nothing = ca.measures.type_matrix(
        ca.Graph.from_edges([], [], node_ids=[1]), ["A"], value="density"
    )
    saved(ca.plot.type_matrix(nothing))


def test_names_with_dollar_signs_and_tables_without_attributes_are_drawn_as_they_are() -> None:
    table = pd.DataFrame([[0.0, 2.0], [1.0, 3.0]], index=["a$x$", "b"], columns=["a$x$", "b"])
    ax = ca.plot.type_matrix(table, title="by hand")
    assert "a$x$" in words(ax)
    assert ax.get_title(loc="left") == "by hand"
    saved(ax)


def test_other_tables_are_refused_in_words() -> None:
    with pytest.raises(
        ValueError, match=r"takes the square table of ca.measures.type_matrix, .* 1 x"
    ):
        ca.plot.type_matrix(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(ValueError, match="got ndarray"):
        ca.plot.type_matrix(np.eye(2))
    with pytest.raises(ValueError, match="draws values from 0 up, got -1"):
        ca.plot.type_matrix(pd.DataFrame([[-1.0]], index=["a"], columns=["a"]))
