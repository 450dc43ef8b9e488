"""Render: fields and organelles become a plane of stain density, one sub-plane of a section.

Density runs from 0 (clear) to 1 (black). Within each cell of the grid only the few neurites that
can be nearest there are interpolated, trilinear; the least is the voxel's neurite, and the lead of
it over the next, divided by how fast the lead grows, is the distance to the membrane in nm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .fields import Fields
from .noise import periodic_noise
from .random_numbers import generator

TILE = 128
TILE_STEP_NM = 8.0
NO_ORGANELLE_NM = 1000.0
MOST_PARTNERS = 8


@dataclass(frozen=True, kw_only=True)
class Stain:
    """How dark things are, 0 clear to 1 black, and how thick their membranes, in nm."""

    membrane: float = 0.95
    gap: float = 0.55  # between the two membranes
    gap_nm: float = 13.0
    membrane_nm: float = 8.0
    mitochondrion: float = 0.62
    texture: float = 0.11
    density: float = 0.95  # of synapses


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that a section can show.

    fields : Fields
    piece : (Z, Y, X) int32, connected piece of a neurite at each node; see `shards`
    cytoplasm : (M,) float32, density of each neurite
    mitochondrion_nm : (Z, Y, X) float32, signed distance to the nearest mitochondrion at each node
    site_at : (Z, Y, X) int32, synaptic site near each node, -1 none
    site_nm : (S, 3) float64; site_radius_nm, site_psd_nm : (S,) float64
    site_pre : (S,) int32; site_post : (S, MOST_PARTNERS) int32, -1 where fewer
    particles : (P, 6) float32, sorted by z: z, y, x, radius (nm), density of shell and of core
    texture : (TILE, TILE, TILE) int8
    texture_shift : int, moves the place from which neurites read it
    """

    fields: Fields
    piece: NDArray[np.int32]
    cytoplasm: NDArray[np.float32]
    mitochondrion_nm: NDArray[np.float32]
    site_at: NDArray[np.int32]
    site_nm: NDArray[np.float64]
    site_radius_nm: NDArray[np.float64]
    site_psd_nm: NDArray[np.float64]
    site_pre: NDArray[np.int32]
    site_post: NDArray[np.int32]
    particles: NDArray[np.float32]
    texture: NDArray[np.int8]
    texture_shift: int
    stain: Stain


@cache
def texture_tile() -> NDArray[np.int8]:
    """(TILE, TILE, TILE) int8: grain of cytoplasm, fine and coarse, skewed to the dark.

    The same tile for all volumes, since it takes longer to make than a small one to render; each
    neurite reads it from a place of its own, which the seed moves.
    """
    rng = generator(0, "texture")
    shape = (TILE,) * 3
    fine = periodic_noise(shape, 1.1, rng)
    coarse = periodic_noise(shape, 4.0, rng)
    mixed = 0.75 * fine + 0.6 * coarse
    skewed = np.where(mixed > 0, mixed + 0.35 * mixed**2, mixed)
    return np.clip(np.rint(40.0 * skewed), -127, 127).astype(np.int8)


