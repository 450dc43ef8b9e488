"""Grid: a volume cut into blocks, numbered in raster order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Grid:
    """Blocks of a volume; those at its far ends may be smaller.

    Attributes
    ----------
    shape : (z, y, x) voxels of the volume
    block : (z, y, x) voxels of a block
    """

    shape: Triple
    block: Triple

    @property
    def counts(self) -> Triple:
        """Blocks along z, y, x."""
        z, y, x = (-(-n // b) for n, b in zip(self.shape, self.block, strict=True))
        return z, y, x

    def __len__(self) -> int:
        return math.prod(self.counts)

    def position(self, number: int) -> Triple:
        """Where a block stands in the grid."""
        _, ny, nx = self.counts
        return number // (ny * nx), number // nx % ny, number % nx

    def box(self, number: int, halo: Sequence[int] = (0, 0, 0)) -> tuple[Triple, Triple]:
        """First voxel of a block and the one behind its last, with a halo cut off at the volume."""
        where = self.position(number)
        z, y, x = (max(0, p * b - h) for p, b, h in zip(where, self.block, halo, strict=True))
        ends = [
            min(n, (p + 1) * b + h)
            for n, p, b, h in zip(self.shape, where, self.block, halo, strict=True)
        ]
        return (z, y, x), (ends[0], ends[1], ends[2])

    def touched(self, begin: Sequence[int], end: Sequence[int]) -> list[int]:
        """Blocks that a box meets."""
        _, ny, nx = self.counts
        z, y, x = (
            range(a // b, -(-c // b)) for a, c, b in zip(begin, end, self.block, strict=True)
        )
        return [(i * ny + j) * nx + k for i in z for j in y for k in x]


def checked_triple(values: Any, name: str, least: int) -> Triple:
    """Three whole numbers (z, y, x), each at least so much.

    Raises
    ------
    ValueError
        Anything else.
    """
    numbers = list(values) if hasattr(values, "__iter__") else []
    if len(numbers) != 3 or any(int(n) != n or n < least for n in numbers):
        msg = (
            f"{name} must be three whole numbers of voxels (z, y, x) from {least}, got {values!r}."
        )
        raise ValueError(msg)
    z, y, x = (int(n) for n in numbers)
    return z, y, x
