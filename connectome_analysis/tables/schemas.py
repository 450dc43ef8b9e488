"""Schemas: the columns of each table, their types, and what must hold of their values.

``docs/tables.md`` says the same in prose, with MUST and MAY. A rule is a SQL condition over the
row that must be true wherever the column is not null; it is stated once here and used by the
writer, by ``neuropil check`` and by the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

# Version of the table contract, which every manifest names.
SCHEMA_VERSION = "1.1"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the contract.

    Attributes
    ----------
    name : str
    type : pyarrow.DataType
        The type on disk.
    required : bool
        The table must have the column.
    nullable : bool
        A row may leave it empty.
    rule : str or None
        SQL condition that holds in every row where the column is not null.
    meaning : str
        What the column says, with its unit.
    """

    name: str
    type: pa.DataType
    required: bool = False
    nullable: bool = True
    rule: str | None = None
    meaning: str


@dataclass(frozen=True, kw_only=True)
class TableSchema:
    """One table of the contract: its columns, its key and the order of its rows."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    order: tuple[str, ...]
    references: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The contract's columns by name."""
        return {column.name: column for column in self.columns}


def _id(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name=name, type=pa.int64(), required=True, nullable=nullable, meaning=meaning)


def _text(name: str, meaning: str) -> Column:
    return Column(name=name, type=pa.string(), meaning=meaning)


def _number(
    name: str,
    meaning: str,
    rule: str | None = None,
    *,
    required: bool = False,
    nullable: bool = True,
) -> Column:
    conditions = f'isfinite("{name}")' + (f" AND {rule}" if rule else "")
    return Column(
        name=name,
        type=pa.float64(),
        required=required,
        nullable=nullable,
        rule=conditions,
        meaning=meaning,
    )


def _fraction(name: str, meaning: str) -> Column:
    return _number(name, meaning, f'"{name}" BETWEEN 0 AND 1')


def _position(of: str, *, prefix: str = "", required: bool = False) -> tuple[Column, ...]:
    return tuple(
        _number(f"{prefix}{axis}_nm", f"{axis} of {of}, nm", required=required)
        for axis in ("x", "y", "z")
    )


NODES = TableSchema(
    name="nodes",
    meaning="one row per neuron, or fragment of one",
    columns=(
        _id("node_id", "the neuron, unique in this release"),
        _text("name", "the neuron's own name where the source gives one"),
        _text("cell_type", "finest type the source assigns"),
        _text("cell_class", "class above the type"),
        _text("super_class", "coarsest class"),
        Column(
            name="side",
            type=pa.string(),
            rule="side IN ('left', 'right', 'center')",
            meaning="left, right or center of the animal",
        ),
        _text("region", "neuropil or body part"),
        _text("neurotransmitter", "transmitter, lower case"),
        Column(
            name="sign",
            type=pa.int8(),
            rule='"sign" IN (-1, 0, 1)',
            meaning="+1 excitatory, -1 inhibitory, 0 neither or modulatory",
        ),
        *_position("the soma, else the centroid"),
        _number("volume_nm3", "volume, nm^3", "volume_nm3 >= 0"),
        _number("length_nm", "cable length, nm", "length_nm >= 0"),
        _fraction("pre_completeness", "fraction of its presynaptic sites that are attached"),
        _fraction("post_completeness", "fraction of its postsynaptic sites that are attached"),
        _text("status", "proofreading status as the source words it"),
    ),
    key=("node_id",),
    order=("node_id",),
)

_EDGE_COLUMNS = (
    _id("pre_id", "the neuron that sends"),
    _id("post_id", "the neuron that receives"),
    Column(
        name="edge_type",
        type=pa.string(),
        required=True,
        nullable=False,
        rule="edge_type <> ''",
        meaning="chemical, electrical, ...",
    ),
    _number(
        "weight",
        "strength; its meaning and unit stand in the manifest",
        "weight > 0",
        required=True,
        nullable=False,
    ),
    Column(
        name="syn_count",
        type=pa.int32(),
        rule="syn_count >= 1",
        meaning="number of synapses, only where the source counts them",
    ),
    _number("size", "size as the manifest says", "size >= 0"),
    _fraction("confidence", "probability that the connection is real"),
    _text("neurotransmitter", "transmitter of the connection, lower case"),
)

