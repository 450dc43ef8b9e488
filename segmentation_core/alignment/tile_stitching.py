"""Tile stitching: overlapping pictures of one section placed together and drawn as one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .block_matching import match_blocks
from .coarse_placement import place
from .consensus import agreeing
from .local_contrast import local_contrast
from .section_transform import SectionTransform
from .warping import warped

if TYPE_CHECKING:
    import pandas as pd

# Overlaps narrower than this hold too little to compare.
NARROWEST_PX = 24
# Overlaps by chance are alike by less.
LEAST_LIKENESS = 0.3


@dataclass(frozen=True, eq=False)
class Mosaic:
    """Tiles at their places. Made by `stitch`.

    Attributes
    ----------
    tiles : tuple of (Y, X) uint8 array
    positions : (N, 2) float
        Where the first pixel of each tile lies, (y, x), in pixels.
    start : (int, int)
        Position of the first pixel of the mosaic.
    shape : (int, int)
        Pixels of the mosaic, which holds all of every tile.
    overlaps : DataFrame
        One row per pair of tiles compared: ``first``, ``second``, the measured ``shift_y`` and ``shift_x`` of the
        second from the first, ``likeness``, ``residual_px`` after all were placed, and ``used``.
    unplaced : tuple of int
        Tiles that no overlap ties to any other; they lie where they were said to.
    """

    tiles: tuple[npt.NDArray[np.uint8], ...]
    positions: npt.NDArray[np.float64]
    start: tuple[int, int]
    shape: tuple[int, int]
    overlaps: pd.DataFrame
    unplaced: tuple[int, ...]

    def read(
        self,
        y: tuple[int | None, int | None] = (None, None),
        x: tuple[int | None, int | None] = (None, None),
    ) -> npt.NDArray[np.uint8]:
        """Draw a box of the mosaic; where tiles overlap, one fades into the other.

        Parameters
        ----------
        y, x : (start, stop)
            Pixels of the mosaic; None is an end.

        Returns
        -------
        uint8 array
            0 where no tile is.
        """
        (y0, y1), (x0, x1) = (
            (a or 0, n if b is None else min(b, n))
            for (a, b), n in zip((y, x), self.shape, strict=True)
        )
        shape = (max(0, y1 - y0), max(0, x1 - x0))
        total, weights = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        for tile, position in zip(self.tiles, self.positions, strict=True):
            # From positions in the box to pixels of the tile.
            offset = np.add(self.start, (y0, x0)) - position
            low = np.maximum(0, np.floor(-offset).astype(int))
            high = np.minimum(shape, np.ceil(np.array(tile.shape) - offset).astype(int))
            if (low >= high).any():
                continue
            transform = SectionTransform(np.column_stack([np.eye(2), offset]))
            part = (int(high[0] - low[0]), int(high[1] - low[1]))
            drawn, inside = warped(
                tile.astype(np.float32), transform, (int(low[0]), int(low[1])), part
            )
            fade = [
                np.minimum(at + 1, n - at).clip(0)
                for at, n in (
                    (np.arange(low[k], high[k]) + offset[k], tile.shape[k]) for k in range(2)
                )
            ]
            # A product: at the outer edge of the mosaic too, side by side tiles fade into each other.
            weight = np.outer(fade[0], fade[1]).astype(np.float32) * inside
            box = (slice(low[0], high[0]), slice(low[1], high[1]))
            total[box] += weight * drawn
            weights[box] += weight
        mean = np.divide(total, weights, out=np.zeros_like(total), where=weights > 0)
        drawn_box: npt.NDArray[np.uint8] = np.rint(mean).astype(np.uint8)
        return drawn_box


def stitch(
    tiles: Sequence[npt.NDArray[np.uint8]],
    positions: npt.ArrayLike,
    *,
    max_error_px: float = 40.0,
    rng: int | np.random.Generator | None = 0,
) -> Mosaic:
    """Place overlapping tiles of one section.

    Every pair of tiles that overlap by their given positions is compared in its overlap: whole, then by
    blocks, to a fraction of a pixel. All tiles are then placed by least squares over all pairs at once; the
    pair that contradicts the others most is dropped until none does.

    Parameters
    ----------
    tiles : sequence of N (Y, X) uint8 arrays
    positions : (N, 2) array_like
        Where the microscope says that their first pixels lie, (y, x), in pixels.
    max_error_px : float
        By how much two neighbours may lie otherwise.
    rng : int, Generator or None
        For the consensus of blocks.

    Returns
    -------
    Mosaic

    Raises
    ------
    ValueError
        If there are no tiles, they are not uint8 pictures, or positions do not fit them.

    Examples
    --------
    >>> from scipy import ndimage
    >>> scene = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(120, 200)), 2)
    >>> scene = (128 + 600 * scene).clip(1, 255).astype(np.uint8)
    >>> mosaic = stitch([scene[:, :120], scene[:, 70:]], [(0, 0), (3, 75)], max_error_px=10)
    >>> ((mosaic.positions[1] - mosaic.positions[0]).round(1) + 0.0).tolist()
    [0.0, 70.0]
    >>> mosaic.shape
    (121, 201)
    """
    import pandas as pd

    given = np.asarray(positions, np.float64)
    if not len(tiles) or given.shape != (len(tiles), 2) or not np.isfinite(given).all():
        msg = f"{len(tiles)} tiles and positions {given.shape}; wanted a finite (y, x) for every tile."
        raise ValueError(msg)
    for number, tile in enumerate(tiles):
        if np.ndim(tile) != 2 or np.asarray(tile).dtype != np.uint8 or 0 in np.shape(tile):
            msg = (
                f"tile {number} is {np.asarray(tile).dtype} of shape {np.shape(tile)}; a tile is a uint8 "
                "picture (y, x)."
            )
            raise ValueError(msg)
    generator = np.random.default_rng(rng)
    rows = []
    for a, b in itertools.combinations(range(len(tiles)), 2):
        found = _compared(tiles[a], tiles[b], given[b] - given[a], max_error_px, generator)
        if found is not None:
            rows.append((a, b, *found))
    placed, used, residual = _placed(given, rows)
    overlaps = pd.DataFrame(rows, columns=["first", "second", "shift_y", "shift_x", "likeness"])
    overlaps["residual_px"], overlaps["used"] = residual, used
    tied = {k for row, use in zip(rows, used, strict=True) if use for k in row[:2]}
    ends = placed + [np.shape(tile) for tile in tiles]
    start = np.floor(placed.min(axis=0)).astype(int)
    shape = np.ceil(ends.max(axis=0)).astype(int) - start
    return Mosaic(
        tuple(np.asarray(tile) for tile in tiles),
        placed,
        (int(start[0]), int(start[1])),
        (int(shape[0]), int(shape[1])),
        overlaps,
        tuple(k for k in range(len(tiles)) if k not in tied and len(tiles) > 1),
    )


def _compared(
    first: npt.NDArray[Any],
    second: npt.NDArray[Any],
    expected: npt.NDArray[np.float64],
    max_error: float,
    rng: np.random.Generator,
) -> tuple[float, float, float] | None:
    """Shift of the second tile from the first, and its likeness; None where they do not overlap enough."""
    # The part of each tile that may lie in the overlap, of one shape.
    nominal = np.rint(expected).astype(int)
    low = np.maximum(0, nominal)
    high = np.minimum(first.shape, nominal + np.array(second.shape))
    if (high - low < NARROWEST_PX).any():
        return None
    one = first[low[0] : high[0], low[1] : high[1]]
    two = second[
        low[0] - nominal[0] : high[0] - nominal[0], low[1] - nominal[1] : high[1] - nominal[1]
    ]
    contrast_1, valid_1 = local_contrast(one.astype(np.float32), fine=0.7, coarse=16)
    contrast_2, valid_2 = local_contrast(two.astype(np.float32), fine=0.7, coarse=16)
    reach = min(max_error, 0.6 * min(one.shape))
    coarse = place(contrast_1, contrast_2, max_turn_deg=0.0, max_shift=reach)
    # Content at p in the first strip is at p + step in the second.
    step = np.rint(coarse.transform.matrix[:, 2]).astype(int)
    block = int(min(64, (min(one.shape) - abs(step).max()) // 2 * 2))
    if coarse.likeness < LEAST_LIKENESS or block < 16:
        return None
    moved, inside = warped(
        contrast_2, SectionTransform(np.column_stack([np.eye(2), step])), (0, 0), one.shape
    )
    grids = [np.arange(block // 2, n - block // 2 + 1, max(8, block // 2)) for n in one.shape]
    centers = np.stack(np.meshgrid(*grids, indexing="ij"), axis=-1).reshape(-1, 2)
    there = np.zeros(one.shape, bool)
    shifted = warped(
        valid_2.astype(np.uint8),
        SectionTransform(np.column_stack([np.eye(2), step])),
        (0, 0),
        one.shape,
        nearest=True,
    )[0]
    there |= inside & (shifted > 0)
    matches = match_blocks(
        contrast_1, moved, valid_1, there, centers, block=block, reach=4, enough=0.7
    )
    weight = np.where(matches.likeness > LEAST_LIKENESS, matches.likeness, 0.0)
    kept = agreeing(np.ones((len(centers), 1)), matches.shift, weight, tolerance=1.0, rng=rng)
    # Overlaps by chance agree in a block or two.
    if kept.sum() < max(2, 0.5 * (matches.likeness > -1).sum()):
        return None
    fine = np.average(matches.shift[kept], axis=0, weights=weight[kept])
    # p + expected offset of strips: the second tile lies `nominal - (step + fine)` from the first.
    shift = nominal - (step + fine)
    return float(shift[0]), float(shift[1]), float(np.median(matches.likeness[kept]))


def _placed(
    given: npt.NDArray[np.float64], rows: Sequence[tuple[Any, ...]]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Positions by least squares over the pairs; which pairs were used; what each is off by."""
    n = len(given)
    used = np.ones(len(rows), bool)
    measured = np.array([row[2:4] for row in rows], float).reshape(-1, 2)
    weight = np.array([row[4] for row in rows], float)
    ends = np.array([row[:2] for row in rows], int).reshape(-1, 2)
    while True:
        # Given positions count very little: they place what no overlap does.
        left = 1e-6 * np.eye(n)
        right = 1e-6 * given.copy()
        for (a, b), shift, w in zip(ends[used], measured[used], weight[used], strict=True):
            left[a, a] += w
            left[b, b] += w
            left[a, b] -= w
            left[b, a] -= w
            right[a] -= w * shift
            right[b] += w * shift
        placed: npt.NDArray[np.float64] = np.linalg.solve(left, right).astype(np.float64)
        residual: npt.NDArray[np.float64] = np.linalg.norm(
            placed[ends[:, 1]] - placed[ends[:, 0]] - measured, axis=1
        )
        if not used.any():
            break
        usual = max(1.0, 3 * float(np.median(residual[used])))
        worst = int(np.where(used, residual, -1).argmax())
        if residual[worst] <= usual:
            break
        used[worst] = False
    return placed, used, residual
