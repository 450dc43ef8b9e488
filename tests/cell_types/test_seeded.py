"""Seeded typing: planted types come back, and what cannot be known is said to be unknown."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca


def planted() -> tuple[ca.Graph, np.ndarray, np.ndarray]:
    g = ca.cell_types.planted_types(1500, 40_000, 30, partners=4, rng=3)
    truth = g.nodes["cell_type"].to_numpy(dtype=object)
    known = truth.copy()
    known[np.random.default_rng(0).random(1500) > 0.2] = None
    return g, truth, known


def test_planted_types_come_back_and_confidence_is_about_the_share_that_is_right() -> None:
    g, truth, known = planted()
    found = ca.cell_types.seeded(g, known)
    new = np.array([label is None for label in known])
    right = (found.guess == truth)[new]
    assert right.mean() > 0.95
    assert abs(found.confidence[new].mean() - right.mean()) < 0.1
    assert (found.labels[~new] == truth[~new]).all()
    assert "calibrated" in found.confidence_is


def test_the_order_of_neurons_and_the_number_of_threads_change_nothing() -> None:
    g, _, known = planted()
    one = ca.cell_types.seeded(g, known, calibrate=False, n_jobs=1)
    order = np.random.default_rng(1).permutation(1500)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    other = ca.cell_types.seeded(shuffled, known[order], calibrate=False, n_jobs=3)
    assert (one.guess[order] == other.guess).mean() > 0.995  # ties of rounding may fall otherwise


def test_a_neuron_without_partners_is_unknown_and_a_type_seen_once_is_a_type() -> None:
    g = ca.Graph.from_edges([1, 2, 3, 4], [2, 3, 4, 1], node_ids=[1, 2, 3, 4, 5])
    found = ca.cell_types.seeded(g, ["A", None, None, "B", None], least_confidence=0)
    assert found.guess[4] is None
    assert found.confidence[4] == 0
    assert found.labels[0] == "A"
    assert found.labels[3] == "B"


def test_the_table_goes_into_sql() -> None:
    with ca.open("larva-mushroom-body-left") as c:
        g = c.graph()
        known = g.nodes["cell_type"].to_numpy(dtype=object)
        known[::2] = None
        c.register("types", ca.cell_types.seeded(g, known).to_frame())
        rows = c.sql("SELECT count(*) FROM nodes JOIN types USING (node_id)").fetchall()
    assert rows == [(209,)]


def test_no_seeds_is_said() -> None:
    g, _, _ = planted()
    with pytest.raises(ValueError, match="None of 1,500 neurons has a label"):
        ca.cell_types.seeded(g, [None] * 1500)
