"""Volume options: what several commands on volumes ask for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .option_names import IMAGE_OPTIONS, option_names

if TYPE_CHECKING:
    from segmentation_core import Volume

VoxelSize = Annotated[
    str | None,
    typer.Option(
        "--voxel-size-nm",
        metavar="Z,Y,X",
        help="Size of a voxel in nm, where the volume does not say.",
        show_default=False,
    ),
]
Dataset = Annotated[
    str | None,
    typer.Option("--dataset", help="Array within HDF5, Zarr or N5.", show_default=False),
]
GreyRange = Annotated[
    str | None,
    typer.Option(
        "--intensity-range",
        metavar="BLACK,WHITE",
        help="Grey values that become 0 and 255, where the volume is not of 8 bits.",
        show_default=False,
    ),
]
Axes = Annotated[
    str | None,
    typer.Option(
        "--axes",
        metavar="LETTERS",
        help="Order of the volume's axes, such as xyz or czyx, where it does not say.",
        show_default=False,
    ),
]
Channel = Annotated[
    int | None,
    typer.Option("--channel", help="Which channel, from 0, where there are several.", min=0),
]
Scale = Annotated[
    int | None,
    typer.Option("--scale", help="Of OME-Zarr or precomputed; 0, the finest, by default.", min=0),
]
Missing = Annotated[
    str,
    typer.Option(
        "--missing",
        metavar="error|mask",
        help="Whether a missing or damaged section of a folder is an error or reads as 0.",
    ),
]
MissingChunks = Annotated[
    str,
    typer.Option(
        "--missing-chunks",
        metavar="error|fill",
        help="Whether a missing chunk is an error or holds the fill value.",
    ),
]
Device = Annotated[
    str | None,
    typer.Option("--device", help="Torch device; CUDA, then MPS, then the CPU by default."),
]

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Scheduler of a Dask cluster whose workers see --blocks, such as tcp://host:8786.",
        show_default=False,
    ),
]


def voxel_size(text: str | None) -> tuple[float, float, float] | None:
    """Read ``40,4,4``.

    Raises
    ------
    ValueError
        Where it is not three positive numbers.
    """
    if text is None:
        return None
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != 3 or not all(0 < number < float("inf") for number in numbers):
        msg = f"--voxel-size-nm must be three positive numbers Z,Y,X in nm, such as 40,4,4; got {text!r}."
        raise ValueError(msg)
    return numbers


def intensity_range(text: str | None) -> tuple[float, float] | None:
    """Read ``0,65535``.

    Raises
    ------
    ValueError
        Where it is not two numbers, the first below the second.
    """
    if text is None:
        return None
    try:
        black, white = (float(part) for part in text.split(","))
    except ValueError:
        black = white = 0.0
    if not -float("inf") < black < white < float("inf"):
        msg = f"--intensity-range must be two numbers BLACK,WHITE, such as 0,65535; got {text!r}."
        raise ValueError(msg)
    return black, white


def open_micrographs(
    path: str,
    *,
    size: str | None,
    dataset: str | None,
    grey_range: str | None,
    axes: str | None,
    channel: int | None,
    scale: int | None,
    missing: str,
    missing_chunks: str,
) -> Volume:
    """Open what a command works on; errors name its options.

    Raises
    ------
    ValueError
        As `segmentation_core.open_volume`, or for an option that is none of its choices.
    """
    import segmentation_core as sc

    whole_option("--missing", missing, ("error", "mask"))
    whole_option("--missing-chunks", missing_chunks, ("error", "fill"))
    with option_names(IMAGE_OPTIONS):
        volume: Volume = sc.open_volume(
            path,
            voxel_size_nm=voxel_size(size),
            dataset=dataset,
            kind="image",
            intensity_range=intensity_range(grey_range),
            axes=axes,
            channel=channel,
            scale=scale,
            missing=missing,
            missing_chunks=missing_chunks,
        )
    return volume


def open_labels(
    path: str | Path,
    *,
    size_nm: Sequence[float] | None,
    dataset: str | None,
    dataset_option: str,
    axes: str | None,
    axes_option: str,
) -> Volume:
    """Open labels; errors name the options that pick their dataset and the order of their axes."""
    import segmentation_core as sc

    names = {"voxel_size_nm": "--voxel-size-nm", "dataset": dataset_option, "axes": axes_option}
    with option_names(names):
        volume: Volume = sc.open_volume(
            path, voxel_size_nm=size_nm, dataset=dataset, axes=axes, kind="labels"
        )
    return volume


@contextmanager
def block_options(
    blocks: Path | None, jobs: int, cluster: str | None, *, n_voxels: int, beside: Path
) -> Iterator[dict[str, Any]]:
    """Options of `segmentation_core.segment` for working block by block; none for a small volume.

    A volume too large for one piece goes block by block without being asked, in a folder beside `beside`
    that is gone afterwards.

    Raises
    ------
    ValueError
        --jobs or --cluster without --blocks, both at once, or a cluster that does not answer.
    """
    if blocks is None:
        if jobs > 1 or cluster is not None:
            msg = (
                "--jobs and --cluster work block by block; give a folder for the blocks (--blocks)."
            )
            raise ValueError(msg)
        from segmentation_core.segment_volume import IN_ONE_PIECE

        if n_voxels <= IN_ONE_PIECE:
            yield {}
            return
        near = next(folder for folder in beside.absolute().parents if folder.is_dir())
        with tempfile.TemporaryDirectory(prefix="neuropil-blocks-", dir=near) as spare:
            yield {"blockwise": True, "folder": Path(spare), "n_workers": 1}
        return
    options: dict[str, Any] = {"blockwise": True, "folder": blocks, "n_workers": jobs}
    if cluster is None:
        yield options
        return
    if jobs > 1:
        msg = (
            "--jobs is of threads here, and --cluster has workers of its own; give one of the two."
        )
        raise ValueError(msg)
    try:
        from dask.distributed import Client
    except ImportError as error:
        msg = "--cluster needs Dask: pip install 'neuropil[distributed]'"
        raise ImportError(msg) from error
    try:
        client = Client(cluster, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        msg = f"--cluster {cluster}: no Dask scheduler answers there ({error})."
        raise ValueError(msg.replace("\n", " ")) from None
    with client:
        yield options | {"client": client}


def whole_option(name: str, value: str, choices: Sequence[str]) -> None:
    """Raise a ValueError where an option is none of its choices."""
    if value not in choices:
        msg = f"{name} must be {' or '.join(choices)}, got {value!r}."
        raise ValueError(msg)
