"""Comparisons: two attributes of a motif held against each other, as checks and ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .columns import Mask, NodeColumns, edge_weights, ranks_together
from .kernels import EDGES, NODES
from .motif import Comparison, Motif, Operator
from .words import mistake

if TYPE_CHECKING:
    from ...graph import Graph

_OPERATORS: dict[Operator, int] = {"=": 0, "!=": 1, "<": 2, "<=": 3}
_TURNED: dict[Operator, Operator] = {">": "<", ">=": "<="}


class Comparisons:
    """The comparisons of a motif on a graph.

    Attributes
    ----------
    ranks : list of (N,) int32 array
        Attributes of neurons, two that are compared in one order; -1 where missing.
    """

    def __init__(self, g: Graph, motif: Motif, columns: NodeColumns) -> None:
        self.ranks: list[NDArray[np.int32]] = []
        self._between: list[tuple[Comparison, int]] = []
        self._motif = motif
        for comparison in motif.comparisons:
            left, right = comparison.left, comparison.right
            if isinstance(left.owner, int):
                one = columns.column(left.attribute, left.place)
                two = columns.column(right.attribute, right.place)
                if one.kind != two.kind:
                    raise mistake(
                        motif.text,
                        right.place,
                        f"{one.name} and {two.name} cannot be compared: one holds {one.words}, "
                        f"the other {two.words}",
                    )
                if one.kind == "truth" and comparison.operator not in ("=", "!="):
                    raise mistake(
                        motif.text, left.place, f"{one.name} is true or false and has no order"
                    )
                self._between.append((comparison, len(self.ranks)))
                self.ranks += ranks_together(one, two)
            else:
                for term in (left, right):
                    edge_weights(g, term.attribute, term.place, motif.text)
                self._require_edges(comparison)
                self._between.append((comparison, -1))

    def _require_edges(self, comparison: Comparison) -> None:
        if comparison.left.owner == comparison.right.owner:
            place = comparison.right.place
            raise mistake(self._motif.text, place, "the weight of an edge is compared with itself")

    def within_nodes(self) -> list[tuple[int, Mask]]:
        """For comparisons inside one node, the node and the neurons that meet them."""
        found = []
        for comparison, first in self._between:
            node = comparison.left.owner
            if isinstance(node, int) and node == comparison.right.owner:
                found.append((node, _met(comparison, self.ranks[first], self.ranks[first + 1])))
        return found

    def checks(self, nodes: tuple[int, ...]) -> list[list[tuple[int, ...]]]:
        """For each depth of a walk, the rows of checks that can be made there; see `kernels`."""
        depth_of = {node: depth for depth, node in enumerate(nodes)}
        found: list[list[tuple[int, ...]]] = [[] for _ in nodes]
        for comparison, first in self._between:
            left, right = comparison.left.owner, comparison.right.owner
            operator = comparison.operator
            if isinstance(left, int) and isinstance(right, int):
                if left == right:
                    continue
                sides = [(first, depth_of[left]), (first + 1, depth_of[right])]
                depth, kind = max(sides[0][1], sides[1][1]), NODES
            else:
                assert isinstance(left, tuple)
                assert isinstance(right, tuple)
                sides = [(depth_of[a], depth_of[b]) for a, b in (left, right)]
                depth, kind = max(max(side) for side in sides), EDGES
            if operator in _TURNED:
                sides.reverse()
                operator = _TURNED[operator]
            found[depth].append((kind, *sides[0], *sides[1], _OPERATORS[operator]))
        return found


def _met(comparison: Comparison, one: NDArray[np.int32], two: NDArray[np.int32]) -> Mask:
    compare = {
        "=": np.equal,
        "!=": np.not_equal,
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
    }[comparison.operator]
    return np.asarray(compare(one, two) & (one >= 0) & (two >= 0), dtype=bool)
