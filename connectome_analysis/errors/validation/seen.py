"""Seen: what a reconstruction shows of a true graph in one world."""

from __future__ import annotations

import numpy as np

from ...graph import Graph
from ..error_model import ErrorModel
from ..forward.channel import channel_of
from ..forward.corrupt_graph import corrupt


def seen_of(true: Graph, model: ErrorModel, rng: np.random.Generator) -> Graph:
    """Draw what is seen; the neurons stay as they are, unless some are split or merged."""
    if model.fragments:
        return corrupt(true, model, rng)
    counts = None if model.of_connections else true.weights
    seen = channel_of(model, true).draw(true.out_sources, true.out_indices, counts, rng)
    return true.with_edges(seen.senders, seen.receivers, seen.counts)
