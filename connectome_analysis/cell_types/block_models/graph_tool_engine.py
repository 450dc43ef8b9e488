"""graph-tool's fit of the same model: ``minimize_blockmodel_dl`` and its nested kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .state import Ints

if TYPE_CHECKING:
    from ...graph import Graph


def graph_tool_fit(
    g: Graph, count: Ints, *, nested: bool, n_groups: int | None, seed: int
) -> tuple[Ints, list[Ints]]:
    """Groups, and the group of each group of the level below, as graph-tool finds them.

    Parameters
    ----------
    g : Graph
    count : (E,) int64
        Parallel edges.
    n_groups : int, optional
        Hold the number to this.
    """
    graph = g.to_graph_tool()  # says how to get the library where it is missing
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import graph_tool
        from graph_tool import inference

    graph_tool.seed_rng(seed % (2**32 - 1) + 1)  # 0 would be a seed of its own choice
    parallel = graph.new_edge_property("int", vals=count.astype(np.int32))
    options: dict[str, Any] = {"state_args": {"eweight": parallel, "deg_corr": True}}
    if n_groups is not None:
        options["multilevel_mcmc_args"] = {"B_min": n_groups, "B_max": n_groups}
    if not nested:
        state = inference.minimize_blockmodel_dl(graph, **options)
        return _numbered(np.array(state.get_blocks().a)), []
    state = inference.minimize_nested_blockmodel_dl(graph, **options)
    first, *above = (np.array(level, dtype=np.int64) for level in state.get_bs())
    # Its arrays have places for groups without members; those are left out level by level.
    group, levels, names = _numbered(first), [], np.unique(first)
    for level in above:
        of = level[names]
        levels.append(_numbered(of))
        names = np.unique(of)
        if len(names) == 1:
            break
    return group, levels


def _numbered(labels: Ints) -> Ints:
    number: Ints = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return number
