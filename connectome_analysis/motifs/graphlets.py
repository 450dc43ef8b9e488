"""Graphlets: how often each connected undirected graph of two to five nodes occurs, exactly.

Counts are induced, on the undirected simplified graph: two neurons are joined where an edge runs
either way. Nothing is enumerated but triangles and cliques; see `graphlet_maps`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ..graph import require_graph
from ..threads import thread_count
from .graphlet_algebra import Numbers, induced_counts
from .graphlet_classes import GRAPHLETS
from .graphlet_maps import maps_of_graphlets
from .neighbourhoods import neighbourhoods
from .triangles import numbered_edges

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

GraphletSize = Literal[3, 4, 5]


def graphlets(g: Graph, size: GraphletSize = 4, *, n_jobs: int | None = None) -> pd.Series[int]:
    """Count the graphlets of a graph up to a size: exact and induced; direction is ignored.

    Parameters
    ----------
    g : Graph
        Two neurons are joined where an edge runs either way. Self-loops are left out; weights do
        not matter.
    size : {3, 4, 5}
        Nodes of the largest graphlets. For five, all partners of all neurons two steps away are
        looked at from every neuron: under a second for thousands of neurons, minutes for a
        hundred thousand with millions of edges.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    Series of int64, index "G0" ... "G2", "G8" or "G29"
        See `graphlet_classes`. Python integers where a count passes 64 bits.

    Raises
    ------
    ValueError
        Where `size` is another one, or where even the walks past one neuron pass 64 bits.

    Examples
    --------
    A square with one diagonal:

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 4, 1], [2, 3, 4, 1, 3])
    >>> counts = ca.motifs.graphlets(g)
    >>> counts[counts > 0].to_dict()
    {'G0': 5, 'G1': 2, 'G2': 2, 'G7': 1}
    """
    import pandas as pd

    counts, _ = _orbit_counts(g, size, n_jobs)
    totals = {}
    for graphlet in GRAPHLETS:
        if graphlet.size <= size:
            orbit = graphlet.orbits[0]
            totals[graphlet.name] = _total(counts[orbit]) // graphlet.orbits.count(orbit)
    kind = np.int64 if max(totals.values()) < 2**63 else object
    return pd.Series(
        np.array(list(totals.values()), dtype=kind),
        index=pd.Index(list(totals), name="graphlet", dtype=object),
        name="count",
    )


def graphlet_degrees(
    g: Graph, size: GraphletSize = 4, *, n_jobs: int | None = None
) -> pd.DataFrame:
    """Count how often each neuron has each orbit of the graphlets up to a size.

    The graphlet degree vector of Pržulj 2007, doi:10.1093/bioinformatics/btl301: exact, induced,
    on the undirected simplified graph.

    Parameters
    ----------
    g, size, n_jobs
        As for `graphlets`.

    Returns
    -------
    DataFrame of int64, N rows with index ``node_id``, columns the orbits 0 ... 3, 14 or 72
        Orbit 0 is the number of partners. A column has Python integers where one of its counts
        passes 64 bits.

    Raises
    ------
    ValueError
        As for `graphlets`.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 4, 1], [2, 3, 4, 1, 3])
    >>> ca.motifs.graphlet_degrees(g)[13].to_dict()  # on the diagonal of a diamond
    {1: 1, 2: 0, 3: 1, 4: 0}
    """
    import pandas as pd

    counts, rank = _orbit_counts(g, size, n_jobs)
    return pd.DataFrame(
        {orbit: _narrowed(values)[rank] for orbit, values in counts.items()},
        index=pd.Index(g.node_ids, name="node_id"),
    ).rename_axis(columns="orbit")


def _orbit_counts(
    g: Graph, size: int, n_jobs: int | None
) -> tuple[dict[int, Numbers], np.ndarray[tuple[int], np.dtype[np.int32]]]:
    require_graph(g)
    if size not in (3, 4, 5):
        msg = f"size must be 3, 4 or 5 nodes, got {size!r}."
        raise ValueError(msg)
    simple = g.without_self_loops()
    around = neighbourhoods(simple.n_nodes, simple.out_sources, simple.out_indices)
    maps = maps_of_graphlets(numbered_edges(around), size, thread_count(n_jobs))
    return induced_counts(maps), around.rank


def _total(values: Numbers) -> int:
    """Sum as a Python integer, whatever its size."""
    if values.dtype == object:
        return int(sum(values.tolist()))
    high, low = values >> 32, values & 0xFFFFFFFF
    return (int(high.sum()) << 32) + int(low.sum())


def _narrowed(values: Numbers) -> Numbers:
    """Python integers as int64 where all fit."""
    if values.dtype == object and max(values, default=0) < 2**63:
        return values.astype(np.int64)
    return values
