"""Robustness lines: the evidence for each conclusion as the assumed errors grow, and where it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .conclusion_lines import Show, draw_lines, explained, robustness_tables
from .headline import put_headline
from .look import HAIR_PT, LABEL_PT, SMALL_PT, ink
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RATES = {
    "alpha": "pairs without a connection that are seen as connected (\N{GREEK SMALL LETTER ALPHA})",
    "beta": "connections missed (\N{GREEK SMALL LETTER BETA})",
    "recall": "synapses found (recall)",
    "false_rate": "false synapses per pair",
    "pre_completeness": "presynaptic sites attached to their neuron",
    "post_completeness": "postsynaptic sites attached to their neuron",
    "split": "neurons that are split",
    "merge": "neurons that are merged with another",
}


def robustness(
    result: Any,
    ax: Axes | None = None,
    *,
    of: Sequence[str] | None = None,
    show: Show | None = None,
    title: str | None = None,
) -> Axes:
    """Draw how conclusions fare as an error rate grows, and the rate at which each flips.

    A ring marks where a conclusion becomes another one, and the number stands beside its name; grey
    lines hold throughout. A dotted line is the rate that the error model says.

    Parameters
    ----------
    result : Robustness
        From ``ca.errors.robustness``.
    ax : Axes, optional
        Where to draw; a new figure where left out. Names stand to the right of it.
    of : list of str, optional
        Conclusions to draw; by default all.
    show : {"evidence", "share"}, optional
        The q-value as a normal deviate, on a scale that is linear within the shaded band, where
        q > 0.05, and logarithmic beyond; or the share of corrupted copies in which the conclusion holds.
        By default the share for the reading "worse", else the evidence.
    title : str, optional

    Raises
    ------
    ValueError
        Where the result is another.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> found = ca.errors.robustness(worm, "alpha", [0, 0.01], motifs=["030T"], n_samples=20)
    >>> ax = robustness(found)
    >>> ax.get_xlabel()
    'pairs without a connection that are seen as connected (α)'
    >>> plt.close(ax.figure)
    """
    table, flips, rate = robustness_tables(result, of, "plot.robustness", "ca.errors.robustness")
    if rate not in _RATES:
        msg = f"plot.robustness draws a sweep of an error rate, got one of {rate}; take plot.threshold_sweep."
        raise ValueError(msg)
    worse = table.attrs.get("reading") == "worse"
    if show is None:
        show = "share" if worse else "evidence"
    if show not in ("evidence", "share"):
        msg = f"show must be 'evidence' or 'share', got {show!r}."
        raise ValueError(msg)
    ax = axes_or_new(ax, 8.6, 5.4)
    values = table[rate].to_numpy(float)
    number = _as_number if rate == "false_rate" else _as_percent
    draw_lines(ax, table, flips, rate, show=show, number=number)
    _axis_of_rate(ax, rate)
    _assumed(ax, float(table.attrs.get("assumed", np.nan)), values, number)
    ax.set_xlabel(_RATES[rate], fontsize=LABEL_PT)
    put_headline(
        ax, title if title is not None else _title(table, worse=worse), explained(flips, show)
    )
    return ax


def _as_percent(value: float) -> str:
    digits = 0 if value >= 0.095 else 1 if value >= 0.0095 else 2
    return f"{100 * value:.{digits}f} %" if value else "0 %"


def _as_number(value: float) -> str:
    return f"{value:.2g}"


def _axis_of_rate(ax: Axes, rate: str) -> None:
    from matplotlib.ticker import FuncFormatter

    if rate != "false_rate":
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{round(100 * v, 6):g} %"))


def _assumed(ax: Axes, value: float, values: Any, number: Any) -> None:
    if not values.min() <= value <= values.max():
        return
    ax.axvline(value, color=ink(), lw=HAIR_PT, ls=":", zorder=2)
    ax.annotate(
        f"error model: {number(value)}",
        (value, 1.0),
        (3, -1),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        fontsize=SMALL_PT,
        va="top",
        color=ink(),
    )


def _title(table: Any, *, worse: bool) -> str:
    name = str(table.attrs.get("graph") or "")
    null = str(table.attrs.get("null_model", "")).replace("_", " ")
    head = f"{name}: " if name else ""
    what = (
        "would the conclusion be found in a worse reconstruction?"
        if worse
        else "what is concluded if the reconstruction has these errors?"
    )
    return f"{head}{what} ({null} null)" if null else f"{head}{what}"
