"""Cell types: found from wiring, carried over from neurons that are known, and how sure each is."""

from .block_models.description_length import DescriptionLength, description_length
from .planted_types import planted_types
from .profiles import profiles
from .result import CellTypes
from .seeded import seeded
from .similarity import nearest, similarity

__all__ = [
    "CellTypes",
    "DescriptionLength",
    "description_length",
    "nearest",
    "planted_types",
    "profiles",
    "seeded",
    "similarity",
]
