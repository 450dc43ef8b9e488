"""Pairs: rows of an edge list added up to one row per ordered pair of neurons and kind.

A file may give one pair in several rows, one per region or one per site. They are added up first,
and a threshold is put on the sum: a pair of six synapses in two regions of three has six.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import pyarrow as pa

from connectome_analysis.tables import ContractError
from connectome_analysis.tables.distinct_keys import keys_ascend

from .both_ways import Listed, fold
from .edge_rows import StagedRows
from .rows_in_order import Added, added_up, group_schema
from .workspace import POST, PRE, Workspace, literal, quoted

OnSelfLoops = Literal["keep", "drop"]
_MOST_SYNAPSES = 2**31 - 1
KEYS = ("pre_id", "post_id", "edge_type")
_IN_ORDER = "rows_in_order"


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Tables of pairs, and the condition under which a pair is kept.

    Attributes
    ----------
    table : str
    by_region : str or None
    columns : tuple of str
        All columns of ``table``, keys first.
    keep : str
        SQL condition over ``table``.
    in_order : bool
        Rows of the tables are sorted by their keys.
    """

    table: str
    by_region: str | None
    columns: tuple[str, ...]
    keep: str = "true"
    in_order: bool = False


def sum_rows(
    workspace: Workspace, staged: StagedRows, rows_kept: int, *, present_only: bool
) -> Pairs:
    """Add up the rows of each pair.

    ``weight``, ``syn_count`` and ``size`` are summed. Any other column keeps its value where all
    rows of the pair agree and is left empty where they do not; a column in which no pair of
    several rows agrees is dropped. Both are told.

    Parameters
    ----------
    workspace : Workspace
    staged : StagedRows
    rows_kept : int
        How many of them there are to add up.
    present_only : bool
        Weights are 1, however many rows a pair has.
    """
    keys = KEYS if staged.edge_type is None else KEYS[:2]
    _put_in_order(workspace, staged, keys)
    added = Added()
    by_region = None
    if staged.by_region:
        by_region = "pairs_by_region"
        if not keys_ascend(workspace.connection, _IN_ORDER, (*keys, "region")):
            _add_up(workspace, staged, by_region, (*keys, "region"), Added(), present_only)
    if not staged.by_region and keys_ascend(workspace.connection, _IN_ORDER, keys):
        workspace.run(f"ALTER TABLE {_IN_ORDER} RENAME TO pairs")
    else:
        _add_up(workspace, staged, "pairs", keys, added, present_only)
        if by_region is None or by_region in workspace.tables():
            workspace.run(f"DROP TABLE {_IN_ORDER}")
        else:
            workspace.run(f"ALTER TABLE {_IN_ORDER} RENAME TO {by_region}")
    others = _told_others(workspace, staged, added)
    if "syn_count" in staged.sums:
        _require_countable(workspace)
    (pairs,) = workspace.row("SELECT count(*) FROM pairs")
    workspace.account.count("pairs_in", pairs, always=True)
    if rows_kept > pairs:
        what = "every pair gets weight 1" if present_only else "weights are added up"
        workspace.account.decide(
            f"{rows_kept:,} rows are {pairs:,} pairs of one kind; where several rows are one pair, {what}"
        )
        if present_only:
            workspace.account.warn(
                "pairs stand in several rows and there is no weight; if each row is a synapse, say "
                "so: weight_meaning='synapses' (--weight-meaning synapses)"
            )
    return Pairs(
        table="pairs",
        by_region=by_region,
        columns=(*KEYS, *staged.sums, *others),
        in_order=True,
    )


def select_pairs(
    workspace: Workspace,
    pairs: Pairs,
    *,
    on_self_loops: OnSelfLoops,
    min_synapses: int | None,
) -> Pairs:
    """Choose the pairs that become edges, and count the others.

    Parameters
    ----------
    workspace : Workspace
    pairs : Pairs
    on_self_loops : {"keep", "drop"}
    min_synapses : int or None
        Least ``syn_count`` of a pair that is kept.
    """
    conditions = []
    if on_self_loops == "drop":
        conditions.append(("self_loops_dropped", "pre_id = post_id"))
    if min_synapses is not None:
        conditions.append(("pairs_below_min_synapses", f"syn_count < {int(min_synapses)}"))
        workspace.account.decide(
            f"edges need at least {min_synapses:,} synapses, counted over all rows of the pair"
        )
    before = "true"
    for bucket, condition in conditions:
        # A pair that meets two conditions is counted under the first, so that buckets add up.
        query = f"SELECT count(*) FROM {pairs.table} WHERE ({before}) AND {condition}"
        (left_out,) = workspace.row(query)
        workspace.account.count(bucket, left_out, always=True)
        if left_out:
            before += f" AND NOT coalesce({condition}, false)"
    return replace(pairs, keep=before)


