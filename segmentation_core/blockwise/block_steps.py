"""Block steps: what is done to one block, each step reading files and writing one."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.affinity_arrays import checked_affinities, nearest_channels
from segmentation_core.agglomeration.merge_tree import renamed_fragments
from segmentation_core.agglomeration.pair_statistics import PairStatistics, pair_statistics
from segmentation_core.agglomeration.region_graph import dense_labels, histogram_weights
from segmentation_core.fragments.fragment_options import FragmentOptions
from segmentation_core.fragments.named_voxels import renamed

from .block_folder import AGAIN, BlockFolder
from .block_hills import BlockHills, block_hills
from .grid import Grid, Triple
from .joined_hills import fragments_of_blocks
from .whole_files import write_whole

LAYERS = ("hill", "way", "height")  # of a face, in its file


@dataclass(frozen=True)
class BlockRun:
    """All that a step needs to know, small enough to be sent to another machine.

    Attributes
    ----------
    affinities : (C, z, y, x), anything that can be sliced
    offsets : (C, 3) int64
    voxel_size_nm : (z, y, x)
    grid : Grid
    folder : Path
    fragment_options : FragmentOptions
    histogram : whether pairs keep one, or how often each channel counts in it
    empty_blocks : whether affinities that are all 0 are taken for empty tissue
    """

    affinities: Any
    offsets: NDArray[np.int64]
    voxel_size_nm: tuple[float, float, float]
    grid: Grid
    folder: Path
    fragment_options: FragmentOptions
    histogram: bool | Sequence[int] = False
    empty_blocks: bool = False

    @property
    def hills(self) -> BlockFolder:
        """Hills of each block, numbered within it; deleted when its fragments are there."""
        return BlockFolder(self.folder / "hills", self.grid, np.dtype(np.int32))

    def hills_path(self, number: int) -> Path:
        """File of the graph of a block's hills."""
        return self._table_path("hills", number)

    @property
    def fragments(self) -> BlockFolder:
        """Fragments, numbered as `watershed` numbers them."""
        return BlockFolder(self.folder / "fragments", self.grid, np.dtype(np.uint64))

    @property
    def segments(self) -> BlockFolder:
        """The result."""
        return BlockFolder(self.folder / "segments", self.grid, np.dtype(np.uint64))

    def pairs_path(self, number: int) -> Path:
        """File of the statistics that a block adds."""
        return self._table_path("pairs", number)

    def _table_path(self, folder: str, number: int) -> Path:
        z, y, x = self.grid.position(number)
        return self.folder / folder / f"block_{z:04d}_{y:04d}_{x:04d}.npz"

    @staticmethod
    def within(place: Sequence[int], low: Triple) -> Triple:
        """A place as seen from the first voxel of a box."""
        z, y, x = (a - b for a, b in zip(place, low, strict=True))
        return z, y, x

    def read_affinities(
        self, begin: Triple, end: Triple, channels: Sequence[int] | None = None
    ) -> NDArray[np.uint8]:
        """Affinities of a box, checked; of all channels, or of some in the order given."""
        box = tuple(slice(a, b) for a, b in zip(begin, end, strict=True))
        size = tuple(b - a for a, b in zip(begin, end, strict=True))
        if channels is None:
            return self._read(slice(0, len(self.offsets)), box, (len(self.offsets), *size))
        array = np.empty((len(channels), *size), np.uint8)
        for place, channel in enumerate(channels):
            array[place] = self._read(slice(channel, channel + 1), box, (1, *size))[0]
        return array

    def _read(self, channels: slice, box: Any, want: tuple[int, ...]) -> NDArray[np.uint8]:
        values = self.affinities[(channels, *box)]
        if hasattr(values, "read") and not isinstance(values, np.ndarray):
            values = values.read()
            values = values.result() if hasattr(values, "result") else values
        array = checked_affinities(values)
        if array.shape != want:
            msg = f"affinities gave a block of shape {array.shape} where {want} was asked for."
            raise ValueError(msg)
        return array


def make_hills(run: BlockRun, number: int) -> int:
    """Hills of one block, found with its halo; returns the block's number."""
    path = run.hills_path(number)
    if path.exists() and (run.hills.has(number) or run.fragments.has(number)):
        return number
    begin, end = run.grid.box(number)
    low, high = run.grid.box(number, run.fragment_options.reach)
    affinities = run.read_affinities(low, high, nearest_channels(run.offsets))
    first, last = run.within(begin, low), run.within(end, low)
    core = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    if not run.empty_blocks and not affinities[(slice(None), *core)].any():
        msg = (
            f"affinities of block {run.grid.position(number)} (voxels {begin} to {end}) are all 0: "
            "a chunk is missing or was never predicted. Say empty_blocks=True if nothing is there."
        )
        raise ValueError(msg)
    hill, found = block_hills(affinities, (0, 1, 2), run.fragment_options, first, last)
    run.hills.write(number, hill)
    columns = found._asdict()
    for (axis, side), layers in columns.pop("faces").items():
        columns |= {f"{name}_{axis}{side}": one for name, one in zip(LAYERS, layers, strict=True)}
    _write_columns(path, columns)
    return number


