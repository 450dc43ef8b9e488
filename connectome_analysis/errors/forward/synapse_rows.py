"""Synapse rows: a synapse table as arrays: whose each side is, where it lies, what happens to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...ids import Positions, as_ids
from ..rate_table import Floats
from ..varying import PerGroup, PerMatrix, PerPair, Rate, Side, on_graph

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

Dense = NDArray[np.int64]
Bools = NDArray[np.bool_]

AXES = ("x_nm", "y_nm", "z_nm")
_NEEDED = ("synapse_id", "pre_id", "post_id")


@dataclass(frozen=True, eq=False)
class SynapseRows:
    """Made by `read_rows`.

    Attributes
    ----------
    g : Graph
        All neurons, without edges.
    owners : (2 S,) int64
        Dense index of the neuron of each presynaptic side, then of each postsynaptic side; -1
        where it is unattached. Side ``i`` belongs to synapse ``i % S``.
    positions : (S, 3) float64
        nm, NaN where unknown.
    """

    g: Graph
    owners: Dense
    positions: Floats

    @property
    def n_rows(self) -> int:
        """Number of synapses."""
        return len(self.positions)

    @property
    def placed(self) -> Bools:
        """(S,) whether the position is known."""
        return np.asarray(np.isfinite(self.positions).all(axis=1), bool)


def read_rows(synapses: pd.DataFrame, nodes: pd.DataFrame | None) -> SynapseRows:
    """Check a synapse table and find the neurons of its sides.

    Raises
    ------
    ValueError
        Where a column is missing, an id is not an integer, is repeated or is not among the nodes.
    """
    import pandas as pd

    from ...graph import Graph

    lacking = [name for name in _NEEDED if name not in synapses.columns]
    if lacking:
        have = ", ".join(map(str, synapses.columns))
        msg = f"synapses must have {', '.join(_NEEDED)}; {', '.join(lacking)} missing among {have}."
        raise ValueError(msg)
    numbers = as_ids(synapses["synapse_id"].to_numpy(), "synapses.synapse_id")
    if len(np.unique(numbers)) < len(numbers):
        msg = "synapses.synapse_id must be unique; number the rows anew."
        raise ValueError(msg)
    pre, has_pre = nullable_ids(synapses["pre_id"], "synapses.pre_id")
    post, has_post = nullable_ids(synapses["post_id"], "synapses.post_id")
    if nodes is None:
        seen = np.unique(np.concatenate([pre[has_pre], post[has_post]]))
        nodes = pd.DataFrame({"node_id": seen})
    g = Graph.from_edges([], [], nodes=nodes)
    where = Positions(g.node_ids)
    owners = np.full(2 * len(synapses), -1, np.int64)
    owners[: len(synapses)][has_pre] = where(pre[has_pre], "synapses.pre_id")
    owners[len(synapses) :][has_post] = where(post[has_post], "synapses.post_id")
    positions = np.full((len(synapses), 3), np.nan)
    if all(axis in synapses.columns for axis in AXES):
        positions = synapses[list(AXES)].to_numpy(dtype=np.float64, na_value=np.nan)
    return SynapseRows(g, owners, positions)


def nullable_ids(column: pd.Series[Any], name: str) -> tuple[Dense, Bools]:
    """Ids as int64, 0 where there is none, and whether there is one.

    Examples
    --------
    >>> import pandas as pd
    >>> nullable_ids(pd.Series([2**62 + 1, None], dtype="Int64"), "pre_id")[0].tolist()
    [4611686018427387905, 0]
    """
    known = column.notna().to_numpy(dtype=bool)
    ids = np.zeros(len(column), np.int64)
    given = column[known]
    if str(given.dtype).lower().startswith(("int", "uint")):
        ids[known] = as_ids(given.to_numpy(dtype=str(given.dtype).lower()), name)
    elif known.any() or str(column.dtype).startswith("float"):
        ids[known] = as_ids(given.to_numpy(), name)
    return ids, known


def sides_by_neuron(
    owners: Dense, neurons: NDArray[Any], n_nodes: int
) -> Iterator[tuple[int, Dense]]:
    """Each of some neurons with its sides, those that have any; neurons ascend."""
    chosen = np.zeros(n_nodes + 1, bool)
    chosen[neurons] = True
    sides = np.flatnonzero(chosen[owners])  # -1, unattached, looks up the last entry
    sides = sides[np.argsort(owners[sides], kind="stable")]
    names, begins = np.unique(owners[sides], return_index=True)
    for name, group in zip(names, np.split(sides, begins[1:]), strict=False):
        yield int(name), group


def rate_of_rows(
    rate: Rate, rows: SynapseRows, synapses: pd.DataFrame, name: str, side: Side
) -> Floats:
    """(S,) float64: a rate for each synapse.

    A rate by group of a column that the synapse table has, such as ``region``, is the synapse's
    own; else it is that of its neuron on that side, or of the pair. Synapses whose neuron is not
    known have the mean of the others.
    """
    if isinstance(rate, (int, float)):
        return np.full(rows.n_rows, float(rate))
    if isinstance(rate, PerGroup) and not rate.of_pairs and rate.column in synapses.columns:
        return _of_own_group(rate, synapses, name)
    pre, post = rows.owners[: rows.n_rows], rows.owners[rows.n_rows :]
    of_pairs = isinstance(rate, (PerPair, PerMatrix)) or (
        isinstance(rate, PerGroup) and rate.of_pairs
    )
    known = (pre >= 0) & (post >= 0) if of_pairs else (pre if side == "pre" else post) >= 0
    if rows.g.n_nodes == 0:
        return np.ones(rows.n_rows)
    values = on_graph(rate, rows.g, name, side=side).of(np.maximum(pre, 0), np.maximum(post, 0))
    if not known.all():
        values = np.where(known, values, values[known].mean() if known.any() else 1.0)
    return values


def _of_own_group(rate: PerGroup, synapses: pd.DataFrame, name: str) -> Floats:
    code, groups = synapses[rate.column].factorize()
    values = []
    for group in groups:
        if group not in rate.rates and rate.default is None:
            msg = (
                f"{name} has no rate for {group!r} of {rate.column}; it has "
                f"{', '.join(map(repr, rate.rates))}. Add it, or give PerGroup a default."
            )
            raise ValueError(msg)
        values.append(float(rate.rates.get(group, rate.default)))  # type: ignore[arg-type]
    if (code < 0).any():
        if rate.default is None:
            msg = (
                f"{name} has no rate for synapses without {rate.column}, "
                f"{int((code < 0).sum()):,} of {len(code):,}; give PerGroup a default."
            )
            raise ValueError(msg)
        values.append(float(rate.default))  # code -1 looks up the last
    return np.array(values)[code] if values else np.empty(0)
