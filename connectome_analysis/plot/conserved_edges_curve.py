"""Conserved edges curve: the share of the connections of one connectome that another has, by strength."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .given_table import require_columns
from .headline import put_headline
from .look import HAIR_PT, LABEL_PT, LINE_PT, MARKERS, SERIES, TEXT_PT
from .named_level import draw_level
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = "plot.edge_conservation"


def edge_conservation(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: tuple[str, str] | None = None,
    title: str | None = None,
) -> Axes:
    """Draw which share of each one's connections the other has too, with intervals.

    Parameters
    ----------
    table : DataFrame
        From ``ca.compare.edge_conservation``.
    ax : Axes, optional
    labels : (str, str), optional
        Names of a and b; those of the graphs by default.
    title : str, optional

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> worms = [ca.open(f"celegans-witvliet2021-{age}").graph() for age in (7, 8)]
    >>> ax = edge_conservation(ca.compare.edge_conservation(*worms, pairs="name"))
    >>> ax.get_ylabel()
    'shared with the other'
    >>> plt.close(ax.figure)
    """
    columns = ("of", "weight_from", "weight_below", "fraction", "low", "high", "by_chance")
    rows = require_columns(table, columns, _NAME, "ca.compare.edge_conservation")
    names = labels or tuple(
        str(rows.attrs.get(which) or f"connectome {which}") for which in ("a", "b")
    )
    ax = axes_or_new(ax, 6.4, 4.2)
    starts = sorted(rows["weight_from"].unique())
    for number, (which, name) in enumerate(zip("ab", names, strict=True)):
        own = rows[rows["of"] == which].sort_values("weight_from")
        places = np.arange(len(own)) + (0.12 * number - 0.06)
        middle = own["fraction"].to_numpy(float)
        spread = [middle - own["low"].to_numpy(float), own["high"].to_numpy(float) - middle]
        ax.errorbar(
            places,
            middle,
            yerr=np.maximum(spread, 0),
            color=SERIES[number],
            marker=MARKERS[number],
            ms=5,
            lw=LINE_PT,
            elinewidth=HAIR_PT,
            capsize=2,
            label=f"of {name}",
        )
    draw_level(ax, float(rows["by_chance"].mean()), "by chance")
    ends = dict(zip(rows["weight_from"], rows["weight_below"], strict=True))
    ax.set_xticks(range(len(starts)), [_words(float(s), float(ends[s])) for s in starts])
    ax.set_ylim(0, 1.05)
    ax.set_xlabel("strength of the connection", fontsize=LABEL_PT)
    ax.set_ylabel("shared with the other", fontsize=LABEL_PT)
    ax.tick_params(labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)
    handles, _ = ax.get_legend_handles_labels()
    matched = rows.attrs.get("n_matched")
    words = "Connections conserved" + (f", of {matched:,} neurons" if matched else "")
    put_headline(ax, words if title is None else title, handles)
    return ax


def _words(start: float, end: float) -> str:
    whole = float(start).is_integer() and (np.isinf(end) or float(end).is_integer())
    if np.isinf(end):
        return f"{start:g} or more"
    if not whole:
        return f"{start:g} to {end:g}"
    return f"{start:g}" if end - start == 1 else f"{start:g}–{end - 1:g}"
