"""Normalisation: connectomes counted differently, made comparable before they are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from ..measures.choice import require_choice
from ..measures.density import density
from ..random_streams import Seed, seed_number
from .equal_density import LeftOut, to_density
from .equal_recall import to_equal_recall
from .given import Given, Many, models_by_name, named_graphs
from .matched_neurons import in_order
from .relative_weights import with_input_fractions, with_output_fractions, with_ranks

if TYPE_CHECKING:
    from ..errors.error_model import ErrorModel
    from ..graph import Graph

Normalisation: TypeAlias = Literal[
    "input_fraction", "output_fraction", "rank", "equal_density", "equal_recall", "shared_neurons"
]
_WEIGHTS = {
    "input_fraction": with_input_fractions,
    "output_fraction": with_output_fractions,
    "rank": with_ranks,
}


def normalised(
    connectomes: Many,
    to: Normalisation,
    *,
    error_models: Sequence[ErrorModel | None] | Mapping[str, ErrorModel] | None = None,
    leave_out: LeftOut = "random",
    by: str | None = None,
    edge_type: str | None = "chemical",
    min_synapses: int | None = None,
    where: str | None = None,
    rng: Seed = 0,
) -> dict[str, Graph]:
    """Make connectomes comparable.

    Parameters
    ----------
    connectomes : sequence, or mapping from names
        Each a `Connectome`, a `Graph`, a folder or the name of a bundled dataset.
    to : str
        - "input_fraction", "output_fraction": weights as shares of what the receiver receives or
          the sender sends; "rank": as ranks in (0, 1].
        - "equal_density": connections of denser ones left out until all are as dense as the
          sparsest, at random or the weakest first (`leave_out`).
        - "equal_recall": synapses of better reconstructions left out until all find the same share,
          by their `error_models`; those stored in manifests where none are given.
        - "shared_neurons": only neurons that all have, in the same order.
    error_models : sequence or mapping from names, optional
        For "equal_recall".
    leave_out : {"random", "weakest"}
        For "equal_density".
    by : str, optional
        For "shared_neurons": the column of the node tables that says which neuron is which; ids by
        default.
    edge_type, min_synapses, where
        As for ``Connectome.graph``.
    rng : int or Generator
        For what is left out. A connectome's draw does not depend on the others.

    Returns
    -------
    dict from names to Graph
        In the order given; take it where connectomes are asked for.

    Raises
    ------
    ValueError
        Where an error model is needed and missing, no neuron is shared, or an option is not one of
        those above.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> sides = ["larva-mushroom-body-left", "larva-mushroom-body-right"]
    >>> even = normalised(sides, "equal_density")
    >>> [round(ca.measures.density(g), 4) for g in even.values()]
    [0.1669, 0.1669]
    >>> ca.compare.motif_profiles(even, "configuration", n_samples=20).connectomes == sides
    True
    """
    require_choice("to", to, get_args(Normalisation))
    given = named_graphs(connectomes, edge_type=edge_type, min_synapses=min_synapses, where=where)
    graphs = {one.name: one.graph for one in given}
    if error_models is not None and to != "equal_recall":
        msg = f"error_models are for to='equal_recall', got to={to!r}."
        raise ValueError(msg)
    if to in _WEIGHTS:
        return {name: _WEIGHTS[to](g) for name, g in graphs.items()}
    seed = seed_number(rng)
    if to == "equal_density":
        least = min(density(g) for g in graphs.values())
        if np.isnan(least):
            msg = "A connectome of fewer than two neurons has no density; leave it out."
            raise ValueError(msg)
        if least == 0 and any(g.n_edges for g in graphs.values()):
            empty = next(name for name, g in graphs.items() if not g.n_edges)
            msg = (
                f"{empty} has no connection, and all others would be left with none; leave it out."
            )
            raise ValueError(msg)
        return {
            name: _comparable(to_density(g, least, leave_out=leave_out, rng=seed))
            for name, g in graphs.items()
        }
    if to == "equal_recall":
        models = models_by_name(error_models, list(graphs))
        if error_models is None:
            models = {one.name: _of_manifest(one) for one in given}
        thinned = to_equal_recall(graphs, models, rng=seed)
        return {name: _comparable(g) for name, g in thinned.items()}
    return _shared(graphs, by)


def _comparable(g: Graph) -> Graph:
    """Return the graph as one whose connections may be compared, however they were counted."""
    from ..graph import Graph as Made

    return Made(
        g.node_ids,
        g.out_indptr,
        g.out_indices,
        g.weights,
        nodes=g.nodes if len(g.nodes.columns) > 1 else None,
        name=g.name,
        weight_meaning=g.weight_meaning,
        confidence=g.confidence,
    )


def _of_manifest(one: Given) -> ErrorModel | None:
    if one.manifest is None or one.manifest.error_model is None:
        return None
    from ..errors.error_model import ErrorModel

    return ErrorModel.from_dict(dict(one.manifest.error_model))


def _shared(graphs: dict[str, Graph], by: str | None) -> dict[str, Graph]:
    """Graphs of the neurons that all have, in the order of their label."""
    labels: dict[str, Any] = {}
    for name, g in graphs.items():
        nodes = g.nodes
        column = "node_id" if by is None else by
        if column not in nodes.columns:
            msg = f"The node table of {name} has no column {column!r}."
            raise ValueError(msg)
        known = nodes[["node_id", column]].loc[:, lambda t: ~t.columns.duplicated()].dropna()
        if known[column].duplicated().any():
            msg = f"{column} is the same for several neurons of {name}; give another column in by."
            raise ValueError(msg)
        labels[name] = known.set_index(column)["node_id"] if by is not None else known["node_id"]
    if by is None:
        from ..errors.same_neurons import require_same_neurons

        require_same_neurons(list(graphs.values()))
        sets = [set(found.tolist()) for found in labels.values()]
        shared = sorted(set.intersection(*sets))
        ids = dict.fromkeys(graphs, np.array(shared, dtype=np.int64))
    else:
        sets = [set(found.index) for found in labels.values()]
        shared = sorted(set.intersection(*sets), key=str)
        ids = {name: found.loc[shared].to_numpy(np.int64) for name, found in labels.items()}
    if len(shared) < 2:
        msg = f"{len(shared)} neurons are in all by {by or 'node_id'}; give another column in by."
        raise ValueError(msg)
    return {name: in_order(g, ids[name]) for name, g in graphs.items()}
