"""Same neurons: do ids mean the same in graphs of two sources?

A neuron is (dataset, release, id). Where both sources name their neurons, the names tell whether equal
ids are equal neurons.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..graph import Graph

# A few neurons may have been renamed between releases.
_MOST_OTHERS = 0.1


def require_same_neurons(graphs: Sequence[Graph]) -> None:
    """Raise ValueError where ids that graphs share have other names in each."""
    first = graphs[0].nodes
    for other in graphs[1:]:
        second = other.nodes
        if "name" not in first.columns or "name" not in second.columns:
            continue
        both = first[["node_id", "name"]].merge(second[["node_id", "name"]], on="node_id").dropna()
        unlike = both[both["name_x"] != both["name_y"]]
        if len(both) and len(unlike) > _MOST_OTHERS * len(both):
            row = unlike.iloc[0]
            msg = (
                f"The graphs share ids of other neurons: {row['node_id']} is {row['name_x']} in one and "
                f"{row['name_y']} in the other, as are {len(unlike):,} of {len(both):,}. Give the "
                "neurons of the second the ids that the first has for their names."
            )
            raise ValueError(msg)
