"""Configuration model: every neuron keeps how many it sends to and how many it receives from.

Each graph with these degrees, without self-loops and parallel edges, is equally likely. It is drawn
by one of two chains: `switching` of two edges at a time, or trades of whole rows as in `curveball`.
Both are exact. Switching comes to an independent sample sooner, most of all where some neurons
have far more receivers than others: in a trade with a small neuron a hub gives away little.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph
from ..random_streams import State, stream
from .chain_length import LEAST_PROPOSALS, enough_per_edge, proposals_of, trial_steps
from .curveball import trade_and_reverse
from .draw import Draw, EdgeArray, Mixing, edges_kept
from .edge_set import BIT_MATRIX_UP_TO_NODES, bit_rows, hub_rows, with_spare
from .options import require_choice, require_positive
from .switching import switch_and_reverse
from .tilt import EVEN, Tilted, tilt_for

Method = Literal["switching", "curveball"]

KEEPS = "the number of neurons each neuron sends to and receives from; no self-loops"
ROUNDS = 100

_NO_BITS: NDArray[np.uint64] = np.empty((0, 0), np.uint64)
_NO_HUB: NDArray[np.int32] = np.empty(0, np.int32)


class ConfigurationSampler:
    """Draws from the configuration model of one graph.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    method : {"switching", "curveball"}
        Both draw every graph with the same degrees equally often.
    proposals_per_edge : float, optional
        For switching: steps of the chain for each edge, rejected ones included, and at least 1,000
        in all. Where left out 20, or more for a graph so dense that few are accepted, see
        `chain_length`.
    rounds : float, optional
        For curveball: how often every neuron trades; 100 where left out, and as often as makes
        1,000 trades in all. Rounded up.
    tilts : tuple of Tilted
        With one, graphs come in proportion to their odds under it instead of equally often; of
        several, each sample takes one at random. For switching only.

    Attributes
    ----------
    proposals : int
        Steps of one sample; for curveball trades.
    length : (str, float)
        The option that sets the length of the chain, and its value.

    Raises
    ------
    ValueError
        For a length that is not above 0, or that of the other method.
    """

    keeps = KEEPS

    def __init__(
        self,
        g: Graph,
        *,
        method: Method = "switching",
        proposals_per_edge: float | None = None,
        rounds: float | None = None,
        tilts: tuple[Tilted, ...] = (),
    ) -> None:
        require_choice("method", method, ("switching", "curveball"))
        self._g = g
        self._method = method
        self._tilts = tilts
        self._bits, self._hub, self._hub_bits = _NO_BITS, _NO_HUB, _NO_BITS
        if method == "curveball":
            if tilts:
                msg = "Errors need method='switching'; trades of whole rows cannot take them in."
                raise ValueError(msg)
            if proposals_per_edge is not None:
                msg = "proposals_per_edge is for method='switching'; curveball has rounds."
                raise ValueError(msg)
            given = ROUNDS if rounds is None else rounds
            require_positive("rounds", given)
            self.length = ("rounds", float(given))
            self._traders = np.flatnonzero(g.out_degree).astype(np.int32)
            trades = max(len(self._traders) // 2, 1)
            self._rounds = max(int(np.ceil(given)), -(-LEAST_PROPOSALS // trades))
            self.proposals = self._rounds * trades
            return
        if rounds is not None:
            msg = "rounds is for method='curveball'; switching has proposals_per_edge."
            raise ValueError(msg)
        if g.n_nodes <= BIT_MATRIX_UP_TO_NODES:
            self._bits = bit_rows(g.n_nodes, g.n_nodes, g.out_sources, g.out_indices)
        else:
            self._hub, self._hub_bits = hub_rows(g)
        if proposals_per_edge is None:
            tried = trial_steps(g.n_edges)
            tilt = tilts[0] if tilts else EVEN
            trial = self._switch(with_spare(g.out_indices), tried, tilt, stream(0, 0))
            proposals_per_edge = enough_per_edge(tried, trial)
        self.proposals = proposals_of(proposals_per_edge, g.n_edges)
        self.length = ("proposals_per_edge", float(proposals_per_edge))

    def draw(self, state: State) -> Draw:
        """Draw one graph; see `Sampler.draw`. Edges come by sender."""
        g = self._g
        if g.n_edges < 2:
            mixing = Mixing(proposals=0, accepted=0, edges_kept=1.0)
            return Draw(g.out_sources.copy(), g.out_indices.copy(), None, mixing)
        receivers = with_spare(g.out_indices)
        if self._method == "curveball":
            accepted = trade_and_reverse(
                *(g.out_sources, receivers, g.out_indptr, self._traders.copy()),
                *(self._rounds, state),
            )
        else:
            accepted = self._switch(receivers, self.proposals, tilt_for(self._tilts, state), state)
        receivers = receivers[: g.n_edges]
        mixing = Mixing(
            proposals=self.proposals,
            accepted=int(accepted),
            edges_kept=edges_kept(g, g.out_sources, receivers),
        )
        return Draw(g.out_sources.copy(), receivers, None, mixing)

    def _switch(self, receivers: EdgeArray, steps: int, tilt: Tilted, state: State) -> int:
        """Run the chain on rows that begin as those of the graph; how many steps changed them."""
        g = self._g
        if g.n_edges < 2:
            return 0
        accepted = switch_and_reverse(
            *(g.out_sources, receivers, g.out_indptr, self._bits.copy()),
            *(self._hub, self._hub_bits.copy(), steps, *tilt, state),
        )
        return int(accepted)
