"""Mutex watershed, slowly: sets of voxels and sets of pairs that must stay apart."""

from __future__ import annotations

import itertools

import numpy as np


def mutex_watershed(affinities, offsets):
    """Labels from 1; affinities must all differ, for the order to be one."""
    shape = affinities.shape[1:]
    voxels = list(itertools.product(*map(range, shape)))
    group = {p: frozenset([p]) for p in voxels}
    apart = set()
    links = []
    for c, offset in enumerate(offsets):
        joins = sum(map(abs, offset)) == 1
        for p in voxels:
            q = tuple(i + o for i, o in zip(p, offset, strict=True))
            if q in group:
                value = float(affinities[(c, *p)])
                links.append((value if joins else 1 - value, joins, p, q))
    for _, joins, p, q in sorted(links, reverse=True):
        one, two = group[p], group[q]
        if one == two:
            continue
        kept = any((a in one and b in two) or (a in two and b in one) for a, b in apart)
        if not joins:
            apart.add((p, q))
        elif not kept:
            for voxel in one | two:
                group[voxel] = one | two
    names = {}
    labels = np.zeros(shape, np.uint64)
    for p in voxels:
        labels[p] = names.setdefault(group[p], len(names) + 1)
    return labels
