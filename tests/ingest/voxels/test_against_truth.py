"""Scores of a reconstruction against the truth, by hand."""

import numpy as np
import pandas as pd
import pytest

from connectome_analysis.errors import fit_segmentation_scores
from ingest.voxels.against_truth import fragments_of, scores_of
from segmentation_core.metrics import contingency

TRUE = np.repeat(np.array([1, 2, 3, 4], np.uint64), 40).reshape(1, 4, 40)


def synapses(rows):
    pre, post, z, y, x = zip(*rows, strict=True) if rows else ([],) * 5
    return pd.DataFrame(
        {
            "pre_id": pd.array(pre, "Int64"),
            "post_id": pd.array(post, "Int64"),
            "z_nm": np.array(z, float),
            "y_nm": np.array(y, float),
            "x_nm": np.array(x, float),
        }
    )


TRUE_SYNAPSES = synapses([(1, 2, 0, 0, 0), (2, 3, 0, 0, 1000), (3, 4, 0, 0, 2000)])


def counted(table):
    both = table.dropna(subset=["pre_id", "post_id"])
    return both.groupby(["pre_id", "post_id"]).size().rename("syn_count").reset_index()


def scored(labels, found):
    return scores_of(labels, found, counted(found), true_labels=TRUE, true_synapses=TRUE_SYNAPSES)


def test_the_truth_itself_is_perfect():
    scores = scored(TRUE, TRUE_SYNAPSES)
    assert scores["adapted_rand_error"] == 0
    assert scores["voi_split_bits"] == scores["voi_merge_bits"] == 0
    assert scores["splits_per_neuron"] == scores["merges_per_neuron"] == 0
    assert scores["edge_f"] == scores["f"] == scores["partner_accuracy"] == 1
    assert (scores["n_true"], scores["n_detected"], scores["n_pairs"]) == (3, 3, 12)


def test_renaming_segments_changes_nothing():
    renamed = TRUE + np.uint64(10**17)
    found = TRUE_SYNAPSES.assign(
        pre_id=TRUE_SYNAPSES["pre_id"] + 10**17, post_id=TRUE_SYNAPSES["post_id"] + 10**17
    )
    assert scored(renamed, found) == scored(TRUE, TRUE_SYNAPSES)


def test_a_split_and_a_merge_are_counted():
    labels = TRUE.copy()
    labels[0, 0, 20:] = 9  # neuron 1 in two halves
    labels[0, 3] = 3  # neurons 3 and 4 are one
    splits, merges, neurons = fragments_of(contingency(TRUE, labels))
    assert (splits, merges, neurons) == (0.25, 0.25, 4)


def test_a_sliver_is_no_split():
    labels = TRUE.copy()
    labels[0, 0, 39:] = 9  # one voxel of forty
    assert fragments_of(contingency(TRUE, labels))[0] == 0


def test_a_missed_and_a_false_synapse_by_hand():
    found = synapses([(1, 2, 0, 0, 0), (2, 3, 0, 0, 1000), (4, 1, 0, 0, 9000)])
    scores = scored(TRUE, found)
    assert scores["recall"] == pytest.approx(2 / 3)
    assert scores["precision"] == pytest.approx(2 / 3)
    assert scores["edge_precision"] == scores["edge_recall"] == pytest.approx(2 / 3)


def test_a_synapse_with_a_side_unattached_is_found_but_joins_nobody():
    found = synapses([(1, None, 0, 0, 0), (2, 3, 0, 0, 1000), (3, 4, 0, 0, 2000)])
    scores = scored(TRUE, found)
    assert scores["recall"] == 1
    assert scores["partner_accuracy"] == pytest.approx(2 / 3)
    assert scores["edge_recall"] == pytest.approx(2 / 3)


def test_scores_make_an_error_model():
    labels = TRUE.copy()
    labels[0, 0, 20:] = 9
    found = synapses([(1, 2, 0, 0, 0), (2, 3, 0, 0, 1000), (4, 1, 0, 0, 9000)])
    model = fit_segmentation_scores(scored(labels, found))
    assert model.recall == pytest.approx(2 / 3, abs=0.2)
    assert model.split.probability == pytest.approx(1 - np.exp(-0.25))


def test_without_known_synapses_only_segments_are_scored():
    scores = scores_of(TRUE, TRUE_SYNAPSES, counted(TRUE_SYNAPSES), true_labels=TRUE)
    assert "recall" not in scores
    assert scores["neurons"] == 4
