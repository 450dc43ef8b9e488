"""Edges of synapses: how many synapses join each ordered pair of neurons, at least so many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...whole_numbers import require_whole

if TYPE_CHECKING:
    import pandas as pd

# What a synapse without a region counts under, as in what is read from files.
NO_REGION = "unassigned"


def edges_of_synapses(
    synapses: pd.DataFrame,
    min_synapses: int = 1,
    *,
    autapses: bool = True,
    edge_type: str = "chemical",
) -> pd.DataFrame:
    """Count synapses by pair.

    Parameters
    ----------
    synapses : DataFrame satisfying the table ``synapses``
        Rows with a side that is null count nowhere.
    min_synapses : int
        Pairs with fewer are left out.
    autapses : bool
        Whether a neuron may be joined to itself.
    edge_type : str

    Returns
    -------
    DataFrame satisfying the table ``edges``
        ``pre_id``, ``post_id`` int64, ``edge_type``, ``weight`` float64 and ``syn_count`` int32,
        by sender, then receiver.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"pre_id": [1, 1, 2], "post_id": [2, 2, 1]})
    >>> edges_of_synapses(table, min_synapses=2)
       pre_id  post_id edge_type  weight  syn_count
    0       1        2  chemical     2.0          2
    """
    require_whole("min_synapses", min_synapses)
    counted = _count(synapses, ["pre_id", "post_id"], autapses=autapses)
    return _as_edges(counted[counted["n"] >= min_synapses], edge_type)


def edges_by_region_of_synapses(
    synapses: pd.DataFrame, edges: pd.DataFrame, *, edge_type: str = "chemical"
) -> pd.DataFrame:
    """Count the synapses of some edges by region; regions of one pair add up to its edge.

    Parameters
    ----------
    synapses : DataFrame with a column ``region``
    edges : DataFrame
        As of `edges_of_synapses`.
    """
    regions = synapses.assign(region=synapses["region"].astype("str").fillna(NO_REGION))
    counted = _count(regions, ["pre_id", "post_id", "region"], autapses=True)
    kept = counted.merge(edges[["pre_id", "post_id"]], on=["pre_id", "post_id"])
    table = _as_edges(kept, edge_type)
    table.insert(3, "region", kept["region"].to_numpy())
    return table


def _count(synapses: pd.DataFrame, by: list[str], *, autapses: bool) -> pd.DataFrame:
    whole = synapses[synapses["pre_id"].notna() & synapses["post_id"].notna()]
    if not autapses:
        whole = whole[whole["pre_id"] != whole["post_id"]]
    keys = whole[by].astype({"pre_id": "int64", "post_id": "int64"})
    return keys.groupby(by, sort=True).size().reset_index(name="n")


def _as_edges(counted: pd.DataFrame, edge_type: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "pre_id": counted["pre_id"].to_numpy("int64"),
            "post_id": counted["post_id"].to_numpy("int64"),
            "edge_type": pd.array([edge_type] * len(counted), dtype="str"),
            "weight": counted["n"].to_numpy("float64"),
            "syn_count": counted["n"].to_numpy("int32"),
        }
    )