def edges_query(pairs: Pairs) -> str:
    """SQL of the table ``edges``."""
    return f"SELECT {_cast(pairs.columns)} FROM {pairs.table} WHERE {pairs.keep}"


def edges_by_region_query(pairs: Pairs) -> tuple[str, bool]:
    """SQL of the table ``edges_by_region``, and whether its rows come in order.

    These are the regions of the pairs that are kept.
    """
    assert pairs.by_region is not None
    columns = (*KEYS, "region", *pairs.columns[len(KEYS) :])
    every = f"SELECT {_cast(columns)} FROM {pairs.by_region}"
    if pairs.keep == "true":
        return every, pairs.in_order
    kept = f"SELECT {', '.join(KEYS)} FROM {pairs.table} WHERE {pairs.keep}"
    return f"{every} SEMI JOIN ({kept}) USING ({', '.join(KEYS)})", False


def fold_pairs(
    workspace: Workspace,
    pairs: Pairs,
    staged: StagedRows,
    *,
    everything: bool,
    listed: Listed | None,
    present_only: bool,
) -> Pairs:
    """Let undirected edges stand in both directions; see `both_ways.fold`."""
    others = [name for name in pairs.columns if name not in (*KEYS, *staged.sums)]
    decided = fold(
        workspace,
        "pairs",
        staged.sums,
        others,
        everything=everything,
        listed=listed,
        present_only=present_only,
    )
    if pairs.by_region is not None and decided == "once":
        fold(
            workspace,
            pairs.by_region,
            staged.sums,
            others,
            everything=everything,
            listed="once",
            present_only=present_only,
            keys=("region",),
            quiet=True,
        )
    return pairs if decided is None else replace(pairs, in_order=False)


def _put_in_order(workspace: Workspace, staged: StagedRows, keys: tuple[str, ...]) -> None:
    """Put the rows that are kept into the table `_IN_ORDER`, sorted as edges are, by node_id."""
    split = ["region"] if staged.by_region else []
    sums = [n for n in staged.sums if not (n == "weight" and staged.weight_is_count)]
    columns = [*keys[2:], *split, *sums, *staged.others]
    rows = staged.table
    if staged.single:
        # A pair has some ten synapses: counted before they are sorted.
        sides = ", ".join((PRE, POST, *split))
        rows = f"(SELECT {sides}, count(*) AS syn_count FROM {rows} GROUP BY ALL)"
    listed = "".join(f", r.{quoted(n)}" for n in columns)
    weighed = "true" if staged.single else "r.weight > 0"
    as_they_are = keys_are_ids(workspace)
    in_order = staged.in_order and as_they_are
    if as_they_are:
        chosen = (
            f"SELECT r.{PRE} AS pre_id, r.{POST} AS post_id{listed} FROM {rows} r "
            f"WHERE r.{PRE} IS NOT NULL AND r.{POST} IS NOT NULL AND {weighed}"
        )
    else:
        chosen = (
            f"SELECT p.node_id AS pre_id, q.node_id AS post_id{listed} FROM {rows} r "
            f"JOIN neuron_keys p ON r.{PRE} = p.key JOIN neuron_keys q ON r.{POST} = q.key "
            f"WHERE {weighed}"
        )
    given = {name: quoted(name) for name in columns}
    for name in sums:
        given[name] = f"CAST({name} AS {'BIGINT' if name == 'syn_count' else 'DOUBLE'})"
    if staged.edge_type is not None:
        given["edge_type"] = literal(staged.edge_type)
    if staged.weight_is_count:
        given["weight"] = "CAST(syn_count AS DOUBLE)"
    everything = (*KEYS[2:], *split, *staged.sums, *staged.others)
    shown = "".join(f", {given[n]} AS {quoted(n)}" for n in everything)
    # A filter leaves rows in their order, a join need not.
    order = "" if in_order else f" ORDER BY {', '.join((*keys, *split))}"
    workspace.run(
        f"CREATE TABLE {_IN_ORDER} AS SELECT pre_id, post_id{shown} FROM ({chosen}{order})"
    )


