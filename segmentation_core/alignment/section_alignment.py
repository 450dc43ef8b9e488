"""Section alignment: sections of a stack registered to their neighbours and relaxed all together."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..volumes.volume import Volume
from .aligned_sections import Alignment, Canvas, frame_of
from .block_matching import match_blocks
from .coarse_placement import place
from .consensus import agreeing
from .local_contrast import local_contrast, shrunk
from .relaxation import PairMatches, basis, relax_mesh, relax_moves
from .section_transform import SectionTransform
from .steady_tissue import steady
from .warping import warped

Model = Literal["translation", "affine", "elastic"]
Drift = Literal["tissue", "stage"]

# Width of blocks and of steps between them, in pixels of the sections that are matched.
BLOCK, STEP = 96, 64
# Share of the blocks that must agree for two sections to be told alike. Blocks matched at random agree
# by 20 %, sections of real tissue 150 nm apart by 60 % and more.
ENOUGH = 0.35
LEAST_LIKENESS = 0.15


class _Prepared(NamedTuple):
    contrast: npt.NDArray[np.float32]
    valid: npt.NDArray[np.bool_]


class _Found(NamedTuple):
    """Matches of a pair, and how many of the blocks compared agree."""

    pair: PairMatches
    n_blocks: int
    n_kept: int
    likeness: float


def align(
    sections: Volume | npt.NDArray[Any] | Sequence[npt.NDArray[Any]] | str | os.PathLike[str],
    *,
    model: Model = "elastic",
    n_neighbours: int = 3,
    max_shift_px: float | None = None,
    max_turn_deg: float = 0.0,
    mesh_px: int | None = None,
    stiffness: float = 0.1,
    drift: Drift = "tissue",
    reference: int | None = None,
    canvas: Canvas = "input",
    shrink: int | None = None,
    skip: Sequence[int] = (),
    rng: int | np.random.Generator | None = 0,
    n_jobs: int | None = 1,
    progress: Callable[[str, float], None] | None = None,
) -> Alignment:
    """Align the sections of a stack.

    Each section is compared with several before and after it: first whole (coarse turn and shift), then by
    blocks, of which those that contradict the others are dropped. All sections are then moved at
    once so that all comparisons agree best, which shares errors among the sections and keeps them from
    adding up: first by translations or affine maps, then, if elastic, by meshes of springs
    (Saalfeld et al. 2012, https://doi.org/10.1038/nmeth.2072). Missing sections are skipped, and so are
    sections that agree with no neighbour.

    Parameters
    ----------
    sections : Volume, array (z, y, x), sequence of (y, x) arrays, or path
        Images, uint8. A Volume or path is read section by section.
    model : {"translation", "affine", "elastic"}
        What each section may do. "elastic" is an affine map and a mesh.
    n_neighbours : int
        Sections before and after to compare with; gaps of up to one less than this are bridged.
    max_shift_px : float, optional
        How far sections may lie apart along an axis; a quarter of their size by default.
    max_turn_deg : float
        How much neighbours may be turned against each other. Up to some degrees need no search: 0.
    mesh_px : int, optional
        Pixels between the nodes of the mesh.
    stiffness : float
        Of the springs. Larger follows less of what single blocks say.
    drift : {"tissue", "stage"}
        What slow drift along the stack is taken for. Neurites that run obliquely move from section to
        section as a drifting stage does, and images cannot tell the two apart. "tissue": placements of
        sections are independent of each other, as those of sections cut and imaged one by one, and what is
        slow is kept (see `steady`). "stage": neighbours are laid on each other as well as they can be,
        which straightens oblique neurites.
    reference : int, optional
        Section that stays as it is. By default the mean of all does.
    canvas : {"input", "union"}
        Whether aligned sections have the frame of the input, or one that holds all of every section.
    shrink : int, optional
        Sections are compared at 1/shrink of their size. By default pixels of about 8 nm.
    skip : sequence of int
        Sections known to be bad.
    rng : int, Generator or None
        For the consensus of blocks.
    n_jobs : int, optional
        Threads; None takes every processor. The result is the same on any number.
    progress : callable, optional
        Called with what is done and the share of it.

    Returns
    -------
    Alignment
        Transforms, what was skipped, how well neighbours agree; ``render`` draws the aligned volume.

    Raises
    ------
    ValueError
        If there are fewer than two sections with an image, they are too small, or not uint8.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> from scipy import ndimage
    >>> scene = ndimage.gaussian_filter(rng.normal(size=(160, 160)), 3)
    >>> scene = (128 + 900 * scene).clip(1, 255).astype(np.uint8)
    >>> moved = [scene[16:144, 16:144], scene[19:147, 12:140]]
    >>> alignment = align(moved, model="translation", reference=0)
    >>> alignment.transforms[1]([[50, 50]]).round().tolist()
    [[47.0, 54.0]]
    """
    volume = _opened(sections)
    _, height, width = volume.shape
    if model not in ("translation", "affine", "elastic"):
        msg = f"model must be 'translation', 'affine' or 'elastic', got {model!r}."
        raise ValueError(msg)
    if min(height, width) < 64 or n_neighbours < 1 or stiffness <= 0:
        msg = (
            f"sections of {height} x {width} px, n_neighbours={n_neighbours}, stiffness={stiffness}: wanted "
            "at least 64 px, 1 neighbour and a positive stiffness."
        )
        raise ValueError(msg)
    if drift not in ("tissue", "stage"):
        msg = f"drift must be 'tissue' or 'stage', got {drift!r}."
        raise ValueError(msg)
    if canvas not in ("input", "union"):
        msg = f"canvas must be 'input' or 'union', got {canvas!r}."
        raise ValueError(msg)
    return _Aligner(
        volume,
        model=model,
        n_neighbours=n_neighbours,
        max_shift_px=max_shift_px,
        max_turn_deg=max_turn_deg,
        mesh_px=mesh_px,
        stiffness=stiffness,
        shrink=shrink,
        rng=np.random.default_rng(rng),
        n_jobs=(os.cpu_count() or 1) if n_jobs is None else n_jobs,
        progress=progress or (lambda _what, _share: None),
    ).run(reference=reference, canvas=canvas, skip=skip, drift=drift)


def _opened(sections: Any) -> Volume:
    """A Volume of uint8."""
    from ..volumes import open_volume

    if isinstance(sections, str | os.PathLike):
        return open_volume(sections, kind="image")
    if isinstance(sections, Volume):
        return open_volume(sections, kind="image")
    if not hasattr(sections, "ndim"):
        shapes = {np.shape(section) for section in sections}
        if len(shapes) != 1:
            msg = f"sections must have one shape, got {sorted(shapes)}; pad them to the largest."
            raise ValueError(msg)
        sections = np.stack([np.asarray(section) for section in sections])
    # Nothing here depends on the voxel size but the default of `shrink`.
    return open_volume(sections, voxel_size_nm=(40, 4, 4), kind="image")


class _Aligner:
    """One alignment under way: where every section is so far."""

    def __init__(
        self,
        volume: Volume,
        *,
        model: Model,
        n_neighbours: int,
        max_shift_px: float | None,
        max_turn_deg: float,
        mesh_px: int | None,
        stiffness: float,
        shrink: int | None,
        rng: np.random.Generator,
        n_jobs: int,
        progress: Callable[[str, float], None],
    ) -> None:
        self.volume, self.model, self.n_neighbours = volume, model, n_neighbours
        self.size = np.array(volume.shape[1:])
        self.max_shift = max_shift_px if max_shift_px is not None else float(self.size.min()) / 4
        self.max_turn = max_turn_deg
        self.stiffness, self.rng, self.progress = stiffness, rng, progress
        smallest = int(self.size.min())
        wanted = round(8 / min(volume.voxel_size_nm[1:]))
        self.shrink = shrink or int(np.clip(wanted, 1, max(1, smallest // 256)))
        # At least four blocks along each side.
        small = smallest // self.shrink
        self.block = int(min(BLOCK, small // 3 // 2 * 2))
        self.step = max(8, min(STEP, self.block * 2 // 3)) * self.shrink
        self.mesh_px = mesh_px or max(8, self.block // 2) * self.shrink
        self.n_jobs = n_jobs
        self.transforms = [SectionTransform.identity()] * volume.shape[0]

    def run(
        self, *, reference: int | None, canvas: Canvas, skip: Sequence[int], drift: Drift
    ) -> Alignment:
        """All steps in order."""
        n = self.volume.shape[0]
        if reference is not None and not 0 <= reference < n:
            msg = f"reference={reference} is none of the sections 0 to {n - 1}."
            raise ValueError(msg)
        missing, small = self._look()
        missing = sorted({*missing, *self.volume.missing_sections})
        self.used = [z for z in range(n) if z not in missing and z not in set(skip)]
        self._need_two()
        self._place_coarsely(small)
        damaged = [z for z in skip if z not in missing]
        coarse_model = "translation" if self.model == "translation" else "affine"
        found: list[_Found] = []
        for number, reach in enumerate((24, 6)):
            found = self._match(self._nodes(self.step), reach, coarse_model)
            if number == 0:
                bad = self._unlike(found)
                damaged += bad
                self.used = [z for z in self.used if z not in bad]
                self._need_two()
                found = [
                    f
                    for f in found
                    if not {self.used_before[f.pair.first], self.used_before[f.pair.second]}
                    & set(bad)
                ]
                found = [self._renumbered(f) for f in found]
            self._move(found, coarse_model)
        if self.model == "elastic":
            for reach in (12, 8, 5):
                found = self._match(self._nodes(self.mesh_px), reach, "elastic")
                self._bend(found)
        matches = self._table(found)
        if drift == "tissue":
            self._keep_tissue()
        self._settle(reference)
        self._fill_in()
        shape, start = frame_of(
            [self.transforms[z] for z in self.used], (int(self.size[0]), int(self.size[1])), canvas
        )
        return Alignment(
            tuple(self.transforms),
            tuple(missing),
            tuple(sorted(damaged)),
            (int(self.size[0]), int(self.size[1])),
            shape,
            start,
            matches,
        )

    def _need_two(self) -> None:
        if len(self.used) < 2:
            msg = (
                f"{self.volume.name}: {len(self.used)} of {self.volume.shape[0]} sections have an image that "
                "agrees with another; there is nothing to align."
            )
            raise ValueError(msg)

    def _look(self) -> tuple[list[int], dict[int, _Prepared]]:
        """Sections without an image, and small copies of the others."""
        factor = max(1, -(-int(self.size.max()) // 256))
        missing, small = [], {}
        for z in range(self.volume.shape[0]):
            section = self.volume[z]
            image = shrunk(section, factor)
            contrast, valid = local_contrast(image, fine=1.0, coarse=max(8, max(image.shape) // 12))
            if valid.mean() < 0.1 or section.max() == section.min():
                missing.append(z)
            else:
                small[z] = _Prepared(contrast, valid)
            self.progress("look at sections", (z + 1) / self.volume.shape[0])
        self.small_factor = factor
        return missing, small

    def _place_coarsely(self, small: dict[int, _Prepared]) -> None:
        """Turn and shift along the most trusted way from the middle section to each."""
        used, factor = self.used, self.small_factor
        turn = 0.0 if self.model == "translation" else self.max_turn
        pairs = [
            (a, b)
            for i, a in enumerate(used)
            for b in used[i + 1 : i + 1 + min(2, self.n_neighbours)]
        ]

        def placed(pair: tuple[int, int]) -> tuple[float, int, int, SectionTransform]:
            found = place(
                small[pair[0]].contrast,
                small[pair[1]].contrast,
                max_turn_deg=turn,
                max_shift=self.max_shift / factor,
            )
            return found.likeness, *pair, enlarged(found.transform, factor)

        edges: dict[int, list[tuple[float, int, SectionTransform]]] = {z: [] for z in used}
        for likeness, a, b, transform in self._each(placed, pairs):
            edges[a].append((likeness, b, transform))
            edges[b].append((likeness, a, transform.inverse()))
        # Prim's tree of largest likeness, grown from the middle.
        reached = {used[len(used) // 2]: SectionTransform.identity()}
        while len(reached) < len(used):
            _, z, source, step = max(
                (
                    (likeness, z, source, step)
                    for source in reached
                    for likeness, z, step in edges[source]
                    if z not in reached
                ),
                key=lambda edge: edge[0],
            )
            # step: pixel of `source` -> pixel of z.
            reached[z] = step.after(reached[source])
        for z, transform in reached.items():
            self.transforms[z] = transform

    def _each(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """Results in order, by threads where there are several."""
        if self.n_jobs == 1:
            return [function(item) for item in items]
        with ThreadPoolExecutor(self.n_jobs) as pool:
            return list(pool.map(function, items))

    def _nodes(self, spacing: int) -> npt.NDArray[np.float64]:
        """Nodes (rows, columns, 2) of a mesh that covers the frame, aligned pixels."""
        grids = [np.arange(-(-(int(n) - 1) // spacing) + 1) * float(spacing) for n in self.size]
        # Centred, so that both edges are treated alike.
        grids = [g + (int(n) - 1 - g[-1]) / 2 for g, n in zip(grids, self.size, strict=True)]
        return np.stack(np.meshgrid(*grids, indexing="ij"), axis=-1)

    def _prepare(self, z: int) -> _Prepared:
        """A section as it is aligned so far, shrunk, in local contrast."""
        image = shrunk(self.volume[z], self.shrink)
        contrast, valid = local_contrast(image, fine=1.0, coarse=self.block // 3)
        transform = reduced(self.transforms[z], self.shrink)
        shape = (image.shape[0], image.shape[1])
        drawn, inside = warped(contrast, transform, (0, 0), shape)
        there = warped(valid.astype(np.uint8), transform, (0, 0), shape, nearest=True)[0]
        return _Prepared(drawn, inside & (there > 0))

    def _match(self, nodes: npt.NDArray[np.float64], reach: int, model: str) -> list[_Found]:
        """Compare every section with its neighbours at the nodes."""
        flat = nodes.reshape(-1, 2)
        shape = self.size // self.shrink
        centers = np.rint((flat - (self.shrink - 1) / 2) / self.shrink).astype(np.int64)
        # Blocks at the edges are moved inside, so that half of them is not empty.
        # Smaller blocks blur less of a bend.
        block = self.block * 2 // 3 // 2 * 2 if model == "elastic" else self.block
        edge = block // 4
        centers = np.clip(centers, edge, shape - 1 - edge)
        functions = basis(flat, "translation" if model == "translation" else "affine")
        self.used_before = list(self.used)
        found: list[_Found] = []
        cache: dict[int, _Prepared] = {}
        # Each pair has its own stream, so that threads change nothing.
        seed = int(self.rng.integers(2**31))
        for i, a in enumerate(self.used):
            others = list(range(i + 1, min(len(self.used), i + 1 + self.n_neighbours)))
            others = [j for j in others if self.used[j] - a <= 2 * self.n_neighbours]
            needed = [z for z in (a, *(self.used[j] for j in others)) if z not in cache]
            cache.update(zip(needed, self._each(self._prepare, needed), strict=True))

            def compared(j: int, a: int = a, i: int = i) -> _Found:
                one, two = cache[a], cache[self.used[j]]
                matches = match_blocks(
                    one.contrast,
                    two.contrast,
                    one.valid,
                    two.valid,
                    centers,
                    block=block,
                    reach=reach,
                )
                weight = np.where(matches.likeness > LEAST_LIKENESS, matches.likeness, 0)
                weight = weight * np.clip(matches.lead / 0.1, 0, 1)
                shift = matches.shift * self.shrink
                tolerance = max(3.0, reach / 3) * self.shrink
                kept = agreeing(
                    functions,
                    shift,
                    weight,
                    tolerance=tolerance,
                    rng=np.random.default_rng([seed, i, j]),
                )
                if model == "elastic":
                    # The blocks around tell what is likely: a fold may bend far, one block alone not.
                    near = max(4.0, 0.6 * reach) * self.shrink
                    kept = _like_their_neighbours(shift, weight, nodes.shape[:2], near)
                n_blocks = int((matches.likeness > -1).sum())
                likeness = float(np.median(matches.likeness[kept])) if kept.any() else 0.0
                pair = PairMatches(i, j, shift, np.where(kept, weight, 0))
                return _Found(pair, n_blocks, int(kept.sum()), likeness)

            found += self._each(compared, others)
            cache.pop(a)
            self.progress(f"compare sections ({model})", (i + 1) / len(self.used))
        return (
            [f for f in found if f.n_kept >= max(6, ENOUGH * f.n_blocks)]
            if model == "elastic"
            else found
        )

    def _unlike(self, found: Sequence[_Found]) -> list[int]:
        """Sections that agree with none of their neighbours."""
        best = np.zeros(len(self.used))
        for f in found:
            share = f.n_kept / max(f.n_blocks, 1)
            # A few blocks of any texture agree by chance, but are not alike as tissue is.
            trust = share * f.likeness if f.n_kept >= 4 and share >= ENOUGH else 0.0
            best[f.pair.first] = max(best[f.pair.first], trust)
            best[f.pair.second] = max(best[f.pair.second], trust)
        limit = 0.35 * float(np.median(best))
        return [z for z, trust in zip(self.used, best, strict=True) if trust <= limit]

    def _renumbered(self, found: _Found) -> _Found:
        """A pair with its sections counted among those still used."""
        first, second = (
            self.used.index(self.used_before[k]) for k in (found.pair.first, found.pair.second)
        )
        return found._replace(pair=replace(found.pair, first=first, second=second))

    def _move(self, found: Sequence[_Found], model: str) -> None:
        """Translate or deform all sections so that the matches agree."""
        nodes = self._nodes(self.step).reshape(-1, 2)
        functions = basis(nodes, model)
        present = np.zeros((len(self.used), functions.shape[1], 2))
        for i, z in enumerate(self.used):
            way = self.transforms[z](nodes) - nodes
            present[i] = np.linalg.lstsq(functions, way, rcond=None)[0]
        present -= present.mean(axis=0)
        pairs = [f.pair for f in found if f.n_kept >= max(4, ENOUGH * f.n_blocks)]
        # Enough to fix where the stack lies, and no more: what is jitter is settled at the end.
        total = float(np.mean([p.weight.sum() for p in pairs])) if pairs else 1.0
        anchor = np.full(functions.shape[1], 1e-6 * total)
        moves, weights = relax_moves(
            pairs, present, functions, anchor=anchor, floor=0.5 * self.shrink
        )
        self.weights = weights
        middle = nodes.mean(axis=0)
        scale = max(float(np.abs(nodes - middle).max()), 1.0)
        for i, z in enumerate(self.used):
            matrix = np.eye(2, 3)
            matrix[:, 2] += moves[i, 0]
            if model != "translation":
                linear = moves[i, 1:].T / scale
                matrix[:, :2] += linear
                matrix[:, 2] -= linear @ middle
            self.transforms[z] = self.transforms[z].after(SectionTransform(matrix))

    def _bend(self, found: Sequence[_Found]) -> None:
        """Bend the meshes of all sections so that the matches agree."""
        nodes = self._nodes(self.mesh_px)
        present = np.zeros((len(self.used), *nodes.shape))
        for i, z in enumerate(self.used):
            mesh = self.transforms[z].displacement
            if mesh is not None:
                present[i] = mesh
        pairs = [f.pair for f in found]
        if not pairs:
            return
        usual = float(np.mean([p.weight.mean() for p in pairs]))
        moves, weights = relax_mesh(
            pairs,
            present,
            anchor=1e-4 * usual,
            stiffness=self.stiffness,
            floor=0.5 * self.shrink,
        )
        self.weights = weights
        origin = (float(nodes[0, 0, 0]), float(nodes[0, 0, 1]))
        for i, z in enumerate(self.used):
            bent = SectionTransform(np.eye(2, 3), moves[i], float(self.mesh_px), origin)
            self.transforms[z] = self.transforms[z].after(bent)

    def _table(self, found: Sequence[_Found]) -> Any:
        """How well neighbours agreed when they were compared last."""
        import pandas as pd

        rows = []
        for f in found:
            kept = f.pair.weight > 0
            length = np.linalg.norm(f.pair.shift[kept], axis=1)
            rows.append(
                {
                    "first": self.used[f.pair.first],
                    "second": self.used[f.pair.second],
                    "n_blocks": f.n_blocks,
                    "n_kept": f.n_kept,
                    "likeness": f.likeness,
                    "residual_px": float(np.median(length)) if kept.any() else np.nan,
                }
            )
        names = ["first", "second", "n_blocks", "n_kept", "likeness", "residual_px"]
        return pd.DataFrame(rows, columns=names)

    def _keep_tissue(self) -> None:
        """Take slow drift back, which is the tissue's."""
        step_nm = float(self.volume.voxel_size_nm[0])
        pixel_nm = float(np.mean(self.volume.voxel_size_nm[1:]))
        at = np.array(self.used, float) * step_nm
        nodes = self._nodes(self.step).reshape(-1, 2)
        functions = basis(nodes, "translation" if self.model == "translation" else "affine")
        ways = np.stack([self.transforms[z](nodes) - nodes for z in self.used])
        fitted = np.stack([np.linalg.lstsq(functions, way, rcond=None)[0] for way in ways])
        jitter = np.empty_like(fitted)
        width_nm = float(np.sqrt(np.prod(self.size))) * pixel_nm
        for k in range(fitted.shape[1]):
            jitter[:, k] = steady(fitted[:, k], at, pixel_nm=pixel_nm, width_nm=width_nm)
        meshes = [self.transforms[z].displacement for z in self.used]
        bent = None
        if all(mesh is not None for mesh in meshes):
            stacked = np.stack([mesh for mesh in meshes if mesh is not None])
            flat = stacked.reshape(len(stacked), -1)
            block_nm = self.block * self.shrink * pixel_nm
            bent = steady(flat, at, pixel_nm=pixel_nm, width_nm=block_nm).reshape(stacked.shape)
        middle = nodes.mean(axis=0)
        scale = max(float(np.abs(nodes - middle).max()), 1.0)
        for i, z in enumerate(self.used):
            matrix = np.eye(2, 3)
            matrix[:, 2] += jitter[i, 0]
            if fitted.shape[1] > 1:
                linear = jitter[i, 1:].T / scale
                matrix[:, :2] += linear
                matrix[:, 2] -= linear @ middle
            before = self.transforms[z]
            mesh = None if bent is None else bent[i]
            self.transforms[z] = SectionTransform(matrix, mesh, before.spacing, before.origin)

    def _settle(self, reference: int | None) -> None:
        """Move the whole stack so that the reference, or the mean, stays."""
        if reference is not None:
            if reference not in self.used:
                msg = (
                    f"reference={reference} is missing or damaged; choose one of {self.used[:5]}..."
                )
                raise ValueError(msg)
            back = self.transforms[reference].inverse()
        else:
            mean = np.mean([self.transforms[z].matrix for z in self.used], axis=0)
            back = SectionTransform(mean).inverse()
        for z in self.used:
            self.transforms[z] = self.transforms[z].after(back)

    def _fill_in(self) -> None:
        """Transforms of skipped sections: between those of the nearest used ones."""
        used = np.array(self.used)
        for z in range(len(self.transforms)):
            if z in self.used:
                continue
            before, after = used[used < z], used[used > z]
            low = int(before[-1]) if before.size else int(after[0])
            high = int(after[0]) if after.size else low
            share = (z - low) / (high - low) if high != low else 0.0
            a, b = self.transforms[low], self.transforms[high]
            matrix = (1 - share) * a.matrix + share * b.matrix
            if (
                a.displacement is None
                or b.displacement is None
                or a.displacement.shape != b.displacement.shape
            ):
                self.transforms[z] = SectionTransform(matrix)
            else:
                mesh = (1 - share) * a.displacement + share * b.displacement
                self.transforms[z] = SectionTransform(matrix, mesh, a.spacing, a.origin)


def _like_their_neighbours(
    shift: npt.NDArray[np.float64],
    weight: npt.NDArray[np.float64],
    mesh_shape: tuple[int, ...],
    tolerance: float,
) -> npt.NDArray[np.bool_]:
    """Matches within `tolerance` of the median of the matches at the nodes around."""
    rows, columns = mesh_shape[:2]
    field = np.where((weight > 0)[:, None], shift, np.nan).reshape(rows, columns, 2)
    padded = np.pad(field, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    around = np.stack(
        [
            padded[1 + i : 1 + i + rows, 1 + j : 1 + j + columns]
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            if (i, j) != (0, 0)
        ]
    )
    enough = (~np.isnan(around[..., 0])).sum(axis=0) >= 3
    usual = np.zeros_like(field)
    if enough.any():
        usual[enough] = np.nanmedian(around[:, enough], axis=0)
    apart = np.linalg.norm(np.nan_to_num(field - usual, nan=np.inf), axis=-1)
    like: npt.NDArray[np.bool_] = (enough & (apart < tolerance)).ravel()
    return like


def reduced(transform: SectionTransform, factor: int) -> SectionTransform:
    """The same map between sections shrunk by a whole factor."""
    if factor == 1:
        return transform
    half = (factor - 1) / 2
    linear = transform.matrix[:, :2]
    shift = (linear @ [half, half] + transform.matrix[:, 2] - half) / factor
    mesh = transform.displacement
    return SectionTransform(
        np.column_stack([linear, shift]),
        None if mesh is None else mesh / factor,
        transform.spacing / factor,
        ((transform.origin[0] - half) / factor, (transform.origin[1] - half) / factor),
    )


def enlarged(transform: SectionTransform, factor: int) -> SectionTransform:
    """The same affine map between sections `factor` times as large."""
    half = (factor - 1) / 2
    linear = transform.matrix[:, :2]
    shift = factor * transform.matrix[:, 2] + half - linear @ [half, half]
    return SectionTransform(np.column_stack([linear, shift]))
