"""Errors: what a reconstruction misses and invents, carried through to the p-value."""

from .calibration import Calibration, calibrate_confidence
from .channel import Channel, Seen, channel_of
from .compare_pairs import compare_pairs
from .compare_two import compare
from .corrected_degrees import debias_degrees
from .corrected_measures import debias_measures
from .corrected_subgraphs import debias_subgraphs
from .corrected_triads import debias_triad_census
from .corrupt_connectome import corrupt_connectome
from .corrupt_graph import CorruptedGraph, corrupt, corrupt_with_log
from .corrupt_synapses import CorruptedSynapses, corrupt_synapses
from .could_touch import AllPairs, ContactPairs, SharedColumn, WithinDistance
from .edge_confidence import edge_confidence, edge_probability
from .edge_rates import EdgeRates
from .error_model import ErrorModel
from .evidence import Evidence
from .fit import fit
from .fit_completeness import fit_completeness
from .fit_confidence import fit_confidence
from .fit_precision_recall import fit_precision_recall
from .fit_proofread import fit_proofread
from .fit_replicates import fit_replicates
from .fit_segmentation_scores import fit_segmentation_scores
from .fit_verified import fit_verified
from .flips import Robustness
from .fragments import Merge, Split
from .imputation import impute
from .model_json import read_model, write_model
from .posterior import Posterior
from .posterior_graph_tool import GraphToolPosterior
from .presets import preset, presets
from .robustness import robustness
from .threshold_sweep import threshold_sweep
from .uncertainty import Uncertainty
from .varying import PerColumn, PerGroup, PerNeuron, PerPair
from .verdict_warning import PairsAloneWarning, VerdictWarning

__all__ = [
    "AllPairs",
    "Calibration",
    "Channel",
    "ContactPairs",
    "CorruptedGraph",
    "CorruptedSynapses",
    "EdgeRates",
    "ErrorModel",
    "Evidence",
    "GraphToolPosterior",
    "Merge",
    "PairsAloneWarning",
    "PerColumn",
    "PerGroup",
    "PerNeuron",
    "PerPair",
    "Posterior",
    "Robustness",
    "Seen",
    "SharedColumn",
    "Split",
    "Uncertainty",
    "VerdictWarning",
    "WithinDistance",
    "calibrate_confidence",
    "channel_of",
    "compare",
    "compare_pairs",
    "corrupt",
    "corrupt_connectome",
    "corrupt_synapses",
    "corrupt_with_log",
    "debias_degrees",
    "debias_measures",
    "debias_subgraphs",
    "debias_triad_census",
    "edge_confidence",
    "edge_probability",
    "fit",
    "fit_completeness",
    "fit_confidence",
    "fit_precision_recall",
    "fit_proofread",
    "fit_replicates",
    "fit_segmentation_scores",
    "fit_verified",
    "impute",
    "preset",
    "presets",
    "read_model",
    "robustness",
    "threshold_sweep",
    "write_model",
]