def keys_are_ids(workspace: Workspace) -> bool:
    """Whether every row names neurons by their node_id, so that none has to be looked up."""
    if "unknown_neurons" in workspace.account.buckets:
        return False
    if workspace.columns("neuron_keys")["key"] != "BIGINT":
        return False
    (same,) = workspace.row("SELECT coalesce(bool_and(key = node_id), false) FROM neuron_keys")
    return bool(same)


def _add_up(
    workspace: Workspace,
    staged: StagedRows,
    table: str,
    keys: tuple[str, ...],
    added: Added,
    present_only: bool,
) -> None:
    """Make a table of the rows in order, added up by `keys`."""
    derived = staged.weight_is_count and not present_only
    ones = ["weight"] if present_only and "weight" in staged.sums else []
    sums = [n for n in staged.sums if n not in ones and not (derived and n == "weight")]
    wanted = ", ".join(quoted(n) for n in (*keys, *sums, *staged.others))
    reader = workspace.stream(f"SELECT {wanted} FROM {_IN_ORDER}")
    chosen: dict[str, Any] = {"keys": keys, "sums": sums, "ones": ones, "others": staged.others}
    groups = pa.RecordBatchReader.from_batches(
        group_schema(reader.schema, **chosen), added_up(iter(reader), added, **chosen)
    )
    given = {name: quoted(name) for name in (*keys, *sums, *ones, *staged.others)}
    if staged.edge_type is not None:
        given["edge_type"] = literal(staged.edge_type)
    if derived:
        given["weight"] = "CAST(syn_count AS DOUBLE)"
    split = ["region"] if "region" in keys else []
    everything = (*KEYS, *split, *staged.sums, *staged.others)
    shown = ", ".join(f"{given[n]} AS {quoted(n)}" for n in everything)
    workspace.connection.register("groups", groups)
    workspace.run(f"CREATE TABLE {table} AS SELECT {shown} FROM groups")
    workspace.connection.unregister("groups")


def _told_others(workspace: Workspace, staged: StagedRows, added: Added) -> tuple[str, ...]:
    """Say in which further columns the rows of a pair differ; return those that are kept."""
    kept = []
    for name in staged.others:
        disagree = added.disagree.get(name, 0)
        if disagree and not added.agree[name]:
            workspace.account.decide(
                f"edges: column {name!r} is dropped, since the rows of every pair differ in it"
            )
            continue
        if disagree:
            workspace.account.decide(
                f"edges: column {name!r} is left empty in {disagree:,} pairs whose rows differ in it"
            )
        kept.append(name)
    return tuple(kept)


def _require_countable(workspace: Workspace) -> None:
    (largest,) = workspace.row("SELECT max(syn_count) FROM pairs")
    if largest is not None and largest > _MOST_SYNAPSES:
        msg = (
            f"a pair has {largest:,} synapses, more than {_MOST_SYNAPSES:,} can be stored. If the "
            "column counts something else, say what: weight_meaning=... (--weight-meaning)."
        )
        raise ContractError(msg)


def _cast(columns: Iterable[str]) -> str:
    return ", ".join(
        "CAST(syn_count AS INTEGER) AS syn_count" if name == "syn_count" else quoted(name)
        for name in columns
    )


def met_threshold(workspace: Workspace, pairs: Pairs, claimed: int | None) -> int | None:
    """The threshold on pairs that the source is said to have met; None, with a warning, where it has not."""
    if claimed is None or "syn_count" not in pairs.columns:
        return claimed
    (least,) = workspace.row(f"SELECT min(syn_count) FROM {pairs.table} WHERE {pairs.keep}")
    if least is None or least >= claimed:
        return claimed
    workspace.account.warn(
        f"The source is said to hold pairs of {claimed} synapses and more, but has pairs of {least}: no "
        "threshold is recorded; min_synapses puts one on."
    )
    return None
