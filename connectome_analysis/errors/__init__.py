"""Errors: what a reconstruction misses and invents, carried through to the p-value."""

from .comparison.compare_pairs import compare_pairs
from .comparison.compare_two import compare
from .confident_edges import confident_part
from .correction.corrected_degrees import debias_degrees
from .correction.corrected_measures import debias_measures
from .correction.corrected_subgraphs import debias_subgraphs
from .correction.corrected_triads import debias_triad_census
from .could_touch import AllPairs, ContactPairs, SharedColumn, WithinDistance
from .edge_rates import EdgeRates
from .error_model import ErrorModel
from .evidence import Evidence
from .fits.calibrate_connectome import CalibratedConnectome, calibrate_connectome
from .fits.calibration import Calibration, calibrate_confidence
from .fits.edge_confidence import edge_confidence, edge_probability
from .fits.fit import fit
from .fits.fit_completeness import fit_completeness
from .fits.fit_confidence import fit_confidence
from .fits.fit_precision_recall import fit_precision_recall
from .fits.fit_proofread import fit_proofread
from .fits.fit_replicates import fit_replicates
from .fits.fit_segmentation_scores import fit_segmentation_scores
from .fits.fit_verified import fit_verified
from .fits.presets import preset, presets
from .forward.channel import Channel, Seen, channel_of
from .forward.corrupt_connectome import corrupt_connectome
from .forward.corrupt_graph import CorruptedGraph, corrupt, corrupt_with_log
from .forward.corrupt_synapses import CorruptedSynapses, corrupt_synapses
from .fragments import Merge, Split
from .imputation.imputation import impute
from .imputation.posterior import Posterior
from .imputation.posterior_graph_tool import GraphToolPosterior
from .model_json import read_model, write_model
from .sweeps.flips import Robustness
from .sweeps.robustness import robustness
from .sweeps.threshold_sweep import threshold_sweep
from .uncertainty import Uncertainty
from .varying import PerColumn, PerGroup, PerNeuron, PerPair
from .verdict_warning import (
    PairsAloneWarning,
    PositionsWarning,
    RatesWarning,
    SameThresholdWarning,
    VerdictWarning,
)

__all__ = [
    "AllPairs",
    "CalibratedConnectome",
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
    "PositionsWarning",
    "Posterior",
    "RatesWarning",
    "Robustness",
    "SameThresholdWarning",
    "Seen",
    "SharedColumn",
    "Split",
    "Uncertainty",
    "VerdictWarning",
    "WithinDistance",
    "calibrate_confidence",
    "calibrate_connectome",
    "channel_of",
    "compare",
    "compare_pairs",
    "confident_part",
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
