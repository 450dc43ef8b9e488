"""Organelles: mitochondria that follow a neurite's axis; vesicles, T-bars and microtubules.

Mitochondria are a signed distance on the nodes of the fields. All else is small and round and
drawn as particles: (z, y, x, radius, density of the shell, density of the core), in nm and 0-1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .fields import Fields
from .growth import Beads
from .planted_synapses import Sites
from .random_numbers import generator
from .render import NO_ORGANELLE_NM
from .tissues import Tissue

Particles = NDArray[np.float32]


def mitochondria(
    fields: Fields, beads: Beads, place_nm: NDArray[np.float64], tissue: Tissue, seed: int
) -> NDArray[np.float32]:
    """(Z, Y, X) float32: signed distance in nm to the nearest mitochondrion, negative inside.

    Parameters
    ----------
    fields : Fields
    beads : Beads
        N beads.
    place_nm : (N, 3) float64
        Where they lie in the frame of the fields.
    tissue : Tissue
    seed : int
    """
    rng = generator(seed, "organelles")
    distance = np.full(fields.shape, NO_ORGANELLE_NM, np.float32)
    every = np.array([kind.mitochondria_every_nm for kind in tissue.kinds])[
        beads.kind[beads.neurite]
    ]
    link = np.linalg.norm(place_nm - place_nm[np.maximum(beads.parent, 0)], axis=1)
    begins = np.flatnonzero(
        (rng.random(len(link)) < 1.6 * link / every) & (beads.radius_nm > 110.0)
    )
    for bead in begins:
        left = float(rng.uniform(500.0, 2500.0))
        thick = float(rng.uniform(0.45, 0.7) * beads.radius_nm[bead])
        thick = min(thick, float(rng.uniform(130.0, 240.0)))
        side = rng.standard_normal(3)
        side *= 0.25 * beads.radius_nm[bead] / np.linalg.norm(side)
        at = int(bead)
        while left > 0 and beads.parent[at] >= 0:
            up = int(beads.parent[at])
            if beads.radius_nm[up] < 1.25 * thick:
                break
            _capsule(
                distance,
                fields.neurite,
                int(beads.neurite[at]),
                fields.origin_nm,
                fields.spacing_nm,
                place_nm[at] + side,
                place_nm[up] + side,
                thick,
            )
            left -= float(link[at])
            at = up
    return distance


@compiled
def _capsule(
    distance: Any,
    names: Any,
    owner: int,
    origin: Any,
    spacing: Any,
    start: Any,
    end: Any,
    radius: float,
) -> None:
    """Lower the signed distance around one link; outside its owner it stays above 20 nm."""
    reach = radius + 60.0
    first = np.empty(3, np.int64)
    past = np.empty(3, np.int64)
    for c in range(3):
        first[c] = max(0, int(np.ceil((min(start[c], end[c]) - reach - origin[c]) / spacing[c])))
        past[c] = min(
            distance.shape[c],
            int(np.floor((max(start[c], end[c]) + reach - origin[c]) / spacing[c])) + 1,
        )
    v = end - start
    square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2]
    for i in range(first[0], past[0]):
        dz = origin[0] + i * spacing[0] - start[0]
        for j in range(first[1], past[1]):
            dy = origin[1] + j * spacing[1] - start[1]
            for k in range(first[2], past[2]):
                dx = origin[2] + k * spacing[2] - start[2]
                t = (dz * v[0] + dy * v[1] + dx * v[2]) / max(square, 1e-9)
                t = min(max(t, 0.0), 1.0)
                ez, ey, ex = dz - t * v[0], dy - t * v[1], dx - t * v[2]
                value = np.sqrt(ez * ez + ey * ey + ex * ex) - radius
                if names[i, j, k, 0] != owner:
                    value = max(value, 20.0)
                distance[i, j, k] = min(distance[i, j, k], value)


def vesicles(
    fields: Fields,
    sites: Sites,
    mitochondrion_nm: NDArray[np.float32],
    tissue: Tissue,
    seed: int,
) -> Particles:
    """Vesicles of 40 nm crowded before each site, and the T-bars of those that have one."""
    rng = generator(seed, "organelles")
    rng = np.random.Generator(np.random.PCG64(rng.integers(0, 2**63, 4)))
    parts: list[NDArray[np.float64]] = []
    for s in range(len(sites)):
        inward = sites.pre_nm[s] - sites.cleft_nm[s]
        inward = inward / max(float(np.linalg.norm(inward)), 1e-9)
        n = int(rng.poisson(5 * tissue.vesicles_per_site))
        cloud = sites.cleft_nm[s] + 130.0 * inward + rng.normal(0.0, 120.0, (n, 3))
        cloud = cloud[_well_inside(fields, cloud, int(sites.pre[s]), 34.0, mitochondrion_nm)]
        cloud = _spaced(cloud, 40.0)[: tissue.vesicles_per_site]
        dense = rng.random(len(cloud)) < 0.02
        parts.append(
            np.column_stack(
                [
                    cloud,
                    np.where(dense, 34.0, rng.normal(20.0, 1.8, len(cloud))),
                    np.where(dense, 0.6, 0.8),
                    np.where(dense, 0.95, 0.15),
                ]
            )
        )
        if tissue.t_bars:
            parts.append(_t_bar(sites.cleft_nm[s], inward))
    if not parts:
        return np.zeros((0, 6), np.float32)
    return np.concatenate(parts).astype(np.float32)


def _t_bar(cleft_nm: NDArray[np.float64], inward: NDArray[np.float64]) -> NDArray[np.float64]:
    """A pedestal and a platform of dense balls."""
    helper = np.eye(3)[int(np.argmin(np.abs(inward)))]
    u = np.cross(inward, helper)
    u /= np.linalg.norm(u)
    v = np.cross(inward, u)
    balls = [cleft_nm + depth * inward for depth in (14.0, 24.0, 34.0)]
    for ring, n in ((20.0, 5), (42.0, 9), (62.0, 13)):
        for angle in 2 * np.pi * np.arange(n) / n:
            balls.append(cleft_nm + 46.0 * inward + ring * (np.cos(angle) * u + np.sin(angle) * v))
    centres = np.array(balls)
    n = len(centres)
    return np.column_stack([centres, np.full(n, 15.0), np.full(n, 0.6), np.full(n, 0.6)])


def microtubules(
    fields: Fields, beads: Beads, place_nm: NDArray[np.float64], tissue: Tissue, seed: int
) -> Particles:
    """Microtubules along neurites that have them, as strings of dots 12 nm apart."""
    rng = generator(seed, "organelles")
    rng = np.random.Generator(np.random.PCG64(rng.integers(0, 2**63, 5)))
    has = np.array([kind.microtubules for kind in tissue.kinds])[beads.kind[beads.neurite]]
    ends = np.flatnonzero(has & (beads.parent >= 0) & (beads.compartment < 2))
    if len(ends) == 0:
        return np.zeros((0, 6), np.float32)
    # Offsets from the axis, the same all along a neurite, a share of its radius.
    offsets = rng.normal(0.0, 0.38, (len(beads.kind), 14, 3))
    offsets *= np.minimum(1.0, 0.75 / np.linalg.norm(offsets, axis=2, keepdims=True))
    parts = []
    up = beads.parent[ends]
    link = np.linalg.norm(place_nm[ends] - place_nm[up], axis=1)
    most = np.clip((beads.radius_nm[ends] / 75.0).astype(int), 1, 14)
    for tubule in range(14):
        keep = most > tubule
        if not keep.any():
            continue
        e, p = ends[keep], up[keep]
        aside = offsets[beads.neurite[e], tubule]
        start = place_nm[e] + aside * beads.radius_nm[e][:, None]
        stop = place_nm[p] + aside * beads.radius_nm[p][:, None]
        steps = np.maximum((link[keep] / 12.0).astype(int), 1)
        which = np.repeat(np.arange(len(e)), steps)
        t = (np.arange(steps.sum()) - np.repeat(np.cumsum(steps) - steps, steps)) / steps[which]
        dots = start[which] + t[:, None] * (stop - start)[which]
        names = beads.neurite[e][which]
        parts.append(dots[_belongs(fields, dots, names, 26.0)])
    dots = np.concatenate(parts)
    n = len(dots)
    shape = [np.full(n, 9.0), np.full(n, 0.55), np.full(n, 0.5)]
    return np.column_stack([dots, *shape]).astype(np.float32)


def _belongs(
    fields: Fields, places: NDArray[np.float64], names: NDArray[Any], depth_nm: float
) -> NDArray[np.bool_]:
    """Whether each place is inside the fields, in the named neurite and this deep in it."""
    index = (places - fields.origin_nm) / fields.spacing_nm
    inside = ((index >= 0) & (index <= np.array(fields.shape) - 1)).all(axis=1)
    node = tuple(fields.nearest_node(places).T)
    lead = fields.field_nm[(*node, 1)] - fields.field_nm[(*node, 0)]
    return np.asarray(inside & (fields.neurite[(*node, 0)] == names) & (lead > 2 * depth_nm))


def _well_inside(
    fields: Fields,
    places: NDArray[np.float64],
    neurite: int,
    depth_nm: float,
    mitochondrion_nm: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Whether places are this deep in a neurite and outside its mitochondria."""
    node = tuple(fields.nearest_node(places).T)
    free = mitochondrion_nm[node] > 28.0
    names = np.full(len(places), neurite)
    return np.asarray(_belongs(fields, places, names, depth_nm) & free)


