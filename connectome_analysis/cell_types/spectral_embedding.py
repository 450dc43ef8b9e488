"""Spectral embedding: a point for each neuron, from the leading singular vectors of the wiring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph, require_graph
from ..measures.choice import require_choice
from ..random_streams import Seed, seed_number
from ..whole_numbers import require_whole
from .wiring_profiles import Value, profiles

if TYPE_CHECKING:
    import scipy.sparse as sp

Kind = Literal["adjacency", "laplacian", "omnibus"]
_MOST_DIMENSIONS = 40


class Embedding(NamedTuple):
    """Points and what they came from.

    Attributes
    ----------
    points : (N, 2 D) float64
        As senders (first D) and as receivers. Of an omnibus embedding the mean over the graphs.
    singular_values : (K,) float64
        Falling; K is D, or what was looked at to choose D.
    n_dimensions : int
        D.
    """

    points: NDArray[np.float64]
    singular_values: NDArray[np.float64]
    n_dimensions: int


def spectral_embedding(
    g: Graph | Sequence[Graph],
    kind: Kind = "adjacency",
    n_dimensions: int | None = None,
    *,
    value: Value = "log",
    rng: Seed = 0,
) -> Embedding:
    """Embed neurons so that the product of a sender's and a receiver's point is their connection.

    With A ~ U S V^T: points U sqrt(S) and V sqrt(S).

    Parameters
    ----------
    g : Graph, or several of the same neurons for ``kind="omnibus"``
    kind : {"adjacency", "laplacian", "omnibus"}
        A itself, Sussman et al. 2012, doi:10.1080/01621459.2012.699795. Or the regularised Laplacian
        (D_out + t)^-1/2 A (D_in + t)^-1/2, t the mean of the degrees, Rohe et al. 2016,
        doi:10.1073/pnas.1525793113: hubs weigh less. Or of several graphs the matrix with
        (A_i + A_j) / 2 in place (i, j), whose points are all in one space, Levin et al. 2017,
        doi:10.1109/ICDMW.2017.132.
    n_dimensions : int, optional
        D. By default at the elbow of the first 40 singular values (Zhu and Ghodsi 2006,
        doi:10.1016/j.csda.2005.09.010), the second of them where that leaves at least 2.
    value : {"log", "weight", "binary", "fraction"}
        What stands in A; see `profiles`.
    rng : int or numpy.random.Generator
        Where the iteration begins. Points are the same but for the last digits.

    Raises
    ------
    ValueError
        Where graphs are of different neurons, or there are fewer than 3.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.cell_types.planted_types(100, 2000, 4)
    >>> ca.cell_types.spectral_embedding(g, n_dimensions=3).points.shape
    (100, 6)
    """
    from scipy.sparse.linalg import svds

    require_choice("kind", kind, get_args(Kind))
    graphs = [g] if isinstance(g, Graph) else list(g)
    for each in graphs:
        require_graph(each)
    if not graphs or (len(graphs) > 1 and kind != "omnibus"):
        msg = f"{len(graphs)} graphs were given; only kind='omnibus' takes several, others one."
        raise ValueError(msg)
    first = graphs[0]
    if any(not np.array_equal(each.node_ids, first.node_ids) for each in graphs):
        msg = "All graphs of an omnibus embedding must have the same neurons in the same order."
        raise ValueError(msg)
    n = first.n_nodes
    if n < 3:
        msg = f"An embedding needs 3 neurons at least, got {n}."
        raise ValueError(msg)
    if n_dimensions is not None:
        require_whole("n_dimensions", n_dimensions)
    matrix = _matrix(graphs, kind, value)
    look_at = min(n_dimensions or _MOST_DIMENSIONS, min(matrix.shape) - 1)
    start = np.random.default_rng(seed_number(rng)).standard_normal(min(matrix.shape))
    found: Any = svds(matrix, k=look_at, v0=start)
    u, s, vt = (np.asarray(part, dtype=np.float64) for part in found)
    order = np.argsort(-s)
    u, s, vt = u[:, order], s[order], vt[order]
    # The sign of a singular vector is free: the larger half of its senders' weight is positive.
    sign = np.where((u**3).sum(axis=0) < 0, -1.0, 1.0)
    d = look_at if n_dimensions is not None else dimensions_of(s)
    root = np.sqrt(s[:d]) * sign[:d]
    points = np.hstack([u[:, :d] * root, vt[:d].T * root])
    points = points.reshape(len(graphs), n, 2 * d).mean(axis=0)
    return Embedding(points, s, d)


def dimensions_of(values: NDArray[np.float64]) -> int:
    """Dimensions at the second elbow of falling singular values, at the first where that is 2 or more.

    Examples
    --------
    >>> dimensions_of(np.array([90.0, 40, 38, 37, 2, 1.5, 1.2, 1.1]))
    4
    """
    one = _elbow(values)
    if one >= 2 or one >= len(values) - 1:
        return one
    return one + _elbow(values[one:])


def _elbow(values: NDArray[np.float64]) -> int:
    """Where two normal distributions of one variance, before and after, fit the values best."""
    n = len(values)
    if n < 2:
        return n
    best, place = -np.inf, 1
    for q in range(1, n):
        parts = (values[:q], values[q:])
        spread = sum(float(((part - part.mean()) ** 2).sum()) for part in parts)
        variance = max(spread / max(1, n - 2), 1e-300)
        likelihood = -n / 2 * np.log(variance) - spread / (2 * variance)
        if likelihood > best:
            best, place = likelihood, q
    return place


def _matrix(graphs: list[Graph], kind: Kind, value: Value) -> sp.csr_array:
    import scipy.sparse as sp

    each = [profiles(g, "out", value) for g in graphs]
    if kind == "omnibus":
        blocks: list[list[Any]] = [[(a + b) / 2 for b in each] for a in each]
        return sp.csr_array(sp.block_array(blocks, format="csr"))
    matrix = each[0]
    if kind == "adjacency":
        return matrix
    sent, received = matrix.sum(axis=1), matrix.sum(axis=0)
    left = sp.dia_array((1 / np.sqrt(sent + sent.mean()), 0), shape=matrix.shape)
    right = sp.dia_array((1 / np.sqrt(received + received.mean()), 0), shape=matrix.shape)
    return sp.csr_array(left @ matrix @ right)
