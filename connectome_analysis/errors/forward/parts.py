"""Parts: the neurons after splits and merges, beside those that they are parts of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..rate_table import RateTable

if TYPE_CHECKING:
    import pandas as pd

Dense = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Parts:
    """Made by `make_parts`.

    Attributes
    ----------
    true_ids : (N,) int64
        Ids of the neurons before.
    node_ids : (M,) int64
        Ids of what there is after: neurons that kept their id, then fragments, whose ids follow
        the largest.
    origin : (M,) int64
        The neuron, as a dense index among those before, whose row and rates each one has.
    rest : (N,) int64
        Where what stayed of each neuron is now; for a merged neuron, the one it goes by.
    fragment : (N,) int64
        Where what left it is now, -1 where nothing left or it was lost.
    """

    true_ids: Dense
    node_ids: Dense
    origin: Dense
    rest: Dense
    fragment: Dense


def make_parts(true_ids: Dense, goes_by: Dense, fragmented: NDArray[Any]) -> Parts:
    """Number the nodes after splits and merges.

    Parameters
    ----------
    true_ids : (N,) int64
    goes_by : (N,) int64
        Dense index of the neuron by whose id each goes.
    fragmented : (N,) bool
        Neurons of which a fragment becomes a node of its own.

    Raises
    ------
    ValueError
        Where there is no room for ids above the largest.

    Examples
    --------
    >>> parts = make_parts(np.array([7, 8, 9]), np.array([0, 0, 2]), np.array([False, True, False]))
    >>> parts.node_ids.tolist(), parts.rest.tolist(), parts.fragment.tolist()
    ([7, 9, 10], [0, 0, 1], [-1, 2, -1])
    """
    n_nodes = len(true_ids)
    stays = goes_by == np.arange(n_nodes)
    parents = np.flatnonzero(fragmented)
    largest = int(true_ids.max()) if n_nodes else 0
    if largest + len(parents) >= 2**63:
        msg = (
            f"Fragments need {len(parents):,} ids above the largest, {largest}, and int64 has no "
            "more; give the neurons smaller ids, or let fragments be lost: keep_fragment=False."
        )
        raise ValueError(msg)
    place = np.cumsum(stays) - 1
    fragment = np.full(n_nodes, -1, np.int64)
    fragment[parents] = int(stays.sum()) + np.arange(len(parents))
    new_ids = np.int64(largest) + np.arange(1, len(parents) + 1, dtype=np.int64)
    return Parts(
        true_ids,
        np.concatenate([true_ids[stays], new_ids]),
        np.concatenate([np.flatnonzero(stays), parents]),
        place[goes_by],
        fragment,
    )


def inherited(rate: RateTable, parts: Parts) -> RateTable:
    """The rates of what there is after: each part has those of its neuron.

    A pair with a rate of its own hands it on to all pairs of its parts; a neuron and its own
    fragment have that of their classes.
    """
    keys, values, of_pairs = [], [], rate.values  # noqa: PD011  (not a Series)
    if len(rate.keys):
        n_nodes = len(parts.true_ids)
        stays = np.full(n_nodes, -1, np.int64)
        kept = parts.origin[: len(parts.node_ids) - int((parts.fragment >= 0).sum())]
        stays[kept] = np.arange(len(kept))
        senders, receivers = np.divmod(rate.keys, n_nodes)
        for of_sender in (stays, parts.fragment):
            for of_receiver in (stays, parts.fragment):
                s, r = of_sender[senders], of_receiver[receivers]
                there = (s >= 0) & (r >= 0)
                keys.append(s[there] * len(parts.node_ids) + r[there])
                values.append(of_pairs[there])
    all_keys = np.concatenate([np.empty(0, np.int64), *keys])
    order = np.argsort(all_keys, kind="stable")
    return RateTable(
        rate.sender_class[parts.origin],
        rate.receiver_class[parts.origin],
        rate.table,
        all_keys[order],
        np.concatenate([np.empty(0), *values])[order],
    )


def node_table(parts: Parts, nodes: pd.DataFrame) -> pd.DataFrame:
    """Node table after: rows of neurons that are left, rows of fragments copied from their neuron.

    Where there are fragments, the column ``fragment_of`` has the id of the neuron they left.
    """
    table = nodes.iloc[parts.origin].reset_index(drop=True)
    table["node_id"] = parts.node_ids
    n_fragments = int((parts.fragment >= 0).sum())
    if n_fragments:
        import pandas as pd

        first = len(table) - n_fragments
        of = pd.array(parts.true_ids[parts.origin], dtype="Int64")
        of[:first] = pd.NA
        table["fragment_of"] = of
    return table


def mapping_table(parts: Parts, left: NDArray[Any]) -> pd.DataFrame:
    """Where each neuron is now.

    Parameters
    ----------
    left : (N,) bool
        Neurons of which something left.

    Returns
    -------
    DataFrame
        ``true_id`` int64; ``part`` "whole", "rest" or "fragment"; ``node_id`` Int64, null where
        the fragment is lost.
    """
    import pandas as pd

    stayed = pd.DataFrame(
        {
            "true_id": parts.true_ids,
            "part": np.where(left, "rest", "whole"),
            "node_id": pd.array(parts.node_ids[parts.rest], dtype="Int64"),
        }
    )
    parents = np.flatnonzero(left)
    place = parts.fragment[parents]
    ids = pd.array(parts.node_ids[np.maximum(place, 0)], dtype="Int64")
    ids[place < 0] = pd.NA
    gone = pd.DataFrame({"true_id": parts.true_ids[parents], "part": "fragment", "node_id": ids})
    return pd.concat([stayed, gone], ignore_index=True)


def events_table(
    parts: Parts, goes_by: Dense, left: NDArray[Any], n_left: NDArray[Any], n_merged: NDArray[Any]
) -> pd.DataFrame:
    """What splits and merges did, one row each.

    Returns
    -------
    DataFrame
        ``event`` "split" or "merge"; ``node_id`` int64, the neuron it happened to; ``other_id``
        Int64, the fragment (null where lost) or the neuron merged into; ``weight``, the synapses
        that left or were added.
    """
    import pandas as pd

    mapping = mapping_table(parts, left)
    split = mapping[mapping["part"] == "fragment"]
    merged = np.flatnonzero(goes_by != np.arange(len(goes_by)))
    return pd.DataFrame(
        {
            "event": ["split"] * len(split) + ["merge"] * len(merged),
            "node_id": np.concatenate([parts.true_ids[left], parts.true_ids[merged]]),
            "other_id": pd.array(
                [*split["node_id"].tolist(), *parts.true_ids[goes_by[merged]].tolist()],
                dtype="Int64",
            ),
            "weight": np.concatenate([n_left[left], n_merged[merged]]),
        }
    )
