"""Alignment against planted warps: how far recovered sections are from where they were.

python -m benchmarks --job alignment       the same as rows of the one table, and simulated sections
python -m benchmarks.alignment             real sections, warped by known maps, with noise and gaps
python -m benchmarks.alignment --pictures DIR    cuts across the sections before and after

A section is warped by W, aligned by T; W(T(p)) would be p. What is left after one affine map common to all
sections (a whole stack may lie anywhere) is the residual. Real sections were not perfectly aligned to begin with,
so the planted residual holds what aligning them anew changes; on FIB-SEM, which is one block, it is an error.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

import segmentation_core as sc
from segmentation_core.alignment.section_transform import SectionTransform
from segmentation_core.alignment.warping import warped

from .measure import Row, absent, data_file

HARD = {"noise": 20.0, "drift": 0.15, "missing": (5,), "damaged": (9,)}


def planted(
    n: int, shape: tuple[int, int], model: str, rng: np.random.Generator, *, size_px: float
) -> list[SectionTransform]:
    """Random maps: shifts of some `size_px`, turns of 1 degree and scales of 1 %, bends of a quarter of that."""
    maps = []
    for _ in range(n):
        matrix = np.eye(2, 3)
        matrix[:, 2] = rng.normal(0, size_px, 2)
        if model != "translation":
            turn = np.deg2rad(rng.normal(0, 1.0))
            linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
            linear = linear @ (np.eye(2) + rng.normal(0, 0.01, (2, 2)))
            middle = (np.array(shape) - 1) / 2
            matrix[:, 2] += middle - linear @ middle
            matrix[:, :2] = linear
        mesh, spacing = None, 1.0
        if model == "elastic":
            spacing = max(shape) / 4
            mesh = rng.normal(0, size_px / 4, (6, 6, 2))
            # Smooth between the nodes.
            fine = 4
            mesh = ndimage.zoom(mesh, (fine, fine, 1), order=3, grid_mode=True, mode="nearest")
            spacing /= fine
        maps.append(SectionTransform(matrix, mesh, spacing))
    return maps


def damaged_stack(
    stack: np.ndarray,
    maps: list[SectionTransform],
    rng: np.random.Generator,
    *,
    missing: tuple[int, ...] = (),
    damaged: tuple[int, ...] = (),
    noise: float = 0.0,
    drift: float = 0.0,
) -> np.ndarray:
    """The stack as a microscope may give it."""
    out = np.zeros_like(stack)
    for z, (section, transform) in enumerate(zip(stack, maps, strict=True)):
        if z in missing:
            continue
        drawn, inside = warped(section, transform, (0, 0), section.shape)
        gray = drawn.astype(np.float64)
        if z in damaged:
            gray = ndimage.gaussian_filter(rng.normal(0, 1, section.shape), 4) * 400 + 128
        if drift:
            slope = np.linspace(-1, 1, section.shape[1]) * rng.normal(0, drift)
            gray = (
                128
                + (gray - 128) * (1 + rng.normal(0, drift))
                + 128 * (rng.normal(0, drift) + slope)
            )
        gray += rng.normal(0, noise, section.shape) if noise else 0
        out[z] = np.where(inside, gray.clip(1, 255), 0)
    return out


def residuals(
    maps: list[SectionTransform], alignment: Any, sections: list[int], shape: tuple[int, int]
) -> np.ndarray:
    """Distances left (sections, points), after one affine map common to all."""
    margin = 0.08
    axes = [np.linspace(margin * n, (1 - margin) * n, 12) for n in shape]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    found = np.stack([maps[z](alignment.transforms[z](grid)) for z in sections])
    known = np.hstack([grid, np.ones((len(grid), 1))])
    common = np.linalg.lstsq(known, found.mean(axis=0), rcond=None)[0]
    return np.linalg.norm(found - known @ common, axis=2)


def neighbour_likeness(stack: np.ndarray, sections: list[int]) -> float:
    """Mean correlation of neighbouring sections, in the inner three quarters."""
    y, x = (slice(n // 8, n - n // 8) for n in stack.shape[1:])
    inner = [ndimage.gaussian_filter(stack[z, y, x].astype(float), 2).ravel() for z in sections]
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in itertools.pairwise(inner)]))


def run(
    name: str,
    stack: np.ndarray,
    voxel_size_nm: tuple[float, ...],
    model: Any,
    seed: int,
    slow: Any = "tissue",
    **bad: Any,
) -> dict[str, Any]:
    """One stack, warped and aligned."""
    rng = np.random.default_rng(seed)
    size_px = 6.0 if stack.shape[1] < 500 else 12.0
    maps = planted(len(stack), stack.shape[1:], model, rng, size_px=size_px)
    given = damaged_stack(stack, maps, rng, **bad)
    volume = sc.open_volume(given, voxel_size_nm=voxel_size_nm)
    start, cpu = time.perf_counter(), time.process_time()
    alignment = sc.align(volume, model=model, drift=slow)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    kept = [z for z in range(len(stack)) if z not in alignment.skipped]
    left = residuals(maps, alignment, kept, stack.shape[1:])
    before = residuals(
        maps,
        type(alignment)(
            tuple(SectionTransform.identity() for _ in maps),
            (),
            (),
            *[alignment.section_shape] * 2,
            (0, 0),
            None,
        ),
        kept,
        stack.shape[1:],
    )
    drawn = alignment.render(volume).read()
    return {
        "stack": name,
        "model": model,
        "planted_px": float(np.median(before)),
        "residual_px": float(np.median(left)),
        "p95_px": float(np.quantile(left, 0.95)),
        "worst_section_px": float(np.median(left, axis=1).max()),
        "ncc_original": neighbour_likeness(stack, kept),
        "ncc_warped": neighbour_likeness(given, kept),
        "ncc_aligned": neighbour_likeness(drawn, kept),
        "skipped": alignment.skipped,
        "mpixel_per_s": given.size / 1e6 / cpu,
        "wall_s": wall,
        "_pictures": (stack, given, drawn),
    }


def stacks() -> dict[str, tuple[np.ndarray, tuple[float, ...]]]:
    """Real sections, as many as are at hand."""
    made = {}
    if (fib := data_file("fib25_train.h5")) is not None:
        stack = sc.open_volume(fib, dataset="raw").read()[::4][:27]
        made["FIB-SEM, every 4th (27 x 250 x 250)"] = (stack, (40.0, 10.0, 10.0))
    if (vnc := data_file("vnc_sstem_sections_00_14.h5")) is not None:
        stack = sc.open_volume(vnc, dataset="raw").read()
        made["ssTEM (15 x 1024 x 1024)"] = (stack, (50.0, 4.6, 4.6))
    return made


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """What is left of planted warps; the peers of alignment are too large to install beside us."""
    job, size = "alignment", (40.0, 8.0, 8.0)
    made = sc.simulate_volume((6, 128, 128) if quick else (16, 384, 384), voxel_size_nm=size, rng=0)
    given = {f"simulation {made.raw.size / 1e6:.2g} Mpixel": (made.raw, size)}
    real = {} if quick else stacks()
    for name, (stack, voxel_size_nm) in (given | real).items():
        for model in ("translation",) if quick else ("translation", "affine", "elastic"):
            for case, bad in (("plain", {}), ("noise, drift, 1 missing, 1 destroyed", HARD)):
                if quick and bad:
                    continue
                r = run(name, stack, voxel_size_nm, model, 1, **bad)
                yield Row(
                    job=f"{job}, {model}, {case}",
                    graph=name,
                    ours=stack.size / 1e6 / r["mpixel_per_s"],
                    bound=f"planted {r['planted_px']:.1f} px, left {r['residual_px']:.2f} "
                    f"(95 % {r['p95_px']:.2f}, worst section {r['worst_section_px']:.2f}); "
                    f"{r['mpixel_per_s']:.2f} Mpixel/s",
                )
    if not quick and not real:
        yield absent(job, "real sections")


def main() -> None:
    """Print one line to each case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=Path, help="folder for cuts before and after")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(
        "| stack | case | planted px | residual px (median) | 95 % | worst section | NCC original, warped, aligned | skipped | Mpixel/s |"
    )
    print("|" + "---|" * 9)
    for name, (stack, size) in stacks().items():
        for model in ("translation", "affine", "elastic"):
            for case, bad in (
                ("plain", {}),
                ("noise 20, contrast drift, 1 missing, 1 destroyed", HARD),
            ):
                if options.only not in f"{name} {model} {case}":
                    continue
                r = run(name, stack, size, model, options.seed, **bad)
                print(
                    f"| {name} | {model}, {case} | {r['planted_px']:.1f} | {r['residual_px']:.2f} | {r['p95_px']:.2f} "
                    f"| {r['worst_section_px']:.2f} | {r['ncc_original']:.3f}, {r['ncc_warped']:.3f}, {r['ncc_aligned']:.3f} "
                    f"| {r['skipped']} | {r['mpixel_per_s']:.2f} |",
                    flush=True,
                )
                if options.pictures:
                    from PIL import Image

                    options.pictures.mkdir(parents=True, exist_ok=True)
                    middle = stack.shape[1] // 2
                    cuts = [np.repeat(part[:, middle], 8, axis=0) for part in r["_pictures"]]
                    gap = np.full((6, stack.shape[2]), 255, np.uint8)
                    picture = np.vstack([part for cut in cuts for part in (cut, gap)])
                    label = f"{name[:4]}_{model}_{case[:5]}".replace(" ", "_").replace(",", "")
                    Image.fromarray(picture).save(options.pictures / f"{label}.png")


if __name__ == "__main__":
    main()
