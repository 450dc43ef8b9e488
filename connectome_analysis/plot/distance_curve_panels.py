"""Distance-curve panels: how the probability of a connection falls with distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from .given_table import fact, require_columns
from .headline import put_headline
from .look import BLUE, GREY, LABEL_PT, LINE_PT, TEXT_PT
from .place import axes_or_new, panel_below

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Scale = Literal["linear", "log"]

_COLUMNS = (
    "low_um",
    "high_um",
    "n_pairs",
    "n_edges",
    "probability",
    "probability_low",
    "probability_high",
)


def distance_curve(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    scale: Scale = "linear",
    title: str | None = None,
) -> Axes:
    """Draw the probability that one neuron sends to another over their distance.

    Each bin is a step as wide as the bin, with its 95 % interval shaded; an interval far above all
    steps, of a bin with few pairs, leaves the panel. The panel below counts the ordered pairs of
    neurons in each bin: where there are few, the curve means little.

    Parameters
    ----------
    table : DataFrame
        From ``ca.measures.distance_curve``.
    ax : Axes, optional
        Where to draw; a new figure where left out. The lower panel takes part of its place and
        stands after it in ``ax.figure.axes``.
    scale : {"linear", "log"}
        Of the probability. Bins without a connection have no place on a logarithmic scale.
    title : str, optional
        In place of the graph's name and the number of neurons.

    Returns
    -------
    Axes
        The upper panel.

    Raises
    ------
    ValueError
        Where the table is another.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt, numpy as np
    >>> g = ca.Graph.from_edges([1, 2], [2, 3])
    >>> where = np.array([[0, 0, 0], [9e3, 0, 0], [2e4, 0, 0]])
    >>> ax = distance_curve(ca.measures.distance_curve(g, positions_nm=where))
    >>> ax.get_ylabel()
    'probability of a connection'
    >>> plt.close(ax.figure)
    """
    rows = require_columns(table, _COLUMNS, "plot.distance_curve", "ca.measures.distance_curve")
    if scale not in ("linear", "log"):
        msg = f"scale must be 'linear' or 'log', got {scale!r}."
        raise ValueError(msg)
    ax = axes_or_new(ax, 8.0, 5.4)
    below = panel_below(ax, 0.28)
    edges = np.append(rows["low_um"].to_numpy(float), rows["high_um"].to_numpy(float)[-1:])
    share = rows["probability"].to_numpy(float)
    if np.nansum(share) == 0:
        words = "no connections" if rows["n_pairs"].sum() else "no pairs of neurons"
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", color=GREY)
    if len(rows):
        low = rows["probability_low"].to_numpy(float)
        high = rows["probability_high"].to_numpy(float)
        if scale == "log":
            low, high = (np.where(share > 0, bound, np.nan) for bound in (low, high))
            share = np.where(share > 0, share, np.nan)
        ax.stairs(high, edges, baseline=low, fill=True, color=BLUE, alpha=0.22, lw=0)
        ax.stairs(share, edges, baseline=None, color=BLUE, lw=LINE_PT)
        below.stairs(rows["n_pairs"].to_numpy(float), edges, fill=True, color=GREY, lw=0)
        ax.set_xlim(edges[0], edges[-1])
    log = scale == "log" and bool(np.nansum(share) > 0)
    _scale(ax, below, log=log)
    if np.nansum(share) > 0:
        top = 1.25 * np.nanmax(share)
        ax.set_ylim(0.8 * np.nanmin(low) if log else 0, top)
    put_headline(ax, title if title is not None else _title(table))
    return ax


def _scale(ax: Axes, below: Axes, *, log: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if log:
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=0)
    below.set_ylim(bottom=0)
    below.yaxis.set_major_locator(MaxNLocator(3))
    below.yaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:,.0f}"))
    ax.set_ylabel("probability of a connection", fontsize=LABEL_PT)
    below.set_ylabel("pairs", fontsize=LABEL_PT)
    below.set_xlabel("distance of the two neurons (µm)", fontsize=LABEL_PT)
    ax.tick_params(axis="x", labelbottom=False)
    for panel in (ax, below):
        panel.tick_params(labelsize=TEXT_PT)
        panel.spines[["top", "right"]].set_visible(False)


def _title(table: pd.DataFrame) -> str:
    name, neurons = fact(table, "graph"), fact(table, "n_neurons")
    counted = f"{neurons:,} neurons" if neurons is not None else ""
    return ": ".join(part for part in (str(name or ""), counted) if part)
