"""Local shape descriptors: what the part of a neuron near a voxel looks like, in ten numbers.

Sheridan et al. 2023 (doi:10.1038/s41592-022-01711-z): the neuron that holds a voxel, seen through a
Gaussian window around it, has a size, a centre of mass and a covariance. Learning them beside the
affinities makes the network look at shapes and not at membranes alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def _window(n: int, sigma: float) -> NDArray[np.float32]:
    """(n, n) matrix that averages along an axis with a Gaussian, cut at three sigma."""
    apart = np.arange(n)[:, None] - np.arange(n)[None, :]
    reach = max(1, math.ceil(3 * sigma))
    weight = np.exp(-0.5 * (apart / sigma) ** 2) * (np.abs(apart) <= reach)
    total = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).sum()
    return np.asarray(weight / total, np.float32)


def local_shape_descriptors(
    neuron_ids: NDArray[np.integer],
    voxel_size_nm: Sequence[float],
    *,
    sigma_nm: float = 80.0,
) -> NDArray[np.float32]:
    """Local shape descriptors of a labelled volume.

    Parameters
    ----------
    neuron_ids : (z, y, x) integers
        A label per voxel, 0 = none.
    voxel_size_nm : (z, y, x) floats
        Size of a voxel.
    sigma_nm : float, optional
        Standard deviation of the Gaussian window, cut at three of them.

    Returns
    -------
    (10, z, y, x) float32 in [0, 1]
        0 where there is no label. Rows: centre of mass minus the voxel along z, y, x, in units of
        sigma, 0.5 when it is none; variance along z, y, x in units of sigma squared;
        correlation zy, zx, yx, 0.5 when there is none; share of the window the neuron fills.

    Raises
    ------
    ValueError
        If the labels are not a 3-D integer array or `sigma_nm` is not positive.

    Examples
    --------
    >>> everywhere = np.ones((21, 21, 21), int)
    >>> d = local_shape_descriptors(everywhere, (40, 40, 40))
    >>> [round(float(v), 2) for v in d[:, 10, 10, 10]]
    [0.5, 0.5, 0.5, 0.99, 0.99, 0.99, 0.5, 0.5, 0.5, 1.0]
    """
    if neuron_ids.ndim != 3 or neuron_ids.dtype.kind not in "iu":
        msg = (
            "neuron_ids must be a (z, y, x) array of integers, got "
            f"{neuron_ids.ndim} axes of {neuron_ids.dtype}."
        )
        raise ValueError(msg)
    if not sigma_nm > 0:
        msg = f"sigma_nm must be positive, got {sigma_nm}."
        raise ValueError(msg)
    shape = neuron_ids.shape
    windows = [_window(n, sigma_nm / s) for n, s in zip(shape, voxel_size_nm, strict=True)]
    place = [
        (np.arange(n, dtype=np.float32) - n / 2) * np.float32(s / sigma_nm)
        for n, s in zip(shape, voxel_size_nm, strict=True)
    ]
    z = place[0][:, None, None]
    y = place[1][None, :, None]
    x = place[2][None, None, :]
    # Every moment is a product of one-axis factors: the mask is averaged with 1, z and z squared
    # first, and so on, which needs 3 + 6 + 10 products instead of 3 * 10.
    powers = [
        [w * (p[None, :] ** k) for k in range(3)] for w, p in zip(windows, place, strict=True)
    ]
    out = np.zeros((10, *shape), np.float32)
    for label in np.unique(neuron_ids):
        if label == 0:
            continue
        inside = neuron_ids == label
        box = tuple(
            slice(int(k[0]), int(k[-1]) + 1)
            for k in (np.flatnonzero(inside.any(axis=a)) for a in ((1, 2), (0, 2), (0, 1)))
        )
        # The label lies inside its box, and only voxels of the label need an answer.
        part = inside[box].astype(np.float32)
        moment: dict[tuple[int, int, int], NDArray[np.float32]] = {}
        along = [[m[b, b] for m in powers[a]] for a, b in enumerate(box)]
        for kx in range(3):
            over_x = part @ along[2][kx].T
            for ky in range(3 - kx):
                over_xy = np.matmul(along[1][ky], over_x)
                for kz in range(3 - kx - ky):
                    over_all = np.tensordot(along[0][kz], over_xy, axes=1)
                    moment[kz, ky, kx] = over_all
        here = inside[box]
        mass = np.maximum(moment[0, 0, 0][here], 1e-6)
        centre = [moment[k][here] / mass for k in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
        spot = [np.broadcast_to(p, shape)[box][here] for p in (z, y, x)]
        squares = [moment[k][here] / mass for k in ((2, 0, 0), (0, 2, 0), (0, 0, 2))]
        variance = [np.maximum(s - c * c, 1e-4) for s, c in zip(squares, centre, strict=True)]
        values = [0.5 + 0.5 * (c - p) for c, p in zip(centre, spot, strict=True)]
        values += variance
        for a, b, k in ((0, 1, (1, 1, 0)), (0, 2, (1, 0, 1)), (1, 2, (0, 1, 1))):
            covariance = moment[k][here] / mass - centre[a] * centre[b]
            values.append(0.5 + 0.5 * covariance / np.sqrt(variance[a] * variance[b]))
        values.append(moment[0, 0, 0][here])
        for row, value in enumerate(values):
            out[row][box][here] = np.clip(value, 0, 1)
    return out
