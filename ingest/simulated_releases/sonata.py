"""Simulated circuit in SONATA: nodes and edges in HDF5, with the indices libsonata wants.

Of its habits these files have: numbers from 0 in place of ids, the native id as an attribute; words as
numbers into ``@library``; ids without sign; places in um; ``n_syn`` as an attribute of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from connectome_analysis.tables import ContractError

from .wiring import draw_ids, draw_wiring

FIRST_ID = 720575940600000000
POPULATION = "neurons"
EDGES = "neurons__neurons__chemical"
TYPES = ("KC", "MBON", "PN")


def write_sonata(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write ``nodes.h5``, ``edges.h5`` and ``circuit_config.json``."""
    try:
        import h5py
    except ImportError:
        msg = "Writing SONATA needs h5py: pip install 'neuropil[hdf5]'."
        raise ContractError(msg) from None
    rng = np.random.default_rng(seed)
    wiring = draw_wiring(n_neurons, n_connections, rng)
    with h5py.File(folder / "nodes.h5", "w", track_order=True) as file:
        nodes = file.create_group(f"nodes/{POPULATION}")
        nodes["node_type_id"] = np.full(n_neurons, -1, np.int64)
        own = nodes.create_group("0")
        own["native_id"] = draw_ids(n_neurons, FIRST_ID, rng).astype(np.uint64)
        for axis in "xyz":
            own[axis] = rng.uniform(0, 500, n_neurons)
        own["cell_type"] = rng.integers(0, len(TYPES), n_neurons).astype(np.uint32)
        own.create_group("@library")["cell_type"] = np.array(TYPES, dtype=h5py.string_dtype())
    with h5py.File(folder / "edges.h5", "w") as file:
        edges = file.create_group(f"edges/{EDGES}")
        for name, places in (("source", wiring.pre), ("target", wiring.post)):
            edges[f"{name}_node_id"] = places.astype(np.uint64)
            edges[f"{name}_node_id"].attrs["node_population"] = POPULATION
        n = len(wiring.pre)
        edges["edge_type_id"] = np.full(n, -1, np.int64)
        own = edges.create_group("0")
        own["n_syn"] = wiring.syn_count.astype(np.int64)
        own["syn_weight"] = rng.uniform(0.1, 2.0, n)
        own["delay"] = rng.uniform(0.5, 3.0, n)
        write_index(edges, "source_to_target", wiring.pre, n_neurons)
        write_index(edges, "target_to_source", wiring.post, n_neurons)
    config: dict[str, Any] = {
        "version": 2.4,
        "networks": {
            "nodes": [{"nodes_file": "nodes.h5", "populations": {POPULATION: {}}}],
            "edges": [{"edges_file": "edges.h5", "populations": {EDGES: {}}}],
        },
    }
    (folder / "circuit_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")


def write_index(edges: Any, name: str, node_of_edge: NDArray[np.int64], n_nodes: int) -> None:
    """Ranges of edges per node: node -> ranges -> edges, both (n, 2) of half-open intervals."""
    order = np.argsort(node_of_edge, kind="stable")
    sorted_nodes = node_of_edge[order]
    new_range = np.ones(len(order), bool)
    new_range[1:] = (sorted_nodes[1:] != sorted_nodes[:-1]) | (order[1:] != order[:-1] + 1)
    starts = np.flatnonzero(new_range)
    ends = np.append(starts[1:], len(order)) - 1
    ranges = np.stack([order[starts], order[ends] + 1], axis=1) if len(order) else np.empty((0, 2))
    owner = sorted_nodes[starts]
    first = np.searchsorted(owner, np.arange(n_nodes), side="left")
    last = np.searchsorted(owner, np.arange(n_nodes), side="right")
    group = edges.create_group(f"indices/{name}")
    group["node_id_to_ranges"] = np.stack([first, last], axis=1).astype(np.uint64)
    group["range_to_edge_id"] = ranges.astype(np.uint64)
