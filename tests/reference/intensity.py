"""Intensity and coherence by their definition: the weights of every three neurons."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from tests.reference.triads import DRAWN, name_of

NAMES: dict[bytes, str] = {}


def table(weights: np.ndarray) -> dict[str, tuple[int, float, float]]:
    """Number, total intensity and total coherence of each triad of a weight matrix."""
    found: dict[str, tuple[int, float, float]] = dict.fromkeys(DRAWN, (0, 0.0, 0.0))
    for three in combinations(range(len(weights)), 3):
        part = weights[np.ix_(three, three)]
        there = [float(w) for w in part[part > 0]]
        if len(there) < 2:
            continue
        geometric = math.exp(sum(math.log(w) for w in there) / len(there))
        there_is = part > 0
        name = NAMES.setdefault(there_is.tobytes(), "") or name_of(there_is.astype(int))
        NAMES[there_is.tobytes()] = name
        count, strength, evenness = found[name]
        mean = sum(there) / len(there)
        found[name] = count + 1, strength + geometric, evenness + geometric / mean
    return found
