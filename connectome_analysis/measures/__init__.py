"""Measures: numbers that describe a connectome's wiring, one definition to a file."""

from .components import component_labels, components
from .degrees import degrees
from .density import density
from .reciprocity import reciprocal_edges, reciprocity
from .transitivity import transitivity

__all__ = [
    "component_labels",
    "components",
    "degrees",
    "density",
    "reciprocal_edges",
    "reciprocity",
    "transitivity",
]
