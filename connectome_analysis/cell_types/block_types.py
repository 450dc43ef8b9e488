"""Block-model clusters: groups under which the connectome takes the fewest words to write down."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..measures.choice import require_choice
from ..random_streams import stream
from ..whole_numbers import require_whole
from .block_models.description_length import description_length
from .block_models.fit import fit
from .block_models.graph_tool_engine import graph_tool_fit
from .block_models.posterior import share_of_draws
from .block_models.state import Ints, wiring_of
from .found import Found
from .from_seeds import part_of
from .spectral_embedding import spectral_embedding

if TYPE_CHECKING:
    from ..graph import Graph

Engine = Literal["own", "graph-tool"]
# Every neuron is a group of its own at the beginning, up to so many; beyond, so many groups are.
_ALONE, _GROUPS_AT_FIRST = 4_000, 1_000
_FIT, _CHAIN = 100, 200  # which streams


def block_model(
    g: Graph,
    n_types: int | None,
    *,
    seed: int,
    nested: bool = True,
    weighted: bool = False,
    engine: Engine = "own",
    n_runs: int = 3,
    n_draws: int = 100,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Degree-corrected directed stochastic block model of least description length.

    Parameters
    ----------
    nested : bool
        Groups of groups, up to one: finer groups can be told apart. `CellTypes.levels` holds them.
    weighted : bool
        Each synapse is an edge (whole weights only); otherwise each connection is one. Synapses are
        taken as independent: groups get many, because those of a connection are not.
    engine : {"own", "graph-tool"}
        graph-tool is not on PyPI; the page docs/graph_tool.md says how to have it.
    n_runs : int
        Fits from random streams of their own; the one of least description length counts.
    n_draws : int
        Draws of the posterior, for the confidence; 0 for none.
    """
    import pandas as pd

    require_choice("engine", engine, get_args(Engine))
    require_whole("n_runs", n_runs)
    require_whole("n_draws", n_draws, 0)
    if weighted and g.weights.dtype.kind != "i":
        msg = (
            f"weighted=True takes each synapse as an edge and needs whole numbers as weights, got "
            f"{g.weights.dtype}; leave it out to take each connection as one."
        )
        raise ValueError(msg)
    count = g.weights.astype(np.int64) if weighted else np.ones(g.n_edges, dtype=np.int64)
    w = wiring_of(g, count)
    tried: list[tuple[float, Ints, list[Ints]]] = []
    for run in range(n_runs):
        if engine == "own":
            found = fit(
                w,
                _start(g, n_types, seed),
                stream(seed, _FIT + run),
                nested=nested,
                n_groups=n_types,
                progress=part_of(progress, run, n_runs),
            )
            group, levels = found.group, found.levels
        else:
            group, levels = graph_tool_fit(
                g, count, nested=nested, n_groups=n_types, seed=seed + run
            )
            if progress is not None:
                progress(run + 1, n_runs)
        whole = description_length(g, group, levels if nested else None, multiplicity=count)
        tried.append((whole.total, group, levels))
    length, group, levels = min(tried, key=lambda each: each[0])
    lengths = ", ".join(f"{each[0]:,.0f}" for each in tried)
    runs = f"{n_runs} runs ({lengths} nats)" if n_runs > 1 else f"one run ({lengths} nats)"
    chosen = "as many as asked for, " if n_types is not None else ""
    chosen += f"the least description length of {runs}"
    share = None
    if n_draws:
        share = share_of_draws(w, group, levels, stream(seed, _CHAIN), n_draws)
    scores = pd.DataFrame(
        {
            "run": range(n_runs),
            "n_types": [int(each[1].max()) + 1 for each in tried],
            "description_length": [each[0] for each in tried],
        }
    )
    return Found(
        group,
        chosen,
        scores=scores,
        levels=_of_neurons(group, levels),
        probability=share,
        probability_is=f"share of {n_draws} draws of the posterior in which it is in its group",
        fixed={"n_runs": 1, "n_draws": 0},
        facts={
            "description_length": length,
            "engine": engine,
            "nested": nested,
            "weighted": weighted,
        },
    )


def _start(g: Graph, n_types: int | None, seed: int) -> Ints:
    """Each neuron alone; of a large graph, many groups of neurons that lie together in an embedding."""
    n_first = max(_GROUPS_AT_FIRST, 2 * (n_types or 0))
    if g.n_nodes <= max(_ALONE, n_first):
        return np.arange(g.n_nodes)
    import warnings

    from scipy.cluster.vq import kmeans2

    points = spectral_embedding(g, "laplacian", 20, rng=seed).points
    random = np.random.default_rng(seed)
    centres = points[np.sort(random.choice(g.n_nodes, n_first, replace=False))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of groups that lose all their neurons
        _, labels = kmeans2(points, centres, iter=5, minit="matrix")
    number: Ints = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return number


def _of_neurons(group: Ints, levels: list[Ints]) -> list[NDArray[np.int64]]:
    """Labels of neurons at each level above the first that has more than one group."""
    found: list[Any] = []
    of = group
    for level in levels:
        of = level[of]
        if of.max() > 0:
            found.append(of)
    return found
