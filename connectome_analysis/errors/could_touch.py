"""Could touch: the pairs of neurons between which a false synapse can be found at all.

A detector invents synapses where membranes meet. A rate of false connections measured among neurons
that arborise together says nothing of neurons at the two ends of a brain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..ids import as_ids
from .rate_table import Floats, RateTable, constant_rate, rate_by_classes, with_pairs
from .varying import PerPair, on_graph

if TYPE_CHECKING:
    from ..graph import Graph

_MOST_PAIRS = 200_000_000


@dataclass(frozen=True)
class AllPairs:
    """Every ordered pair of neurons could touch; asked for on purpose."""


@dataclass(frozen=True)
class SharedColumn:
    """Neurons with the same entry in a column of the node table, such as ``region``.

    Neurons without an entry touch nobody.
    """

    column: str


@dataclass(frozen=True)
class WithinDistance:
    """Neurons whose positions lie at most so far apart."""

    distance_um: float


@dataclass(frozen=True, eq=False)
class ContactPairs:
    """Ordered pairs known to touch, such as from contacts of their segments.

    Attributes
    ----------
    pre_ids, post_ids : (P,) int64
    area_um2 : (P,) float64 or None
        Contact area. With it, rates of false synapses are per square micrometre.
    """

    pre_ids: NDArray[np.int64]
    post_ids: NDArray[np.int64]
    area_um2: Floats | None = None


CouldTouch = AllPairs | SharedColumn | WithinDistance | ContactPairs


def as_could_touch(given: Any) -> CouldTouch:
    """Take what people write: "all", a column, ``{"within_um": 50}``, or a table of pairs.

    Examples
    --------
    >>> as_could_touch("region")
    SharedColumn(column='region')
    >>> as_could_touch({"within_um": 50})
    WithinDistance(distance_um=50.0)
    """
    if isinstance(given, (AllPairs, SharedColumn, WithinDistance, ContactPairs)):
        return given
    if isinstance(given, str):
        return AllPairs() if given == "all" else SharedColumn(given)
    if isinstance(given, Mapping) and set(given) == {"within_um"}:
        distance = given["within_um"]
        if isinstance(distance, (int, float)) and 0 < distance < np.inf:
            return WithinDistance(float(distance))
    elif hasattr(given, "columns") and {"pre_id", "post_id"} <= set(given.columns):
        area = given["area_um2"].to_numpy(np.float64) if "area_um2" in given.columns else None
        if area is not None and not (np.isfinite(area).all() and (area >= 0).all()):
            msg = "could_touch.area_um2 must be numbers of at least 0."
            raise ValueError(msg)
        if len(given) and given.duplicated(["pre_id", "post_id"]).any():
            msg = "could_touch names the same pair more than once; give each ordered pair once."
            raise ValueError(msg)
        return ContactPairs(
            as_ids(given["pre_id"].to_numpy(), "could_touch.pre_id"),
            as_ids(given["post_id"].to_numpy(), "could_touch.post_id"),
            area,
        )
    msg = (
        'could_touch must be "all", a column of the node table, {"within_um": distance}, or a table '
        f"with pre_id and post_id, got {given!r}."
    )
    raise ValueError(msg)


def touching(could_touch: CouldTouch, g: Graph) -> RateTable:
    """1 for pairs of the graph that could touch (or their contact area), 0 for others."""
    if isinstance(could_touch, SharedColumn):
        return _shared(could_touch.column, g)
    if isinstance(could_touch, WithinDistance):
        pre, post = _near_pairs(could_touch.distance_um, g)
        return with_pairs(constant_rate(g.n_nodes, 0.0), pre, post, np.ones(len(pre)))
    if isinstance(could_touch, ContactPairs):
        area = could_touch.area_um2
        values = np.ones(len(could_touch.pre_ids)) if area is None else area
        pairs = PerPair(could_touch.pre_ids, could_touch.post_ids, values)
        return on_graph(pairs, g, "could_touch")
    return constant_rate(g.n_nodes, 1.0)


def _shared(column: str, g: Graph) -> RateTable:
    from ..measures.per_neuron import labels_of

    code, names = labels_of(g, column).factorize()
    n_groups = len(names)
    table = np.eye(n_groups + 1)
    table[n_groups, n_groups] = 0.0
    of = np.where(code < 0, n_groups, code)
    return rate_by_classes(of, of, table)


def _near_pairs(distance_um: float, g: Graph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    from scipy.spatial import cKDTree

    from ..null_models.positions import positions_of

    tree = cKDTree(positions_of(g))
    found = int(tree.count_neighbors(tree, distance_um * 1000.0))
    if found > _MOST_PAIRS:
        msg = (
            f"{found:,} ordered pairs lie within {distance_um:g} um, more than {_MOST_PAIRS:,}; "
            "take a smaller distance or a column of regions."
        )
        raise ValueError(msg)
    pairs = tree.query_pairs(distance_um * 1000.0, output_type="ndarray")
    one, two = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    return np.concatenate([one, two]), np.concatenate([two, one])
