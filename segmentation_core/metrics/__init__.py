"""Metrics: how far a segmentation, its skeletons, synapses and connections are from the truth.

The truth comes first, as in scikit-image. All scores of labels are sums over one sparse table of
how many voxels each pair of labels shares (`contingency`); tables of blocks add up.
"""

from .connections import EdgeScores, edge_scores
from .contingency_table import Contingency, contingency, merge_contingencies
from .information import (
    VariationOfInformation,
    variation_of_information,
    variation_of_information_by_segment,
    variation_of_information_of,
)
from .joint_score import CremiScore, cremi_score, cremi_score_of
from .matched_segments import matched_segments
from .rand_error import AdaptedRand, adapted_rand, adapted_rand_of
from .run_lengths import RunLengths, expected_run_length, segments_at, skeleton_errors
from .synapse_matching import SynapseScores, match_synapses, synapse_scores

__all__ = [
    "AdaptedRand",
    "Contingency",
    "CremiScore",
    "EdgeScores",
    "RunLengths",
    "SynapseScores",
    "VariationOfInformation",
    "adapted_rand",
    "adapted_rand_of",
    "contingency",
    "cremi_score",
    "cremi_score_of",
    "edge_scores",
    "expected_run_length",
    "match_synapses",
    "matched_segments",
    "merge_contingencies",
    "segments_at",
    "skeleton_errors",
    "synapse_scores",
    "variation_of_information",
    "variation_of_information_by_segment",
    "variation_of_information_of",
]
