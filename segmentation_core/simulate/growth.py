"""Growth: neurites as trees of beads that look for room as they grow.

Each neurite starts where there is room, grows both ways until it leaves the box, turns away from
what is there already, swells into varicosities, branches and bears spines. What still overlaps is
pushed apart afterwards (see `packing`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .random_numbers import generator, next_unit
from .tissues import NeuriteKind, Tissue

SHAFT, VARICOSITY, SPINE_NECK, SPINE_HEAD = 0, 1, 2, 3
COMPARTMENTS = ("shaft", "varicosity", "spine neck", "spine head")

_CELL_NM = 80.0
_MOST_BRANCHES = 4000


@dataclass(frozen=True, kw_only=True)
class Beads:
    """Neurites as N beads, each joined to its parent by a cone.

    position_nm : (N, 3) float64, (z, y, x) in the box that they grew in
    radius_nm : (N,) float64
    parent : (N,) int64, an earlier bead, -1 at a root
    neurite : (N,) int64, position in `kind`
    compartment : (N,) uint8, position in `COMPARTMENTS`
    kind : (M,) int64, position in the kinds of the tissue
    is_inhibitory : (M,) bool
    """

    position_nm: NDArray[np.float64]
    radius_nm: NDArray[np.float64]
    parent: NDArray[np.int64]
    neurite: NDArray[np.int64]
    compartment: NDArray[np.uint8]
    kind: NDArray[np.int64]
    is_inhibitory: NDArray[np.bool_]

    def moved(self, position_nm: NDArray[np.float64]) -> Beads:
        """The same neurites with their beads elsewhere."""
        return replace(self, position_nm=position_nm)


def grow(tissue: Tissue, extent_nm: NDArray[np.float64], seed: int) -> Beads:
    """Grow neurites until each kind has its share of a box of `extent_nm` (z, y, x)."""
    rng = generator(seed, "population")
    state = generator(seed, "growth").integers(0, 2**63, 1).astype(np.uint64)
    cells = np.maximum(np.ceil(extent_nm / _CELL_NM).astype(np.int64), 1)
    occupied = np.zeros(cells, np.float32)
    box_nm3 = float(np.prod(extent_nm))
    wanted = np.array([kind.volume_share for kind in tissue.kinds]) * box_nm3
    grown = np.zeros(len(wanted))
    parts: list[tuple[NDArray[Any], ...]] = []
    kinds: list[int] = []
    inhibitory: list[bool] = []
    n_beads = 0
    for _ in range(200_000):
        # Thick ones first: thin ones wind through what is left.
        lacking = [k for k in range(len(wanted)) if grown[k] < wanted[k]]
        if not lacking:
            break
        k = lacking[0]
        kind = tissue.kinds[k]
        radius = _radius(kind, rng)
        position, radius_nm, parent, compartment, volume = _grow_one(
            occupied, _start(occupied, extent_nm, radius, rng), extent_nm, radius, kind, state
        )
        grown[k] += max(volume, 1e-4 * box_nm3)
        if len(position) < 2:
            continue
        parent = np.where(parent >= 0, parent + n_beads, -1)
        neurite = np.full(len(position), len(kinds), np.int64)
        parts.append((position, radius_nm, parent, neurite, compartment))
        n_beads += len(position)
        kinds.append(k)
        inhibitory.append(bool(rng.random() < kind.inhibitory_share))
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Beads(
        position_nm=joined[0],
        radius_nm=joined[1],
        parent=joined[2],
        neurite=joined[3],
        compartment=joined[4],
        kind=np.array(kinds, np.int64),
        is_inhibitory=np.array(inhibitory, np.bool_),
    )


def _radius(kind: NeuriteKind, rng: np.random.Generator) -> float:
    """Radius of one neurite, log-normal within its limits."""
    drawn = kind.radius_nm * np.exp(kind.radius_spread * rng.standard_normal())
    return float(np.clip(drawn, kind.radius_least_nm, kind.radius_most_nm))


def _start(
    occupied: NDArray[np.float32],
    extent_nm: NDArray[np.float64],
    radius: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """The emptiest of some random places."""
    places = rng.random((16, 3)) * extent_nm
    crowded = [_crowding(occupied, place, max(radius, _CELL_NM)) for place in places]
    return np.asarray(places[int(np.argmin(crowded))])


def _grow_one(
    occupied: NDArray[np.float32],
    start: NDArray[np.float64],
    extent_nm: NDArray[np.float64],
    radius: float,
    kind: NeuriteKind,
    state: NDArray[np.uint64],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], float]:
    """One tree: beads, radii, parents, compartments, volume inside the box."""
    most = 40_000
    position = np.empty((most, 3))
    radius_nm = np.empty(most)
    parent = np.empty(most, np.int64)
    compartment = np.empty(most, np.uint8)
    n, volume = _tree(
        occupied,
        start,
        extent_nm,
        radius,
        kind.radius_least_nm,
        kind.straightness,
        kind.varicosity_every_nm,
        kind.varicosity_radius_nm,
        kind.branch_every_nm,
        kind.branch_radius_ratio,
        kind.spine_every_nm,
        state,
        position,
        radius_nm,
        parent,
        compartment,
    )
    return position[:n], radius_nm[:n], parent[:n], compartment[:n], float(volume)


@compiled
def _crowding(occupied: Any, place: Any, reach: float) -> float:
    """Occupied cells within `reach` of a place, as a share."""
    nz, ny, nx = occupied.shape
    cells = int(reach / _CELL_NM) + 1
    z, y, x = (
        int(place[0] / _CELL_NM),
        int(place[1] / _CELL_NM),
        int(place[2] / _CELL_NM),
    )
    total, n = 0.0, 0
    for i in range(max(0, z - cells), min(nz, z + cells + 1)):
        for j in range(max(0, y - cells), min(ny, y + cells + 1)):
            for k in range(max(0, x - cells), min(nx, x + cells + 1)):
                total += min(occupied[i, j, k], 1.0)
                n += 1
    return total / max(n, 1)


@compiled
def _stamp(occupied: Any, z: float, y: float, x: float, radius: float) -> None:
    """Mark the cells of a bead."""
    nz, ny, nx = occupied.shape
    reach = max(radius, 0.6 * _CELL_NM)
    for i in range(max(0, int((z - reach) / _CELL_NM)), min(nz, int((z + reach) / _CELL_NM) + 1)):
        dz = (i + 0.5) * _CELL_NM - z
        for j in range(
            max(0, int((y - reach) / _CELL_NM)), min(ny, int((y + reach) / _CELL_NM) + 1)
        ):
            dy = (j + 0.5) * _CELL_NM - y
            for k in range(
                max(0, int((x - reach) / _CELL_NM)), min(nx, int((x + reach) / _CELL_NM) + 1)
            ):
                dx = (k + 0.5) * _CELL_NM - x
                if dz * dz + dy * dy + dx * dx <= reach * reach:
                    occupied[i, j, k] += 1.0


@compiled
def _exponential(mean: float, state: Any) -> float:
    """Exponential waiting length; endless where the mean is 0."""
    if mean <= 0:
        return 1e12
    return float(-mean * np.log(1.0 - next_unit(state)))


@compiled
def _tree(
    occupied: Any,
    start: Any,
    extent: Any,
    radius: float,
    radius_least: float,
    straightness: float,
    varicosity_every: float,
    varicosity_radius: float,
    branch_every: float,
    branch_ratio: float,
    spine_every: float,
    state: Any,
    position: Any,
    radii: Any,
    parents: Any,
    compartments: Any,
) -> tuple[int, float]:
    """Grow a tree into arrays made for it; number of beads and volume inside the box.

    Branches wait on a stack: (z, y, x, direction, radius, length left, parent, is spine).
    """
    stack = np.empty((_MOST_BRANCHES, 10))
    most = len(radii)
    n, volume = 0, 0.0
    direction = np.empty(3)
    best = np.empty(3)
    trial = np.empty(3)
    _random_direction(direction, state)
    # The root, and two arms from it that grow in opposite directions.
    position[0] = start
    radii[0] = radius
    parents[0] = -1
    compartments[0] = SHAFT
    n = 1
    waiting = 0
    for sign in (1.0, -1.0):
        stack[waiting, 0:3] = start
        stack[waiting, 3:6] = sign * direction
        stack[waiting, 6] = radius
        stack[waiting, 7] = 1e12
        stack[waiting, 8] = 0
        stack[waiting, 9] = 0
        waiting += 1
    while waiting > 0:
        waiting -= 1
        z, y, x = stack[waiting, 0], stack[waiting, 1], stack[waiting, 2]
        direction[:] = stack[waiting, 3:6]
        thick = stack[waiting, 6]
        left = stack[waiting, 7]
        parent = int(stack[waiting, 8])
        is_spine = stack[waiting, 9] > 0
        length = left
        head = 110.0 + 130.0 * next_unit(state) if is_spine else 0.0
        to_swelling = _exponential(varicosity_every, state)
        to_branch = _exponential(branch_every, state)
        to_spine = _exponential(spine_every, state)
        swelling_at, gone, swell = -1e12, 0.0, 0.0
        phase = 6.28 * next_unit(state)
        while left > 0 and n < most:
            around = np.exp(-(((gone - swelling_at) / (0.9 * max(swell, 1.0))) ** 2))
            local = thick * (1.0 + 0.15 * np.sin(gone / 600.0 + phase))
            local = max(local, 0.9 * radius_least)
            if swell > local:
                local += (swell - local) * around
            if is_spine:
                local = thick if left > head else head
            step = min(max(0.7 * local, 40.0), 160.0)
            if is_spine and left <= head:
                step = head * 0.8
            # The emptiest of some directions around the last one.
            least = 1e12
            for attempt in range(6):
                _random_direction(trial, state)
                spread = (1.0 - straightness) * 3.0 * (0.4 + attempt / 5.0)
                norm = 0.0
                for c in range(3):
                    trial[c] = direction[c] + spread * trial[c]
                    norm += trial[c] * trial[c]
                norm = np.sqrt(norm)
                for c in range(3):
                    trial[c] /= norm
                cost = 0.02 * attempt
                for far in (1.0, 2.2):
                    ahead = far * (local + _CELL_NM)
                    i = int((z + trial[0] * ahead) / _CELL_NM)
                    j = int((y + trial[1] * ahead) / _CELL_NM)
                    k = int((x + trial[2] * ahead) / _CELL_NM)
                    if (
                        0 <= i < occupied.shape[0]
                        and 0 <= j < occupied.shape[1]
                        and 0 <= k < occupied.shape[2]
                    ):
                        cost += min(occupied[i, j, k], 3.0) / far
                if cost < least:
                    least = cost
                    best[:] = trial
            direction[:] = best
            z += step * direction[0]
            y += step * direction[1]
            x += step * direction[2]
            gone += step
            left -= step
            position[n, 0], position[n, 1], position[n, 2] = z, y, x
            radii[n] = local
            parents[n] = parent
            compartments[n] = SHAFT
            if is_spine:
                compartments[n] = SPINE_NECK if local < head else SPINE_HEAD
            elif swell > thick and around > 0.3:
                compartments[n] = VARICOSITY
            parent = n
            n += 1
            _stamp(occupied, z, y, x, local)
            if not (-local < z < extent[0] + local and -local < y < extent[1] + local):
                break
            if not -local < x < extent[2] + local:
                break
            volume += np.pi * local * local * step
            if is_spine:
                continue
            to_swelling -= step
            to_branch -= step
            to_spine -= step
            if to_swelling < 0 and varicosity_radius > thick:
                swell = varicosity_radius * (0.75 + 0.5 * next_unit(state))
                swelling_at = gone + 1.5 * swell
                to_swelling = 2.0 * swell + _exponential(varicosity_every, state)
            if to_branch < 0 and waiting < _MOST_BRANCHES - 2 and length > 500.0:
                _random_direction(trial, state)
                _push(stack, waiting, z, y, x, direction, trial, 0.9)
                ratio = branch_ratio * (0.7 + 0.6 * next_unit(state))
                stack[waiting, 6] = max(thick * min(ratio, 1.0), radius_least * 0.5)
                stack[waiting, 7] = 800.0 + _exponential(5000.0, state)
                stack[waiting, 8] = parent
                stack[waiting, 9] = 0
                waiting += 1
                to_branch = _exponential(branch_every, state)
            if to_spine < 0 and waiting < _MOST_BRANCHES - 2:
                _random_direction(trial, state)
                _push(stack, waiting, z, y, x, direction, trial, 6.0)
                stack[waiting, 6] = 42.0 + 25.0 * next_unit(state)
                stack[waiting, 7] = local + 350.0 + 700.0 * next_unit(state)
                stack[waiting, 8] = parent
                stack[waiting, 9] = 1
                waiting += 1
                to_spine = _exponential(spine_every, state)
    return n, volume


@compiled
def _push(
    stack: Any, at: int, z: float, y: float, x: float, along: Any, aside: Any, turn: float
) -> None:
    """Put a branch on the stack that leaves at an angle: `turn` times aside, once along."""
    dot = aside[0] * along[0] + aside[1] * along[1] + aside[2] * along[2]
    norm = 0.0
    for c in range(3):
        stack[at, 3 + c] = along[c] + turn * (aside[c] - dot * along[c])
        norm += stack[at, 3 + c] ** 2
    for c in range(3):
        stack[at, 3 + c] /= np.sqrt(norm)
    stack[at, 0], stack[at, 1], stack[at, 2] = z, y, x


@compiled
def _random_direction(out: Any, state: Any) -> None:
    """Write a direction, uniform on the sphere."""
    u = 2.0 * next_unit(state) - 1.0
    angle = 6.283185307179586 * next_unit(state)
    side = np.sqrt(max(0.0, 1.0 - u * u))
    out[0], out[1], out[2] = u, side * np.cos(angle), side * np.sin(angle)
