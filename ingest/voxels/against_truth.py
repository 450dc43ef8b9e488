"""Against truth: how far a reconstruction is from what is known of the same tissue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from segmentation_core.metrics import Contingency

# A piece with less of a neuron than this is a sliver at its membrane, not a split or a merge.
SLIVER = 0.05

_SLAB_VOXELS = 1 << 26


def scores_of(
    labels: Any,
    synapses: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    true_labels: Any,
    true_synapses: pd.DataFrame | None = None,
    reach_nm: float = 200.0,
) -> dict[str, Any]:
    """Score segments, synapses and edges.

    Parameters
    ----------
    labels, true_labels : (Z, Y, X) integers
        0 is no neuron; voxels whose truth is 0 are left out.
    synapses, true_synapses : DataFrame
        As in the table of synapses; `true_synapses` name segments of `true_labels`.
    edges : DataFrame
        ``pre_id``, ``post_id``, ``syn_count`` as reconstructed.
    reach_nm : float
        The furthest that a found synapse may be from the true one.

    Returns
    -------
    dict
        ``adapted_rand_error``, ``voi_split_bits``, ``voi_merge_bits``, ``neurons``,
        ``splits_per_neuron``, ``merges_per_neuron``; where synapses are known ``precision``,
        ``recall``, ``f``, ``partner_accuracy``, ``n_true``, ``n_detected``, ``n_pairs`` (ordered
        pairs of true neurons), ``edge_precision``, ``edge_recall``, ``edge_f``. The names are
        those that `connectome_analysis.errors.fit_segmentation_scores` takes.
    """
    from segmentation_core.metrics import (
        adapted_rand_of,
        contingency,
        edge_scores,
        matched_segments,
        merge_contingencies,
        synapse_scores,
        variation_of_information_of,
    )

    depth = max(1, _SLAB_VOXELS // max(true_labels.shape[1] * true_labels.shape[2], 1))
    table = merge_contingencies(
        [
            contingency(np.asarray(true_labels[z : z + depth]), np.asarray(labels[z : z + depth]))
            for z in range(0, true_labels.shape[0], depth)
        ]
    )
    voi = variation_of_information_of(table)
    splits, merges, neurons = fragments_of(table)
    scores: dict[str, Any] = {
        "adapted_rand_error": adapted_rand_of(table).error,
        "voi_split_bits": voi.split,
        "voi_merge_bits": voi.merge,
        "neurons": neurons,
        "splits_per_neuron": splits,
        "merges_per_neuron": merges,
    }
    if true_synapses is None:
        return scores
    truth_of = matched_segments(table)
    # An unattached side belongs to no segment: its synapse is found, its edge is not.
    found = synapses.fillna({"pre_id": 0, "post_id": 0}).astype({"pre_id": int, "post_id": int})
    of_synapses = synapse_scores(true_synapses, found, reach_nm=reach_nm, truth_of_segment=truth_of)
    true_edges = true_synapses.groupby(["pre_id", "post_id"]).size()
    of_edges = edge_scores(
        true_edges.rename("syn_count").reset_index().query("pre_id != post_id"),
        edges,
        truth_of_segment=truth_of,
    )
    return scores | {
        "precision": of_synapses.precision,
        "recall": of_synapses.recall,
        "f": of_synapses.f,
        "partner_accuracy": of_synapses.partner_accuracy,
        "n_true": of_synapses.n_truth,
        "n_detected": of_synapses.n_found,
        "n_pairs": neurons * (neurons - 1),
        "edge_precision": of_edges.precision,
        "edge_recall": of_edges.recall,
        "edge_f": of_edges.f,
    }


def fragments_of(table: Contingency) -> tuple[float, float, int]:
    """Splits and merges per true neuron, and how many neurons there are.

    A neuron in k pieces of at least a twentieth of it each has k - 1 splits; a segment with at
    least a twentieth of each of m neurons joins them in m - 1 merges.

    Examples
    --------
    >>> import numpy as np
    >>> from segmentation_core.metrics import contingency
    >>> fragments_of(contingency(np.array([1, 1, 1, 2, 2]), np.array([7, 7, 8, 9, 9])))
    (0.5, 0.0, 2)
    """
    kept = table.without(truth=(0,), prediction=(0,))
    neurons, code = np.unique(kept.truth_id, return_inverse=True)
    if len(neurons) == 0:
        return 0.0, 0.0, 0
    size = np.bincount(code, weights=kept.n_voxels)
    real = kept.n_voxels >= SLIVER * size[code]
    pieces = np.bincount(code[real], minlength=len(neurons))
    _, joined = np.unique(kept.prediction_id[real], return_counts=True)
    splits = float(np.maximum(pieces - 1, 0).sum() / len(neurons))
    return splits, float((joined - 1).sum() / len(neurons)), len(neurons)
