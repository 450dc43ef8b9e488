"""Synapses to edges: rows of single synapses become the synapses table and counts per ordered pair.

A synapse with an unattached side has lost its partner, not itself: it stays in the synapses table
with that side empty, because how many sites are attached is how complete a neuron is. Who wants edges alone
has the synapses counted while they are read, and needs no room for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectome_analysis.tables import ContractError
from connectome_analysis.tables.distinct_keys import numbers_differ

from .column_mapping import ColumnMapping
from .column_types import gaps_told, type_questions, typed_columns
from .column_values import Missing, contract_values, number_value, require_no_fault
from .counted_rows import NUMBER, Word, count_pairs
from .edge_rows import NO_REGION, StagedRows, region_sql
from .exact_ids import IdColumn, IdKind
from .extra_columns import extra_names, without_people
from .pairs import keys_are_ids
from .positions import AXES, Scale, column_meanings, read_positions
from .source_rows import SourceRows
from .workspace import POST, PRE, Workspace, literal, quoted

TABLE = "synapse_rows"
COUNTS = "synapse_counts"
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
    kept : bool
        There will be a table ``synapses``.
    counts : str or None
        Table of how many rows there are, in `NUMBER`, per pair and region; of ids that are names there is none.
    in_order : bool
        Those are sorted by sender, receiver and region.
    """

    table: str
    columns: tuple[str, ...]
    by_region: bool
    meanings: Mapping[str, str]
    kept: bool = True
    counts: str | None = None
    in_order: bool = False

    @property
    def named(self) -> str:
        """The table to ask which neurons the rows name, and how many rows name them."""
        return self.table if self.counts is None else self.counts

    @property
    def number(self) -> str:
        """SQL of how many rows of the source a row of `named` stands for."""
        return "1" if self.counts is None else NUMBER


def stage_synapses(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    ids: tuple[IdColumn, IdColumn],
    kind: IdKind,
    scale: Scale,
    missing: Missing,
    *,
    min_score: float | None = None,
    keep: bool = True,
) -> StagedSynapses:
    """Stage rows of synapses as the table ``synapse_rows``.

    Rows whose score is below `min_score`, or that have none, are left out and counted; nothing
    else is left out yet. With ``keep=False`` only what edges need is read and looked at.
    """
    above = _above(workspace, rows, mapping, missing, min_score)
    if not keep:
        return _stage_counts(workspace, rows, mapping, ids, kind, missing, above)
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
    kept_where_it_is = rows.stored and kind == "integers"
    workspace.run(
        f"CREATE {'VIEW' if kept_where_it_is else 'TABLE'} {TABLE} AS SELECT {select} "
        f"FROM {quoted(rows.view)} WHERE {above}"
    )
    # Text would be read and cut up once more; it is counted as it stands in the workspace.
    counted = kept_where_it_is
    in_order = counted and _count(workspace, rows, mapping, ids, missing, above)
    return StagedSynapses(
        table=TABLE,
        columns=tuple(columns),
        by_region="region" in columns,
        meanings=column_meanings("synapses", positions),
        counts=COUNTS if counted else None,
        in_order=in_order,
    )


def _stage_counts(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    ids: tuple[IdColumn, IdColumn],
    kind: IdKind,
    missing: Missing,
    above: str,
) -> StagedSynapses:
    region = mapping.get("region")
    in_order = False
    if kind == "integers":
        in_order = _count(workspace, rows, mapping, ids, missing, above)
    else:  # names are numbered in the order of the rows
        named = "" if region is None else f", {region_sql(rows, region, missing)} AS region"
        workspace.run(
            f"CREATE TABLE {TABLE} AS SELECT {ids[0].key(kind)} AS {PRE}, {ids[1].key(kind)} AS {POST}"
            f"{named} FROM {quoted(rows.view)} WHERE {above}"
        )
    workspace.account.decide(
        f"{rows.label}: edges count the synapses, which are not kept themselves "
        "(keep_synapses=True keeps them)"
    )
    return StagedSynapses(
        table=TABLE,
        columns=(),
        by_region=region is not None,
        meanings={},
        kept=False,
        counts=COUNTS if kind == "integers" else None,
        in_order=in_order,
    )


