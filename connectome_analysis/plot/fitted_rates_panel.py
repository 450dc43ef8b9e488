"""Fitted rates: each rate of an error model with its interval, for fits that compare nothing with anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .headline import put_headline
from .look import BLUE, HAIR_PT, LABEL_PT, PALE, TEXT_PT
from .place import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FIELDS = (
    *("recall", "false_rate", "pre_completeness", "post_completeness"),
    *("alpha", "beta", "confidence_odds"),
)
_Z = 1.959964


def fitted_rates(model: Any, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw the rates of an error model, one line each, with 95 % intervals where they are uncertain.

    Rates from 0.001 to 1 differ a thousandfold, so the axis is logarithmic; a rate of 0 stands at
    its left end. Rates by neuron or pair are shown as their range.

    Parameters
    ----------
    model : ErrorModel
        Fitted or written by hand.
    ax : Axes, optional
    title : str, optional

    Raises
    ------
    ValueError
        Where the model has no rate.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> ax = fitted_rates(ca.errors.ErrorModel(alpha=0.01, beta=0.2, could_touch="all"))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['alpha', 'beta']
    >>> plt.close(ax.figure)
    """
    rows = _rows(model)
    if not rows:
        msg = f"fitted_rates draws a model with rates, got {model!r}"
        raise ValueError(msg)
    ax = axes_or_new(ax, 6.4, 1.5 + 0.34 * len(rows))
    values = np.array([[low, value, high] for _, value, low, high in rows])
    least = max(float(values[values > 0].min(initial=1.0)) / 3, 1e-9)
    shown = np.maximum(values, least)
    for i, (low, value, high) in enumerate(shown.tolist()):
        ax.axhline(i, color=PALE, linewidth=HAIR_PT, zorder=0)
        ax.plot([low, high], [i, i], color=BLUE, linewidth=1.6, solid_capstyle="butt", zorder=2)
        ax.plot([value], [i], "o", color=BLUE, zorder=3)
        ax.annotate(
            f"{values[i, 1]:.3g}",
            (value, i),
            (0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=TEXT_PT - 1,
        )
    ax.set_xscale("log")
    ax.set_xlim(least / 1.3, max(1.0, float(shown.max())) * 1.5)
    ax.set_yticks(range(len(rows)), [name for name, *_ in rows])
    ax.set_ylim(len(rows) - 0.4, -0.7)
    ax.set_xlabel("rate, with 95 % interval", fontsize=LABEL_PT)
    ax.tick_params(labelsize=TEXT_PT, left=False)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    put_headline(ax, title if title is not None else (model.name or "Rates of the error model"))
    return ax


def _rows(model: Any) -> list[tuple[str, float, float, float]]:
    """Name, value, least and most of each rate."""
    from ..errors.uncertainty import bounded, unbounded
    from ..errors.varying import PerGroup, PerMatrix, PerNeuron, PerPair

    spread: dict[str, float] = {}
    if model.uncertainty is not None:
        deviations = np.sqrt(np.diag(model.uncertainty.covariance)).tolist()
        spread = dict(zip(model.uncertainty.names, deviations, strict=True))

    def with_interval(name: str, value: float) -> tuple[str, float, float, float]:
        if name not in spread:
            return name, value, value, value
        centre, step = unbounded(value, name), _Z * spread[name]
        return name, value, bounded(centre - step, name), bounded(centre + step, name)

    rows = []
    unsaid = {"recall": 1.0, "pre_completeness": 1.0, "post_completeness": 1.0, "false_rate": 0.0}
    for field in _FIELDS:
        rate = getattr(model, field)
        if rate is None:
            continue
        if isinstance(rate, PerGroup):
            rows += [with_interval(f"{field}[{key}]", v) for key, v in rate.rates.items()]
        elif isinstance(rate, (PerNeuron, PerPair, PerMatrix)):
            every = rate.matrix if isinstance(rate, PerMatrix) else rate.rates
            if every.size:
                rows.append((field, float(every.mean()), float(every.min()), float(every.max())))
        elif isinstance(rate, float) and not (unsaid.get(field) == rate and field not in spread):
            rows.append(with_interval(field, rate))
    for field in ("split", "merge"):
        part = getattr(model, field)
        if part is not None and isinstance(part.probability, float):
            rows.append((f"{field} (per neuron)", *(part.probability,) * 3))
    return rows
