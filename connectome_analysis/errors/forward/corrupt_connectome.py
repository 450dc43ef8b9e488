"""Corrupt a connectome: write the folder that a reconstruction with these errors would have made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...random_streams import Seed, seed_number
from ...tables import Manifest, write
from ..provenance import made_by
from .corrupt_graph import corrupt_with_log
from .corrupt_synapses import corrupt_synapses
from .edges_of_synapses import edges_by_region_of_synapses, edges_of_synapses

if TYPE_CHECKING:
    import pandas as pd

    from ...connectome import Connectome
    from ..error_model import ErrorModel


def corrupt_connectome(
    connectome: Connectome,
    model: ErrorModel,
    out: str | Path,
    rng: Seed = 0,
    *,
    overwrite: bool = False,
) -> Path:
    """Corrupt all of a connectome and write it.

    With a table of synapses, it is corrupted and chemical edges are counted anew from it, at least
    `min_synapses` each; without one, the graph of chemical edges is corrupted. Everything is held
    in memory.

    Parameters
    ----------
    connectome : Connectome
        The truth.
    model : ErrorModel
    out : str or Path
        Folder to write.
    rng : int or numpy.random.Generator
    overwrite : bool
        Replace a connectome that stands there.

    Returns
    -------
    Path
        The folder. Its manifest has the model, that it holds for chemical edges, the seed, and the
        connectome it was made from; its buckets count what happened.

    Raises
    ------
    ValueError, ContractError
        As of `corrupt_synapses`, `corrupt` and ``tables.write``; where `out` is the truth itself.

    Notes
    -----
    Edges of other kinds, such as electrical ones, and skeletons are copied for neurons that were
    neither split nor merged. Autapses are kept where the truth has any. Other tables are left out.

    Examples
    --------
    >>> import connectome_analysis as ca, tempfile
    >>> worm = ca.open("celegans-varshney2011")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = corrupt_connectome(worm, ca.errors.ErrorModel(recall=0.5), f"{folder}/seen")
    ...     with ca.open(path) as seen:
    ...         seen.manifest.error_model["recall"], seen.graph().n_edges < 2194
    (0.5, True)
    """
    here = connectome.path
    if isinstance(here, Path) and Path(out).exists() and Path(out).samefile(here):
        msg = f"{out} is the truth itself, which would be lost; choose another place."
        raise ValueError(msg)
    # What cannot be written is told before the work is done.
    content = model.to_dict() | {"edge_types": ["chemical"]}
    seed = seed_number(rng)
    given = connectome.manifest.tables
    counted = "synapses" in given
    made = (_from_synapses if counted else _from_edges)(connectome, model, seed)
    tables, whole, buckets = made
    others = _other_edges(connectome, whole)
    if len(others):
        tables["edges"] = _together(tables["edges"], others)
    if "skeletons" in given:
        points = connectome.skeletons.df()
        tables["skeletons"] = points[points["node_id"].isin(whole)]
    left_out = [name for name in given if name not in tables]
    manifest = _manifest(connectome, model, content, seed, buckets, left_out, counted=counted)
    return write(out, tables, manifest, overwrite=overwrite)


_Made = tuple[dict[str, "pd.DataFrame"], "np.ndarray[Any, np.dtype[np.int64]]", dict[str, int]]


def _from_synapses(connectome: Connectome, model: ErrorModel, seed: int) -> _Made:
    nodes = connectome.nodes.order("node_id").df()
    synapses = connectome.synapses.order("synapse_id").df()
    skeletons = None
    if "skeletons" in connectome.manifest.tables and model.split is not None:
        skeletons = connectome.skeletons.order("node_id, point_id").df()
    seen = corrupt_synapses(synapses, model, seed, nodes, skeletons)
    loops = connectome.sql("SELECT count(*) FROM edges WHERE pre_id = post_id").fetchall()[0][0]
    edges = edges_of_synapses(seen.synapses, model.min_synapses, autapses=loops > 0)
    tables = {"nodes": seen.nodes, "edges": edges, "synapses": seen.synapses}
    if "edges_by_region" in connectome.manifest.tables and "region" in seen.synapses:
        tables["edges_by_region"] = edges_by_region_of_synapses(seen.synapses, edges)
    events = seen.log
    changed = events.loc[events["event"].isin(["split", "merge"])]
    buckets = {
        "synapses_in": len(synapses),
        **{f"synapses_{k}".replace(" ", "_"): int(n) for k, n in _by_event(events).items()},
        "synapses_kept": len(seen.synapses),
        "edges_kept": len(edges),
    }
    return tables, _untouched(nodes, changed), buckets


def _by_event(events: pd.DataFrame) -> dict[str, int]:
    names = ("split", "merge", "autapse", "missed", "unattached pre", "unattached post", "false")
    return {
        name: int(events.loc[events["event"] == name, "n_synapses"].sum())
        for name in names
        if (events["event"] == name).any()
    }


def _from_edges(connectome: Connectome, model: ErrorModel, seed: int) -> _Made:
    import pandas as pd

    g = connectome.graph()
    seen = corrupt_with_log(g, model, seed)
    edges = seen.graph.edges()
    edges.insert(2, "edge_type", pd.Series(["chemical"] * len(edges), dtype="str"))
    edges["weight"] = edges["weight"].astype(np.float64)
    if _counts(connectome):
        edges["syn_count"] = seen.graph.weights.astype(np.int32)
    buckets = {"edges_in": g.n_edges, **seen.counts, "edges_kept": len(edges)}
    return {"nodes": seen.graph.nodes, "edges": edges}, _untouched(g.nodes, seen.events), buckets


def _counts(connectome: Connectome) -> bool:
    return connectome.manifest.weights.get("chemical", {}).get("meaning") == "synapses"


def _untouched(nodes: pd.DataFrame, events: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Ids of neurons that were neither split nor merged, nor had another merged into them."""
    merged_into = events.loc[events["event"] == "merge", "other_id"]
    touched = np.union1d(
        events["node_id"].to_numpy(np.int64), merged_into.to_numpy(np.int64, na_value=0)
    )
    return np.setdiff1d(nodes["node_id"].to_numpy(np.int64), touched)


