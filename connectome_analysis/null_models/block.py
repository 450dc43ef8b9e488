"""Block: degrees are kept, and how many edges go from each group of neurons to each other.

All graphs that have every neuron's in- and out-degree and every block's number of edges are equally
likely. The chain mixes by trades and is made complete by excursions, in rounds of

- *trades of receivers*: the neurons of a group are paired at random, and each pair puts together
  the receivers that only one of the two has and deals them out anew, all ways equally likely. Both
  senders are in one group, so no block gains or loses;
- *excursions*, see `class_switching`: with them, and only with them, the chain can reach every
  such graph, whatever the groups;
- *trades of senders*: the same for the neurons of a group as receivers.

Trades: Verhelst 2008, doi:10.1007/s11336-008-9062-3; Strona et al. 2014, doi:10.1038/ncomms5114;
every one of the pairs of a matching: Carstens, Berger and Strona 2016, arXiv:1609.05137.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..compiled import compiled
from ..graph import Graph
from ..random_streams import State, below, next_word, pick
from ..whole_numbers import require_whole
from .class_switching import make_excursions
from .draw import Draw, Mixing, edges_kept
from .edge_set import with_spare
from .groups import groups_of

KEEPS = (
    "the number of neurons each neuron sends to and receives from, and the number of edges from "
    "each group to each other; no self-loops"
)
ROUNDS = 40
# In a round one for so many edges, and on a handful of edges some 250: there some of the graphs
# wanted lie several wrong counts from all others, and one excursion in some hundred finds the way.
_EDGES_PER_EXCURSION = 64
_IF_SMALL = 25_000
# Every second may go on: what takes one step, the trades do better.
_ONCE = np.uint64(1)

_BEYOND = np.int32(np.iinfo(np.int32).max)  # above any neuron

_NO_POSITIONS: NDArray[np.float64] = np.empty((0, 3))
_NO_EDGES: NDArray[np.float64] = np.empty(0)


class BlockSampler:
    """Draws from the graphs with given degrees and numbers of edges between groups.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    groups : str or (N,) array
        A column of ``g.nodes``, for instance ``"cell_type"``, or one label for each neuron.
        Neurons without a label are together a group of their own.
    rounds : int
        Rounds of the chain; in each, every neuron trades once as a sender and once as a receiver.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> null = ca.null_models.sample(g, "block", groups="cell_class", rng=1)
    >>> bool((null.out_degree == g.out_degree).all())
    True
    """

    def __init__(
        self, g: Graph, *, groups: str | ArrayLike | None = None, rounds: int = ROUNDS
    ) -> None:
        require_whole("rounds", rounds)
        numbered = groups_of(g, groups)
        self.keeps = (
            "the number of neurons each neuron sends to and receives from, and the number of edges "
            f"from each {numbered.name} to each other{numbered.missing_in_words}; no self-loops"
        )
        self._g = g
        self._groups = numbered.of
        self._n_groups = numbered.n_groups
        self._rounds = int(rounds)
        self._excursions = g.n_edges // _EDGES_PER_EXCURSION + _IF_SMALL // (g.n_edges + 100)
        self._senders = _members(numbered.of, numbered.n_groups, g.out_degree)
        self._receivers = _members(numbered.of, numbered.n_groups, g.in_degree)

    def draw(self, state: State) -> Draw:
        """Draw one graph; see `Sampler.draw`. Edges come by sender, then receiver."""
        g = self._g
        receivers = with_spare(g.out_indices)
        trades = self._rounds * (_n_trades(self._senders[1]) + _n_trades(self._receivers[1]))
        proposals = trades + self._rounds * self._excursions
        if g.n_edges < 2:
            mixing = Mixing(proposals=0, accepted=0, edges_kept=1.0)
            return Draw(g.out_sources, g.out_indices, None, mixing)
        accepted = _run(
            *(g.out_sources, receivers, g.out_indptr, g.in_indptr, self._groups, self._n_groups),
            *(*self._senders, *self._receivers, self._rounds, self._excursions),
            *(_NO_POSITIONS, _NO_EDGES, state),
        )
        receivers = receivers[: g.n_edges].copy()
        mixing = Mixing(
            proposals=proposals,
            accepted=int(accepted),
            edges_kept=edges_kept(g, g.out_sources, receivers),
        )
        return Draw(g.out_sources, receivers, None, mixing)


def _members(
    of: NDArray[np.int32], count: int, degree: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Neurons that have edges, by group, and (count + 1,) where each group begins."""
    able = np.flatnonzero(degree)
    members = able[np.argsort(of[able], kind="stable")]
    sizes = np.bincount(of[able], minlength=count)
    return members, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _n_trades(bounds: NDArray[np.int64]) -> int:
    """Pairs that a round makes."""
    return int((np.diff(bounds) // 2).sum())


@compiled
def _run(  # type: ignore[no-untyped-def]
    senders,
    receivers,
    out_offsets,
    in_offsets,
    groups,
    n_groups,
    out_members,
    out_bounds,
    in_members,
    in_bounds,
    rounds,
    excursions,
    positions,
    squared_edges,
    state,
):
    """Run the chain; receivers, by sender and ascending in a row, are changed in place.

    The other arrays are not changed and not checked. Returns how many trades and excursions moved.
    """
    out_members, in_members = out_members.copy(), in_members.copy()
    n_nodes = out_offsets.shape[0] - 1
    by_receiver = np.empty(senders.shape[0], receivers.dtype)
    scratch = np.empty(senders.shape[0], receivers.dtype)
    ends = np.empty(n_nodes, np.int64)
    moved = 0
    for _ in range(rounds):
        moved += _trade(out_offsets, receivers, out_members, out_bounds, scratch, state)
        moved += make_excursions(
            *(senders, receivers, out_offsets, groups, n_groups),
            *(positions, squared_edges, excursions, _ONCE, None, None, None, state),
        )
        # Turned over twice, rows ascend again.
        _turn_over(out_offsets, receivers, in_offsets, by_receiver, ends)
        moved += _trade(in_offsets, by_receiver, in_members, in_bounds, scratch, state)
        _turn_over(in_offsets, by_receiver, out_offsets, receivers, ends)
    return moved


@compiled
def _turn_over(offsets, others, turned_offsets, turned, ends):  # type: ignore[no-untyped-def]
    """Write rows by the other end of their edges into `turned`; its rows ascend."""
    ends[:] = turned_offsets[:-1]
    for a in range(offsets.shape[0] - 1):
        for e in range(offsets[a], offsets[a + 1]):
            b = others[e]
            turned[ends[b]] = a
            ends[b] += 1


@compiled
def _trade(offsets, others, members, bounds, scratch, state):  # type: ignore[no-untyped-def]
    """Pair the members of each group at random and let each pair trade; how many did.

    others : (E,) rows of the other ends, ascending, in place; members shuffled in place.
    """
    trades = 0
    for k in range(bounds.shape[0] - 1):
        first, last = bounds[k], bounds[k + 1]
        for i in range(first, last - 1, 2):
            for place in (i, i + 1):
                j = place + below(state, last - place)
                members[place], members[j] = members[j], members[place]
            trades += _trade_pair(offsets, others, members[i], members[i + 1], scratch, state)
    return trades


@njit(inline="always")
def _trade_pair(offsets, others, a, c, scratch, state):  # type: ignore[no-untyped-def]
    """Deal out anew what only one of a and c has; 1 where there was something to deal.

    An edge between the two stays: given to the other it would be a self-loop.
    """
    first_a, last_a = offsets[a], offsets[a + 1]
    first_c, last_c = offsets[c], offsets[c + 1]
    # How many could go to the other neuron: of a, and of both.
    left_a, left_c = last_a - first_a, last_c - first_c
    for e in range(first_a, last_a):
        left_a -= others[e] == c
    for e in range(first_c, last_c):
        left_c -= others[e] == a
    i, j = first_a, first_c
    while i < last_a and j < last_c:
        x, y = others[i], others[j]
        left_a -= x == y
        left_c -= x == y
        i += x <= y
        j += y <= x
    left = left_a + left_c
    if left_a == 0 or left_c == 0:
        return 0
    # Merge the two rows and deal as they come, so that both ascend again.
    middle = last_a - first_a
    end = middle + last_c - first_c
    scratch[:middle] = others[first_a:last_a]
    scratch[middle:end] = others[first_c:last_c]
    i, j = np.int64(0), middle
    while i < middle or j < end:
        x = scratch[i] if i < middle else _BEYOND
        y = scratch[j] if j < end else _BEYOND
        i += x <= y
        j += y <= x
        if x == y:
            others[first_a] = others[first_c] = x
            first_a += 1
            first_c += 1
            continue
        to_a = x < y  # as it was
        x = min(x, y)
        if x != c and x != a:
            to_a = pick(next_word(state), left) < left_a
            left -= 1
            left_a -= to_a
        others[first_a if to_a else first_c] = x
        first_a += to_a
        first_c += not to_a
    return 1
