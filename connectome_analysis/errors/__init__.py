"""Errors: what a reconstruction misses and invents, carried through to the p-value."""

from .could_touch import AllPairs, ContactPairs, SharedColumn, WithinDistance
from .edge_rates import EdgeRates
from .error_model import ErrorModel
from .fragments import Merge, Split
from .model_json import read_model, write_model
from .uncertainty import Uncertainty
from .varying import PerColumn, PerGroup, PerNeuron, PerPair

__all__ = [
    "AllPairs",
    "ContactPairs",
    "EdgeRates",
    "ErrorModel",
    "Merge",
    "PerColumn",
    "PerGroup",
    "PerNeuron",
    "PerPair",
    "SharedColumn",
    "Split",
    "Uncertainty",
    "WithinDistance",
    "read_model",
    "write_model",
]
