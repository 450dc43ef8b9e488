"""Of which animal a table of CAVE is, and in which unit: said, told by ids, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as paf
import pytest

from connectome_analysis.tables import ContractError
from ingest.recognised_release import read_recognised, recognise_release

from .releases import take
from .sources import BIG, column, edges, manifest, rows, text

MOUSE = 864691135000000017
FANC = 648518346400000001
HEAD = "id,pre_pt_root_id,post_pt_root_id,connection_score,ctr_pt_position\n"


def _synapses(folder: Path, first: int, position: str, name: str = "s_v1.csv") -> Path:
    return text(folder, name, f'{HEAD}1,{first},{first + 1},50.5,"{position}"\n')


def test_roots_of_a_fly_are_no_mouse(tmp_path: Path) -> None:
    result = take("cave", _synapses(tmp_path, BIG, "[100, 200, 30]"), tmp_path / "out")
    said = manifest(result)
    assert (said.species, said.individual) == ("Drosophila melanogaster", "FAFB")
    assert tuple(said.doi) == ("10.1038/s41586-024-07558-y",)
    assert "10.1038/s41586-025-08790-w" not in said.doi
    (row,) = rows(result, "synapses")
    assert (row["z_nm"], row["score"]) == (1_200.0, 50.5)
    assert any("720575940 are those of flywire" in line for line in result.decisions)


def test_a_fly_deeper_than_its_sections_is_in_nm(tmp_path: Path) -> None:
    result = take("cave", _synapses(tmp_path, BIG, "[400, 800, 90000]"), tmp_path / "out")
    (row,) = rows(result, "synapses")
    assert [row[f"{axis}_nm"] for axis in "xyz"] == [400.0, 800.0, 90_000.0]


def test_roots_of_the_mouse_are_the_mouse(tmp_path: Path) -> None:
    result = take("cave", _synapses(tmp_path, MOUSE, "[100, 200, 90000]"), tmp_path / "out")
    assert (manifest(result).species, manifest(result).individual) == ("Mus musculus", "minnie65")
    assert column(result, "synapses", "z_nm") == [3_600_000.0]


@pytest.mark.parametrize("first", [5, FANC])  # pinky100 and FANC share their first digits
def test_roots_of_nobody_known_have_no_animal_and_no_voxels(first: int, tmp_path: Path) -> None:
    placed = _synapses(tmp_path, first, "[1, 2, 3]")
    with pytest.raises(ContractError, match=r"datastack is not said, so neither are its voxels"):
        take("cave", placed, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    said = manifest(take("cave", placed, tmp_path / "fanc", datastack="fanc_production"))
    assert (said.species, said.individual) == ("Drosophila melanogaster", "FANC")
    bare = text(tmp_path, "t.csv", f"id,pre_pt_root_id,post_pt_root_id\n1,{first},{first + 1}\n")
    none = manifest(take("cave", bare, tmp_path / "bare"))
    assert (none.species, none.individual, tuple(none.doi)) == (None, None, ())


def test_zenodo_synapses_of_flywire_are_not_taken_for_cave(tmp_path: Path) -> None:
    folder = tmp_path / "zenodo"
    folder.mkdir()
    np.save(folder / "proofread_root_ids_783.npy", np.array([BIG, BIG + 1, BIG + 2]))
    paf.write_feather(
        pa.table(
            {
                "id": [1, 2],
                "pre_pt_root_id": [BIG, BIG],
                "post_pt_root_id": [BIG + 1, BIG + 1],
                "connection_score": [30.0, 200.0],
                "neuropil": ["EB", "FB"],
                **{
                    f"{side}_pt_position_{a}": [400, 800] for side in ("pre", "post") for a in "xyz"
                },
            }
        ),
        folder / "flywire_synapses_783.feather",
    )
    assert [one.format.name for one in recognise_release(folder)] == ["flywire"]
    alone = recognise_release(folder / "flywire_synapses_783.feather")
    assert [one.format.name for one in alone] == ["flywire"]
    result = read_recognised(folder, tmp_path / "out")
    assert result.rows["nodes"] == 3  # the list of proofread roots counts
    assert edges(result) == {(BIG, BIG + 1): 2}
    stored = rows(result, "synapses")
    assert [(row["pre_x_nm"], row["pre_z_nm"], row["score"]) for row in stored] == [
        (400, 400, 30),
        (800, 800, 200),
    ]
    assert manifest(result).individual == "FAFB"
