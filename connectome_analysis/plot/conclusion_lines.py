"""Conclusion lines: how each conclusion fares along an error rate, and where it becomes another one.

Lines that flip have a colour, those that hold are grey; each is named at its right end, with the number
at which it flips, and the names are spread so that none covers another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .given_table import require_columns
from .look import GREY, HAIR_PT, LABEL_PT, LINE_PT, MARKERS, PALE, SERIES, SMALL_PT, TEXT_PT, ink
from .place import height_pt
from .spread_labels import spread

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Show = Literal["evidence", "share"]
_LIMIT = 1.96
_COLOURS = tuple(colour for colour in SERIES if colour != GREY)
_STYLES = ("-", (0, (4, 1.2)), (0, (1.2, 1)))
_Look = tuple[str, str, Any]
_SAMPLE = 1.06
ROOM = 0.5  # beside the first and the last threshold
_THIN = 1.4 * HAIR_PT
_ASIDE = 0.12  # of the least step between thresholds, for all lines that flip at one
_COLUMNS = ("conclusion", "q_as_z", "verdict", "share_holding")
_BECOMES = {"no": "gone", "over": "over", "under": "under"}
_NAMES = {"rich_club": "rich club"}


def robustness_tables(
    result: object, of: Sequence[str] | None, plot: str, source: str
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """The two tables, of the conclusions asked for, and the name of the rate; else a ValueError."""
    table, flips = getattr(result, "table", None), getattr(result, "flips", None)
    if table is None or flips is None:
        msg = f"{plot} takes the result of {source}, got {type(result).__name__}."
        raise ValueError(msg)
    require_columns(table, _COLUMNS, plot, source)
    require_columns(flips, ("verdict", "flips_at", "becomes"), plot, source)
    rate = str(flips.attrs.get("rate", table.columns[2]))
    if of is not None:
        unknown = [str(name) for name in of if name not in flips.index]
        if unknown or isinstance(of, str) or not len(of):
            msg = f"of must be a list of conclusions of the result ({', '.join(flips.index)}), got {of!r}."
            raise ValueError(msg)
        flips = flips.loc[list(of)]
        table = table[table["conclusion"].isin(list(of))]
    return table, flips, rate


def draw_lines(
    ax: Axes,
    table: pd.DataFrame,
    flips: pd.DataFrame,
    rate: str,
    *,
    show: Show,
    number: Callable[[float], str],
) -> None:
    """Draw a line for each conclusion, a ring where it flips, and its name beside its end."""
    column = "q_as_z" if show == "evidence" else "share_holding"
    _ground(ax, table, show)
    ends, looks = {}, _looks(flips)
    flips_at = dict(zip(flips.index, flips["flips_at"].astype(float), strict=True))
    aside = _aside(table[rate].to_numpy(float), flips_at) if rate == "min_synapses" else {}
    for name, part in table.groupby("conclusion", sort=False):
        x, y = part[rate].to_numpy(float), part[column].to_numpy(float)
        colour, marker, style = looks[str(name)]
        flipping = marker != ""
        at, beside = flips_at[str(name)], aside.get(str(name), 0.0)
        along, height, swept = _with_flip(x, y, at)
        ax.plot(
            along + beside,
            height,
            color=colour,
            ls=style,
            lw=LINE_PT if flipping else _THIN,
            markevery=swept,
            marker=marker or None,
            ms=4,
            zorder=4 if flipping else 3,
        )
        if flipping:
            ax.plot(
                [at + beside],
                [float(_between(x, y, at))],
                "o",
                ms=10,
                mfc="none",
                mec=colour,
                mew=LINE_PT,
                zorder=5,
            )
        ends[str(name)] = (float(x[-1]) + beside, float(y[-1]))
    first, last = (float(v) for v in table[rate].iloc[[0, -1]])
    if rate == "min_synapses":
        ax.set_xlim(first - ROOM, last + ROOM)
    else:
        ax.set_xlim(first - 0.03 * (last - first), last)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=TEXT_PT)
    _name_ends(ax, ends, flips, looks, number)


def _between(x: Any, y: Any, at: float) -> float:
    order = np.argsort(x)
    return float(np.interp(at, x[order], y[order]))


def _with_flip(x: Any, y: Any, at: float) -> tuple[NDArray[Any], NDArray[Any], list[int]]:
    """The line with the point of its flip put in, and which of its points were swept.

    The flip is on a straight line of the values, which the axis does not draw straight.
    """
    if np.isnan(at) or at in x:
        return x, y, list(range(len(x)))
    place = int(np.sum(x < at if x[0] < x[-1] else x > at))
    swept = [i + (i >= place) for i in range(len(x))]
    return np.insert(x, place, at), np.insert(y, place, _between(x, y, at)), swept


def _aside(values: NDArray[Any], flips_at: dict[str, float]) -> dict[str, float]:
    """How far lines that flip at one threshold move aside, so that no ring hides another.

    About the width of a marker: no ring may seem to stand between two thresholds.
    """
    places = np.unique(values)
    gap = float(np.diff(places).min()) if len(places) > 1 else 1.0
    aside: dict[str, float] = {}
    for at in {at for at in flips_at.values() if not np.isnan(at)}:
        names = [name for name, other in flips_at.items() if other == at]
        step = _ASIDE * gap / max(len(names) - 1, 3)
        aside |= {name: step * (i - (len(names) - 1) / 2) for i, name in enumerate(names)}
    return aside


def _looks(flips: pd.DataFrame) -> dict[str, _Look]:
    """Colour, marker and dashes of each conclusion, no two alike; no marker for those that hold."""
    looks: dict[str, _Look] = {}
    k = 0
    for name, at in flips["flips_at"].items():
        if np.isnan(at):
            looks[str(name)] = (GREY, "", "-")
        else:
            row, colour = divmod(k, len(_COLOURS))
            marker = MARKERS[(colour + 3 * row) % len(MARKERS)]
            looks[str(name)] = (_COLOURS[colour], marker, _STYLES[row % len(_STYLES)])
            k += 1
    return looks


def _ground(ax: Axes, table: pd.DataFrame, show: Show) -> None:
    """Axis of the values, and the band in which nothing is concluded."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter

    if show == "share":
        ax.axhspan(-0.03, 0.5, color=PALE, alpha=0.45, lw=0, zorder=0)
        ax.set_ylim(-0.03, 1.03)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        ax.set_ylabel("copies in which the conclusion holds", fontsize=LABEL_PT)
    else:
        z = table["q_as_z"].to_numpy(float)
        ax.set_yscale("symlog", linthresh=_LIMIT, linscale=0.7)
        ax.set_ylim(min(1.4 * z.min(), -2.6), max(1.4 * z.max(), 2.6))
        bottom, top = ax.get_ylim()
        places = [x for x in (-30, -10, -5, -2, 0, 2, 5, 10, 30) if bottom < x < top]
        ax.yaxis.set_major_locator(FixedLocator(places))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(
            FuncFormatter(lambda v, _: f"{v:+.0f}".replace("-", "\N{MINUS SIGN}") if v else "0")
        )
        ax.axhspan(-_LIMIT, _LIMIT, color=PALE, alpha=0.45, lw=0, zorder=0)
        ax.set_ylabel(
            "under  \N{LEFTWARDS ARROW}  evidence against the null (q as z)  \N{RIGHTWARDS ARROW}  over",
            fontsize=LABEL_PT,
        )


