"""Segment volume: from micrographs to neurons in one call."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from segmentation_core.agglomeration.by_affinity import agglomerate
from segmentation_core.blockwise.block_folder import BlockFolder
from segmentation_core.blockwise.by_blocks import segment_by_blocks
from segmentation_core.blockwise.grid import Grid, checked_triple
from segmentation_core.blockwise.settings_file import same_settings, sample
from segmentation_core.blockwise.workers import for_all_blocks
from segmentation_core.fragments.from_affinities import watershed
from segmentation_core.network.intensities import checked_raw, measure_intensities, require_contrast
from segmentation_core.predict.predictor import Predictor, affinities_of

IN_ONE_PIECE = 200_000_000  # voxels: some 9 GB with affinities, fragments and segments


def segment(
    volume: Any,
    *,
    voxel_size_nm: Sequence[float] | None = None,
    device: str | None = None,
    weights: str | Path | None = None,
    threshold: float | None = None,
    fragment_options: dict[str, Any] | None = None,
    agglomeration_options: dict[str, Any] | None = None,
    prediction_options: dict[str, Any] | None = None,
    blockwise: bool | None = None,
    block: Sequence[int] = (128, 256, 256),
    folder: str | Path | None = None,
    out: Any = None,
    as_blocks: bool = False,
    n_workers: int = 1,
    client: Any = None,
    on_block: Callable[[str, int, int], None] | None = None,
) -> Any:
    """Neurons of a volume of micrographs: affinities, fragments, agglomeration.

    Parameters
    ----------
    volume : (z, y, x) uint8
        A numpy array, a `Volume`, anything that can be sliced.
    voxel_size_nm : (z, y, x); a `Volume` knows its own
    device : torch device; by default CUDA, then MPS, then the CPU
    weights : file of weights; by default those of the package for this voxel size
    threshold : affinity at which merging stops; by default the one kept with the weights
    fragment_options, agglomeration_options, prediction_options
        Options of `watershed`, `agglomerate` and `predict_affinities`; they stand over what is kept
        with the weights (`Predictor.advice`), which was chosen on training data and may ask for
        the mean of mirror images; ``prediction_options={"n_views": 1}`` is faster.
    blockwise : whether to go block by block; by default above 200 million voxels
    block : (z, y, x) voxels of a block
    folder : where blocks are kept, so that a run that was stopped goes on
        By default a temporary folder, which is deleted.
    out : (z, y, x) array to write to, such as a zarr array; by default a numpy array
    as_blocks : give the segments back as they lie in `folder`, read where they are sliced
        So that labels larger than memory need not be held; otherwise all of them are.
    n_workers : threads, block by block
    client : dask.distributed.Client, which does the blocks instead; needs `folder`
    on_block : called with the step, and how many blocks are done of how many

    Returns
    -------
    (z, y, x) uint64, or `out`, or a `BlockFolder`
        Segments, 0 = none.

    Raises
    ------
    ValueError
        A volume that is not (z, y, x) uint8 or has one grey value throughout, an unknown voxel
        size, options out of range.

    Examples
    --------
    >>> raw = np.random.default_rng(0).integers(0, 255, (16, 32, 32)).astype(np.uint8)
    >>> labels = segment(raw, voxel_size_nm=(10, 10, 10))
    >>> labels.shape, labels.dtype
    ((16, 32, 32), dtype('uint64'))
    """
    size = voxel_size_nm if voxel_size_nm is not None else getattr(volume, "voxel_size_nm", None)
    if size is None:
        msg = "voxel_size_nm is missing and the volume does not know it; pass (z, y, x) in nm."
        raise ValueError(msg)
    if not hasattr(volume, "shape") or len(volume.shape) != 3:
        got = getattr(volume, "shape", type(volume).__name__)
        msg = f"volume must be an array (z, y, x) of uint8, got {got}."
        raise ValueError(msg)
    shape = checked_triple(volume.shape, "the volume's shape", 1)
    in_blocks = np.prod(shape, dtype=np.float64) > IN_ONE_PIECE if blockwise is None else blockwise
    if not in_blocks and (client is not None or folder is not None):
        msg = (
            "client= and folder= are for blocks, and this volume goes in one piece; pass "
            "blockwise=True."
        )
        raise ValueError(msg)
    if as_blocks and (not in_blocks or folder is None or out is not None):
        msg = "as_blocks=True gives what lies in a folder: pass blockwise=True and folder=, and no out=."
        raise ValueError(msg)
    options = dict(prediction_options or {})
    # Blocks are the tiles of a volume that goes block by block.
    tiling = {} if in_blocks else {k: options.pop(k) for k in ("tile", "on_tile") if k in options}
    checked_raw(volume, name="volume")
    require_contrast(volume, name=str(getattr(volume, "name", "the volume")))
    predictor = Predictor(size, device=device, weights=weights, **options)
    chosen = chosen_options(
        predictor.advice, threshold, fragment_options, agglomeration_options, options
    )
    predictor.n_views, stop = chosen["n_views"], chosen["threshold"]
    of_fragments, of_merges = chosen["fragment_options"], chosen["agglomeration_options"]
    if not in_blocks:
        affinities, offsets = affinities_of(volume, predictor, **tiling)
        fragments = watershed(affinities, offsets, voxel_size_nm=_three(size), **of_fragments)
        tree = agglomerate(fragments, affinities, offsets, threshold=stop, **of_merges)
        labels = tree.segments(fragments)
        if out is None:
            return labels
        out[...] = labels.astype(out.dtype)
        return out
    if client is not None and folder is None:
        msg = "a cluster needs folder=, a place that all workers see."
        raise ValueError(msg)
    with tempfile.TemporaryDirectory(prefix="neuropil-segment-") as spare:
        place = Path(spare) if folder is None else Path(folder).absolute()
        affinities = _predicted(volume, predictor, shape, block, place, client, on_block)
        result = segment_by_blocks(
            affinities,
            predictor.offsets,
            voxel_size_nm=_three(size),
            folder=place / "segmentation",
            block=block,
            threshold=stop,
            fragment_options=of_fragments,
            agglomeration_options=of_merges,
            out=out,
            n_workers=n_workers,
            client=client,
            on_block=on_block,
        )
        if as_blocks:
            return result.segments
        return np.asarray(result.segments) if out is None else out


def chosen_options(
    advice: Mapping[str, Any],
    threshold: float | None = None,
    fragment_options: Mapping[str, Any] | None = None,
    agglomeration_options: Mapping[str, Any] | None = None,
    prediction_options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What `segment` works with: what it was given, over what is kept with the weights.

    Examples
    --------
    >>> chosen_options({"threshold": 0.3})["threshold"], chosen_options({}, 0.7)["threshold"]
    (0.3, 0.7)
    """
    views = {"n_views": 1, **advice.get("prediction_options", {}), **(prediction_options or {})}
    return {
        "threshold": advice.get("threshold", 0.5) if threshold is None else threshold,
        "n_views": views["n_views"],
        "fragment_options": advice.get("fragment_options", {}) | dict(fragment_options or {}),
        "agglomeration_options": advice.get("agglomeration_options", {})
        | dict(agglomeration_options or {}),
    }


