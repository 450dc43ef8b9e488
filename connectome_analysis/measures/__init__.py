"""Measures: numbers that describe a connectome's wiring, one definition to a file."""

from .assortativity import assortativity
from .balance import ei_balance
from .betweenness import betweenness, edge_betweenness, sampled_betweenness
from .clustering import clustering, clustering_patterns, mean_clustering
from .communities import Communities, communities
from .components import component_labels, components
from .degrees import degrees
from .density import density
from .effective_connectivity import effective_connectivity
from .efficiency import global_efficiency, local_efficiency
from .flow_levels import signal_flow, trophic_incoherence, trophic_levels
from .fractions import input_fraction, output_fraction
from .hierarchy import feedforward_order, feedforwardness, flow_hierarchy
from .hits import hits
from .k_core import core_numbers, k_core
from .modularity import modularity
from .page_rank import page_rank
from .partition_agreement import (
    adjusted_mutual_information,
    adjusted_rand,
    variation_of_information,
)
from .path_lengths import distances_from, mean_path_length, path_lengths
from .reciprocity import reciprocal_edges, reciprocity
from .shortest_paths import shortest_paths
from .small_world import small_world
from .spatial import distance_curve, edge_lengths_um, wiring, wiring_cost
from .strongest_paths import strongest_paths
from .transitivity import transitivity
from .type_matrix import type_edges, type_matrix

__all__ = [
    "Communities",
    "adjusted_mutual_information",
    "adjusted_rand",
    "assortativity",
    "betweenness",
    "clustering",
    "clustering_patterns",
    "communities",
    "component_labels",
    "components",
    "core_numbers",
    "degrees",
    "density",
    "distance_curve",
    "distances_from",
    "edge_betweenness",
    "edge_lengths_um",
    "effective_connectivity",
    "ei_balance",
    "feedforward_order",
    "feedforwardness",
    "flow_hierarchy",
    "global_efficiency",
    "hits",
    "input_fraction",
    "k_core",
    "local_efficiency",
    "mean_clustering",
    "mean_path_length",
    "modularity",
    "output_fraction",
    "page_rank",
    "path_lengths",
    "reciprocal_edges",
    "reciprocity",
    "sampled_betweenness",
    "shortest_paths",
    "signal_flow",
    "small_world",
    "strongest_paths",
    "transitivity",
    "trophic_incoherence",
    "trophic_levels",
    "type_edges",
    "type_matrix",
    "variation_of_information",
    "wiring",
    "wiring_cost",
]
