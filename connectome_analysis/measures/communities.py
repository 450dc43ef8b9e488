"""Communities: groups of neurons that are joined among themselves, and how sure the division is.

Many divisions are nearly as good as the best. So the search is run several times, and the
agreement of the runs is part of the answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..convert.missing_library import missing_library
from ..graph import require_graph
from ..random_streams import Seed, seed_number, stream
from ..whole_numbers import require_whole
from .modularity import edge_shares, modularity, require_resolution
from .partition_agreement import adjusted_rand
from .per_neuron import per_neuron

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Method = Literal["leiden", "louvain"]
Labels = NDArray[np.int64]


class Communities(NamedTuple):
    """A division of the neurons, and how far several runs of the search agree.

    Attributes
    ----------
    labels : (N,) Series of int64, index ``node_id``
        Of the run with the highest modularity. 0 is the largest community, then by falling size,
        ties by the first node.
    modularity : float
        Of `labels`, as `measures.modularity` computes it; NaN without edges.
    agreement : float
        Mean adjusted Rand index over all pairs of runs: 1 where all found the same, near 0 where
        the graph does not tell one division from another. NaN for a single run.
    runs : DataFrame, one row per run, index ``run``
        ``modularity``, ``n_communities``.
    """

    labels: pd.Series[int]
    modularity: float
    agreement: float
    runs: pd.DataFrame


def communities(
    g: Graph,
    method: Method = "leiden",
    *,
    directed: bool = True,
    weighted: bool = False,
    resolution: float = 1.0,
    n_runs: int = 10,
    rng: Seed = 0,
) -> Communities:
    """Divide the neurons into communities of high modularity.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    method : {"leiden", "louvain"}
        Leiden, Traag et al. 2019, doi:10.1038/s41598-019-41695-z, run by igraph until it no longer
        improves; communities are always connected. Louvain, Blondel et al. 2008,
        doi:10.1088/1742-5468/2008/10/P10008, run by networkx, is far slower.
    directed, weighted, resolution
        Of the modularity; see `measures.modularity`.
    n_runs : int
        Runs of the search, each with a random stream of its own.
    rng : int or numpy.random.Generator
        The same seed gives the same communities.

    Returns
    -------
    Communities
        ``labels``, ``modularity``, ``agreement``, ``runs``.

    Raises
    ------
    ImportError
        Where the method's library is missing, or an igraph too old for directed graphs.
    ValueError
        Where an option is not one of those above, or a weight used is below 0.

    Notes
    -----
    igraph draws from Python's `random` by default. During a run it is given a generator of its
    own, and Python's `random` again afterwards.

    Examples
    --------
    Two triangles and a connection between them:

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 4, 5, 6, 3], [2, 3, 1, 5, 6, 4, 4])
    >>> found = ca.measures.communities(g, "louvain", n_runs=3)
    >>> found.labels.to_dict(), round(found.modularity, 4), found.agreement
    ({1: 0, 2: 0, 3: 0, 4: 1, 5: 1, 6: 1}, 0.3673, 1.0)
    """
    import pandas as pd

    require_graph(g)
    require_resolution(resolution)
    if method not in ("leiden", "louvain"):
        msg = f"method must be 'leiden' or 'louvain', got {method!r}."
        raise ValueError(msg)
    require_whole("n_runs", n_runs)
    seed = seed_number(rng)
    simple = g.without_self_loops()
    prepare = _leiden if method == "leiden" else _louvain
    search = prepare(simple, directed=directed, weighted=weighted, resolution=resolution)
    found = [_by_size(search(int(stream(seed, run)[0] >> np.uint64(32)))) for run in range(n_runs)]
    values = [
        modularity(simple, labels, directed=directed, weighted=weighted, resolution=resolution)
        for labels in found
    ]
    best = int(np.argmax(values))
    pairs = [adjusted_rand(a, b) for a, b in combinations(found, 2)]
    return Communities(
        labels=per_neuron(g, found[best], "community"),
        modularity=values[best],
        agreement=float(np.mean(pairs)) if pairs else float("nan"),
        runs=pd.DataFrame(
            {"modularity": values, "n_communities": [len(np.unique(labels)) for labels in found]},
            index=pd.RangeIndex(n_runs, name="run"),
        ),
    )


def _leiden(
    g: Graph, *, directed: bool, weighted: bool, resolution: float
) -> Callable[[int], Labels]:
    try:
        import igraph
    except ImportError as error:
        raise missing_library("igraph", "pip install 'neuropil[igraph]'") from error
    if directed and int(igraph.__version__.split(".")[0]) < 1:
        msg = (
            f"Leiden on a directed graph needs igraph 1.0 or later, this is {igraph.__version__}: "
            "pip install 'igraph>=1.0', or take directed=False."
        )
        raise ImportError(msg, name="igraph")
    if g.n_edges == 0:
        return lambda _: np.arange(g.n_nodes)
    pairs = np.column_stack([g.out_sources, g.out_indices])
    weights = edge_shares(g, directed=directed, weighted=weighted)
    graph = igraph.Graph(n=g.n_nodes, edges=pairs, directed=directed)
    options: dict[str, Any] = {"n_iterations": -1, "weights": weights.tolist()}
    # Of a directed graph igraph 1.0's "modularity" is not Leicht and Newman's. The Potts model with
    # strengths as sizes of nodes is it: sum of a_ij - (resolution / m) out_i in_j.
    sent = np.bincount(g.out_sources, weights, g.n_nodes)
    received = np.bincount(g.out_indices, weights, g.n_nodes)
    options["objective_function"] = "CPM"
    if directed:
        options["node_weights"], options["node_in_weights"] = sent.tolist(), received.tolist()
        options["resolution"] = resolution / weights.sum()
    else:
        options["node_weights"] = (sent + received).tolist()
        options["resolution"] = resolution / (2 * weights.sum())

    def search(seed: int) -> Labels:
        igraph.set_random_number_generator(random.Random(seed))
        try:
            return np.array(graph.community_leiden(**options).membership, dtype=np.int64)
        finally:
            igraph.set_random_number_generator(random)

    return search


def _louvain(
    g: Graph, *, directed: bool, weighted: bool, resolution: float
) -> Callable[[int], Labels]:
    import networkx as nx

    weights = edge_shares(g, directed=directed, weighted=weighted)
    graph: Any = nx.DiGraph() if directed else nx.Graph()
    graph.add_nodes_from(range(g.n_nodes))
    pairs = zip(g.out_sources.tolist(), g.out_indices.tolist(), weights.tolist(), strict=True)
    for pre, post, weight in pairs:
        before = graph.edges[pre, post]["weight"] if graph.has_edge(pre, post) else 0.0
        graph.add_edge(pre, post, weight=before + weight)

    def search(seed: int) -> Labels:
        labels = np.arange(g.n_nodes)
        if g.n_edges:
            parts = nx.community.louvain_communities(graph, resolution=resolution, seed=seed)
            for number, part in enumerate(parts):
                labels[list(part)] = number
        return labels

    return search


def _by_size(raw: Labels) -> Labels:
    """Number the groups by falling size, ties by the first member."""
    _, first, number, size = np.unique(
        raw, return_index=True, return_inverse=True, return_counts=True
    )
    place = np.empty(len(size), dtype=np.int64)
    place[np.lexsort((first, -size))] = np.arange(len(size))
    return place[number]
