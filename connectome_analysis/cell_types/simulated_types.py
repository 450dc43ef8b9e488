"""Planted types: a made-up connectome whose neurons have types that decide their partners."""

from __future__ import annotations

import numpy as np

from ..graph import Graph
from ..random_streams import Seed, seed_number
from ..whole_numbers import require_whole


def planted_types(
    n_neurons: int = 2_000,
    n_edges: int = 40_000,
    n_types: int = 50,
    *,
    partners: int = 8,
    stray: float = 0.1,
    rng: Seed = 0,
) -> Graph:
    """Draw a connectome in which each type sends to types of its own.

    Sizes of types and numbers of partners of a neuron are log-normal (sigma 1.0 and 0.7). Each type
    sends to some types, likelier to large ones, with log-normal shares (sigma 1); which neuron
    of a type receives is drawn in proportion to its in-strength. Synapses of a connection
    are 5 or more, geometric. It is a simulation and no one's brain.

    Parameters
    ----------
    n_neurons, n_edges, n_types : int
        Pairs drawn twice are merged, so that edges come out a little fewer.
    partners : int
        Types that each type sends to.
    stray : float in [0, 1]
        Share of connections that go to any neuron, whatever its type.
    rng : int or numpy.random.Generator

    Returns
    -------
    Graph
        ``nodes`` has ``cell_type``.

    Examples
    --------
    >>> g = planted_types(200, 2000, 5)
    >>> g.n_nodes, g.nodes["cell_type"].nunique()
    (200, 5)
    """
    import pandas as pd

    for name, given in (("n_neurons", n_neurons), ("n_edges", n_edges), ("n_types", n_types)):
        require_whole(name, given)
    require_whole("partners", partners)
    if not 0 <= stray <= 1:
        msg = f"stray must be between 0 and 1, got {stray!r}."
        raise ValueError(msg)
    if n_types > n_neurons:
        msg = f"{n_types:,} types need as many neurons, got {n_neurons:,}."
        raise ValueError(msg)
    random = np.random.default_rng(seed_number(rng))
    share = random.lognormal(sigma=1.0, size=n_types)
    spare = random.multinomial(n_neurons - n_types, share / share.sum())
    of = np.repeat(np.arange(n_types), spare + 1)
    first = np.searchsorted(of, np.arange(n_types))
    last = np.append(first[1:], n_neurons)
    sending, receiving = random.lognormal(sigma=0.7, size=(2, n_neurons))
    upto = np.concatenate([[0.0], np.cumsum(receiving)])
    mass = upto[last] - upto[first]
    width = min(partners, n_types)
    # The partners of each type, drawn without replacement: the largest of keys u ** (1 / mass).
    keys = np.log(random.random((n_types, n_types))) / mass
    targets = np.argsort(-keys, axis=1)[:, :width]
    strength = np.cumsum(random.lognormal(sigma=1.0, size=(n_types, width)), axis=1)
    pre = np.searchsorted(np.cumsum(sending), random.random(n_edges) * sending.sum())
    pre = pre.clip(0, n_neurons - 1)
    drawn = random.random(n_edges) * strength[of[pre], -1]
    place = (strength[of[pre]] < drawn[:, None]).sum(axis=1).clip(0, width - 1)
    to = targets[of[pre], place]
    astray = random.random(n_edges) < stray
    low, high = np.where(astray, 0.0, upto[first[to]]), np.where(astray, upto[-1], upto[last[to]])
    post = np.searchsorted(upto, low + random.random(n_edges) * (high - low), side="right") - 1
    pairs = np.unique(pre * n_neurons + post.clip(0, n_neurons - 1))
    place_of = random.permutation(n_neurons)
    nodes = pd.DataFrame({"node_id": np.arange(1, n_neurons + 1)})
    names = np.array([f"T{k:0{len(str(n_types - 1))}d}" for k in range(n_types)], dtype=object)
    nodes["cell_type"] = names[of][np.argsort(place_of)]
    return Graph.from_edges(
        place_of[pairs // n_neurons] + 1,
        place_of[pairs % n_neurons] + 1,
        4 + random.geometric(0.15, len(pairs)),
        nodes=nodes,
        name=f"planted types ({n_types})",
        weight_meaning="simulated synapses",
    )
