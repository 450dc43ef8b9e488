"""Design: everything that fixes a network's shape, chosen from the voxel size and kept with its weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

Triple = tuple[int, int, int]

# Isotropic voxels: one, three and nine voxels along each axis, and three diagonals that cross
# planes the straight ones do not. Twelve offsets: with them mean-affinity agglomeration beat
# quantiles, multicut and the mutex watershed on real tissue.
ISOTROPIC_OFFSETS: tuple[Triple, ...] = (
    (-1, 0, 0),
    (0, -1, 0),
    (0, 0, -1),
    (-3, 0, 0),
    (0, -3, 0),
    (0, 0, -3),
    (-9, 0, 0),
    (0, -9, 0),
    (0, 0, -9),
    (-5, -5, 0),
    (-5, 0, -5),
    (0, -5, -5),
)

# Thick sections: along z one section, and two and three to bridge a bad one; within a section
# up to 27 voxels, which is about as far as three sections.
ANISOTROPIC_OFFSETS: tuple[Triple, ...] = (
    (-1, 0, 0),
    (0, -1, 0),
    (0, 0, -1),
    (-2, 0, 0),
    (0, -5, 0),
    (0, 0, -5),
    (-3, 0, 0),
    (0, -15, 0),
    (0, 0, -15),
    (-1, -8, 0),
    (-1, 0, -8),
    (0, -9, -9),
)


# The stem goes on moving voxels into channels until its grid is at least this coarse.
_FINEST_GRID_NM = 15.0


@dataclasses.dataclass(frozen=True)
class NetworkDesign:
    """The shape of one affinity network.

    Parameters
    ----------
    voxel_size_nm : (z, y, x) floats
        What the network was designed and trained for.
    offsets : C triples of int
        Affinity ``c`` at voxel ``p`` speaks of ``p`` and ``p + offsets[c]``.
    strides : L triples of int
        Downsampling into each level; the first is the space-to-depth of the stem.
    encoder_kernels, decoder_kernels : L triples of int
        Convolution kernels of each level.
    features : L ints
        Channels of each level.
    descriptor_level : int
        Level on whose grid the local shape descriptors are predicted.
    descriptor_sigma_nm : float
        Width of the Gaussian window of the descriptors.
    """

    voxel_size_nm: tuple[float, float, float]
    offsets: tuple[Triple, ...]
    strides: tuple[Triple, ...]
    encoder_kernels: tuple[Triple, ...]
    decoder_kernels: tuple[Triple, ...]
    features: tuple[int, ...]
    descriptor_level: int = 1
    descriptor_sigma_nm: float = 80.0

    @property
    def n_levels(self) -> int:
        """Number of resolutions at which the network computes."""
        return len(self.features)

    @property
    def multiple(self) -> Triple:
        """What the shape of an input must be a multiple of, per axis."""
        return self.grid(self.n_levels - 1)

    def grid(self, level: int) -> Triple:
        """Voxels per grid point of `level`, per axis."""
        z = y = x = 1
        for stride in self.strides[: level + 1]:
            z, y, x = z * stride[0], y * stride[1], x * stride[2]
        return z, y, x

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, for JSON and for the weights file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> NetworkDesign:
        """The design that `to_dict` wrote."""

        def triples(rows: Sequence[Sequence[int]]) -> tuple[Triple, ...]:
            return tuple((int(z), int(y), int(x)) for z, y, x in rows)

        z, y, x = values["voxel_size_nm"]
        return cls(
            voxel_size_nm=(float(z), float(y), float(x)),
            offsets=triples(values["offsets"]),
            strides=triples(values["strides"]),
            encoder_kernels=triples(values["encoder_kernels"]),
            decoder_kernels=triples(values["decoder_kernels"]),
            features=tuple(int(f) for f in values["features"]),
            descriptor_level=int(values["descriptor_level"]),
            descriptor_sigma_nm=float(values["descriptor_sigma_nm"]),
        )


def design_network(
    voxel_size_nm: Sequence[float],
    *,
    features: Sequence[int] | None = None,
    offsets: Sequence[Sequence[int]] | None = None,
) -> NetworkDesign:
    """Choose strides and kernels so that the network's grid becomes isotropic as it goes down.

    An axis is downsampled when its grid is finer than twice the finest one, so that coarse
    sections are left alone until the section plane has caught up. The stem does so until the grid
    is 15 nm or coarser: membranes are no thinner. Kernels of the encoder span an
    axis only where it is less than twice as coarse as the finest; those of the decoder always do,
    since what continues into the next section must be decided at full resolution.

    Parameters
    ----------
    voxel_size_nm : (z, y, x) floats
        Size of a voxel.
    features : ints, optional
        Channels of each level, from fine to coarse; by default three levels of (24, 48, 96), or
        of (32, 64, 96) where sections are thick and a grid point holds 16 voxels.
    offsets : (C, 3) ints, optional
        Neighbours whose affinity is predicted; by default a set of twelve for isotropic or for
        anisotropic voxels.

    Returns
    -------
    NetworkDesign

    Raises
    ------
    ValueError
        If the voxel size is not three positive numbers, or no level is asked for.

    Examples
    --------
    >>> design_network((10, 10, 10)).strides
    ((2, 2, 2), (2, 2, 2), (2, 2, 2))
    >>> design_network((40, 4, 4)).strides
    ((1, 4, 4), (1, 2, 2), (2, 2, 2))
    >>> design_network((40, 4, 4)).encoder_kernels
    ((1, 3, 3), (3, 3, 3), (3, 3, 3))
    """
    size = [float(s) for s in voxel_size_nm]
    if len(size) != 3 or not all(0 < s < float("inf") for s in size):
        msg = f"voxel_size_nm must be three positive numbers (z, y, x), got {voxel_size_nm!r}."
        raise ValueError(msg)
    anisotropic = max(size) >= 2 * min(size)
    if features is None:
        features = (32, 64, 96) if anisotropic else (24, 48, 96)
    if len(features) < 2 or min(features) < 1:
        msg = f"features must name at least two levels of one or more channels, got {features!r}."
        raise ValueError(msg)
    if offsets is None:
        offsets = ANISOTROPIC_OFFSETS if anisotropic else ISOTROPIC_OFFSETS
    strides: list[Triple] = []
    encoder: list[Triple] = []
    current = size
    for level in range(len(features)):
        stride = [1, 1, 1]
        while True:
            finest = min(current)
            step = [2 if s < 2 * finest else 1 for s in current]
            stride = [a * b for a, b in zip(stride, step, strict=True)]
            current = [s * f for s, f in zip(current, step, strict=True)]
            if level > 0 or min(current) >= _FINEST_GRID_NM:
                break
        kernel = [3 if s < 2 * min(current) else 1 for s in current]
        strides.append((stride[0], stride[1], stride[2]))
        encoder.append((kernel[0], kernel[1], kernel[2]))
    return NetworkDesign(
        voxel_size_nm=(size[0], size[1], size[2]),
        offsets=tuple((int(z), int(y), int(x)) for z, y, x in offsets),
        strides=tuple(strides),
        encoder_kernels=tuple(encoder),
        decoder_kernels=((3, 3, 3),) * len(features),
        features=tuple(int(f) for f in features),
    )
