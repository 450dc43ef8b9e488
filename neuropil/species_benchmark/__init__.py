"""Species benchmark: the same numbers, against the same nulls, for every connectome at hand."""

from .add_dataset import add_dataset
from .declared import Dataset, Plan, Settings, read_plan
from .result import BenchmarkResult, Skipped
from .run import run_benchmark

__all__ = [
    "BenchmarkResult",
    "Dataset",
    "Plan",
    "Settings",
    "Skipped",
    "add_dataset",
    "read_plan",
    "run_benchmark",
]
