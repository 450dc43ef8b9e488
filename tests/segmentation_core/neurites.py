"""Neurites: a small volume of tubes with the affinities that a good network would give it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

OFFSETS = np.array(
    [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (-4, 0, 0), (0, -4, 0), (0, 0, -4), (0, -3, -3)]
)


def neurites(shape=(24, 40, 56), *, n=12, seed=0):
    """Truth (z, y, x) int64 and affinities (7, z, y, x) uint8, noisy and unsure at boundaries."""
    rng = np.random.default_rng(seed)
    seeds = np.zeros(shape, np.int64)
    for label in range(1, n + 1):
        at = rng.uniform(0, 1, 3) * shape
        way = rng.normal(size=3)
        way /= np.linalg.norm(way)
        for step in np.arange(-60, 60, 0.5):
            p = np.floor(at + step * way).astype(int)
            if (p >= 0).all() and (p < shape).all():
                seeds[tuple(p)] = label
    nearest = ndimage.distance_transform_edt(
        seeds == 0, return_distances=False, return_indices=True
    )
    truth = seeds[tuple(nearest)]
    noise = ndimage.gaussian_filter(rng.normal(size=shape), 1.5)
    noise *= 0.12 / noise.std()
    affinities = np.zeros((len(OFFSETS), *shape), np.uint8)
    for c, offset in enumerate(OFFSETS):
        here = tuple(slice(-o if o < 0 else 0, None) for o in offset)
        there = tuple(slice(0, o if o < 0 else None) for o in offset)
        same = np.zeros(shape)
        same[here] = truth[here] == truth[there]
        soft = 0.5 * same + 0.5 * ndimage.gaussian_filter(same, 1.0) + noise
        affinities[c][here] = np.rint(255 * np.clip(soft, 0, 1))[here]
    return truth, affinities
