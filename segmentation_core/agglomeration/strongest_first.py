"""Strongest first: hierarchical agglomeration of a graph whose edges add up when they meet.

A heap of edges by score. When two regions become one, edges of both to a third become one edge,
whose statistics are the sums; its score is computed anew. Pairs that are known only from long
offsets carry statistics too, but join no regions before these touch.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from segmentation_core.compiled import compiled
from segmentation_core.pair_table import (
    doubled_table,
    key_of_pair,
    place_of_key,
    table_of_pairs,
)


@compiled
def merges_in_order(
    sizes: Any,
    first: Any,
    second: Any,
    sums: Any,
    counts: Any,
    touching: Any,
    histogram: Any,
    quantile: float,
    lowest: float,
    small: int,
    bonus: float,
) -> Any:
    """Merge the best-scored touching pair until none reaches the lowest score.

    sizes : (N,) int64, voxels of each region; first, second : (E,) int64 regions, first < second,
    sorted, unique; sums, counts : (E,) int64; touching : (E,) bool; histogram : (E, B) int64, its
    quantile is the score, or (E, 0), the score is sums / counts / 255; bonus is added to the
    score of pairs of which one has fewer than `small` voxels. Not checked here.

    Equal scores merge in the order of the edges. Returns (M,) one region, (M,) the other, as
    their numbers below N or N + the number of the merge that made them, and (M,) the scores.
    """
    n, n_edges = len(sizes), len(first)
    sizes = sizes.copy()
    sums, counts, touching = sums.copy(), counts.copy(), touching.copy()
    histogram = histogram.copy()
    ends = np.empty((n_edges, 2), np.int64)  # regions by their first fragment
    alive = np.ones(n_edges, np.bool_)
    version = np.zeros(n_edges, np.int64)
    degree = np.zeros(n, np.int64)
    head = np.full(n, -1, np.int64)  # half-edges of a region: a list that two can be joined by
    tail = np.full(n, -1, np.int64)
    following = np.full(2 * n_edges, -1, np.int64)
    capacity = 16
    while capacity < 2 * n_edges + 2:
        capacity *= 2
    keys, slots = table_of_pairs(capacity)
    used = 0
    scores = np.empty(max(n_edges, 16), np.float64)
    edges = np.empty(len(scores), np.int64)
    versions = np.empty(len(scores), np.int64)
    length = 0
    for e in range(n_edges):
        ends[e, 0], ends[e, 1] = first[e], second[e]
        key = key_of_pair(first[e] + 1, second[e] + 1)
        place = place_of_key(keys, key)
        keys[place], slots[place] = key, e
        used += 1
        for side in range(2):
            r, half = ends[e, side], 2 * e + side
            if head[r] < 0:
                head[r] = half
            else:
                following[tail[r]] = half
            tail[r] = half
            degree[r] += 1
        if touching[e]:
            value = _score(sums, counts, histogram, e, quantile)
            if bonus != 0.0 and min(sizes[first[e]], sizes[second[e]]) < small:
                value += bonus
            if value >= lowest:
                length = _pushed(scores, edges, versions, length, value, e, 0)
    tree = np.arange(n)
    one = np.empty(max(n - 1, 0), np.int64)
    other = np.empty(max(n - 1, 0), np.int64)
    made = np.empty(max(n - 1, 0), np.float64)
    n_merges = 0
    while length > 0:
        value, e, seen = scores[0], edges[0], versions[0]
        length = _popped(scores, edges, versions, length)
        if not alive[e] or version[e] != seen:
            continue
        u, v = ends[e, 0], ends[e, 1]
        if bonus != 0.0:
            # Regions have grown since: the bonus may be gone.
            now = _score(sums, counts, histogram, e, quantile)
            if min(sizes[u], sizes[v]) < small:
                now += bonus
            if now < value:
                if now >= lowest:
                    length = _pushed(scores, edges, versions, length, now, e, seen)
                continue
        if degree[u] < degree[v]:
            u, v = v, u
        one[n_merges], other[n_merges], made[n_merges] = (
            min(tree[u], tree[v]),
            max(tree[u], tree[v]),
            value,
        )
        tree[u] = n + n_merges
        n_merges += 1
        sizes[u] += sizes[v]
        alive[e] = False
        # Move the edges of v over to u.
        half = head[v]
        while half >= 0:
            ahead = following[half]
            f = half >> 1
            if alive[f]:
                w = ends[f, 1 - (half & 1)]
                key = key_of_pair(min(u, w) + 1, max(u, w) + 1)
                place = place_of_key(keys, key)
                twin = slots[place] if keys[place] != 0 else np.int64(-1)
                if twin >= 0 and alive[twin]:
                    sums[twin] += sums[f]
                    counts[twin] += counts[f]
                    for k in range(histogram.shape[1]):
                        histogram[twin, k] += histogram[f, k]
                    touching[twin] |= touching[f]
                    alive[f] = False
                    degree[w] -= 1
                    f = twin
                else:
                    ends[f, half & 1] = u
                    used += keys[place] == 0
                    keys[place], slots[place] = key, f
                    if 2 * (used + 1) > len(keys):
                        keys, slots = doubled_table(keys, slots)
                    following[half] = -1
                    if head[u] < 0:
                        head[u] = half
                    else:
                        following[tail[u]] = half
                    tail[u] = half
                    degree[u] += 1
                if touching[f]:
                    version[f] += 1
                    value = _score(sums, counts, histogram, f, quantile)
                    if bonus != 0.0 and min(sizes[u], sizes[w]) < small:
                        value += bonus
                    if value >= lowest:
                        if length == len(scores):
                            scores = np.concatenate((scores, np.empty_like(scores)))
                            edges = np.concatenate((edges, np.empty_like(edges)))
                            versions = np.concatenate((versions, np.empty_like(versions)))
                        length = _pushed(scores, edges, versions, length, value, f, version[f])
            half = ahead
    return one[:n_merges], other[:n_merges], made[:n_merges]


@compiled
def _score(sums: Any, counts: Any, histogram: Any, e: Any, quantile: Any) -> Any:
    """Mean or quantile affinity of an edge, in [0, 1]."""
    n_bins = histogram.shape[1]
    if n_bins == 0:
        return sums[e] / (255.0 * counts[e])
    total = 0
    for k in range(n_bins):
        total += histogram[e, k]
    rank = quantile * total
    below = 0
    for k in range(n_bins):
        here = histogram[e, k]
        if here > 0 and below + here >= rank:
            return (k + (rank - below) / here) / n_bins
        below += here
    return 1.0


@compiled
def _before(scores: Any, edges: Any, i: Any, j: Any) -> Any:
    """Whether i leaves the heap before j."""
    return scores[i] > scores[j] or (scores[i] == scores[j] and edges[i] < edges[j])


@compiled
def _swap(scores: Any, edges: Any, versions: Any, i: Any, j: Any) -> None:
    scores[i], scores[j] = scores[j], scores[i]
    edges[i], edges[j] = edges[j], edges[i]
    versions[i], versions[j] = versions[j], versions[i]


@compiled
def _pushed(
    scores: Any, edges: Any, versions: Any, length: Any, value: Any, edge: Any, version: Any
) -> Any:
    """Heap with one more entry; the arrays have room for it."""
    at = length
    scores[at], edges[at], versions[at] = value, edge, version
    while at > 0:
        up = (at - 1) >> 1
        if not _before(scores, edges, at, up):
            break
        _swap(scores, edges, versions, at, up)
        at = up
    return length + 1


@compiled
def _popped(scores: Any, edges: Any, versions: Any, length: Any) -> Any:
    """Heap without its first entry."""
    length -= 1
    _swap(scores, edges, versions, 0, length)
    at = 0
    while True:
        down = 2 * at + 1
        if down >= length:
            break
        if down + 1 < length and _before(scores, edges, down + 1, down):
            down += 1
        if not _before(scores, edges, down, at):
            break
        _swap(scores, edges, versions, at, down)
        at = down
    return length
