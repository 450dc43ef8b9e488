"""Excitation and inhibition by hand, by type, and on real transmitters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.measures import ei_balance
from connectome_analysis.motifs import transmitter_signs


def small() -> ca.Graph:
    nodes = pd.DataFrame(
        {
            "node_id": [1, 2, 3, 4, 5],
            "neurotransmitter": ["acetylcholine", "gaba", "glutamate", None, "dopamine"],
            "cell_type": ["A", "A", "B", "B", None],
        }
    )
    return ca.Graph.from_edges(
        [1, 2, 3, 4, 5, 1], [3, 3, 1, 3, 3, 2], [6, 2, 9, 1, 1, 4], nodes=nodes
    )


def test_input_and_output_of_each_neuron_by_hand() -> None:
    table = ei_balance(small(), [1, -1, -1, None, 0])
    third = table.loc[3]
    for kind, weight in (("excitatory", 6), ("inhibitory", 2), ("other", 1), ("unknown", 1)):
        assert third[f"in_{kind}_weight"] == weight
        assert third[f"in_{kind}_edges"] == 1
    assert third["in_index_weight"] == 0.5
    assert third["in_index_edges"] == 0
    assert third["in_unknown_share"] == 0.1
    assert (third["out_inhibitory_weight"], third["out_index_weight"]) == (9, -1)
    assert table.loc[1, ["out_excitatory_edges", "out_excitatory_weight"]].tolist() == [2, 10]
    assert table["sign"].tolist()[:3] == [1, -1, -1]
    assert table["sign"].isna().tolist() == [False, False, False, True, False]
    assert np.isnan(table.loc[4, "in_index_weight"])
    assert np.isnan(table.loc[5, "out_index_weight"])
    assert table["in_excitatory_weight"].dtype == np.int64


def test_types_add_up_their_neurons() -> None:
    table = ei_balance(small(), [1, -1, -1, None, 0], by="cell_type")
    assert table.index.tolist() == ["A", "B", "unassigned"]
    assert table["n_neurons"].tolist() == [2, 2, 1]
    assert table.loc["A", ["out_excitatory_weight", "out_inhibitory_weight"]].tolist() == [10, 2]
    assert table.loc["A", "out_index_weight"] == pytest.approx(8 / 12)
    neurons = ei_balance(small(), [1, -1, -1, None, 0])
    counts = [name for name in table if name.endswith(("edges", "weight")) and "index" not in name]
    assert (table[counts].sum() == neurons[counts].sum()).all()


def test_glutamate_has_to_be_chosen() -> None:
    fly = ei_balance(small(), transmitter_signs(small(), glutamate=-1))
    vertebrate = ei_balance(small(), transmitter_signs(small(), glutamate=1))
    assert (fly.loc[1, "in_index_weight"], vertebrate.loc[1, "in_index_weight"]) == (-1, 1)
    with pytest.raises(ValueError, match=r"no sign for glutamate \(1 neurons\). Name every transm"):
        ei_balance(small(), {"acetylcholine": 1, "gaba": -1, "dopamine": 0})
    signs = {"acetylcholine": 1, "gaba": -1, "dopamine": 0, "glutamate": None}
    assert ei_balance(small(), signs).loc[1, "in_unknown_share"] == 1


@pytest.mark.parametrize("name", ["celegans-varshney2011", "fly-mushroom-body-right"])
def test_every_synapse_of_real_data_is_counted_once_each_way(name: str) -> None:
    g = ca.open(name).graph()
    kinds = ("excitatory", "inhibitory", "other", "unknown")
    for table in (ei_balance(g), ei_balance(g, by="cell_class")):
        for way in ("in", "out"):
            assert sum(table[f"{way}_{kind}_weight"].sum() for kind in kinds) == g.weights.sum()
            assert sum(table[f"{way}_{kind}_edges"].sum() for kind in kinds) == g.n_edges


def test_the_sign_of_the_fly_is_the_mapping_with_inhibitory_glutamate() -> None:
    g = ca.open("fly-mushroom-body-right").graph()
    by_column, by_mapping = ei_balance(g), ei_balance(g, transmitter_signs(g, glutamate=-1))
    pd.testing.assert_frame_equal(by_column, by_mapping)
    # Kenyon cells hear projection neurons, and the one GABAergic neuron that all of them send to.
    kenyon = ei_balance(g, by="cell_class").loc["Kenyon_Cell"]
    assert kenyon["in_excitatory_weight"] > kenyon["in_inhibitory_weight"] > 0


def test_signs_by_node_id_may_be_nullable_and_in_any_order() -> None:
    g = small()
    by_id = pd.Series([0, None, -1, -1, 1], index=[5, 4, 3, 2, 1], dtype="Int8")
    pd.testing.assert_frame_equal(ei_balance(g, by_id), ei_balance(g, [1, -1, -1, None, 0]))


def test_nothing_has_no_balance() -> None:
    empty = ca.Graph.from_edges([], [])
    assert len(ei_balance(empty, [])) == 0
    assert len(ei_balance(empty, [], by=[])) == 0
    lone = ei_balance(ca.Graph.from_edges([], [], node_ids=[1]), [1])
    assert np.isnan(lone.loc[1, "in_index_edges"])
    loop = ei_balance(ca.Graph.from_edges([1], [1], self_loops="keep"), [-1])
    assert loop.loc[1, ["in_inhibitory_edges", "out_inhibitory_edges"]].tolist() == [1, 1]


def test_errors_say_what_came_and_the_way_out() -> None:
    g = small()
    with pytest.raises(ValueError, match=r"no column 'sign'; give signs: .*transmitter_signs"):
        ei_balance(g)
    with pytest.raises(ValueError, match="A sign must be -1, 0, 1 or missing, got 2"):
        ei_balance(g, [1, 2, 1, 1, 1])
    with pytest.raises(ValueError, match="A sign must be -1, 0, 1 or missing, got 'gaba'"):
        ei_balance(g, ["gaba"] * 5)
    with pytest.raises(ValueError, match="No neuron has a sign"):
        ei_balance(ca.open("larva-mushroom-body-left").graph())
    with pytest.raises(ValueError, match="no column 'neurotransmitter'"):
        ei_balance(ca.Graph.from_edges([1], [2]), {"gaba": -1})
    with pytest.raises(ValueError, match="Weights must be above 0"):
        ei_balance(ca.Graph.from_edges([1], [2], weight=[-1]), [1, 1])
