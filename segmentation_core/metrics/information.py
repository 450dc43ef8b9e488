"""Variation of information: bits by which a segmentation splits and merges the truth.

``split`` is H(prediction | truth), what is left to say of the prediction once the truth is known:
0 where every true segment lies in one predicted. ``merge`` is H(truth | prediction). Meilă 2007,
doi:10.1016/j.jmva.2006.11.013; for neurons, Nunez-Iglesias et al. 2013,
doi:10.1371/journal.pone.0071715.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .contingency_table import Contingency, contingency

if TYPE_CHECKING:
    import pandas as pd


class VariationOfInformation(NamedTuple):
    """Bits; 0 and 0 for equal segmentations."""

    split: float
    merge: float

    @property
    def total(self) -> float:
        """Split and merge together: a distance between segmentations."""
        return self.split + self.merge


def variation_of_information(
    truth: Any,
    prediction: Any,
    *,
    ignore_truth: Collection[int] = (0,),
    ignore_prediction: Collection[int] = (),
    n_jobs: int | None = 1,
) -> VariationOfInformation:
    """Variation of information between a true and a predicted segmentation, in bits.

    Parameters
    ----------
    truth, prediction : arrays of any integer type and the same shape
    ignore_truth : collection of int
        Voxels whose true label is one of these are left out, by default 0, as in CREMI and SNEMI.
    ignore_prediction : collection of int
        The same of predicted labels. By default none: label 0 counts as one segment, as in CREMI
        and scikit-image, so that leaving voxels out does not pay.
    n_jobs : int, optional
        Threads; None takes all.

    Returns
    -------
    VariationOfInformation
        ``split``, ``merge`` and ``total``; NaN where no voxel is left.

    Examples
    --------
    One neuron of two voxels split in halves costs one bit:

    >>> import numpy as np
    >>> variation_of_information(np.array([1, 1]), np.array([5, 6]))
    VariationOfInformation(split=1.0, merge=0.0)
    """
    table = contingency(truth, prediction, n_jobs=n_jobs)
    return variation_of_information_of(
        table, ignore_truth=ignore_truth, ignore_prediction=ignore_prediction
    )


def variation_of_information_of(
    table: Contingency,
    *,
    ignore_truth: Collection[int] = (0,),
    ignore_prediction: Collection[int] = (),
) -> VariationOfInformation:
    """`variation_of_information` from a table, such as one merged over blocks."""
    kept = table.without(truth=ignore_truth, prediction=ignore_prediction)
    if kept.total == 0:
        return VariationOfInformation(float("nan"), float("nan"))
    split, merge = _bits(kept)
    return VariationOfInformation(float(split.sum()), float(merge.sum()))


def variation_of_information_by_segment(
    table: Contingency,
    *,
    ignore_truth: Collection[int] = (0,),
    ignore_prediction: Collection[int] = (),
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Which true segments are split and which predicted ones merge, worst first.

    Returns
    -------
    split : Series indexed by true id
        Bits that each true segment adds to ``split``.
    merge : Series indexed by predicted id
        Bits that each predicted segment adds to ``merge``.

    Examples
    --------
    >>> import numpy as np
    >>> table = contingency(np.array([1, 1, 2, 2]), np.array([5, 6, 7, 7]))
    >>> split, merge = variation_of_information_by_segment(table)
    >>> split.to_dict()
    {1: 0.5, 2: 0.0}
    """
    import pandas as pd

    kept = table.without(truth=ignore_truth, prediction=ignore_prediction)
    split, merge = _bits(kept)
    truth_ids, _, truth_at = kept.truth_sizes
    prediction_ids, _, prediction_at = kept.prediction_sizes
    of_truth = np.bincount(truth_at, weights=split, minlength=len(truth_ids))
    of_prediction = np.bincount(prediction_at, weights=merge, minlength=len(prediction_ids))
    return (
        pd.Series(of_truth, index=pd.Index(truth_ids, name="truth_id"), name="split")
        .sort_values(ascending=False, kind="stable")
        .astype(float),
        pd.Series(of_prediction, index=pd.Index(prediction_ids, name="prediction_id"), name="merge")
        .sort_values(ascending=False, kind="stable")
        .astype(float),
    )


def _bits(table: Contingency) -> tuple[Any, Any]:
    """What each row adds to split and to merge."""
    shared = table.n_voxels.astype(np.float64)
    _, truth_sizes, truth_at = table.truth_sizes
    _, prediction_sizes, prediction_at = table.prediction_sizes
    share = shared / max(table.total, 1)
    # log2(size / shared) is exactly 0 where a row is the whole segment.
    split = share * np.log2(truth_sizes[truth_at] / shared)
    merge = share * np.log2(prediction_sizes[prediction_at] / shared)
    return split, merge
