"""Partition agreement: do two ways to divide the neurons into groups divide them alike?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln


def adjusted_rand(one: ArrayLike, other: ArrayLike) -> float:
    """Adjusted Rand index of two partitions of the same neurons.

    Of all pairs of neurons, those put together by both, less what chance would put together, over
    the most there could be, less the same. Hubert and Arabie 1985, doi:10.1007/BF01908075.

    Parameters
    ----------
    one, other : (N,) arrays of labels
        Any values that can be sorted; only which are equal matters.

    Returns
    -------
    float
        1 for the same partition, 0 on average for partitions unrelated; may be below 0. 1 for
        fewer than two neurons.

    Raises
    ------
    ValueError
        Where the lengths differ.

    Examples
    --------
    >>> adjusted_rand([0, 0, 1, 1], ["b", "b", "a", "a"])
    1.0
    >>> adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1])
    -0.5
    """
    both, in_one, in_other = _contingency(one, other)
    n = int(both.sum())
    together, in_a, in_b = _pairs(both), _pairs(in_one), _pairs(in_other)
    pairs = n * (n - 1) // 2
    # Whole numbers, multiplied by 2 and by the number of pairs: nothing is rounded.
    above = 2 * (pairs * together - in_a * in_b)
    below = pairs * (in_a + in_b) - 2 * in_a * in_b
    return above / below if below else 1.0


def variation_of_information(one: ArrayLike, other: ArrayLike) -> float:
    """Variation of information of two partitions of the same neurons, in bits.

    H(one | other) + H(other | one): what one division leaves open about the other, both ways. A
    distance. Meila 2007, doi:10.1016/j.jmva.2006.11.013.

    Parameters
    ----------
    one, other : (N,) arrays of labels
        As for `adjusted_rand`.

    Returns
    -------
    float
        0 for the same partition, at most log2(N).

    Raises
    ------
    ValueError
        Where the lengths differ.

    Examples
    --------
    >>> variation_of_information([0, 0, 1, 1], ["b", "b", "a", "a"])
    0.0
    >>> round(variation_of_information([0, 0, 1, 1], [0, 1, 0, 1]), 6)
    2.0
    """
    both, in_one, in_other = _contingency(one, other)
    bits = (2 * _entropy(both) - _entropy(in_one) - _entropy(in_other)) / np.log(2)
    return max(0.0, float(bits))


def adjusted_mutual_information(one: ArrayLike, other: ArrayLike) -> float:
    """Adjusted mutual information of two partitions of the same neurons.

    (I - E) / ((H(one) + H(other)) / 2 - E), where I is the mutual information and E its mean over all
    pairs of partitions with these sizes. Vinh, Epps and Bailey 2010, JMLR 11:2837.

    Parameters
    ----------
    one, other : (N,) arrays of labels
        As for `adjusted_rand`.

    Returns
    -------
    float
        1 for the same partition, 0 on average for partitions unrelated; may be below 0.

    Raises
    ------
    ValueError
        Where the lengths differ.

    Examples
    --------
    >>> adjusted_mutual_information([0, 0, 1, 1], ["b", "b", "a", "a"])
    1.0
    """
    both, in_one, in_other = _contingency(one, other)
    n = int(both.sum())
    if len(both) == len(in_one) == len(in_other):
        return 1.0  # every group of one is a group of the other
    shared = _entropy(in_one) + _entropy(in_other) - _entropy(both)
    by_chance = _expected_information(
        np.unique(in_one, return_counts=True), np.unique(in_other, return_counts=True), n
    )
    most = (_entropy(in_one) + _entropy(in_other)) / 2
    return float((shared - by_chance) / (most - by_chance))


def _expected_information(
    one: tuple[NDArray[np.int64], NDArray[np.int64]],
    other: tuple[NDArray[np.int64], NDArray[np.int64]],
    n: int,
) -> float:
    """Mean mutual information, in nats, of random partitions; sizes, and how many groups have each."""
    total = 0.0
    whole = gammaln(n + 1)
    for a, times_a in zip(*one, strict=True):
        for b, times_b in zip(*other, strict=True):
            k = np.arange(max(1, a + b - n), min(a, b) + 1)
            ways = (
                *(gammaln(a + 1), gammaln(b + 1), gammaln(n - a + 1), gammaln(n - b + 1)),
                *(-whole, -gammaln(k + 1), -gammaln(a - k + 1), -gammaln(b - k + 1)),
                -gammaln(n - a - b + k + 1),
            )
            terms = k / n * np.log(n * k / (a * b)) * np.exp(sum(ways))
            total += float(times_a * times_b * terms.sum())
    return total


def _contingency(
    one: ArrayLike, other: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Sizes of the groups of both at once, of one and of the other."""
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape or a.ndim != 1:
        msg = f"Two lists of labels of equal length are wanted, got shapes {a.shape}, {b.shape}."
        raise ValueError(msg)
    a_names, a_number = np.unique(a, return_inverse=True)
    b_names, b_number = np.unique(b, return_inverse=True)
    _, both = np.unique(a_number * len(b_names) + b_number, return_counts=True)
    return (
        both,
        np.bincount(a_number, minlength=len(a_names)),
        np.bincount(b_number, minlength=len(b_names)),
    )


def _entropy(sizes: NDArray[np.int64]) -> float:
    """Entropy of a division into groups of these sizes, in nats."""
    if not len(sizes):
        return 0.0
    share = sizes / sizes.sum()
    return float(-(share * np.log(share)).sum())


def _pairs(counts: NDArray[np.int64]) -> int:
    return int((counts.astype(np.int64) * (counts - 1) // 2).sum())
