"""Pairs: rows of an edge list added up to one row per ordered pair of neurons and kind.

A file may give one pair in several rows, one per region or one per site. They are added up first,
and a threshold is put on the sum: a pair of six synapses in two regions of three has six.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from connectome_analysis.tables import ContractError

from .agreed import agreed
from .both_ways import Listed, fold
from .edge_rows import StagedRows
from .workspace import POST, PRE, Workspace, quoted

OnSelfLoops = Literal["keep", "drop"]
_MOST_SYNAPSES = 2**31 - 1
KEYS = ("pre_id", "post_id", "edge_type")


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
    """

    table: str
    by_region: str | None
    columns: tuple[str, ...]
    keep: str = "true"


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
    others = _sum_into(workspace, staged, "pairs", KEYS, present_only=present_only)
    by_region = None
    if staged.by_region:
        by_region = "pairs_by_region"
        _sum_into(workspace, staged, by_region, (*KEYS, "region"), present_only=present_only)
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
    return Pairs(table="pairs", by_region=by_region, columns=(*KEYS, *staged.sums, *others))


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
        workspace.account.count(bucket, workspace.row(query)[0], always=True)
        before += f" AND NOT coalesce({condition}, false)"
    return Pairs(table=pairs.table, by_region=pairs.by_region, columns=pairs.columns, keep=before)


def edges_query(pairs: Pairs) -> str:
    """SQL of the table ``edges``."""
    return f"SELECT {_cast(pairs.columns)} FROM {pairs.table} WHERE {pairs.keep}"


def edges_by_region_query(pairs: Pairs) -> str:
    """SQL of the table ``edges_by_region``: the regions of the pairs that are kept."""
    assert pairs.by_region is not None
    columns = (*KEYS, "region", *pairs.columns[len(KEYS) :])
    kept = f"SELECT {', '.join(KEYS)} FROM {pairs.table} WHERE {pairs.keep}"
    return (
        f"SELECT {_cast(columns)} FROM {pairs.by_region} SEMI JOIN ({kept}) "
        f"USING ({', '.join(KEYS)})"
    )


def fold_pairs(
    workspace: Workspace,
    pairs: Pairs,
    staged: StagedRows,
    *,
    everything: bool,
    listed: Listed | None,
    present_only: bool,
) -> None:
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


def _sum_into(
    workspace: Workspace,
    staged: StagedRows,
    table: str,
    keys: tuple[str, ...],
    *,
    present_only: bool,
) -> tuple[str, ...]:
    """Add up staged rows by `keys`; return the other columns that were kept."""
    sums = [_summed(name, present_only=present_only) for name in staged.sums]
    flags = [
        f"min({quoted(n)}) <> max({quoted(n)}) AS {quoted(_flag(i))}"
        for i, n in enumerate(staged.others)
    ]
    columns = ["p.node_id AS pre_id", "q.node_id AS post_id", *keys[2:]]
    workspace.run(
        f"CREATE TABLE {table} AS SELECT {', '.join([*columns, *sums, *agreed(staged.others), *flags])} "
        f"FROM {staged.table} r JOIN neuron_keys p ON r.{PRE} = p.key "
        f"JOIN neuron_keys q ON r.{POST} = q.key "
        f"WHERE r.weight > 0 GROUP BY p.node_id, q.node_id, {', '.join(keys[2:])}"
    )
    kept = []
    for index, name in enumerate(staged.others):
        disagree, agree = workspace.row(
            f"SELECT count(*) FILTER ({quoted(_flag(index))}), count({quoted(name)}) FROM {table}"
        )
        workspace.run(f"ALTER TABLE {table} DROP COLUMN {quoted(_flag(index))}")
        if table == "pairs" and disagree:
            if not agree:
                workspace.run(f"ALTER TABLE {table} DROP COLUMN {quoted(name)}")
                workspace.account.decide(
                    f"edges: column {name!r} is dropped, since the rows of every pair differ in it"
                )
                continue
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


def _summed(name: str, *, present_only: bool) -> str:
    if name == "weight":
        return "1.0::DOUBLE AS weight" if present_only else "sum(weight)::DOUBLE AS weight"
    type_ = "BIGINT" if name == "syn_count" else "DOUBLE"
    return f"sum({quoted(name)})::{type_} AS {quoted(name)}"


def _flag(index: int) -> str:
    return f"_np_differs_{index}"


def _cast(columns: Iterable[str]) -> str:
    return ", ".join(
        "CAST(syn_count AS INTEGER) AS syn_count" if name == "syn_count" else quoted(name)
        for name in columns
    )
