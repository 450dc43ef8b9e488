"""Interrupted ingest: killed at any time, out of disk, or beside another writer; the target is whole, always."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import ingest
from connectome_analysis.tables import ContractError, check, read_manifest
from ingest.simulated_releases import simulate_release

_INGEST = """
import resource, sys, time
import duckdb, pandas, pyarrow.parquet
import ingest, ingest.flywire, ingest.table_reader
source, out, least, most, overwrite = sys.argv[1:]
if int(most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
print("ready", flush=True)
sys.stdin.readline()
try:
    ingest.read("flywire", source, out, min_synapses=int(least), overwrite=overwrite == "yes")
except (OSError, ValueError) as error:
    sys.exit(str(error))
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "codex"
    return simulate_release("flywire-783", folder, n_neurons=200, n_connections=3_000, seed=4)


def _start(
    release: Path, out: Path, least: int, *, most: int = 0, overwrite: bool = True
) -> subprocess.Popen[str]:
    """An ingest that waits for a line before it begins, so that Python's own start is over."""
    words = [str(release), str(out), str(least), str(most), "yes" if overwrite else "no"]
    process = subprocess.Popen(
        [sys.executable, "-c", _INGEST, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _edges(path: Path) -> int:
    return read_manifest(path).tables["edges"].rows


def _kill_some(release: Path, place: Path, kills: int, seed: int) -> None:
    out = place / "fly"
    ingest.read("flywire", release, out, min_synapses=1)
    whole = {1: _edges(out)}
    ingest.read("flywire", release, place / "other", min_synapses=5)
    whole[5] = _edges(place / "other")
    assert whole[1] != whole[5]
    begun = time.monotonic()
    process = _start(release, out, 5)
    _go(process)
    process.communicate(timeout=120)
    took = time.monotonic() - begun
    rng = random.Random(seed)
    for turn in range(kills):
        process = _start(release, out, 1 if turn % 2 else 5)
        _go(process)
        time.sleep(rng.uniform(0, min(took, 2.0)))
        process.kill()
        process.communicate(timeout=120)
        assert check(out) == []
        assert _edges(out) in whole.values()
    ingest.read("flywire", release, out, min_synapses=5, overwrite=True)
    assert _edges(out) == whole[5]
    left = [item.name for item in place.iterdir() if item.name not in ("fly", "other")]
    assert left == [], "the next writer clears away what a killed one leaves"


def test_an_ingest_that_is_killed_leaves_the_old_connectome_or_the_new(
    release: Path, tmp_path: Path
) -> None:
    _kill_some(release, tmp_path, kills=1, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_an_ingest_that_is_killed_again_and_again(seed: int, release: Path, tmp_path: Path) -> None:
    _kill_some(release, tmp_path, kills=12, seed=seed)


@pytest.mark.parametrize("share", [0.3, pytest.param(0.95, marks=pytest.mark.slow)])
def test_a_full_disk_is_one_line_and_the_target_is_untouched(
    share: float, release: Path, tmp_path: Path
) -> None:
    out = tmp_path / "fly"
    ingest.read("flywire", release, out, min_synapses=5)
    most = int(share * max(file.stat().st_size for file in out.iterdir()))
    before = (out / "connectome.json").read_bytes()
    process = _start(release, out, 5, most=most)
    _go(process)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1, said
    assert len(said.strip().splitlines()) == 1, said
    assert (out / "connectome.json").read_bytes() == before
    assert check(out) == []
    assert [item.name for item in tmp_path.iterdir()] == ["fly"]
    ingest.read("flywire", release, out, min_synapses=5, overwrite=True)


def test_of_two_writers_one_wins_and_the_other_says_so(release: Path, tmp_path: Path) -> None:
    out = tmp_path / "fly"
    both = [_start(release, out, least, overwrite=False) for least in (1, 5)]
    for process in both:
        _go(process)
    said = [process.communicate(timeout=120)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1], said
    (loser,) = [text for text in said if text]
    assert "fly exists. Choose another name" in loser
    assert len(loser.strip().splitlines()) == 1
    assert check(out) == []
    with pytest.raises(ContractError, match="exists"):
        ingest.read("flywire", release, out)
