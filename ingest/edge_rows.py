"""Edge rows: the rows of an edge list, staged with keys, weights and whatever else they carry."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from connectome_analysis.tables import TABLES

from .by_word import by_word
from .column_mapping import ColumnMapping
from .column_types import gaps_told, type_questions, typed_columns
from .column_values import Missing, contract_values, require_no_fault
from .exact_ids import IdColumn, IdKind
from .extra_columns import extra_names, without_people
from .missing_values import TEXT_SPELLINGS, is_missing, with_given
from .source_rows import SourceRows
from .vocabularies import EDGE_TYPES, translated
from .weights import Weights
from .workspace import POST, PRE, Workspace, literal, quoted

TABLE = "edge_rows"
NO_REGION = "unassigned"


@dataclass(frozen=True, kw_only=True)
class StagedRows:
    """What the staged rows of an edge list have, beside keys and weight.

    Attributes
    ----------
    table : str
        Columns `PRE`, `POST`, ``edge_type``, ``weight``, and those below.
    sums : tuple of str
        Columns that are added up over the rows of a pair: ``weight``, ``syn_count``, ``size``.
    others : tuple of str
        Columns kept where the rows of a pair agree.
    by_region : bool
        Rows are split by region.
    edge_type : str or None
        The kind of every row, where it is one.
    weight_is_count : bool
        ``weight`` is ``syn_count`` as a real number.
    single : bool
        Every row is one synapse, so that adding up is counting.
    in_order : bool
        Rows are sorted by sender, receiver and region, each group in one row.
    source : SourceRows or None
        Where the rows are a view of a table in the workspace.
    """

    table: str
    sums: tuple[str, ...]
    others: tuple[str, ...]
    by_region: bool
    edge_type: str | None = None
    weight_is_count: bool = False
    single: bool = False
    in_order: bool = False
    source: SourceRows | None = None

    def drop(self, workspace: Workspace) -> None:
        """Give back the memory of the rows; they are no longer wanted."""
        if self.source is None:
            workspace.run(f"DROP TABLE {self.table}")
            return
        workspace.run(f"DROP VIEW {self.table}")
        workspace.run(f"DROP VIEW IF EXISTS {quoted(self.source.view)}")
        workspace.run(f"DROP TABLE IF EXISTS {quoted(self.source.view + '_coded')}")


def stage_edge_rows(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    ids: tuple[IdColumn, IdColumn],
    kind: IdKind,
    weights: Weights,
    *,
    edge_type: str,
    missing: Missing,
) -> StagedRows:
    """Stage an edge list's rows as the table ``edge_rows``; nothing is left out yet."""
    skip = ("pre_id", "post_id", "edge_type", "weight", "syn_count", "region")
    values = contract_values(rows, mapping, missing, skip=skip)
    used = set(mapping.sources.values())
    extras = [column for column in rows.columns if column not in used]
    extras = without_people(workspace, "edges", extras)
    answers = workspace.ask(rows.view, type_questions(rows, extras))
    require_no_fault(workspace, rows, values.faults)
    gaps_told(workspace, rows, extras, answers)
    written = [*values.sql, "sign"] if weights.sign is not None else list(values.sql)
    kept = extra_names(workspace, "edges", extras, written)
    typed = {kept[name]: sql for name, sql in typed_columns(rows, extras, answers).items()}
    if weights.sign is not None:
        typed["sign"] = weights.sign
    columns = {
        PRE: ids[0].key(kind),
        POST: ids[1].key(kind),
        "edge_type": _edge_type(rows, mapping, edge_type, missing),
        "weight": weights.weight,
    }
    if weights.syn_count is not None:
        columns["syn_count"] = weights.syn_count
    by_region = "region" in mapping
    if by_region:
        region = mapping["region"]
        columns["region"] = by_word(workspace, rows, region, region_sql(rows, region, missing))
    for name, sql in values.sql.items():
        source = mapping[name]
        words = rows.is_text(source) and pa.types.is_string(TABLES["edges"].by_name[name].type)
        columns[name] = by_word(workspace, rows, source, sql) if words else sql
    columns |= typed
    select = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())
    # Names are numbered in the order of the rows, which only a table has.
    stored = rows.stored and kind == "integers"
    workspace.run(
        f"CREATE {'VIEW' if stored else 'TABLE'} {TABLE} AS SELECT {select} FROM {quoted(rows.view)}"
    )
    sums = tuple(name for name in ("weight", "syn_count", "size") if name in columns)
    others = tuple(name for name in (*values.sql, *typed) if name not in sums)
    return StagedRows(
        table=TABLE,
        sums=sums,
        others=others,
        by_region=by_region,
        edge_type=edge_type if "edge_type" not in mapping else None,
        weight_is_count=weights.syn_count is not None and weights.weight == weights.counted,
        source=rows if stored else None,
    )


def region_sql(rows: SourceRows, source: str, missing: Missing) -> str:
    """SQL of a region's name; rows in no region are gathered under one."""
    text = rows.trimmed(source)
    gap = is_missing(text, with_given(TEXT_SPELLINGS, missing, "region", source))
    return f"CASE WHEN {gap} THEN {literal(NO_REGION)} ELSE {text} END"


def count_edge_rows(workspace: Workspace, staged: StagedRows) -> int:
    """Count every staged row into one bucket, kept or the first reason not to; return the kept."""
    attached = f"{PRE} IS NOT NULL AND {POST} IS NOT NULL"
    whole = f"{attached} AND weight > 0"
    rows, unattached, without, zero, whole_rows = workspace.row(
        f"SELECT count(*), count(*) FILTER (NOT ({attached})), "
        f"count(*) FILTER ({attached} AND weight IS NULL), "
        f"count(*) FILTER ({attached} AND weight = 0), count(*) FILTER ({whole}) "
        f"FROM {staged.table}"
    )
    unknown = 0
    if "unknown_neurons" in workspace.account.buckets:  # otherwise there is no row to look up
        known = "(SELECT key FROM neuron_keys)"
        (unknown,) = workspace.row(
            f"SELECT count(*) FROM {staged.table} WHERE {whole} "
            f"AND ({PRE} NOT IN {known} OR {POST} NOT IN {known})"
        )
    account = workspace.account
    account.count("edge_rows_in", rows, always=True)
    account.count("edge_rows_unattached", unattached)
    account.count("edge_rows_without_weight", without)
    account.count("edge_rows_zero_weight", zero)
    account.count("edge_rows_unknown_neuron", unknown)
    account.count("edge_rows_kept", whole_rows - unknown, always=True)
    return int(whole_rows - unknown)


def _edge_type(rows: SourceRows, mapping: ColumnMapping, constant: str, missing: Missing) -> str:
    source = mapping.get("edge_type")
    if source is None:
        return literal(constant)
    text = rows.trimmed(source)
    gap = is_missing(text, with_given(TEXT_SPELLINGS, missing, "edge_type", source))
    return f"CASE WHEN {gap} THEN {literal(constant)} ELSE {translated(text, EDGE_TYPES, text)} END"
