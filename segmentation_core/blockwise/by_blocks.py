"""By blocks: affinities to segments for a volume of any size."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation_core.affinity_arrays import checked_offsets, checked_voxel_size, nearest_channels
from segmentation_core.agglomeration.by_affinity import agglomerate_graph, histogram_wanted
from segmentation_core.agglomeration.merge_tree import MergeTree
from segmentation_core.agglomeration.pair_statistics import added
from segmentation_core.agglomeration.region_graph import RegionGraph, graph_of, histogram_weights
from segmentation_core.fragments.fragment_options import FragmentOptions

from .block_folder import BlockFolder
from .block_steps import (
    BlockRun,
    add_pairs,
    join_hills,
    make_fragments,
    make_hills,
    read_pairs,
    write_segments,
)
from .grid import Grid, checked_triple
from .settings_file import same_settings, sample
from .whole_files import write_whole
from .workers import for_all_blocks

FORMAT = 2
TRAVELS = 1 << 26  # bytes of affinities in memory that a task may carry


class BlockwiseSegmentation(NamedTuple):
    """What a run leaves.

    Attributes
    ----------
    segments : (z, y, x) uint64, sliced like an array; `out` where that was given
    fragments : BlockFolder, (z, y, x) uint64
    tree : MergeTree
        Another cut of it gives other segments: ``tree.segments(fragments[...], threshold)``.
    """

    segments: Any
    fragments: BlockFolder
    tree: MergeTree


def segment_by_blocks(
    affinities: Any,
    offsets: ArrayLike | None = None,
    *,
    voxel_size_nm: tuple[float, float, float],
    folder: str | Path,
    block: Sequence[int] = (128, 256, 256),
    threshold: float = 0.5,
    fragment_options: dict[str, Any] | None = None,
    agglomeration_options: dict[str, Any] | None = None,
    out: Any = None,
    n_workers: int = 1,
    client: Any = None,
    empty_blocks: bool = False,
    on_block: Callable[[str, int, int], None] | None = None,
) -> BlockwiseSegmentation:
    """Segment a volume block by block, with one agglomeration of the whole.

    Fragments, region graph and segments are those of the volume in one piece, to the last bit,
    whatever the blocks, the number of workers and their order.

    Parameters
    ----------
    affinities : (C, z, y, x) uint8 or float in [0, 1], anything that can be sliced
        numpy, zarr, HDF5, tensorstore. With a `client`, something that can be pickled and that
        every worker can open: zarr or tensorstore, not an open HDF5 file.
    offsets : (C, 3) int; three channels need none
    voxel_size_nm : (z, y, x)
    folder : where blocks are kept
        A run that was stopped, however, goes on when it is called again with the same settings.
    block : (z, y, x) voxels
    threshold : where merging stops
    fragment_options, agglomeration_options : options of `watershed` and of `agglomerate`
    out : (z, y, x) array to write segments to, such as a zarr array
        Its chunks must not straddle blocks if several workers write. By default segments are
        files in the folder.
    n_workers : threads
    client : dask.distributed.Client
        Does the work instead, on any number of machines that see `folder`.
    empty_blocks : take blocks whose affinities are all 0 for empty tissue, not for missing ones
    on_block : called with the step, and how many blocks are done of how many

    Returns
    -------
    BlockwiseSegmentation

    Raises
    ------
    ValueError
        Options out of their range; a folder of other settings or other affinities; a block of
        affinities that is all 0 or gives another shape than asked for.

    Notes
    -----
    Extra memory is under 35 bytes per voxel of a block with its halo and worker, and two graphs, one
    after the other: of hills, some 60 bytes a pair, and of fragments, some 300 bytes a pair.

    Examples
    --------
    >>> import tempfile
    >>> affinities = np.full((3, 8, 16, 32), 255, np.uint8)
    >>> affinities[2, :, :, 16] = affinities[0, 0] = affinities[1, :, 0] = 0
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = segment_by_blocks(
    ...         affinities, voxel_size_nm=(10, 10, 10), folder=folder, block=(8, 16, 20)
    ...     )
    ...     result.segments[0, 0, ::8].tolist()
    [1, 1, 2, 2]
    """
    if not hasattr(affinities, "shape") or len(affinities.shape) != 4:
        got = getattr(affinities, "shape", type(affinities).__name__)
        msg = f"affinities must be an array (channel, z, y, x), got {got}."
        raise ValueError(msg)
    shape = tuple(int(n) for n in affinities.shape)
    if 0 in shape:
        msg = f"affinities are empty, got shape {shape}."
        raise ValueError(msg)
    steps = checked_offsets(offsets, shape[0])
    size = checked_voxel_size(voxel_size_nm)
    options = dict(fragment_options or {})
    joining = dict(agglomeration_options or {})
    if "mask" in options:
        msg = "mask= is of the volume in one piece; set the affinities to 0 where no neuron may be."
        raise ValueError(msg)
    of_fragments = FragmentOptions(size, **options)
    nearest_channels(steps)
    edges = checked_triple(block, "block", 1)
    z, y, x = (min(b, n) for b, n in zip(edges, shape[1:], strict=True))
    grid = Grid((shape[1], shape[2], shape[3]), (z, y, x))
    if out is not None and tuple(out.shape) != grid.shape:
        msg = f"out must be of shape {grid.shape}, got {tuple(out.shape)}."
        raise ValueError(msg)
    if n_workers < 1:
        msg = f"n_workers must be 1 or more, got {n_workers!r}."
        raise ValueError(msg)
    kept = histogram_wanted(joining.get("linkage", "mean"), joining.get("channel_weights"))
    histogram_weights(kept, shape[0])  # an error now and not after the first step
    run = BlockRun(
        affinities,
        steps,
        size,
        grid,
        Path(folder).absolute(),
        of_fragments,
        kept,
        empty_blocks,
    )
    if client is not None:
        _require_to_travel(run, out)
    same_settings(run.folder, _settings(run))
    everything = functools.partial(_do, n_workers=n_workers, client=client, on_block=on_block)
    everything("hills", functools.partial(make_hills, run), range(len(grid)))
    join_hills(run)
    everything("fragments", functools.partial(make_fragments, run), range(len(grid)))
    everything("pairs", functools.partial(add_pairs, run), range(len(grid)))
    tree = _one_tree(run, threshold, joining)
    _write_all(run, tree, out, everything)
    return BlockwiseSegmentation(run.segments if out is None else out, run.fragments, tree)


def _require_to_travel(run: BlockRun, out: Any) -> None:
    """What every task carries is small and can be pickled.

    Raises
    ------
    ValueError
        It is not.
    """
    import pickle

    way = "Give a zarr array on a disk that all workers see."
    for name, array in (("affinities", run.affinities), ("out", out)):
        if isinstance(array, np.ndarray):
            if name == "out" or array.nbytes > TRAVELS:
                msg = f"{name} in memory cannot be shared with a cluster, got a numpy array. {way}"
                raise ValueError(msg)
            continue
        try:
            pickle.dumps(array)
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            msg = f"{name} cannot be sent to a cluster ({error}). {way}"
            raise ValueError(msg) from error


def _do(
    name: str,
    step: Callable[[int], int],
    numbers: Sequence[int],
    *,
    n_workers: int,
    client: Any,
    on_block: Callable[[str, int, int], None] | None,
) -> None:
    """One step for all blocks, telling how far it is."""
    done = 0

    def told(_: int) -> None:
        nonlocal done
        done += 1
        if on_block is not None:
            on_block(name, done, len(numbers))

    for_all_blocks(step, numbers, n_workers=n_workers, client=client, told=told)


def _settings(run: BlockRun) -> dict[str, Any]:
    """What the files of a run depend on."""
    from importlib.metadata import version

    return {
        "format": FORMAT,
        "neuropil": version("neuropil"),
        "shape": run.grid.shape,
        "block": run.grid.block,
        "offsets": run.offsets,
        "fragment_options": asdict(run.fragment_options),
        "histogram": run.histogram,
        "affinities": sample(run.affinities, run.grid),
    }


def whole_graph(run: BlockRun) -> RegionGraph:
    """Region graph of the volume, from the statistics of all blocks in their order.

    Raises
    ------
    ValueError
        A block is missing.
    """
    ids, sizes, parts = [], [], []
    for number in range(len(run.grid)):
        own, size, pairs = read_pairs(run, number)
        ids.append(own.astype(np.int64) - 1)
        sizes.append(size)
        parts.append(pairs)
        if len(parts) >= 64:  # one part from time to time, so that shared pairs are held once
            parts = [added(parts)]
    each = np.concatenate(ids)
    voxels = np.zeros(int(each.max(initial=-1)) + 1, np.int64)
    np.add.at(voxels, each, np.concatenate(sizes))
    pairs = added(parts)
    dense = pairs._replace(first=pairs.first.astype(np.int64), second=pairs.second.astype(np.int64))
    return graph_of(np.arange(1, len(voxels) + 1, dtype=np.uint64), voxels, dense, run.offsets)


def _one_tree(run: BlockRun, threshold: float, joining: dict[str, Any]) -> MergeTree:
    """The agglomeration, kept in the folder for these options."""
    text = json.dumps(joining, sort_keys=True, default=list)
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    path = run.folder / f"tree_{key}.npz"
    if path.exists():
        held = MergeTree.load(path)
        return MergeTree(held.graph, held.one, held.other, held.score, float(threshold))
    tree = agglomerate_graph(whole_graph(run), threshold=threshold, **joining)
    tree.save(path)
    return tree


def _write_all(run: BlockRun, tree: MergeTree, out: Any, everything: Callable[..., None]) -> None:
    """Segments of all blocks; those of another threshold that were written before are replaced."""
    segment = tree.cut()
    cut = hashlib.sha256(segment.tobytes()).hexdigest()
    text = f"{cut} {'files' if out is None else 'out'}"
    mark = run.folder / "segments_are_of.txt"
    if not mark.exists() or mark.read_text(encoding="utf-8") != text:
        for old in (run.folder / "segments").glob("block_*"):
            old.unlink()
        write_whole(mark, lambda file: file.write(text.encode()))
    write_whole(run.folder / "segment.npy", functools.partial(_save, values=segment))
    everything("segments", functools.partial(write_segments, run, out), range(len(run.grid)))


def _save(file: Any, values: NDArray[Any]) -> None:
    """An array as `.npy`."""
    np.save(file, values)
