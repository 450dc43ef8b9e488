"""Motifs: small patterns of neurons, counted exactly and held against null models."""

from .circuit_motifs import CIRCUIT_MOTIFS, CircuitMotif, circuit_motifs
from .classes import class_of, classes
from .colored_classes import colored_classes
from .colored_triads import colored_census, colored_census_of_edges
from .colors import NodeColors, node_colors
from .edge_participation import edge_participation
from .exact_counts import count
from .four_node_census import four_node_census, four_node_census_of_edges
from .four_node_classes import FourNodeClass, four_node_classes
from .four_node_roles import four_node_participation, four_node_roles
from .graphlet_classes import graphlet_classes
from .graphlets import graphlet_degrees, graphlets
from .intensity import intensity, intensity_of_edges
from .participation import participation
from .sampled_census import estimate
from .search import count_matches, find, iter_matches
from .significance import significance
from .transmitter_signs import TRANSMITTER_SIGNS, transmitter_signs
from .triad_census import triad_census
from .triad_roles import triad_roles
from .triads import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS, Triad

__all__ = [
    "CIRCUIT_MOTIFS",
    "CONNECTED_TRIADS",
    "TRANSMITTER_SIGNS",
    "TRIADS",
    "TRIAD_NAMES",
    "CircuitMotif",
    "FourNodeClass",
    "NodeColors",
    "Triad",
    "circuit_motifs",
    "class_of",
    "classes",
    "colored_census",
    "colored_census_of_edges",
    "colored_classes",
    "count",
    "count_matches",
    "edge_participation",
    "estimate",
    "find",
    "four_node_census",
    "four_node_census_of_edges",
    "four_node_classes",
    "four_node_participation",
    "four_node_roles",
    "graphlet_classes",
    "graphlet_degrees",
    "graphlets",
    "intensity",
    "intensity_of_edges",
    "iter_matches",
    "node_colors",
    "participation",
    "significance",
    "transmitter_signs",
    "triad_census",
    "triad_roles",
]
