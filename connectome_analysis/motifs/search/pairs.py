"""Pairs: ordered pairs of neurons as sorted lists, from either end, and how two such sets combine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...compiled import compiled
from ...prefetch import prefetch
from .columns import Mask

Lists: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32]]
Combination: TypeAlias = Literal["and", "minus", "or"]

_CODES: dict[Combination, int] = {"and": 0, "minus": 1, "or": 2}
_ALL = np.zeros(0, dtype=np.uint8)


class Pairs:
    """A set of pairs (first, second).

    Attributes
    ----------
    whole : bool
        Whether no neuron was left out at either end because of what it is.
    forward : (indptr, indices)
        CSR with a row for each first; seconds ascending. int64 and int32.
    backward : (indptr, indices)
        CSR with a row for each second; made when first asked for.
    """

    def __init__(
        self, forward: Callable[[], Lists], backward: Callable[[], Lists], *, whole: bool
    ) -> None:
        self._forward, self._backward = forward, backward
        self.whole = whole

    @classmethod
    def of(cls, lists: Lists, *, whole: bool) -> Pairs:
        """Pairs given by their forward lists."""
        for array in lists:
            array.setflags(write=False)  # as those of a graph: kernels are compiled once
        return cls.made(lists, lambda: _frozen(_turned(*lists)), whole=whole)

    @classmethod
    def made(cls, forward: Lists, backward: Callable[[], Lists], *, whole: bool) -> Pairs:
        """Pairs whose forward lists are there already."""
        pairs = cls(lambda: forward, backward, whole=whole)
        pairs.__dict__["forward"] = forward
        return pairs

    @cached_property
    def forward(self) -> Lists:
        """By the first."""
        return self._forward()

    @cached_property
    def backward(self) -> Lists:
        """By the second."""
        return self._backward()

    @cached_property
    def turned(self) -> Pairs:
        """The same with first and second exchanged."""
        other = Pairs(lambda: self.backward, lambda: self.forward, whole=self.whole)
        other.__dict__["turned"] = self
        return other

    @property
    def ready(self) -> bool:
        """Whether the forward lists are made already."""
        return "forward" in self.__dict__

    @cached_property
    def size(self) -> int:
        """Number of pairs."""
        turned = self.__dict__.get("turned")
        if not self.ready and turned is not None and turned.ready:
            return len(turned.forward[1])
        return len(self.forward[1])

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """(N,) int64: number of seconds of each first."""
        turned = self.__dict__.get("turned")
        if not self.ready and turned is not None and turned.ready:
            indptr, indices = turned.forward
            return np.bincount(indices, minlength=len(indptr) - 1).astype(np.int64, copy=False)
        return np.diff(self.forward[0])

    @cached_property
    def float_lengths(self) -> NDArray[np.float64]:
        """The lengths as float64, for sums of products, which numpy does far slower on integers."""
        return self.lengths.astype(np.float64)


def chosen_edges(
    lists: Lists, first: Mask | None, second: Mask | None, edges: Mask | None
) -> Lists:
    """Those pairs whose ends and edges are marked; None marks all.

    Parameters
    ----------
    lists : (indptr, indices)
    first, second : (N,) bool array or None
    edges : (E,) bool array or None
        In the order of the lists.
    """
    size = len(lists[0]) - 1
    if second is None and edges is None:
        second = np.ones(size, dtype=bool)
    rows = np.arange(size) if first is None else np.flatnonzero(first)
    masks = (_ALL if mask is None else mask.view(np.uint8) for mask in (second, edges))
    return _frozen(_chosen(*lists, rows.astype(np.int64, copy=False), *masks))


def combined(left: Lists, right: Lists, how: Combination) -> Lists:
    """Pairs in both, in the left but not the right, or in either."""
    return _frozen(_combined(*left, *right, _CODES[how]))


def _frozen(lists: Lists) -> Lists:
    for array in lists:
        array.setflags(write=False)
    return lists


@compiled
def _chosen(indptr, indices, rows, second, edges):  # type: ignore[no-untyped-def]
    """indptr : (N + 1,) int64, indices : (E,) int32; rows : int64, ascending; second : (N,) or (0,)
    uint8 and edges : (E,) or (0,) uint8, 0 or 1, where an empty one means all and one of the two
    is not empty; not checked here.
    """
    n_nodes, n_rows = indptr.shape[0] - 1, rows.shape[0]
    room = 0
    for r in range(n_rows):
        room += indptr[rows[r] + 1] - indptr[rows[r]]
    found = np.empty(room, np.int32)
    offsets = np.zeros(n_nodes + 1, np.int64)
    kept = np.uint64(0)
    done = 0
    for r in range(n_rows):
        v = rows[r]
        if r + 8 < n_rows:
            prefetch(indices, indptr[rows[r + 8]])
        while done < v:
            done += 1
            offsets[done] = kept
        # No branch on the masks: half of the guesses would be wrong.
        if edges.shape[0] == 0:
            for p in range(indptr[v], indptr[v + 1]):
                x = indices[p]
                found[kept] = x
                kept += np.uint64(second[np.uint32(x)])
        elif second.shape[0] == 0:
            for p in range(indptr[v], indptr[v + 1]):
                found[kept] = indices[p]
                kept += np.uint64(edges[p])
        else:
            for p in range(indptr[v], indptr[v + 1]):
                x = indices[p]
                found[kept] = x
                kept += np.uint64(edges[p] & second[np.uint32(x)])
    while done < n_nodes:
        done += 1
        offsets[done] = kept
    return offsets, found[: np.int64(kept)].copy()


@compiled
def _turned(indptr, indices):  # type: ignore[no-untyped-def]
    """indptr : (N + 1,) int64, indices : (E,) int32 in [0, N); not checked here."""
    n_nodes = indptr.shape[0] - 1
    offsets = np.zeros(n_nodes + 1, np.int64)
    for p in range(indices.shape[0]):
        offsets[indices[p] + 1] += 1
    for v in range(n_nodes):
        offsets[v + 1] += offsets[v]
    place = offsets[:-1].copy()
    found = np.empty(indices.shape[0], np.int32)
    for v in range(n_nodes):
        for p in range(indptr[v], indptr[v + 1]):
            w = indices[p]
            found[place[w]] = v
            place[w] += 1
    return offsets, found


@compiled
def _combined(left_ptr, left, right_ptr, right, how):  # type: ignore[no-untyped-def]
    """CSR arrays over the same N, rows ascending; how: 0 and, 1 minus, 2 or; not checked here."""
    n_nodes = left_ptr.shape[0] - 1
    found = np.empty(left.shape[0] + (right.shape[0] if how == 2 else 0), np.int32)
    offsets = np.zeros(n_nodes + 1, np.int64)
    kept = 0
    for v in range(n_nodes):
        p, p_end = left_ptr[v], left_ptr[v + 1]
        q, q_end = right_ptr[v], right_ptr[v + 1]
        while p < p_end and q < q_end:
            a, b = left[p], right[q]
            if (a == b and how != 1) or (a < b and how != 0) or (a > b and how == 2):
                found[kept] = min(a, b)
                kept += 1
            p += a <= b
            q += b <= a
        if how != 0:
            while p < p_end:
                found[kept] = left[p]
                kept += 1
                p += 1
        if how == 2:
            while q < q_end:
                found[kept] = right[q]
                kept += 1
                q += 1
        offsets[v + 1] = kept
    return offsets, found[:kept].copy()
