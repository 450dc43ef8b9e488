"""Spatial: how far apart joined neurons lie, what wire that takes, and how fast wiring falls off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import require_graph
from .pairs_by_distance import pairs_within, sum_of_distances
from .per_neuron import exact_weights, require_positive, strengths

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Floats = NDArray[np.float64]
Missing = Literal["error", "leave_out"]

AXES = ("x_nm", "y_nm", "z_nm")
_BINS = 20


def edge_lengths_um(
    g: Graph, *, positions_nm: pd.DataFrame | ArrayLike | None = None
) -> NDArray[np.float64]:
    """Straight distance between the two neurons of each edge, in µm.

    Parameters
    ----------
    g : Graph
    positions_nm : (N, 3) array in the order of the nodes, or DataFrame by node id, optional
        x, y, z in nm; a DataFrame has the columns ``x_nm``, ``y_nm``, ``z_nm``. The columns of
        the graph's node table where left out.

    Returns
    -------
    (E,) float64
        In the order of `Graph.out_indices`; NaN where a neuron has no position, 0 for self-loops.

    Raises
    ------
    ValueError
        Where there are no positions, or they have another shape or are infinite.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2], [2, 3])
    >>> ca.measures.edge_lengths_um(g, positions_nm=[[0, 0, 0], [3e3, 4e3, 0], [3e3, 4e3, 1e3]])
    array([5., 1.])
    """
    require_graph(g)
    positions = _positions(g, positions_nm)
    lengths: Floats = np.sqrt(_squares(g, positions)) / 1000
    return lengths


def wiring_cost(
    g: Graph,
    *,
    weighted: bool = False,
    positions_nm: pd.DataFrame | ArrayLike | None = None,
    missing: Missing = "error",
) -> float:
    """Sum of the straight lengths of all edges, in µm; with weights, of length times weight.

    Ahn, Jeong and Kim 2006, doi:10.1016/j.physa.2005.12.013. A lower bound of the wire a
    brain needs if each connection had a wire of its own; real cable bends, and is shared.

    Parameters
    ----------
    g : Graph
    weighted : bool
    positions_nm
        As for `edge_lengths_um`.
    missing : {"error", "leave_out"}
        What to do where neurons have no position: raise, or leave them and their edges out.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2], [2, 3], weight=[1, 10])
    >>> where = [[0, 0, 0], [3e3, 4e3, 0], [3e3, 4e3, 1e3]]
    >>> ca.measures.wiring_cost(g, positions_nm=where)
    6.0
    >>> ca.measures.wiring_cost(g, weighted=True, positions_nm=where)
    15.0
    """
    require_graph(g)
    placed, positions = _placed(g, positions_nm, missing)
    lengths = np.sqrt(_squares(placed, positions)) / 1000
    return float(strengths(placed, weighted=weighted) @ lengths)


def wiring(
    g: Graph,
    *,
    weighted: bool = False,
    positions_nm: pd.DataFrame | ArrayLike | None = None,
    missing: Missing = "error",
    n_jobs: int | None = None,
) -> pd.Series[float]:
    """Length of the connections beside the distance of all pairs of neurons.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    weighted : bool
        Let each edge count by its weight.
    positions_nm, missing
        As for `wiring_cost`.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    Series of float64
        ``n_neurons`` with a position, ``n_edges`` between them, ``cost_um`` (see `wiring_cost`),
        ``mean_edge_um``, ``mean_pair_um`` (over all pairs of neurons, exact: 139,000 neurons
        take twenty seconds of one processor) and ``edge_over_pair``, their ratio, below 1 where
        near neurons are joined more. NaN where there is nothing to take the mean of.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2], [2, 3])
    >>> where = [[0, 0, 0], [1e3, 0, 0], [2e3, 0, 0]]
    >>> ca.measures.wiring(g, positions_nm=where).round(2).to_dict() == {
    ...     "n_neurons": 3, "n_edges": 2, "cost_um": 2,
    ...     "mean_edge_um": 1, "mean_pair_um": 1.33, "edge_over_pair": 0.75,
    ... }
    True
    """
    import pandas as pd

    require_graph(g)
    placed, positions = _placed(g.without_self_loops(), positions_nm, missing)
    values = strengths(placed, weighted=weighted)
    cost = float(values @ np.sqrt(_squares(placed, positions))) / 1000
    pairs = placed.n_nodes * (placed.n_nodes - 1) // 2
    edge = cost / values.sum() if placed.n_edges else float("nan")
    pair = sum_of_distances(positions, n_jobs) / pairs / 1000 if pairs else float("nan")
    return pd.Series(
        {
            "n_neurons": float(placed.n_nodes),
            "n_edges": float(placed.n_edges),
            "cost_um": cost,
            "mean_edge_um": edge,
            "mean_pair_um": pair,
            "edge_over_pair": edge / pair if pair > 0 else float("nan"),
        },
        name=g.name or None,
    )


def distance_curve(
    g: Graph,
    bins_um: ArrayLike | None = None,
    *,
    positions_nm: pd.DataFrame | ArrayLike | None = None,
    missing: Missing = "error",
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Probability that one neuron sends to another, by their distance.

    Every pair is counted, exactly; none is listed. 139,000 neurons, 10 billion pairs, take about
    15 seconds of one processor.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    bins_um : (K + 1,) array of float, optional
        Limits of the bins in µm, ascending, from 0 up. A bin holds the distances above its lower
        and up to its upper limit, the first one its lower limit too. About 20 bins of equal width
        from 0 to the largest distance where left out.
    positions_nm, missing
        As for `wiring_cost`.
    n_jobs : int, optional
        Threads; by default all processors this process may use. The result does not depend on it.

    Returns
    -------
    DataFrame, one row per bin, index ``bin``
        ``low_um``, ``high_um``; ``n_pairs`` (ordered pairs of neurons, each counts both ways),
        ``n_edges``, ``weight`` (sum over these edges), ``probability`` = n_edges / n_pairs with
        the 95 % interval of Wilson 1927, doi:10.1080/01621459.1927.10502953, ``probability_low``
        and ``probability_high``, as if pairs were independent. NaN where a bin has no pairs.
        ``attrs`` holds the graph's name and ``n_neurons``.

    Raises
    ------
    ValueError
        Where there are no positions, or the bins are not ascending numbers from 0 up.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2], [2, 3])
    >>> where = [[0, 0, 0], [1e3, 0, 0], [2e3, 0, 0]]
    >>> curve = ca.measures.distance_curve(g, [0, 1, 2], positions_nm=where)
    >>> curve[["n_pairs", "n_edges", "probability"]].to_dict("list")
    {'n_pairs': [4, 2], 'n_edges': [2, 0], 'probability': [0.5, 0.0]}
    """
    import pandas as pd

    require_graph(g)
    placed, positions = _placed(g.without_self_loops(), positions_nm, missing)
    require_positive(placed)
    limits = _limits(positions) if bins_um is None else _checked_bins(bins_um)
    squared = (1000 * limits) ** 2
    # Just below its square, so that the first bin holds its lower limit, and 0 above all.
    squared[0] = np.nextafter(squared[0], -1)
    n_pairs = 2 * np.diff(pairs_within(positions, squared, n_jobs))
    if bins_um is None:
        n_bins = int(np.flatnonzero(n_pairs).max(initial=0)) + 1
        limits, squared, n_pairs = limits[: n_bins + 1], squared[: n_bins + 1], n_pairs[:n_bins]
    place = np.searchsorted(squared, _squares(placed, positions)) - 1
    inside = (place >= 0) & (place < len(n_pairs))
    n_edges = np.bincount(place[inside], minlength=len(n_pairs))
    weights = exact_weights(placed)
    weight = np.zeros(len(n_pairs), dtype=weights.dtype)
    np.add.at(weight, place[inside], weights[inside])
    share, low, high = _wilson(n_edges, n_pairs)
    table = pd.DataFrame(
        {
            "low_um": limits[:-1],
            "high_um": limits[1:],
            "n_pairs": n_pairs,
            "n_edges": n_edges,
            "weight": weight,
            "probability": share,
            "probability_low": low,
            "probability_high": high,
        },
        index=pd.RangeIndex(len(n_pairs), name="bin"),
    )
    table.attrs |= {"graph": g.name, "n_neurons": placed.n_nodes}
    return table


