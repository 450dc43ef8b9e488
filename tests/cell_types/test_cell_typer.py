"""CellTyper: types are learnt from wiring, in any order of the neurons, and sure calls are right."""

from __future__ import annotations

import json
import pickle
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca

torch = pytest.importorskip("torch")

SMALL = {"hidden": 16, "epochs": 20, "features": ("degree", "strength")}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def planted() -> tuple[ca.Graph, np.ndarray, np.ndarray]:
    g = ca.cell_types.planted_types(300, 6000, 4, partners=2, rng=5)
    truth = g.nodes["cell_type"].to_numpy(dtype=object)
    known = truth.copy()
    known[np.random.default_rng(0).random(300) > 0.5] = None
    return g, truth, known


@pytest.fixture(scope="module")
def fitted(planted) -> ca.cell_types.CellTyper:
    g, _, known = planted
    return ca.cell_types.CellTyper(**{**SMALL, "epochs": 60}).fit(g, known)


def unlabelled(truth: np.ndarray, known: np.ndarray) -> np.ndarray:
    return np.array([t if k is None else None for t, k in zip(truth, known, strict=True)], object)


def relabelled(g: ca.Graph, order: np.ndarray) -> ca.Graph:
    """The same connectome with its neurons in another order, under other ids."""
    nodes = g.nodes.iloc[order].reset_index(drop=True)
    nodes["node_id"] = np.arange(len(order)) + 10_000
    return ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)], nodes=nodes)


def test_planted_types_are_learnt(planted, fitted) -> None:
    g, truth, known = planted
    test = unlabelled(truth, known)
    assert fitted.score(g, test, known) > 0.9
    assert fitted.score(g, test, known, metric="accuracy") > 0.9
    table = fitted.cell_types(g, known).to_frame()
    right = table["label"].to_numpy() == truth
    assert abs(table["confidence"].mean() - right.mean()) < 0.15
    assert {"network", "epoch", "watched_loss"} <= set(fitted.history_.columns)


def test_probabilities_sum_to_one_and_do_not_depend_on_order_or_ids(planted, fitted) -> None:
    g, _, known = planted
    chance = fitted.predict_proba(g, known)
    assert np.allclose(chance.sum(axis=1), 1)
    order = np.random.default_rng(1).permutation(g.n_nodes)
    again = fitted.predict_proba(relabelled(g, order), known[order])
    assert np.allclose(again, chance[order], atol=1e-4)


@pytest.mark.parametrize("layer", ["sage", "gat"])
def test_the_same_seed_gives_the_same_network_in_batches_too(planted, layer) -> None:
    if layer == "gat":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it uses what torch has deprecated
            pytest.importorskip("torch_geometric")
    g, _, known = planted
    options = {**SMALL, "epochs": 3, "layer": layer, "batch_size": 40, "fanout": 3}
    one, same, other = (
        ca.cell_types.CellTyper(**options, rng=seed).fit(g, known).predict_proba(g)
        for seed in (4, 4, 5)
    )
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


def test_batches_learn_what_the_whole_graph_does(planted) -> None:
    g, truth, known = planted
    options = {**SMALL, "epochs": 70, "batch_size": 64, "fanout": (5, 5)}
    typer = ca.cell_types.CellTyper(**options).fit(g, known)
    assert typer.score(g, unlabelled(truth, known), known) > 0.85


def test_the_state_of_torchs_generator_is_left_alone(planted) -> None:
    g, _, known = planted
    torch.manual_seed(3)
    wanted = torch.rand(3)
    torch.manual_seed(3)
    ca.cell_types.CellTyper(**{**SMALL, "epochs": 1}).fit(g, known)
    assert torch.equal(torch.rand(3), wanted)


def test_a_saved_model_gives_the_same_answers_and_is_no_code(planted, fitted, tmp_path) -> None:
    g, _, known = planted
    fitted.save(tmp_path / "types.pt")
    assert [path.name for path in tmp_path.iterdir()] == ["types.pt"]
    content = torch.load(tmp_path / "types.pt", weights_only=True)
    assert json.loads(content["about"])["classes"] == list(fitted.classes_)
    loaded = ca.cell_types.CellTyper.load(tmp_path / "types.pt")
    assert np.array_equal(loaded.predict_proba(g, known), fitted.predict_proba(g, known))
    assert loaded.predict_sets(g, 0.8, known).equals(fitted.predict_sets(g, 0.8, known))
    assert repr(loaded) == repr(fitted)


class Opens:
    """A pickle that would run code."""

    def __reduce__(self):
        return (sys.exit, (1,))


