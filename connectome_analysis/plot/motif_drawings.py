"""Motif drawings: any class of three to six neurons as dots and arrows, alone or many on a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from ..motifs.class_ids import edges_of_id
from ..motifs.classes import class_of
from ..motifs.four_node_classes import Skeleton, four_node_classes
from ..motifs.graphlet_classes import GRAPHLETS, Graphlet
from ..motifs.triads import TRIADS, Edge
from .arrow_outlines import DOT, Points, arrow, double_arrow, line
from .look import SMALL_PT, TEXT_PT
from .place import axes_or_new
from .small_graphs import Outlines, filled
from .small_graphs import outlines as triad_outlines
from .wrapped_text import wrapped

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Four neurons get a larger sheet than three and the same pen; then both are drawn equally large.
_SHEET = 1.5
_TOP, _LEFT, _RIGHT = (0.5, 0.89), (0.09, 0.18), (0.91, 0.18)
_CENTRE = (0.5, 0.41)
_SQUARE = ((0.13, 0.87), (0.87, 0.87), (0.87, 0.13), (0.13, 0.13))
# Where A, B, C and D stand, in parts of the sheet, so that no arrow crosses another.
_PLACES: Mapping[Skeleton, tuple[tuple[float, float], ...]] = {
    "path": _SQUARE,
    "star": (_CENTRE, _TOP, _LEFT, _RIGHT),
    "cycle": _SQUARE,
    "paw": ((0.13, 0.86), (0.13, 0.14), (0.47, 0.5), (0.93, 0.5)),
    "diamond": ((0.5, 0.91), (0.5, 0.09), (0.11, 0.5), (0.89, 0.5)),
    "clique": (_CENTRE, _TOP, _LEFT, _RIGHT),
}

# Of a page, in sides of a drawing.
_STEP = 1.45
_ROW_GAP = 0.3
_SIDE_IN = 0.72
_LINE_PT = 1.25


def motif(name: str, ax: Axes | None = None) -> Axes:
    """Draw one class of three to six neurons: dots and arrows, nothing else.

    A one-way edge is a straight arrow; a mutual pair is a curved double arrow in green.

    Parameters
    ----------
    name : str
        MAN name of a triad, "4-" and the id of a four-node class, a class of five or six neurons
        as in ``ca.motifs.estimate``, or an undirected graphlet, "G0" to "G29", drawn with lines.
    ax : Axes, optional
        Where to draw; its axis is turned off. A new figure where left out.

    Raises
    ------
    ValueError
        Where there is no such class.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> ax = motif("4-204")
    >>> len(ax.patches)
    8
    >>> plt.close(ax.figure)
    """
    drawing = outlines(name)
    ax = axes_or_new(ax, 1.2, 1.2)
    for shape in filled(drawing, (0.0, 0.0), 1.0):
        ax.add_patch(shape)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    ax.set_axis_off()
    return ax


def motif_table(
    names: Sequence[str] | None = None,
    values: Mapping[str, object] | pd.Series[float] | None = None,
    ax: Axes | None = None,
    *,
    across: int | None = None,
    plain_names: bool = True,
) -> Axes:
    """Draw many classes on one page, each with its name.

    Parameters
    ----------
    names : sequence of str, optional
        As for `motif`, three and four neurons mixed at will; all 199 classes of four neurons
        where left out.
    values : Series or mapping by name, optional
        Written under each: text as it is, whole numbers with thousands set apart, other numbers
        to three digits. A name that is missing gets a dash.
    ax : Axes, optional
        Where to draw; its axis is turned off. A new figure where left out.
    across : int, optional
        Drawings in a row; by default somewhat more than there are rows.
    plain_names : bool
        Write the field's name too where there is one. Systematic names such as
        ``paw: A→B, A⇄C, B→C, C→D`` say in words what is drawn and are left out.

    Raises
    ------
    ValueError
        Where there is no such class, no name at all, or `across` is below 1.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> ax = motif_table(["030T", "4-204"], {"030T": 1453, "4-204": 2.5})
    >>> [text.get_text() for text in ax.texts][:3]
    ['030T', 'feed-forward loop', '1,453']
    >>> plt.close(ax.figure)
    """
    names = list(four_node_classes()) if names is None else list(names)
    if not names:
        msg = "names must hold at least one motif, got none; leave it out for all of four neurons."
        raise ValueError(msg)
    if across is None:
        across = max(1, min(len(names), round(1.2 * np.sqrt(len(names)))))
    if across < 1:
        msg = f"across must be at least 1 drawing in a row, got {across}."
        raise ValueError(msg)
    drawings = [outlines(name) for name in names]
    room_pt = 0.94 * _STEP * _SIDE_IN * 72
    captions = [_caption(name, values, plain_names, room_pt) for name in names]
    rows = [captions[first : first + across] for first in range(0, len(names), across)]
    line = _LINE_PT * SMALL_PT / 72 / _SIDE_IN
    heights = [1 + _ROW_GAP + line * max(text.count("\n") + 2 for text in row) for row in rows]
    width = min(across, len(names)) * _STEP
    ax = axes_or_new(ax, width * _SIDE_IN, sum(heights) * _SIDE_IN)
    tops = -np.cumsum([0.0, *heights])
    for number, (name, drawing, caption) in enumerate(zip(names, drawings, captions, strict=True)):
        row, column = divmod(number, across)
        x, y = column * _STEP, float(tops[row]) - 1
        for shape in filled(drawing, (x, y), 1.0):
            ax.add_patch(shape)
        ax.text(x + 0.5, y - 0.06, name, ha="center", va="top", fontsize=TEXT_PT, weight="bold")
        for below, text in enumerate(caption.split("\n") if caption else ()):
            level = y - 0.06 - line * (below + 1.12)
            ax.text(x + 0.5, level, text, ha="center", va="top", fontsize=SMALL_PT)
    margin = (_STEP - 1) / 2
    ax.set(
        xlim=(-margin, width - margin),
        ylim=(float(tops[-1]) + _ROW_GAP / 2, _ROW_GAP / 2),
        aspect="equal",
    )
    ax.set_axis_off()
    return ax


def outlines(name: str) -> Outlines:
    """Lay one class of three or four neurons out."""
    if name in TRIADS:
        return triad_outlines(name)
    if name in _graphlets():
        return _undirected(name)
    if name not in four_node_classes():
        if (edges := _edges_of_name(name)) is not None:
            size = 1 + max(max(edge) for edge in edges)
            return _with_arrows(edges, _SHEET * _ring(size))
        msg = (
            f"There is no motif {name!r}. There are {', '.join(TRIADS)} of three neurons, of four "
            "those of ca.motifs.classes(4), for instance '4-204', of five and six those of "
            "ca.motifs.estimate, for instance '5-30', and the graphlets 'G0' to 'G29'."
        )
        raise ValueError(msg)
    kind = four_node_classes()[name]
    return _with_arrows(kind.edges, _SHEET * np.array(_PLACES[kind.skeleton]))


@cache
def _graphlets() -> dict[str, Graphlet]:
    return {graphlet.name: graphlet for graphlet in GRAPHLETS}


def _undirected(name: str) -> Outlines:
    """Lay a graphlet out: lines instead of arrows."""
    graphlet = _graphlets()[name]
    size = graphlet.size
    sheet = 1.0 if size < 4 else _SHEET
    if size == 4:
        at = _SHEET * _like_four(graphlet.edges)
    else:
        at = sheet * _ring(size)
    lines = [(line(at[a], at[b]) / sheet, False) for a, b in graphlet.edges]
    return Outlines(lines, at / sheet, DOT / sheet)


def _like_four(edges: tuple[Edge, ...]) -> Points:
    """Where the nodes of an undirected graph of four stand, as the directed classes do."""
    both = {*edges, *((b, a) for a, b in edges)}
    for kind in four_node_classes().values():
        if len(kind.edges) != len(both) or kind.mutual * 2 != len(kind.edges):
            continue
        for order in permutations(range(4)):
            if {(order[a], order[b]) for a, b in both} == set(kind.edges):
                return np.array([_PLACES[kind.skeleton][order[node]] for node in range(4)])
    msg = f"{edges} is no connected graph of four nodes."
    raise AssertionError(msg)


def _with_arrows(edges: tuple[Edge, ...], at: Points) -> Outlines:
    """Arrows between nodes that stand at (N, 2) points of the larger sheet."""
    arrows: list[tuple[Points, bool]] = []
    for pre, post in edges:
        mutual = (post, pre) in edges
        if mutual and pre > post:
            continue
        start, end = at[pre], at[post]
        outline = double_arrow(start, end, at.mean(axis=0)) if mutual else arrow(start, end)
        arrows.append((outline / _SHEET, mutual))
    return Outlines(arrows, at / _SHEET, DOT / _SHEET)


def _ring(size: int) -> Points:
    """(size, 2) corners of a regular polygon in the unit square, the first at the top."""
    turn = np.pi / 2 - 2 * np.pi * np.arange(size) / size
    ring = 0.5 + 0.4 * np.column_stack([np.cos(turn), np.sin(turn)])
    return ring if size > 2 else np.array([[0.1, 0.5], [0.9, 0.5]])


def _edges_of_name(name: str) -> tuple[Edge, ...] | None:
    """Edges of a class of five or six neurons by its name, or None where there is no such."""
    match = re.fullmatch(r"([56])-(\d{1,11})", name)
    if match is None:
        return None
    size = int(match[1])
    edges = edges_of_id(int(match[2]), size)
    try:
        return edges if class_of(edges) == name else None
    except ValueError:
        return None


def _caption(
    name: str,
    values: Mapping[str, object] | pd.Series[float] | None,
    plain_names: bool,
    room_pt: float,
) -> str:
    parts = []
    kinds = four_node_classes()
    names = {known: triad.plain_name for known, triad in TRIADS.items()}
    names |= {known: kind.plain_name for known, kind in kinds.items()}
    names |= {known: graphlet.plain_name for known, graphlet in _graphlets().items()}
    plain_name = names.get(name, "")
    if plain_names and ":" not in plain_name:
        parts.append(wrapped(plain_name, SMALL_PT, room_pt))
    if values is not None:
        parts.append(_written(values[name]) if name in values else "\N{EN DASH}")
    return "\n".join(parts)


def _written(value: object) -> str:
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    if isinstance(value, (float, np.floating)):
        return f"{value:.3g}"
    return str(value)
