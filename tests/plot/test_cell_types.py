"""Pictures of cell types: dendrogram, embedding, adjacency by cluster."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.plot.look import GREY


@pytest.fixture(scope="module")
def larva() -> ca.Graph:
    return ca.open("larva-mushroom-body-left").graph()


@pytest.fixture(scope="module")
def tree(larva: ca.Graph) -> ca.cell_types.CellTypes:
    return ca.cell_types.cluster(larva, n_types=5, confidence="none")


def test_a_dendrogram_has_a_line_for_each_merge_and_grey_joins_types(tree) -> None:
    from matplotlib.colors import to_hex

    ax = ca.plot.dendrogram(tree)
    (lines,) = ax.collections
    assert len(lines.get_segments()) == 208
    colours = [to_hex(colour).upper() for colour in lines.get_colors()]
    assert colours.count(GREY) == 4  # merges of five types
    assert ax.get_title(loc="left") or ax.figure.axes


def test_a_dendrogram_of_many_neurons_leaves_out_the_lowest_merges() -> None:
    g = ca.cell_types.planted_types(500, 9_000, 5)
    ax = ca.plot.dendrogram(ca.cell_types.cluster(g, n_types=5, confidence="none"))
    assert len(ax.collections[0].get_segments()) == 399


def test_every_neuron_is_a_point_of_the_embedding(larva: ca.Graph) -> None:
    pytest.importorskip("sklearn")
    found = ca.cell_types.cluster(larva, "spectral", 14, n_starts=1)
    ax = ca.plot.embedding(found)
    points = sum(len(each.get_offsets()) for each in ax.collections)
    assert points == larva.n_nodes
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words[-1].startswith("2 smaller types (")
    assert sum(int(w.split("(")[1][:-1]) for w in words) == larva.n_nodes


def test_the_adjacency_matrix_stands_in_the_order_of_clusters(larva: ca.Graph, tree) -> None:
    labels = tree.to_frame()["label"].rename("cluster")
    ax = ca.plot.adjacency(larva, labels)
    assert ax.get_ylabel().startswith("sends (pre), by cluster")
    assert ax.get_yticklabels()[0].get_text() == f"0 ({(labels == 0).sum()})"
    by_array = ca.plot.adjacency(larva, labels.to_numpy(dtype=object))
    one, other = (np.ma.filled(each.images[0].get_array(), 0) for each in (ax, by_array))
    assert np.array_equal(one, other)


def test_types_without_a_tree_or_an_embedding_say_what_has_one(tree) -> None:
    with pytest.raises(ValueError, match=r"have no embedding; cluster\(g, 'spectral'\) makes one"):
        ca.plot.embedding(tree)
    block = ca.cell_types.CellTypes(
        np.arange(2), np.array([0, 0], object), np.ones(2), "block_model", ""
    )
    with pytest.raises(ValueError, match=r"have no dendrogram; cluster\(g, 'hierarchical'\)"):
        ca.plot.dendrogram(block)
