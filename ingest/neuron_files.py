"""Neuron files: several files about the neurons of one list, joined to it by id.

Releases give what is known of a neuron in many files. The list says which neurons there are; a file
about them adds columns and never rows. A file may say several things about one neuron: different
words in one column are then kept together, or only its first row counts, where words cannot be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from connectome_analysis.tables import ContractError

from .prepared_rows import PreparedRows
from .read_rows import Source, open_rows
from .source_rows import SourceRows
from .workspace import KEY, ROW, Workspace, quoted

BETWEEN = "; "
_LARGEST_EXACT = 2**53


@dataclass(frozen=True, kw_only=True)
class NeuronFile:
    """A file with rows about neurons.

    Attributes
    ----------
    source : path or PreparedRows
    label : str
        What its buckets are called.
    key : str
        Its column of ids.
    renamed : mapping of str to str
        What a column becomes, by its name in the file.
    left_out : collection of str
        Columns that are not kept.
    whole : collection of str
        Columns of the list that are numbers with a fraction because pandas knows no gaps in
        integers; they are made integers again.
    only_first : bool
        Of several rows about a neuron, the first is kept and the number of rows counted in
        ``<label>_rows``; otherwise their words are.
    """

    source: Source
    label: str
    key: str = "root_id"
    renamed: Mapping[str, str] = field(default_factory=dict)
    left_out: Collection[str] = ()
    whole: Collection[str] = ()
    only_first: bool = False


def joined_neurons(
    neurons: NeuronFile,
    about: Sequence[NeuronFile],
    *,
    keep: str | None = None,
    computed: Mapping[str, str] | None = None,
    first_of_each: bool = False,
) -> PreparedRows:
    """The list of neurons with all that is said about them.

    Parameters
    ----------
    neurons : NeuronFile
        The list.
    about : sequence of NeuronFile
    keep : str, optional
        SQL condition over the list's columns; the other rows go to ``listed_rows_not_chosen``.
    computed : mapping of str to str, optional
        SQL of further columns over all columns, by name.
    first_of_each : bool
        Where the list has a neuron several times, its first row counts and the others go to
        ``listed_rows_beside_another``; without it `ingest.table` refuses rows that differ.

    Returns
    -------
    PreparedRows
    """

    def make(workspace: Workspace, view: str) -> SourceRows:
        rows = open_rows(workspace, f"{view}_list", neurons.source)
        rows.require(neurons.key)
        names = _names(rows, neurons, taken=set())
        base = f"{view}_base"
        columns = [f", {quoted(column)} AS {quoted(name)}" for column, name in names.items()]
        chosen = f"coalesce({keep}, false)" if keep else "true"
        workspace.run(
            f"CREATE TABLE {base} AS SELECT row_number() OVER () AS {ROW}, "
            f"{rows.trimmed(neurons.key)} AS {KEY}, {quoted(neurons.key)}{''.join(columns)} "
            f"FROM {quoted(rows.view)} WHERE {chosen}"
        )
        _count_not_chosen(workspace, rows, base)
        if first_of_each:
            _keep_first(workspace, rows, base)
        selected = [f"b.* EXCLUDE ({KEY}, {ROW})"]
        joins = []
        origins: dict[str, str] = {}
        odd_spaces = rows.odd_spaces
        taken = {name.casefold() for name in (*names.values(), neurons.key)}
        for number, file in enumerate(about):
            table, added, joined_rows = _about(workspace, f"{view}_{number}", base, file, taken)
            odd_spaces |= joined_rows.odd_spaces
            origins |= dict.fromkeys(added, joined_rows.label)
            selected += [f"{table}.{quoted(name)}" for name in added]
            joins.append(f"LEFT JOIN {table} ON b.{KEY} = {table}.{KEY}")
        joined = f"SELECT {', '.join(selected)} FROM {base} b {' '.join(joins)} ORDER BY b.{ROW}"
        more = "".join(f", {sql} AS {quoted(name)}" for name, sql in (computed or {}).items())
        workspace.run(f"CREATE VIEW {view}_joined AS {joined}")
        mended = _mended(workspace, f"{view}_joined", rows, neurons.whole)
        workspace.run(f"CREATE TABLE {quoted(view)} AS SELECT *{mended}{more} FROM {view}_joined")
        return SourceRows(
            view=view,
            columns=workspace.columns(view),
            label=rows.label,
            odd_spaces=odd_spaces,
            origins=origins,
        )

    return PreparedRows(make)


def _count_not_chosen(workspace: Workspace, rows: SourceRows, base: str) -> None:
    (before,) = workspace.row(f"SELECT count(*) FROM {quoted(rows.view)}")
    (after,) = workspace.row(f"SELECT count(*) FROM {base}")
    workspace.account.count("listed_rows_not_chosen", before - after)


def _mended(workspace: Workspace, view: str, rows: SourceRows, whole: Collection[str]) -> str:
    """SQL that takes NaN for a gap, and makes columns that had to be floats integers again."""
    replaced = []
    for column, type_ in workspace.columns(view).items():
        if type_ not in ("DOUBLE", "FLOAT"):
            continue
        name = quoted(column)
        value = f"CASE WHEN NOT isnan({name}) THEN {name} END"
        if column in whole:
            bad = f"{value} <> floor({value}) OR abs({value}) > {_LARGEST_EXACT}"
            (faulty,) = workspace.row(f"SELECT count(*) FROM {view} WHERE {bad}")
            if faulty:
                msg = (
                    f"{rows.label}: column {column!r} must be whole numbers below 2**53, "
                    f"{faulty:,} are not."
                )
                raise ContractError(msg)
            value = f"CAST({value} AS BIGINT)"
        replaced.append(f"{value} AS {name}")
    return f" REPLACE ({', '.join(replaced)})" if replaced else ""


def _keep_first(workspace: Workspace, rows: SourceRows, base: str) -> None:
    (before,) = workspace.row(f"SELECT count(*) FROM {base}")
    workspace.run(
        f"DELETE FROM {base} WHERE {KEY} NOT IN ('', '0') AND {ROW} NOT IN "
        f"(SELECT min({ROW}) FROM {base} WHERE {KEY} IS NOT NULL GROUP BY {KEY})"
    )
    (after,) = workspace.row(f"SELECT count(*) FROM {base}")
    workspace.account.count("listed_rows_beside_another", before - after)
    if before > after:
        workspace.account.decide(
            f"{rows.label}: where several rows are about one neuron, the first counts; others: "
            f"{before - after:,}"
        )


def _names(rows: SourceRows, file: NeuronFile, taken: set[str]) -> dict[str, str]:
    """Name in the joined table by name in the file."""
    names = {}
    for column in rows.columns:
        if column == file.key or column in file.left_out:
            continue
        name = file.renamed.get(column, column)
        if name.casefold() in taken:
            name = f"{name}_in_{file.label}"
        taken.add(name.casefold())
        names[column] = name
    return names


def _about(
    workspace: Workspace, table: str, base: str, file: NeuronFile, taken: set[str]
) -> tuple[str, list[str], SourceRows]:
    """Make a table with one row per neuron of the list.

    Returns
    -------
    table : str
    columns : list of str
    rows : SourceRows
        Of the file.
    """
    rows = open_rows(workspace, f"{table}_rows", file.source)
    rows.require(file.key)
    names = _names(rows, file, taken)
    key = rows.trimmed(file.key)
    numbered = f"{table}_numbered"  # a compressed file is read once
    workspace.run(
        f"CREATE TABLE {numbered} AS SELECT row_number() OVER () AS {ROW}, {key} AS {KEY}, * "
        f"FROM {quoted(rows.view)}"
    )
    total, different, unknown = workspace.row(
        f"SELECT count(*), count(DISTINCT {KEY}) FILTER ({KEY} IN (SELECT {KEY} FROM {base})), "
        f"count(*) FILTER ({KEY} IS NULL OR {KEY} NOT IN (SELECT {KEY} FROM {base})) "
        f"FROM {numbered}"
    )
    account = workspace.account
    account.count(f"{file.label}_rows_unknown_neuron", unknown)
    several = total - unknown > different
    added = list(names.values())
    if file.only_first:
        columns = [f"arg_min({quoted(c)}, {ROW}) AS {quoted(n)}" for c, n in names.items()]
        count = f"{file.label}_rows"
        if several:
            columns.append(f"count(*) AS {quoted(count)}")
            added.append(count)
            account.decide(
                f"{rows.label} has several rows about a neuron: the first counts, and {count} "
                "says how many there are"
            )
    elif several:
        columns = [f"{_together(rows, c)} AS {quoted(n)}" for c, n in names.items()]
        account.decide(
            f"{rows.label} has several rows about a neuron: different words stand together, "
            f"separated by {BETWEEN.strip()!r}"
        )
    else:
        columns = [f"any_value({quoted(c)}) AS {quoted(n)}" for c, n in names.items()]
    account.count(f"{file.label}_rows_beside_another", total - unknown - different)
    workspace.run(
        f"CREATE TABLE {table} AS SELECT {', '.join([KEY, *columns])} FROM {numbered} "
        f"WHERE {KEY} IN (SELECT {KEY} FROM {base}) GROUP BY {KEY}"
    )
    workspace.run(f"DROP TABLE {numbered}")
    return table, added, rows


def _together(rows: SourceRows, column: str) -> str:
    if rows.is_text(column):
        text = f"nullif({rows.trimmed(column)}, '')"
        return f"array_to_string(list_sort(list_distinct(list({text}))), '{BETWEEN}')"
    name = quoted(column)
    return f"CASE WHEN min({name}) = max({name}) THEN min({name}) END"
