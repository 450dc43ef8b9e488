"""Provenance: what made a connectome, and the one it was made from, for the manifest."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..tables import Manifest


def made_by(command: str, parent: Manifest, **more: Any) -> dict[str, Any]:
    """The entry ``made_by`` of a manifest.

    Parameters
    ----------
    command : str
        Dotted name of the function.
    parent : Manifest
        Of the connectome it was made from.
    **more
        What else is to be known: a seed, what was given.
    """
    return {
        "command": command,
        "software": "neuropil",
        "version": _version(),
        **more,
        "parent": {
            "name": parent.name,
            "release": parent.release,
            "written_at": parent.written_at,
            "tables": {
                name: [file.sha256 for file in record.files]
                for name, record in parent.tables.items()
            },
        },
    }


def _version() -> str:
    try:
        return importlib.metadata.version("neuropil")
    except importlib.metadata.PackageNotFoundError:  # run from its sources
        return "not installed"