def _name_ends(
    ax: Axes,
    ends: dict[str, tuple[float, float]],
    flips: pd.DataFrame,
    looks: dict[str, _Look],
    number: Callable[[float], str],
) -> None:
    """Names at the right, in the order of the lines' ends, each joined to its own."""
    flips_at = dict(zip(flips.index, flips["flips_at"].astype(float), strict=True))
    becomes = dict(zip(flips.index, flips["becomes"].astype(str), strict=True))
    into = ax.transAxes.inverted()
    start = {name: into.transform(ax.transData.transform(end)) for name, end in ends.items()}
    place = {name: float(y) for name, (_, y) in start.items()}
    order = sorted(place, key=lambda name: (place[name], -list(ends).index(name)))
    room = 1.12 if len(order) > 14 else 1.0
    apart = min(1.35 * SMALL_PT / height_pt(ax), room / max(len(order) - 1, 1))
    # Above the axes stands the legend: what does not fit beside them hangs below.
    below = room - 0.985
    spots = spread([place[name] + below for name in order], apart, room) - below
    for name, spot in zip(order, spots, strict=True):
        colour, marker, style = looks[name]
        words = _NAMES.get(name, name)
        if marker:
            words += f": {_BECOMES[becomes[name]]} from {number(flips_at[name])}"
        # A line from the end of the curve to a sample of it, then its name.
        beside: dict[str, Any] = {
            "color": colour,
            "transform": ax.transAxes,
            "clip_on": False,
            "scalex": False,
            "scaley": False,
        }
        ax.plot([start[name][0], _SAMPLE - 0.02], [place[name], spot], lw=HAIR_PT, **beside)
        ax.plot(
            [_SAMPLE - 0.02, _SAMPLE, _SAMPLE + 0.02],
            [spot] * 3,
            lw=LINE_PT if marker else HAIR_PT,
            ls=style,
            marker=marker or None,
            markevery=[1],
            ms=4,
            **beside,
        )
        ax.text(
            _SAMPLE + 0.03,
            spot,
            words,
            transform=ax.transAxes,
            fontsize=SMALL_PT,
            va="center",
            color=ink() if marker else GREY,
        )


def explained(flips: pd.DataFrame, show: Show) -> list[Artist]:
    """What the lines, the rings and the band are."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = []
    if flips["flips_at"].isna().any():
        handles.append(Line2D([], [], color=GREY, lw=_THIN, label="holds throughout"))
    if flips["flips_at"].notna().any():
        ring = Line2D([], [], color=ink(), marker="o", ms=9, mfc="none", lw=LINE_PT)
        ring.set_label("another verdict from the ring on")
        handles.append(ring)
    band = "no different from the null (q > 0.05)" if show == "evidence" else "fewer than half"
    handles.append(Patch(fc=PALE, alpha=0.45, ec="none", label=band))
    return handles
