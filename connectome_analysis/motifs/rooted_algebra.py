"""Rooted algebra: from sums at each neuron to its induced count in every role, exactly.

As in `four_node_algebra`, with a root. A role is first counted wherever the edges of its class are:
from numbers known at each neuron and its neighbours by one linear step (`copies_from_sums`), and by
the kernels of `rooted_copies` into the columns that are named here. A second linear step takes out
the classes with more dyads (`rooted_containment`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import combinations_with_replacement, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .both_ends import BothEnds
from .four_node_algebra import STARS, STATES, code_of, flipped, parts, star_counts
from .four_node_classes import code_of_edges, code_tables, four_node_classes
from .rooted_copies import neighbour_sums
from .triads import Edge

if TYPE_CHECKING:
    import scipy.sparse as sp

Columns = NDArray[np.int64]

_TWO_STATES = tuple(combinations_with_replacement(STATES, 2))
_TWICE = 2


class EdgeColumns(NamedTuple):
    """Columns for `copies_over_edges`, by the states of (u, w), of a triangle, and what is added.

    A triangle u, w, v has type ``3 * (state(u, v) - 1) + state(w, v) - 1``.

    Attributes
    ----------
    paw_u, paw_w : (3, 9, 3) int64
        Role of u in the paw with its tail at w, and of w in that with its tail at u.
    chord_u, chord_w, side : (3, 9, 9) int64
        Roles of u, w and v in the diamond of two triangles over u, w; the first is that of v.
    """

    paw_u: Columns
    paw_w: Columns
    chord_u: Columns
    chord_w: Columns
    side: Columns


class CycleColumns(NamedTuple):
    """Columns for `copies_of_cycles`, by the types of the two-paths u-w-v and u-x-v.

    Attributes
    ----------
    end_u, end_v, middle : (9, 9) int64
        Roles of u, v and w.
    """

    end_u: Columns
    end_v: Columns
    middle: Columns


class SumsAtNeurons(NamedTuple):
    """What is known of all neurons before the roles of any, by rank.

    Attributes
    ----------
    triangles : (N, 27) int64
        Triangles v, a, b in the order ``9 * (state(v, a) - 1) + 3 * (state(v, b) - 1) +
        state(a, b) - 1``; each is there twice, as v, a, b and as v, b, a.
    partners : (N, 9) int64
        Sums of the degrees of the neighbours: by the state of the dyad, then that of theirs.
    """

    triangles: Columns
    partners: Columns


def n_roles() -> int:
    """Number of roles of all classes, 697."""
    return sum(len(kind.roles) for kind in four_node_classes().values())


@cache
def rooted_containment() -> sp.csr_array:
    """(697, 697) int64: row X, column Y, what to add to or take from X for each copy of Y."""
    import scipy.sparse as sp

    role = code_tables().role
    signed = np.zeros((n_roles(),) * 2, dtype=np.int64)
    for kind in four_node_classes().values():
        code = code_of_edges(kind.edges)
        for nodes in kind.roles:
            root = nodes[0]
            for part, sign in parts(code):
                if role[part, root] >= 0:
                    signed[role[part, root], role[code, root]] += sign
    return sp.csr_array(signed)


@cache
def edge_columns() -> EdgeColumns:
    """Columns of the roles that triangles over edges give."""
    columns = EdgeColumns(*(np.empty((3, 9, n), np.int64) for n in (3, 3, 9, 9, 9)))
    for uw, uv, wv in product(STATES, repeat=3):
        triangle = {(0, 1): uw, (0, 2): uv, (1, 2): wv}
        at = uw - 1, _pair(uv, wv)
        for tail in STATES:
            columns.paw_u[(*at, tail - 1)] = _role(triangle | {(1, 3): tail}, 0)
            columns.paw_w[(*at, tail - 1)] = _role(triangle | {(0, 3): tail}, 1)
        for uv2, wv2 in product(STATES, repeat=2):
            diamond = triangle | {(0, 3): uv2, (1, 3): wv2}
            both = (*at, _pair(uv2, wv2))
            columns.chord_u[both] = _role(diamond, 0)
            columns.chord_w[both] = _role(diamond, 1)
            columns.side[both] = _role(diamond, 2)
    return columns


@cache
def cycle_columns() -> CycleColumns:
    """Columns of the roles that pairs of two-paths give."""
    columns = CycleColumns(*(np.empty((9, 9), np.int64) for _ in range(3)))
    for uw, wv, ux, xv in product(STATES, repeat=4):
        cycle = {(0, 1): uw, (1, 2): wv, (0, 3): ux, (3, 2): xv}
        at = _pair(uw, wv), _pair(ux, xv)
        columns.end_u[at] = _role(cycle, 0)
        columns.end_v[at] = _role(cycle, 2)
        columns.middle[at] = _role(cycle, 1)
    return columns


def copies_from_sums(
    lists: BothEnds, sums: SumsAtNeurons, first: int, stop: int
) -> NDArray[np.int64]:
    """(stop - first, n_roles) int64: twice the copies of stars, paths and of paws at their corner.

    For the neurons first ... stop - 1; the columns that `rooted_copies` fills are 0.
    """
    here = slice(first, stop)
    degrees, triangles, partners = lists.degrees[here], sums.triangles[here], sums.partners[here]
    pairs = np.column_stack(
        [
            lists.degrees[:, a - 1] * (lists.degrees[:, b - 1] - (a == b)) // (1 + (a == b))
            for a, b in _TWO_STATES
        ]
    )
    counted = {
        "one": degrees,
        "two": _products(degrees, degrees),
        "star": star_counts(degrees),
        "partner": partners,
        "partner pair": neighbour_sums(lists, pairs, first, stop),
        "partner of partner": neighbour_sums(lists, sums.partners, first, stop),
        "one, partner": _products(degrees, partners),
        "triangle": triangles,
        "triangle of partner": neighbour_sums(lists, sums.triangles, first, stop),
        "triangle, one": _products(triangles, degrees),
    }
    widths, weights = _weights_of_sums()
    assert widths == {name: values.shape[1] for name, values in counted.items()}
    copies: NDArray[np.int64] = np.column_stack(list(counted.values())) @ weights
    return copies


def _products(left: Columns, right: Columns) -> Columns:
    """(N, L * R): every column of one times every column of the other."""
    return (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)


@cache
def _weights_of_sums() -> tuple[dict[str, int], sp.csr_array]:
    """Width of each group of sums in `copies_from_sums`, and (sum of widths, n_roles) weights."""
    import scipy.sparse as sp

    widths = {
        "one": 3,
        "two": 9,
        "star": 10,
        "partner": 9,
        "partner pair": 18,
        "partner of partner": 27,
        "one, partner": 27,
        "triangle": 27,
        "triangle of partner": 81,
        "triangle, one": 81,
    }
    starts = dict(zip(widths, np.cumsum([0, *widths.values()]).tolist(), strict=False))
    weights = np.zeros((sum(widths.values()), n_roles()), dtype=np.int64)

    def add(states: Mapping[Edge, int], group: str, place: int, weight: int) -> None:
        """Give the role of node 0, the root, `weight` times one of the sums."""
        weights[starts[group] + place, _role(states, 0)] += weight

    for place, states in enumerate(STARS):
        add(dict(zip(((0, 1), (0, 2), (0, 3)), states, strict=True)), "star", place, _TWICE)
    # Root at the tip of a star whose centre is 1: two more neighbours of the centre.
    for to_centre in STATES:
        back = flipped(to_centre)
        for place, (a, b) in enumerate(_TWO_STATES):
            star = {(0, 1): to_centre, (1, 2): a, (1, 3): b}
            add(star, "partner pair", 6 * (to_centre - 1) + place, _TWICE)
            if back == a == b:
                add(star, "partner", _pair(to_centre, a), -_TWICE)
                add(star, "one", to_centre - 1, _TWICE)
            elif back in (a, b):
                other = b if back == a else a
                add(star, "partner", _pair(to_centre, other), -_TWICE)
    for p, q, r in product(STATES, repeat=3):
        triple = 9 * (p - 1) + 3 * (q - 1) + r - 1
        # Root in the middle of a path: 1 at its one side, 2 and then 3 at its other.
        path = {(0, 1): p, (0, 2): q, (2, 3): r}
        add(path, "one, partner", triple, _TWICE)
        add(path, "partner", _pair(q, r), -_TWICE * (p == q))
        if r == flipped(q):
            add(path, "two", _pair(p, q), -_TWICE)
            add(path, "one", q - 1, _TWICE * (p == q))
        add(path, "triangle", 9 * (q - 1) + 3 * (p - 1) + r - 1, -_TWICE)
        # Root at the end of a path over 1 and 2 to 3.
        path = {(0, 1): p, (1, 2): q, (2, 3): r}
        add(path, "partner of partner", triple, _TWICE)
        if r == flipped(q):
            add(path, "partner", _pair(p, q), -_TWICE)
        if q == flipped(p):
            add(path, "two", _pair(p, r), -_TWICE)
            add(path, "one", p - 1, _TWICE * (r == p))
        add(path, "triangle", 9 * (p - 1) + 3 * (flipped(r) - 1) + q - 1, -_TWICE)
        # Root in a triangle 0, 1, 2, at the corner with the tail.
        for tail in STATES:
            paw = {(0, 1): p, (0, 2): q, (1, 2): r, (0, 3): tail}
            add(paw, "triangle, one", 3 * triple + tail - 1, 1)
            add(paw, "triangle", triple, -(tail == p) - (tail == q))
            # Root at the tail's end of a triangle 1, 2, 3 that it is no corner of.
            paw = {(0, 1): tail, (1, 2): p, (1, 3): q, (2, 3): r}
            add(paw, "triangle of partner", 27 * (tail - 1) + triple, 1)
            if p == flipped(tail):
                add(paw, "triangle", 9 * (tail - 1) + 3 * (r - 1) + q - 1, -_TWICE)
    return widths, sp.csr_array(weights)


def _role(states: Mapping[Edge, int], node: int) -> int:
    return int(code_tables().role[code_of(states), node])


def _pair(first: int, second: int) -> int:
    """Place of two states among the nine."""
    return 3 * (first - 1) + second - 1
