"""Cell types: found from wiring, carried over from neurons that are known, and how sure each is."""

from .alike import nearest, similarity
from .block_models.description_length import DescriptionLength, description_length
from .from_seeds import seeded
from .result import CellTypes
from .simulated_types import planted_types
from .wiring_profiles import profiles

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
