"""Harmonised bundles: text ids and scores come out as numbers, and glia are no neurons."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.feather as paf

from ingest.harmonised_bundles import read_harmonised_bundle
from ingest.recognised_release import recognise_release

from .fly_releases import refused, well_read
from .sources import edges, manifest, rows

BIG = 720575940628188619


def _bundle(folder: Path) -> Path:
    folder.mkdir()
    meta = {
        "fafb_783_id": [str(BIG), str(BIG + 1), str(BIG + 2)],
        "side": ["left", "right", "na"],
        "super_class": ["optic", "central", "glia"],
        "cell_type": ["a", "b", None],
        "neurotransmitter_predicted": ["gaba", None, None],
        "neurotransmitter_score": ["0.3", None, None],
        "_ctime": ["2024", "2024", "2024"],
    }
    pairs = {"pre": [0, 1, 0], "post": [1, 0, 2]}
    listed = {end: [str(BIG + place) for place in places] for end, places in pairs.items()}
    paf.write_feather(pa.table(meta), folder / "fafb_783_meta.feather")
    paf.write_feather(
        pa.table(listed | {"count": pa.array([7, 2, 5], pa.int32()), "norm": [0.1, 0.2, 0.3]}),
        folder / "fafb_783_simple_edgelist.feather",
    )
    return folder


def test_a_bundle_is_recognised_and_read(tmp_path: Path) -> None:
    folder = _bundle(tmp_path / "fafb")
    assert [one.format.name for one in recognise_release(folder)] == ["harmonised-bundle"]
    (tmp_path / "made").mkdir()
    result = well_read(read_harmonised_bundle(folder, tmp_path / "made" / "out"))
    assert edges(result) == {(BIG, BIG + 1): 7, (BIG + 1, BIG): 2}
    assert result.buckets["edge_rows_unknown_neuron"] == 1
    first = min(rows(result, "nodes"), key=lambda row: row["node_id"])
    assert (first["cell_type"], first["neurotransmitter"]) == ("a", "gaba")
    assert first["neurotransmitter_score"] == 0.3
    assert "_ctime" not in first
    assert (manifest(result).release, manifest(result).individual) == ("783", "FAFB")
    whole = read_harmonised_bundle(folder, tmp_path / "made" / "all", neurons="all")
    assert edges(whole)[BIG, BIG + 2] == 5


def test_a_missing_edge_list_is_named(tmp_path: Path) -> None:
    folder = _bundle(tmp_path / "fafb")
    (folder / "fafb_783_simple_edgelist.feather").unlink()
    (tmp_path / "made").mkdir()
    said = "has no fafb_783_simple_edgelist.feather"
    refused("harmonised-bundle", folder, tmp_path / "made" / "out", said)
