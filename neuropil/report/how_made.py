"""How made: what one needs to know to get the same report again."""

from __future__ import annotations

import datetime as dt
import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = ("numpy", "scipy", "numba", "pandas", "pyarrow", "duckdb", "matplotlib")


def _software() -> dict[str, str]:
    from .. import __version__

    found = {"neuropil": __version__, "Python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _now() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    when = dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch else dt.datetime.now(dt.UTC)
    return when.strftime("%Y-%m-%d %H:%M UTC")


@dataclass(frozen=True, kw_only=True)
class HowMade:
    """Command, seed and samples of a report; the software is filled in.

    Attributes
    ----------
    command : str
    n_samples, seed : int
    software : dict
        Versions of neuropil, Python and the libraries that the numbers depend on.
    system : str
        Operating system and processor, without the name of the machine.
    made_at : str
        UTC, to the minute; SOURCE_DATE_EPOCH where it is set.
    """

    command: str
    n_samples: int
    seed: int
    software: dict[str, str] = field(default_factory=_software)
    system: str = field(default_factory=lambda: f"{platform.system()} {platform.machine()}")
    made_at: str = field(default_factory=_now)
