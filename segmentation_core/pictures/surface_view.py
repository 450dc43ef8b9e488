"""Surface view: neurons of a label volume seen from outside, lit, without a mesh.

Voxels on the surface of each neuron are turned, thrown onto a picture with the nearest on top, and
shaded by the slope of the depth that results.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .label_colors import label_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PIXELS = 700


def show_neurons(
    labels: Any,
    *,
    voxel_size_nm: tuple[float, float, float],
    ids: Sequence[int] | None = None,
    most: int = 12,
    azimuth_deg: float = 35.0,
    elevation_deg: float = 25.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw neurons as lit surfaces.

    Parameters
    ----------
    labels : (Z, Y, X) integers
    voxel_size_nm : (z, y, x)
    ids : sequence of int, optional
        Neurons to draw; the `most` largest by default.
    most : int
    azimuth_deg, elevation_deg : float
        From where one looks.
    ax : matplotlib Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        Where no voxel belongs to the neurons asked for.
    """
    import matplotlib.pyplot as plt

    volume = np.asarray(labels)
    if ids is None:
        names, count = np.unique(volume[volume != 0], return_counts=True)
        chosen = names[np.argsort(-count, kind="stable")[:most]]
    else:
        chosen = np.asarray(ids).astype(volume.dtype)
    shown = np.where(np.isin(volume, chosen), volume, 0)
    where = np.argwhere(_surface(shown))
    if len(where) == 0:
        msg = "no voxel belongs to the neurons asked for; give ids that are labels of the volume."
        raise ValueError(msg)
    colors = label_colors(shown[tuple(where.T)])
    size = np.asarray(voxel_size_nm, float)
    # Flat voxels would leave gaps between sections: each becomes a stack of points, near cubes.
    stack = max(1, round(size[0] / size[1:].max()))
    box = np.asarray(volume.shape) * size
    turn = _turn(azimuth_deg, elevation_deg)
    seen = ((where + 0.5) * size - box / 2) @ turn.T
    places = (np.arange(stack) + 0.5) / stack - 0.5
    corners = (np.indices((2, 2, 2)).reshape(3, -1).T - 0.5) * box @ turn.T
    picture, extent = _splat(
        seen,
        places[:, None] * size[0] * turn[:, 0],
        colors,
        corners,
        float(max(size[1:].max(), size[0] / stack)),
    )
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 5), layout="constrained")
    ax.imshow(picture, extent=extent, interpolation="bilinear")
    _draw_box(ax, corners)
    ax.set(xticks=[], yticks=[], aspect="equal")
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def _surface(shown: NDArray[Any]) -> NDArray[np.bool_]:
    """Voxels of a neuron with a face to another label, or to the outside of the volume."""
    differs = np.zeros(shown.shape, bool)
    for axis in range(3):
        here, there = np.moveaxis(differs, axis, 0), np.moveaxis(shown, axis, 0)
        step = there[1:] != there[:-1]
        here[1:] |= step
        here[:-1] |= step
        here[[0, -1]] = True
    return np.asarray(differs & (shown != 0))


def _turn(azimuth_deg: float, elevation_deg: float) -> NDArray[np.float64]:
    """Rows: depth away from the eye, down, right; for vectors (z, y, x)."""
    a, e = np.radians(azimuth_deg), np.radians(elevation_deg)
    around = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    over = np.array([[np.cos(e), np.sin(e), 0], [-np.sin(e), np.cos(e), 0], [0, 0, 1]])
    return np.asarray(over @ around)


def _splat(
    seen: NDArray[np.float64],
    within: NDArray[np.float64],
    colors: NDArray[np.float32],
    corners: NDArray[np.float64],
    voxel_nm: float,
) -> tuple[NDArray[np.float64], tuple[float, float, float, float]]:
    """Picture of voxels at `seen`, each a point at every offset of `within`, nearest on top."""
    low, high = corners[:, 1:].min(0), corners[:, 1:].max(0)
    pixel = max(float((high - low).max()) / _PIXELS, voxel_nm / 1.5)
    shape = tuple(np.ceil((high - low) / pixel).astype(int) + 1)
    depth, voxel = np.full(shape, np.inf), np.full(shape, -1)
    for offset in within:
        _put(seen + offset, low, pixel, depth, voxel)
    # A voxel covers several pixels: its neighbours too show the nearest that reaches them.
    reach = int(np.ceil(0.6 * voxel_nm / pixel))
    wide, wide_voxel = depth.copy(), voxel.copy()
    for dy, dx in np.indices((2 * reach + 1, 2 * reach + 1)).reshape(2, -1).T - reach:
        to = tuple(slice(max(0, d), min(0, d) or None) for d in (dy, dx))
        of = tuple(slice(max(0, -d), min(0, -d) or None) for d in (dy, dx))
        nearer = depth[of] < wide[to]
        wide[to][nearer], wide_voxel[to][nearer] = depth[of][nearer], voxel[of][nearer]
    picture = np.ones((*shape, 3))
    hit = np.isfinite(wide)
    picture[hit] = colors[wide_voxel[hit]] * _light(wide, hit, pixel)[hit][:, None]
    extent = (low[1], low[1] + shape[1] * pixel, low[0] + shape[0] * pixel, low[0])
    return np.clip(picture, 0, 1), extent


def _put(
    seen: NDArray[np.float64],
    low: NDArray[np.float64],
    pixel: float,
    depth: NDArray[np.float64],
    voxel: NDArray[np.int64],
) -> None:
    """Enter points where they are nearer than what `depth` and `voxel` hold; both are changed."""
    far, near = seen[:, 0].max(), seen[:, 0].min()
    # Far first, so that the nearest stays; in 16 bits the sort takes a tenth of the time.
    rank = np.rint((far - seen[:, 0]) / max(far - near, 1e-9) * 65_535).astype(np.uint16)
    order = np.argsort(rank, kind="stable")
    y, x = np.clip(((seen[order, 1:] - low) / pixel).astype(int), 0, np.array(depth.shape) - 1).T
    here = np.full(depth.shape, -1)
    here[y, x] = order
    nearer = here >= 0
    nearer[nearer] = seen[here[nearer], 0] < depth[nearer]
    depth[nearer], voxel[nearer] = seen[here[nearer], 0], here[nearer]


def _light(depth: NDArray[np.float64], hit: NDArray[np.bool_], pixel: float) -> NDArray[np.float64]:
    """How bright each pixel is: by the slope of the depth towards a lamp above on the left."""
    from scipy.ndimage import gaussian_filter

    far = depth[hit].max()
    filled = np.where(hit, depth, far)
    weight = gaussian_filter(hit.astype(float), 2.0)
    smooth = gaussian_filter(np.where(hit, filled, 0.0), 2.0) / np.maximum(weight, 1e-3)
    down, right = np.gradient(smooth, pixel)
    normal = np.stack([np.ones_like(down), down, right], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    lamp = np.array([0.75, -0.5, -0.4])  # depth falls downwards on what faces up
    bright = 0.35 + 0.65 * np.clip(normal @ (lamp / np.linalg.norm(lamp)), 0, 1)
    # What lies deeper is darker, which keeps crossing neurites apart.
    near = depth[hit].min()
    away = (filled - near) / max(far - near, 1e-9)
    return np.asarray(bright * (1.05 - 0.35 * away))


def _draw_box(ax: Axes, corners: NDArray[np.float64]) -> None:
    for a in range(8):
        for bit in (1, 2, 4):
            b = a ^ bit
            if a < b:
                ends = corners[[a, b]]
                ax.plot(ends[:, 2], ends[:, 1], color="#8a8a8a", lw=0.7, zorder=0)
