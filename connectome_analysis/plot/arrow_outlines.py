"""Arrow outlines: the one pen that all small graphs are drawn with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

# Lengths are parts of the side of the square that a triad fills.
DOT = 0.1
_GAP = 0.03
_LINE = 0.05
_HEAD_LENGTH = 0.17
_HEAD_WIDTH = 0.17
_BOW = 0.09


def arrow(start: Points, end: Points) -> Points:
    """(K, 2) outline of a straight arrow from dot to dot."""
    way = _way(start, end, bow=0.0)
    left, right, base = _sides(way[_length(way - way[-1]) >= _HEAD_LENGTH])
    return np.vstack([left, _head(base, way[-1]), right[::-1]])


def line(start: Points, end: Points) -> Points:
    """(K, 2) outline of a straight line from dot to dot."""
    left, right, _ = _sides(_way(start, end, bow=0.0))
    return np.vstack([left, right[::-1]])


def double_arrow(start: Points, end: Points, middle: Points) -> Points:
    """(K, 2) outline of an arrow with a head at both dots, bowed away from `middle`."""
    outwards = _left_of(end - start) @ (start - middle) > 0
    way = _way(start, end, bow=_BOW if outwards else -_BOW)
    clear = (_length(way - way[0]) >= _HEAD_LENGTH) & (_length(way - way[-1]) >= _HEAD_LENGTH)
    left, right, base = _sides(way[clear])
    return np.vstack(
        [left, _head(base, way[-1]), right[::-1], _head((left[0] + right[0]) / 2, way[0])]
    )


def _way(start: Points, end: Points, bow: float) -> Points:
    """(K, 2) points from the rim of one dot to that of the other, bowed to the left by `bow`."""
    control = (start + end) / 2 + 2 * bow * _left_of(end - start)
    t = np.linspace(0, 1, 201)[:, None]
    curve: Points = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    clear = DOT + _GAP
    return curve[(_length(curve - start) >= clear) & (_length(curve - end) >= clear)]


def _sides(body: Points) -> tuple[Points, Points, Points]:
    """Left side, right side and end of a line that is drawn `_LINE` wide."""
    steps = np.gradient(body, axis=0)
    across = np.column_stack([-steps[:, 1], steps[:, 0]]) / _length(steps)[:, None]
    return body + _LINE / 2 * across, body - _LINE / 2 * across, body[-1]


def _head(base: Points, tip: Points) -> Points:
    wing = _HEAD_WIDTH / 2 * _left_of(tip - base)
    return np.vstack([base + wing, tip, base - wing])


def _left_of(step: Points) -> Points:
    """Direction of length 1 to the left of a step."""
    left: Points = np.array([-step[1], step[0]]) / np.hypot(step[0], step[1])
    return left


def _length(steps: Points) -> Points:
    return np.hypot(steps[:, 0], steps[:, 1])
