"""FlyWire: what the simulated Codex files of 783 and 630 hold comes out, and nothing else."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as paf
import pytest

import ingest
from connectome_analysis.tables import ContractError, read_manifest
from ingest.flywire import read_flywire, recognise_flywire
from ingest.known_formats import find_format
from ingest.simulated_releases import simulate_release

from .fly_releases import csv_rows, refused, rewrite, shuffled_columns, summed, well_read
from .sources import edges, manifest, rows

ENDS = ("pre_root_id", "post_root_id", "syn_count")
BIG = 720575940628188619  # float64 knows only ...608 and ...640


@pytest.fixture(scope="module")
def codex_783(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("codex") / "783"
    return simulate_release("flywire-783", folder, n_neurons=200, n_connections=2_000, seed=1)


@pytest.fixture(scope="module")
def codex_630(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("codex") / "630"
    return simulate_release("flywire-630", folder, n_neurons=200, n_connections=2_000, seed=1)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A release to be damaged."""
    return simulate_release("flywire-783", tmp_path / "small", n_neurons=30, n_connections=60)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    return tmp_path / "made" / "out"


@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("connections", {}),
        ("connections", {"min_synapses": 9}),
        ("connections_no_threshold", {"min_synapses": 1}),
        ("connections_no_threshold", {"min_synapses": 3}),
        ("connections_princeton", {"connections": "princeton"}),
    ],
)
def test_edges_are_those_of_the_file(
    codex_783: Path, out: Path, file: str, options: dict[str, object]
) -> None:
    result = well_read(read_flywire(codex_783, out, **options))
    listed = csv_rows(codex_783 / f"{file}.csv.gz")
    least = int(options.get("min_synapses", 5))
    wanted = {k: v for k, v in summed(listed, *ENDS).items() if v >= least}
    assert edges(result) == wanted
    assert result.rows["nodes"] == 200
    assert manifest(result).pair_threshold == least
    regions = {
        (
            int(r["pre_root_id"]),
            int(r["post_root_id"]),
            r["neuropil"].replace("UNASGD", "unassigned"),
        )
        for r in listed
    }
    found = {(r["pre_id"], r["post_id"], r["region"]) for r in rows(result, "edges_by_region")}
    assert found == {key for key in regions if key[:2] in wanted}


def test_trap_2_rows_below_five_of_a_pair_of_five_are_kept(codex_783: Path, out: Path) -> None:
    listed = csv_rows(codex_783 / "connections.csv.gz")
    small_rows = [row for row in listed if int(row["syn_count"]) < 5]
    assert small_rows
    stored = {(r["pre_id"], r["post_id"]): r for r in rows(read_flywire(codex_783, out), "edges")}
    for row in small_rows:
        assert stored[int(row["pre_root_id"]), int(row["post_root_id"])]["syn_count"] >= 5


def test_the_transmitter_of_an_edge_is_that_of_its_sender(codex_783: Path, out: Path) -> None:
    words = {"ACH": "acetylcholine", "GABA": "gaba", "GLUT": "glutamate", "DA": "dopamine"}
    words |= {"SER": "serotonin", "OCT": "octopamine", "": None}
    of = {int(r["root_id"]): words[r["nt_type"]] for r in csv_rows(codex_783 / "neurons.csv.gz")}
    result = read_flywire(codex_783, out)
    assert {r["node_id"]: r["neurotransmitter"] for r in rows(result, "nodes")} == of
    assert all(r["neurotransmitter"] == of[r["pre_id"]] for r in rows(result, "edges"))


def test_trap_3_the_file_of_630_without_names_is_read_by_its_columns(
    codex_630: Path, out: Path
) -> None:
    result = well_read(read_flywire(codex_630, out, min_synapses=1))
    names = ("pre_root_id", "post_root_id", "neuropil", "syn_count", "nt_type")
    assert edges(result) == summed(
        csv_rows(codex_630 / "no_threshold_connections.csv.gz", names), *ENDS
    )
    assert manifest(result).release == "630"
    assert any("no header line" in line for line in result.decisions)


