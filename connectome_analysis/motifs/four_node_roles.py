"""Four-node roles: the 697 places that a neuron can have in four connected neurons, and how often.

Neurons of a motif have one role where exchanging them changes nothing: its automorphism orbits. The
counts are exact and induced, and no set of four is visited but the cliques: see `rooted_copies` and
`rooted_algebra`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph
from ..threads import map_threads, thread_count
from .both_ends import BothEnds, both_ends
from .dyads import OrientedDyads, oriented_dyads, ranks_by_degree
from .four_node_algebra import require_countable
from .four_node_classes import FourNodeClass, code_tables, four_node_classes
from .rooted_algebra import (
    SumsAtNeurons,
    copies_from_sums,
    cycle_columns,
    edge_columns,
    n_roles,
    rooted_containment,
)
from .rooted_copies import copies_of_cliques, copies_of_cycles, copies_over_edges, neighbour_sums

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Rows of wide tables that are worked on together; a thread holds some 2,000 columns of them.
_ROWS_AT_ONCE = 1024

_PLACES = {
    "path": {1: "end", 2: "middle"},
    "star": {1: "tip", 3: "centre"},
    "cycle": {2: "member"},
    "paw": {1: "tail", 2: "corner", 3: "corner with the tail"},
    "diamond": {2: "off the chord", 3: "on the chord"},
    "clique": {3: "member"},
}


def four_node_roles() -> pd.DataFrame:
    """Describe the 697 roles of the 199 connected classes of four neurons.

    Returns
    -------
    DataFrame, 697 rows, index ``role`` in the order of `four_node_participation`'s columns
        ``motif``; ``nodes``, those of the class's edges with the role (0 to 3 for A to D), and
        ``n_nodes``, how many; ``out_degree`` and ``in_degree`` inside the motif; ``description``.
        Classes in the order of their ids; within a class from net sender to net receiver, by
        falling out-degree minus in-degree, then by falling degree, then by the first node.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> roles = ca.motifs.four_node_roles()
    >>> roles.loc["4-204:a", "description"]
    'bi-fan, member: sends to 2'
    """
    import pandas as pd

    kinds = four_node_classes().values()
    table = pd.DataFrame(
        [_describe(kind, nodes) for kind in kinds for nodes in kind.roles],
        columns=["motif", "nodes", "n_nodes", "out_degree", "in_degree", "description"],
    )
    table.index = pd.Index(_role_names(), name="role", dtype=object)
    return table


def four_node_participation(
    g: Graph, *, motifs: Sequence[str] | None = None, n_jobs: int | None = None
) -> pd.DataFrame:
    """Count in how many sets of four neurons each neuron has each role: exact and induced.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    motifs : sequence of str, optional
        Only the roles of these classes, for instance ``["4-204", "4-904"]``; all where left out.
    n_jobs : int, optional
        Threads; by default all processors this process may use. Three kinds of copies are counted
        side by side, so that more than three threads help only in the last step. The counts are
        the same on any number.

    Returns
    -------
    DataFrame of int64, N rows with index ``node_id``, one column per role
        Roles as `four_node_roles` describes them. The sum of a column is the count of its class
        times the number of nodes that have the role.

    Raises
    ------
    ValueError
        Where there is no such class.
    OverflowError
        As `four_node_census`.

    Notes
    -----
    Memory beyond the graph: 5.8 kB for each neuron, 0.8 GB for 139,000.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2, 2], [3, 4, 3, 4])
    >>> roles = ca.motifs.four_node_participation(g, motifs=["4-204"])
    >>> roles.T.to_dict("list")
    {1: [1, 0], 2: [1, 0], 3: [0, 1], 4: [0, 1]}
    """
    import pandas as pd

    require_graph(g)
    threads = thread_count(n_jobs)
    wanted = None if motifs is None else _columns_of(motifs)
    simple = g.without_self_loops()
    counts = roles_of_edges(
        simple.n_nodes, simple.out_sources, simple.out_indices, threads, wanted=wanted
    )
    names = _role_names()
    if wanted is not None:
        names = [names[column] for column in wanted]
    return pd.DataFrame(
        counts,
        index=pd.Index(g.node_ids, name="node_id"),
        columns=pd.Index(names, name="role", dtype=object),
        copy=False,
    )


def roles_of_edges(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    n_jobs: int | None = 1,
    *,
    wanted: list[int] | None = None,
) -> NDArray[np.int64]:
    """(N, 697) int64 counts for a simple graph without self-loops given as dense indices.

    Only the columns `wanted` where they are given.
    """
    threads = thread_count(n_jobs)
    dyads = oriented_dyads(n_nodes, senders, receivers)
    lists = both_ends(dyads)
    require_countable(lists.degrees)
    row = np.argsort(ranks_by_degree(n_nodes, senders, receivers))
    twice, triangles = _enumerated(dyads, lists, row, threads)
    sums = SumsAtNeurons(triangles, neighbour_sums(lists, lists.degrees, 0, n_nodes))
    induce = rooted_containment() if wanted is None else rooted_containment()[wanted]
    result = twice if wanted is None else np.empty((n_nodes, len(wanted)), dtype=np.int64)

    def finish(first: int) -> None:
        stop = min(first + _ROWS_AT_ONCE, n_nodes)
        here = row[first:stop]
        copies = copies_from_sums(lists, sums, first, stop) + twice[here]
        result[here] = (copies @ induce.T) // 2

    for _ in map_threads(finish, range(0, n_nodes, _ROWS_AT_ONCE), threads):
        pass
    return result


def _enumerated(
    dyads: OrientedDyads, lists: BothEnds, row: NDArray[np.int64], threads: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(N, 697) int64, twice the copies that kernels find, and (N, 27), the triangles by rank."""
    n_nodes = len(row)
    twice = np.zeros((n_nodes, n_roles()), dtype=np.int64)
    triangles = np.zeros((n_nodes, 27), dtype=np.int64)
    most = int(lists.n_before.max(initial=0))
    role = code_tables().role.astype(np.int64)
    kinds: tuple[Callable[[], object], ...] = (
        lambda: copies_over_edges(lists, *edge_columns(), row, twice, triangles),
        lambda: copies_of_cycles(lists, *cycle_columns(), row, twice),
        lambda: copies_of_cliques(dyads.indptr, dyads.codes, most, role, row, twice),
    )
    for _ in map_threads(lambda kind: kind(), kinds, threads):
        pass
    return twice, triangles


