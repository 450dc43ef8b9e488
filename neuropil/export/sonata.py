"""SONATA: nodes and edges in HDF5, as the Allen Institute and Blue Brain exchange circuits.

A population of edges to each kind of connection. SONATA counts its nodes from 0, so the ids are an
attribute, ``native_id``; positions are in um; a connection is one edge, and ``n_syn`` counts its synapses.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.simulated_releases.sonata import write_index

from .hdf5_library import h5py_or_way_out
from .plain_columns import PlainColumn, plain_columns

if TYPE_CHECKING:
    from .selection import Selection

POPULATION = "neurons"
_UM = {"x_nm": "x", "y_nm": "y", "z_nm": "z"}


def write_sonata(selection: Selection, folder: Path) -> None:
    """Write ``nodes.h5``, ``edges.h5`` and ``circuit_config.json``.

    Texts are numbers into ``@library``; a missing text is an empty one, a missing number NaN. A column
    of whole numbers with gaps is text, because HDF5 has no missing whole number.
    """
    h5py = h5py_or_way_out("SONATA")
    n = selection.nodes.num_rows
    with h5py.File(folder / "nodes.h5", "w", track_order=True) as file:
        _sign(file)
        nodes = file.create_group(f"nodes/{POPULATION}")
        nodes["node_type_id"] = np.full(n, -1, np.int64)
        own = nodes.create_group("0")
        own["native_id"] = selection.nodes["node_id"].to_numpy()
        for column in plain_columns(selection.nodes, ("node_id",)):
            if column.name in _UM:
                own[_UM[column.name]] = column.values.to_numpy(zero_copy_only=False) / 1000
            else:
                _write_attribute(h5py, own, column)
    pre, post = selection.places()
    kind_of = np.array(selection.edges["edge_type"].to_pylist(), dtype=object)
    populations = {}
    with h5py.File(folder / "edges.h5", "w", track_order=True) as file:
        _sign(file)
        file.create_group("edges")
        for kind in selection.kinds:
            chosen = np.flatnonzero(kind_of == kind)
            name = f"{POPULATION}__{POPULATION}__{kind.replace('/', '_')}"
            populations[name] = {"type": "electrical" if kind == "electrical" else "chemical"}
            edges = file["edges"].create_group(name)
            for side, places in (("source", pre), ("target", post)):
                edges[f"{side}_node_id"] = places[chosen].astype(np.uint64)
                edges[f"{side}_node_id"].attrs["node_population"] = POPULATION
            edges["edge_type_id"] = np.full(len(chosen), -1, np.int64)
            edges["edge_group_id"] = np.zeros(len(chosen), np.uint64)
            edges["edge_group_index"] = np.arange(len(chosen), dtype=np.uint64)
            own = edges.create_group("0")
            rows = selection.edges.take(chosen)
            for column in plain_columns(rows, ("pre_id", "post_id", "edge_type")):
                renamed = {"syn_count": "n_syn", "weight": "syn_weight"}
                _write_attribute(
                    h5py, own, column._replace(name=renamed.get(column.name, column.name))
                )
            write_index(edges, "source_to_target", pre[chosen], n)
            write_index(edges, "target_to_source", post[chosen], n)
    config: dict[str, Any] = {
        "version": 2.4,
        "networks": {
            "nodes": [
                {"nodes_file": "nodes.h5", "populations": {POPULATION: {"type": "point_neuron"}}}
            ],
            "edges": [{"edges_file": "edges.h5", "populations": populations}],
        },
    }
    (folder / "circuit_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")


def _sign(file: Any) -> None:
    """The magic number and version that SONATA asks for at the root."""
    file.attrs["magic"] = np.uint32(0x0A7A)
    file.attrs["version"] = np.array([0, 1], np.uint32)


def _write_attribute(h5py: Any, group: Any, column: PlainColumn) -> None:
    values = column.values
    if column.kind == "number":
        group[column.name] = values.to_numpy(zero_copy_only=False)
    elif column.kind in ("whole", "flag") and not values.null_count:
        kind = np.int64 if column.kind == "whole" else np.uint8
        group[column.name] = values.to_numpy(zero_copy_only=False).astype(kind)
    else:
        texts = ["" if value is None else str(value) for value in values.to_pylist()]
        words, places = np.unique(np.array(texts, dtype=object), return_inverse=True)
        group[column.name] = places.astype(np.uint32)
        library = group.require_group("@library")
        library.create_dataset(column.name, data=words, dtype=h5py.string_dtype())
