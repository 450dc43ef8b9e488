"""Prior groups: which neurons count as alike, from labels given or from communities found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from ...graph import Graph


def prior_groups(g: Graph, groups: str | ArrayLike | None) -> NDArray[np.int32]:
    """(N,) int32 group of each neuron.

    Parameters
    ----------
    groups : str or (N,) array, optional
        A column of the node table or labels; where left out, communities (Leiden; Louvain where
        igraph is not installed).

    Examples
    --------
    >>> from connectome_analysis import Graph
    >>> prior_groups(Graph.from_edges([1, 2], [2, 3]), ["a", "b", "a"]).tolist()
    [0, 1, 0]
    """
    from ...measures.communities import communities
    from ...null_models.groups import groups_of

    if groups is not None:
        return groups_of(g, groups).of
    try:
        found = communities(g, "leiden", n_runs=3)
    except ImportError:
        found = communities(g, "louvain", n_runs=1)
    return found.labels.to_numpy().astype(np.int32)
