"""Average linkage: a dendrogram from sparse similarity, in which pairs not stored share nothing.

The mean distance between two clusters is 1 - (sum of the similarities stored between them) / (pairs of
their neurons), so that only sums have to be kept. Merging the two nearest clusters never brings a third
one nearer than they were, so chains of nearest neighbours find the same tree as looking for the
nearest pair each time does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import scipy.sparse as sp


def average_linkage(similarity: sp.csr_array) -> NDArray[np.float64]:
    """(N - 1, 4) dendrogram, as ``scipy.cluster.hierarchy.linkage(..., "average")`` has it.

    Parameters
    ----------
    similarity : (N, N) csr_array, symmetric, entries in [0, 1]
        The diagonal does not matter.

    Notes
    -----
    What has no similarity to anything left is joined at distance 1, in the order of the nodes.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> average_linkage(sp.csr_array([[1, 0.8, 0], [0.8, 1, 0.5], [0, 0.5, 1]])).tolist()
    [[0.0, 1.0, 0.19999999999999996, 2.0], [2.0, 3.0, 0.75, 3.0]]
    """
    n = similarity.shape[0]
    rows: list[dict[int, float] | None] = []
    for i in range(n):
        span = slice(similarity.indptr[i], similarity.indptr[i + 1])
        pairs = zip(similarity.indices[span].tolist(), similarity.data[span].tolist(), strict=True)
        rows.append({j: s for j, s in pairs if j != i and s > 0})
    size = [1] * n
    merges: list[tuple[int, int, float]] = []
    for first in range(n):
        chain = [first] if rows[first] else []
        while chain:
            top = chain[-1]
            neighbours = rows[top] or {}
            best, near = -1, 0.0
            for j, shared in neighbours.items():
                mean = shared / size[j]
                if mean > near or (mean == near and j < best):
                    best, near = j, mean
            below = chain[-2] if len(chain) > 1 else -1
            if best < 0:  # it shares nothing with anything left
                chain.pop()
                continue
            if below >= 0:
                back = neighbours.get(below, 0.0) / size[below]
                if back >= near:
                    distance = 1 - back / size[top]
                    merges.append((below, top, distance))
                    joined = _join(rows, size, below, top)
                    chain = chain[:-2] or [joined]
                    continue
            chain.append(best)
    rest = [i for i in range(n) if rows[i] is not None]
    merges += [(rest[0], other, 1.0) for other in rest[1:]]
    return _as_linkage(merges, n)


def _join(rows: list[dict[int, float] | None], size: list[int], one: int, other: int) -> int:
    """Make one row of two, under the name of the longer, tell the rows that point there; its name."""
    a, b = rows[one] or {}, rows[other] or {}
    kept, gone = (one, other) if len(a) >= len(b) else (other, one)
    row, shorter = (a, b) if kept == one else (b, a)
    row.pop(gone, None)
    for j, shared in shorter.items():
        if j != kept:
            row[j] = row.get(j, 0.0) + shared
            pointing = rows[j] or {}
            pointing.pop(gone, None)
            pointing[kept] = row[j]
    rows[gone] = None
    size[kept] += size[gone]
    return kept


def _as_linkage(merges: list[tuple[int, int, float]], n: int) -> NDArray[np.float64]:
    """Number the clusters by rising distance, as scipy does."""
    order = sorted(range(len(merges)), key=lambda k: merges[k][2])
    head = list(range(n))

    def find(i: int) -> int:
        while head[i] != i:
            head[i] = head[head[i]]
            i = head[i]
        return i

    name, size = list(range(n)), [1] * n
    table = np.zeros((max(0, n - 1), 4))
    for row, k in enumerate(order):
        one, other, distance = merges[k]
        a, b = find(one), find(other)
        table[row] = (*sorted((name[a], name[b])), distance, size[a] + size[b])
        head[b] = a
        size[a] += size[b]
        name[a] = n + row
    return table
