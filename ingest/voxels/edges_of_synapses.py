"""Edges of synapses: detected synapses added up to one row per ordered pair of neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..account import Account
from ..pairs import OnSelfLoops

if TYPE_CHECKING:
    import pandas as pd


def edges_of_synapses(
    synapses: pd.DataFrame,
    account: Account,
    *,
    min_synapses: int = 1,
    on_self_loops: OnSelfLoops = "drop",
) -> pd.DataFrame:
    """Count the synapses of each ordered pair.

    Parameters
    ----------
    synapses : DataFrame
        ``pre_id``, ``post_id`` (nullable integers: null where unattached), and ``confidence``
        where it is known.
    account : Account
        Told how many synapses and pairs went where.
    min_synapses : int
        Pairs with fewer are left out; their synapses stay in the table of synapses.
    on_self_loops : {"keep", "drop"}
        A synapse of a neuron onto itself is most often two neurons merged into one.

    Returns
    -------
    DataFrame
        ``pre_id``, ``post_id``, ``edge_type``, ``weight``, ``syn_count`` and ``confidence``: that
        at least one synapse of the pair is real, 1 - prod(1 - p), their errors taken as
        independent.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame(
    ...     {"pre_id": [1, 1, None], "post_id": [2, 2, 2], "confidence": [0.5, 0.8, 0.9]}
    ... ).astype({"pre_id": "Int64", "post_id": "Int64"})
    >>> account = Account()
    >>> edges_of_synapses(rows, account)[["syn_count", "confidence"]].values.tolist()
    [[2.0, 0.9]]
    >>> account.buckets["synapses_unattached"]
    1
    """
    import pandas as pd

    attached = synapses["pre_id"].notna() & synapses["post_id"].notna()
    rows = synapses[attached]
    pre = rows["pre_id"].to_numpy(np.int64)
    post = rows["post_id"].to_numpy(np.int64)
    known = "confidence" in rows.columns
    doubt = 1.0 - rows["confidence"].to_numpy(np.float64) if known else np.zeros(len(rows))
    table = pd.DataFrame({"pre_id": pre, "post_id": post, "doubt": doubt})
    pairs = table.groupby(["pre_id", "post_id"], sort=True, as_index=False).agg(
        syn_count=("doubt", "size"), doubt=("doubt", "prod")
    )
    loops = (pairs["pre_id"] == pairs["post_id"]).to_numpy()
    weak = (pairs["syn_count"] < min_synapses).to_numpy()
    dropped = loops if on_self_loops == "drop" else np.zeros(len(pairs), bool)
    account.count("synapses_in", len(synapses), always=True)
    account.count("synapses_unattached", int((~attached).sum()), always=True)
    account.count("synapses_attached", int(attached.sum()), always=True)
    account.count("pairs_in", len(pairs), always=True)
    account.count("self_loops_dropped", int(dropped.sum()), always=True)
    account.count("pairs_below_min_synapses", int((weak & ~dropped).sum()))
    kept = pairs[~dropped & ~weak].reset_index(drop=True)
    account.count("edges_kept", len(kept), always=True)
    edges = pd.DataFrame(
        {
            "pre_id": kept["pre_id"],
            "post_id": kept["post_id"],
            "edge_type": "chemical",
            "weight": kept["syn_count"].astype(np.float64),
            "syn_count": kept["syn_count"].astype(np.int32),
        }
    )
    if known:
        edges["confidence"] = (1.0 - kept["doubt"]).clip(0.0, 1.0)
    return edges
