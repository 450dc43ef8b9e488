"""Clusters: cell types found without labels, by the method asked for, and how sure each neuron is."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph, require_graph
from ..measures.choice import require_choice
from ..measures.per_neuron import labels_of, require_positive
from ..random_streams import Seed, seed_number
from ..whole_numbers import require_whole
from .block_types import block_model
from .found import Found
from .hierarchical import hierarchical
from .leiden import leiden
from .resampling import Resample, in_the_same_cluster, resampled, resampled_unit
from .result import CellTypes, as_objects, by_size
from .spectral import spectral
from .structural_order import structural_order
from .unseeded import rounds

Method = Literal["hierarchical", "leiden", "spectral", "block_model", "rounds"]
Confidence = Literal["bootstrap", "posterior", "none"]
_FUNCTIONS: dict[str, Callable[..., Found]] = {
    "hierarchical": hierarchical,
    "leiden": leiden,
    "spectral": spectral,
    "block_model": block_model,
    "rounds": rounds,
}
_NOT_OPTIONS = {"g", "n_types", "seed", "n_jobs", "progress", "begin"}
# Methods that have a posterior of their own; bootstrapping a block model would refit it each time.
_POSTERIOR = ("spectral", "block_model", "rounds")


def cluster(
    g: Graph,
    method: Method = "hierarchical",
    n_types: int | None = None,
    *,
    confidence: Confidence | None = None,
    n_resamples: int = 20,
    resample: Resample = "auto",
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> CellTypes:
    """Find cell types from wiring alone.

    Parameters
    ----------
    g : Graph
        Weights above 0.
    method : str
        ``"hierarchical"``: dendrogram of how alike neurons' partners are; options ``metric``
        (``"ruzicka"``, ``"cosine"``, ``"jaccard"``), ``direction``, ``value``, ``types``, ``linkage``
        (``"ward"``, ``"average"``, ``"complete"``, ``"single"``), ``neighbours``, ``most_types``.
        ``"leiden"``: communities of the graph that joins each neuron to those most like it, or of the
        connectome itself; options ``of`` (``"similarity"``, ``"wiring"``), ``neighbours``, ``metric``,
        ``direction``, ``value``, ``types``, ``resolution``, ``n_runs``. Needs igraph.
        ``"spectral"``: Gaussian mixture in a spectral embedding; options ``embedding`` (``"adjacency"``,
        ``"laplacian"``, ``"omnibus"``), ``others``, ``n_dimensions``, ``value``, ``covariance``,
        ``most_types``, ``n_starts``. Needs scikit-learn.
        ``"block_model"``: degree-corrected stochastic block model; options ``nested``, ``weighted``,
        ``engine`` (``"own"``, ``"graph-tool"``), ``n_runs``, ``n_draws``.
        ``"rounds"``: seeded typing without seeds, in the spirit of NTAC, from another clustering on;
        options ``begin`` (a method, or labels) and those of the method it begins with.
    n_types : int, optional
        How many. By default the method's criterion decides: largest mean silhouette; modularity, at
        a resolution; lowest BIC; least description length. `CellTypes.chosen` and
        `CellTypes.scores` say how.
    confidence : {"bootstrap", "posterior", "none"}, optional
        Bootstrap: the share of graphs with resampled connections in which a neuron is in the
        cluster that matches its own one to one; the number of types (of Leiden, the resolution) is that
        found. Posterior: the probability that the method itself gives, where it has one (spectral,
        block_model; for rounds, the lead). By default the posterior where there is one.
    n_resamples : int
        Graphs of the bootstrap.
    resample : {"auto", "synapses", "edges"}
        What is drawn anew, with replacement. Synapses where weights count them.
    rng : int or numpy.random.Generator
        The same seed gives the same types, in whatever order the neurons come.
    n_jobs : int, optional
        Threads; the answer does not depend on it.
    progress : callable, optional
        Told (steps done, steps).

    Returns
    -------
    CellTypes
        Numbers of clusters, 0 the largest. Neurons without any connection have no type.

    Raises
    ------
    ValueError
        Where an option is not one of the method's, a weight is below 0, or more types are asked
        for than there are neurons with a connection.
    ImportError
        Where a method's library is missing.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.cell_types.planted_types(300, 9000, 5, partners=2, rng=1)
    >>> found = ca.cell_types.cluster(g, "hierarchical", 5, value="log", n_resamples=5)
    >>> found.n_types
    5
    """
    require_graph(g)
    require_choice("method", method, get_args(Method))
    if n_types is not None:
        require_whole("n_types", n_types)
    require_whole("n_resamples", n_resamples)
    if confidence is None:
        confidence = "posterior" if method in _POSTERIOR else "bootstrap"
    require_choice("confidence", confidence, get_args(Confidence))
    if confidence == "posterior" and method not in _POSTERIOR:
        msg = f"method={method!r} has no posterior; take confidence='bootstrap' or 'none'."
        raise ValueError(msg)
    require_choice("resample", resample, get_args(Resample))
    require_positive(g)
    begin = options.pop("begin", "leiden") if method == "rounds" else None
    _require_options(method, begin, options)
    if method == "rounds" and not (isinstance(begin, str) and begin in _FUNCTIONS):
        begin = labels_of(g, begin, argument="begin")
    seed = seed_number(rng)
    connected = (g.out_degree + g.in_degree) > 0
    part = g if connected.all() else g.subgraph(g.node_ids[connected])
    order = structural_order(part)
    part = part.in_order(order)
    n = part.n_nodes
    if n_types is not None and n_types > n:
        msg = (
            f"{n_types:,} types were asked for, and {n:,} neurons have a connection; ask for fewer."
        )
        raise ValueError(msg)
    if n < 3:
        found = Found(np.zeros(n, dtype=np.int64), f"only {n} neurons have a connection")
        return _result(g, connected, order, found, method, None, "not known", seed)
    others = [
        _same_neurons(g, other, connected).in_order(order) for other in options.pop("others", ())
    ]
    if others:
        options["others"] = others

    def run(graph: Graph, wanted: int | None, tell: Any, **more: Any) -> Found:
        return _run(method, begin, graph, wanted, seed, n_jobs, tell, {**options, **more})

    resamples = n_resamples if confidence == "bootstrap" else 0
    found = run(part, n_types, None if resamples else progress)
    labels = _by_size(found.labels)
    if confidence == "none":
        return _result(g, connected, order, found, method, None, "not asked for", seed)
    if confidence == "posterior":
        return _result(
            g, connected, order, found, method, found.probability, found.probability_is, seed
        )
    unit = resampled_unit(part, resample)
    same = np.zeros(n)
    fixed = dict(found.fixed)
    wanted = fixed.pop("n_types", found.labels.max() + 1)
    for k in range(resamples):
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(k,)))
        sample = resampled(part, unit, random)
        left = (sample.out_degree + sample.in_degree) > 0
        other = np.full(n, -1, dtype=np.int64)
        smaller = sample if left.all() else sample.subgraph(sample.node_ids[left])
        if smaller.n_nodes >= 3:
            most = None if wanted is None else int(min(wanted, smaller.n_nodes))
            other[left] = run(smaller, most, None, **fixed).labels
        same += in_the_same_cluster(labels, other)
        if progress is not None:
            progress(k + 1, resamples)
    meaning = f"share of {resamples} graphs with resampled {unit} in which it keeps its cluster"
    return _result(g, connected, order, found, method, same / resamples, meaning, seed)


def _run(
    method: str,
    begin: Any,
    g: Graph,
    n_types: int | None,
    seed: int,
    n_jobs: int | None,
    progress: Any,
    options: dict[str, Any],
) -> Found:
    if method == "rounds":
        if isinstance(begin, str) and begin in _FUNCTIONS:
            begin = _run(begin, None, g, n_types, seed, n_jobs, None, options)
        return rounds(g, begin, n_jobs=n_jobs, progress=progress)
    function = _FUNCTIONS[method]
    takes = signature(function).parameters
    common = {"seed": seed, "n_jobs": n_jobs, "progress": progress}
    return function(g, n_types, **{k: v for k, v in common.items() if k in takes}, **options)


def _require_options(method: str, begin: Any, options: dict[str, Any]) -> None:
    """Raise where an option is not one of the method's, naming those that are."""
    by_name = begin if isinstance(begin, str) and begin in _FUNCTIONS else method
    takes: list[str] = []
    if by_name != "rounds":
        takes = [k for k in signature(_FUNCTIONS[by_name]).parameters if k not in _NOT_OPTIONS]
    wrong = [name for name in options if name not in takes]
    if wrong:
        has = ", ".join(takes) if takes else "no further options"
        msg = f"method={by_name!r} has no option {wrong[0]!r}; it has: {has}."
        raise ValueError(msg)


