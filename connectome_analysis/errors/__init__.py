"""Errors: what a reconstruction misses and invents, carried through to the p-value."""

from .channel import Channel, Seen, channel_of
from .corrupt_graph import CorruptedGraph, corrupt, corrupt_with_log
from .could_touch import AllPairs, ContactPairs, SharedColumn, WithinDistance
from .edge_rates import EdgeRates
from .error_model import ErrorModel
from .fragments import Merge, Split
from .model_json import read_model, write_model
from .uncertainty import Uncertainty
from .varying import PerColumn, PerGroup, PerNeuron, PerPair

__all__ = [
    "AllPairs",
    "Channel",
    "ContactPairs",
    "CorruptedGraph",
    "EdgeRates",
    "ErrorModel",
    "Merge",
    "PerColumn",
    "PerGroup",
    "PerNeuron",
    "PerPair",
    "Seen",
    "SharedColumn",
    "Split",
    "Uncertainty",
    "WithinDistance",
    "channel_of",
    "corrupt",
    "corrupt_with_log",
    "read_model",
    "write_model",
]
