"""Embedding points: neurons where a spectral embedding puts them, coloured by type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .headline import put_headline
from .look import GREY, LABEL_PT, MARKERS, SERIES, SMALL_PT, TEXT_PT
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..cell_types import CellTypes

# So many types have colours and marks of their own; the rest share one.
_MOST_NAMED = 12


def embedding(types: CellTypes, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw neurons at the first two principal components of their embedding, coloured by type.

    The twelve largest types have a colour and a marker each; others are grey. Two of many dimensions
    are seen: types that lie on each other here may be far apart.

    Parameters
    ----------
    types : CellTypes
        From ``ca.cell_types.cluster(g, "spectral")``.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    title : str, optional
        In place of the numbers of types and neurons.

    Raises
    ------
    ValueError
        Where the cell types have no embedding.
    """
    if types.embedding is None:
        msg = f"Types by {types.method} have no embedding; cluster(g, 'spectral') makes one."
        raise ValueError(msg)
    known = np.array([label is not None for label in types.labels])
    points = types.embedding[known]
    labels = np.array([label for label in types.labels if label is not None])
    centred = points - points.mean(axis=0)
    _, spread, directions = np.linalg.svd(centred, full_matrices=False)
    share = spread**2 / max(float((spread**2).sum()), 1e-300)
    flat = centred @ directions[:2].T
    ax = axes_or_new(ax, 7.2, 5.2)
    order = np.argsort(-np.bincount(labels), kind="stable")
    named = [int(label) for label in order[:_MOST_NAMED]]
    rest = ~np.isin(labels, named)
    size = float(np.clip(6000 / len(labels), 5, 26))
    for place, label in enumerate(named):
        here = labels == label
        ax.scatter(
            flat[here, 0],
            flat[here, 1],
            s=size,
            color=SERIES[place % (len(SERIES) - 1)],
            marker=MARKERS[place // (len(SERIES) - 1) + place % (len(SERIES) - 1)],
            alpha=0.75,
            lw=0,
            label=f"{label} ({int(here.sum()):,})",
            zorder=2,
        )
    if rest.any():
        words = f"{types.n_types - len(named):,} smaller types ({int(rest.sum()):,})"
        ax.scatter(
            flat[rest, 0],
            flat[rest, 1],
            s=size / 2,
            color=GREY,
            alpha=0.6,
            lw=0,
            label=words,
            zorder=1,
        )
    for axis, name, k in ((ax.xaxis, "first", 0), (ax.yaxis, "second", 1)):
        axis.set_label_text(
            f"{name} principal component ({100 * share[k]:.0f} % of variance)", fontsize=LABEL_PT
        )
    ax.tick_params(labelsize=SMALL_PT)
    ax.legend(
        title="type (neurons)",
        loc="center left",
        bbox_to_anchor=(1.01, 0.5),
        frameon=False,
        fontsize=SMALL_PT,
        title_fontsize=TEXT_PT,
    )
    words = (
        f"{types.n_types:,} types of {len(labels):,} neurons, {types.facts['embedding']} embedding "
        f"in {points.shape[1]} dimensions"
    )
    put_headline(ax, title if title is not None else words)
    return ax
