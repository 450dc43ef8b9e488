"""Small world: as clustered as a lattice, and yet with paths as short as a random graph's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph
from ..random_streams import Seed, seed_number
from ..threads import map_threads
from ..whole_numbers import require_whole
from .path_lengths import Within, path_lengths
from .reciprocity import reciprocity
from .transitivity import transitivity

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph
    from ..null_models.sample import NullModelName


def small_world(
    g: Graph,
    *,
    null: Literal["formula"] | NullModelName = "formula",
    n_samples: int = 20,
    within: Within = "largest strong component",
    sources: int | None = None,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> pd.Series[float]:
    """Clustering and path length of a graph, over those of random graphs and of a lattice.

    Small-worldness is S = (C / C_null) / (L / L_null), above 1 in a small world (Humphries and
    Gurney 2008, doi:10.1371/journal.pone.0002051). C is the `transitivity`, undirected; L the mean
    directed path length within the pairs that `within` names. S grows with the number of neurons,
    so it says little across networks of different size.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    null : str
        "formula": the expectation for random graphs with as many neurons, connections and mutual
        pairs, see `random_clustering` and `random_path_length`. Or the name of a null model, such
        as "configuration", from which graphs are drawn.
    n_samples : int
        Graphs drawn from the null model.
    within : {"largest strong component", "reachable pairs", "all"}
        As for `path_lengths`.
    sources : int, optional
        Path lengths, of each graph, from so many neurons only.
    rng, n_jobs, progress
        As for `connectome_analysis.motifs.significance`.
    **options
        For the null model.

    Returns
    -------
    Series of float64
        ``clustering``, ``path_length``; ``clustering_null``, ``path_length_null``, means over
        the samples, with ``clustering_null_sd``, ``path_length_null_sd`` (0 for the formula);
        ``clustering_ratio``, ``path_length_ratio`` and ``small_worldness``, their ratio;
        ``clustering_lattice`` of a ring lattice with the same mean undirected degree, and
        ``omega`` = L_null / L - C / C_lattice (Telesford et al. 2011,
        doi:10.1089/brain.2011.0038), near 0 in a small world, 1 in a random graph and -1 in a
        lattice. NaN where something is not defined, as for graphs without edges. ``attrs`` says
        which null, how many samples, and the seed.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> with ca.open("celegans-varshney2011") as worm:
    ...     values = ca.measures.small_world(worm.graph())
    >>> values[["clustering", "path_length", "small_worldness"]].round(3).tolist()
    [0.199, 3.48, 3.332]
    """
    import pandas as pd

    require_graph(g)
    if null == "formula" and options:
        msg = f"The formula takes no options, got {', '.join(options)}; a null model would."
        raise ValueError(msg)
    simple = g.without_self_loops()

    def measured(graph: Graph, threads: int | None) -> tuple[float, float]:
        table = path_lengths(graph, within=within, sources=sources, rng=seed, n_jobs=threads)
        return transitivity(graph, n_jobs=threads), float(table.attrs["mean"])

    seed = seed_number(rng)
    clustering, length = measured(simple, n_jobs)
    pairs = undirected_pairs(simple.n_edges, reciprocity(simple)) if simple.n_edges else 0.0
    n = simple.n_nodes
    if null == "formula":
        drawn = np.array(
            [[random_clustering(n, pairs), random_path_length(n, _over(simple.n_edges, n))]]
        )
        spread = np.zeros(2)
    else:
        require_whole("n_samples", n_samples, least=2)
        drawn = _drawn(simple, null, n_samples, seed, n_jobs, progress, measured, options)
        spread = drawn.std(axis=0, ddof=1)
    c_null, l_null = drawn.mean(axis=0)
    c_ratio, l_ratio = _over(clustering, c_null), _over(length, l_null)
    c_lattice = lattice_clustering(_over(2 * pairs, n))
    values = pd.Series(
        {
            "clustering": clustering,
            "path_length": length,
            "clustering_null": c_null,
            "clustering_null_sd": spread[0],
            "path_length_null": l_null,
            "path_length_null_sd": spread[1],
            "clustering_ratio": c_ratio,
            "path_length_ratio": l_ratio,
            "small_worldness": _over(c_ratio, l_ratio),
            "clustering_lattice": c_lattice,
            "omega": _over(l_null, length) - _over(clustering, c_lattice),
        },
        name="small_world",
        dtype=np.float64,
    )
    formula = null == "formula"
    values.attrs.update(
        graph=g.name,
        within=within,
        null_model=null,
        n_samples=0 if formula else n_samples,
        n_sources=sources,
        seed=None if formula and sources is None else seed,
    )
    return values


def undirected_pairs(n_edges: float, reciprocity: float) -> float:
    """Pairs of neurons joined either way: m - r m / 2, since each mutual pair has two edges.

    Examples
    --------
    >>> undirected_pairs(10, 0.4)
    8.0
    """
    return n_edges - reciprocity * n_edges / 2


def random_clustering(n_nodes: int, n_pairs: float) -> float:
    """Transitivity expected in a random graph: its density, pairs joined / (n (n - 1) / 2).

    NaN for fewer than two neurons.

    Examples
    --------
    >>> random_clustering(5, 4)
    0.4
    """
    return _over(n_pairs, n_nodes * (n_nodes - 1) / 2)


def random_path_length(n_nodes: int, mean_degree: float) -> float:
    """Mean path length expected in a random graph: (ln n - gamma) / ln k + 1/2.

    Fronczak, Fronczak and Holyst 2004, doi:10.1103/PhysRevE.70.056110, where gamma is Euler's
    constant and k the mean number of neurons that one sends to. An approximation for sparse,
    connected graphs; NaN where k is 1 or less, as such graphs fall apart.

    Examples
    --------
    >>> round(random_path_length(1000, 10.0), 3)
    3.249
    """
    if n_nodes < 2 or not mean_degree > 1:
        return float("nan")
    return float((np.log(n_nodes) - np.euler_gamma) / np.log(mean_degree) + 0.5)


def lattice_clustering(mean_degree: float) -> float:
    """Clustering of a ring on which each neuron is joined to its k nearest: 3 (k - 2) / (4 (k - 1)).

    Watts and Strogatz 1998, doi:10.1038/30918, for sparse graphs. NaN where k is 2 or less, as
    such a ring has no triangle.

    Examples
    --------
    >>> lattice_clustering(4.0)
    0.5
    """
    return 3 * (mean_degree - 2) / (4 * (mean_degree - 1)) if mean_degree > 2 else float("nan")


def _drawn(
    g: Graph,
    null: NullModelName,
    n_samples: int,
    seed: int,
    n_jobs: int | None,
    progress: Callable[[int, int], None] | None,
    measured: Callable[[Graph, int | None], tuple[float, float]],
    options: dict[str, Any],
) -> NDArray[np.float64]:
    """(S, 2) clustering and path length of graphs of a null model."""
    from ..null_models import sample

    def one(number: int) -> tuple[float, float]:
        own = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        return measured(sample(g, null, rng=own, **options), 1)

    values: list[tuple[float, float]] = []
    for value in map_threads(one, range(n_samples), n_jobs):
        values.append(value)
        if progress is not None:
            progress(len(values), n_samples)
    return np.array(values)


def _over(value: float, base: float) -> float:
    return float(value / base) if base else float("nan")
