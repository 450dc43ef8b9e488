"""Description length: how many nats it takes to write down groups, degrees and then the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from ...graph import require_graph
from ...measures.per_neuron import labels_of
from .log_partitions import log_partition_table, log_q

if TYPE_CHECKING:
    from ...graph import Graph


class DescriptionLength(NamedTuple):
    """Parts of a description length, in nats.

    Attributes
    ----------
    adjacency : float
        The graph, given everything else.
    degrees, partition, edge_counts : float
        In- and out-degrees given groups; groups; numbers of edges between groups, with nested groups
        all levels above the first.
    total : float
    """

    adjacency: float
    degrees: float
    partition: float
    edge_counts: float

    @property
    def total(self) -> float:
        """Sum of the parts."""
        return self.adjacency + self.degrees + self.partition + self.edge_counts


def description_length(
    g: Graph,
    labels: Any,
    above: Sequence[ArrayLike] | None = None,
    *,
    multiplicity: ArrayLike | None = None,
) -> DescriptionLength:
    """Description length of a graph under the degree-corrected directed stochastic block model.

    Microcanonical, as graph-tool's ``BlockState(g, b).entropy()`` and
    ``NestedBlockState(g, [b, ...]).entropy()`` define it; Peixoto 2017, PRE 95:012317,
    doi:10.1103/PhysRevE.95.012317. With e_rs edges from group r to s, e_r+ and e_r- its sums, k_i+
    and k_i- the degrees, n_r sizes, B groups, E edges, n_r+(k) and n_r-(k) neurons of a group with this
    degree, q(m, n) the partitions of m into at most n parts, and ((n, m)) = C(n + m - 1, m)::

        adjacency   = sum_r ln e_r+! e_r-! - sum_rs ln e_rs! - sum_i ln k_i+! k_i-! + sum_ij ln A_ij!
        degrees     = sum_r ln q(e_r+, n_r) + ln q(e_r-, n_r)
                      + 2 ln n_r! - sum_k ln n_r+(k)! + ln n_r-(k)!
        partition   = ln C(N - 1, B - 1) + ln N! - sum_r ln n_r! + ln N
        edge_counts = ln ((B^2, E))

    Nested, `edge_counts` is for each level above: sum over its pairs of groups of
    ln ((n_r n_s, e_rs)) and its own partition, and ln ((B^2, E)) of the last.

    graph-tool 2.45 takes a number below the true q(m, n) from its table (533,619 in place of 596,763
    ways to write 100 in at most 7 parts), so its `degrees` come out a little smaller; with its numbers
    the two agree to 1e-6.

    Parameters
    ----------
    g : Graph
        Self-loops count.
    labels : str, (N,) Series by node id, or (N,) array
        Group of each neuron.
    above : list of arrays, optional
        Nested: group of each group of the level below, these numbered 0, 1, ... (labels then
        are numbers).
    multiplicity : (E,) array of int, optional
        Parallel edges of each pair; 1 for every edge where left out.

    Raises
    ------
    ValueError
        Where a neuron has no label.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 4], [2, 1, 4, 3])
    >>> one, two = (ca.cell_types.description_length(g, b).total for b in ([0] * 4, [0, 0, 1, 1]))
    >>> round(one, 3), round(two, 3)
    (7.783, 11.991)
    """
    import pandas as pd

    require_graph(g)
    number, names = pd.factorize(labels_of(g, labels, argument="labels"), sort=True)
    if (number < 0).any():
        msg = f"{int((number < 0).sum()):,} of {g.n_nodes:,} neurons have no label; give them one."
        raise ValueError(msg)
    count = np.ones(g.n_edges, np.int64) if multiplicity is None else np.asarray(multiplicity)
    if g.n_nodes == 0 or g.n_edges == 0:
        e = np.zeros((len(names), len(names)), dtype=np.int64)
    else:
        e = between(number[g.out_sources], number[g.out_indices], count, len(names))
    n_edges = int(count.sum())
    size = np.bincount(number, minlength=len(names))
    sent, received = e.sum(axis=1), e.sum(axis=0)
    k_out = np.bincount(g.out_sources, count, g.n_nodes).astype(np.int64)
    k_in = np.bincount(g.out_indices, count, g.n_nodes).astype(np.int64)
    adjacency = (
        gammaln(sent + 1).sum()
        + gammaln(received + 1).sum()
        - gammaln(e[e > 0] + 1).sum()
        - gammaln(k_out + 1).sum()
        - gammaln(k_in + 1).sum()
        + gammaln(count + 1).sum()
    )
    table = log_partition_table(2 * max(n_edges, g.n_nodes), int(size.max(initial=1)))
    degrees = 2 * gammaln(size + 1).sum()
    for k in (k_out, k_in):
        _, alike = np.unique(np.column_stack([number, k]), axis=0, return_counts=True)
        degrees -= gammaln(alike + 1).sum()
    for m, n in zip((*sent, *received), (*size, *size), strict=True):
        degrees += log_q(int(m), int(n), table)
    counts = 0.0
    if above is None:
        counts = edge_counts_length(len(names), n_edges)
    else:
        for level in above:
            of = np.asarray(level, dtype=np.int64)
            if len(of) != len(e):
                msg = (
                    f"A level above must have one group for each of {len(e)} below, got {len(of)}."
                )
                raise ValueError(msg)
            number = np.unique(of, return_inverse=True)[1]
            e, length = level_above(e, number)
            counts += length
        counts += edge_counts_length(len(e), n_edges)
    return DescriptionLength(
        float(adjacency), float(degrees), partition_length(size), float(counts)
    )


def between(
    pre: NDArray[Any], post: NDArray[Any], count: NDArray[Any], n_groups: int
) -> NDArray[np.int64]:
    """(B, B) edges from each group to each group."""
    cells = pre.astype(np.int64) * n_groups + post
    summed = np.bincount(cells, count, n_groups * n_groups)
    return summed.astype(np.int64).reshape(n_groups, n_groups)


def level_above(e: NDArray[np.int64], of: NDArray[np.int64]) -> tuple[NDArray[np.int64], float]:
    """Edges between the groups of groups, and what it takes to write down `e` given these."""
    size = np.bincount(of)
    order = np.argsort(of, kind="stable")
    starts = np.concatenate([[0], np.cumsum(size)[:-1]])
    rows = np.add.reduceat(e[order], starts, axis=0)
    joined = np.add.reduceat(rows[:, order], starts, axis=1)
    pairs = np.outer(size, size)
    length = log_choose(pairs + joined - 1, joined).sum() + partition_length(size)
    return joined, float(length)


def partition_length(size: NDArray[Any]) -> float:
    """ln C(N - 1, B - 1) + ln N! - sum ln n_r! + ln N."""
    n, groups = int(size.sum()), int((size > 0).sum())
    if n == 0:
        return 0.0
    return float(
        log_choose(n - 1, groups - 1) + gammaln(n + 1) - gammaln(size + 1).sum() + np.log(n)
    )


def edge_counts_length(n_groups: int, n_edges: int) -> float:
    """ln of the ways to put E edges in B^2 places."""
    return float(log_choose(n_groups**2 + n_edges - 1, n_edges)) if n_groups else 0.0


def log_choose(n: Any, k: Any) -> Any:
    """ln C(n, k)."""
    n, k = np.asarray(n, dtype=np.float64), np.asarray(k, dtype=np.float64)
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
