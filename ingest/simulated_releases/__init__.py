"""Simulated releases: synthetic files in the formats of public releases, quirks and all.

Nothing in them was measured. They let a reader be tested, timed and tried without a download, at
any size; every folder says that it is synthetic in its ``README.txt``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .writers import WRITERS, Writer, find_writer, simulate_release

__all__ = ["WRITERS", "Writer", "find_writer", "simulate_release"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from . import writers

    return getattr(writers, name)
