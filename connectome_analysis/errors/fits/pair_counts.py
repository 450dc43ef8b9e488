"""Pair counts: synapses detected and synapses verified, for every pair that was looked at.

Pairs with neither are not listed, only counted, so that brains of many neurons fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...ids import Positions
from ...whole_numbers import require_whole
from ..could_touch import ContactPairs, as_could_touch, touching
from ..rate_table import Floats, RateTable

if TYPE_CHECKING:
    from ...graph import Graph

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PairCounts:
    """Two counts for each pair.

    Attributes
    ----------
    detected, true : (P,) int64
        Synapses of the pairs listed.
    exposure : (P,) float64
        1 where the pair could touch and 0 where not, or its contact area in square micrometres.
    n_rest : float or None
        Number of other pairs that could touch, which have no synapse in either; None where nobody
        knows how many there are.
    rest, rest_squared : float
        Sum of their exposures, and of the squares.
    by_area : bool
        Whether exposures are areas.
    notes : tuple of str
    """

    detected: Counts
    true: Counts
    exposure: Floats
    n_rest: float | None
    rest: float = 0.0
    rest_squared: float = 0.0
    by_area: bool = False
    notes: tuple[str, ...] = ()

    @cached_property
    def alike(self) -> tuple[Floats, Floats, Floats, Floats]:
        """True and detected counts and exposures that differ, and how many pairs have each.

        Pairs listed that have no true synapse and could not touch are left out.
        """
        keep = (self.true > 0) | (self.exposure > 0)
        areas, of = np.unique(self.exposure[keep], return_inverse=True)
        n_seen = int(self.detected.max(initial=0)) + 1
        n_true = int(self.true.max(initial=0)) + 1
        # Rows of whole numbers as one number each, which sorts ten times as fast.
        key = (of.astype(np.int64) * n_true + self.true[keep]) * n_seen + self.detected[keep]
        keys, number = np.unique(key, return_counts=True)
        rest, seen = np.divmod(keys, n_seen)
        of_area, true = np.divmod(rest, n_true)
        return (
            true.astype(np.float64),
            seen.astype(np.float64),
            areas[of_area],
            number.astype(np.float64),
        )


def read_pair_counts(
    detected: Any, verified: Any, could_touch: Any = "all", n_pairs: int | None = None
) -> PairCounts:
    """Take counts in any form people have them.

    Parameters
    ----------
    detected, verified : two Graphs, two matrices, or two columns of counts
        Graphs are joined by node id, matrices that are DataFrames by their labels. A square matrix
        has no pair on its diagonal; a rectangular one has senders in rows and others in columns.
    could_touch : see `could_touch`
        For graphs, which pairs are looked at; for matrices and columns all that are given.
    n_pairs : int, optional
        For columns: how many pairs were looked at, with those that have no synapse.

    Raises
    ------
    ValueError
        Where the two do not fit together, or hold something else than counts.
    """
    from ...graph import Graph

    _require_no_names_of_files(detected, verified)
    if isinstance(detected, Graph) or isinstance(verified, Graph):
        if not (isinstance(detected, Graph) and isinstance(verified, Graph)):
            msg = (
                "detected and verified must be of one kind: two Graphs, two matrices or two columns "
                f"of counts; got {type(detected).__name__} and {type(verified).__name__}."
            )
            raise ValueError(msg)  # noqa: TRY004  (two kinds, not a wrong one)
        _require_no(n_pairs, "Graphs know their pairs")
        return _of_graphs(detected, verified, could_touch)
    if np.ndim(detected) == 1 and np.ndim(verified) == 1:
        return _of_columns(detected, verified, n_pairs)
    _require_no(n_pairs, "a matrix has a cell for every pair")
    return _of_matrices(detected, verified)


def _require_no_names_of_files(*given: Any) -> None:
    for name, one in zip(("detected", "verified"), given, strict=True):
        if isinstance(one, (str, PurePath)):
            msg = (
                f"{name} must be an array, a DataFrame or a Graph, got {str(one)!r}. Read a file "
                f"first, numpy.loadtxt({str(one)!r}, delimiter=','), or let the command neuropil errors "
                "fit verified read both."
            )
            raise ValueError(msg)  # noqa: TRY004  (files, not a wrong type to mend)


def _require_no(n_pairs: int | None, reason: str) -> None:
    if n_pairs is not None:
        msg = f"n_pairs is for columns of counts; {reason}."
        raise ValueError(msg)


# ------------------------------------------------------------------------------------ graphs


def aligned(graphs: list[Graph], names: list[str]) -> tuple[list[Graph], tuple[str, ...]]:
    """The graphs on the neurons they share, in one order, and what was left out."""
    shared = graphs[0].node_ids
    for g in graphs[1:]:
        shared = np.intersect1d(shared, g.node_ids)
    if len(shared) < 2:
        msg = (
            f"{' and '.join(names)} share {len(shared)} node ids, for instance "
            f"{graphs[0].node_ids[:3].tolist()} against {graphs[1].node_ids[:3].tolist()}; they must "
            "be of the same neurons, under the same ids."
        )
        raise ValueError(msg)
    notes = []
    kept = []
    for g, name in zip(graphs, names, strict=True):
        if len(shared) < g.n_nodes:
            notes.append(
                f"{g.n_nodes - len(shared):,} of {g.n_nodes:,} neurons of {name} are not in the "
                "others and were left out."
            )
        kept.append(g if len(shared) == g.n_nodes else g.subgraph(shared))
    return kept, tuple(notes)


def keys_of(g: Graph, ids: NDArray[np.int64]) -> tuple[Counts, NDArray[Any]]:
    """(E,) ordered pairs as ``i * N + j``, places among `ids`, ascending; and (E,) weights."""
    where = Positions(ids)(g.node_ids, "node_ids")
    apart = g.out_sources != g.out_indices
    senders, receivers = where[g.out_sources[apart]], where[g.out_indices[apart]]
    keys = senders.astype(np.int64) * len(ids) + receivers
    order = np.argsort(keys, kind="stable")
    return keys[order], np.asarray(g.weights)[apart][order]


def distinct(keys: Counts) -> Counts:
    """Each key once, ascending; np.unique's hashes take 20 times as long for 3e7 of them."""
    ordered = np.sort(keys, kind="stable")
    if len(ordered) == 0:
        return ordered
    once: Counts = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    return once


