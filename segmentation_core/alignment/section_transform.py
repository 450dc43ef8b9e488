"""Section transform: where each pixel of an aligned section is found in the section as it was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SectionTransform:
    """A map from aligned to original pixels: an affine part, and displacements on a mesh.

    ``original = matrix[:, :2] @ aligned + matrix[:, 2] + displacement(aligned)``, all (y, x) in pixels. Maps
    of this direction are what drawing needs: each aligned pixel looks up its gray value.

    Attributes
    ----------
    matrix : (2, 3) float
    displacement : (rows, columns, 2) float or None
        (y, x) displacements at the nodes of a mesh, bilinear between them and constant outside.
    spacing : float
        Pixels between nodes; node (0, 0) is at `origin`.
    origin : (float, float)
        Position (y, x) of node (0, 0).
    """

    matrix: Floats
    displacement: Floats | None = None
    spacing: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def identity(cls) -> SectionTransform:
        """The map that changes nothing."""
        return cls(np.eye(2, 3))

    def __call__(self, positions: npt.ArrayLike) -> Floats:
        """Original positions of aligned ones.

        Parameters
        ----------
        positions : (..., 2) array_like
            (y, x) in pixels.

        Examples
        --------
        >>> SectionTransform(np.array([[1.0, 0, 5], [0, 1, -2]]))([[10, 10]]).tolist()
        [[15.0, 8.0]]
        """
        points = np.asarray(positions, np.float64)
        found: Floats = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        if self.displacement is not None:
            found = np.asarray(found + self._displaced(points), np.float64)
        return found

    def _displaced(self, points: Floats) -> Floats:
        assert self.displacement is not None
        rows, columns = self.displacement.shape[:2]
        at = (points - self.origin) / self.spacing
        y = np.clip(at[..., 0], 0, rows - 1)
        x = np.clip(at[..., 1], 0, columns - 1)
        y0 = np.minimum(y.astype(np.int64), max(rows - 2, 0))
        x0 = np.minimum(x.astype(np.int64), max(columns - 2, 0))
        y1, x1 = np.minimum(y0 + 1, rows - 1), np.minimum(x0 + 1, columns - 1)
        b, a = (y - y0)[..., None], (x - x0)[..., None]
        d = self.displacement
        mixed: Floats = (1 - b) * ((1 - a) * d[y0, x0] + a * d[y0, x1]) + b * (
            (1 - a) * d[y1, x0] + a * d[y1, x1]
        )
        return mixed

    def after(self, first: SectionTransform) -> SectionTransform:
        """The map that applies `first` and then this one.

        Exact where this map is affine; where both have meshes, the result is exact at the nodes of
        the mesh of `first` (or of this one, where `first` has none).

        Examples
        --------
        >>> shift = SectionTransform(np.array([[1.0, 0, 3], [0, 1, 0]]))
        >>> scale = SectionTransform(np.array([[2.0, 0, 0], [0, 2, 0]]))
        >>> scale.after(shift)([[1, 1]]).tolist(), shift.after(scale)([[1, 1]]).tolist()
        ([[8.0, 2.0]], [[5.0, 2.0]])
        """
        linear = self.matrix[:, :2] @ first.matrix[:, :2]
        shift = self.matrix[:, :2] @ first.matrix[:, 2] + self.matrix[:, 2]
        matrix = np.column_stack([linear, shift])
        mesh = first if first.displacement is not None else self
        if mesh.displacement is None:
            return SectionTransform(matrix)
        nodes = mesh.nodes()
        left_over: Floats = np.asarray(self(first(nodes)) - (nodes @ linear.T + shift), np.float64)
        return SectionTransform(matrix, left_over, mesh.spacing, mesh.origin)

    def nodes(self) -> Floats:
        """Positions (rows, columns, 2) of the mesh's nodes."""
        assert self.displacement is not None
        rows, columns = self.displacement.shape[:2]
        grid = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=-1)
        positions: Floats = np.asarray(grid * self.spacing + self.origin, np.float64)
        return positions

    def inverse(self, *, n_steps: int = 30) -> SectionTransform:
        """The map from original to aligned pixels.

        Where there is a mesh it is inverted at its nodes, by fixed-point steps, which converge for any
        map that does not fold.
        """
        linear = np.linalg.inv(self.matrix[:, :2])
        matrix = np.column_stack([linear, -linear @ self.matrix[:, 2]])
        if self.displacement is None:
            return SectionTransform(matrix)
        nodes = self.nodes()
        affine = nodes @ matrix[:, :2].T + matrix[:, 2]
        found: Floats = affine.astype(np.float64)
        for _ in range(n_steps):
            found = np.asarray(affine - self._displaced(found) @ linear.T, np.float64)
        return SectionTransform(matrix, found - affine, self.spacing, self.origin)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The map as plain arrays, to be saved."""
        mesh = np.zeros((0, 0, 2)) if self.displacement is None else self.displacement
        return {
            "matrix": self.matrix,
            "displacement": mesh,
            "frame": np.array([self.spacing, *self.origin]),
        }

    @classmethod
    def from_arrays(cls, matrix: Floats, displacement: Floats, frame: Floats) -> SectionTransform:
        """The map that `arrays` were made of."""
        mesh = None if displacement.size == 0 else displacement
        return cls(matrix, mesh, float(frame[0]), (float(frame[1]), float(frame[2])))
