"""Aligned sections: the result of an alignment, its transforms, and the volume drawn with them."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ..volumes.volume import Volume
from .section_transform import SectionTransform
from .warping import warped

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Alignment:
    """One transform to each section. Made by `align`.

    Attributes
    ----------
    transforms : tuple of SectionTransform
        From aligned to original pixels, (y, x). Those of skipped sections are between their neighbours'.
    missing : tuple of int
        Sections without an image.
    damaged : tuple of int
        Sections with an image that agrees with no neighbour.
    section_shape : (int, int)
        Pixels of a section as it was taken.
    shape : (int, int)
        Pixels of an aligned section.
    start : (int, int)
        Aligned position of its first pixel: ``(0, 0)``, or negative where the frame was widened.
    matches : DataFrame
        One row per pair of sections compared last: ``first``, ``second``, ``n_blocks`` compared, ``n_kept``
        that count, their ``likeness``, and ``residual_px``, the median distance they are still apart.
    """

    transforms: tuple[SectionTransform, ...]
    missing: tuple[int, ...]
    damaged: tuple[int, ...]
    section_shape: tuple[int, int]
    shape: tuple[int, int]
    start: tuple[int, int]
    matches: pd.DataFrame

    @property
    def skipped(self) -> tuple[int, ...]:
        """Missing and damaged sections."""
        return tuple(sorted({*self.missing, *self.damaged}))

    def __repr__(self) -> str:
        lost = f", {len(self.missing)} missing" if self.missing else ""
        lost += f", {len(self.damaged)} damaged" if self.damaged else ""
        return f"<Alignment of {len(self.transforms)} sections{lost}>"

    def render(self, volume: Volume | npt.NDArray[Any], *, keep_damaged: bool = False) -> Volume:
        """The aligned volume, drawn lazily: a box of it reads only what it needs.

        Parameters
        ----------
        volume : Volume or array (z, y, x)
            What was aligned, or anything that lies in its pixels, as its labels. uint8 is interpolated,
            other integers take the nearest pixel.
        keep_damaged : bool
            Draw damaged sections too, as the transforms of their neighbours have them. Otherwise they are
            0, as missing ones, and listed in ``missing_sections``.

        Returns
        -------
        Volume

        Raises
        ------
        ValueError
            If the volume has other sections.
        """
        from ..volumes import open_volume

        source = (
            volume
            if isinstance(volume, Volume)
            else open_volume(np.asarray(volume), voxel_size_nm=(1, 1, 1))
        )
        if source.shape != (len(self.transforms), *self.section_shape):
            wanted = (len(self.transforms), *self.section_shape)
            msg = (
                f"{source.name}: its shape is {source.shape}, the alignment is of {wanted}; draw the "
                "volume that was aligned."
            )
            raise ValueError(msg)
        skipped = self.missing if keep_damaged else self.skipped
        drawn = AlignedSource(source, self, skipped)
        _, size_y, size_x = source.voxel_size_nm
        z0, y0, x0 = source.offset_nm
        return Volume(
            drawn,
            "zyx",
            source.voxel_size_nm,
            f"{source.name}, aligned",
            (0, 0, 0),
            drawn.shape,
            (z0, y0 + self.start[0] * size_y, x0 + self.start[1] * size_x),
            source_missing=skipped,
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the alignment to one ``.npz`` file, whole or not at all.

        The table of matches is kept with it.
        """
        target = Path(path)
        arrays: dict[str, Any] = {
            "version": np.array(1),
            "missing": np.array(self.missing, np.int64),
            "damaged": np.array(self.damaged, np.int64),
            "section_shape": np.array(self.section_shape),
            "shape": np.array(self.shape),
            "start": np.array(self.start),
            "n_sections": np.array(len(self.transforms)),
        }
        for number, transform in enumerate(self.transforms):
            arrays |= {f"{name}_{number}": v for name, v in transform.arrays().items()}
        arrays |= {f"matches_{name}": self.matches[name].to_numpy() for name in self.matches}
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            with partial.open("wb") as file:
                np.savez_compressed(file, **arrays)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return target

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Alignment:
        """Read what `save` wrote.

        Raises
        ------
        ValueError
            If the file is no alignment or not whole.
        """
        import pandas as pd

        try:
            with Path(path).open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                arrays = dict(file)
            transforms = tuple(
                SectionTransform.from_arrays(
                    *(arrays[f"{name}_{k}"] for name in ("matrix", "displacement", "frame"))
                )
                for k in range(int(arrays["n_sections"]))
            )
            matches = {
                name.removeprefix("matches_"): values
                for name, values in arrays.items()
                if name.startswith("matches_")
            }
            y, x = (int(n) for n in arrays["section_shape"])
            rows, columns = (int(n) for n in arrays["shape"])
            start_y, start_x = (int(n) for n in arrays["start"])
            return cls(
                transforms,
                tuple(int(z) for z in arrays["missing"]),
                tuple(int(z) for z in arrays["damaged"]),
                (y, x),
                (rows, columns),
                (start_y, start_x),
                pd.DataFrame(matches),
            )
        except FileNotFoundError:
            raise ValueError(f"{path}: there is no such file.") from None
        except Exception as error:  # zip, header and shape errors of a damaged file
            msg = f"{path}: not a whole alignment ({' '.join(str(error).split())})."
            raise ValueError(msg) from error


