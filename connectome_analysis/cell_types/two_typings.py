"""Two typings: do two ways to type the same neurons agree, and which types are called what?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..measures.partition_agreement import (
    adjusted_mutual_information,
    adjusted_rand,
    variation_of_information,
)
from ..random_streams import Seed, seed_number
from .result import CellTypes, column

if TYPE_CHECKING:
    import pandas as pd

_MEASURES: dict[str, Callable[[Any, Any], float]] = {
    "adjusted_rand": adjusted_rand,
    "adjusted_mutual_information": adjusted_mutual_information,
    "variation_of_information_bits": variation_of_information,
}
_NORMAL = 1.959963984540054
_PARTS = 100


class TypeComparison(NamedTuple):
    """How two typings agree.

    Attributes
    ----------
    agreement : DataFrame, index ``measure``
        ``value``, ``low``, ``high``: adjusted Rand index and adjusted mutual information (1 is the
        same), variation of information in bits (0 is the same). Limits are NaN for fewer than 4 neurons.
    confusion : DataFrame, one row per pair of types that share a neuron
        ``one``, ``other``, ``n_neurons``; ``share``, of the neurons of type `one`, with ``low`` and
        ``high``. The largest types and shares first.
    n_neurons, n_left_out : int
        Neurons compared, and those without a type in one or the other.
    """

    agreement: pd.DataFrame
    confusion: pd.DataFrame
    n_neurons: int
    n_left_out: int


def compare_types(
    one: CellTypes | pd.Series[Any] | Any,
    other: CellTypes | pd.Series[Any] | Any,
    *,
    rng: Seed = 0,
) -> TypeComparison:
    """Compare two typings of the same neurons.

    Names of types do not matter, only which neurons share one. Limits hold 95 %: of agreement by a
    jackknife over 100 random parts of the neurons (a bootstrap would hold copies of a neuron, which
    always agree with themselves); of shares after Wilson 1927, doi:10.1080/01621459.1927.10502953.
    Both take neurons as independent, which those of one type are not quite.

    Parameters
    ----------
    one, other : CellTypes, Series by node id, or (N,) arrays
        Two arrays, or two with ids, which may be of different neurons: those of both are compared.
    rng : int or numpy.random.Generator
        How neurons are divided into parts.

    Returns
    -------
    TypeComparison

    Raises
    ------
    ValueError
        Where lengths differ, ids stand twice, or no neuron has a type in both.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> found = ca.cell_types.compare_types(["A", "A", "B", "B", None], [0, 0, 1, 0, 1])
    >>> found.n_neurons, found.n_left_out
    (4, 1)
    >>> found.confusion[["one", "other", "n_neurons", "share"]].to_numpy().tolist()
    [['A', 0, 2, 1.0], ['B', 0, 1, 0.5], ['B', 1, 1, 0.5]]
    """
    import pandas as pd

    a, b, n_all = _paired(one, other)
    known = pd.notna(a) & pd.notna(b)
    if not known.any():
        msg = f"None of {n_all:,} neurons has a type in both; nothing can be compared."
        raise ValueError(msg)
    a_number, a_names = pd.factorize(a[known])
    b_number, b_names = pd.factorize(b[known])
    n = len(a_number)
    random = np.random.default_rng(seed_number(rng))
    part = random.permutation(np.arange(n) % min(_PARTS, n))
    rows = []
    for measure in _MEASURES.values():
        value = measure(a_number, b_number)
        rows.append((value, *_limits(measure, value, a_number, b_number, part)))
    # Two measures are at most 1, the third at least 0, which limits by normal deviates do not know.
    rows[:2] = [(value, low, min(high, 1.0)) for value, low, high in rows[:2]]
    rows[2] = (rows[2][0], max(rows[2][1], 0.0), rows[2][2])
    agreement = pd.DataFrame(
        rows, columns=["value", "low", "high"], index=pd.Index(list(_MEASURES), name="measure")
    )
    pairs, n_both = np.unique(a_number * len(b_names) + b_number, return_counts=True)
    of_one, of_other = pairs // len(b_names), pairs % len(b_names)
    size = np.bincount(a_number)
    low, high = _wilson(n_both, size[of_one])
    order = np.lexsort((of_other, -n_both, of_one, -size[of_one]))
    confusion = pd.DataFrame(
        {
            "one": column(a_names[of_one]),
            "other": column(b_names[of_other]),
            "n_neurons": n_both,
            "share": n_both / size[of_one],
            "low": low,
            "high": high,
        }
    )
    return TypeComparison(agreement, confusion.iloc[order].reset_index(drop=True), n, n_all - n)


def _paired(one: Any, other: Any) -> tuple[NDArray[np.object_], NDArray[np.object_], int]:
    """Labels of the same neurons, and of how many neurons there are labels at all."""
    import pandas as pd

    a, b = _by_id(one), _by_id(other)
    if (a is None) != (b is None):
        msg = "Give two arrays, or two with node ids (CellTypes or Series); got one of each."
        raise ValueError(msg)
    if a is None or b is None:
        plain = [np.asarray(pd.Series(list(each), dtype=object)) for each in (one, other)]
        if len(plain[0]) != len(plain[1]):
            msg = (
                f"Two arrays must be of the same neurons, got {len(plain[0])} and {len(plain[1])}."
            )
            raise ValueError(msg)
        return plain[0], plain[1], len(plain[0])
    every = a.index.union(b.index)
    return (
        a.reindex(every).to_numpy(dtype=object),
        b.reindex(every).to_numpy(dtype=object),
        len(every),
    )


def _by_id(given: Any) -> pd.Series[Any] | None:
    import pandas as pd

    if isinstance(given, CellTypes):
        return pd.Series(given.labels, index=given.node_ids, dtype=object)
    if not isinstance(given, pd.Series):
        return None
    if not given.index.is_unique:
        msg = "A Series of types must have each node id once in its index."
        raise ValueError(msg)
    return given.astype(object)


def _limits(
    measure: Callable[[Any, Any], float],
    value: float,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    part: NDArray[np.int64],
) -> tuple[float, float]:
    """Value and 1.96 standard errors to both sides: jackknife that leaves out a part at a time."""
    n_parts = int(part.max()) + 1
    if len(a) < 4:
        return float("nan"), float("nan")
    without = np.array([measure(a[part != k], b[part != k]) for k in range(n_parts)])
    error = np.sqrt((n_parts - 1) / n_parts * ((without - without.mean()) ** 2).sum())
    return value - _NORMAL * error, value + _NORMAL * error


def _wilson(
    successes: NDArray[np.int64], trials: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    z2 = _NORMAL**2
    centre = (successes + z2 / 2) / (trials + z2)
    half = _NORMAL * np.sqrt(successes * (trials - successes) / trials + z2 / 4) / (trials + z2)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
