"""Synapse matching: which synapses found are which true ones, one to one, and whom they join.

Pairs within reach are matched so that as many as possible are, and of all such matchings the one
of least total distance (Hungarian method), within each cluster of synapses that could be
confused. A synapse is a row: a polyadic one has a row for each partner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


class SynapseScores(NamedTuple):
    """Detection over rows, and partners over the rows matched.

    precision, recall, f : of detection; matched rows over rows found, over true rows
    pre_accuracy, post_accuracy, partner_accuracy : of matched rows, the share whose presynaptic,
        postsynaptic, both partners are right
    f_with_partners : F where only rows with both partners right count as found
    mean_distance_nm : between matched rows
    n_truth, n_found, n_matched : rows
    """

    precision: float
    recall: float
    f: float
    pre_accuracy: float
    post_accuracy: float
    partner_accuracy: float
    f_with_partners: float
    mean_distance_nm: float
    n_truth: int
    n_found: int
    n_matched: int


def match_synapses(
    truth: pd.DataFrame, found: pd.DataFrame, *, reach_nm: float = 200.0
) -> pd.DataFrame:
    """Match found synapses to true ones by where they are.

    Parameters
    ----------
    truth, found : DataFrame
        One row per synapse and partner. If both have ``pre_x_nm`` ... and ``post_x_nm`` ..., these
        are compared and both ends must be in reach; else ``x_nm``, ``y_nm``, ``z_nm``.
    reach_nm : float
        The furthest that the positions of one synapse may be apart.

    Returns
    -------
    DataFrame
        ``truth_row``, ``found_row`` (positions, not index values), ``distance_nm`` (mean over the
        two ends), sorted by ``truth_row``.

    Examples
    --------
    >>> import pandas as pd
    >>> truth = pd.DataFrame({"x_nm": [0.0, 100.0], "y_nm": 0.0, "z_nm": 0.0})
    >>> found = pd.DataFrame({"x_nm": [60.0, 190.0], "y_nm": 0.0, "z_nm": 0.0})
    >>> match_synapses(truth, found, reach_nm=100)["distance_nm"].tolist()
    [60.0, 90.0]
    """
    import pandas as pd
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if not reach_nm > 0:
        msg = f"reach_nm must be above 0, got {reach_nm!r}."
        raise ValueError(msg)
    ends = _ends(truth, found)
    n, m = len(truth), len(found)
    places = [(_places(truth, end), _places(found, end)) for end in ends]
    near = (
        cKDTree(places[0][0]).sparse_distance_matrix(
            cKDTree(places[0][1]), reach_nm, output_type="coo_matrix"
        )
        if n and m
        else coo_array((n, m))
    )
    row, column = np.asarray(near.row, np.int64), np.asarray(near.col, np.int64)
    apart = [np.linalg.norm(t[row] - f[column], axis=1) for t, f in places]
    within = np.max(apart, axis=0, initial=0.0) <= reach_nm
    row, column = row[within], column[within]
    distance = np.mean(apart, axis=0)[within]
    # Rows of the truth come first, then those found.
    graph = coo_array((np.ones(len(row)), (row, n + column)), shape=(n + m, n + m))
    cluster = connected_components(graph, directed=False)[1]
    matched: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
    order = np.argsort(cluster[row], kind="stable")
    cuts = np.flatnonzero(np.diff(cluster[row][order])) + 1
    for members in np.split(order, cuts) if len(order) else []:
        rows, r = np.unique(row[members], return_inverse=True)
        columns, c = np.unique(column[members], return_inverse=True)
        # One pair more outweighs any saving of distance.
        bonus = 2.0 * reach_nm * (min(len(rows), len(columns)) + 1)
        cost = np.zeros((len(rows), len(columns)))
        cost[r, c] = distance[members] - bonus
        a, b = linear_sum_assignment(cost)
        real = cost[a, b] < 0
        a, b = a[real], b[real]
        matched.append((rows[a], columns[b], cost[a, b] + bonus))
    table = pd.DataFrame(
        {
            "truth_row": np.concatenate([t for t, _, _ in matched] or [np.zeros(0, np.int64)]),
            "found_row": np.concatenate([f for _, f, _ in matched] or [np.zeros(0, np.int64)]),
            "distance_nm": np.concatenate([d for _, _, d in matched] or [np.zeros(0)]),
        }
    )
    return table.sort_values("truth_row", kind="stable").reset_index(drop=True)


def synapse_scores(
    truth: pd.DataFrame,
    found: pd.DataFrame,
    *,
    reach_nm: float = 200.0,
    truth_of_segment: Mapping[int, int] | pd.Series[int] | None = None,
) -> SynapseScores:
    """Precision, recall and F of synapses, and how often their partners are right.

    Parameters
    ----------
    truth, found : DataFrame
        As in `match_synapses`, with ``pre_id`` and ``post_id``.
    reach_nm : float
        The furthest that the positions of one synapse may be apart.
    truth_of_segment : mapping, optional
        True id of each predicted segment, see `matched_segments`; ids that it lacks match none.
        By default ids of both tables are the same neurons'.

    Returns
    -------
    SynapseScores
        Accuracies are NaN where nothing matches; precision and recall where there is no row to
        divide by.

    Notes
    -----
    Matching one to one within a reach, as in Buhmann et al. 2021,
    doi:10.1038/s41592-021-01183-7. Partners do not decide the matching: ``f`` is of detection
    alone, ``f_with_partners`` of both.
    """
    pairs = match_synapses(truth, found, reach_nm=reach_nm)
    t, f = pairs["truth_row"].to_numpy(), pairs["found_row"].to_numpy()
    right = {}
    for side in ("pre_id", "post_id"):
        for name, table in (("truth", truth), ("found", found)):
            if side not in table:
                msg = f"{name} must have the columns pre_id and post_id; {side} is missing."
                raise ValueError(msg)
        ids = found[side].to_numpy(np.int64)[f]
        if truth_of_segment is not None:
            ids = np.array([truth_of_segment.get(int(i), -1) for i in ids], np.int64)
        right[side] = ids == truth[side].to_numpy(np.int64)[t]
    both = right["pre_id"] & right["post_id"]
    return SynapseScores(
        precision=_ratio(len(t), len(found)),
        recall=_ratio(len(t), len(truth)),
        f=_ratio(2 * len(t), len(found) + len(truth)),
        pre_accuracy=_ratio(right["pre_id"].sum(), len(t)),
        post_accuracy=_ratio(right["post_id"].sum(), len(t)),
        partner_accuracy=_ratio(both.sum(), len(t)),
        f_with_partners=_ratio(2 * both.sum(), len(found) + len(truth)),
        mean_distance_nm=float(pairs["distance_nm"].mean()) if len(t) else float("nan"),
        n_truth=len(truth),
        n_found=len(found),
        n_matched=len(t),
    )


def _ratio(part: float, whole: float) -> float:
    """Part over whole, NaN where there is none."""
    return float(part) / float(whole) if whole else float("nan")


def _columns(end: str) -> list[str]:
    return [f"{end}{axis}_nm" for axis in "zyx"]


def _ends(truth: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    """Prefixes of the positions to compare."""
    both = [
        end
        for end in ("pre_", "post_", "")
        if all(name in table for name in _columns(end) for table in (truth, found))
    ]
    if "pre_" in both and "post_" in both:
        return ["pre_", "post_"]
    if "" in both:
        return [""]
    msg = (
        "truth and found must both have x_nm, y_nm, z_nm, or both pre_x_nm ... and post_x_nm ...; "
        f"got {', '.join(map(str, truth.columns))} and {', '.join(map(str, found.columns))}."
    )
    raise ValueError(msg)


def _places(table: pd.DataFrame, end: str) -> NDArray[np.float64]:
    """(N, 3) positions, finite."""
    places = table[_columns(end)].to_numpy(np.float64)
    if not np.isfinite(places).all():
        msg = f"positions {end}x_nm, {end}y_nm, {end}z_nm must be finite; drop rows without one."
        raise ValueError(msg)
    return places
