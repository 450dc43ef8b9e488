"""Threshold choice: how good each cut of a merge tree is on truth, and the best one.

Fragments are compared with the truth once; every cut is then a sum over fragments, not voxels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentation_core.metrics import (
    Contingency,
    adapted_rand_of,
    contingency,
    merge_contingencies,
    variation_of_information_of,
)

from .merge_tree import MergeTree

if TYPE_CHECKING:
    import pandas as pd

Score = Literal["voi", "adapted_rand_error"]


def score_by_threshold(
    tree: MergeTree,
    fragments: ArrayLike,
    truth: ArrayLike,
    *,
    thresholds: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Scores of the segmentation at each threshold.

    Parameters
    ----------
    tree : MergeTree
    fragments : (z, y, x) integer, those of the tree
    truth : (z, y, x) integer, 0 is left out
    thresholds : where to cut; 0.02, 0.04 … 0.98 by default

    Returns
    -------
    DataFrame
        `threshold`, `n_segments`, `voi_split`, `voi_merge`, `voi` (their sum, in bits) and
        `adapted_rand_error`.

    Raises
    ------
    ValueError
        Volumes of different shapes.

    Examples
    --------
    >>> from segmentation_core.agglomeration.by_affinity import agglomerate
    >>> fragments = np.array([[[1, 1, 2, 2, 3]]])
    >>> affinities = np.zeros((3, 1, 1, 5))
    >>> affinities[2, 0, 0] = [0, 1, 0.9, 1, 0.2]
    >>> tree = agglomerate(fragments, affinities)
    >>> score_by_threshold(
    ...     tree, fragments, [[[5, 5, 5, 5, 6]]], thresholds=[0.1, 0.5]
    ... ).voi.round(3).tolist()
    [0.722, 0.0]
    """
    import pandas as pd

    pairs = contingency(truth, fragments)
    ids = np.concatenate([np.zeros(1, np.uint64), tree.graph.fragment_id])
    at = np.searchsorted(ids, pairs.prediction_id)
    rows: list[dict[str, Any]] = []
    for threshold in np.arange(1, 50) / 50 if thresholds is None else thresholds:
        segment = np.concatenate([np.zeros(1, np.uint64), tree.cut(float(threshold))])
        table = merge_contingencies(  # adds up the rows that have become one
            [
                Contingency(
                    truth_id=pairs.truth_id,
                    prediction_id=segment[at],
                    n_voxels=pairs.n_voxels,
                )
            ]
        )
        split, merge = variation_of_information_of(table)
        rows.append(
            {
                "threshold": float(threshold),
                "n_segments": int(segment.max()),
                "voi_split": split,
                "voi_merge": merge,
                "voi": split + merge,
                "adapted_rand_error": adapted_rand_of(table).error,
            }
        )
    return pd.DataFrame(rows)


def best_threshold(
    tree: MergeTree, fragments: ArrayLike, truth: ArrayLike, *, score: Score = "voi"
) -> float:
    """Threshold of the lowest score on a volume whose truth is known.

    Choose it on training data, never on what a score is reported of. Of equally good ones the
    middle of the longest run is taken.

    Raises
    ------
    ValueError
        Volumes of different shapes, or another score.
    """
    if score not in ("voi", "adapted_rand_error"):
        msg = f"score must be 'voi' or 'adapted_rand_error', got {score!r}."
        raise ValueError(msg)
    table = score_by_threshold(tree, fragments, truth)
    good = np.flatnonzero(table[score].to_numpy() <= table[score].min() + 1e-12)
    runs = np.split(good, np.flatnonzero(np.diff(good) > 1) + 1)
    longest = max(runs, key=len)
    return float(table["threshold"].to_numpy()[longest[len(longest) // 2]])
