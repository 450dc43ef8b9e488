"""Scores of labels as their definitions say, one voxel or pair of voxels at a time."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import log2


def shared_voxels(truth, prediction):
    """Counter of pairs of labels."""
    return Counter(zip(truth.ravel().tolist(), prediction.ravel().tolist(), strict=True))


def entropies(truth, prediction, ignore_truth=(0,)):
    """H(prediction | truth) and H(truth | prediction) in bits."""
    pairs = {k: n for k, n in shared_voxels(truth, prediction).items() if k[0] not in ignore_truth}
    total = sum(pairs.values())
    t, p = Counter(), Counter()
    for (a, b), n in pairs.items():
        t[a] += n
        p[b] += n
    split = -sum(n / total * log2(n / t[a]) for (a, _), n in pairs.items())
    merge = -sum(n / total * log2(n / p[b]) for (_, b), n in pairs.items())
    return split, merge


def rand_error(truth, prediction, unassigned="segment"):
    """Error, precision and recall over all pairs of different voxels with a true label."""
    voxels = [
        (a, b, i)
        for i, (a, b) in enumerate(
            zip(truth.ravel().tolist(), prediction.ravel().tolist(), strict=True)
        )
        if a != 0 and not (unassigned == "ignore" and b == 0)
    ]
    both = together_p = together_t = 0
    for (a, b, _), (c, d, _) in combinations(voxels, 2):
        same_p = b == d and not (unassigned == "alone" and b == 0)
        together_t += a == c
        together_p += same_p
        both += a == c and same_p
    return 1 - 2 * both / (together_p + together_t), both / together_p, both / together_t
