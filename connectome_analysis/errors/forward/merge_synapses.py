"""Merge synapses: the neuron that another is merged with, by where their synapses lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..rate_table import RateTable
from .merging import draw_partners
from .synapse_rows import SynapseRows, sides_by_neuron

# So many synapses nearest to one of the neuron's are looked through.
_LOOK = (16, 256, 4096)


def near_partners(
    rows: SynapseRows,
    owners: NDArray[np.int64],
    merging: NDArray[Any],
    near: RateTable,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """(M,) the neuron, among those allowed, with the synapse nearest to one of each neuron's.

    The synapse is drawn from those of the merging neuron; its own other side does not count. Where
    no synapse of a neuron has a position, or nobody allowed is near, a partner is drawn among all
    allowed, as on graphs; -1 where nobody is.

    Parameters
    ----------
    owners : (2 S,) int64
        Neuron of each side, -1 for those that left.
    merging : (M,) int64, ascending
    near : RateTable
        Above 0 for pairs that may be merged.
    """
    from scipy.spatial import cKDTree

    partners = np.full(len(merging), -1, np.int64)
    placed = np.flatnonzero(rows.placed)
    if len(placed):
        tree = cKDTree(rows.positions[placed])
        for neuron, sides in sides_by_neuron(owners, merging, rows.g.n_nodes):
            own = sides[rows.placed[sides % rows.n_rows]] % rows.n_rows
            if len(own):
                seed = int(rng.choice(own))
                found = _nearest_allowed(rows, owners, neuron, seed, near, tree, placed)
                partners[np.searchsorted(merging, neuron)] = found
    alone = np.flatnonzero(partners < 0)
    partners[alone] = draw_partners(np.asarray(merging)[alone], near, rng)
    return partners


def _nearest_allowed(
    rows: SynapseRows,
    owners: NDArray[np.int64],
    neuron: int,
    seed: int,
    near: RateTable,
    tree: Any,
    placed: NDArray[np.int64],
) -> int:
    for look in _LOOK:
        nearest = tree.query(rows.positions[seed], k=min(look, len(placed)))[1]
        others = placed[np.atleast_1d(nearest)]
        others = others[others != seed]
        candidates = np.stack([owners[others + rows.n_rows], owners[others]], axis=1).reshape(-1)
        candidates = candidates[(candidates >= 0) & (candidates != neuron)]
        allowed = near.of(np.full(len(candidates), neuron), candidates) > 0
        if allowed.any():
            return int(candidates[np.argmax(allowed)])
        if look >= len(placed):
            break
    return -1
