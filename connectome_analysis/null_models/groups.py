"""Groups: which group each neuron belongs to, as numbers, from a column or from labels given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..tables.nearest_names import names_in_words

if TYPE_CHECKING:
    from ..graph import Graph


class Groups(NamedTuple):
    """A partition of the neurons of a graph.

    Attributes
    ----------
    of : (N,) int32
        Group of each neuron, in [0, n_groups).
    n_groups : int
    name : str
        What the groups are: the column, or ``group``.
    n_missing : int
        Neurons without a label. Together they are one group, the last.
    """

    of: NDArray[np.int32]
    n_groups: int
    name: str
    n_missing: int

    @property
    def missing_in_words(self) -> str:
        """What was done with neurons without a label; empty where all have one."""
        if not self.n_missing:
            return ""
        one = self.n_missing == 1
        return (
            f" ({self.n_missing:,} neuron{'' if one else 's'} without one "
            f"{'is a group of its own' if one else 'are a group of their own'})"
        )


def groups_of(g: Graph, groups: str | ArrayLike | None) -> Groups:
    """Number the groups of a graph's neurons.

    Parameters
    ----------
    g : Graph
    groups : str or (N,) array
        A column of ``g.nodes``, or one label for each neuron in the order of ``g.node_ids``.

    Raises
    ------
    ValueError
        Where there is no such column, or not one label for each neuron.

    Examples
    --------
    >>> from connectome_analysis import Graph
    >>> g = Graph.from_edges([1, 2, 3], [2, 3, 4])
    >>> groups_of(g, ["PN", "KC", None, "KC"]).of.tolist()
    [0, 1, 2, 1]
    """
    import pandas as pd

    nodes = g.nodes
    if groups is None or (isinstance(groups, str) and groups not in nodes.columns):
        asked = "groups must be given" if groups is None else f"There is no column {groups!r}"
        columns = [str(column) for column in nodes.columns if column != "node_id"]
        has = (
            f"it has {names_in_words(columns, '' if groups is None else str(groups))}"
            if columns
            else "it has none but node_id"
        )
        msg = (
            f"{asked}: a column of the node table ({has}), "
            f"or an array of {g.n_nodes} labels, one for each neuron."
        )
        raise ValueError(msg)
    labels: Any = nodes[groups] if isinstance(groups, str) else groups
    if np.shape(labels) != (g.n_nodes,):
        got = f"shape {np.shape(labels)}" if np.ndim(labels) != 1 else len(labels)
        msg = f"groups must have {g.n_nodes} labels, one for each neuron, got {got}."
        raise ValueError(msg)
    # Not by way of numpy, which makes the word "nan" of a label missing among strings.
    codes, names = pd.factorize(pd.Series(labels))
    missing = codes < 0
    n_missing = int(missing.sum())
    of = np.where(missing, len(names), codes).astype(np.int32)
    return Groups(
        of=of,
        n_groups=len(names) + (n_missing > 0),
        name=groups if isinstance(groups, str) else "group",
        n_missing=n_missing,
    )
