"""Equal density: connections left out of denser graphs until all are as dense as the sparsest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from ..errors.generators import generator
from ..measures.choice import require_choice
from ..measures.density import density
from ..random_streams import Seed

if TYPE_CHECKING:
    from ..graph import Graph

LeftOut: TypeAlias = Literal["random", "weakest"]


def to_density(g: Graph, wanted: float, *, leave_out: LeftOut = "random", rng: Seed = 0) -> Graph:
    """Return the graph with as many connections as a density asks for.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    wanted : float
        Density; the number of connections is rounded down.
    leave_out : {"random", "weakest"}
        Which connections go: any, as Pedigo et al. 2023 do, or the weakest, as a higher threshold
        would; among equally weak ones at random.
    rng : int or Generator

    Raises
    ------
    ValueError
        Where the graph is less dense.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], weight=[4, 1, 9])
    >>> to_density(g, 1 / 3, leave_out="weakest").weights.tolist()
    [4, 9]
    """
    require_choice("leave_out", leave_out, get_args(LeftOut))
    # 1e-9: the density of a graph as dense as wanted must not lose one to rounding.
    edges = int(np.floor(wanted * g.n_nodes * (g.n_nodes - 1) + 1e-9))
    if not 0 <= edges <= g.n_edges:
        msg = f"The density wanted is {wanted:g}, and {g!r} has {density(g):g}; take no more."
        raise ValueError(msg)
    draws = generator(rng)
    chance = draws.random(g.n_edges)
    order = np.argsort(chance) if leave_out == "random" else np.lexsort((chance, -g.weights))
    keep = np.zeros(g.n_edges, dtype=bool)
    keep[order[:edges]] = True
    return g.edges_kept(keep)
