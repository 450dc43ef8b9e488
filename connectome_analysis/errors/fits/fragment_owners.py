"""Fragment owners: which neuron each fragment of an unproofread segmentation stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...ids import Positions, as_ids

if TYPE_CHECKING:
    from ...graph import Graph

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FragmentOwners:
    """One neuron for each fragment, and how fragments and neurons fail to match.

    Attributes
    ----------
    fragments, owners : (F,) int64
        A fragment that holds several neurons is owned by the one with most synapses.
    main : (F,) bool
        Whether it is the largest of its owner's fragments, by synapses.
    neurons : (N,) int64
        Neurons with a fragment, ascending.
    n_unmatched : int
        Neurons without one.
    n_split, n_merged, n_merged_fragments : int
        Neurons in several fragments; neurons in a fragment that another one owns; fragments that
        hold several neurons.
    fraction_lost : float
        Mean share of synapses outside the main fragment, of neurons that own several; NaN where
        none does.
    """

    fragments: Ids
    owners: Ids
    main: NDArray[np.bool_]
    neurons: Ids
    n_unmatched: int
    n_split: int
    n_merged: int
    n_merged_fragments: int
    fraction_lost: float


def fragment_owners(mapping: Any, unproofread: Graph, proofread: Graph) -> FragmentOwners:
    """Say which neuron each fragment stands for.

    Parameters
    ----------
    mapping : Series or mapping of fragment id to neuron id, or DataFrame
        A DataFrame has columns ``fragment_id`` and ``neuron_id``, with a row for each neuron that a
        fragment holds. Fragments and neurons that are not in the graphs are left out.
    """
    fragment, neuron = _pairs(mapping)
    known = np.isin(fragment, unproofread.node_ids) & np.isin(neuron, proofread.node_ids)
    if not known.any():
        msg = (
            f"mapping joins none of the fragments, for instance {unproofread.node_ids[:2].tolist()}, "
            f"to a neuron, for instance {proofread.node_ids[:2].tolist()}; it has "
            f"{fragment[:2].tolist()} for {neuron[:2].tolist()}."
        )
        raise ValueError(msg)
    both = np.unique(np.column_stack([fragment[known], neuron[known]]), axis=0)
    fragment, neuron = both[:, 0], both[:, 1]
    of_fragment = _strength(unproofread)[Positions(unproofread.node_ids)(fragment, "mapping")]
    of_neuron = _strength(proofread)[Positions(proofread.node_ids)(neuron, "mapping")]
    # Of the neurons in a fragment the strongest first, so that the first row of each is the owner.
    order = np.lexsort((neuron, -of_neuron, fragment))
    fragment, neuron, of_fragment = fragment[order], neuron[order], of_fragment[order]
    fragments, first, held = np.unique(fragment, return_index=True, return_counts=True)
    owners, size = neuron[first], of_fragment[first]
    order = np.lexsort((fragments, -size, owners))
    owning, largest, number = np.unique(owners[order], return_index=True, return_counts=True)
    main = np.zeros(len(fragments), dtype=bool)
    main[order[largest]] = True
    total = np.zeros(len(owning))
    np.add.at(total, np.searchsorted(owning, owners), size)
    several = (number > 1) & (total > 0)
    lost = 1.0 - size[order[largest]][several] / total[several]
    neurons, in_fragments = np.unique(neuron, return_counts=True)
    not_owning = neuron != owners[np.searchsorted(fragments, fragment)]
    return FragmentOwners(
        fragments,
        owners,
        main,
        neurons,
        proofread.n_nodes - len(neurons),
        int((in_fragments > 1).sum()),
        len(np.unique(neuron[not_owning])),
        int((held > 1).sum()),
        float(lost.mean()) if len(lost) else np.nan,
    )


def as_neurons(g: Graph, of: FragmentOwners, *, joined: bool) -> Graph:
    """The graph of fragments as one of neurons: their main fragments, or all of them joined."""
    from ...graph import Graph

    chosen = np.ones(len(of.fragments), dtype=bool) if joined else of.main
    fragments, owners = of.fragments[chosen], of.owners[chosen]
    senders, receivers = g.node_ids[g.out_sources], g.node_ids[g.out_indices]
    keep = np.isin(senders, fragments) & np.isin(receivers, fragments)
    return Graph.from_edges(
        owners[np.searchsorted(fragments, senders[keep])],
        owners[np.searchsorted(fragments, receivers[keep])],
        g.weights[keep],
        node_ids=of.neurons,
        name=g.name,
    )


def _strength(g: Graph) -> NDArray[np.float64]:
    weights = np.asarray(g.weights, dtype=np.float64)
    sent = np.bincount(g.out_sources, weights, g.n_nodes).astype(np.float64)
    strength: NDArray[np.float64] = sent + np.bincount(g.out_indices, weights, g.n_nodes)
    return strength


def _pairs(mapping: Any) -> tuple[Ids, Ids]:
    if hasattr(mapping, "columns"):
        lacking = [c for c in ("fragment_id", "neuron_id") if c not in mapping.columns]
        if lacking:
            have = ", ".join(map(str, mapping.columns))
            msg = f"mapping must have fragment_id and neuron_id; it has {have}."
            raise ValueError(msg)
        fragments, neurons = mapping["fragment_id"].to_numpy(), mapping["neuron_id"].to_numpy()
    elif isinstance(mapping, Mapping):
        fragments, neurons = list(mapping), list(mapping.values())
    elif hasattr(mapping, "index") and hasattr(mapping, "to_numpy"):
        fragments, neurons = mapping.index.to_numpy(), mapping.to_numpy()
    else:
        msg = (
            "mapping must give the neuron of each fragment: a mapping, a Series, or a DataFrame with "
            f"fragment_id and neuron_id; got {type(mapping).__name__}."
        )
        raise ValueError(msg)
    return as_ids(fragments, "mapping.fragment_id"), as_ids(neurons, "mapping.neuron_id")
