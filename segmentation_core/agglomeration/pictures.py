"""Pictures: scores over thresholds, and a merge tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .merge_tree import MergeTree

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_scores(table: pd.DataFrame, ax: Any = None) -> Axes:
    """Split, merge and their sum over the threshold, from `score_by_threshold`."""
    import matplotlib.pyplot as plt

    axes: Axes = plt.subplots()[1] if ax is None else ax
    for column, name in (("voi_split", "split"), ("voi_merge", "merge"), ("voi", "sum")):
        axes.plot(table["threshold"], table[column], label=name)
    axes.set_xlabel("agglomeration threshold (affinity)")
    axes.set_ylabel("variation of information (bits)")
    axes.legend(frameon=False)
    return axes


def plot_merge_tree(tree: MergeTree, *, most: int = 60, ax: Any = None) -> Axes:
    """The last merges above the threshold, as a tree over the largest segments before them.

    Parameters
    ----------
    tree : MergeTree
    most : how many leaves at most: fragments below are drawn as the region they have become
    ax : matplotlib axes
    """
    import matplotlib.pyplot as plt

    axes: Axes = plt.subplots()[1] if ax is None else ax
    n, n_merges = tree.graph.n_fragments, len(tree.one)
    lowest = tree.lowest_score
    first = max(0, n_merges - most + 1)
    position: dict[int, tuple[float, float]] = {}
    order: list[int] = []
    stack = [
        r for r in range(n + n_merges - 1, n + first - 1, -1) if r not in _children(tree, first)
    ][::-1]
    while stack:
        region = stack.pop()
        if region >= n + first:
            stack += [int(tree.other[region - n]), int(tree.one[region - n])]
        else:
            order.append(region)
    for x, region in enumerate(order):
        position[region] = (float(x), 1.0)
    for k in range(first, n_merges):
        (xa, ya), (xb, yb) = position[int(tree.one[k])], position[int(tree.other[k])]
        y = float(lowest[k])
        color = "tab:blue" if y >= tree.threshold else "lightgray"
        axes.plot([xa, xa, xb, xb], [ya, y, y, yb], color=color, linewidth=1)
        position[n + k] = ((xa + xb) / 2, y)
    axes.axhline(tree.threshold, color="black", linewidth=0.5)
    axes.set_xticks([])
    axes.set_xlabel(f"{len(order)} regions")
    axes.set_ylabel("affinity at which regions merge")
    axes.set_ylim(float(np.min(lowest[first:], initial=0.0)) - 0.02, 1.02)
    return axes


def _children(tree: MergeTree, first: int) -> set[int]:
    """Regions that a merge from `first` on takes in."""
    return set(tree.one[first:].tolist()) | set(tree.other[first:].tolist())
