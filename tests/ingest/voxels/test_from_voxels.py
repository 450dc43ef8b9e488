"""From a volume to a connectome: with the segmentation given, so that it is quick and known."""

import hashlib

import numpy as np
import pytest

import connectome_analysis as ca
import ingest
import segmentation_core as sc
from connectome_analysis.errors import ErrorModel, fit_segmentation_scores
from connectome_analysis.tables import ContractError, check, read_manifest
from ingest.inputs import describe_volume_input
from ingest.voxels import from_voxels
from segmentation_core.network.bundled import bundled_weights
from segmentation_core.synapses.weights_file import bundled_models

SIZE = (40.0, 8.0, 8.0)


@pytest.fixture(scope="module")
def tissue():
    return sc.simulate_volume((16, 160, 160), voxel_size_nm=SIZE, synapses_per_um3=20, rng=5)


@pytest.fixture
def detected(tissue, monkeypatch):
    """The true synapses in place of a detector's, the first with a side unattached."""
    table = tissue.synapses.rename(columns={"size_nm2": "size"}).assign(confidence=0.9, score=0.8)
    table = table.astype({"pre_id": "Int64", "post_id": "Int64"})
    table.loc[table.index[0], "post_id"] = None
    monkeypatch.setattr(from_voxels, "_detected", lambda *_: table)
    monkeypatch.setattr(from_voxels, "_synapse_file", lambda *_: None)
    return table


def made(tissue, out, **options):
    return ingest.em(tissue.raw, out, voxel_size_nm=SIZE, labels=tissue.labels, **options)


def test_the_tables_pass_the_check_and_hold_every_synapse(tissue, detected, tmp_path):
    result = made(tissue, tmp_path / "c")
    assert check(result.path) == []
    assert result.rows["synapses"] == len(detected) > 3
    with ca.open(result.path) as connectome:
        unattached = len(connectome.sql("SELECT 1 FROM synapses WHERE post_id IS NULL").df())
        joined = connectome.sql("SELECT sum(syn_count) AS n FROM edges").df()["n"][0]
    assert unattached == 1
    loops = int((detected["pre_id"] == detected["post_id"]).sum())
    assert joined == len(detected) - 1 - loops
    buckets = result.buckets
    assert buckets["synapses_in"] == buckets["synapses_attached"] + buckets["synapses_unattached"]


def test_segments_become_nodes_or_a_bucket(tissue, tmp_path):
    result = made(tissue, tmp_path / "c", synapses=False, least_volume_nm3=2e7)
    names = np.unique(tissue.labels[tissue.labels > 0])
    assert result.buckets["segments_in"] == len(names)
    assert result.rows["nodes"] == result.buckets["segments_kept"]
    assert result.buckets["segments_too_small"] == len(names) - result.rows["nodes"] > 0
    assert (result.nodes["volume_nm3"] >= 2e7).all()
    assert (result.nodes["length_nm"].dropna() > 0).all()


def test_the_truth_itself_scores_perfectly_and_gives_an_error_model(tissue, tmp_path, monkeypatch):
    table = tissue.synapses.assign(confidence=0.9).astype({"pre_id": "Int64", "post_id": "Int64"})
    monkeypatch.setattr(from_voxels, "_detected", lambda *_: table)
    monkeypatch.setattr(from_voxels, "_synapse_file", lambda *_: None)
    result = made(
        tissue,
        tmp_path / "c",
        true_labels=tissue.labels,
        true_synapses=tissue.synapses,
        error_model_of=fit_segmentation_scores,
    )
    assert result.scores["adapted_rand_error"] == 0
    assert result.scores["edge_f"] == 1
    manifest = read_manifest(result.path)
    model = ErrorModel.from_dict(manifest.error_model)
    assert model.recall > 0.8
    assert manifest.made_by["scores"]["recall"] == 1
    assert set(manifest.made_by["seconds"]) >= {"nodes", "skeletons", "scores"}


def test_nothing_is_replaced_unless_asked(tissue, tmp_path):
    made(tissue, tmp_path / "c", synapses=False, skeletons=False)
    with pytest.raises(ContractError, match=r"exists\. Choose another name"):
        made(tissue, tmp_path / "c", synapses=False, skeletons=False)
    made(tissue, tmp_path / "c", synapses=False, skeletons=False, overwrite=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"labels": np.ones((2, 2, 2), np.uint8)}, r"labels must have the volume's shape"),
        ({"description": {"colour": "red"}}, r"'colour' is no field that can be given"),
        ({"true_synapses": "x"}, r"give true_labels"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line_and_nothing_is_written(
    tissue, tmp_path, options, words
):
    given = {"labels": tissue.labels, "synapses": False} | options
    with pytest.raises(ValueError, match=words) as caught:
        ingest.em(tissue.raw, tmp_path / "c", voxel_size_nm=SIZE, **given)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "c").exists()


