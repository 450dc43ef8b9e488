"""Whether a sampler draws each of the graphs it should as often as it should."""

from __future__ import annotations

from collections import Counter

import numpy as np
from scipy.stats import chisquare

from connectome_analysis.null_models import Sampler
from tests.null_models.uniform import drawn_edges
from tests.reference.all_graphs import Edges


def require_shares(
    sampler: Sampler, everything: list[Edges], wanted: np.ndarray, *, seed: int = 5
) -> None:
    """Fail unless these graphs and no others come, with these shares (chi-square, p above 1e-3)."""
    samples = max(3000, 40 * len(everything))
    drawn = Counter(drawn_edges(sampler, seed, number) for number in range(samples))
    assert set(drawn) <= set(everything)
    counts = np.array([drawn[graph] for graph in everything], dtype=float)
    few = wanted * samples < 5  # seldom ones stand together
    counts = np.append(counts[~few], counts[few].sum())
    shares = np.append(wanted[~few], wanted[few].sum())
    there = shares > 0
    assert counts[~there].sum() == 0
    assert chisquare(counts[there], samples * shares[there]).pvalue > 1e-3
