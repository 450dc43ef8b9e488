"""Synapses to edges: rows of single synapses become the synapses table and counts per ordered pair.

A synapse with an unattached side has lost its partner, not itself: it stays in the synapses table
with that side empty, because how many sites are attached is how complete a neuron is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectome_analysis.tables import ContractError

from .column_mapping import ColumnMapping
from .column_types import gaps_told, type_questions, typed_columns
from .column_values import Missing, contract_values, require_no_fault
from .edge_rows import NO_REGION, StagedRows
from .exact_ids import IdColumn, IdKind
from .extra_columns import extra_names, without_people
from .positions import AXES, Scale, column_meanings, read_positions
from .source_rows import SourceRows
from .workspace import POST, PRE, Workspace, literal, quoted

TABLE = "synapse_rows"
_SITES = ("", "pre_", "post_")


@dataclass(frozen=True, kw_only=True)
class StagedSynapses:
    """The staged rows of synapses.

    Attributes
    ----------
    table : str
        Columns `PRE`, `POST` and ``columns``.
    columns : tuple of str
        Columns of the synapses table after the two ids.
    by_region : bool
    meanings : mapping of str to str
        Manifest entries for extra columns.
    """

    table: str
    columns: tuple[str, ...]
    by_region: bool
    meanings: Mapping[str, str]


def stage_synapses(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    ids: tuple[IdColumn, IdColumn],
    kind: IdKind,
    scale: Scale,
    missing: Missing,
) -> StagedSynapses:
    """Stage rows of synapses as the table ``synapse_rows``; nothing is left out yet."""
    places = tuple(f"{site}{axis}_nm" for site in _SITES for axis in AXES)
    skip = ("synapse_id", "pre_id", "post_id", *places)
    values = contract_values(rows, mapping, missing, skip=skip)
    positions = read_positions(workspace, rows, mapping, scale, missing, prefixes=_SITES)
    number, id_source = _synapse_id(workspace, rows, mapping, missing)
    used = {ids[0].source, ids[1].source, *positions.consumed}
    used |= {mapping[column] for column in values.sql}
    used |= {id_source} if id_source is not None else set()
    extras = [column for column in rows.columns if column not in used]
    extras = without_people(workspace, "synapses", extras)
    answers = workspace.ask(rows.view, type_questions(rows, extras))
    require_no_fault(workspace, rows, [*values.faults, *positions.faults])
    gaps_told(workspace, rows, extras, answers)
    empty = {f"{axis}_nm": "NULL::DOUBLE" for axis in AXES}
    columns = {"synapse_id": number, **empty, **positions.sql, **values.sql}
    kept = extra_names(workspace, "synapses", extras, list(columns))
    columns |= {kept[name]: sql for name, sql in typed_columns(rows, extras, answers).items()}
    everything = {PRE: ids[0].key(kind), POST: ids[1].key(kind), **columns}
    select = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in everything.items())
    workspace.run(f"CREATE TABLE {TABLE} AS SELECT {select} FROM {quoted(rows.view)}")
    return StagedSynapses(
        table=TABLE,
        columns=tuple(columns),
        by_region="region" in columns,
        meanings=column_meanings("synapses", positions),
    )


def count_synapses(workspace: Workspace, staged: StagedSynapses) -> tuple[str, int]:
    """Count every row of synapses into one bucket, and say which rows become synapses.

    Returns
    -------
    keep : str
        SQL condition over the staged table, true for rows of which no id is unknown.
    attached : int
        How many of those have both sides.
    """
    known = "(SELECT key FROM neuron_keys)"
    keep = f"({PRE} IS NULL OR {PRE} IN {known}) AND ({POST} IS NULL OR {POST} IN {known})"
    kept, both, pre, post, dropped = workspace.row(
        f"""
        SELECT count(*) FILTER (keep),
               count(*) FILTER (keep AND {PRE} IS NOT NULL AND {POST} IS NOT NULL),
               count(*) FILTER (keep AND {PRE} IS NULL AND {POST} IS NOT NULL),
               count(*) FILTER (keep AND {PRE} IS NOT NULL AND {POST} IS NULL),
               count(*) FILTER (NOT keep)
        FROM (SELECT {PRE}, {POST}, {keep} AS keep FROM {staged.table})
        """
    )
    account = workspace.account
    account.count("synapse_rows_in", kept + dropped, always=True)
    account.count("synapse_rows_unknown_neuron", dropped)
    account.count("synapse_rows_kept", kept, always=True)
    account.count("synapses_attached", both, always=True)
    account.count("synapses_without_pre", pre)
    account.count("synapses_without_post", post)
    account.count("synapses_without_either", kept - both - pre - post)
    return keep, both


def synapses_to_edges(
    workspace: Workspace, staged: StagedSynapses, *, edge_type: str
) -> StagedRows:
    """Let every synapse with two known sides be one row of an edge list.

    The rows are a view; `pairs.sum_rows` counts them.

    Raises
    ------
    ContractError
        For electrical edges: they stand in both directions, a synapse row in one.
    """
    if edge_type == "electrical":
        msg = (
            "rows of synapses have a direction, electrical edges have none. Give gap junctions as "
            "an edge list: kind edges (--kind edges)."
        )
        raise ContractError(msg)
    region = f", coalesce(region, {literal(NO_REGION)}) AS region" if staged.by_region else ""
    workspace.run(
        f"CREATE VIEW synapses_as_rows AS SELECT {PRE}, {POST}, {literal(edge_type)} AS edge_type, "
        f"1.0::DOUBLE AS weight, 1 AS syn_count{region} FROM {staged.table} "
        f"WHERE {PRE} IS NOT NULL AND {POST} IS NOT NULL"
    )
    return StagedRows(
        table="synapses_as_rows",
        sums=("weight", "syn_count"),
        others=(),
        by_region=staged.by_region,
        edge_type=edge_type,
        weight_is_count=True,
        single=True,
    )


def synapses_query(staged: StagedSynapses, keep: str) -> str:
    """SQL of the table ``synapses``."""
    first, *rest = staged.columns
    columns = ", ".join(f"r.{quoted(name)}" for name in rest)
    return (
        f"SELECT r.{quoted(first)}, p.node_id AS pre_id, q.node_id AS post_id, {columns} "
        f"FROM (SELECT * FROM {staged.table} WHERE {keep}) r "
        f"LEFT JOIN neuron_keys p ON r.{PRE} = p.key LEFT JOIN neuron_keys q ON r.{POST} = q.key"
    )


def _synapse_id(
    workspace: Workspace, rows: SourceRows, mapping: ColumnMapping, missing: Missing
) -> tuple[str, str | None]:
    """SQL of the synapse's id, and the source column it takes the place of."""
    source = mapping.get("synapse_id")
    numbered = "row_number() OVER ()"
    if source is None:
        workspace.account.decide("synapse_id is 1, 2, ... in the order of the rows")
        return numbered, None
    column = IdColumn(
        rows=rows, source=source, role="synapse_id", zero_is_missing=False, missing=missing
    )
    column.require_exact_type()
    total, exact, different = workspace.row(
        f"SELECT count(*), count({column.integer()}), count(DISTINCT {column.integer()}) "
        f"FROM {quoted(rows.view)}"
    )
    if exact == total == different:
        return column.integer(), source
    # A connector with one sender and n receivers stands in n rows under one id.
    why = "is not unique" if exact == total else "is not an integer in every row"
    workspace.account.decide(
        f"{rows.label}: column {source!r} {why}, so synapse_id is 1, 2, ... in the order of the "
        "rows and the column is kept"
    )
    return numbered, None
