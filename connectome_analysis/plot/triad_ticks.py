"""Triad ticks: under each tick the small graph of its class, its MAN name and its plain name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..motifs.triads import TRIADS
from .look import SMALL_PT, TEXT_PT, ink
from .place import width_pt
from .small_graphs import small_graph
from .wrapped_text import text_width_pt, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDE_PT = 30.0
_FROM_AXIS_PT = 6.0
# From the top of the small graph's box to where plain names begin.
_NAME_PT = _FROM_AXIS_PT + 1.35 * TEXT_PT
_LEAST_READABLE_PT = 6.0


def put_triad_ticks(
    ax: Axes, names: Sequence[str], *, plain_names: bool | None, widens: float = 1.1
) -> None:
    """Give the x axis one tick for each name, at 0, 1, 2, ...

    Plain names are wrapped to the room between ticks; None leaves them out where there is none.
    Margins shrink when the figure is laid out, so axes end up wider than they are before, by a
    factor `widens`.
    """
    from matplotlib.offsetbox import AnnotationBbox

    slot = widens * width_pt(ax) / max(len(names), 1)
    side = min(_SIDE_PT, 0.8 * slot)
    room = 0.96 * slot
    longest = max(
        (text_width_pt(word, SMALL_PT) for n in names for word in TRIADS[n].plain_name.split()),
        default=room,
    )
    size = min(SMALL_PT, SMALL_PT * room / longest)
    if plain_names is None:
        plain_names = size >= _LEAST_READABLE_PT
    size = max(size, _LEAST_READABLE_PT)
    places = range(len(names))
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.set_xticks(places, names, fontsize=min(TEXT_PT, 0.35 * slot), weight="bold")
    ax.tick_params(axis="x", which="major", length=3, pad=side + _FROM_AXIS_PT)
    for place, name in zip(places, names, strict=True):
        ax.add_artist(
            AnnotationBbox(
                small_graph(name, side),
                (place, 0),
                xybox=(0, -_FROM_AXIS_PT),
                xycoords=("data", "axes fraction"),
                boxcoords="offset points",
                box_alignment=(0.5, 1),
                frameon=False,
                pad=0,
            )
        )
        if plain_names:
            words = wrapped(TRIADS[name].plain_name, size, room)
            _write_under(ax, place, side + _NAME_PT, words, size)


def _write_under(ax: Axes, place: int, top_pt: float, text: str, size_pt: float) -> None:
    # Line by line: a text of several lines stands higher or lower with the letters in it.
    for number, line in enumerate(text.split("\n")):
        ax.annotate(
            line,
            (place, 0),
            xycoords=("data", "axes fraction"),
            xytext=(0, -top_pt - size_pt * (1 + 1.12 * number)),
            textcoords="offset points",
            ha="center",
            va="baseline",
            fontsize=size_pt,
            color=ink(),
        )
