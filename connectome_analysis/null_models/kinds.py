"""Kinds: neurons that are alike in their class and, about, in a degree, so that one stands for all.

A fit of one number to each neuron needs sums over all pairs. Neurons of one class and one degree
get the same number, so sums over pairs of kinds do (Squartini and Garlaschelli 2011,
doi:10.1088/1367-2630/13/8/083001). Where there are too many, neighbouring degrees stand together,
and a neuron's number is in proportion to its degree within its kind.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST = 2048
_RATIOS = (1.0, 1.02, 1.05, 1.1, 1.2, 1.4, 2.0, 4.0, 16.0)


class Kinds(NamedTuple):
    """A partition of the neurons.

    Attributes
    ----------
    of : (N,) int32
        Kind of each neuron.
    classes : (K,) int32
        Class of the neurons of each kind.
    number : (K,) float64
        How many there are.
    degree : (K, D) float64
        Mean of each degree.
    """

    of: NDArray[np.int32]
    classes: NDArray[np.int32]
    number: NDArray[np.float64]
    degree: NDArray[np.float64]


def kinds_of(classes: NDArray[np.int32], *degrees: NDArray[np.int64], most: int = MOST) -> Kinds:
    """Put neurons together by class and by one or several degrees.

    Examples
    --------
    >>> kinds = kinds_of(np.array([0, 0, 1, 0], np.int32), np.array([3, 3, 3, 5]))
    >>> kinds.number.tolist(), kinds.degree[:, 0].tolist()
    ([2.0, 1.0, 1.0], [3.0, 5.0, 3.0])
    """
    n_classes = len(np.unique(classes))
    columns = np.column_stack([classes, *degrees]).astype(np.int64)
    for ratio in _RATIOS:
        levels = columns.copy()
        if ratio > 1:
            # A degree of 0 is a level of its own: nothing can be fitted there.
            raw = columns[:, 1:]
            levels[:, 1:] = np.where(
                raw > 0, 1 + np.floor(np.log(np.maximum(raw, 1)) / np.log(ratio)), 0
            )
        rows, of = np.unique(levels, axis=0, return_inverse=True)
        if len(rows) <= max(most, 2 * n_classes):
            break
    kind: NDArray[np.int32] = np.asarray(of, np.int32).reshape(-1)
    number = np.bincount(kind, minlength=len(rows)).astype(np.float64)
    mean = [np.bincount(kind, one, len(rows)) / np.maximum(number, 1) for one in degrees]
    return Kinds(kind, rows[:, 0].astype(np.int32), number, np.column_stack(mean))


def spread(
    kinds: Kinds, values: NDArray[np.float64], *degrees: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(N, D) values of each neuron from those of its kind, in proportion to its degrees."""
    mean = kinds.degree[kinds.of]
    own = np.column_stack(degrees).astype(np.float64)
    share = np.divide(own, mean, out=np.ones_like(own), where=mean > 0)
    result: NDArray[np.float64] = values[kinds.of] * share
    return result
