"""Hierarchy: what share of the connections leads forward, and what share lies in no cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..compiled import compiled
from ..graph import require_graph
from .components import component_labels
from .flow_levels import signal_flow, trophic_levels
from .per_neuron import labels_of, per_neuron, strengths

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Order = Literal["best", "trophic", "signal_flow"]

# Levels nearer than this are one level: what is left to tell them apart is rounding.
_SAME_LEVEL = 1e-8
_SWEEPS = 100


def flow_hierarchy(g: Graph, *, weighted: bool = False) -> float:
    """Share of the edges, or of their weight, that lie in no cycle.

    Those are the edges from one strongly connected component to another. Luo and Magee 2011,
    doi:10.1002/cplx.20368.

    Parameters
    ----------
    g : Graph
        Self-loops, where kept, are cycles.
    weighted : bool

    Returns
    -------
    float
        1 for a graph without cycles; NaN for one without edges.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.measures.flow_hierarchy(ca.Graph.from_edges([1, 2, 2, 3], [2, 1, 3, 4]))
    0.5
    """
    require_graph(g)
    if g.n_edges == 0:
        return float("nan")
    values = strengths(g, weighted=weighted)
    part = component_labels(g, "strong").to_numpy()
    between = part[g.out_sources] != part[g.out_indices]
    return float(values[between].sum() / values.sum())


def feedforwardness(
    g: Graph,
    order: Order | pd.Series[Any] | ArrayLike = "best",
    *,
    weighted: bool = False,
) -> float:
    """Share of the edges, or of their weight, that lead forward in an order of the neurons.

    An edge leads forward if its sender stands strictly before its receiver. Which order has the
    largest share is not known for graphs of any size (it is the minimum feedback arc set), so the
    value is a lower bound of the best, and belongs to the order it was computed with.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    order : {"best", "trophic", "signal_flow"}, (N,) Series by node id, or (N,) array
        ``"best"`` is `feedforward_order`; ``"trophic"`` rises with `trophic_levels`,
        ``"signal_flow"`` falls with `signal_flow`; numbers of your own rise from first to last.
        Neurons of equal place have no edge forward between them.
    weighted : bool

    Returns
    -------
    float
        In [0, 1]; with ``"best"`` at least 1/2, and 1 for a graph without cycles. NaN for a graph
        without edges.

    Raises
    ------
    ValueError
        Where the order is no such name, or is not one finite number for each neuron.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 3], [2, 3, 4, 1])
    >>> ca.measures.feedforwardness(g)
    0.75
    >>> ca.measures.feedforwardness(g, [4, 3, 2, 1])
    0.25
    """
    require_graph(g)
    simple = g.without_self_loops()
    values = strengths(simple, weighted=weighted)
    place, same = _places(simple, order, weighted=weighted)
    if simple.n_edges == 0:
        return float("nan")
    forward = place[simple.out_indices] - place[simple.out_sources] > same
    return float(values[forward].sum() / values.sum())


def feedforward_order(g: Graph, *, weighted: bool = False) -> pd.Series[int]:
    """Order of the neurons in which few edges lead backward, the best that a search finds.

    The search begins with two orders: by trophic level, and the greedy one of Eades, Lin and Smyth
    1993, doi:10.1016/0020-0190(93)90079-O, in which at most half of the edges lead backward and
    none where the graph has no cycle. In each, single neurons move to where most of their
    connections lead forward, until none gains; the better of the two is returned.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    weighted : bool

    Returns
    -------
    (N,) Series of int64, index ``node_id``
        Place of each neuron, 0 first. Among equals the order of nodes decides, so that the same
        neurons in another order may give another result, about as good.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([3, 1], [1, 2])
    >>> ca.measures.feedforward_order(g).sort_values().index.tolist()
    [3, 1, 2]
    """
    require_graph(g)
    simple = g.without_self_loops()
    values = strengths(simple, weighted=weighted)
    outward = (simple.out_indptr, simple.out_indices, values)
    inward = (simple.in_indptr, simple.in_indices, values[simple.in_edges])
    by_level = np.empty(simple.n_nodes, dtype=np.int64)
    levels = trophic_levels(simple, weighted=weighted).to_numpy()
    by_level[np.argsort(np.round(levels, 6), kind="stable")] = np.arange(simple.n_nodes)
    best, most = by_level, -1.0
    for begin in (_greedy_order(*outward[:2], *inward[:2]), by_level):
        place = _moved(begin, *outward, *inward)
        forward = place[simple.out_indices] > place[simple.out_sources]
        if values[forward].sum() > most:
            best, most = place, float(values[forward].sum())
    return per_neuron(g, best, "place")


def _moved(place: NDArray[np.int64], *lists: NDArray[Any]) -> NDArray[np.int64]:
    """Move single nodes until none gains; every sweep begins with whole numbers again."""
    for _ in range(_SWEEPS):
        keys, gained = _move_each(place.astype(np.float64), *lists)
        if not gained > 0:
            break
        place = np.empty_like(place)
        place[np.argsort(keys, kind="stable")] = np.arange(len(place))
    return place


def _places(g: Graph, order: Any, *, weighted: bool) -> tuple[NDArray[Any], float]:
    """(N,) numbers that rise along the order, and up to what difference they are equal."""
    if isinstance(order, str):
        if order == "best":
            return feedforward_order(g, weighted=weighted).to_numpy(dtype=np.float64), 0.0
        if order == "trophic":
            return trophic_levels(g, weighted=weighted).to_numpy(), _SAME_LEVEL
        if order == "signal_flow":
            return -signal_flow(g, weighted=weighted).to_numpy(), _SAME_LEVEL
        msg = (
            "order must be 'best', 'trophic', 'signal_flow' or one number for each neuron, "
            f"got {order!r}."
        )
        raise ValueError(msg)
    place = labels_of(g, order, argument="order").to_numpy(dtype=np.float64)
    if not np.isfinite(place).all():
        msg = f"order must be finite, got {int((~np.isfinite(place)).sum()):,} values that are not."
        raise ValueError(msg)
    return place, 0.0


@compiled
def _greedy_order(out_indptr, out_indices, in_indptr, in_indices):  # type: ignore[no-untyped-def]
    """(N,) place of each node. CSR both ways of a graph without self-loops; not checked here.

    Nodes left stand in doubly linked lists, one for each difference of degrees, with one more list
    below all for those that send to none and one above all for those that receive from none.
    """
    n = out_indptr.shape[0] - 1
    out = np.empty(n, np.int64)
    into = np.empty(n, np.int64)
    most = np.int64(0)
    for v in range(n):
        out[v] = out_indptr[v + 1] - out_indptr[v]
        into[v] = in_indptr[v + 1] - in_indptr[v]
        most = max(most, out[v], into[v])
    sources = 2 * most + 2
    head = np.full(sources + 1, -1, np.int64)
    after = np.full(n, -1, np.int64)
    before = np.full(n, -1, np.int64)
    held = np.empty(n, np.int64)
    for v in range(n - 1, -1, -1):
        k = 0 if out[v] == 0 else (sources if into[v] == 0 else out[v] - into[v] + most + 1)
        held[v] = k
        after[v] = head[k]
        if head[k] >= 0:
            before[head[k]] = v
        head[k] = v
    place = np.full(n, -1, np.int64)
    first, last = 0, n - 1
    top = sources - 1
    for _ in range(n):
        if head[0] >= 0:
            v = head[0]
            place[v] = last
            last -= 1
        else:
            if head[sources] >= 0:
                v = head[sources]
            else:
                while head[top] < 0:
                    top -= 1
                v = head[top]
            place[v] = first
            first += 1
        head[held[v]] = after[v]
        if after[v] >= 0:
            before[after[v]] = -1
        for way in range(2):
            if way == 0:
                begin, stop = out_indptr[v], out_indptr[v + 1]
            else:
                begin, stop = in_indptr[v], in_indptr[v + 1]
            for e in range(begin, stop):
                if way == 0:
                    u = np.int64(out_indices[e])
                else:
                    u = np.int64(in_indices[e])
                if place[u] >= 0:
                    continue
                if way == 0:
                    into[u] -= 1
                else:
                    out[u] -= 1
                if before[u] >= 0:
                    after[before[u]] = after[u]
                else:
                    head[held[u]] = after[u]
                if after[u] >= 0:
                    before[after[u]] = before[u]
                if out[u] == 0:
                    k = np.int64(0)
                elif into[u] == 0:
                    k = sources
                else:
                    k = out[u] - into[u] + most + 1
                    top = max(top, k)
                held[u] = k
                after[u] = head[k]
                before[u] = -1
                if head[k] >= 0:
                    before[head[k]] = u
                head[k] = u
    return place


@compiled
def _move_each(  # type: ignore[no-untyped-def]
    keys, out_indptr, out_indices, out_values, in_indptr, in_indices, in_values
):
    """Move every node once, to just before one of its neighbours or after all, where that gains.

    keys : (N,) float64, all different, changed in place; order is ascending. CSR both ways with
    positive values, no self-loops. Not checked here.

    Going up past a node that it sends to loses a node that connection; past one that it receives
    from gains it. Only the order relative to neighbours counts, so a new key is the middle between
    two neighbours. A node stays where two keys are too close to have a middle.
    """
    n = keys.shape[0]
    gained = 0.0
    for v in range(n):
        n_out = out_indptr[v + 1] - out_indptr[v]
        degree = n_out + in_indptr[v + 1] - in_indptr[v]
        if degree == 0:
            continue
        near = np.empty(degree, np.float64)
        change = np.empty(degree, np.float64)
        now = 0.0
        scale = 0.0
        for k in range(degree):
            if k < n_out:
                e = out_indptr[v] + k
                near[k] = keys[out_indices[e]]
                change[k] = -out_values[e]
            else:
                e = in_indptr[v] + k - n_out
                near[k] = keys[in_indices[e]]
                change[k] = in_values[e]
            scale += abs(change[k])
            if near[k] < keys[v]:
                now += change[k]
        order = np.argsort(near)
        # Height 0 is below all neighbours; past the k-th it is the sum of the first k changes.
        best, level, where = 0.0, 0.0, 0
        for k in range(degree):
            level += change[order[k]]
            if k + 1 < degree and near[order[k + 1]] == near[order[k]]:
                continue
            if level > best:
                best, where = level, k + 1
        if best - now <= 1e-9 * scale:
            continue
        if where == 0:
            new = near[order[0]] - 0.5
        elif where == degree:
            new = near[order[degree - 1]] + 0.5
        else:
            low, high = near[order[where - 1]], near[order[where]]
            new = 0.5 * (low + high)
            if not low < new < high:
                continue
        keys[v] = new
        gained += best - now
    return keys, gained
