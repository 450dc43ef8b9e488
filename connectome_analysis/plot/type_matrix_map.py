"""Type-matrix map: how strongly each cell type sends to each other one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .given_table import fact
from .headline import put_headline
from .look import DENSITY, DENSITY_FROM, GREY, HAIR_PT, LABEL_PT, PALE, SMALL_PT, TEXT_PT
from .place import axes_or_new, height_pt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

_NAME = "plot.type_matrix"
_SOURCE = "ca.measures.type_matrix"
_WORDS = {
    "weight": "weight",
    "edges": "connections",
    "input_fraction": "share of the receiver's input",
    "output_fraction": "share of the sender's output",
    "density": "share of pairs joined",
}
_SHARES = ("input_fraction", "output_fraction", "density")
# So many types a side, and a number in each square still can be read.
_MOST_NUMBERS = 12
_INCHES_A_TYPE, _LEAST_IN, _MOST_IN = 0.19, 4.6, 13.0
# Height of a line in units of its letters; and the least letters that can be read.
_LABEL_PT, _LEAST_PT = 1.25, 5.0


def type_matrix(table: pd.DataFrame, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw a type matrix as squares of colour: rows send, columns receive.

    White is 0, grey is undefined (a share of nothing). Shares are on a linear scale from 0, counts
    and weights on a logarithmic one. Up to 12 types the squares hold their numbers. Where there is
    no room for every label, the types with the largest sums are labelled.

    Parameters
    ----------
    table : DataFrame
        From ``ca.measures.type_matrix``.
    ax : Axes, optional
        Where to draw; a new figure that grows with the number of types where left out.
    title : str, optional
        In place of the graph's name.

    Raises
    ------
    ValueError
        Where the table is another, or holds values below 0.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> table = ca.measures.type_matrix(g, "cell_class", value="input_fraction")
    >>> ax = type_matrix(table)
    >>> ax.get_ylabel(), [label.get_text() for label in ax.get_yticklabels()]
    ('sends (pre), by cell_class', ['interneuron', 'motor', 'sensory'])
    >>> plt.close(ax.figure)
    """
    levels = _levels(table)
    count = len(levels)
    side = float(np.clip(_INCHES_A_TYPE * count + 2.2, _LEAST_IN, _MOST_IN))
    ax = axes_or_new(ax, side + 1.3, side)
    value = fact(table, "value")
    if count:
        image = _show(ax, levels, shares=value in _SHARES)
        if image is not None:
            _add_colour_bar(ax, image, table, value)
        if count <= _MOST_NUMBERS:
            _write_numbers(ax, levels, shares=value in _SHARES)
    else:
        ax.text(0.5, 0.5, "no types", transform=ax.transAxes, ha="center", va="center", color=GREY)
    _label(ax, [str(name) for name in table.index], levels)
    by = fact(table, "by")
    how = f", by {by}" if by and by != "by" else ""
    ax.set_ylabel(f"sends (pre){how}", fontsize=LABEL_PT)
    ax.set_xlabel(f"receives (post){how}", fontsize=LABEL_PT)
    for spine in ax.spines.values():
        spine.set_linewidth(HAIR_PT)
    put_headline(ax, title if title is not None else str(fact(table, "graph") or ""))
    return ax


def _levels(table: object) -> NDArray[np.float64]:
    if not isinstance(table, pd.DataFrame) or list(table.index) != list(table.columns):
        got = f"a table of {' x '.join(map(str, getattr(table, 'shape', ())))}"
        msg = (
            f"{_NAME} takes the square table of {_SOURCE}, with the same types in rows and "
            f"columns; got {got if isinstance(table, pd.DataFrame) else type(table).__name__}."
        )
        raise ValueError(msg)
    levels = table.to_numpy(dtype=np.float64)
    if (levels < 0).any():
        msg = f"{_NAME} draws values from 0 up, got {np.nanmin(levels):g}."
        raise ValueError(msg)
    return levels


def _show(ax: Axes, levels: NDArray[np.float64], *, shares: bool) -> AxesImage | None:
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, LogNorm, Normalize

    count = len(levels)
    ax.set(xlim=(-0.5, count - 0.5), ylim=(count - 0.5, -0.5), aspect="equal")
    undefined = np.isnan(levels)
    if undefined.any():
        ax.imshow(
            np.ma.masked_where(~undefined, np.ones(levels.shape)),
            cmap=ListedColormap([PALE]),
            interpolation="nearest",
        )
    shown = levels[np.nan_to_num(levels) > 0]
    if len(shown) == 0:
        return None
    top = float(shown.max())
    low = float(shown.min())
    norm = Normalize(0, top) if shares else LogNorm(low, top if top > low else 10 * low)
    start = 0.05 if shares else DENSITY_FROM
    return ax.imshow(
        np.ma.masked_where(~(np.nan_to_num(levels) > 0), levels),
        cmap=ListedColormap(colormaps[DENSITY](np.linspace(start, 1, 256))),
        norm=norm,
        interpolation="nearest",
    )


def _add_colour_bar(ax: Axes, image: AxesImage, table: pd.DataFrame, value: Any) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    bar = ax.figure.colorbar(image, ax=ax, shrink=0.75, pad=0.02)
    words = _WORDS.get(str(value), "value")
    if value == "weight":
        words = f"{words}: {fact(table, 'weight_meaning') or 'of unstated meaning'}"
    if value not in _SHARES:
        words += " (log scale)"
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:,g}"))
        bar.ax.yaxis.set_minor_formatter(NullFormatter())
    bar.set_label(words, fontsize=TEXT_PT)
    bar.ax.tick_params(labelsize=SMALL_PT)


def _write_numbers(ax: Axes, levels: NDArray[np.float64], *, shares: bool) -> None:
    top = float(np.nanmax(levels)) if np.isfinite(levels).any() else 0.0
    least = float(levels[np.nan_to_num(levels) > 0].min(initial=top))
    for (row, column), level in np.ndenumerate(levels):
        if np.isnan(level) or level == 0:
            continue
        if shares:
            words, depth = f"{level:.2f}" if level >= 0.005 else "<.01", float(level) / top
        else:
            words = f"{level:,.0f}" if level < 1e5 else f"{level:.1e}"
            depth = float(np.log(level / least) / np.log(top / least)) if top > least else 0.0
        ax.text(
            column,
            row,
            words,
            ha="center",
            va="center",
            fontsize=SMALL_PT,
            color="white" if depth > 0.55 else "black",
        )


def _label(ax: Axes, names: list[str], levels: NDArray[np.float64]) -> None:
    """Label every type, or, without room for all, those with the largest sums."""
    count = len(names)
    # Margins shrink when the figure is laid out, so axes end up larger than they are now.
    room = 1.1 * height_pt(ax) / max(count, 1)
    size = float(np.clip(room / _LABEL_PT, _LEAST_PT, SMALL_PT))
    apart = _LABEL_PT * size / max(room, 1e-9)
    sums = np.nan_to_num(levels)
    chosen: list[int] = []
    for place in np.argsort(-(sums.sum(axis=0) + sums.sum(axis=1)), kind="stable").tolist():
        if apart <= 1 + 1e-9 or all(abs(place - other) >= apart for other in chosen):
            chosen.append(place)
    chosen.sort()
    words = [names[place] for place in chosen]
    ax.set_xticks(chosen, words, rotation=90, fontsize=size)
    ax.set_yticks(chosen, words, fontsize=size)
    ax.tick_params(length=2, pad=2, width=HAIR_PT)
    for text in [*ax.get_xticklabels(), *ax.get_yticklabels()]:
        text.set_parse_math(False)  # a name may hold dollar signs
