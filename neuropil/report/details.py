"""Details: quality, hubs, communities and types of one connectome, finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis import Connectome, Graph

_HUBS = 12
_TYPES = 12
_COMMUNITIES = 12
_LABELS = ("name", "cell_type", "cell_class", "super_class")
_GROUPS = ("cell_class", "super_class", "cell_type")
# Beyond so many connections the search for communities is run three times instead of ten, ...
_MANY_EDGES = 1_000_000
# ... and beyond so many it is left out where only networkx is there to run it.
_MOST_FOR_NETWORKX = 300_000


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a report says of one connectome beside its motifs.

    Attributes
    ----------
    problems : tuple of str
        What ``neuropil check`` finds wrong, in words; empty where all is well.
    columns : DataFrame
        For each column of nodes that holds anything: ``column``, ``neurons`` that have an entry, ``share``.
    completeness : DataFrame
        Where the source says how many sites are attached: ``side``, ``mean``, ``lowest``, ``neurons``.
    hubs : DataFrame
        The neurons with most partners: ``node_id``, a label, degrees, ``weight`` sent and received.
    hub_share : float
        Share of all connections that have one of them at an end.
    communities : DataFrame
        ``community``, ``neurons``, ``share``, ``inside`` (share of its members' connections that stay in it) and,
        where neurons have types, its ``mostly``.
    communities_said : str
        How they were found and how sure they are; or why there are none.
    group : str or None
        Column the types are from.
    types : DataFrame
        ``type``, ``neurons``, ``share``, mean degrees; the largest first.
    n_types, untyped : int
        All types, and neurons without one.
    """

    problems: tuple[str, ...]
    columns: pd.DataFrame
    completeness: pd.DataFrame
    hubs: pd.DataFrame
    hub_share: float
    communities: pd.DataFrame
    communities_said: str
    group: str | None
    types: pd.DataFrame
    n_types: int
    untyped: int


def details_of(connectome: Connectome, g: Graph, *, seed: int = 0) -> Details:
    """Look at one connectome and the graph that is studied."""
    group = next((name for name in _GROUPS if name in g.nodes and _known(g, name).any()), None)
    types, n_types, untyped = _types(g, group)
    hubs, hub_share = _hubs(g)
    communities, said = _communities(g, group, seed)
    return Details(
        problems=_problems(connectome),
        columns=_columns(g),
        completeness=_completeness(g),
        hubs=hubs,
        hub_share=hub_share,
        communities=communities,
        communities_said=said,
        group=group,
        types=types,
        n_types=n_types,
        untyped=untyped,
    )


def _problems(connectome: Connectome) -> tuple[str, ...]:
    from connectome_analysis.tables import check

    return tuple(str(problem) for problem in check(connectome.path))


def _known(g: Graph, column: str) -> pd.Series[bool]:
    values = g.nodes[column]
    known: pd.Series[bool] = values.notna()
    if values.dtype.kind not in "biuf":
        known &= values.astype(object).map(lambda value: value != "")
    return known


def _columns(g: Graph) -> pd.DataFrame:
    import pandas as pd

    counts = {name: int(_known(g, name).sum()) for name in map(str, g.nodes.columns)}
    rows = [
        {"column": name, "neurons": count, "share": count / max(g.n_nodes, 1)}
        for name, count in counts.items()
        if count
    ]
    return pd.DataFrame(rows, columns=["column", "neurons", "share"])


def _completeness(g: Graph) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for side in ("pre", "post"):
        name = f"{side}_completeness"
        if name in g.nodes and (known := _known(g, name)).any():
            values = g.nodes.loc[known, name].astype(float)
            rows.append(
                {
                    "side": f"{side}synaptic sites attached",
                    "mean": float(values.mean()),
                    "lowest": float(values.min()),
                    "neurons": int(known.sum()),
                }
            )
    return pd.DataFrame(rows, columns=["side", "mean", "lowest", "neurons"])


