"""Neuroglancer: synapses as lines from pre to post, and what the list of segments shows of neurons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from .selection import Selection

# What selects segments in the viewer, and what labels them.
TAGS = ("cell_type", "cell_class", "super_class", "side", "region", "neurotransmitter")
_NUMBERS = ("confidence", "score", "size")
_WORDS = ("region", "neurotransmitter")


def write_annotations(selection: Selection, folder: Path) -> dict[str, Any]:
    """Write the synapses among the selected connections as precomputed line annotations.

    Relationships ``pre_segment`` and ``post_segment`` lead from a segment to its synapses. Numbers and
    words that every synapse has are properties. Synapses without a place are left out and counted.

    Returns
    -------
    dict
        ``synapses``, ``without_place``, ``properties``, ``properties_left_out``.

    Raises
    ------
    ValueError
        Where there are no synapses, or an id is negative.
    """
    import segmentation_core as sc

    has = selection.manifest.tables.get("synapses")
    name = selection.connectome.name
    if has is None:
        msg = f"{name} has no table synapses, so there are no places to show. Take neuroglancer-properties."
        raise ValueError(msg)
    rows = _synapses(selection)
    sites = [f"{side}_{axis}_nm" for side in ("pre", "post") for axis in "xyz"]
    place = [f"{axis}_nm" for axis in "xyz"]
    if all(site in rows.columns for site in sites):
        for site in sites:  # where a side has no place of its own, that of the synapse
            rows[site] = rows[site].fillna(rows[site[-4:]])
    else:
        rows = rows.drop(columns=[site for site in sites if site in rows.columns])
        sites = place
    placed = rows[rows[sites].notna().all(axis=1)]
    numbers = [n for n in _NUMBERS if n in placed.columns and placed[n].notna().all()]
    words = [n for n in _WORDS if n in placed.columns and placed[n].notna().any()]
    left_out = [n for n in _NUMBERS if n in placed.columns and n not in numbers]
    sc.write_synapse_annotations(placed, folder / "synapses", properties=numbers, categories=words)
    return {
        "synapses": len(placed),
        "without_place": len(rows) - len(placed),
        "properties": [*numbers, *words],
        "properties_left_out": left_out,
    }


def _synapses(selection: Selection) -> pd.DataFrame:
    """Synapses of the selected connections, or of all where nothing was selected."""
    if not selection.asked:
        query = "SELECT * FROM synapses"
        frame: pd.DataFrame = selection.connectome.sql(query).df()
        return frame
    pairs = selection.edges.select(["pre_id", "post_id"])
    kept: pd.DataFrame = selection.connectome.sql(
        "SELECT s.* FROM synapses s SEMI JOIN kept_pairs k "
        "ON k.pre_id = s.pre_id AND k.post_id = s.post_id",
        tables={"kept_pairs": pairs},
    ).df()
    return kept


def write_segment_properties(selection: Selection, folder: Path) -> None:
    """Write labels, tags (types, sides, transmitters) and numbers of partners of every neuron.

    Raises
    ------
    ValueError
        Where an id is negative: the viewer's are not.
    """
    import numpy as np

    from segmentation_core.volumes.segment_property_files import write_property_files

    table = selection.nodes.to_pandas()
    if len(table) and int(table["node_id"].min()) < 0:
        msg = f"node_id {table['node_id'].min()} is negative; Neuroglancer's ids are at least 0."
        raise ValueError(msg)
    shown = table[["node_id"]].copy()
    label = next((n for n in ("name", "cell_type") if n in table and table[n].notna().any()), None)
    if label is not None:
        shown[label if label == "name" else "type"] = table[label]
    pre, post = selection.places()
    apart = pre != post
    pairs = np.unique(np.stack([pre[apart], post[apart]], axis=1), axis=0)
    shown["partners_in"] = np.bincount(pairs[:, 1], minlength=len(table))
    shown["partners_out"] = np.bincount(pairs[:, 0], minlength=len(table))
    for number in ("volume_nm3", "length_nm"):
        if number in table and table[number].notna().all():
            shown[number] = table[number]
    tags = [name for name in TAGS if name in table and table[name].notna().any()]
    shown[tags] = table[tags]
    write_property_files(shown, folder / "segment_properties", tags=tags)
