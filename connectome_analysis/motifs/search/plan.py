"""Plan: in which order neurons are put at the nodes of a motif, and which lists are joined when.

The order is the one with the least expected work of all in which every node but the first is
joined to an earlier one. What to expect comes from the relations themselves: how many pairs each
has and, for two relations at one node, how their lengths go together there, so that hubs count
for what they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from .kernels import AND, CHECK_COLUMNS, DIFFERENT, EDGES, ROW, STEP_COLUMNS, WITHOUT
from .motif import Pair
from .pairs import Pairs
from .relations import Relation


@dataclass(frozen=True)
class Plan:
    """What the kernel is told; see `kernels.advance`.

    Attributes
    ----------
    nodes : tuple of int
        The motif's nodes in the order of the walk.
    pairs : list of Pairs
        The distinct relations as seen from the earlier node.
    steps, step_ptr, list_of_node, order, order_ptr, checks, check_ptr : int64 arrays
    marked : list of int
        The lists that may be marked.
    room : list of int
        For each list, how many neurons it needs room for.
    compare_weights : bool
        Whether a check looks at weights of edges.
    at_once : bool
        Whether the last node can be counted without looking at each neuron.
    """

    nodes: tuple[int, ...]
    pairs: list[Pairs]
    steps: NDArray[np.int64]
    step_ptr: NDArray[np.int64]
    list_of_node: NDArray[np.int64]
    order: NDArray[np.int64]
    order_ptr: NDArray[np.int64]
    checks: NDArray[np.int64]
    check_ptr: NDArray[np.int64]
    marked: list[int]
    room: list[int]
    compare_weights: bool
    at_once: bool


# ---------------------------------------------------------------- the order


class _Expectation:
    """How many neurons to expect at a node, given one at a node before it."""

    def __init__(self, relations: list[Relation], sizes: list[int]) -> None:
        self.sizes = sizes
        self.fitting: dict[Pair, Pairs] = {}
        for relation in relations:
            if relation.fits:
                for node, other in (relation[:2], relation[1::-1]):
                    self.fitting[node, other] = relation.seen_from(node)
        self._known: dict[tuple[int, ...], float] = {}

    def partners(self, node: int, target: int, through: int | None) -> float:
        """Mean length of the list for `target` at a neuron at `node`, reached from `through`."""
        key = (node, target, -1 if through is None else through)
        if key not in self._known:
            pairs = self.fitting[node, target]
            if through is None:
                self._known[key] = pairs.size / max(self.sizes[node], 1)
            else:
                others = self.fitting[node, through]
                # Not a product of BLAS, which wakes its threads for a tenth of a millisecond.
                together = float(np.einsum("i,i->", others.float_lengths, pairs.float_lengths))
                self._known[key] = together / max(others.size, 1)
        return self._known[key]

    def work(self, order: tuple[int, ...]) -> float:
        """Expected steps of a walk in this order; infinite where a node is joined to none before."""
        total = prefixes = float(self.sizes[order[0]])
        waiting = dict.fromkeys(order[1:], -1.0)  # length of the list so far
        for depth, node in enumerate(order):
            if depth:
                prefixes *= max(waiting.pop(node), 0.0)
                total += prefixes * (depth < len(order) - 1)
            before = [n for n in order[:depth] if (node, n) in self.fitting]
            for later in order[depth + 1 :]:
                if (node, later) not in self.fitting:
                    continue
                pairs = self.fitting[node, later]
                if not pairs.ready:  # its lists are still to be turned round
                    total += 2 * pairs.size
                length = self.partners(node, later, before[-1] if before else None)
                so_far = waiting[later]
                if so_far < 0:
                    waiting[later] = length
                    continue
                total += prefixes * min(length, 8 * so_far)
                waiting[later] = so_far * length / max(self.sizes[later], 1)
            if depth < len(order) - 1 and waiting[order[depth + 1]] < 0:
                return float("inf")
        return total


def best_order(relations: list[Relation], sizes: list[int]) -> tuple[int, ...]:
    """The order of nodes with the least expected work; of equals the first."""
    expectation = _Expectation(relations, sizes)
    return min(permutations(range(len(sizes))), key=expectation.work)


# ---------------------------------------------------------------- the steps


def make_plan(
    nodes: tuple[int, ...],
    relations: list[Relation],
    before: list[Pair],
    candidates: list[NDArray[np.bool_] | None],
    checks: list[list[tuple[int, ...]]],
) -> Plan:
    """Turn an order of nodes into steps.

    Parameters
    ----------
    nodes : tuple of int
        In the order of the walk.
    relations : list of Relation
    before : list of (a, b)
        The neuron at node a must stand before the one at b in the graph.
    candidates : list of (N,) bool array or None
    checks : list of lists
        For each depth, rows of the kernel's checks, those for different neurons left out.
    """
    depth_of = {node: depth for depth, node in enumerate(nodes)}
    at = {frozenset(relation[:2]): relation for relation in relations}
    size = len(nodes)
    pairs: list[Pairs] = []
    steps: list[list[int]] = []
    made_at: list[int] = []  # depth of each list
    room: list[int] = []
    marked: set[int] = set()
    current: dict[int, int] = {}  # of each target depth, its list so far
    pending: dict[int, list[int]] = {depth: [] for depth in range(size)}  # to be taken away
    step_ptr = [0]

    def new_list(depth: int, needs: int) -> int:
        made_at.append(depth)
        room.append(needs)
        return len(made_at) - 1

    def step(kind: int, target: int, depth: int, *, left: int = -1, right: int = -1) -> int:
        most = longest[left] if kind == WITHOUT else min(longest[left], longest[right])
        result = new_list(depth, most + 1)  # kernels write a candidate before they judge it
        longest[result] = most
        steps.append([kind, target, result, -1, left, right, 1])
        return result

    longest: dict[int, int] = {}
    for depth, node in enumerate(nodes):
        for target in range(depth + 1, size):
            relation = at.get(frozenset((node, nodes[target])))
            if relation is None:
                continue
            seen = relation.seen_from(node)
            if not any(seen is one for one in pairs):
                pairs.append(seen)
            number = next(i for i, one in enumerate(pairs) if one is seen)
            row = new_list(depth, 0)
            longest[row] = int(seen.lengths.max(initial=0))
            steps.append([ROW, target, row, number, -1, -1, int(relation.fits)])
            if not relation.fits:
                pending[target].append(row)
            elif target in current:
                older = current[target]
                if made_at[older] < depth:
                    marked.add(older)
                current[target] = step(AND, target, depth, left=older, right=row)
            else:
                current[target] = row
            if target in current:
                for barred in pending[target]:
                    if made_at[barred] < depth:
                        marked.add(barred)
                    current[target] = step(
                        WITHOUT, target, depth, left=current[target], right=barred
                    )
                pending[target] = []
        step_ptr.append(len(steps))

    order: list[list[int]] = []
    order_ptr = [0]
    check_rows: list[tuple[int, ...]] = []
    check_ptr = [0]
    conditions = [(depth_of[a], depth_of[b]) for a, b in before]
    for depth, node in enumerate(nodes):
        order += [[a, 1] for a, b in conditions if b == depth and a < depth]
        order += [[b, 0] for a, b in conditions if a == depth and b < depth]
        order_ptr.append(len(order))
        ordered = {other for other, _ in order[order_ptr[-2] :]}
        for other in range(depth):
            relation = at.get(frozenset((node, nodes[other])))
            joined = relation is not None and relation.fits
            if not joined and other not in ordered and _overlap(candidates, node, nodes[other]):
                check_rows.append((DIFFERENT, other, 0, 0, 0, 0))
        check_rows += checks[depth]
        check_ptr.append(len(check_rows))
    return Plan(
        nodes=nodes,
        pairs=pairs,
        steps=_table(steps, STEP_COLUMNS),
        step_ptr=np.array(step_ptr, dtype=np.int64),
        list_of_node=np.array([current.get(depth, -1) for depth in range(size)], dtype=np.int64),
        order=_table(order, 2),
        order_ptr=np.array(order_ptr, dtype=np.int64),
        checks=_table(check_rows, CHECK_COLUMNS),
        check_ptr=np.array(check_ptr, dtype=np.int64),
        marked=sorted(marked),
        room=room,
        compare_weights=any(row[0] == EDGES for row in check_rows),
        at_once=not checks[size - 1],
    )


def _overlap(candidates: list[NDArray[np.bool_] | None], a: int, b: int) -> bool:
    left, right = candidates[a], candidates[b]
    return left is None or right is None or bool(np.any(left & right))


def _table(rows: Iterable[Iterable[int]], columns: int) -> NDArray[np.int64]:
    return np.array(list(rows), dtype=np.int64).reshape(-1, columns)
