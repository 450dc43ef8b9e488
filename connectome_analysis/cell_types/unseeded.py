"""Unseeded typing: clusters that neurons leave for those whose partners are like theirs, in rounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..measures.per_neuron import labels_of
from .found import Found
from .type_rounds import type_rounds

if TYPE_CHECKING:
    from ..graph import Graph

_MOST_TIMES = 10
_SETTLED = 0.002


def rounds(
    g: Graph,
    begin: Found | Any,
    *,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Go on from a clustering, as seeded typing does, but with no neuron held.

    A neuron's profile is what it exchanges with each cluster, and it takes the cluster under which
    that is likeliest; this is repeated until fewer than 0.2 % of the neurons change. Clusters can be
    left by all; none is made.

    Parameters
    ----------
    begin : Found, or labels as a column, Series or array
    """
    import pandas as pd

    if isinstance(begin, Found):
        labels, said = begin.labels, begin.chosen
        facts, fixed = begin.facts, begin.fixed
    else:
        given = labels_of(g, begin, argument="begin")
        labels = np.asarray(pd.factorize(given.astype(object))[0], dtype=np.int64)
        said, facts, fixed = "clusters to begin with were given", {}, {}
        if (labels < 0).all():
            msg = f"begin= has no label for any of {g.n_nodes:,} neurons; give some."
            raise ValueError(msg)
    n_begin = int(labels.max()) + 1
    margin = np.zeros(g.n_nodes)
    times = 0
    for time in range(_MOST_TIMES):
        kept, compact = _without_gaps(labels)
        found = type_rounds(g, compact, kept, held=False, n_jobs=n_jobs)
        settled = (found.best == compact).mean() >= 1 - _SETTLED
        labels, margin, times = found.best, found.margin, time + 1
        if progress is not None:
            progress(_MOST_TIMES if settled else times, _MOST_TIMES)
        if settled:
            break
    n_left, labels = _without_gaps(labels)
    chosen = f"{n_begin:,} to begin with ({said}), {n_left:,} left after {times} times"
    return Found(
        labels,
        chosen,
        probability=1 - np.exp(-margin),
        probability_is="1 - exp(-lead over the next cluster in nats); not a probability",
        fixed=fixed,
        facts={**facts, "n_times": times},
    )


def _without_gaps(labels: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
    """How many clusters have a neuron, and labels numbered from 0; -1 stays."""
    names = np.unique(labels[labels >= 0])
    number = np.searchsorted(names, labels).astype(np.int64)
    number[labels < 0] = -1
    return len(names), number
