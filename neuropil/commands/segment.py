"""``neuropil segment``: a volume of micrographs in, a volume of labels out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from ..option_names import option_names
from ..options import Json
from ..output import print_json, progress
from ..volume_options import (
    Axes,
    Channel,
    Cluster,
    Dataset,
    Device,
    GreyRange,
    Missing,
    MissingChunks,
    Scale,
    VoxelSize,
    block_options,
    open_micrographs,
)

HELP = """Segment a volume of electron micrographs into neurons, without synapses and tables.

OUT ends in .zarr (OME-Zarr), .npy, or is a folder for Neuroglancer precomputed.

Examples:

    neuropil segment volume.h5 segments.zarr --dataset raw --voxel-size-nm 10,10,10

    neuropil segment volume.zarr segments/ --blocks blocks/ --jobs 8
"""


def segment(
    volume: Annotated[str, typer.Argument(help="The micrographs.", show_default=False)],
    out: Annotated[Path, typer.Argument(help="What to make.", show_default=False)],
    voxel_size_nm: VoxelSize = None,
    dataset: Dataset = None,
    grey_range: GreyRange = None,
    axes: Axes = None,
    channel: Channel = None,
    scale: Scale = None,
    missing: Missing = "error",
    missing_chunks: MissingChunks = "error",
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Of a network of your own.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", help="Affinity at which joining stops.", min=0, max=1),
    ] = None,
    blocks: Annotated[
        Path | None,
        typer.Option(
            "--blocks",
            help="Work block by block and keep the blocks here: a run that was stopped goes on.",
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", help="Threads, with --blocks.", min=1)] = 1,
    cluster: Cluster = None,
    device: Device = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT.")] = False,
    json: Json = False,
) -> None:
    """Segment a volume."""
    import time
    from contextlib import ExitStack

    import segmentation_core as sc
    from segmentation_core.volumes.outputs_apart import require_outputs_apart
    from segmentation_core.volumes.whole_folder import require_free

    require_outputs_apart([volume, weights], replaced=[out], added_to=[blocks])
    if out.suffix not in ("", ".zarr", ".npy"):
        msg = f"OUT must end in .zarr or .npy, or be a folder without an ending, got {out}."
        raise ValueError(msg)
    if out.exists() and not overwrite:
        msg = f"{out} exists. Choose another name, or ask to overwrite it (--overwrite)."
        raise ValueError(msg)
    if out.suffix != ".npy":
        require_free(out, overwrite=overwrite)
    raw = open_micrographs(
        volume,
        size=voxel_size_nm,
        dataset=dataset,
        grey_range=grey_range,
        axes=axes,
        channel=channel,
        scale=scale,
        missing=missing,
        missing_chunks=missing_chunks,
    )
    more: dict[str, Any] = {} if threshold is None else {"threshold": threshold}
    start = time.perf_counter()
    with ExitStack() as stack:
        more |= stack.enter_context(
            block_options(blocks, jobs, cluster, n_voxels=raw.size, beside=out)
        )
        stack.enter_context(option_names())
        tell = stack.enter_context(progress("segmenting"))
        labels = sc.segment(
            raw,
            device=device,
            weights=weights,
            as_blocks="folder" in more,
            on_block=lambda _, a, b: tell(a, b),
            **more,
        )
        seconds = time.perf_counter() - start
        made = sc.open_volume(labels, voxel_size_nm=raw.voxel_size_nm, kind="labels")
        if out.suffix == ".npy":
            _write_npy(made, out)
        elif out.suffix == ".zarr":
            sc.write_ome_zarr(made, out, kind="labels", overwrite=overwrite)
        else:
            sc.write_precomputed(made, out, kind="labels", overwrite=overwrite)
        # Segments are 1 … n.
        n_segments = max(int(slab.max()) for _, slab in _slabs(made))
    speed = raw.size / 1e6 / seconds
    if json:
        print_json({"path": out, "segments": n_segments, "seconds": seconds, "mvoxel_s": speed})
        return
    typer.echo(f"{out}: {n_segments:,} segments, {seconds:.1f} s, {speed:.2f} Mvoxel/s")


def _slabs(labels: Any) -> Iterator[tuple[slice, Any]]:
    """Some sections at a time, of labels that may be larger than memory."""
    import numpy as np

    depth = max(1, (1 << 26) // (labels.shape[1] * labels.shape[2]))
    for z in range(0, labels.shape[0], depth):
        yield slice(z, z + depth), np.asarray(labels[z : z + depth])


def _write_npy(labels: Any, out: Path) -> None:
    """Labels as one array, slab by slab."""
    import numpy as np

    from ..whole_file import whole_file

    with whole_file(out) as part:
        array = np.lib.format.open_memmap(part, mode="w+", dtype=np.uint64, shape=labels.shape)
        for where, slab in _slabs(labels):
            array[where] = slab
        array.flush()
