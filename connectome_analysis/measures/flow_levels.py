"""Flow levels: a height for each neuron so that connections lead, as far as they can, one way.

Trophic levels and signal flow are both the solution of L h = b with L the Laplacian of the
undirected graph; this file solves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph
from .components import component_labels
from .per_neuron import per_neuron, strengths

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Floats = NDArray[np.float64]

_TOLERANCE = 1e-12
_STEPS = 10_000
# Up to so many entries a row, a graph is nearly a tree, and elimination fills in little.
_NEARLY_TREE = 3.5
_SMALL = 5_000
# Past this, parts joined by small weights float freely as far as 53 bits can tell.
_SPREAD = 1e9


def trophic_levels(g: Graph, *, weighted: bool = False) -> pd.Series[float]:
    """Trophic level of each neuron: connections lead up by one level, as nearly as they can.

    The h that makes the sum over edges of w_ij (h_j - h_i - 1)^2 least: (diag(u) - W - WT) h = v
    with u the sum and v the difference of what a neuron receives and sends. MacKay, Johnson and
    Sansom 2020, doi:10.1098/rsos.201138.

    Parameters
    ----------
    g : Graph
        Self-loops are left out: they say nothing about levels.
    weighted : bool

    Returns
    -------
    (N,) Series of float64, index ``node_id``
        The lowest level of each weakly connected component is 0; levels of different components
        cannot be compared. A neuron without edges has level 0.

    Raises
    ------
    ValueError
        Where a weight used is below 0, or weights differ more than a billionfold.
    RuntimeError
        Where the equations cannot be solved to nine digits.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3], [2, 3, 4])
    >>> ca.measures.trophic_levels(g).round(6).to_dict()
    {1: 0.0, 2: 1.0, 3: 2.0, 4: 3.0}
    """
    require_graph(g)
    simple = g.without_self_loops()
    values = strengths(simple, weighted=weighted)
    received = np.bincount(simple.out_indices, values, simple.n_nodes)
    sent = np.bincount(simple.out_sources, values, simple.n_nodes)
    levels, parts = _solve(simple, values, received - sent)
    return per_neuron(g, levels - _lowest(levels, parts), "trophic_level")


def trophic_incoherence(g: Graph, *, weighted: bool = False) -> float:
    """Trophic incoherence F0: how far connections are from leading up by one level each.

    F0 = sum over edges of w_ij (h_j - h_i - 1)^2 / sum of w_ij. MacKay, Johnson and Sansom 2020,
    doi:10.1098/rsos.201138. 0 where every connection leads up by one level, 1 where there is no
    direction at all, as in a cycle or a graph of mutual pairs.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    weighted : bool

    Returns
    -------
    float
        In [0, 1]; NaN for a graph without edges.

    Examples
    --------
    A chain with a shortcut: levels 0, 2/3 and 4/3, every step off by 1/3.

    >>> import connectome_analysis as ca
    >>> round(ca.measures.trophic_incoherence(ca.Graph.from_edges([1, 2, 1], [2, 3, 3])), 6)
    0.111111
    """
    simple = _checked(g).without_self_loops()
    if simple.n_edges == 0:
        return float("nan")
    values = strengths(simple, weighted=weighted)
    levels = trophic_levels(simple, weighted=weighted).to_numpy()
    step = levels[simple.out_indices] - levels[simple.out_sources]
    return float(values @ (step - 1) ** 2 / values.sum())


def signal_flow(g: Graph, *, weighted: bool = False) -> pd.Series[float]:
    """Signal flow of each neuron: high where signals begin, low where they end.

    The z that solves L z = b with W = (A + AT) / 2, L = diag(row sums of W) - W and
    b_i = sum over j of W_ij sign(A_ij - A_ji), as Varshney et al. 2011,
    doi:10.1371/journal.pcbi.1001066, order the worm from sensory to motor neurons. Without weights
    it is the trophic level turned upside down; with weights, a pair joined both ways pulls by its
    whole weight towards the stronger direction, where the trophic level pulls by the difference.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    weighted : bool

    Returns
    -------
    (N,) Series of float64, index ``node_id``
        Mean 0 in each weakly connected component.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.measures.signal_flow(ca.Graph.from_edges([1, 2], [2, 3])).round(6).to_dict()
    {1: 1.0, 2: 0.0, 3: -1.0}
    """
    simple = _checked(g).without_self_loops()
    values = strengths(simple, weighted=weighted)
    matrix = simple.to_scipy().astype(np.float64)
    matrix.data = values
    both = matrix + matrix.T
    pull = np.asarray(both.multiply(_signs(matrix - matrix.T)).sum(axis=1)).ravel()
    flow, parts = _solve(simple, values, pull)
    size = np.bincount(parts, minlength=1)
    mean = np.bincount(parts, flow, len(size)) / np.maximum(size, 1)
    return per_neuron(g, flow - mean[parts], "signal_flow")


def _checked(g: Graph) -> Graph:
    require_graph(g)
    return g


def _signs(matrix: Any) -> Any:
    signs = matrix.tocsr()
    signs.data = np.sign(signs.data)
    return signs


def _lowest(levels: Floats, parts: NDArray[Any]) -> Floats:
    lowest = np.full(int(parts.max(initial=-1)) + 1, np.inf)
    np.minimum.at(lowest, parts, levels)
    below: Floats = lowest[parts]
    return below


def _solve(g: Graph, values: Floats, b: NDArray[Any]) -> tuple[Floats, NDArray[Any]]:
    """(N,) solution of L h = b, free by a constant in each weak component; and the components.

    Conjugate gradients are quick where the graph is well mixed, as connectomes are. They are slow
    on long chains; these have few cycles, and there elimination is quick.
    """
    import scipy.sparse as sp
    from scipy.sparse.linalg import cg

    parts = component_labels(g, "weak").to_numpy()
    if not b.any():
        return np.zeros(g.n_nodes), parts
    if values.max() > _SPREAD * values.min():
        msg = (
            f"Levels cannot be told where weights differ {_SPREAD:.0e}-fold, got "
            f"{values.min():g} to {values.max():g}; leave the smallest out or try weighted=False."
        )
        raise ValueError(msg)
    matrix = g.to_scipy().astype(np.float64)
    matrix.data = values / values.max()
    b = b / values.max()
    both = (matrix + matrix.T).tocsr()
    diagonal = np.asarray(both.sum(axis=1)).ravel()
    laplacian = (sp.diags_array(diagonal) - both).tocsr()
    h = np.zeros(g.n_nodes)
    sparse = laplacian.nnz <= _NEARLY_TREE * g.n_nodes
    if not sparse:
        safe = sp.diags_array(1 / np.where(diagonal > 0, diagonal, 1.0)).tocsr()
        h, _ = cg(laplacian, b, rtol=_TOLERANCE, maxiter=_STEPS, M=safe)
    left = _left(laplacian, h, b, diagonal)
    if left > 1e-9 and (sparse or g.n_nodes <= _SMALL):
        h = _eliminate(laplacian, b, parts)
        left = _left(laplacian, h, b, diagonal)
    # Levels of a chain run into the thousands; then rounding alone leaves more than 1e-9.
    if not left <= 1e-9 + 1e-13 * np.abs(h).max():
        msg = (
            f"The levels of this graph could not be found: some are off by {left:.1e}. Its parts "
            "may hang together by a few long chains; take them apart, or try weighted=False."
        )
        raise RuntimeError(msg)
    return h, parts


def _left(laplacian: Any, h: Floats, b: Floats, diagonal: Floats) -> float:
    """By how much a level differs at most from what its neighbours ask for."""
    misfit = np.abs(laplacian @ h - b)
    return float(np.max(misfit[diagonal > 0] / diagonal[diagonal > 0], initial=0.0))


def _eliminate(laplacian: Any, b: Floats, parts: NDArray[Any]) -> Floats:
    """Solve by elimination, the first neuron of each component held at 0."""
    from scipy.sparse.linalg import splu

    _, first = np.unique(parts, return_index=True)
    free = np.ones(len(b), dtype=bool)
    free[first] = False
    h = np.zeros(len(b))
    inner = laplacian[free][:, free].tocsc()
    try:
        factors = splu(
            inner,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
    except RuntimeError:  # singular in floats: weights of too many sizes
        return h
    h[free] = factors.solve(b[free])
    h[free] += factors.solve((b - laplacian @ h)[free])
    return h
