"""GraphML: nodes and edges as XML that networkx, igraph, graph-tool, Gephi and Cytoscape read.

Nodes are called by their ids in digits, because readers that take numbers for floats round ids above
2**53; igraph is one. For the same reason a column with numbers beyond 2**53 is text.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import IO, TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from .plain_columns import PlainColumn, beyond_float, plain_columns

if TYPE_CHECKING:
    from .selection import Selection

_TYPES = {"whole": "long", "number": "double", "flag": "boolean", "text": "string"}
_ROWS = 65_536
# XML 1.0 has no place for these characters, not even escaped.
_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")


def write_graphml(selection: Selection, path: Path) -> None:
    """Write one directed graph; an attribute that is missing is left out."""
    from connectome_analysis.tables import terms_of_use

    nodes = plain_columns(selection.nodes, ("node_id",))
    edges = plain_columns(selection.edges, ("pre_id", "post_id"))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write('<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        terms = "; ".join(f"{k}: {v}" for k, v in terms_of_use(selection.manifest).items())
        file.write(f"  <desc>{_text(f'{selection.connectome.name}; {terms}')}</desc>\n")
        _write_keys(file, "node", nodes)
        _write_keys(file, "edge", edges)
        name = quoteattr(selection.connectome.name.translate(_FORBIDDEN))
        file.write(f'  <graph id={name} edgedefault="directed">\n')
        for start in range(0, selection.nodes.num_rows, _ROWS):
            ids = selection.nodes["node_id"].slice(start, _ROWS).to_pylist()
            written = _data("n", nodes, start) if nodes else repeat("", len(ids))
            for i, data in zip(ids, written, strict=True):
                file.write(
                    f'    <node id="{i}">{data}</node>\n' if data else f'    <node id="{i}"/>\n'
                )
        for start in range(0, selection.edges.num_rows, _ROWS):
            pre = selection.edges["pre_id"].slice(start, _ROWS).to_pylist()
            post = selection.edges["post_id"].slice(start, _ROWS).to_pylist()
            for a, b, data in zip(pre, post, _data("e", edges, start), strict=True):
                file.write(f'    <edge source="{a}" target="{b}">{data}</edge>\n')
        file.write("  </graph>\n</graphml>\n")


def _write_keys(file: IO[str], owner: str, columns: list[PlainColumn]) -> None:
    for number, column in enumerate(columns):
        kind = "string" if beyond_float(column) else _TYPES[column.kind]
        name = quoteattr(column.name.translate(_FORBIDDEN))
        file.write(
            f'  <key id="{owner[0]}{number}" for="{owner}" attr.name={name} attr.type="{kind}"/>\n'
        )


def _data(prefix: str, columns: list[PlainColumn], start: int) -> Iterator[str]:
    """The <data> of one row after the other."""
    parts = []
    for number, column in enumerate(columns):
        opening = f'<data key="{prefix}{number}">'
        values = column.values.slice(start, _ROWS).to_pylist()
        if column.kind == "text":
            texts = [None if v is None else _text(v) for v in values]
        elif column.kind == "flag":
            texts = [None if v is None else str(v).lower() for v in values]
        else:
            texts = [None if v is None else repr(v) for v in values]
        parts.append(["" if t is None else f"{opening}{t}</data>" for t in texts])
    for row in zip(*parts, strict=True):
        yield "".join(row)


def _text(text: str) -> str:
    # A carriage return would come back as a line feed.
    return escape(text.translate(_FORBIDDEN), {"\r": "&#13;"})
