"""Block steps: what is done to one block, each step reading files and writing one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.affinity_arrays import checked_affinities
from segmentation_core.agglomeration.merge_tree import renamed_fragments
from segmentation_core.agglomeration.pair_statistics import PairStatistics, pair_statistics
from segmentation_core.agglomeration.region_graph import dense_labels, histogram_weights
from segmentation_core.fragments.from_affinities import watershed

from .block_folder import BlockFolder
from .grid import Grid, Triple
from .whole_files import write_whole

# Numbers of one block's fragments: id = block * 2**40 + 1, 2, ...; a block has fewer than 2**31.
IDS_PER_BLOCK = 1 << 40


@dataclass(frozen=True)
class BlockRun:
    """All that a step needs to know, small enough to be sent to another machine.

    Attributes
    ----------
    affinities : (C, z, y, x), anything that can be sliced
    offsets : (C, 3) int64
    voxel_size_nm : (z, y, x)
    grid : Grid
    halo : (z, y, x) voxels that fragments see beyond their block
    folder : Path
    fragment_options : passed on to `watershed`
    histogram : whether pairs keep one, or how often each channel counts in it
    empty_blocks : whether affinities that are all 0 are taken for empty tissue
    """

    affinities: Any
    offsets: NDArray[np.int64]
    voxel_size_nm: tuple[float, float, float]
    grid: Grid
    halo: Triple
    folder: Path
    fragment_options: dict[str, Any] = field(default_factory=dict)
    histogram: bool | Sequence[int] = False
    empty_blocks: bool = False

    @property
    def fragments(self) -> BlockFolder:
        """Fragments by their global ids."""
        return BlockFolder(self.folder / "fragments", self.grid, np.dtype(np.uint64))

    @property
    def segments(self) -> BlockFolder:
        """The result."""
        return BlockFolder(self.folder / "segments", self.grid, np.dtype(np.uint64))

    def pairs_path(self, number: int) -> Path:
        """File of the statistics that a block adds."""
        z, y, x = self.grid.position(number)
        return self.folder / "pairs" / f"block_{z:04d}_{y:04d}_{x:04d}.npz"

    def read_affinities(self, begin: Triple, end: Triple) -> NDArray[np.uint8]:
        """Affinities of a box, checked."""
        box = tuple(slice(a, b) for a, b in zip(begin, end, strict=True))
        values = self.affinities[(slice(None), *box)]
        if hasattr(values, "read") and not isinstance(values, np.ndarray):
            values = values.read()
            values = values.result() if hasattr(values, "result") else values
        array = checked_affinities(values)
        want = (len(self.offsets), *(b - a for a, b in zip(begin, end, strict=True)))
        if array.shape != want:
            msg = f"affinities gave a block of shape {array.shape} where {want} was asked for."
            raise ValueError(msg)
        return array


def make_fragments(run: BlockRun, number: int) -> int:
    """Fragments of one block, made with its halo; returns the block's number."""
    if run.fragments.has(number):
        return number
    begin, end = run.grid.box(number)
    low, high = run.grid.box(number, run.halo)
    affinities = run.read_affinities(low, high)
    core = tuple(slice(a - o, b - o) for a, b, o in zip(begin, end, low, strict=True))
    if not run.empty_blocks and not affinities[(slice(None), *core)].any():
        msg = (
            f"affinities of block {run.grid.position(number)} (voxels {begin} to {end}) are all 0: "
            "a chunk is missing or was never predicted. Say empty_blocks=True if nothing is there."
        )
        raise ValueError(msg)
    made = watershed(
        affinities, run.offsets, voxel_size_nm=run.voxel_size_nm, **run.fragment_options
    )
    _, dense = dense_labels(np.ascontiguousarray(made[core]))
    ids = dense.astype(np.uint64)
    ids[dense > 0] += np.uint64(number * IDS_PER_BLOCK)
    run.fragments.write(number, ids)
    return number


def add_pairs(run: BlockRun, number: int) -> int:
    """Statistics of the voxel pairs whose voxel p is in the block; returns the block's number."""
    path = run.pairs_path(number)
    if path.exists():
        return number
    begin, end = run.grid.box(number)
    before = tuple(max(0, int(-run.offsets[:, axis].min())) for axis in range(3))
    behind = tuple(max(0, int(run.offsets[:, axis].max())) for axis in range(3))
    z, y, x = (max(0, a - b) for a, b in zip(begin, before, strict=True))
    ends = [min(n, a + b) for n, a, b in zip(run.grid.shape, end, behind, strict=True)]
    low, high = (z, y, x), (ends[0], ends[1], ends[2])
    ids, dense = dense_labels(run.fragments.read(low, high))
    first = tuple(a - o for a, o in zip(begin, low, strict=True))
    last = tuple(a - o for a, o in zip(end, low, strict=True))
    found = pair_statistics(
        dense,
        run.read_affinities(begin, end),
        run.offsets,
        (first[0], first[1], first[2]),
        (last[0], last[1], last[2]),
        histogram=histogram_weights(run.histogram, len(run.offsets)),
        origin=low,
    )
    core = dense[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
    voxels = np.bincount(core.reshape(-1), minlength=len(ids) + 1)[1:]
    columns = found._asdict()
    names = np.concatenate([np.zeros(1, np.uint64), ids])
    columns["first"], columns["second"] = names[found.first], names[found.second]
    own = voxels > 0
    buffer = io.BytesIO()
    np.savez(buffer, fragment_id=ids[own], voxels=voxels[own], **columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: file.write(buffer.getbuffer()))
    return number


def read_pairs(
    run: BlockRun, number: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64], PairStatistics]:
    """Fragments of a block, their voxels, and its statistics by global id.

    Raises
    ------
    ValueError
        The block has not been done.
    """
    path = run.pairs_path(number)
    if not path.exists():
        msg = (
            f"block {run.grid.position(number)} of pairs is missing: no {path}. Run the same "
            "segmentation again: it makes what is not there."
        )
        raise ValueError(msg)
    with np.load(path, allow_pickle=False) as file:
        columns = [file[name] for name in PairStatistics._fields]
        return file["fragment_id"], file["voxels"], PairStatistics(*columns)


def write_segments(
    run: BlockRun,
    number: int,
    fragment_id: NDArray[np.uint64],
    segment: NDArray[np.uint64],
    out: Any = None,
) -> int:
    """Segments of one block, into a file or an array; returns the block's number.

    Parameters
    ----------
    fragment_id, segment : of this block's fragments
    out : (z, y, x) array to assign to; then only a mark that the block is done is written here
    """
    mark = run.folder / "segments" / (run.segments.path(number).name + ".done")
    if run.segments.has(number) if out is None else mark.exists():
        return number
    fragments = np.asarray(run.fragments.block(number))
    values = renamed_fragments(fragments, fragment_id, segment)
    if out is None:
        run.segments.write(number, values)
        return number
    begin, end = run.grid.box(number)
    out[tuple(slice(a, b) for a, b in zip(begin, end, strict=True))] = values.astype(out.dtype)
    mark.parent.mkdir(parents=True, exist_ok=True)
    write_whole(mark, lambda file: file.write(b"done"))
    return number
