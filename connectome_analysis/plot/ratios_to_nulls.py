"""Ratios to nulls: one measure of many connectomes over its mean under each of several nulls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .given_table import require_columns
from .headline import put_headline
from .look import GREY, HAIR_PT, LABEL_PT, LINE_PT, NULL_LOOKS, PALE, SMALL_PT, TEXT_PT, null_look
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = "plot.ratios_to_nulls"
_COLUMNS = ("dataset", "null_model", "ratio", "ratio_low", "ratio_high", "q_value")


def ratios_to_nulls(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    alpha: float = 0.05,
    title: str | None = None,
) -> Axes:
    """Draw observed over null mean with its 95 % interval, a row for each dataset, a mark for each null.

    The scale is logarithmic; the line at 1 is "as in the null". A mark is hollow where its q-value is
    `alpha` or more. What has no ratio, because the null has none of it, is left out; a dataset without any
    says so. Each null model has a colour and marker of its own, the same in every picture.

    Parameters
    ----------
    table : DataFrame
        One row for each dataset and null: ``dataset``, ``null_model``, ``ratio``, ``ratio_low``,
        ``ratio_high``, ``q_value``; the rows of one measure in ``tables/numbers.parquet`` of the species
        benchmark.
    ax : Axes, optional
        Where to draw; a new figure that grows with the number of datasets where left out.
    alpha : float
    title : str, optional

    Raises
    ------
    ValueError
        Where the table lacks a column or names a dataset twice under one null.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> table = pd.DataFrame(
    ...     {
    ...         "dataset": ["worm", "fly"],
    ...         "null_model": ["configuration"] * 2,
    ...         "ratio": [4.0, 2.0],
    ...         "ratio_low": [3.5, 1.9],
    ...         "ratio_high": [4.6, 2.2],
    ...         "q_value": [0.002, 0.002],
    ...     }
    ... )
    >>> ax = ratios_to_nulls(table)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['worm', 'fly']
    >>> plt.close(ax.figure)
    """
    from matplotlib.lines import Line2D
    from matplotlib.ticker import FuncFormatter, NullFormatter

    rows = require_columns(table, _COLUMNS, _NAME, "the species benchmark")
    if rows.duplicated(["dataset", "null_model"]).any():
        msg = f"{_NAME} draws one measure: give the rows of one name, each dataset once for each null."
        raise ValueError(msg)
    datasets = list(dict.fromkeys(rows["dataset"]))
    drawn = rows[(rows["ratio"] > 0) & np.isfinite(rows["ratio"])]
    known = list(NULL_LOOKS)
    nulls = sorted(
        dict.fromkeys(drawn["null_model"]),
        key=lambda null: known.index(null) if null in known else len(known),
    )
    ax = axes_or_new(ax, 8.5, 1.6 + 0.36 * max(len(datasets), 2))
    place = {name: number for number, name in enumerate(datasets)}
    spread = np.linspace(-0.24, 0.24, len(nulls)) if len(nulls) > 1 else np.zeros(1)
    for row in range(0, len(datasets), 2):
        ax.axhspan(row - 0.5, row + 0.5, color=PALE, alpha=0.25, lw=0)
    ax.axvline(1.0, color="black", lw=HAIR_PT)
    handles = []
    for number, null in enumerate(nulls):
        colour, marker = null_look(null)
        chosen = drawn[drawn["null_model"] == null]
        y = chosen["dataset"].map(place).to_numpy(float) + spread[number]
        ratio = chosen["ratio"].to_numpy(float)
        low = chosen["ratio_low"].to_numpy(float)
        high = chosen["ratio_high"].to_numpy(float)
        ends = (np.where(np.isfinite(low), low, ratio), np.where(np.isfinite(high), high, ratio))
        ax.hlines(y, *ends, color=colour, lw=LINE_PT, zorder=2)
        surprising = chosen["q_value"].to_numpy(float) < alpha
        for those, face in ((surprising, colour), (~surprising, ax.get_facecolor())):
            ax.plot(
                ratio[those],
                y[those],
                ls="none",
                marker=marker,
                ms=5,
                mec=colour,
                mfc=face,
                zorder=3,
            )
        handles.append(
            Line2D(
                [], [], color=colour, marker=marker, ms=5, ls="none", label=null.replace("_", " ")
            )
        )
    seen = set(drawn["dataset"])
    for name in (one for one in datasets if one not in seen):
        ax.annotate(
            "no ratio: the null has none",
            (0.99, place[name]),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="center",
            fontsize=SMALL_PT,
            color=GREY,
        )
    hollow = f"hollow: q \N{GREATER-THAN OR EQUAL TO} {alpha:g}"
    handles.append(
        Line2D(
            [], [], ls="none", marker="o", ms=5, mec="grey", mfc=ax.get_facecolor(), label=hollow
        )
    )
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(
        FuncFormatter(lambda value, _: f"{value:g}" if _first_digit(value) in (2, 5) else "")
        if _decades(ax) < 2.5
        else NullFormatter()
    )
    ax.tick_params(axis="x", which="both", labelsize=TEXT_PT)
    ax.set_yticks(range(len(datasets)), datasets, fontsize=TEXT_PT)
    ax.set_ylim(len(datasets) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    ax.set_xlabel("observed over mean of the null (log scale)", fontsize=LABEL_PT)
    ax.spines[["top", "right", "left"]].set_visible(False)
    put_headline(ax, title or "Observed over null", handles, beside_pt=150.0)
    return ax


def _decades(ax: Axes) -> float:
    low, high = ax.get_xlim()
    return float(np.log10(high / low)) if low > 0 else 0.0


def _first_digit(value: float) -> int:
    return int(f"{value:e}"[0])
