"""Coverage: over many worlds, is a corrected count right on average, and does its interval hold the truth?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES
from ..correction.corrected_degrees import debias_degrees
from ..correction.corrected_measures import measures_of
from ..correction.corrected_subgraphs import copies_in_classes
from ..correction.corrected_triads import table_of_sums
from ..correction.triad_estimates import triad_estimates
from ..error_model import ErrorModel
from ..forward.channel import channel_of
from ..forward.corrupt_graph import corrupt
from .settings import Setting, fitted, settings
from .truths import truth

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

LEVEL = 0.95


class Cell(NamedTuple):
    """One truth under one setting."""

    truth: str
    setting: str
    rates: str
    worlds: int
    seed: int


def cover(cell: Cell) -> pd.DataFrame:
    """Run the worlds of one cell.

    Parameters
    ----------
    cell : Cell
        ``rates`` is "known" or "fitted": in each world, from what that world has verified.

    Returns
    -------
    DataFrame, one row per statistic
        ``truth``, ``setting``, ``rates``, ``kind``, ``statistic``, ``worlds``, ``true``;
        ``naive_bias`` and ``bias``, mean of what was seen, and of the estimate, less the true value;
        ``bias_se``, its Monte Carlo standard error; ``coverage``, share of worlds whose interval
        holds the true value; ``true_below``, ``true_above``, shares of worlds that it lies outside
        of. Degrees are one row a side: means over neurons, coverage over neurons and worlds.
    """
    import pandas as pd

    g = truth(cell.truth)
    setting = settings(g)[cell.setting]
    true = _statistics(g, ErrorModel(beta=0.0))
    seeds = np.random.SeedSequence([cell.seed, *map(ord, cell.truth + cell.setting + cell.rates)])
    tally: _Tally | None = None
    for child in seeds.spawn(cell.worlds):
        rng = np.random.default_rng(child)
        seen = _world(g, setting, rng)
        model = fitted(setting.assumed, rng) if cell.rates == "fitted" else setting.assumed
        found = _statistics(seen, model)
        tally = _Tally(true, g) if tally is None else tally
        tally.add(found, debias_degrees(seen, error_model=model, level=LEVEL))
    if tally is None:
        msg = f"worlds must be at least 1, got {cell.worlds}."
        raise ValueError(msg)
    table = pd.DataFrame(tally.rows())
    head = {"truth": cell.truth, "setting": cell.setting, "rates": cell.rates}
    for place, (name, value) in enumerate(head.items()):
        table.insert(place, name, value)
    return table.assign(worlds=cell.worlds)


def _world(g: Graph, setting: Setting, rng: np.random.Generator) -> Graph:
    """What is seen of the truth in one world."""
    if setting.channel.fragments:
        return corrupt(g, setting.channel, rng)
    counts = None if setting.channel.of_connections else g.weights
    seen = channel_of(setting.channel, g).draw(g.out_sources, g.out_indices, counts, rng)
    return g.with_edges(seen.senders, seen.receivers, seen.counts)


def _statistics(g: Graph, model: ErrorModel) -> pd.DataFrame:
    """Every corrected count: columns ``kind``, ``observed``, ``estimate``, ``low``, ``high``."""
    import pandas as pd

    found = triad_estimates(g, model, n_jobs=1)
    triads = table_of_sums(found, np.eye(16), LEVEL).set_axis([*TRIAD_NAMES])
    copies = table_of_sums(found, copies_in_classes(), LEVEL).set_axis([*CONNECTED_TRIADS])
    measures = measures_of(found, LEVEL)
    parts = {"induced triads": triads, "copies": copies, "measures": measures}
    return pd.concat([part.assign(kind=kind) for kind, part in parts.items()])


class _Tally:
    """Sums over worlds."""

    def __init__(self, true: pd.DataFrame, g: Graph) -> None:
        self._table = true[["kind"]]
        self._true = true["observed"].to_numpy(np.float64)
        size = len(self._true)
        self._naive, self._mean, self._squares = np.zeros(size), np.zeros(size), np.zeros(size)
        self._below, self._above = np.zeros(size), np.zeros(size)
        self._worlds = 0
        self._node_ids = g.node_ids
        self._degrees = {"out": g.out_degree, "in": g.in_degree}
        self._of_degrees = {side: np.zeros(5) for side in self._degrees}

    def add(self, found: pd.DataFrame, degrees: pd.DataFrame) -> None:
        """Take one world."""
        self._worlds += 1
        apart = found["estimate"].to_numpy(np.float64) - self._true
        self._naive += found["observed"].to_numpy(np.float64) - self._true
        self._mean += apart
        self._squares += apart**2
        slack = 1e-9 * np.abs(self._true)
        self._below += self._true < found["low"].to_numpy() - slack
        self._above += self._true > found["high"].to_numpy() + slack
        # Neurons that were merged into others are gone, and fragments are no neurons.
        there = np.isin(self._node_ids, degrees.index)
        degrees = degrees.loc[self._node_ids[there]]
        for side, every in self._degrees.items():
            true = every[there]
            low, high = (degrees[f"{side}_{end}"].to_numpy() for end in ("low", "high"))
            apart_here = degrees[f"{side}_estimate"].to_numpy() - true
            self._of_degrees[side] += (
                (degrees[f"{side}_degree"].to_numpy() - true).mean(),
                apart_here.mean(),
                apart_here.mean() ** 2,
                (true < low).mean(),
                (true > high).mean(),
            )

    def rows(self) -> list[dict[str, Any]]:
        """One row per statistic."""
        worlds = self._worlds
        kinds, names = self._table["kind"].tolist(), self._table.index.tolist()
        rows = [
            _row(kinds[i], names[i], self._true[i], worlds, *sums)
            for i, sums in enumerate(
                zip(self._naive, self._mean, self._squares, self._below, self._above, strict=True)
            )
        ]
        for side, sums in self._of_degrees.items():
            mean = float(self._degrees[side].mean())
            rows.append(_row("degrees", f"{side}-degree", mean, worlds, *sums))
        return rows


def _row(
    kind: str,
    name: str,
    true: float,
    worlds: int,
    naive: float,
    mean: float,
    squares: float,
    below: float,
    above: float,
) -> dict[str, Any]:
    variance = max(squares / worlds - (mean / worlds) ** 2, 0.0) * worlds / max(worlds - 1, 1)
    return {
        "kind": kind,
        "statistic": name,
        "true": true,
        "naive_bias": naive / worlds,
        "bias": mean / worlds,
        "bias_se": float(np.sqrt(variance / worlds)),
        "coverage": 1.0 - (below + above) / worlds,
        "true_below": below / worlds,
        "true_above": above / worlds,
    }
