"""The benchmark of cell typing runs: every part prints its table, on crumbs."""

from __future__ import annotations

import pytest

from benchmarks import cell_types as benchmark

WANTED = {
    "planted": "| 1,000 | seeded |",
    "sets": "| 0.90 | no | 0.",
    "worm": "| graph network |",
    "errors": "| graph network, errors |",
    "fly": "131 types, 10% of the neurons known",
    "clusters": "| larva-mushroom-body-left, 4 | rounds |",
    "larva": "18 groups, left to right; three networks",
    "compartments": "synapses on axon and dendrite",
    "classes": "classes, left to right",
}


@pytest.mark.slow
@pytest.mark.parametrize("part", benchmark.PARTS)
def test_every_part_prints_its_table(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    if part in ("larva", "compartments", "classes") and benchmark.larva() is None:
        pytest.skip("no large data at hand; set NEUROPIL_DATA to its folder")
    benchmark.main(["--part", part, "--quick"])
    out = capsys.readouterr().out
    assert WANTED[part] in out
    assert f"({part}: " in out
