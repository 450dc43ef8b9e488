"""The bundled datasets: what is listed, what each must state, and that they can be made again."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import connectome_analysis
from connectome_analysis import datasets, tables

ROOT = Path(connectome_analysis.__file__).resolve().parents[1]
WORMS = [name for name in datasets.names() if name.startswith("celegans")]


def nodes_of(name: str) -> pd.DataFrame:
    return pd.read_parquet(datasets.path(name) / "nodes.parquet", dtype_backend="numpy_nullable")


def edges_of(name: str) -> pd.DataFrame:
    return pd.read_parquet(datasets.path(name) / "edges.parquet")


# --- the list ---------------------------------------------------------------------------------


def test_the_list_has_one_row_per_dataset_with_its_counts() -> None:
    table = datasets.list()
    assert tuple(table.index) == datasets.names()
    row = table.loc["celegans-cook2019-hermaphrodite-all-cells"]
    assert (row["neurons"], row["other_cells"]) == (302, 171)
    assert (row["chemical_edges"], row["electrical_edges"]) == (4879, 2883)
    assert row["weight"] == "EM serial sections"
    assert table["electrical_edges"]["fly-mushroom-body-right"] == 0
    assert table[["species", "licence", "citation", "stage"]].notna().all(axis=None)


def test_every_dataset_opens_and_says_its_name() -> None:
    for name in datasets.names():
        with datasets.load(name) as connectome:
            assert connectome.manifest.name == name


def test_an_unknown_name_is_met_with_the_closest_ones() -> None:
    with pytest.raises(
        ValueError, match=r"^There is no bundled dataset 'celegans-varshny'\. "
    ) as e:
        datasets.load("celegans-varshny")
    assert str(e.value).endswith("Did you mean celegans-varshney2011?")
    assert "\n" not in str(e.value)


def test_a_name_like_no_other_is_met_with_all_of_them() -> None:
    with pytest.raises(ValueError, match="There are: celegans-cook2019-hermaphrodite, ") as e:
        datasets.path("zzz")
    assert "larva-mushroom-body-right" in str(e.value)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Celegans_White1986", "celegans-white1986"),
        ("larva left", "larva-mushroom-body-left"),
        ("witvliet", "celegans-witvliet2021-1"),
        ("varshey", "celegans-varshney2011"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_close_names(asked: str, meant: str) -> None:
    assert datasets.close_names(asked).split(" or ")[0] == meant


def test_a_path_cannot_leave_the_data() -> None:
    with pytest.raises(ValueError, match="no bundled dataset"):
        datasets.path("../data/celegans-white1986")


# --- what each must state ---------------------------------------------------------------------


def test_together_they_are_no_more_than_four_megabytes() -> None:
    data = datasets.path(datasets.names()[0]).parent
    assert sum(file.stat().st_size for file in data.rglob("*") if file.is_file()) <= 4 * 2**20


@pytest.mark.parametrize("name", datasets.names())
def test_it_keeps_the_contract(name: str) -> None:
    assert tables.check(datasets.path(name)) == []


@pytest.mark.parametrize("name", datasets.names())
def test_it_states_licence_citation_doi_weights_and_how_it_was_made(name: str) -> None:
    manifest = tables.read_manifest(datasets.path(name))
    assert manifest.name == name
    assert manifest.licence
    assert all(re.search(r"\((19|20)\d\d\)", citation) for citation in manifest.citation)
    assert manifest.citation
    assert len(manifest.doi) == len(manifest.citation)
    assert all(doi.startswith("10.") for doi in manifest.doi)
    assert set(manifest.weights) == set(edges_of(name)["edge_type"])
    assert all(entry["meaning"] and entry["unit"] for entry in manifest.weights.values())
    assert all(len(item["sha256"]) == 64 for item in manifest.made_by["inputs"])
    assert any(note.startswith("Node set:") for note in manifest.notes)


@pytest.mark.parametrize("name", datasets.names())
def test_every_source_row_is_kept_or_dropped_under_a_name(name: str) -> None:
    buckets = tables.read_manifest(datasets.path(name)).buckets
    dropped = sum(count for bucket, count in buckets.items() if bucket.startswith("dropped_"))
    assert buckets["rows_in"] == buckets["kept"] + dropped


@pytest.mark.parametrize("name", datasets.names())
def test_columns_beyond_the_contract_are_explained(name: str) -> None:
    manifest = tables.read_manifest(datasets.path(name))
    known = {
        f"{table}.{column}"
        for table in ("nodes", "edges")
        for column in tables.TABLES[table].by_name
    }
    there = {
        f"{table}.{column}"
        for table, record in manifest.tables.items()
        for column in record.columns
    }
    assert there - known == set(manifest.columns)


@pytest.mark.parametrize("name", datasets.names())
def test_synapses_are_counted_only_where_the_source_counts_them(name: str) -> None:
    edges = edges_of(name)
    if "cook2019" in name:
        assert "syn_count" not in edges
    else:
        assert (edges["syn_count"] == edges["weight"]).all()


def test_the_page_has_a_section_for_every_dataset_and_the_licences_name_every_package() -> None:
    page = ROOT / "docs" / "datasets.md"
    if not page.is_file():
        pytest.skip("docs/datasets.md is not there: this is an installed package, not the sources")
    text = page.read_text(encoding="utf-8")
    missing = [name for name in datasets.names() if f"`{name}`" not in text]
    assert missing == []
    licences = (datasets.path(datasets.names()[0]).parent / "LICENCES.md").read_text("utf-8")
    assert all(package in licences for package in ("cect", "graspologic", "fly-ftl-extract"))


# --- who the worm's neurons are ---------------------------------------------------------------


def test_the_hermaphrodite_has_the_118_neuron_classes_of_white_1986() -> None:
    assert nodes_of("celegans-cook2019-hermaphrodite")["cell_type"].nunique() == 118


@pytest.mark.parametrize(
    ("neuron", "cell_type"),
    [
        ("AVAL", "AVA"),
        ("DA1", "DA"),
        ("DA9", "DA"),
        ("IL1DL", "IL1"),
        ("IL2R", "IL2"),
        ("RMDVL", "RMD"),
        ("RMED", "RME"),
        ("AVFL", "AVF"),
        ("AVL", "AVL"),
        ("VC6", "VC"),
        ("VD13", "VD"),
        ("M2L", "M2"),
        ("I6", "I6"),
        ("MCL", "MC"),
        ("ASER", "ASE"),
        ("SABD", "SAB"),
        ("AQR", "AQR"),
        ("PVR", "PVR"),
        ("RIR", "RIR"),
        ("ADLL", "ADL"),
        ("AS11", "AS"),
        ("DB1", "DB"),
    ],
)
def test_neuron_classes(neuron: str, cell_type: str) -> None:
    nodes = nodes_of("celegans-cook2019-hermaphrodite").set_index("name")
    assert nodes.loc[neuron, "cell_type"] == cell_type


@pytest.mark.parametrize(
    ("neuron", "cell_type"), [("R1AL", "R1A"), ("CA1", "CA"), ("CP9", "CP"), ("CEMVR", "CEM")]
)
def test_male_neuron_classes(neuron: str, cell_type: str) -> None:
    nodes = nodes_of("celegans-cook2019-male").set_index("name")
    assert nodes.loc[neuron, "cell_type"] == cell_type
    assert nodes.loc[neuron, "sex_specific"]


@pytest.mark.parametrize(
    ("neuron", "side"),
    [("AVAL", "left"), ("AVAR", "right"), ("SABVL", "left"), ("ADLL", "left"), ("RMDDR", "right")],
)
def test_a_neuron_of_a_pair_has_a_side(neuron: str, side: str) -> None:
    nodes = nodes_of("celegans-cook2019-hermaphrodite").set_index("name")
    assert nodes.loc[neuron, "side"] == side


@pytest.mark.parametrize("neuron", ["AVL", "RIR", "PVR", "AQR", "DVA", "VB1", "RMED", "I3"])
def test_a_neuron_without_a_namesake_on_the_other_side_has_none(neuron: str) -> None:
    nodes = nodes_of("celegans-cook2019-hermaphrodite").set_index("name")
    assert pd.isna(nodes.loc[neuron, "side"])


def test_left_and_right_are_as_many_and_mirror_each_other() -> None:
    nodes = nodes_of("celegans-cook2019-hermaphrodite")
    left = set(nodes.loc[nodes["side"] == "left", "name"].str[:-1])
    right = set(nodes.loc[nodes["side"] == "right", "name"].str[:-1])
    assert left == right


@pytest.mark.parametrize(
    ("neuron", "transmitter", "sign"),
    [
        ("AVAL", "acetylcholine", 1),  # one fast transmitter
        ("DD1", "gaba", -1),
        ("AVL", "gaba", None),  # excites the enteric muscles
        ("DVB", "gaba", None),
        ("AIBL", "glutamate", None),  # the receptor decides
        ("CEPDL", "dopamine", 0),  # nothing but a monoamine
        ("NSML", "serotonin", 0),
        ("RICL", "octopamine", None),  # and glutamate
        ("HSNL", "acetylcholine", 1),  # and serotonin, which sets no sign
        ("SMDDL", "acetylcholine", None),  # and doubtful GABA
        ("AVG", "acetylcholine", None),  # doubtful
        ("AVFL", None, None),  # GABA taken up, not made
        ("ASIL", None, None),  # betaine taken up
        ("BDUL", None, None),  # no transmitter found
    ],
)
def test_transmitters_and_signs_follow_the_rule(
    neuron: str, transmitter: str | None, sign: int | None
) -> None:
    row = nodes_of("celegans-cook2019-hermaphrodite").set_index("name").loc[neuron]
    assert (None if pd.isna(row["neurotransmitter"]) else row["neurotransmitter"]) == transmitter
    assert (None if pd.isna(row["sign"]) else row["sign"]) == sign


def test_aim_is_cholinergic_in_the_male_only() -> None:
    for sex, transmitter in (("hermaphrodite", "glutamate"), ("male", "acetylcholine")):
        nodes = nodes_of(f"celegans-cook2019-{sex}").set_index("name")
        assert set(nodes.loc[["AIML", "AIMR"], "neurotransmitter"]) == {transmitter}


def test_each_sex_has_its_own_neurons() -> None:
    female = nodes_of("celegans-cook2019-hermaphrodite")
    male = nodes_of("celegans-cook2019-male")
    assert set(female.loc[female["sex_specific"], "cell_type"]) == {"HSN", "VC"}
    assert male["sex_specific"].sum() == 90
    shared = set(female.loc[~female["sex_specific"], "name"])
    assert shared == set(male.loc[~male["sex_specific"], "name"])
    assert len(shared) == 294


@pytest.mark.parametrize("name", WORMS)
def test_ids_count_from_one_and_a_name_means_the_same_neuron_everywhere(name: str) -> None:
    nodes = nodes_of(name)
    assert nodes["node_id"].tolist() == list(range(1, len(nodes) + 1))
    assert nodes["name"].is_unique
    sex = "male" if "male" in name.split("-") else "hermaphrodite"
    reference = nodes_of(f"celegans-cook2019-{sex}").set_index("name")
    neurons = nodes[nodes["super_class"] == "neuron"].set_index("name")
    columns = ["cell_type", "cell_class", "side", "neurotransmitter", "sign", "lineage"]
    pd.testing.assert_frame_equal(
        neurons[columns], reference.loc[neurons.index, columns], check_names=False
    )


# --- the script that makes them ---------------------------------------------------------------


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "tools" / "build_datasets.py"
    if not path.is_file():
        pytest.skip("tools/build_datasets.py is not there: this is an installed package")
    spec = importlib.util.spec_from_file_location("build_datasets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_datasets"] = module
    spec.loader.exec_module(module)
    return module


def test_a_wheel_that_differs_is_refused(script: ModuleType, tmp_path: Path) -> None:
    pin = script.PINS[0]
    (tmp_path / pin.file).write_bytes(b"not the wheel")
    with pytest.raises(script.WrongWheelError, match=f"wanted {pin.sha256}"):
        script.open_wheel(pin, tmp_path)


def test_nothing_is_written_where_a_wheel_differs(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for pin in script.PINS:
        (tmp_path / pin.file).write_bytes(b"not the wheel")
    out = tmp_path / "out"
    assert script.main(["--wheels", str(tmp_path), "--out", str(out)]) == 1
    assert "nothing was built" in capsys.readouterr().err
    assert not out.exists()


def test_a_missing_wheel_is_named_with_the_way_to_get_it(
    script: ModuleType, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match=r"pip download --no-deps .*cect==0\.3\.5"):
        script.open_wheel(script.PINS[0], tmp_path)


def test_lists_of_names_are_read_without_running_the_source(script: ModuleType) -> None:
    source = "import nothing_like_this\nA = ['x']\nB = A + ['y'] + A\nC = f(A)\nD = 3\n"
    assert script.literal_lists(source) == {"A": ["x"], "B": ["x", "y", "x"]}


def test_padding_zeros_go_and_other_names_stay(script: ModuleType) -> None:
    names = ["DA01", "DA10", "R1AL", "IL2L", "CA09", "I1L"]
    assert [script.unpad(name) for name in names] == ["DA1", "DA10", "R1AL", "IL2L", "CA9", "I1L"]


def test_a_matrix_ends_at_the_first_blank_name(script: ModuleType) -> None:
    rows = [
        [None] * 6,
        [None] * 6,
        [None, None, None, "A", "B", None],
        ["GROUP", None, "A", None, 2, 9],
        [None, None, "B", 3, None, 9],
        [None, None, None, "A", "B", None],
    ]
    found = script.read_matrix(rows)
    assert (found.rows, found.columns) == (["A", "B"], ["A", "B"])
    assert found.weights.tolist() == [[0, 2], [3, 0]]


def test_the_wheels_give_the_bundled_tables_again(script: ModuleType, tmp_path: Path) -> None:
    folder = Path(os.environ.get("NEUROPIL_WHEELS", ""))
    if not all((folder / pin.file).is_file() for pin in script.PINS):
        pytest.skip("needs the source wheels: set NEUROPIL_WHEELS to their folder")
    pytest.importorskip("openpyxl")
    report = script.build(folder, tmp_path)
    assert sorted(report["name"]) == sorted(datasets.names())
    for name in datasets.names():
        for table in ("nodes", "edges"):
            again = pd.read_parquet(tmp_path / name / f"{table}.parquet")
            bundled = pd.read_parquet(datasets.path(name) / f"{table}.parquet")
            pd.testing.assert_frame_equal(again, bundled)
        again_manifest = tables.read_manifest(tmp_path / name)
        manifest = tables.read_manifest(datasets.path(name))
        assert again_manifest.made_by == manifest.made_by
        assert again_manifest.buckets == manifest.buckets
