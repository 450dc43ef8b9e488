"""Neuron types: the groups that labels make of neurons, those without a label a group of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .per_neuron import labels_of

if TYPE_CHECKING:
    from ..graph import Graph

# What neurons without a label are called; plot.adjacency calls them so too.
UNASSIGNED = "unassigned"


class NeuronTypes(NamedTuple):
    """The types of the neurons of a graph.

    Attributes
    ----------
    by : str
        Name of the labels.
    names : list
        Names of the types, sorted, ``unassigned`` last where a neuron has no label.
    number : (N,) int64
        Place of each neuron's type in `names`.
    sizes : (T,) int64
        Neurons of each type.
    n_unlabelled : int
    """

    by: str
    names: list[Any]
    number: NDArray[np.int64]
    sizes: NDArray[np.int64]
    n_unlabelled: int

    @classmethod
    def of(cls, g: Graph, by: Any, *, argument: str = "by") -> NeuronTypes:
        """Types by a column of the node table, a Series by node id or an array; `argument` is for errors."""
        import pandas as pd

        labels = labels_of(g, by, argument=argument)
        number, found = pd.factorize(labels)
        number = np.asarray(number, dtype=np.int64)
        names = list(found)
        order = sorted(range(len(names)), key=lambda k: (str(type(names[k])), names[k]))
        place = np.empty(len(names) + 1, dtype=np.int64)
        place[order] = np.arange(len(names))
        place[-1] = len(names)  # -1 is no label
        number = place[number] if len(number) else number
        names = [names[k] for k in order]
        n_unlabelled = int((number == len(names)).sum())
        if n_unlabelled:
            if UNASSIGNED in names:
                msg = (
                    f"{n_unlabelled:,} neurons have no label, and others the label {UNASSIGNED!r}, "
                    "which is the name of those without; rename it or fill in the missing ones."
                )
                raise ValueError(msg)
            names.append(UNASSIGNED)
        sizes = np.bincount(number, minlength=len(names)).astype(np.int64, copy=False)
        return cls(str(labels.name), names, number, sizes, n_unlabelled)
