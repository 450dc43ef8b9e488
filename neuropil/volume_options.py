"""Volume options: what several commands on volumes ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

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
Device = Annotated[
    str | None,
    typer.Option("--device", help="Torch device; CUDA, then MPS, then the CPU by default."),
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


def whole_option(name: str, value: str, choices: Sequence[str]) -> None:
    """Raise a ValueError where an option is none of its choices."""
    if value not in choices:
        msg = f"{name} must be {' or '.join(choices)}, got {value!r}."
        raise ValueError(msg)
