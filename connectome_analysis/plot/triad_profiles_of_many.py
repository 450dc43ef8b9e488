"""Triad profiles: several datasets' triads on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..compare.profiles import MotifProfiles
from .headline import put_headline
from .look import GREY, HAIR_PT, LABEL_PT, LINE_PT, MARKERS, PALE, SERIES, SMALL_PT, TEXT_PT
from .place import axes_or_new
from .triad_table import dataset_name, null_in_words, triad_rows
from .triad_ticks import put_triad_ticks

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_NAME = "plot.triad_profiles"
# Colours come round after seven datasets; then the line changes.
_LINES = ("-", "--", ":")


def triad_profiles(
    tables: Sequence[pd.DataFrame] | MotifProfiles,
    ax: Axes | None = None,
    *,
    labels: Sequence[str] | None = None,
    connected_only: bool = True,
    alpha: float = 0.05,
    title: str | None = None,
    plain_names: bool | None = None,
) -> Axes:
    """Draw the significance profiles of several datasets together.

    A profile is the vector of z-scores over the drawn classes divided by its length,
    ``z_i / sqrt(sum_j z_j**2)`` (Milo et al. 2004, doi:10.1126/science.1089167): z-scores grow
    with the size of a graph, their proportions do not. Where all are 0 the profile is 0; a class
    whose z is not known is left out of the sum. Where that is because no sample has the class and the
    graph does, its mark stands at the upper edge, as in `triad_profile`; where neither has it, none does.

    The profiles that ``ca.compare.motif_profiles`` made with error models have bars: the interval of the
    profiles of true graphs, given the errors. A mark outside its bar is a profile that the errors bend.

    Parameters
    ----------
    tables : sequence of DataFrame, or MotifProfiles
        Each from ``ca.motifs.significance``; or all from ``ca.compare.motif_profiles``, of several nulls
        the last.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    labels : sequence of str, optional
        Names of the datasets; by default those the tables carry.
    connected_only : bool
        Leave out 003, 012 and 102.
    alpha : float
        A marker is hollow where the q-value is `alpha` or more.
    title : str, optional
    plain_names : bool, optional
        Write plain names under the MAN names; by default where there is room.

    Raises
    ------
    ValueError
        Where there is no table, one is another, or there are not as many labels as tables.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> names = ["celegans-white1986", "celegans-varshney2011"]
    >>> tables = [ca.motifs.significance(ca.open(n).graph(), n_samples=20) for n in names]
    >>> ax = triad_profiles(tables)
    >>> [text.get_text() for text in ax.get_legend().get_texts()][:2]
    ['celegans-white1986', 'celegans-varshney2011']
    >>> plt.close(ax.figure)
    """
    intervals: list[pd.DataFrame | None] | None = None
    level = None
    if isinstance(tables, MotifProfiles):
        level = tables.level
        tables, labels, intervals = _of_profiles(tables, labels)
    given: object = tables
    if isinstance(given, pd.DataFrame) or not len(tables):
        msg = f"{_NAME} takes a list of at least one table of ca.motifs.significance."
        raise ValueError(msg)
    every = [triad_rows(table, _NAME, connected_only=connected_only) for table in tables]
    names = _labels(tables, labels)
    order = list(dict.fromkeys(name for rows in every for name in rows.index))
    ax = axes_or_new(ax, 10.5 if connected_only else 12.6, 6.0)
    put_triad_ticks(ax, order, plain_names=plain_names)
    dodge = np.linspace(-0.24, 0.24, len(every)) if len(every) > 1 else np.zeros(1)
    for place in range(0, len(order), 2):
        ax.axvspan(place - 0.5, place + 0.5, color=PALE, alpha=0.3, lw=0, zorder=0)
    ax.axhline(0, color=GREY, lw=HAIR_PT, zorder=1)
    for number, (rows, name) in enumerate(zip(every, names, strict=True)):
        drawn = rows.reindex(order)
        places = np.arange(len(order)) + dodge[number]
        significant = drawn["q_value"].to_numpy(float) < alpha
        _draw_profile(
            ax, places, _normalised(drawn["z"].to_numpy(float)), significant, name, number
        )
        if intervals is not None and (bars := intervals[number]) is not None:
            _draw_bars(ax, places, bars.reindex(order), number)
        beyond = drawn["z"].isna() & (drawn["observed"] > 0) & (drawn["null_mean"] == 0)
        _draw_beyond(ax, places, beyond.to_numpy(), significant, number)
    ax.set_ylabel("normalised z-score", fontsize=LABEL_PT)
    ax.tick_params(axis="y", labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)
    words = title if title is not None else f"Triads against {_nulls_in_words(tables)}"
    known = intervals is not None and any(one is not None for one in intervals)
    put_headline(ax, words, _explained(ax, names, alpha, level if known else None))
    return ax


def _normalised(z: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.sqrt(np.nansum(z**2)))
    return z / length if length > 0 else z


def _draw_profile(
    ax: Axes,
    places: NDArray[np.float64],
    profile: NDArray[np.float64],
    significant: NDArray[np.bool_],
    label: str,
    number: int,
) -> None:
    colour = SERIES[number % len(SERIES)]
    marker = MARKERS[number % len(MARKERS)]
    line = _LINES[number // len(SERIES) % len(_LINES)]
    ax.plot(places, profile, color=colour, lw=0.5 * LINE_PT, ls=line, alpha=0.55, zorder=2)
    for chosen, face in ((significant, colour), (~significant, ax.get_facecolor())):
        ax.plot(
            places[chosen],
            profile[chosen],
            ls="none",
            marker=marker,
            ms=6,
            mec=colour,
            mfc=face,
            mew=1.2,
            zorder=3,
            label=label if face == colour else "_hollow",
        )


def _draw_bars(ax: Axes, places: NDArray[np.float64], rows: pd.DataFrame, number: int) -> None:
    low, high = rows["low"].to_numpy(float), rows["high"].to_numpy(float)
    colour = SERIES[number % len(SERIES)]
    ax.vlines(places, low, high, color=colour, lw=2.2 * LINE_PT, alpha=0.3, zorder=2)


def _draw_beyond(
    ax: Axes,
    places: NDArray[np.float64],
    beyond: NDArray[np.bool_],
    significant: NDArray[np.bool_],
    number: int,
) -> None:
    """Marks at the upper edge: in the graph, and in no sample of its null."""
    colour = SERIES[number % len(SERIES)]
    for place in np.flatnonzero(beyond):
        ax.plot(
            [places[place]],
            [1.0],
            transform=ax.get_xaxis_transform(),
            marker=MARKERS[number % len(MARKERS)],
            ms=6,
            mec=colour,
            mfc=colour if significant[place] else ax.get_facecolor(),
            mew=1.2,
            clip_on=False,
            zorder=4,
        )
        ax.annotate(
            "none in null",
            (places[place], 1.0),
            xytext=(0, -7),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            rotation=90,
            ha="center",
            va="top",
            fontsize=SMALL_PT,
            color=colour,
        )


def _of_profiles(
    found: MotifProfiles, labels: Sequence[str] | None
) -> tuple[list[pd.DataFrame], list[str], list[pd.DataFrame | None]]:
    """Tables, names and intervals of all connectomes against the last null."""
    if found.measure != "z":
        msg = f"{_NAME} draws profiles of z-scores, got profiles of {found.measure!r}."
        raise ValueError(msg)
    null = found.null()
    tables: list[pd.DataFrame] = []
    bars: list[pd.DataFrame | None] = []
    for name in found.connectomes:
        tables.append(found.significance[name, null])
        rows = found.table
        rows = rows[(rows["connectome"] == name) & (rows["null_model"] == null)]
        known = "low" in rows and rows["low"].notna().any()
        bars.append(rows.set_index("motif")[["low", "high"]] if known else None)
    return tables, list(found.connectomes) if labels is None else list(labels), bars


def _explained(ax: Axes, names: Sequence[str], alpha: float, level: float | None) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = [
        Line2D(
            [],
            [],
            color=SERIES[number % len(SERIES)],
            marker=MARKERS[number % len(MARKERS)],
            ls=_LINES[number // len(SERIES) % len(_LINES)],
            lw=0.5 * LINE_PT,
            ms=6,
            label=name,
        )
        for number, name in enumerate(names)
    ]
    face = ax.get_facecolor()
    hollow = f"hollow: q \N{GREATER-THAN OR EQUAL TO} {alpha:g}"
    handles.append(
        Line2D([], [], marker="o", ls="none", ms=6, mec=GREY, mfc=face, mew=1.2, label=hollow)
    )
    if level is not None:
        words = f"bar: {100 * level:g} % of true graphs, given the errors"
        handles.append(Patch(fc=GREY, alpha=0.3, ec="none", label=words))
    return handles


def _labels(tables: Sequence[pd.DataFrame], labels: Sequence[str] | None) -> list[str]:
    if labels is None:
        return [dataset_name(table) or f"dataset {n}" for n, table in enumerate(tables, start=1)]
    if len(labels) != len(tables):
        msg = f"{_NAME} got {len(labels)} labels for {len(tables)} tables."
        raise ValueError(msg)
    return [str(label) for label in labels]


def _nulls_in_words(tables: Sequence[pd.DataFrame]) -> str:
    return "; ".join(dict.fromkeys(null_in_words(table) for table in tables))
