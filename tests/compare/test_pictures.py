"""Pictures of comparisons: what they show, and what they refuse."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import connectome_analysis as ca

from .graphs import random_graph


def test_conservation_has_a_line_for_each_graph() -> None:
    table = ca.compare.edge_conservation(random_graph(1), random_graph(2), strengths=[1, 2, 5])
    ax = ca.plot.edge_conservation(table)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["of g1", "of g2"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2–4", "5 or more"]
    plt.close(ax.figure)
    with pytest.raises(ValueError, match=r"ca\.compare\.edge_conservation"):
        ca.plot.edge_conservation(table.drop(columns="fraction"))


def test_significant_pairs_of_groups_are_crossed() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(["x", "y"], 25)
    graphs = []
    for extra in (0.0, 0.4):
        p = np.full((50, 50), 0.2)
        p[:25, 25:] += extra
        joined = rng.random((50, 50)) < p
        np.fill_diagonal(joined, val=False)
        graphs.append(ca.Graph.from_adjacency(joined.astype(int)))
    found = ca.compare.group_density_test(*graphs, (labels, labels))
    ax = ca.plot.group_densities(found)
    crosses = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines]  # type: ignore[index]
    assert crosses == [(1, 0)]
    said = {text.get_text() for text in ax.get_legend().get_texts()}  # type: ignore[union-attr]
    assert "no connection in a or in b" in said
    bar = ax.figure.axes[1]
    assert [text.get_text() for text in bar.get_yticklabels()] == ["½ or less", "1", "2 or more"]
    plt.close(ax.figure)
    with pytest.raises(ValueError, match="group_density_test"):
        ca.plot.group_densities(found.table)  # type: ignore[arg-type]
