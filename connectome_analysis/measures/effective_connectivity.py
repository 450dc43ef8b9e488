"""Effective connectivity: how much of a neuron's input another supplies over several connections.

With P[i, j] the share of j's input that comes from i, (P^k)[i, j] is the share that reaches j from
i over exactly k connections, along all routes together. Routes may pass a neuron twice: they are
walks, not paths. What is asked for is made a block of columns at a time; no N x N matrix is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import require_graph
from ..threads import map_threads
from .fractions import input_fraction
from .per_neuron import strengths
from .shortest_paths import ends_of_paths, require_count

if TYPE_CHECKING:
    import pandas as pd
    import scipy.sparse

    from ..graph import Graph

Normalize = Literal["input_fraction", "none"]

# Numbers in one block: 32 MB, four of which are held by each thread.
_NUMBERS_AT_ONCE = 4_000_000
_MOST_COLUMNS = 256


def effective_connectivity(
    g: Graph,
    hops: int | Iterable[int],
    *,
    sources: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    normalize: Normalize = "input_fraction",
    signs: ArrayLike | pd.Series[int] | None = None,
    threshold: float = 0.0,
    prune: float = 0.0,
    max_rows: int = 10_000_000,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Influence of neurons on neurons over walks of k connections.

    Parameters
    ----------
    g : Graph
        Weights must be positive. Self-loops, where the graph keeps them, are connections too.
    hops : int or several
        Lengths k of the walks, each at least 1; for instance ``range(1, 4)``.
    sources, targets : arrays of int, optional
        Ids of the neurons where walks begin and end; all by default. Walks pass any neuron. The
        work is that of the smaller of the two.
    normalize : {"input_fraction", "none"}
        A connection counts as its share of the receiver's whole input, or as its weight.
    signs : (N,) array in the order of ``g.node_ids``, or Series by node id, optional
        1, -1 or 0 for neurons that excite, inhibit, or do neither; the influence of a walk has the
        product of the signs of the neurons it leaves. Walks out of neurons with 0 do not count,
        though their weight stays part of the whole input.
    threshold : float
        Pairs with less influence are left out of the table. What is in it stays exact.
    prune : float
        Influence below it is dropped after every connection, which makes walks over whole brains
        quick and every number a lower bound (of both parts, with `signs`). 0 is exact.
    max_rows : int
        More rows than this are an error rather than a full memory.
    n_jobs : int, optional
        Threads; each holds 130 MB or less unless N is above four million.

    Returns
    -------
    DataFrame, one row per number of hops and pair with influence, in the order of the graph
        ``hops``, ``pre_id``, ``post_id``, ``influence``; with `signs` also ``excitatory`` and
        ``inhibitory``, the influence of walks of either sign, both positive, whose difference
        ``influence`` is. `threshold` is held against their sum. ``attrs`` holds what was asked.

    Notes
    -----
    With ``normalize="input_fraction"`` and no `prune`, the influences on one target over k hops
    sum to 1 over all sources, if every neuron upstream of it has input; to less otherwise.

    Examples
    --------
    Neuron 4 has three quarters of its input from 2 and one quarter from 3, which hear 1 alone:

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2, 3], [2, 3, 4, 4], weight=[5, 5, 3, 1])
    >>> ca.measures.effective_connectivity(g, 2, sources=[1])["influence"].tolist()
    [1.0]
    >>> signed = ca.measures.effective_connectivity(g, 2, sources=[1], signs=[1, 1, -1, 1])
    >>> signed[["excitatory", "inhibitory", "influence"]].to_numpy().tolist()
    [[0.75, 0.25, 0.5]]
    """
    import pandas as pd

    require_graph(g)
    wanted = _lengths(hops)
    for name, value in (("threshold", threshold), ("prune", prune)):
        if not value >= 0 or not np.isfinite(value):
            msg = f"{name} must be a number of at least 0, got {value!r}."
            raise ValueError(msg)
    require_count("max_rows", max_rows)
    begin, end = ends_of_paths(
        g,
        g.node_ids if sources is None else sources,
        g.node_ids if targets is None else targets,
    )
    steps = _steps(g, normalize, signs)
    backwards = len(end) < len(begin)
    starts, ends = (end, begin) if backwards else (begin, end)
    # Dense blocks have a column for each start and are multiplied from the left, sparse ones have
    # a row, so that a product touches no more than the neurons reached.
    turned = backwards if prune == 0 else not backwards
    products = [step if turned else step.T.tocsr() for step in steps]
    width = int(np.clip(_NUMBERS_AT_ONCE // max(g.n_nodes, 1), 1, _MOST_COLUMNS))
    if prune > 0:
        width = _MOST_COLUMNS

    def block(first: int) -> list[_Found]:
        some = starts[first : first + width]
        walk = _pruned_walk if prune > 0 else _exact_walk
        found = []
        for k, (all_walks, net) in enumerate(walk(products, some, wanted[-1], prune), start=1):
            if k in wanted:
                found.append(_above(k, all_walks, net, some, ends, threshold))
        return found

    parts: list[_Found] = []
    n_rows = 0
    for found in map_threads(block, range(0, len(starts), width), n_jobs):
        n_rows += sum(len(part.influence) for part in found)
        if n_rows > max_rows:
            msg = (
                f"This table has more than max_rows={max_rows:,} rows; raise threshold (and prune), "
                "or take fewer sources and targets."
            )
            raise ValueError(msg)
        parts += found
    every = _Found(
        np.concatenate([np.empty(0, np.int64), *(part.hops for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.start for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.end for part in parts)]),
        np.concatenate([np.empty(0), *(part.influence for part in parts)]),
        np.concatenate([np.empty(0), *(part.net for part in parts)]),
    )
    pre, post = (every.end, every.start) if backwards else (every.start, every.end)
    order = np.lexsort((post, pre, every.hops))
    columns: dict[str, Any] = {
        "hops": every.hops[order],
        "pre_id": g.node_ids[pre[order]],
        "post_id": g.node_ids[post[order]],
        "influence": every.net[order],
    }
    if signs is not None:
        columns["excitatory"] = (every.influence[order] + every.net[order]) / 2
        columns["inhibitory"] = (every.influence[order] - every.net[order]) / 2
    table = pd.DataFrame(columns)
    table.attrs.update(
        graph=g.name,
        normalize=normalize,
        signed=signs is not None,
        threshold=float(threshold),
        prune=float(prune),
    )
    return table


class _Found(NamedTuple):
    """Pairs with influence: hops, dense indices, influence regardless of sign, net influence."""

    hops: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    influence: NDArray[np.float64]
    net: NDArray[np.float64]


def _lengths(hops: int | Iterable[int]) -> list[int]:
    several = list(hops) if isinstance(hops, Iterable) else [hops]
    if not several:
        msg = "hops must name at least one number of connections, got none."
        raise ValueError(msg)
    for value in several:
        require_count("hops", value)
    return sorted({int(value) for value in several})


def _steps(
    g: Graph, normalize: str, signs: ArrayLike | pd.Series[int] | None
) -> list[scipy.sparse.csr_array]:
    """Matrices of one step: regardless of sign and, where there are signs, with them."""
    import scipy.sparse as sp

    if normalize == "input_fraction":
        share = input_fraction(g)
    elif normalize == "none":
        share = strengths(g, weighted=True)
    else:
        msg = f"normalize must be 'input_fraction' or 'none', got {normalize!r}."
        raise ValueError(msg)
    factors = [np.ones(g.n_nodes)]
    if signs is not None:
        sign = _signs(g, signs)
        factors = [np.abs(sign), sign]
    return [
        sp.csr_array(
            (share * factor[g.out_sources], g.out_indices, g.out_indptr),
            shape=(g.n_nodes, g.n_nodes),
        )
        for factor in factors
    ]


def _signs(g: Graph, signs: ArrayLike | pd.Series[int]) -> NDArray[np.float64]:
    import pandas as pd

    if isinstance(signs, pd.Series):
        missing = ~np.isin(g.node_ids, signs.index.to_numpy())
        if missing.any() or not signs.index.is_unique:
            what = f"node {g.node_ids[missing][0]} has none" if missing.any() else "some have two"
            msg = f"signs must have one entry for each neuron, but {what}."
            raise ValueError(msg)
        signs = signs.loc[g.node_ids].to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.asarray(signs, dtype=np.float64)
    if values.shape != (g.n_nodes,):
        msg = f"signs must have {g.n_nodes} entries, one for each neuron, got {values.shape}."
        raise ValueError(msg)
    strange = values[~np.isin(values, (-1, 0, 1))]
    if len(strange):
        msg = f"signs must be 1, -1 or 0, got {strange[0]}; 0 stands for an unknown sign."
        raise ValueError(msg)
    return values


def _exact_walk(
    steps: list[scipy.sparse.csr_array], starts: NDArray[np.int32], hops: int, prune: float
) -> Iterator[tuple[Any, Any]]:
    """After each step, the block of influences (N, B) regardless of sign, and net."""
    del prune
    block = np.zeros((steps[0].shape[0], len(starts)))
    block[starts, np.arange(len(starts))] = 1.0
    blocks = [block] * len(steps)
    for _ in range(hops):
        blocks = [step @ one for step, one in zip(steps, blocks, strict=True)]
        yield blocks[0], blocks[-1]


def _pruned_walk(
    steps: list[scipy.sparse.csr_array], starts: NDArray[np.int32], hops: int, prune: float
) -> Iterator[tuple[Any, Any]]:
    """The same, sparse, without influences below `prune` after each step."""
    import scipy.sparse as sp

    n, b = steps[0].shape[0], len(starts)
    block = sp.csr_array((np.ones(b), (np.arange(b), starts)), shape=(b, n))
    blocks = [block] * len(steps)
    for _ in range(hops):
        blocks = [one @ step for one, step in zip(blocks, steps, strict=True)]
        kept = blocks[0].copy()
        kept.data = (kept.data >= prune).astype(np.float64)
        kept.eliminate_zeros()
        blocks = [sp.csr_array(one.multiply(kept)) for one in blocks]
        yield blocks[0].T.tocsr(), blocks[-1].T.tocsr()


def _above(
    k: int,
    all_walks: Any,
    net: Any,
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    threshold: float,
) -> _Found:
    """Influences on the ends of at least the threshold, and above 0."""
    chosen, chosen_net = all_walks[ends], net[ends]
    if isinstance(chosen, np.ndarray):
        row, column = np.nonzero((chosen >= threshold) & (chosen > 0))
        influence, both = chosen[row, column], chosen_net[row, column]
    else:
        coo = chosen.tocoo()
        keep = (coo.data >= threshold) & (coo.data > 0)
        row, column, influence = coo.row[keep], coo.col[keep], coo.data[keep]
        both = np.asarray(chosen_net.tocsr()[row, column]).ravel() if len(row) else np.empty(0)
    return _Found(
        np.full(len(row), k, dtype=np.int64),
        starts[column].astype(np.int64),
        ends[row].astype(np.int64),
        influence,
        both,
    )