def _role_names() -> list[str]:
    return [
        f"{kind.name}:{letter}"
        for kind in four_node_classes().values()
        for letter, _ in zip("abcd", kind.roles, strict=False)
    ]


def _columns_of(motifs: Sequence[str]) -> list[int]:
    """Places of the roles of some classes, in the order given."""
    if isinstance(motifs, str):
        motifs = [motifs]
    kinds = list(four_node_classes().values())
    starts = np.cumsum([0, *(len(kind.roles) for kind in kinds)]).tolist()
    place = {kind.name: range(a, b) for kind, a, b in zip(kinds, starts, starts[1:], strict=False)}
    unknown = [name for name in motifs if name not in place]
    if unknown:
        msg = (
            f"There is no motif {unknown[0]!r}. Classes of four neurons are named by their id, "
            "from '4-14' to '4-31710'; ca.motifs.classes(4) lists them."
        )
        raise ValueError(msg)
    return [column for name in motifs for column in place[name]]


def _describe(
    kind: FourNodeClass, nodes: tuple[int, ...]
) -> tuple[str, tuple[int, ...], int, int, int, str]:
    out = {b for a, b in kind.edges if a == nodes[0]}
    into = {a for a, b in kind.edges if b == nodes[0]}
    joined = {
        "sends to": len(out - into),
        "receives from": len(into - out),
        "mutual with": len(out & into),
    }
    doing = ", ".join(f"{what} {many}" for what, many in joined.items() if many)
    place = _PLACES[kind.skeleton][len(out | into)]
    name = kind.plain_name.split(":")[0]
    text = f"{name}, {place}: {doing}"
    return kind.name, nodes, len(nodes), len(out), len(into), text
