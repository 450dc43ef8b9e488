"""Type chord: all that is sent and received has a place on the ring, and no more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Polygon, Wedge

import connectome_analysis as ca
from tests.plot.drawn import words


def table_of(values: list[list[float]], names: str = "ABCDEFGHIJKLMNOPQ") -> pd.DataFrame:
    index = list(names[: len(values)])
    table = pd.DataFrame(values, index=index, columns=index)
    table.attrs |= {"value": "edges", "graph": "made up"}
    return table


def test_arcs_are_as_long_as_all_that_is_sent_and_received() -> None:
    ax = ca.plot.type_chord(table_of([[2.0, 4.0], [0.0, 0.0]]))
    arcs = [patch for patch in ax.patches if isinstance(patch, Wedge)]
    sizes = sorted(patch.theta2 - patch.theta1 for patch in arcs)
    # A: 6 sent, 2 received; B: 4 received.
    assert sizes[1] / sizes[0] == pytest.approx(2.0)
    assert sum(sizes) == pytest.approx(360 - 2 * np.degrees(0.05))


def test_each_pair_that_is_joined_has_one_ribbon() -> None:
    ax = ca.plot.type_chord(table_of([[0.0, 4.0, 1.0], [0.0, 0.0, 3.0], [2.0, 0.0, 0.0]]))
    assert sum(isinstance(patch, Polygon) for patch in ax.patches) == 4


def test_types_beyond_the_first_share_an_arc_and_nothing_is_lost() -> None:
    values = np.diag(np.arange(1.0, 16.0)).tolist()
    ax = ca.plot.type_chord(table_of(values), top=4)
    assert [text.get_text() for text in ax.texts] == ["O", "N", "M", "others"]
    assert any(word.startswith("made up\n120 connections") for word in words(ax))


@pytest.mark.parametrize("count", [9, 10, 11, 17])
def test_no_two_arcs_have_one_colour(count: int) -> None:
    ax = ca.plot.type_chord(table_of(np.ones((count, count)).tolist()))
    arcs = [patch.get_facecolor() for patch in ax.patches if isinstance(patch, Wedge)]
    assert len(set(arcs)) == len(arcs) == min(count, 10)


def test_more_arcs_than_colours_are_an_error() -> None:
    with pytest.raises(ValueError, match="colours for 10 arcs, got top=11"):
        ca.plot.type_chord(table_of([[1.0]]), top=11)


def test_a_table_of_nothing_says_so() -> None:
    assert "no connection between types" in words(ca.plot.type_chord(table_of([[0.0]])))


def test_shares_and_other_tables_are_errors() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    with pytest.raises(ValueError, match="parts of one whole, got input_fraction"):
        ca.plot.type_chord(ca.measures.type_matrix(worm, "cell_class", value="input_fraction"))
    with pytest.raises(ValueError, match=r"takes the square table of ca.measures.type_matrix"):
        ca.plot.type_chord(pd.DataFrame({"a": [1]}))
    with pytest.raises(ValueError, match="from 0 up, got -1"):
        ca.plot.type_chord(table_of([[-1.0]]))
