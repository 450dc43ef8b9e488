"""Settings file: what the blocks of a folder were made with, so that no two kinds are mixed."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from .grid import Grid
from .whole_files import write_whole


def same_settings(folder: Path, settings: dict[str, Any]) -> None:
    """Make a folder for blocks of these settings, or see that it is one.

    Parameters
    ----------
    folder : made if it is not there
    settings : values that JSON holds

    Raises
    ------
    ValueError
        The folder is of other settings, which are named, or holds something else.
    """
    settings = json.loads(json.dumps(settings, default=_plain))
    settings["sha256"] = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    path = folder / "settings.json"
    if path.exists():
        held = json.loads(path.read_text(encoding="utf-8"))
        if held.get("sha256") != settings["sha256"]:
            other = [k for k in settings if k != "sha256" and held.get(k) != settings[k]]
            changes = "; ".join(f"{k} was {held.get(k)!r}, is {settings[k]!r}" for k in other)
            msg = (
                f"{folder} holds blocks made with other settings: {changes}. Use another folder, "
                "or delete this one."
            )
            raise ValueError(msg)
        return
    folder.mkdir(parents=True, exist_ok=True)
    if any(not entry.name.startswith(".settings.json") for entry in folder.iterdir()):
        msg = f"{folder} is not empty and holds no settings.json; give a new folder."
        raise ValueError(msg)
    text = json.dumps(settings, indent=2).encode()
    write_whole(path, lambda file: file.write(text))


def _plain(value: Any) -> Any:
    """Numbers and arrays of numpy as JSON has them."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    return str(value)


def sample(array: Any, grid: Grid) -> str:
    """Type and checksum of a line through the middle of an array along each axis."""
    middle = [n // 2 for n in grid.shape]
    total = 0
    for axis in range(3):
        begin, end = list(middle), [m + 1 for m in middle]
        begin[axis], end[axis] = 0, min(grid.shape[axis], 4096)
        box = tuple(slice(a, b) for a, b in zip(begin, end, strict=True))
        values = np.ascontiguousarray(np.asarray(array[(..., *box)]))
        total = zlib.crc32(values.tobytes(), total)
    return f"{array.dtype} {total:08x}"
