"""Covering: whether the interval of a fitted model holds the truth."""

from __future__ import annotations

import numpy as np

from connectome_analysis.errors import ErrorModel
from connectome_analysis.errors.uncertainty import unbounded


def covers(model: ErrorModel, name: str, truth: float) -> bool:
    """Whether the 95 % interval of a rate holds its true value."""
    assert model.uncertainty is not None
    place = model.uncertainty.names.index(name)
    deviation = float(np.sqrt(model.uncertainty.covariance[place, place]))
    centre = unbounded(model.values()[name], name)
    return abs(centre - unbounded(truth, name)) <= 1.96 * deviation