def _spaced(places: NDArray[np.float64], apart_nm: float) -> NDArray[np.float64]:
    """Places in order, without those too close to an earlier one."""
    kept: list[NDArray[np.float64]] = []
    for place in places:
        if all(np.square(place - other).sum() >= apart_nm**2 for other in kept):
            kept.append(place)
    return np.array(kept).reshape(-1, 3)


def scattered(
    fields: Fields,
    low_nm: NDArray[np.float64],
    high_nm: NDArray[np.float64],
    has_them: NDArray[np.bool_],
    per_um3: float,
    mitochondrion_nm: NDArray[np.float32],
    seed: int,
) -> Particles:
    """Vesicles and dense granules anywhere in neurites, for some neurites more than for others."""
    rng = generator(seed, "organelles")
    rng = np.random.Generator(np.random.PCG64(rng.integers(0, 2**63, 6)))
    crowd = rng.gamma(1.0, 1.0, len(has_them)) * has_them
    most = 4.0
    n = int(rng.poisson(most * per_um3 * 1e-9 * float(np.prod(high_nm - low_nm))))
    places = low_nm + rng.random((n, 3)) * (high_nm - low_nm)
    node = tuple(fields.nearest_node(places).T)
    names = fields.neurite[(*node, 0)]
    kept = (names >= 0) & (rng.random(n) * most < crowd[names])
    kept &= _belongs(fields, places, names, 32.0) & (mitochondrion_nm[node] > 28.0)
    places = places[kept]
    granule = rng.random(len(places)) < 0.35
    radius = np.where(
        granule, rng.uniform(9.0, 16.0, len(places)), rng.uniform(17, 30, len(places))
    )
    shape = [radius, np.where(granule, 0.75, 0.62), np.where(granule, 0.75, 0.2)]
    return np.column_stack([places, *shape]).astype(np.float32)


