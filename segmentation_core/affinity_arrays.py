"""Affinity arrays: the checks that every function taking affinities makes, said in one line each.

Channel c at voxel p says how likely p and p + offsets[c] belong to one neuron. Stored as uint8,
255 for certainly; floats in [0, 1] are rounded to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

NEAREST = ((-1, 0, 0), (0, -1, 0), (0, 0, -1))


def checked_affinities(affinities: Any, *, name: str = "affinities") -> NDArray[np.uint8]:
    """Affinities as (C, z, y, x) uint8.

    Parameters
    ----------
    affinities : (C, z, y, x) uint8, or float16, float32, float64 in [0, 1]
        Floats become ``round(255 a)``; uint8 is not copied if it lies in one piece.

    Raises
    ------
    ValueError
        Another shape or type, an empty array, NaN, or floats outside [0, 1].

    Examples
    --------
    >>> checked_affinities(np.full((3, 1, 1, 2), 0.5))[0, 0, 0].tolist()
    [128, 128]
    """
    array = np.asarray(affinities)
    if array.ndim != 4 or 0 in array.shape:
        msg = (
            f"{name} must be a non-empty array (channel, z, y, x), got shape {array.shape}. "
            "Put the channels first and give a single section an axis z of length 1."
        )
        raise ValueError(msg)
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if array.dtype.kind != "f":
        msg = (
            f"{name} must be uint8 (255 is certain) or float in [0, 1], got {array.dtype}. "
            "Divide by the largest possible value first."
        )
        raise ValueError(msg)
    if not np.isfinite(array).all():
        msg = f"{name} hold NaN or infinity; put 0 where nothing is known."
        raise ValueError(msg)
    least, most = float(array.min()), float(array.max())
    if least < 0 or most > 1:
        msg = (
            f"{name} as floats must lie in [0, 1], got {least:.4g} .. {most:.4g}. "
            "Pass logits through a sigmoid, or divide by 255."
        )
        raise ValueError(msg)
    rounded: NDArray[np.uint8] = np.rint(
        array.astype(np.float32, copy=False) * np.float32(255)
    ).astype(np.uint8)
    return np.ascontiguousarray(rounded)


def checked_offsets(
    offsets: ArrayLike | Sequence[Sequence[int]] | None, n_channels: int
) -> NDArray[np.int64]:
    """Offsets as (C, 3) int64; three channels need none: they are the nearest neighbours.

    Raises
    ------
    ValueError
        As many offsets as channels are wanted, whole numbers, none of them 0, 0, 0.

    Examples
    --------
    >>> checked_offsets(None, 3).tolist()
    [[-1, 0, 0], [0, -1, 0], [0, 0, -1]]
    """
    if offsets is None:
        if n_channels != 3:
            msg = (
                f"affinities of {n_channels} channels need offsets=, one (z, y, x) per channel; "
                "only three channels are taken to be the nearest neighbours."
            )
            raise ValueError(msg)
        return np.array(NEAREST)
    array = np.asarray(offsets)
    if array.shape != (n_channels, 3):
        msg = (
            f"offsets must be one (z, y, x) per channel, shape ({n_channels}, 3), got shape "
            f"{array.shape}."
        )
        raise ValueError(msg)
    whole = array.astype(np.int64)
    if array.dtype.kind not in "iuf" or (whole != array).any():
        msg = "offsets must be whole numbers of voxels; divide distances in nm by the voxel size."
        raise ValueError(msg)
    if (whole == 0).all(axis=1).any():
        msg = "offsets hold (0, 0, 0), the affinity of a voxel to itself; leave that channel out."
        raise ValueError(msg)
    return whole


def nearest_channels(offsets: NDArray[np.int64]) -> tuple[int, int, int]:
    """Channels of (-1, 0, 0), (0, -1, 0) and (0, 0, -1).

    Raises
    ------
    ValueError
        One of them is missing.
    """
    rows = [tuple(offset) for offset in offsets.tolist()]
    missing = [offset for offset in NEAREST if offset not in rows]
    if missing:
        msg = (
            f"offsets lack {', '.join(map(str, missing))}: fragments need the affinity of each "
            "voxel to its neighbour before it along z, y and x."
        )
        raise ValueError(msg)
    z, y, x = (rows.index(offset) for offset in NEAREST)
    return z, y, x


def checked_voxel_size(voxel_size_nm: Any) -> tuple[float, float, float]:
    """Voxel size as three floats (z, y, x) above 0.

    Raises
    ------
    ValueError
        Not three finite numbers above 0.

    Examples
    --------
    >>> checked_voxel_size((40, 4, 4))
    (40.0, 4.0, 4.0)
    """
    try:
        sizes = np.asarray(voxel_size_nm, dtype=np.float64)
    except (TypeError, ValueError):
        sizes = np.zeros(0)
    if sizes.shape != (3,) or not np.isfinite(sizes).all() or (sizes <= 0).any():
        msg = f"voxel_size_nm must be (z, y, x) in nm, each above 0, got {voxel_size_nm!r}."
        raise ValueError(msg)
    z, y, x = sizes.tolist()
    return z, y, x


def checked_channel_weights(weights: Sequence[int] | None, n_channels: int) -> NDArray[np.int64]:
    """Weights of channels as (C,) int64; all 1 for None.

    Raises
    ------
    ValueError
        No whole numbers from 0, not one a channel, or all 0.
    """
    if weights is None:
        return np.ones(n_channels, np.int64)
    array = np.asarray(weights)
    if (
        array.shape != (n_channels,)
        or array.dtype.kind not in "iu"
        or (array < 0).any()
        or not array.any()
    ):
        msg = (
            f"channel_weights must be {n_channels} whole numbers from 0, not all 0, got "
            f"{list(weights)!r}. Use 1 and 2 rather than 0.5 and 1."
        )
        raise ValueError(msg)
    return array.astype(np.int64)
