"""Error-fit panels: what an error model was fitted to, beside what it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .headline import put_headline
from .look import BLUE, GREY, HAIR_PT, LABEL_PT, LINE_PT, PALE, SMALL_PT, TEXT_PT, VERMILION
from .place import axes_or_new, panel_below

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SIDE = 0.16
_LEFT = 0.85  # of the first class, whose number is wider than its column


def error_fit(model: Any, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw how well a fitted error model describes what it was fitted to.

    For verified pairs, the share of pairs seen against their true number of synapses, with 95 %
    intervals, beside the model's; below it, for models of synapses, the mean number detected per
    true synapse with the standard deviation over pairs, beside the model's. For replicates, the
    number of pairs seen 0, 1, ... times beside the number expected. Numbers along the top, or over
    the bars, count pairs.

    Parameters
    ----------
    model : ErrorModel
        From `errors.fit_verified`, `errors.fit_proofread` or `errors.fit_replicates`.
    ax : Axes, optional
        Where to draw; a new figure where left out. The lower panel takes part of its place.
    title : str, optional
        In place of the model's name and what it was fitted to.

    Raises
    ------
    ValueError
        Where the model has no table of observed beside expected.

    Examples
    --------
    >>> import connectome_analysis as ca, matplotlib.pyplot as plt
    >>> model = ca.errors.fit_verified([3, 0, 2, 0, 1], [4, 1, 2, 0, 0])
    >>> ax = error_fit(model)
    >>> ax.get_ylabel()
    'share of pairs seen'
    >>> plt.close(ax.figure)
    """
    evidence = getattr(model, "evidence", None)
    table = getattr(evidence, "table", None)
    if table is None:
        msg = (
            "error_fit draws a model with evidence.table, as errors.fit_verified, fit_proofread and "
            f"fit_replicates make it; got {model!r}"
        )
        raise ValueError(msg)
    words = title if title is not None else _words(model)
    if "times_seen" in table.columns:
        return _replicates(table, axes_or_new(ax, 7.0, 4.4), words)
    synapses = bool(table["expected_mean"].notna().any())
    ax = axes_or_new(ax, 8.0, 6.4 if synapses else 4.6)
    below = panel_below(ax, 0.42) if synapses else None
    _seen(table, ax, words, int(model.min_synapses))
    if not synapses:
        _false_of_weak(table, ax, model)
    if below is not None:
        _detected(table, below)
        ax.tick_params(labelbottom=False)
    lowest = ax if below is None else below
    lowest.set_xticks(np.arange(len(table)), _classes(table))
    lowest.set_xlabel("true synapses of the pair", fontsize=LABEL_PT)
    return ax


def _seen(table: pd.DataFrame, ax: Axes, words: str, min_synapses: int) -> None:
    from matplotlib.ticker import PercentFormatter

    place = np.arange(len(table))
    n = table["n_pairs"].to_numpy(float)
    low, high = _interval(table["seen"].to_numpy(float), n)
    share = table["seen"].to_numpy(float) / n
    # A share can lie on the edge of its interval, and rounding must not put it beyond.
    reach = np.maximum([share - low, high - share], 0.0)
    expected = table["expected_seen"].to_numpy(float) / n
    handles: list[Any] = [
        ax.errorbar(
            place - _SIDE / 2,
            share,
            reach,
            fmt="o",
            ms=5,
            color=BLUE,
            elinewidth=LINE_PT,
            label=f"observed: {min_synapses} or more synapses detected (95 % interval)",
        ),
        *ax.plot(
            place + _SIDE / 2, expected, "_", ms=15, mew=2.4, color=VERMILION, label="fitted model"
        ),
    ]
    for x, number in enumerate(n):
        ax.text(
            x,
            1.02,
            _short(number),
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=SMALL_PT,
            color=GREY,
        )
    if table["true_to"].iloc[0] == 0:  # too low to be read off the axis
        ax.annotate(
            f"{100 * share[0]:.2g} %",
            (0, share[0]),
            (0, 8),
            textcoords="offset points",
            ha="center",
            fontsize=TEXT_PT,
            color=BLUE,
        )
    ax.annotate(
        "pairs",
        (0, 1.02),
        (-6, 0),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        fontsize=SMALL_PT,
        color=GREY,
    )
    ax.set_ylim(-0.03, 1.05)
    ax.set_xlim(-_LEFT, len(table) - 0.4)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_ylabel("share of pairs seen", fontsize=LABEL_PT)
    ax.set_xticks(place, _classes(table))
    _tidy(ax)
    put_headline(ax, words, handles, above_pt=16)


