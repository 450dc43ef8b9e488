"""Conclusions: what is said of one graph beside one null, motif by motif and measure by measure.

Everything is read off one ensemble: each sample gives its triad census and the edges among the hubs;
reciprocity and transitivity are ratios of sums of the census.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...motifs.triad_census import census_of_edges
from ...motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS
from ...null_models.beside_null import false_discovery
from ...null_models.draw import Draw
from ...null_models.ensemble import Progress, ensemble
from ...null_models.error_aware import RATE_DRAWS
from ..correction.dyad_states import class_tensor, states_of_codes
from ..correction.triad_estimates import counts_only
from ..rate_table import Floats
from .null_tail import as_normal_deviate, tail_p_values

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph
    from ..error_model import ErrorModel

MEASURES = ("reciprocity", "transitivity", "rich_club")
PLAIN_NAMES = {
    "reciprocity": "connections that are answered",
    "transitivity": "triples that are closed",
    "rich_club": "connections among the tenth of neurons with most partners",
} | {name: TRIADS[name].plain_name for name in TRIAD_NAMES}
LEVEL = 0.05
_RICH = 0.1


def require_conclusions(motifs: Sequence[str] | None, measures: Sequence[str]) -> list[str]:
    """Names of the conclusions asked for, motifs first; a ValueError for others."""
    asked = list(CONNECTED_TRIADS) if motifs is None else list(motifs)
    unknown = [str(name) for name in asked if name not in TRIAD_NAMES]
    if unknown or isinstance(motifs, str):
        what = f"{motifs!r}" if isinstance(motifs, str) else ", ".join(unknown)
        msg = f"motifs must be a list of classes of triads ({', '.join(TRIAD_NAMES)}), got {what}."
        raise ValueError(msg)
    others = [str(name) for name in measures if name not in MEASURES]
    if others or isinstance(measures, str):
        what = f"{measures!r}" if isinstance(measures, str) else ", ".join(others)
        msg = f"measures must be a list from {', '.join(MEASURES)}, got {what}."
        raise ValueError(msg)
    names = list(dict.fromkeys([*asked, *measures]))
    if not names:
        msg = "There is no conclusion to follow: name at least one motif or one measure."
        raise ValueError(msg)
    return names


def require_three(g: Graph) -> None:
    """Raise a ValueError for a graph of which nothing can be concluded."""
    if g.n_nodes < 3 or g.n_edges == 0:
        msg = (
            f"A conclusion needs three neurons and a connection at least, {g.name or 'the graph'} has "
            f"{g.n_nodes:,} and {g.n_edges:,}; nothing differs from a null there."
        )
        raise ValueError(msg)


def conclusions(
    g: Graph,
    names: Sequence[str],
    null_model: str,
    n_samples: int,
    *,
    error_model: ErrorModel | None = None,
    rng: int = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Hold a graph against a null, seen with the errors of a model where one is given.

    Returns
    -------
    DataFrame, one row per name, index ``conclusion``
        ``observed``, ``null_mean``, ``null_sd``, ``z``; ``p_value`` of `tail_p_values`;
        ``q_value`` (Benjamini and Hochberg 1995 over the rows); ``q_as_z``, the q-value as a normal
        deviate with the sign of observed - null_mean; ``verdict``: "over", "under" or "no", at
        q <= 0.05; ``estimate`` and ``null_estimate``, observed and null corrected for the errors
        (the latter NaN where rates differ between pairs).
    """
    import pandas as pd

    simple = g.without_self_loops()
    counting = Counting.of(simple)
    nulls = ensemble(
        simple,
        null_model,
        counting,
        n_samples,
        rng=rng,
        n_jobs=n_jobs,
        keep_values=True,
        progress=progress,
        error_model=error_model,
        rate_draws=RATE_DRAWS,
        **options,
    )
    drawn = np.asarray(nulls.values)
    observed = _named(nulls.observed[None, :], names, counting)[0]
    values = _named(drawn, names, counting)
    mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
    sd = np.where(sd > 1e-11 * np.abs(mean), sd, 0.0)
    z = np.full(len(names), np.nan)
    np.divide(observed - mean, sd, out=z, where=sd > 0)
    p_value = tail_p_values(observed, values)
    q_value = false_discovery(p_value)
    deviate = as_normal_deviate(q_value, observed - mean)
    verdict = np.where(q_value <= LEVEL, np.where(observed > mean, "over", "under"), "no")
    estimate, null_estimate = _corrected(
        simple, error_model, (nulls.observed, drawn.mean(axis=0)), names, counting
    )
    return pd.DataFrame(
        {
            "observed": observed,
            "null_mean": mean,
            "null_sd": sd,
            "z": z,
            "p_value": p_value,
            "q_value": q_value,
            "q_as_z": deviate,
            "verdict": verdict.astype(object),
            "estimate": estimate,
            "null_estimate": null_estimate,
        },
        index=pd.Index(list(names), name="conclusion", dtype=object),
    )


