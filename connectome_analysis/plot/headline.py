"""Headline: the title of a picture and its legend, between the title and the axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .look import TEXT_PT, TITLE_PT
from .place import height_pt, width_pt
from .wrapped_text import text_width_pt, wrapped

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

# In units of the letters' size, as matplotlib takes them.
_MARK, _MARK_TO_TEXT, _BETWEEN_COLUMNS, _BETWEEN_ROWS = 2.0, 0.5, 1.5, 0.35
_ROW_PT = 1.62 * TEXT_PT


def put_headline(
    ax: Axes,
    title: str,
    handles: Sequence[Artist] = (),
    *,
    above_pt: float = 0.0,
    beside_pt: float = 0.0,
) -> None:
    """Write the title to the left and the legend below it, in as many columns as there is room.

    Parameters
    ----------
    above_pt : float
        Height of what already stands over the axes, for instance numbers along its top.
    beside_pt : float
        Width of what stands to the left of the axes, where names may be long.
    """
    # Margins shrink when the figure is laid out, so axes end up wider than they are now, unless
    # what is beside them takes more than the margin.
    room = min(1.1 * width_pt(ax), 1.25 * width_pt(ax) - beside_pt)
    n_rows = 0
    if handles:
        columns = _columns([str(handle.get_label()) for handle in handles], room)
        n_rows = -(-len(handles) // columns)
        legend = ax.legend(
            handles=list(handles),
            loc="lower left",
            bbox_to_anchor=(-0.008, 1.0 + above_pt / height_pt(ax)),
            ncols=columns,
            frameon=False,
            fontsize=TEXT_PT,
            handlelength=_MARK,
            handletextpad=_MARK_TO_TEXT,
            columnspacing=_BETWEEN_COLUMNS,
            labelspacing=_BETWEEN_ROWS,
            borderaxespad=0.2,
        )
        for text in legend.get_texts():
            text.set_parse_math(False)  # a name may hold dollar signs
    ax.set_title(
        wrapped(title, TITLE_PT, room),
        loc="left",
        fontsize=TITLE_PT,
        parse_math=False,
        pad=above_pt + (_ROW_PT * n_rows + 4 if n_rows else 0) + 6,
    )


def _columns(labels: list[str], room_pt: float) -> int:
    """Most columns that fit; a legend is filled column by column."""
    widths = [text_width_pt(label, TEXT_PT) for label in labels]
    extra = (_MARK + _MARK_TO_TEXT + _BETWEEN_COLUMNS) * TEXT_PT
    for columns in range(len(labels), 1, -1):
        n_rows, longer = divmod(len(labels), columns)
        total, first = 0.0, 0
        for column in range(columns):
            stop = first + n_rows + (column < longer)
            total += max(widths[first:stop]) + extra
            first = stop
        if total <= room_pt:
            return columns
    return 1
