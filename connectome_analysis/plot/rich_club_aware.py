"""Rich club, aware: the null seen with the errors of the reconstruction, beside the naive one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .look import LINE_PT, VERMILION

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
_LOOK: dict[str, Any] = {"color": VERMILION, "lw": LINE_PT, "ls": ":", "zorder": 3.5}


def has_aware(rows: pd.DataFrame) -> bool:
    """Whether a curve was made with an error model."""
    return "aware_null_mean" in rows.columns


def draw_aware(ax: Axes, below: Axes, k: Floats, rows: pd.DataFrame) -> None:
    """Draw the mean of the null with errors, and phi over it in the lower panel."""
    mean = rows["aware_null_mean"].to_numpy(np.float64)
    low, high = (rows[f"aware_null_{end}"].to_numpy(np.float64) for end in ("low", "high"))
    ax.fill_between(k, low, high, color=VERMILION, alpha=0.18, lw=0, zorder=2.2)
    ax.plot(k, mean, **_LOOK)
    ratio = np.full(len(k), np.nan)
    np.divide(rows["phi"].to_numpy(np.float64), mean, out=ratio, where=mean > 0)
    below.plot(k, ratio, **_LOOK)


def aware_explained() -> list[Artist]:
    """Entries of the legend."""
    from matplotlib.lines import Line2D

    return [Line2D([], [], color=VERMILION, lw=LINE_PT, ls=":", label="null with errors")]
