"""Colored census: how many triples of neurons form each class of three colored neurons, exactly.

Triangles are enumerated as in `triad_census`, into a histogram of dyad codes by colors. Open
triads are never enumerated: at each neuron its dyads are counted by kind and color of the other
end, two of them make a wedge, and the wedges whose far ends are joined are taken off.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..prefetch import prefetch
from ..threads import map_threads, thread_count
from .both_ends import both_ends
from .colored_classes import (
    ORDERS,
    Cube,
    Order,
    color_columns,
    edges_of,
    fold,
    labels_of,
    layout,
    require_count,
    table_of,
)
from .colored_pairs import PAIR_EDGES, pair_table
from .colors import node_colors
from .dyads import RankedDyads, ranked_dyads
from .triads import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS, triad_class_of_codes

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Nodes are dealt out to threads in runs, one after the other in turn.
_RUN = 256
# Threads take part only while their histograms together stay below a gigabyte.
_MOST_ENTRIES = 2**27
# Beyond it the number of triples of a color, before it is divided by 6, passes 2**63.
_MOST_NODES_UNCONNECTED = 2_000_000

_OUT, _IN, _MUTUAL = 0, 1, 2  # kinds of a dyad as one neuron sees it: its code less 1


def colored_census(
    g: Graph,
    colors: str | ArrayLike | pd.Series[Any],
    *,
    size: Literal[2, 3] = 3,
    connected: bool = True,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Count the triads of a graph by the colors of their neurons: exact and induced.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    colors : str, or (N,) array or Series
        A column of ``g.nodes`` such as ``"sign"``, ``"neurotransmitter"`` or ``"cell_class"``, or
        one label for each neuron; at most 64 different ones. A neuron without a label has the
        color ``unknown``. See `node_colors`.
    size : {3, 2}
        Neurons of a class: triads, or pairs, which are mutual or asymmetric.
    connected : bool
        Leave out the classes that do not hang together: 003, 012 and 102, and the null pair. With
        False the counts sum to all N(N-1)(N-2)/6 triples, and N is at most 2,000,000.
    n_jobs : int, optional
        Threads; by default all processors this process may use. 57 MB each for 64 colors.

    Returns
    -------
    DataFrame, one row for each class that occurs, by MAN name and colors
        ``motif``, the MAN name; ``color_a``, ``color_b``, ``color_c``, colors of nodes 0, 1 and 2
        of ``ca.motifs.TRIADS[motif].edges``; ``label``, for instance ``030T(E,I,E)``: of the
        colorings that an automorphism of the triad turns into each other the one that comes first
        in the order of the colors; ``edges``, for instance ``a:E -> b:I; a:E -> c:E; b:I -> c:E``;
        ``count``, int64. Over the colorings of one motif the counts sum to its count in
        `triad_census`. ``attrs`` holds the graph's name, the column, the neurons of each color and
        how many of them lack a label.

    Raises
    ------
    ValueError
        Where `colors` is no such thing; see `node_colors`.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> table = ca.motifs.colored_census(g, "sign")
    >>> table.loc[table.label == "030T(E,I,E)", ["edges", "count"]].values.tolist()
    [['a:E -> b:I; a:E -> c:E; b:I -> c:E', 3]]
    >>> table.attrs["neurons"]
    {'E': 140, 'I': 27, '?': 6, 'unknown': 106}
    """
    import pandas as pd

    require_graph(g)
    if size not in (2, 3):
        msg = f"size must be 2 or 3, got {size!r}."
        raise ValueError(msg)
    found = node_colors(g, colors)
    simple = g.without_self_loops()
    n_colors = len(found.labels)
    edges = (simple.n_nodes, simple.out_sources, simple.out_indices)
    if size == 2:
        table, spelled = pair_table(*edges, found.codes, n_colors, connected=connected), PAIR_EDGES
    else:
        table = _triad_table(*edges, found.codes, n_colors, n_jobs, connected=connected)
        spelled = {name: triad.edges for name, triad in TRIADS.items()}
    table = table[table["count"] > 0].reset_index(drop=True)
    names = np.array(found.labels, dtype=object)
    texts: dict[str, Any] = {"motif": table["motif"].astype(object)}
    texts |= {column: names[table[column]] for column in color_columns(table)}
    texts["label"] = labels_of(table, found.labels)
    texts["edges"] = edges_of(table, found.labels, spelled)
    columns = {name: pd.Series(text, dtype=object) for name, text in texts.items()}
    table = pd.DataFrame(columns | {"count": table["count"]})
    table.attrs = {
        "graph": g.name,
        "colors": found.source,
        "neurons": found.sizes,
        "n_unknown": found.n_unknown,
        "counts": "induced",
    }
    return table


