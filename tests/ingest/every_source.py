"""Every source: a small one in each format that can be read, for what must hold of all readers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ingest.simulated_releases import simulate_release

from .releases import (
    h01_record,
    write_catmaid,
    write_ciona,
    write_cook,
    write_h01,
    write_larva,
    write_witvliet,
)
from .sources import BIG, text

TABLE = "pre,post,n_syn\n11,12,3\n12,13,1\n13,11,2\n11,11,1\n"


@dataclass(frozen=True)
class Source:
    """How a source is made and read."""

    format: str
    make: Callable[[Path], Path]
    options: Mapping[str, Any] = field(default_factory=dict)
    slow: bool = False


def _simulated(name: str, neurons: int = 20, connections: int = 40) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return simulate_release(name, folder / "r", n_neurons=neurons, n_connections=connections)

    return make


def _file(name: str, content: str) -> Callable[[Path], Path]:
    return lambda folder: text(folder, name, content)


def _files(contents: Mapping[str, str]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        for name, content in contents.items():
            text(folder, name, content)
        return folder

    return make


def _nwb(folder: Path) -> Path:
    import h5py

    with h5py.File(folder / "session.nwb", "w") as file:
        file.attrs["nwb_version"] = "2.5.0"
        plane = file.create_group("processing/ophys/ImageSegmentation/PlaneSegmentation")
        plane["id"] = np.array([101, 102, 103])
        series = file.create_group("processing/ophys/Fluorescence/RoiResponseSeries")
        series["data"] = np.arange(6, dtype=np.float32).reshape(2, 3)
        series["rois"] = np.array([2, 1, 0])
        series["rois"].attrs["table"] = plane.ref
        series["starting_time"] = 1.5
        series["starting_time"].attrs["rate"] = 6.3
    return folder / "session.nwb"


def _mat(folder: Path) -> Path:
    import scipy.io

    scipy.io.savemat(folder / "Z.mat", {"W": np.array([[0.0, 3.0], [1.0, 0.0]])})
    return folder / "Z.mat"


def _mat73(folder: Path) -> Path:
    import h5py

    with h5py.File(folder / "Z.mat", "w") as file:
        file["W"] = np.array([[0.0, 3.0], [1.0, 0.0]])
    return folder / "Z.mat"


def _npz(folder: Path) -> Path:
    np.savez(
        folder / "graph.npz",
        indptr=np.array([0, 1, 1]),
        indices=np.array([1]),
        syn_count=np.array([5]),
        root_id=np.array([BIG, BIG + 1], np.uint64),
        cell_type=np.array(["KC", "PN"]),
    )
    return folder / "graph.npz"


def _graphml(folder: Path) -> Path:
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_edge("n1", "n2", weight=3.0)
    graph.add_edge("n2", "n3", weight=1.0)
    nx.write_graphml(graph, folder / "g.graphml")
    return folder / "g.graphml"


def _parquet(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pa.table({"pre": [BIG, 2], "post": [2, BIG], "n_syn": [3, 1]})
    pq.write_table(rows, folder / "edges.parquet")
    return folder / "edges.parquet"


def _shiu(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = {
        "Presynaptic_ID": [BIG, BIG + 1],
        "Postsynaptic_ID": [BIG + 1, BIG + 2],
        "Presynaptic_Index": [0, 1],
        "Postsynaptic_Index": [1, 2],
        "Connectivity": [3, 4],
        "Excitatory": [1, -1],
        "Excitatory x Connectivity": [3, -4],
    }
    pq.write_table(pa.table(rows), folder / "Connectivity_783.parquet")
    text(
        folder,
        "Completeness_783.csv",
        ",Completed\n" + "".join(f"{BIG + i},True\n" for i in range(4)),
    )
    return folder


def _exported(format: str, name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from neuropil import export

        only = {"edge_type": "chemical"} if format == "adjacency" else {}
        return export.write(
            "celegans-varshney2011", format, folder / name, where="sign = 1", **only
        )

    return make


_MB = {"left_adjacency.csv": "0 3\n1 0\n", "left_cell_labels.csv": "K\nP\n"}
_CEREBELLUM = {
    "grc_pc_synapses.csv": (
        "pre,post,pre_x_nm,pre_y_nm,pre_z_nm,post_x_nm,post_y_nm,post_z_nm,score\n"
        "g1,p1,1,2,3,4,5,6,0.5\ng2,p1,1,2,3,4,5,6,0.7\n"
    ),
    "mf_grc_edges.csv": "pre,post\nm1,g1\nm1,g2\n",
    "mf_grc_nodes.csv": "node,cell_type\nm1,mf\ng1,grc\ng2,grc\n",
}
_NODE_LINK = {
    "directed": True,
    "multigraph": False,
    "graph": {},
    "nodes": [{"id": "a"}, {"id": "b"}],
    "links": [{"source": "a", "target": "b", "weight": 2}],
}
_CECT = {"nodes": ["A", "B"], "connections": {"Generic_CS": [[0.0, 2.0], [1.0, 0.0]]}}

SOURCES: dict[str, Source] = {
    "flywire-783": Source("flywire", _simulated("flywire-783"), {"min_synapses": 5}),
    "flywire-630": Source("flywire", _simulated("flywire-630")),
    "shiu2024": Source("shiu2024", _shiu),
    "neuprint": Source("neuprint", _simulated("neuprint")),
    "neuprint-bulk": Source("neuprint", _simulated("neuprint-bulk")),
    "malecns": Source("malecns", _simulated("malecns")),
    "banc": Source("banc", _simulated("banc")),
    "fanc": Source("fanc", _simulated("fanc")),
    "cave": Source("cave", _simulated("cave"), {"version": 1300}),
    "h01": Source("h01", _simulated("h01")),
    "h01-ndjson": Source(
        "h01", lambda folder: write_h01(folder / "h", [h01_record(5, 6), h01_record(6, "7")])
    ),
    "sonata": Source("sonata", _simulated("sonata")),
    "larva": Source("larva", lambda folder: write_larva(folder / "larva")),
    "larva-mushroom-body": Source("larva-mushroom-body", _files(_MB), {"side": "left"}),
    "cook2019": Source("cook2019", write_cook),
    "witvliet2021": Source(
        "witvliet2021", lambda folder: write_witvliet(folder / "w"), {"dataset": 3}
    ),
    "celegans": Source(
        "celegans", _file("specimen_107_synapselist.csv", "\ufeffI1L,MCL\nI1L,MCL\nMCL,I1R\n")
    ),
    "cect": Source("cect", _file("X.json", json.dumps(_CECT))),
    "ciona": Source("ciona", lambda folder: write_ciona(folder / "c"), {"unit": "um"}),
    "platynereis": Source(
        "platynereis",
        _file("adjacency_matrix_connectome_2cells.csv", '"Neurons","a","b"\n"a",1,2\n"b",0,0\n'),
    ),
    "matlab": Source("matlab", _mat, {"orientation": "rows-are-pre"}),
    "matlab-7.3": Source("matlab", _mat73, {"orientation": "rows-are-pre"}),
    "labelled-npz": Source("labelled-npz", _npz),
    "mouse-cerebellum": Source("mouse-cerebellum", _files(_CEREBELLUM)),
    "optic-lobe-types": Source(
        "optic-lobe-types",
        _files(
            {
                "type_to_type_connection_and_synapse_counts.csv": (
                    "from type,to type,connections total,synapses total\nT4a,T5a,2,9\nT5a,L1,1,4\n"
                )
            }
        ),
    ),
    "catmaid": Source("catmaid", lambda folder: write_catmaid(folder / "c")),
    "swc": Source(
        "swc",
        _file("7.swc", "# s\n1 1 0 0 0 5 -1\n2 3 10 0 0 1 1\n3 3 20 0 0 1 2\n"),
        {"unit": "nm"},
    ),
    "nwb": Source("nwb", _nwb),
    "nwb-connectome": Source("nwb", _exported("nwb", "x.nwb")),
    "exported-matrix": Source("table", _exported("adjacency", "x.npz")),
    "table": Source("table", _file("edges.csv", TABLE)),
    "parquet": Source("table", _parquet),
    "graphml": Source("table", _graphml, {"weight_meaning": "contacts"}),
    "node-link": Source("table", _file("g.json", json.dumps(_NODE_LINK))),
    "matrix": Source(
        "table", _file("m.csv", ",a,b,c,d\na,0,1,2,0\nb,1,0,0,0\nc,0,0,0,4\nd,0,0,0,0\n")
    ),
}
