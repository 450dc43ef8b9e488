"""Partner types: what is known of every neuron's type, as the rows that travel with messages."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .needs_torch import torch


class PartnerTypes(NamedTuple):
    """Types that neurons tell their partners.

    Attributes
    ----------
    known : (N,) int64
        Place of the type, -1 where it is not known.
    likely : (N, T) float32 or None
        Probabilities, told by neurons whose type is not known; None tells nothing of them.
    n_types : int
    """

    known: NDArray[np.int64]
    likely: NDArray[np.float32] | None
    n_types: int

    def rows(self, which: NDArray[np.int64] | slice) -> torch.Tensor:
        """(M, T) float32: 1 at the known type, or the probabilities, or zeros."""
        known = self.known[which]
        table = (
            np.zeros((len(known), self.n_types), dtype=np.float32)
            if self.likely is None
            else self.likely[which].copy()
        )
        told = known >= 0
        table[told] = 0.0
        table[np.flatnonzero(told), known[told]] = 1.0
        return torch.from_numpy(table)


def balance(known: NDArray[np.int64], n_types: int, how: str | None) -> NDArray[np.float32]:
    """(T,) weight of each type in the loss; mean 1 over the neurons.

    Parameters
    ----------
    how : {"balanced", "sqrt", None}
        Inverse to the number of neurons of the type, to its square root, or all alike.
    """
    count = np.bincount(known[known >= 0], minlength=n_types).astype(np.float64)
    power = {"balanced": 1.0, "sqrt": 0.5, None: 0.0}[how]
    weight = np.where(count > 0, np.maximum(count, 1.0) ** -power, 0.0)
    mean = (weight * count).sum() / max(count.sum(), 1.0)
    scaled: NDArray[np.float32] = (weight / max(mean, 1e-12)).astype(np.float32)
    return scaled
