"""Formats: what a connectome can be written as, and what each is good for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .selection import Selection

Makes = Literal["file", "folder"]


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format.

    Attributes
    ----------
    name : str
    what : str
        What it is and who reads it.
    makes : {"file", "folder"}
    suffix : str
        What the name of a file ends in.
    module, function : str
        Where its writer is.
    """

    name: str
    what: str
    makes: Makes
    module: str
    function: str
    suffix: str = ""

    def writer(self) -> Callable[[Selection, Path], dict[str, Any] | None]:
        """The function that writes it: selection and path in, further facts out."""
        found: Callable[[Selection, Path], dict[str, Any] | None] = getattr(
            importlib.import_module(f".{self.module}", __package__), self.function
        )
        return found


_ALL = (
    Format(
        name="csv",
        what="edges.csv and nodes.csv; ids whole, units in the headers",
        makes="folder",
        module="edge_csv",
        function="write_csv",
    ),
    Format(
        name="adjacency",
        what="sparse matrix for scipy.sparse.load_npz, with node_id of its rows",
        makes="file",
        suffix=".npz",
        module="adjacency",
        function="write_adjacency",
    ),
    Format(
        name="adjacency-csv",
        what="dense matrix with ids as names, up to 5,000 neurons",
        makes="file",
        suffix=".csv",
        module="adjacency",
        function="write_adjacency_csv",
    ),
    Format(
        name="graphml",
        what="XML for networkx, igraph, graph-tool, Gephi, Cytoscape",
        makes="file",
        suffix=".graphml",
        module="graphml",
        function="write_graphml",
    ),
    Format(
        name="node-link",
        what="JSON for networkx.node_link_graph and D3",
        makes="file",
        suffix=".json",
        module="node_link",
        function="write_node_link",
    ),
    Format(
        name="sonata",
        what="nodes.h5, edges.h5 and circuit_config.json for BMTK, libsonata, bluepysnap",
        makes="folder",
        module="sonata",
        function="write_sonata",
    ),
    Format(
        name="nwb",
        what="Neurodata Without Borders: neurons and connections as DynamicTables",
        makes="file",
        suffix=".nwb",
        module="nwb",
        function="write_nwb",
    ),
    Format(
        name="neuroglancer-annotations",
        what="synapses as precomputed lines from pre to post, by segment and by place",
        makes="folder",
        module="neuroglancer",
        function="write_annotations",
    ),
    Format(
        name="neuroglancer-properties",
        what="segment properties: labels, types and sides as tags, numbers of partners",
        makes="folder",
        module="neuroglancer",
        function="write_segment_properties",
    ),
)
# Every format that can be written, by name.
FORMATS: Mapping[str, Format] = {format.name: format for format in _ALL}
# Conversions within Python, no files: method of Graph and what it needs.
IN_PYTHON: Mapping[str, str] = {
    "networkx": "Connectome.graph().to_networkx()",
    "igraph": "Connectome.graph().to_igraph()",
    "graph-tool": "Connectome.graph().to_graph_tool()",
    "PyTorch Geometric": "Connectome.graph().to_pyg()",
    "scipy": "Connectome.graph().to_scipy()",
    "pandas, Arrow": "Connectome.edges.df(), .to_arrow_table()",
}


def format_of(name: str) -> Format:
    """A format by name.

    Raises
    ------
    ValueError
        Where there is none; the message names them.

    Examples
    --------
    >>> format_of("graphml").suffix
    '.graphml'
    """
    if name not in FORMATS:
        close = [known for known in FORMATS if str(name).lower() in known]
        hint = (
            f"Did you mean {' or '.join(close)}?" if close else f"There are {', '.join(FORMATS)}."
        )
        msg = f"There is no format {name!r} to export to. {hint}"
        raise ValueError(msg)
    return FORMATS[name]
