"""Threshold panels: the evidence for each conclusion at each synapse threshold, and what is left there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .conclusion_lines import ROOM, draw_lines, explained, robustness_tables
from .given_table import require_columns
from .headline import put_headline
from .look import LABEL_PT, SKY, SMALL_PT, TEXT_PT
from .place import axes_or_new, panel_below

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME, _SOURCE = "plot.threshold_sweep", "ca.errors.threshold_sweep"


def threshold_sweep(
    result: Any,
    ax: Axes | None = None,
    *,
    of: Sequence[str] | None = None,
    title: str | None = None,
) -> Axes:
    """Draw how conclusions fare as more synapses are asked of a connection.

    The upper panel is as that of `robustness`; bars below hold the connections that are left, with
    their number. Lines that flip at one threshold stand a little beside it, so that all rings can be
    seen.

    Parameters
    ----------
    result : Robustness
        From ``ca.errors.threshold_sweep``.
    ax : Axes, optional
        Where to draw; a new figure where left out. The lower panel takes part of its place and
        stands after it in ``ax.figure.axes``.
    of : list of str, optional
        Conclusions to draw; by default all.
    title : str, optional

    Returns
    -------
    Axes
        The upper panel.

    Raises
    ------
    ValueError
        Where the result is another.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> worm = ca.open("celegans-varshney2011")
    >>> found = ca.errors.threshold_sweep(worm, [1, 2], motifs=["030T"], n_samples=20)
    >>> ax = threshold_sweep(found)
    >>> [panel.get_xlabel() for panel in ax.figure.axes][1]
    'synapses that make a connection, at least'
    >>> plt.close(ax.figure)
    """
    table, flips, rate = robustness_tables(result, of, _NAME, _SOURCE)
    require_columns(table, ("min_synapses", "n_edges", "edges_kept"), _NAME, _SOURCE)
    ax = axes_or_new(ax, 8.6, 6.4)
    below = panel_below(ax, 0.24)
    draw_lines(ax, table, flips, rate, show="evidence", number=lambda value: f"{value:.0f}")
    ax.tick_params(axis="x", labelbottom=False)
    _edges(below, table.drop_duplicates(rate))
    below.set_xlabel("synapses that make a connection, at least", fontsize=LABEL_PT)
    name, null = str(table.attrs.get("graph") or ""), str(table.attrs.get("null_model", ""))
    words = f"{name + ': ' if name else ''}what is concluded at each threshold?"
    words += f" ({null.replace('_', ' ')} null)" if null else ""
    put_headline(ax, words if title is None else title, explained(flips, "evidence"))
    return ax


def _edges(ax: Axes, rows: Any) -> None:
    from matplotlib.ticker import PercentFormatter

    place = rows["min_synapses"].to_numpy(int)
    share = rows["edges_kept"].to_numpy(float)
    wide = min([0.62, *(0.62 * (place[1:] - place[:-1])).tolist()])
    ax.bar(place, share, width=wide, color=SKY)
    for x, y, n in zip(place, share, rows["n_edges"], strict=True):
        ax.annotate(
            f"{n:,}" if n < 1e6 else f"{n / 1e6:.1f}M",
            (x, y),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL_PT,
        )
    ax.set_xticks(place)
    ax.set_xlim(place[0] - ROOM, place[-1] + ROOM)
    ax.set_ylim(0, 1.22)
    ax.set_yticks([0, 0.5, 1])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_ylabel("connections", fontsize=LABEL_PT)
    ax.tick_params(labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)
