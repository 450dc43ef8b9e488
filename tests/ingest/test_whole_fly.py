"""The synthetic whole fly: what it is calibrated on comes out of it, and it says what it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import ingest
from connectome_analysis.tables import ContractError, check, read_manifest
from ingest.flywire import read_flywire
from ingest.simulated_releases import simulate_release
from ingest.simulated_releases.whole_fly import calibration, draw_whole_fly


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fly") / "whole-fly"
    return simulate_release("whole-fly", out, n_neurons=800, n_connections=4_000, seed=1)


def test_types_connect_as_often_and_as_strongly_as_they_are_calibrated() -> None:
    known = calibration()
    n, wanted = 12_000, 200_000
    fly = draw_whole_fly(n, wanted, np.random.default_rng(0))
    assert len(np.unique(fly.pre * n + fly.post)) == wanted
    assert max(fly.pre.max(), fly.post.max()) < n - 1
    cells = np.bincount(fly.kind, minlength=len(known.types)) / n
    assert np.abs(cells - known.cells / known.cells.sum()).max() < 2e-4
    share = np.bincount(fly.pair_of_types, minlength=len(known.pre)) / wanted
    # Pairs of small types are full in a small fly.
    assert np.corrcoef(share, known.connections / known.connections.sum())[0, 1] > 0.95
    assert 3.0 < fly.syn_count.mean() < 4.5
    assert 0.12 < (fly.syn_count >= 5).mean() < 0.22
    mean = np.bincount(fly.pair_of_types, fly.syn_count, len(known.pre)) / np.maximum(share, 1e-9)
    often = share > 3e-4
    ratio = known.synapses[often] / known.connections[often]
    assert np.corrcoef(np.log(mean[often]), np.log(ratio))[0, 1] > 0.7
    back = np.isin(fly.post * n + fly.pre, fly.pre * n + fly.post).mean()
    assert 0.08 < back < known.about["reciprocity"] * 1.2


def test_the_fly_is_read_and_says_that_it_is_synthetic(release: Path, tmp_path: Path) -> None:
    result = read_flywire(release, tmp_path / "fly", synapses=True)
    assert check(result.path) == []
    manifest = read_manifest(result.path)
    assert manifest.species == "synthetic"
    assert manifest.licence is None
    assert result.rows["nodes"] == 800
    assert result.rows["edges"] == 4_000
    in_, kept = (result.buckets[f"synapse_rows_{name}"] for name in ("in", "kept"))
    assert in_ == kept == result.rows["synapses"]
    assert result.buckets["synapses_attached"] / in_ == pytest.approx(0.42, abs=0.01)


@pytest.mark.parametrize("min_score", [None, 60.0])
def test_edges_are_the_same_whether_synapses_are_kept_or_only_counted(
    release: Path, tmp_path: Path, min_score: float | None
) -> None:
    both, alone = (
        read_flywire(
            release,
            tmp_path / name,
            synapses=True,
            keep_synapses=keep,
            min_score=min_score,
            min_synapses=3,
        )
        for name, keep in (("both", True), ("alone", False))
    )
    assert both.buckets == alone.buckets
    assert check(both.path) == check(alone.path) == []
    assert set(both.rows) - set(alone.rows) == {"synapses"}
    for table in ("edges", "edges_by_region"):
        one, other = (pq.read_table(r.path / f"{table}.parquet") for r in (both, alone))
        assert one.equals(other)
        assert one.num_rows > 100
    below = both.buckets.get("synapse_rows_below_min_score", 0)
    assert (below > 0) is (min_score is not None)
    assert both.buckets["synapse_rows_in"] == both.buckets["synapse_rows_kept"] + below
    assert read_manifest(both.path).score_cutoff == min_score


def test_a_score_is_asked_for_where_there_is_none(tmp_path: Path) -> None:
    rows = pa.table({"pre_id": [1, 2], "post_id": [2, 1]})
    with pytest.raises(ContractError, match="min_score needs a score, and no column is one"):
        ingest.table(tmp_path / "x", synapses=rows, min_score=0.5)
    with pytest.raises(ContractError, match="min_score and keep_synapses are for rows of synapses"):
        ingest.table(tmp_path / "x", edges=rows, min_score=0.5)
    assert list(tmp_path.iterdir()) == []
