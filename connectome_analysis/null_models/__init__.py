"""Null models: random graphs that keep some of a connectome and nothing else of it.

What a null keeps decides what a comparison can show; every result says it.
"""

from .against import against
from .block import BlockSampler
from .configuration import ConfigurationSampler
from .draw import Draw, Mixing, Sampler
from .dyad import DyadSampler
from .erdos_renyi import ErdosRenyiSampler
from .expected_triads import expected_triads, expected_triads_of
from .mixing import MixingReport, mixing
from .reciprocal_configuration import ReciprocalConfigurationSampler
from .sample import NULL_MODELS, NullModel, sample, sampler
from .spatial import SpatialSampler
from .weights import WeightsSampler

__all__ = [
    "NULL_MODELS",
    "BlockSampler",
    "ConfigurationSampler",
    "Draw",
    "DyadSampler",
    "ErdosRenyiSampler",
    "Mixing",
    "MixingReport",
    "NullModel",
    "ReciprocalConfigurationSampler",
    "Sampler",
    "SpatialSampler",
    "WeightsSampler",
    "against",
    "expected_triads",
    "expected_triads_of",
    "mixing",
    "sample",
    "sampler",
]
