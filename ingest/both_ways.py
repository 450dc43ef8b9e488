"""Both ways: an electrical or undirected edge stands in both directions, with one weight.

Sources list such an edge once or twice, and which it is changes every weight by two. Where the
rows leave no doubt it is told; where they do, the user is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from connectome_analysis.tables import ContractError

from .agreed import agreed
from .workspace import Workspace, quoted

Listed = Literal["once", "twice"]


def fold(
    workspace: Workspace,
    table: str,
    sums: Sequence[str],
    others: Sequence[str],
    *,
    everything: bool,
    listed: Listed | None,
    present_only: bool,
    keys: Sequence[str] = (),
    quiet: bool = False,
) -> Listed | None:
    """Make undirected edges of a staged table stand in both directions.

    Parameters
    ----------
    workspace : Workspace
    table : str
        Columns ``pre_id``, ``post_id``, ``edge_type``, `keys`, `sums` and `others`.
    sums, others : sequence of str
        Columns that are added where an edge stands in both directions, and those that are kept
        where both agree.
    everything : bool
        All edges are undirected, not only electrical ones.
    listed : {"once", "twice"} or None
        How the source lists an undirected edge. None: found out, or asked.
    present_only : bool
        Weights only say that there is an edge, so that nothing is added up and nothing asked.
    keys : sequence of str
        Further columns of the table's key.
    quiet : bool
        Tell nothing; it has been told.

    Returns
    -------
    "once", "twice" or None
        None where there is no undirected edge.

    Raises
    ------
    ContractError
        Where some edges stand in one direction and others in both, or their weights differ.
    """
    which = "true" if everything else "{}edge_type = 'electrical'"
    match = " AND ".join(f"a.{k} = b.{k}" for k in ("edge_type", *keys))
    joined = (
        f"FROM {table} a LEFT JOIN {table} b ON a.pre_id = b.post_id AND a.post_id = b.pre_id "
        f"AND {match} WHERE a.pre_id <> a.post_id AND ({which.format('a.')})"
    )
    lone, same, different = workspace.row(
        "SELECT count(*) FILTER (b.pre_id IS NULL), count(*) FILTER (a.weight = b.weight), "
        f"count(*) FILTER (a.weight <> b.weight) {joined}"
    )
    if not lone + same + different:
        return None
    decided = "once" if present_only else listed or _decide(lone, same, different)
    what = "edges" if everything else "electrical edges"
    if decided is None or (decided == "twice" and lone + different):
        condition = "a.weight <> b.weight" if different else "b.pre_id IS NULL"
        pre, post = workspace.row(
            f"SELECT a.pre_id, a.post_id {joined} AND {condition} ORDER BY ALL LIMIT 1"
        )
        shown = "with different weights" if different else "in one direction only"
        msg = (
            f"undirected {what}: {lone:,} pairs stand in one direction, {(same + different) // 2:,} "
            f"in both ({different // 2:,} of them with different weights; {pre} and {post} stand "
            f'{shown}). Say how an edge is listed: undirected_listed="once" adds up what stands '
            'in both directions, "twice" wants equal weights (--undirected-listed).'
        )
        raise ContractError(msg)
    if decided == "once":
        added = [f"{'max' if present_only else 'sum'}({quoted(n)}) AS {quoted(n)}" for n in sums]
        _put_both(workspace, table, added, sums, others, which.format(""), keys)
    if not quiet:
        pairs = lone + (same + different) // 2
        how = "once, and stored in both directions" if decided == "once" else "in both directions"
        workspace.account.decide(f"{pairs:,} undirected {what} are listed {how}")
        workspace.account.count("pairs_mirrored", lone)
    return decided


def _decide(lone: int, same: int, different: int) -> Listed | None:
    if lone and not same + different:
        return "once"
    if not lone and not different:
        return "twice"
    return None


def _put_both(
    workspace: Workspace,
    table: str,
    added: Sequence[str],
    sums: Sequence[str],
    others: Sequence[str],
    which: str,
    keys: Sequence[str],
) -> None:
    grouped = ", ".join(("low", "high", "edge_type", *keys))
    rest = ", ".join(quoted(n) for n in ("edge_type", *keys, *sums, *others))
    workspace.run(
        "CREATE TABLE folded AS SELECT least(pre_id, post_id) AS low, "
        f"greatest(pre_id, post_id) AS high, edge_type{''.join(f', {k}' for k in keys)}, "
        f"{', '.join([*added, *agreed(others)])} FROM {table} WHERE {which} GROUP BY {grouped}"
    )
    workspace.run(f"DELETE FROM {table} WHERE {which}")
    for pre, post, where in (("low", "high", "true"), ("high", "low", "low <> high")):
        workspace.run(
            f"INSERT INTO {table} BY NAME SELECT {pre} AS pre_id, {post} AS post_id, {rest} "
            f"FROM folded WHERE {where}"
        )
    workspace.run("DROP TABLE folded")
