"""Plot: pictures of finished results.

Each takes a result and optionally the axes to draw in, and returns the axes. None changes the
matplotlib settings or the backend. ``docs/plots_and_report.md`` says how to read them.
"""

from .adjacency_matrix import adjacency
from .colored_motifs import colored_motifs
from .conserved_edges_curve import edge_conservation
from .corrected_triads_panel import corrected_triads
from .degree_curves import degree_distribution
from .dendrogram_lines import dendrogram
from .distance_curve_panels import distance_curve
from .embedding_points import embedding
from .error_fit_panels import error_fit
from .fitted_rates_panel import fitted_rates
from .group_density_map import group_densities
from .motif_drawings import motif, motif_table
from .naive_and_aware_panel import naive_and_aware
from .nulls_compared import nulls_compared
from .path_lengths_histogram import path_lengths
from .plan_panels import plan_costs
from .profile_tree_panels import profile_tree
from .ratios_to_nulls import ratios_to_nulls
from .reliability_curve import reliability
from .rich_club_panels import rich_club
from .robustness_lines import robustness
from .sample_precision_curve import sample_precision
from .skeletons_in_space import skeletons
from .small_graphs import triad, triads
from .striking_motifs import striking_motifs
from .threshold_panels import threshold_sweep
from .triad_profile_of_one import triad_profile
from .triad_profiles_of_many import triad_profiles
from .type_chord_ring import type_chord
from .type_matrix_map import type_matrix
from .wiring_by_flow import wiring_diagram

__all__ = [
    "adjacency",
    "colored_motifs",
    "corrected_triads",
    "degree_distribution",
    "dendrogram",
    "distance_curve",
    "edge_conservation",
    "embedding",
    "error_fit",
    "fitted_rates",
    "group_densities",
    "motif",
    "motif_table",
    "naive_and_aware",
    "nulls_compared",
    "path_lengths",
    "plan_costs",
    "profile_tree",
    "ratios_to_nulls",
    "reliability",
    "rich_club",
    "robustness",
    "sample_precision",
    "skeletons",
    "striking_motifs",
    "threshold_sweep",
    "triad",
    "triad_profile",
    "triad_profiles",
    "triads",
    "type_chord",
    "type_matrix",
    "wiring_diagram",
]
