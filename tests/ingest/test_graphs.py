"""GraphML and node-link JSON: ids, attributes, directions, and files that are no connectome."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest

import ingest
from connectome_analysis.tables import ContractError

from .sources import BIG, column, edges, manifest, named_edges, read, rows, text

GRAPHML = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d0" for="node" attr.name="cell_name" attr.type="string"/>
  <key id="d1" for="node" attr.name="side" attr.type="string"><default>L</default></key>
  <key id="d2" for="edge" attr.name="weight" attr.type="double"/>
  <key id="d3" for="all" attr.name="id" attr.type="long"/>
  <graph edgedefault="{default}">
    <node id="n0"><data key="d0">ADAL</data><data key="d3">{big}</data></node>
    <node id="n1"><data key="d0">AIBL</data><data key="d1">R</data><data key="d3">5</data></node>
    <node id="n2"><data key="d0">RIH</data><data key="d3">0</data></node>
    <edge id="e0" source="n0" target="n1"><data key="d2">2.0</data></edge>
    <edge id="e1" source="n1" target="n2"><data key="d2">1.0</data></edge>
  </graph>
</graphml>
"""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def graphml(folder: Path, content: str = GRAPHML, default: str = "directed") -> Path:
    return text(
        folder, "g.graphml", content.replace("{default}", default).replace("{big}", str(BIG))
    )


def node_link(folder: Path, **content: object) -> Path:
    whole = {"directed": True, "multigraph": False, "graph": {}} | content
    return text(folder, "g.json", json.dumps(whole))


def test_graphml_names_defaults_and_attributes_arrive(tmp_path: Path, out: Path) -> None:
    result = read(out, graph=graphml(tmp_path))
    assert named_edges(result) == {("n0", "n1"): 2, ("n1", "n2"): 1}
    assert column(result, "nodes", "side") == ["left", "right", "left"]
    assert column(result, "nodes", "cell_name") == ["ADAL", "AIBL", "RIH"]
    assert column(result, "nodes", "id_attribute") == [BIG, 5, 0]
    assert "g.graphml: the file's own ids of edges are left out" in result.decisions


def test_the_real_name_or_id_may_be_an_attribute(tmp_path: Path, out: Path) -> None:
    named = read(out, graph=graphml(tmp_path), columns={"name": "cell_name"})
    assert named_edges(named) == {("ADAL", "AIBL"): 2, ("AIBL", "RIH"): 1}
    assert column(named, "nodes", "id") == ["n0", "n1", "n2"]
    numbered = read(
        out, graph=graphml(tmp_path), columns={"node_id": "id_attribute"}, overwrite=True
    )
    assert edges(numbered) == {(BIG, 5): 2, (5, 0): 1}
    with pytest.raises(ContractError, match=r"column 'cell_name' holds names. Map it as name"):
        ingest.table(out, graph=graphml(tmp_path), columns={"node_id": "cell_name"}, overwrite=True)


def test_networkx_and_igraph_write_graphml_that_is_read(tmp_path: Path, out: Path) -> None:
    graph = nx.DiGraph()
    graph.add_node(BIG, cell_type="KC", soma_um=1.5, ok=True)
    graph.add_node(0)
    graph.add_edge(BIG, 0, syn_count=3)
    nx.write_graphml(graph, tmp_path / "nx.graphml")
    result = read(out, graph=tmp_path / "nx.graphml")
    assert edges(result) == {(BIG, 0): 3}  # 0 is a node of the graph, so it is a neuron
    assert column(result, "nodes", "ok") == [None, True]
    igraph = pytest.importorskip("igraph")
    drawn = igraph.Graph(directed=True, edges=[(0, 1), (1, 0)])
    drawn.vs["name"] = [str(BIG), "7"]
    drawn.es["weight"] = [2.5, 1.0]
    drawn.write_graphml(str(tmp_path / "ig.graphml"))
    options = {"columns": {"node_id": "name"}, "weight_meaning": "um", "overwrite": True}
    result = read(out, graph=tmp_path / "ig.graphml", **options)
    assert edges(result) == {(BIG, 7): 2.5, (7, BIG): 1}