@compiled
def render_plane(
    z_nm: float,
    first_y_nm: float,
    first_x_nm: float,
    step_y: float,
    step_x: float,
    names: Any,
    values: Any,
    piece: Any,
    origin: Any,
    spacing: Any,
    far: float,
    cytoplasm: Any,
    mitochondrion: Any,
    site_at: Any,
    site_nm: Any,
    site_radius: Any,
    site_psd: Any,
    site_pre: Any,
    site_post: Any,
    texture: Any,
    texture_shift: int,
    stain: Any,
    weight: float,
    density: Any,
    piece_out: Any,
    distance_out: Any,
    inside_out: Any,
    write_names: bool,
    wide: bool,
) -> None:
    """Add one plane at depth `z_nm`, times `weight`, to `density` (Y, X) float32.

    Where `write_names`, also writes the piece of a neurite (int32), the distance to the membrane (float32,
    nm, negative at synaptic clefts, cut off at 60) and whether in a mitochondrion (uint8).
    stain : (7,) float64, the fields of `Stain` in order.
    """
    ny, nx = density.shape
    membrane_rho, gap_rho, gap_nm, membrane_nm = stain[0], stain[1], stain[2], stain[3]
    mito_rho, texture_rho, psd_rho = stain[4], stain[5], stain[6]
    kept = names.shape[3]
    mask = texture.shape[0] - 1
    cz = (z_nm - origin[0]) / spacing[0]
    i = min(max(int(np.floor(cz)), 0), names.shape[0] - 2)
    fz = min(max(cz - i, 0.0), 1.0)
    tz = int(np.floor(z_nm / TILE_STEP_NM))
    i_near = i if fz < 0.5 else i + 1
    local = np.empty(16, np.int32)
    local_piece = np.empty(16, np.int32)
    corner = np.empty((16, 8))  # value of each local name at the eight corners
    plane = np.empty((16, 4))  # at the four corners of the plane
    slope = np.empty((16, 4))  # derivative along z there, per nm
    along = np.empty((16, 2))  # value and step along a row
    y_first = 0
    while y_first < ny:
        cy = (first_y_nm + y_first * step_y - origin[1]) / spacing[1]
        j = min(max(int(np.floor(cy)), 0), names.shape[1] - 2)
        y_past = y_first + 1
        while y_past < ny and (first_y_nm + y_past * step_y - origin[1]) / spacing[1] < j + 1:
            y_past += 1
        x_first = 0
        while x_first < nx:
            cx = (first_x_nm + x_first * step_x - origin[2]) / spacing[2]
            k = min(max(int(np.floor(cx)), 0), names.shape[2] - 2)
            x_past = int(np.ceil((origin[2] + (k + 1) * spacing[2] - first_x_nm) / step_x - 1e-9))
            x_past = min(max(x_past, x_first + 1), nx)
            # Names that occur at the corners, and their values there.
            n_local = 0
            for c in range(8):
                u, v, w = i + (c >> 2), j + ((c >> 1) & 1), k + (c & 1)
                for r in range(kept):
                    name = names[u, v, w, r]
                    if name < 0:
                        break
                    at = -1
                    for q in range(n_local):
                        if local[q] == name:
                            at = q
                            break
                    if at < 0 and n_local < 16:
                        at = n_local
                        local[at] = name
                        local_piece[at] = -1
                        for e in range(8):
                            corner[at, e] = 1e9
                        n_local += 1
                    if at >= 0:
                        corner[at, c] = values[u, v, w, r]
                        if r == 0 and local_piece[at] < 0:
                            local_piece[at] = piece[u, v, w]
            for c in range(8):
                u, v, w = i + (c >> 2), j + ((c >> 1) & 1), k + (c & 1)
                rest = min(values[u, v, w, kept - 1], far)
                for q in range(n_local):
                    if corner[q, c] > 1e8:
                        corner[q, c] = rest
            near_mito = False
            near_site = False
            for c in range(8):
                u, v, w = i + (c >> 2), j + ((c >> 1) & 1), k + (c & 1)
                if mitochondrion[u, v, w] < 12.0:
                    near_mito = True
                if site_at[u, v, w] >= 0:
                    near_site = True
            # Twice as far as the distance to the membrane that makes a difference.
            lead_most = 110.0 if near_site or wide else 56.0
            # Only those that can be first or second, within reach of a membrane, stay.
            top = 1e9
            for q in range(n_local):
                most = corner[q, 0]
                for c in range(1, 8):
                    most = max(most, corner[q, c])
                top = min(top, most)
            kept_names = 0
            for q in range(n_local):
                least = corner[q, 0]
                for c in range(1, 8):
                    least = min(least, corner[q, c])
                if least <= top + lead_most:
                    local[kept_names] = local[q]
                    local_piece[kept_names] = local_piece[q]
                    for c in range(4):
                        low, high = corner[q, c], corner[q, c + 4]
                        plane[kept_names, c] = low + fz * (high - low)
                        slope[kept_names, c] = (high - low) / spacing[0]
                    kept_names += 1
            for y in range(y_first, y_past):
                fy = (first_y_nm + y * step_y - origin[1]) / spacing[1] - j
                fy = min(max(fy, 0.0), 1.0)
                ty = int((first_y_nm + y * step_y) / TILE_STEP_NM)
                for q in range(kept_names):
                    left = plane[q, 0] + fy * (plane[q, 2] - plane[q, 0])
                    right = plane[q, 1] + fy * (plane[q, 3] - plane[q, 1])
                    along[q, 0] = left
                    along[q, 1] = right - left
                for x in range(x_first, x_past):
                    fx = (first_x_nm + x * step_x - origin[2]) / spacing[2] - k
                    fx = min(max(fx, 0.0), 1.0)
                    best, second = 1e9, 1e9
                    a, b = 0, -1
                    for q in range(kept_names):
                        value = along[q, 0] + fx * along[q, 1]
                        if value < best:
                            second, b = best, a
                            best, a = value, q
                        elif value < second:
                            second, b = value, q
                    if second > 1e8:
                        b = -1
                    name = local[a] if kept_names > 0 else -1
                    distance = 60.0
                    if b >= 0 and second - best < lead_most:
                        gx = (along[b, 1] - along[a, 1]) / spacing[2]
                        bottom = plane[b, 2] - plane[a, 2] - plane[b, 0] + plane[a, 0]
                        top_y = plane[b, 3] - plane[a, 3] - plane[b, 1] + plane[a, 1]
                        gy = (bottom + fx * (top_y - bottom)) / spacing[1]
                        s0 = slope[b, 0] - slope[a, 0]
                        s1 = slope[b, 1] - slope[a, 1]
                        s2 = slope[b, 2] - slope[a, 2]
                        s3 = slope[b, 3] - slope[a, 3]
                        gz = (s0 + fx * (s1 - s0)) * (1.0 - fy) + (s2 + fx * (s3 - s2)) * fy
                        steep = np.sqrt(gx * gx + gy * gy + gz * gz)
                        distance = min((second - best) / max(steep, 0.5), 60.0)
                    tx = int((first_x_nm + x * step_x) / TILE_STEP_NM)
                    shift = (name * 40503 + texture_shift) & 0xFFFF
                    grain = texture[
                        (tz + shift) & mask, (ty + (shift >> 4)) & mask, (tx + (shift >> 8)) & mask
                    ] * (1.0 / 40.0)
                    rho = (cytoplasm[name] if name >= 0 else 0.05) + texture_rho * grain
                    inside = False
                    if near_mito:
                        m = _trilinear(mitochondrion, i, j, k, fz, fy, fx)
                        m = max(m, 24.0 - distance)
                        if m < 8.0:
                            ridge = _cristae(
                                z_nm, first_y_nm + y * step_y, first_x_nm + x * step_x, shift, m
                            )
                            matrix = mito_rho + 0.16 * ridge + 0.7 * texture_rho * grain
                            into = min(max((4.0 - m) / 8.0, 0.0), 1.0)
                            rho += into * (matrix - rho)
                            outer = np.exp(-(((m + 2.0) / 6.0) ** 2))
                            rho += 0.8 * outer * (membrane_rho - rho)
                            inside = m < 0.0
                    cleft = False
                    if distance < 24.0 + 36.0 * near_site:
                        middle = 0.5 * gap_nm
                        wall = 0.0
                        if distance < middle:
                            over = (middle - distance) / 3.0
                            wall = gap_rho + (1.0 - gap_rho) * max(1.0 - over, 0.0)
                        elif distance < middle + membrane_nm:
                            wall = 1.0
                        else:
                            wall = max(1.0 - (distance - middle - membrane_nm) / 7.0, 0.0)
                        rho += wall * (membrane_rho - rho)
                        v = j if fy < 0.5 else j + 1
                        w = k if fx < 0.5 else k + 1
                        site = site_at[i_near, v, w] if near_site else -1
                        if site >= 0 and b >= 0:
                            other = local[b]
                            is_pre = name == site_pre[site]
                            partner = other if is_pre else name
                            matches = False
                            if is_pre or other == site_pre[site]:
                                for s in range(site_post.shape[1]):
                                    if site_post[site, s] == partner:
                                        matches = True
                            if matches:
                                oz = z_nm - site_nm[site, 0]
                                oy = first_y_nm + y * step_y - site_nm[site, 1]
                                ox = first_x_nm + x * step_x - site_nm[site, 2]
                                from_site = np.sqrt(oz * oz + oy * oy + ox * ox)
                                fade = (1.0 - from_site / site_radius[site]) * 5.0 + 0.3 * grain
                                fade = min(max(fade, 0.0), 1.0)
                                deep = 12.0 if is_pre else site_psd[site]
                                dark = (deep + 14.0 + 6.0 * grain - distance) / 10.0
                                dark = min(max(dark, 0.0), 1.0) * fade * psd_rho
                                if distance > middle:
                                    rho += dark * (1.0 - rho)
                                else:
                                    rho += 0.35 * fade * (psd_rho - rho)
                                cleft = fade > 0.2 and distance < middle + 4.0
                    density[y, x] += weight * rho
                    if write_names:
                        # A name that is first at no corner has no piece here; -2 - name says so.
                        own = local_piece[a] if kept_names > 0 else -1
                        piece_out[y, x] = own if own >= 0 else -2 - name
                        distance_out[y, x] = -distance if cleft else distance
                        inside_out[y, x] = inside
            x_first = x_past
        y_first = y_past


