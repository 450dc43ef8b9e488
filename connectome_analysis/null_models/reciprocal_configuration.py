"""Reciprocal configuration model: degrees are kept, and how many of its partners each neuron answers.

Every neuron keeps how many it sends to one way, how many send to it one way, and with how many it
is joined both ways. Each graph with these numbers is equally likely. The chain makes rounds of

- fast moves, see `reciprocal_switching`: switches of one-way edges, switches of mutual pairs,
  reversals of three-cycles;
- a few excursions, see `mutual_excursions`, without which some graphs could not be reached.

Milo et al. 2002, doi:10.1126/science.298.5594.824, hold motifs against graphs with these numbers;
Garlaschelli and Loffredo 2006, doi:10.1103/PhysRevE.73.015101, have the model that keeps them on
average.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled
from ..graph import Graph
from ..random_streams import State, stream
from .chain_length import USUAL, enough_per_edge, proposals_of, trial_steps
from .draw import Draw, EdgeArray, Mixing, edges_kept
from .dyad_tilt import EVEN, DyadTilted
from .edge_set import BIT_MATRIX_UP_TO_NODES, LANES, with_spare
from .mutual_excursions import make_excursions
from .partners import fill_partners, fill_receivers, joined_bits, places_of
from .reciprocal_switching import switch_dyads
from .tilt import one_of

KEEPS = (
    "the number of neurons each neuron sends to only, receives from only, and is joined with both "
    "ways; no self-loops"
)
# Fast moves and excursions take turns; a large graph, whose edges take time to regroup, needs few.
_ROUNDS = 20
_ROUNDS_OF_LARGE = 4
_LARGE = 1 << 10
# Excursions of a round: many for a handful of edges, where moves without them may not go far.
_EXCURSIONS = 200
_SMALL = 200
_EDGES_PER_EXCURSION = 1024


class ReciprocalConfigurationSampler:
    """Draws from the reciprocal configuration model of one graph.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    proposals_per_edge : float, optional
        Fast moves of the chain for each edge, rejected ones included, and at least 1,000 in all.
        Where left out 20, or more for a graph so dense that few are accepted, see `chain_length`.
    tilts : tuple of DyadTilted
        With one, graphs come in proportion to their weights under it instead of equally often; of
        several, each sample takes one at random.

    Attributes
    ----------
    proposals : int
        Steps of one sample, excursions included.
    length : (str, float)
        The option that sets the length of the chain, and its value.
    """

    keeps = KEEPS

    def __init__(
        self,
        g: Graph,
        *,
        proposals_per_edge: float | None = None,
        tilts: tuple[DyadTilted, ...] = (),
    ) -> None:
        self._g = g
        self._tilts = tilts or (EVEN,)
        self._places = places_of(g)
        self._rounds = _ROUNDS if g.n_edges < _LARGE else _ROUNDS_OF_LARGE
        few = min(_EXCURSIONS, _EXCURSIONS * _SMALL // max(g.n_edges, 1))
        self._excursions = max(few, g.n_edges // _EDGES_PER_EXCURSION)
        # Where mutual pairs are dense and one-way edges are not, pairs need more steps.
        n_one, n_two = int(self._places.one_way[-1]), int(self._places.mutual[-1])
        tried = trial_steps(g.n_edges)
        one, two = self._run(
            *(with_spare(g.out_indices), tried, (n_one, n_two), 1, 0),
            *(self._tilts[0], stream(0, 0)),
        )
        share = tried / max(g.n_edges, 1)
        enough_one = n_one * enough_per_edge(round(share * n_one), one)
        enough_two = n_two * enough_per_edge(round(share * n_two), two)
        if proposals_per_edge is None:
            proposals_per_edge = (enough_one + enough_two) / max(g.n_edges, 1) or USUAL
        self._shares = (round(enough_one), round(enough_two))
        self._steps = proposals_of(proposals_per_edge, g.n_edges)
        self.length = ("proposals_per_edge", float(proposals_per_edge))
        self.proposals = self._steps + self._rounds * self._excursions

    def draw(self, state: State) -> Draw:
        """Draw one graph; see `Sampler.draw`. Edges come by sender."""
        g = self._g
        if g.n_edges < 2:
            mixing = Mixing(proposals=0, accepted=0, edges_kept=1.0)
            return Draw(g.out_sources.copy(), g.out_indices.copy(), None, mixing)
        receivers = with_spare(g.out_indices)
        tilt = self._tilts[0]
        if len(self._tilts) > 1:
            tilt = self._tilts[int(one_of(len(self._tilts), state))]
        accepted = sum(
            self._run(
                *(receivers, self._steps, self._shares, self._rounds, self._excursions),
                *(tilt, state),
            )
        )
        receivers = receivers[: g.n_edges]
        mixing = Mixing(
            proposals=self.proposals,
            accepted=accepted,
            edges_kept=edges_kept(g, g.out_sources, receivers),
        )
        return Draw(g.out_sources.copy(), receivers, None, mixing)

    def _run(
        self,
        receivers: EdgeArray,
        steps: int,
        shares: tuple[int, int],
        rounds: int,
        excursions: int,
        tilt: DyadTilted,
        state: State,
    ) -> tuple[int, int]:
        """Run the chain on rows that begin as those of the graph.

        Returns how many steps changed one-way edges, or both kinds, and how many mutual pairs.
        """
        g = self._g
        if g.n_edges < 2:
            return 0, 0
        one, two = _run_rounds(
            *(g.out_sources, receivers, g.out_indptr, g.in_indptr, self._places),
            *(g.n_nodes <= BIT_MATRIX_UP_TO_NODES, steps, shares, rounds, excursions),
            *(*tilt, state),
        )
        return int(one), int(two)


@compiled
def _run_rounds(  # type: ignore[no-untyped-def]
    senders,
    receivers,
    offsets,
    in_offsets,
    places,
    in_bits,
    steps,
    shares,
    rounds,
    excursions,
    tilt,
    own,
    state,
):
    """Run the chain; how many steps changed one-way edges, or both kinds, and mutual pairs alone.

    receivers : (E + LANES,), by sender, changed in place; the other arrays as in `fill_partners`.
    """
    partners = np.full(places.rows[-1] + LANES, -1, np.int32)
    ends = np.empty(places.one_way[-1], np.int32)
    twins = np.empty(places.mutual[-1], np.int32)
    bits = np.empty((0, 0), np.uint64)
    cursors = np.zeros(2, np.int64)
    one, two = 0, 0
    for number in range(rounds):
        fill_partners(receivers, offsets, in_offsets, places, partners, ends, twins)
        if in_bits:
            bits = joined_bits(places, partners)
        share = steps * (number + 1) // rounds - steps * number // rounds
        moved, moved_two = switch_dyads(
            places, partners, ends, twins, bits, cursors, share, shares, tilt, own, state
        )
        fill_receivers(places, partners, receivers, offsets)
        moved += make_excursions(senders, receivers, offsets, excursions, tilt, own, state)
        one, two = one + moved, two + moved_two
    return one, two
