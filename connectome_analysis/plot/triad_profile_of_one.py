"""Triad profile: how often each triad occurs beside how often it does in a null model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .headline import put_headline
from .look import FEWER, GREY, HAIR_PT, LABEL_PT, MORE, PALE, SMALL_PT, TEXT_PT, ink
from .place import axes_or_new
from .triad_table import dataset_name, null_in_words, triad_rows
from .triad_ticks import put_triad_ticks

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Value = Literal["ratio", "z"]
Floats = NDArray[np.float64]

_NAME = "plot.triad_profile"
# Scores are drawn to scale up to this many standard deviations, beyond it logarithmically.
_LINEAR_UP_TO = 2.0


def triad_profile(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    value: Value = "ratio",
    connected_only: bool = True,
    alpha: float = 0.05,
    title: str | None = None,
    plain_names: bool | None = None,
) -> Axes:
    """Draw the significance of triads: each class against its null.

    A triangle up is a class seen more often than the null's mean, down less often; filled where
    its q-value is below `alpha`, hollow elsewhere. The grey bar is the null's 95 % interval.

    Parameters
    ----------
    table : DataFrame
        From ``ca.motifs.significance``.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    value : {"ratio", "z"}
        Observed over the null's mean on a logarithmic scale, or the z-score on one that is linear
        up to 2 and logarithmic beyond. A ratio of 0 stands on the lower edge and is labelled
        ``0``; a class that the null never forms stands on the upper edge as ``none in null``.
    connected_only : bool
        Leave out 003, 012 and 102, which follow from the rest.
    alpha : float
        Level for the q-value.
    title : str, optional
        In place of dataset, null and number of samples.
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
    >>> ax = triad_profile(ca.motifs.significance(g, n_samples=20))
    >>> ax.get_xticklabels()[3].get_text()
    '111D'
    >>> plt.close(ax.figure)
    """
    rows = triad_rows(table, _NAME, connected_only=connected_only)
    if value not in ("ratio", "z"):
        msg = f"value must be 'ratio' or 'z', got {value!r}."
        raise ValueError(msg)
    ax = axes_or_new(ax, 10.5 if connected_only else 12.6, 5.6)
    levels = _ratios(rows) if value == "ratio" else _scores(rows)
    limits = _limits(levels, value)
    put_triad_ticks(ax, [str(name) for name in rows.index], plain_names=plain_names)
    _scale(ax, value, limits)
    _draw_null(ax, levels, limits, value)
    _draw_observed(ax, rows, levels, limits, alpha)
    put_headline(ax, title if title is not None else _title(table), _explained(ax, alpha))
    return ax


def _ratios(rows: pd.DataFrame) -> dict[str, Floats]:
    """Null and observed in units of the null's mean; inf where only the null is 0."""
    mean = rows["null_mean"].to_numpy(float)
    seen = rows["observed"].to_numpy(float)

    def over_mean(values: Floats) -> Floats:
        result = np.full(len(mean), np.nan)
        np.divide(values, mean, out=result, where=mean > 0)
        return result

    level = over_mean(seen)
    level[(mean == 0) & (seen > 0)] = np.inf
    return {
        "observed": level,
        "low": over_mean(rows["null_low"].to_numpy(float)),
        "high": over_mean(rows["null_high"].to_numpy(float)),
    }


def _scores(rows: pd.DataFrame) -> dict[str, Floats]:
    """Null and observed in standard deviations from the null's mean; NaN where there are none."""
    mean, sd = rows["null_mean"].to_numpy(float), rows["null_sd"].to_numpy(float)

    def score(values: Floats) -> Floats:
        result = np.full(len(sd), np.nan)
        np.divide(values - mean, sd, out=result, where=sd > 0)
        return result

    return {
        "observed": rows["z"].to_numpy(float),
        "low": score(rows["null_low"].to_numpy(float)),
        "high": score(rows["null_high"].to_numpy(float)),
    }


def _limits(levels: dict[str, Floats], value: Value) -> tuple[float, float]:
    every = np.concatenate(list(levels.values()))
    shown = every[np.isfinite(every)]
    if value == "ratio":
        shown = shown[shown > 0]
        # A single null sample in a thousand would stretch the axis: the bar may run off it.
        low = min([0.5, *shown.tolist()])
        high = max([2.0, *shown.tolist()])
        return low / 1.6, high * 1.6
    reach = max([3.0, *np.abs(shown).tolist()]) * 1.6
    return -reach, reach


