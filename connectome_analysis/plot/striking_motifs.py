"""Striking motifs: the motifs farthest from their null, drawn, beside observed over expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..whole_numbers import require_whole
from .given_table import require_columns
from .headline import put_headline
from .look import FEWER, GREY, HAIR_PT, MORE, PALE, TEXT_PT, ink
from .motif_drawings import outlines
from .place import axes_or_new
from .small_graphs import filled
from .triad_table import dataset_name, null_in_words
from .wrapped_text import text_width_pt

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NAME = "plot.striking_motifs"
_COLUMNS = ("observed", "null_mean", "null_low", "null_high", "ratio", "z", "q_value")
_SIDE_PT = 26.0
_GAP_PT = 6.0


def striking_motifs(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    top: int = 15,
    alpha: float = 0.05,
    title: str | None = None,
) -> Axes:
    """Draw the motifs whose z-scores are largest, up or down.

    Parameters
    ----------
    table : DataFrame
        From ``ca.motifs.significance``, of any size or with colors.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    top : int
        How many, the largest absolute z-score first. Motifs that no sample has have no place
        on a scale of ratios: the legend says how many there are; so do those not in the graph.
    alpha : float
        A dot is hollow where the q-value is `alpha` or more.
    title : str, optional

    Raises
    ------
    ValueError
        Where the table is another, or nothing in it can be drawn.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> ax = striking_motifs(ca.motifs.significance(g, n_samples=20), top=3)
    >>> len(ax.get_yticklabels())
    3
    >>> plt.close(ax.figure)
    """
    rows = require_columns(table, _COLUMNS, _NAME, "ca.motifs.significance")
    require_whole("top", top)
    drawn = rows[(rows["ratio"] > 0) & np.isfinite(rows["ratio"]) & np.isfinite(rows["z"])]
    if drawn.empty:
        msg = f"{_NAME} found no motif in the table that has a ratio and a z-score to draw."
        raise ValueError(msg)
    never = int(((rows["observed"] > 0) & (rows["null_mean"] == 0)).sum())
    order = drawn["z"].abs().sort_values(ascending=False, kind="stable").index[:top]
    drawn = drawn.loc[order]
    ax = axes_or_new(ax, 8.4, 1.5 + 0.44 * len(drawn))
    ax.set_xscale("log")
    ax.axvline(1, color=GREY, lw=HAIR_PT, zorder=1)
    for place, (name, row) in enumerate(drawn.iterrows()):
        _one(ax, place, row, alpha)
        _draw(ax, place, str(row.get("triad", name)))
    ax.set_ylim(len(drawn) - 0.5, -0.5)
    labels = [str(name) for name in drawn.index]
    ax.set_yticks(range(len(drawn)), labels, fontsize=TEXT_PT, parse_math=False)
    pad_pt = _SIDE_PT + 2 * _GAP_PT
    ax.tick_params(axis="y", length=0, pad=pad_pt)
    ax.tick_params(axis="x", labelsize=TEXT_PT)
    _scale(ax, drawn)
    ax.set_xlabel("observed / null mean", fontsize=TEXT_PT)
    ax.spines[["top", "right", "left"]].set_visible(False)
    of_graph = dataset_name(table)
    words = f"{f'{of_graph}: ' if of_graph else ''}motifs farthest from {null_in_words(table)}"
    put_headline(
        ax,
        title if title is not None else words,
        _legend(alpha, never),
        beside_pt=pad_pt + max(text_width_pt(label, TEXT_PT) for label in labels),
    )
    return ax


def _one(ax: Axes, place: int, row: pd.Series[Any], alpha: float) -> None:
    low, high = row["null_low"] / row["null_mean"], row["null_high"] / row["null_mean"]
    ax.plot([max(low, 1e-12), high], [place, place], color=PALE, lw=7, solid_capstyle="butt")
    colour = MORE if row["ratio"] > 1 else FEWER
    filling = colour if row["q_value"] < alpha else "none"
    ax.plot(row["ratio"], place, "o", ms=7, mfc=filling, mec=colour, mew=1.4, zorder=3)

    ax.annotate(
        f"{int(row['observed']):,}   z {row['z']:+.1f}",
        (max(row["ratio"], high), place),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontsize=TEXT_PT,
        color=ink(),
    )


def _draw(ax: Axes, place: int, name: str) -> None:
    from matplotlib.offsetbox import AnnotationBbox, DrawingArea

    area = DrawingArea(_SIDE_PT, _SIDE_PT)
    for shape in filled(outlines(name), (0.0, 0.0), _SIDE_PT):
        area.add_artist(shape)
    ax.add_artist(
        AnnotationBbox(
            area,
            (0, place),
            xybox=(-_GAP_PT, 0),
            xycoords=("axes fraction", "data"),
            boxcoords="offset points",
            box_alignment=(1, 0.5),
            frameon=False,
            pad=0,
        )
    )


def _scale(ax: Axes, drawn: pd.DataFrame) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    # The null's interval may begin at 0, which a logarithmic scale does not have.
    low = drawn["null_low"] / drawn["null_mean"]
    least = min(float(low[low > 0].min()) if (low > 0).any() else 1.0, float(drawn["ratio"].min()))
    most = max(float((drawn["null_high"] / drawn["null_mean"]).max()), float(drawn["ratio"].max()))
    left, right = 0.8 * min(least, 1 / 1.5), 1.25 * max(most, 1.5)
    # A third more of the axis, for the numbers to the right of the last dot.
    ax.set_xlim(left, right * (right / left) ** (1 / 3))
    decades = np.log10(right / left)
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades < 2 else (1.0,)))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())


def _legend(alpha: float, never: int) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    dot: dict[str, Any] = {"ls": "none", "marker": "o", "ms": 7, "mew": 1.4}
    no_place = [Line2D([], [], ls="none", label=f"{never:,} more are in no sample")]
    return [
        Line2D([], [], mfc=MORE, mec=MORE, label="more", **dot),
        Line2D([], [], mfc=FEWER, mec=FEWER, label="fewer", **dot),
        Line2D([], [], mfc="none", mec=GREY, label=f"q at least {alpha:g}", **dot),
        Patch(color=PALE, label="95 % of the null"),
        *(no_place if never else []),
    ]
