"""Naive and aware: a graph against its null, without and with the errors of its reconstruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES
from .given_table import require_columns
from .headline import put_headline
from .look import BLUE, GREY, HAIR_PT, LABEL_PT, SIGNIFICANT, SMALL_PT, TEXT_PT, VERMILION, ink
from .place import axes_or_new
from .triad_table import dataset_name, null_in_words
from .triad_ticks import put_triad_ticks

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
_NAME = "plot.naive_and_aware"
_SOURCE = "ca.motifs.significance or ca.null_models.against with an error_model"
_COLUMNS = tuple(
    f"{which}{name}"
    for which in ("", "aware_")
    for name in ("null_mean", "null_low", "null_high", "q_value")
)
# Of the two comparisons: columns, colour, marker, place beside the tick, name.
_SIDES = (
    ("", BLUE, "o", -0.17, "naive null"),
    ("aware_", VERMILION, "D", 0.17, "null with errors"),
)
_MOST, _LEAST = 1e5, 1e-3


def naive_and_aware(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    top: int = 16,
    alpha: float = 0.05,
    title: str | None = None,
    plain_names: bool | None = None,
) -> Axes:
    """Draw observed over expected of each row, under the naive null and under the one with errors.

    Left of each tick a round mark, observed over the mean of the naive null; right of it a diamond,
    over the mean of the null seen through the error model. Pale bars are the 95 % intervals of the
    nulls. Filled is significant by its q-value. Rows whose verdict changes are shaded.

    Parameters
    ----------
    table : DataFrame
        From ``ca.motifs.significance`` or ``ca.null_models.against``, with an error model. Of
        triads the connected ones are drawn.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    top : int
        Of other motifs and measures at most so many rows: those whose verdict changes, then those
        with the largest z-scores.
    alpha : float
        Level for the q-values.
    title : str, optional
    plain_names : bool, optional
        Of triads, write plain names under the MAN names; by default where there is room.

    Raises
    ------
    ValueError
        Where the table is another, or was made without an error model.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> model = ca.errors.ErrorModel(beta=0.15)
    >>> ax = naive_and_aware(ca.motifs.significance(g, n_samples=20, error_model=model))
    >>> ax.get_xticklabels()[0].get_text()
    '021D'
    >>> plt.close(ax.figure)
    """
    rows = require_columns(table, ("observed", *_COLUMNS), _NAME, _SOURCE)
    for name in ("motif", "measure"):
        if name in rows.columns:
            rows = rows.set_index(name)
    rows, triads = _shown(rows, top)
    ax = axes_or_new(ax, 10.5, 5.6)
    seen = rows["observed"].to_numpy(np.float64)
    levels = {
        which: {
            "ratio": _over(seen, rows[f"{which}null_mean"]),
            "low": _over(rows[f"{which}null_low"].to_numpy(float), rows[f"{which}null_mean"]),
            "high": _over(rows[f"{which}null_high"].to_numpy(float), rows[f"{which}null_mean"]),
        }
        for which, *_ in _SIDES
    }
    limits = _limits(levels)
    names = [str(name) for name in rows.index]
    if triads:
        put_triad_ticks(ax, names, plain_names=plain_names)
    else:
        _ticks(ax, names)
    _scale(ax, limits)
    changes = np.zeros(len(rows), dtype=bool)
    verdicts = [_verdicts(rows, which, alpha) for which, *_ in _SIDES]
    for place in range(len(rows)):
        changes[place] = verdicts[0][place] != verdicts[1][place]
        if changes[place]:
            ax.axvspan(place - 0.48, place + 0.48, color=SIGNIFICANT, lw=0, zorder=0)
            _say_change(ax, place, verdicts[0][place], verdicts[1][place])
    for side, found in zip(_SIDES, verdicts, strict=True):
        _draw(ax, levels[side[0]], found, side, limits)
    handles = _explained(ax, alpha, any_changes=bool(changes.any()))
    words = _title(table, triads=triads) if title is None else title
    put_headline(ax, words, handles, above_pt=2 * SMALL_PT if changes.any() else SMALL_PT)
    return ax


def _shown(rows: pd.DataFrame, top: int) -> tuple[pd.DataFrame, bool]:
    """The rows to draw, and whether they are classes of triads."""
    triads = len(rows) > 0 and all(name in TRIAD_NAMES for name in rows.index)
    if triads:
        return rows.loc[[name for name in CONNECTED_TRIADS if name in rows.index]], True
    if rows.empty:
        msg = f"{_NAME} got a table without rows."
        raise ValueError(msg)
    if len(rows) > top:
        size = np.nan_to_num(np.abs(rows[["z", "aware_z"]].to_numpy(float)).max(axis=1), nan=0.0)
        size[rows["verdict_changes"].to_numpy(bool)] += 1e9
        rows = rows.iloc[np.sort(np.argsort(-size, kind="stable")[:top])]
    return rows, False


def _over(values: Floats, mean: pd.Series[float]) -> Floats:
    bottom = mean.to_numpy(np.float64)
    result = np.full(len(values), np.nan)
    np.divide(values, bottom, out=result, where=bottom > 0)
    result[(bottom <= 0) & (values > 0)] = np.inf
    return result


def _verdicts(rows: pd.DataFrame, which: str, alpha: float) -> list[str]:
    above = rows["observed"] > rows[f"{which}null_mean"]
    same = rows["observed"] == rows[f"{which}null_mean"]
    significant = (rows[f"{which}q_value"] <= alpha) & ~same
    return list(np.where(significant, np.where(above, "over", "under"), "no"))


def _limits(levels: dict[str, dict[str, Floats]]) -> tuple[float, float]:
    every = np.concatenate([values for side in levels.values() for values in side.values()])
    every = every[np.isfinite(every) & (every > 0)]
    low, high = float(every.min(initial=0.7)), float(every.max(initial=1.4))
    return max(low, _LEAST) / 1.35, min(high, _MOST) * 1.35


def _scale(ax: Axes, limits: tuple[float, float]) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

    reach = limits[1] / limits[0]
    steps = (1, 1.5, 2, 3, 5, 7) if reach < 10 else (1, 2, 5) if reach < 3000 else (1,)
    ticks = [step * 10.0**decade for decade in range(-4, 6) for step in steps]
    ax.set_yscale("log")
    ax.set_ylim(*limits)
    ax.yaxis.set_major_locator(FixedLocator([t for t in ticks if limits[0] <= t <= limits[1]]))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:,g}\u00d7"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_ylabel("observed / mean of the null", fontsize=LABEL_PT)
    ax.axhline(1, color=GREY, lw=HAIR_PT, zorder=1)
    ax.tick_params(axis="y", labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)


def _ticks(ax: Axes, names: list[str]) -> None:
    ax.set_xlim(-0.6, len(names) - 0.4)
    slanted = sum(map(len, names)) > 90
    ax.set_xticks(
        range(len(names)),
        names,
        fontsize=TEXT_PT,
        rotation=35 if slanted else 0,
        ha="right" if slanted else "center",
        rotation_mode="anchor",
    )
    for label in ax.get_xticklabels():
        label.set_parse_math(False)


def _draw(
    ax: Axes,
    levels: dict[str, Floats],
    verdicts: list[str],
    side: tuple[str, str, str, float, str],
    limits: tuple[float, float],
) -> None:
    _, colour, marker, beside, _ = side
    for place, verdict in enumerate(verdicts):
        x = place + beside
        low, high = levels["low"][place], levels["high"][place]
        if np.isfinite(low) and np.isfinite(high):
            bottom, top = (float(np.clip(value, *limits)) for value in (low, high))
            ax.fill_between([x - 0.11, x + 0.11], bottom, top, color=colour, alpha=0.28, lw=0,
                            zorder=2)  # fmt: skip
        level = levels["ratio"][place]
        if np.isnan(level):
            continue
        ax.plot(
            [x],
            [float(np.clip(level, *limits))],
            marker=marker,
            ms=7.0 if marker == "o" else 6.4,
            ls="none",
            mec=colour,
            mew=1.4,
            mfc=ax.get_facecolor() if verdict == "no" else colour,
            zorder=4,
            clip_on=False,
        )
        if level in (0, np.inf):
            _at_edge(ax, x, limits[1 if level > 0 else 0], "none in null" if level > 0 else "0")


def _at_edge(ax: Axes, x: float, level: float, words: str) -> None:
    ax.annotate(
        words,
        (x, level),
        xytext=(0, -8 if words != "0" else 8),
        textcoords="offset points",
        ha="center",
        va="top" if words != "0" else "bottom",
        rotation=90,
        fontsize=SMALL_PT,
        color=ink(),
    )


def _say_change(ax: Axes, place: int, before: str, after: str) -> None:
    ax.annotate(
        f"{before} \N{RIGHTWARDS ARROW} {after}",
        (place, 1),
        xycoords=ax.get_xaxis_transform(),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=SMALL_PT,
        color=ink(),
        annotation_clip=False,
    )


def _explained(ax: Axes, alpha: float, *, any_changes: bool) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = [
        Line2D([], [], marker=marker, ls="none", ms=7, mec=colour, mfc=colour, label=name)
        for _, colour, marker, _, name in _SIDES
    ]
    handles += [
        Line2D([], [], marker="o", ls="none", ms=7, mec=GREY, mfc=ax.get_facecolor(), mew=1.4,
               label=f"hollow: q > {alpha:g}"),
        Patch(fc=GREY, alpha=0.35, ec="none", label="95 % interval of the null"),
    ]  # fmt: skip
    if any_changes:
        handles.append(Patch(fc=SIGNIFICANT, ec="none", label="verdict changes"))
    return handles


def _title(table: pd.DataFrame, *, triads: bool) -> str:
    name = dataset_name(table)
    what = "triads" if triads else "motifs" if table.index.name == "motif" else "measures"
    words = (
        f"{name}{': ' if name else ''}{what} against {null_in_words(table)}, naive and with errors"
    )
    model = str(table.attrs.get("error_model", "")).partition(": ")[2].rstrip(".")
    return f"{words}\n{model}" if model else words
