"""Plot: pictures of finished results.

Each takes a result and optionally the axes to draw in, and returns the axes. None changes the
matplotlib settings or the backend. ``docs/plots_and_report.md`` says how to read them.
"""

from .adjacency_matrix import adjacency
from .degree_curves import degree_distribution
from .rich_club_panels import rich_club
from .small_graphs import triad, triads
from .triad_profile_of_one import triad_profile
from .triad_profiles_of_many import triad_profiles

__all__ = [
    "adjacency",
    "degree_distribution",
    "rich_club",
    "triad",
    "triad_profile",
    "triad_profiles",
    "triads",
]
