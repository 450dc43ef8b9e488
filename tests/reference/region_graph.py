"""Region graph and agglomeration, slowly: dictionaries of pairs, and a search for the best one."""

from __future__ import annotations

import itertools

import numpy as np


def pairs_of(fragments, affinities, offsets):
    """{(a, b): [(channel, affinity, p), ...]} with a < b, by looking at every voxel pair."""
    found = {}
    for c, offset in enumerate(offsets):
        for p in itertools.product(*map(range, fragments.shape)):
            q = tuple(int(i + o) for i, o in zip(p, offset, strict=True))
            if any(i < 0 or i >= n for i, n in zip(q, fragments.shape, strict=True)):
                continue
            a, b = int(fragments[p]), int(fragments[q])
            if a != b and a != 0 and b != 0:
                found.setdefault((min(a, b), max(a, b)), []).append(
                    (c, int(affinities[(c, *p)]), p)
                )
    return found


def binned_quantile(values, quantile):
    """Quantile of affinities known by their bin of eight, spread evenly over it, in [0, 1]."""
    ordered = sorted(value // 8 for value in values)
    rank = quantile * len(ordered)
    for k in ordered:
        below = sum(other < k for other in ordered)
        here = ordered.count(k)
        if below + here >= rank:
            return (k + (rank - below) / here) / 32
    raise AssertionError


def merges_of(fragments, affinities, offsets, lowest, score=None, channel_weights=None):
    """Scores of merges in order and, after each, the sets of fragments: best mean first."""
    times = [1] * len(offsets) if channel_weights is None else channel_weights
    score = score or (lambda values: sum(values) / (255.0 * len(values)))
    near = [sum(map(abs, o)) == 1 for o in offsets]
    regions = [frozenset([int(i)]) for i in np.unique(fragments) if i != 0]
    values = pairs_of(fragments, affinities, offsets)
    history = []
    while True:
        best = None
        for one, two in itertools.combinations(regions, 2):
            across = [
                entry
                for a, b in itertools.product(one, two)
                for entry in values.get((min(a, b), max(a, b)), [])
                for _ in range(times[entry[0]])
            ]
            if any(near[c] for c, _, _ in across):
                s = score([value for _, value, _ in across])
                if best is None or s > best[0]:
                    best = s, one, two
        if best is None or best[0] < lowest:
            return history
        regions = [r for r in regions if r not in best[1:]] + [best[1] | best[2]]
        history.append((best[0], set(regions)))
