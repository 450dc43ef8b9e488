"""Findings: what the result tables say, in words computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .number_words import number, ratio

if TYPE_CHECKING:
    import pandas as pd

ALPHA = 0.05


class RichRange(NamedTuple):
    """An unbroken run of degrees at which a graph exceeds its null.

    Attributes
    ----------
    first, last : int
        Degrees.
    most, fewest : int
        Neurons with degree above `first` and above `last`.
    """

    first: int
    last: int
    most: int
    fewest: int


def more_than_null(triads: pd.DataFrame) -> list[str]:
    """Connected classes that occur significantly more often than in the null."""
    return _classes(triads, 1)


def less_than_null(triads: pd.DataFrame) -> list[str]:
    """Connected classes that occur significantly less often than in the null."""
    return _classes(triads, -1)


def _classes(triads: pd.DataFrame, sign: int) -> list[str]:
    from connectome_analysis.motifs import CONNECTED_TRIADS

    rows = triads.loc[[name for name in CONNECTED_TRIADS if name in triads.index]]
    above = np.sign(rows["observed"].to_numpy(float) - rows["null_mean"].to_numpy(float))
    chosen = (above == sign) & (rows["q_value"].to_numpy(float) < ALPHA)
    return [str(name) for name in rows.index[chosen]]


def nothing_varies(triads: pd.DataFrame) -> bool:
    """Whether every sample of the null has the connectome's own counts, so that nothing can stand out."""
    spread = triads["null_sd"].to_numpy(float)
    apart = triads["observed"].to_numpy(float) - triads["null_mean"].to_numpy(float)
    return bool((np.nan_to_num(spread) == 0).all() and (np.nan_to_num(apart) == 0).all())


def shared_by_all(tables: Sequence[pd.DataFrame]) -> tuple[list[str], list[str]]:
    """Classes that all tables have more often, and less often, than their nulls."""
    more = [more_than_null(table) for table in tables]
    less = [less_than_null(table) for table in tables]
    return (
        [name for name in more[0] if all(name in names for names in more)],
        [name for name in less[0] if all(name in names for names in less)],
    )


def rich_ranges(rich_club: pd.DataFrame) -> list[RichRange]:
    """Unbroken runs of k whose one-sided p-value is below 0.05, uncorrected."""
    return _runs(rich_club, rich_club["p_value"].to_numpy(float) < ALPHA)


def _runs(rich_club: pd.DataFrame, chosen: NDArray[np.bool_]) -> list[RichRange]:
    k, neurons = rich_club.index.to_numpy(), rich_club["n_neurons"].to_numpy()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(int)))
    return [
        RichRange(int(k[i]), int(k[j - 1]), int(neurons[i]), int(neurons[j - 1]))
        for i, j in zip(edges[::2], edges[1::2], strict=True)
    ]


def poor_ranges(rich_club: pd.DataFrame) -> list[RichRange]:
    """Unbroken runs of k at which the observation lies below the null's 95 % interval."""
    return _runs(rich_club, (rich_club["phi_normalized_high"] < 1).to_numpy())


def strongest_excess(rich_club: pd.DataFrame) -> pd.Series | None:
    """Row among the significant ones whose ratio to the null is surely large.

    It is the one with the highest lower end of the 95 % interval: the ratio itself is largest
    among the last two or three neurons, where it says least.
    """
    rich = rich_club[rich_club["p_value"] < ALPHA]
    rich = rich[rich["phi_normalized_low"].notna()]
    return None if rich.empty else rich.iloc[int(rich["phi_normalized_low"].to_numpy().argmax())]


def rich_club_in_words(rich_club: pd.DataFrame) -> str:
    """Where the rich club exceeds its null and by how much, with intervals; in sentences."""
    if rich_club.empty:
        return "There are too few connections for a rich-club curve."
    return " ".join(filter(None, (_excess_in_words(rich_club), _deficit_in_words(rich_club))))


def _deficit_in_words(rich_club: pd.DataFrame) -> str:
    ranges = poor_ranges(rich_club)
    if not ranges:
        return ""
    poor = rich_club[rich_club["phi_normalized_high"] < 1]
    least = poor.iloc[int(poor["phi_normalized_high"].to_numpy().argmin())]
    return (
        f"They are joined less densely than in the null, below its 95 % interval, for "
        f"{ranges_in_words(ranges)}; most clearly at k = {number(int(str(least.name)))}, with "
        f"{number(int(least['n_neurons']))} neurons: {ratio_in_words(least)} times the null's mean."
    )


def _excess_in_words(rich_club: pd.DataFrame) -> str:
    ranges = rich_ranges(rich_club)
    best = strongest_excess(rich_club)
    if not ranges or best is None:
        return "At no degree are well-connected neurons joined more densely than in the null."
    return (
        f"Neurons of degree above k are joined more densely than in the null for "
        f"{ranges_in_words(ranges)} (one-sided p < {ALPHA:g} at each k, uncorrected). The excess is "
        f"surest at k = {number(int(str(best.name)))}, with {number(int(best['n_neurons']))} "
        f"neurons: {ratio_in_words(best)} times the null's mean."
    )


def ranges_in_words(ranges: Sequence[RichRange]) -> str:
    """``k = 11 to 75 (223 to 3 neurons)``; of many ranges the longest three."""
    longest = sorted(ranges, key=lambda run: (run.first - run.last, run.first))[:3]
    words = [_range_in_words(run) for run in sorted(longest)]
    text = "k = " + " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
    others = len(ranges) - len(longest)
    return f"{text} and {others} shorter range{'s' * (others > 1)}" if others > 0 else text


def _range_in_words(run: RichRange) -> str:
    if run.first == run.last:
        return f"{number(run.first)} ({number(run.most)} neurons)"
    neurons = f"{number(run.most)} to {number(run.fewest)} neurons"
    return f"{number(run.first)} to {number(run.last)} ({neurons})"


def ratio_in_words(row: pd.Series) -> str:
    """``2.21 [1.70, 3.05]``: a ratio to the null with its 95 % interval."""
    value, low, high = (float(row[f"phi_normalized{end}"]) for end in ("", "_low", "_high"))
    # Among many neurons an excess of a thousandth can be significant, and must not read 1.00.
    decimals = 4 if 0 < abs(value - 1) < 0.005 and high - low < 0.02 else 2
    end = ratio(high, decimals) if np.isfinite(high) else "no limit"
    return f"{ratio(value, decimals)} [{ratio(low, decimals)}, {end}]"
