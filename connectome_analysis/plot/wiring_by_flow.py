"""Wiring by flow: a small circuit from where signals begin, at the top, to where they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..tables.nearest_names import names_in_words
from .headline import put_headline
from .look import BLUE, GREY, PALE, SERIES, SMALL_PT, VERMILION, ink
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from ..graph import Graph

Floats = NDArray[np.float64]

_NAME = "plot.wiring_diagram"
# With more neurons the arrows are a tangle; take fewer, or a type matrix.
_MOST = 80
_SWEEPS = 24
_LABELS = ("name", "cell_type")
_NODE_PT = 21.0
_SIGNS = (
    (1, BLUE, "excitatory"),
    (-1, VERMILION, "inhibitory (bar)"),
    (0, GREY, "of no known sign"),
)
# How far an arrow bends aside, in lengths: one of two that run both ways or along a row, and any other.
_BOWED, _SLIGHT = 0.22, 0.06


def wiring_diagram(
    g: Graph,
    levels: pd.Series[float],
    ax: Axes | None = None,
    *,
    label: str | None = None,
    color: str | None = None,
    sign: str | None = None,
    title: str | None = None,
) -> Axes:
    """Draw neurons and connections, each neuron at the height of its level.

    Arrows are as wide as their weight is large, on a square-root scale. Those that lead down are dark, those
    that lead up are dashed. Neurons of about one level stand side by side, in an order with few crossings.

    Parameters
    ----------
    g : Graph
        80 neurons at most. Self-loops are left out.
    levels : (N,) Series, index ``node_id``
        ``ca.measures.signal_flow(g)``, high where signals begin, or any other height.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    label : str, optional
        Column of ``g.nodes`` written in the neurons; by default ``name``, ``cell_type`` or the id.
    color : str, optional
        Column that colors the neurons: seven values at most.
    sign : str, optional
        Column with +1 and -1 of the sender: arrows of excitatory neurons are blue, those of inhibitory
        ones red with a bar for a head.
    title : str, optional

    Raises
    ------
    ValueError
        Where there are too many neurons, no such column, or levels of other neurons.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.Graph.from_edges([1, 1, 2, 3], [2, 3, 4, 4])
    >>> ax = wiring_diagram(g, ca.measures.signal_flow(g))
    >>> heights = {text.get_text(): round(float(text.xy[1]), 3) for text in ax.texts}
    >>> heights["1"] > heights["2"] == heights["3"] > heights["4"]
    True
    >>> plt.close(ax.figure)
    """
    from matplotlib.lines import Line2D

    heights = _checked(g, levels)
    simple = g.without_self_loops()
    count = simple.n_nodes
    ax = axes_or_new(ax, 7.5, 6.5)
    ax.set_axis_off()
    places = _places(simple, heights)
    handles: list[Artist] = []
    words = _words(simple, label)
    fills, legend = _fills(simple, color)
    senders, receivers = simple.out_sources, simple.out_indices
    signs = _signs(simple, sign)
    strongest = float(simple.weights.max(initial=1))
    pairs = set(zip(senders.tolist(), receivers.tolist(), strict=True))
    bowed = [
        (b, a) in pairs or abs(places[a][1] - places[b][1]) < 1e-9
        for a, b in zip(senders.tolist(), receivers.tolist(), strict=True)
    ]
    for a, b, weight, is_bowed in zip(
        senders.tolist(), receivers.tolist(), simple.weights.tolist(), bowed, strict=True
    ):
        width = 0.5 + 3.0 * float(np.sqrt(max(weight, 0) / strongest))
        _arrow(
            ax,
            places[a],
            places[b],
            width,
            sign=None if signs is None else signs[a],
            bend=_BOWED if is_bowed else _SLIGHT,
        )
    for number in range(count):
        text = ax.annotate(
            words[number],
            places[number],
            ha="center",
            va="center",
            fontsize=SMALL_PT - (1.5 if count > 40 else 0),
            color="black",
            bbox={
                "boxstyle": "round,pad=0.35",
                "facecolor": fills[number],
                "edgecolor": ink(),
                "linewidth": 0.8,
            },
            zorder=5,
        )
        text.set_parse_math(False)
    handles += legend
    if signs is not None:
        drawn = {signs[a] for a in senders.tolist()}
        handles += [
            Line2D([], [], color=colour, lw=2, label=label)
            for kind, colour, label in _SIGNS
            if kind in drawn
        ]
    if (places[receivers, 1] > places[senders, 1]).any():
        handles.append(Line2D([], [], color=GREY, lw=1.4, ls=(0, (3, 2)), label="against the flow"))
    bends = np.where(bowed, _BOWED, _SLIGHT) if bowed else np.zeros(0)
    _frame(ax, places, places[senders], places[receivers], bends)
    put_headline(ax, title if title is not None else g.name, handles)
    return ax


def _checked(g: Graph, levels: Any) -> Floats:
    if g.n_nodes > _MOST:
        msg = (
            f"{_NAME} draws up to {_MOST} neurons, got {g.n_nodes:,}; take a part of the graph with "
            "where=, or plot.type_matrix."
        )
        raise ValueError(msg)
    if not isinstance(levels, pd.Series) or not np.array_equal(
        np.sort(np.asarray(levels.index)), np.sort(g.node_ids)
    ):
        msg = (
            f"{_NAME} takes a height for each neuron of the graph, as ca.measures.signal_flow(g) gives "
            f"them; got {type(levels).__name__} of {len(levels) if hasattr(levels, '__len__') else 1}."
        )
        raise ValueError(msg)
    return levels.reindex(g.node_ids).to_numpy(dtype=np.float64)


def _places(g: Graph, heights: Floats) -> Floats:
    """(N, 2): rows of neurons of about one level, ordered so that neighbours are near."""
    count = g.n_nodes
    if count == 0:
        return np.zeros((0, 2))
    n_rows = 1 + round(np.sqrt(count) * 1.1)
    spread = heights.max() - heights.min()
    if spread > 0:
        row = np.minimum(((heights - heights.min()) / spread * n_rows).astype(int), n_rows - 1)
    else:
        row = np.zeros(count, dtype=int)
    x = np.zeros(count)
    both = (g.to_scipy() + g.to_scipy().T).astype(np.float64)
    both.data[:] = 1.0
    members = [np.flatnonzero(row == number) for number in np.unique(row)]
    for one in members:
        x[one] = np.arange(len(one)) - (len(one) - 1) / 2
    degree = np.asarray(both.sum(axis=1)).ravel()
    for _ in range(_SWEEPS):
        pull = (both @ x + 1e-9 * x) / np.maximum(degree, 1e-9)
        for one in members:
            order = one[np.argsort(pull[one], kind="stable")]
            x[order] = np.arange(len(one)) - (len(one) - 1) / 2
    widest = max(len(one) for one in members)
    for one in members:
        # A narrow row is spread out, so that arrows past it have room.
        x[one] *= min(widest / len(one), 1.8) if len(one) > 1 else 1.0
        if len(one) == 1 and len(members) > 2:
            x[one] = 0.12 * (-1) ** int(row[one[0]])
    return np.column_stack([x, row.astype(np.float64)])


def _frame(ax: Axes, places: Floats, starts: Floats, ends: Floats, bends: Floats) -> None:
    """Set limits that hold the neurons and the arrows, which bend aside on the page, not in the data."""
    if not len(places):
        return
    (left, low), (right, high) = places.min(axis=0), places.max(axis=0)
    aside, above = max(0.08 * (right - left), 0.6), 0.35
    least = np.array([left - aside, low - above])
    most = np.array([right + aside, high + above])
    box = ax.get_window_extent()
    middle, along = (starts + ends) / 2, ends - starts
    # A wider frame makes the bends narrower in it: a few rounds settle that.
    for _ in range(6 if len(bends) else 0):
        wide, tall = most - least
        per_unit = (box.width / wide) / (box.height / tall)
        # The middle of an arc stands half a bend aside; a tenth more for the headline's room.
        aside_by = np.column_stack([along[:, 1] / per_unit, -along[:, 0] * per_unit])
        peaks = middle + 0.55 * bends[:, None] * aside_by
        least = np.minimum(least, peaks.min(axis=0) - 0.1)
        most = np.maximum(most, peaks.max(axis=0) + 0.1)
    ax.set(xlim=(least[0], most[0]), ylim=(least[1], most[1]))


def _words(g: Graph, label: str | None) -> list[str]:
    column = label
    if label is None:
        column = next(
            (name for name in _LABELS if name in g.nodes and g.nodes[name].notna().any()), None
        )
    if column is None:
        return [str(number) for number in g.node_ids.tolist()]
    _require_column(g, column)
    values = g.nodes[column]
    ids = [str(number) for number in g.node_ids.tolist()]
    return np.where(values.isna(), ids, values.astype(str)).tolist()  # type: ignore[no-any-return]


def _fills(g: Graph, color: str | None) -> tuple[list[str], list[Artist]]:
    from matplotlib.patches import Patch

    if color is None:
        return ["white"] * g.n_nodes, []
    _require_column(g, color)
    column = g.nodes[color]
    values = np.where(column.isna(), "unknown", column.astype(str)).tolist()
    kinds = sorted(set(values) - {"unknown"})
    if len(kinds) > len(SERIES):
        msg = f"color must have at most {len(SERIES)} values, {color} has {len(kinds)}."
        raise ValueError(msg)
    tints = {kind: _tint(SERIES[number]) for number, kind in enumerate(kinds)} | {"unknown": PALE}
    shown = [*kinds, *(["unknown"] if "unknown" in values else [])]
    return [tints[value] for value in values], [Patch(color=tints[k], label=k) for k in shown]


def _tint(colour: str) -> str:
    """Half of the way to white, so that black letters stand out."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{(part + 255) // 2:02X}" for part in parts)


