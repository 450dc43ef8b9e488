"""Connectome: SQL, graphs by threshold, type and condition, and what it says of itself."""

from __future__ import annotations

import gc
import pickle

import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis import tables


@pytest.fixture
def small(tmp_path):
    """Four neurons, one alone; chemical edges counted, one electrical pair."""
    nodes = pd.DataFrame(
        {
            "node_id": [11, 12, 13, 14],
            "cell_type": ["KC", "KC", "MBON", None],
            "birth_order": pd.array([1, None, 3, 4], dtype="Int64"),
        }
    )
    edges = pd.DataFrame(
        {
            "pre_id": [11, 11, 12, 13, 13, 12, 13],
            "post_id": [12, 13, 13, 11, 13, 11, 12],
            "edge_type": ["chemical"] * 5 + ["electrical"] * 2,
            "weight": [3.0, 7.0, 5.0, 2.0, 9.0, 0.5, 0.5],
            "syn_count": pd.array([3, 7, 5, 2, 9, None, None], dtype="Int32"),
        }
    )
    edges.loc[5:, ["pre_id", "post_id"]] = [[12, 13], [13, 12]]
    manifest = tables.Manifest(
        name="small",
        species="Drosophila melanogaster",
        licence="CC BY 4.0",
        citation="Nobody 2026",
        weights={
            "chemical": {"meaning": "synapses", "unit": "count"},
            "electrical": {"meaning": "contact area", "unit": "µm^2"},
        },
        pair_threshold=2,
    )
    path = tables.write(tmp_path / "small", {"nodes": nodes, "edges": edges}, manifest)
    with ca.open(path) as connectome:
        yield connectome


def test_sql_answers(small: ca.Connectome) -> None:
    query = "SELECT cell_type, count(*) AS n FROM nodes GROUP BY 1 ORDER BY 2 DESC, 1"
    assert small.sql(query).fetchall()[0] == ("KC", 2)
    assert small.sql("SELECT name FROM (SELECT $x AS name)", {"x": 5}).fetchall() == [(5,)]


def test_sql_joins_tables_of_the_user(small: ca.Connectome) -> None:
    mine = pd.DataFrame({"node_id": [11], "note": ["look"]})
    answer = small.sql("SELECT note FROM nodes JOIN mine USING (node_id)", tables={"mine": mine})
    assert answer.fetchall() == [("look",)]
    again = pd.DataFrame({"node_id": [12], "note": ["again"]})
    answer = small.sql("SELECT note FROM nodes JOIN mine USING (node_id)", tables={"mine": again})
    assert answer.fetchall() == [("again",)]
    with pytest.raises(ValueError, match="edges is a table of the connectome"):
        small.sql("SELECT 1", tables={"edges": mine})


def test_tables_are_lazy_relations(small: ca.Connectome) -> None:
    assert small.nodes.count("*").fetchall() == [(4,)]
    assert small.edges.filter("weight > 6").count("*").fetchall() == [(2,)]
    with pytest.raises(ValueError, match="small has no table synapses; it has nodes, edges"):
        _ = small.synapses


def test_the_graph_is_of_chemical_synapses_with_every_neuron(small: ca.Connectome) -> None:
    g = small.graph()
    assert (g.n_nodes, g.n_edges, g.n_self_loops_dropped) == (4, 4, 1)
    assert g.weights.dtype.kind == "i"
    assert g.weight_meaning == "synapses (count)" or g.weight_meaning == "synapses"
    assert g.nodes["cell_type"].isna().tolist() == [False, False, False, True]
    assert str(g.nodes["birth_order"].dtype) == "Int64"


def test_a_threshold_keeps_pairs_and_never_drops_neurons(small: ca.Connectome) -> None:
    g = small.graph(min_synapses=5)
    assert (g.n_nodes, g.n_edges) == (4, 2)
    assert sorted(g.weights.tolist()) == [5, 7]


def test_a_condition_selects_neurons_and_the_edges_among_them(small: ca.Connectome) -> None:
    g = small.graph(where="cell_type = 'KC'")
    assert g.node_ids.tolist() == [11, 12]
    assert g.n_edges == 1


def test_other_kinds_of_edges(small: ca.Connectome) -> None:
    assert small.graph(edge_type="electrical").weights.tolist() == [0.5, 0.5]
    both = small.graph(edge_type=None)
    assert both.n_edges == 5
    assert small.graph(self_loops="keep").n_edges == 5


def test_a_threshold_without_counts_says_what_the_weights_are(small: ca.Connectome) -> None:
    with pytest.raises(ValueError, match=r"does not count synapses.*contact area \(µm\^2\)"):
        small.graph(min_synapses=2, edge_type="electrical")
    with (
        ca.open("celegans-cook2019-hermaphrodite") as worm,
        pytest.raises(ValueError, match="EM serial sections"),
    ):
        worm.graph(min_synapses=5)