def test_a_voxel_size_is_asked_for(tissue, tmp_path):
    with pytest.raises(ValueError, match="voxel size"):
        ingest.em(tissue.raw, tmp_path / "c", labels=tissue.labels)


def test_volumes_can_be_opened_again(tissue, detected, tmp_path):
    made(tissue, tmp_path / "c", volumes_out=tmp_path / "view")
    assert (sc.open_volume(tmp_path / "view" / "segments").read() == tissue.labels).all()
    assert (sc.open_volume(tmp_path / "view" / "image").read() == tissue.raw).all()
    assert (tmp_path / "view" / "synapses" / "info").exists()


def test_the_report_holds_its_pictures(tissue, detected, tmp_path):
    from neuropil.em_report import build_em_report

    result = made(tissue, tmp_path / "c", true_labels=tissue.labels, true_synapses=tissue.synapses)
    page = build_em_report(result, tmp_path / "r", name="a & b", command="x").read_text()
    assert page.count("data:image/png") == 4
    assert "a &amp; b" in page
    assert "connection recall" in page
    assert {f.name for f in (tmp_path / "r" / "figures").iterdir()} == {
        "sections.png",
        "neurons.png",
        "synapses.png",
        "sizes.png",
    }


def test_the_manifest_names_every_input_by_its_hash_and_the_options_in_use(tmp_path):
    tissue = sc.simulate_volume((6, 48, 48), voxel_size_nm=(40, 4, 4), rng=1)
    files = {"volume": tmp_path / "raw.npy", "true_labels": tmp_path / "truth.npy"}
    np.save(files["volume"], tissue.raw)
    np.save(files["true_labels"], tissue.labels)
    out = tmp_path / "c"
    result = ingest.em(
        files["volume"],
        out,
        voxel_size_nm=(40, 4, 4),
        true_labels=files["true_labels"],
        true_synapses=tissue.synapses,
        skeletons=False,
    )
    made_by = read_manifest(result.path).made_by
    inputs = {entry["role"]: entry for entry in made_by["inputs"]}
    for role, file in files.items():
        assert inputs[role]["file"] == file.name
        assert inputs[role]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert inputs["true_synapses"] == {
        "role": "true_synapses",
        "file": None,
        "in_memory": "DataFrame",
    }
    for role, file in (
        ("weights", bundled_weights((40, 4, 4))),
        ("synapse_model", bundled_models()["anisotropic"]),
    ):
        assert inputs[role]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert 0 < made_by["settings"]["threshold"] < 1
    assert made_by["settings"]["n_views"] in (1, 2, 4, 8)


def test_a_folder_is_one_input_whose_hash_is_that_of_the_list_of_its_files(tmp_path):
    (tmp_path / "v" / "0").mkdir(parents=True)
    (tmp_path / "v" / "info").write_bytes(b"a")
    (tmp_path / "v" / "0" / "chunk").write_bytes(b"bc")
    lines = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in (("0/chunk", b"bc"), ("info", b"a"))
    )
    assert describe_volume_input("volume", tmp_path / "v") == {
        "role": "volume",
        "file": "v",
        "files": 2,
        "bytes": 3,
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }


def test_voxels_that_no_synapse_network_fits_are_told_before_the_work(tissue, tmp_path):
    with pytest.raises(ValueError, match="no bundled synapse model"):
        made(tissue, tmp_path / "c", progress=pytest.fail)


def test_the_report_claims_no_true_synapses_where_none_were_given(tissue, detected, tmp_path):
    from neuropil.em_report.page import _truth

    silent = made(tissue, tmp_path / "a", skeletons=False, true_labels=tissue.labels)
    assert "True synapses were not given" in _truth(silent.scores)
    told = made(
        tissue,
        tmp_path / "b",
        skeletons=False,
        true_labels=tissue.labels,
        true_synapses=tissue.synapses,
    )
    assert f"It has {len(tissue.synapses)} synapses" in _truth(told.scores)


def test_volumes_that_stand_there_are_told_before_the_work(tissue, tmp_path):
    options = {"synapses": False, "skeletons": False, "volumes_out": tmp_path / "view"}
    made(tissue, tmp_path / "c", **options)
    with pytest.raises(ValueError, match="already there"):
        made(tissue, tmp_path / "d", **options, progress=pytest.fail)
    made(tissue, tmp_path / "d", **options, overwrite=True)