def test_release_630_has_its_types_in_the_classification(codex_630: Path, out: Path) -> None:
    result = read_flywire(codex_630, out)
    of = {int(r["root_id"]): r for r in csv_rows(codex_630 / "classification.csv.gz")}
    for row in rows(result, "nodes"):
        assert row["cell_type"] == (of[row["node_id"]]["cell_type"] or None)
        assert row["hemibrain_type"] == (of[row["node_id"]]["hemibrain_type"] or None)


def test_what_the_other_files_say_stands_at_its_neuron(codex_783: Path, out: Path) -> None:
    stored = {r["node_id"]: r for r in rows(read_flywire(codex_783, out), "nodes")}
    for row in csv_rows(codex_783 / "classification.csv.gz"):
        found = stored[int(row["root_id"])]
        for theirs, ours in {"class": "cell_class", "flow": "flow", "side": "side"}.items():
            assert found[ours] == (row[theirs] or None)
        assert found["super_class"] == row["super_class"]
    for row in csv_rows(codex_783 / "cell_stats.csv.gz"):
        found = stored[int(row["root_id"])]
        assert (found["length_nm"], found["area_nm2"], found["volume_nm3"]) == tuple(
            float(row[name]) for name in ("length_nm", "area_nm", "size_nm")
        )
    for row in csv_rows(codex_783 / "consolidated_cell_types.csv.gz"):
        assert stored[int(row["root_id"])]["cell_type"] == row["primary_type"]
    labels: dict[int, set[str]] = {}
    for row in csv_rows(codex_783 / "labels.csv.gz"):
        labels.setdefault(int(row["root_id"]), set()).add(row["label"])
    for neuron, found in stored.items():
        said = "; ".join(sorted(labels.get(neuron, ()))) or None
        assert found["label"] == said


def test_people_are_left_out_unless_asked_for(codex_783: Path, out: Path, tmp_path: Path) -> None:
    result = read_flywire(codex_783, out)
    assert not [name for name in rows(result, "nodes")[0] if name.startswith("user")]
    assert any("who labelled a neuron and when is left out" in line for line in result.decisions)
    asked = read_flywire(codex_783, tmp_path / "asked", personal_data=True)
    assert "Synthetic Person" in {row["user_name"] for row in rows(asked, "nodes")}


def test_trap_12_the_first_of_several_coordinates_is_the_position(
    codex_783: Path, out: Path
) -> None:
    first: dict[int, tuple[float, ...]] = {}
    listed = csv_rows(codex_783 / "coordinates.csv.gz")
    assert any("  " in row["position"] for row in listed)
    for row in listed:
        x, y, z = map(float, re.findall(r"\d+", row["position"]))
        first.setdefault(int(row["root_id"]), (x, y, z))
    result = read_flywire(codex_783, out)
    stored = rows(result, "nodes")
    assert {r["node_id"]: (r["x_nm"], r["y_nm"], r["z_nm"]) for r in stored} == first
    count = Counter(int(row["root_id"]) for row in listed)
    assert {r["node_id"]: r["coordinates_rows"] for r in stored} == count
    assert result.buckets["coordinates_rows_beside_another"] == len(listed) - len(first)


def test_trap_16_coordinates_that_fit_into_the_sections_are_voxels(small: Path, out: Path) -> None:
    def to_voxels(text: str) -> str:
        def scaled(match: re.Match[str]) -> str:
            x, y, z = (int(number) for number in match[0].strip("[]").split())
            return f"[{x // 4} {y // 4} {z // 40}]"

        return re.sub(r"\[[^]]*\]", scaled, text)

    rewrite(small / "coordinates.csv.gz", to_voxels)
    stored = {r["node_id"]: r for r in rows(well_read(read_flywire(small, out)), "nodes")}
    row = csv_rows(small / "coordinates.csv.gz")[0]
    x, y, z = (int(number) for number in row["position"].strip("[]").split())
    found = stored[int(row["root_id"])]
    assert (found["x_nm"], found["y_nm"], found["z_nm"]) == (x * 4.0, y * 4.0, z * 40.0)


