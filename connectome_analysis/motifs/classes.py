"""Classes: the kinds of motifs of three and four neurons, and what other programs call them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import permutations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .four_node_classes import code_of_edges, code_tables, four_node_classes
from .igraph_numbers import igraph_number
from .triads import TRIAD_NAMES, TRIADS, Edge, triad_class_of_codes

if TYPE_CHECKING:
    import pandas as pd

_LETTERS = "ABCDE"


def classes(
    size: Literal[2, 3, 4, 5], *, directed: bool = True, connected: bool = True
) -> pd.DataFrame:
    """List the classes of motifs, with their numbers in other programs.

    Parameters
    ----------
    size : {2, 3, 4, 5}
        Neurons in a motif.
    directed : bool
        False lists the undirected graphlets; `size` may then be 2 to 5.
    connected : bool
        False lists all 16 triads. For four neurons there are only the connected ones here.

    Returns
    -------
    DataFrame, index ``motif``: MAN names of triads, else "4-" and mfinder's id, or graphlet names
        plain_name : unique
        edges : text such as "A->B; B->C", of the form that is drawn by ``ca.plot.motif``
        n_edges, mutual, asymmetric : number of edges, mutual pairs and one-way pairs
        automorphisms : ways to map the motif onto itself; 3! or 4! over it labelled forms
        mfinder : id of mfinder and FANMOD, the smallest over all orders of the nodes of the sum of
            ``A[i, j] * 2**(size*i + j)``
        igraph : isoclass, and place in the list of ``motifs_randesu``
        graph_tool : place in the lists of graph-tool's ``motifs`` when every class occurs. It
            sorts by number of edges, sorted out-degrees and sorted in-degrees, and leaves classes
            alike in these as it finds them; they have one number here, the first. Use `class_of`
            on the edges of its motif graphs to tell them apart. <NA> for what is not connected.
        networkx : for triads, the key in ``triadic_census``

        Undirected graphlets have plain_name, edges ("A-B; B-C"), n_edges, automorphisms and
        igraph, the isoclass of undirected graphs.

    Raises
    ------
    ValueError
        Where there is no list for `size`.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> table = ca.motifs.classes(4)
    >>> table.loc["4-204", ["plain_name", "edges"]].tolist(), int(table.loc["4-204", "igraph"])
    (['bi-fan', 'A->B; A->D; C->B; C->D'], 19)
    >>> len(ca.motifs.classes(3)), len(table)
    (13, 199)
    """
    import pandas as pd

    if not directed:
        return _graphlets(size)
    if size == 3:
        table = pd.DataFrame(
            [
                _numbers(3, triad.edges, triad.plain_name) | {"networkx": name}
                for name, triad in TRIADS.items()
            ],
            index=pd.Index(TRIAD_NAMES, name="motif", dtype=object),
        )
        held = [triad.connected for triad in TRIADS.values()]
    elif size == 4:
        if not connected:
            msg = "Four neurons are listed only where they are connected; leave connected=True."
            raise ValueError(msg)
        kinds = four_node_classes()
        table = pd.DataFrame(
            [_numbers(4, kind.edges, kind.plain_name) for kind in kinds.values()],
            index=pd.Index(list(kinds), name="motif", dtype=object),
        )
        held = [True] * len(kinds)
    else:
        msg = f"size must be 3 or 4 neurons, got {size!r}."
        raise ValueError(msg)
    table.insert(8, "graph_tool", _graph_tool_places(table.pop("_degrees"), held))
    return table[held] if connected else table


def class_of(edges: Iterable[tuple[Hashable, Hashable]]) -> str:
    """Name the class that some edges form, whatever their neurons are called.

    Parameters
    ----------
    edges : iterable of (pre, post)
        Of three to six neurons, each named in at least one edge; self-loops and repeats do not
        matter.

    Returns
    -------
    str
        MAN name, or the number of neurons and mfinder's id, as in `classes` and `estimate`.

    Raises
    ------
    ValueError
        Where the neurons are not three to six, or are four or more that are not connected.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.motifs.class_of([("AVAL", "VA1"), ("AVAL", "VA2"), ("AVAR", "VA1"), ("AVAR", "VA2")])
    '4-204'
    """
    given = [tuple(edge) for edge in edges]
    if any(len(edge) != 2 for edge in given):
        msg = "edges must be pairs of a sender and a receiver, such as [('A', 'B'), ('B', 'C')]."
        raise ValueError(msg)
    pairs = [(pre, post) for pre, post in given if pre != post]
    place = {node: i for i, node in enumerate(dict.fromkeys(n for pair in pairs for n in pair))}
    dense = tuple((place[pre], place[post]) for pre, post in pairs)
    if len(place) == 3:
        codes = code_of_edges(dense)  # of nodes 0 to 2 among 0 to 3: dyads 01, 02, 12
        triad = (codes & 3) << 4 | (codes >> 2 & 3) << 2 | codes >> 6 & 3
        return TRIAD_NAMES[int(triad_class_of_codes()[triad])]
    if len(place) in (5, 6):
        return _large_class(dense, len(place))
    if len(place) != 4:
        msg = f"edges must join three to six neurons, got {len(place)}."
        raise ValueError(msg)
    number = int(code_tables().motif[code_of_edges(dense)])
    if number < 0:
        msg = "The four neurons of edges must be connected; these fall into two pairs."
        raise ValueError(msg)
    return list(four_node_classes())[number]


def _large_class(edges: tuple[Edge, ...], size: int) -> str:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    from .class_ids import class_ids
    from .class_ids import code_of_edges as code_of_any

    pre, post = zip(*edges, strict=True)
    joined = coo_array((np.ones(len(pre)), (pre, post)), shape=(size, size))
    if connected_components(joined, directed=False)[0] > 1:
        msg = f"The {size} neurons of edges must be connected; these fall into parts."
        raise ValueError(msg)
    code = code_of_any(tuple(dict.fromkeys(edges)), size)
    return f"{size}-{int(class_ids(np.array([code]), size)[0])}"


def _numbers(size: int, edges: tuple[Edge, ...], plain_name: str) -> dict[str, Any]:
    orders = list(permutations(range(size)))
    same = sum({(o[a], o[b]) for a, b in edges} == set(edges) for o in orders)
    mutual = sum((b, a) in edges for a, b in edges) // 2
    nodes = range(size)
    return {
        "plain_name": plain_name,
        "edges": "; ".join(f"{_LETTERS[a]}->{_LETTERS[b]}" for a, b in sorted(edges)),
        "n_edges": len(edges),
        "mutual": mutual,
        "asymmetric": len(edges) - 2 * mutual,
        "automorphisms": same,
        "mfinder": min(sum(1 << size * o[a] + o[b] for a, b in edges) for o in orders),
        "igraph": igraph_number(size, edges),
        "_degrees": (
            len(edges),
            sorted(sum(a == node for a, _ in edges) for node in nodes),
            sorted(sum(b == node for _, b in edges) for node in nodes),
        ),
    }


def _graph_tool_places(degrees: pd.Series[Any], connected: list[bool]) -> pd.Series[int]:
    import pandas as pd

    ordered = sorted(key for key, held in zip(degrees, connected, strict=True) if held)
    places = [
        ordered.index(key) if held else None for key, held in zip(degrees, connected, strict=True)
    ]
    return pd.Series(places, index=degrees.index, dtype="Int64")


def _graphlets(size: int) -> pd.DataFrame:
    from .graphlet_classes import graphlet_classes

    table = graphlet_classes()
    if size not in set(table["n_nodes"]):
        msg = f"size must be 2 to 5 neurons for undirected graphlets, got {size!r}."
        raise ValueError(msg)
    table = table.loc[table["n_nodes"] == size, ["plain_name", "edges", "n_edges"]].copy()
    orders = list(permutations(range(size)))
    table["automorphisms"] = [
        sum(
            {frozenset((o[a], o[b])) for a, b in edges} == set(map(frozenset, edges))
            for o in orders
        )
        for edges in table["edges"]
    ]
    table["igraph"] = [igraph_number(size, edges, directed=False) for edges in table["edges"]]
    table["edges"] = [
        "; ".join(f"{_LETTERS[a]}-{_LETTERS[b]}" for a, b in edges) for edges in table["edges"]
    ]
    return table.rename_axis(index="motif")
