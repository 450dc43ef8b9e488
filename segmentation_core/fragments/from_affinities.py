"""From affinities: the whole way from affinities to fragments."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation_core.affinity_arrays import checked_affinities, checked_offsets, nearest_channels

from .capped_distance import capped_squared_distance
from .fragment_options import FragmentOptions
from .hills import hills, landscape, merged_hills, passes
from .insideness import insideness
from .named_voxels import renamed
from .shore_level import shore_level


def watershed(
    affinities: ArrayLike,
    offsets: ArrayLike | None = None,
    *,
    voxel_size_nm: tuple[float, float, float],
    sections: bool | None = None,
    boundary: float = 0.7,
    cap_voxels: float = 16.0,
    narrowing: float = 0.8,
    least_voxels: int = 8,
    mask: ArrayLike | None = None,
) -> NDArray[np.uint64]:
    """Fragments: pieces of neurons, found from the affinities of neighbouring voxels.

    The distance to the nearest boundary is a landscape in which each voxel climbs to a hill top.
    Two hills become one fragment unless the neurite narrows between them. Fragments are meant to
    be too small: `agglomerate` puts them together.

    Parameters
    ----------
    affinities : (C, z, y, x) uint8 or float in [0, 1]
        Likely (255, or 1) where a voxel and the one at `offsets` from it are one neuron.
    offsets : (C, 3) int, (z, y, x) voxels of each channel
        Needs (-1, 0, 0), (0, -1, 0) and (0, 0, -1); further ones are not used here. Three
        channels without offsets are these three.
    voxel_size_nm : (z, y, x)
    sections : fragments do not reach from one section to the next
        By default if a voxel is at least four times as long in z as in y or x, where a step of z
        can skip a whole neurite.
    boundary : a voxel is boundary where the weakest affinity to its neighbours is at most this
    cap_voxels : distances are told apart up to this many of the shortest voxel side
    narrowing : two hills are one fragment where the pass between them is at least this share of
        the radius of the thinner one, give or take half a voxel
        1 leaves every bulge a fragment; 0 joins all that touches without crossing a boundary.
    least_voxels : smaller hills join the neighbour over the highest pass
    mask : (z, y, x) bool, voxels that may belong to a neuron; all by default

    Returns
    -------
    (z, y, x) uint64
        Fragments 1 … F in raster order of their first voxel; 0 outside the mask, and where no
        voxel that can be reached is inside anything.

    Raises
    ------
    ValueError
        Wrong shape, type, range, offsets or options; more than 2**31 voxels at once.

    Notes
    -----
    Extra memory is about 20 bytes a voxel. Larger volumes: `segmentation_core.blockwise`.

    Examples
    --------
    Two neurons side by side, the boundary at x = 3:

    >>> affinities = np.ones((3, 1, 4, 7))
    >>> affinities[:, :, :, 3] = 0
    >>> affinities[2, :, :, 4] = 0
    >>> fragments = watershed(affinities, voxel_size_nm=(10, 10, 10))
    >>> np.unique(fragments[..., :3]).tolist(), np.unique(fragments[..., 4:]).tolist()
    ([1], [2])
    """
    array = checked_affinities(affinities)
    channels = nearest_channels(checked_offsets(offsets, len(array)))
    options = FragmentOptions(
        voxel_size_nm, sections, boundary, cap_voxels, narrowing, least_voxels
    )
    allowed = _checked_mask(mask, array.shape[1:])
    shape = tuple(length + 2 for length in array.shape[1:])
    if np.prod(shape, dtype=np.float64) >= 2**31:
        msg = (
            f"watershed takes fewer than 2**31 voxels at once, got shape {array.shape[1:]}. "
            "Use segmentation_core.segment, which goes block by block."
        )
        raise ValueError(msg)

    height = heights(array, channels, options, allowed)
    flat = bool(options.sections)
    hill, top, voxels = hills(height, sections=flat)
    fragment = fragments_of_hills(top, voxels, passes(height, hill, flat), options)
    del height
    return renamed(hill, fragment)


def fragments_of_hills(
    top: NDArray[np.uint16],
    voxels: NDArray[np.int64],
    between: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint16]],
    options: FragmentOptions,
) -> NDArray[np.int32]:
    """Fragment of each hill, (H + 1,): `merged_hills` with these options."""
    from .capped_distance import HIGHEST

    return merged_hills(
        top,
        voxels,
        between,
        narrowing=options.narrowing,
        slack=0.5 * np.sqrt(HIGHEST / options.cap_voxels**2),
        least_voxels=options.least_voxels,
    )


def heights(
    affinities: NDArray[np.uint8],
    channels: tuple[int, int, int],
    options: FragmentOptions,
    allowed: NDArray[np.bool_] | None = None,
) -> NDArray[np.uint16]:
    """Landscape with a border of 0: the level of the shore, and squared distance above it.

    Parameters
    ----------
    affinities : (C, z, y, x)
    channels : those of the neighbours before a voxel along z, y, x
    options : FragmentOptions
    allowed : (z, y, x), or None for all

    Returns
    -------
    (z + 2, y + 2, x + 2) uint16
        Of a voxel `options.reach` or further from the faces of an array, the same whatever the array
        is cut from.
    """
    sections = bool(options.sections)
    inside = insideness(affinities, channels, sections=sections)
    if allowed is not None:
        inside[~allowed] = 0
    threshold = min(int(np.floor(255 * options.boundary)), 254)
    squared, _ = capped_squared_distance(
        inside, threshold, options.spacing, options.cap_voxels, sections=sections
    )
    shore = shore_level(affinities, channels, inside, sections=sections)
    return landscape(squared, shore, allowed)


def _checked_mask(mask: Any, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """Mask as bool of the shape of the volume."""
    if mask is None:
        return None
    array = np.asarray(mask)
    if array.shape != shape or array.dtype != np.bool_:
        msg = f"mask must be bool of shape {shape}, got {array.dtype} of shape {array.shape}."
        raise ValueError(msg)
    return array
