"""Channel: an error model made ready for one set of neurons, to pass many graphs through quickly.

Splits and merges are no part of it: they change who the neurons are, see `corrupt_graph`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...compiled import compiled
from ...random_streams import Seed, State, seed_number, stream, unit
from ..edge_rates import edge_rates, synapse_rates
from ..rate_table import RateTable
from .false_pairs import Dense, FalsePairs, false_connections, false_pairs, place_of

if TYPE_CHECKING:
    from ...graph import Graph
    from ..error_model import ErrorModel

# Up to so many synapses are looked at one by one, which is faster than drawing gaps between them.
_ONE_BY_ONE = 32


class Seen(NamedTuple):
    """What is seen of one true graph.

    Attributes
    ----------
    senders, receivers : (M,) int32
        Dense indices, each ordered pair once, no self-pair, in any order.
    counts : (M,) int64, or the type given where connections keep their weights
    """

    senders: Dense
    receivers: Dense
    counts: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Channel:
    """Made by `channel_of`; can be pickled, and many threads may draw from it at once.

    Attributes
    ----------
    n_nodes : int
    kept : RateTable
        Probability that a true synapse (or connection) of the pair is seen.
    false : FalsePairs
    min_synapses : int
    of_connections : bool
        Whether whole connections are missed and invented, rather than synapses.
    """

    n_nodes: int
    kept: RateTable
    false: FalsePairs
    min_synapses: int
    of_connections: bool

    def draw(
        self,
        senders: NDArray[Any],
        receivers: NDArray[Any],
        counts: NDArray[Any] | None,
        rng: Seed | State = 0,
    ) -> Seen:
        """Draw what is seen of a true graph.

        Parameters
        ----------
        senders, receivers : (E,) int
            Dense indices in [0, N); each ordered pair once, no self-loop; not checked here.
        counts : (E,) array or None
            True synapses of each pair, whole numbers. For models of connections any weights, which
            those seen keep; false connections have weight 1. None stands for ones.
        rng : int, numpy.random.Generator, or (4,) uint64
            A seed, or a stream as of `random_streams.stream`, which is changed.

        Examples
        --------
        >>> import connectome_analysis as ca
        >>> g = ca.open("celegans-varshney2011").graph()
        >>> channel = channel_of(ca.errors.ErrorModel(recall=0.5), g)
        >>> seen = channel.draw(g.out_sources, g.out_indices, g.weights, rng=1)
        >>> bool(seen.counts.sum() < g.weights.sum())
        True
        """
        state = rng if isinstance(rng, np.ndarray) else stream(seed_number(rng), 0)
        senders, receivers = np.asarray(senders, np.int32), np.asarray(receivers, np.int32)
        false = self.false.draw(state)
        rate = self.kept
        of = (rate.sender_class, rate.receiver_class, rate.table, rate.keys, rate.values)
        if not self.of_connections:
            true = np.ones(len(senders), np.int64) if counts is None else counts.astype(np.int64)
            return Seen(
                *_seen_synapses(state, senders, receivers, true, *of, *false, self.min_synapses)
            )
        weights = np.ones(len(senders), np.int64) if counts is None else np.asarray(counts)
        kept, new = _seen_connections(state, senders, receivers, *of, *false)
        ones = np.ones(len(new), weights.dtype)
        return Seen(
            np.concatenate([senders[kept], false[0][new]]),
            np.concatenate([receivers[kept], false[1][new]]),
            np.concatenate([weights[kept], ones]),
        )


def channel_of(model: ErrorModel, g: Graph) -> Channel:
    """Make a model ready for graphs on the neurons of `g`; the edges of `g` do not matter.

    Raises
    ------
    ValueError
        Where the model has splits or merges, which change the neurons.
    """
    if model.fragments:
        msg = (
            "A channel of pairs has no splits or merges; pass graphs through ErrorModel.corrupt, or "
            "leave them out: model.replace(split=None, merge=None)."
        )
        raise ValueError(msg)
    return channel_of_rates(*pair_rates(model, g), model)


def pair_rates(model: ErrorModel, g: Graph) -> tuple[RateTable, RateTable]:
    """Probability that what is true of a pair is seen, and the rate of what is false."""
    require_rates(model)
    if model.of_connections:
        of_edges = edge_rates(model, g)
        return of_edges.beta.map(lambda beta: 1.0 - beta), of_edges.alpha
    of_synapses = synapse_rates(model, g)
    return of_synapses.recall, of_synapses.false_rate


def require_rates(model: ErrorModel) -> None:
    """Raise a ValueError where a model only knows which edges of what was seen are false."""
    if model.confidence_odds is not None:
        msg = (
            "A model of confidences says which edges that were seen are false, not what would be seen of "
            "a true graph; errors.fit_confidence makes rates of the same confidences, which can."
        )
        raise ValueError(msg)


def channel_of_rates(
    kept: RateTable, false: RateTable, model: ErrorModel, *, of_connections: bool | None = None
) -> Channel:
    """Make a channel of rates known for each pair; threshold and kind are the model's."""
    whole = model.of_connections if of_connections is None else of_connections
    kept = RateTable(
        np.ascontiguousarray(kept.sender_class),
        np.ascontiguousarray(kept.receiver_class),
        np.ascontiguousarray(kept.table),
        np.ascontiguousarray(kept.keys),
        np.ascontiguousarray(kept.values),
    )
    line = false_connections(false) if whole else false_pairs(false)
    return Channel(kept.n_nodes, kept, line, model.min_synapses, whole)