def _positions(g: Graph, given: Any) -> Floats:
    """(N, 3) float64 in nm, NaN in all three where one is missing."""
    import pandas as pd

    if given is None:
        nodes = g.nodes
        lacking = [axis for axis in AXES if axis not in nodes.columns]
        if lacking:
            msg = (
                f"The node table has no {', '.join(lacking)}; give positions_nm, an (N, 3) array in "
                "nm or a DataFrame with x_nm, y_nm, z_nm by node id."
            )
            raise ValueError(msg)
        given = nodes[list(AXES)]
    elif isinstance(given, pd.DataFrame):
        lacking = [axis for axis in AXES if axis not in given.columns]
        if lacking:
            have = ", ".join(map(str, given.columns))
            msg = f"positions_nm has no column {', '.join(lacking)}; it has: {have}."
            raise ValueError(msg)
        if not given.index.is_unique:
            msg = "positions_nm must have each node id once in its index."
            raise ValueError(msg)
        if g.n_nodes and not given.index.isin(g.node_ids).any():
            msg = "positions_nm has none of the graph's neurons; its index must be node ids."
            raise ValueError(msg)
        given = given.reindex(g.node_ids)[list(AXES)]
    if isinstance(given, pd.DataFrame):
        given = given.to_numpy(dtype=np.float64, na_value=np.nan)
    positions = np.array(given, dtype=np.float64)
    if positions.size == 0:
        positions = positions.reshape(0, 3)
    if positions.shape != (g.n_nodes, 3):
        msg = f"positions_nm must have shape ({g.n_nodes}, 3), got {positions.shape}."
        raise ValueError(msg)
    if np.isinf(positions).any():
        msg = "positions_nm must not be infinite; give an unknown position as NaN."
        raise ValueError(msg)
    positions[np.isnan(positions).any(axis=1)] = np.nan
    return positions


