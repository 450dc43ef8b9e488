"""Compare: how alike connectomes are - individuals, hemispheres, sexes, stages, species, conditions."""

from .conserved_edges import edge_conservation, shared_edges, weight_correlation
from .density_tests import GroupTest, density_test, group_density_test
from .edges_with_age import variable_edges
from .graph_matching import match_accuracy, match_neurons
from .hemispheres import Hemispheres, hemispheres
from .many_tests import combined, corrected
from .matched_neurons import Matched, matched_neurons
from .matched_tests import matched_density_test
from .profiles import MotifProfiles, profile_distances
from .raw_counts import MixedCountsWarning
from .significance_profiles import motif_profiles
from .summary_table import summary
from .two_binomials import compare_shares

__all__ = [
    "GroupTest",
    "Hemispheres",
    "Matched",
    "MixedCountsWarning",
    "MotifProfiles",
    "combined",
    "compare_shares",
    "corrected",
    "density_test",
    "edge_conservation",
    "group_density_test",
    "hemispheres",
    "match_accuracy",
    "match_neurons",
    "matched_density_test",
    "matched_neurons",
    "motif_profiles",
    "profile_distances",
    "shared_edges",
    "summary",
    "variable_edges",
    "weight_correlation",
]