def _of_graphs(detected: Graph, verified: Graph, could_touch: Any) -> PairCounts:
    (seen, true), notes = aligned([detected, verified], ["detected", "verified"])
    ids = true.node_ids
    seen_keys, seen_weights = keys_of(seen, ids)
    true_keys, true_weights = keys_of(true, ids)
    keys = distinct(np.concatenate([seen_keys, true_keys]))
    counts = []
    for some, weights, name in (
        (seen_keys, seen_weights, "detected"),
        (true_keys, true_weights, "verified"),
    ):
        column = np.zeros(len(keys), np.int64)
        column[np.searchsorted(keys, some)] = _whole(weights, name)
        counts.append(column)
    pairs = as_could_touch(could_touch)
    touch = touching(pairs, true)
    exposure = touch.of(*np.divmod(keys, len(ids))) if len(keys) else np.empty(0)
    outside = int(((counts[0] > 0) & (counts[1] == 0) & (exposure == 0)).sum())
    if outside:
        notes += (
            (
                f"{outside:,} pairs were detected that are not connected and could not touch; no false "
                "rate covers them."
            ),
        )
    return PairCounts(
        counts[0],
        counts[1],
        exposure,
        _rest(touch.map(lambda area: (area > 0).astype(np.float64)), exposure > 0),
        _rest(touch, exposure),
        _rest(touch.map(np.square), np.square(exposure)),
        isinstance(pairs, ContactPairs) and pairs.area_um2 is not None,
        notes,
    )


def _rest(rate: RateTable, of_listed: NDArray[Any]) -> float:
    return max(total_over_pairs(rate) - float(of_listed.sum()), 0.0)


def total_over_pairs(rate: RateTable) -> float:
    """Sum of a rate over all ordered pairs of different neurons."""
    n_senders = np.bincount(rate.sender_class, minlength=rate.table.shape[0])
    n_receivers = np.bincount(rate.receiver_class, minlength=rate.table.shape[1])
    total = float(n_senders @ rate.table @ n_receivers)
    total -= float(rate.table[rate.sender_class, rate.receiver_class].sum())
    if len(rate.keys):
        senders, receivers = np.divmod(rate.keys, rate.n_nodes)
        base = rate.table[rate.sender_class[senders], rate.receiver_class[receivers]]
        total += float((rate.values - base).sum())
    return total


def touch_of(could_touch: Any, pairs: PairCounts) -> Any:
    """What a fitted model says could touch, with areas only where the fit had them."""
    touch = as_could_touch(could_touch)
    if isinstance(touch, ContactPairs) and not pairs.by_area:
        return ContactPairs(touch.pre_ids, touch.post_ids)
    return touch


# ------------------------------------------------------------------------------------ matrices