def _false_of_weak(table: pd.DataFrame, ax: Axes, model: Any) -> None:
    """What alpha is a share of, where pairs with a few true synapses count as unconnected too."""
    weak = table[table["true_to"] < int(model.connection_from)]
    if len(weak) < 2 or not isinstance(model.alpha, (int, float)):
        return
    share = float(weak["seen"].sum() / weak["n_pairs"].sum())
    if not np.isclose(share, model.alpha, rtol=0.02):  # of other pairs, or by area
        return
    ax.text(
        0.02,
        0.97,
        f"0\N{EN DASH}{model.connection_from - 1} true synapses are\nno connection here:\n"
        f"{100 * share:.2g} % of them all\nseen (\N{GREEK SMALL LETTER ALPHA})",
        transform=ax.transAxes,
        va="top",
        fontsize=SMALL_PT,
        color=BLUE,
    )


def _detected(table: pd.DataFrame, ax: Axes) -> None:
    """Detected per true synapse; pairs without a true one have none."""
    true = _true_mean(table)
    some = true > 0
    place = np.arange(len(table))[some]
    for name, colour, mark, side in (
        ("detected", BLUE, "o", -_SIDE / 2),
        ("expected", VERMILION, "_", _SIDE / 2),
    ):
        mean = table[f"{name}_mean"].to_numpy(float)[some] / true[some]
        spread = table[f"{name}_sd"].to_numpy(float)[some] / true[some]
        ax.errorbar(
            place + side,
            mean,
            spread,
            fmt=mark,
            ms=5 if mark == "o" else 12,
            mew=None if mark == "o" else 2.4,
            color=colour,
            elinewidth=LINE_PT,
        )
    ax.axhline(1.0, color=PALE, lw=HAIR_PT, zorder=0)
    ax.set_ylim(bottom=0.0)
    ax.set_ylabel("detected / true", fontsize=LABEL_PT)
    ax.text(
        1.0,
        1.0,
        "synapses detected per true one: mean and SD over pairs",
        transform=ax.transAxes,
        ha="right",
        va="top",
        fontsize=SMALL_PT,
        color=GREY,
    )
    _tidy(ax)


def _replicates(table: pd.DataFrame, ax: Axes, words: str) -> Axes:
    from matplotlib.ticker import FuncFormatter

    times = table["times_seen"].to_numpy()
    n = table["n_pairs"].to_numpy(float)
    expected = table["expected"].to_numpy(float)
    handles: list[Any] = [ax.bar(times, n, width=0.7, color=BLUE, label="observed")]
    handles += ax.plot(times, expected, "_", ms=26, mew=2.4, color=VERMILION, label="fitted model")
    ax.set_yscale("log")
    top = max(float(n.max()), float(expected.max()))
    ax.set_ylim(min(0.7, max(float(expected.min()), 0.05) / 2), top * 3)
    for x, number, other in zip(times, n, expected, strict=True):
        ax.annotate(
            f"{number:,.0f}",
            (x, max(number, other, 0.7)),
            (0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=TEXT_PT,
        )
    ax.set_xticks(times)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    ax.set_xlabel(f"seen in so many of {len(times) - 1} replicates", fontsize=LABEL_PT)
    ax.set_ylabel("pairs of neurons", fontsize=LABEL_PT)
    _tidy(ax)
    put_headline(ax, words, handles)
    return ax


def _tidy(ax: Axes) -> None:
    ax.tick_params(labelsize=TEXT_PT)
    ax.spines[["top", "right"]].set_visible(False)


def _interval(seen: Any, n: Any) -> tuple[Any, Any]:
    """95 % interval of Jeffreys' prior, which stays between 0 and 1."""
    from scipy.stats import beta

    low = beta.ppf(0.025, seen + 0.5, n - seen + 0.5)
    high = beta.ppf(0.975, seen + 0.5, n - seen + 0.5)
    return np.where(seen == 0, 0.0, low), np.where(seen == n, 1.0, high)


def _true_mean(table: pd.DataFrame) -> Any:
    return table["true_mean"].to_numpy(float)


def _classes(table: pd.DataFrame) -> list[str]:
    words = [
        f"{low}" if low == high else f"{low}\N{EN DASH}{high}"
        for low, high in zip(table["true_from"], table["true_to"], strict=True)
    ]
    if words and table["true_from"].iloc[-1] != table["true_to"].iloc[-1]:
        words[-1] = f"\N{GREATER-THAN OR EQUAL TO} {table['true_from'].iloc[-1]}"
    return words


def _short(number: float) -> str:
    return f"{number / 1e6:.3g}M" if number >= 1e6 else f"{number:,.0f}"


def _words(model: Any) -> str:
    from_what = f"fit to {model.evidence.fitted_to}"
    parts = []
    for name, sign in (
        ("alpha", "\N{GREEK SMALL LETTER ALPHA}"),
        ("beta", "\N{GREEK SMALL LETTER BETA}"),
    ):
        value = getattr(model, name)
        if isinstance(value, (int, float)):
            parts.append(f"{sign} = {value:.3g}")
    if not model.of_connections:
        parts = [f"recall {model.recall:.3g}", f"{model.false_rate:.3g} false synapses per pair"]
    head = f"{model.name}: " if model.name else ""
    return f"{head}{from_what}, {', '.join(parts)}"