def _same_neurons(g: Graph, other: Graph, connected: NDArray[np.bool_]) -> Graph:
    require_graph(other)
    if not np.array_equal(other.node_ids, g.node_ids):
        msg = "Graphs in others= must have the same neurons in the same order as the first."
        raise ValueError(msg)
    return other if connected.all() else other.subgraph(g.node_ids[connected])


def _result(
    g: Graph,
    connected: NDArray[np.bool_],
    order: NDArray[np.int64],
    found: Found,
    method: str,
    confidence: NDArray[np.float64] | None,
    confidence_is: str,
    seed: int,
) -> CellTypes:
    """Labels of all neurons, by falling size of clusters; None where a neuron has no connection."""
    import pandas as pd

    place = np.flatnonzero(connected)[order]
    labels = _spread(_by_size(found.labels), place, g.n_nodes)
    sure = np.full(g.n_nodes, np.nan)
    if confidence is not None:
        sure[:] = 0.0
        sure[place] = confidence
    levels = None
    if found.levels:
        each = [found.labels, *found.levels]
        levels = np.stack([_spread(_by_size(level), place, g.n_nodes) for level in each])
    embedding = None
    if found.embedding is not None:
        embedding = np.full((g.n_nodes, found.embedding.shape[1]), np.nan)
        embedding[place] = found.embedding
    linkage = found.linkage
    if linkage is not None:
        leaf = linkage[:, :2] < len(order)
        linkage = linkage.copy()
        linkage[:, :2][leaf] = order[linkage[:, :2][leaf].astype(np.int64)]
        linkage[:, :2].sort(axis=1)
    return CellTypes(
        node_ids=g.node_ids,
        labels=labels,
        confidence=sure,
        method=method,
        chosen=f"Their number: {found.chosen}.",
        confidence_is=confidence_is,
        seed=seed,
        scores=pd.DataFrame() if found.scores is None else found.scores,
        levels=levels,
        linkage=linkage,
        embedding=embedding,
        facts=found.facts,
    )


def _spread(
    labels: NDArray[np.int64], place: NDArray[np.int64], n_neurons: int
) -> NDArray[np.object_]:
    """Labels of all neurons, from those of the neurons at some places; None elsewhere."""
    every = as_objects([None] * n_neurons)
    every[place] = as_objects(None if label < 0 else label for label in labels.tolist())
    return every


def _by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers by falling size; -1, no cluster, stays."""
    numbers = np.full(len(labels), -1, dtype=np.int64)
    numbers[labels >= 0] = by_size(labels[labels >= 0])
    return numbers
