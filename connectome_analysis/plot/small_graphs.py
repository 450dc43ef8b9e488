"""Small graphs: a class of three neurons drawn as three dots and its arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..motifs.triads import TRIAD_NAMES, TRIADS
from .arrow_outlines import DOT, Points, arrow, double_arrow
from .look import LABEL_PT, MUTUAL, SMALL_PT, ink
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.offsetbox import DrawingArea
    from matplotlib.patches import Patch

# Parts of the side of the square that the drawing fills.
_TOP, _LEFT, _RIGHT = (0.5, 0.89), (0.11, 0.22), (0.89, 0.22)
_MIDDLE = (np.array(_TOP) + _LEFT + _RIGHT) / 3

# Node of the canonical form that stands at the top, and the one at the lower left: mutual pairs
# and single edges lie at the base, and "down" and "up" point down and up.
_STANDS = {
    "003": (1, 0),
    "012": (2, 0),
    "102": (2, 0),
    "021D": (1, 0),
    "021U": (1, 0),
    "021C": (1, 0),
    "111D": (2, 0),
    "111U": (2, 0),
    "030T": (1, 0),
    "030C": (1, 0),
    "201": (1, 0),
    "120D": (0, 1),
    "120U": (0, 1),
    "120C": (1, 0),
    "210": (2, 0),
    "300": (1, 0),
}


def triad(name: str, ax: Axes | None = None) -> Axes:
    """Draw one class of three neurons: dots and arrows, nothing else.

    A one-way edge is a straight arrow; a mutual pair is a curved double arrow in green.

    Parameters
    ----------
    name : str
        MAN name, one of ``ca.motifs.TRIAD_NAMES``.
    ax : Axes, optional
        Where to draw; its axis is turned off. A new figure where left out.

    Raises
    ------
    ValueError
        Where there is no such class.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> ax = triad("030T")
    >>> ax.get_aspect()
    1.0
    >>> plt.close(ax.figure)
    """
    _require_name(name)
    ax = axes_or_new(ax, 1.2, 1.2)
    for shape in shapes(name):
        ax.add_patch(shape)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    ax.set_axis_off()
    return ax


def triads(ax: Axes | None = None) -> Axes:
    """Draw a chart of all 16 classes with their MAN names and plain names.

    Parameters
    ----------
    ax : Axes, optional
        Where to draw; its axis is turned off. A new figure where left out.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> ax = triads()
    >>> len(ax.texts)
    32
    >>> plt.close(ax.figure)
    """
    ax = axes_or_new(ax, 8.6, 7.0)
    across, step_x, step_y = 4, 2.35, 1.9
    for number, name in enumerate(TRIAD_NAMES):
        row, column = divmod(number, across)
        x, y = column * step_x, -row * step_y
        for shape in shapes(name, (x, y), 1.0):
            ax.add_patch(shape)
        middle = x + 0.5
        ax.text(middle, y - 0.03, name, ha="center", va="top", fontsize=LABEL_PT, weight="bold")
        ax.text(middle, y - 0.28, TRIADS[name].plain_name, ha="center", va="top", fontsize=SMALL_PT)
    ax.set(
        xlim=(-0.7, 3 * step_x + 1.7),
        ylim=(-3 * step_y - 0.6, 1.05),
        aspect="equal",
    )
    ax.set_axis_off()
    return ax


def small_graph(name: str, side_pt: float) -> DrawingArea:
    """Draw one class as an offset box of `side_pt` points, to be put under a tick."""
    from matplotlib.offsetbox import DrawingArea

    area = DrawingArea(side_pt, side_pt)
    for shape in shapes(name, (0.0, 0.0), side_pt):
        area.add_artist(shape)
    return area


def shapes(name: str, corner: tuple[float, float] = (0.0, 0.0), side: float = 1.0) -> list[Patch]:
    """Filled shapes of one class in the square with that lower left corner and side."""
    return filled(outlines(name), corner, side)


def filled(drawing: Outlines, corner: tuple[float, float], side: float) -> list[Patch]:
    """Make shapes of outlines, in the square with that lower left corner and side."""
    from matplotlib.patches import Circle, Polygon

    dark = ink()
    found: list[Patch] = []
    for outline, mutual in drawing.arrows:
        colour = MUTUAL if mutual else dark
        found.append(Polygon(outline * side + corner, closed=True, fc=colour, ec="none"))
    for x, y in drawing.dots:
        centre = (x * side + corner[0], y * side + corner[1])
        found.append(Circle(centre, drawing.dot_radius * side, fc=dark, ec="none"))
    return found


class Outlines(NamedTuple):
    """What to draw of a class, in the unit square with y upwards.

    Attributes
    ----------
    arrows : list of ((K, 2) float64, bool)
        Outline of each arrow, and whether it stands for a mutual pair.
    dots : (N, 2) float64
        Centres.
    dot_radius : float
    """

    arrows: list[tuple[Points, bool]]
    dots: Points
    dot_radius: float


def outlines(name: str) -> Outlines:
    """Lay one class out."""
    _require_name(name)
    at = _places(name)
    edges = TRIADS[name].edges
    arrows = []
    for pre, post in edges:
        mutual = (post, pre) in edges
        if mutual and pre > post:
            continue
        start, end = at[pre], at[post]
        # The double arrow of a mutual pair bows outwards, clear of the middle of the triangle.
        arrows.append((double_arrow(start, end, _MIDDLE) if mutual else arrow(start, end), mutual))
    return Outlines(arrows, np.array(at), DOT)


def _places(name: str) -> list[Points]:
    top, left = _STANDS[name]
    places = {top: _TOP, left: _LEFT, 3 - top - left: _RIGHT}
    return [np.array(places[node]) for node in range(3)]


def _require_name(name: str) -> None:
    if name not in TRIADS:
        msg = f"There is no triad {name!r}. There are: {', '.join(TRIAD_NAMES)}."
        raise ValueError(msg)
