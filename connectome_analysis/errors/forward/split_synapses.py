"""Split synapses: which synapses leave a neuron that is split, by where they lie."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..fragments import Split
from ..verdict_warning import PositionsWarning
from .skeleton_cuts import Skeleton, beyond_a_cut, skeletons_of
from .synapse_rows import SynapseRows, sides_by_neuron

if TYPE_CHECKING:
    import pandas as pd

Bools = NDArray[np.bool_]
Sides = NDArray[np.int64]


def leaving_sides(
    rows: SynapseRows,
    split: Split,
    chosen: NDArray[Any],
    skeletons: pd.DataFrame | None,
    rng: np.random.Generator,
) -> Bools:
    """(2 S,) whether each side of each synapse leaves its neuron.

    Parameters
    ----------
    chosen : (M,) int
        Dense indices of the neurons that are split.
    """
    left = np.zeros(len(rows.owners), bool)
    trees: Mapping[int, Skeleton] = {}
    if skeletons is not None and split.part != "random":
        trees = skeletons_of(skeletons, rows.g.node_ids[chosen])
    nowhere = 0
    for neuron, sides in sides_by_neuron(rows.owners, chosen, rows.g.n_nodes):
        tree = trees.get(int(rows.g.node_ids[neuron]))
        if split.part == "random":
            left[sides] = rng.random(len(sides)) < split.fraction
        elif split.part == "near":
            nowhere += int(not rows.placed[sides % rows.n_rows].any())
            left[sides] = _near(rows, sides, split.fraction, tree, rng)
        else:
            left[sides] = _of_compartment(rows, sides, split.part, tree)
    if nowhere:
        warnings.warn(
            f"The synapses of {nowhere:,} of {len(chosen):,} split neurons have no position, so what leaves "
            "them does not lie together: all synapses with some of their partners leave. Give x_nm, y_nm and "
            "z_nm for splits that are coherent in space.",
            PositionsWarning,
            stacklevel=2,
        )
    return left


def _near(
    rows: SynapseRows,
    sides: Sides,
    fraction: float,
    tree: Skeleton | None,
    rng: np.random.Generator,
) -> Bools:
    """Synapses beyond a cut of the skeleton; or around one of them; or with some of the partners."""
    at = sides % rows.n_rows
    placed = np.flatnonzero(rows.placed[at])
    leave = np.zeros(len(sides), bool)
    if not len(placed):
        partners = rows.owners[(sides + rows.n_rows) % (2 * rows.n_rows)]
        names, of = np.unique(partners, return_inverse=True)
        gone: Bools = (rng.random(len(names)) < fraction)[of]
        return gone
    positions = rows.positions[at[placed]]
    if tree is not None:
        leave[placed] = beyond_a_cut(tree, _nearest(tree, positions), fraction, rng)
        return leave
    # So many that their mean number is the fraction, to the last synapse.
    number = int(fraction * len(placed) + rng.random())
    apart = ((positions - positions[rng.integers(len(placed))]) ** 2).sum(axis=1)
    leave[placed[np.argsort(apart, kind="stable")[:number]]] = True
    return leave


def _of_compartment(rows: SynapseRows, sides: Sides, part: str, tree: Skeleton | None) -> Bools:
    """Synapses on the axon (dendrite); outputs (inputs) where the skeleton does not say."""
    leave: Bools = np.asarray((sides < rows.n_rows) == (part == "axon"))
    if tree is None or tree.compartments is None or part not in tree.compartments:
        return leave
    at = sides % rows.n_rows
    placed = rows.placed[at]
    if placed.any():
        nearest = _nearest(tree, rows.positions[at[placed]])
        leave[placed] = tree.compartments[nearest] == part
    return leave


def _nearest(tree: Skeleton, positions: NDArray[np.float64]) -> NDArray[np.int64]:
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(tree.positions).query(positions)[1], np.int64)
