"""Synapses and connections found against true ones, by hand and by brute force."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import segmentation_core as sc


def at(x_nm, pre=1, post=2) -> pd.DataFrame:
    """Synapses along x."""
    frame = pd.DataFrame({"x_nm": np.asarray(x_nm, float), "y_nm": 0.0, "z_nm": 0.0})
    return frame.assign(pre_id=pre, post_id=post)


def test_as_many_as_possible_are_matched_before_distance_counts() -> None:
    # 100 is nearest to 90, but then 0 would have no match.
    pairs = sc.metrics.match_synapses(at([0, 100]), at([90, 195]), reach_nm=100)
    assert pairs.values.tolist() == [[0, 0, 90.0], [1, 1, 95.0]]


def test_a_synapse_is_matched_once() -> None:
    scores = sc.metrics.synapse_scores(at([0]), at([10, 20, 30]), reach_nm=100)
    assert (scores.precision, scores.recall, scores.f) == pytest.approx((1 / 3, 1, 0.5))
    assert scores.mean_distance_nm == 10.0


def test_out_of_reach_is_not_found() -> None:
    scores = sc.metrics.synapse_scores(at([0]), at([201]), reach_nm=200)
    assert (scores.n_matched, scores.f) == (0, 0.0)
    assert np.isnan(scores.partner_accuracy)


def test_partners_are_counted_over_matched_rows() -> None:
    truth = at([0, 1000, 2000, 3000], pre=[1, 1, 1, 1], post=[2, 3, 4, 5])
    found = at([0, 1000, 2000, 9000], pre=[1, 9, 1, 1], post=[2, 3, 9, 5])
    scores = sc.metrics.synapse_scores(truth, found)
    assert scores.n_matched == 3
    assert scores[3:7] == pytest.approx((2 / 3, 2 / 3, 1 / 3, 2 / 8))


def test_segments_stand_for_the_neurons_that_they_are_matched_with() -> None:
    truth = at([0, 1000], pre=1, post=2)
    found = at([0, 1000], pre=[71, 72], post=[80, 99])
    scores = sc.metrics.synapse_scores(truth, found, truth_of_segment={71: 1, 72: 1, 80: 2})
    assert (scores.pre_accuracy, scores.post_accuracy, scores.partner_accuracy) == (1.0, 0.5, 0.5)


def test_both_ends_must_be_in_reach_where_both_tables_have_them() -> None:
    def two_ended(pre_x, post_x):
        zero = dict.fromkeys(["pre_y_nm", "pre_z_nm", "post_y_nm", "post_z_nm"], 0.0)
        return pd.DataFrame({"pre_x_nm": [pre_x], "post_x_nm": [post_x], **zero})

    truth = two_ended(0.0, 100.0)
    assert len(sc.metrics.match_synapses(truth, two_ended(90.0, 190.0), reach_nm=100)) == 1
    assert len(sc.metrics.match_synapses(truth, two_ended(0.0, 210.0), reach_nm=100)) == 0


@pytest.mark.parametrize("seed", range(20))
def test_the_matching_is_the_best_of_all(seed) -> None:
    rng = np.random.default_rng(seed)
    truth, found = rng.random((5, 3)) * 100, rng.random((4, 3)) * 100
    names = ["x_nm", "y_nm", "z_nm"]
    pairs = sc.metrics.match_synapses(
        pd.DataFrame(truth, columns=names), pd.DataFrame(found, columns=names), reach_nm=45
    )
    distance = np.linalg.norm(truth[:, None] - found[None], axis=2)

    def value(order) -> tuple[int, float]:
        pairs = [(t, f) for f, t in enumerate(order) if distance[t, f] <= 45]
        return len(pairs), -sum(distance[t, f] for t, f in pairs)

    best = max(value(order) for order in permutations(range(5), 4))
    assert (len(pairs), -pairs["distance_nm"].sum()) == pytest.approx(best)


def test_no_synapses_are_no_error() -> None:
    scores = sc.metrics.synapse_scores(at([]), at([1.0]))
    assert (scores.n_truth, scores.n_found, scores.precision) == (0, 1, 0.0)
    assert np.isnan(scores.recall)
    assert len(sc.metrics.match_synapses(at([]), at([]))) == 0


def test_bad_synapse_tables_are_said_plainly() -> None:
    with pytest.raises(ValueError, match=r"must both have x_nm, y_nm, z_nm, or both pre_x_nm"):
        sc.metrics.match_synapses(at([0]).drop(columns="x_nm"), at([0]))
    with pytest.raises(ValueError, match="must be finite; drop rows without one"):
        sc.metrics.match_synapses(at([np.nan]), at([0]))
    with pytest.raises(ValueError, match="reach_nm must be above 0, got 0"):
        sc.metrics.match_synapses(at([0]), at([0]), reach_nm=0)
    with pytest.raises(ValueError, match="found must have the columns pre_id and post_id; post_id"):
        sc.metrics.synapse_scores(at([0]), at([0]).drop(columns="post_id"))


EDGES = pd.DataFrame({"pre_id": [1, 1, 2], "post_id": [2, 3, 3], "syn_count": [5, 1, 2]})


def test_connections_are_counted_above_the_threshold_on_both_sides() -> None:
    found = pd.DataFrame({"pre_id": [1, 2, 3], "post_id": [2, 3, 1], "syn_count": [4, 1, 2]})
    scores = sc.metrics.edge_scores(EDGES, found)
    assert (scores.n_both, scores.precision, scores.recall) == (2, 2 / 3, 2 / 3)
    assert (scores.synapse_precision, scores.synapse_recall) == (5 / 7, 5 / 8)
    strong = sc.metrics.edge_scores(EDGES, found, least_synapses=2)
    assert (strong.n_truth, strong.n_found, strong.n_both, strong.f) == (2, 2, 1, 0.5)


def test_rows_of_a_table_of_synapses_are_added_up() -> None:
    rows = EDGES.loc[EDGES.index.repeat(EDGES["syn_count"]), ["pre_id", "post_id"]]
    assert sc.metrics.edge_scores(EDGES, rows)[:5] == (1.0, 1.0, 1.0, 1.0, 1.0)


def test_pieces_of_a_neuron_count_as_it_and_strangers_as_false() -> None:
    found = pd.DataFrame(
        {"pre_id": [10, 11, 10, 12], "post_id": [20, 20, 99, 99], "syn_count": [3, 2, 1, 1]}
    )
    mapping = {10: 1, 11: 1, 12: 2, 20: 2}
    scores = sc.metrics.edge_scores(EDGES, found, truth_of_segment=mapping)
    assert (scores.n_found, scores.n_both, scores.n_unmatched_synapses) == (3, 1, 2)
    assert scores.synapse_recall == 5 / 8


def test_bad_edges_are_said_plainly() -> None:
    with pytest.raises(ValueError, match="truth must have the columns pre_id and post_id; pre_id"):
        sc.metrics.edge_scores(EDGES.drop(columns="pre_id"), EDGES)
    with pytest.raises(ValueError, match="least_synapses must be at least 1, got 0"):
        sc.metrics.edge_scores(EDGES, EDGES, least_synapses=0)
