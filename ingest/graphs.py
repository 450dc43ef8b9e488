"""Graphs: GraphML and networkx node-link JSON as a table of nodes and a table of edges, all text.

Both formats name their nodes by text. networkx would turn what looks like a number into one, and a
JSON reader an id into a float; here a value stays the text it was until its column is known.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .text_files import column_names

GraphKind = Literal["graphml", "node-link"]
_Row = dict[str, str | None]


@dataclass(frozen=True, kw_only=True)
class GraphFile:
    """A graph as it stands in its file.

    Attributes
    ----------
    label : str
    nodes : pyarrow.Table
        Text columns; ``id`` first.
    edges : pyarrow.Table
        Text columns; ``source`` and ``target`` first.
    directed : bool
        As the file says.
    told : tuple of str
        What was left out.
    """

    label: str
    nodes: pa.Table
    edges: pa.Table
    directed: bool
    told: tuple[str, ...] = ()


def read_graph(source: str | Path, kind: GraphKind) -> GraphFile:
    """Read a graph file.

    Parameters
    ----------
    source : path
    kind : {"graphml", "node-link"}

    Raises
    ------
    ContractError
        Where the file is damaged, or has what no connectome has: nested graphs, hyperedges,
        directed and undirected edges side by side.
    """
    path = Path(source).expanduser()
    if not path.is_file():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    with pa.input_stream(str(path), compression="detect") as file:
        return _read_graphml(path, file) if kind == "graphml" else _read_node_link(path, file)


def _read_node_link(path: Path, file: IO[bytes]) -> GraphFile:
    try:
        # Ciona's file has bare NaN, which is no JSON; Python reads it as a missing value.
        content = json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{path.name} is not readable JSON ({error})."
        raise ContractError(msg) from None
    if not isinstance(content, dict) or not isinstance(content.get("nodes"), list):
        msg = (
            f"{path.name} is not node-link JSON: wanted an object with a list of nodes and a list "
            "of links or edges, as networkx.node_link_data gives."
        )
        raise ContractError(msg)
    names = [name for name in ("links", "edges") if isinstance(content.get(name), list)]
    filled = [name for name in names if content[name]] or names[:1]
    if len(filled) != 1:
        found = "both links and edges" if filled else "neither links nor edges"
        msg = f"{path.name}: wanted a list of links or of edges, found {found}."
        raise ContractError(msg)
    nodes = _objects(path, content["nodes"], "node", ("id",))
    links = _objects(path, content[filled[0]], "link", ("source", "target"))
    told = []
    if content.get("multigraph") and any("key" in link for link in links):
        for link in links:
            link.pop("key", None)
        told.append(f"{path.name}: the keys of parallel edges are left out; they are added up")
    return GraphFile(
        label=path.name,
        nodes=_table(path.name, nodes, ("id",)),
        edges=_table(path.name, links, ("source", "target")),
        directed=bool(content.get("directed", False)),
        told=tuple(told),
    )


def _objects(path: Path, items: list[Any], what: str, needed: tuple[str, ...]) -> list[_Row]:
    rows = []
    kinds = set()
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict) or any(item.get(name) is None for name in needed):
            msg = f"{path.name}: {what} {number} has no {' and '.join(needed)}."
            raise ContractError(msg)
        kinds |= {type(item[name]) for name in needed}
        rows.append({str(name): _text(value) for name, value in item.items()})
    if {int, str} <= kinds and any(_digits(row[name]) for row in rows for name in needed):
        # 1 and "1" are two nodes to networkx and would become one here.
        texts = {(type(item[name]), str(item[name])) for item in items for name in needed}
        if len({text for _, text in texts}) < len(texts):
            msg = f"{path.name}: {what}s are named both by the number and by the text of it."
            raise ContractError(msg)
    return rows


def _digits(text: str | None) -> bool:
    return text is not None and text.isdigit()


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


@dataclass
class _Reading:
    """What has been read of a GraphML file so far."""

    names: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, dict[str, str]] = field(default_factory=lambda: {"node": {}, "edge": {}})
    nodes: list[_Row] = field(default_factory=list)
    edges: list[_Row] = field(default_factory=list)
    directions: set[bool] = field(default_factory=set)
    default_directed: bool | None = None
    edge_ids: bool = False
    drawings: bool = False


def _read_graphml(path: Path, file: IO[bytes]) -> GraphFile:
    from xml.etree import ElementTree

    reading = _Reading()
    depth = 0
    root = None
    try:
        for event, element in ElementTree.iterparse(file, events=("start", "end")):
            tag = _bare(element.tag)
            root = element if root is None else root
            if event == "start":
                if tag == "graph":
                    depth += 1
                    _require_one_graph(path, depth, reading)
                    reading.default_directed = element.get("edgedefault") != "undirected"
                continue
            if tag == "graph":
                depth -= 1
            _take(path, reading, tag, element)
            if tag in ("node", "edge"):
                element.clear()
                if len(root) > 1000:  # keeps memory flat on a large file
                    root.clear()
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # or an unknown encoding
        if isinstance(error, ContractError):
            raise
        msg = f"{path.name} is not readable XML ({error})."
        raise ContractError(msg) from None
    if reading.default_directed is None:
        msg = f"{path.name} has no <graph>, so it is not GraphML."
        raise ContractError(msg)
    if len(reading.directions) > 1:
        msg = (
            f"{path.name} has directed and undirected edges side by side. Say which holds for all: "
            "make two files of it, one for each."
        )
        raise ContractError(msg)
    told = []
    if reading.edge_ids:
        told.append(f"{path.name}: the file's own ids of edges are left out")
    if reading.drawings:
        told.append(f"{path.name}: data that is not plain text (drawings of nodes) is left out")
    directed = next(iter(reading.directions), reading.default_directed)
    return GraphFile(
        label=path.name,
        nodes=_table(path.name, reading.nodes, ("id",)),
        edges=_table(path.name, reading.edges, ("source", "target")),
        directed=directed,
        told=tuple(told),
    )


def _require_one_graph(path: Path, depth: int, reading: _Reading) -> None:
    if depth > 1:
        msg = f"{path.name} has a graph inside a node, which is no connectome. Take it out."
        raise ContractError(msg)
    if reading.default_directed is not None:
        msg = f"{path.name} holds several graphs. Make one file of each."
        raise ContractError(msg)


def _take(path: Path, reading: _Reading, tag: str, element: Any) -> None:
    if tag == "hyperedge":
        msg = f"{path.name} has a hyperedge; an edge joins two neurons. Take it out."
        raise ContractError(msg)
    if tag == "key":
        name = element.get("attr.name") or element.get("id")
        reading.names[element.get("id")] = name
        default = next((child.text for child in element if _bare(child.tag) == "default"), None)
        if default is not None:
            for owner in ("node", "edge"):
                if element.get("for", "all") in (owner, "all"):
                    reading.defaults[owner][name] = default
    elif tag == "node":
        reading.nodes.append(_with_data(path, reading, element, "node", ("id",)))
    elif tag == "edge":
        reading.edges.append(_with_data(path, reading, element, "edge", ("source", "target")))
        reading.edge_ids |= element.get("id") is not None
        directed = element.get("directed")
        if reading.default_directed is None:
            msg = f"{path.name} has an edge outside of a <graph>, so it is not GraphML."
            raise ContractError(msg)
        reading.directions.add(reading.default_directed if directed is None else directed == "true")


def _with_data(
    path: Path, reading: _Reading, element: Any, owner: str, needed: tuple[str, ...]
) -> _Row:
    row: _Row = {}
    for name in needed:
        if not element.get(name):
            place = len(reading.nodes if owner == "node" else reading.edges) + 1
            msg = f"{path.name}: {owner} {place} has no {name}."
            raise ContractError(msg)
        row[name] = element.get(name)
    row |= {_free(name, needed): text for name, text in reading.defaults[owner].items()}
    for data in element:
        if _bare(data.tag) != "data":
            continue
        if len(data):
            reading.drawings = True
            continue
        name = reading.names.get(data.get("key"), data.get("key"))
        row[_free(name, needed)] = data.text
    return row


def _free(name: str, needed: tuple[str, ...]) -> str:
    """An attribute that is called like the node's own id has another name."""
    return f"{name}_attribute" if name in needed else name


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def _table(label: str, rows: list[_Row], first: tuple[str, ...]) -> pa.Table:
    names = list(dict.fromkeys([*first, *_names(rows)]))
    written = column_names(label, names)
    return pa.table(
        {
            new: pa.array([row.get(name) for row in rows], pa.string())
            for new, name in zip(written, names, strict=True)
        }
    )


def _names(rows: list[_Row]) -> Iterator[str]:
    for row in rows:
        yield from row
