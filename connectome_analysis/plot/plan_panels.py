"""Plan panels: what reconstructions of several sizes cost, quantity by quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .given_table import require_columns
from .headline import put_headline
from .look import BLUE, LABEL_PT, PALE, SMALL_PT, TEXT_PT
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = "plot.plan_costs"
_PANELS = {
    "raw_images": "raw images, TB",
    "imaging": "imaging, days",
    "prediction": "prediction, GPU hours",
    "synapse_rows": "synapses, rows",
    "synapse_table": "synapse table, GB",
    "motif_table": "motif table, core hours",
}


def plan_costs(table: pd.DataFrame, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw costs of several plans on logarithmic scales, one panel to a quantity.

    Parameters
    ----------
    table : DataFrame
        From ``ca.planning.compare_costs``.
    ax : Axes, optional
        Its place is given to the panels; a new figure where left out.
    title : str, optional

    Returns
    -------
    Axes
        That of the title; the panels are its ``child_axes``.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> ax = plan_costs(ca.planning.compare_costs("adult-fly-brain", "mouse-brain"))
    >>> len(ax.child_axes)
    6
    >>> plt.close(ax.figure)
    """
    rows = require_columns(table, ("unit",), _NAME, "ca.planning.compare_costs")
    plans = [str(name) for name in rows.columns if name != "unit"]
    missing = [name for name in _PANELS if name not in rows.index]
    if missing or not plans:
        msg = f"{_NAME} takes the table of ca.planning.compare_costs; this one lacks {missing[:1]}."
        raise ValueError(msg)
    ax = axes_or_new(ax, 11.0, 2.2 + 0.62 * len(plans))
    ax.axis("off")
    for number, (quantity, words) in enumerate(_PANELS.items()):
        across, down = number % 3, number // 3
        panel = ax.inset_axes((across / 3 + 0.02, 0.5 - 0.5 * down + 0.1, 0.29, 0.34))
        values = rows.loc[quantity, plans].to_numpy(np.float64)
        _draw(panel, plans, values, words, named=across == 0)
    put_headline(ax, title if title is not None else "What reconstructions cost")
    return ax


def _draw(
    panel: Any, plans: list[str], values: np.ndarray[Any, Any], words: str, *, named: bool
) -> None:
    places = np.arange(len(plans))
    low = 10 ** np.floor(np.log10(values.min()) - 0.3)
    panel.barh(places, values, left=0, color=BLUE, height=0.62)
    panel.set_xscale("log")
    panel.set_xlim(low, values.max() * 400)
    for place, value in zip(places, values, strict=True):
        panel.annotate(
            _short(float(value)),
            (value, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL_PT,
        )
    panel.set_yticks(places, plans if named else [""] * len(plans), fontsize=TEXT_PT)
    panel.invert_yaxis()
    panel.set_title(words, fontsize=LABEL_PT, loc="left")
    panel.tick_params(axis="both", length=0, labelsize=SMALL_PT)
    panel.locator_params(axis="x", numticks=4)
    panel.minorticks_off()
    panel.spines[["top", "right", "bottom"]].set_visible(False)
    panel.grid(axis="x", color=PALE, lw=0.5)
    panel.set_axisbelow(True)


def _short(value: float) -> str:
    if 0.01 <= value < 1e5:
        return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
    mantissa, power = f"{value:.1e}".split("e")
    return f"{mantissa} × 10$^{{{int(power)}}}$"