@compiled
def _trilinear(grid: Any, i: int, j: int, k: int, fz: float, fy: float, fx: float) -> float:
    """Interpolate a grid inside the cell that starts at (i, j, k)."""
    total = 0.0
    for c in range(8):
        wz = fz if c & 4 else 1.0 - fz
        wy = fy if c & 2 else 1.0 - fy
        wx = fx if c & 1 else 1.0 - fx
        total += wz * wy * wx * grid[i + (c >> 2), j + ((c >> 1) & 1), k + (c & 1)]
    return total


@compiled
def _cristae(z: float, y: float, x: float, shift: int, depth: float) -> float:
    """Folds of the inner membrane: wavy, broken lamellae some 50 nm apart, from -1 to 1."""
    angle = (shift & 63) * 0.1
    across = y * np.cos(angle) + x * np.sin(angle) + 0.4 * z
    along = x * np.cos(angle) - y * np.sin(angle) + 0.3 * z
    bend = 1.6 * np.sin(0.023 * along + 1.5 * np.sin(0.011 * across + 0.017 * z))
    bend += 1.1 * np.sin(0.041 * z + 0.019 * across)
    broken = np.sin(0.027 * along + 0.9 * np.sin(0.031 * across) + 0.013 * z)
    inside = min(max((-10.0 - depth) / 12.0, 0.0), 1.0)
    fold = np.sin(across / 8.0 + bend) * (0.6 + 0.4 * broken)
    return float(inside * fold - 0.5 * (1.0 - inside))


