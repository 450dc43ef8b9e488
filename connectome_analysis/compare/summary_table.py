"""Summary table: size, density, reciprocity, clustering, paths and degrees, one connectome to a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..measures.clustering import mean_clustering
from ..measures.components import components
from ..measures.degrees import degrees
from ..measures.density import density
from ..measures.path_lengths import path_lengths
from ..measures.reciprocity import reciprocity
from ..measures.transitivity import transitivity
from .given import Given, Many, named_graphs
from .raw_counts import warn_of_mixed_counts

if TYPE_CHECKING:
    import pandas as pd


def summary(
    connectomes: Many,
    *,
    path_sources: int | None = None,
    edge_type: str | None = "chemical",
    min_synapses: int | None = None,
    where: str | None = None,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Describe connectomes beside each other.

    Parameters
    ----------
    connectomes : sequence, or mapping from names
        Each a `Connectome`, a `Graph`, a folder or the name of a bundled dataset.
    path_sources : int, optional
        Measure paths from so many neurons; from all by default, exactly.
    edge_type, min_synapses, where
        As for ``Connectome.graph``.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    DataFrame, one row per connectome, index ``connectome``
        Self-loops are left out.

        - ``species``, ``stage``, ``sex``, ``weight`` (its meaning), ``detector``,
          ``pair_threshold``: from the manifest, None where not stated or a graph was given.
        - ``neurons``, ``isolated`` (without a connection), ``edges``, ``weight_sum``,
          ``weight_mean``, ``weight_median``, ``density``.
        - ``reciprocity``, ``transitivity``, ``clustering`` (mean local, undirected) and
          ``clustering_directed`` (mean, Fagiolo 2007).
        - ``strong_component``, ``weak_component``: neurons of the largest. ``path_length`` (mean),
          ``diameter`` within the largest strong component.
        - ``degree_mean`` (of in- and out-degree alike), and for in- and out-degree ``_median``,
          ``_max``, ``_sd``, ``_gini`` (0 where all are equal, towards 1 where one has all);
          ``degree_correlation``, Pearson's r of in- and out-degree.

    Warns
    -----
    MixedCountsWarning
        Where the connectomes were counted by different detectors, thresholds or units.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> table = ca.compare.summary(["celegans-varshney2011", "celegans-white1986"])
    >>> table[["neurons", "edges", "density"]].round(4).to_dict("list")
    {'neurons': [279, 302], 'edges': [2194, 2266], 'density': [0.0283, 0.0249]}
    """
    import pandas as pd

    given = named_graphs(connectomes, edge_type=edge_type, min_synapses=min_synapses, where=where)
    warn_of_mixed_counts(given)
    rows = [_row(one, path_sources, n_jobs) for one in given]
    index = pd.Index([one.name for one in given], name="connectome", dtype=object)
    return pd.DataFrame(rows, index=index)


def _row(one: Given, path_sources: int | None, n_jobs: int | None) -> dict[str, Any]:
    g, said = one.graph, one.manifest
    joined = components(g, "weak")["size"] if g.n_nodes else np.zeros(1, np.int64)
    strong = components(g, "strong")["size"] if g.n_nodes else np.zeros(1, np.int64)
    paths = path_lengths(g, within="largest strong component", sources=path_sources, n_jobs=n_jobs)
    table = degrees(g)
    into, out = table["in_degree"].to_numpy(), table["out_degree"].to_numpy()
    weights = g.weights
    row: dict[str, Any] = {
        "species": said.species if said else None,
        "stage": said.stage if said else None,
        "sex": said.sex if said else None,
        "weight": g.weight_meaning or None,
        "detector": said.detector if said else None,
        "pair_threshold": said.pair_threshold if said else None,
        "neurons": g.n_nodes,
        "isolated": int(((into == 0) & (out == 0)).sum()),
        "edges": g.n_edges,
        "weight_sum": weights.sum(),
        "weight_mean": _of(np.mean, weights),
        "weight_median": _of(np.median, weights),
        "density": density(g),
        "reciprocity": reciprocity(g),
        "transitivity": transitivity(g, n_jobs=n_jobs),
        "clustering": mean_clustering(g, n_jobs=n_jobs),
        "clustering_directed": mean_clustering(g, "fagiolo", n_jobs=n_jobs),
        "strong_component": int(np.max(strong)),
        "weak_component": int(np.max(joined)),
        "path_length": paths.attrs["mean"],
        "diameter": paths.attrs["diameter"],
        "degree_mean": _of(np.mean, out),
    }
    for name, values in (("in_degree", into), ("out_degree", out)):
        row |= {
            f"{name}_median": _of(np.median, values),
            f"{name}_max": int(values.max()) if len(values) else 0,
            f"{name}_sd": _of(np.std, values),
            f"{name}_gini": gini(values),
        }
    varies = len(into) > 1 and into.std() > 0 and out.std() > 0
    row["degree_correlation"] = float(np.corrcoef(into, out)[0, 1]) if varies else float("nan")
    return row


def gini(values: NDArray[Any]) -> float:
    """Gini coefficient of numbers of at least 0; NaN where there are none or all are 0.

    Examples
    --------
    >>> gini(np.array([1, 1, 1])), gini(np.array([0, 0, 0, 8]))
    (0.0, 0.75)
    """
    n, total = len(values), float(np.sum(values))
    if n == 0 or total == 0:
        return float("nan")
    ranked = np.sort(values).astype(np.float64)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ranked / (n * total))


def _of(statistic: Any, values: NDArray[Any]) -> float:
    return float(statistic(values)) if len(values) else float("nan")
