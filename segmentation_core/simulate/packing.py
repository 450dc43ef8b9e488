"""Packing: beads of different neurites push each other apart until none runs through another.

A soft contact force against a chain's own tension, one bead after the other in a fixed order, so
the result depends on nothing but the beads. Radii start small and swell, so that neurites that
cross slide past each other while they are thin. Force-based packing of fibres: Altendorf and
Jeulin 2011, doi:10.1103/PhysRevE.83.041804.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiled import compiled
from .growth import Beads

_GAP_NM = 16.0


def pack(beads: Beads, *, rounds: int = 40) -> Beads:
    """Push neurites apart.

    Parameters
    ----------
    beads : Beads
        N beads of neurites that may overlap.
    rounds : int
        Sweeps over all beads; those of the first third see smaller radii.

    Returns
    -------
    Beads
        The same neurites moved.
    """
    position = beads.position_nm.copy()
    cell = max(120.0, 2.0 * float(np.median(beads.radius_nm)))
    mass = beads.radius_nm**2
    for turn in range(rounds):
        grown = min(1.0, 0.5 + 1.5 * turn / rounds)
        radius = beads.radius_nm * grown
        low = position.min(axis=0) - 1.0
        shape = np.maximum(((position.max(axis=0) - low) / cell).astype(np.int64) + 1, 1)
        indices = ((position - low) / cell).astype(np.int64)
        key = (indices[:, 0] * shape[1] + indices[:, 1]) * shape[2] + indices[:, 2]
        order = np.argsort(key, kind="stable")
        starts = np.searchsorted(key[order], np.arange(int(np.prod(shape)) + 1))
        _push_apart(position, radius, mass, beads.neurite, order, starts, shape, low, cell)
        _tighten(position, beads.parent, beads.radius_nm, mass)
    return beads.moved(position)


@compiled
def _push_apart(
    position: Any,
    radius: Any,
    mass: Any,
    neurite: Any,
    order: Any,
    starts: Any,
    shape: Any,
    low: Any,
    cell: float,
) -> None:
    """One sweep; of each pair the larger bead looks for the smaller one."""
    for a in range(len(radius)):
        reach = 2.0 * radius[a] + _GAP_NM
        i0 = max(0, int((position[a, 0] - low[0] - reach) / cell))
        i1 = min(shape[0] - 1, int((position[a, 0] - low[0] + reach) / cell))
        j0 = max(0, int((position[a, 1] - low[1] - reach) / cell))
        j1 = min(shape[1] - 1, int((position[a, 1] - low[1] + reach) / cell))
        k0 = max(0, int((position[a, 2] - low[2] - reach) / cell))
        k1 = min(shape[2] - 1, int((position[a, 2] - low[2] + reach) / cell))
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                row = (i * shape[1] + j) * shape[2]
                for at in range(starts[row + k0], starts[row + k1 + 1]):
                    b = order[at]
                    if neurite[a] == neurite[b] or radius[b] > radius[a]:
                        continue
                    if radius[b] == radius[a] and b < a:
                        continue
                    dz = position[b, 0] - position[a, 0]
                    dy = position[b, 1] - position[a, 1]
                    dx = position[b, 2] - position[a, 2]
                    apart = radius[a] + radius[b] + _GAP_NM
                    square = dz * dz + dy * dy + dx * dx
                    if square >= apart * apart or square < 1e-6:
                        continue
                    distance = np.sqrt(square)
                    push = 0.5 * (apart - distance) / distance
                    share = mass[a] / (mass[a] + mass[b])
                    to_b, to_a = push * share, push * (1.0 - share)
                    position[b, 0] += to_b * dz
                    position[b, 1] += to_b * dy
                    position[b, 2] += to_b * dx
                    position[a, 0] -= to_a * dz
                    position[a, 1] -= to_a * dy
                    position[a, 2] -= to_a * dx


@compiled
def _tighten(position: Any, parent: Any, radius: Any, mass: Any) -> None:
    """Draw each bead a little towards the middle of its neighbours and shorten long links."""
    n = len(parent)
    child = np.full(n, -1, np.int64)
    for a in range(n):
        if parent[a] >= 0:
            child[parent[a]] = a  # of several the last
    for a in range(n):
        p, c = parent[a], child[a]
        if p >= 0 and c >= 0:
            for axis in range(3):
                middle = 0.5 * (position[p, axis] + position[c, axis])
                position[a, axis] += 0.12 * (middle - position[a, axis])
        if p >= 0:
            square = 0.0
            for axis in range(3):
                square += (position[a, axis] - position[p, axis]) ** 2
            longest = max(1.1 * min(radius[a], radius[p]), 90.0)
            if square > longest * longest:
                share = mass[p] / (mass[a] + mass[p])
                pull = 0.5 * (1.0 - longest / np.sqrt(square))
                for axis in range(3):
                    d = position[p, axis] - position[a, axis]
                    position[a, axis] += pull * share * d
                    position[p, axis] -= pull * (1.0 - share) * d
