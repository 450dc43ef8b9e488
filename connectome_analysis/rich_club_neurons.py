"""Rich-club members: who is in the club, and who gathers or spreads rather than both."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from .graph import require_graph
from .rich_club_curve import Degree, degrees_of
from .whole_numbers import require_whole

if TYPE_CHECKING:
    import pandas as pd

    from .graph import Graph

_SAID_OF_NEURONS = ("name", "cell_type", "cell_class", "super_class", "side")


def rich_club_members(
    g: Graph, k: int, degree: Degree = "total", *, ratio: float = 5.0
) -> pd.DataFrame:
    """List the neurons whose degree is above k.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    k : int
    degree : {"total", "in", "out"}
        As for `rich_club`.
    ratio : float
        An integrator receives from at least so many times as many neurons as it sends to, a
        broadcaster the other way round (Lin et al. 2024, doi:10.1038/s41586-024-07968-y, take 5).

    Returns
    -------
    DataFrame, index ``node_id``, highest degree first
        ``name``, ``cell_type``, ``cell_class``, ``super_class`` and ``side`` where the nodes have
        them; ``in_degree``, ``out_degree``, ``total_degree``; ``in_from_club`` and
        ``out_to_club``, edges inside the club; ``role``: "integrator", "broadcaster" or
        "balanced".

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph(edge_type=None).symmetrized()
    >>> club = rich_club_members(worm, 43, "out")
    >>> sorted(club["name"])[:3], len(club)
    (['AVAL', 'AVAR', 'AVBL'], 11)
    """
    import pandas as pd

    require_graph(g)
    require_whole("k", k, least=0)
    if not isinstance(ratio, Real) or not ratio >= 1:
        msg = f"ratio must be at least 1, got {ratio!r}."
        raise ValueError(msg)
    simple = g.without_self_loops()
    by = degrees_of(simple, degree)
    rich = by > k
    inside = rich[simple.out_sources] & rich[simple.out_indices]
    receives, sends = simple.in_degree, simple.out_degree
    role = np.full(g.n_nodes, "balanced", dtype=object)
    role[receives >= ratio * sends] = "integrator"
    role[sends >= ratio * receives] = "broadcaster"
    nodes = g.nodes
    columns = {name: nodes[name].to_numpy() for name in _SAID_OF_NEURONS if name in nodes.columns}
    columns |= {
        "in_degree": receives,
        "out_degree": sends,
        "total_degree": receives + sends,
        "in_from_club": np.bincount(simple.out_indices[inside], minlength=g.n_nodes),
        "out_to_club": np.bincount(simple.out_sources[inside], minlength=g.n_nodes),
        "role": role,
    }
    table = pd.DataFrame(columns, index=pd.Index(g.node_ids, name="node_id"))
    order = np.lexsort((np.arange(g.n_nodes), -by))
    return table.iloc[order[rich[order]]]
