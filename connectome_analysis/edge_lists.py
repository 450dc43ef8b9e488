"""Edge lists: weights that stay whole, and edges sorted by sender with parallel ones added up."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .ids import Indices

Offsets = NDArray[np.int64]
Weights = NDArray[np.int32] | NDArray[np.int64] | NDArray[np.float64]


def as_weights(values: ArrayLike | None, length: int) -> Weights:
    """Weights of `length` edges, 1 where none are given; a ValueError where one is 0 or missing."""
    if values is None:
        return np.ones(length, dtype=np.int32)
    array = np.asarray(values)
    if array.shape != (length,):
        msg = f"weight must have {length} entries, one for each edge, got shape {array.shape}."
        raise ValueError(msg)
    if array.dtype.kind in "biu":
        wide = array.astype(np.int64)
        if array.dtype == np.uint64 and length and array.max() >= 2**63:
            msg = f"weight must fit int64, got {array.max()}."
            raise ValueError(msg)
        array = array if array.dtype == np.int32 else wide
    else:
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            msg = f"weight must be numbers, got {array.dtype}."
            raise ValueError(msg) from None
        if not np.isfinite(array).all():
            msg = "weight must be finite; leave out the edges whose weight is missing."
            raise ValueError(msg)
    if not array.all():
        msg = f"weight must not be 0, got {int((array == 0).sum())} such edges; leave them out."
        raise ValueError(msg)
    return array


def compress(
    senders: Indices, receivers: Indices, weights: Weights, n_nodes: int
) -> tuple[Offsets, Indices, Weights]:
    """Sort edges by sender and receiver and add parallel ones up."""
    import scipy.sparse as sp

    # Sums of int32 are taken in int64, so that they cannot wrap around.
    wide = weights.astype(np.int64) if weights.dtype == np.int32 else weights
    matrix = sp.coo_array((wide, (senders, receivers)), shape=(n_nodes, n_nodes)).tocsr()
    matrix.sum_duplicates()
    data: Weights = matrix.data
    if weights.dtype == np.int32 and (len(data) == 0 or np.abs(data).max() < 2**31):
        data = data.astype(np.int32)
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), data