def colored_census_of_edges(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    color_codes: NDArray[np.integer[Any]],
    n_colors: int,
    n_jobs: int | None = 1,
) -> NDArray[np.int64]:
    """(K,) int64 counts of all connected colored classes, in the order of `colored_classes`.

    For null models: neurons keep their colors while edges change.

    Parameters
    ----------
    n_nodes : int
    senders, receivers : (E,) int32
        A simple graph without self-loops, dense indices in any order.
    color_codes : (N,) int
        From 0 to ``n_colors - 1``.
    n_colors : int
        At most 64.
    n_jobs : int, optional

    Raises
    ------
    ValueError
        Where a color code is out of range or there is not one for each neuron.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([0, 0, 1], [1, 2, 2])
    >>> counts = colored_census_of_edges(3, g.out_sources, g.out_indices, np.array([0, 1, 0]), 2)
    >>> classes = ca.motifs.colored_classes(2)
    >>> classes[counts > 0].to_numpy().tolist()
    [['030T', 0, 1, 0]]
    """
    cubes = colored_cubes(n_nodes, senders, receivers, color_codes, n_colors, n_jobs)
    return np.concatenate([cubes[name].ravel()[layout(name, n_colors).kept] for name in cubes])


def colored_cubes(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    color_codes: NDArray[np.integer[Any]],
    n_colors: int,
    n_jobs: int | None = 1,
) -> dict[str, Cube]:
    """(C, C, C) counts of each connected triad by the colors of its canonical nodes, folded."""
    codes = _checked_codes(color_codes, n_nodes, n_colors)
    ranked = ranked_dyads(n_nodes, senders, receivers)
    by_rank = codes[ranked.order]
    cubes = _open_cubes(ranked, by_rank, n_colors, n_jobs)
    histogram = _triangles(ranked, by_rank, n_colors, n_jobs)
    closed = {name: np.zeros_like(cubes["021D"]) for name in CONNECTED_TRIADS if name not in cubes}
    for place, (name, order) in enumerate(_triangle_places()):
        closed[name] += histogram[place].transpose(order)
    for name, cube in closed.items():
        for wedge, order in _closed_wedges(name):
            cubes[wedge] -= cube.transpose(order)
    cubes |= closed
    return {name: fold(name, cubes[name]) for name in CONNECTED_TRIADS}


def _triad_table(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    codes: NDArray[np.uint8],
    n_colors: int,
    n_jobs: int | None,
    *,
    connected: bool,
) -> pd.DataFrame:
    cubes = colored_cubes(n_nodes, senders, receivers, codes, n_colors, n_jobs)
    if not connected:
        cubes = _with_unconnected(cubes, n_nodes, senders, receivers, codes, n_colors)
    # A folded cube has counts only where a class is named.
    occurring = {name: np.flatnonzero(cube) for name, cube in cubes.items()}
    table = table_of(occurring, n_colors)
    table["count"] = np.concatenate([cubes[name].ravel()[at] for name, at in occurring.items()])
    return table


# ---------------------------------------------------------------- closed triads


