"""Small graphs: three dots, the right arrows, and names on the chart."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon

import connectome_analysis as ca
from connectome_analysis.motifs import TRIAD_NAMES, TRIADS
from connectome_analysis.plot.look import MUTUAL
from connectome_analysis.plot.small_graphs import outlines
from tests.plot.drawn import clipped, overlapping, saved


@pytest.mark.parametrize("name", TRIAD_NAMES)
def test_every_class_has_three_dots_and_one_arrow_for_each_joined_pair(name: str) -> None:
    ax = ca.plot.triad(name)
    assert isinstance(ax, Axes)
    kinds = [type(patch) for patch in ax.patches]
    triad = TRIADS[name]
    assert kinds.count(Circle) == 3
    assert kinds.count(Polygon) == triad.mutual + triad.asymmetric
    saved(ax)


@pytest.mark.parametrize("name", TRIAD_NAMES)
def test_double_arrows_are_those_of_mutual_pairs(name: str) -> None:
    assert sum(mutual for _, mutual in outlines(name).arrows) == TRIADS[name].mutual


@pytest.mark.parametrize("name", ["012", "021D", "021U", "021C", "030T", "030C", "111D", "111U"])
def test_an_arrow_points_from_sender_to_receiver(name: str) -> None:
    drawing = outlines(name)
    one_way = [e for e in TRIADS[name].edges if e[::-1] not in TRIADS[name].edges]
    arrows = [outline for outline, mutual in drawing.arrows if not mutual]
    for (pre, post), outline in zip(one_way, arrows, strict=True):
        # A head is wider than a tail, so the outline's middle lies beyond half of the way.
        way = drawing.dots[post] - drawing.dots[pre]
        across = np.array([-way[1], way[0]]) / np.hypot(*way)
        along = (outline - drawing.dots[pre]) @ way / (way @ way)
        wide = np.abs((outline - drawing.dots[pre]) @ across)
        assert along[wide.argmax()] > 0.5


def test_nothing_leaves_the_square_and_arrows_keep_clear_of_dots() -> None:
    for name in TRIAD_NAMES:
        drawing = outlines(name)
        for outline, _ in drawing.arrows:
            assert outline.min() >= 0
            assert outline.max() <= 1
            for dot in drawing.dots:
                assert np.hypot(*(outline - dot).T).min() > drawing.dot_radius


def test_down_points_down_and_up_points_up() -> None:
    for name, top_sends in (("021D", True), ("021U", False), ("120D", True), ("120U", False)):
        top = int(outlines(name).dots[:, 1].argmax())
        edges = [e for e in TRIADS[name].edges if top in e]
        assert all((pre == top) is top_sends for pre, _ in edges)


def test_mutual_pairs_have_a_colour_of_their_own() -> None:
    colours = {patch.get_facecolor() for patch in ca.plot.triad("111D").patches}
    assert plt.matplotlib.colors.to_rgba(MUTUAL) in colours
    assert len(colours) == 2


def test_the_chart_names_all_classes_and_nothing_overlaps() -> None:
    ax = ca.plot.triads()
    texts = {text.get_text() for text in ax.texts}
    assert texts == {*TRIAD_NAMES, *(triad.plain_name for triad in TRIADS.values())}
    assert clipped(ax) == []
    assert overlapping(ax.texts) == []


def test_it_draws_into_the_axes_it_is_given() -> None:
    _, ax = plt.subplots()
    assert ca.plot.triad("300", ax) is ax
    assert ca.plot.triads(ax) is ax
    assert plt.get_fignums() == [ax.figure.number]


def test_an_unknown_class_is_met_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"^There is no triad '030X'\. There are: 003, 012, "):
        ca.plot.triad("030X")
    assert plt.get_fignums() == []
