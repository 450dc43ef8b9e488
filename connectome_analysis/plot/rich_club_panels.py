"""Rich-club panels: density among neurons of high degree, and how far it exceeds the null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .given_table import fact, require_columns
from .headline import put_headline
from .look import (
    BLUE,
    GREY,
    LABEL_PT,
    LINE_PT,
    PALE,
    SIGNIFICANT,
    SMALL_PT,
    TEXT_PT,
    ink,
)
from .place import axes_or_new, panel_below, width_pt
from .rich_club_aware import aware_explained, draw_aware, has_aware
from .triad_table import dataset_name, null_in_words

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

Scale = Literal["auto", "linear", "log"]
Floats = NDArray[np.float64]

_NAME = "plot.rich_club"
_SOURCE = "ca.rich_club"
_CURVE = ("n_neurons", "phi")
_NULL = (
    "null_mean",
    "null_low",
    "null_high",
    "phi_normalized",
    "phi_normalized_low",
    "phi_normalized_high",
    "q_value",
)


def rich_club(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    k_scale: Scale = "auto",
    alpha: float = 0.05,
    title: str | None = None,
) -> Axes:
    """Draw a rich-club curve over its null and, in a panel below, their ratio.

    The upper panel holds phi(k) of the graph and of the null with its 95 % interval, and along
    its top the number of neurons with degree > k. The lower one holds phi over the null's mean
    with its 95 % interval. Shaded is every k whose one-sided p-value is below `alpha`, uncorrected
    for the number of k. A table without a null has no lower panel. One made with an error model has the
    null with errors as dots in both; the shading stays that of the naive null.

    Parameters
    ----------
    table : DataFrame
        From ``ca.rich_club``.
    ax : Axes, optional
        Where to draw; a new figure where left out. The lower panel takes part of its place and
        stands after it in ``ax.figure.axes``.
    k_scale : {"auto", "linear", "log"}
        Scale of k; logarithmic by default where few neurons reach far beyond the rest. 0 has a
        place on it.
    alpha : float
        Level for the shading.
    title : str, optional
        In place of dataset, null and number of samples.

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
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> ax = rich_club(ca.rich_club(g, n_samples=20))
    >>> [panel.get_xlabel() for panel in ax.figure.axes][1]
    'degree k (in + out)'
    >>> plt.close(ax.figure)
    """
    rows = require_columns(table, _CURVE, _NAME, _SOURCE)
    has_null = "null_mean" in rows.columns
    if has_null:
        require_columns(rows, _NULL, _NAME, _SOURCE)
    if k_scale not in ("auto", "linear", "log"):
        msg = f"k_scale must be 'auto', 'linear' or 'log', got {k_scale!r}."
        raise ValueError(msg)
    k = _levels(rows)
    log = k_scale == "log" or (k_scale == "auto" and _reaches_far(k, rows))
    ax = axes_or_new(ax, 8.5, 6.4 if has_null else 4.6)
    below = panel_below(ax, 0.4) if has_null else None
    _draw_curve(ax, k, rows)
    handles = _explained(rows, alpha) if has_null else []
    for panel in (ax, below):
        if panel is None:
            continue
        if has_null:
            _shade(panel, k, rows["q_value"].to_numpy(float) < alpha)
        panel.spines["right"].set_visible(False)
        panel.tick_params(labelsize=TEXT_PT)
    _scale(ax, k, log=log)
    if below is not None:
        _draw_ratio(below, k, rows)
        if has_aware(rows):
            draw_aware(ax, below, k, rows)
            handles += aware_explained()
        ax.tick_params(axis="x", labelbottom=False)
    (below or ax).set_xlabel(_degree_words(table), fontsize=LABEL_PT)
    _count_neurons(ax, k, rows["n_neurons"].to_numpy(int), log=log)
    put_headline(ax, title if title is not None else _title(table, has_null), handles, above_pt=30)
    return ax


def _levels(rows: pd.DataFrame) -> Floats:
    if "k" in rows.columns:
        return rows["k"].to_numpy(float)
    if rows.index.name != "k" and len(rows):
        msg = f"{_NAME} takes the table of {_SOURCE}, whose index is k; got {rows.index.name!r}."
        raise ValueError(msg)
    return rows.index.to_numpy(float)


def _reaches_far(k: Floats, rows: pd.DataFrame) -> bool:
    """Whether on a linear scale most neurons would be squeezed into the left twentieth."""
    if len(k) == 0:
        return False
    neurons = rows["n_neurons"].to_numpy(float)
    half = k[neurons >= neurons.max() / 2].max()
    return bool(k.max() > 20 * max(half, 1.0))


def _draw_curve(ax: Axes, k: Floats, rows: pd.DataFrame) -> None:
    if "null_mean" in rows.columns:
        low, high = rows["null_low"].to_numpy(float), rows["null_high"].to_numpy(float)
        ax.fill_between(k, low, high, color=PALE, lw=0, zorder=2)
        ax.plot(k, rows["null_mean"], color=GREY, lw=LINE_PT, ls="--", zorder=3)
    ax.plot(k, rows["phi"], color=BLUE, lw=LINE_PT, zorder=4, marker="o" if len(k) == 1 else None)
    # phi is a density: the whole range from 0, and 1 only where a curve comes near it.
    ax.set_ylim(bottom=0)
    ax.set_ylabel("rich-club coefficient \N{GREEK PHI SYMBOL}(k)", fontsize=LABEL_PT)
    if len(k) == 0:
        ax.text(0.5, 0.5, "no edges", transform=ax.transAxes, ha="center", va="center", color=GREY)


def _draw_ratio(ax: Axes, k: Floats, rows: pd.DataFrame) -> None:
    ratio = rows["phi_normalized"].to_numpy(float)
    low = rows["phi_normalized_low"].to_numpy(float)
    high = rows["phi_normalized_high"].to_numpy(float)
    top = max([1.2, *(1.15 * _typical_top(ratio, high)).tolist()])
    # Where the null may have no edge at all the interval has no upper end: it leaves the panel.
    open_ended = np.isnan(high) & np.isfinite(low)
    ax.fill_between(k, low, np.where(open_ended, top, high), color=BLUE, alpha=0.22, lw=0, zorder=2)
    ax.axhline(1, color=GREY, lw=LINE_PT, ls="--", zorder=1)
    ax.plot(k, ratio, color=BLUE, lw=LINE_PT, zorder=3, marker="o" if len(k) == 1 else None)
    finite = np.concatenate([ratio, low])
    finite = finite[np.isfinite(finite)]
    bottom = min([0.8, *(0.95 * finite).tolist()])
    ax.set_ylim(bottom, top)
    ax.spines["top"].set_visible(False)
    ax.set_ylabel("\N{GREEK PHI SYMBOL} / mean of null", fontsize=LABEL_PT)


def _typical_top(ratio: Floats, high: Floats) -> Floats:
    """Levels the panel must show: every ratio, and intervals unless a few dwarf all the rest."""
    ratio, high = ratio[np.isfinite(ratio)], high[np.isfinite(high)]
    if len(ratio) == 0:
        return ratio
    limit = 2.5 * ratio.max()
    return np.append(ratio, np.minimum(high, limit))


def _shade(ax: Axes, k: Floats, significant: NDArray[np.bool_]) -> None:
    """Shade the k of each unbroken run, half a step beyond it on both sides."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], significant, [False]]).astype(int)))
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        before = k[first - 1] if first else k[first] - 1
        after = k[stop] if stop < len(k) else k[stop - 1] + 1
        ax.axvspan(
            max(0.0, (before + k[first]) / 2),
            (k[stop - 1] + after) / 2,
            color=SIGNIFICANT,
            lw=0,
            zorder=0,
        )


