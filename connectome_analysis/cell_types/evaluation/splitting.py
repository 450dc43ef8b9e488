"""Splits: which neurons are learnt from, which are kept for conformal sets, and which are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...measures.choice import require_choice
from ...measures.per_neuron import labels_of
from ...random_streams import Seed, seed_number
from ..graph_network.labels import number_labels, plain_labels
from .twins import twin_groups

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

By = Literal["random", "hemisphere", "lineage", "pair", "type", "column"]
_COLUMNS = {
    "hemisphere": ("side", "hemisphere"),
    "lineage": ("lineage",),
    "pair": ("pair_id", "pair"),
}


@dataclass(frozen=True, repr=False)
class Split:
    """Three sets of labelled neurons, none in two of them.

    Attributes
    ----------
    train, calibration, test : (N,) bool
    by : str
    column : str or None
        Column of the node table that decided.
    unseen : tuple
        Types of test neurons that no training neuron has; the right answer is unknown.
    """

    train: NDArray[np.bool_]
    calibration: NDArray[np.bool_]
    test: NDArray[np.bool_]
    by: str
    column: str | None
    unseen: tuple[Any, ...]

    def __repr__(self) -> str:
        column = f" ({self.column})" if self.column else ""
        unseen = f"; {len(self.unseen)} types only in the test" if self.unseen else ""
        return (
            f"Split by {self.by}{column}: {int(self.train.sum()):,} to learn from, "
            f"{int(self.calibration.sum()):,} to calibrate with, {int(self.test.sum()):,} to test{unseen}"
        )


def split(
    g: Graph,
    labels: str | pd.Series[Any] | ArrayLike,
    by: By = "random",
    *,
    column: str | None = None,
    train: Any = None,
    test: Any = None,
    test_share: float = 0.3,
    calibration_share: float = 0.1,
    calibration_from: Literal["train", "test"] = "train",
    rng: Seed = 0,
) -> Split:
    """Split labelled neurons.

    Parameters
    ----------
    g : Graph
    labels : str, (N,) Series by node id, or (N,) array
        Neurons without a label are in none of the sets.
    by : {"random", "hemisphere", "lineage", "pair", "type", "column"}
        At random within each type. By a column of two sides: learn on one, test on the other. By
        lineage, or any column: whole groups are tested, neurons in no group stand alone. By
        pair: bilateral twins are never apart. By type: some types are only in the test (open set).
    column : str, optional
        Column of the node table; by default ``side`` or ``hemisphere``, ``lineage``, ``pair_id`` or
        ``pair`` (a number that twins share, or the id of the twin).
    train, test : value, optional
        By hemisphere: the side to learn from, and to test; by default the first and the last of two.
    test_share : float
        Share of the neurons to test, but by hemisphere.
    calibration_share : float
        Share of those to learn from (or of the test) that is kept for conformal sets.
    calibration_from : {"train", "test"}
        Where these come from. Conformal sets keep their promise for the test only if they come
        from it, unless the split is at random.
    rng : int or numpy.random.Generator

    Returns
    -------
    Split

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-cook2019-hermaphrodite").graph()
    >>> split(g, "cell_class", "hemisphere")
    Split by hemisphere (side): 88 to learn from, 10 to calibrate with, 98 to test
    """
    require_choice("by", by, get_args(By))
    require_choice("calibration_from", calibration_from, ("train", "test"))
    for name, share in (("test_share", test_share), ("calibration_share", calibration_share)):
        if not 0 <= share < 1:
            msg = f"{name} must be at least 0 and below 1, got {share!r}."
            raise ValueError(msg)
    for name, side in (("train", train), ("test", test)):
        if side is not None and by != "hemisphere":
            msg = f"{name}={side!r} is a side, and goes with by='hemisphere'; got by={by!r}."
            raise ValueError(msg)
    given = plain_labels(labels_of(g, labels, argument="labels"))
    number, names = number_labels(labels_of(g, labels, argument="labels"))
    random = np.random.default_rng(np.random.SeedSequence(seed_number(rng), spawn_key=(3,)))
    if by in _COLUMNS or by == "column":
        column = _column(g, by, column)
    if by == "random":
        asked = _within_types(number, test_share, random)
        learnt = (number >= 0) & ~asked
    elif by == "hemisphere":
        learnt, asked = _sides(g, str(column), train, test)
    elif by == "type":
        asked, learnt = _types(number, test_share, random)
    else:
        groups = twin_groups(g, str(column)) if by == "pair" else _groups(g, str(column))
        asked = _whole_groups(groups, number, test_share, random)
        learnt = ~asked
    learnt, asked = learnt & (number >= 0), asked & (number >= 0)
    if not learnt.any() or not asked.any():
        msg = (
            f"The split by {by} leaves {int(learnt.sum()):,} labelled neurons to learn from and "
            f"{int(asked.sum()):,} to test; give another column or share."
        )
        raise ValueError(msg)
    pool = learnt if calibration_from == "train" else asked
    kept = _within_types(np.where(pool, number, -1), calibration_share, random)
    learnt, asked = learnt & ~kept, asked & ~kept
    seen = set(number[learnt].tolist())
    unseen = tuple(names[k] for k in sorted(set(number[asked].tolist()) - seen))
    kept &= np.isin(number, list(seen))
    assert len(given) == len(learnt)
    return Split(learnt, kept, asked, by, column, unseen)


def _column(g: Graph, by: str, column: str | None) -> str:
    have = [str(name) for name in g.nodes.columns if name != "node_id"]
    if column is not None:
        if column not in have:
            msg = f"The node table has no column {column!r}; it has: {', '.join(have)}."
            raise ValueError(msg)
        return column
    usual = _COLUMNS.get(by, ())
    for name in usual:
        if name in have and g.nodes[name].notna().any():
            return name
    msg = (
        f"A split by {by} needs column=, a column of the node table"
        + (f"; there is no {' or '.join(usual)} with values" if usual else "")
        + f". It has: {', '.join(have) or 'none'}."
    )
    raise ValueError(msg)


def _within_types(
    number: NDArray[np.int64], share: float, random: np.random.Generator
) -> NDArray[np.bool_]:
    """A share of the neurons of each type; of a type seen once, none or all by chance."""
    chosen = np.zeros(len(number), dtype=bool)
    for one in np.unique(number[number >= 0]):
        members = random.permutation(np.flatnonzero(number == one))
        exact = share * len(members)
        chosen[members[: int(exact) + int(random.random() < exact % 1)]] = True
    return chosen


def _sides(
    g: Graph, column: str, train: Any, test: Any
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    values = g.nodes[column]
    have = sorted(values.dropna().unique(), key=str)
    two = [one for one in have if str(one).lower() in ("l", "r", "left", "right")]
    if len(two) != 2:
        two = have if len(have) == 2 else []
    for name, given in (("train", train), ("test", test)):
        if given is not None and given not in have:
            msg = f"{name} must be a value of {column}: {', '.join(map(str, have))}; got {given!r}."
            raise ValueError(msg)
        if given is None and len(have) < 2:
            msg = (
                f"A split by hemisphere needs two sides, and {column} has "
                f"{' and '.join(map(str, have)) or 'none'}; name another column, or split at random."
            )
            raise ValueError(msg)
        if given is None and not two:
            msg = (
                f"Of the {len(have)} values of {column} say which are {name}=: "
                f"{', '.join(map(str, have[:10]))}."
            )
            raise ValueError(msg)
    first = two[0] if train is None else train
    last = two[-1] if test is None else test
    if first == last:
        msg = f"train and test must be two sides, got {first!r} for both."
        raise ValueError(msg)
    return (
        (values == first).to_numpy(dtype=bool, na_value=False),
        (values == last).to_numpy(dtype=bool, na_value=False),
    )


def _types(
    number: NDArray[np.int64], share: float, random: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Types drawn until they hold half of the test; the other half are neurons of the others."""
    n_labelled = int((number >= 0).sum())
    there = random.permutation(np.unique(number[number >= 0]))
    if len(there) < 3:
        msg = f"A split by type needs three types at least, got {len(there)}."
        raise ValueError(msg)
    asked = np.zeros(len(number), dtype=bool)
    for one in there[:-2]:
        members = number == one
        if asked.any() and asked.sum() + members.sum() > share / 2 * n_labelled:
            continue
        asked |= members
    rest = np.where(asked, -1, number)
    asked |= _within_types(rest, share / 2, random)
    return asked, ~asked


def _groups(g: Graph, column: str) -> NDArray[np.int64]:
    """Group of each neuron; one without a value is a group of its own."""
    import pandas as pd

    number, _ = pd.factorize(g.nodes[column])
    alone = number < 0
    groups = np.asarray(number, dtype=np.int64).copy()
    groups[alone] = groups.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    return groups


def _whole_groups(
    groups: NDArray[np.int64],
    number: NDArray[np.int64],
    share: float,
    random: np.random.Generator,
) -> NDArray[np.bool_]:
    """Groups in random order until they hold the share of the labelled neurons."""
    labelled = number >= 0
    size = np.bincount(groups[labelled], minlength=groups.max(initial=-1) + 1)
    order = random.permutation(np.flatnonzero(size))
    upto = np.cumsum(size[order])
    # The last group that is not more past the share than short of it.
    last = int(np.searchsorted(upto - size[order] / 2, share * labelled.sum()))
    return np.isin(groups, order[:last])
