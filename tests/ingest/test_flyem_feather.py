"""FlyEM Feather: neurons, weights and synapses of the simulated male CNS, and what is left out."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as paf
import pytest

import ingest
from ingest.flyem_feather import read_malecns, read_manc, recognise_malecns, recognise_manc
from ingest.simulated_releases import simulate_release
from ingest.simulated_releases.flyem_feather import RELEASE

from .fly_releases import refused, well_read
from .sources import edges, manifest, rows


@pytest.fixture(scope="module")
def malecns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flyem") / "malecns"
    return simulate_release("malecns", folder, n_neurons=200, n_connections=2_000, seed=2)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return simulate_release("malecns", tmp_path / "small", n_neurons=30, n_connections=60)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    return tmp_path / "made" / "out"


def _table(folder: Path, start: str) -> list[dict]:
    (file,) = folder.glob(f"{start}*.feather")
    return paf.read_table(file).to_pylist()


def _neurons(folder: Path) -> set[int]:
    return {r["bodyId"] for r in _table(folder, "body-annotations") if r["superclass"] is not None}


def test_edges_join_the_classified_bodies_and_fragments_are_counted(
    malecns: Path, out: Path
) -> None:
    result = well_read(read_malecns(malecns, out))
    neurons = _neurons(malecns)
    assert {row["node_id"] for row in rows(result, "nodes")} == neurons
    listed = _table(malecns, "connectome-weights")
    wanted = {
        (r["body_pre"], r["body_post"]): r["weight"]
        for r in listed
        if {r["body_pre"], r["body_post"]} <= neurons
    }
    assert edges(result) == wanted
    assert result.buckets["edge_rows_in"] == len(listed)
    assert result.buckets["listed_rows_not_chosen"] == len(_table(malecns, "body-ann")) - len(
        neurons
    )


def test_trap_14_body_0_is_no_neuron(malecns: Path, out: Path) -> None:
    listed = _table(malecns, "connectome-weights")
    zeros = sum(0 in (r["body_pre"], r["body_post"]) for r in listed)
    result = read_malecns(malecns, out)
    assert result.buckets["edge_rows_unattached"] == zeros == 1
    assert 0 not in {row["node_id"] for row in rows(result, "nodes")}


def test_the_columns_of_a_neuron(malecns: Path, out: Path) -> None:
    stored = {r["node_id"]: r for r in rows(read_malecns(malecns, out), "nodes")}
    transmitter = {r["body"]: r["consensus_nt"] for r in _table(malecns, "body-neuro")}
    sides = {"L": "left", "R": "right", "M": "center"}
    for row in _table(malecns, "body-annotations"):
        found = stored.get(row["bodyId"])
        if found is None:
            continue
        place = row["somaLocation"]
        assert (found["x_nm"], found["y_nm"], found["z_nm"]) == (
            tuple(8.0 * v for v in place) if place else (None, None, None)
        )  # trap 16
        assert found["side"] == sides[row["somaSide"]]
        assert (found["super_class"], found["cell_class"]) == (row["superclass"], row["class"])
        word = transmitter[row["bodyId"]]
        assert found["neurotransmitter"] == (None if word == "unclear" else word)
        number = row["mancBodyid"]  # a float with NaN in the file
        assert found["mancBodyid"] == (None if math.isnan(number) else int(number))
        assert found["mancBodyid"] is None or isinstance(found["mancBodyid"], int)


def test_synapses_are_read_one_by_one_and_counted(malecns: Path, out: Path) -> None:
    neurons = _neurons(malecns)
    listed = _table(malecns, "syn-partners")
    wanted = Counter(
        (r["body_pre"], r["body_post"])
        for r in listed
        if {r["body_pre"], r["body_post"]} <= neurons
    )
    result = well_read(read_malecns(malecns, out, synapses=True))
    assert edges(result) == wanted
    first = min(rows(result, "synapses"), key=lambda r: r["synapse_id"])
    source = listed[first["synapse_id"] - 1]
    assert (first["pre_x_nm"], first["post_x_nm"]) == (
        source["x_pre"] * 8.0,
        source["x_post"] * 8.0,
    )
    assert first["region"] == source["primary_post"]
    unattached = sum(r["body_post"] == 0 and r["body_pre"] in neurons for r in listed)
    assert result.buckets["synapses_without_post"] == unattached > 0


def test_a_least_confidence_leaves_out_and_counts(malecns: Path, out: Path) -> None:
    listed = _table(malecns, "syn-partners")
    below = sum(r["conf_post"] < 0.75 for r in listed)
    result = well_read(read_malecns(malecns, out, synapses=True, min_confidence=0.75))
    assert result.buckets["synapses_below_confidence"] == below
    assert result.buckets["synapse_rows_in"] == len(listed) - below
    assert min(r["confidence"] for r in rows(result, "synapses")) >= 0.75
    assert manifest(result).score_cutoff == 0.75


def test_categories_of_several_batches_keep_their_words(tmp_path: Path, out: Path) -> None:
    folder = simulate_release("malecns", tmp_path / "batches", n_neurons=30, n_connections=60)
    file = folder / f"syn-partners-{RELEASE}.feather"
    whole = paf.read_table(file)
    parts = [
        whole.slice(start, 40).set_column(
            whole.column_names.index("primary_post"),
            "primary_post",
            whole.slice(start, 40)["primary_post"].cast(pa.string()).dictionary_encode(),
        )
        for start in range(0, len(whole), 40)
    ]
    options = pa.ipc.IpcWriteOptions(unify_dictionaries=True)
    with (
        pa.OSFile(str(file), "wb") as sink,
        pa.ipc.new_file(sink, whole.schema, options=options) as writer,
    ):
        writer.write_table(pa.concat_tables(parts))
    assert paf.read_table(file)["primary_post"].num_chunks > 1
    result = well_read(read_malecns(folder, out, synapses=True))
    regions = whole["primary_post"].to_pylist()
    assert all(r["region"] == regions[r["synapse_id"] - 1] for r in rows(result, "synapses"))


def test_neurons_can_be_defined_in_three_ways(malecns: Path, out: Path) -> None:
    bodies = _table(malecns, "body-annotations")
    for how, wanted in (
        ("traced", {r["bodyId"] for r in bodies if r["status"] == "Traced"}),
        ("all", {r["bodyId"] for r in bodies}),
    ):
        result = read_malecns(malecns, out.with_name(how), neurons=how)
        assert {row["node_id"] for row in rows(result, "nodes")} == wanted


def test_the_traced_weights_are_read_where_they_are(small: Path, out: Path) -> None:
    whole = paf.read_table(small / f"connectome-weights-{RELEASE}.feather")
    paf.write_feather(
        whole.slice(0, 5), small / f"connectome-weights-{RELEASE}-traced-only.feather"
    )
    assert read_malecns(small, out).buckets["edge_rows_in"] == 61  # not all neurons are traced
    traced = read_malecns(small, out.with_name("traced"), neurons="traced")
    assert traced.buckets["edge_rows_in"] == 5
    assert traced.warnings == ()
    less = read_malecns(small, out.with_name("less"), weights="traced-only")
    assert less.buckets["edge_rows_in"] == 5
    assert less.warnings == ()  # every neuron is traced
    bodies = small / f"body-annotations-{RELEASE}.feather"
    table = paf.read_table(bodies)
    first = table["superclass"].to_pylist().index(table["superclass"].drop_null()[0].as_py())
    status = ["Anchor" if i == first else s for i, s in enumerate(table["status"].to_pylist())]
    place = table.schema.get_field_index("status")
    paf.write_feather(table.set_column(place, "status", pa.array(status)), bodies)
    less = read_malecns(small, out.with_name("anchor"), weights="traced-only")
    assert less.buckets["neurons_without_traced_weights"] == 1
    assert "lacks the connections of 1 neurons that are not traced" in less.warnings[0]
    refused(
        "malecns",
        small,
        out.with_name("x"),
        "has no connectome-weights.*significant-only",
        weights="significant-only",
    )


def _manc(folder: Path) -> Path:
    folder.mkdir()
    paf.write_feather(
        pa.table(
            {
                "bodyId": [10_001, 10_002, 10_003],
                "type": ["IN1", "MN2", None],
                "class": ["intrinsic neuron", "motor neuron", None],
                "status": ["Traced", "Traced", "Orphan"],
                "somaSide": ["LHS", "Midline", None],
                "predictedNt": ["gaba", "unknown", None],
            }
        ),
        folder / "neuron-properties.feather",
    )
    paf.write_feather(
        pa.table(
            {
                **{f"{a}_pre": np.array([10, 20, 30], np.int32) for a in "xyz"},
                "conf_pre": [0.9, 0.9, 0.9],
                "body_pre": [10_001, 10_001, 10_001],
                **{f"{a}_post": np.array([12, 22, 32], np.int32) for a in "xyz"},
                "conf_post": [0.9, 0.2, 0.6],
                "body_post": [10_002, 10_002, 10_003],
                "roi_post": ["T1", "T1", "T2"],
            }
        ),
        folder / "manc-v1.2-synapse-partners-minconf-0.0.feather",
    )
    return folder


def test_manc_has_every_confidence_and_is_cut_where_asked(tmp_path: Path, out: Path) -> None:
    folder = _manc(tmp_path / "manc")
    result = well_read(read_manc(folder, out, synapses=True, min_confidence=0.5))
    assert edges(result) == {(10_001, 10_002): 1}
    assert result.buckets["synapses_below_confidence"] == 1
    first, second = rows(result, "nodes")
    assert (first["side"], second["side"]) == ("left", "center")
    assert (first["super_class"], second["neurotransmitter"]) == ("intrinsic neuron", None)
    assert manifest(result).release == "v1.2"


def test_trap_13_one_number_in_two_releases_is_two_neurons(tmp_path: Path, out: Path) -> None:
    folder = _manc(tmp_path / "manc")
    other = simulate_release("malecns", tmp_path / "cns", n_neurons=30, n_connections=60)
    body = min(_neurons(other))
    file = folder / "neuron-properties.feather"
    bodies = paf.read_table(file)
    ids = pa.array([10_001, 10_002, body])
    status = pa.array(["Traced"] * 3)
    bodies = bodies.set_column(0, "bodyId", ids).set_column(3, "status", status)
    paf.write_feather(bodies, file)
    one = manifest(read_manc(folder, out, synapses=True))
    two = manifest(read_malecns(other, out.with_name("two")))
    assert (one.name, one.release) != (two.name, two.release)
    assert (one.release, two.release) == ("v1.2", "v1.0")


def test_manc_without_weights_counts_its_synapses_and_says_so(tmp_path: Path, out: Path) -> None:
    result = well_read(read_manc(_manc(tmp_path / "manc"), out))
    assert edges(result) == {(10_001, 10_002): 2}
    assert any("no file of weights" in line for line in result.decisions)


def test_manc_weights_may_be_csv_by_region(tmp_path: Path, out: Path) -> None:
    folder = _manc(tmp_path / "manc")
    (folder / "traced-connections-per-roi.csv").write_text(
        "bodyId_pre,bodyId_post,roi,weight\n10001,10002,T1,2\n10001,10002,T2,4\n"
    )
    result = well_read(read_manc(folder, out))
    assert edges(result) == {(10_001, 10_002): 6}
    assert result.rows["edges_by_region"] == 2


def test_recognised_by_names(malecns: Path, tmp_path: Path) -> None:
    assert recognise_malecns(malecns)
    assert recognise_manc(malecns) is None
    assert recognise_manc(_manc(tmp_path / "manc"))


def test_damaged_files_and_wrong_options_are_one_line(small: Path, out: Path) -> None:
    refused("malecns", small, out, "neurons must be 'classified' or", neurons="some")
    refused("malecns", small, out, "wants synapses=True", min_confidence=0.5)
    weights = small / f"connectome-weights-{RELEASE}.feather"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    refused("malecns", small, out, "is not a readable Feather file")
    floats = paf.read_table(pa.BufferReader(whole))
    paf.write_feather(
        floats.set_column(0, "body_pre", floats["body_pre"].cast(pa.float64())), weights
    )
    refused("malecns", small, out, "pre_id must be an integer, column 'body_pre' is float64")
    weights.unlink()
    refused("malecns", small, out, "has no connectome-weights")
    (small / f"body-annotations-{RELEASE}.feather").unlink()
    (small / f"connectome-weights-{RELEASE}.feather").write_bytes(whole)
    refused("malecns", small, out, "has no body-annotations")


def test_the_formats_are_three_names_of_one_reader() -> None:
    assert {"malecns", "manc", "optic-lobe"} <= set(ingest.formats()["name"])
