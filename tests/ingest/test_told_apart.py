"""Files of like names or columns are told apart: pairs from synapses, one release from another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as paf
import pytest

from connectome_analysis.tables import ContractError
from ingest.flywire import read_flywire
from ingest.neuprint import read_neuprint
from ingest.nwb import read_nwb

from .releases import take
from .sources import BIG, edges, manifest, rows, text

MOUSE = 864691135000000017


def test_pairs_that_cave_has_counted_are_no_single_synapses(tmp_path: Path) -> None:
    source = text(
        tmp_path,
        "connections_with_nuclei.csv",
        "pre_pt_root_id,post_pt_root_id,n_syn,sum_size,pre_nuc_id,post_nuc_id\n"
        f"{MOUSE},{MOUSE + 1},7,500,100,101\n{MOUSE + 1},{MOUSE},2,50,101,100\n",
    )
    result = take("cave", source, tmp_path / "out", version=1300)
    assert edges(result) == {(MOUSE, MOUSE + 1): 7.0, (MOUSE + 1, MOUSE): 2.0}
    assert "synapses" not in result.rows


def test_tables_of_cave_that_no_column_of_ours_takes_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "dump"
    folder.mkdir()
    text(
        folder,
        "synapses_pni_2.csv",
        f"id,pre_pt_root_id,post_pt_root_id,size\n1,{MOUSE},{MOUSE + 1},10\n",
    )
    text(folder, "vortex_compartments_v1.csv", "id,target_id,tag\n1,1,spine\n")
    result = take("cave", folder, tmp_path / "out", version=1300)
    assert edges(result) == {(MOUSE, MOUSE + 1): 1.0}
    assert "not read: vortex_compartments_v1.csv" in result.warnings


@pytest.mark.parametrize(
    ("folder", "totals", "name", "sex"),
    [
        ("manc_v1.0", "traced-connections", "MANC", "male"),
        ("hemibrain_v1.0", "traced-connections", "hemibrain", "female"),
        ("exported", "traced-total-connections", "hemibrain", "female"),
        ("exported", "traced-connections", "exported", None),
    ],
)
def test_traced_exports_are_named_by_what_tells_them(
    folder: str, totals: str, name: str, sex: str | None, tmp_path: Path
) -> None:
    source = tmp_path / folder
    source.mkdir()
    text(source, "traced-neurons.csv", "bodyId,type,instance\n10,A,A_L\n20,B,B_R\n")
    text(source, f"{totals}.csv", "bodyId_pre,bodyId_post,weight\n10,20,4\n")
    text(source, "contacts.csv", "a,b\n1,2\n")
    result = read_neuprint(source, tmp_path / "out")
    assert (manifest(result).name, manifest(result).sex) == (name, sex)
    assert "not read: contacts.csv" in result.decisions


def test_of_several_supervoxels_of_a_neuron_the_first_counts(tmp_path: Path) -> None:
    folder = tmp_path / "zenodo"
    folder.mkdir()
    paf.write_feather(
        pa.table(
            {
                "pre_pt_root_id": [BIG],
                "post_pt_root_id": [BIG + 1],
                "neuropil": ["EB"],
                "syn_count": [3],
            }
        ),
        folder / "proofread_connections_783.feather",
    )
    head = "supervoxel_id\troot_id\tpos_x\tpos_y\tpos_z\tsoma_x\tsoma_y\tsoma_z\ttop_nt\n"
    listed = [(1, BIG, 10), (2, BIG + 1, 20), (3, BIG + 1, 30)]
    (folder / "Supplemental_file1_neuron_annotations.tsv").write_text(
        head + "".join(f"{s}\t{root}\t{x}\t1\t1\t\t\t\tgaba\n" for s, root, x in listed)
    )
    result = read_flywire(folder, tmp_path / "out")
    assert [row["supervoxel_id"] for row in rows(result, "nodes")] == [1, 2]
    assert result.buckets["listed_rows_beside_another"] == 1


@pytest.mark.parametrize("last", [0.9, 0.31])
def test_irregular_times_of_traces_are_refused(last: float, tmp_path: Path) -> None:
    import h5py

    source = tmp_path / "s.nwb"
    with h5py.File(source, "w") as file:
        file.attrs["nwb_version"] = "2.6.0"
        group = file.create_group("processing/ophys/DfOverF/RoiResponseSeries")
        group["data"] = np.zeros((4, 1), np.float32)
        group["rois"] = np.array([0])
        group["timestamps"] = np.array([0.0, 0.1, 0.2, last])
    if last == 0.9:
        with pytest.raises(
            ContractError, match=r"not regular \(from 0\.2 s to 0\.9 s, mostly 0\.1"
        ):
            read_nwb(source, tmp_path / "out")
        assert not (tmp_path / "out").exists()
        return
    (row,) = rows(read_nwb(source, tmp_path / "out"), "traces")  # clocks jitter
    assert row["rate_hz"] == pytest.approx(10.0)
