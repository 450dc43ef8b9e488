"""Cell types: found from wiring, carried over from neurons that are known, and how sure each is."""

from .profiles import profiles
from .result import CellTypes
from .similarity import nearest, similarity

__all__ = ["CellTypes", "nearest", "profiles", "similarity"]
