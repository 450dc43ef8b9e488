"""Corrected triads: how many of each class there truly are, beside how many were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES
from .given_table import require_columns
from .headline import put_headline
from .look import FEWER, GREY, HAIR_PT, LABEL_PT, MORE, SMALL_PT, TEXT_PT, ink
from .place import axes_or_new, width_pt
from .triad_table import dataset_name
from .triad_ticks import put_triad_ticks

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NAME, _SOURCE = "plot.corrected_triads", "ca.errors.debias_triad_census or debias_subgraphs"
_COLUMNS = ("observed", "estimate", "low", "high")
# An interval that reaches further than this leaves the picture.
_MOST, _LEAST = 100.0, 0.01
Floats = NDArray[np.float64]


def corrected_triads(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    connected_only: bool = True,
    title: str | None = None,
    plain_names: bool | None = None,
) -> Axes:
    """Draw corrected counts of triads over the counts that were seen.

    A mark stands at estimate / observed on a logarithmic scale, so that rare and common classes
    read alike; its bar is the interval. A triangle up is more than was seen, down is fewer; hollow
    where the interval holds what was seen. Numbers along the top are the counts. An estimate of 0
    or less stands on the lower edge, and where its interval is 0 as well, a cross says that the
    error model cannot be right.

    Parameters
    ----------
    table : DataFrame
        From ``ca.errors.debias_triad_census``, or of copies from ``ca.errors.debias_subgraphs``.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    connected_only : bool
        Leave out 003, 012 and 102.
    title : str, optional
    plain_names : bool, optional
        Write plain names under the MAN names; by default where there is room.

    Raises
    ------
    ValueError
        Where the table is another.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> ax = corrected_triads(ca.errors.debias_triad_census(g, alpha=0.002, beta=0.15))
    >>> ax.get_xticklabels()[-1].get_text()
    '300'
    >>> plt.close(ax.figure)
    """
    rows = _rows(table, connected_only=connected_only)
    ax = axes_or_new(ax, 10.5 if connected_only else 12.6, 5.6)
    seen = rows["observed"].to_numpy(np.float64)
    ratio, low, high = (_over(rows[name], seen) for name in ("estimate", "low", "high"))
    limits = _limits(ratio, low, high)
    put_triad_ticks(ax, [str(name) for name in rows.index], plain_names=plain_names)
    _scale(ax, limits)
    for place in range(len(rows)):
        _draw(ax, place, rows.iloc[place], (ratio[place], low[place], high[place]), limits)
    _counts(ax, rows)
    put_headline(
        ax, _title(table) if title is None else title, _explained(ax, table), above_pt=4 * SMALL_PT
    )
    return ax


def _rows(table: pd.DataFrame, *, connected_only: bool) -> pd.DataFrame:
    rows = require_columns(table, _COLUMNS, _NAME, _SOURCE)
    if "motif" in rows.columns:
        rows = rows.set_index("motif")
    unknown = [str(name) for name in rows.index if name not in TRIAD_NAMES]
    if unknown or not rows.index.is_unique:
        msg = (
            f"{_NAME} needs one row per MAN class, named in the index or a column 'motif'; "
            f"got {', '.join(unknown[:3]) or 'a class more than once'}."
        )
        raise ValueError(msg)
    wanted = CONNECTED_TRIADS if connected_only else TRIAD_NAMES
    rows = rows.loc[[name for name in wanted if name in rows.index]]
    if rows.empty:
        msg = f"{_NAME} got a table without {'connected ' if connected_only else ''}triads."
        raise ValueError(msg)
    return rows


def _over(values: pd.Series[float], seen: Floats) -> Floats:
    result = np.full(len(seen), np.nan)
    np.divide(values.to_numpy(np.float64), seen, out=result, where=seen > 0)
    return result


def _limits(ratio: Floats, low: Floats, high: Floats) -> tuple[float, float]:
    every = np.concatenate([ratio, low, high])
    every = every[np.isfinite(every) & (every > 0)]
    least = float(every.min(initial=0.87))
    # An interval that nearly reaches 0 would stretch the axis for itself alone.
    main = ratio[np.isfinite(ratio) & (ratio > 0)]
    least = max(least, min(0.5, float(main.min(initial=1.0)) / 2), _LEAST)
    most = min(float(every.max(initial=1.15)), max(_MOST, float(main.max(initial=1.0))))
    return least / 1.15, most * 1.15


def _scale(ax: Axes, limits: tuple[float, float]) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

    narrow = limits[1] / limits[0] < 30
    steps = (1, 1.25, 1.5, 2, 3, 4, 5, 7) if narrow else (1, 2, 5)
    ticks = [step * 10.0**decade for decade in range(4) for step in steps]
    under = (
        (0.1, 0.14, 0.2, 0.25, 0.33, 0.5, 0.7, 0.8, 0.9)
        if narrow
        else (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
    )
    ticks = [*under, *ticks, *([1.1] if limits[1] / limits[0] < 3 else [])]
    ax.set_yscale("log")
    ax.set_ylim(*limits)
    ax.yaxis.set_major_locator(FixedLocator([t for t in ticks if limits[0] <= t <= limits[1]]))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:,g}\u00d7"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_ylabel("estimate / observed", fontsize=LABEL_PT)
    ax.axhline(1, color=GREY, lw=HAIR_PT, zorder=1)
    ax.tick_params(axis="y", labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)


def _draw(
    ax: Axes,
    place: int,
    row: pd.Series[Any],
    levels: tuple[float, float, float],
    limits: tuple[float, float],
) -> None:
    level, low, high = levels
    if np.isnan(level):
        ax.text(
            place,
            0.5,
            "none seen",
            transform=ax.get_xaxis_transform(),
            rotation=90,
            ha="center",
            va="center",
            fontsize=SMALL_PT,
            color=GREY,
        )
        return
    more = row["estimate"] >= row["observed"]
    holds = row["low"] <= row["observed"] <= row["high"]
    colour = MORE if more else FEWER
    look: dict[str, Any] = {"ls": "none", "mec": colour, "mew": 1.4, "zorder": 4, "clip_on": False}
    if row["estimate"] < 0 and row["high"] <= 0:
        ax.plot([place], [limits[0]], marker="x", ms=9, **(look | {"mew": 2.2}))
        return
    bottom, top = (float(np.clip(value, *limits)) for value in (low, high))
    ax.plot([place, place], [bottom, top], color=colour, lw=3.2, alpha=0.45, zorder=3,
            solid_capstyle="butt")  # fmt: skip
    ax.plot(
        [place],
        [float(np.clip(level, *limits))],
        marker="^" if more else "v",
        ms=8.5,
        mfc=ax.get_facecolor() if holds else colour,
        **look,
    )


def _counts(ax: Axes, rows: pd.DataFrame) -> None:
    """Along the top: how many were estimated, and under it how many were seen."""
    slot = 1.1 * width_pt(ax) / max(len(rows), 1)
    size = min(SMALL_PT, slot / 4.6)
    lines = ((1.55 * SMALL_PT, "estimate", "bold"), (0.3 * SMALL_PT, "observed", "normal"))
    for up, name, weight in lines:
        said = {"estimate": "estimate", "observed": "seen"}[name]
        _over_axes(ax, -0.62, up, said, size, weight, "right")
        for place, value in enumerate(rows[name]):
            _over_axes(ax, place, up, short(float(value)), size, weight)


def _over_axes(
    ax: Axes, place: float, up: float, words: str, size: float, weight: str, ha: str = "center"
) -> None:
    ax.annotate(
        words,
        (place, 1),
        xycoords=ax.get_xaxis_transform(),
        xytext=(0, up),
        textcoords="offset points",
        ha=ha,
        va="bottom",
        fontsize=size,
        color=ink() if weight == "bold" else GREY,
        weight=weight,
        annotation_clip=False,
    )


def short(number: float) -> str:
    """A count in six letters or fewer.

    Examples
    --------
    >>> [short(x) for x in (0.4, 1453, 81234.5, 3603655, -169336)]
    ['0', '1,453', '81.2k', '3.60M', '−169k']
    """
    sign = "\N{MINUS SIGN}" if round(number) < 0 else ""
    size = abs(number)
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= unit * (10 if letter == "k" else 1):
            digits = max(0, 2 - int(np.log10(size / unit)))
            return f"{sign}{size / unit:.{digits}f}{letter}"
    return f"{sign}{size:,.0f}"


def _explained(ax: Axes, table: pd.DataFrame) -> list[Artist]:
    from matplotlib.lines import Line2D

    level = table.attrs.get("level", 0.95)

    def mark(marker: str, colour: str, face: Any, label: str) -> Line2D:
        return Line2D(
            [], [], marker=marker, ls="none", ms=7.5, mec=colour, mfc=face, mew=1.4, label=label
        )

    handles: list[Artist] = [
        mark("^", MORE, MORE, "more than seen"),
        mark("v", FEWER, FEWER, "fewer"),
        mark("^", GREY, ax.get_facecolor(), "hollow: as many as seen is possible"),
        Line2D([], [], color=GREY, lw=3.2, alpha=0.5, label=f"{level:.0%} interval"),
    ]
    if ((table["estimate"] < 0) & (table["high"] <= 0)).any():
        handles.append(mark("x", FEWER, FEWER, "surely below 0: the model cannot be right"))
    return handles


def _title(table: pd.DataFrame) -> str:
    name = dataset_name(table)
    words = f"{name}{': ' if name else ''}triads corrected for errors, beside what was seen"
    model = str(table.attrs.get("error_model", "")).rstrip(".")
    return f"{words}\n{model}" if model else words