def test_trap_1_blank_ids_of_synapses_are_those_above_to_the_last_digit(
    codex_783: Path, out: Path
) -> None:
    wanted: Counter[tuple[int, int]] = Counter()
    pre = post = 0
    for row in csv_rows(codex_783 / "synapse_coordinates.csv.gz"):
        pre = int(row["pre_root_id"] or pre)
        post = int(row["post_root_id"] or post)
        wanted[pre, post] += 1
    result = well_read(read_flywire(codex_783, out, synapses=True))
    assert edges(result) == wanted
    # The simulated connections count the same synapses.
    listed = csv_rows(codex_783 / "connections_no_threshold.csv.gz")
    assert wanted == summed(listed, *ENDS)


def test_trap_1_ids_are_filled_down_across_the_blocks_a_file_is_read_in(
    small: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = edges(read_flywire(small, out, synapses=True))
    monkeypatch.setattr("ingest.read_once._BLOCK_BYTES", 300)
    assert edges(read_flywire(small, out.with_name("again"), synapses=True)) == whole


def test_trap_1_neighbouring_ids_of_18_digits_stay_apart(small: Path, out: Path) -> None:
    first, second = (row["root_id"] for row in csv_rows(small / "neurons.csv.gz")[:2])
    for file in small.glob("*.csv.gz"):
        if "princeton_synapse" not in file.name:
            rewrite(file, lambda t: t.replace(first, str(BIG)).replace(second, str(BIG + 1)))
    result = well_read(read_flywire(small, out, min_synapses=1))
    assert {BIG, BIG + 1} <= {row["node_id"] for row in rows(result, "nodes")}
    assert edges(result) == summed(csv_rows(small / "connections_no_threshold.csv.gz"), *ENDS)


def test_trap_18_ids_without_their_first_digits_get_them_back(codex_783: Path, out: Path) -> None:
    wanted = Counter(
        (
            720575940 * 10**9 + int(row["pre_root_id_720575940"]),
            720575940 * 10**9 + int(row["post_root_id_720575940"]),
        )
        for row in csv_rows(codex_783 / "fafb_v783_princeton_synapse_table.csv.gz")
    )
    result = well_read(read_flywire(codex_783, out, synapses=True, connections="princeton"))
    assert edges(result) == wanted
    stored = rows(result, "synapses")[0]
    assert stored["pre_x_nm"] + 2 == stored["post_x_nm"] + 1 == stored["x_nm"]


def test_neurons_without_edges_are_nodes(codex_783: Path, out: Path) -> None:
    result = read_flywire(codex_783, out, min_synapses=1)
    connected = {i for pair in edges(result) for i in pair}
    listed = {int(row["root_id"]) for row in csv_rows(codex_783 / "neurons.csv.gz")}
    assert {row["node_id"] for row in rows(result, "nodes")} == listed > connected


def test_the_order_of_columns_byte_order_marks_and_line_ends_change_nothing(
    small: Path, out: Path
) -> None:
    before = read_flywire(small, out)
    for name in ("connections", "neurons", "classification", "coordinates"):
        rewrite(
            small / f"{name}.csv.gz",
            lambda text: "\ufeff" + shuffled_columns(text).replace("\n", "\r\n"),
        )
    after = well_read(read_flywire(small, out.with_name("again")))
    for table in ("edges", "edges_by_region"):
        assert rows(after, table) == rows(before, table)
    keyed = [{k: r[k] for k in sorted(r)} for r in rows(after, "nodes")]
    assert keyed == [{k: r[k] for k in sorted(r)} for r in rows(before, "nodes")]


def test_files_need_not_be_compressed(small: Path, out: Path) -> None:
    before = edges(read_flywire(small, out))
    for file in small.glob("*.csv.gz"):
        file.with_suffix("").write_bytes(gzip.decompress(file.read_bytes()))
        file.unlink()
    assert edges(well_read(read_flywire(small, out.with_name("again")))) == before


def test_the_manifest_says_where_from_and_that_it_is_synthetic(codex_783: Path, out: Path) -> None:
    made = manifest(read_flywire(codex_783, out))
    assert (made.name, made.release) == ("synthetic data in the format of FlyWire FAFB 783", "783")
    assert (made.licence, made.species, made.citation) == (None, "synthetic", ())
    assert any("SYNTHETIC" in note for note in made.notes)
    assert made.detector == "Buhmann 2021, cleft score above 50"
    assert made.voxel_size_nm == (40.0, 4.0, 4.0)
    roles = {entry["role"]: entry["file"] for entry in made.made_by["inputs"]}
    assert roles["edges"] == "connections.csv.gz"
    assert roles["coordinates"] == "coordinates.csv.gz"


def test_a_real_folder_has_the_licences_of_both_sites(small: Path, out: Path) -> None:
    (small / "README.txt").unlink()
    made = manifest(read_flywire(small, out))
    assert made.name == "FlyWire FAFB 783"
    assert made.licence == "CC BY-NC 4.0 (Codex); CC BY 4.0 (Zenodo)"


def _zenodo(folder: Path) -> Path:
    folder.mkdir()
    paf.write_feather(
        pa.table(
            {
                "pre_pt_root_id": [BIG, BIG, BIG + 1],
                "post_pt_root_id": [BIG + 1, BIG + 1, BIG],
                "neuropil": ["EB", "FB", "UNASGD"],
                "syn_count": [3, 2, 1],
                **{
                    f"{nt}_avg": [0.1, 0.2, 0.3]
                    for nt in ("gaba", "ach", "glut", "oct", "ser", "da")
                },
            }
        ),
        folder / "proofread_connections_783.feather",
    )
    return folder


def test_zenodo_has_feather_and_a_list_of_ids(tmp_path: Path, out: Path) -> None:
    folder = _zenodo(tmp_path / "zenodo")
    np.save(folder / "proofread_root_ids_783.npy", np.array([BIG, BIG + 1, BIG + 2]))
    result = well_read(read_flywire(folder, out))
    assert result.rows == {"nodes": 3, "edges": 2, "edges_by_region": 3}
    assert edges(result) == {(BIG, BIG + 1): 5, (BIG + 1, BIG): 1}
    assert manifest(result).pair_threshold is None
    assert {r["region"] for r in rows(result, "edges_by_region")} == {"EB", "FB", "unassigned"}


def test_zenodo_with_annotations_has_somata_in_voxels(tmp_path: Path, out: Path) -> None:
    folder = _zenodo(tmp_path / "zenodo")
    (folder / "Supplemental_file1_neuron_annotations.tsv").write_text(
        "supervoxel_id\troot_id\tpos_x\tpos_y\tpos_z\tsoma_x\tsoma_y\tsoma_z\tnucleus_id\ttop_nt\tside\n"
        f"1\t{BIG}\t10\t20\t30\t100.0\t200.0\t300.0\t5717891.0\tacetylcholine\tleft\n"
        f"2\t{BIG + 1}\t10\t20\t30\t\t\t\t\tgaba\tna\n"
    )
    first, second = rows(well_read(read_flywire(folder, out)), "nodes")
    assert (first["x_nm"], first["y_nm"], first["z_nm"]) == (400.0, 800.0, 12_000.0)
    assert (second["x_nm"], second["z_nm"], second["side"]) == (40.0, 1_200.0, None)
    assert (first["neurotransmitter"], first["nucleus_id"]) == ("acetylcholine", 5717891.0)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return simulate_release("whole-fly", tmp_path / "small", n_neurons=60, n_connections=200)


def test_single_synapses_of_zenodo(tmp_path: Path, out: Path) -> None:
    folder = _zenodo(tmp_path / "zenodo")
    np.save(folder / "proofread_root_ids_783.npy", np.array([BIG, BIG + 1]))
    paf.write_feather(
        pa.table(
            {
                "id": [5, 6],
                "pre_pt_root_id": [BIG, BIG],
                "post_pt_root_id": [BIG + 1, 0],
                "connection_score": [30.0, 200.0],
                "neuropil": ["EB", "EB"],
                **{f"pre_pt_position_{a}": [400, 800] for a in "xyz"},
                **{f"post_pt_position_{a}": [500, 900] for a in "xyz"},
            }
        ),
        folder / "flywire_synapses_783.feather",
    )
    result = well_read(read_flywire(folder, out, synapses=True))
    stored = rows(result, "synapses")
    assert [(r["synapse_id"], r["x_nm"], r["score"]) for r in stored] == [
        (5, 450, 30),
        (6, 850, 200),
    ]
    assert edges(result) == {(BIG, BIG + 1): 1}
    assert result.buckets["synapses_without_post"] == 1  # trap 14: root 0 is no neuron


def test_synapses_are_in_nm_also_beside_neurons_in_voxels(release: Path, out: Path) -> None:
    source = paf.read_table(release / "flywire_synapses_783.feather").to_pylist()
    result = well_read(read_flywire(release, out, synapses=True))
    by_id = {r["id"]: r for r in source}
    for stored in rows(result, "synapses")[:50]:
        published = by_id[stored["synapse_id"]]
        for site in ("pre", "post"):
            for axis in "xyz":
                assert stored[f"{site}_{axis}_nm"] == published[f"{site}_pt_position_{axis}"]
        assert stored["x_nm"] * 2 == stored["pre_x_nm"] + stored["post_x_nm"]
        assert not any("position" in name for name in stored)


def test_recognised_by_names(codex_783: Path, tmp_path: Path) -> None:
    assert recognise_flywire(codex_783)
    assert recognise_flywire(_zenodo(tmp_path / "zenodo"))
    assert recognise_flywire(tmp_path) is None
    assert recognise_flywire(codex_783 / "neurons.csv.gz") is None


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("connections", lambda t: re.sub(r"\n(\d+),", r"\n\1,,", t, count=1), "connections.csv.gz"),
        ("connections", lambda t: t.replace("syn_count", "n"), "no column 'syn_count'"),
        ("connections", lambda t: re.sub(r"\n\d+,", "\n7.2e+17,", t, count=1), "from a float"),
        ("connections", lambda t: re.sub(r"\n\d+,", "\nabc,", t, count=1), "is not an integer"),
        (
            "connections",
            lambda t: re.sub(r"\n\d+,", f"\n{2**63},", t, count=1),
            "larger than a 64-bit",
        ),
        ("connections", lambda t: re.sub(r"\n\d+,", "\n-5,", t, count=1), "is negative"),
        (
            "connections",
            lambda t: re.sub(r"\n\d+,", "\n77,", t, count=1),
            "not among the 30 listed",
        ),
        (
            "connections",
            lambda t: re.sub(r",\d+,([A-Z]*\n)", r",2.5,\1", t, count=1),
            "whole number",
        ),
        ("connections", lambda t: re.sub(r",\d+,([A-Z]*\n)", r",-2,\1", t, count=1), "positive"),
        ("connections", lambda t: t[:0], "is empty"),
        ("neurons", lambda t: t.replace("root_id", "root"), "no column 'root_id'"),
        ("neurons", lambda t: t + t.splitlines()[1].replace(",0", ",1") + "\n", "rows that differ"),
        ("neurons", lambda t: re.sub(r"\n\d+,", "\n,", t, count=1), "node_id is empty"),
        ("coordinates", lambda t: re.sub(r"\[\d+ ", "[", t), "three numbers"),
        ("cell_stats", lambda t: re.sub(r",\d+\n", ",huge\n", t, count=1), "must be a number"),
    ],
)
def test_a_damaged_file_is_one_line_that_names_it(
    small: Path, out: Path, file: str, change, said: str
) -> None:
    rewrite(small / f"{file}.csv.gz", change)
    refused("flywire", small, out, said)


