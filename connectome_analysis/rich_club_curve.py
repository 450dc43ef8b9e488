"""Rich club: are neurons with many partners joined to each other more than their degrees ask for?

phi(k) is the density among the neurons whose degree is *above* k (Colizza et al. 2006,
doi:10.1038/nphys209; van den Heuvel and Sporns 2011, doi:10.1523/JNEUROSCI.3539-11.2011). Hubs
meet often by chance, so only phi(k) over its mean on a null model with the same degrees says
anything.

The weighted phi(k) is the weight among these neurons over the most that as many edges could carry:
the sum of the graph's strongest ones (Opsahl et al. 2008, doi:10.1103/PhysRevLett.101.168702).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .graph import require_graph
from .null_models.draw import Draw, EdgeArray
from .null_models.ensemble import Ensemble, Progress, ensemble, part_of
from .null_models.error_aware import RATE_DRAWS
from .null_models.sample import NullModelName
from .null_models.verdicts import note_errors, with_aware
from .random_streams import Seed, seed_number

if TYPE_CHECKING:
    import distributed
    import pandas as pd

    from .errors.error_model import ErrorModel
    from .graph import Graph

Degree = Literal["total", "in", "out"]


def rich_club(
    g: Graph,
    degree: Degree = "total",
    null_model: NullModelName | None = "configuration",
    n_samples: int = 1000,
    *,
    weighted: bool = False,
    rng: Seed = 0,
    n_jobs: int | None = None,
    client: distributed.Client | None = None,
    progress: Progress | None = None,
    error_model: ErrorModel | None = None,
    rate_draws: int = RATE_DRAWS,
    **options: Any,
) -> pd.DataFrame:
    """Rich-club curve of a graph, and of graphs drawn from a null model.

    Parameters
    ----------
    g : Graph
        Self-loops are left out. For an undirected graph take ``g.symmetrized()``,
        ``degree="out"`` and the null ``"reciprocal_configuration"``, whose samples are undirected
        too.
    degree : {"total", "in", "out"}
        Which degree makes a neuron rich. Total is in plus out.
    null_model : str or None
        See `connectome_analysis.null_models`. The neurons above k are those of the graph itself,
        also in nulls that do not keep degrees. None gives the curve without a null.
    weighted : bool
        Weights among the rich instead of edges. The null ``"weights"`` shuffles weights on the
        graph's own wiring; on the samples of other nulls, which have none, the weights of the graph
        are dealt out at random.
    n_samples, rng, n_jobs, client, progress, error_model, rate_draws, **options
        As for `connectome_analysis.motifs.significance`.

    Returns
    -------
    DataFrame, one row per degree k that leaves at least two neurons, index ``k``
        ``n_neurons`` with degree > k, ``n_edges`` among them, ``phi`` = n_edges /
        (n_neurons (n_neurons - 1)); if weighted also ``weight`` among them, and ``phi`` = weight
        over the sum of the n_edges largest weights of the graph, NaN without edges. With a null
        ``null_mean``, ``null_sd``, ``null_low``, ``null_high`` of phi, ``phi_normalized`` = phi /
        null_mean with its 95 % interval ``phi_normalized_low``, ``phi_normalized_high`` (phi over
        the null's percentiles, NaN where they are 0), ``p_value`` (share of samples with phi as
        large, +1 rule),
        ``q_value`` (Benjamini and Hochberg 1995 over k), ``null_model``, ``n_samples``. With
        `error_model` also ``aware_null_mean``, ``aware_null_sd``, ``aware_null_low``,
        ``aware_null_high``, ``aware_z``, ``aware_p_value``, ``aware_q_value`` against the null with
        errors, and ``verdict_changes``. ``attrs`` holds the seed, what the null keeps and how far its samples mixed.

    See Also
    --------
    rich_club_range : where the curve is above its null
    rich_club_members : who is in the club

    Examples
    --------
    Three hubs joined all ways, each with a neuron of its own:

    >>> import connectome_analysis as ca
    >>> hubs = [(a, b) for a in (1, 2, 3) for b in (1, 2, 3) if a != b]
    >>> pre, post = zip(*hubs, (1, 4), (2, 5), (3, 6))
    >>> ca.rich_club(ca.Graph.from_edges(pre, post), null_model=None)["phi"].to_dict()
    {0: 0.3, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0}
    """
    import pandas as pd
    from scipy.stats import false_discovery_control

    require_graph(g)
    simple = g.without_self_loops()
    degrees = degrees_of(simple, degree)
    if weighted and len(simple.weights) and simple.weights.min() <= 0:
        msg = "A weighted rich club needs weights above 0; take the graph without the others."
        raise ValueError(msg)
    if null_model == "weights" and not weighted:
        msg = "The null 'weights' leaves the wiring as it is; ask for weighted=True with it."
        raise ValueError(msg)
    n_rich = _richer_than(np.bincount(degrees))
    levels = np.flatnonzero(n_rich >= 2)
    pairs = n_rich[levels] * (n_rich[levels] - 1)
    among = _Among(degrees, levels, len(n_rich))
    n_edges = among.edges(simple.out_sources, simple.out_indices)
    columns: dict[str, Any] = {"n_neurons": n_rich[levels], "n_edges": n_edges}
    statistic: _PhiByWeight | _PhiByEdges
    if weighted:
        statistic = _PhiByWeight(among)
        columns["weight"] = among.weight(simple.out_sources, simple.out_indices, simple.weights)
        columns["phi"] = statistic.of(simple.out_sources, simple.out_indices, simple.weights)
    else:
        statistic = _PhiByEdges(among, pairs)
        columns["phi"] = n_edges / pairs
    attrs: dict[str, Any] = {
        "graph": g.name,
        "degree": degree,
        "inequality": "degree > k",
        "weighted": weighted,
    }
    aware: Ensemble | None = None
    if null_model is None and error_model is not None:
        msg = "error_model needs a null model to be held against; give null_model a name."
        raise ValueError(msg)
    if null_model is not None:
        seed = seed_number(rng)

        def against_null(model: ErrorModel | None, part: int, parts: int) -> Ensemble:
            return ensemble(
                simple,
                null_model,
                statistic,
                n_samples,
                rng=seed,
                n_jobs=n_jobs,
                client=client,
                with_weights=weighted,
                progress=part_of(progress, part, parts),
                error_model=model,
                rate_draws=rate_draws,
                **options,
            )

        parts = 1 if error_model is None else 2
        if error_model is not None:
            aware = against_null(error_model, 0, parts)
        nulls = against_null(None, parts - 1, parts)
        result, phi = nulls.comparison, columns["phi"]
        columns |= {
            "null_mean": result.mean,
            "null_sd": result.sd,
            "null_low": result.low,
            "null_high": result.high,
            "phi_normalized": _ratio(phi, result.mean),
            "phi_normalized_low": _ratio(phi, result.high),
            "phi_normalized_high": _ratio(phi, result.low),
            "p_value": result.p_over,
            "q_value": false_discovery_control(result.p_over) if len(levels) else result.p_over,
            "null_model": nulls.null_model,
            "n_samples": nulls.n_samples,
        }
        attrs |= nulls.provenance()
    table = pd.DataFrame(columns, index=pd.Index(levels, name="k"))
    if aware is not None:
        table = with_aware(table, aware, one_sided=True, value="phi")
    table.attrs.update(attrs)
    if error_model is not None and aware is not None:
        note_errors(table, error_model, aware, "k/values of k")
    return table


def degrees_of(g: Graph, degree: str) -> NDArray[np.int64]:
    """(N,) degrees of the kind asked for."""
    if degree == "total":
        return g.in_degree + g.out_degree
    if degree == "in":
        return g.in_degree
    if degree == "out":
        return g.out_degree
    msg = f"degree must be 'total', 'in' or 'out', got {degree!r}."
    raise ValueError(msg)


@dataclass(frozen=True)
class _Among:
    """Edges and weight among the neurons above each level.

    degrees : (N,) of the graph; levels : (L,) ascending; n_levels : largest degree + 1
    """

    degrees: NDArray[np.int64]
    levels: NDArray[np.int64]
    n_levels: int

    def edges(self, senders: EdgeArray, receivers: EdgeArray) -> NDArray[np.int64]:
        lesser = np.minimum(self.degrees[senders], self.degrees[receivers])
        return _richer_than(np.bincount(lesser, minlength=self.n_levels))[self.levels]

    def weight(
        self, senders: EdgeArray, receivers: EdgeArray, weights: NDArray[Any]
    ) -> NDArray[np.float64]:
        lesser = np.minimum(self.degrees[senders], self.degrees[receivers])
        by_level = np.bincount(lesser, weights=weights, minlength=self.n_levels)
        # Summed from the top, so that a level without edges has no rounding left over.
        above = np.append(np.cumsum(by_level[::-1])[::-1][1:], 0.0)
        return above[self.levels]


@dataclass(frozen=True)
class _PhiByEdges:
    among: _Among
    pairs: NDArray[np.int64]

    def __call__(self, _n_nodes: int, draw: Draw) -> NDArray[np.float64]:
        return self.among.edges(draw.senders, draw.receivers) / self.pairs


@dataclass(frozen=True)
class _PhiByWeight:
    among: _Among

    def of(
        self, senders: EdgeArray, receivers: EdgeArray, weights: NDArray[Any]
    ) -> NDArray[np.float64]:
        strongest = np.append(0.0, np.cumsum(np.sort(weights.astype(np.float64))[::-1]))
        most = strongest[self.among.edges(senders, receivers)]
        return _ratio(self.among.weight(senders, receivers, weights), most)

    def __call__(self, _n_nodes: int, draw: Draw) -> NDArray[np.float64]:
        weights = np.ones(len(draw.senders)) if draw.weights is None else draw.weights
        # A sample without an edge among the rich carries no weight there.
        return np.nan_to_num(self.of(draw.senders, draw.receivers, weights))


def _richer_than(histogram: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each k, how many entries of a histogram lie above k."""
    up_to: NDArray[np.int64] = np.cumsum(histogram)
    above: NDArray[np.int64] = up_to[-1:].sum() - up_to
    return above


def _ratio(value: NDArray[Any], base: NDArray[Any]) -> NDArray[np.float64]:
    result = np.full(len(value), np.nan)
    np.divide(value, base, out=result, where=base > 0)
    return result
