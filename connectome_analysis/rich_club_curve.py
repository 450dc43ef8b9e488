"""Rich club: are neurons with many partners joined to each other more than their degrees ask for?

phi(k) is the density among the neurons whose degree is *above* k (Colizza et al. 2006,
doi:10.1038/nphys209; van den Heuvel and Sporns 2011, doi:10.1523/JNEUROSCI.3539-11.2011). Hubs
meet often by chance, so only phi(k) over its mean on a null model with the same degrees says
anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .graph import require_graph
from .null_models.edge_set import EdgeArray
from .null_models.ensemble import Progress, compare, ensemble
from .null_models.sample import NullModelName
from .random_streams import Seed

if TYPE_CHECKING:
    import pandas as pd

    from .graph import Graph

Degree = Literal["total", "in", "out"]


def rich_club(
    g: Graph,
    degree: Degree = "total",
    null_model: NullModelName | None = "configuration",
    n_samples: int = 1000,
    *,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Rich-club curve of a graph, and of graphs drawn from a null model with the same degrees.

    Parameters
    ----------
    g : Graph
        Self-loops are left out. For an undirected graph take ``g.symmetrized()`` and
        ``degree="out"``.
    degree : {"total", "in", "out"}
        Which degree makes a neuron rich. Total is in plus out.
    null_model : {"configuration"} or None
        None gives the curve without a null.
    n_samples, rng, n_jobs, progress, **options
        As for `connectome_analysis.motifs.significance`.

    Returns
    -------
    DataFrame, one row per degree k that leaves at least two neurons, index ``k``
        ``n_neurons`` with degree > k, ``n_edges`` among them, ``phi`` = n_edges /
        (n_neurons (n_neurons - 1)); with a null ``null_mean``, ``null_sd``, ``null_low``,
        ``null_high`` of phi, ``phi_normalized`` = phi / null_mean with its 95 % interval
        ``phi_normalized_low``, ``phi_normalized_high`` (phi over the null's percentiles),
        ``p_value`` (share of samples with phi as large, +1 rule), ``null_model``, ``n_samples``.
        ``attrs`` holds the seed, what the null keeps and how far its samples mixed.

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

    require_graph(g)
    simple = g.without_self_loops()
    degrees = _degrees(simple, degree)
    n_rich = _richer_than(np.bincount(degrees))
    levels = np.flatnonzero(n_rich >= 2)
    pairs = n_rich[levels] * (n_rich[levels] - 1)

    def edges_above(_: int, senders: EdgeArray, receivers: EdgeArray) -> NDArray[np.int64]:
        lesser = np.minimum(degrees[senders], degrees[receivers])
        return _richer_than(np.bincount(lesser, minlength=len(n_rich)))[levels]

    n_edges = edges_above(simple.n_nodes, simple.out_sources, simple.out_indices)
    phi = n_edges / pairs
    columns: dict[str, Any] = {"n_neurons": n_rich[levels], "n_edges": n_edges, "phi": phi}
    attrs: dict[str, Any] = {"graph": g.name, "degree": degree, "inequality": "degree > k"}
    if null_model is not None:
        nulls = ensemble(
            simple,
            null_model,
            edges_above,
            n_samples,
            rng=rng,
            n_jobs=n_jobs,
            progress=progress,
            **options,
        )
        result = compare(n_edges, nulls.values)
        columns |= {
            "null_mean": result.mean / pairs,
            "null_sd": result.sd / pairs,
            "null_low": result.low / pairs,
            "null_high": result.high / pairs,
            "phi_normalized": _ratio(n_edges, result.mean),
            "phi_normalized_low": _ratio(n_edges, result.high),
            "phi_normalized_high": _ratio(n_edges, result.low),
            "p_value": result.p_over,
            "null_model": nulls.null_model,
            "n_samples": nulls.n_samples,
        }
        attrs |= nulls.provenance()
    table = pd.DataFrame(columns, index=pd.Index(levels, name="k"))
    table.attrs.update(attrs)
    return table


def _degrees(g: Graph, degree: str) -> NDArray[np.int64]:
    if degree == "total":
        return g.in_degree + g.out_degree
    if degree == "in":
        return g.in_degree
    if degree == "out":
        return g.out_degree
    msg = f"degree must be 'total', 'in' or 'out', got {degree!r}."
    raise ValueError(msg)


def _richer_than(histogram: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each k, how many entries of a histogram lie above k."""
    up_to: NDArray[np.int64] = np.cumsum(histogram)
    above: NDArray[np.int64] = up_to[-1:].sum() - up_to
    return above


def _ratio(value: NDArray[Any], base: NDArray[Any]) -> NDArray[np.float64]:
    result = np.full(len(value), np.nan)
    np.divide(value, base, out=result, where=base > 0)
    return result
