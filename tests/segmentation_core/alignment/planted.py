"""Small stacks of made-up tissue, and the warps that are planted in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from segmentation_core.alignment import SectionTransform
from segmentation_core.alignment.warping import warped


def tissue(n: int, size: int, seed: int = 0) -> np.ndarray:
    """Blobs that go on for some sections and drift nowhere."""
    field = np.random.default_rng(seed).normal(size=(n, size, size)).astype(np.float32)
    field = ndimage.gaussian_filter(field, (1.6, 3.5, 3.5), mode="reflect")
    return (128 + 45 * field / field.std()).clip(1, 255).astype(np.uint8)


def warps(n: int, size: int, model: str, seed: int = 1) -> list[SectionTransform]:
    """Independent maps from warped to original pixels: 5 px, 1 degree, bends of 3 px."""
    rng = np.random.default_rng(seed)
    maps = []
    for _ in range(n):
        turn = np.deg2rad(rng.normal(0, 1)) if model != "translation" else 0.0
        linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        middle = np.full(2, (size - 1) / 2)
        matrix = np.column_stack([linear, middle - linear @ middle + rng.normal(0, 5, 2)])
        mesh = rng.normal(0, 3, (3, 3, 2)) if model == "elastic" else None
        maps.append(SectionTransform(matrix, mesh, size / 2))
    return maps


def photographed(
    stack: np.ndarray,
    maps: list[SectionTransform],
    *,
    noise: float = 0,
    drift: float = 0,
    seed: int = 2,
) -> np.ndarray:
    """The stack as warped sections, with noise and drifting contrast; 0 outside."""
    rng = np.random.default_rng(seed)
    out = np.zeros_like(stack)
    for z, (section, transform) in enumerate(zip(stack, maps, strict=True)):
        drawn, inside = warped(section, transform, (0, 0), section.shape)
        gray = 128 + (drawn - 128.0) * (1 + rng.normal(0, drift)) + 128 * rng.normal(0, drift)
        gray += rng.normal(0, noise, section.shape)
        out[z] = np.where(inside, gray.clip(1, 255), 0)
    return out


def left_over(maps: list[SectionTransform], alignment: Any, size: int) -> np.ndarray:
    """Distances (sections used, points) from where sections were, after one affine map common to all."""
    axis = np.linspace(0.12, 0.88, 9) * size
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    used = [z for z in range(len(maps)) if z not in alignment.skipped]
    found = np.stack([maps[z](alignment.transforms[z](grid)) for z in used])
    known = np.hstack([grid, np.ones((len(grid), 1))])
    common = np.linalg.lstsq(known, found.mean(axis=0), rcond=None)[0]
    return np.linalg.norm(found - known @ common, axis=2)
