"""Cell types: found from wiring, carried over from neurons that are known, and how sure each is."""

from .alike import nearest, similarity
from .block_models.description_length import DescriptionLength, description_length
from .clusters import cluster
from .evaluation.comparison import evaluate
from .evaluation.leakage import LeakageWarning, leakage
from .evaluation.splitting import Split, split
from .from_seeds import seeded
from .graph_network.cell_typer import CellTyper
from .graph_network.conformal_sets import ConformalSets
from .result import CellTypes
from .simulated_types import planted_types
from .spectral_embedding import Embedding, spectral_embedding
from .two_typings import TypeComparison, compare_types
from .wiring_profiles import profiles

__all__ = [
    "CellTyper",
    "CellTypes",
    "ConformalSets",
    "DescriptionLength",
    "Embedding",
    "LeakageWarning",
    "Split",
    "TypeComparison",
    "cluster",
    "compare_types",
    "description_length",
    "evaluate",
    "leakage",
    "nearest",
    "planted_types",
    "profiles",
    "seeded",
    "similarity",
    "spectral_embedding",
    "split",
]