def _placed(g: Graph, given: Any, missing: str) -> tuple[Graph, Floats]:
    """The graph of neurons with a position, and their positions."""
    if missing not in ("error", "leave_out"):
        msg = f"missing must be 'error' or 'leave_out', got {missing!r}."
        raise ValueError(msg)
    positions = _positions(g, given)
    known = ~np.isnan(positions[:, 0])
    if known.all():
        return g, positions
    if missing == "error":
        msg = (
            f"{int((~known).sum()):,} of {g.n_nodes:,} neurons have no position, for instance "
            f"{g.node_ids[~known][0]}; missing='leave_out' leaves them and their edges out."
        )
        raise ValueError(msg)
    return g.subgraph(g.node_ids[known]), positions[known]


def _squares(g: Graph, positions: Floats) -> Floats:
    """(E,) squared lengths in nm², added up as `pairs_within` does."""
    # One axis at a time: three arrays of edges in memory, not nine.
    total = np.zeros(g.n_edges)
    for axis in range(3):
        step = positions[g.out_indices, axis] - positions[g.out_sources, axis]
        total += step * step
    return total


def _limits(positions: Floats) -> Floats:
    """About 20 equal bins in µm, of a width that reads well, that hold every pair."""
    far = float(np.linalg.norm(np.ptp(positions, axis=0))) / 1000 if len(positions) else 0.0
    if far == 0:
        return np.array([0.0, 1.0])
    least = far / _BINS
    tens = 10.0 ** np.floor(np.log10(least))
    width = next(tens * step for step in (1, 2, 2.5, 5, 10) if tens * step >= least * (1 - 1e-9))
    count = int(np.ceil(far / width))
    # One more where rounding could leave the farthest pair outside.
    limits: Floats = width * np.arange(count + (2 if width * count < far * (1 + 1e-12) else 1))
    return limits


def _checked_bins(bins_um: Any) -> Floats:
    limits = np.asarray(bins_um, dtype=np.float64)
    ascending = limits.ndim == 1 and len(limits) >= 2 and bool((np.diff(limits) > 0).all())
    if not ascending or not np.isfinite(limits).all() or limits[0] < 0:
        msg = f"bins_um must be at least two ascending numbers from 0 up, got {bins_um!r}."
        raise ValueError(msg)
    return limits


def _wilson(found: NDArray[np.int64], of: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Share with its 95 % interval; NaN where `of` is 0."""
    z = 1.959963984540054
    n = np.where(of > 0, of, np.nan)
    share = found / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Exact at the ends, where rounding would leave a hair.
    low = np.where(found == 0, share, np.maximum(middle - half, 0))
    high = np.where(found == of, share, np.minimum(middle + half, 1))
    return share, low, high
