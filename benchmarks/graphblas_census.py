"""Triad census in GraphBLAS, written by hand: closed triads by masked products, open ones from degrees.

Once as it is written down, a product for each class, and once in the order of degrees, where every
triangle is met once and a product counts three kinds of pairs at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import networkx as nx
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

import connectome_analysis as ca

OPEN = ("021D", "021U", "021C", "111D", "111U", "201")
CLOSED = ("030T", "030C", "120D", "120U", "120C", "210", "300")
# Counters of 21 bits, three in a word: enough for two million neurons beside one edge.
_BITS = 21

Counts = dict[str, int]


def by_class(g: ca.Graph) -> Callable[[], Counts]:
    """The census with a masked product for each class; the matrices are made beforehand."""
    one_way, mutual = (_matrix(*part.coords, part.shape[0]) for part in _dyads(_matrix_of(g)))
    answered = one_way.T.new()

    def count() -> Counts:
        closed = (
            _masked_sum(one_way, one_way, one_way),
            _masked_sum(one_way, one_way, answered) // 3,
            _masked_sum(one_way.T, one_way, mutual) // 2,
            _masked_sum(one_way, one_way.T, mutual) // 2,
            _masked_sum(one_way, one_way, mutual),
            _masked_sum(mutual, mutual, one_way),
            _masked_sum(mutual, mutual, mutual) // 6,
        )
        return _with_open(_matrix_of(g), dict(zip(CLOSED, closed, strict=True)))

    return count


def by_degree(g: ca.Graph) -> Callable[[], Counts]:
    """The census on pairs i < j in the order of degrees, three products; matrices made beforehand."""
    from graphblas import Matrix

    matrix, n = _matrix_of(g), g.n_nodes
    pairs = (matrix + 2 * matrix.T).tocoo()  # 1 sends, 2 receives, 3 both
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(np.bincount(pairs.coords[0], minlength=n), kind="stable")] = np.arange(n)
    i, j = (rank[end] for end in pairs.coords)
    i, j, code = (part[i < j] for part in (i, j, pairs.data))
    counters = np.int64(1) << (_BITS * (code - 1))
    packed = Matrix.from_coo(i, j, counters, nrows=n, ncols=n)
    parts = [_matrix(i[code == kind], j[code == kind], n) for kind in (1, 2, 3)]
    names = _closed_classes()

    def count() -> Counts:
        closed = dict.fromkeys(CLOSED, 0)
        for jk, part in enumerate(parts):
            wedges = _masked(packed, part.T, packed, "plus_first")
            for ij, mask in enumerate(parts):
                chosen = wedges.dup(mask=mask.S).to_coo()[2]
                for ik in range(3):
                    number = int(((chosen >> (_BITS * ik)) & ((1 << _BITS) - 1)).sum())
                    closed[names[ij, ik, jk]] += number
        return _with_open(_matrix_of(g), closed)

    return count


def one_thread() -> None:
    """Make GraphBLAS work on one thread."""
    import graphblas

    graphblas.ss.config["nthreads"] = 1


def _matrix_of(g: ca.Graph) -> sp.csr_array:
    matrix = g.to_scipy()
    matrix.data = np.ones(g.n_edges, dtype=np.int64)
    return matrix


def _dyads(matrix: sp.csr_array) -> tuple[sp.coo_array, sp.coo_array]:
    """One-way and mutual edges."""
    mutual = sp.csr_array(matrix.multiply(matrix.T))
    one_way = sp.csr_array(matrix - mutual)
    one_way.eliminate_zeros()
    return one_way.tocoo(), mutual.tocoo()


def _matrix(rows: NDArray[Any], columns: NDArray[Any], n: int) -> Any:
    from graphblas import Matrix

    return Matrix.from_coo(rows, columns, True, nrows=n, ncols=n)


def _masked(left: Any, right: Any, mask: Any, semiring: str) -> Any:
    from graphblas import Matrix, dtypes
    from graphblas import semiring as semirings

    result = Matrix(dtypes.INT64, left.nrows, left.ncols)
    result(mask.S) << left.mxm(right, getattr(semirings, semiring))
    return result


def _masked_sum(left: Any, right: Any, mask: Any) -> int:
    return int(_masked(left, right, mask, "plus_pair").reduce_scalar(allow_empty=False).value)


def _closed_classes() -> dict[tuple[int, int, int], str]:
    """Class of a triangle by its pairs ij, ik, jk: 0 the first sends, 1 it receives, 2 both."""
    names = {}
    for codes in np.ndindex(3, 3, 3):
        triangle = nx.DiGraph()
        for (first, second), code in zip(((0, 1), (0, 2), (1, 2)), codes, strict=True):
            if code != 1:
                triangle.add_edge(first, second)
            if code != 0:
                triangle.add_edge(second, first)
        names[codes] = nx.triad_type(triangle)
    return names


def _wedges_and_dyads(matrix: sp.csr_array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of dyads that share a neuron, by `OPEN`; one-way and mutual dyads."""
    one_way, mutual = _dyads(matrix)
    n = matrix.shape[0]
    out, into = (np.bincount(end, minlength=n) for end in one_way.coords)
    both = np.bincount(mutual.coords[0], minlength=n)
    centered = (
        out * (out - 1) // 2,
        into * (into - 1) // 2,
        out * into,
        both * into,
        both * out,
        both * (both - 1) // 2,
    )
    return (
        np.array([kind.sum() for kind in centered]),
        np.array([one_way.nnz, mutual.nnz // 2]),
    )


def _with_open(matrix: sp.csr_array, closed: Counts) -> Counts:
    """All sixteen classes: closed triads are taken from wedges, then wedges from single dyads."""
    n = matrix.shape[0]
    wedges, dyads = _wedges_and_dyads(matrix)
    for name, number in closed.items():
        wedges = wedges - number * _wedges_and_dyads_of(name)[0]
    counts = closed | dict(zip(OPEN, wedges.tolist(), strict=True))
    single = dyads * (n - 2)
    for name, number in counts.items():
        single = single - number * _wedges_and_dyads_of(name)[1]
    counts |= {"012": int(single[0]), "102": int(single[1])}
    return counts | {"003": n * (n - 1) * (n - 2) // 6 - sum(counts.values())}


@cache
def _wedges_and_dyads_of(name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return _wedges_and_dyads(nx.to_scipy_sparse_array(nx.triad_graph(name), dtype=np.int64))
