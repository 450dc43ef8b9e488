"""Found: what a method of clustering hands over, before it is made a result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Found:
    """Clusters of neurons that all have a connection.

    Attributes
    ----------
    labels : (N,) int64
        Any numbers; which are equal matters.
    chosen : str
        The number of clusters and what decided it.
    scores : DataFrame or None
        One row per candidate of the criterion.
    levels : list of (N,) int64
        Coarser labels, finest first, without `labels`.
    linkage : (N - 1, 4) float64 or None
    embedding : (N, D) float64 or None
    probability : (N,) float64 or None
        Of its label, where the method knows one.
    probability_is : str
    fixed : dict
        Options under which resampled graphs are clustered, so that they are asked the same.
    facts : dict
    """

    labels: NDArray[np.int64]
    chosen: str
    scores: pd.DataFrame | None = None
    levels: list[NDArray[np.int64]] = field(default_factory=list)
    linkage: NDArray[np.float64] | None = None
    embedding: NDArray[np.float64] | None = None
    probability: NDArray[np.float64] | None = None
    probability_is: str = ""
    fixed: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