EDGES = TableSchema(
    name="edges",
    meaning="one row per ordered pair of neurons and kind of connection",
    columns=_EDGE_COLUMNS,
    key=("pre_id", "post_id", "edge_type"),
    order=("pre_id", "post_id", "edge_type"),
    references=("pre_id", "post_id"),
)

EDGES_BY_REGION = TableSchema(
    name="edges_by_region",
    meaning="one row per ordered pair, kind and region; regions do not overlap",
    columns=(
        *_EDGE_COLUMNS[:3],
        Column(
            name="region",
            type=pa.string(),
            required=True,
            nullable=False,
            meaning="the neuropil in which these synapses lie",
        ),
        *_EDGE_COLUMNS[3:],
    ),
    key=("pre_id", "post_id", "edge_type", "region"),
    order=("pre_id", "post_id", "edge_type", "region"),
    references=("pre_id", "post_id"),
)

SYNAPSES = TableSchema(
    name="synapses",
    meaning="one row per synapse, from one presynaptic site to one postsynaptic site",
    columns=(
        _id("synapse_id", "the synapse, unique"),
        _id("pre_id", "the neuron that sends; null where the site is unattached", nullable=True),
        _id("post_id", "the neuron that receives; null where unattached", nullable=True),
        *_position("the synapse", required=True),
        *_position("the presynaptic site", prefix="pre_"),
        *_position("the postsynaptic site", prefix="post_"),
        _fraction("confidence", "probability that the synapse is real"),
        _number("score", "the detector's score, as the source gives it"),
        _number("size", "size; its unit stands in the manifest", "size >= 0"),
        _text("region", "neuropil"),
        _text("neurotransmitter", "predicted transmitter, lower case"),
    ),
    key=("synapse_id",),
    order=("pre_id", "post_id", "synapse_id"),
    references=("pre_id", "post_id"),
)

SKELETONS = TableSchema(
    name="skeletons",
    meaning="one row per skeleton node; a root has no parent",
    columns=(
        _id("node_id", "the neuron"),
        _id("point_id", "the skeleton node, unique within the neuron"),
        _id("parent_id", "the next skeleton node towards the root; null at a root", nullable=True),
        *(
            Column(
                name=f"{axis}_nm",
                type=pa.float64(),
                required=True,
                nullable=False,
                rule=f"isfinite({axis}_nm)",
                meaning=f"{axis}, nm",
            )
            for axis in ("x", "y", "z")
        ),
        Column(
            name="radius_nm",
            type=pa.float64(),
            required=True,
            rule="isfinite(radius_nm) AND radius_nm >= 0",
            meaning="radius, nm; null where unset",
        ),
        _text("compartment", "soma, axon, dendrite, ..."),
    ),
    key=("node_id", "point_id"),
    order=("node_id", "point_id"),
    references=("node_id",),
)

# Columns, types, keys and rules of the five tables of the contract, by name.
TABLES: Mapping[str, TableSchema] = {
    table.name: table for table in (NODES, EDGES, EDGES_BY_REGION, SYNAPSES, SKELETONS)
}
REQUIRED_TABLES = ("nodes", "edges")


def contract_columns(table: TableSchema) -> pa.Schema:
    """All columns the contract names for a table, as an Arrow schema.

    Examples
    --------
    >>> contract_columns(EDGES).field("pre_id").type
    DataType(int64)
    """
    return pa.schema(
        [pa.field(column.name, column.type, nullable=column.nullable) for column in table.columns]
    )
