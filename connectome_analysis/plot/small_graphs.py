"""Small graphs: a class of three neurons drawn as three dots and its arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..motifs.triads import TRIAD_NAMES, TRIADS
from .look import LABEL_PT, MUTUAL, SMALL_PT, ink
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.offsetbox import DrawingArea
    from matplotlib.patches import Patch

Points = NDArray[np.float64]

# Lengths are parts of the side of the square that the drawing fills.
_TOP, _LEFT, _RIGHT = (0.5, 0.89), (0.11, 0.22), (0.89, 0.22)
_DOT = 0.1
_GAP = 0.03
_LINE = 0.05
_HEAD_LENGTH = 0.17
_HEAD_WIDTH = 0.17
# The double arrow of a mutual pair bows outwards, clear of the middle of the triangle.
_BOW = 0.09

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
    from matplotlib.patches import Circle, Polygon

    drawing = outlines(name)
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
    dots : (3, 2) float64
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
        draw = _double_arrow if mutual else _arrow
        arrows.append((draw(at[pre], at[post]), mutual))
    return Outlines(arrows, np.array(at), _DOT)


def _places(name: str) -> list[Points]:
    top, left = _STANDS[name]
    places = {top: _TOP, left: _LEFT, 3 - top - left: _RIGHT}
    return [np.array(places[node]) for node in range(3)]


def _arrow(start: Points, end: Points) -> Points:
    """(K, 2) outline of a straight arrow from dot to dot."""
    way = _way(start, end, bow=0.0)
    left, right, base = _sides(way[_length(way - way[-1]) >= _HEAD_LENGTH])
    return np.vstack([left, _head(base, way[-1]), right[::-1]])


def _double_arrow(start: Points, end: Points) -> Points:
    """(K, 2) outline of an arrow with a head at both dots, bowed away from the middle."""
    middle = (np.array(_TOP) + _LEFT + _RIGHT) / 3
    outwards = _left_of(end - start) @ (start - middle) > 0
    way = _way(start, end, bow=_BOW if outwards else -_BOW)
    clear = (_length(way - way[0]) >= _HEAD_LENGTH) & (_length(way - way[-1]) >= _HEAD_LENGTH)
    left, right, base = _sides(way[clear])
    return np.vstack(
        [left, _head(base, way[-1]), right[::-1], _head((left[0] + right[0]) / 2, way[0])]
    )


def _way(start: Points, end: Points, bow: float) -> Points:
    """(K, 2) points from the rim of one dot to that of the other, bowed to the left by `bow`."""
    control = (start + end) / 2 + 2 * bow * _left_of(end - start)
    t = np.linspace(0, 1, 201)[:, None]
    curve: Points = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    clear = _DOT + _GAP
    return curve[(_length(curve - start) >= clear) & (_length(curve - end) >= clear)]


def _sides(body: Points) -> tuple[Points, Points, Points]:
    """Left side, right side and end of a line that is drawn `_LINE` wide."""
    steps = np.gradient(body, axis=0)
    across = np.column_stack([-steps[:, 1], steps[:, 0]]) / _length(steps)[:, None]
    return body + _LINE / 2 * across, body - _LINE / 2 * across, body[-1]


def _head(base: Points, tip: Points) -> Points:
    wing = _HEAD_WIDTH / 2 * _left_of(tip - base)
    return np.vstack([base + wing, tip, base - wing])


def _left_of(step: Points) -> Points:
    """Direction of length 1 to the left of a step."""
    left: Points = np.array([-step[1], step[0]]) / np.hypot(step[0], step[1])
    return left


def _length(steps: Points) -> Points:
    return np.hypot(steps[:, 0], steps[:, 1])


def _require_name(name: str) -> None:
    if name not in TRIADS:
        msg = f"There is no triad {name!r}. There are: {', '.join(TRIAD_NAMES)}."
        raise ValueError(msg)