def _hubs(g: Graph) -> tuple[pd.DataFrame, float]:
    import pandas as pd

    simple = g.without_self_loops()
    total = simple.in_degree + simple.out_degree
    chosen = np.argsort(-total, kind="stable")[:_HUBS]
    chosen = chosen[total[chosen] > 0]
    sent = np.bincount(simple.out_sources, simple.weights, simple.n_nodes)
    received = np.bincount(simple.out_indices, simple.weights, simple.n_nodes)
    label = next((name for name in _LABELS if name in g.nodes and _known(g, name).any()), None)
    table = pd.DataFrame({"node_id": simple.node_ids[chosen]})
    if label is not None:
        table[label] = g.nodes[label].astype(object).to_numpy()[chosen]
    table["receives from"] = simple.in_degree[chosen]
    table["sends to"] = simple.out_degree[chosen]
    table["weight received"] = received[chosen]
    table["weight sent"] = sent[chosen]
    is_hub = np.zeros(simple.n_nodes, dtype=bool)
    is_hub[chosen] = True
    at_hub = is_hub[simple.out_sources] | is_hub[simple.out_indices]
    return table, float(at_hub.mean()) if len(at_hub) else float("nan")


def _communities(g: Graph, group: str | None, seed: int) -> tuple[pd.DataFrame, str]:
    import pandas as pd

    from connectome_analysis import measures

    columns = ["community", "neurons", "share", "inside", "mostly"]
    nothing = pd.DataFrame(columns=columns)
    simple = g.without_self_loops()
    if simple.n_edges == 0:
        return nothing, "There is no connection, and so no community."
    runs = 3 if simple.n_edges > _MANY_EDGES else 10
    method = "Leiden"
    try:
        found = measures.communities(simple, n_runs=runs, rng=seed)
    except ImportError:
        if simple.n_edges > _MOST_FOR_NETWORKX:
            return nothing, (
                "Left out: finding them in so large a graph takes igraph (pip install 'neuropil[igraph]')."
            )
        method = "Louvain, as igraph is not installed,"
        found = measures.communities(simple, "louvain", n_runs=runs, rng=seed)
    labels = found.labels.to_numpy()
    sizes = np.bincount(labels)
    inside = labels[simple.out_sources] == labels[simple.out_indices]
    ends = np.bincount(labels[simple.out_sources], minlength=len(sizes))
    stay = np.bincount(labels[simple.out_sources], inside, len(sizes))
    rows = []
    for number in np.flatnonzero(sizes > 1)[:_COMMUNITIES]:
        rows.append(
            {
                "community": int(number) + 1,
                "neurons": int(sizes[number]),
                "share": sizes[number] / g.n_nodes,
                "inside": stay[number] / ends[number] if ends[number] else float("nan"),
                "mostly": _mostly(g, labels == number, group),
            }
        )
    more = int((sizes > 1).sum()) - len(rows)
    said = (
        f"{method} on modularity, directed, without weights: the best of {runs} runs has modularity "
        f"{found.modularity:.2f}. The runs agree with each other by an adjusted Rand index of "
        f"{found.agreement:.2f} (1: all found the same)."
        + (f" {more} smaller communities are not shown." if more else "")
    )
    return pd.DataFrame(rows, columns=columns), said


def _mostly(g: Graph, members: NDArray[np.bool_], group: str | None) -> str:
    if group is None:
        return ""
    known = _known(g, group).to_numpy() & members
    counts = g.nodes.loc[known, group].astype(str).value_counts()
    if counts.empty:
        return "none known"
    share = counts.iloc[0] / members.sum()
    return f"{counts.index[0]} ({share:.0%})"


def _types(g: Graph, group: str | None) -> tuple[pd.DataFrame, int, int]:
    import pandas as pd

    columns = ["type", "neurons", "share", "receives from", "sends to"]
    if group is None:
        return pd.DataFrame(columns=columns), 0, g.n_nodes
    simple = g.without_self_loops()
    known = _known(g, group).to_numpy()
    frame = pd.DataFrame(
        {
            "type": g.nodes[group].astype(str).to_numpy()[known],
            "receives from": simple.in_degree[known],
            "sends to": simple.out_degree[known],
        }
    )
    grouped = frame.groupby("type", sort=True)
    table = grouped.mean().assign(neurons=grouped.size()).reset_index()
    table["share"] = table["neurons"] / g.n_nodes
    table = table.sort_values(["neurons", "type"], ascending=[False, True], kind="stable")
    return table[columns].head(_TYPES), len(table), int((~known).sum())
