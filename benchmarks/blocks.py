"""Block by block beside the volume in one piece: the time, the score, and whether workers change a bit."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

import segmentation_core as sc
from segmentation_core.blockwise import by_blocks, workers
from segmentation_core.fragments.fragment_options import FragmentOptions

from .affinities_to_segments import OFFSETS, VOXEL_NM, voi, volume
from .measure import Row, processor_seconds_once

THRESHOLD = 0.5

# Peak against what is resident before the call, affinities in a Zarr store on disk and segments in files.
# Reads /proc: Linux only.
PEAK = """
import json, sys, tempfile
import numpy as np
import zarr
import segmentation_core as sc
from benchmarks.affinities_to_segments import OFFSETS, VOXEL_NM
path, z, y, x = sys.argv[1], *map(int, sys.argv[2:])
store = zarr.open_array(path, mode="r")
def run(affinities, block):
    with tempfile.TemporaryDirectory() as folder:
        sc.segment_by_blocks(affinities, OFFSETS, voxel_size_nm=VOXEL_NM, folder=folder, block=block)
run(np.ascontiguousarray(store[:, :8, :32, :32]), (8, 16, 32))
def held(what):
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith(what))
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")  # the peak so far is forgotten
before = held("VmRSS")
run(store, (z, y, x))
print(json.dumps(held("VmHWM") - before))
"""


def peak_bytes(affinities: Any, block: tuple[int, int, int]) -> int:
    """Extra memory of a process that segments a store by blocks, with what it reads of it."""
    import zarr

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "affinities.zarr")
        chunks = (1, *(min(64, n) for n in affinities.shape[1:]))
        zarr.create_array(path, shape=affinities.shape, chunks=chunks, dtype="u1")[...] = affinities
        command = [sys.executable, "-c", PEAK, path, *map(str, block)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(json.loads(done.stdout))


def in_blocks(affinities: Any, width: int, n_workers: int) -> tuple[Any, Any]:
    """Segments and tree."""
    with tempfile.TemporaryDirectory() as folder:
        made = sc.segment_by_blocks(
            affinities,
            OFFSETS,
            voxel_size_nm=VOXEL_NM,
            folder=folder,
            block=(128, width, width),
            threshold=THRESHOLD,
            n_workers=n_workers,
        )
        return np.asarray(made.segments), made.tree


def backwards(affinities: Any, width: int) -> tuple[Any, Any]:
    """The same with the last block first."""
    forwards = workers.for_all_blocks

    def last_first(step: Any, numbers: Any, **options: Any) -> None:
        forwards(step, list(numbers)[::-1], **options)

    with mock.patch.object(by_blocks, "for_all_blocks", last_first):
        return in_blocks(affinities, width, 1)


def same_bits(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    """Segments, and every number of the region graph."""
    a, b = one[1].graph, other[1].graph
    names = ("fragment_id", "voxels", "first", "second", "sums", "counts", "places")
    graphs = all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)
    return graphs and np.array_equal(one[0], other[0])


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """One row of time and score, one of bits."""
    width = 64 if quick else 256
    truth, affinities = volume((16, 128, 128) if quick else (48, 512, 512))
    name = f"simulation {truth.size / 1e6:.2g} Mvoxel, blocks {width} wide"
    pieces: list[Any] = []

    def whole() -> None:
        fragments = sc.watershed(affinities, OFFSETS, voxel_size_nm=VOXEL_NM)
        tree = sc.agglomerate(fragments, affinities, OFFSETS, threshold=THRESHOLD)
        pieces.append(tree.segments(fragments))

    blocks: list[Any] = []
    one_piece = processor_seconds_once(whole)
    took = processor_seconds_once(lambda: blocks.append(in_blocks(affinities, width, 1)))
    ours, theirs = voi(truth, blocks[0][0]), voi(truth, pieces[0])
    yield Row(
        job="affinities to segments, block by block",
        graph=name,
        ours=took,
        peer="ours in one piece",
        theirs=one_piece,
        bound=f"VOI {ours:.3f} in blocks, {theirs:.3f} in one piece: {100 * (ours / theirs - 1):+.1f} %",
    )
    two, last_first = in_blocks(affinities, width, 2), backwards(affinities, width)
    answers = {
        "2 workers": same_bits(blocks[0], two),
        "last block first": same_bits(blocks[0], last_first),
    }
    yield Row(
        job="graph and segments, bit by bit",
        graph=name,
        ours=float("nan"),
        bound="; ".join(
            f"{what}: {'the same as' if same else 'OTHER than'} 1 worker"
            for what, same in answers.items()
        ),
    )
    block = (16, 64, 64) if quick else (48, 256, 256)
    reach = FragmentOptions(VOXEL_NM).reach
    sides = zip(block, reach, truth.shape, strict=True)
    with_halo = math.prod(min(side + 2 * around, most) for side, around, most in sides)
    many = np.tile(affinities, (1, 1, 1, 2))
    for what, array in (("", affinities), (", twice the volume", many)):
        peak = peak_bytes(array, block)
        yield Row(
            job="extra memory, block by block",
            graph=f"{name}{what}",
            ours=float("nan"),
            bound=f"{peak / 2**20:.0f} MiB: {peak / with_halo:.1f} bytes a voxel of a block with its halo, "
            "affinities read included",
        )
