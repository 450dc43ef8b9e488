"""Log partitions: logarithm of the number of ways to write n as a sum of at most k whole numbers.

Exact by recursion up to where a table is affordable, beyond by the asymptotic formulas of Szekeres in
the form of Peixoto 2017, PRE 95:012317, doi:10.1103/PhysRevE.95.012317.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...compiled import compiled

_ROWS, _ENTRIES = 10_000, 8_000_000


def log_partition_table(most: int, parts: int) -> NDArray[np.float64]:
    """(n + 1, k + 1) table of ln q(n, k) for n up to `most` and k up to `parts`, or to what fits.

    Column 0 is 0 for n = 0 and minus infinity otherwise. For n below the number of rows it is
    exact; k beyond n counts as n.
    """
    columns = max(1, min(parts, most, _ROWS))
    rows = max(1, min(most, _ROWS, _ENTRIES // (columns + 1)))
    table: NDArray[np.float64] = _table(rows, min(columns, rows))
    return table


@compiled
def _table(most, parts):  # type: ignore[no-untyped-def]
    table = np.full((most + 1, parts + 1), -np.inf)
    table[0, :] = 0.0
    for n in range(1, most + 1):
        for k in range(1, parts + 1):
            a = table[n, k - 1]
            b = table[n - k, k] if n >= k else -np.inf
            high, low = max(a, b), min(a, b)
            table[n, k] = high if low == -np.inf else high + math.log1p(math.exp(low - high))
    return table


@compiled
def log_q(n, k, table):  # type: ignore[no-untyped-def]
    """ln q(n, k). table : from `log_partition_table`; n, k >= 0; not checked."""
    k = min(k, n)
    if n == 0:
        return 0.0
    if n < table.shape[0] and k < table.shape[1]:
        return table[n, k]
    if k < n**0.25:
        return math.lgamma(n) - math.lgamma(k) - math.lgamma(n - k + 1.0) - math.lgamma(k + 1.0)
    u = k / math.sqrt(n)
    v = u
    while True:
        after = u * math.sqrt(_dilogarithm(-math.expm1(-v)))
        step = abs(after - v)
        v = after
        if step <= 1e-8:
            break
    front = (
        math.log(v)
        - math.log1p(-math.exp(-v) * (1 + u * u / 2)) / 2
        - 1.5 * math.log(2.0)
        - math.log(u)
        - math.log(math.pi)
    )
    return front - math.log(n) + math.sqrt(n) * (2 * v / u - u * math.log1p(-math.exp(-v)))


@compiled
def _dilogarithm(x):  # type: ignore[no-untyped-def]
    """Li2(x) for x in [0, 1]."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return math.pi**2 / 6
    if x > 0.5:
        return math.pi**2 / 6 - math.log(x) * math.log1p(-x) - _series(1 - x)
    return _series(x)


@compiled
def _series(x):  # type: ignore[no-untyped-def]
    total, power = 0.0, 1.0
    for k in range(1, 60):
        power *= x
        term = power / (k * k)
        total += term
        if term < 1e-17 * total:
            break
    return total
