"""Hierarchical clusters: neurons joined by how alike their wiring is, cut where silhouettes are widest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..measures.choice import require_choice
from ..whole_numbers import require_whole
from .alike import Metric, nearest, similarity
from .average_linkage import average_linkage
from .found import Found
from .silhouettes import candidate_numbers, silhouettes
from .wiring_profiles import Direction, Value

if TYPE_CHECKING:
    import scipy.sparse as sp

    from ..graph import Graph

Linkage = Literal["ward", "average", "complete", "single"]
# Beyond, all pairs are no longer held: only the most similar of each neuron.
_DENSE, _NEIGHBOURS = 6_000, 50


def hierarchical(
    g: Graph,
    n_types: int | None,
    *,
    metric: Metric = "ruzicka",
    direction: Direction = "both",
    value: Value = "weight",
    types: Any = None,
    linkage: Linkage | None = None,
    neighbours: int | None = None,
    most_types: int = 100,
    n_jobs: int | None = None,
) -> Found:
    """Cut a dendrogram of the wiring.

    Parameters
    ----------
    metric, direction, value, types
        As for `similarity`.
    linkage : {"ward", "average", "complete", "single"}, optional
        How far two clusters are apart: by how much joining them adds to the spread within clusters
        (Ward, of distances sqrt(2 (1 - similarity)), which for the cosine are those of profiles of
        length 1), or the mean, the largest or the smallest of 1 - similarity. By default Ward
        where all pairs are held, average beyond. Average linkage chains: many neurons share
        nothing with any other, join last, and are types of their own.
    neighbours : int, optional
        Keep only the similarity to so many nearest neurons, and take the others as sharing nothing;
        average linkage only. By default all pairs up to 6,000 neurons, and 50 beyond.
    most_types : int
        Without `n_types`, of numbers up to this the one of the largest mean silhouette.
    """
    from scipy.cluster.hierarchy import linkage as scipy_linkage
    from scipy.spatial.distance import squareform

    if linkage is not None:
        require_choice("linkage", linkage, get_args(Linkage))
    require_whole("most_types", most_types, 2)
    options: dict[str, Any] = {"value": value, "types": types, "n_jobs": n_jobs}
    if neighbours is None and g.n_nodes > _DENSE:
        neighbours = _NEIGHBOURS
    linkage = linkage or ("ward" if neighbours is None else "average")
    if neighbours is not None and linkage != "average":
        msg = (
            f"linkage={linkage!r} needs all pairs, and {g.n_nodes:,} neurons have only their "
            f"nearest {neighbours}; take linkage='average', or neighbours=None up to {_DENSE:,} neurons."
        )
        raise ValueError(msg)
    if neighbours is None:
        alike = similarity(g, metric, direction, **options)
        distance = np.clip(1 - alike.toarray(), 0, None)
        np.fill_diagonal(distance, 0)
        if linkage == "ward":
            distance = np.sqrt(2 * distance)
        tree = scipy_linkage(squareform(distance, checks=False), linkage)
        pairs = "all pairs"
    else:
        alike = nearest_similarity(g, neighbours, metric, direction, **options)
        tree = average_linkage(alike)
        pairs = f"the {neighbours} nearest neurons of each"

    def cut(k: int) -> NDArray[np.int64]:
        return cut_into(tree, k)

    facts = {"metric": metric, "direction": direction, "linkage": linkage, "pairs": pairs}
    fixed = {"neighbours": neighbours}
    if n_types is not None:
        return Found(cut(n_types), "as many as asked for", linkage=tree, fixed=fixed, facts=facts)
    import pandas as pd

    tried: dict[int, float] = {}
    for k in candidate_numbers(min(most_types, g.n_nodes - 1)):
        labels = cut(k)
        tried[int(labels.max()) + 1] = float(silhouettes(alike, labels).mean())
    scores = pd.DataFrame({"n_types": list(tried), "silhouette": list(tried.values())})
    if not tried:
        return Found(np.zeros(g.n_nodes, np.int64), "too few neurons", linkage=tree, facts=facts)
    best = max(tried, key=lambda k: (tried[k], -k))
    chosen = (
        f"the largest mean silhouette, {tried[best]:.3f}, of {len(tried)} cuts into at most "
        f"{most_types:,}"
    )
    return Found(cut(best), chosen, scores=scores, linkage=tree, fixed=fixed, facts=facts)


def cut_into(tree: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """(N,) clusters after all but the last k - 1 merges: k of them, also where merges tie.

    A height cannot be put between merges at the same distance, as `scipy.cluster.hierarchy.fcluster`
    would have to, and those of neurons that share nothing are all at the same.

    Examples
    --------
    >>> tied = np.array([[0, 1, 0.5, 2], [2, 4, 1.0, 3], [3, 5, 1.0, 4]])
    >>> cut_into(tied, 3).tolist()
    [0, 0, 1, 2]
    """
    import scipy.sparse as sp

    n = len(tree) + 1
    done = max(0, n - k)
    merged = np.repeat(np.arange(n, n + done), 2)
    parts = tree[:done, :2].astype(np.int64).ravel()
    joined = sp.coo_array((np.ones(2 * done), (parts, merged)), shape=(2 * n, 2 * n))
    labels = sp.csgraph.connected_components(joined, directed=False)[1][:n]
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def nearest_similarity(
    g: Graph, k: int, metric: Metric, direction: Direction, **options: Any
) -> sp.csr_array:
    """(N, N) similarity of neurons of which one is among the k nearest of the other; 1 on the diagonal."""
    import scipy.sparse as sp

    require_whole("neighbours", k)
    table = nearest(g, k, metric, direction, **options)
    place = {int(node): i for i, node in enumerate(g.node_ids)}
    rows = table["node_id"].map(place).to_numpy(dtype=np.int64)
    columns = table["neighbour_id"].map(place).to_numpy(dtype=np.int64)
    one_way = sp.csr_array(
        (table["similarity"].to_numpy(), (rows, columns)), shape=(g.n_nodes, g.n_nodes)
    )
    both = one_way.maximum(one_way.T)
    return sp.csr_array(both + sp.eye_array(g.n_nodes, format="csr"))
