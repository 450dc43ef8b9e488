"""Profile tree: motif profiles of many connectomes, the most alike beside each other, and their tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..compare.profiles import Method, Metric, MotifProfiles, Which
from ..motifs.triads import TRIADS
from .headline import put_headline
from .look import GREY, HAIR_PT, LABEL_PT, PALE, SMALL_PT, TEXT_PT
from .place import axes_or_new
from .triad_ticks import put_triad_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = "plot.profile_tree"
_MOST_NUMBERS = 30


def profile_tree(
    profiles: MotifProfiles,
    ax: Axes | None = None,
    *,
    null: str | None = None,
    method: Method = "average",
    metric: Metric = "correlation",
    which: Which = "profile",
    title: str | None = None,
) -> Axes:
    """Draw the profiles as a map, one row per connectome, beside the tree of their distances.

    A cell is one motif's entry of a profile of length 1: red where it is more frequent than in the
    null, blue where less. Branches join at the distance of the profiles.

    Parameters
    ----------
    profiles : MotifProfiles
        From ``ca.compare.motif_profiles``, of two connectomes or more.
    ax : Axes, optional
        Where to draw; the tree takes its left part. A new figure where left out.
    null, method, metric, which
        As for ``MotifProfiles.linkage``.
    title : str, optional

    Returns
    -------
    Axes
        Of the map; the tree's are its ``child_axes``.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> names = [f"celegans-witvliet2021-{age}" for age in (1, 2, 8)]
    >>> ax = profile_tree(ca.compare.motif_profiles(names, "configuration", n_samples=20))
    >>> len(ax.get_yticklabels())
    3
    >>> plt.close(ax.figure)
    """
    from scipy.cluster.hierarchy import dendrogram

    given: object = profiles
    if not isinstance(given, MotifProfiles):
        msg = f"{_NAME} takes what ca.compare.motif_profiles returns, got {type(given).__name__}."
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for a wrong argument
    tree = profiles.linkage(null, method=method, metric=metric, which=which)
    wide = profiles.wide(null, which)
    drawn: Any = dendrogram(tree, no_plot=True)
    order = [int(leaf) for leaf in drawn["leaves"]]
    rows = wide.iloc[order]
    count, motifs = rows.shape
    triads = all(name in TRIADS for name in rows.columns)
    ax = axes_or_new(ax, 12.5, 2.6 + 0.42 * count)
    picture = _draw_map(ax, rows.to_numpy(float))
    ax.set_yticks(range(count), list(rows.index), fontsize=LABEL_PT)
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    branches = ax.inset_axes((1.01, 0.0, 0.18, 1.0))
    _draw_tree(branches, drawn, float(tree[:, 2].max()), count, metric)
    bar = ax.figure.colorbar(picture, ax=ax, fraction=0.025, pad=0.01, shrink=0.9)
    bar.set_label("profile (unit length)", fontsize=TEXT_PT)
    bar.ax.tick_params(labelsize=SMALL_PT, length=0)
    bar.outline.set_visible(False)
    if triads:
        # Names and the bar take their room from the axes: only laid out one knows what is left.
        whole: Any = ax.figure.figure
        whole.draw_without_rendering()
        put_triad_ticks(ax, list(rows.columns), plain_names=None, widens=1.0)
    else:
        ax.set_xticks([])
        ax.set_xlabel(f"{motifs} classes of motifs", fontsize=LABEL_PT)
    ax.set_xlim(-0.5, motifs - 0.5)
    ax.tick_params(axis="both", length=0)
    words = f"Motif profiles against {profiles.null(null).replace('_', ' ')} nulls"
    put_headline(ax, words if title is None else title)
    return ax


def _draw_map(ax: Axes, values: Any) -> Any:
    import matplotlib as mpl

    full = float(np.nanmax(np.abs(values))) or 1.0
    colours = mpl.colormaps["RdBu_r"].with_extremes(bad=PALE)
    shown = np.ma.masked_invalid(values)
    picture = ax.imshow(
        shown, cmap=colours, vmin=-full, vmax=full, aspect="auto", interpolation="nearest"
    )
    ax.spines[:].set_visible(False)
    if values.shape[1] <= _MOST_NUMBERS:
        for row, column in np.ndindex(values.shape):
            value = float(values[row, column])
            strong = abs(value) > 0.65 * full
            ax.text(
                column,
                row,
                "–" if np.isnan(value) else _short(value),
                ha="center",
                va="center",
                fontsize=SMALL_PT,
                color="white" if strong else "black",
            )
    return picture


def _short(value: float) -> str:
    text = f"{value:.2f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def _draw_tree(ax: Axes, drawn: Any, top: float, count: int, metric: str) -> None:
    for along, heights in zip(drawn["icoord"], drawn["dcoord"], strict=True):
        # scipy puts leaf k at 5 + 10 k.
        ax.plot(
            heights, (np.asarray(along) - 5.0) / 10.0, color=GREY, lw=1.2, solid_capstyle="butt"
        )
    ax.set_ylim(count - 0.5, -0.5)
    ax.set_xlim(0, 1.05 * top if top > 0 else 1.0)
    ax.set_yticks([])
    ax.spines[["top", "left", "right"]].set_visible(False)
    ax.spines["bottom"].set_linewidth(HAIR_PT)
    ax.locator_params(axis="x", nbins=3)
    ax.tick_params(axis="x", labelsize=SMALL_PT)
    words = {"correlation": "1 \N{MINUS SIGN} r", "cosine": "1 \N{MINUS SIGN} cosine"}
    ax.set_xlabel(f"distance ({words.get(metric, metric)})", fontsize=SMALL_PT)
