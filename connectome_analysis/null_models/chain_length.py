"""Chain length: how many steps a switching chain takes from the graph to a sample.

Twenty proposals an edge. Where a graph is so dense that few proposals are accepted, more: as many
as make six accepted moves an edge, going by a short trial. What counts is accepted moves: on the
bundled connectomes, samples keep no more of the graph than they must after three to five of them
an edge, whatever the density. `mixing` shows it for any graph.
"""

from __future__ import annotations

import math

from .options import require_positive

USUAL = 20.0
MOST = 500.0
_ACCEPTED_PER_EDGE = 6.0
# So that a graph of a handful of edges mixes too; costs some ten microseconds.
LEAST_PROPOSALS = 1000


def enough_per_edge(
    tried: int, accepted: int, *, moves: float = _ACCEPTED_PER_EDGE, most: float = MOST
) -> float:
    """Proposals an edge that make so many moves an edge, going by how many of a trial were accepted.

    The usual number if none was.

    Examples
    --------
    >>> enough_per_edge(5000, 2500), enough_per_edge(5000, 500), enough_per_edge(5000, 0)
    (20.0, 60.0, 20.0)
    """
    if accepted == 0:  # the only graph of its kind, most likely
        return USUAL
    return float(min(max(math.ceil(moves * tried / accepted), USUAL), most))


def trial_steps(n_edges: int) -> int:
    """Steps of a trial; one from every edge, since the first edge of a step runs through all."""
    return max(n_edges, LEAST_PROPOSALS)


def proposals_of(per_edge: float, n_edges: int) -> int:
    """Proposals of one sample."""
    require_positive("proposals_per_edge", per_edge)
    return max(math.ceil(per_edge * n_edges), LEAST_PROPOSALS)