def test_a_threshold_below_that_of_the_release_is_warned_of(small: ca.Connectome) -> None:
    with pytest.warns(UserWarning, match="released with pairs of at least 2 synapses only"):
        small.graph(min_synapses=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"edge_type": "peptidergic"}, r"no peptidergic edges; it has chemical \(5\), electrical"),
        ({"where": "cell_tipe = 'KC'"}, "not a condition on nodes .*cell_tipe.*Columns: node_id"),
        ({"where": "cell_type = "}, "not a condition on nodes"),
        ({"min_synapses": 0}, "min_synapses must be a whole number of at least 1"),
    ],
)
def test_a_wrong_option_is_named(small: ca.Connectome, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small.graph(**options)


def test_a_condition_cannot_leave_the_connectome(small: ca.Connectome, tmp_path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("node_id\n11\n")
    with pytest.raises(ValueError, match="not a condition on nodes"):
        small.graph(where=f"node_id IN (SELECT node_id FROM '{secret}')")


def test_summary_and_html_say_what_it_is(small: ca.Connectome) -> None:
    summary = small.summary()
    assert summary["nodes"] == 4
    assert summary["neurons without edges"] == 1
    assert summary["licence"] == "CC BY 4.0"
    html = small._repr_html_()
    assert "Nobody 2026" in html
    assert "Drosophila melanogaster" in html
    assert repr(small) == "Connectome 'small': 4 nodes, 7 edges"


def test_html_is_escaped(tmp_path) -> None:
    nodes = pd.DataFrame({"node_id": [1]})
    edges = pd.DataFrame(
        {"pre_id": [1], "post_id": [1], "edge_type": ["chemical"], "weight": [1.0]}
    )
    manifest = tables.Manifest(name="<script>", notes=("<b>",))
    path = tables.write(tmp_path / "x", {"nodes": nodes, "edges": edges}, manifest)
    with ca.open(path) as connectome:
        assert "<script>" not in connectome._repr_html_()


def test_a_bundled_name_works_wherever_a_path_does() -> None:
    with ca.open("celegans-white1986") as worm:
        assert worm.manifest.species == "Caenorhabditis elegans"


def test_a_wrong_name_gets_the_close_ones() -> None:
    with pytest.raises(ValueError, match=r"neither a folder nor a bundled.*celegans-white1986"):
        ca.open("celegans-white1987")


def test_large_ids_with_gaps_come_out_of_sql_as_integers(tmp_path) -> None:
    big = 720575940629970489
    nodes = pd.DataFrame({"node_id": [1, 2], "supervoxel": pd.array([big, None], dtype="Int64")})
    edges = pd.DataFrame(
        {"pre_id": [1], "post_id": [2], "edge_type": ["chemical"], "weight": [1.0]}
    )
    path = tables.write(tmp_path / "c", {"nodes": nodes, "edges": edges}, tables.Manifest(name="c"))
    with ca.open(path) as connectome:
        frame = connectome.sql("SELECT * FROM nodes ORDER BY node_id").df()
        assert frame["supervoxel"].tolist()[0] == big
        assert connectome.graph().nodes["supervoxel"].tolist()[0] == big


def test_a_connectome_survives_pickling(small: ca.Connectome) -> None:
    again = pickle.loads(pickle.dumps(small))
    assert again.graph().equals(small.graph())


def test_a_graph_comes_back_from_the_tables_it_was_written_to(tmp_path) -> None:
    with ca.open("larva-mushroom-body-right") as larva:
        g = larva.graph()
    edges = g.edges().assign(edge_type="chemical", weight=lambda t: t["weight"].astype(float))
    path = tables.write(
        tmp_path / "again",
        {"nodes": g.nodes, "edges": edges},
        tables.Manifest(name="again"),
    )
    with ca.open(path) as again:
        assert again.graph().equals(g)


def test_several_answers_can_be_read_as_streams_at_once(small: ca.Connectome) -> None:
    nodes = small.sql("SELECT * FROM nodes").arrow()
    edges = small.edges.arrow()
    assert small.graph().n_nodes == 4
    assert edges.read_all().num_rows == 7
    assert nodes.read_all().num_rows == 4


def test_many_threads_may_ask_one_connectome() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ca.open("celegans-varshney2011") as worm, ThreadPoolExecutor(4) as pool:

        def ask(number: int) -> int:
            if number % 2:
                return int(worm.sql("SELECT count(*) FROM nodes").fetchall()[0][0])
            return worm.graph().n_nodes

        assert set(pool.map(ask, range(60))) == {279}


def test_relations_outlive_the_names_of_their_connectomes() -> None:
    relations = [ca.open(name).nodes.filter("node_id > 0") for name in ca.datasets.names()]
    gc.collect()
    assert all(len(relation.limit(1).fetchall()) == 1 for relation in relations)


def test_weights_beyond_whole_numbers_stay_floats(tmp_path) -> None:
    nodes = pd.DataFrame({"node_id": [1, 2]})
    edges = pd.DataFrame(
        {"pre_id": [1, 2], "post_id": [2, 1], "edge_type": "chemical", "weight": [1e300, 3.0]}
    )
    path = tables.write(tmp_path / "c", {"nodes": nodes, "edges": edges}, tables.Manifest(name="c"))
    with ca.open(path) as connectome:
        assert connectome.graph().weights.tolist() == [1e300, 3.0]


@pytest.mark.parametrize(
    "where", ["true) UNION ALL SELECT * FROM nodes WHERE (true", "1=1) --", "1=1; SELECT 1"]
)
def test_a_condition_that_is_more_than_one_is_refused(small: ca.Connectome, where: str) -> None:
    with pytest.raises(ValueError, match="is not a condition on nodes"):
        small.graph(where=where)


def test_an_empty_name_is_said_to_be_empty() -> None:
    with pytest.raises(ValueError, match="The name of a connectome is empty"):
        ca.open("")