def _signs(g: Graph, sign: str | None) -> list[int] | None:
    if sign is None:
        return None
    _require_column(g, sign)
    values = g.nodes[sign].astype("Float64").fillna(0.0)
    return [int(value) for value in np.sign(values.to_numpy(np.float64))]


def _require_column(g: Graph, name: str) -> None:
    if name not in g.nodes.columns:
        have = names_in_words(g.nodes.columns, name)
        msg = f"{_NAME}: there is no column {name!r}; g.nodes has: {have}."
        raise ValueError(msg)


def _arrow(
    ax: Axes, start: Floats, end: Floats, width: float, *, sign: int | None, bend: float
) -> None:
    from matplotlib.patches import FancyArrowPatch

    upwards = end[1] > start[1]
    colour = {None: ink(), 0: GREY, 1: BLUE, -1: VERMILION}[sign]
    bar = sign == -1
    ax.add_patch(
        FancyArrowPatch(
            tuple(start),
            tuple(end),
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="|-|,widthA=0,widthB=1.1" if bar else "-|>",
            mutation_scale=5.0 if bar else 7 + 1.2 * width,
            shrinkA=_NODE_PT / 2,
            shrinkB=_NODE_PT / 2 + 2,
            lw=width,
            linestyle=(0, (3, 2)) if upwards else "-",
            color=colour,
            alpha=0.55 if upwards else 0.8,
            zorder=2,
            clip_on=False,
        )
    )
