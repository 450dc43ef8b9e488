"""Rules: what must hold of the rows of a connectome, each one SQL query that finds offenders.

The same queries serve the writer, before a folder is put in place, and ``neuropil check``. They
run in DuckDB, which streams and spills, so they work on tables larger than memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .distinct_keys import keys_ascend, numbers_differ
from .manifest import Manifest
from .problem import Problem
from .schemas import TABLES, Column, TableSchema

if TYPE_CHECKING:
    import duckdb


def row_problems(
    connection: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    columns: Mapping[str, set[str]],
    progress: Callable[[str], None] | None = None,
) -> Iterator[Problem]:
    """Check the rows of every table of the contract.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has a view or table under the name of each table to check.
    manifest : Manifest
        For the meaning of weights.
    columns : mapping of str to set of str
        The tables that can be checked and the columns they have. A table whose files are damaged
        is left out, and so are the rules that need it.
    progress : callable, optional
        Told the name of each rule before it runs.
    """

    def run(name: str, query: str) -> tuple[Any, ...]:
        if progress is not None:
            progress(name)
        row = connection.execute(query).fetchone()
        assert row is not None
        return row

    for table, names in columns.items():
        if table not in TABLES:
            continue
        schema = TABLES[table]
        yield from _column_problems(run, schema, [c for c in schema.columns if c.name in names])
        large = table in manifest.tables and manifest.tables[table].rows > _LARGE_ROWS
        if not (large and _keys_are_distinct(connection, schema, progress)):
            yield from _key_problems(run, schema)
        if "nodes" in columns and schema.references and table != "edges_by_region":
            yield from _reference_problems(run, schema)
    yield from _electrical_problems(run, columns)
    yield from _count_problems(run, manifest, columns)
    agree = _regions_agree(run, columns)
    if not agree:
        yield from _region_problems(run, columns)
    if "edges_by_region" in columns and "nodes" in columns and not agree:
        # Where every pair has in its regions what it has as an edge, it is one: weights are
        # positive, so that a pair beside the edges would add something.
        yield from _reference_problems(run, TABLES["edges_by_region"])
    yield from _skeleton_problems(run, columns)


# Below, one query more costs as much as it saves.
_LARGE_ROWS = 200_000


def _keys_are_distinct(
    connection: duckdb.DuckDBPyConnection,
    schema: TableSchema,
    progress: Callable[[str], None] | None,
) -> bool:
    """Whether a large table's key is seen to be unique at a glance; False leaves it open."""
    if progress is not None:
        progress(f"{schema.name}: key is unique")
    if schema.key == schema.order[: len(schema.key)]:
        return keys_ascend(connection, schema.name, schema.key)
    return len(schema.key) == 1 and numbers_differ(connection, schema.name, schema.key[0])


_Run = Callable[[str, str], tuple[Any, ...]]


def _column_problems(run: _Run, schema: TableSchema, columns: list[Column]) -> Iterator[Problem]:
    # One pass for all columns: 40 small queries would take most of the time to open a worm.
    counts = []
    for column in columns:
        name, rule = f'"{column.name}"', column.rule or "true"
        counts += [
            f"count(*) FILTER (WHERE {name} IS NULL)",
            f"count(*) FILTER (WHERE NOT ({rule}))",
            f"any_value({name}) FILTER (WHERE NOT ({rule}))",
        ]
    found = run(
        f"{schema.name}: no gaps, values in range",
        f"SELECT {', '.join(counts)} FROM {schema.name}",
    )
    for i, column in enumerate(columns):
        empty, wrong, example = found[3 * i : 3 * i + 3]
        if empty and not column.nullable:
            yield Problem(
                table=schema.name,
                rule="missing value",
                rows=empty,
                message=f"{column.name} is empty in {_rows(empty)}; "
                "it must be filled in every row.",
            )
        if wrong:
            yield Problem(
                table=schema.name,
                rule="value out of range",
                rows=wrong,
                message=f"{column.name} must satisfy {_plain(str(column.rule))}; {_rows(wrong)} "
                f"{_verb(wrong)} not, for instance {example!r}.",
            )


def _key_problems(run: _Run, schema: TableSchema) -> Iterator[Problem]:
    key = ", ".join(schema.key)
    keys, rows, *example = run(
        f"{schema.name}: key is unique",
        f"SELECT count(*), coalesce(sum(n - 1), 0), {', '.join(f'any_value({k})' for k in schema.key)}"
        f" FROM (SELECT {key}, count(*) AS n FROM {schema.name} GROUP BY {key} HAVING n > 1)",
    )
    if keys:
        shown = ", ".join(f"{k} {v!r}" for k, v in zip(schema.key, example, strict=True))
        yield Problem(
            table=schema.name,
            rule="duplicate key",
            rows=int(rows),
            message=f"({key}) must be unique; {keys:,} {'key stands' if keys == 1 else 'keys stand'}"
            f" more than once, for instance {shown}. Sum or drop the repeated rows.",
        )


