"""Connectome analysis: tables of neurons and synapses in; exact, error-aware statistics out.

>>> import connectome_analysis as ca
>>> worm = ca.open("celegans-varshney2011")
>>> g = worm.graph()
>>> int(ca.motifs.triad_census(g)["030T"])
1453

Heavy libraries are imported by the functions that need them, so importing this is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import (
        cell_types,
        compare,
        convert,
        datasets,
        errors,
        measures,
        motifs,
        null_models,
        planning,
        plot,
        tables,
    )
    from .connectome import Connectome
    from .connectome import open_connectome as open
    from .graph import Graph
    from .rich_club_curve import rich_club
    from .rich_club_neurons import rich_club_members
    from .rich_club_onset import rich_club_range

__version__ = "0.1.0"

__all__ = [
    "Connectome",
    "Graph",
    "cell_types",
    "compare",
    "convert",
    "datasets",
    "errors",
    "measures",
    "motifs",
    "null_models",
    "open",
    "planning",
    "plot",
    "rich_club",
    "rich_club_members",
    "rich_club_range",
    "tables",
]

_ROOMS = {
    "cell_types",
    "compare",
    "convert",
    "datasets",
    "errors",
    "measures",
    "motifs",
    "null_models",
    "planning",
    "plot",
    "tables",
}
_NAMES = {
    "Connectome": ("connectome", "Connectome"),
    "Graph": ("graph", "Graph"),
    "open": ("connectome", "open_connectome"),
    "rich_club": ("rich_club_curve", "rich_club"),
    "rich_club_members": ("rich_club_neurons", "rich_club_members"),
    "rich_club_range": ("rich_club_onset", "rich_club_range"),
}


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f".{name}", __name__)
    if name in _NAMES:
        module, attribute = _NAMES[name]
        value = getattr(importlib.import_module(f".{module}", __name__), attribute)
        globals()[name] = value
        return value
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
