"""Nulls compared: the same triads against several null models, so that one sees which null says what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .headline import put_headline
from .look import LABEL_PT, PALE, SMALL_PT, TEXT_PT
from .place import axes_or_new
from .triad_table import dataset_name, triad_rows
from .triad_ticks import put_triad_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = "plot.nulls_compared"
# Eight times as many and an eighth have the full colours; what lies beyond has them too.
_FULL = 3.0


def nulls_compared(
    tables: Sequence[pd.DataFrame],
    ax: Axes | None = None,
    *,
    labels: Sequence[str] | None = None,
    connected_only: bool = True,
    alpha: float = 0.05,
    title: str | None = None,
) -> Axes:
    """Draw observed over expected counts of one graph's triads under several null models.

    A cell holds observed / null mean, red above 1 and blue below, on a logarithmic scale. It is
    left pale and its number grey where the q-value is `alpha` or more: under that null the count
    is no surprise. ∞ stands where no sample has the class and the graph does, – where neither has.

    Parameters
    ----------
    tables : sequence of DataFrame
        Each from ``ca.motifs.significance`` of the same graph, one for each null.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    labels : sequence of str, optional
        Names of the rows; by default those of the nulls.
    connected_only : bool
        Leave out 003, 012 and 102.
    alpha : float
    title : str, optional

    Raises
    ------
    ValueError
        Where there is no table, or not as many labels as tables.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> tables = [ca.motifs.significance(g, null, 20) for null in ("erdos_renyi", "configuration")]
    >>> ax = nulls_compared(tables)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['erdos_renyi', 'configuration']
    >>> plt.close(ax.figure)
    """
    import matplotlib as mpl
    from matplotlib.patches import Patch

    given: object = tables
    if isinstance(given, pd.DataFrame) or not len(tables):
        msg = f"{_NAME} takes a list of at least one table of ca.motifs.significance."
        raise ValueError(msg)
    every = [triad_rows(table, _NAME, connected_only=connected_only) for table in tables]
    names = list(labels) if labels is not None else [str(t["null_model"].iloc[0]) for t in tables]
    if len(names) != len(tables):
        msg = f"{_NAME} needs as many labels as tables, got {len(names)} and {len(tables)}."
        raise ValueError(msg)
    order = list(dict.fromkeys(name for rows in every for name in rows.index))
    ratios = np.array([rows["ratio"].reindex(order).to_numpy(float) for rows in every])
    surprising = np.array(
        [rows["q_value"].reindex(order).to_numpy(float) < alpha for rows in every]
    )
    ax = axes_or_new(ax, 11.0 if connected_only else 13.0, 2.6 + 0.55 * len(tables))
    with np.errstate(divide="ignore"):
        shade = np.clip(np.log2(ratios), -_FULL, _FULL)
    shown = np.ma.masked_where(~surprising | np.isnan(shade), shade)
    colours = mpl.colormaps["RdBu_r"].with_extremes(bad=PALE)
    picture = ax.imshow(shown, cmap=colours, vmin=-_FULL, vmax=_FULL, aspect="auto")
    for row, column in np.ndindex(ratios.shape):
        strong = surprising[row, column] and abs(shade[row, column]) > 0.7 * _FULL
        ax.text(
            column,
            row,
            _short(float(ratios[row, column])),
            ha="center",
            va="center",
            fontsize=SMALL_PT,
            color="white" if strong else "black" if surprising[row, column] else "#6B6B6B",
        )
    ax.set_yticks(range(len(names)), names, fontsize=LABEL_PT)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(picture, ax=ax, fraction=0.03, pad=0.01, shrink=0.9)
    bar.set_ticks([-3, -2, -1, 0, 1, 2, 3], labels=["⅛", "¼", "½", "1", "2", "4", "8"])
    bar.ax.tick_params(labelsize=TEXT_PT, length=0)
    bar.outline.set_visible(False)
    # Long labels and the bar take their room from the axes: only laid out one knows what is left.
    whole: Any = ax.figure.figure  # of a sub-figure, the one it is in
    whole.draw_without_rendering()
    put_triad_ticks(ax, order, plain_names=None, widens=1.0)
    ax.set_xlim(-0.5, len(order) - 0.5)
    ax.tick_params(axis="both", length=0)
    of_graph = dataset_name(tables[0]) or "one graph"
    words = f"Triads of {of_graph}: observed over mean of each null"
    pale = Patch(color=PALE, label=f"no surprise under that null (q at least {alpha:g})")
    put_headline(ax, words if title is None else title, [pale])
    return ax


def _short(ratio: float) -> str:
    if np.isnan(ratio):
        return "–"
    if np.isinf(ratio):
        return "∞"
    if ratio >= 100:
        return f"{ratio:,.0f}"
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"
