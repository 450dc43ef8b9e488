"""Partner regression: logistic regression that is told the types of partners, as a graph network is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ...graph import Graph

# Shares of types are between 0 and 1 and features have a deviation of 1: this puts them on a par.
_SCALE = 6.0
_ROUNDS = 4


def partner_shares(g: Graph, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2 T) shares of ln(1 + weight) that go to and come from each type.

    Parameters
    ----------
    g : Graph
    chance : (N, T) float64
        Of the types of partners; a row of zeros is of unknown type.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1], [2, 3])
    >>> partner_shares(g, np.array([[0, 0], [1, 0], [0, 1.0]]))[0].tolist()
    [0.5, 0.5, 0.0, 0.0]
    """
    weight = g.to_scipy().astype(np.float64)
    weight.data = np.log1p(weight.data)
    sides = []
    for one in (weight, weight.T.tocsr()):
        whole = np.asarray(one.sum(axis=1)).ravel()
        sides.append((one @ chance) / np.where(whole > 0, whole, 1.0)[:, None])
    return np.hstack(sides)


def tell_by_partners(
    learnt: tuple[Graph, NDArray[np.float32], NDArray[np.int64]],
    shown: tuple[Graph, NDArray[np.float32], NDArray[np.int64]],
    n_types: int,
    make: Any,
) -> NDArray[np.float64]:
    """(N, T) probabilities in the graph shown, in four rounds.

    The first goes by features alone; in the others, partners of unknown type are of the types that the
    round before found likely.

    Parameters
    ----------
    learnt, shown : graph, (N, F) features, (N,) known types, -1 where unknown
    make : callable
        Makes a scikit-learn classifier with ``predict_proba``.
    """
    told = [_told(known, n_types) for _, _, known in (learnt, shown)]
    chances = [np.zeros_like(told[0]), np.zeros_like(told[1])]
    for number in range(_ROUNDS):
        tables = [
            np.hstack([features, _SCALE * (number > 0) * partner_shares(g, sure + chance)])
            for (g, features, _), sure, chance in zip((learnt, shown), told, chances, strict=True)
        ]
        known = learnt[2]
        model = make().fit(tables[0][known >= 0], known[known >= 0])
        for table, chance, sure in zip(tables, chances, told, strict=True):
            chance[:, model.classes_] = model.predict_proba(table)
            chance[sure.any(axis=1)] = 0.0
    final: NDArray[np.float64] = np.zeros_like(told[1])
    final[:, model.classes_] = model.predict_proba(tables[1])
    return final


def _told(known: NDArray[np.int64], n_types: int) -> NDArray[np.float64]:
    sure = np.zeros((len(known), n_types))
    there = np.flatnonzero(known >= 0)
    sure[there, known[there]] = 1.0
    return sure
