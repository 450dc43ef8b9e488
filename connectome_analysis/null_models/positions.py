"""Positions: where each neuron is, and which bin of distance each pair of neurons falls into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from ..graph import Graph

COLUMNS = ("x_nm", "y_nm", "z_nm")
MOST_BINS = 10
EDGES_PER_BIN = 20

Positions = NDArray[np.float64]


def positions_of(g: Graph, positions_nm: ArrayLike | None = None) -> Positions:
    """(N, 3) float64: x, y, z of each neuron in nm, all finite.

    Parameters
    ----------
    g : Graph
    positions_nm : (N, 3) array, optional
        In the order of ``g.node_ids``; by default the columns ``x_nm``, ``y_nm``, ``z_nm`` of
        ``g.nodes``.

    Raises
    ------
    ValueError
        Where there are no positions, or a neuron has none.

    Examples
    --------
    >>> from connectome_analysis import Graph
    >>> positions_of(Graph.from_edges([1], [2]), [(0, 0, 0), (3000, 4000, 0)]).shape
    (2, 3)
    """
    if positions_nm is None:
        nodes = g.nodes
        missing = [column for column in COLUMNS if column not in nodes.columns]
        if missing:
            others = [str(column) for column in nodes.columns if column != "node_id"]
            has = f"it has {', '.join(others)}" if others else "it has none but node_id"
            msg = (
                f"The node table has no column {', '.join(missing)}; {has}. "
                f"Give positions_nm, an array of ({g.n_nodes}, 3) in nm."
            )
            raise ValueError(msg)
        positions_nm = nodes[list(COLUMNS)].to_numpy(dtype=np.float64, na_value=np.nan)
    positions = np.array(positions_nm, dtype=np.float64)
    if positions.shape != (g.n_nodes, 3):
        msg = (
            f"positions_nm must be ({g.n_nodes}, 3): x, y and z in nm of each neuron, "
            f"got shape {positions.shape}."
        )
        raise ValueError(msg)
    lost = ~np.isfinite(positions).all(axis=1)
    if lost.any():
        msg = (
            f"{int(lost.sum())} of {g.n_nodes} neurons have no position, for instance neuron "
            f"{g.node_ids[lost][0]}. Leave them out: g.subgraph(ids of neurons with a position)."
        )
        raise ValueError(msg)
    return positions


def bin_edges(
    g: Graph, positions: Positions, bin_edges_um: ArrayLike | None
) -> NDArray[np.float64]:
    """(K + 1,) edges of bins of distance in um, from 0 to infinity.

    Those given, checked; or edges at the quantiles of edge length, so that each bin has as many
    edges of the graph as any other: ten bins, fewer for fewer than 200 edges or where many are
    equally long.
    """
    if bin_edges_um is None:
        n_bins = min(MOST_BINS, g.n_edges // EDGES_PER_BIN)
        if n_bins < 2:
            return np.array([0.0, np.inf])
        apart = positions[g.out_sources] - positions[g.out_indices]
        lengths = np.sqrt((apart**2).sum(axis=1)) / 1000.0
        inner = np.unique(np.quantile(lengths, np.arange(1, n_bins) / n_bins))
        return np.concatenate([[0.0], inner[inner > 0], [np.inf]])
    edges = np.array(bin_edges_um, dtype=np.float64)
    right = edges.ndim == 1 and len(edges) >= 2 and bool((np.diff(edges) > 0).all())
    if not right or edges[0] != 0 or edges[-1] != np.inf:
        msg = (
            "bin_edges_um must ascend from 0 to infinity, for instance (0, 50, numpy.inf), "
            f"got {bin_edges_um!r}."
        )
        raise ValueError(msg)
    return edges


def curve_order(positions: Positions) -> NDArray[np.int64]:
    """(N,) places of the neurons along Morton's curve: neighbours on it are near each other.

    Examples
    --------
    >>> curve_order(np.array([[0.0, 0, 0], [9, 9, 9], [1, 0, 0], [9, 8, 9]])).tolist()
    [0, 2, 3, 1]
    """
    if not len(positions):
        return np.empty(0, np.int64)
    extent = float(np.ptp(positions, axis=0).max()) or 1.0
    cells = ((positions - positions.min(axis=0)) / extent * (2**20 - 1)).astype(np.uint64)
    code = np.zeros(len(positions), np.uint64)
    for bit in range(20):
        for axis in range(3):
            one = (cells[:, axis] >> np.uint64(bit)) & np.uint64(1)
            code |= one << np.uint64(3 * bit + 2 - axis)
    return np.argsort(code, kind="stable")
