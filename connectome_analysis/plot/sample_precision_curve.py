"""Sample precision curve: how far samples of a connectome are from the whole, by their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..planning.sampling_precision import SampleSize
from .headline import put_headline
from .look import BLUE, HAIR_PT, LABEL_PT, LINE_PT, TEXT_PT, VERMILION
from .named_level import draw_level
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = "plot.sample_precision"


def sample_precision(
    found: SampleSize, ax: Axes | None = None, *, title: str | None = None
) -> Axes:
    """Draw the error of samples against their size, and the size that reaches the precision.

    Parameters
    ----------
    found : SampleSize
        From ``ca.planning.sample_size``.
    ax : Axes, optional
    title : str, optional

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> found = ca.planning.sample_size(worm, ca.measures.density, 0.1, n_samples=20)
    >>> ax = sample_precision(found)
    >>> ax.get_xlabel()
    'neurons mapped'
    >>> plt.close(ax.figure)
    """
    given: object = found
    if not isinstance(given, SampleSize):
        msg = f"{_NAME} takes what ca.planning.sample_size returns, got {type(given).__name__}."
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for a wrong argument
    table = found.table
    facts = table.attrs
    ax = axes_or_new(ax, 6.4, 4.4)
    sizes = table.index.to_numpy(float)
    errors = table["error"].to_numpy(float)
    shown = np.isfinite(errors) & (errors > 0)
    relative, level = bool(facts.get("relative", True)), float(facts.get("level", 0.95))
    ax.plot(sizes[shown], errors[shown], color=BLUE, lw=LINE_PT, marker="o", ms=5, zorder=3)
    draw_level(ax, float(facts["precision"]), "wanted")
    if np.isfinite(found.needed):
        ax.axvline(found.needed, color=VERMILION, lw=HAIR_PT)
        ax.annotate(
            f"{np.ceil(found.needed):,.0f}",
            (found.needed, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -12),
            textcoords="offset points",
            color=VERMILION,
            fontsize=LABEL_PT,
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    _plain_ticks(ax, sizes[shown], relative=relative)
    unit = str(facts.get("unit", "neurons"))
    ax.set_xlabel(f"{unit} mapped", fontsize=LABEL_PT)
    share = ", share of the value" if relative else ""
    ax.set_ylabel(f"error that {level:.0%} stay within{share}", fontsize=LABEL_PT)
    ax.tick_params(labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)
    words = f"Samples of {facts.get('graph') or 'a connectome'}: the whole has {found.whole:.4g}"
    put_headline(ax, words if title is None else title)
    return ax


def _plain_ticks(ax: Axes, sizes: NDArray[np.float64], *, relative: bool) -> None:
    """Numbers as people write them: the sizes tried, and 1, 2, 5 of each decade."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    ax.set_xticks(sizes, [f"{size:,.0f}" for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{100 * value:g} %" if relative else f"{value:g}")
    )
    ax.yaxis.set_minor_formatter(NullFormatter())
