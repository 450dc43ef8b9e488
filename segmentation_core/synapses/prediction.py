"""Prediction: the network's maps of a whole volume, tile by tile, the same for any size of tile.

A tile is read with all that is within reach of the network around it, and begins on a multiple of
its strides, so tiles agree with the whole but for the rounding of sums.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.network.devices import checked_device
from segmentation_core.network.intensities import IntensityScale, checked_raw, measure_intensities

from .net import SynapseNet

DEFAULT_TILE = (32, 512, 512)


def predict_maps(
    raw: Any,
    net: SynapseNet,
    *,
    scale: IntensityScale | None = None,
    tile: Sequence[int] = DEFAULT_TILE,
    window: tuple[Sequence[int], Sequence[int]] | None = None,
    device: str | None = None,
) -> NDArray[np.uint8]:
    """Probabilities of the network's channels.

    Parameters
    ----------
    raw : (z, y, x) uint8, anything that can be sliced
    net : SynapseNet
    scale : IntensityScale, optional
        Mean and spread of the grey values; by default measured on `raw`.
    tile : (z, y, x) ints
        Voxels computed at a time, without what is read around them.
    window : ((z, y, x), (z, y, x)) ints, optional
        Predict only voxels start <= voxel < stop; what is around them is read all the same. The
        start must be a multiple of ``net.design.multiple``.
    device : str, optional
        Torch device; by default CUDA, then MPS, then the CPU.

    Returns
    -------
    (channels, Z, Y, X) uint8
        ``round(255 p)`` on the net's grid: one point to ``net.design.stem`` voxels, the last ones
        partly outside the volume.

    Raises
    ------
    ValueError
        Where `raw` is no uint8 volume.
    """
    import torch

    checked_raw(raw)
    design = net.design
    scale = scale or measure_intensities(raw)
    where = torch.device(checked_device(device))
    net = net.to(where).eval()
    origin, end = window or ((0, 0, 0), tuple(raw.shape))
    if any(a % m for a, m in zip(origin, design.multiple, strict=True)):
        msg = f"a window must start on multiples of {design.multiple}, got {tuple(origin)}."
        raise ValueError(msg)
    grid = [-(-(b - a) // s) for a, b, s in zip(origin, end, design.stem, strict=True)]
    maps = np.zeros((len(design.channels), *grid), np.uint8)
    step = [-(-t // m) * m for t, m in zip(tile, design.multiple, strict=True)]
    spans = zip(origin, end, step, strict=True)
    for start in itertools.product(*(range(a, b, s) for a, b, s in spans)):
        stop = [min(a + s, b) for a, s, b in zip(start, step, end, strict=True)]
        low = [max(0, a - r) for a, r in zip(start, design.reach, strict=True)]
        high = [min(n, b + r) for n, b, r in zip(raw.shape, stop, design.reach, strict=True)]
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        grey = scale.standardise(np.asarray(raw[box]))
        # What is missing from whole strides at the far faces of the volume is 0: mean grey.
        short = [-n % m for n, m in zip(grey.shape, design.multiple, strict=True)]
        grey = np.pad(grey, [(0, s) for s in short])
        with torch.inference_mode():
            p = torch.sigmoid(net(torch.from_numpy(grey)[None, None].to(where)))[0]
            found = (p * 255).round().to(torch.uint8).cpu().numpy()
        inner, outer = [slice(None)], [slice(None)]
        for axis, unit in enumerate(design.stem):
            a, b = start[axis] // unit, -(-stop[axis] // unit)
            outer.append(slice(a - origin[axis] // unit, b - origin[axis] // unit))
            inner.append(slice(a - low[axis] // unit, b - low[axis] // unit))
        maps[tuple(outer)] = found[tuple(inner)]
    return maps
