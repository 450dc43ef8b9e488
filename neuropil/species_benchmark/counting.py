"""Counting: all that the benchmark holds against a null, from one and the same draw.

Drawing a graph costs more than counting it, so a sample is drawn once: its triad census, classes of
four neurons, colored triads and connections among the rich are laid end to end in one vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from connectome_analysis.motifs.statistics import (
    ColoredTriadCounts,
    four_node_counts,
    triad_counts,
)
from connectome_analysis.motifs.triads import TRIAD_NAMES, TRIADS

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis import Graph
    from connectome_analysis.null_models import Draw

MEASURES = ("density", "reciprocity", "transitivity")
KINDS = ("measure", "triad", "four_node", "colored_triad", "rich_club")

_EDGES = np.array([len(triad.edges) for triad in TRIADS.values()], dtype=np.float64)
_MUTUAL = np.array([triad.mutual for triad in TRIADS.values()], dtype=np.float64)
_JOINED = np.array([triad.mutual + triad.asymmetric for triad in TRIADS.values()])
_CLOSED = (_JOINED == 3).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Counting:
    """A statistic for `ensemble`: measures, triads, and what else was asked for, in one vector.

    Attributes
    ----------
    degrees : (N,) int64
        Total degrees of the observed graph: who is rich is decided there.
    levels : (L,) int64
        Degrees k, ascending, that at least two neurons are above.
    pairs : (L,) int64
        Ordered pairs of the neurons above k.
    four_nodes : bool
    colored : ColoredTriadCounts or None
    """

    degrees: NDArray[np.int64]
    levels: NDArray[np.int64]
    pairs: NDArray[np.int64]
    four_nodes: bool
    colored: ColoredTriadCounts | None

    @classmethod
    def of(
        cls, g: Graph, *, four_nodes: bool = False, colored: ColoredTriadCounts | None = None
    ) -> Counting:
        """Take who is rich, and at which degrees, from a graph without self-loops."""
        degrees = g.in_degree + g.out_degree
        richer = _above(np.bincount(degrees, minlength=1))
        levels = np.flatnonzero(richer >= 2)
        pairs = richer[levels] * (richer[levels] - 1)
        return cls(degrees, levels, pairs, four_nodes, colored)

    def __call__(self, n_nodes: int, draw: Draw) -> NDArray[np.float64]:
        """(K,) values, in the order of the rows of `Counting.rows`."""
        census = triad_counts(n_nodes, draw)
        parts: list[NDArray[Any]] = [
            _measures(n_nodes, len(draw.senders), census.astype(np.float64)),
            census,
        ]
        if self.four_nodes:
            parts.append(four_node_counts(n_nodes, draw))
        if self.colored is not None:
            parts.append(self.colored(n_nodes, draw))
        lesser = np.minimum(self.degrees[draw.senders], self.degrees[draw.receivers])
        most = int(self.degrees.max(initial=0)) + 1
        among = _above(np.bincount(lesser, minlength=most))[self.levels]
        parts.append(among / self.pairs)
        return np.concatenate(parts).astype(np.float64)

    def rows(self, color_names: tuple[str, ...] = ()) -> pd.DataFrame:
        """One row for each value: its ``kind``, one of `KINDS`, and its ``name``."""
        import pandas as pd

        from connectome_analysis.motifs import classes

        named = [("measure", MEASURES), ("triad", TRIAD_NAMES)]
        if self.four_nodes:
            named.append(("four_node", tuple(map(str, classes(4).index))))
        if self.colored is not None:
            from connectome_analysis.motifs.colored_classes import colored_classes, labels_of

            given = labels_of(colored_classes(self.colored.n_colors), color_names)
            named.append(("colored_triad", tuple(map(str, given))))
        named.append(("rich_club", tuple(map(str, self.levels.tolist()))))
        return pd.DataFrame(
            [(kind, name) for kind, names in named for name in names], columns=["kind", "name"]
        )


def _measures(n_nodes: int, n_edges: int, census: NDArray[np.float64]) -> NDArray[np.float64]:
    """Density, reciprocity and transitivity, which follow from the census; a ratio of nothing is NaN."""
    possible = n_nodes * (n_nodes - 1)
    triples = float(census @ ((_JOINED == 2) + 3 * _CLOSED))
    connections = float(census @ _EDGES)
    return np.array(
        [
            _share(n_edges, possible),
            _share(float(2 * census @ _MUTUAL), connections),
            _share(float(3 * census @ _CLOSED), triples),
        ]
    )


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def _above(histogram: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each k, how many entries of a histogram lie above k."""
    return np.asarray(histogram.sum() - np.cumsum(histogram), dtype=np.int64)
