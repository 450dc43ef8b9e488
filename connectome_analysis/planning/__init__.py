"""Planning: what a reconstruction will cost, and which sample answers the question."""

from .assumptions import Assumption
from .presets import presets
from .reconstruction_cost import Plan, compare_costs, cost
from .row_bytes import row_bytes
from .sampling_precision import SampleSize, best_regions, sample_size

__all__ = [
    "Assumption",
    "Plan",
    "SampleSize",
    "best_regions",
    "compare_costs",
    "cost",
    "presets",
    "row_bytes",
    "sample_size",
]
