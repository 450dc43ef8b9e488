"""Degree curves: what share of neurons has at least k partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .headline import put_headline
from .look import BLUE, GREY, LABEL_PT, LINE_PT, TEXT_PT, VERMILION, ink
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from ..graph import Graph


def degree_distribution(g: Graph, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw the complementary cumulative distributions of in-, out- and total degree.

    A point (k, y) says that a share y of all neurons has degree k or more, on two logarithmic
    scales. Neurons with degree 0 have no place on them: they lower the curve at k = 1, and the
    legend counts them.

    Parameters
    ----------
    g : Graph
        Total degree is in plus out; a mutual pair counts twice.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    title : str, optional
        In place of the graph's name and number of neurons.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> ax = degree_distribution(ca.Graph.from_edges([1, 1], [2, 3]))
    >>> ax.get_legend().get_texts()[0].get_text()
    'in: median 1, 1 neuron with 0'
    >>> plt.close(ax.figure)
    """
    ax = axes_or_new(ax, 8.5, 5.0)
    handles: list[Artist] = []
    curves = (
        ("in", g.in_degree, BLUE, "-"),
        ("out", g.out_degree, VERMILION, "--"),
        ("total", g.in_degree + g.out_degree, ink(), "-."),
    )
    for name, degree, colour, line in curves:
        k, share = _at_least(degree)
        label = _label(name, degree)
        handles += ax.plot(
            k,
            share,
            drawstyle="steps-pre",
            color=colour,
            ls=line,
            lw=LINE_PT,
            label=label,
            marker="o" if len(k) == 1 else None,
        )
    _scale(ax, g)
    where = f"{g.name}: " if g.name else ""
    words = f"{where}degree of {g.n_nodes:,} neurons"
    put_headline(ax, title if title is not None else words)
    # The curves fall to the right, so the lower left corner is free.
    ax.legend(handles=handles, loc="lower left", frameon=False, fontsize=TEXT_PT)
    return ax


def _at_least(degree: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """1 and each degree above that occurs, and the share of all neurons with at least that."""
    k, counts = np.unique(degree, return_counts=True)
    if len(k) and 1 not in k and k[-1] > 1:
        place = int(np.searchsorted(k, 1))
        k, counts = np.insert(k, place, 1), np.insert(counts, place, 0)
    share = np.cumsum(counts[::-1])[::-1] / max(len(degree), 1)
    return k[k > 0], share[k > 0]


def _label(name: str, degree: NDArray[np.int64]) -> str:
    if len(degree) == 0:
        return f"{name}: no neurons"
    zero = int((degree == 0).sum())
    return f"{name}: median {np.median(degree):g}, {zero:,} neuron{'' if zero == 1 else 's'} with 0"


def _scale(ax: Axes, g: Graph) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.set(xscale="log", yscale="log")
    highest = int((g.in_degree + g.out_degree).max()) if g.n_nodes else 1
    ax.set_xlim(0.9, max(2, highest) * 1.25)
    ax.set_ylim(0.7 / max(g.n_nodes, 2), 1.3)
    for axis, words in ((ax.xaxis, "{:,g}"), (ax.yaxis, "{:.10g}")):
        axis.set_major_locator(LogLocator())
        axis.set_major_formatter(FuncFormatter(lambda level, _, w=words: w.format(level)))
        axis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("degree k (connections of a neuron)", fontsize=LABEL_PT)
    ax.set_ylabel("share of neurons with degree \N{GREATER-THAN OR EQUAL TO} k", fontsize=LABEL_PT)
    ax.tick_params(labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)
    if g.n_edges == 0:
        ax.text(0.5, 0.5, "no edges", transform=ax.transAxes, ha="center", va="center", color=GREY)
