"""Path-length histogram: what share of pairs of neurons is how many connections apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .given_table import fact, require_columns
from .headline import put_headline
from .look import BLUE, GREY, LABEL_PT, LINE_PT, TEXT_PT, VERMILION
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def path_lengths(result: pd.DataFrame, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw the distribution of shortest-path lengths, with its mean.

    Parameters
    ----------
    result : DataFrame
        As `connectome_analysis.measures.path_lengths` makes it. Shares are of the pairs it names;
        where these are all pairs, those without a path are named below the title and have no bar.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    title : str, optional
        In place of the graph's name and the pairs it is over.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> lengths = ca.measures.path_lengths(ca.Graph.from_edges([1, 2], [2, 3]))
    >>> ax = path_lengths(lengths)
    >>> len(ax.patches), ax.get_xlabel()
    (2, 'length of the shortest path (connections)')
    >>> plt.close(ax.figure)
    """
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    table = require_columns(
        result, ("pairs", "share"), "path_lengths", "connectome_analysis.measures.path_lengths"
    )
    ax = axes_or_new(ax, 7.0, 4.2)
    ax.bar(table.index, table["share"], width=0.8, color=BLUE)
    mean = fact(table, "mean")
    handles = []
    if mean is not None and np.isfinite(mean):
        label = f"mean {mean:.4g}"
        low, high = fact(table, "mean_low"), fact(table, "mean_high")
        if low != high:
            label += f" (95 % interval {low:.4g} to {high:.4g})"
        handles.append(ax.axvline(mean, color=VERMILION, lw=LINE_PT, ls="--", label=label))
    if len(table) == 0:
        ax.text(0.5, 0.5, "no paths", transform=ax.transAxes, ha="center", va="center", color=GREY)
    ax.set_xlim(0.4, max(2, len(table)) + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_xlabel("length of the shortest path (connections)", fontsize=LABEL_PT)
    ax.set_ylabel("share of pairs of neurons", fontsize=LABEL_PT)
    ax.tick_params(labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)
    put_headline(ax, title if title is not None else _words(table), handles)
    return ax


def _words(table: pd.DataFrame) -> str:
    name = fact(table, "graph")
    where = f"{name}: " if name else ""
    reachable, none = fact(table, "pairs_reachable"), fact(table, "pairs_unreachable")
    if reachable is None:
        return f"{where}path lengths"
    sources = fact(table, "n_sources")
    drawn = "" if fact(table, "diameter_exact") else f" from {sources:,} neurons drawn"
    within = fact(table, "within")
    if within == "largest strong component":
        return (
            f"{where}path lengths{drawn}, {reachable:,} pairs of the {fact(table, 'n_neurons'):,} "
            "neurons in the largest strong component"
        )
    beside = f", {none:,} have no path" if none else ""
    return f"{where}path lengths{drawn}, {reachable:,} pairs{beside}"
