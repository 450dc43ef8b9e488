"""Drawn: what a finished picture holds, laid out as it would be saved."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text


def saved(ax: Axes) -> bytes:
    """The picture as a PNG; warnings of layout or glyphs are errors in these tests."""
    file = io.BytesIO()
    ax.figure.savefig(file, format="png", dpi=80)
    return file.getvalue()


def words(ax: Axes) -> set[str]:
    """Every text that is not empty."""
    texts = ax.figure.findobj(Text)
    return {text.get_text() for text in texts if text.get_visible() and text.get_text().strip()}


def clipped(ax: Axes) -> list[str]:
    """Texts that reach beyond the edge of the figure."""
    saved(ax)
    figure = ax.figure
    width, height = figure.canvas.get_width_height()
    renderer = figure.canvas.get_renderer()
    found = []
    unseen = _labels_out_of_view(ax)
    for text in figure.findobj(Text):
        if text in unseen or not text.get_visible() or not text.get_text().strip():
            continue
        box = text.get_window_extent(renderer)
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1:
            found.append(text.get_text())
    return found


def _labels_out_of_view(ax: Axes) -> set[Text]:
    """Labels of ticks that matplotlib keeps beyond the limits and does not draw."""
    kept: set[Text] = set()
    for axes in ax.figure.findobj(Axes):  # those within axes too
        if not axes.axison:
            kept |= {axes.xaxis.label, axes.yaxis.label}
        for axis in (axes.xaxis, axes.yaxis):
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            drawn = set(axis._update_ticks()) if axes.axison else set()
            kept |= {label for t in ticks if t not in drawn for label in (t.label1, t.label2)}
    return kept


def overlapping(texts: list[Text]) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap by more than a hair."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    return [
        (first, second)
        for i, (first, a) in enumerate(boxes)
        for second, b in boxes[i + 1 :]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]


def markers(ax: Axes) -> dict[float, tuple[float, str, bool]]:
    """Place -> level, marker, filled; of the single points of a picture."""
    return {
        float(line.get_xdata()[0]): (
            float(line.get_ydata()[0]),
            str(line.get_marker()),
            not np.array_equal(line.get_markerfacecolor(), ax.get_facecolor()),
        )
        for line in ax.lines
        if len(line.get_xdata()) == 1 and line.get_marker() in ("^", "v")
    }
