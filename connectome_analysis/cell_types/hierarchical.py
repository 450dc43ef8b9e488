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

Linkage = Literal["average", "complete", "single"]
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
    linkage: Linkage = "average",
    neighbours: int | None = None,
    most_types: int = 100,
    n_jobs: int | None = None,
) -> Found:
    """Cut a dendrogram of the wiring.

    Parameters
    ----------
    metric, direction, value, types
        As for `similarity`.
    linkage : {"average", "complete", "single"}
        How far two clusters are apart: the mean, the largest or the smallest distance.
    neighbours : int, optional
        Keep only the similarity to so many nearest neurons, and take the others as sharing nothing;
        average linkage only. By default all pairs up to 6,000 neurons, and 50 beyond.
    most_types : int
        Without `n_types`, of numbers up to this the one of the largest mean silhouette.
    """
    from scipy.cluster.hierarchy import fcluster
    from scipy.cluster.hierarchy import linkage as scipy_linkage
    from scipy.spatial.distance import squareform

    require_choice("linkage", linkage, get_args(Linkage))
    require_whole("most_types", most_types, 2)
    options: dict[str, Any] = {"value": value, "types": types, "n_jobs": n_jobs}
    if neighbours is None and g.n_nodes > _DENSE:
        neighbours = _NEIGHBOURS
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
        tree = scipy_linkage(squareform(distance, checks=False), linkage)
        pairs = "all pairs"
    else:
        alike = nearest_similarity(g, neighbours, metric, direction, **options)
        tree = average_linkage(alike)
        pairs = f"the {neighbours} nearest neurons of each"

    def cut(k: int) -> NDArray[np.int64]:
        labels: NDArray[np.int64] = fcluster(tree, k, "maxclust").astype(np.int64) - 1
        return labels

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