def _count(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    ids: tuple[IdColumn, IdColumn],
    missing: Missing,
    above: str,
) -> bool:
    """Make the table `COUNTS`; return whether it is in order.

    Regions are told apart as they are written, and put in the contract's words after that.
    """
    region = mapping.get("region")
    word = None
    if region is not None:
        word = Word(region, rows.text(region), region_sql(rows, region, missing))
    return count_pairs(workspace, COUNTS, rows, ids, word, where=above)


def _above(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    missing: Missing,
    min_score: float | None,
) -> str:
    """SQL condition: the row's score is high enough; counts the others."""
    if min_score is None:
        return "true"
    role = "score" if "score" in mapping else "confidence"
    source = mapping.get(role)
    if source is None:
        msg = (
            f"{rows.label}: min_score needs a score, and no column is one. Name it: "
            "columns={'score': ...} (--map score=...), or leave min_score out."
        )
        raise ContractError(msg)
    value, fault = number_value(rows, f"synapses.{role}", source, missing)
    require_no_fault(workspace, rows, [fault])
    below, without = workspace.row(
        f"SELECT count(*) FILTER ({value} < {min_score!r}), count(*) FILTER (({value}) IS NULL) "
        f"FROM {quoted(rows.view)}"
    )
    account = workspace.account
    account.count("synapse_rows_below_min_score", below, always=True)
    account.count("synapse_rows_without_score", without)
    account.decide(f"{rows.label}: synapses need a {role} ({source!r}) of at least {min_score:g}")
    return f"{value} >= {min_score!r}"


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
    keep = "true"
    if "unknown_neurons" in workspace.account.buckets:  # otherwise there is no row to look up
        keep = f"({PRE} IS NULL OR {PRE} IN {known}) AND ({POST} IS NULL OR {POST} IN {known})"
    kept, both, pre, post, dropped = (
        int(count)
        for count in workspace.row(
            f"""
            SELECT {
                ", ".join(
                    f"coalesce(sum(n) FILTER ({c}), 0)"
                    for c in (
                        "keep",
                        f"keep AND {PRE} IS NOT NULL AND {POST} IS NOT NULL",
                        f"keep AND {PRE} IS NULL AND {POST} IS NOT NULL",
                        f"keep AND {PRE} IS NOT NULL AND {POST} IS NULL",
                        "NOT keep",
                    )
                )
            }
            FROM (SELECT {PRE}, {POST}, {staged.number} AS n, {keep} AS keep FROM {staged.named})
            """
        )
    )
    account = workspace.account
    cut = ("synapse_rows_below_min_score", "synapse_rows_without_score")
    before = sum(account.buckets.get(name, 0) for name in cut)
    account.count("synapse_rows_in", kept + dropped + before, always=True)
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
        f"{staged.number}::DOUBLE AS weight, {staged.number} AS syn_count{region} FROM {staged.named} "
        f"WHERE {PRE} IS NOT NULL AND {POST} IS NOT NULL"
    )
    return StagedRows(
        table="synapses_as_rows",
        sums=("weight", "syn_count"),
        others=(),
        by_region=staged.by_region,
        edge_type=edge_type,
        weight_is_count=True,
        single=staged.counts is None,
        in_order=staged.in_order,
    )


def synapses_query(workspace: Workspace, staged: StagedSynapses, keep: str) -> str:
    """SQL of the table ``synapses``."""
    first, *rest = staged.columns
    if keys_are_ids(workspace):
        listed = "".join(f", {quoted(name)}" for name in rest)
        return (
            f"SELECT {quoted(first)}, {PRE} AS pre_id, {POST} AS post_id{listed} "
            f"FROM {staged.table} WHERE {keep}"
        )
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
    if column.type == "BIGINT" and numbers_differ(
        workspace.connection, quoted(rows.view), quoted(source)
    ):
        return column.integer(), source
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