def _of_matrices(detected: Any, verified: Any) -> PairCounts:
    seen, true, square, notes = two_matrices(detected, verified, ("detected", "verified"))
    candidates = ~np.eye(len(seen), dtype=bool) if square else np.ones(seen.shape, dtype=bool)
    either = candidates & ((seen > 0) | (true > 0))
    n_listed = int(either.sum())
    rest = float(candidates.sum() - n_listed)
    return PairCounts(seen[either], true[either], np.ones(n_listed), rest, rest, rest, notes=notes)


def two_matrices(
    one: Any, other: Any, names: tuple[str, str]
) -> tuple[Counts, Counts, bool, tuple[str, ...]]:
    """Two matrices of counts of the same pairs, whether they are square, and what was left out."""
    notes: tuple[str, ...] = ()
    frames = [_is_frame(given) for given in (one, other)]
    square = True
    if all(frames):
        rows, columns = one.index.intersection(other.index), one.columns.intersection(other.columns)
        if len(rows) == 0 or len(columns) == 0:
            msg = (
                f"{names[0]} and {names[1]} share {len(rows)} row and {len(columns)} column labels; "
                "give matrices of the same neurons, or .to_numpy() where they stand in one order."
            )
            raise ValueError(msg)
        for given, name in ((one, names[0]), (other, names[1])):
            if given.index.has_duplicates or given.columns.has_duplicates:
                msg = f"{name} has labels that stand more than once; label each neuron once."
                raise ValueError(msg)
            if given.shape != (len(rows), len(columns)):
                notes += (
                    (
                        f"{name} is {given.shape[0]} x {given.shape[1]}, the rows and columns shared "
                        f"are {len(rows)} x {len(columns)}; the others were left out."
                    ),
                )
        square = set(rows) == set(columns)
        columns = rows if square else columns
        one, other = one.loc[rows, columns], other.loc[rows, columns]
    first, second = _matrix(one, names[0]), _matrix(other, names[1])
    if first.shape != second.shape:
        msg = (
            f"{names[0]} and {names[1]} must have one shape, got {_shape(first)} and "
            f"{_shape(second)}; every cell must be the same pair in both."
        )
        raise ValueError(msg)
    return first, second, square and first.shape[0] == first.shape[1], notes


def _is_frame(given: Any) -> bool:
    return hasattr(given, "columns") and hasattr(given, "index")


def _matrix(given: Any, name: str) -> Counts:
    if _is_frame(given):
        if {"pre_id", "post_id"} <= set(given.columns):
            msg = (
                f"{name} is a table of edges; make a Graph of it, so that neurons without edges are "
                "known too: Graph.from_edges(pre, post, weight, node_ids=...)."
            )
            raise ValueError(msg)
        given = given.to_numpy()
    array = np.asarray(given.toarray() if hasattr(given, "toarray") else given)
    if array.ndim != 2:
        msg = (
            f"{name} must be a Graph, a matrix or a column of counts, got "
            f"{type(given).__name__} of shape {array.shape}."
        )
        raise ValueError(msg)
    return _whole(array, name)


def _shape(array: NDArray[Any]) -> str:
    return " x ".join(map(str, array.shape))


# ------------------------------------------------------------------------------------ columns


def _of_columns(detected: Any, verified: Any, n_pairs: int | None) -> PairCounts:
    seen, true = _whole(np.asarray(detected), "detected"), _whole(np.asarray(verified), "verified")
    if len(seen) != len(true):
        msg = (
            f"detected and verified must be equally long, one row per pair, got {len(seen):,} and "
            f"{len(true):,}."
        )
        raise ValueError(msg)
    if n_pairs is not None:
        require_whole("n_pairs", n_pairs)
        if n_pairs < len(seen):
            msg = f"n_pairs must be at least the {len(seen):,} pairs listed, got {n_pairs!r}."
            raise ValueError(msg)
        rest: float | None = float(n_pairs - len(seen))
    else:
        # Rows with neither say that all pairs are listed; without them, only connections are.
        rest = 0.0 if bool(((seen == 0) & (true == 0)).any()) else None
    return PairCounts(seen, true, np.ones(len(seen)), rest, rest or 0.0, rest or 0.0)


def _whole(values: Any, name: str) -> Counts:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        msg = f"{name} must be counts of synapses, got {array.dtype}."
        raise ValueError(msg)
    bad = ~np.isfinite(array) | (array < 0) | (array != np.floor(array))
    if bad.any():
        msg = (
            f"{name} must be counts of synapses, whole numbers of at least 0, got "
            f"{array[bad].flat[0].item()!r} among {array.size:,} values. Put 0 where a pair has none."
        )
        raise ValueError(msg)
    return array.astype(np.int64)
