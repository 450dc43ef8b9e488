"""Graphlet classes: the 30 connected undirected graphs on two to five nodes, and their 73 orbits.

Numbered G0 ... G29 and 0 ... 72 as by Pržulj 2007, doi:10.1093/bioinformatics/btl301. The orbit of
a node says which place it has: nodes that an automorphism exchanges have one orbit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from .triads import Edge

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Graphlet:
    """One connected undirected graph.

    Attributes
    ----------
    name : str
        "G0" ... "G29".
    plain_name : str
    edges : tuple of (int, int)
        On nodes 0 ... size - 1.
    orbits : tuple of int
        Orbit of each node.
    """

    name: str
    plain_name: str
    edges: tuple[Edge, ...]
    orbits: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.orbits)


def _graphlet(number: int, plain_name: str, drawn: str, *orbits: int) -> Graphlet:
    # Nodes are the letters A to E; "AB" is an edge.
    edges = tuple(("ABCDE".index(pair[0]), "ABCDE".index(pair[1])) for pair in drawn.split())
    return Graphlet(name=f"G{number}", plain_name=plain_name, edges=edges, orbits=orbits)


GRAPHLETS: tuple[Graphlet, ...] = (
    _graphlet(0, "edge", "AB", 0, 0),
    _graphlet(1, "path of three", "AB BC", 1, 2, 1),
    _graphlet(2, "triangle", "AB AC BC", 3, 3, 3),
    _graphlet(3, "path of four", "AB BC CD", 4, 5, 5, 4),
    _graphlet(4, "star of four", "AD BD CD", 6, 6, 6, 7),
    _graphlet(5, "square", "AB BC CD AD", 8, 8, 8, 8),
    _graphlet(6, "paw", "AB BC BD CD", 9, 11, 10, 10),
    _graphlet(7, "diamond", "AC AD BC BD CD", 12, 12, 13, 13),
    _graphlet(8, "clique of four", "AB AC AD BC BD CD", 14, 14, 14, 14),
    _graphlet(9, "path of five", "AB BC CD DE", 15, 16, 17, 16, 15),
    _graphlet(10, "fork", "AB BC CD CE", 18, 20, 21, 19, 19),
    _graphlet(11, "star of five", "AE BE CE DE", 22, 22, 22, 22, 23),
    _graphlet(12, "bull", "AB BC CD DE BD", 24, 26, 25, 26, 24),
    _graphlet(13, "triangle on a stalk of two", "AB BC CD CE DE", 27, 28, 30, 29, 29),
    _graphlet(14, "cricket", "AE BE CD CE DE", 31, 31, 32, 32, 33),
    _graphlet(15, "pentagon", "AB BC CD DE AE", 34, 34, 34, 34, 34),
    _graphlet(16, "banner", "AB BC BD CE DE", 35, 38, 37, 37, 36),
    _graphlet(17, "dart", "AB BC BD BE CD CE", 39, 42, 41, 40, 40),
    _graphlet(18, "bow tie", "AB AE BE CD CE DE", 43, 43, 43, 43, 44),
    _graphlet(19, "kite", "AB BC BD CD CE DE", 45, 47, 48, 48, 46),
    _graphlet(20, "two hubs over three", "AD AE BD BE CD CE", 49, 49, 49, 50, 50),
    _graphlet(21, "house", "AB AC BC BD CE DE", 52, 53, 53, 51, 51),
    _graphlet(22, "book", "AD AE BD BE CD CE DE", 54, 54, 54, 55, 55),
    _graphlet(23, "clique of four on a stalk", "AB BC BD BE CD CE DE", 56, 58, 57, 57, 57),
    _graphlet(24, "gem", "AB BC CD AE BE CE DE", 59, 60, 60, 59, 61),
    _graphlet(25, "house with a braced wall", "AD AE BD BE CD CE AC", 64, 62, 64, 63, 63),
    _graphlet(26, "clique of four with an ear", "AD AE BD BE CD CE AC DE", 66, 65, 66, 67, 67),
    _graphlet(27, "wheel", "AB BC CD AD AE BE CE DE", 68, 68, 68, 68, 69),
    _graphlet(28, "clique of five less an edge", "AC AD AE BC BD BE CD CE DE", 70, 70, 71, 71, 71),
    _graphlet(29, "clique of five", "AB AC AD AE BC BD BE CD CE DE", 72, 72, 72, 72, 72),
)
N_ORBITS = {2: 1, 3: 4, 4: 15, 5: 73}
"""How many orbits the graphlets up to a size have."""


def graphlet_classes() -> pd.DataFrame:
    """Describe the 30 graphlets of two to five nodes and their 73 orbits.

    Returns
    -------
    DataFrame, 30 rows, index ``graphlet`` "G0" ... "G29"
        ``plain_name``; ``n_nodes``; ``n_edges``; ``edges`` on nodes 0 ... n_nodes - 1; ``orbits``
        of these nodes, numbered as by Pržulj 2007, doi:10.1093/bioinformatics/btl301.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.motifs.graphlet_classes().loc["G6", ["plain_name", "orbits"]].tolist()
    ['paw', (9, 11, 10, 10)]
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "plain_name": [graphlet.plain_name for graphlet in GRAPHLETS],
            "n_nodes": [graphlet.size for graphlet in GRAPHLETS],
            "n_edges": [len(graphlet.edges) for graphlet in GRAPHLETS],
            "edges": [graphlet.edges for graphlet in GRAPHLETS],
            "orbits": [graphlet.orbits for graphlet in GRAPHLETS],
        },
        index=pd.Index([graphlet.name for graphlet in GRAPHLETS], name="graphlet", dtype=object),
    )


@cache
def orbits_of_labelled(size: int) -> dict[int, tuple[int, ...]]:
    """Orbit of each node of every connected labelled graph on `size` nodes.

    The key is the labelled graph: bit k is the k-th of ``combinations(range(size), 2)``.
    """
    bit = {pair: 1 << k for k, pair in enumerate(combinations(range(size), 2))}
    found: dict[int, tuple[int, ...]] = {}
    for graphlet in GRAPHLETS:
        if graphlet.size != size:
            continue
        for order in permutations(range(size)):
            key = sum(
                bit[min(order[a], order[b]), max(order[a], order[b])] for a, b in graphlet.edges
            )
            orbits = [0] * size
            for node, orbit in zip(order, graphlet.orbits, strict=True):
                orbits[node] = orbit
            found[key] = tuple(orbits)
    return found
