"""Four-node census: how many of all sets of four neurons form each of the 199 connected classes.

Exact and induced, without visiting the sets, of which a fly brain has 10**13. Open classes follow
from sums over edges and two-paths (`edge_and_pair_sums`), only cliques are met one by one
(`four_cliques`), and a linear system makes the counts induced (`four_node_algebra`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph
from ..threads import thread_count
from .both_ends import both_ends
from .dyads import oriented_dyads
from .edge_and_pair_sums import edge_and_pair_sums
from .four_cliques import four_clique_codes
from .four_node_algebra import induced_counts, require_countable
from .four_node_classes import four_node_classes

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph


def four_node_census(g: Graph, *, n_jobs: int | None = None) -> pd.Series[int]:
    """Count the connected sets of four neurons by class: exact and induced.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    n_jobs : int, optional
        Threads; by default all processors this process may use. The counts are the same on any
        number.

    Returns
    -------
    (199,) Series of int64, index the names "4-14" ... "4-31710"
        Names as in `four_node_classes`: the ids of mfinder and FANMOD. Sets of four that do not
        hang together are in none.

    Raises
    ------
    OverflowError
        Where the cubes of the degrees add up to more than 2**61, because a count might then not
        fit 64 bits: for instance a hub joined to 1.3 million neurons.

    Notes
    -----
    The work is the sum over joined pairs of the smaller of their degrees, and the number of
    four-cliques. Memory beyond the graph: 12 bytes for each joined pair and, for each thread,
    60 bytes for each neuron.

    Examples
    --------
    Two neurons that both send to two others, a bi-fan:

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2, 2], [3, 4, 3, 4])
    >>> census = ca.motifs.four_node_census(g)
    >>> census[census > 0].to_dict()
    {'4-204': 1}
    """
    import pandas as pd

    require_graph(g)
    threads = thread_count(n_jobs)
    simple = g.without_self_loops()
    counts = four_node_census_of_edges(
        simple.n_nodes, simple.out_sources, simple.out_indices, threads
    )
    names = list(four_node_classes())
    return pd.Series(counts, index=pd.Index(names, name="motif", dtype=object), name="count")


def four_node_census_of_edges(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    n_jobs: int | None = 1,
) -> NDArray[np.int64]:
    """(199,) int64 counts for a simple graph without self-loops given as dense indices."""
    threads = thread_count(n_jobs)
    dyads = oriented_dyads(n_nodes, senders, receivers)
    lists = both_ends(dyads)
    require_countable(lists.degrees)
    cliques = four_clique_codes(dyads, threads)
    sums = edge_and_pair_sums(lists, threads)
    return induced_counts(sums, lists.degrees, cliques)
