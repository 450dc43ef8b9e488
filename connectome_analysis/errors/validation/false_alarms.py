"""False alarms and power: how often a test cries where nothing is, and where something is.

Nothing is: the true wiring is a sample of the null, then seen through the errors. Something is:
feed-forward loops are planted in such a sample, or the sample is stopped so early that a trace of the
real wiring is left.

All tests of one world share their nulls, as they would if `significance`, `rich_club` and `against`
were called with the same seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...measures.communities import communities
from ...motifs.statistics import triad_counts
from ...motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES
from ...null_models.ensemble import ensemble
from ...null_models.sample import sample
from ...rich_club_curve import _Among, _PhiByEdges, _richer_than
from ..correction.corrected_measures import linear_forms
from .cells import Cell
from .plant import planted_in
from .seen import seen_of
from .settings import VANISHING, fitted, settings
from .truths import COLUMN, truth

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ...graph import Graph
    from ...null_models.draw import Draw
    from ..rate_table import Floats

# 2 (4 + 1) / 200 = 0.05: so many nulls make the test exactly one of 5 %.
N_NULLS = 199
LEVEL = 0.05
# Shares of the neurons, those of most partners, that are held to be a rich club.
RICH = (0.05, 0.1, 0.2)
# Share of the worlds in which communities are looked for: it takes as long as all else.
WITH_COMMUNITIES = 0.25
_SWITCHED = ("configuration", "reciprocal_configuration")
_WITHOUT_DEGREES = ("erdos_renyi", "dyad")


def worlds_of(cell: Cell) -> Callable[[np.random.Generator], pd.DataFrame]:
    """Make what runs one world of a cell.

    Returns
    -------
    callable
        Given a random stream, a DataFrame with one row per test: ``statistic``, ``naive``, ``aware``,
        p-values without and with the error model. Where neither the graph nor any null has the
        motif, p = 1.
    """
    import pandas as pd

    g = truth(cell.truth)
    model = VANISHING if cell.setting == "vanishing" else settings(g)[cell.setting].assumed
    options: dict[str, Any] = {"groups": COLUMN} if cell.null == "block" else {}

    def one(rng: np.random.Generator) -> pd.DataFrame:
        seen = seen_of(_true(g, cell, rng), model, rng)
        assumed = fitted(model, rng) if cell.rates == "fitted" else model
        tests = _Tests.of(seen, cell.null, rng.random() < WITH_COMMUNITIES)
        seed = int(rng.integers(2**31))
        columns: dict[str, Any] = {"statistic": tests.names}
        for name, errors in (("naive", None), ("aware", assumed)):
            found = ensemble(
                seen,
                cell.null,
                tests,
                N_NULLS,
                rng=seed,
                n_jobs=1,
                error_model=errors,
                **options,
            ).comparison
            p_value = np.where(tests.one_sided, found.p_over, found.p_value)
            columns[name] = np.where(np.isnan(p_value), 1.0, p_value)
        return pd.DataFrame(columns)

    return one


def _true(g: Graph, cell: Cell, rng: np.random.Generator) -> Graph:
    """A true graph of the null, or one with something in it."""
    if cell.planted:
        null = planted_in(g, cell.planted, cell.null, rng)
    else:
        options: dict[str, Any] = {"groups": COLUMN} if cell.null == "block" else {}
        if cell.null in _SWITCHED:
            options["proposals_per_edge"] = 60
        null = sample(g, cell.null, rng=int(rng.integers(2**31)), **options)  # type: ignore[arg-type]
    # Weights of the graph in random order: synapse counts that say nothing of the wiring.
    weights = rng.choice(g.weights, null.n_edges)
    return null.with_edges(null.out_sources, null.out_indices, weights)


@dataclass(frozen=True)
class _Tests:
    """All statistics of one drawn graph: motifs, reciprocity, transitivity, rich clubs, modularity."""

    graph: Graph
    forms: Floats
    clubs: _PhiByEdges
    club_names: tuple[str, ...]
    null: str
    with_communities: bool

    @classmethod
    def of(cls, g: Graph, null: str, with_communities: bool) -> _Tests:
        forms = linear_forms(g.n_nodes)
        degrees = g.in_degree + g.out_degree
        n_rich = _richer_than(np.bincount(degrees))
        # The degree above which about as many neurons lie.
        levels = np.unique([int(np.abs(n_rich - share * g.n_nodes).argmin()) for share in RICH])
        levels = levels[n_rich[levels] >= 2]
        pairs = n_rich[levels] * (n_rich[levels] - 1)
        clubs = _PhiByEdges(_Among(degrees, levels, len(n_rich)), pairs)
        share_of = {int(np.abs(n_rich - s * g.n_nodes).argmin()): s for s in sorted(RICH)}
        names = tuple(f"rich club {share_of[int(k)]:.0%}" for k in levels[::-1])
        return cls(
            g,
            np.array([forms["mutual_pairs"], forms["triangles"], forms["connected_triples"]]),
            clubs,
            names,
            null,
            with_communities and null in _SWITCHED,
        )

    @property
    def names(self) -> list[str]:
        """Of the numbers, in their order.

        Without reciprocity, where the null keeps it; without rich clubs, where it keeps no degrees, so
        that neurons of many partners are joined beyond it of themselves.
        """
        return [
            *CONNECTED_TRIADS,
            *(["reciprocity"] if self.null != "reciprocal_configuration" else []),
            "transitivity",
            *(self.club_names if self.null not in _WITHOUT_DEGREES else ()),
            *(["modularity"] if self.with_communities else []),
        ]

    @property
    def one_sided(self) -> Any:
        """(K,) bool: rich clubs are above their null or not."""
        return np.array([name.startswith("rich club") for name in self.names])

    def __call__(self, n_nodes: int, draw: Draw) -> Floats:
        counts = triad_counts(n_nodes, draw)
        kept = counts[[TRIAD_NAMES.index(name) for name in CONNECTED_TRIADS]]
        mutual, triangles, triples = self.forms @ counts
        values: list[Any] = [kept]
        if "reciprocity" in self.names:
            values.append([2.0 * mutual / max(len(draw.senders), 1)])
        values.append([3.0 * triangles / max(triples, 1.0)])
        if self.null not in _WITHOUT_DEGREES:
            values.append(self.clubs(n_nodes, draw)[::-1])
        if self.with_communities:
            g = self.graph.with_edges(draw.senders, draw.receivers)
            values.append([communities(g, n_runs=1).modularity])
        result: Floats = np.concatenate(values)
        return result


def tally(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum up the worlds of one cell.

    Returns
    -------
    DataFrame, one row per test
        ``statistic``, ``worlds``; ``naive`` and ``aware``, share of worlds with p <= 0.05 without and
        with the error model (NaN where there is no naive test); ``both``, with either.
    """
    import pandas as pd

    cries = rows.assign(
        aware_cries=(rows["aware"] <= LEVEL + 1e-12).astype(np.float64),
        naive_cries=(rows["naive"] <= LEVEL + 1e-12).where(rows["naive"].notna()).astype(float),
    )
    cries["both_cry"] = cries["aware_cries"] * cries["naive_cries"]
    groups = cries.groupby("statistic", sort=False)
    table = pd.DataFrame(
        {
            "worlds": groups.size(),
            "naive": groups["naive_cries"].mean(),
            "aware": groups["aware_cries"].mean(),
            "both": groups["both_cry"].mean(),
        }
    )
    return table.reset_index()
