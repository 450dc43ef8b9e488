"""Place: the axes a picture is drawn in, the caller's or a new figure's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform


def axes_or_new(ax: Axes | None, width_in: float, height_in: float) -> Axes:
    """Return `ax`, or the axes of a new figure of that size whose labels are never clipped."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    _, new = plt.subplots(figsize=(width_in, height_in), layout="constrained")
    return new


def panel_below(ax: Axes, share: float) -> Axes:
    """Give the lower `share` of the place of `ax` to new axes with the same x axis.

    The new axes are in ``ax.figure.axes``, after `ax`.
    """
    figure = ax.figure
    spec = ax.get_subplotspec()
    if spec is not None:
        grid = spec.subgridspec(2, 1, height_ratios=(1 - share, share), hspace=0.06)
        ax.set_subplotspec(grid[0])
        return figure.add_subplot(grid[1], sharex=ax)
    box = ax.get_position()
    gap = 0.04 * box.height
    below = figure.add_axes((box.x0, box.y0, box.width, share * box.height - gap), sharex=ax)
    ax.set_position((box.x0, box.y0 + share * box.height, box.width, (1 - share) * box.height))
    return below


def width_pt(ax: Axes) -> float:
    """Width of axes in points, as far as is known before the figure is laid out."""
    return float(ax.get_window_extent().width) * 72 / _dpi(ax)


def height_pt(ax: Axes) -> float:
    """Height of axes in points, as far as is known before the figure is laid out."""
    return float(ax.get_window_extent().height) * 72 / _dpi(ax)


def from_corner_inches(ax: Axes) -> Transform:
    """Transform whose coordinates are inches from the lower left corner of the axes."""
    from matplotlib.transforms import ScaledTranslation

    # The stubs ask for an affine transform, which transAxes is.
    corner = ScaledTranslation(0, 0, ax.transAxes)  # type: ignore[arg-type]
    return ax.figure.dpi_scale_trans + corner


def _dpi(ax: Axes) -> float:
    return float(ax.figure.dpi)