def _scale(ax: Axes, k: Floats, *, log: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    last = float(k.max()) if len(k) else 1.0
    if log:
        ax.set_xscale("symlog", linthresh=1, linscale=0.3)
        decades = int(np.floor(np.log10(max(last, 1))))
        steps = (1, 2, 5) if decades < 3 else (1, 3)
        ticks = [0.0, *(s * 10.0**d for d in range(decades + 1) for s in steps)]
        ax.set_xticks([tick for tick in ticks if tick <= last])
        ax.set_xticks([], minor=True)
        ax.set_xlim(0, max(last, 1) * 1.05)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(9, integer=True))
        ax.set_xlim(0, max(last, 1) * 1.01)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:,.0f}"))


def _count_neurons(ax: Axes, k: Floats, neurons: NDArray[np.int_], *, log: bool) -> None:
    if len(k) == 0:
        return
    first, last = ax.get_xlim()
    ticks = np.array([tick for tick in ax.get_xticks() if first <= tick <= min(last, k.max())])
    if not log:
        ticks = np.unique(np.append(ticks[ticks < k.max() - 0.05 * last], k.max()))
    above = neurons[np.searchsorted(k, ticks)]
    room = 1.1 * width_pt(ax)
    size = SMALL_PT if len(ticks) * 5.5 * SMALL_PT < room else 0.8 * SMALL_PT
    for tick, number in zip(ticks, above, strict=True):
        _over(ax, float(tick), ax.get_xaxis_transform(), 3, f"{number:,}", size)
    _over(ax, 0.5, ax.transAxes, 4 + 1.5 * SMALL_PT, "neurons with degree > k", TEXT_PT)
    ax.tick_params(axis="x", which="major", top=True, direction="out")


def _over(
    ax: Axes, x: float, coordinates: Transform, up_pt: float, words: str, size_pt: float
) -> None:
    ax.annotate(
        words,
        (x, 1),
        xycoords=coordinates,
        xytext=(0, up_pt),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=size_pt,
        color=ink(),
        annotation_clip=False,
    )


def _explained(rows: pd.DataFrame, alpha: float) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = [
        Line2D([], [], color=BLUE, lw=LINE_PT, label="observed"),
        Line2D([], [], color=GREY, lw=LINE_PT, ls="--", label="mean of null"),
        Patch(fc=PALE, ec="none", label="95 % of null"),
        Patch(fc=BLUE, alpha=0.22, ec="none", label="95 % of ratio"),
    ]
    if (rows["q_value"] < alpha).any():
        handles.append(Patch(fc=SIGNIFICANT, ec="none", label=f"q < {alpha:g}"))
    return handles


def _degree_words(table: pd.DataFrame) -> str:
    which = fact(table, "degree")
    words = {"total": "degree k (in + out)", "in": "in-degree k", "out": "out-degree k"}
    return words.get(str(which), "degree k")


def _title(table: pd.DataFrame, has_null: bool) -> str:
    name = dataset_name(table)
    against = f" against {null_in_words(table)}" if has_null else ""
    return f"{name}{': ' if name else ''}rich club{against}"
