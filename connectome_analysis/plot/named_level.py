"""Named level: a dashed line across a plot, and at its right end what it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .look import GREY, HAIR_PT, TEXT_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_level(ax: Axes, y: float, name: str) -> None:
    """Draw it at a value of the y axis."""
    ax.axhline(y, color=GREY, lw=HAIR_PT, ls="--")
    ax.annotate(
        name,
        (1, y),
        xycoords=("axes fraction", "data"),
        xytext=(-3, 3),
        textcoords="offset points",
        ha="right",
        fontsize=TEXT_PT,
        color=GREY,
    )
