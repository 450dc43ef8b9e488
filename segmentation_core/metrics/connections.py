"""Connections: how many ordered pairs of neurons that are joined are found, and how many are not.

The graph that comes out of a volume against the one that is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


class EdgeScores(NamedTuple):
    """Over ordered pairs, and over synapses.

    precision, recall, f : of pairs with at least ``least_synapses``
    synapse_precision, synapse_recall : synapses on the right pair, the lesser count of both, over
        those found and those true; without a threshold
    n_truth, n_found, n_both : pairs
    n_unmatched_synapses : synapses found of which an end is in a segment that matches no neuron
    """

    precision: float
    recall: float
    f: float
    synapse_precision: float
    synapse_recall: float
    n_truth: int
    n_found: int
    n_both: int
    n_unmatched_synapses: int


def edge_scores(
    truth: pd.DataFrame,
    found: pd.DataFrame,
    *,
    least_synapses: int = 1,
    truth_of_segment: Mapping[int, int] | pd.Series[int] | None = None,
) -> EdgeScores:
    """Precision and recall of connections.

    Parameters
    ----------
    truth, found : DataFrame
        ``pre_id``, ``post_id`` and, if there is one, ``syn_count``; without it each row is one
        synapse. Rows of the same pair are added up. Self-connections count like any.
    least_synapses : int
        Pairs with fewer are no connection, on both sides.
    truth_of_segment : mapping, optional
        True id of each predicted segment, see `matched_segments`. Pairs with an end that it lacks
        are false connections. By default ids of both tables are the same neurons'.

    Returns
    -------
    EdgeScores
        NaN where there is nothing to divide by.

    Examples
    --------
    >>> import pandas as pd
    >>> truth = pd.DataFrame({"pre_id": [1, 1, 2], "post_id": [2, 3, 3], "syn_count": [5, 1, 2]})
    >>> found = pd.DataFrame({"pre_id": [1, 2, 3], "post_id": [2, 3, 1], "syn_count": [4, 2, 2]})
    >>> scores = edge_scores(truth, found)
    >>> scores.n_both, round(scores.f, 3), scores.synapse_recall
    (2, 0.667, 0.75)
    """
    if isinstance(least_synapses, bool) or least_synapses < 1:
        msg = f"least_synapses must be at least 1, got {least_synapses!r}."
        raise ValueError(msg)
    true = _counts(truth, "truth")
    ours = _counts(found, "found")
    unmatched = 0
    if truth_of_segment is not None:
        mapping = truth_of_segment
        ends = ours.index.to_frame(index=False)
        # Ids without a match get negative names of their own, so that they meet no true pair.
        names = {
            int(i): int(mapping.get(int(i), -1 - position))
            for position, i in enumerate(np.unique(ends.to_numpy(np.int64)))
        }
        frame = ends.assign(syn_count=ours.to_numpy())
        for side in ("pre_id", "post_id"):
            frame[side] = [names[int(i)] for i in frame[side]]
        lost = (frame["pre_id"] < 0) | (frame["post_id"] < 0)
        unmatched = int(frame.loc[lost, "syn_count"].sum())
        ours = frame.groupby(["pre_id", "post_id"])["syn_count"].sum()
    strong_true = true.index[true >= least_synapses]
    strong_ours = ours.index[ours >= least_synapses]
    both = len(strong_true.intersection(strong_ours))
    shared = true.index.intersection(ours.index)
    agreed = int(np.minimum(true.loc[shared].to_numpy(), ours.loc[shared].to_numpy()).sum())
    return EdgeScores(
        precision=_ratio(both, len(strong_ours)),
        recall=_ratio(both, len(strong_true)),
        f=_ratio(2 * both, len(strong_true) + len(strong_ours)),
        synapse_precision=_ratio(agreed, int(ours.sum())),
        synapse_recall=_ratio(agreed, int(true.sum())),
        n_truth=len(strong_true),
        n_found=len(strong_ours),
        n_both=both,
        n_unmatched_synapses=unmatched,
    )


def _counts(edges: pd.DataFrame, name: str) -> pd.Series[int]:
    """Synapses of each ordered pair."""
    for column in ("pre_id", "post_id"):
        if column not in edges:
            msg = f"{name} must have the columns pre_id and post_id; {column} is missing."
            raise ValueError(msg)
    counts = edges.get("syn_count")
    frame = edges[["pre_id", "post_id"]].astype(np.int64)
    frame = frame.assign(syn_count=1 if counts is None else counts.to_numpy(np.int64))
    return frame.groupby(["pre_id", "post_id"])["syn_count"].sum()


def _ratio(part: float, whole: float) -> float:
    """Part over whole, NaN where there is none."""
    return float(part) / float(whole) if whole else float("nan")
