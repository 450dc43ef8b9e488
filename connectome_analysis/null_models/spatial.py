"""Spatial: how the chance of a connection falls with distance is kept, and nothing else.

Distances between neurons fall into bins. With ``fixed="edges"`` each bin keeps its number of edges,
and all graphs with these numbers are equally likely; with ``fixed="density"`` each ordered pair is
an edge with the observed probability of its bin, on its own. Both are drawn directly, see
`distance_pairs`. With ``keep_degrees`` every neuron's in- and out-degree is kept beside the number
of edges of each bin, by the chain of `class_switching`.

Two bins, within 50 um and beyond, are the spatial null of Lin et al. 2024,
doi:10.1038/s41586-024-07968-y.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import Graph
from ..random_streams import State, stream
from .chain_length import USUAL, enough_per_edge
from .class_switching import make_excursions
from .distance_pairs import DistancePairs, edges_by_bin
from .distinct import binomial
from .draw import Draw, Mixing, edges_kept
from .edge_set import with_spare
from .options import require_choice, require_positive
from .positions import Positions, bin_edges, curve_order, positions_of

if TYPE_CHECKING:
    import pandas as pd

KEEPS = "the number of edges between neurons at each range of distances"
LEAST_PROPOSALS = 10_000

_NO_GROUPS: NDArray[np.int32] = np.empty(0, np.int32)
# Of so many excursions, and one, one may have more than one step: see `class_switching`. On small
# graphs every second, since there some of the graphs wanted lie far from all others.
_ONCE, _ONCE_IF_SMALL = np.uint64(15), np.uint64(1)


# Moves that keep the numbers of the bins go less far than others: three times as many as usual.
_MOVES_PER_EDGE, _MOST_PER_EDGE = 18.0, 1500.0


class SpatialSampler:
    """Draws edges among the pairs of neurons at each range of distances.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    positions_nm : (N, 3) array, optional
        x, y, z of each neuron in nm; by default the columns ``x_nm``, ``y_nm``, ``z_nm`` of
        ``g.nodes``.
    bin_edges_um : sequence of float, optional
        From 0 to infinity; a bin has its lower edge and not its upper. By default at the quantiles
        of edge length: ten bins with as many edges each, fewer for fewer than 200 edges.
    fixed : {"edges", "density"}
        ``"edges"``: exactly as many edges in each bin. ``"density"``: each ordered pair with the
        observed probability of its bin.
    keep_degrees : bool
        Keep each neuron's in- and out-degree too.
    proposals_per_edge : float, optional
        With `keep_degrees`: steps of the chain for each edge, rejected ones included; at least
        10,000 in all. By default as many as make 18 accepted ones an edge, going by a trial: from
        20 to 1,500. Few proposals are accepted where there are many bins.

    Examples
    --------
    >>> g = Graph.from_edges([0, 1, 2], [1, 2, 3])
    >>> along = [(10_000 * i, 0, 0) for i in range(4)]
    >>> sampler = SpatialSampler(g, positions_nm=along, bin_edges_um=(0, 15, np.inf))
    >>> sampler.keeps
    'the number of edges between neurons less than 15 um apart and farther'
    """

    def __init__(
        self,
        g: Graph,
        *,
        positions_nm: ArrayLike | None = None,
        bin_edges_um: ArrayLike | None = None,
        fixed: Literal["edges", "density"] = "edges",
        keep_degrees: bool = False,
        proposals_per_edge: float | None = None,
    ) -> None:
        require_choice("fixed", fixed, ("edges", "density"))
        if proposals_per_edge is not None:
            require_positive("proposals_per_edge", proposals_per_edge)
        if keep_degrees and fixed != "edges":
            msg = f'keep_degrees=True needs fixed="edges", got {fixed!r}; leave out one of the two.'
            raise ValueError(msg)
        self._g = g
        self._fixed = fixed
        self._positions = positions_of(g, positions_nm)
        self._edges_um = bin_edges(g, self._positions, bin_edges_um)
        self._squared_edges = (1000.0 * self._edges_um[1:-1]) ** 2
        self._n_edges: NDArray[np.int64] = edges_by_bin(
            g.out_sources, g.out_indices, self._positions, self._squared_edges
        )
        self._pairs = None if keep_degrees else self._make_pairs()
        self._rows = _rows_along_curve(g, self._positions) if keep_degrees else None
        per_edge = USUAL if proposals_per_edge is None else float(proposals_per_edge)
        self._proposals = max(g.n_edges, LEAST_PROPOSALS)
        if keep_degrees and proposals_per_edge is None and g.n_edges > 1:
            trial = self.draw(stream(0, 0)).mixing
            per_edge = enough_per_edge(
                trial.proposals, trial.accepted, moves=_MOVES_PER_EDGE, most=_MOST_PER_EDGE
            )
        self._proposals = max(math.ceil(per_edge * g.n_edges), LEAST_PROPOSALS)
        if keep_degrees:
            self.length = ("proposals_per_edge", per_edge)
        self.keeps = _in_words(self._edges_um)
        if keep_degrees:
            self.keeps += ", and of neurons each neuron sends to and receives from"
        elif fixed == "density":
            self.keeps += ", on average"

    def _make_pairs(self) -> DistancePairs:
        return DistancePairs(self._positions, self._squared_edges, self._n_edges)

    def connection_probability(self) -> pd.DataFrame:
        """Observed probability of an edge in each bin.

        Returns
        -------
        DataFrame, one row per bin
            ``from_um``, ``to_um``; ``pairs``, ordered; ``edges``; ``probability``, NaN where no
            two neurons are so far apart.
        """
        import pandas as pd

        pairs = 2 * (self._pairs or self._make_pairs()).counts
        probability = np.full(len(pairs), np.nan)
        np.divide(self._n_edges, pairs, out=probability, where=pairs > 0)
        return pd.DataFrame(
            {
                "from_um": self._edges_um[:-1],
                "to_um": self._edges_um[1:],
                "pairs": pairs,
                "edges": self._n_edges,
                "probability": probability,
            }
        )

    def draw(self, state: State) -> Draw:
        """Draw one graph; see `Sampler.draw`. Edges come by sender."""
        if self._rows is not None:
            return self._draw_with_degrees(self._rows, state)
        pairs_of = self._pairs or self._make_pairs()
        g = self._g
        keys = []
        for k, (edges, pairs) in enumerate(
            zip(self._n_edges.tolist(), pairs_of.counts.tolist(), strict=True)
        ):
            if edges == 0:
                continue
            exactly = self._fixed == "edges"
            count = edges if exactly else binomial(state, 2 * pairs, edges / (2 * pairs))
            senders, receivers = pairs_of.draw(k, count, state)
            keys.append(senders.astype(np.int64) * g.n_nodes + receivers)
        # In order of senders, what follows reads memory from one end to the other.
        ordered = np.sort(np.concatenate([np.empty(0, np.int64), *keys]))
        senders, receivers = (
            ends.astype(np.int32) for ends in np.divmod(ordered, max(g.n_nodes, 1))
        )
        kept = edges_kept(g, senders, receivers)
        return Draw(senders, receivers, None, Mixing(proposals=0, accepted=0, edges_kept=kept))

    def _draw_with_degrees(self, rows: _Rows, state: State) -> Draw:
        g = self._g
        if g.n_edges < 2:
            mixing = Mixing(proposals=0, accepted=0, edges_kept=1.0)
            return Draw(g.out_sources, g.out_indices, None, mixing)
        receivers = rows.receivers.copy()
        once = _ONCE if self._proposals > LEAST_PROPOSALS else _ONCE_IF_SMALL
        accepted = make_excursions(
            *(rows.senders, receivers, rows.offsets, _NO_GROUPS, 0),
            *(rows.positions, self._squared_edges, self._proposals, once, None, None, None, state),
        )
        senders, receivers = rows.order[rows.senders], rows.order[receivers[: g.n_edges]]
        mixing = Mixing(
            proposals=self._proposals,
            accepted=int(accepted),
            edges_kept=edges_kept(g, senders, receivers),
        )
        return Draw(senders, receivers, None, mixing)


class _Rows(NamedTuple):
    """Edges by sender, neurons in order along a curve through the brain.

    Edges near each other in the list then leave neurons near each other, and two such edges can
    mostly exchange receivers without a change of their bins.
    """

    order: NDArray[np.int32]
    senders: NDArray[np.int32]
    receivers: NDArray[np.int32]
    offsets: NDArray[np.int64]
    positions: Positions


def _rows_along_curve(g: Graph, positions: Positions) -> _Rows:
    order = curve_order(positions).astype(np.int32)
    place = np.empty_like(order)
    place[order] = np.arange(len(order), dtype=np.int32)
    senders = place[g.out_sources]
    by_sender = np.argsort(senders, kind="stable")
    return _Rows(
        order=order,
        senders=senders[by_sender],
        receivers=with_spare(place[g.out_indices[by_sender]]),
        offsets=np.concatenate([[0], np.cumsum(g.out_degree[order])]).astype(np.int64),
        positions=positions[order],
    )


def _in_words(edges_um: NDArray[np.float64]) -> str:
    """What is kept, for bins with these edges."""
    inner = [f"{edge:.4g}" for edge in edges_um[1:-1]]
    if not inner:
        return "the number of edges"
    if len(inner) == 1:
        return f"the number of edges between neurons less than {inner[0]} um apart and farther"
    return (
        f"the number of edges between neurons at each of {len(inner) + 1} ranges of distance, "
        f"parted at {', '.join(inner)} um"
    )
