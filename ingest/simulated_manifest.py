"""Simulated manifest: what is read from a synthetic release names no animal, licence or paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OF_AN_ANIMAL = ("licence", "citation", "doi", "individual", "sex", "stage", "consent", "access")


def as_simulated(description: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a manifest for synthetic files in a release's format.

    Examples
    --------
    >>> as_simulated({"species": "Homo sapiens", "individual": "H01", "release": "c3"})["species"]
    'synthetic'
    """
    kept = {key: value for key, value in description.items() if key not in _OF_AN_ANIMAL}
    return kept | {
        "species": "synthetic",
        "source": "neuropil simulate-release",
        "notes": ("SYNTHETIC DATA. Nothing here was measured in an animal.",),
    }