@dataclass(frozen=True, eq=False)
class AlignedSource:
    """Boxes of aligned sections, each drawn from the part of the original that it shows."""

    volume: Volume
    alignment: Alignment
    skipped: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Sections, and pixels of an aligned one."""
        return (len(self.alignment.transforms), *self.alignment.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of the original."""
        return self.volume.dtype

    @property
    def chunk_shape(self) -> tuple[int, int, int]:
        """That of the original."""
        return self.volume.chunk_shape

    def read(self, lower: Sequence[int], upper: Sequence[int]) -> npt.NDArray[Any]:
        """Voxels of one box."""
        voxels = np.zeros([b - a for a, b in zip(lower, upper, strict=True)], self.dtype)
        start = (lower[1] + self.alignment.start[0], lower[2] + self.alignment.start[1])
        for z in range(lower[0], upper[0]):
            if z not in self.skipped:
                voxels[z - lower[0]] = draw_section(
                    self.volume, z, self.alignment.transforms[z], start, voxels.shape[1:]
                )
        return voxels


def draw_section(
    volume: Volume,
    z: int,
    transform: SectionTransform,
    start: tuple[int, int],
    shape: tuple[int, ...],
) -> npt.NDArray[Any]:
    """A box of one aligned section; only the pixels it looks up are read."""
    box_shape = (shape[0], shape[1])
    low, high = _looked_up(transform, start, box_shape)
    y0, x0 = max(0, math.floor(low[0]) - 1), max(0, math.floor(low[1]) - 1)
    y1 = min(volume.shape[1], math.ceil(high[0]) + 2)
    x1 = min(volume.shape[2], math.ceil(high[1]) + 2)
    if y0 >= y1 or x0 >= x1:
        return np.zeros(box_shape, volume.dtype)
    # What is cut off beyond the part is beyond the section too, so the edges of both agree.
    section = volume.crop(z=(z, z + 1), y=(y0, y1), x=(x0, x1)).read()[0]
    nearest = volume.dtype != np.uint8
    return warped(section, transform, start, box_shape, section_start=(y0, x0), nearest=nearest)[0]


def _looked_up(
    transform: SectionTransform, start: tuple[int, int], shape: tuple[int, int]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """A box of original pixels that holds all that an aligned box looks up."""
    y, x = start[0] + np.array([0, shape[0] - 1]), start[1] + np.array([0, shape[1] - 1])
    corners = np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1).reshape(-1, 2)
    found = corners @ transform.matrix[:, :2].T + transform.matrix[:, 2]
    low, high = found.min(axis=0), found.max(axis=0)
    if transform.displacement is not None:
        # Nodes around the box bound the displacements between them.
        rows, columns = transform.displacement.shape[:2]
        span = []
        for positions, origin, n in (
            (y, transform.origin[0], rows),
            (x, transform.origin[1], columns),
        ):
            a, b = (positions - origin) / transform.spacing
            span.append(
                slice(
                    int(np.clip(math.floor(a), 0, n - 1)), int(np.clip(math.ceil(b), 0, n - 1)) + 1
                )
            )
        part = transform.displacement[span[0], span[1]].reshape(-1, 2)
        low, high = low + part.min(axis=0), high + part.max(axis=0)
    return low, high


Canvas = Literal["input", "union"]


def frame_of(
    transforms: Sequence[SectionTransform], section_shape: tuple[int, int], canvas: Canvas
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Shape and first pixel of aligned sections: as the input, or wide enough for all of every section."""
    if canvas == "input":
        return section_shape, (0, 0)
    height, width = section_shape
    y, x = np.linspace(0, height - 1, 9), np.linspace(0, width - 1, 9)
    grid = np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1)
    placed = np.stack([transform.inverse()(grid) for transform in transforms])
    low = np.floor(placed.min(axis=(0, 1, 2))).astype(int)
    high = np.ceil(placed.max(axis=(0, 1, 2))).astype(int)
    shape = (int(high[0] - low[0]) + 1, int(high[1] - low[1]) + 1)
    return shape, (int(low[0]), int(low[1]))