def _other_edges(connectome: Connectome, whole: Any) -> pd.DataFrame:
    import pandas as pd

    columns = connectome.manifest.tables["edges"].columns
    counts = " AND syn_count IS NULL" if "syn_count" in columns else ""
    # Where synapses are rows, an edge of another kind that counts them too would count them twice.
    condition = counts if "synapses" in connectome.manifest.tables else ""
    others: pd.DataFrame = connectome.sql(
        "SELECT * FROM edges WHERE edge_type <> 'chemical' AND pre_id IN (SELECT id FROM whole) "
        f"AND post_id IN (SELECT id FROM whole){condition}",
        tables={"whole": pd.DataFrame({"id": whole})},
    ).df()
    return others


def _together(edges: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Rows of both; whole numbers that one of them lacks stay whole."""
    import pandas as pd

    both = []
    for one, other in ((edges, others), (others, edges)):
        whole = [name for name in one.columns if name not in other and one[name].dtype.kind in "iu"]
        both.append(one.astype(dict.fromkeys(whole, "Int64")))
    return pd.concat(both, ignore_index=True)


def _manifest(
    connectome: Connectome,
    model: ErrorModel,
    content: dict[str, Any],
    seed: int,
    buckets: dict[str, int],
    left_out: list[str],
    *,
    counted: bool,
) -> Manifest:
    true = connectome.manifest
    notes = [*true.notes, f"Simulated errors of reconstruction: {model!r}"]
    if others := [kind for kind in connectome.edge_types() if kind != "chemical"]:
        notes.append(
            f"Chemical edges have these errors; {', '.join(others)} ones are as they were."
        )
    if model.fragments:
        notes.append(
            "Electrical edges and skeletons are those of neurons neither split nor merged."
        )
    if left_out:
        notes.append(f"Tables of the truth left out: {', '.join(left_out)}.")
    synapses = {"meaning": "synapses", "unit": "synapses"}
    return replace(
        true,
        name=f"{true.name}-corrupted",
        weights={**true.weights, "chemical": synapses} if counted else true.weights,
        pair_threshold=model.min_synapses
        if not model.of_connections and model.min_synapses > 1
        else true.pair_threshold,
        buckets=buckets,
        error_model=content,
        made_by=made_by("connectome_analysis.errors.forward.corrupt_connectome", true, rng=seed),
        notes=tuple(notes),
        tables={},
        written_at=None,
    )
