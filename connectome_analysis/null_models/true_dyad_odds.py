"""True dyad odds: the true wiring behind the one-way and mutual degrees seen.

Pairs of neurons are independent, truly nothing, one way or both ways with weights ::

    1,   x_i y_j,   x_j y_i,   z_i z_j

(Garlaschelli and Loffredo 2006, doi:10.1103/PhysRevE.73.015101), and are seen as something else as
the channel says. x, y and z are those for which every neuron's expected numbers of one-way
receivers, one-way senders and mutual partners *seen* are the numbers seen. By Newton's method for
one number at a time, on the scale of logarithms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .dyad_channel import DyadChannel
from .kinds import kinds_of, spread
from .partners import places_of
from .true_odds import LEAST, MOST

if TYPE_CHECKING:
    from ..graph import Graph

Floats = NDArray[np.float64]

_SWEEPS = 60
_TOLERANCE = 1e-3
_MOST_KINDS = 1024


def fit_true_dyad_odds(g: Graph, dyads: DyadChannel) -> Floats:
    """(N, 3) x, y and z of each neuron, for a graph without self-loops."""
    places = places_of(g)
    mutual = np.diff(places.mutual)
    sends = g.out_degree - mutual
    receives = g.in_degree - mutual
    kinds = kinds_of(dyads.of, sends, receives, mutual, most=_MOST_KINDS)
    n_mutual = max(int(mutual.sum()), 1)
    scale = 1.0 / np.sqrt([max(int(sends.sum()), 1), max(int(sends.sum()), 1), n_mutual])
    odds = np.clip(kinds.degree * scale, LEAST, MOST)
    itself = np.arange(g.n_nodes)
    nothing = np.zeros((g.n_nodes, 2))
    first = np.concatenate([itself, dyads.first])
    second = np.concatenate([itself, dyads.second])
    own_false = np.concatenate([nothing, dyads.own_false])
    own_true = np.concatenate([nothing, dyads.own_true])
    for _ in range(_SWEEPS):
        off = _sweep(
            *(odds, kinds.classes, kinds.number, kinds.degree, dyads.false, dyads.true),
            *(kinds.of[first], kinds.of[second], first == second, own_false, own_true),
        )
        if off < _TOLERANCE:
            break
    return np.clip(spread(kinds, odds, sends, receives, mutual), LEAST, MOST)


@compiled
def _seen(forth, back, both, f, t, g, h):  # type: ignore[no-untyped-def]
    """Chances that a dyad is seen forth, back and both, and their slopes by forth, back and both.

    forth, back, both : true weights, beside 1; f, t : false and true forth; g, h : back.
    """
    total = 1.0 + forth + back + both
    one = (f * (1 - g) + forth * t * (1 - g) + back * f * (1 - h) + both * t * (1 - h)) / total
    two = ((1 - f) * g + forth * (1 - t) * g + back * (1 - f) * h + both * (1 - t) * h) / total
    three = (f * g + forth * t * g + back * f * h + both * t * h) / total
    return (
        *(one, two, three),
        forth * (t * (1 - g) - one) / total,
        back * ((1 - f) * h - two) / total,
        both * (t * h - three) / total,
    )


@compiled
def _sweep(  # type: ignore[no-untyped-def]
    odds, classes, number, degree, false, true, at_first, at_second, same, own_false, own_true
):
    """One step of Newton's method for every number of every kind; the largest relative error.

    odds : (K, 3), in place; classes, number : (K,); degree : (K, 3) wanted; at_first, at_second,
    own_false, own_true : kinds and rates of pairs unlike their classes; same : whether one is a
    neuron with itself, which is seen with nobody.
    """
    n = odds.shape[0]
    own, own_slope = np.zeros((n, 3)), np.zeros((n, 3))
    for e in range(at_first.shape[0]):
        i, j = at_first[e], at_second[e]
        k, m = classes[i], classes[j]
        forth, back = odds[i, 0] * odds[j, 1], odds[j, 0] * odds[i, 1]
        both = odds[i, 2] * odds[j, 2]
        was = _seen(forth, back, both, false[k, m], true[k, m], false[m, k], true[m, k])
        if same[e]:
            for s in range(3):
                own[i, s] -= was[s]
                own_slope[i, s] -= was[3 + s]
            continue
        now = _seen(
            *(forth, back, both),
            *(own_false[e, 0], own_true[e, 0], own_false[e, 1], own_true[e, 1]),
        )
        for s in range(3):
            other = 1 - s if s < 2 else 2  # what is forth to one is back to the other
            own[i, s] += now[s] - was[s]
            own[j, other] += now[s] - was[s]
            own_slope[i, s] += now[3 + s] - was[3 + s]
            own_slope[j, other] += now[3 + s] - was[3 + s]
    worst = 0.0
    total, slope = np.empty(3), np.empty(3)
    for i in range(n):
        k = classes[i]
        total[:] = own[i] / number[i]
        slope[:] = own_slope[i] / number[i]
        for j in range(n):
            m = classes[j]
            seen = _seen(
                *(odds[i, 0] * odds[j, 1], odds[j, 0] * odds[i, 1], odds[i, 2] * odds[j, 2]),
                *(false[k, m], true[k, m], false[m, k], true[m, k]),
            )
            for s in range(3):
                total[s] += number[j] * seen[s]
                slope[s] += number[j] * seen[3 + s]
        for s in range(3):
            off = degree[i, s] - total[s]
            if slope[s] > 1e-9 * abs(off):
                step = min(max(off / slope[s], -1.5), 1.5)
            else:
                step = 1.5 if off > 0 else -1.5
            before = odds[i, s]
            odds[i, s] = min(max(before * np.exp(step), LEAST), MOST)
            if odds[i, s] != before:
                worst = max(worst, min(abs(off) / max(degree[i, s], 1.0), abs(step)))
    return worst