def _reference_problems(run: _Run, schema: TableSchema) -> Iterator[Problem]:
    marked, counts = [], []
    for name in schema.references:
        # A null id is unattached, not unknown. (To SQL, null is not in an empty set.)
        known = f"{name} IN (SELECT node_id FROM nodes WHERE node_id IS NOT NULL)"
        marked.append(f"{name}, {name} IS NOT NULL AND NOT {known} AS no_{name}")
        counts.append(f"count(*) FILTER (WHERE no_{name})")
        counts.append(f"any_value({name}) FILTER (WHERE no_{name})")
    found = run(
        f"{schema.name}: every neuron is in nodes",
        f"SELECT {', '.join(counts)} FROM (SELECT {', '.join(marked)} FROM {schema.name})",
    )
    for i, column in enumerate(schema.references):
        rows, example = found[2 * i : 2 * i + 2]
        if rows:
            yield Problem(
                table=schema.name,
                rule="unknown neuron",
                rows=rows,
                message=f"{column} must be a node_id of nodes; {_rows(rows)} {_verb(rows)} not, "
                f"for instance {example}. Add the neuron to nodes, or leave the row out.",
            )


def _electrical_problems(run: _Run, columns: Mapping[str, set[str]]) -> Iterator[Problem]:
    if "edges" not in columns or "weight" not in columns["edges"]:
        return
    rows, pre, post = run(
        "electrical edges go both ways",
        "SELECT count(*), any_value(a.pre_id), any_value(a.post_id) FROM edges a "
        "ANTI JOIN edges b ON a.pre_id = b.post_id AND a.post_id = b.pre_id "
        "AND a.weight = b.weight AND b.edge_type = 'electrical' "
        "WHERE a.edge_type = 'electrical'",
    )
    if rows:
        yield Problem(
            table="edges",
            rule="one-way electrical edge",
            rows=rows,
            message="an electrical edge must stand in both directions with one weight; "
            f"{_rows(rows)} {'has' if rows == 1 else 'have'} no twin, "
            f"for instance {pre} to {post}.",
        )


def _count_problems(
    run: _Run, manifest: Manifest, columns: Mapping[str, set[str]]
) -> Iterator[Problem]:
    edges = columns.get("edges", set())
    if "syn_count" not in edges:
        return
    counted = [
        kind for kind, entry in manifest.weights.items() if entry.get("meaning") == "synapses"
    ]
    if counted:
        kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in counted)
        rows, pre, post = run(
            "weight equals syn_count",
            "SELECT count(*), any_value(pre_id), any_value(post_id) FROM edges "
            f"WHERE edge_type IN ({kinds}) AND weight IS DISTINCT FROM syn_count",
        )
        if rows:
            yield Problem(
                table="edges",
                rule="weight is not syn_count",
                rows=rows,
                message="the manifest says that weight counts synapses, so it must equal "
                f"syn_count; {_rows(rows)} {_verb(rows)} not, for instance {pre} to {post}.",
            )
    if "synapses" not in columns or _sums_agree(
        run,
        "syn_count equals the synapses",
        ("pre_id", "post_id"),
        ("edges", "syn_count"),
        ("synapses WHERE pre_id IS NOT NULL AND post_id IS NOT NULL", "1"),
    ):
        return
    rows, pre, post, stored, found = run(
        "syn_count equals the synapses",
        """
        WITH counted AS (
            SELECT pre_id, post_id, count(*) AS n FROM synapses
            WHERE pre_id IS NOT NULL AND post_id IS NOT NULL GROUP BY ALL
        ), stored AS (
            SELECT pre_id, post_id, sum(syn_count) AS n FROM edges
            WHERE syn_count IS NOT NULL GROUP BY ALL
        )
        SELECT count(*), any_value(stored.pre_id), any_value(stored.post_id),
               any_value(stored.n), any_value(coalesce(counted.n, 0))
        FROM stored LEFT JOIN counted USING (pre_id, post_id)
        WHERE stored.n IS DISTINCT FROM coalesce(counted.n, 0)
        """,
    )
    if rows:
        yield Problem(
            table="edges",
            rule="syn_count is not the number of synapses",
            rows=rows,
            message=f"{rows:,} {'pair differs' if rows == 1 else 'pairs differ'}, for instance "
            f"{pre} to {post}: syn_count {stored}, synapses {found}.",
        )


