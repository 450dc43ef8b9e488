"""SWC: a skeleton as the text file that neuron viewers and simulators read.

One line per point: number, type, x, y, z, radius, parent (-1 at a root), numbers from 1. The
format has no field for units (Cannon et al. 1998, doi:10.1016/S0165-0270(98)00091-0); a comment
says which they are, micrometres unless asked otherwise, since programs expect these.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import numpy as np

from .skeleton import Skeleton

_NM_PER = {"um": 1000.0, "nm": 1.0}
UNDEFINED, SOMA = 0, 1


def write_swc(
    skeleton: Skeleton,
    path: str | os.PathLike[str],
    *,
    unit: Literal["um", "nm"] = "um",
    root_is_soma: bool = False,
) -> None:
    """Write a skeleton as SWC; the file appears whole or not at all.

    Parameters
    ----------
    skeleton : Skeleton
        ``skeletons[label]``.
    path : path
        An existing file is replaced.
    unit : "um" or "nm"
        Unit of positions and radii.
    root_is_soma : bool
        Give roots the type 1 (soma); all other points have 0 (undefined).

    Raises
    ------
    ValueError
        Another unit.

    Examples
    --------
    >>> import tempfile
    >>> line = Skeleton(7, np.array([[0.0, 10.0, 20.0]]), np.array([-1]), np.array([5.0]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_swc(line, Path(folder) / "7.swc", unit="nm")
    ...     Path(folder, "7.swc").read_text().splitlines()[-1]
    '1 0 20 10 0 5 -1'
    """
    if unit not in _NM_PER:
        msg = f"unit must be 'um' or 'nm', got {unit!r}."
        raise ValueError(msg)
    points = skeleton.points_nm / _NM_PER[unit]
    radius = skeleton.radius_nm / _NM_PER[unit]
    kind = np.full(len(skeleton), UNDEFINED)
    if root_is_soma:
        kind[skeleton.roots] = SOMA
    lines = [
        f"# neuron {skeleton.label}; positions and radii in {unit}",
        "# number type x y z radius parent",
    ]
    parents = np.where(skeleton.parent_id >= 0, skeleton.parent_id + 1, -1)
    for k, ((z, y, x), r, parent) in enumerate(zip(points, radius, parents, strict=True)):
        lines.append(f"{k + 1} {kind[k]} {x:.7g} {y:.7g} {z:.7g} {r:.6g} {parent}")
    target = Path(path)
    staged = target.with_name(f".{target.name}.{os.getpid()}")
    staged.write_text("\n".join(lines) + "\n", encoding="utf-8")
    staged.replace(target)
