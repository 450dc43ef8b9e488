"""Colored pairs: mutual and asymmetric dyads by the colors of their two neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .dyads import FORWARD, MUTUAL, ranked_dyads
from .triads import Edge

if TYPE_CHECKING:
    import pandas as pd

PAIR_EDGES: dict[str, tuple[Edge, ...]] = {
    "null": (),
    "asymmetric": ((0, 1),),
    "mutual": ((0, 1), (1, 0)),
}


def pair_table(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    codes: NDArray[np.uint8],
    n_colors: int,
    *,
    connected: bool,
) -> pd.DataFrame:
    """Count every class of two colored neurons; the colors of the result are codes.

    An asymmetric pair sends from a to b; in the others a is the color that comes first.
    """
    import pandas as pd

    asymmetric, mutual = pair_counts(n_nodes, senders, receivers, codes, n_colors)
    counts = {"asymmetric": asymmetric, "mutual": mutual}
    if not connected:
        size = np.bincount(codes, minlength=n_colors).astype(np.int64)
        every = np.triu(np.outer(size, size), 1) + np.diag(size * (size - 1) // 2)
        joined = np.triu(asymmetric + asymmetric.T, 1) + np.diag(np.diag(asymmetric)) + mutual
        counts = {"null": every - joined} | counts
    parts = []
    for name, table in counts.items():
        full = name == "asymmetric"
        a, b = np.indices(table.shape).reshape(2, -1) if full else np.triu_indices(n_colors)
        columns = {"color_a": a.astype(np.uint8), "color_b": b.astype(np.uint8)}
        parts.append(pd.DataFrame({"motif": name, **columns, "count": table[a, b]}))
    return pd.concat(parts, ignore_index=True)


def pair_counts(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    codes: NDArray[np.uint8],
    n_colors: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(C, C) asymmetric pairs from color to color, and (C, C) mutual ones, upper triangle only."""
    ranked = ranked_dyads(n_nodes, senders, receivers)
    dyads = ranked.dyads
    by_rank = codes[ranked.order].astype(np.int64)
    holder = by_rank[np.repeat(np.arange(n_nodes), np.diff(dyads.indptr))]
    other = by_rank[(dyads.codes >> np.uint32(2)).astype(np.int64)]
    kind = dyads.codes & np.uint32(3)
    mutual = kind == MUTUAL
    forward = kind == FORWARD
    sender, receiver = np.where(forward, holder, other), np.where(forward, other, holder)
    low, high = np.minimum(holder, other), np.maximum(holder, other)

    def table(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.int64]:
        flat = np.bincount(rows * n_colors + columns, minlength=n_colors**2)
        return flat.astype(np.int64).reshape(n_colors, n_colors)

    return table(sender[~mutual], receiver[~mutual]), table(low[mutual], high[mutual])
