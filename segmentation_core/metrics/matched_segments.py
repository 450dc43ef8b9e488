"""Matched segments: which true neuron a predicted segment stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .contingency_table import Contingency

if TYPE_CHECKING:
    import pandas as pd


def matched_segments(table: Contingency, *, one_to_one: bool = False) -> pd.Series[Any]:
    """The true segment that each predicted one shares most voxels with.

    Parameters
    ----------
    table : Contingency
        Label 0 of either side matches nothing.
    one_to_one : bool
        Whether only the largest piece of each true segment stands for it, so that a split costs
        the connections of the other pieces.

    Returns
    -------
    Series of int64, indexed by predicted id
        True id; predicted segments that match none are left out. Of equal overlaps the smaller
        true id is taken.

    Examples
    --------
    >>> import numpy as np
    >>> from segmentation_core.metrics import contingency
    >>> table = contingency(np.array([1, 1, 1, 1, 2]), np.array([5, 5, 5, 6, 6]))
    >>> matched_segments(table).to_dict()
    {5: 1, 6: 1}
    >>> matched_segments(table, one_to_one=True).to_dict()
    {5: 1}
    """
    import pandas as pd

    kept = table.without(truth=(0,), prediction=(0,))
    order = np.lexsort((kept.truth_id, -kept.n_voxels, kept.prediction_id))
    prediction, truth = kept.prediction_id[order], kept.truth_id[order]
    shared = kept.n_voxels[order]
    first = np.ones(len(order), bool)
    first[1:] = prediction[1:] != prediction[:-1]
    prediction, truth, shared = prediction[first], truth[first], shared[first]
    if one_to_one:
        order = np.lexsort((prediction, -shared, truth))
        largest = np.ones(len(order), bool)
        largest[1:] = truth[order][1:] != truth[order][:-1]
        keep = np.sort(order[largest])
        prediction, truth = prediction[keep], truth[keep]
    return pd.Series(
        truth.astype(np.int64),
        index=pd.Index(prediction.astype(np.int64), name="prediction_id"),
        name="truth_id",
    )
