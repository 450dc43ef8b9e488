"""Neurons: the list of neurons of a source, each with its integer id and the key edges use for it.

The list is part of the data: a neuron without edges stays in it, because density, reciprocity and
nulls depend on how many neurons there are. A source without a list has only the neurons its edges
name, and the account says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from connectome_analysis.tables import ContractError

from .column_mapping import ColumnMapping
from .column_types import gaps_told, type_questions, typed_columns
from .column_values import Missing, contract_values, require_no_fault, told_counts
from .exact_ids import IdColumn, IdKind, IdProfile, decide_id_kind
from .extra_columns import extra_names, without_people
from .positions import Scale, column_meanings, read_positions
from .source_rows import SourceRows
from .workspace import KEY, POST, PRE, ROW, Workspace, quoted

UnknownNeurons = Literal["error", "add", "drop"]


@dataclass(frozen=True, kw_only=True)
class NeuronList:
    """The list of neurons a source gives.

    Attributes
    ----------
    rows : SourceRows
    mapping : ColumnMapping
    key : IdColumn or None
        The column edges refer to; None where they refer to the row's number, as the rows and
        columns of a matrix without labels do.
    node_id : IdColumn or None
        The column of ids, where it is not the key.
    """

    rows: SourceRows
    mapping: ColumnMapping
    key: IdColumn | None
    node_id: IdColumn | None = None


def profile_ids(workspace: Workspace, columns: Collection[IdColumn]) -> list[IdProfile]:
    """Profile columns of ids, those of one source in a single pass."""
    for column in columns:
        column.require_exact_type()
    by_view: dict[str, list[IdColumn]] = {}
    for column in columns:
        by_view.setdefault(column.rows.view, []).append(column)
    profiles = []
    for view, group in by_view.items():
        questions = {k: v for column in group for k, v in column.questions().items()}
        answers = workspace.ask(view, questions)
        profiles += [column.profile(answers) for column in group]
    return profiles


def read_neurons(
    workspace: Workspace, neurons: NeuronList, kind: IdKind, scale: Scale, missing: Missing
) -> Mapping[str, str]:
    """Stage the tables ``neuron_keys`` (``key``, ``node_id``) and ``nodes``.

    Parameters
    ----------
    workspace : Workspace
    neurons : NeuronList
    kind : {"integers", "names"}
        Of the keys.
    scale : Scale
        Of positions.
    missing : mapping
        Further spellings of missing values.

    Returns
    -------
    mapping of str to str
        Manifest entries for extra columns.

    Raises
    ------
    ContractError
        Where a row has no id, or two different rows have the same one.
    """
    rows, mapping = neurons.rows, neurons.mapping
    key = ROW if neurons.key is None else neurons.key.key(kind)
    node_id = _node_id(workspace, neurons)
    values = contract_values(rows, mapping, missing, skip=("node_id", "x_nm", "y_nm", "z_nm"))
    positions = read_positions(workspace, rows, mapping, scale, missing, prefixes=("",))
    values.sql |= positions.sql
    values.faults += positions.faults
    id_column = neurons.node_id or neurons.key
    used = {
        mapping[c] for c in values.sql if c in mapping and not c.endswith(("x_nm", "y_nm", "z_nm"))
    }
    used |= positions.consumed | ({id_column.source} if id_column is not None else set())
    if neurons.key is not None and kind == "names":
        _keep_the_name(workspace, neurons, values.sql, used)
    elif neurons.node_id is not None and node_id == f", {ROW} AS node_id":
        values.sql["name"] = neurons.node_id.text()
    extras = [column for column in rows.columns if column not in used]
    extras = without_people(workspace, "nodes", extras)
    answers = workspace.ask(rows.view, type_questions(rows, extras) | values.counts)
    if answers.get("unknown sides"):
        extras.append(mapping["side"])
        answers |= workspace.ask(rows.view, type_questions(rows, [mapping["side"]]))
    require_no_fault(workspace, rows, values.faults)
    told_counts(workspace, rows, mapping, answers)
    gaps_told(workspace, rows, extras, answers)
    typed = typed_columns(rows, extras, answers)
    kept = extra_names(workspace, "nodes", extras, list(values.sql))
    columns = {**values.sql, **{kept[column]: sql for column, sql in typed.items()}}
    select = "".join(f", {sql} AS {quoted(name)}" for name, sql in columns.items())
    workspace.run(
        f"CREATE TABLE listed AS SELECT {ROW}, {key} AS {KEY}{node_id}{select} "
        f"FROM (SELECT row_number() OVER () AS {ROW}, * FROM {quoted(rows.view)})"
    )
    _drop_unassigned(workspace, neurons, kind)
    _drop_repeated(workspace, neurons, list(columns))
    number = f"row_number() OVER (ORDER BY {ROW})"
    if node_id or kind == "integers":
        number = "node_id" if node_id else KEY
    chosen = "".join(f", {quoted(name)}" for name in columns)
    workspace.run(
        f"CREATE TABLE nodes_and_keys AS SELECT {KEY}, CAST({number} AS BIGINT) AS node_id{chosen} "
        "FROM listed"
    )
    workspace.run(f"CREATE TABLE neuron_keys AS SELECT {KEY} AS key, node_id FROM nodes_and_keys")
    workspace.run(f"CREATE TABLE nodes AS SELECT * EXCLUDE ({KEY}) FROM nodes_and_keys")
    workspace.run("DROP TABLE nodes_and_keys")
    workspace.run("DROP TABLE listed")
    return column_meanings("nodes", positions)


def neurons_from_keys(workspace: Workspace, kind: IdKind, referring: Collection[str]) -> None:
    """Stage the neurons that rows name, where the source has no list of neurons.

    Parameters
    ----------
    workspace : Workspace
    kind : {"integers", "names"}
        Names are numbered 1...N in the order in which they first appear.
    referring : collection of str
        Staged tables with the columns `PRE` and `POST`, the keys of both sides.
    """
    seen = _seen_keys(referring, ordered=kind == "names")
    if kind == "integers":
        workspace.run(f"CREATE TABLE neuron_keys AS SELECT key, key AS node_id FROM ({seen})")
        workspace.run("CREATE TABLE nodes AS SELECT node_id FROM neuron_keys")
    else:
        workspace.run(
            "CREATE TABLE neuron_keys AS SELECT key, row_number() OVER (ORDER BY place) AS node_id "
            f"FROM ({seen})"
        )
        workspace.run("CREATE TABLE nodes AS SELECT node_id, key AS name FROM neuron_keys")
        _tell_surrogates(workspace, "in the order in which the rows name them")


def settle_unknown(
    workspace: Workspace, kind: IdKind, referring: Mapping[str, str], rule: UnknownNeurons
) -> None:
    """Apply the rule for ids that are not in the list of neurons.

    Parameters
    ----------
    workspace : Workspace
    kind : {"integers", "names"}
    referring : mapping of str to str
        Staged tables by the name their source is called.
    rule : {"error", "add", "drop"}
        With ``"drop"`` the rows stay staged; whoever sums them leaves them out.

    Raises
    ------
    ContractError
        With ``"error"``, naming how many and an example.
    """
    if kind == "names":
        seen = _seen_keys(list(referring), ordered=True)
        unknown = f"SELECT * FROM ({seen}) ANTI JOIN neuron_keys USING (key)"
    else:  # what is known is sorted out first: 4x faster at 15 M rows
        sides = _sides(list(referring))
        unknown = f"SELECT DISTINCT key FROM ({sides}) ANTI JOIN neuron_keys USING (key)"
    order = "place" if kind == "names" else "key"
    count, example = workspace.row(f"SELECT count(*), first(key ORDER BY {order}) FROM ({unknown})")
    if not count:
        return
    (listed,) = workspace.row("SELECT count(*) FROM neuron_keys")
    if rule == "error":
        names = " and ".join(referring.values())
        noun = "a neuron that is" if count == 1 else f"{count:,} neurons that are"
        msg = (
            f"{names} names {noun} not among the {listed:,} listed, for instance "
            f'{example!r}. Say what to do: unknown_neurons="add" or "drop" (--unknown-neurons).'
        )
        raise ContractError(msg)
    if rule == "drop":
        workspace.account.count("unknown_neurons", count)
        return
    if kind == "integers":
        workspace.run(f"CREATE TABLE added AS SELECT key, key AS node_id FROM ({unknown})")
        workspace.run("INSERT INTO nodes BY NAME SELECT node_id FROM added")
    else:
        workspace.run(
            "CREATE TABLE added AS SELECT key, row_number() OVER (ORDER BY place) + "
            f"(SELECT coalesce(max(node_id), 0) FROM neuron_keys) AS node_id FROM ({unknown})"
        )
        workspace.run("INSERT INTO nodes BY NAME SELECT node_id, key AS name FROM added")
    workspace.run("INSERT INTO neuron_keys BY NAME SELECT key, node_id FROM added")
    workspace.run("DROP TABLE added")
    workspace.account.count("neurons_added", count)
    workspace.account.decide(f"neurons that only the rows name are added to nodes: {count:,}")


def _seen_keys(tables: Collection[str], *, ordered: bool) -> str:
    """SQL of every key that staged rows name; with ``place``, where it first appears."""
    if ordered:
        sides = [
            f"SELECT {side} AS key, {table_number} AS source, rowid * 2 + {number} AS place "
            f"FROM {quoted(table)} WHERE {side} IS NOT NULL"
            for table_number, table in enumerate(tables)
            for number, side in enumerate((PRE, POST))
        ]
        return (
            "SELECT key, row_number() OVER (ORDER BY source, place) AS place FROM ("
            "SELECT key, min(source) AS source, min(place) AS place FROM "
            f"({' UNION ALL '.join(sides)}) GROUP BY key)"
        )
    return f"SELECT DISTINCT key FROM ({_sides(tables)})"


def _sides(tables: Collection[str]) -> str:
    """SQL of every key that staged rows name, as often as they name it."""
    return " UNION ALL ".join(
        f"SELECT {side} AS key FROM {quoted(table)} WHERE {side} IS NOT NULL"
        for table in tables
        for side in (PRE, POST)
    )


def _node_id(workspace: Workspace, neurons: NeuronList) -> str:
    """SQL column of the ids where they are not the keys; decides nothing about the keys."""
    if neurons.node_id is None:
        return f", {ROW} AS node_id" if neurons.key is None else ""
    (profile,) = profile_ids(workspace, [neurons.node_id])
    if decide_id_kind(workspace, [profile], [], None) == "names":
        if neurons.key is None and "name" not in neurons.mapping:
            return f", {ROW} AS node_id"  # a list in the matrix's order, by name
        msg = (
            f"{neurons.rows.label}: node_id must be integers, column {neurons.node_id.source!r} "
            "holds names. Map it as name: columns={'name': "
            f"{neurons.node_id.source!r}}} (--map name={neurons.node_id.source})."
        )
        raise ContractError(msg)
    return f", {neurons.node_id.key('integers')} AS node_id"


def _keep_the_name(
    workspace: Workspace, neurons: NeuronList, sql: dict[str, str], used: set[str]
) -> None:
    assert neurons.key is not None
    source = neurons.key.source
    if "name" not in sql:
        sql["name"] = neurons.key.text()
        used.add(source)
    elif neurons.mapping.get("name") != source:
        used.discard(source)  # the source's own id stays beside the name the user chose
    if neurons.node_id is None:
        _tell_surrogates(workspace, f"in the order of {neurons.rows.label}")


def _tell_surrogates(workspace: Workspace, order: str) -> None:
    workspace.account.decide(
        f"ids are names, so node_id is 1, 2, ... {order} and name holds the name"
    )


def _drop_unassigned(workspace: Workspace, neurons: NeuronList, kind: IdKind) -> None:
    column = neurons.node_id or neurons.key
    workspace.account.count("node_rows_in", workspace.row("SELECT count(*) FROM listed")[0])
    if column is None:
        return
    field = "node_id" if neurons.node_id is not None else KEY
    id_kind: IdKind = "integers" if neurons.node_id is not None else kind
    (without,) = workspace.row(f"SELECT count(*) FROM listed WHERE {field} IS NULL")
    if not without:
        return
    if id_kind == "integers" and column.zero_is_missing:
        zero = f"{column.integer()} = 0 AND NOT {column.given_missing(id_kind)}"
        (zeros,) = workspace.row(f"SELECT count(*) FROM {quoted(neurons.rows.view)} WHERE {zero}")
        if zeros:
            workspace.account.count("node_rows_unassigned", zeros)
            workspace.account.warn(
                f"{neurons.rows.label}: node_id 0 stands for unassigned and is no neuron; if it is "
                "one here, say so: zero_is_a_neuron=True (--zero-is-a-neuron)"
            )
            without -= zeros
    if without:
        row, _ = column.rows.first(workspace, column.given_missing(id_kind), column.text())
        msg = (
            f"{neurons.rows.label}: node_id is empty, first in row {row} ({without:,} in all). "
            "Every neuron needs an id; fill it in or take the row out."
        )
        raise ContractError(msg)
    workspace.run(f"DELETE FROM listed WHERE {field} IS NULL")


def _drop_repeated(workspace: Workspace, neurons: NeuronList, columns: list[str]) -> None:
    """Keep one of several equal rows; refuse different rows for one neuron."""
    ids = [KEY, "node_id"] if neurons.node_id is not None else [KEY]
    everything = ", ".join([*ids, *map(quoted, columns)])
    for field in ids:
        repeated, example = workspace.row(
            f"SELECT count(*), any_value({field}) FROM (SELECT {field} FROM listed "
            f"GROUP BY {field} HAVING count(*) > 1)"
        )
        if not repeated:
            continue
        different, other = workspace.row(
            f"SELECT count(*), any_value({field}) FROM (SELECT {field} FROM "
            f"(SELECT DISTINCT {everything} FROM listed) GROUP BY {field} HAVING count(*) > 1)"
        )
        if different:
            noun = "neuron stands" if different == 1 else "neurons stand"
            msg = (
                f"{neurons.rows.label}: {different:,} {noun} in several rows that differ, "
                f"for instance {other!r}. One row per neuron: join or take out the others."
            )
            raise ContractError(msg)
        (before,) = workspace.row("SELECT count(*) FROM listed")
        workspace.run(
            f"DELETE FROM listed WHERE {ROW} NOT IN "
            f"(SELECT min({ROW}) FROM listed GROUP BY {field})"
        )
        (after,) = workspace.row("SELECT count(*) FROM listed")
        workspace.account.count("node_rows_repeated", before - after)
        workspace.account.decide(
            f"{neurons.rows.label}: rows that repeat another word for word are left out: "
            f"{before - after:,}, for instance of {example!r}"
        )