def _regions_agree(run: _Run, columns: Mapping[str, set[str]]) -> bool:
    """Whether every pair's regions are seen at a glance to add up to its edge, and no other is there."""
    if not {"edges", "edges_by_region"} <= set(columns):
        return False
    shared = columns["edges"] & columns["edges_by_region"]
    if "weight" not in shared:
        return False
    if "syn_count" in shared:
        # Where both say the same in every row, one sum stands for both.
        (same,) = run(
            "edges_by_region: weight is syn_count",
            "SELECT (SELECT bool_and(weight IS NOT DISTINCT FROM syn_count AND weight > 0) "
            "FROM edges) AND (SELECT bool_and(weight IS NOT DISTINCT FROM syn_count AND weight > 0)"
            " FROM edges_by_region)",
        )
        wanted = ["syn_count"] if same else ["weight", "syn_count"]
    else:
        wanted = ["weight"]
    return all(
        _sums_agree(
            run,
            f"regions add up to {column}",
            ("pre_id", "post_id", "edge_type"),
            ("edges", column),
            ("edges_by_region", column),
        )
        for column in wanted
    )


def _region_problems(run: _Run, columns: Mapping[str, set[str]]) -> Iterator[Problem]:
    if "edges" not in columns or "edges_by_region" not in columns:
        return
    for column in ("weight", "syn_count"):
        if column not in columns["edges"] or column not in columns["edges_by_region"]:
            continue
        rows, pre, post = run(
            f"regions add up to {column}",
            f"""
            WITH summed AS (
                SELECT pre_id, post_id, edge_type, sum({column}) AS total
                FROM edges_by_region GROUP BY ALL
            )
            SELECT count(*), any_value(coalesce(e.pre_id, s.pre_id)),
                   any_value(coalesce(e.post_id, s.post_id))
            FROM summed s LEFT JOIN edges e USING (pre_id, post_id, edge_type)
            WHERE e.{column} IS NULL AND s.total IS NOT NULL
               OR abs(e.{column} - s.total) > 1e-6 * greatest(1, abs(e.{column}))
            """,
        )
        if rows:
            yield Problem(
                table="edges_by_region",
                rule="regions do not add up",
                rows=rows,
                message=f"{column} over the regions of a pair must add up to its row in edges; "
                f"{rows:,} {'pair does' if rows == 1 else 'pairs do'} not, "
                f"for instance {pre} to {post}. Regions must not overlap.",
            )


def _sums_agree(
    run: _Run, name: str, key: tuple[str, ...], one: tuple[str, str], other: tuple[str, str]
) -> bool:
    """Whether a value adds up to the same in two tables, for every key at once.

    Each row's value is multiplied by a 64-bit hash of its key, and all products are added up in
    128 bits. Where the sums of any key differ, so do the totals, but for one chance in 2**64 or so;
    so two scans do what otherwise takes two hash tables of all keys. False says nothing: where the
    values are no whole numbers or one table has more keys, the query that compares key by key must
    tell.
    """
    totals = [
        f"(SELECT (sum(hash({', '.join(key)})::HUGEINT * TRY_CAST({value} AS INTEGER)), "
        f"bool_and(abs({value}) < 2147483648 AND {value} = floor({value}))) FROM {table})"
        for table, value in (one, other)
    ]
    # An empty value is no value, and an empty table adds up to nothing.
    (agree,) = run(
        name,
        f"SELECT coalesce(a[1] = b[1] AND a[2] AND b[2], false) "
        f"FROM (SELECT {totals[0]} AS a, {totals[1]} AS b)",
    )
    return bool(agree)


def _skeleton_problems(run: _Run, columns: Mapping[str, set[str]]) -> Iterator[Problem]:
    if "skeletons" not in columns:
        return
    rows, node, point = run(
        "skeleton parents exist",
        "SELECT count(*), any_value(a.node_id), any_value(a.point_id) FROM skeletons a "
        "ANTI JOIN skeletons b ON a.node_id = b.node_id AND a.parent_id = b.point_id "
        "WHERE a.parent_id IS NOT NULL",
    )
    if rows:
        yield Problem(
            table="skeletons",
            rule="unknown parent",
            rows=rows,
            message="parent_id must be a point_id of the same neuron; "
            f"{_rows(rows)} {_verb(rows)} not, for instance point {point} of neuron {node}.",
        )
    rows, node = run(
        "skeletons have a root",
        "SELECT count(*), any_value(node_id) FROM (SELECT node_id FROM skeletons GROUP BY node_id "
        "HAVING count(*) = count(parent_id))",
    )
    if rows:
        yield Problem(
            table="skeletons",
            rule="no root",
            rows=rows,
            message=f"a skeleton must have a point without parent; {rows:,} "
            f"{'has' if rows == 1 else 'have'} none, for instance neuron {node}.",
        )


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _verb(count: int) -> str:
    return "does" if count == 1 else "do"


def _plain(rule: str) -> str:
    return rule.replace('"', "")
