"""Type matrices by hand, by dense sums, and on the worm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.measures import type_edges, type_matrix
from tests.measures import weighted

VALUES = ("weight", "edges", "input_fraction", "output_fraction", "density")


def small() -> ca.Graph:
    return ca.Graph.from_edges([1, 1, 2, 4], [2, 3, 3, 3], weight=[2, 6, 4, 8])


TYPES = ["A", "B", "B", None]


def test_four_neurons_of_three_types_by_hand() -> None:
    weight = type_matrix(small(), TYPES)
    assert weight.index.tolist() == weight.columns.tolist() == ["A", "B", "unassigned"]
    assert (weight.index.name, weight.columns.name) == ("pre_type", "post_type")
    assert weight.to_numpy().tolist() == [[0, 8, 0], [0, 4, 0], [0, 8, 0]]
    assert weight.to_numpy().dtype == np.int64
    assert type_matrix(small(), TYPES, value="edges").loc["A", "B"] == 2
    share = type_matrix(small(), TYPES, value="input_fraction")
    assert share["B"].tolist() == [0.4, 0.2, 0.4]
    assert share[["A", "unassigned"]].isna().all().all()
    density = type_matrix(small(), TYPES, value="density")
    assert density.loc["B"].tolist() == [0, 0.5, 0]
    assert np.isnan(density.loc["A", "A"])


def test_what_is_dropped_still_counts_in_shares() -> None:
    share = type_matrix(small(), TYPES, value="input_fraction", missing="drop")
    assert share.columns.tolist() == ["A", "B"]
    assert share["B"].tolist() == [0.4, 0.2]
    rows = type_edges(small(), TYPES, missing="drop")
    assert rows["post_type"].tolist() == ["B", "B"]
    assert rows["input_fraction"].tolist() == [0.4, 0.2]


@given(
    weighted.matrices(max_nodes=9, min_nodes=1),
    st.lists(st.sampled_from(["a", "b", "c", None]), min_size=9, max_size=9),
)
@settings(max_examples=60, deadline=None)
def test_matrix_and_list_equal_dense_sums(matrix: np.ndarray, names: list[str | None]) -> None:
    labels = names[: len(matrix)]
    g = ca.Graph.from_adjacency(matrix)
    types = sorted({name for name in labels if name}) + (["unassigned"] if None in labels else [])
    member = np.array([[(name or "unassigned") == t for name in labels] for t in types]).astype(int)
    weight = member @ matrix @ member.T
    edges = member @ (matrix > 0) @ member.T
    size = member.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = {
            "weight": weight,
            "edges": edges,
            "input_fraction": weight / weight.sum(axis=0),
            "output_fraction": weight / weight.sum(axis=1, keepdims=True),
            "density": edges / (np.outer(size, size) - np.diag(size)),
        }
    rows = type_edges(g, labels)
    assert len(rows) == (edges > 0).sum()
    for value in VALUES:
        found = type_matrix(g, labels, value=value)
        assert found.index.tolist() == types
        assert np.allclose(found, expected[value], equal_nan=True), value
        column = {"edges": "n_edges"}.get(value, value)
        for row in rows.to_dict("records"):
            assert row[column] == pytest.approx(found.loc[row["pre_type"], row["post_type"]])


def test_shares_of_the_worm_sum_to_one_with_the_unassigned() -> None:
    g = ca.open("celegans-cook2019-hermaphrodite").graph()
    share = type_matrix(g, "cell_class", value="input_fraction")
    assert share.index[-1] == "unassigned"
    received = type_matrix(g, "cell_class").sum() > 0
    assert share.sum()[received].tolist() == pytest.approx([1.0] * int(received.sum()))
    sent = type_matrix(g, "cell_class", value="output_fraction").sum(axis=1)
    assert sent[sent > 0].tolist() == pytest.approx([1.0] * int((sent > 0).sum()))


def test_the_fly_has_the_published_numbers_of_edges_between_classes() -> None:
    """FlyWire 783, doi:10.1038/s41586-024-07558-y."""
    g = ca.open("fly-mushroom-body-right").graph()
    edges = type_matrix(g, "cell_class", value="edges")
    assert edges.loc["ALPN", "Kenyon_Cell"] == 9841
    assert edges.loc["Kenyon_Cell", "MBON"] == 7485
    assert edges.to_numpy().sum() == g.n_edges


def test_thousands_of_types_are_listed_without_a_matrix() -> None:
    rng = np.random.default_rng(0)
    n = 40_000
    g = ca.Graph.from_edges(
        rng.integers(0, n, 200_000), rng.integers(0, n, 200_000), node_ids=np.arange(n)
    )
    rows = type_edges(g, rng.integers(0, 20_000, n))
    assert rows["n_edges"].sum() == g.n_edges
    assert rows[["pre_type", "post_type"]].apply(tuple, axis=1).is_monotonic_increasing


def test_self_loops_count_as_edges_and_never_in_densities() -> None:
    g = ca.Graph.from_edges([1, 1, 2, 3], [1, 2, 1, 3], weight=[5, 1, 1, 2], self_loops="keep")
    labels = ["A", "A", "B"]
    assert type_matrix(g, labels).to_numpy().tolist() == [[7, 0], [0, 2]]
    assert type_matrix(g, labels, value="density").loc["A", "A"] == 1
    assert type_edges(g, labels)["density"].tolist()[0] == 1
    assert np.isnan(type_edges(g, labels)["density"][1])


def test_labels_of_any_kind_and_large_whole_weights_stay_exact() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3], weight=[2**60 + 1, 2**60 + 3])
    assert type_matrix(g, [1, 1, 2]).loc[1, 2] == 2**60 + 3
    assert type_matrix(g, [True, True, False]).loc[True, True] == 2**60 + 1
    full = ca.Graph.from_edges([1, 2], [2, 1], weight=[2**62, 2**62])
    assert type_matrix(full, ["A", "A"]).loc["A", "A"] == 2.0**63
    category = pd.Series(pd.Categorical(["x", None, "y"]), index=[1, 2, 3])
    assert type_matrix(g, category).index.tolist() == ["x", "y", "unassigned"]


def test_nothing_gives_empty_tables() -> None:
    empty = ca.Graph.from_edges([], [])
    for value in VALUES:
        assert type_matrix(empty, [], value=value).shape == (0, 0)
    assert len(type_edges(empty, [])) == 0
    lone = ca.Graph.from_edges([], [], node_ids=[1, 2])
    assert type_matrix(lone, [None, None]).to_numpy().tolist() == [[0]]
    assert type_matrix(lone, [None, None], missing="drop").shape == (0, 0)


def test_errors_say_what_came() -> None:
    g = small()
    with pytest.raises(ValueError, match="no column 'cell_type'; it has: node_id"):
        type_matrix(g)
    with pytest.raises(ValueError, match=r"value must be 'edges', .* got 'synapses'"):
        type_matrix(g, TYPES, value="synapses")
    with pytest.raises(ValueError, match="missing must be 'own' or 'drop', got 'ignore'"):
        type_edges(g, TYPES, missing="ignore")
    with pytest.raises(ValueError, match=r"1 neurons have no label, and others .*'unassigned'"):
        type_matrix(g, ["A", "unassigned", None, "A"])
    signed = ca.Graph.from_edges([1], [2], weight=[-1])
    assert type_matrix(signed, ["A", "B"]).loc["A", "B"] == -1
    with pytest.raises(ValueError, match="Weights must be above 0"):
        type_matrix(signed, ["A", "B"], value="input_fraction")
