"""Synapses added up to edges."""

import pandas as pd
import pytest

from ingest.account import Account
from ingest.voxels.edges_of_synapses import edges_of_synapses

BIG = 2**62 + 1


def synapses(rows):
    pre, post, confidence = zip(*rows, strict=True)
    # Each column by itself: a table of tuples with gaps would pass ids through a float.
    return pd.DataFrame(
        {
            "pre_id": pd.array(pre, "Int64"),
            "post_id": pd.array(post, "Int64"),
            "confidence": confidence,
        }
    )


ROWS = synapses(
    [(1, BIG, 0.5), (1, BIG, 0.5), (BIG, 1, 0.9), (2, 2, 0.7), (None, 1, 0.8), (1, None, 0.2)]
)


def test_every_synapse_is_in_one_bucket():
    account = Account()
    edges_of_synapses(ROWS, account)
    buckets = account.buckets
    assert buckets["synapses_in"] == 6
    assert buckets["synapses_attached"] + buckets["synapses_unattached"] == 6
    assert buckets["pairs_in"] == buckets["edges_kept"] + buckets["self_loops_dropped"] == 3


def test_counts_and_confidence_by_hand():
    edges = edges_of_synapses(ROWS, Account()).set_index(["pre_id", "post_id"])
    assert edges.loc[(1, BIG), "syn_count"] == 2
    assert edges.loc[(1, BIG), "confidence"] == pytest.approx(0.75)
    assert edges.loc[(BIG, 1), "confidence"] == pytest.approx(0.9)
    assert edges.index.tolist() == [(1, BIG), (BIG, 1)]


def test_self_connections_may_be_kept():
    account = Account()
    edges = edges_of_synapses(ROWS, account, on_self_loops="keep")
    assert len(edges) == 3
    assert account.buckets["self_loops_dropped"] == 0


def test_a_threshold_is_on_the_pair():
    account = Account()
    edges = edges_of_synapses(ROWS, account, min_synapses=2)
    assert edges["syn_count"].tolist() == [2]
    assert account.buckets["pairs_below_min_synapses"] == 1


def test_no_confidence_gives_none():
    edges = edges_of_synapses(ROWS.drop(columns="confidence"), Account())
    assert "confidence" not in edges


def test_no_synapse_gives_no_edge_of_the_right_types():
    edges = edges_of_synapses(ROWS[:0], Account())
    assert len(edges) == 0
    assert str(edges["pre_id"].dtype) == "int64"
    assert str(edges["syn_count"].dtype) == "int32"
