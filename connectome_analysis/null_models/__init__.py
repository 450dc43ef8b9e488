"""Null models: random graphs that keep some of a connectome and nothing else of it.

What a null keeps decides what a comparison can show; every result says it.
"""

from .configuration import ConfigurationSampler, Mixing
from .sample import NULL_MODELS, NullModel, Sampler, sample, sampler

__all__ = [
    "NULL_MODELS",
    "ConfigurationSampler",
    "Mixing",
    "NullModel",
    "Sampler",
    "sample",
    "sampler",
]
