"""Views say what a few lines of pandas over the tables say, and cost nothing where none is named."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.tables import ContractError, Manifest, Session, write
from connectome_analysis.tables.views import VIEW_NAMES
from tests.tables import examples
from tests.tables.examples import BIG, write_five, write_two

WORM = "celegans-varshney2011"


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return Session(write_five(tmp_path_factory.mktemp("views") / "x"))


@pytest.fixture(scope="module")
def worm() -> ca.Connectome:
    return ca.open(WORM)


def test_typed_edges_are_edges_with_both_ends_told(five: Session) -> None:
    rows = five.sql("SELECT pre_name, post_name, weight, pre_side, post_sign FROM typed_edges")
    assert rows.order("ALL").fetchall() == [
        ("a", "b", 0.5, "left", -1),
        ("a", "b", 3.0, "left", -1),
        ("b", "a", 0.5, "right", 1),
        ("b", "b", 1.0, "right", -1),
    ]
    assert five.sql("SELECT count(*), sum(weight) FROM typed_edges_by_region").fetchall() == [
        (3, 4.0)
    ]


def test_synapses_keep_their_unattached_sides(five: Session) -> None:
    rows = five.sql("SELECT synapse_id, pre_name, post_name FROM typed_synapses ORDER BY 1")
    assert rows.fetchall()[3:] == [(13, "b", "b"), (14, None, "b"), (15, None, None)]


def test_fractions_of_one_receiver_and_of_one_sender_sum_to_1(worm: ca.Connectome) -> None:
    for column, key in (("input_fraction", "post_id"), ("output_fraction", "pre_id")):
        sums = worm.sql(f"SELECT sum({column}) FROM edge_fractions GROUP BY {key}, edge_type")
        assert np.allclose(sums.fetchnumpy()[f"sum({column})"], 1)


def test_fractions_are_those_of_the_measures(worm: ca.Connectome) -> None:
    g = worm.graph(self_loops="keep")
    mine = worm.sql(
        "SELECT input_fraction, output_fraction FROM edge_fractions WHERE edge_type = 'chemical' "
        "ORDER BY pre_id, post_id"
    ).df()
    assert np.allclose(mine["input_fraction"], ca.measures.input_fraction(g))
    assert np.allclose(mine["output_fraction"], ca.measures.output_fraction(g))


def test_the_type_matrix_is_that_of_the_measures(worm: ca.Connectome) -> None:
    theirs = ca.measures.type_edges(worm.graph(self_loops="keep"))
    mine = worm.sql(
        "SELECT * FROM type_matrix WHERE edge_type = 'chemical' ORDER BY pre_type, post_type"
    ).df()
    assert mine["syn_count"].tolist() == mine["weight"].tolist()
    pd.testing.assert_frame_equal(
        mine[theirs.columns],
        theirs.reset_index(drop=True),
        check_dtype=False,
        check_exact=False,
    )


def test_untyped_neurons_are_a_type_without_name(tmp_path: Path) -> None:
    types = ["x", None, None]
    session = Session(write_two(tmp_path / "x", nodes__cell_type=types))
    rows = session.sql(
        "SELECT pre_type, post_type, n_post, weight, density FROM type_matrix "
        "WHERE edge_type = 'chemical' ORDER BY pre_type"
    )
    assert rows.fetchall() == [
        ("x", None, 2, 3.0, 0.5),
        (None, None, 2, 1.0, 0.0),  # an autapse is no pair of two neurons
    ]
    assert session.sql("SELECT * FROM cell_types ORDER BY 1").fetchall() == [
        ("x", 1, 0, 1, 0),
        (None, 2, 1, 0, 1),
    ]


def test_degrees_keep_neurons_without_edges_and_leave_out_autapses(five: Session) -> None:
    rows = five.sql(
        "SELECT node_id, in_degree, out_degree, in_weight, out_weight, out_syn_count, "
        "autapse_weight FROM degrees WHERE edge_type = 'chemical' ORDER BY node_id"
    ).fetchall()
    assert rows == [
        (1, 0, 1, 0.0, 3.0, 3, 0.0),
        (3, 0, 0, 0.0, 0.0, 0, 0.0),
        (BIG, 1, 0, 3.0, 0.0, 0, 1.0),
    ]
    assert five.sql("SELECT count(*) FROM degrees").fetchall() == [(6,)]  # 3 neurons, 2 kinds


def test_degrees_are_those_of_the_graph(worm: ca.Connectome) -> None:
    g = worm.graph()
    mine = worm.sql("SELECT * FROM degrees WHERE edge_type = 'chemical' ORDER BY node_id").df()
    assert mine["in_degree"].tolist() == np.bincount(g.out_indices, minlength=g.n_nodes).tolist()
    assert mine["out_degree"].tolist() == np.bincount(g.out_sources, minlength=g.n_nodes).tolist()
    assert mine["out_weight"].sum() == mine["in_weight"].sum() == g.weights.sum()


def test_partners_list_each_edge_from_both_ends(five: Session) -> None:
    rows = five.sql(
        "SELECT node_id, direction, partner_name, weight, fraction FROM partners "
        "WHERE edge_type = 'chemical' ORDER BY ALL"
    ).fetchall()
    assert rows == [
        (1, "output", "b", 3.0, 1.0),
        (BIG, "input", "a", 3.0, 0.75),
        (BIG, "input", "b", 1.0, 0.25),
        (BIG, "output", "b", 1.0, 1.0),
    ]


def test_a_reciprocal_pair_is_one_row(five: Session) -> None:
    rows = five.sql("SELECT a_id, b_id, edge_type, weight_a_to_b, b_name FROM reciprocal_pairs")
    assert rows.fetchall() == [(1, BIG, "electrical", 0.5, "b")]


def test_regions_are_summed_over_pairs_and_followed_through_neurons(five: Session) -> None:
    assert five.sql("SELECT * FROM region_weights ORDER BY ALL").fetchall() == [
        ("AL", "chemical", 2, 2, 1, 3.0, 3),
        ("LH", "chemical", 1, 1, 1, 1.0, 1),
    ]
    assert five.sql("SELECT * FROM neuron_regions ORDER BY ALL").fetchall() == [
        (1, "chemical", "AL", 0.0, 2.0, None, 2 / 3),
        (1, "chemical", "LH", 0.0, 1.0, None, 1 / 3),
        (BIG, "chemical", "AL", 3.0, 1.0, 0.75, 1.0),
        (BIG, "chemical", "LH", 1.0, 0.0, 0.25, 0.0),
    ]
    # b receives three quarters in AL and sends its one synapse there.
    assert five.sql("SELECT * FROM region_flow ORDER BY ALL").fetchall() == [
        ("AL", "AL", "chemical", 1, 0.75),
        ("LH", "AL", "chemical", 1, 0.25),
    ]


def test_regions_are_counted_from_synapses_where_no_table_has_them(tmp_path: Path) -> None:
    tables = examples.five()
    del tables["edges_by_region"]
    session = Session(write(tmp_path / "x", tables, Manifest(name="x")))
    assert session.sql("SELECT region, weight FROM region_weights ORDER BY 1").fetchall() == [
        ("AL", 3.0),
        ("LH", 1.0),
    ]


def test_a_distance_stands_where_neurons_have_places(tmp_path: Path) -> None:
    places = {f"nodes__{axis}_nm": [0.0, 3.0 if axis != "z" else 4.0, None] for axis in "xyz"}
    session = Session(write_two(tmp_path / "x", **places))
    rows = session.sql("SELECT DISTINCT pre_id = post_id, distance_nm FROM typed_edges ORDER BY 1")
    assert rows.fetchall() == [(False, pytest.approx(34**0.5)), (True, 0.0)]


def test_every_view_of_a_full_connectome_is_there_and_told(five: Session) -> None:
    assert tuple(five.views) == VIEW_NAMES
    for view in five.views.values():
        assert view.lacks == ("nodes has no column cell_type" if "type" in view.name
                              and view.name in ("cell_types", "type_matrix") else "")  # fmt: skip


def test_a_view_says_what_it_lacks_in_one_line(worm: ca.Connectome) -> None:
    with pytest.raises(
        ContractError,
        match=rf"^{WORM} cannot have the view typed_synapses: there is no table synapses\.$",
    ):
        worm.sql("SELECT * FROM typed_synapses")
    with pytest.raises(ContractError, match=r"neither a table edges_by_region nor a column"):
        worm.table("region_flow")
    with pytest.raises(ContractError, match=r"Did you mean the view typed_edges\?$"):
        worm.sql("SELECT * FROM type_edges")
    lacks = worm.views["lacks"]
    assert lacks["typed_edges_by_region"] == "there is no table edges_by_region"
    assert lacks["degrees"] == ""


def test_a_table_of_the_connectome_goes_before_a_view_of_its_name(tmp_path: Path) -> None:
    tables = {**examples.two(), "degrees": pd.DataFrame({"mine": [7]})}
    session = Session(write(tmp_path / "x", tables, Manifest(name="x")))
    assert session.sql("FROM degrees").fetchall() == [(7,)]
    assert session.views["degrees"].lacks == "it has a table degrees of its own"


def test_a_column_of_the_source_keeps_its_name_beside_those_of_a_view(tmp_path: Path) -> None:
    session = Session(write_two(tmp_path / "x", edges__pre_name=list("wxyz")))
    columns = session.table("typed_edges").columns
    assert columns.count("pre_name") == 1
    assert "pre_node_name" in columns


def test_a_common_table_expression_goes_before_a_view_of_its_name(worm: ca.Connectome) -> None:
    query = "WITH degrees AS (SELECT 1 AS one) SELECT * FROM degrees"
    assert worm.sql(query).fetchall() == [(1,)]


def test_a_table_of_ones_own_cannot_hide_a_view(worm: ca.Connectome) -> None:
    with pytest.raises(ContractError, match="degrees is a view over the connectome"):
        worm.sql("FROM degrees", tables={"degrees": pd.DataFrame({"a": [1]})})


def test_with_file_access_a_table_made_in_sql_goes_before_a_view() -> None:
    with ca.open(WORM, file_access=True) as worm:
        worm.sql("CREATE TABLE degrees AS SELECT 5 AS five").fetchall()
        assert worm.sql("FROM degrees").fetchall() == [(5,)]


def test_views_can_be_described_and_named_in_any_case(worm: ca.Connectome) -> None:
    assert worm.sql("SELECT count(*) FROM Typed_Edges").fetchall() == [(3225,)]
    names = [row[0] for row in worm.sql("DESCRIBE degrees").fetchall()]
    assert names[:2] == ["node_id", "edge_type"]


def test_no_view_is_made_for_a_query_that_names_none(worm: ca.Connectome) -> None:
    assert worm.sql("SHOW TABLES").fetchall() == [("edges",), ("nodes",)]


def test_the_catalogue_tells_every_column_of_every_view(five: Session, worm: ca.Connectome) -> None:
    from connectome_analysis.tables.catalogue import catalogue

    for told in (catalogue(five), worm.catalogue):
        assert set(told["kind"]) == {"table", "view"}
        views = told[told["kind"] == "view"]
        assert views["meaning"].str.len().min() > 0, views[views["meaning"] == ""]
    row = worm.catalogue.set_index(["table", "column"]).loc[("edge_fractions", "input_fraction")]
    assert (row["type"], row["unit"]) == ("DOUBLE", "0..1")
    weights = worm.catalogue.set_index(["table", "column"])["unit"]
    assert weights["edges", "weight"] == "chemical: synapses, electrical: gap junctions"


def test_the_page_names_every_view() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert set(VIEW_NAMES) <= set(named)