@compiled
def add_particles(
    particles: Any,
    z_nm: float,
    first_y_nm: float,
    first_x_nm: float,
    step_y: float,
    step_x: float,
    weight: float,
    density: Any,
) -> None:
    """Draw vesicles, microtubules and dense bodies that the plane at `z_nm` cuts.

    particles : (P, 6) float32, see `Scene`; shell 7 nm thick. density : changed in place, blended
    towards the particle's density.
    """
    ny, nx = density.shape
    for p in range(len(particles)):
        radius = particles[p, 3]
        dz = z_nm - particles[p, 0]
        if abs(dz) >= radius + 3.0:
            continue
        reach = np.sqrt((radius + 3.0) ** 2 - dz * dz)
        y0 = max(0, int(np.ceil((particles[p, 1] - reach - first_y_nm) / step_y)))
        y1 = min(ny - 1, int(np.floor((particles[p, 1] + reach - first_y_nm) / step_y)))
        x0 = max(0, int(np.ceil((particles[p, 2] - reach - first_x_nm) / step_x)))
        x1 = min(nx - 1, int(np.floor((particles[p, 2] + reach - first_x_nm) / step_x)))
        for y in range(y0, y1 + 1):
            dy = first_y_nm + y * step_y - particles[p, 1]
            for x in range(x0, x1 + 1):
                dx = first_x_nm + x * step_x - particles[p, 2]
                inside = radius - np.sqrt(dz * dz + dy * dy + dx * dx)
                if inside < -3.0:
                    continue
                cover = min((inside + 3.0) / 4.0, 1.0)
                core = min(max((inside - 6.0) / 4.0, 0.0), 1.0)
                rho = particles[p, 4] + core * (particles[p, 5] - particles[p, 4])
                density[y, x] += weight * cover * 0.9 * (rho - 0.25)
