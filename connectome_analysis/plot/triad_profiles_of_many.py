"""Triad profiles: several datasets' triads on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .headline import put_headline
from .look import GREY, HAIR_PT, LABEL_PT, LINE_PT, MARKERS, PALE, SERIES, TEXT_PT
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
    tables: Sequence[pd.DataFrame],
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
    whose z is not known is left out of the sum and not drawn.

    Parameters
    ----------
    tables : sequence of DataFrame
        Each from ``ca.motifs.significance``.
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
        _draw_profile(
            ax,
            np.arange(len(order)) + dodge[number],
            _normalised(drawn["z"].to_numpy(float)),
            drawn["q_value"].to_numpy(float) < alpha,
            name,
            number,
        )
    ax.set_ylabel("normalised z-score", fontsize=LABEL_PT)
    ax.tick_params(axis="y", labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)
    words = title if title is not None else f"Triads against {_nulls_in_words(tables)}"
    put_headline(ax, words, _explained(ax, names, alpha))
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


def _explained(ax: Axes, names: Sequence[str], alpha: float) -> list[Artist]:
    from matplotlib.lines import Line2D

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