def read_hills(run: BlockRun, number: int) -> BlockHills:
    """Hills of a block as they were written.

    Raises
    ------
    ValueError
        The block has not been done, or its file is damaged.
    """
    what = f"block {run.grid.position(number)} of hills"
    held = read_columns(run.hills_path(number), what, BlockHills._fields[:-1])
    faces = {
        (axis, side): (
            held.pop(f"hill_{axis}{side}"),
            held.pop(f"way_{axis}{side}"),
            held.pop(f"height_{axis}{side}"),
        )
        for axis in range(3)
        for side in range(2)
        if f"hill_{axis}{side}" in held
    }
    return BlockHills(**held, faces=faces)


def join_hills(run: BlockRun) -> None:
    """Fragment of each hill of each block, once for the volume."""
    path = run.folder / "fragment_of_hill.npy"
    if path.exists():
        return
    fragment, start = fragments_of_blocks(
        run.grid, functools.partial(read_hills, run), run.fragment_options
    )
    write_whole(run.folder / "hill_start.npy", lambda file: np.save(file, start))
    write_whole(path, lambda file: np.save(file, fragment))


def make_fragments(run: BlockRun, number: int) -> int:
    """Fragments of one block, from its hills; returns the block's number."""
    if run.fragments.has(number):
        return number
    # Workers map the part they need: tasks that carried all names would be as large as the graph.
    start = np.load(run.folder / "hill_start.npy", mmap_mode="r", allow_pickle=False)
    named = np.load(run.folder / "fragment_of_hill.npy", mmap_mode="r", allow_pickle=False)
    own = np.array(named[int(start[number]) : int(start[number + 1])])
    hill = np.pad(run.hills.block(number), 1)
    run.fragments.write(number, renamed(hill, own))
    del hill
    run.hills.path(number).unlink()
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
    _write_columns(path, {"fragment_id": ids[own], "voxels": voxels[own], **columns})
    return number


def _write_columns(path: Path, columns: dict[str, Any]) -> None:
    """Arrays in one file, which is there whole or not at all."""
    buffer = io.BytesIO()
    np.savez(buffer, **columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: file.write(buffer.getbuffer()))


def read_columns(path: Path, what: str, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Arrays of a file, those of `names` among them.

    Raises
    ------
    ValueError
        There is no such file, or it is damaged.
    """
    if not path.exists():
        msg = f"{what} is missing: no {path}. {AGAIN}"
        raise ValueError(msg)
    try:
        with zipfile.ZipFile(path), np.load(path, allow_pickle=False) as file:
            held = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        msg = f"{what} is damaged ({error}): delete {path}. {AGAIN}"
        raise ValueError(msg) from error
    if lacking := sorted(set(names) - set(held)):
        msg = f"{what} is damaged (no {', '.join(lacking)}): delete {path}. {AGAIN}"
        raise ValueError(msg)
    return held


def read_pairs(
    run: BlockRun, number: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64], PairStatistics]:
    """Fragments of a block, their voxels, and its statistics by global id.

    Raises
    ------
    ValueError
        The block has not been done, or its file is damaged.
    """
    what = f"block {run.grid.position(number)} of pairs"
    names = ("fragment_id", "voxels", *PairStatistics._fields)
    held = read_columns(run.pairs_path(number), what, names)
    return held.pop("fragment_id"), held.pop("voxels"), PairStatistics(**held)


def write_segments(run: BlockRun, out: Any, number: int) -> int:
    """Segments of one block, by `segment.npy`, into a file or an array; returns the block's number.

    Parameters
    ----------
    run : BlockRun
    out : (z, y, x) array to assign to; then only a mark that the block is done is written here
    number : of the block
    """
    import fastremap

    mark = run.folder / "segments" / (run.segments.path(number).name + ".done")
    if run.segments.has(number) if out is None else mark.exists():
        return number
    fragments = run.fragments.block(number)
    ids = fastremap.unique(fragments)
    ids = ids[ids > 0]
    named = np.load(run.folder / "segment.npy", mmap_mode="r", allow_pickle=False)
    values = renamed_fragments(fragments, ids, np.asarray(named[ids.astype(np.int64) - 1]))
    if out is None:
        run.segments.write(number, values)
        return number
    begin, end = run.grid.box(number)
    out[tuple(slice(a, b) for a, b in zip(begin, end, strict=True))] = values.astype(out.dtype)
    mark.parent.mkdir(parents=True, exist_ok=True)
    write_whole(mark, lambda file: file.write(b"done"))
    return number
