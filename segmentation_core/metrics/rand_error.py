"""Adapted Rand error: one minus the F score of pairs of voxels put into one segment.

Of pairs of different voxels, precision is the share of those together in the prediction that are
together in the truth, recall the share of those together in the truth that are so in the
prediction. Arganda-Carreras et al. 2015, doi:10.3389/fnana.2015.00142.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, NamedTuple

import numpy as np

from .contingency_table import Contingency, contingency

Unassigned = Literal["segment", "ignore", "alone"]


class AdaptedRand(NamedTuple):
    """Error, and the precision and recall that it is made of, each in [0, 1]."""

    error: float
    precision: float
    recall: float


def adapted_rand(
    truth: Any,
    prediction: Any,
    *,
    ignore_truth: Collection[int] = (0,),
    unassigned: Unassigned = "segment",
    n_jobs: int | None = 1,
) -> AdaptedRand:
    """Adapted Rand error of a predicted segmentation.

    Parameters
    ----------
    truth, prediction : arrays of any integer type and the same shape
    ignore_truth : collection of int
        Voxels whose true label is one of these are left out, by default 0.
    unassigned : {"segment", "ignore", "alone"}
        Predicted label 0: one segment like any other (scikit-image), left out (the score over
        assigned voxels), or each voxel a segment of its own (CREMI).
    n_jobs : int, optional
        Threads; None takes all.

    Returns
    -------
    AdaptedRand
        ``error``, ``precision``, ``recall``; NaN where no pair is left.

    Notes
    -----
    ``error`` equals scikit-image's. What scikit-image 0.26 returns as precision is what its own
    documentation, and this function, call recall, and the other way round.

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.array([1, 1, 1, 2, 2, 2])
    >>> adapted_rand(truth, np.array([5, 5, 5, 5, 6, 6])).precision  # 4 of 7 pairs
    0.5714285714285714
    """
    table = contingency(truth, prediction, n_jobs=n_jobs)
    return adapted_rand_of(table, ignore_truth=ignore_truth, unassigned=unassigned)


def adapted_rand_of(
    table: Contingency,
    *,
    ignore_truth: Collection[int] = (0,),
    unassigned: Unassigned = "segment",
) -> AdaptedRand:
    """`adapted_rand` from a table, such as one merged over blocks."""
    if unassigned not in ("segment", "ignore", "alone"):
        msg = f"unassigned must be 'segment', 'ignore' or 'alone', got {unassigned!r}."
        raise ValueError(msg)
    kept = table.without(truth=ignore_truth, prediction=(0,) if unassigned == "ignore" else ())
    both, together_p, together_t = _pair_sums(kept, alone=unassigned == "alone")
    total = kept.total
    return _score(both - total, together_p - total, together_t - total)


def squared_rand_of(table: Contingency, *, ignore_truth: Collection[int] = (0,)) -> AdaptedRand:
    """The same with each voxel also paired with itself, unassigned ones alone: CREMI's formula."""
    return _score(*_pair_sums(table.without(truth=ignore_truth), alone=True))


def _pair_sums(table: Contingency, *, alone: bool) -> tuple[float, float, float]:
    """Ordered pairs, a voxel with itself included: in both, in the prediction, in the truth."""
    ids, sizes, _ = table.prediction_sizes
    shared = table.n_voxels.astype(np.float64)
    predicted = sizes.astype(np.float64)
    true = table.truth_sizes[1].astype(np.float64)
    both, together = float(shared @ shared), float(predicted @ predicted)
    if alone:
        # Unassigned voxels pair with none but themselves.
        zero = shared[table.prediction_id == 0]
        both += float(zero.sum()) - float(zero @ zero)
        size = float(predicted[ids == 0].sum())
        together += size - size * size
    return both, together, float(true @ true)


def _score(both: float, together_prediction: float, together_truth: float) -> AdaptedRand:
    """Error, precision and recall from numbers of pairs."""
    nan = float("nan")
    precision = both / together_prediction if together_prediction > 0 else nan
    recall = both / together_truth if together_truth > 0 else nan
    sum_of_both = together_prediction + together_truth
    error = 1.0 - 2.0 * both / sum_of_both if sum_of_both > 0 else nan
    return AdaptedRand(error, precision, recall)
