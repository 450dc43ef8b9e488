"""Reliability curve: what a calibration promises beside the share that was real, tenth by tenth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .headline import put_headline
from .look import BLUE, GREY, HAIR_PT, LABEL_PT, TEXT_PT
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def reliability(calibration: Any, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw how well a calibration describes the synapses or pairs that were verified.

    A point stands for a tenth of them, by score: the mean probability they were given, and the share
    that was real with its 95 % interval. Points on the line are as promised.

    Parameters
    ----------
    calibration : Calibration
        From `errors.calibrate_confidence` or `errors.calibrate_connectome`.
    ax : Axes, optional
        Where to draw; a new figure where left out.
    title : str, optional

    Raises
    ------
    ValueError
        Where something else is given.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> made = ca.errors.calibrate_confidence([1, 2, 3, 4, 5, 6], [0, 0, 1, 0, 1, 1])
    >>> ax = reliability(made)
    >>> ax.get_ylabel()
    'share real'
    >>> plt.close(ax.figure)
    """
    table = getattr(calibration, "reliability", None)
    if table is None:
        msg = (
            f"reliability draws a Calibration of errors.calibrate_confidence, got {calibration!r}."
        )
        raise ValueError(msg)
    ax = axes_or_new(ax, 5.4, 5.0)
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=HAIR_PT, zorder=1)
    x, y = table["predicted"].to_numpy(), table["observed"].to_numpy()
    # An interval of Jeffreys' need not hold a share of 0 or 1.
    below = (y - table["low"].to_numpy()).clip(min=0.0)
    above = (table["high"].to_numpy() - y).clip(min=0.0)
    ax.errorbar(
        x, y, yerr=[below, above], fmt="o", color=BLUE, elinewidth=1.0, capsize=2.5, zorder=3
    )
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.03, 1.03)
    ax.set_aspect("equal")
    ax.set_xlabel("calibrated probability", fontsize=LABEL_PT)
    ax.set_ylabel("share real", fontsize=LABEL_PT)
    ax.tick_params(labelsize=TEXT_PT)
    for edge in ("top", "right"):
        ax.spines[edge].set_visible(False)
    said = f"Tenths of {calibration.n:,} verified, Brier score {calibration.brier:.3g}"
    put_headline(ax, said if title is None else title)
    return ax
