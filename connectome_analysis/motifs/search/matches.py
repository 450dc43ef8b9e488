"""Matches: every place where a motif fits a graph, as a table of neurons, or only their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from ...graph import require_graph
from ...threads import thread_count
from ...whole_numbers import require_whole
from .candidates import candidates, with_where
from .columns import NodeColumns
from .comparisons import Comparisons
from .motif import Motif
from .notation import parse
from .plan import best_order, make_plan
from .relations import Relations
from .symmetry import automorphisms, declared, first_of_each
from .walk import Rows, Walks

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

Distinct: TypeAlias = Literal["instances", "mappings"]
Where: TypeAlias = str | Mapping[str, str] | None

# Entries of a table that nobody limited: 2 GB of ids.
_MOST_ENTRIES = 2**28


def find(
    g: Graph,
    motif: str,
    *,
    where: Where = None,
    limit: int | None = None,
    distinct: Distinct = "instances",
    induced: bool = False,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Find every place where a motif fits.

    The notation is DotMotif's (Matelsky et al. 2021, doi:10.1038/s41598-021-91025-5); see
    ``docs/motif_search.md``. A motif has 2 to 6 nodes, joined by edges, which stand for different
    neurons. Exact: nothing is sampled.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    motif : str
        For instance ``'A -> B [weight >= 5]; B -> C; A !> C; A.cell_type = "KC"'``.
    where : str or mapping of str to str, optional
        Conditions in SQL on the columns of ``g.nodes``, as in ``Connectome.graph``: one that every
        node must meet, or one each for some nodes: ``{"A": "cell_type LIKE 'KC%'"}``.
    limit : int, optional
        Stop after so many. They are found without looking for the rest.
    distinct : {"instances", "mappings"}
        Where a motif looks the same after its nodes have traded places, the same neurons fit it in
        several ways. ``"instances"`` gives one row for all of them, the one whose neurons come
        first in ``g.node_ids``, read from the first column on. ``"mappings"`` gives a row for
        each, as DotMotif does, but for nodes declared alike by ``===``.
    induced : bool
        Whether pairs of nodes that the motif does not speak of must have no edge. By default
        they may have one.
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    progress : callable, optional
        Called with the parts of the work done and their number.

    Returns
    -------
    (K, M) DataFrame of int64, one column of node ids for each node of the motif
        Columns in the order in which the motif names its nodes. The order of rows is the same on
        any number of threads, and with a limit they are the first of all. Empty where nothing
        fits. ``attrs`` holds what was asked.

    Raises
    ------
    ValueError
        Where the motif cannot be read or asks for an attribute that is not there, with line and
        column; or, without a limit, where the table would have more than 2**28 entries.
    TypeError
        Where `g` is no graph, or `motif` or `where` of another kind than said.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2, 1], [2, 3, 3, 4])
    >>> ca.motifs.find(g, "A -> B; B -> C; A -> C")
       A  B  C
    0  1  2  3

    A table joins with others in SQL:

    >>> worm = ca.open("celegans-varshney2011")
    >>> matches = ca.motifs.find(worm.graph(), 'A -> B; B -> A; A.cell_type = "AVA"')
    >>> worm.sql(
    ...     "SELECT b.name, b.neurotransmitter FROM matches JOIN nodes b ON b.node_id = matches.B "
    ...     "ORDER BY 1 LIMIT 3",
    ...     tables={"matches": matches},
    ... ).fetchall()
    [('ADER', 'dopamine'), ('AS9', 'acetylcholine'), ('AVAL', 'acetylcholine')]
    """
    asked = _asked(g, motif, where, distinct, induced)
    if limit is not None and (not _is_whole(limit) or limit < 0):
        msg = f"limit must be a whole number of at least 0, or None for all, got {limit!r}."
        raise ValueError(msg)
    thread_count(n_jobs)
    size = len(asked.nodes)
    rows: Rows = np.empty((size, 0), dtype=np.int32)
    walks = None if limit == 0 else _walks(g, asked, distinct, n_jobs, induced=induced)
    if walks is not None:
        most = _MOST_ENTRIES // size
        try:
            rows = walks.rows(
                most + 1 if limit is None else int(limit),
                progress,
                in_all=most if limit is None else None,
            )
        except OverflowError:
            msg = (
                f"The motif fits more than {most:,} times, too often for a table. "
                "count_matches counts without one, limit= takes the first, iter_matches gives "
                "one table after the other."
            )
            raise ValueError(msg) from None
    table = _table(g, asked, rows)
    table.attrs = {
        "motif": motif,
        "where": where if where is None or isinstance(where, str) else dict(where),
        "distinct": distinct,
        "induced": induced,
        "limit": limit,
        "graph": g.name,
    }
    return table


