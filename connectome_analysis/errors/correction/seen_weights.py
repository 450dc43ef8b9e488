"""Seen weights: for how many true connections one that is seen stands, and how unequal these numbers are.

One seen in a share 1 - beta of reconstructions stands for 1 / (1 - beta). The mean over true connections
is not that over the ones seen, among which those that are seldom missed are too many: each seen one
counts as often as it stands for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..edge_rates import EdgeRates

if TYPE_CHECKING:
    from ...graph import Graph


def seen_weights(g: Graph, rates: EdgeRates) -> tuple[float, float]:
    """Mean weight of a true connection, and the mean square weight over the square of the mean.

    1 and 1 for a graph without connections or without misses; the second is 1 where all weigh the same.
    """
    beta = rates.beta.constant
    if beta is not None:
        return 1.0 / (1.0 - beta), 1.0
    if g.n_edges == 0:
        return 1.0, 1.0
    weight = 1.0 / (1.0 - rates.beta.of(g.out_sources, g.out_indices))
    number = weight.sum()
    mean = float((weight**2).sum() / number)
    return mean, float((weight**3).sum() / number) / mean**2
