"""Wiring diagram: signals run down, arrows are as wide as weights, and a tangle is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Annotation

import connectome_analysis as ca
from tests.plot.drawn import saved, words


def arrows(ax: object) -> list[FancyArrowPatch]:
    found = ax.findobj(lambda one: type(one) is FancyArrowPatch)  # type: ignore[attr-defined]
    return [one for one in found if one.get_connectionstyle() is not None and one.axes is ax]


def heights(ax: object) -> dict[str, float]:
    texts = ax.findobj(Annotation)  # type: ignore[attr-defined]
    return {text.get_text(): float(text.xy[1]) for text in texts}


def test_a_chain_runs_down_and_a_connection_back_up_is_dashed() -> None:
    g = ca.Graph.from_edges([1, 2, 3, 4], [2, 3, 4, 1], [9, 9, 9, 1])
    ax = ca.plot.wiring_diagram(g, ca.measures.trophic_levels(g, weighted=True) * -1)
    at = heights(ax)
    assert at["1"] >= at["2"] >= at["3"] >= at["4"]
    assert at["1"] > at["4"]
    drawn = arrows(ax)
    assert len(drawn) == 4
    assert sum(one.get_linestyle() != "-" and one.get_linestyle() != "solid" for one in drawn) == 1


def test_arrows_are_as_wide_as_the_root_of_their_weight() -> None:
    g = ca.Graph.from_edges([1, 1], [2, 3], [100, 25])
    ax = ca.plot.wiring_diagram(g, ca.measures.signal_flow(g))
    widths = sorted(one.get_linewidth() - 0.5 for one in arrows(ax))
    assert widths[1] / widths[0] == pytest.approx(2.0)


def test_no_two_neurons_stand_in_one_place() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    few = worm.subgraph(worm.node_ids[:60])
    ax = ca.plot.wiring_diagram(few, ca.measures.signal_flow(few), color="cell_class", sign="sign")
    places = [tuple(map(float, text.xy)) for text in ax.findobj(Annotation)]
    assert len(set(places)) == 60
    assert {"motor", "excitatory", "AVAL"} <= words(ax)


def test_the_legend_names_what_is_drawn_alone() -> None:
    nodes = pd.DataFrame({"node_id": [1, 2, 3], "sign": [1, -1, 0]})
    g = ca.Graph.from_edges([1, 1], [2, 3], nodes=nodes)
    said = words(ca.plot.wiring_diagram(g, ca.measures.signal_flow(g), sign="sign"))
    assert "excitatory" in said
    assert said.isdisjoint({"inhibitory (bar)", "of no known sign", "against the flow"})


def test_no_arrow_bends_out_of_the_picture() -> None:
    # All neurons in one row: arrows from end to end rise highest.
    pre, post = np.meshgrid(np.arange(9), np.arange(9))
    g = ca.Graph.from_edges(pre[pre != post], post[pre != post])
    ax = ca.plot.wiring_diagram(g, pd.Series(0.0, index=g.node_ids))
    saved(ax)
    frame = ax.get_window_extent()
    for one in arrows(ax):
        box = one.get_tightbbox()
        assert box is not None
        assert box.y0 > frame.y0 - 1
        assert box.y1 < frame.y1 + 1


def test_a_graph_without_neurons_can_be_drawn() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    none = worm.subgraph([])
    assert heights(ca.plot.wiring_diagram(none, ca.measures.signal_flow(none))) == {}


def test_too_many_neurons_other_levels_and_unknown_columns_are_errors() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    with pytest.raises(ValueError, match="up to 80 neurons, got 279"):
        ca.plot.wiring_diagram(worm, ca.measures.signal_flow(worm))
    few = worm.subgraph(worm.node_ids[:5])
    with pytest.raises(ValueError, match="a height for each neuron"):
        ca.plot.wiring_diagram(few, pd.Series([1.0]))
    with pytest.raises(ValueError, match="no column 'typo'"):
        ca.plot.wiring_diagram(few, ca.measures.signal_flow(few), color="typo")
