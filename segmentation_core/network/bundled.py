"""Bundled: the weights that come with the package, and which of them fit a voxel size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from segmentation_core.affinity_arrays import checked_voxel_size

WEIGHTS_FOLDER = Path(__file__).parent / "weights"

# What each was trained for, nm (z, y, x).
BUNDLED: dict[str, tuple[float, float, float]] = {
    "isotropic": (10.0, 10.0, 10.0),
    "anisotropic": (40.0, 4.0, 4.0),
}

# A network sees shapes in voxels. A quarter more or less than it was taught, and it still knows them.
_LARGEST_RATIO = 1.3


def fits(trained_nm: Sequence[float], voxel_size_nm: Sequence[float]) -> bool:
    """Whether no axis differs by more than 30 % between training and use.

    Examples
    --------
    >>> fits((10, 10, 10), (8, 8, 8)), fits((10, 10, 10), (40, 4, 4))
    (True, False)
    """
    return all(
        1 / _LARGEST_RATIO <= s / t <= _LARGEST_RATIO
        for s, t in zip(voxel_size_nm, trained_nm, strict=True)
    )


def _text(size: Sequence[float]) -> str:
    return " x ".join(f"{s:g}" for s in size) + " nm"


def bundled_weights(voxel_size_nm: Sequence[float]) -> Path:
    """Weights of the package for volumes of this voxel size.

    Parameters
    ----------
    voxel_size_nm : (z, y, x) floats
        Size of a voxel.

    Returns
    -------
    Path
        A file for `segmentation_core.network.checkpoints.load_weights`.

    Raises
    ------
    ValueError
        If none was trained for a voxel size within 30 %.

    Examples
    --------
    >>> bundled_weights((8, 8, 8)).name
    'isotropic.pt'
    """
    size = checked_voxel_size(voxel_size_nm)
    for name, trained in BUNDLED.items():
        if fits(trained, size):
            return WEIGHTS_FOLDER / f"{name}.pt"
    known = ", ".join(f"{name} ({_text(size)})" for name, size in BUNDLED.items())
    msg = (
        f"no bundled weights fit voxels of {_text(size)} (z, y, x); there are {known}, each good "
        "for 30 % around. Resample the volume, or train your own and pass weights=."
    )
    raise ValueError(msg)


def require_fit(trained_nm: Sequence[float], voxel_size_nm: Sequence[float], name: str) -> None:
    """Raise unless weights fit the voxels they are asked to judge.

    Raises
    ------
    ValueError
        If an axis differs by more than 30 %.
    """
    size = checked_voxel_size(voxel_size_nm)
    if not fits(trained_nm, size):
        msg = (
            f"{name} was trained on voxels of {_text(trained_nm)} (z, y, x) and cannot judge "
            f"{_text(size)}. Resample the volume, or pass weights trained for it."
        )
        raise ValueError(msg)
