"""Export: a connectome in the formats of others, the mirror image of `ingest`.

>>> from neuropil import export
>>> sorted(export.FORMATS)[:3]
['adjacency', 'adjacency-csv', 'csv']

Every export has its source, licence, citation and terms beside it. Conversions within Python
(networkx, igraph, graph-tool, PyTorch Geometric) are methods of `connectome_analysis.Graph`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .formats import FORMATS, Format
    from .writing import write

__all__ = ["FORMATS", "Format", "write"]

_NAMES = {"FORMATS": "formats", "Format": "formats", "write": "writing"}


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f".{_NAMES[name]}", __name__), name)
