"""Sparse mean: the weighted mean of partners as a product with a sparse matrix, both ways.

Gathering and scattering, as message-passing layers do by default, takes ten times as long on a CPU.
torch-geometric's own product of an `EdgeIndex` gives a wrong shape in its gradient where a layer has
other neurons at its input than at its output, as every sampled one has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from .needs_torch import torch
from .neighbour_sampling import Links


class SparseMean:
    """The matrix of a relation and its transpose.

    Parameters
    ----------
    links : Links
    n_sources, n_targets : int
    device : torch.device
    """

    def __init__(self, links: Links, n_sources: int, n_targets: int, device: torch.device) -> None:
        count = np.bincount(links.targets, minlength=n_targets)
        indptr = np.concatenate([[0], np.cumsum(count)])
        matrix = sp.csr_array((links.weights, links.sources, indptr), shape=(n_targets, n_sources))
        self.matrix = _as_torch(matrix, device)
        self.transpose = _as_torch(sp.csr_array(matrix.T), device)

    def __call__(self, heard: torch.Tensor) -> torch.Tensor:
        """(n_targets, C) means of (n_sources, C); 0 where there is no partner."""
        answer: torch.Tensor = _Product.apply(  # type: ignore[no-untyped-call]
            heard, self.matrix, self.transpose
        )
        return answer


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, heard: torch.Tensor, matrix: torch.Tensor, transpose: torch.Tensor
    ) -> torch.Tensor:
        ctx.transpose = transpose
        return matrix @ heard

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        return ctx.transpose @ gradient, None, None


def _as_torch(matrix: sp.csr_array, device: torch.device) -> torch.Tensor:
    return torch.sparse_csr_tensor(
        torch.from_numpy(matrix.indptr.astype(np.int64)),
        torch.from_numpy(matrix.indices.astype(np.int64)),
        torch.from_numpy(matrix.data),
        size=matrix.shape,
        device=device,
    )
