"""Outputs apart: what is written must not take the place of what is read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_Place = str | os.PathLike[str] | None


def require_outputs_apart(
    inputs: Iterable[_Place],
    *,
    replaced: Iterable[_Place],
    added_to: Iterable[_Place] = (),
) -> None:
    """Refuse outputs that would destroy an input, before any work is done.

    Links are followed, and a place is known by the file system and not by the letters of its name.

    Parameters
    ----------
    inputs : paths or None
        Files and folders that are read. None, URLs and what is not there are passed over.
    replaced : paths or None
        Outputs that take the place of what is there: none may be an input, lie in one, or hold one.
    added_to : paths or None
        Folders that only receive files: none may be an input or lie in one.

    Raises
    ------
    ValueError
        In one line, which output and which input.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     raw = Path(folder) / "raw.npy"
    ...     raw.touch()
    ...     require_outputs_apart([raw], replaced=[Path(folder) / "labels.npy"], added_to=[folder])
    ...     try:
    ...         require_outputs_apart([raw], replaced=[folder])
    ...     except ValueError as error:
    ...         print(str(error).replace(folder, "HERE"))
    HERE holds the input HERE/raw.npy, which would be lost or changed; choose another place.
    """
    read = [(place, Path(_local(place))) for place in inputs if place is not None]
    there = [(name, path) for name, path in read if path.exists()]
    for outputs, is_replaced in ((added_to, False), (replaced, True)):
        for output in outputs:
            if output is None:
                continue
            out = Path(output)
            for name, path in there:
                if _is_in(out, path):
                    how = "is" if _is_in(path, out) else "lies in"
                elif is_replaced and _is_in(path, out):
                    how = "holds"
                else:
                    continue
                msg = (
                    f"{output} {how} the input {name}, which would be lost or changed; choose another "
                    "place."
                )
                raise ValueError(msg)


def _local(place: str | os.PathLike[str]) -> str:
    """Path of ``zarr:///home/me/a.zarr`` and its like."""
    name = os.fspath(place)
    protocol, mark, rest = name.partition("://")
    return rest if mark and protocol in ("precomputed", "zarr", "zarr2", "zarr3", "n5") else name


def _is_in(inner: Path, outer: Path) -> bool:
    """Whether `inner` is `outer` or lies in it, by name or behind links."""
    if not outer.exists():
        return False
    places = (inner.absolute(), inner.resolve())
    return any(
        place.exists() and place.samefile(outer)
        for start in places
        for place in (start, *start.parents)
    )
