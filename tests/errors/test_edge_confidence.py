"""Edge confidence: from synapses to connections, against enumeration, and in the order of a graph."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis import tables
from connectome_analysis.errors import calibrate_confidence, edge_confidence, edge_probability

BIG = 2**60 + 1


def synapses(*rows: tuple[int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["pre_id", "post_id", "confidence"])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.integers(1, 4))
def test_at_least_theta_is_what_enumeration_says(p: list[float], theta: int) -> None:
    table = edge_confidence(synapses(*((1, 2, x) for x in p), (3, 4, 0.5)), theta=theta)
    chance = sum(
        np.prod([x if real else 1 - x for x, real in zip(p, which, strict=True)])
        for which in product([True, False], repeat=len(p))
        if sum(which) >= theta
    )
    row = table.loc[(1, 2)]
    assert row["probability"] == pytest.approx(chance, abs=1e-12)
    assert row["expected_true"] == pytest.approx(sum(p))
    assert row["variance"] == pytest.approx(sum(x * (1 - x) for x in p))
    assert table.loc[(3, 4), "probability"] == (0.5 if theta == 1 else 0.0)


def test_ids_stay_whole_and_unattached_sites_are_left_out() -> None:
    table = pd.DataFrame(
        {
            "pre_id": pd.array([BIG, BIG, None], dtype="Int64"),
            "post_id": pd.array([BIG + 1, 5, 5], dtype="Int64"),
            "confidence": [0.9, 0.8, 0.7],
        }
    )
    result = edge_confidence(table)
    assert result.index.tolist() == [(BIG, 5), (BIG, BIG + 1)]
    assert result.index.dtypes.tolist() == [np.int64, np.int64]
    with pytest.raises(ValueError, match=r"synapses\.pre_id must be integers, got float64"):
        edge_confidence(table.astype({"pre_id": "float64"}).iloc[:2])


def test_synapses_of_a_connectome_on_disk_are_read_by_their_confidence(tmp_path: Path) -> None:
    nodes = pd.DataFrame({"node_id": [BIG, BIG + 1, BIG + 2]})
    rows = pd.DataFrame(
        {
            "synapse_id": [1, 2, 3, 4],
            "pre_id": pd.array([BIG, BIG, BIG + 1, None], dtype="Int64"),
            "post_id": pd.array([BIG + 1, BIG + 1, BIG + 2, BIG], dtype="Int64"),
            **{f"{axis}_nm": [1.0, 2.0, 3.0, 4.0] for axis in "xyz"},
            "confidence": [0.5, 0.8, 0.7, 0.9],
        }
    )
    edges = pd.DataFrame(
        {
            "pre_id": [BIG, BIG + 1],
            "post_id": [BIG + 1, BIG + 2],
            "edge_type": "chemical",
            "weight": [2.0, 1.0],
            "syn_count": pd.array([2, 1], dtype="Int32"),
        }
    )
    manifest = tables.Manifest(
        name="small", species="Drosophila melanogaster", licence="CC0", citation="Nobody 2026",
        weights={"chemical": {"meaning": "synapses", "unit": "count"}},
    )  # fmt: skip
    path = tables.write(
        tmp_path / "small", {"nodes": nodes, "edges": edges, "synapses": rows}, manifest
    )
    with ca.open(path) as connectome:
        confidence = edge_confidence(connectome)
        assert edge_probability(confidence, connectome.graph()).tolist() == pytest.approx(
            [0.9, 0.7]
        )
        with pytest.raises(ValueError, match="small has no score of synapses; it has synapse_id"):
            edge_confidence(connectome, column="score")


def test_scores_are_calibrated_on_the_way() -> None:
    calibration = calibrate_confidence([10, 20, 30, 40], [0, 0, 1, 1])
    table = synapses((1, 2, 40.0)).rename(columns={"confidence": "score"})
    result = edge_confidence(table, calibration, column="score")
    assert result["probability"].tolist() == pytest.approx([5 / 6])
    with pytest.raises(
        ValueError, match="must be probabilities between 0 and 1, got 40; give calib"
    ):
        edge_confidence(table, column="score")


def test_each_edge_of_a_graph_finds_its_probability_whatever_the_order() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "pre_id": rng.integers(0, 12, 300) + BIG,
            "post_id": rng.integers(0, 12, 300) + BIG,
            "confidence": rng.random(300),
        }
    )
    confidence = edge_confidence(table)
    g = ca.Graph.from_edges(table["pre_id"], table["post_id"], node_ids=rng.permutation(12) + BIG)
    edges = g.edges()
    want = confidence.loc[list(zip(edges["pre_id"], edges["post_id"], strict=True)), "probability"]
    assert edge_probability(confidence, g).tolist() == want.tolist()
    shuffled = confidence.sample(frac=1.0, random_state=1)
    assert edge_probability(shuffled, g).tolist() == want.tolist()
    thinner = g.subgraph(g.node_ids[:5])
    assert len(edge_probability(confidence, thinner)) == thinner.n_edges


def test_edges_without_confidence_and_wrong_tables_are_named() -> None:
    confidence = edge_confidence(synapses((1, 2, 0.5)))
    g = ca.Graph.from_edges([1, 2], [2, 1])
    with pytest.raises(ValueError, match="1 of 2 edges have no confidence, for instance 2 to 1"):
        edge_probability(confidence, g)
    with pytest.raises(ValueError, match="A table of edge_confidence is wanted"):
        edge_probability(confidence.reset_index(), g)
    with pytest.raises(ValueError, match="synapses lacks confidence; it has pre_id, post_id"):
        edge_confidence(pd.DataFrame({"pre_id": [1], "post_id": [2]}))
    with pytest.raises(ValueError, match="1 of 2 synapses have no confidence"):
        edge_confidence(synapses((1, 2, 0.5), (1, 2, np.nan)))
    with pytest.raises(ValueError, match="theta must be a whole number of at least 1, got 0"):
        edge_confidence(synapses((1, 2, 0.5)), theta=0)


def test_no_synapses_make_no_edges() -> None:
    empty = edge_confidence(synapses().astype({"pre_id": int, "post_id": int, "confidence": float}))
    assert len(empty) == 0


def test_a_million_synapses_take_no_loop_over_edges() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "pre_id": rng.integers(0, 2000, 10**6),
            "post_id": rng.integers(0, 2000, 10**6),
            "confidence": rng.random(10**6),
        }
    )
    result = edge_confidence(table, theta=2)
    assert result["n_detected"].sum() == 10**6
    assert result["expected_true"].sum() == pytest.approx(table["confidence"].sum())
