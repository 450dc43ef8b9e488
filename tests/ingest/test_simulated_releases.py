"""Simulated releases: the same seed writes the same files, which say that they are synthetic."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectome_analysis.tables import ContractError
from ingest.simulated_releases import WRITERS, simulate_release
from ingest.simulated_releases.wiring import draw_wiring, split_counts

FLY = ("flywire-783", "flywire-630", "neuprint", "neuprint-bulk", "malecns", "banc", "fanc")


def _digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", FLY)
def test_a_seed_writes_the_same_bytes_and_says_that_they_are_synthetic(
    name: str, tmp_path: Path
) -> None:
    one, two, other = (
        simulate_release(name, tmp_path / str(i), n_neurons=30, n_connections=60, seed=seed)
        for i, seed in enumerate((5, 5, 6))
    )
    assert _digests(one) == _digests(two)
    assert _digests(one) != _digests(other)
    assert (one / "README.txt").read_text().startswith("SYNTHETIC DATA.")
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_every_writer_is_there() -> None:
    assert set(FLY) <= set(WRITERS)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("flywire783", {}, r"'flywire783' is no release.*Did you mean 'flywire-783'\?"),
        ("banc", {"n_neurons": 19}, "n_neurons must be at least 20, got 19"),
        (
            "banc",
            {"n_neurons": 20, "n_connections": 101},
            "between 20 and 100 for 20 neurons, got 101",
        ),
    ],
)
def test_a_wrong_size_or_name_is_one_line_and_nothing_is_written(
    name: str, options: dict[str, int], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ContractError, match=said):
        simulate_release(name, tmp_path / "out", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(ContractError, match="is not an empty folder"):
        simulate_release("banc", tmp_path, n_neurons=20, n_connections=20)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@settings(max_examples=20)
@given(n=st.integers(20, 60), share=st.floats(0, 1), seed=st.integers(0, 9))
def test_a_wiring_has_as_many_different_pairs_as_asked_for(n: int, share: float, seed: int) -> None:
    wanted = int(n + share * (n * n // 4 - n))
    wiring = draw_wiring(n, wanted, np.random.default_rng(seed))
    assert len(set(zip(wiring.pre.tolist(), wiring.post.tolist(), strict=True))) == wanted
    assert (wiring.pre == wiring.post).sum() == 10
    assert max(wiring.pre.max(), wiring.post.max()) < n - 1
    assert wiring.syn_count.min() >= 1


def test_split_counts_add_up_and_lie_in_different_regions() -> None:
    counts = np.arange(1, 200)
    pair, region, part = split_counts(counts, 4, np.random.default_rng(0))
    assert np.bincount(pair, part).tolist() == counts.tolist()
    assert len(set(zip(pair.tolist(), region.tolist(), strict=True))) == len(pair) > len(counts)
    assert part.min() >= 1


def test_the_command_writes_and_lists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from neuropil.command_line import main

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["neuropil", "simulate-release", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), *capsys.readouterr()

    code, out, _ = run("banc", tmp_path / "b", "--neurons", 30, "--connections", 40, "--json")
    answer = json.loads(out)
    assert (code, answer["synthetic"]) == (0, True)
    assert set(answer["bytes"]) == {p.name for p in (tmp_path / "b").iterdir()}
    assert set(FLY) <= set(run("--list")[1].split())
    code, out, err = run("bank", tmp_path / "c")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
