"""Held out: some labelled neurons of every type that has enough, and of no type all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def draw_held_out(
    number: NDArray[np.int64], share: float, random: np.random.Generator
) -> NDArray[np.int64]:
    """Dense indices of the neurons held out, ascending.

    Of a type with n neurons n times `share` on average, and at most n - 1: a type seen once is
    always learnt from.

    Parameters
    ----------
    number : (N,) int64
        Type, -1 where unknown.

    Examples
    --------
    >>> held = draw_held_out(np.array([0] * 10 + [1]), 0.3, np.random.default_rng(0))
    >>> len(held), 10 in held
    (3, False)
    """
    chosen: list[NDArray[np.int64]] = []
    for one in np.unique(number[number >= 0]):
        members = random.permutation(np.flatnonzero(number == one))
        exact = share * len(members)
        count = int(exact) + int(random.random() < exact % 1)
        chosen.append(members[: min(count, len(members) - 1)])
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)
