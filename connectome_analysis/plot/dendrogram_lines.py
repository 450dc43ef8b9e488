"""Dendrogram lines: which neurons are joined at which distance, and where the tree was cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .headline import put_headline
from .look import GREY, HAIR_PT, LABEL_PT, SERIES, SMALL_PT
from .place import axes_or_new, width_pt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..cell_types import CellTypes

# Beyond, the tree is drawn from the last so many merges on, each leaf being several neurons.
_MOST_LEAVES = 400
_LABEL_PT = 1.35 * SMALL_PT


def dendrogram(types: CellTypes, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw the dendrogram of hierarchical cell types, its branches coloured by type.

    Types stand side by side in the order of the tree; their numbers are written below where there is
    room, the largest first. Colours repeat after seven. Grey joins types. Of more than 400 neurons the
    lowest merges are left out.

    Parameters
    ----------
    types : CellTypes
        From ``ca.cell_types.cluster(g, "hierarchical")``.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    title : str, optional
        In place of the numbers of types and neurons.

    Raises
    ------
    ValueError
        Where the cell types have no dendrogram.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.cell_types.planted_types(60, 900, 4)
    >>> ax = dendrogram(ca.cell_types.cluster(g, n_types=4, confidence="none"))
    >>> ax.get_ylabel()
    'distance of clusters (Ward)'
    >>> plt.close(ax.figure)
    """
    from matplotlib.collections import LineCollection
    from scipy.cluster.hierarchy import dendrogram as scipy_dendrogram

    if types.linkage is None:
        msg = f"Types by {types.method} have no dendrogram; cluster(g, 'hierarchical') makes one."
        raise ValueError(msg)
    tree = types.linkage
    labels = np.array([label for label in types.labels if label is not None])
    n = len(labels)
    of_node = _one_type(tree, labels)
    colours: dict[int, Any] = {}
    drawn = scipy_dendrogram(
        tree,
        no_plot=True,
        truncate_mode="lastp" if n > _MOST_LEAVES else None,
        p=_MOST_LEAVES,
        link_color_func=str,
    )
    ax = axes_or_new(ax, 8.4, 4.2)
    lines = [np.column_stack(each) for each in zip(drawn["icoord"], drawn["dcoord"], strict=True)]
    for node in drawn["color_list"]:
        label = of_node[int(node)]
        colours[int(node)] = GREY if label < 0 else SERIES[label % (len(SERIES) - 1)]
    ax.add_collection(
        LineCollection(
            lines, colors=[colours[int(node)] for node in drawn["color_list"]], linewidths=HAIR_PT
        )
    )
    leaves: list[int] = drawn["leaves"] or []
    ax.set(
        xlim=(0, 10 * len(leaves)),
        ylim=(min(0.0, 0.98 * tree[:, 2].min()), 1.02 * max(tree[:, 2].max(), 1e-9)),
    )
    _name_types(ax, np.array([of_node[leaf] for leaf in leaves]))
    ward = types.facts.get("linkage") == "ward"
    distance = "distance of clusters (Ward)" if ward else "distance (1 - similarity)"
    ax.set_ylabel(distance, fontsize=LABEL_PT)
    ax.tick_params(axis="y", labelsize=SMALL_PT)
    for side in ("top", "right", "bottom"):
        ax.spines[side].set_visible(False)
    words = f"{types.n_types:,} types of {n:,} neurons, {types.facts['linkage']} linkage"
    put_headline(ax, title if title is not None else words)
    return ax


def _one_type(tree: NDArray[np.float64], labels: NDArray[Any]) -> NDArray[np.int64]:
    """(2N - 1,) the type of all neurons below each node of the tree, -1 where there are several."""
    n = len(labels)
    found = np.full(2 * n - 1, -1, dtype=np.int64)
    found[:n] = labels
    for row, (one, other) in enumerate(tree[:, :2].astype(np.int64)):
        if found[one] == found[other]:
            found[n + row] = found[one]
    return found


def _name_types(ax: Axes, types: NDArray[np.int64]) -> None:
    """Write the number of each type below its leaves, as far as numbers stand apart."""
    starts = np.flatnonzero(np.append(True, types[1:] != types[:-1]))
    stops = np.append(starts[1:], len(types))
    apart = _LABEL_PT / max(width_pt(ax), 1) * len(types) * 1.3
    chosen: list[int] = []
    for k in np.argsort(starts - stops, kind="stable"):
        middle = (starts[k] + stops[k]) / 2
        near = (abs(middle - (starts[c] + stops[c]) / 2) < apart for c in chosen)
        if types[starts[k]] >= 0 and not any(near):
            chosen.append(int(k))
    chosen.sort()
    places = [5 * (starts[k] + stops[k]) for k in chosen]
    ax.set_xticks(places, [str(types[starts[k]]) for k in chosen], fontsize=SMALL_PT)
    ax.tick_params(axis="x", length=0)
    ax.set_xlabel("type", fontsize=LABEL_PT)
