"""Corrupt a graph: pass a true graph through the observation channel.

Splits and merges act on the true neurons first; what they left is then detected, pair by pair:
synapses are missed and invented and pairs below the threshold dropped, or connections are missed
and invented. A fragment has the rates of its neuron, a merged neuron those of the one it goes by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...graph import Graph, require_graph
from ...random_streams import Seed
from ..edge_rates import counts_of
from ..generators import generator
from .channel import Seen, channel_of_rates, pair_rates
from .merging import draw_partners, goes_by, merging_neurons, neighbours
from .neuron_rates import neuron_rates
from .parts import Parts, events_table, inherited, make_parts, mapping_table, node_table
from .split_graph import Rows, split_rows

if TYPE_CHECKING:
    import pandas as pd

    from ..error_model import ErrorModel


class CorruptedGraph(NamedTuple):
    """A corrupted graph and what happened to it.

    Attributes
    ----------
    graph : Graph
    events : DataFrame
        One row per split and merge: ``event``, ``node_id`` of the neuron, ``other_id`` (Int64) of
        its fragment, null where that is lost, or of the neuron it went into, and the ``weight``
        that left or was added.
    mapping : DataFrame
        One row per true neuron, and one per fragment: ``true_id``, ``part`` ("whole", "rest" or
        "fragment") and the ``node_id`` (Int64) where it is now, null where it is lost.
    counts : dict of str to int
        Neurons ``split`` and ``merged``, ``self_loops_dropped`` that merges made, connections
        ``missed`` and ``false``, compared with those there were after splits and merges.
    """

    graph: Graph
    events: pd.DataFrame
    mapping: pd.DataFrame
    counts: dict[str, int]


def corrupt(g: Graph, model: ErrorModel, rng: Seed = 0) -> Graph:
    """Draw a graph as a reconstruction with these errors would have it, given the true one.

    Parameters
    ----------
    g : Graph
        The truth. For models of synapses (`recall`, `false_rate`, completeness, threshold) its
        weights count synapses. Self-loops are left out.
    model : ErrorModel
    rng : int or numpy.random.Generator

    Returns
    -------
    Graph
        For models of synapses, weights are the synapses seen: binomial of the true ones, plus a
        Poisson number of false ones, where these are at least `min_synapses`. For models of
        connections (`alpha`, `beta`), those that are seen keep their weight and false ones, only
        between neurons that are not connected, have weight 1; `min_synapses` plays no part there.
        Neurons that are left without connections stay.

    Raises
    ------
    ValueError
        Where the model is one of synapses and weights do not count them.

    Notes
    -----
    A split takes synapses away from a neuron by `Split.part`: each by chance; all with some of its
    partners, those that lie together where the node table has positions; all it sends; or all it
    receives. Where weights do not count synapses, connections leave whole. Fragments that are kept
    are nodes with ids above the largest and a copy of their neuron's row; the column
    ``fragment_of`` says whose. A merged neuron's connections are added to those of its partner and
    connections between the two are dropped. Fragments are not merged.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], weight=[10, 10, 10])
    >>> corrupt(g, ca.errors.ErrorModel(recall=0.5), rng=1).weights.tolist()
    [7, 3, 7]
    """
    seen, base = _seen(g, model, rng)[:2]
    return base.with_edges(*seen)


def corrupt_with_log(g: Graph, model: ErrorModel, rng: Seed = 0) -> CorruptedGraph:
    """As `corrupt`, with a record of what happened; the same seed gives the same graph.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1])
    >>> split = ca.errors.Split(probability=1, part="axon", keep_fragment=True)
    >>> result = corrupt_with_log(g, ca.errors.ErrorModel(split=split))
    >>> result.graph.nodes["fragment_of"].tolist()
    [<NA>, <NA>, <NA>, 1, 2, 3]
    >>> result.counts["split"], result.graph.n_edges
    (3, 3)
    """
    seen, base, log = _seen(g, model, rng)
    graph = base.with_edges(*seen)
    before = log.true.out_sources * np.int64(log.true.n_nodes) + log.true.out_indices
    after = graph.out_sources * np.int64(graph.n_nodes) + graph.out_indices
    found = len(np.intersect1d(before, after, assume_unique=True))
    n_nodes = len(log.parts.true_ids)
    left = log.left > 0
    n_merged = np.bincount(log.rows.senders, log.rows.weights, n_nodes)
    n_merged += np.bincount(log.rows.receivers, log.rows.weights, n_nodes)
    counts = {
        "split": int(left.sum()),
        "merged": int((log.goes_by != np.arange(n_nodes)).sum()),
        "self_loops_dropped": log.n_loops,
        "missed": log.true.n_edges - found,
        "false": graph.n_edges - found,
    }
    return CorruptedGraph(
        graph,
        events_table(log.parts, log.goes_by, left, log.left, n_merged - log.left),
        mapping_table(log.parts, left),
        counts,
    )


class _Log(NamedTuple):
    true: Graph
    parts: Parts
    rows: Rows
    left: np.ndarray[Any, np.dtype[np.float64]]
    goes_by: np.ndarray[Any, np.dtype[np.int64]]
    n_loops: int


def _seen(g: Graph, model: ErrorModel, rng: Seed) -> tuple[Seen, Graph, _Log]:
    """What is seen, a graph on the neurons there are then, and what happened."""
    require_graph(g)
    g = g.without_self_loops()
    kept, false = pair_rates(model, g)
    counted = not model.of_connections
    if counted and kept.constant == 1.0 and false.constant == 0.0 and model.min_synapses == 1:
        counted = _are_counts(g)  # splits and merges alone need no synapses
    if counted:
        counts_of(g)
    gen = generator(rng)
    base, log = _fragmented(g, model, gen, counted=counted)
    if model.fragments:
        kept, false = inherited(kept, log.parts), inherited(false, log.parts)
    channel = channel_of_rates(kept, false, model, of_connections=not counted)
    true = log.true
    return channel.draw(true.out_sources, true.out_indices, true.weights, gen), base, log


def _fragmented(
    g: Graph, model: ErrorModel, gen: np.random.Generator, *, counted: bool
) -> tuple[Graph, _Log]:
    """Split and merge neurons."""
    nothing = np.zeros(g.n_edges, bool)
    rows = Rows(g.out_sources, g.out_indices, nothing, nothing, g.weights)
    itself = np.arange(g.n_nodes)
    if not model.fragments:
        same = Parts(g.node_ids, g.node_ids, itself, itself, np.full(g.n_nodes, -1))
        return g, _Log(g, same, rows, np.zeros(g.n_nodes), itself, 0)
    if model.split is not None:
        chance = neuron_rates(model.split.probability, g, "split.probability")
        chosen = gen.random(g.n_nodes) < chance
        rows = split_rows(g, model.split, chosen, gen, counted=counted)
    left = rows.left(g.n_nodes)
    into = itself
    if model.merge is not None:
        merging = merging_neurons(model.merge, g, gen)
        partners = draw_partners(merging, neighbours(model.merge, g), gen)
        into = goes_by(g.n_nodes, merging[partners >= 0], partners[partners >= 0])
    keep_fragment = model.split is not None and model.split.keep_fragment
    parts = make_parts(g.node_ids, into, (left > 0) & keep_fragment)
    senders = np.where(rows.sender_left, parts.fragment[rows.senders], parts.rest[rows.senders])
    receivers = np.where(
        rows.receiver_left, parts.fragment[rows.receivers], parts.rest[rows.receivers]
    )
    there = (senders >= 0) & (receivers >= 0)
    loops = there & (senders == receivers)
    there &= ~loops
    nodes = node_table(parts, g.nodes)
    base = Graph.from_edges(
        [], [], nodes=nodes, name=g.name, weight_meaning=g.weight_meaning, how_counted=g.how_counted
    )
    true = base.with_edges(senders[there], receivers[there], rows.weights[there])
    n_loops = len(set(zip(rows.senders[loops], rows.receivers[loops], strict=True)))
    return base, _Log(true, parts, rows, left, into, n_loops)


def _are_counts(g: Graph) -> bool:
    return g.n_edges == 0 or bool(g.weights.min() >= 1 and np.all(g.weights % 1 == 0))
