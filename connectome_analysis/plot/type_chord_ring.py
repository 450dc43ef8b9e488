"""Type-chord ring: who sends to whom, type by type, as ribbons inside a ring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .given_table import fact
from .look import GREY, HAIR_PT, SERIES, SMALL_PT, TITLE_PT
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_NAME = "plot.type_chord"
# Each type has a colour of its own; those beyond stand together as "others".
_COLOURS = (*SERIES[:6], "#332288", "#8C510A", "#F0E442", "#222222")
_MOST_TYPES = len(_COLOURS)
_OUTER, _INNER, _RIBBON = 1.0, 0.93, 0.91
# Radians between two arcs.
_GAP = 0.05
_POINTS = 40
_OTHERS = "others"


def type_chord(
    table: pd.DataFrame, ax: Axes | None = None, *, top: int = _MOST_TYPES, title: str | None = None
) -> Axes:
    """Draw a type matrix as a chord diagram.

    Each type has an arc as long as all it sends and receives, in a colour that no other has. A ribbon leads from
    the sender, in whose colour it is, to the receiver; it touches the ring where it is sent and ends a step short of it where it
    is received. Its width is the value, on one scale all around.

    Parameters
    ----------
    table : DataFrame
        From ``ca.measures.type_matrix`` with ``value="edges"`` or ``"weight"``: shares of different wholes
        cannot stand on one ring.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    top : int
        So many arcs at most, 10 being as many as have a colour; of more types those with the largest sums
        have one, and the others share the last, in grey.
    title : str, optional
        In place of the graph's name.

    Raises
    ------
    ValueError
        Where the table is another, holds shares, or values below 0; where `top` is not from 1 to 10.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> ax = type_chord(ca.measures.type_matrix(g, "cell_class", value="edges"))
    >>> sorted(text.get_text() for text in ax.texts)
    ['interneuron', 'motor', 'sensory']
    >>> plt.close(ax.figure)
    """
    if not 1 <= top <= _MOST_TYPES:
        msg = f"{_NAME} has colours for {_MOST_TYPES} arcs, got top={top}; plot.type_matrix shows more types."
        raise ValueError(msg)
    names, values = _merged(table, top)
    ax = axes_or_new(ax, 6.6, 6.6)
    ax.set(xlim=(-1.45, 1.45), ylim=(-1.3, 1.3), aspect="equal")
    ax.set_axis_off()
    whole = values.sum()
    if whole > 0:
        _draw(ax, names, values)
    else:
        ax.text(0, 0, "no connection between types", ha="center", va="center", color=GREY)
    what = {"edges": "connections", "weight": fact(table, "weight_meaning") or "weight"}
    value = what.get(str(fact(table, "value")), str(fact(table, "value") or "value"))
    graph = title if title is not None else str(fact(table, "graph") or "")
    words = f"{graph}\n{whole:,.0f} {value} between types; ribbons have the sender's colour"
    ax.set_title(words.strip(), loc="left", fontsize=TITLE_PT, parse_math=False)
    return ax


def _merged(table: object, top: int) -> tuple[list[str], Floats]:
    """Names and values of the arcs: the types with the largest sums, and the others as one."""
    if not isinstance(table, pd.DataFrame) or list(table.index) != list(table.columns):
        got = type(table).__name__
        if isinstance(table, pd.DataFrame):
            got = f"a table of {' x '.join(map(str, table.shape))}"
        msg = (
            f"{_NAME} takes the square table of ca.measures.type_matrix, with the same types in rows "
            f"and columns; got {got}."
        )
        raise ValueError(msg)
    kind = str(fact(table, "value") or "")
    if kind in ("input_fraction", "output_fraction", "density"):
        msg = f"{_NAME} draws parts of one whole, got {kind}; make the table with value='edges'."
        raise ValueError(msg)
    values = np.nan_to_num(table.to_numpy(dtype=np.float64))
    if (values < 0).any():
        msg = f"{_NAME} draws values from 0 up, got {values.min():g}."
        raise ValueError(msg)
    names = [str(name) for name in table.index]
    sums = values.sum(axis=0) + values.sum(axis=1)
    order = np.argsort(-sums, kind="stable")
    order = order[sums[order] > 0]
    if len(order) <= top:
        return [names[place] for place in order], values[np.ix_(order, order)]
    kept, rest = order[: max(top - 1, 0)], order[max(top - 1, 0) :]
    group = np.zeros((len(kept) + 1, len(names)))
    group[np.arange(len(kept)), kept] = 1.0
    group[-1, rest] = 1.0
    return [*(names[place] for place in kept), _OTHERS], group @ values @ group.T


def _draw(ax: Axes, names: list[str], values: Floats) -> None:
    from matplotlib.patches import Polygon, Wedge

    count = len(names)
    scale = (2 * np.pi - count * _GAP) / (2 * values.sum())
    length = scale * (values.sum(axis=0) + values.sum(axis=1))
    start = np.concatenate([[0.0], np.cumsum(length + _GAP)[:-1]]) + _GAP / 2
    # An arc holds first what its type sends, then what it receives.
    sent = start[:, None] + scale * _before(values)
    got = start[:, None] + scale * (values.sum(axis=1)[:, None] + _before(values.T))
    for number, name in enumerate(names):
        colour = _colour(number, name)
        first, last = start[number], start[number] + length[number]
        # Angles run clockwise from the top.
        ends = 90 - np.degrees(last), 90 - np.degrees(first)
        ax.add_patch(Wedge((0, 0), _OUTER, *ends, width=_OUTER - _INNER, color=colour, lw=0))
        middle = (first + last) / 2
        x, y = np.sin(middle), np.cos(middle)
        side = "left" if x > 0.1 else "right" if x < -0.1 else "center"
        where = "bottom" if y > 0.9 else "top" if y < -0.9 else "center"
        text = ax.text(1.05 * x, 1.05 * y, name, ha=side, va=where, fontsize=SMALL_PT + 1)
        text.set_parse_math(False)
    for row, column in sorted(np.ndindex(values.shape), key=lambda pair: -values[pair]):
        width = scale * values[row, column]
        if width > 0:
            outline = _ribbon(sent[row, column], got[column, row], width)
            colour = _colour(row, names[row])
            # What others send each other is a backdrop.
            strength = 0.2 if names[row] == names[column] == _OTHERS else 0.62
            ax.add_patch(
                Polygon(
                    outline, facecolor=colour, alpha=strength, edgecolor="white", lw=0.5 * HAIR_PT
                )
            )


def _before(values: Floats) -> Floats:
    """For each entry of a row, the sum of those before it."""
    return np.asarray(np.cumsum(values, axis=1) - values, dtype=np.float64)


def _ribbon(start: float, end: float, width: float) -> Floats:
    """Outline from the arc at `start` to that at `end`, bowed through the middle."""
    short = _RIBBON - 0.04
    from_arc = _arc(start, start + width, _RIBBON)
    to_arc = _arc(end, end + width, short)
    there = _bow(from_arc[-1], to_arc[0])
    back = _bow(to_arc[-1], from_arc[0])
    return np.vstack([from_arc, there, to_arc, back])


def _arc(first: float, last: float, radius: float) -> Floats:
    angles = np.linspace(first, last, max(2, int(_POINTS * (last - first))))
    return radius * np.column_stack([np.sin(angles), np.cos(angles)])


def _bow(first: Floats, last: Floats) -> Floats:
    t = np.linspace(0, 1, _POINTS)[:, None]
    # Towards the middle, and less so where both ends lie side by side.
    control = 0.25 * (first + last) / 2
    return np.asarray((1 - t) ** 2 * first + 2 * t * (1 - t) * control + t**2 * last, np.float64)


def _colour(number: int, name: str) -> str:
    return GREY if name == _OTHERS else _COLOURS[number]