@pytest.mark.parametrize("file", ["connections", "neurons", "coordinates"])
def test_a_file_that_breaks_off_is_one_line(small: Path, out: Path, file: str) -> None:
    _cut(small / f"{file}.csv.gz")
    refused("flywire", small, out, "cannot be read|breaks off|cannot be opened")


def test_synapses_with_a_float_among_their_ids_are_refused(small: Path, out: Path) -> None:
    rewrite(
        small / "synapse_coordinates.csv.gz", lambda t: re.sub(r"\n\d+,", "\n7.2e+17,", t, count=1)
    )
    refused(
        "flywire",
        small,
        out,
        r"synapse_coordinates.csv.gz cannot be read.*'7.2e\+17'",
        synapses=True,
    )


@pytest.mark.parametrize(
    ("gone", "options", "said"),
    [
        ("connections", {"min_synapses": 7, "connections": "buhmann"}, None),
        (
            "connections_no_threshold",
            {"min_synapses": 2},
            "needs pairs that connections.csv.gz leaves out",
        ),
        (
            "connections_princeton",
            {"connections": "princeton"},
            "has no connections_princeton.csv.gz",
        ),
        (
            "synapse_coordinates",
            {"synapses": True, "connections": "buhmann"},
            "has no synapse_coordinates",
        ),
    ],
)
def test_a_missing_file_is_named(
    small: Path, out: Path, gone: str, options: dict[str, object], said: str | None
) -> None:
    (small / f"{gone}.csv.gz").unlink()
    if said is None:  # the file without a threshold holds those pairs as well
        assert read_flywire(small, out, **options).rows["edges"] > 0
    else:
        refused("flywire", small, out, said, **options)