def _scale(ax: Axes, value: Value, limits: tuple[float, float]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    if value == "ratio":
        ax.set_yscale("log")
        few_decades = limits[1] / limits[0] < 300
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few_decades else (1,)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:,g}\u00d7"))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set_ylabel("observed / mean of the null", fontsize=LABEL_PT)
    else:
        ax.set_yscale("symlog", linthresh=_LINEAR_UP_TO, linscale=0.6)
        ax.set_yticks(_score_ticks(limits[1]))
        ax.set_yticks([], minor=True)
        ax.yaxis.set_major_formatter(FuncFormatter(_signed))
        ax.set_ylabel("z-score (standard deviations of the null)", fontsize=LABEL_PT)
    ax.set_ylim(*limits)
    ax.axhline(1 if value == "ratio" else 0, color=GREY, lw=HAIR_PT, zorder=1)
    ax.tick_params(axis="y", labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)


def _score_ticks(reach: float) -> list[float]:
    steps = (1, 2, 5) if reach < 100 else (1,)
    above = [step * 10.0**decade for decade in range(1, 12) for step in steps]
    above = [2.0, *([5.0] if reach < 100 else []), *(tick for tick in above if tick < reach)]
    return [-tick for tick in reversed(above)] + [0.0, *above]


def _signed(level: float, _: int) -> str:
    sign = "+" if level > 0 else "\N{MINUS SIGN}" if level < 0 else ""
    return f"{sign}{abs(level):,g}"


def _draw_null(
    ax: Axes, levels: dict[str, Floats], limits: tuple[float, float], value: Value
) -> None:
    low = np.clip(levels["low"], *limits)
    high = np.clip(levels["high"], *limits)
    centre = 1.0 if value == "ratio" else 0.0
    for place in np.flatnonzero(np.isfinite(low) & np.isfinite(high)):
        ax.fill_between(
            [place - 0.26, place + 0.26], low[place], high[place], color=PALE, lw=0, zorder=2
        )
        if value == "ratio" and levels["high"][place] == 0:
            # Fewer than one sample in forty has any: the interval is 0, which has no height here.
            ax.annotate(
                "null: 0 to 0",
                (place, limits[0]),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=SMALL_PT,
                color=GREY,
            )
        # An interval thinner than the line around it still shows as a line.
        ax.plot([place - 0.26, place + 0.26], [centre, centre], color=GREY, lw=1.4, zorder=2.5)


def _draw_observed(
    ax: Axes,
    rows: pd.DataFrame,
    levels: dict[str, Floats],
    limits: tuple[float, float],
    alpha: float,
) -> None:
    seen, mean = rows["observed"].to_numpy(float), rows["null_mean"].to_numpy(float)
    q = rows["q_value"].to_numpy(float)
    for place, level in enumerate(levels["observed"]):
        more = seen[place] >= mean[place]
        colour = MORE if more else FEWER
        look: dict[str, Any] = {
            "marker": "^" if more else "v",
            "ms": 8.5,
            "mec": colour,
            "mfc": colour if q[place] < alpha else ax.get_facecolor(),
            "mew": 1.4,
            "ls": "none",
            "zorder": 4,
            "clip_on": False,
        }
        if np.isnan(level):
            words = "none seen" if seen[place] == mean[place] == 0 else "no spread"
            ax.text(
                place,
                0.5,
                words,
                transform=ax.get_xaxis_transform(),
                rotation=90,
                ha="center",
                va="center",
                fontsize=SMALL_PT,
                color=GREY,
                zorder=5,
            )
        else:
            ax.plot([place], [float(np.clip(level, *limits))], **look)
            if level == np.inf:
                _beside(ax, place, limits[1], "none in null", "right")
            elif level == 0 and limits[0] > 0:
                _beside(ax, place, limits[0], "0", "left")


def _beside(ax: Axes, place: int, level: float, words: str, ha: str) -> None:
    ax.annotate(
        words,
        (place, level),
        xytext=(8 if ha == "left" else -8, 0),
        textcoords="offset points",
        ha=ha,
        va="center",
        fontsize=SMALL_PT,
        color=ink(),
    )


def _explained(ax: Axes, alpha: float) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def mark(marker: str, colour: str, face: Any, label: str) -> Line2D:
        return Line2D(
            [], [], marker=marker, ls="none", ms=7.5, mec=colour, mfc=face, mew=1.4, label=label
        )

    return [
        mark("^", MORE, MORE, f"more than in the null, q < {alpha:g}"),
        mark("v", FEWER, FEWER, f"fewer, q < {alpha:g}"),
        mark("^", GREY, ax.get_facecolor(), f"hollow: q \N{GREATER-THAN OR EQUAL TO} {alpha:g}"),
        Patch(fc=PALE, ec="none", label="95 % interval of the null"),
    ]


def _title(table: pd.DataFrame) -> str:
    name = dataset_name(table)
    return f"{name}{': ' if name else ''}triads against {null_in_words(table)}"
