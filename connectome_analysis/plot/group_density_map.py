"""Group density map: from which group to which are two graphs unlike in density?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..compare.density_tests import GroupTest
from .headline import put_headline
from .look import LABEL_PT, PALE, SMALL_PT, TEXT_PT
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = "plot.group_densities"
# Twice as dense and half have the full colours; what lies beyond has them too.
_FULL = 1.0


def group_densities(
    found: GroupTest, ax: Axes | None = None, *, alpha: float = 0.05, title: str | None = None
) -> Axes:
    """Draw the ratio of the densities of two graphs from group to group.

    Red where a is denser, blue where b is, on a logarithmic scale and relative to the ratio under
    the null hypothesis; twice as dense and half have the full colours, and so has what lies beyond. Grey
    where one of them has no connection. A cross marks a corrected p-value up to
    `alpha`.

    Parameters
    ----------
    found : GroupTest
        From ``ca.compare.group_density_test``.
    ax : Axes, optional
    alpha : float
    title : str, optional

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> sides = "larva-mushroom-body-left", "larva-mushroom-body-right"
    >>> ax = group_densities(ca.compare.group_density_test(*sides, "cell_type"))
    >>> ax.get_xlabel()
    'receives'
    >>> plt.close(ax.figure)
    """
    import matplotlib as mpl
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    given: object = found
    if not isinstance(given, GroupTest):
        msg = (
            f"{_NAME} takes what ca.compare.group_density_test returns, got {type(given).__name__}."
        )
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for a wrong argument
    ratio = found.matrix("ratio")
    names = [str(name) for name in ratio.index]
    values = ratio.to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        shade = np.log2(values / found.ratio)
    shade[~np.isfinite(shade)] = np.nan
    side = 2.4 + 0.34 * len(names)
    ax = axes_or_new(ax, side + 1.4, side)
    colours = mpl.colormaps["RdBu_r"].with_extremes(bad=PALE)
    picture = ax.imshow(np.ma.masked_invalid(shade), cmap=colours, vmin=-_FULL, vmax=_FULL)
    for row, column in np.argwhere(found.matrix().to_numpy(float) <= alpha):
        ax.plot(column, row, marker="x", color="black", ms=6, mew=1.4)
    ax.set_xticks(range(len(names)), names, rotation=90, fontsize=TEXT_PT)
    ax.set_yticks(range(len(names)), names, fontsize=TEXT_PT)
    ax.set_xlabel("receives", fontsize=LABEL_PT)
    ax.set_ylabel("sends", fontsize=LABEL_PT)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    bar: Any = ax.figure.colorbar(picture, ax=ax, shrink=0.7, pad=0.02, extend="both")
    bar.set_ticks([-1, 0, 1], labels=["½ or less", "1", "2 or more"])
    null = "" if np.isclose(found.ratio, 1) else f", over {found.ratio:.3g} of the whole"
    bar.set_label(f"density of a / density of b{null}", fontsize=TEXT_PT)
    bar.ax.tick_params(labelsize=SMALL_PT, length=0)
    bar.outline.set_visible(False)
    facts = found.table.attrs
    a, b = facts.get("a", "a"), facts.get("b", "b")
    mark = Line2D(
        [], [], marker="x", color="black", ls="none", label=f"corrected p up to {alpha:g}"
    )
    grey = Patch(color=PALE, label="no connection in a or in b")
    put_headline(ax, f"a: {a}, b: {b}" if title is None else title, [mark, grey])
    return ax