def test_wrong_options_and_folders_are_one_line(small: Path, out: Path) -> None:
    refused(
        "flywire",
        small,
        out,
        "connections must be 'buhmann' or 'princeton', got 'flywire'",
        connections="flywire",
    )
    refused("flywire", small, out, "min_synapses must be at least 1", min_synapses=0)
    refused("flywire", small / "neurons.csv.gz", out, "is a file; wanted is the folder")
    refused("flywire", small / "nowhere", out, "does not exist; wanted is the folder")
    (small / "neurons.csv").write_text("root_id\n1\n")
    refused("flywire", small, out, "has neurons.csv and neurons.csv.gz; take out one")


def test_the_command_reads_it(
    codex_783: Path, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from neuropil.command_line import main

    arguments = [
        "neuropil",
        "ingest",
        "flywire",
        str(codex_783),
        str(out),
        "--option",
        "min_synapses=9",
    ]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    assert "personal_data=True keeps it" in capsys.readouterr().out
    assert read_manifest(out).pair_threshold == 9


def test_a_release_inside_its_only_folder_is_found(small: Path, out: Path, tmp_path: Path) -> None:
    outer = tmp_path / "unpacked"
    (outer / "__MACOSX").mkdir(parents=True)
    small.rename(outer / "codex")
    assert ingest.read("flywire", outer, out).exists()


def _unpacked(folder: Path) -> None:
    for file in list(folder.glob("*.csv.gz")):
        file.with_suffix("").write_bytes(gzip.decompress(file.read_bytes()))
        file.unlink()


def test_files_that_are_unpacked_are_recognised_and_read_the_same(small: Path, out: Path) -> None:
    wanted = edges(read_flywire(small, out))
    _unpacked(small)
    assert "pre_root_id" in str(recognise_flywire(small))
    assert edges(read_flywire(small, out.with_name("unpacked"))) == wanted


def test_without_the_list_neurons_are_those_classified_or_those_of_the_rows(
    small: Path, out: Path
) -> None:
    wanted = edges(read_flywire(small, out))
    (small / "neurons.csv.gz").unlink()
    assert recognise_flywire(small)
    classified = well_read(read_flywire(small, out.with_name("classified")))
    assert edges(classified) == wanted
    listed = {int(row["root_id"]) for row in csv_rows(small / "classification.csv.gz")}
    assert {row["node_id"] for row in rows(classified, "nodes")} == listed
    for file in small.iterdir():
        if "connections" not in file.name:
            file.unlink()
    assert recognise_flywire(small)
    named = well_read(read_flywire(small, out.with_name("named")))
    assert edges(named) == wanted
    assert {row["node_id"] for row in rows(named, "nodes")} == {i for pair in wanted for i in pair}
    assert any(line.startswith("no file lists the neurons") for line in named.decisions)


def test_what_the_web_page_of_codex_saves_claims_no_dataset(tmp_path: Path, out: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "neurons.csv").write_text(
        "Root ID,Predicted NT type,Super Class,Soma side,Primary Cell Type,Cable length (nm)\n"
        f"{BIG},ACH,central,left,LC4,1000\n{BIG + 1},GABA,optic,right,,2000\n"
    )
    (folder / "connections.csv").write_text(
        "pre_root_id,post_root_id,neuropil,syn_count,nt_type\n"
        f"{BIG},{BIG + 1},ME,3,ACH\n{BIG},{BIG + 1},LO,1,ACH\n"
    )
    assert recognise_flywire(folder)
    result = well_read(read_flywire(folder, out))
    assert edges(result) == {(BIG, BIG + 1): 4}
    first = min(rows(result, "nodes"), key=lambda row: row["node_id"])
    assert (first["cell_type"], first["side"], first["super_class"]) == ("LC4", "left", "central")
    assert (first["neurotransmitter"], first["length_nm"]) == ("acetylcholine", 1000)
    made = manifest(result)
    assert (made.individual, made.release, made.pair_threshold, made.doi) == (None, None, None, ())
    packed = tmp_path / "packed"
    packed.mkdir()
    for file in folder.iterdir():  # called as files of FlyWire are, whose checksums are known
        (packed / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    again = find_format("flywire").load()(packed, out.with_name("packed"))
    assert edges(again) == edges(result)
    assert not any("checksum" in line for line in again.warnings)
    refused("flywire", folder, out.with_name("no"), "synapses is no option", synapses=True)


def test_a_threshold_that_the_pairs_have_not_met_is_not_recorded(small: Path, out: Path) -> None:
    text = gzip.decompress((small / "connections.csv.gz").read_bytes()).decode()
    head, first, *others = text.splitlines()
    names = head.split(",")
    pair = first.split(",")
    ends = [pair[names.index(name)] for name in ENDS[:2]]
    pair[names.index("syn_count")] = "2"
    alone = [
        line for line in others if [line.split(",")[names.index(name)] for name in ENDS[:2]] != ends
    ]
    lines = "\n".join([head, ",".join(pair), *alone, ""])
    (small / "connections.csv.gz").write_bytes(gzip.compress(lines.encode()))
    made = read_flywire(small, out)
    assert manifest(made).pair_threshold is None
    assert any("but has pairs of 2: no threshold is recorded" in line for line in made.warnings)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("classification", "root_id,side\n{0},left\n", r"^classification\.csv\.gz has no column"),
        (
            "coordinates",
            "root_id,position\n{0},[1 2]\n",
            r"^coordinates\.csv\.gz, joined to neurons\.csv\.gz: a position is three numbers",
        ),
    ],
)
def test_the_file_that_is_wrong_is_named(
    name: str, content: str, said: str, tmp_path: Path, out: Path
) -> None:
    folder = tmp_path / "codex"
    folder.mkdir()
    for stem, text in (
        ("neurons", f"root_id,group,nt_type\n{BIG},G,ACH\n{BIG + 1},G,ACH\n"),
        (
            "connections_no_threshold",
            f"pre_root_id,post_root_id,neuropil,syn_count,nt_type\n{BIG},{BIG + 1},X,5,ACH\n",
        ),
        (name, content.format(BIG)),
    ):
        (folder / f"{stem}.csv.gz").write_bytes(gzip.compress(text.encode()))
    with pytest.raises(ContractError, match=said):
        read_flywire(folder, out)
