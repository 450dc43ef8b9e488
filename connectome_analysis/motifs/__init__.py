"""Motifs: small patterns of neurons, counted exactly and held against null models."""

from .significance import significance
from .triad_census import triad_census
from .triads import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS, Triad

__all__ = [
    "CONNECTED_TRIADS",
    "TRIADS",
    "TRIAD_NAMES",
    "Triad",
    "significance",
    "triad_census",
]
