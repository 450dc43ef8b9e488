"""Statistics: what is counted on a graph and on every sample of a null model, as arrays.

Each is called with the number of nodes and a `Draw`, and can be pickled, so that samples can be
counted where they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..null_models.draw import Draw
from .triad_census import census_of_edges


def triad_counts(n_nodes: int, draw: Draw) -> NDArray[np.int64]:
    """(16,) counts in the order of `TRIAD_NAMES`."""
    return census_of_edges(n_nodes, draw.senders, draw.receivers)


def four_node_counts(n_nodes: int, draw: Draw) -> NDArray[np.int64]:
    """(199,) counts in the order of `four_node_classes`."""
    from .four_node_census import four_node_census_of_edges

    return four_node_census_of_edges(n_nodes, draw.senders, draw.receivers)


@dataclass(frozen=True)
class ColoredTriadCounts:
    """Counts of colored triads; neurons keep their colors.

    Attributes
    ----------
    codes : (N,) color number of each neuron
    n_colors : int
    """

    codes: NDArray[Any]
    n_colors: int

    def __call__(self, n_nodes: int, draw: Draw) -> NDArray[np.int64]:
        """(K,) counts in the order of `colored_classes`."""
        from .colored_triads import colored_census_of_edges

        return colored_census_of_edges(
            n_nodes, draw.senders, draw.receivers, self.codes, self.n_colors
        )