@dataclass(frozen=True, eq=False)
class Counting:
    """Counts the triads of a sample, and its edges among the hubs of the graph.

    Attributes
    ----------
    rich : (N,) bool
        The tenth of neurons with the highest total degree, and those with the same degree.
    """

    rich: NDArray[np.bool_]

    @classmethod
    def of(cls, g: Graph) -> Counting:
        """Take the hubs of a graph."""
        degree = g.in_degree + g.out_degree
        number = max(int(np.ceil(_RICH * g.n_nodes)), min(2, g.n_nodes))
        least = np.sort(degree)[::-1][number - 1] if g.n_nodes else 0
        return cls(degree >= least)

    @property
    def pairs(self) -> int:
        """Ordered pairs of hubs."""
        number = int(self.rich.sum())
        return number * (number - 1)

    def __call__(self, n_nodes: int, draw: Draw) -> NDArray[np.int64]:
        """(17,) counts."""
        among = (self.rich[draw.senders] & self.rich[draw.receivers]).sum()
        return np.append(census_of_edges(n_nodes, draw.senders, draw.receivers), among)


def _named(counts: NDArray[Any], names: Sequence[str], counting: Counting) -> Floats:
    """(S, K) values of the conclusions from (S, 17) counts; a ratio of nothing is 0."""
    census = counts[:, :16].astype(np.float64)
    edges = np.array([len(triad.edges) for triad in TRIADS.values()], np.float64)
    mutual = np.array([triad.mutual for triad in TRIADS.values()], np.float64)
    joined = np.array([triad.mutual + triad.asymmetric for triad in TRIADS.values()])
    closed = (joined == 3).astype(np.float64)
    measures = {
        "reciprocity": _share(2 * census @ mutual, census @ edges),
        "transitivity": _share(3 * census @ closed, census @ ((joined == 2) + 3 * closed)),
        "rich_club": counts[:, 16] / max(counting.pairs, 1),
    }
    columns = [
        measures[name] if name in measures else census[:, TRIAD_NAMES.index(name)] for name in names
    ]
    return np.asarray(np.column_stack(columns), np.float64)


def _share(top: Floats, bottom: Floats) -> Floats:
    result = np.zeros(len(top))
    np.divide(top, bottom, out=result, where=bottom > 0)
    return result


def _corrected(
    g: Graph,
    model: ErrorModel | None,
    counts: tuple[NDArray[Any], NDArray[Any]],
    names: Sequence[str],
    counting: Counting,
) -> tuple[Floats, Floats]:
    """Observed and mean null, corrected for the errors."""
    nothing = np.full(len(names), np.nan)
    seen, mean = (np.asarray(one, np.float64) for one in counts)
    if model is None:
        return _named(seen[None, :], names, counting)[0], _named(mean[None, :], names, counting)[0]
    rates = model.edge_rates(g)
    constant = rates.constant
    if constant is None or getattr(rates, "by_count", None) is not None:
        rich = np.nan  # hubs are corrected at one alpha and one beta only
        return _named(np.append(counts_only(g, model), rich)[None, :], names, counting)[0], nothing
    alpha, beta = constant
    inverse = _correction(alpha, beta)

    def corrected(counts: Floats) -> Floats:
        among = (counts[16] - alpha * counting.pairs) / (1 - alpha - beta)
        result: Floats = _named(np.append(inverse @ counts[:16], among)[None, :], names, counting)[
            0
        ]
        return result

    return corrected(seen), corrected(mean)


def _correction(alpha: float, beta: float) -> Floats:
    """(16, 16): estimates of the true classes from one triple seen of each class."""
    from ...motifs.triads import triad_class_of_codes

    estimate = states_of_codes(alpha, beta)
    of_seen = np.einsum("cstu,as,bt,eu->cabe", class_tensor(), estimate, estimate, estimate)
    _, first = np.unique(triad_class_of_codes(), return_index=True)
    result: Floats = of_seen.reshape(16, 64)[:, first]
    return result