def test_a_file_that_would_run_code_is_refused(tmp_path) -> None:
    with (tmp_path / "bad.pt").open("wb") as file:
        pickle.dump(Opens(), file)
    with pytest.raises(ValueError, match="is no model saved by CellTyper"):
        ca.cell_types.CellTyper.load(tmp_path / "bad.pt")
    torch.save({"weights": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="holds something else"):
        ca.cell_types.CellTyper.load(tmp_path / "other.pt")
    with pytest.raises(ValueError, match="There is no saved model"):
        ca.cell_types.CellTyper.load(tmp_path / "none.pt")


def test_tiny_and_disconnected_graphs_and_types_seen_once() -> None:
    g = ca.Graph.from_edges([1, 2, 4], [2, 3, 5], node_ids=[1, 2, 3, 4, 5, 6, 7])
    labels = ["A", "B", None, "A", "C", None, None]
    typer = ca.cell_types.CellTyper(**SMALL).fit(g, labels)
    chance = typer.predict_proba(g, labels)
    assert list(typer.classes_) == ["A", "B", "C"]
    assert chance.shape == (7, 3)
    assert np.isfinite(chance).all()
    alone = ca.Graph.from_edges([], [], node_ids=[8])
    assert typer.predict_proba(alone).shape == (1, 3)
    nobody = ca.Graph.from_edges([], [], node_ids=[])
    assert typer.predict_proba(nobody).shape == (0, 3)


def test_whole_numbers_are_types_and_missing_ones_unknown(planted) -> None:
    g, truth, _ = planted
    numbers = pd.Series([int(t[1:]) for t in truth], index=g.node_ids, dtype="Int64")
    numbers.iloc[::3] = pd.NA
    typer = ca.cell_types.CellTyper(**{**SMALL, "epochs": 2}).fit(g, numbers)
    assert list(typer.classes_) == [0, 1, 2, 3]
    assert set(typer.predict(g)) <= {0, 1, 2, 3}
    with pytest.raises(ValueError, match="Labels must be text or whole numbers"):
        ca.cell_types.CellTyper(**SMALL).fit(g, numbers.astype("Float64") + 0.5)


def test_unknown_is_an_answer(planted, fitted) -> None:
    g, _, known = planted
    sure = fitted.cell_types(g, known, min_confidence=1.0)
    assert sure.n_unknown > 0.9 * g.n_nodes
    assert all(guess is not None for guess in sure.guess)
    some = fitted.predict(g, known, min_confidence=0.9)
    chance = fitted.predict_proba(g, known).max(axis=1)
    assert [label is None for label in some] == (chance < 0.9).tolist()


def test_kinds_of_connections_have_channels_of_their_own(planted) -> None:
    g, _, known = planted
    gaps = ca.Graph.from_edges([1, 2], [2, 1], node_ids=g.node_ids)
    both = {"chemical": g, "electrical": gaps}
    typer = ca.cell_types.CellTyper(**SMALL).fit(both, known)
    assert typer._fitted.design.n_relations == 4
    assert typer.predict_proba(both).shape == (300, 4)
    with pytest.raises(
        ValueError, match="fitted to graphs of the kinds chemical, electrical, got one"
    ):
        typer.predict(g)
    with pytest.raises(ValueError, match="must have the same neurons"):
        typer.fit({"chemical": g, "electrical": ca.Graph.from_edges([1], [2])}, known)


def test_the_transmitter_of_the_sender_makes_kinds() -> None:
    g = ca.open("celegans-cook2019-hermaphrodite").graph()
    options = {**SMALL, "epochs": 2, "edge_types": "neurotransmitter"}
    typer = ca.cell_types.CellTyper(**options).fit(g, "cell_class")
    n_kinds = g.nodes["neurotransmitter"].nunique() + 1
    assert typer._fitted.design.n_relations == 2 * n_kinds
    assert len(typer.predict(g)) == g.n_nodes


def test_features_of_another_unit_or_side_are_the_same(planted) -> None:
    from connectome_analysis.cell_types.graph_network.node_features import (
        node_features,
        plan_features,
    )

    g, _, _ = planted
    nodes = g.nodes
    random = np.random.default_rng(2)
    for axis in "xyz":
        nodes[f"{axis}_nm"] = random.normal(size=len(nodes))
    nodes["region"] = np.where(random.random(len(nodes)) < 0.5, "left of it", None)
    nodes["x_nm"] = np.concatenate([nodes["x_nm"][:150], -nodes["x_nm"][:150]])
    here = {"": ca.Graph.from_adjacency(g.to_scipy(), nodes=nodes)}
    nodes["x_nm"] *= -1.0
    nodes[["x_nm", "y_nm", "z_nm"]] = nodes[["x_nm", "y_nm", "z_nm"]] * 8 + 3
    there = {"": ca.Graph.from_adjacency(g.to_scipy(), nodes=nodes)}
    plan = plan_features(here, ["degree", "motifs", "position", "region"], mirror_axis="x")
    one, names = node_features(here, plan)
    other, _ = node_features(there, plan)
    assert np.allclose(one, other, atol=1e-5)
    assert "region missing" in names
    assert np.allclose(one.mean(axis=0), 0, atol=1e-5)


def test_errors_drawn_anew_leave_the_planted_types_to_be_found(planted) -> None:
    g, truth, known = planted
    model = ca.errors.ErrorModel(recall=0.8, min_synapses=2)
    typer = ca.cell_types.CellTyper(**{**SMALL, "epochs": 80}, error_model=model).fit(g, known)
    seen = model.corrupt(g, rng=3)
    assert typer.score(seen, unlabelled(truth, known), known) > 0.8


def test_splits_and_merges_change_who_there_is_and_training_goes_on(planted) -> None:
    g, _, known = planted
    model = ca.errors.ErrorModel(
        split=ca.errors.Split(probability=0.3),
        merge=ca.errors.Merge(probability=0.1, could_touch="all"),
    )
    assert model.corrupt(g, rng=0).n_nodes != g.n_nodes
    typer = ca.cell_types.CellTyper(**{**SMALL, "epochs": 3}, error_model=model).fit(g, known)
    assert typer.predict_proba(g).shape == (300, 4)


def test_progress_is_told(planted) -> None:
    g, _, known = planted
    told: list[tuple[int, int]] = []
    ca.cell_types.CellTyper(
        **{**SMALL, "epochs": 2}, n_networks=2, progress=lambda *a: told.append(a)
    ).fit(g, known)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_messages(planted) -> None:
    g, _, known = planted
    make = ca.cell_types.CellTyper
    for options, words in (
        ({"layer": "gcn"}, "layer must be 'sage' or 'gat', got 'gcn'"),
        ({"hidden": 10, "layer": "gat"}, "hidden must be a multiple of heads, got 10 and 4"),
        ({"fanout": (1, 2, 3)}, "fanout must be one number or one for each of 2 layers, got 3"),
        ({"min_confidence": 2}, "min_confidence must be between 0 and 1, got 2"),
        ({"watch_share": 0.6, "calibration_share": 0.5}, "leave nothing to learn from"),
        ({"features": (), "partner_types": False}, "nothing to see"),
    ):
        with pytest.raises(ValueError, match=words):
            make(**options)
    for features, words in (
        (("node_id",), "an id says nothing about another neuron"),
        (("colour",), "features must be among degree, .* got 'colour'"),
        (("position",), "x_nm is not there"),
    ):
        with pytest.raises(ValueError, match=words):
            make(features=features).fit(g, known)
    with pytest.raises(ValueError, match="at least two types are wanted, got 0"):
        make().fit(g, [None] * 300)
    with pytest.raises(ValueError, match="has learnt nothing yet"):
        make().predict(g)
    with pytest.raises(ValueError, match="calibration must be 300 times True or False"):
        make().fit(g, known, calibration=[1, 0])


def test_sets_need_neurons_that_were_not_learnt_from(planted) -> None:
    g, truth, known = planted
    typer = ca.cell_types.CellTyper(**SMALL, calibration_share=0).fit(g, known)
    with pytest.raises(ValueError, match="Sets need neurons that were not learnt from"):
        typer.predict_sets(g)
    rest = unlabelled(truth, known)
    typer.calibrate(g, rest, known)
    table = typer.predict_sets(g, 0.9, known)
    assert table.attrs["n_calibration"] == sum(label is not None for label in rest)
    with pytest.raises(ValueError, match="types that were not learnt, for instance 'new'"):
        typer.calibrate(g, ["new"] * 300, known)


@pytest.mark.parametrize(("layer", "missing"), [("sage", "torch"), ("gat", "torch_geometric.nn")])
def test_without_the_extra_one_line_says_what_to_install(
    planted, monkeypatch, layer, missing
) -> None:
    g, _, known = planted
    for name in list(sys.modules):
        if name.endswith(("graph_network.ensemble", "graph_network.needs_torch")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=r"pip install 'neuropil\[gnn\]'"):
        ca.cell_types.CellTyper(layer=layer).fit(g, known)
