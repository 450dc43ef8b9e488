"""Compare: how alike connectomes are - individuals, hemispheres, sexes, stages, species, conditions."""

from .case_and_control import FewAnimalsWarning, case_control
from .conserved_edges import edge_conservation, shared_edges, weight_correlation
from .degree_table import degree_distributions
from .density_tests import GroupTest, density_test, group_density_test
from .edges_with_age import variable_edges
from .graph_matching import match_accuracy, match_neurons
from .hemispheres import Hemispheres, hemispheres
from .log_normal_sizes import size_distribution
from .many_tests import combined, corrected
from .matched_neurons import Matched, matched_neurons
from .matched_tests import matched_density_test
from .measures_of_one import MEASURES
from .normalisation import normalised
from .profiles import MotifProfiles, profile_distances
from .raw_counts import MixedCountsWarning
from .significance_profiles import motif_profiles
from .sizes_compared import compare_sizes, pair_similarity, synapse_pairs
from .summary_table import summary
from .thresholded_tests import density_by_threshold
from .two_binomials import compare_shares

__all__ = [
    "MEASURES",
    "FewAnimalsWarning",
    "GroupTest",
    "Hemispheres",
    "Matched",
    "MixedCountsWarning",
    "MotifProfiles",
    "case_control",
    "combined",
    "compare_shares",
    "compare_sizes",
    "corrected",
    "degree_distributions",
    "density_by_threshold",
    "density_test",
    "edge_conservation",
    "group_density_test",
    "hemispheres",
    "match_accuracy",
    "match_neurons",
    "matched_density_test",
    "matched_neurons",
    "motif_profiles",
    "normalised",
    "pair_similarity",
    "profile_distances",
    "shared_edges",
    "size_distribution",
    "summary",
    "synapse_pairs",
    "variable_edges",
    "weight_correlation",
]
