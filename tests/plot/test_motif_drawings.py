"""Drawings of motifs: every dot, every arrow, every name, and nothing over anything else."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Circle, Polygon

import connectome_analysis as ca
from connectome_analysis.motifs import TRIAD_NAMES, TRIADS, four_node_classes
from connectome_analysis.plot import motif_drawings, small_graphs
from tests.plot.drawn import clipped, overlapping, saved

CLASSES = four_node_classes()


@pytest.mark.parametrize("name", ["4-14", "4-204", "4-31710", "4-346", "4-4698"])
def test_a_class_has_four_dots_and_one_arrow_for_each_joined_pair(name: str) -> None:
    ax = ca.plot.motif(name)
    kinds = [type(patch) for patch in ax.patches]
    assert kinds.count(Circle) == 4
    assert kinds.count(Polygon) == CLASSES[name].mutual + CLASSES[name].asymmetric
    saved(ax)


@pytest.mark.parametrize("name", TRIAD_NAMES)
def test_a_triad_is_drawn_as_everywhere(name: str) -> None:
    ours, theirs = motif_drawings.outlines(name), small_graphs.outlines(name)
    assert np.array_equal(ours.dots, theirs.dots)
    assert len(ca.plot.motif(name).patches) == len(ca.plot.triad(name).patches)


def test_arrows_point_from_sender_to_receiver_in_every_class() -> None:
    for name, kind in CLASSES.items():
        drawing = motif_drawings.outlines(name)
        assert sum(mutual for _, mutual in drawing.arrows) == kind.mutual
        one_way = [e for e in kind.edges if e[::-1] not in kind.edges]
        arrows = [outline for outline, mutual in drawing.arrows if not mutual]
        for (pre, post), outline in zip(one_way, arrows, strict=True):
            way = drawing.dots[post] - drawing.dots[pre]
            across = np.array([-way[1], way[0]]) / np.hypot(*way)
            along = (outline - drawing.dots[pre]) @ way / (way @ way)
            wide = np.abs((outline - drawing.dots[pre]) @ across)
            assert along[wide.argmax()] > 0.5


def test_nothing_leaves_the_square_and_arrows_keep_clear_of_dots() -> None:
    for name in CLASSES:
        drawing = motif_drawings.outlines(name)
        for outline, _ in drawing.arrows:
            assert outline.min() >= 0
            assert outline.max() <= 1
            for dot in drawing.dots:
                assert np.hypot(*(outline - dot).T).min() > drawing.dot_radius


def test_the_page_of_all_names_every_class_and_nothing_overlaps() -> None:
    ax = ca.plot.motif_table()
    texts = [text.get_text() for text in ax.texts]
    assert set(CLASSES) <= set(texts)
    assert "bi-fan" in texts
    assert clipped(ax) == []
    assert overlapping(ax.texts) == []


def test_values_are_written_as_what_they_are() -> None:
    names = ["030T", "4-204", "4-904", "4-14", "4-2184"]
    values = {"030T": 1453, "4-204": 2.5, "4-904": np.int64(10), "4-14": "many"}
    ax = ca.plot.motif_table(names, values, across=2)
    texts = [text.get_text() for text in ax.texts]
    assert {"1,453", "2.5", "10", "many", "\N{EN DASH}"} <= set(texts)
    assert clipped(ax) == []
    assert overlapping(ax.texts) == []
    series = ca.plot.motif_table(["4-204"], pd.Series({"4-204": np.nan}), plain_names=False)
    assert [text.get_text() for text in series.texts] == ["4-204", "nan"]


def test_it_draws_into_the_axes_it_is_given() -> None:
    _, ax = plt.subplots()
    assert ca.plot.motif("4-204", ax) is ax
    assert ca.plot.motif_table(["4-204", *TRIADS], ax=ax) is ax
    assert plt.get_fignums() == [ax.figure.number]


def test_what_cannot_be_drawn_is_said_and_no_figure_is_left() -> None:
    with pytest.raises(ValueError, match=r"^There is no motif '4-205'\. There are 003, 012, "):
        ca.plot.motif("4-205")
    with pytest.raises(ValueError, match="There is no motif"):
        ca.plot.motif_table(["4-204", "FFL"])
    with pytest.raises(ValueError, match="at least one motif, got none"):
        ca.plot.motif_table([])
    with pytest.raises(ValueError, match="at least 1 drawing in a row, got 0"):
        ca.plot.motif_table(["4-204"], across=0)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", [f"G{i}" for i in range(30)])
def test_graphlets_are_drawn_with_a_line_for_each_edge(name: str) -> None:
    from connectome_analysis.motifs import graphlet_classes

    drawing = motif_drawings.outlines(name)
    row = graphlet_classes().loc[name]
    assert (len(drawing.arrows), len(drawing.dots)) == (row["n_edges"], row["n_nodes"])
    apart = np.linalg.norm(drawing.dots[:, None] - drawing.dots[None], axis=2)
    assert apart[np.triu_indices(len(apart), 1)].min() > 0.3


def test_five_and_six_neurons_are_drawn_by_the_name_of_their_estimate() -> None:
    assert len(motif_drawings.outlines("5-30").dots) == 5
    with pytest.raises(ValueError, match="There is no motif '5-31'"):
        ca.plot.motif("5-31")
