"""Circuit motifs are counted as drawn, induced and not; signs follow transmitters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.motifs import CIRCUIT_MOTIFS
from tests import graphs
from tests.reference import colored_triads as reference


def circuit(edges: str, **signs: int) -> ca.Graph:
    names = list(signs)
    pairs = [edge.split(">") for edge in edges.split()]
    nodes = pd.DataFrame({"node_id": range(len(names)), "sign": list(signs.values())})
    pre, post = ([names.index(pair[side]) for pair in pairs] for side in (0, 1))
    return ca.Graph.from_edges(pre, post, nodes=nodes)


def found(g: ca.Graph, kind: str = "induced") -> dict[str, int]:
    table = ca.motifs.circuit_motifs(g)
    return table.loc[table[kind] > 0, kind].to_dict()


def test_disinhibition_is_an_inhibited_inhibitory_neuron_before_an_excitatory_one() -> None:
    assert found(circuit("a>b b>c", a=-1, b=-1, c=1)) == {"disinhibition": 1}


def test_feed_forward_inhibition_goes_round_and_straight() -> None:
    g = circuit("a>b a>c b>c", a=1, b=-1, c=1)
    assert found(g) == {"feed-forward inhibition": 1}
    # The chain a -> b -| c is there too, but these three are joined otherwise.
    assert found(g, "non_induced") == {"feed-forward inhibition": 1, "lateral inhibition": 1}


def test_a_pair_that_excites_and_is_inhibited_is_feedback_inhibition() -> None:
    assert found(circuit("a>b b>a", a=1, b=-1)) == {"feedback inhibition": 1}
    assert found(circuit("a>b b>a", a=-1, b=-1)) == {"mutual inhibition": 1}
    assert found(circuit("a>b b>a", a=1, b=1)) == {"recurrent excitation": 1}


def test_excitation_goes_round_three_neurons() -> None:
    g = circuit("a>b b>c c>a", a=1, b=1, c=1)
    assert found(g) == {"recurrent excitation of three": 1}
    assert found(g, "non_induced") == {"recurrent excitation of three": 1, "excitatory chain": 3}
    assert found(circuit("a>b b>c c>a", a=1, b=-1, c=1)) == {"delayed feedback inhibition": 1}


def test_three_that_all_excite_each_other_hold_two_cycles_and_six_feed_forward_loops() -> None:
    g = circuit("a>b b>a b>c c>b a>c c>a", a=1, b=1, c=1)
    assert found(g) == {"recurrent excitation": 3, "excitatory clique": 1}
    loose = found(g, "non_induced")
    assert loose["recurrent excitation of three"] == 2
    assert loose["feed-forward excitation"] == 6
    assert loose["excitatory divergence"] == loose["excitatory convergence"] == 3


def test_neurons_without_a_sign_are_in_no_circuit_motif() -> None:
    nodes = pd.DataFrame({"node_id": range(4), "sign": pd.array([1, 0, None, 1], dtype="Int8")})
    g = ca.Graph.from_edges([0, 1, 2, 0], [1, 2, 0, 2], nodes=nodes)
    table = ca.motifs.circuit_motifs(g)
    assert table[["induced", "non_induced"]].to_numpy().sum() == 0
    assert table.attrs["neurons"] == {"E": 2, "I": 0, "?": 1, "unknown": 1}


def test_each_row_says_its_edges_and_the_edges_that_must_be_absent() -> None:
    table = ca.motifs.circuit_motifs(circuit("a>b", a=1, b=1))
    row = table.loc["feed-forward inhibition"]
    assert row["edges"] == "E1 -> I; E1 -> E2; I -> E2"
    assert row["absent"] == "I !> E1; E2 !> E1; E2 !> I"
    assert row["motif"] == "030T(E,I,E)"
    assert (table.loc[table["size"] == 2, "absent"] == "").all()
    assert table.index.is_unique


@given(graphs.adjacency(max_nodes=7), st.data())
@settings(max_examples=25, deadline=None)
def test_both_counts_are_what_the_definitions_give(matrix: np.ndarray, data: st.DataObject) -> None:
    n = len(matrix)
    signs = np.array(data.draw(st.lists(st.sampled_from([1, -1]), min_size=n, max_size=n)), int)
    codes = np.where(signs == 1, 0, 1)
    table = ca.motifs.circuit_motifs(ca.Graph.from_adjacency(matrix), signs)
    induced, pairs = reference.census(matrix, codes), reference.pairs(matrix, codes)
    for one in CIRCUIT_MOTIFS:
        row = table.loc[one.name]
        colors = tuple("EI".index(color) for color in one.colors)
        if one.motif == "mutual":
            assert row["induced"] == row["non_induced"] == pairs["mutual", *colors]
        else:
            assert row["induced"] == induced[one.motif, *colors]
            assert row["non_induced"] == reference.non_induced(matrix, codes, one.motif, colors)


def test_every_circuit_motif_is_named_by_the_coloring_the_census_names() -> None:
    for one in CIRCUIT_MOTIFS:
        if one.motif == "mutual":
            continue
        matrix = reference.matrix_of(reference.DRAWN[one.motif])
        colors = tuple("EI".index(color) for color in one.colors)
        assert reference.class_of(matrix, colors) == (one.motif, *colors)


def test_loose_counts_of_the_worm_are_masked_products_of_scipy() -> None:
    with ca.open("celegans-cook2019-hermaphrodite") as connectome:
        g = connectome.graph()
    sign = g.nodes["sign"].fillna(9).to_numpy()
    matrix = (g.to_scipy().toarray() > 0).astype(np.int64)
    np.fill_diagonal(matrix, 0)
    excite, inhibit = sign == 1, sign == -1

    def block(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return matrix[np.ix_(rows, columns)]

    table = ca.motifs.circuit_motifs(g)["non_induced"]
    through = block(excite, inhibit) @ block(inhibit, excite)
    assert table["feed-forward inhibition"] == (through * block(excite, excite)).sum()
    release = block(inhibit, inhibit) @ block(inhibit, excite)
    assert table["disinhibition"] == release.sum()
    assert table["lateral inhibition"] == through.sum() - np.trace(through)
    assert table["feedback inhibition"] == np.trace(through)


def test_signs_of_transmitters_are_the_bundled_ones_where_glutamate_inhibits() -> None:
    with ca.open("fly-mushroom-body-right") as connectome:
        g = connectome.graph()
    sign = ca.motifs.transmitter_signs(g, glutamate=-1)
    assert sign.tolist() == g.nodes["sign"].tolist()
    by_column = ca.motifs.circuit_motifs(g)
    pd.testing.assert_frame_equal(ca.motifs.circuit_motifs(g, sign), by_column)


def test_short_names_case_and_missing_transmitters_are_understood() -> None:
    names = ["ACH", "gaba", "Glut", "5-HT", None, "unclear"]
    nodes = pd.DataFrame({"node_id": range(6), "neurotransmitter": names})
    g = ca.Graph.from_edges([0], [1], nodes=nodes)
    sign = ca.motifs.transmitter_signs(g, glutamate=1)
    assert sign.name == "sign"
    assert sign.dtype == "Int8"
    assert sign.fillna(9).tolist() == [1, -1, 1, 0, 9, 9]


def test_glutamate_and_strangers_must_be_said() -> None:
    nodes = pd.DataFrame({"node_id": range(3), "neurotransmitter": ["glutamate", "GLU", "nitric"]})
    g = ca.Graph.from_edges([0], [1], nodes=nodes)
    with pytest.raises(ValueError, match=r"glutamate \(2 neurons\), nitric \(1 neurons\).*fly"):
        ca.motifs.transmitter_signs(g)
    with pytest.raises(ValueError, match=r"nitric \(1 neurons\): give it with signs={'nitric': 0}"):
        ca.motifs.transmitter_signs(g, glutamate=-1)
    sign = ca.motifs.transmitter_signs(g, glutamate=-1, signs={"Nitric": 0})
    assert sign.tolist() == [-1, -1, 0]
    with pytest.raises(ValueError, match=r"sign of gaba must be \+1, -1 or 0, got 2"):
        ca.motifs.transmitter_signs(g, signs={"GABA": 2})  # type: ignore[dict-item]


def test_a_graph_without_signs_says_how_to_get_them() -> None:
    with ca.open("larva-mushroom-body-left") as connectome:
        g = connectome.graph()
    with pytest.raises(ValueError, match=r"'sign' is empty for every neuron.*cell_type \(4\)"):
        ca.motifs.circuit_motifs(g)


def test_an_empty_graph_has_every_row_at_zero() -> None:
    table = ca.motifs.circuit_motifs(ca.Graph.from_edges([], []), [])
    assert len(table) == len(CIRCUIT_MOTIFS)
    assert table["induced"].sum() == 0
    assert table["induced"].dtype == np.int64
    assert len(ca.motifs.transmitter_signs(graph_without_neurons())) == 0


def graph_without_neurons() -> ca.Graph:
    nodes = pd.DataFrame({"node_id": np.zeros(0, np.int64), "neurotransmitter": []})
    return ca.Graph.from_edges([], [], nodes=nodes)
