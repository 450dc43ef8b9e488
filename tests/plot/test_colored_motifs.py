"""Colored motifs: the commonest classes are drawn with the colors and counts they have."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.patches import Circle

import connectome_analysis as ca
from connectome_analysis.plot.look import BLUE, GREY, PALE, VERMILION
from tests.plot.drawn import clipped, overlapping, saved, words


def circuit() -> pd.DataFrame:
    """Three feed-forward inhibitions onto their own neurons, and one chain of unknowns."""
    pre = np.array([0, 0, 1])
    edges = [(pre + 3 * i, np.array([1, 2, 2]) + 3 * i) for i in range(3)]
    pre = np.concatenate([edge[0] for edge in edges] + [[9, 10]])
    post = np.concatenate([edge[1] for edge in edges] + [[10, 11]])
    sign = pd.array([1, -1, 1] * 3 + [0, None, None], dtype="Int8")
    nodes = pd.DataFrame({"node_id": range(12), "sign": sign})
    return ca.motifs.colored_census(ca.Graph.from_edges(pre, post, nodes=nodes), "sign")


def dots(ax: Axes) -> list[list[tuple[float, ...]]]:
    """Face colors of the dots of each drawing, from the top row down."""
    boxes = [child for child in ax.artists if isinstance(child, AnnotationBbox)]
    boxes.sort(key=lambda box: box.xy[1])
    return [[dot.get_facecolor() for dot in box.findobj(Circle)] for box in boxes]


def test_each_dot_has_the_color_of_its_label() -> None:
    ax = ca.plot.colored_motifs(circuit())
    first, second = dots(ax)
    for dot, colour in zip(first, (VERMILION, BLUE, VERMILION), strict=True):
        assert same_color(dot, colour)
    for dot, colour in zip(second, (GREY, PALE, PALE), strict=True):
        assert same_color(dot, colour)


def test_bars_are_as_long_as_the_counts_and_the_commonest_is_first() -> None:
    ax = ca.plot.colored_motifs(circuit())
    assert [bar.get_width() for bar in ax.patches] == [3, 1]
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels == ["030T(E,I,E)", "021C(?,unknown,unknown)"] or labels == ["030T", "021C"]
    assert {"3", "1", "E, excitatory", "I, inhibitory", "?, neither", "unknown"} <= words(ax)


def test_only_the_top_is_drawn_and_the_title_says_of_how_many() -> None:
    g = ca.open("celegans-varshney2011").graph()
    table = ca.motifs.colored_census(g, "sign")
    ax = ca.plot.colored_motifs(table, top=4)
    assert len(ax.patches) == 4
    assert ax.get_title(loc="left").replace("\n", " ") == (
        f"celegans-varshney2011: triads by sign, the 4 commonest of {len(table)} classes"
    )
    assert ca.plot.colored_motifs(table, title="Mine").get_title(loc="left") == "Mine"


def test_pairs_are_drawn_as_two_dots() -> None:
    with ca.open("larva-mushroom-body-left") as connectome:
        table = ca.motifs.colored_census(connectome.graph(), "cell_type", size=2)
    ax = ca.plot.colored_motifs(table, top=3)
    assert [len(drawn) for drawn in dots(ax)] == [2, 2, 2]
    assert "pairs by cell_type" in ax.get_title(loc="left")


def test_a_label_has_one_colour_whichever_classes_are_drawn() -> None:
    with ca.open("larva-mushroom-body-left") as connectome:
        table = ca.motifs.colored_census(connectome.graph(), "cell_type")
    whole = dict(zip(*_colors_and_dots(table), strict=True))
    for motif in ("021U", "300"):
        part = table[table["motif"] == motif]
        for label, dot in zip(*_colors_and_dots(part), strict=True):
            assert whole.get(label, dot) == dot


def _colors_and_dots(table: pd.DataFrame) -> tuple[list[str], list[tuple[float, ...]]]:
    ax = ca.plot.colored_motifs(table, top=30)
    rows = table.sort_values("count", ascending=False, kind="stable").head(30)
    labels = rows[["color_a", "color_b", "color_c"]].to_numpy().ravel().tolist()
    return labels, [dot for drawn in dots(ax) for dot in drawn]


def test_many_colors_long_labels_and_dollars_are_drawn_and_nothing_is_clipped() -> None:
    g = ca.open("celegans-varshney2011").graph()
    colors = np.array([f"$type {i % 20}$ of a long name" for i in range(g.n_nodes)])
    ax = ca.plot.colored_motifs(ca.motifs.colored_census(g, colors), top=8)
    assert clipped(ax) == []
    assert overlapping(ax.get_yticklabels()) == []


def test_a_table_that_went_through_a_file_is_drawn_too() -> None:
    import io

    table = pd.read_csv(io.StringIO(circuit().to_csv(index=False)))
    assert len(saved(ca.plot.colored_motifs(table))) > 1000


def test_other_tables_are_refused_by_name() -> None:
    table = circuit()
    with pytest.raises(ValueError, match=r"takes the table of ca.motifs.colored_census, got list"):
        ca.plot.colored_motifs([1])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="lacks the columns color_b"):
        ca.plot.colored_motifs(table.drop(columns="color_b"))
    with pytest.raises(ValueError, match="without rows"):
        ca.plot.colored_motifs(table.iloc[:0])
    with pytest.raises(ValueError, match="top must be a whole number of at least 1, got 0"):
        ca.plot.colored_motifs(table, top=0)
    assert plt.get_fignums() == []
