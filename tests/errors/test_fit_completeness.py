"""Fit completeness: the columns of neurons, and what stands in for those without an entry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis import tables
from connectome_analysis.errors import PerColumn, fit_completeness

NODES = pd.DataFrame(
    {
        "node_id": [1, 2, 3],
        "pre_completeness": [0.9, 0.5, np.nan],
        "post_completeness": [0.4, 0.4, 0.4],
    }
)


def test_columns_are_read_from_the_graph_the_model_is_used_on() -> None:
    g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[7, 2, 5], nodes=NODES)
    model = fit_completeness(g)
    # Neuron 1 sends 9 attached of 10 sites, neuron 2 sends 5 of 10.
    assert model.pre_completeness == PerColumn("pre_completeness", pytest.approx(14 / 20))
    assert model.evidence is not None
    assert model.evidence.numbers["pre_completeness_missing"] == 1
    recall = ca.errors.edge_rates.synapse_rates(model, g).recall.dense()
    assert recall[0, 1] == pytest.approx(0.9 * 0.4)
    assert recall[2, 1] == pytest.approx(0.7 * 0.4)


def test_a_table_weighs_neurons_alike_unless_their_sites_are_given() -> None:
    assert fit_completeness(NODES).pre_completeness.default == pytest.approx(0.7)
    attached = pd.DataFrame({"pre_completeness": [90, 10, 0]})
    weighted = fit_completeness(NODES, attached=attached).pre_completeness.default
    assert weighted == pytest.approx(100 / 120)


def test_a_connectome_on_disk_weighs_by_its_edges(tmp_path: Path) -> None:
    edges = pd.DataFrame(
        {
            "pre_id": [1, 1, 2],
            "post_id": [2, 3, 3],
            "edge_type": "chemical",
            "weight": [7.0, 2.0, 5.0],
            "syn_count": pd.array([7, 2, 5], dtype="Int32"),
        }
    )
    manifest = tables.Manifest(
        name="small", species="Drosophila melanogaster", licence="CC0", citation="Nobody 2026",
        weights={"chemical": {"meaning": "synapses", "unit": "count"}},
    )  # fmt: skip
    path = tables.write(tmp_path / "small", {"nodes": NODES, "edges": edges}, manifest)
    with ca.open(path) as connectome:
        model = fit_completeness(connectome)
        assert model.pre_completeness.default == pytest.approx(14 / 20)
        again = fit_completeness(connectome.graph())
        assert again.pre_completeness == model.pre_completeness


def test_a_connectome_without_entries_is_refused_and_named() -> None:
    with (
        ca.open("celegans-varshney2011") as worm,
        pytest.raises(ValueError, match="completeness"),
    ):
        fit_completeness(worm)


@pytest.mark.parametrize(
    ("nodes", "options", "message"),
    [
        (pd.DataFrame({"node_id": [1]}), {}, "neither pre_completeness nor post_completeness"),
        (NODES.assign(pre_completeness=94.0), {}, "must be between 0 and 1, got 94"),
        (NODES[["node_id"]].assign(pre_completeness=np.nan), {}, "there is nothing to fit"),
        (NODES, {"missing": "error"}, "pre_completeness is missing for 1 of 3 neurons"),
        (NODES, {"missing": "median"}, 'missing must be "mean", "error" or a number'),
        ([1, 2], {}, "A Connectome, a Graph or a node table is wanted, got list"),
    ],
)
def test_what_cannot_be_is_refused(nodes: object, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_completeness(nodes, **options)  # type: ignore[arg-type]


def test_the_mean_has_a_standard_error_where_sites_are_counted_and_the_fit_says_what_it_lacks() -> (
    None
):
    attached = pd.DataFrame({"pre_completeness": [90, 10, 0]})
    model = fit_completeness(NODES, attached=attached)
    assert model.evidence is not None
    numbers = model.evidence.numbers
    # 90 of 100 sites and 10 of 20.
    assert numbers["pre_completeness_sites"] == pytest.approx(120)
    assert numbers["pre_completeness_mean_se"] == pytest.approx(np.sqrt(100 / 120 * 20 / 120 / 120))
    assert "post_completeness_mean_se" not in numbers
    assert model.uncertainty is None
    assert "intervals leave out how well they are known" in " ".join(model.evidence.notes)
    plain = fit_completeness(NODES).evidence
    assert plain is not None
    assert "pre_completeness_mean_se" not in plain.numbers
