"""Fields: on a grid of some 30 nm, the nearest neurites of each node and how far their surfaces are.

A field of neurite *k* is the distance to its axis less its radius, in nm, in a space that a smooth
warp has made wavy. A point belongs to the neurite with the least field (an additively weighted
Voronoi diagram), so neurites fill the space; half the difference of the least two is the distance
to the membrane. Fields are smooth, so what lies between the nodes follows by interpolation, at any
voxel size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .growth import Beads
from .noise import periodic_noise
from .random_numbers import generator

KEPT = 4  # neurites kept at each node
NONE = -1
_WARP_TILE = 64


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The nearest neurites at each node of a grid.

    neurite : (Z, Y, X, K) int32, nearest first, -1 where there are fewer than K in reach
    field_nm : (Z, Y, X, K) float32, rising; `far_nm` where there is none
    origin_nm, spacing_nm : (3,) float64, place of node (0, 0, 0) and the step (z, y, x)
    far_nm : float, what a field is at least where it is not kept
    """

    neurite: NDArray[np.int32]
    field_nm: NDArray[np.float32]
    origin_nm: NDArray[np.float64]
    spacing_nm: NDArray[np.float64]
    far_nm: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Nodes along z, y and x."""
        z, y, x = self.neurite.shape[:3]
        return z, y, x

    def nearest_node(self, position_nm: NDArray[np.float64]) -> NDArray[np.int64]:
        """(N, 3) indices of the nodes next to (N, 3) places, kept inside the grid."""
        index = np.rint((position_nm - self.origin_nm) / self.spacing_nm).astype(np.int64)
        return np.asarray(np.clip(index, 0, np.array(self.shape) - 1))


@dataclass(frozen=True, kw_only=True)
class Warp:
    """A smooth periodic displacement: a place p of the tissue holds what grew at p + w(p)."""

    slow: NDArray[np.float32]  # (3, T, T, T), nm
    quick: NDArray[np.float32]
    slow_spacing_nm: float
    quick_spacing_nm: float

    def displacement_nm(self, position_nm: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N, 3) displacement at (N, 3) places."""
        from scipy.ndimage import map_coordinates

        total = np.zeros(position_nm.shape)
        for tile, spacing in (
            (self.slow, self.slow_spacing_nm),
            (self.quick, self.quick_spacing_nm),
        ):
            at = (position_nm / spacing).T
            for axis in range(3):
                total[:, axis] += map_coordinates(tile[axis], at, order=1, mode="grid-wrap")
        return total

    def place_of(self, grown_nm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where in the tissue lies what grew at (N, 3) places: the inverse, by iteration."""
        place = grown_nm.copy()
        for _ in range(16):  # damped: steep places would swing
            place += 0.8 * (grown_nm - self.displacement_nm(place) - place)
        return place

    def steepest(self) -> float:
        """How much displacement changes over a distance, at most but for a few places."""
        return float(
            1.7 * np.abs(np.diff(self.slow[0], axis=0)).std() / self.slow_spacing_nm
            + 1.7 * np.abs(np.diff(self.quick[0], axis=0)).std() / self.quick_spacing_nm
        )


def warp_of(amplitude_nm: tuple[float, float], seed: int) -> Warp:
    """Draw a warp with a slow and a quick wave of these amplitudes (standard deviations)."""
    rng = generator(seed, "warp")
    tile = (_WARP_TILE,) * 3
    slow = np.stack([periodic_noise(tile, 3.0, rng) for _ in range(3)]) * amplitude_nm[0]
    quick = np.stack([periodic_noise(tile, 2.0, rng) for _ in range(3)]) * amplitude_nm[1]
    return Warp(
        slow=np.clip(slow, -2.5 * amplitude_nm[0], 2.5 * amplitude_nm[0]),
        quick=np.clip(quick, -2.5 * amplitude_nm[1], 2.5 * amplitude_nm[1]),
        slow_spacing_nm=150.0,
        quick_spacing_nm=55.0,
    )


def fields_of(
    beads: Beads,
    warp: Warp,
    *,
    origin_nm: NDArray[np.float64],
    extent_nm: NDArray[np.float64],
    spacing_nm: float = 30.0,
    reach_nm: float = 100.0,
    wobble: float = 0.2,
    seed: int = 0,
) -> Fields:
    """Fields of packed beads on a grid from `origin_nm` that covers `extent_nm`.

    Parameters
    ----------
    beads : Beads
        Neurites, packed.
    warp : Warp
        How the space is made wavy.
    origin_nm, extent_nm : (3,) float64
        The box to cover, in the frame of the beads; its corner a multiple of the spacing.
    spacing_nm : float
        Step of the grid; the thinnest neurite should be two steps across.
    reach_nm : float
        How far from its surface a neurite's field is written.
    wobble : float
        Unevenness of outlines, a share of the radius.
    seed : int
        Of the unevenness.

    Returns
    -------
    Fields
    """
    shape = np.ceil(extent_nm / spacing_nm - 1e-9).astype(np.int64) + 1
    neurite = np.full((*shape, KEPT), NONE, np.int32)
    field_nm = np.full((*shape, KEPT), reach_nm, np.float32)
    grid = np.stack(
        np.meshgrid(
            *(origin_nm[a] + spacing_nm * np.arange(shape[a]) for a in range(3)), indexing="ij"
        ),
        axis=-1,
    )
    moved = grid + warp.displacement_nm(grid.reshape(-1, 3)).reshape(grid.shape)
    unevenness = periodic_noise((64, 64, 64), 3.2, generator(seed, "glia"))
    _splat(
        neurite,
        field_nm,
        moved.astype(np.float32),
        origin_nm,
        spacing_nm,
        1.0 + warp.steepest(),
        reach_nm,
        warp.place_of(beads.position_nm),
        beads.position_nm,
        beads.radius_nm,
        beads.parent,
        beads.neurite,
        np.clip(unevenness, -1.6, 1.6),
        wobble,
        # Outlines hang on the place, not on where the grid begins.
        np.rint(origin_nm / spacing_nm).astype(np.int64),
    )
    return Fields(
        neurite=neurite,
        field_nm=field_nm,
        origin_nm=np.asarray(origin_nm, np.float64),
        spacing_nm=np.full(3, spacing_nm),
        far_nm=reach_nm,
    )


@compiled
def insert(names: Any, values: Any, name: int, value: float) -> None:
    """Keep `name` with its least value among the K best of one node, sorted by value.

    names : (K,) int32; values : (K,) float32, rising. Both changed in place.
    """
    last = len(names) - 1
    at = -1
    for k in range(last + 1):
        if names[k] == name:
            at = k
            break
    if at >= 0:
        if value >= values[at]:
            return
    else:
        if value >= values[last]:
            return
        at = last
    while at > 0 and values[at - 1] > value:
        names[at] = names[at - 1]
        values[at] = values[at - 1]
        at -= 1
    names[at] = name
    values[at] = value


@compiled
def _splat(
    names: Any,
    values: Any,
    moved: Any,
    origin: Any,
    spacing: float,
    stretch: float,
    reach: float,
    place: Any,
    position: Any,
    radius: Any,
    parent: Any,
    neurite: Any,
    unevenness: Any,
    wobble: float,
    base: Any,
) -> None:
    """Write the field of each cone between a bead and its parent around it."""
    shape = values.shape
    tile = unevenness.shape[0] - 1
    for a in range(len(radius)):
        p = parent[a] if parent[a] >= 0 else a
        thick = max(radius[a], radius[p])
        outside = reach + thick + 1.6 * wobble * min(thick, 220.0)
        around = stretch * outside
        first = np.empty(3, np.int64)
        past = np.empty(3, np.int64)
        for c in range(3):
            least = min(place[a, c], place[p, c]) - around - origin[c]
            most = max(place[a, c], place[p, c]) + around - origin[c]
            first[c] = max(0, int(np.ceil(least / spacing)))
            past[c] = min(shape[c], int(np.floor(most / spacing)) + 1)
        middle_z = 0.5 * (place[a, 0] + place[p, 0])
        middle_y = 0.5 * (place[a, 1] + place[p, 1])
        middle_x = 0.5 * (place[a, 2] + place[p, 2])
        half_z = 0.5 * abs(place[a, 0] - place[p, 0])
        half_y = 0.5 * abs(place[a, 1] - place[p, 1])
        half_x = 0.5 * abs(place[a, 2] - place[p, 2])
        vz = position[a, 0] - position[p, 0]
        vy = position[a, 1] - position[p, 1]
        vx = position[a, 2] - position[p, 2]
        square = vz * vz + vy * vy + vx * vx
        inverse = 1.0 / square if square > 1e-9 else 0.0
        grows = radius[a] - radius[p]
        name = neurite[a]
        shift = (name * 7919) & 0xFFFF
        limit = outside * outside
        for i in range(first[0], past[0]):
            ez = max(0.0, abs(origin[0] + i * spacing - middle_z) - half_z)
            for j in range(first[1], past[1]):
                ey = max(0.0, abs(origin[1] + j * spacing - middle_y) - half_y)
                # Of the box only what is within `around` of the link's own box.
                left = around * around - ez * ez - ey * ey
                if left <= 0.0:
                    continue
                wide = np.sqrt(left) + half_x
                k0 = max(first[2], int(np.ceil((middle_x - wide - origin[2]) / spacing)))
                k1 = min(past[2], int(np.floor((middle_x + wide - origin[2]) / spacing)) + 1)
                for k in range(k0, k1):
                    dz = moved[i, j, k, 0] - position[p, 0]
                    dy = moved[i, j, k, 1] - position[p, 1]
                    dx = moved[i, j, k, 2] - position[p, 2]
                    t = (dz * vz + dy * vy + dx * vx) * inverse
                    t = min(max(t, 0.0), 1.0)
                    dz, dy, dx = dz - t * vz, dy - t * vy, dx - t * vx
                    far = dz * dz + dy * dy + dx * dx
                    if far > limit:
                        continue
                    local = radius[p] + t * grows
                    # One step of the tile to a node: outlines bend over some 100 nm.
                    bump = unevenness[
                        (i + base[0] + shift) & tile,
                        (j + base[1] + (shift >> 3)) & tile,
                        (k + base[2] + (shift >> 6)) & tile,
                    ]
                    local += wobble * min(local, 220.0) * bump
                    value = np.sqrt(far) - local
                    if value < values[i, j, k, 3]:
                        insert(names[i, j, k], values[i, j, k], name, value)
