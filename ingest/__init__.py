"""Ingest: the only room that meets foreign formats; what leaves it satisfies the table contract."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .account import Ingested
    from .downloads.fetch import Fetched, fetch
    from .known_formats import formats, read
    from .table_reader import table
    from .voxels.from_voxels import em
    from .voxels.reconstruction import Reconstruction

__all__ = ["Fetched", "Ingested", "Reconstruction", "em", "fetch", "formats", "read", "table"]

# Nothing is imported before it is asked for, so that `import ingest` costs nothing.
_HOMES = {
    "Fetched": "downloads.fetch",
    "Ingested": "account",
    "Reconstruction": "voxels.reconstruction",
    "em": "voxels.from_voxels",
    "fetch": "downloads.fetch",
    "formats": "known_formats",
    "read": "known_formats",
    "table": "table_reader",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