def _three(size: Any) -> tuple[float, float, float]:
    """Voxel size as a tuple."""
    z, y, x = (float(s) for s in size)
    return z, y, x


def _predicted(
    volume: Any,
    predictor: Predictor,
    shape: tuple[int, int, int],
    block: Sequence[int],
    folder: Path,
    client: Any,
    on_block: Callable[[str, int, int], None] | None,
) -> BlockFolder:
    """Affinities as one file a block; blocks that are there are left."""
    edges = checked_triple(block, "block", 1)
    z, y, x = (min(b, n) for b, n in zip(edges, shape, strict=True))
    n_channels = len(predictor.offsets)
    kept = BlockFolder(
        folder / "affinities", Grid(shape, (z, y, x)), np.dtype(np.uint8), n_channels
    )
    same_settings(
        kept.folder,
        {
            "shape": shape,
            "block": kept.grid.block,
            "offsets": predictor.offsets,
            "weights": hashlib.sha256(predictor.weights.read_bytes()).hexdigest(),
            "n_views": predictor.n_views,
            "volume": sample(volume, kept.grid),
        },
    )
    scale = measure_intensities(volume)
    done = 0

    def told(_: int) -> None:
        nonlocal done
        done += 1
        if on_block is not None:
            on_block("affinities", done, len(kept.grid))

    step = functools.partial(_predict_block, volume, predictor, scale, kept)
    # One device: threads would only wait for each other.
    for_all_blocks(step, range(len(kept.grid)), n_workers=1, client=client, told=told)
    return kept


def _predict_block(
    volume: Any, predictor: Predictor, scale: Any, kept: BlockFolder, number: int
) -> int:
    """Affinities of one block."""
    if not kept.has(number):
        begin, end = kept.grid.box(number)
        kept.write(number, predictor.block(volume, begin, end, scale=scale))
    return number
