"""Colored motifs: the commonest classes of colored neurons, drawn, beside bars of their counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .given_table import fact, require_columns
from .headline import put_headline
from .look import BLUE, GREEN, GREY, HAIR_PT, ORANGE, PALE, PURPLE, SKY, TEXT_PT, VERMILION, ink
from .place import axes_or_new, height_pt, width_pt
from .small_graphs import outlines
from .wrapped_text import text_width_pt

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.offsetbox import DrawingArea

_NAME = "plot.colored_motifs"
_SOURCE = "ca.motifs.colored_census"
_SIDE_PT = 34.0
_ROW_IN = 0.56
_GAP_PT = 7.0
_LABEL_SHARE = 0.24
# Labels that everyone draws alike keep their colour whatever else is in the table.
_FIXED = {"E": VERMILION, "I": BLUE, "?": GREY, "unknown": PALE}
_FREE = (BLUE, VERMILION, ORANGE, PURPLE, SKY, GREEN)
_MORE = ("#7B3294", "#A6761D", "#666600", "#1B7837", "#8C2D04", "#3F007D", "#00494D", "#AE017E")
# A pair is drawn as the triad that has no other edge, without its third neuron.
_PAIRS = {"null": "003", "asymmetric": "012", "mutual": "102"}


def colored_motifs(
    table: pd.DataFrame, ax: Axes | None = None, *, top: int = 12, title: str | None = None
) -> Axes:
    """Draw the commonest colored classes beside bars of their counts.

    Dots have the color of their label, arrows are dark. E is red, I is blue.

    Parameters
    ----------
    table : DataFrame
        From ``ca.motifs.colored_census``, whole or any rows of it, of triads or of pairs.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    top : int
        How many classes, the commonest first.
    title : str, optional
        In place of dataset, colors and how many classes there are.

    Raises
    ------
    ValueError
        Where the table is another or has no rows, or `top` is not a whole number of at least 1.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> ax = colored_motifs(ca.motifs.colored_census(g, "sign"), top=5)
    >>> len(ax.patches)
    5
    >>> plt.close(ax.figure)
    """
    columns = ("motif", "color_a", "color_b", "label", "count")
    rows = require_columns(table, columns, _NAME, _SOURCE)
    given: object = top
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        msg = f"top must be a whole number of at least 1, got {top!r}."
        raise ValueError(msg)
    if rows.empty:
        msg = f"{_NAME} got a table without rows: there is nothing to draw."
        raise ValueError(msg)
    rows = rows.sort_values("count", ascending=False, kind="stable").head(top)
    names = [name for name in ("color_a", "color_b", "color_c") if name in rows.columns]
    colors = [tuple(map(str, three)) for three in rows[names].itertuples(index=False)]
    palette = _palette(colors, fact(table, "neurons"))
    ax = axes_or_new(ax, 8.6, 1.1 + _ROW_IN * len(rows))
    _bars(ax, rows)
    side = min(_SIDE_PT, 0.92 * height_pt(ax) / len(rows))
    for place, (motif, labels) in enumerate(zip(rows["motif"], colors, strict=True)):
        _put(ax, place, _drawing(str(motif), labels, palette, side), side)
    heading = title if title is not None else _title(table, len(rows))
    put_headline(ax, heading, _legend(colors, palette))
    return ax


def _bars(ax: Axes, rows: pd.DataFrame) -> None:
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    places = range(len(rows))
    counts = rows["count"].to_numpy(float)
    ax.barh(places, counts, height=0.46, color=GREY, zorder=2)
    for place, count in zip(places, rows["count"], strict=True):
        ax.annotate(
            f"{int(count):,}",
            (float(count), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=TEXT_PT,
            color=ink(),
        )
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(0, max(1.0, 1.14 * counts.max()))
    ax.set_yticks(places, _tick_labels(ax, rows), fontsize=TEXT_PT)
    for text in ax.get_yticklabels():
        text.set_parse_math(False)  # a label may hold dollar signs
    ax.set_xlabel("count (induced)", fontsize=TEXT_PT)
    ax.tick_params(axis="x", labelsize=TEXT_PT)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_linewidth(HAIR_PT)


def _tick_labels(ax: Axes, rows: pd.DataFrame) -> list[str]:
    """Whole labels where there is room for them; the drawings say the colors too."""
    labels = [str(label) for label in rows["label"]]
    widest = max(text_width_pt(label, TEXT_PT) for label in labels)
    return labels if widest <= _LABEL_SHARE * width_pt(ax) else rows["motif"].astype(str).tolist()


def _put(ax: Axes, place: int, drawing: DrawingArea, side: float) -> None:
    from matplotlib.offsetbox import AnnotationBbox

    ax.tick_params(axis="y", length=0, pad=side + 2 * _GAP_PT)
    ax.add_artist(
        AnnotationBbox(
            drawing,
            (0, place),
            xybox=(-_GAP_PT, 0),
            xycoords=("axes fraction", "data"),
            boxcoords="offset points",
            box_alignment=(1, 0.5),
            frameon=False,
            pad=0,
        )
    )


def _drawing(
    motif: str, labels: Sequence[str], palette: Mapping[str, str], side: float
) -> DrawingArea:
    from matplotlib.offsetbox import DrawingArea
    from matplotlib.patches import Circle, Polygon

    shape = outlines(_PAIRS.get(motif, motif))
    area = DrawingArea(side, side)
    up = np.array([0.0, 0.5 - shape.dots[0, 1] if motif in _PAIRS else 0.0])
    for outline, _ in shape.arrows:
        area.add_artist(Polygon((outline + up) * side, closed=True, fc=ink(), ec="none"))
    for (x, y), label in zip(shape.dots[: len(labels)] + up, labels, strict=True):
        # A thin rim keeps pale dots apart from the paper.
        radius = 1.3 * shape.dot_radius * side
        look = {"fc": palette[label], "ec": ink(), "lw": 0.6}
        area.add_artist(Circle((x * side, y * side), radius, **look))
    return area


def _palette(colors: Iterable[Sequence[str]], neurons: Mapping[str, int] | None) -> dict[str, str]:
    """Colour of each label: the same for one dataset, whichever of its classes are drawn."""
    used = dict.fromkeys(label for three in colors for label in three)
    known = [label for label in (neurons or {}) if label not in used]
    # Alphabetical where the order of the colors got lost.
    order = [*neurons, *used] if neurons else sorted([*used, *known])
    fixed = {label: _FIXED[label] for label in used if label in _FIXED}
    free = [colour for colour in (*_FREE, *_MORE) if colour not in fixed.values()]
    others = [label for label in dict.fromkeys(order) if label not in _FIXED]
    if len(others) > len(free):  # too many to have one each: those drawn go first
        others = [*(o for o in others if o in used), *(o for o in others if o not in used)]
    return fixed | {label: free[i % len(free)] for i, label in enumerate(others)}


def _legend(colors: Iterable[Sequence[str]], palette: Mapping[str, str]) -> list[Artist]:
    from matplotlib.lines import Line2D

    used = {label for three in colors for label in three}
    words = {"E": "E, excitatory", "I": "I, inhibitory", "?": "?, neither"}
    signs = used <= set(_FIXED)
    return [
        Line2D(
            [],
            [],
            marker="o",
            ls="none",
            ms=8,
            mfc=colour,
            mec=ink(),
            mew=0.6,
            label=words.get(label, label) if signs else label,
        )
        for label, colour in sorted(palette.items(), key=_signs_first)
        if label in used
    ]


def _signs_first(item: tuple[str, str]) -> tuple[int, str]:
    label = item[0]
    order = ("E", "I", "?")
    place = order.index(label) if label in order else len(order) + (label == "unknown")
    return place, label


def _title(table: pd.DataFrame, n_drawn: int) -> str:
    name, source = fact(table, "graph"), fact(table, "colors")
    pairs = "color_c" not in table.columns
    what = f"{'pairs' if pairs else 'triads'} by {source or 'color'}"
    some = "" if n_drawn == len(table) else f", the {n_drawn} commonest of {len(table):,} classes"
    return f"{name}{': ' if name else ''}{what}{some}"
