"""Compare: how alike connectomes are - individuals, hemispheres, sexes, stages, species, conditions."""

from .profiles import MotifProfiles, profile_distances
from .raw_counts import MixedCountsWarning
from .significance_profiles import motif_profiles
from .summary_table import summary

__all__ = [
    "MixedCountsWarning",
    "MotifProfiles",
    "motif_profiles",
    "profile_distances",
    "summary",
]
