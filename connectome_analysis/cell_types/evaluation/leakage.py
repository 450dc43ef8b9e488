"""Leakage: what a score may owe to knowing the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...measures.per_neuron import labels_of
from ..graph_network.labels import number_labels
from ..graph_network.node_features import COMPUTED
from .splitting import Split
from .twins import twin_groups

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

# Columns of transmitters by their names: nt_type, predicted_nt, consensus_nt, neurotransmitter, ...
_TRANSMITTERS = re.compile(r"(^|_)nts?(_|$)|transmitter|(^|_)sign$", re.IGNORECASE)
_SIDES = ("side", "hemisphere")
_PAIRS = ("pair_id", "pair", "predicted_pair_id")
# A column that gives so much of what the label lacks is more than a hint.
_GIVES_AWAY = 0.9
_SHARED = 0.5


class LeakageWarning(UserWarning):
    """A score may owe something to knowing the answer."""


def leakage(
    g: Graph,
    labels: str | pd.Series[Any] | ArrayLike,
    split: Split,
    *,
    features: Sequence[str] = (),
    edge_types: str | None = None,
    pairs: str | None = None,
) -> list[str]:
    """Say in sentences what may make the scores of a split too good; an empty list where nothing is seen.

    Looked for are bilateral twins on both sides of the split (or sides mixed without knowing
    twins), features that the label can be read off, that follow from it or that were made from it, and
    transmitters, which in most releases are predictions.

    Parameters
    ----------
    g : Graph
    labels : as for `split`
    split : Split
    features : sequence of str
        Columns of the node table among them are looked at.
    edge_types : str, optional
    pairs : str, optional
        Column of twins; by default ``pair_id`` or ``pair``, where there is one.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-cook2019-hermaphrodite").graph()
    >>> parts = ca.cell_types.split(g, "cell_class")
    >>> for words in leakage(g, "cell_class", parts, features=["cell_type"]):
    ...     print(words)
    Neurons of both sides (side) are learnt from and tested, and no column says which are twins: a \
neuron's mirror image may have been learnt. Split by hemisphere, or give pairs=.
    The feature cell_type gives away 100 % of the label: is it made from it?
    """
    found = _twins(g, split, pairs)
    number, _ = number_labels(labels_of(g, labels, argument="labels"))
    name = labels if isinstance(labels, str) else None
    for column in dict.fromkeys([*features, *([edge_types] if edge_types else [])]):
        if column in COMPUTED or column not in g.nodes.columns:
            continue
        if column == name:
            found.append(f"The feature {column} is the label itself.")
            continue
        transmitter = _TRANSMITTERS.search(column) is not None
        share = given_away(g.nodes[column], number)
        if share >= _GIVES_AWAY:
            found.append(
                f"The feature {column} gives away {share:.0%} of the label: is it made from it?".replace(
                    "%", " %"
                )
            )
        elif not transmitter and decided(g.nodes[column], number) >= _GIVES_AWAY:
            found.append(
                f"The label decides the feature {column}: is it a coarser form of it, or made from it?"
            )
        if transmitter:
            found.append(_transmitter(g, column))
    return [words for words in found if words]


def given_away(values: pd.Series[Any], number: NDArray[np.int64]) -> float:
    """Share of the majority's mistakes that knowing a column's value mends, neuron left out by neuron.

    0 is no help; 1 tells every label. Numbers that take many values are cut into 50 of equal count.
    Neurons that share their value with no other are left out; where they are most, as with names, it
    is 0.
    """
    import pandas as pd

    labelled = number >= 0
    if values.dtype.kind in "iuf" and values.nunique() > 50:
        values = pd.qcut(values, 50, duplicates="drop", labels=False)
    code, _ = pd.factorize(values[labelled], use_na_sentinel=False)
    truth = number[labelled]
    if len(truth) == 0:
        return 0.0
    table = np.zeros((code.max() + 1, truth.max() + 1))
    np.add.at(table, (code, truth), 1)
    rows = table[code]
    rows[np.arange(len(truth)), truth] -= 1
    shared = rows.sum(axis=1) > 0
    if shared.mean() < _SHARED:
        return 0.0
    right = (rows.argmax(axis=1) == truth)[shared]
    majority = np.bincount(truth[shared]).max() / shared.sum()
    return float((right.mean() - majority) / (1 - majority)) if majority < 1 else 0.0


def decided(values: pd.Series[Any], number: NDArray[np.int64]) -> float:
    """How far a column follows from the label, as `given_away` has it; 0 of numbers of many values.

    A coarser label is decided by a finer one, though it gives little of it away.
    """
    import pandas as pd

    if values.dtype.kind in "iuf" and values.nunique() > 50:
        return 0.0
    code, _ = pd.factorize(values, use_na_sentinel=True)
    labels = pd.Series(np.where(number >= 0, number, -1)).where((number >= 0) & (code >= 0))
    if labels.nunique() < 2 or len(set(code[labels.notna()].tolist())) < 2:
        return 0.0
    there = labels.notna().to_numpy()
    return given_away(labels[there].astype(str), code[there].astype(np.int64))


def _twins(g: Graph, split: Split, pairs: str | None) -> list[str]:
    columns = g.nodes.columns
    if pairs is not None and pairs not in columns:
        msg = f"pairs: the node table has no column {pairs!r}; it has: {', '.join(map(str, columns))}."
        raise ValueError(msg)
    column = pairs or next((one for one in _PAIRS if one in columns), None)
    if column is not None:
        groups = twin_groups(g, column)
        learnt = set(groups[split.train].tolist())
        both = int(sum(one in learnt for one in groups[split.test].tolist()))
        if both == 0:
            return []
        words = (
            f"{both:,} of {int(split.test.sum()):,} test neurons have their bilateral twin ({column}) "
            "among those learnt from: scores say how well a known neuron is found again on the other "
            "side."
        )
        return [words]
    for side in _SIDES:
        if side not in columns:
            continue
        there = [set(g.nodes.loc[mask, side].dropna()) for mask in (split.train, split.test)]
        if len(there[0] & there[1]) > 1:
            words = (
                f"Neurons of both sides ({side}) are learnt from and tested, and no column says which "
                "are twins: a neuron's mirror image may have been learnt. Split by hemisphere, or give "
                "pairs=."
            )
            return [words]
    return []


def _transmitter(g: Graph, column: str) -> str:
    if "nt_source" in g.nodes.columns:
        source = g.nodes["nt_source"].astype(str).str.lower()
        guessed = int(source.str.contains("predict|top_nt|machine").sum())
        if guessed == 0:
            return ""
        return (
            f"{column} of {guessed:,} neurons is a prediction (nt_source), perhaps corrected by type: it "
            "may know the type."
        )
    return (
        f"{column} may be a prediction, perhaps corrected by type, and know the type; the node table does "
        "not say (it has no nt_source)."
    )
