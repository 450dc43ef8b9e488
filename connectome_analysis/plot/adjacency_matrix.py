"""Adjacency matrix: who sends to whom, neurons ordered by group and then by degree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..measures.per_neuron import labels_of
from ..tables.nearest_names import names_in_words
from .headline import put_headline
from .look import (
    DENSITY,
    DENSITY_FROM,
    GREY,
    HAIR_PT,
    LABEL_PT,
    SMALL_PT,
    TEXT_PT,
    ink,
)
from .place import axes_or_new, from_corner_inches, height_pt
from .spread_labels import spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

    from ..graph import Graph

# More pixels than this along a side are lost on a screen, and with them single edges.
_PIXELS = 400
_DEFAULT = "cell_class"
_UNASSIGNED = "unassigned"
_LEADER_IN = 0.14
_LABEL_PT = 1.55 * SMALL_PT
# In labels' heights; beyond, a leader no longer shows which group a label means.
_FARTHEST_LABEL = 1.5
_MOST_BORDERS = 40


class _Groups(NamedTuple):
    """Groups in the order drawn: name, first row and row after the last."""

    names: list[str]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]


class _Picture(NamedTuple):
    """(B, B) levels with NaN for none, what they are, and rows of the matrix per pixel."""

    levels: NDArray[np.float64]
    meaning: str
    per_pixel: int


def adjacency(
    g: Graph,
    by: str | pd.Series[Any] | ArrayLike | None = _DEFAULT,
    ax: Axes | None = None,
    *,
    title: str | None = None,
) -> Axes:
    """Draw the adjacency matrix: rows send, columns receive.

    Neurons stand in groups, the largest first and those of no group last as ``unassigned``, and
    within a group by falling degree (in plus out). Up to 400 neurons each edge is a pixel coloured
    by its weight; beyond, a pixel is a square of neurons coloured by the share of pairs joined.
    White is no edge. The matrix is never made dense.

    Parameters
    ----------
    g : Graph
    by : str, (N,) Series by node id, (N,) array or None
        What to group by: a column of the node table, or labels such as
        ``ca.cell_types.cluster(g).to_frame()["label"]``; None orders by degree alone, and so does the
        default where the graph has no ``cell_class``.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    title : str, optional
        In place of the graph's name and size.

    Raises
    ------
    ValueError
        Where the node table has no such column, or labels fit no neurons.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> ax = adjacency(ca.open("celegans-varshney2011").graph())
    >>> ax.get_ylabel(), ax.get_xlabel()
    ('sends (pre), by cell_class', 'receives (post), by cell_class')
    >>> plt.close(ax.figure)
    """
    nodes = g.nodes
    if isinstance(by, str) and by == _DEFAULT and by not in nodes.columns:
        by = None
    if isinstance(by, str) and by not in nodes.columns:
        columns = names_in_words(nodes.columns, by)
        msg = f"The node table has no column {by!r}; it has: {columns}. by=None needs none."
        raise ValueError(msg)
    labels = None if by is None else labels_of(g, by)
    order, groups = _ordered(g, labels)
    picture = _picture(g, order)
    ax = axes_or_new(ax, 7.6, 6.8)
    _show(ax, picture, g.n_nodes)
    if groups is None:
        ax.set_xticks([])
        ax.set_yticks([])
    else:
        _mark_groups(ax, groups, g.n_nodes)
    how = "by degree" if labels is None else f"by {labels.name}"
    unnamed = len(groups.names) - len(ax.get_yticks()) if groups is not None else 0
    if unnamed > 0:
        how += f" ({unnamed:,} groups unnamed)"
    ax.set_ylabel(f"sends (pre), {how}", fontsize=LABEL_PT)
    ax.set_xlabel(f"receives (post), {how}", fontsize=LABEL_PT)
    put_headline(ax, title if title is not None else _title(g))
    return ax


def _ordered(g: Graph, labels: pd.Series | None) -> tuple[NDArray[np.int64], _Groups | None]:
    """Row of each neuron, and the groups."""
    degree = g.in_degree + g.out_degree
    if labels is None:
        number = np.zeros(g.n_nodes, dtype=np.int64)
        groups = None
    else:
        known = labels.notna().to_numpy()
        words = labels.astype(str).to_numpy(dtype=object)
        names, sizes = np.unique(words[known].astype(str), return_counts=True)
        # Numbers of clusters are numbers: 2 comes before 10.
        ties = names.astype(np.int64) if labels.dtype.kind in "iu" else names
        falling = np.lexsort((ties, -sizes))
        names, sizes = names[falling], sizes[falling]
        place = {str(name): position for position, name in enumerate(names)}
        number = np.array(
            [place[str(w)] if k else len(names) for w, k in zip(words, known, strict=True)],
            dtype=np.int64,
        )
        every = [str(name) for name in names]
        if not known.all():
            every.append(_UNASSIGNED)
            sizes = np.append(sizes, (~known).sum())
        stops = np.cumsum(sizes, dtype=np.int64)
        groups = _Groups(every, stops - sizes, stops)
    sequence = np.lexsort((np.arange(g.n_nodes), -degree, number))
    rows = np.empty(g.n_nodes, dtype=np.int64)
    rows[sequence] = np.arange(g.n_nodes)
    return rows, groups


def _picture(g: Graph, rows: NDArray[np.int64]) -> _Picture:
    per_pixel = max(1, -(-g.n_nodes // _PIXELS))
    side = max(1, -(-g.n_nodes // per_pixel))
    pre, post = rows[g.out_sources] // per_pixel, rows[g.out_indices] // per_pixel
    if per_pixel == 1:
        values = np.full((side, side), np.nan)
        values[pre, post] = np.abs(g.weights)
        return _Picture(values, f"weight: {g.weight_meaning or 'of unstated meaning'}", 1)
    counts = np.bincount(pre * side + post, minlength=side * side).reshape(side, side)
    size = np.diff(np.minimum(np.arange(side + 1) * per_pixel, g.n_nodes))
    share = 100.0 * counts / np.outer(size, size)
    share[counts == 0] = np.nan
    words = f"pairs joined, % of the {per_pixel} \N{MULTIPLICATION SIGN} {per_pixel} in a pixel"
    return _Picture(share, words, per_pixel)


def _show(ax: Axes, picture: _Picture, n_nodes: int) -> None:
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, LogNorm

    shown = picture.levels[np.isfinite(picture.levels)]
    extent = max(1, len(picture.levels) * picture.per_pixel)
    if len(shown):
        low, high = float(shown.min()), float(shown.max())
        image = ax.imshow(
            np.ma.masked_invalid(picture.levels),
            cmap=ListedColormap(colormaps[DENSITY](np.linspace(DENSITY_FROM, 1, 256))),
            norm=LogNorm(low, high if high > low else 10 * low),
            extent=(0, extent, extent, 0),
            interpolation="nearest",
            aspect="equal",
        )
        _add_colour_bar(ax, image, picture.meaning)
    else:
        ax.set_aspect("equal")
        ax.text(
            0.5,
            0.5,
            "no edges" if n_nodes else "no neurons",
            transform=ax.transAxes,
            ha="center",
            va="center",
            color=GREY,
        )
    size = max(1, n_nodes)
    ax.set(xlim=(0, size), ylim=(size, 0))
    for spine in ax.spines.values():
        spine.set_linewidth(HAIR_PT)


def _add_colour_bar(ax: Axes, image: AxesImage, meaning: str) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    bar = ax.figure.colorbar(image, ax=ax, shrink=0.75, pad=0.02)
    low, high = image.get_clim()
    wide = (high or 1.0) / (low or 1.0) > 300
    bar.ax.yaxis.set_major_locator(LogLocator(subs=(1,) if wide else (1, 2, 5)))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:,g}"))
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    bar.set_label(f"{meaning} (log scale)", fontsize=TEXT_PT)
    bar.ax.tick_params(labelsize=SMALL_PT)


def _mark_groups(ax: Axes, groups: _Groups, n_nodes: int) -> None:
    if n_nodes == 0:
        ax.set_xticks([])
        ax.set_yticks([])
        return
    if len(groups.names) <= _MOST_BORDERS:
        for border in groups.starts[1:]:
            ax.axhline(border, color=ink(), lw=HAIR_PT, alpha=0.55)
            ax.axvline(border, color=ink(), lw=HAIR_PT, alpha=0.55)
    sizes = groups.stops - groups.starts
    chosen, places = _labelled(groups, n_nodes, _LABEL_PT / height_pt(ax) * n_nodes)
    words = [f"{groups.names[i]} ({sizes[i]:,})" for i in chosen]
    ax.set_yticks(places, words, fontsize=SMALL_PT)
    ax.set_xticks(places, words, fontsize=SMALL_PT, rotation=90)
    for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]:
        label.set_parse_math(False)  # a name may hold dollar signs
    ax.tick_params(length=0, pad=72 * _LEADER_IN + 2)
    _draw_leaders(ax, ((groups.starts + groups.stops) / 2)[chosen], places)


def _labelled(
    groups: _Groups, n_nodes: int, apart: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Groups whose labels can stand near them, the largest first, and where the labels stand.

    A group with no room left is passed over, and a smaller one elsewhere is named: labels stand all along.
    """
    centres = (groups.starts + groups.stops) / 2
    by_size = np.argsort(groups.starts - groups.stops, kind="stable")
    chosen, places = by_size[:1], centres[by_size[:1]]
    most = int(n_nodes / apart) + 1
    for one in by_size[1:]:
        if len(chosen) == most:
            break
        more = np.sort(np.append(chosen, one))
        spots = spread(centres[more], apart, float(n_nodes))
        if np.abs(spots - centres[more]).max() <= _FARTHEST_LABEL * apart:
            chosen, places = more, spots
    return chosen, places


def _draw_leaders(ax: Axes, centres: NDArray[np.float64], places: NDArray[np.float64]) -> None:
    """Thin lines from the middle of each group to its label."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import blended_transform_factory

    inches = from_corner_inches(ax)
    outside = np.array([0.0, -0.25, -0.8, -1.0]) * _LEADER_IN
    for centre, place in zip(centres, places, strict=True):
        along = np.array([centre, centre, place, place])
        for x, y, transform in (
            (outside, along, blended_transform_factory(inches, ax.transData)),
            (along, outside, blended_transform_factory(ax.transData, inches)),
        ):
            ax.add_line(Line2D(x, y, color=GREY, lw=HAIR_PT, transform=transform, clip_on=False))


def _title(g: Graph) -> str:
    size = f"{g.n_nodes:,} neurons, {g.n_edges:,} connections"
    return f"{g.name}\n{size}" if g.name else size