@njit(inline="always")
def _thinned(state, count, p):  # type: ignore[no-untyped-def]
    """Draw a binomial number exactly."""
    if p >= 1.0:
        return count
    if p <= 0.0:
        return np.int64(0)
    if count <= _ONE_BY_ONE:
        kept = np.int64(0)
        for _ in range(count):
            kept += np.int64(unit(state) < p)
        return kept
    rare = min(p, 1.0 - p)
    log_none = np.log1p(-rare)
    hits = np.int64(0)
    at = np.floor(np.log(1.0 - unit(state)) / log_none)
    while at < count:
        hits += 1
        at += 1.0 + np.floor(np.log(1.0 - unit(state)) / log_none)
    return hits if rare == p else count - hits


@compiled
def _by_sender(senders, n_nodes):  # type: ignore[no-untyped-def]
    """Places of pairs ordered by sender, and where the pairs of each sender begin: a counting sort."""
    starts = np.zeros(n_nodes + 1, np.int64)
    for e in range(senders.shape[0]):
        starts[senders[e] + 1] += 1
    for s in range(n_nodes):
        starts[s + 1] += starts[s]
    order, at = np.empty(senders.shape[0], np.int64), starts[:-1].copy()
    for e in range(senders.shape[0]):
        s = senders[e]
        order[at[s]] = e
        at[s] += 1
    return starts, order


# Both kernels go through the true pairs sender by sender, with the false pairs of that sender marked
# at their receivers. A hash table of all false pairs took three times as long on a graph of the fly.


@compiled
def _seen_synapses(state, senders, receivers, counts, *rest):  # type: ignore[no-untyped-def]
    """Thin the counts, add the false ones, keep pairs of the threshold; not checked here.

    rest : arrays of the rate table, false pairs (senders, receivers, numbers, changed), threshold
    """
    sender_class, receiver_class, table, keys, values, false_s, false_r, false_n, least = rest
    n_nodes, own, n_false = sender_class.shape[0], keys.shape[0] > 0, false_s.shape[0]
    starts, order = _by_sender(senders, n_nodes)
    false_starts, false_order = _by_sender(false_s, n_nodes)
    marked = np.zeros(n_nodes, np.int64)
    most = senders.shape[0] + n_false
    out_s, out_r = np.empty(most, np.int32), np.empty(most, np.int32)
    out_n = np.empty(most, np.int64)
    found = 0
    for s in range(n_nodes):
        for i in range(false_starts[s], false_starts[s + 1]):
            marked[false_r[false_order[i]]] = false_order[i] + 1
        for i in range(starts[s], starts[s + 1]):
            e = order[i]
            r = receivers[e]
            p = table[sender_class[s], receiver_class[r]]
            if own:
                place = place_of(keys, np.int64(s) * n_nodes + r)
                p = values[place] if place >= 0 else p
            seen = _thinned(state, counts[e], p)
            if marked[r]:
                seen += false_n[marked[r] - 1]
                false_n[marked[r] - 1] = 0
            if seen >= least:
                out_s[found], out_r[found], out_n[found] = s, r, seen
                found += 1
        for i in range(false_starts[s], false_starts[s + 1]):
            f = false_order[i]
            marked[false_r[f]] = 0
            if false_n[f] >= least:
                out_s[found], out_r[found], out_n[found] = s, false_r[f], false_n[f]
                found += 1
    return out_s[:found].copy(), out_r[:found].copy(), out_n[:found].copy()


@compiled
def _seen_connections(state, senders, receivers, *rest):  # type: ignore[no-untyped-def]
    """Places of the connections that are seen, and of the false pairs that are not connected.

    rest : arrays of the rate table, false pairs (senders, receivers, numbers, changed)
    """
    sender_class, receiver_class, table, keys, values, false_s, false_r, false_n = rest
    n_nodes, own = sender_class.shape[0], keys.shape[0] > 0
    starts, order = _by_sender(senders, n_nodes)
    false_starts, false_order = _by_sender(false_s, n_nodes)
    marked = np.zeros(n_nodes, np.int64)
    kept = np.empty(senders.shape[0], np.int64)
    n_kept = 0
    for s in range(n_nodes):
        for i in range(false_starts[s], false_starts[s + 1]):
            marked[false_r[false_order[i]]] = false_order[i] + 1
        for i in range(starts[s], starts[s + 1]):
            e = order[i]
            r = receivers[e]
            p = table[sender_class[s], receiver_class[r]]
            if own:
                place = place_of(keys, np.int64(s) * n_nodes + r)
                p = values[place] if place >= 0 else p
            if p >= 1.0 or unit(state) < p:
                kept[n_kept] = e
                n_kept += 1
            if marked[r]:
                false_n[marked[r] - 1] = 0
        for i in range(false_starts[s], false_starts[s + 1]):
            marked[false_r[false_order[i]]] = 0
    return kept[:n_kept].copy(), np.flatnonzero(false_n)