def blobs_in_labels(
    fields: Fields, inside_nm: NDArray[np.float32], per_um3: float, seed: int
) -> NDArray[np.float32]:
    """Mitochondria for neurites whose axis is not known: (Z, Y, X) signed distance.

    Each lies between two places deep in one neurite, if all between them is deep in it too.

    Parameters
    ----------
    fields : Fields
    inside_nm : (Z, Y, X) float32
        Distance of each node to its membrane.
    per_um3 : float
        Wanted.
    seed : int
    """
    rng = generator(seed, "organelles")
    distance = np.full(fields.shape, NO_ORGANELLE_NM, np.float32)
    first = fields.neurite[..., 0]
    deep = np.argwhere((inside_nm > 110.0) & (first != 0))
    if len(deep) == 0:
        return distance
    volume = float(np.prod(fields.spacing_nm * np.array(fields.shape))) * 1e-9
    for _ in range(int(rng.poisson(per_um3 * volume))):
        start = deep[int(rng.integers(len(deep)))]
        owner = int(first[tuple(start)])
        thick = float(rng.uniform(0.5, 0.75) * min(inside_nm[tuple(start)], 260.0))
        reach = rng.uniform(-900.0, 900.0, (12, 3)) / fields.spacing_nm
        for step in reach:
            t = np.linspace(0.0, 1.0, 9)[:, None]
            between = np.rint(start + t * step).astype(np.int64)
            if (between < 0).any() or (between >= np.array(fields.shape)).any():
                continue
            at = tuple(between.T)
            if (first[at] == owner).all() and (inside_nm[at] > 0.9 * thick).all():
                place = fields.origin_nm + between[[0, -1]] * fields.spacing_nm
                _capsule(
                    distance,
                    fields.neurite,
                    owner,
                    fields.origin_nm,
                    fields.spacing_nm,
                    place[0],
                    place[1],
                    thick,
                )
                break
    return distance
