"""What is exported comes back the same, says whose it is, and a restricted connectome stays."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest

import connectome_analysis as ca
import ingest
from connectome_analysis.tables import write
from ingest.recognised_release import read_recognised
from ingest.table_reader import read_table
from neuropil import export
from tests.tables.examples import BIG, MANIFEST, five, two, write_five

WORM = "celegans-varshney2011"
QUERY = "SELECT pre_id, post_id, edge_type, weight FROM edges {} ORDER BY ALL"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> ca.Connectome:
    """Ids above 2**53, an untyped neuron without edges, two kinds, synapses."""
    path = tmp_path_factory.mktemp("small") / "x"
    return ca.open(write_five(path, nodes__cell_type=["A <b> & 'c'\r", "B b", None]))


@pytest.fixture(scope="module", params=["small", WORM])
def connectome(request: pytest.FixtureRequest, small: ca.Connectome) -> ca.Connectome:
    return small if request.param == "small" else ca.open(request.param)


def edges(connectome: ca.Connectome | Path, condition: str = "") -> list[tuple[object, ...]]:
    opened = ca.open(connectome) if isinstance(connectome, Path) else connectome
    return opened.sql(QUERY.format(condition)).fetchall()


def same_nodes(folder: Path, connectome: ca.Connectome) -> bool:
    query = "SELECT node_id, name, side, sign FROM nodes ORDER BY 1"
    return ca.open(folder).sql(query).fetchall() == connectome.sql(query).fetchall()


def test_csv_comes_back(connectome: ca.Connectome, tmp_path: Path) -> None:
    out = export.write(connectome, "csv", tmp_path / "out")
    assert sorted(p.name for p in out.iterdir()) == ["edges.csv", "nodes.csv", "source.json"]
    with (out / "edges.csv").open(newline="") as file:
        headers = next(csv.reader(file))
    weight = next(name for name in headers if name.startswith("weight"))
    assert weight.startswith("weight [chemical: synapses, electrical: ")
    assert "syn_count [synapses]" in headers
    back = ingest.table(tmp_path / "back", edges=out / "edges.csv", nodes=out / "nodes.csv")
    assert edges(back.path) == edges(connectome)
    assert same_nodes(back.path, connectome)


COOK = "celegans-cook2019-hermaphrodite"
ABOUT = ("name", "species", "stage", "release", "licence", "citation", "doi", "detector", "weights")


@pytest.mark.parametrize(
    "name", ["out", "out/edges.csv", "x.graphml", "x.json", "x.csv", "two/edges.csv"]
)
def test_weights_kinds_and_terms_come_back_with_the_rows(name: str, tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    file = tmp_path / name
    formats = {".graphml": "graphml", ".json": "node-link"}
    kind = None
    if name == "x.csv":
        kind = "electrical"
        export.write(COOK, "adjacency-csv", file, edge_type=kind)
    elif name == "two/edges.csv":  # without what lies beside, the header says what weights are
        export.write(COOK, "csv", tmp_path / "out")
        file.write_bytes((tmp_path / "out/edges.csv").read_bytes())
    else:
        target = file if file.suffix in formats else tmp_path / "out"
        export.write(COOK, formats.get(file.suffix, "csv"), target)
    back = ca.open(read_table(file, tmp_path / "back").path)
    source = ca.open(COOK)
    query = f"SELECT * FROM edges WHERE edge_type = coalesce({kind!r}, edge_type) ORDER BY ALL"
    query = query if kind else "SELECT * FROM edges ORDER BY ALL"
    assert back.sql(query).fetchall() == source.sql(query).fetchall()
    assert "syn_count" not in back.sql("SELECT * FROM edges").columns
    if name == "two/edges.csv":
        assert {w["meaning"] for w in back.manifest.weights.values()} == {"sections"}
        return
    same = [about for about in ABOUT if about != "weights" or kind is None]
    assert {n: getattr(back.manifest, n) for n in same} == {
        n: getattr(source.manifest, n) for n in same
    }
    assert not kind or dict(back.manifest.weights[kind])["meaning"] == "EM serial sections"


def test_consent_and_restriction_come_back(tmp_path: Path) -> None:
    said = {
        "species": "human",
        "licence": "CC BY",
        "consent": "given in writing",
        "access": "Ask first.",
    }
    folder = write(tmp_path / "x", five(), dataclasses.replace(MANIFEST, restricted=True, **said))
    out = export.write(folder, "csv", tmp_path / "out", allow_restricted=True)
    back = ca.open(read_table(out, tmp_path / "back").path).manifest
    assert {name: getattr(back, name) for name in said} == said
    assert back.restricted
    more = {"access": "Granted."}
    file = out / "edges.csv"
    again = read_table(file, tmp_path / "again", description=more)
    assert ca.open(again.path).manifest.access == "Granted."


def test_the_folder_of_a_csv_export_is_recognised(tmp_path: Path) -> None:
    out = export.write(WORM, "csv", tmp_path / "out")
    back = ingest.read("auto", out, tmp_path / "back")
    assert edges(back) == edges(ca.open(WORM))


def test_neurons_without_properties_are_written_as_graphml(tmp_path: Path) -> None:
    rows = pa.table({"pre": [1, 2], "post": [2, 1], "syn_count": [3, 4]})
    bare = ingest.table(tmp_path / "bare", edges=rows).path
    out = export.write(bare, "graphml", tmp_path / "x.graphml")
    assert edges(ingest.table(tmp_path / "back", graph=out).path) == edges(bare)


@pytest.mark.parametrize(("format", "name"), [("graphml", "x.graphml"), ("node-link", "x.json")])
def test_graph_files_come_back(
    connectome: ca.Connectome, format: str, name: str, tmp_path: Path
) -> None:
    out = export.write(connectome, format, tmp_path / name)
    back = ingest.table(tmp_path / "back", graph=out)
    assert edges(back.path) == edges(connectome)
    assert same_nodes(back.path, connectome)


def test_networkx_reads_graphml_and_node_link_with_whole_ids(
    small: ca.Connectome, tmp_path: Path
) -> None:
    xml = export.write(small, "graphml", tmp_path / "x.graphml")
    text = export.write(small, "node-link", tmp_path / "x.json")
    graphs = [
        nx.read_graphml(xml, node_type=int, force_multigraph=True),
        nx.node_link_graph(json.loads(text.read_text()), edges="edges"),
    ]
    for g in graphs:
        assert sorted(g) == [1, 3, BIG]
        assert g.nodes[1]["cell_type"] == "A <b> & 'c'\r"
        assert "cell_type" not in g.nodes[3]
        found = sorted((a, b, d["edge_type"], d["weight"]) for a, b, d in g.edges(data=True))
        assert found == edges(small)


def test_igraph_keeps_ids_above_2_to_the_53(small: ca.Connectome, tmp_path: Path) -> None:
    igraph = pytest.importorskip("igraph")
    g = igraph.Graph.Read_GraphML(str(export.write(small, "graphml", tmp_path / "x.graphml")))
    assert g.vs["id"] == ["1", "3", str(BIG)]


def test_an_adjacency_matrix_is_scipys_and_comes_back(
    connectome: ca.Connectome, tmp_path: Path
) -> None:
    from scipy import sparse

    out = export.write(connectome, "adjacency", tmp_path / "x.npz", edge_type="chemical")
    matrix, g = sparse.load_npz(out), connectome.graph(self_loops="keep")
    assert (matrix != g.to_scipy()).nnz == 0
    with np.load(out, allow_pickle=False) as content:
        assert content["node_id"].tolist() == g.node_ids.tolist()
    back = ingest.read("labelled-npz", out, tmp_path / "back")
    assert edges(back) == edges(connectome, "WHERE edge_type = 'chemical'")
    plain = read_table(out, tmp_path / "plain").path
    assert edges(plain) == edges(back)
    assert same_nodes(plain, connectome)


def test_sections_come_back_from_a_matrix_as_sections(tmp_path: Path) -> None:
    out = export.write(COOK, "adjacency", tmp_path / "x.npz", edge_type="chemical")
    for name in ("labelled-npz", "table"):
        back = ca.open(ingest.read(name, out, tmp_path / name))
        assert back.manifest.weights["chemical"]["unit"] == "sections"
        assert "syn_count" not in back.edges.df()


def test_a_dense_matrix_comes_back_and_has_a_limit(
    connectome: ca.Connectome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = export.write(connectome, "adjacency-csv", tmp_path / "x.csv", edge_type="chemical")
    back = ingest.table(tmp_path / "back", matrix=out, weight_meaning="synapses", ids="integers")
    assert edges(back.path) == edges(connectome, "WHERE edge_type = 'chemical'")
    monkeypatch.setattr("neuropil.export.adjacency.MOST_NEURONS_DENSE", 2)
    with pytest.raises(ValueError, match=r"a dense matrix is for 2 at most\. Take the format adj"):
        export.write(connectome, "adjacency-csv", tmp_path / "y.csv", edge_type="chemical")


def test_sonata_comes_back_and_is_laid_out_as_its_guide_says(
    connectome: ca.Connectome, tmp_path: Path
) -> None:
    h5py = pytest.importorskip("h5py")
    out = export.write(connectome, "sonata", tmp_path / "out")
    population = "neurons__neurons__chemical"
    back = ingest.read("sonata", out, tmp_path / "back", population=population)
    assert edges(back) == edges(connectome, "WHERE edge_type = 'chemical'")
    ids = "SELECT node_id FROM nodes ORDER BY 1"
    assert ca.open(back).sql(ids).fetchall() == connectome.sql(ids).fetchall()
    with h5py.File(out / "edges.h5") as file:
        group = file["edges"][population]
        assert group["source_node_id"].dtype == np.uint64
        assert group["source_node_id"].attrs["node_population"] == "neurons"
        ranges = group["indices/source_to_target/node_id_to_ranges"][:]
        spans = group["indices/source_to_target/range_to_edge_id"][:]
        sources = group["source_node_id"][:]
        for node, (first, last) in enumerate(ranges.astype(int)):
            mine = [e for a, b in spans[first:last].astype(int) for e in range(a, b)]
            assert mine == np.flatnonzero(sources == node).tolist()


def test_sonata_of_two_kinds_comes_back_as_two_kinds(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    out = export.write(COOK, "sonata", tmp_path / "out")
    back = ca.open(ingest.read("auto", out, tmp_path / "back"))
    assert edges(back) == edges(ca.open(COOK))
    assert back.manifest.weights == ca.open(COOK).manifest.weights


@pytest.mark.parametrize("kind", ["chemical", "electrical"])
def test_sonata_of_sections_comes_back_as_sections(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    out = export.write(COOK, "sonata", tmp_path / "out")
    population = f"neurons__neurons__{kind}"
    back = ca.open(ingest.read("sonata", out, tmp_path / "back", population=population))
    assert edges(back) == edges(ca.open(COOK), f"WHERE edge_type = '{kind}'")
    assert "syn_count" not in back.sql("SELECT * FROM edges").columns
    assert dict(back.manifest.weights[kind])["unit"] == "sections"
    assert back.manifest.species == "Caenorhabditis elegans"


def test_synapses_and_segment_properties_are_neuroglancers(
    small: ca.Connectome, tmp_path: Path
) -> None:
    reading = pytest.importorskip("neuroglancer.read_precomputed_annotations")
    out = export.write(small, "neuroglancer-annotations", tmp_path / "a")
    reader = reading.AnnotationReader(f"file://{out}/synapses/")
    one = reader.by_id[11]
    assert one.point_a.tolist() == [1.5, 1.0, 1.0]
    assert [list(s) for s in one.segments] == [[1], [BIG]]
    assert [p["id"] for p in reader.metadata["properties"]] == ["confidence", "region"]
    assert reader.metadata["properties"][1]["enum_labels"] == ["AL", "LH", "unknown"]
    assert list(one.props) == [1.0, 0]
    said = json.loads((out / "source.json").read_text())
    assert (said["synapses"], said["without_place"]) == (5, 1)
    chosen = export.write(small, "neuroglancer-annotations", tmp_path / "b", where="node_id <> 1")
    # Of b to itself there is one synapse, and it has no place.
    assert json.loads((chosen / "source.json").read_text())["without_place"] == 1
    out = export.write(small, "neuroglancer-properties", tmp_path / "p")
    info = json.loads((out / "segment_properties" / "info").read_text())["inline"]
    assert info["ids"] == ["1", "3", str(BIG)]
    by_id = {p["id"]: p for p in info["properties"]}
    assert by_id["name"]["values"] == ["a", "", "b"]
    assert by_id["partners_out"]["values"] == [1, 0, 1]
    tags = by_id["tags"]
    assert tags["tags"] == sorted(tags["tags"])
    assert [tags["tags"][t] for t in tags["values"][2]] == ["cell_type:B_b", "side:right"]


def test_a_connectome_without_synapses_has_no_annotations(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no table synapses, so there are no places to show"):
        export.write(WORM, "neuroglancer-annotations", tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_nwb_holds_two_tables_that_lead_to_each_other(small: ca.Connectome, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    out = export.write(small, "nwb", tmp_path / "x.nwb")
    again = export.write(small, "nwb", tmp_path / "y.nwb")
    with h5py.File(out) as file, h5py.File(again) as other:
        assert file.attrs["object_id"] == other.attrs["object_id"]
        neurons, links = (file["processing/connectome"][n] for n in ("neurons", "connections"))
        ids = neurons["node_id"][:]
        assert ids[links["post"][:]].tolist() == links["post_id"][:].tolist()
        assert file[links["post"].attrs["table"]].name == "/processing/connectome/neurons"
        assert (
            links["weight"].attrs["description"].endswith("[chemical: synapses, electrical: um^2]")
        )
        assert file["general/notes"][()].decode() == "licence: not stated"


@pytest.mark.parametrize("with_source", [True, False])
def test_nwb_comes_back(with_source: bool, connectome: ca.Connectome, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    out = export.write(connectome, "nwb", tmp_path / "x.nwb")
    if not with_source:
        (tmp_path / "x.nwb.source.json").unlink()
    result = read_recognised(out, tmp_path / "back")
    assert edges(result.path) == edges(connectome)
    assert same_nodes(result.path, connectome)
    back = ca.open(result.path).manifest
    assert {kind: w["unit"] for kind, w in back.weights.items()} == {
        kind: w["unit"] for kind, w in connectome.manifest.weights.items()
    }
    assert back.species == connectome.manifest.species
    assert back.licence == connectome.manifest.licence


@pytest.mark.slow
@pytest.mark.parametrize("name", ["small", WORM])
def test_pynwb_finds_nothing_wrong(name: str, small: ca.Connectome, tmp_path: Path) -> None:
    pynwb = pytest.importorskip("pynwb")
    out = export.write(small if name == "small" else name, "nwb", tmp_path / "x.nwb")
    assert pynwb.validate(path=str(out)) == []
    with pynwb.NWBHDF5IO(str(out), "r") as file:
        links = file.read().processing["connectome"]["connections"]
        ids = links["pre_id"].data[:]
        assert links["pre"].table["node_id"].data[:][links["pre"].data[:]].tolist() == ids.tolist()


@pytest.mark.slow
def test_libsonata_reads_the_circuit(tmp_path: Path) -> None:
    libsonata = pytest.importorskip("libsonata")
    out = export.write(WORM, "sonata", tmp_path / "out")
    nodes = libsonata.NodeStorage(str(out / "nodes.h5")).open_population("neurons")
    name = "neurons__neurons__chemical"
    links = libsonata.EdgeStorage(str(out / "edges.h5")).open_population(name)
    with ca.open(WORM) as worm:
        wanted = worm.sql(
            "SELECT sum(syn_count) FROM edges WHERE edge_type = 'chemical' AND pre_id = 5"
        ).fetchall()
        assert nodes.size == 279
    place = nodes.get_attribute("native_id", nodes.select_all()).tolist().index(5)
    assert links.get_attribute("n_syn", links.efferent_edges([place])).sum() == wanted[0][0]
    libsonata.CircuitConfig.from_file(str(out / "circuit_config.json"))


def test_the_command_lists_writes_and_tells_the_terms(neuropil, tmp_path: Path) -> None:
    code, out, _ = neuropil("export", "--list")
    assert code == 0
    assert [n for n in export.FORMATS if n not in out] == []
    listed = json.loads(neuropil("export", "--list", "--json")[1])
    assert [one["name"] for one in listed["formats"]] == list(export.FORMATS)
    file = tmp_path / "w.graphml"
    code, _, err = neuropil("export", WORM, "graphml", file, "--min-synapses", 5)
    assert (code, "licence: " in err, "citation: " in err) == (0, True, True)
    said = json.loads((tmp_path / "w.graphml.source.json").read_text())
    assert said["selection"] == {"min_synapses": 5}
    assert said["made_by"].startswith(f"neuropil export {WORM} graphml")
    assert said["terms"]["licence"] == ca.open(WORM).manifest.licence


@pytest.mark.parametrize("format", sorted(export.FORMATS))
def test_a_restricted_connectome_stays_in_its_folder(neuropil, format: str, tmp_path: Path) -> None:
    manifest = dataclasses.replace(MANIFEST, restricted=True, access="Ask first.")
    folder = write(tmp_path / "x", five(), manifest)
    out = tmp_path / f"out{export.FORMATS[format].suffix}"
    code, _, err = neuropil("export", folder, format, out, "--edge-type", "chemical")
    assert (code, "say so: --allow-restricted." in err) == (1, True)
    with pytest.raises(ValueError, match=r"is restricted: .* allow_restricted=True"):
        export.write(folder, format, out)
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    words = ("export", folder, format, out, "--edge-type", "chemical", "--allow-restricted")
    code, _, err = neuropil(*words)
    assert (code, "access: Ask first." in err) == (0, True)
    beside = out / "source.json" if out.is_dir() else out.with_name(f"{out.name}.source.json")
    assert json.loads(beside.read_text())["terms"]["access"] == "Ask first."


def test_only_an_export_is_replaced_and_only_on_request(tmp_path: Path) -> None:
    out = export.write(WORM, "csv", tmp_path / "out")
    with pytest.raises(ValueError, match=r"exists\. Choose another name, or ask to overwrite"):
        export.write(WORM, "csv", out)
    export.write(WORM, "csv", out, overwrite=True, edge_type="electrical")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("x")
    with pytest.raises(ValueError, match="is no export, so it is left alone"):
        export.write(WORM, "csv", mine, overwrite=True)
    inside = write(tmp_path / "x", two(), MANIFEST) / "edges.graphml"
    with pytest.raises(ValueError, match="lies inside the connectome"):
        export.write(WORM, "graphml", inside)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "out", "x"]


@pytest.mark.parametrize(
    ("format", "options", "message"),
    [
        ("gml", {}, "no format 'gml' to export to. There are csv"),
        ("sparse", {}, "There are csv, adjacency"),
        ("graphml", {"edge_type": "peptide"}, "has no peptide edges; it has chemical, electrical"),
        ("graphml", {"where": "nonsense = 1"}, "is not a condition on nodes"),
        ("adjacency", {}, "must end in .npz"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(
    format: str, options: dict[str, str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        export.write(WORM, format, tmp_path / "x.graphml", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_fails_leaves_nothing(
    small: ca.Connectome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        msg = "disk full"
        raise OSError(msg)

    monkeypatch.setattr("neuropil.export.graphml._write_keys", fail)
    monkeypatch.setattr("neuropil.export.edge_csv.pacsv.write_csv", fail)
    for format, name in (("graphml", "x.graphml"), ("csv", "x")):
        with pytest.raises(OSError, match="disk full"):
            export.write(small, format, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
