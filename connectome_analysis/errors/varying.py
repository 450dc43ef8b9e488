"""Varying: rates that differ between neurons, regions or pairs, and what they are on a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..ids import Positions, as_ids
from .rate_table import Floats, RateTable, constant_rate, rate_by_classes, with_pairs

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Side = Literal["pre", "post"]

# As many different rates per neuron are kept apart; in larger graphs they are rounded to so many
# quantiles, each with its mean, which moves a rate by less than a thousandth of their range.
EXACT_UP_TO_NODES = 4096
MOST_LEVELS = 1024


@dataclass(frozen=True, eq=False)
class PerNeuron:
    """A rate for each neuron.

    Attributes
    ----------
    node_ids : (M,) int64
    rates : (M,) float64
    default : float or None
        Of neurons that are not among them; without it they are an error.
    """

    node_ids: NDArray[np.int64]
    rates: Floats
    default: float | None = None


@dataclass(frozen=True)
class PerColumn:
    """A rate for each neuron, from a column of the node table; empty cells have the `default`."""

    column: str
    default: float | None = None


@dataclass(frozen=True)
class PerGroup:
    """A rate for each group of neurons, such as a region, or for each ordered pair of groups.

    Attributes
    ----------
    column : str
        Column of the node table with the groups.
    rates : mapping
        ``{group: rate}``, or ``{(group of the sender, group of the receiver): rate}``.
    default : float or None
        Of groups that are not among them.
    """

    column: str
    rates: Mapping[Any, float]
    default: float | None = None

    @property
    def of_pairs(self) -> bool:
        """Whether the rates are those of pairs of groups."""
        return any(isinstance(key, tuple) for key in self.rates)


@dataclass(frozen=True, eq=False)
class PerPair:
    """A rate for each of some ordered pairs, and one for all others."""

    pre_ids: NDArray[np.int64]
    post_ids: NDArray[np.int64]
    rates: Floats
    default: float = 0.0


@dataclass(frozen=True, eq=False)
class PerMatrix:
    """A rate for each ordered pair: ``matrix[i, j]`` from neuron i to neuron j of the graph."""

    matrix: Floats


Rate = float | PerNeuron | PerColumn | PerGroup | PerPair | PerMatrix


def as_rate(given: Any, name: str, *, most: float = 1.0, default: float | None = None) -> Rate:
    """Take a rate in any of the forms people write, checked.

    Parameters
    ----------
    given : float, str, Series, mapping, DataFrame, (N, N) array, or one of the kinds above
        A number; a column of the node table; a Series by node id; ``{column: {group: rate}}``; a
        DataFrame with ``pre_id``, ``post_id`` and ``value``; a matrix in the order of the graph.
    name : str
        For errors.
    most : float
        Largest rate allowed; the least is 0.
    default : float, optional
        For what a mapping, Series or column does not name.

    Examples
    --------
    >>> as_rate({"region": {"MB": 0.9, "LH": 0.7}}, "recall")
    PerGroup(column='region', rates={'MB': 0.9, 'LH': 0.7}, default=None)
    """
    rate = _kind_of(given, name, default)
    for value in _numbers(rate):
        _require_in_range(value, name, most)
    return rate


def _kind_of(given: Any, name: str, default: float | None) -> Rate:
    if isinstance(given, (PerNeuron, PerColumn, PerGroup, PerPair, PerMatrix)):
        return given
    if isinstance(given, str):
        if _is_number(given):
            msg = f"{name} must be a number or the name of a column, got the text {given!r}."
            raise ValueError(msg)
        return PerColumn(given, default)
    if isinstance(given, Mapping):
        if len(given) == 1:
            column, values = next(iter(given.items()))
            if isinstance(column, str) and isinstance(values, Mapping) and values:
                return PerGroup(column, dict(values), default)
        msg = (
            f"{name} as a mapping must be {{column: {{group: rate}}}}, for instance "
            f"{{'region': {{'MB': 0.9, 'LH': 0.7}}}}, got {given!r}."
        )
        raise ValueError(msg)
    if hasattr(given, "columns") and hasattr(given, "index"):
        return _of_frame(given, name, default)
    if hasattr(given, "index") and hasattr(given, "to_numpy"):
        return PerNeuron(
            as_ids(given.index.to_numpy(), f"The index of {name}"), _floats(given, name), default
        )
    if hasattr(given, "toarray"):
        return PerMatrix(_square(given.toarray(), name))
    array = np.asarray(given)
    if array.ndim == 2:
        return PerMatrix(_square(array, name))
    if array.ndim or array.dtype.kind not in "iuf":
        msg = (
            f"{name} must be a number, a column of the node table, a Series by node id, "
            "{column: {group: rate}}, a table with pre_id, post_id and value, or an (N, N) array, "
            f"got {type(given).__name__} {given!r}."
        )
        raise ValueError(msg)
    return float(array)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _of_frame(table: pd.DataFrame, name: str, default: float | None) -> PerPair:
    lacking = [column for column in ("pre_id", "post_id", "value") if column not in table.columns]
    if lacking:
        have = ", ".join(map(str, table.columns))
        msg = f"{name} as a table must have pre_id, post_id and value; it has {have}."
        raise ValueError(msg)
    pre, post = (as_ids(table[c].to_numpy(), f"{name}.{c}") for c in ("pre_id", "post_id"))
    if len(table) and table.duplicated(["pre_id", "post_id"]).any():
        msg = f"{name} names the same pair more than once; give each pair one rate."
        raise ValueError(msg)
    return PerPair(pre, post, _floats(table["value"], name), 0.0 if default is None else default)


def _floats(values: Any, name: str) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        msg = f"{name} must be numbers, got {values!r}."
        raise ValueError(msg) from None


def _square(matrix: ArrayLike, name: str) -> Floats:
    array = _floats(matrix, name)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        msg = f"{name} as a matrix must be square, got shape {array.shape}."
        raise ValueError(msg)
    off = array.copy()
    np.fill_diagonal(off, 0.0)  # no neuron is paired with itself, whatever stands there
    return off


def _numbers(rate: Rate) -> list[Any]:
    if isinstance(rate, PerGroup):
        return [*rate.rates.values(), *([] if rate.default is None else [rate.default])]
    if isinstance(rate, PerColumn):
        return [] if rate.default is None else [rate.default]
    if isinstance(rate, PerNeuron):
        return [rate.rates, *([] if rate.default is None else [rate.default])]
    if isinstance(rate, PerPair):
        return [rate.rates, rate.default]
    return [rate.matrix] if isinstance(rate, PerMatrix) else [rate]


def _require_in_range(value: Any, name: str, most: float) -> None:
    numbers = np.asarray(value)
    fits = numbers.dtype.kind in "iuf" and bool(np.all((numbers >= 0) & (numbers <= most)))
    if not fits or not np.all(np.isfinite(numbers)):
        bad = numbers if numbers.ndim == 0 else numbers[~((numbers >= 0) & (numbers <= most))][:1]
        shown = bad.item() if np.size(bad) == 1 else value
        limit = f"between 0 and {most:g}" if np.isfinite(most) else "a number of at least 0"
        msg = f"{name} must be {limit}, got {shown!r}."
        raise ValueError(msg)


def on_graph(rate: Rate, g: Graph, name: str, *, side: Side = "pre") -> RateTable:
    """Say what a rate is for every ordered pair of a graph's neurons.

    Parameters
    ----------
    side : {"pre", "post"}
        Whose rate it is where it is given per neuron or per group: the sender's or the receiver's.
    """
    if isinstance(rate, PerMatrix):
        if rate.matrix.shape[0] != g.n_nodes:
            msg = (
                f"{name} is a matrix of {rate.matrix.shape[0]} neurons, the graph has {g.n_nodes}."
            )
            raise ValueError(msg)
        each = np.arange(g.n_nodes, dtype=np.int32)
        return rate_by_classes(each, each, rate.matrix)
    if isinstance(rate, PerPair):
        return _pairs_on_graph(rate, g, name)
    if isinstance(rate, PerGroup):
        return _groups_on_graph(rate, g, name, side)
    if isinstance(rate, (PerNeuron, PerColumn)):
        return _neurons_on_graph(_of_neurons(rate, g, name), side)
    return constant_rate(g.n_nodes, rate)


def _pairs_on_graph(rate: PerPair, g: Graph, name: str) -> RateTable:
    where = Positions(g.node_ids)
    inside = np.isin(rate.pre_ids, g.node_ids) & np.isin(rate.post_ids, g.node_ids)
    inside &= rate.pre_ids != rate.post_ids
    if len(inside) and not inside.any():
        msg = (
            f"{name} names {len(inside):,} pairs, for instance {rate.pre_ids[0]} to "
            f"{rate.post_ids[0]}, and none of them is in the graph; it seems to be of other neurons."
        )
        raise ValueError(msg)
    pre, post = rate.pre_ids[inside], rate.post_ids[inside]
    base = constant_rate(g.n_nodes, rate.default)
    return with_pairs(base, where(pre, name), where(post, name), rate.rates[inside])


def _groups_on_graph(rate: PerGroup, g: Graph, name: str, side: Side) -> RateTable:
    from ..measures.per_neuron import labels_of

    labels = labels_of(g, rate.column)
    code, names = labels.factorize()
    code = np.where(code < 0, len(names), code)  # neurons without a group
    groups = [*names.tolist(), None]
    named = {one for key in rate.rates for one in (key if isinstance(key, tuple) else (key,))}
    if not named & set(groups):
        msg = (
            f"{name} has rates for {', '.join(map(repr, rate.rates))}, and none of these is in the "
            f"column {rate.column}: it has {', '.join(map(repr, names.tolist()[:10]))}."
        )
        raise ValueError(msg)

    def value(key: Any) -> float:
        if key in rate.rates:
            return rate.rates[key]
        if rate.default is None:
            unused = key is None or (isinstance(key, tuple) and None in key)
            if unused and len(names) not in code:
                return 0.0
            missing = "neurons without one" if key is None else repr(key)
            msg = (
                f"{name} has no rate for {missing} of {rate.column}; it has "
                f"{', '.join(map(repr, rate.rates))}. Add it, or give PerGroup a default."
            )
            raise ValueError(msg)
        return rate.default

    alone = np.zeros(g.n_nodes, np.int32)
    if rate.of_pairs:
        table = np.array([[value((a, b)) for b in groups] for a in groups])
        return rate_by_classes(code, code, table)
    column = np.array([value(a) for a in groups])
    if side == "pre":
        return rate_by_classes(code, alone, column[:, None])
    return rate_by_classes(alone, code, column[None, :])


def _of_neurons(rate: PerNeuron | PerColumn, g: Graph, name: str) -> Floats:
    """(N,) rate of each neuron."""
    import pandas as pd

    if isinstance(rate, PerColumn):
        from ..measures.per_neuron import labels_of

        column = pd.to_numeric(labels_of(g, rate.column), errors="coerce")
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        given = pd.Series(rate.rates, index=rate.node_ids)
        values = given.reindex(g.node_ids).to_numpy(dtype=np.float64, na_value=np.nan)
    lacking = np.isnan(values)
    if lacking.all() and len(values) and isinstance(rate, PerNeuron) and len(rate.node_ids):
        msg = (
            f"{name} is given for {len(rate.node_ids):,} neurons, for instance {rate.node_ids[0]}, and "
            "none of them is in the graph; it seems to be of other neurons."
        )
        raise ValueError(msg)
    if lacking.any():
        if rate.default is None:
            msg = (
                f"{name} is not known for {int(lacking.sum()):,} of {g.n_nodes:,} neurons, for "
                f"instance {g.node_ids[lacking][0]}; give them one, or a default for all of them: "
                f"errors.{type(rate).__name__}(..., default=...)."
            )
            raise ValueError(msg)
        values = np.where(lacking, rate.default, values)
    _require_in_range(values, name, np.inf)
    return values


def _neurons_on_graph(values: Floats, side: Side) -> RateTable:
    levels, of = _levels(values)
    alone = np.zeros(len(values), np.int32)
    if side == "pre":
        return rate_by_classes(of, alone, levels[:, None])
    return rate_by_classes(alone, of, levels[None, :])


def _levels(values: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Different values and which each neuron has; rounded to quantiles where there are too many."""
    levels, of = np.unique(values, return_inverse=True)
    if len(levels) <= MOST_LEVELS or len(values) <= EXACT_UP_TO_NODES:
        return levels, of
    order = np.argsort(values, kind="stable")
    group = np.empty(len(values), np.int64)
    group[order] = np.arange(len(values)) * MOST_LEVELS // len(values)
    means = np.bincount(group, values, MOST_LEVELS) / np.bincount(group, minlength=MOST_LEVELS)
    return means, group
