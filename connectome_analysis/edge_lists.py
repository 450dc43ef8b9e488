"""Edge lists: weights that stay whole, and edges sorted by sender with parallel ones joined."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .ids import Indices

Offsets = NDArray[np.int64]
Weights = NDArray[np.int32] | NDArray[np.int64] | NDArray[np.float64]


def as_weights(
    values: ArrayLike | None, length: int, *, zeros: Literal["refuse", "keep"] = "refuse"
) -> Weights:
    """Weights of `length` edges, 1 where none are given; a ValueError where one is 0 or missing.

    Whole numbers become int64, int32 where they were; all others float64.
    """
    if values is None:
        return np.ones(length, dtype=np.int32)
    array = np.asarray(values)
    if array.shape != (length,):
        msg = f"weight must have {length} entries, one for each edge, got shape {array.shape}."
        raise ValueError(msg)
    if array.dtype.kind == "O" and all(isinstance(w, (int, np.integer)) for w in array):
        array = np.array([int(w) for w in array], dtype=object)
        if length and max(abs(w) for w in array) >= 2**63:
            msg = f"weight must fit int64, got {max(array, key=abs)}."
            raise ValueError(msg)
        array = array.astype(np.int64)
    if array.dtype.kind in "biu":
        if array.dtype == np.uint64 and length and array.max() >= 2**63:
            msg = f"weight must fit int64, got {array.max()}."
            raise ValueError(msg)
        array = array if array.dtype == np.int32 else array.astype(np.int64)
    else:
        if array.dtype.kind not in "fO":
            msg = f"weight must be numbers, got {array.dtype}."
            raise ValueError(msg)
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            msg = f"weight must be numbers, got {array.dtype}."
            raise ValueError(msg) from None
        if not np.isfinite(array).all():
            msg = "weight must be finite; leave out the edges whose weight is missing."
            raise ValueError(msg)
    if zeros == "refuse" and not array.all():
        msg = f"weight must not be 0, got {int((array == 0).sum())} such edges; leave them out."
        raise ValueError(msg)
    return array


def as_confidence(values: ArrayLike | None, length: int) -> NDArray[np.float64] | None:
    """Confidences of `length` edges; a ValueError where one is missing or no probability."""
    if values is None:
        return None
    array = np.array(values, dtype=np.float64)  # the caller's own array stays the caller's
    if array.shape != (length,):
        msg = f"confidence must have {length} entries, one for each edge, got shape {array.shape}."
        raise ValueError(msg)
    fits = (array >= 0) & (array <= 1)
    if not fits.all():
        msg = f"confidence must be between 0 and 1, got {array[~fits][0].item()!r}."
        raise ValueError(msg)
    return array


def confidence_of_pairs(
    senders: Indices, receivers: Indices, confidence: NDArray[np.float64], n_nodes: int
) -> NDArray[np.float64]:
    """Probability that any edge of a pair is real, pairs in the order of `compress`."""
    keys = senders.astype(np.int64) * n_nodes + receivers
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.append(True, np.diff(keys[order]) > 0)[: len(keys)])
    if len(first) == len(keys):
        return confidence[order]
    none = np.multiply.reduceat(1.0 - confidence[order], first)
    return np.asarray(1.0 - none, np.float64)


def compress(
    senders: Indices, receivers: Indices, weights: Weights, n_nodes: int
) -> tuple[Offsets, Indices, Weights]:
    """Sort edges by sender and receiver and add parallel ones up."""
    import scipy.sparse as sp

    # Sums of int32 are taken in int64, so that they cannot wrap around.
    wide = weights.astype(np.int64) if weights.dtype == np.int32 else weights
    n_rows = len(wide)
    matrix = sp.coo_array((wide, (senders, receivers)), shape=(n_nodes, n_nodes)).tocsr()
    matrix.sum_duplicates()
    data: Weights = matrix.data
    if len(data) < n_rows:
        _require_exact_sums(wide, data)
    if weights.dtype == np.int32 and (len(data) == 0 or np.abs(data).max() < 2**31):
        data = data.astype(np.int32)
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), data


def _require_exact_sums(weights: Weights, sums: Weights) -> None:
    """Raise where parallel edges added up to nothing, or to more than an integer can hold."""
    if weights.dtype.kind == "i" and np.abs(weights.astype(np.float64)).sum() >= 2.0**63:
        msg = "The weights of parallel edges add up to more than int64 holds; give them as floats."
        raise ValueError(msg)
    if not sums.all():
        msg = (
            f"The weights of {int((sums == 0).sum())} pairs add up to 0, which would be no edge; "
            "leave such rows out, or add them up yourself."
        )
        raise ValueError(msg)
