"""Four-node algebra: from sums over edges and pairs to the induced count of every class, exactly.

Two linear steps on whole numbers. A class is first counted wherever its edges are, whatever the
other dyads of the four hold; each such number is a sum of `EdgeAndPairSums`, of degrees and of
four-cliques. Then whoever has more dyads is taken out: what is induced is the alternating sum over
all classes that contain it, with as many ways as it is contained in each (inclusion and exclusion).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import combinations_with_replacement, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .edge_and_pair_sums import EdgeAndPairSums
from .four_node_classes import (
    DYADS,
    N_CODES,
    code_of_edges,
    code_tables,
    four_node_classes,
)
from .triads import Edge

if TYPE_CHECKING:
    import scipy.sparse as sp

STATES = (1, 2, 3)
STARS = tuple(combinations_with_replacement(STATES, 3))

# Diamonds and paws are met twice, so everything is counted twice and halved once at the end.
_TWICE = 2
# Sum of the cubed degrees above which twice a count may not fit 63 bits: no class has more copies
# than there are paths and stars, at most 2/3 of that sum.
_MOST_CUBES = 2.0**61


def flipped(state: int) -> int:
    """State of a dyad seen from its other end."""
    return (state & 1) << 1 | state >> 1


def code_of(states: Mapping[Edge, int]) -> int:
    """Code of the labelled graph whose dyad (a, b) is in the given state seen from a."""
    code = 0
    for (a, b), state in states.items():
        a_first = state if a < b else flipped(state)
        code |= a_first << 2 * DYADS.index((min(a, b), max(a, b)))
    return code


def require_countable(degrees: NDArray[np.int64]) -> None:
    """Raise where counts could pass 63 bits. degrees : (N, 3), as in `BothEnds`."""
    cubes = float((degrees.sum(axis=1).astype(np.float64) ** 3).sum())
    if cubes > _MOST_CUBES:
        msg = (
            "Four-node counts are kept in 64 bits, which is sure to suffice up to a sum of cubed "
            f"degrees of {_MOST_CUBES:.2g}; this graph has {cubes:.2g}. Leave out its largest hubs "
            "with subgraph(), or count in parts of it."
        )
        raise OverflowError(msg)


def star_counts(degrees: NDArray[np.int64]) -> NDArray[np.int64]:
    """(N, 10) int64: stars round each neuron by the states of their three dyads, as in `STARS`."""
    two = degrees * (degrees - 1) // 2
    three = two * (degrees - 2) // 3
    d1, d2, d3 = degrees.T
    columns = {
        (1, 1, 1): three[:, 0],
        (1, 1, 2): two[:, 0] * d2,
        (1, 1, 3): two[:, 0] * d3,
        (1, 2, 2): d1 * two[:, 1],
        (1, 2, 3): d1 * d2 * d3,
        (1, 3, 3): d1 * two[:, 2],
        (2, 2, 2): three[:, 1],
        (2, 2, 3): two[:, 1] * d3,
        (2, 3, 3): d2 * two[:, 2],
        (3, 3, 3): three[:, 2],
    }
    return np.column_stack([columns[states] for states in STARS])


def induced_counts(
    sums: EdgeAndPairSums, degrees: NDArray[np.int64], cliques: NDArray[np.int64]
) -> NDArray[np.int64]:
    """(199,) int64: induced count of each class, in the order of `four_node_classes`.

    Parameters
    ----------
    sums : EdgeAndPairSums
    degrees : (N, 3) int64
        As in `BothEnds`; see `require_countable`.
    cliques : (4096,) int64
        From `four_clique_codes`.
    """
    stars = star_counts(degrees).sum(axis=0)
    counted = np.concatenate([sums.edges.ravel(), sums.cycles.ravel(), stars, cliques])
    twice: NDArray[np.int64] = containment() @ (_weights() @ counted)
    return twice // _TWICE


@cache
def containment() -> sp.csr_array:
    """(199, 199) int64: what to add and take away, from wherever-counted to induced.

    Row X, column Y: in how many ways Y holds X on its four nodes, negative where Y has an odd
    number of dyads more.
    """
    motif = code_tables().motif
    signed = np.zeros((len(four_node_classes()),) * 2, dtype=np.int64)
    for column, kind in enumerate(four_node_classes().values()):
        for part, sign in parts(code_of_edges(kind.edges)):
            if motif[part] >= 0:
                signed[motif[part], column] += sign
    return _sparse(signed)


def parts(code: int) -> list[tuple[int, int]]:
    """Each labelled graph left when some dyads are taken away, and 1 or -1 by their parity."""
    joined = [k for k in range(6) if code >> 2 * k & 3]
    found = []
    for kept in product((False, True), repeat=len(joined)):
        part = sum(
            (code >> 2 * k & 3) << 2 * k for k, keep in zip(joined, kept, strict=True) if keep
        )
        found.append((part, -1 if kept.count(False) % 2 else 1))
    return found


@cache
def _weights() -> sp.csr_array:
    """(199, 768 + 81 + 10 + 4096) int64: twice the copies of each class from the sums."""
    motif = code_tables().motif
    edge_sum = np.arange(3 * 16 * 16).reshape(3, 16, 16)
    cycle_sum = edge_sum.size + np.arange(81).reshape(9, 9)
    star_sum = edge_sum.size + cycle_sum.size + np.arange(len(STARS))
    clique = edge_sum.size + cycle_sum.size + star_sum.size + np.arange(N_CODES)
    weights = np.zeros((len(four_node_classes()), clique[-1] + 1), dtype=np.int64)

    def add(states: Mapping[Edge, int], column: np.int64, weight: int) -> None:
        weights[motif[code_of(states)], column] += weight

    # u is node 0, w node 1; place 15 stands for 1.
    for uw, uv, wv in product(STATES, repeat=3):
        at, triangle = edge_sum[uw - 1], _pair(uv, wv)
        for uv2, wv2 in product(STATES, repeat=2):
            diamond = {(0, 1): uw, (0, 2): uv, (1, 2): wv, (0, 3): uv2, (1, 3): wv2}
            add(diamond, at[triangle, _pair(uv2, wv2)], 1)
            add(diamond, at[triangle, 15], -(uv == uv2 and wv == wv2))
        for tail in STATES:
            paw = {(0, 1): uw, (0, 2): uv, (1, 2): wv}
            at_u, at_w = paw | {(0, 3): tail}, paw | {(1, 3): tail}
            add(at_u, at[triangle, 8 + tail], 1)
            add(at_u, at[triangle, 15], -(tail == uw) - (tail == uv))
            add(at_w, at[triangle, 11 + tail], 1)
            add(at_w, at[triangle, 15], -(tail == flipped(uw)) - (tail == wv))
        # A neighbour of u and one of w; neither is u or w, and they are not the same.
        path = {(0, 1): uw, (0, 2): uv, (1, 3): wv}
        u_is_w, w_is_u = uv == uw, wv == flipped(uw)
        add(path, at[8 + uv, 11 + wv], _TWICE)
        add(path, at[15, 11 + wv], -_TWICE * u_is_w)
        add(path, at[8 + uv, 15], -_TWICE * w_is_u)
        add(path, at[15, 15], _TWICE * (u_is_w and w_is_u))
        add(path, at[triangle, 15], -_TWICE)
    for uw, wv, ux, xv in product(STATES, repeat=4):
        cycle = {(0, 1): uw, (1, 2): wv, (0, 3): ux, (3, 2): xv}
        add(cycle, cycle_sum[_pair(uw, wv), _pair(ux, xv)], _TWICE)
    for column, states in zip(star_sum, STARS, strict=True):
        add(dict(zip(((0, 1), (0, 2), (0, 3)), states, strict=True)), column, _TWICE)
    for code in range(N_CODES):
        if all(code >> 2 * k & 3 for k in range(6)):
            weights[motif[code], clique[code]] += _TWICE
    return _sparse(weights)


def _pair(first: int, second: int) -> int:
    """Place of two states among the nine."""
    return 3 * (first - 1) + second - 1


def _sparse(matrix: NDArray[np.int64]) -> sp.csr_array:
    import scipy.sparse as sp

    return sp.csr_array(matrix)
