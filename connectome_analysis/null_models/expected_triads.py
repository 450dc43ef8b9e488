"""Expected triads: the mean triad census of the Erdos-Renyi and the dyad null, without sampling.

In both, any three neurons stand for all. With independent pairs, a class with e edges has the
expectation C(n, 3) L p^e (1 - p)^(6 - e) under Erdos-Renyi, where L of the 64 graphs on three
labelled neurons are of the class; with m mutual, a one-way and u null dyads it is
C(n, 3) L P_m^m (P_a / 2)^a P_u^u under the dyad null. With fixed numbers of edges or dyads the
powers become falling factorials, as in Holland and Leinhardt 1976, doi:10.2307/270703.
"""

from __future__ import annotations

import operator
from math import comb, prod
from typing import TYPE_CHECKING, Literal

from ..graph import require_graph
from .options import require_choice

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

ClosedForm = Literal["erdos_renyi", "dyad"]


def expected_triads(
    g: Graph, null_model: ClosedForm = "dyad", *, independent: bool = True
) -> pd.Series[float]:
    """Mean triad census of a null model, exactly and at once.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    null_model : {"erdos_renyi", "dyad"}
        The others have no closed form; see `connectome_analysis.motifs.significance`.
    independent : bool
        True: pairs are independent, as in published closed forms: the means over samples with
        ``fixed="density"`` or ``fixed="probabilities"``. False: the number of edges, or of mutual
        and one-way pairs, is the same in every sample, as by default in
        `connectome_analysis.null_models.sample`. The two differ by terms of order 1 / edges.

    Returns
    -------
    (16,) Series of float, one entry per MAN class, index ``motif``
        Sums to C(N, 3).

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> float(expected_triads(g, "dyad")["030T"].round(2))
    237.58
    """
    from ..measures.reciprocity import reciprocal_edges  # measures may come to need nulls

    require_graph(g)
    simple = g.without_self_loops()
    n_mutual = int(reciprocal_edges(simple).sum()) // 2
    return expected_triads_of(
        simple.n_nodes, simple.n_edges, n_mutual, null_model, independent=independent
    )


def expected_triads_of(
    n_nodes: int,
    n_edges: int,
    n_mutual: int = 0,
    null_model: ClosedForm = "dyad",
    *,
    independent: bool = True,
) -> pd.Series[float]:
    """Mean triad census of a null model from the numbers a paper prints; see `expected_triads`.

    Parameters
    ----------
    n_nodes, n_edges, n_mutual : int
        Neurons, edges without self-loops, and pairs of neurons joined both ways; `n_mutual` plays
        no part under ``"erdos_renyi"``.
    null_model : {"erdos_renyi", "dyad"}
    independent : bool

    Raises
    ------
    ValueError
        Where no graph has these numbers.

    Examples
    --------
    The 111 cells of the MICrONS phase 1 volume, doi:10.1016/j.cell.2022.01.023:

    >>> float(expected_triads_of(111, 659, null_model="erdos_renyi")["030T"].round(3))
    177.159
    >>> float(expected_triads_of(111, 659, 29, "dyad")["030T"].round(3))
    158.715
    """
    import pandas as pd

    from ..motifs.triads import TRIAD_NAMES, TRIADS  # motifs needs this package

    require_choice("null_model", null_model, ("erdos_renyi", "dyad"))
    n, edges, mutual = (operator.index(value) for value in (n_nodes, n_edges, n_mutual))
    pairs = n * (n - 1) // 2
    one_way = edges - 2 * mutual
    if min(n, edges, mutual, one_way) < 0 or mutual + one_way > pairs:
        msg = f"No graph has {n} neurons, {edges} edges and {mutual} mutual pairs."
        raise ValueError(msg)
    expected = []
    for triad in (TRIADS[name] for name in TRIAD_NAMES):
        none = 3 - triad.mutual - triad.asymmetric
        if null_model == "erdos_renyi":
            present = len(triad.edges)
            parts = [(edges, present), (2 * pairs - edges, 6 - present)]
            chance = _chance(parts, 2 * pairs, independent)
        else:
            parts = [
                (mutual, triad.mutual),
                (one_way, triad.asymmetric),
                (pairs - mutual - one_way, none),
            ]
            chance = _chance(parts, pairs, independent) / 2**triad.asymmetric
        expected.append(comb(n, 3) * triad.labelled * chance)
    return pd.Series(
        expected, index=pd.Index(TRIAD_NAMES, name="motif", dtype=object), name="expected"
    )


def _chance(parts: list[tuple[int, int]], total: int, independent: bool) -> float:
    """Chance that given places are of given kinds.

    parts : for each kind, how many of `total` places are of it and how many are asked for.
    """
    asked = sum(k for _, k in parts)
    if total < asked:  # fewer than three neurons: no triads, whatever the chance
        return 0.0
    if independent:
        return prod((count / total) ** k for count, k in parts)
    return prod(_falling(count, k) for count, k in parts) / _falling(total, asked)


def _falling(x: int, k: int) -> int:
    """Return x (x - 1) ... (x - k + 1)."""
    return prod(range(x - k + 1, x + 1)) if k <= x else 0
