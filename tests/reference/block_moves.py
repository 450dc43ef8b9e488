"""What a neuron would cost in each group, by writing the whole graph down each time."""

from __future__ import annotations

import numpy as np

import connectome_analysis as ca


def move_costs(
    g: ca.Graph,
    group: np.ndarray,
    levels: list[np.ndarray],
    count: np.ndarray,
    neuron: int,
    targets: list[int],
) -> np.ndarray:
    """(T,) description length with the neuron in each of `targets`, less that of where it is."""
    lengths = []
    for target in [int(group[neuron]), *targets]:
        moved = group.copy()
        moved[neuron] = target
        lengths.append(
            ca.cell_types.description_length(g, moved, levels or None, multiplicity=count).total
        )
    return np.array(lengths[1:]) - lengths[0]
