"""Scores: accuracy, and macro-F1, in which a rare type counts as much as a common one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def accuracy(truth: ArrayLike, guess: ArrayLike) -> float:
    """Share of the neurons whose type is right; "unknown" (None) is wrong. NaN of none.

    Examples
    --------
    >>> accuracy(["A", "A", "B"], ["A", None, "B"])
    0.6666666666666666
    """
    right = _same(truth, guess)
    return float(right.mean()) if len(right) else float("nan")


def macro_f1(truth: ArrayLike, guess: ArrayLike) -> float:
    """Mean over the types in `truth` of F1 = 2 hits / (neurons of the type + times it was said).

    Types that are said and never true lower the F1 of others, and have none of their own
    (scikit-learn would count them as 0). NaN of no neurons.

    Examples
    --------
    >>> macro_f1(["A", "A", "B"], ["A", "B", "B"])
    0.6666666666666666
    """
    import pandas as pd

    true = _listed(truth)
    number, _ = pd.factorize(pd.Series([*true, *_listed(guess)], dtype=object))
    return macro_f1_of_numbers(number[: len(true)], number[len(true) :])


def macro_f1_of_numbers(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> float:
    """`macro_f1` of types as numbers, -1 a guess where unknown, and a truth that is no type to score.

    Neurons of the latter still lower the score of a type that is said of them.

    Examples
    --------
    >>> macro_f1_of_numbers(np.array([0, 0, -1, -1]), np.array([0, 0, 0, 0]))
    0.6666666666666666
    """
    if not (truth >= 0).any():
        return float("nan")
    count = np.bincount(truth[truth >= 0])
    width = len(count)
    told = np.bincount(guess[(guess >= 0) & (guess < width)], minlength=width)
    hits = np.bincount(truth[(truth == guess) & (truth >= 0)], minlength=width)
    there = count > 0
    return float((2 * hits[there] / (count + told)[there]).mean())


def _listed(values: ArrayLike) -> Sequence[Any]:
    return list(np.asarray(values, dtype=object))


def _same(truth: ArrayLike, guess: ArrayLike) -> Any:
    true, said = _listed(truth), _listed(guess)
    return np.array([a == b for a, b in zip(true, said, strict=True)], dtype=bool)
