"""Column mapping: which column of a source becomes which column of the contract.

The user's word comes first, then the contract's own names, then the names under which public
releases publish ids and counts. Whatever is found is told; where two columns could be meant,
nothing is guessed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from connectome_analysis.tables import TABLES, ContractError

from .source_rows import SourceRows, listed
from .vocabularies import EDGE_TYPES
from .workspace import Workspace, quoted

# A position may come as one text, "[x y z]" or "x, y, z", instead of three columns.
POSITIONS = ("position", "pre_position", "post_position")

_PAIRS = (
    ("pre_id", "post_id"),
    ("pre_root_id", "post_root_id"),
    ("pre_pt_root_id", "post_pt_root_id"),
    ("bodyid_pre", "bodyid_post"),
    ("body_pre", "body_post"),
    ("presynaptic_id", "postsynaptic_id"),
    ("start_id_body_id", "end_id_body_id"),
    ("pre", "post"),
    ("source", "target"),
    ("from_id", "to_id"),
    ("from", "to"),
    ("from_type", "to_type"),
    ("neuron_1", "neuron_2"),
)
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "node_id": (
        "node_id",
        "root_id",
        "pt_root_id",
        "bodyid",
        "body_id",
        "skeleton_id",
        "skid",
        "neuron_id",
        "id",
        "node",
        "neuron",
    ),
    "syn_count": ("syn_count", "n_syn", "nsyn", "synapses", "synapse_count", "n_synapses", "count"),
    "weight": ("weight", "weights", "w", "connectivity"),
    "synapse_id": ("synapse_id", "syn_id", "id"),
    "region": ("region", "neuropil", "roi"),
}
# Names under which lists of edges say what kind an edge is, where their words say so too.
_KIND_NAMES = frozenset(
    {"type", "kind", "synapse_type", "connection_type", "edge_kind", "edgetype", "syn_type"}
)
_MOST_KINDS = 30
_UNIT = re.compile(r"(?<=\S)\s+\[([^\[\]]+)\]\s*$")
_SURELY_IDS = frozenset(_ALIASES["node_id"]) - {"node", "neuron", "id"}
# The contract's names that a reader computes, or that say something else in a source.
_NOT_BY_NAME = frozenset({"pre_id", "post_id"})


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """What each contract column is read from, and what is left of the source.

    Attributes
    ----------
    table : str
    sources : mapping of str to str
        Source column by contract column.
    extras : tuple of str
        Source columns that become no contract column; they are kept under their own names.
    """

    table: str
    sources: Mapping[str, str]
    extras: tuple[str, ...]

    def __contains__(self, column: str) -> bool:
        return column in self.sources

    def __getitem__(self, column: str) -> str:
        return self.sources[column]

    def get(self, column: str) -> str | None:
        """Source column of a contract column, None where there is none."""
        return self.sources.get(column)


def plain_name(name: str) -> str:
    """A column name as it is compared: lower case, everything but letters and digits one ``_``.

    Examples
    --------
    >>> plain_name(":START_ID(Body-ID)"), plain_name("Cell Type")
    ('start_id_body_id', 'cell_type')
    """
    return re.sub(r"[^0-9a-z]+", "_", name.casefold()).strip("_")


def without_unit(name: str) -> str:
    """A column's name without a unit in brackets behind it.

    Examples
    --------
    >>> without_unit("weight [EM sections]"), without_unit("weight")
    ('weight', 'weight')
    """
    return _UNIT.sub("", name)


def header_unit(name: str) -> str | None:
    """The unit in brackets behind a column's name, None where there is none.

    Examples
    --------
    >>> header_unit("weight [EM sections]"), header_unit("weight")
    ('EM sections', None)
    """
    found = _UNIT.search(name)
    return None if found is None else found[1].strip()


def names_a_pair(names: Iterable[str]) -> bool:
    """Whether two of these column names are a sending and a receiving neuron.

    Examples
    --------
    >>> names_a_pair(["from type", "to type", "synapses"])
    True
    """
    plain = {plain_name(name) for name in names}
    return any(pre in plain and post in plain for pre, post in _PAIRS)


def names_columns(fields: Iterable[str]) -> bool:
    """Whether a line names columns, told by names that are surely no data.

    Examples
    --------
    >>> names_columns(["pre", "post", "2019"]), names_columns(["pre", "AIBL", "3"])
    (True, False)
    """
    plain = {plain_name(field) for field in fields}
    return names_a_pair(plain) or bool(plain & _SURELY_IDS)


def check_mapping_keys(columns: Mapping[str, str | None], tables: Collection[str]) -> None:
    """Raise where the user maps to a column that none of the tables has.

    Parameters
    ----------
    columns : mapping of str to str or None
        As the user gave it: ``"cell_type"`` or ``"nodes.cell_type"``.
    tables : collection of str
        Tables that are being read.
    """
    for key in columns:
        table, _, column = key.rpartition(".")
        if table and table not in tables:
            msg = (
                f"columns: {key!r} is about {table}, which is not read here; "
                f"read are {', '.join(tables)}."
            )
            raise ContractError(msg)
        known = [name for t in ([table] if table else tables) for name in _targets(t)]
        if column not in known:
            near = difflib.get_close_matches(column, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            msg = (
                f"columns: {column!r} is no column of {' or '.join([table] if table else tables)}; "
                f"there are {', '.join(dict.fromkeys(known))}.{hint}"
            )
            raise ContractError(msg)


def map_columns(
    workspace: Workspace,
    table: str,
    rows: SourceRows,
    columns: Mapping[str, str | None],
    *,
    needed: Iterable[str],
    beside: Collection[str],
) -> ColumnMapping:
    """Map a source's columns to a table's, and tell it.

    Parameters
    ----------
    workspace : Workspace
    table : str
        ``nodes``, ``edges`` or ``synapses``.
    rows : SourceRows
    columns : mapping of str to str or None
        What the user says: source column by contract column, with or without ``table.`` before
        it. None: this contract column is not in the source, whatever the names look like.
    needed : iterable of str
        Contract columns without which the table cannot be read.
    beside : collection of str
        The tables that are read: a column the user names may be in another of them.

    Raises
    ------
    ContractError
        Where a needed column is not found, a named one is not there, or two could be meant.
    """
    sources: dict[str, str] = {}
    declined: set[str] = set()
    told: list[str] = []
    for key, source in columns.items():
        owner, _, column = key.rpartition(".")
        if owner not in ("", table) or column not in _targets(table):
            continue
        if not source:
            declined.add(column)
            continue
        found = _find(rows, source)
        if found is None:
            if not owner and any(column in _targets(t) for t in beside if t != table):
                continue
            msg = f"{rows.label} has no column {source!r} for {key}; it has {listed(rows.columns)}."
            raise ContractError(msg)
        sources[column] = found
        told.append(column)
    needed = tuple(needed)
    used = set(sources.values())
    for column, source in _recognised(table, rows, {*sources, *declined}, used, needed):
        sources[column] = source
        if source != column:
            told.append(column)
    if table == "edges" and "edge_type" not in {*sources, *declined}:
        kinds = _column_of_kinds(workspace, rows, set(sources.values()))
        if kinds is not None:
            sources["edge_type"] = kinds
            told.append("edge_type")
    missing = [column for column in needed if column not in sources]
    if missing:
        hints = " ".join(f"--map {column}=..." for column in missing)
        mapping = ", ".join(f"{column!r}: ..." for column in missing)
        msg = (
            f"{rows.label}: no column was recognised as {' or '.join(missing)}; it has "
            f"{listed(rows.columns)}. Name it: columns={{{mapping}}} ({hints})."
        )
        if rows.headed:
            msg += " If the first line is data: header=False (--no-header)."
        raise ContractError(msg)
    for column in told:
        source = sources[column]
        where = rows.origins.get(source, rows.label)
        workspace.account.decide(f"{table}.{column} is column {source!r} of {where}")
    used = set(sources.values())
    extras = tuple(name for name in rows.columns if name not in used)
    return ColumnMapping(table=table, sources=sources, extras=extras)


def _column_of_kinds(workspace: Workspace, rows: SourceRows, used: set[str]) -> str | None:
    """The column called ``type`` or the like that says chemical or electrical, None where none does."""
    named = [
        column
        for column in rows.columns
        if column not in used and plain_name(column) in _KIND_NAMES and rows.is_text(column)
    ]
    found = []
    for column in named:
        words = workspace.rows(
            f"SELECT DISTINCT lower({rows.trimmed(column)}) FROM {quoted(rows.view)} "
            f"LIMIT {_MOST_KINDS + 1}"
        )
        kinds = {word for (word,) in words}
        if len(kinds) <= _MOST_KINDS and kinds & EDGE_TYPES.keys():
            found.append(column)
    if len(found) > 1:
        msg = (
            f"{rows.label}: edges.edge_type could be {' or '.join(map(repr, found))}; say which: "
            "columns={'edge_type': ...} (--map edge_type=...)."
        )
        raise ContractError(msg)
    return found[0] if found else None


def require_all_used(
    columns: Mapping[str, str | None],
    mappings: Collection[ColumnMapping],
    rows: Iterable[SourceRows],
) -> None:
    """Raise where a column the user named was found in none of the sources."""
    for key, source in columns.items():
        column = key.rpartition(".")[2]
        if source and not any(column in mapping for mapping in mappings):
            shown = "; ".join(f"{one.label} has {listed(one.columns)}" for one in rows)
            msg = f"No source has a column {source!r} for {key}: {shown}."
            raise ContractError(msg)


def _targets(table: str) -> tuple[str, ...]:
    positions = {"nodes": POSITIONS[:1], "synapses": POSITIONS}.get(table, ())
    region = ("region",) if table == "edges" else ()
    return (*TABLES[table].by_name, *region, *positions)


def _find(rows: SourceRows, name: str) -> str | None:
    """The source column of this name, exactly or, where that is unique, in plain spelling."""
    if name in rows.columns:
        return name
    alike = [column for column in rows.columns if plain_name(column) == plain_name(name)]
    alike = alike or [
        column for column in rows.columns if plain_name(without_unit(column)) == plain_name(name)
    ]
    return alike[0] if len(alike) == 1 and plain_name(name) else None


def _recognised(
    table: str, rows: SourceRows, settled: set[str], used: set[str], needed: tuple[str, ...]
) -> Iterable[tuple[str, str]]:
    free = {
        column: plain_name(without_unit(column)) for column in rows.columns if column not in used
    }
    if table in ("edges", "synapses"):
        if not settled & {"pre_id", "post_id"}:
            yield from _recognised_pair(rows, free)
        elif len(settled & {"pre_id", "post_id"}) == 1:
            (missing,) = {"pre_id", "post_id"} - settled
            yield from _recognised_one(table, rows, free, missing, (missing,))
    for column in _targets(table):
        if column in settled or column in _NOT_BY_NAME:
            continue
        yield from _recognised_one(table, rows, free, column, _ALIASES.get(column, (column,)))
    bare_list = table == "edges" and not rows.headed and len(rows.columns) == 3
    if bare_list and "column_3" in free and not settled & {"weight", "syn_count"}:
        yield "weight", "column_3"
    if "node_id" in needed and "node_id" not in settled:
        yield from _nodes_by_another_name(free)


def _nodes_by_another_name(free: dict[str, str]) -> Iterable[tuple[str, str]]:
    """An index, which pandas writes as a first column without a name; or else the name."""
    if any(plain in _ALIASES["node_id"] for plain in free.values()):
        return
    if "column_1" in free:
        yield "node_id", "column_1"
        return
    for source, plain in free.items():
        if plain == "name":
            yield "node_id", source


def _recognised_pair(rows: SourceRows, free: dict[str, str]) -> Iterable[tuple[str, str]]:
    plain = list(free.values())
    pairs = [pair for pair in _PAIRS if pair[0] in plain and pair[1] in plain]
    if not pairs and not rows.headed and len(rows.columns) >= 2:
        for column, source in zip(("pre_id", "post_id"), ("column_1", "column_2"), strict=True):
            if source in free:
                yield column, source
        return
    if len(pairs) > 1 and pairs[0] != ("pre_id", "post_id"):
        listed_pairs = " or ".join(f"{pre}, {post}" for pre, post in pairs)
        msg = (
            f"{rows.label}: the sending and receiving neuron could be {listed_pairs}; say which: "
            "columns={'pre_id': ..., 'post_id': ...} (--map pre_id=... --map post_id=...)."
        )
        raise ContractError(msg)
    for pre, post in pairs[:1]:
        for column, wanted in (("pre_id", pre), ("post_id", post)):
            yield from _recognised_one("edges", rows, free, column, (wanted,))


def _recognised_one(
    table: str, rows: SourceRows, free: dict[str, str], column: str, aliases: tuple[str, ...]
) -> Iterable[tuple[str, str]]:
    if column in free:
        yield column, column
        return
    for plain in (column, None):
        found = [
            source
            for source, name in free.items()
            if (name == plain if plain else name in aliases and name)
        ]
        if len(found) > 1:
            msg = (
                f"{rows.label}: {table}.{column} could be {' or '.join(map(repr, found))}; say "
                f"which: columns={{{column!r}: ...}} (--map {column}=...)."
            )
            raise ContractError(msg)
        if found:
            yield column, found[0]
            return
