"""Triad roles: the 30 places that a neuron can have in the 13 connected triads.

Two neurons of a triad have one role where exchanging them changes nothing: its automorphism
orbits. Roles stand in the order of the MAN names, and within a triad run from net sender to net
receiver: by falling out-degree minus in-degree inside the triad, then by falling degree. So "a"
of a feed-forward loop is its source, "b" its relay and "c" its target. The 30 edge roles are the
orbits of the edges, named by the roles of their ends: "030T:a>c" is its direct edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .triads import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS, Edge, triad_class_of_codes

if TYPE_CHECKING:
    import pandas as pd

_PAIRS = ((0, 1), (0, 2), (1, 2))

_DESCRIPTIONS = {
    "021D:a": "source of a divergence",
    "021D:b": "target of a divergence",
    "021U:a": "source of a convergence",
    "021U:b": "target of a convergence",
    "021C:a": "start of a chain",
    "021C:b": "middle of a chain",
    "021C:c": "end of a chain",
    "111D:a": "sends to one of a mutual pair",
    "111D:b": "of a mutual pair, the one that the third does not reach",
    "111D:c": "of a mutual pair, the one that the third sends to",
    "111U:a": "of a mutual pair, the one that sends to the third",
    "111U:b": "of a mutual pair, the one that does not send to the third",
    "111U:c": "receives from one of a mutual pair",
    "030T:a": "source of a feed-forward loop",
    "030T:b": "relay of a feed-forward loop",
    "030T:c": "target of a feed-forward loop",
    "030C:a": "member of a three-cycle",
    "201:a": "middle of two mutual pairs",
    "201:b": "end of two mutual pairs",
    "120D:a": "sends to both of a mutual pair",
    "120D:b": "of a mutual pair that receives from the third",
    "120U:a": "of a mutual pair that sends to the third",
    "120U:b": "receives from both of a mutual pair",
    "120C:a": "of a mutual pair, the start of the chain through the third",
    "120C:b": "relay of a chain between a mutual pair",
    "120C:c": "of a mutual pair, the end of the chain through the third",
    "210:a": "sender of the one-way edge beside two mutual pairs",
    "210:b": "mutual with both others, which are joined one way",
    "210:c": "receiver of the one-way edge beside two mutual pairs",
    "300:a": "member of a fully mutual triad",
}


@dataclass(frozen=True, kw_only=True)
class TriadRole:
    """One place in a connected triad.

    Attributes
    ----------
    name : str
        Motif and letter, for instance "030T:a".
    motif : str
        MAN name.
    nodes : tuple of int
        The nodes of ``TRIADS[motif].edges`` that have this role.
    out_degree, in_degree : int
        Inside the triad.
    description : str
    """

    name: str
    motif: str
    nodes: tuple[int, ...]
    out_degree: int
    in_degree: int
    description: str


def _roles_of(motif: str) -> list[TriadRole]:
    edges = set(TRIADS[motif].edges)
    same = [
        order
        for order in permutations(range(3))
        if {(order[a], order[b]) for a, b in edges} == edges
    ]
    orbits = {tuple(sorted({order[node] for order in same})) for node in range(3)}
    found = []
    for nodes in orbits:
        out_degree = sum(a == nodes[0] for a, _ in edges)
        in_degree = sum(b == nodes[0] for _, b in edges)
        found.append(
            (in_degree - out_degree, -out_degree - in_degree, nodes, out_degree, in_degree)
        )
    roles = []
    for letter, (_, _, nodes, out_degree, in_degree) in zip("abc", sorted(found), strict=False):
        name = f"{motif}:{letter}"
        roles.append(
            TriadRole(
                name=name,
                motif=motif,
                nodes=nodes,
                out_degree=out_degree,
                in_degree=in_degree,
                description=_DESCRIPTIONS[name],
            )
        )
    return roles


TRIAD_ROLES: Mapping[str, TriadRole] = {
    role.name: role for motif in CONNECTED_TRIADS for role in _roles_of(motif)
}
ROLE_NAMES = tuple(TRIAD_ROLES)


def _edge_roles_of(motif: str) -> dict[str, tuple[Edge, ...]]:
    letter = {
        node: role.name[-1]
        for role in TRIAD_ROLES.values()
        if role.motif == motif
        for node in role.nodes
    }
    edges: dict[str, tuple[Edge, ...]] = {}
    for a, b in TRIADS[motif].edges:
        name = f"{motif}:{letter[a]}>{letter[b]}"
        edges[name] = (*edges.get(name, ()), (a, b))
    return dict(sorted(edges.items()))


EDGE_ROLES: Mapping[str, tuple[Edge, ...]] = {
    name: edges for motif in CONNECTED_TRIADS for name, edges in _edge_roles_of(motif).items()
}
"""Edges of ``TRIADS[motif].edges`` that have each edge role."""
EDGE_ROLE_NAMES = tuple(EDGE_ROLES)


def triad_roles() -> pd.DataFrame:
    """Describe the 30 roles of the 13 connected triads.

    Returns
    -------
    DataFrame, 30 rows, index ``role`` in the order of `participation`'s columns
        ``motif``; ``nodes``, those of ``TRIADS[motif].edges`` with the role, and ``n_nodes``, how
        many; ``out_degree`` and ``in_degree`` inside the triad; ``description``.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> roles = ca.motifs.triad_roles()
    >>> roles.loc["030T:b", ["motif", "nodes", "description"]].tolist()
    ['030T', (1,), 'relay of a feed-forward loop']
    """
    import pandas as pd

    roles = TRIAD_ROLES.values()
    return pd.DataFrame(
        {
            "motif": [role.motif for role in roles],
            "nodes": [role.nodes for role in roles],
            "n_nodes": [len(role.nodes) for role in roles],
            "out_degree": [role.out_degree for role in roles],
            "in_degree": [role.in_degree for role in roles],
            "description": [role.description for role in roles],
        },
        index=pd.Index(ROLE_NAMES, name="role", dtype=object),
    )


@cache
def role_of_codes() -> NDArray[np.int8]:
    """(64, 3) int8: place in `ROLE_NAMES` of each node of a labelled triad, -1 if unconnected.

    Rows are three dyad codes as in `triads.triad_class_of_codes`.
    """
    place = {
        (role.motif, role.out_degree, role.in_degree): i
        for i, role in enumerate(TRIAD_ROLES.values())
    }
    table = np.full((64, 3), -1, dtype=np.int8)
    for codes in product(range(4), repeat=3):
        row = codes[0] << 4 | codes[1] << 2 | codes[2]
        motif = TRIAD_NAMES[triad_class_of_codes()[row]]
        if not TRIADS[motif].connected:
            continue
        # The degrees inside a triad tell its roles apart.
        out, into = [0, 0, 0], [0, 0, 0]
        for (a, b), code in zip(_PAIRS, codes, strict=True):
            out[a] += code & 1
            into[b] += code & 1
            out[b] += code >> 1
            into[a] += code >> 1
        for node in range(3):
            table[row, node] = place[motif, out[node], into[node]]
    return table


@cache
def edge_role_of_codes() -> NDArray[np.int8]:
    """(4, 4, 4) int8: place in `EDGE_ROLE_NAMES` of the edge from 0 to 1, -1 if there is none.

    Entry ``[code(0, 1), code(0, 2), code(1, 2)]``; -1 too where the triad is not connected.
    """
    place = {name: i for i, name in enumerate(EDGE_ROLE_NAMES)}
    table = np.full((4, 4, 4), -1, dtype=np.int8)
    for codes in product((1, 3), range(4), range(4)):
        roles = role_of_codes()[codes[0] << 4 | codes[1] << 2 | codes[2]]
        if roles[0] >= 0:
            pre, post = ROLE_NAMES[roles[0]], ROLE_NAMES[roles[1]]
            table[codes] = place[f"{pre}>{post[-1]}"]
    return table