def _in_pieces(
    work: Callable[[int, int], NDArray[np.int64]], n_nodes: int, n_jobs: int | None, entries: int
) -> NDArray[np.int64]:
    """Sum of ``work(piece, pieces)`` over as many pieces as there are threads."""
    threads = thread_count(n_jobs)
    pieces = max(1, min(threads, n_nodes // (4 * _RUN), _MOST_ENTRIES // max(entries, 1)))
    if pieces == 1:
        return work(0, 1)
    total: NDArray[np.int64] | None = None
    for part in map_threads(lambda piece: work(piece, pieces), range(pieces), threads):
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None
    return total


def _triangles(
    ranked: RankedDyads, colors: NDArray[np.uint8], n_colors: int, n_jobs: int | None
) -> Cube:
    """(27, C, C, C) number of triangles by dyad codes and colors."""
    dyads = ranked.dyads
    histogram = _in_pieces(
        lambda piece, pieces: _triangle_histogram(
            dyads.indptr, dyads.codes, colors, n_colors, piece, pieces
        ),
        len(colors),
        n_jobs,
        27 * n_colors**3,
    )
    return histogram.reshape(27, n_colors, n_colors, n_colors)


@compiled
def _triangle_histogram(indptr, codes, colors, n_colors, piece, pieces):  # type: ignore[no-untyped-def]
    """Triangles held by every `pieces`-th run of ranks, from run number `piece` on.

    indptr : (N + 1,) int64 and codes : (P,) uint32 as in `OrientedDyads`; colors : (N,) uint8 by
    rank, below n_colors; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    cube = n_colors**3
    mark = np.zeros(n_nodes, np.uint8)
    histogram = np.zeros(27 * cube, np.int64)
    two, three = np.uint32(2), np.uint32(3)
    for first in range(piece * _RUN, n_nodes, pieces * _RUN):
        for a in range(first, min(first + _RUN, n_nodes)):
            begin, end = indptr[a], indptr[a + 1]
            if end - begin < 2:
                continue
            for j in range(begin, end):
                mark[codes[j] >> two] = np.uint8(codes[j] & three)
                prefetch(codes, indptr[codes[j] >> two])  # the lists read next
            # The first neighbour has the smallest rank: nothing that it holds is one of a's.
            for j in range(begin + 1, end):
                b = np.int64(codes[j] >> two)
                base = (np.int64(codes[j] & three) - 1) * 9 * cube
                base += (np.int64(colors[a]) * n_colors + np.int64(colors[b])) * n_colors
                for q in range(indptr[b], indptr[b + 1]):
                    c = codes[q]
                    seen = mark[c >> two]
                    if seen:
                        place = (np.int64(seen) - 1) * 3 + np.int64(c & three) - 1
                        histogram[base + place * cube + np.int64(colors[c >> two])] += 1
            for j in range(begin, end):
                mark[codes[j] >> two] = 0
    return histogram


@cache
def _triangle_places() -> tuple[tuple[str, Order], ...]:
    """Triad and order of its canonical nodes for each entry of the triangle histogram.

    The order says which of the holder (0), its neighbour (1) and the third (2) each one is.
    """
    found = []
    for codes in product((1, 2, 3), repeat=3):
        name = TRIAD_NAMES[triad_class_of_codes()[codes[0] << 4 | codes[1] << 2 | codes[2]]]
        edges = set()
        for (a, b), code in zip(((0, 1), (0, 2), (1, 2)), codes, strict=True):
            edges |= {(a, b)} if code & 1 else set()
            edges |= {(b, a)} if code & 2 else set()
        order = next(p for p in ORDERS if {(p[a], p[b]) for a, b in TRIADS[name].edges} == edges)
        found.append((name, order))
    return tuple(found)


# ---------------------------------------------------------------- open triads


class _Wedge(NamedTuple):
    """An open triad as two dyads at its middle, canonical node 1."""

    kinds: tuple[int, int]
    ends: tuple[int, int]  # canonical node at the far end of each


_WEDGES = {
    "021D": _Wedge((_OUT, _OUT), (0, 2)),
    "021U": _Wedge((_IN, _IN), (0, 2)),
    "021C": _Wedge((_OUT, _IN), (2, 0)),
    "111D": _Wedge((_IN, _MUTUAL), (2, 0)),
    "111U": _Wedge((_OUT, _MUTUAL), (2, 0)),
    "201": _Wedge((_MUTUAL, _MUTUAL), (0, 2)),
}


def _open_cubes(
    ranked: RankedDyads, colors: NDArray[np.uint8], n_colors: int, n_jobs: int | None
) -> dict[str, Cube]:
    """Pairs of dyads at one neuron, whether or not their far ends are joined."""
    lists = both_ends(ranked.dyads)
    pairs = _in_pieces(
        lambda piece, pieces: _wedge_histogram(
            lists.indptr, lists.codes, colors, n_colors, piece, pieces
        ),
        len(colors),
        n_jobs,
        9 * n_colors**3,
    ).reshape(n_colors, 3, n_colors, 3, n_colors)
    cubes = {}
    for name, wedge in _WEDGES.items():
        # Axes: middle, far end of the first dyad, far end of the second.
        by_colors = pairs[:, wedge.kinds[0], :, wedge.kinds[1], :]
        cubes[name] = np.ascontiguousarray(
            by_colors.transpose(1, 0, 2) if wedge.ends == (0, 2) else by_colors.transpose(2, 0, 1)
        )
    return cubes


@compiled
def _wedge_histogram(indptr, entries, colors, n_colors, piece, pieces):  # type: ignore[no-untyped-def]
    """(C * 3C * 3C,) pairs of dyads by color of the middle, kind and color of either far end.

    Only pairs whose first index is at most the second are filled. indptr : (N + 1,) int64 and
    entries : (2P,) uint32 as in `BothEnds`; colors : (N,) uint8 by rank; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    kinds = 3 * n_colors
    pairs = np.zeros(n_colors * kinds * kinds, np.int64)
    count = np.zeros(kinds, np.int64)
    seen = np.empty(kinds, np.int64)
    two, three = np.uint32(2), np.uint32(3)
    for first in range(piece * _RUN, n_nodes, pieces * _RUN):
        for v in range(first, min(first + _RUN, n_nodes)):
            found = 0
            for j in range(indptr[v], indptr[v + 1]):
                kind = (np.int64(entries[j] & three) - 1) * n_colors
                kind += np.int64(colors[entries[j] >> two])
                if count[kind] == 0:
                    seen[found] = kind
                    found += 1
                count[kind] += 1
            base = np.int64(colors[v]) * kinds * kinds
            for i in range(found):
                one = seen[i]
                pairs[base + one * kinds + one] += count[one] * (count[one] - 1) // 2
                for k in range(i):
                    low, high = min(one, seen[k]), max(one, seen[k])
                    pairs[base + low * kinds + high] += count[low] * count[high]
            for i in range(found):
                count[seen[i]] = 0
    return pairs


@cache
def _closed_wedges(name: str) -> tuple[tuple[str, Order], ...]:
    """Open triad at each neuron of a triangle, and which neuron each of its canonical nodes is."""
    edges = set(TRIADS[name].edges)
    found = []
    for middle in range(3):
        at_middle = {edge for edge in edges if middle in edge}
        found.append(
            next(
                (wedge, order)
                for wedge in _WEDGES
                for order in ORDERS
                if {(order[a], order[b]) for a, b in TRIADS[wedge].edges} == at_middle
            )
        )
    return tuple(found)


# ---------------------------------------------------------------- triads that do not hang together


def _with_unconnected(
    cubes: dict[str, Cube],
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    codes: NDArray[np.uint8],
    n_colors: int,
) -> dict[str, Cube]:
    """Add 003, 012 and 102: every dyad lies in N - 2 triples, every triple is of some class."""
    if n_nodes > _MOST_NODES_UNCONNECTED:
        msg = (
            f"Triads that do not hang together can be counted for up to "
            f"{_MOST_NODES_UNCONNECTED:,} neurons, got {n_nodes:,}. connected=True leaves them out."
        )
        raise ValueError(msg)
    size = np.bincount(codes, minlength=n_colors).astype(np.int64)
    pairs = pair_table(n_nodes, senders, receivers, codes, n_colors, connected=True)
    same = np.eye(n_colors, dtype=np.int64)
    every = dict(cubes)
    for name, kind in (("012", "asymmetric"), ("102", "mutual")):
        dyads = np.zeros((n_colors, n_colors), dtype=np.int64)
        rows = pairs[pairs["motif"] == kind]
        dyads[rows["color_a"], rows["color_b"]] = rows["count"]
        # Nodes 0 and 1 are the dyad, node 2 any third neuron.
        thirds = size[None, None, :] - same[:, None, :] - same[None, :, :]
        cube = dyads[:, :, None] * thirds
        for connected, counts in cubes.items():
            for order in _dyads_of(connected, mutual=kind == "mutual"):
                cube -= counts.transpose(order)
        every[name] = fold(name, cube)
    triples = size[:, None, None] * (size[None, :, None] - same[:, :, None])
    triples = triples * (size[None, None, :] - same[:, None, :] - same[None, :, :])
    # Ordered triples, each class of colors counted in all orders of its three neurons.
    empty = fold("003", triples) // 6
    for counts in every.values():
        empty -= fold("003", counts)
    every["003"] = empty
    return {name: every[name] for name in TRIAD_NAMES}


def _dyads_of(name: str, *, mutual: bool) -> list[Order]:
    """Ends and third neuron of each asymmetric, or mutual, dyad of a triad."""
    edges = set(TRIADS[name].edges)
    found = []
    for a, b in TRIADS[name].edges:
        if ((b, a) in edges) == mutual and not (mutual and a > b):
            found.append((a, b, 3 - a - b))
    return found


def _checked_codes(
    color_codes: NDArray[np.integer[Any]], n_nodes: int, n_colors: int
) -> NDArray[np.uint8]:
    require_count(n_colors)
    codes = np.asarray(color_codes)
    if codes.shape != (n_nodes,) or (codes.dtype.kind not in "iu" and n_nodes):
        msg = (
            f"color_codes must be {n_nodes} whole numbers, one for each neuron, got an array of "
            f"{codes.dtype} with shape {codes.shape}."
        )
        raise ValueError(msg)
    if n_nodes and not 0 <= int(codes.min()) <= int(codes.max()) < n_colors:
        msg = (
            f"color_codes must lie between 0 and {n_colors - 1}, got "
            f"{int(codes.min())} to {int(codes.max())}."
        )
        raise ValueError(msg)
    return codes.astype(np.uint8)
