"""Fragment options: what fragments depend on beside affinities, and how far each voxel looks."""

from __future__ import annotations

from dataclasses import dataclass

from segmentation_core.affinity_arrays import checked_voxel_size

STRONG_ANISOTROPY = 4.0  # a z step this many times the others: fragments within sections
LINKS = 1  # voxels around one that its insideness and its shore level look at
CLIMB = 1  # and its way up


@dataclass(frozen=True)
class FragmentOptions:
    """Options of `watershed`, where they are described.

    Raises
    ------
    ValueError
        An option outside its range.

    Examples
    --------
    >>> FragmentOptions((40.0, 4.0, 4.0), cap_voxels=8.0).reach
    (0, 11, 11)
    """

    voxel_size_nm: tuple[float, float, float]
    sections: bool | None = None
    boundary: float = 0.7
    cap_voxels: float = 16.0
    narrowing: float = 0.8
    least_voxels: int = 8

    def __post_init__(self) -> None:
        size = checked_voxel_size(self.voxel_size_nm)
        object.__setattr__(self, "voxel_size_nm", size)
        if not 0 <= self.boundary < 1:
            msg = f"boundary must be an affinity in [0, 1), got {self.boundary!r}."
            raise ValueError(msg)
        if not 2 <= self.cap_voxels <= 64:
            msg = f"cap_voxels must be in 2 .. 64, got {self.cap_voxels!r}."
            raise ValueError(msg)
        if not 0 <= self.narrowing <= 1:
            msg = f"narrowing must be a share in [0, 1], got {self.narrowing!r}."
            raise ValueError(msg)
        if self.least_voxels < 1:
            msg = f"least_voxels must be 1 or more, got {self.least_voxels!r}."
            raise ValueError(msg)
        if self.sections is None:
            object.__setattr__(self, "sections", size[0] >= STRONG_ANISOTROPY * min(size[1:]))

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Sides of a voxel (z, y, x), the shortest one that counts being 1."""
        z, y, x = self.voxel_size_nm
        shortest = min(y, x) if self.sections else min(z, y, x)
        return z / shortest, y / shortest, x / shortest

    @property
    def reach(self) -> tuple[int, int, int]:
        """How many voxels (z, y, x) around one decide on its height and its way up."""
        z, y, x = (int(self.cap_voxels / side) + 1 + LINKS + CLIMB for side in self.spacing)
        return (0 if self.sections else z), y, x
