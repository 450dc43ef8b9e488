"""Wirings: one graph, or several kinds of connections among the same neurons, seen as relations.

A relation is what one kind of partner means to a neuron: those it receives from, and those it sends
to, each for every kind of connection. They are what messages are passed along, each by weights of its
own, so that direction and kind are never mixed up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...graph import require_graph
from ...measures.per_neuron import labels_of, require_positive

if TYPE_CHECKING:
    from ...graph import Graph

OTHER = "other"


class Relation(NamedTuple):
    """Partners of one kind, by neuron.

    Attributes
    ----------
    name : str
        ``from`` or ``to``, and the kinds, as in ``"from electrical"``.
    indptr : (N + 1,) int64
    partners : (E,) int32
    weights : (E,) float32
        ln(1 + weight).
    """

    name: str
    indptr: NDArray[np.int64]
    partners: NDArray[np.int32]
    weights: NDArray[np.float32]


def as_graphs(g: Graph | Mapping[str, Graph]) -> dict[str, Graph]:
    """Graphs by kind of connection, all of the same neurons; a single graph has the kind "".

    Raises
    ------
    ValueError
        Where the neurons of two graphs are not the same, or a weight is below 0.
    """
    graphs: dict[str, Graph] = dict(g) if isinstance(g, Mapping) else {"": g}
    if not graphs:
        msg = "A graph is wanted, or graphs by kind of connection, got an empty mapping."
        raise ValueError(msg)
    first = next(iter(graphs.values()))
    for kind, each in graphs.items():
        require_graph(each)
        require_positive(each)
        if not np.array_equal(each.node_ids, first.node_ids):
            msg = (
                f"Graphs of several kinds must have the same neurons in the same order; {kind!r} has "
                f"{each.n_nodes:,} of its own. Make them from one connectome without where=."
            )
            raise ValueError(msg)
    return graphs


def main_graph(g: Graph | Mapping[str, Graph]) -> Graph:
    """The graph whose node table counts: the only one, or the first."""
    return next(iter(as_graphs(g).values()))


def sender_kinds(graphs: Mapping[str, Graph], edge_types: str | None) -> tuple[str, ...]:
    """Kinds of sender that a column of the node table knows, sorted; none without a column."""
    if edge_types is None:
        return ()
    values = labels_of(next(iter(graphs.values())), edge_types, argument="edge_types")
    kinds = sorted({str(value) for value in values.dropna()} - {OTHER})
    if not kinds:
        msg = f"edge_types={edge_types!r} is empty for every neuron; leave it out."
        raise ValueError(msg)
    return (*kinds, OTHER)


def relations_of(
    graphs: Mapping[str, Graph], edge_types: str | None = None, kinds: tuple[str, ...] = ()
) -> list[Relation]:
    """Relations of a wiring, in an order that depends on the kinds alone.

    Parameters
    ----------
    graphs : as from `as_graphs`
    edge_types : str, optional
        Column of the node table; each connection is of the kind its sender has there.
    kinds : tuple of str
        As from `sender_kinds`, of the graph that was fitted; what is not among them is "other".
    """
    found: list[Relation] = []
    for name, g in graphs.items():
        for part, keep in _parts(g, edge_types, kinds):
            words = " ".join(word for word in (name, part) if word)
            found.append(_relation(f"from {words}".strip(), g, keep, incoming=True))
            found.append(_relation(f"to {words}".strip(), g, keep, incoming=False))
    return found


def _parts(g: Graph, edge_types: str | None, kinds: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Names of the kinds, and which edges (in the order of `out_indices`) are of each."""
    if edge_types is None:
        return [("", None)]
    values = labels_of(g, edge_types, argument="edge_types")
    place = {kind: k for k, kind in enumerate(kinds)}
    rest = place[OTHER]
    missing = values.isna().to_numpy(dtype=bool)
    of = np.array(
        [rest if gone else place.get(str(v), rest) for v, gone in zip(values, missing, strict=True)]
    )
    of_edges = of[g.out_sources]
    return [(kind, of_edges == k) for k, kind in enumerate(kinds)]


def _relation(name: str, g: Graph, keep: NDArray[np.bool_] | None, *, incoming: bool) -> Relation:
    order = g.in_edges if incoming else slice(None)
    indptr = g.in_indptr if incoming else g.out_indptr
    partners = g.in_indices if incoming else g.out_indices
    weights = np.log1p(g.weights[order].astype(np.float32))
    if keep is not None:
        chosen = keep[order]
        upto = np.concatenate([[0], np.cumsum(chosen)])
        indptr, partners, weights = upto[indptr], partners[chosen], weights[chosen]
    return Relation(name, indptr.astype(np.int64), partners.astype(np.int32), weights)
