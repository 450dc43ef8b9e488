"""Voxel size: three lengths in nm along (z, y, x), checked; units of files turned into nm."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

NM_PER_UNIT = {
    "angstrom": 0.1,
    "a": 0.1,
    "å": 0.1,
    "nanometer": 1.0,
    "nanometre": 1.0,
    "nm": 1.0,
    "micrometer": 1e3,
    "micrometre": 1e3,
    "micron": 1e3,
    "microns": 1e3,
    "um": 1e3,
    "µm": 1e3,
    "μm": 1e3,
    "\\u00b5m": 1e3,
    "millimeter": 1e6,
    "millimetre": 1e6,
    "mm": 1e6,
    "meter": 1e9,
    "metre": 1e9,
    "m": 1e9,
}
# An atom, and a cube that would hold a whole cell.
SMALLEST_NM, LARGEST_NM = 0.1, 1e5


def nm_per(unit: Any, name: str) -> float:
    """Nanometres in one unit of length, by the unit's name.

    Examples
    --------
    >>> nm_per("micrometer", "a.zarr")
    1000.0
    """
    key = str(unit).strip().lower()
    if key not in NM_PER_UNIT:
        msg = (
            f"{name}: its voxel size is in {unit!r}, which is no known unit of length; "
            "give voxel_size_nm=(z, y, x)."
        )
        raise ValueError(msg)
    return NM_PER_UNIT[key]


def checked_voxel_size(value: Iterable[float], name: str) -> tuple[float, float, float]:
    """Three plausible lengths in nm, in the order (z, y, x).

    Raises
    ------
    ValueError
        If there are not three, or one is not finite and positive, smaller than an atom or larger
        than a cell.

    Examples
    --------
    >>> checked_voxel_size([40, 4, 4], "a.tif")
    (40.0, 4.0, 4.0)
    """
    try:
        sizes = tuple(float(size) for size in value)
    except (TypeError, ValueError):
        sizes = ()
    if len(sizes) != 3 or not all(math.isfinite(size) and size > 0 for size in sizes):
        msg = (
            f"{name}: voxel_size_nm must be three positive numbers (z, y, x), got {value!r}; "
            "for sections of 40 nm and pixels of 4 nm give voxel_size_nm=(40, 4, 4)."
        )
        raise ValueError(msg)
    if min(sizes) < SMALLEST_NM or max(sizes) > LARGEST_NM:
        msg = (
            f"{name}: a voxel of {sizes} nm (z, y, x) is smaller than an atom or larger than a "
            "cell; is it in another unit? Give voxel_size_nm=(z, y, x) in nanometres."
        )
        raise ValueError(msg)
    z, y, x = sizes
    return z, y, x
