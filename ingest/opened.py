"""Opened: the tables a source turns out to have, and what their columns become."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectome_analysis.tables import ContractError

from .column_mapping import ColumnMapping, check_mapping_keys, map_columns, require_all_used
from .exact_ids import IdColumn, IdKind
from .graphs import GraphFile, GraphKind
from .matrices import Matrix, Orientation, RowsAndColumns
from .matrix_rows import has_names, matrix_neurons, matrix_rows, neurons_without_names
from .neurons import NeuronList, UnknownNeurons
from .positions import Scale
from .recognise import recognise
from .source_rows import SourceRows
from .workspace import Workspace


@dataclass
class Asked:
    """What the user says about ids, columns and units.

    Attributes
    ----------
    columns : dict of str to str or None
        Source column by contract column.
    ids : {"integers", "names"} or None
    edges_refer_to : str or None
        Column of the list of neurons by which rows name them.
    zero_is_a_neuron : bool or None
        None: as the kind of source has it.
    unknown_neurons : {"error", "add", "drop"}
    missing : mapping of str to collection of str
    scale : Scale
        Of positions.
    edge_type : str
        Of rows that do not say.
    """

    columns: dict[str, str | None]
    ids: IdKind | None
    edges_refer_to: str | None
    zero_is_a_neuron: bool | None
    unknown_neurons: UnknownNeurons
    missing: Mapping[str, Collection[str]]
    scale: Scale
    edge_type: str

    def id_column(self, rows: SourceRows, source: str, role: str) -> IdColumn:
        """A column of ids, read as the user says."""
        return IdColumn(
            rows=rows,
            source=source,
            role=role,
            zero_is_missing=not self.zero_is_a_neuron,
            missing=self.missing,
        )


@dataclass
class Opened:
    """The tables of a source.

    Attributes
    ----------
    nodes, edges, synapses : SourceRows or None
    labels : SourceRows or None
        The names in a matrix, where there is a list of neurons beside it.
    by_place : bool
        Rows name neurons by their place in the list, as a matrix without names does.
    mappings : dict of str to ColumnMapping
        By table.
    neurons : NeuronList or None
        None where the source has no list of neurons.
    edge_ids, synapse_ids : (IdColumn, IdColumn) or None
        Sender and receiver.
    label_ids : IdColumn or None
        Of `labels`.
    """

    nodes: SourceRows | None = None
    edges: SourceRows | None = None
    synapses: SourceRows | None = None
    labels: SourceRows | None = None
    by_place: bool = False
    mappings: dict[str, ColumnMapping] = field(default_factory=dict)
    neurons: NeuronList | None = None
    edge_ids: tuple[IdColumn, IdColumn] | None = None
    synapse_ids: tuple[IdColumn, IdColumn] | None = None
    label_ids: IdColumn | None = None

    def by_name(self) -> dict[str, SourceRows]:
        """The tables that are there."""
        named = {"nodes": self.nodes, "edges": self.edges, "synapses": self.synapses}
        return {name: rows for name, rows in named.items() if rows is not None}


def take_matrix(
    workspace: Workspace,
    asked: Asked,
    opened: Opened,
    matrix: Matrix,
    orientation: Orientation | None,
    rows_and_columns: RowsAndColumns,
) -> None:
    """Open a matrix as edges, and its names as the list of neurons unless there is one.

    Raises
    ------
    ContractError
        Where a matrix without names and a list of neurons are not equally long.
    """
    if asked.zero_is_a_neuron is None:
        asked.zero_is_a_neuron = True
    opened.edges = matrix_rows(workspace, "edges_source", matrix, orientation, rows_and_columns)
    if opened.nodes is None:
        opened.nodes = matrix_neurons(workspace, "nodes_source", matrix, rows_and_columns)
        return
    if matrix.neurons:
        workspace.account.decide(
            f"{matrix.label}: {', '.join(matrix.neurons)} are not read, since there is a list of neurons"
        )
    if has_names(matrix):
        opened.labels = matrix_neurons(workspace, "labels_source", matrix, rows_and_columns)
        return
    opened.by_place = True
    wanted = neurons_without_names(matrix, rows_and_columns)
    (listed,) = workspace.row("SELECT count(*) FROM nodes_source")
    if listed != wanted:
        what, way = ("data", "no-nodes") if opened.nodes.headed else ("a header", "nodes")
        msg = (
            f"{matrix.label} has {wanted:,} neurons without names and {opened.nodes.label} has "
            f"{listed:,} rows; they must be as many, in the same order. If its first line is "
            f"{what}, say so: nodes_header={not opened.nodes.headed} (--{way}-header)."
        )
        raise ContractError(msg)
    workspace.account.decide(
        f"{matrix.label} names no neuron: number 1, 2, ... is row 1, 2, ... of {opened.nodes.label}"
    )


def graph_kind_of(graph: str | Path) -> GraphKind:
    """Tell GraphML from node-link JSON by the suffix."""
    kind = recognise(graph, {})
    if kind not in ("graphml", "node-link"):
        msg = (
            f"{Path(graph).name} is neither .graphml nor .json; say which it is: "
            "graph_kind='graphml' or 'node-link' (--kind)."
        )
        raise ContractError(msg)
    return "graphml" if kind == "graphml" else "node-link"


def take_graph(
    workspace: Workspace, asked: Asked, opened: Opened, file: GraphFile, directed: bool | None
) -> bool:
    """Open a graph's nodes and edges.

    Returns
    -------
    bool
        Whether edges have a direction.

    Raises
    ------
    ContractError
        Where the file says undirected and the user nothing: chemical synapses have a direction.
    """
    for view, rows in (("nodes_source", file.nodes), ("edges_source", file.edges)):
        workspace.connection.register(view, rows)
    for line in file.told:
        workspace.account.decide(line)
    opened.nodes, opened.edges = (
        SourceRows(view=view, columns=workspace.columns(view), label=file.label)
        for view in ("nodes_source", "edges_source")
    )
    if asked.zero_is_a_neuron is None:
        asked.zero_is_a_neuron = True
    asked.edges_refer_to = "id"
    asked.columns |= {"edges.pre_id": "source", "edges.post_id": "target"}
    if not {"node_id", "nodes.node_id"} & set(asked.columns):
        asked.columns["nodes.node_id"] = "id"
    if directed is None and not file.directed and asked.edge_type != "electrical":
        msg = (
            f"{file.label} says that its edges are undirected, and chemical synapses are not. If "
            "source sends to target after all: directed=True (--directed); if every edge goes both "
            "ways: directed=False (--undirected)."
        )
        raise ContractError(msg)
    said, done = ("directed" if way else "undirected" for way in (file.directed, directed))
    if directed is not None and directed != file.directed:
        workspace.account.decide(
            f"{file.label} says that edges are {said}; read as {done}, as asked"
        )
    else:
        workspace.account.decide(f"{file.label} says that edges are {said}")
    return file.directed if directed is None else directed


def map_opened(workspace: Workspace, asked: Asked, opened: Opened) -> None:
    """Map the columns of every opened table, and find its columns of ids."""
    tables = opened.by_name()
    check_mapping_keys(asked.columns, list(tables))
    for name, rows in tables.items():
        needed: tuple[str, ...] = ("pre_id", "post_id")
        if name == "nodes":
            free = opened.by_place or asked.edges_refer_to is not None
            needed = () if free else ("node_id",)
        opened.mappings[name] = map_columns(
            workspace, name, rows, asked.columns, needed=needed, beside=list(tables)
        )
    require_all_used(asked.columns, list(opened.mappings.values()), list(tables.values()))
    opened.edge_ids = _both_sides(asked, opened, "edges")
    opened.synapse_ids = _both_sides(asked, opened, "synapses")
    opened.neurons = _neuron_list(asked, opened)
    if opened.labels is not None:
        opened.label_ids = asked.id_column(opened.labels, "node_id", "node_id")


def _both_sides(asked: Asked, opened: Opened, name: str) -> tuple[IdColumn, IdColumn] | None:
    rows = opened.by_name().get(name)
    if rows is None:
        return None
    mapping = opened.mappings[name]
    return (
        asked.id_column(rows, mapping["pre_id"], "pre_id"),
        asked.id_column(rows, mapping["post_id"], "post_id"),
    )


def _neuron_list(asked: Asked, opened: Opened) -> NeuronList | None:
    if opened.nodes is None:
        return None
    mapping = opened.mappings["nodes"]
    own = mapping.get("node_id")
    key = None if opened.by_place else asked.edges_refer_to or own
    if key is not None:
        opened.nodes.require(key)
    apart = own is not None and own != key
    return NeuronList(
        rows=opened.nodes,
        mapping=mapping,
        key=None if key is None else asked.id_column(opened.nodes, key, "node_id"),
        node_id=asked.id_column(opened.nodes, own, "node_id") if own and apart else None,
    )