def test_an_undirected_graph_is_asked_about(tmp_path: Path, out: Path) -> None:
    file = graphml(tmp_path, default="undirected")
    with pytest.raises(ContractError) as error:
        ingest.table(out, graph=file)
    assert str(error.value) == (
        "g.graphml says that its edges are undirected, and chemical synapses are not. If source "
        "sends to target after all: directed=True (--directed); if every edge goes both ways: "
        "directed=False (--undirected)."
    )
    one_way = read(out, graph=file, directed=True)
    assert named_edges(one_way) == {("n0", "n1"): 2, ("n1", "n2"): 1}
    both = read(out, graph=file, directed=False, overwrite=True)
    assert both.rows["edges"] == 4
    gap = read(out, graph=file, edge_type="electrical", overwrite=True)
    assert named_edges(gap)["n1", "n0"] == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'target="n2"',
            'target="n2" directed="false"',
            "directed and undirected edges side by side",
        ),
        ("<edge id", "<hyperedge/><edge id", "has a hyperedge"),
        (
            '<node id="n2">',
            '<node id="n2"><graph edgedefault="directed"/>',
            "a graph inside a node",
        ),
        ("</graph>", '</graph><graph edgedefault="directed"/>', "holds several graphs"),
        ('source="n1"', "", "edge 2 has no source"),
        ("</graphml>", "", "is not readable XML"),
        ("<graph edge", '<edge source="a" target="b"/><graph edge', "an edge outside of a <graph>"),
        ("<graph edge", "<graf edge", "is not readable XML|outside of a"),
    ],
)
def test_what_is_no_connectome_is_refused(
    tmp_path: Path, out: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(ContractError, match=said):
        ingest.table(out, graph=graphml(tmp_path, GRAPHML.replace(old, new)))


def test_a_drawing_in_graphml_is_left_out_and_that_is_told(tmp_path: Path, out: Path) -> None:
    drawn = GRAPHML.replace('<data key="d0">RIH</data>', '<data key="d0"><y>RIH</y></data>')
    result = read(out, graph=graphml(tmp_path, drawn))
    assert any("drawings of nodes" in line for line in result.decisions)


def test_other_xml_is_no_graphml(tmp_path: Path, out: Path) -> None:
    with pytest.raises(ContractError, match=r"has no <graph>"):
        ingest.table(out, graph=text(tmp_path, "x.xml", "<a/>"))


@pytest.mark.parametrize("name", ["links", "edges"])
def test_links_and_edges_are_one_thing(tmp_path: Path, out: Path, name: str) -> None:
    written = nx.node_link_data(
        nx.DiGraph([(BIG, 7)]), **{"edges": name} if _new() else {"link": name}
    )
    result = read(out, graph=text(tmp_path, "g.json", json.dumps(written)))
    assert edges(result) == {(BIG, 7): 1}


def _new() -> bool:
    return tuple(int(part) for part in nx.__version__.split(".")[:2]) >= (3, 4)


def test_bare_nan_and_names_that_are_digits_are_read(tmp_path: Path, out: Path) -> None:
    # Ciona: NaN is no JSON, "100" and "ADAL" are both names, "-" is missing.
    file = text(
        tmp_path,
        "ciona.json",
        '{"directed": true, "multigraph": false, "graph": {}, "nodes": ['
        '{"Cell Type": "PR", "Side": "L", "Number": 3, "Colour": NaN, "id": "100"},'
        '{"Cell Type": "-", "Side": "-", "Number": "-", "Colour": NaN, "id": "ACIN1L"},'
        '{"id": "pr9"}], "links": ['
        '{"weight": 0.06, "source": "100", "target": "ACIN1L"},'
        '{"weight": NaN, "source": "pr9", "target": "100"}]}',
    )
    result = read(out, graph=file, weight_meaning="contact depth", weight_unit="um")
    assert named_edges(result) == {("100", "ACIN1L"): 0.06}
    assert result.buckets["edge_rows_without_weight"] == 1
    assert column(result, "nodes", "name") == ["100", "ACIN1L", "pr9"]
    assert column(result, "nodes", "side") == ["left", None, None]
    assert column(result, "nodes", "Number") == [3, None, None]
    assert manifest(result).weights["chemical"] == {"meaning": "contact depth", "unit": "um"}


def test_parallel_edges_are_added_up(tmp_path: Path, out: Path) -> None:
    graph = nx.MultiDiGraph([(1, 2, {"syn_count": 2}), (1, 2, {"syn_count": 3})])
    written = nx.node_link_data(graph, **{"edges": "links"} if _new() else {})
    result = read(out, graph=text(tmp_path, "g.json", json.dumps(written)))
    assert edges(result) == {(1, 2): 5}
    assert "key" not in rows(result, "edges")[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"nodes": [{"name": "a"}], "links": []}, "node 1 has no id"),
        ({"nodes": [{"id": 1}], "links": [{"source": 1}]}, "link 1 has no source and target"),
        ({"nodes": [{"id": 1}]}, "found neither links nor edges"),
        (
            {"nodes": [{"id": 1}], "links": [{"source": 1, "target": 1}], "edges": [{}]},
            "found both links and edges",
        ),
        ({"nodes": [{"id": 1}, {"id": "1"}], "links": []}, "by the number and by the text of it"),
        ({"links": []}, "is not node-link JSON"),
    ],
)
def test_json_that_is_no_graph_is_refused(
    tmp_path: Path, out: Path, content: dict[str, object], said: str
) -> None:
    with pytest.raises(ContractError, match=said):
        ingest.table(out, graph=node_link(tmp_path, **content))


def test_broken_json_is_refused(tmp_path: Path, out: Path) -> None:
    with pytest.raises(ContractError, match=r"g.json is not readable JSON"):
        ingest.table(out, graph=text(tmp_path, "g.json", '{"nodes": ['))


def test_an_edge_to_a_node_that_is_not_listed_is_refused(tmp_path: Path, out: Path) -> None:
    file = node_link(tmp_path, nodes=[{"id": 1}], links=[{"source": 1, "target": 2}])
    with pytest.raises(ContractError, match=r"names a neuron that is not among the 1 listed"):
        ingest.table(out, graph=file)
