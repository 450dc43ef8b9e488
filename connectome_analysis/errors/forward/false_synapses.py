"""False synapses: rows for synapses that are not there, near those of the neurons they seem to join."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .synapse_rows import AXES

if TYPE_CHECKING:
    import pandas as pd

# Spread of a false synapse around a true one of the same neuron, along each axis: less than the
# size of a bouton, so that it lies in the same neuropil.
SPREAD_NM = 250.0


def false_rows(
    synapses: pd.DataFrame,
    positions: NDArray[np.float64],
    owners: NDArray[np.int64],
    pairs: tuple[NDArray[Any], NDArray[Any]],
    ids: NDArray[np.int64],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Make rows of false synapses.

    Parameters
    ----------
    synapses : DataFrame, S rows
        True ones; for new numbers and for regions.
    positions : (S, 3) float64
    owners : (2 S,) int64
        Neuron of each side as it is after splits and merges, -1 where there is none.
    pairs : (F,) int, (F,) int
        Sender and receiver of each false synapse.
    ids : (N,) int64
        Id of each neuron.

    Returns
    -------
    DataFrame, F rows
        ``synapse_id`` above the largest, ``pre_id`` and ``post_id`` Int64, position near a synapse
        of one of the two (NaN where neither has any) and the ``region`` of that synapse.
    """
    import pandas as pd

    senders, receivers = pairs
    largest = int(synapses["synapse_id"].max()) if len(synapses) else 0
    if largest + len(senders) >= 2**63:
        msg = (
            f"False synapses need {len(senders):,} numbers above the largest synapse_id, {largest}, "
            "and int64 has no more; number the synapses anew."
        )
        raise ValueError(msg)
    like = _models(positions, owners, senders, receivers, len(ids), rng)
    place = np.full((len(senders), 3), np.nan)
    known = like >= 0
    jitter = rng.normal(0.0, SPREAD_NM, (int(known.sum()), 3))
    place[known] = positions[like[known]] + jitter
    table = pd.DataFrame(
        {
            "synapse_id": np.int64(largest) + np.arange(1, len(senders) + 1, dtype=np.int64),
            "pre_id": pd.array(ids[senders], dtype="Int64"),
            "post_id": pd.array(ids[receivers], dtype="Int64"),
        }
    )
    for axis, name in enumerate(AXES):
        table[name] = place[:, axis]
    if "region" in synapses.columns and len(synapses):
        region = synapses["region"].iloc[np.maximum(like, 0)].reset_index(drop=True)
        table["region"] = region.where(pd.Series(known))
    return table


def _models(
    positions: NDArray[np.float64],
    owners: NDArray[np.int64],
    senders: NDArray[Any],
    receivers: NDArray[Any],
    n_nodes: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """A synapse with a position of one of the two neurons of each pair, -1 where neither has one."""
    placed = np.isfinite(positions).all(axis=1)
    sides = np.flatnonzero((owners >= 0) & np.concatenate([placed, placed]))
    sides = sides[np.argsort(owners[sides], kind="stable")]
    begins = np.searchsorted(owners[sides], np.arange(n_nodes + 1))
    number = np.diff(begins)
    first = rng.random(len(senders)) < 0.5
    one, two = np.where(first, senders, receivers), np.where(first, receivers, senders)
    neuron = np.where(number[one] > 0, one, two)
    of = number[neuron]
    pick = begins[neuron] + (rng.random(len(neuron)) * of).astype(np.int64)
    like = np.full(len(neuron), -1, np.int64)
    like[of > 0] = sides[pick[of > 0]] % max(len(positions), 1)
    return like


def joined(rows: pd.DataFrame, false: pd.DataFrame) -> pd.DataFrame:
    """True and false rows in one table with the columns of the true ones; whole numbers stay whole."""
    import pandas as pd

    if not len(false):
        return rows
    columns = {}
    for name in rows.columns:
        column = rows[name]
        if name not in false.columns:
            if column.dtype.kind in "iu":
                column = column.astype("Int64" if column.dtype.kind == "i" else "UInt64")
            elif column.dtype.kind == "b":
                column = column.astype("boolean")
            empty = pd.Series([None] * len(false), dtype=column.dtype)
        else:
            empty = false[name].astype(column.dtype)
        columns[name] = pd.concat([column, empty], ignore_index=True)
    return pd.DataFrame(columns)
