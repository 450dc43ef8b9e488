"""Transitivity: how often two partners of a neuron are partners of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..motifs.triad_census import triad_census

if TYPE_CHECKING:
    from ..graph import Graph

_OPEN = ("021D", "021U", "021C", "111D", "111U", "201")
_CLOSED = ("030T", "030C", "120D", "120U", "120C", "210", "300")


def transitivity(g: Graph, *, n_jobs: int | None = None) -> float:
    """3 x triangles / connected triples of the undirected simplified graph.

    Newman, Strogatz and Watts 2001, doi:10.1103/PhysRevE.64.026118. Direction, weight and
    self-loops do not matter. NaN where no neuron has two partners.

    Examples
    --------
    A triangle and one more neuron on one of its corners: 1 triangle, 5 triples.

    >>> import connectome_analysis as ca
    >>> ca.measures.transitivity(ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 4]))
    0.6
    """
    census = triad_census(g, n_jobs=n_jobs)
    triangles = int(census.loc[list(_CLOSED)].sum())
    triples = 3 * triangles + int(census.loc[list(_OPEN)].sum())
    return 3 * triangles / triples if triples else float("nan")