def count_matches(
    g: Graph,
    motif: str,
    *,
    where: Where = None,
    distinct: Distinct = "instances",
    induced: bool = False,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Count the places where a motif fits, without a table of them.

    Parameters are those of `find`.

    Returns
    -------
    int
        The number of rows that `find` would give. Exact and of any size; the work grows with the
        number of ways to put all neurons but the last.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> ca.motifs.count_matches(g, "A -> B; B -> C; A -> C", induced=True)
    1453
    """
    asked = _asked(g, motif, where, distinct, induced)
    walks = _walks(g, asked, distinct, n_jobs, induced=induced)
    return 0 if walks is None else walks.count(progress)


def iter_matches(
    g: Graph,
    motif: str,
    *,
    where: Where = None,
    distinct: Distinct = "instances",
    induced: bool = False,
    rows_at_once: int = 100_000,
) -> Iterator[pd.DataFrame]:
    """Find one table of matches after the other, each only when it is asked for.

    Takes no more memory for 10**12 matches than for ten. Parameters are those of `find`; the
    work is done on one thread.

    Parameters
    ----------
    rows_at_once : int
        Most rows of a table.

    Yields
    ------
    DataFrame
        As of `find`; together they have the same rows in the same order. Never empty.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> tables = ca.motifs.iter_matches(g, "A -> B; C -> B; D -> B; E -> B", rows_at_once=2)
    >>> len(next(tables))
    2
    """
    require_whole("rows_at_once", rows_at_once)
    asked = _asked(g, motif, where, distinct, induced)
    walks = _walks(g, asked, distinct, 1, induced=induced)
    return (
        iter(())
        if walks is None
        else (_table(g, asked, rows) for rows in walks.all_batches(int(rows_at_once)))
    )


# ---------------------------------------------------------------- from the question to the walks


def _asked(g: object, motif: str, where: Where, distinct: str, induced: object) -> Motif:
    require_graph(g)
    if distinct not in ("instances", "mappings"):
        msg = f"distinct must be 'instances' or 'mappings', got {distinct!r}."
        raise ValueError(msg)
    if not isinstance(induced, (bool, np.bool_)):
        msg = f"induced must be True or False, got {induced!r}."
        raise TypeError(msg)
    return with_where(parse(motif), where)


def _walks(
    g: Graph, motif: Motif, distinct: Distinct, n_jobs: int | None, *, induced: bool
) -> Walks | None:
    """Everything settled but the walk itself; None where it is clear that nothing fits."""
    simple = g.without_self_loops()
    columns = NodeColumns(simple, motif.text)
    comparisons = Comparisons(simple, motif, columns)
    masks = candidates(simple, motif, columns)
    for node, met in comparisons.within_nodes():
        mask = masks[node]
        masks[node] = met if mask is None else mask & met
    everything = automorphisms(motif)
    group = declared(motif, everything)
    before = first_of_each(everything if distinct == "instances" else group if motif.alike else [])
    builder = Relations(simple, motif, masks)
    relations = builder.build(induced=induced)
    if any(relation.fits and relation.pairs.size == 0 for relation in relations):
        return None
    sizes = [
        simple.n_nodes if mask is None else int(np.count_nonzero(mask))
        for mask in builder.candidates
    ]
    order = best_order(relations, sizes)
    plan = make_plan(order, relations, before, builder.candidates, comparisons.checks(order))
    return Walks(simple, plan, builder.candidates[order[0]], comparisons.ranks, n_jobs)


def _table(g: Graph, motif: Motif, rows: Rows) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: g.node_ids[rows[i]] for i, name in enumerate(motif.nodes)})


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
