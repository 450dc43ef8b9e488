"""Wiring: who connects to whom in a simulated release, and with how many synapses.

Degrees and synapse counts are heavy-tailed, as they are in brains; nothing else is like one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Wiring(NamedTuple):
    """Ordered pairs of neurons, each once, sorted by sender and receiver.

    Attributes
    ----------
    pre, post : (E,) int64
        Places of the neurons, 0...N-1.
    syn_count : (E,) int64 >= 1
    """

    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    syn_count: NDArray[np.int64]


def draw_wiring(n_neurons: int, n_connections: int, rng: np.random.Generator) -> Wiring:
    """Draw exactly `n_connections` different ordered pairs, ten of them self-loops.

    The last neuron has none, so that a list made from edges alone is seen to be short.

    Parameters
    ----------
    n_neurons : int
    n_connections : int
        At most a quarter of all pairs.
    rng : Generator

    Examples
    --------
    >>> wiring = draw_wiring(50, 200, np.random.default_rng(0))
    >>> len(wiring.pre), int((wiring.pre == wiring.post).sum()), int(wiring.pre.max()) < 49
    (200, 10, True)
    """
    connected = n_neurons - 1
    loops = np.arange(10, dtype=np.int64) * (connected + 1)
    wanted = n_connections - len(loops)
    cumulative = np.cumsum(rng.lognormal(0.0, 0.5, (2, connected)), axis=1)
    cumulative /= cumulative[:, -1:]
    found = np.empty(0, np.int64)
    while len(found) < wanted:
        n_draws = int((wanted - len(found)) * 1.2) + 64
        pre, post = (np.searchsorted(cumulative[side], rng.random(n_draws)) for side in (0, 1))
        pairs = pre.astype(np.int64) * connected + post
        found = np.union1d(found, pairs[pre != post])
    surplus = rng.permutation(len(found))[:wanted] if len(found) > wanted else slice(None)
    pairs = np.sort(np.concatenate([found[surplus], loops]))
    syn_count = np.floor(rng.pareto(1.5, n_connections) * 2).astype(np.int64) + 1
    return Wiring(pairs // connected, pairs % connected, np.minimum(syn_count, 2_000))


def draw_ids(
    n: int, first: int, rng: np.random.Generator, *, span: int = 10**8
) -> NDArray[np.int64]:
    """Draw `n` different ids from `first` up, sorted.

    Examples
    --------
    >>> bool(draw_ids(2, 720575940600000000, np.random.default_rng(0))[0] > 2**53)
    True
    """
    steps = rng.integers(1, max(2, span // n), n)
    return first + np.cumsum(steps, dtype=np.int64)


def split_counts(
    counts: NDArray[np.int64], n_regions: int, rng: np.random.Generator, *, share: float = 0.25
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Split some pairs' synapses over two regions, as releases by neuropil do.

    Parameters
    ----------
    counts : (E,) int
    n_regions : int
    rng : Generator
    share : float
        Of pairs of two synapses and more that are split.

    Returns
    -------
    pair : (R,) int
        Place of each row's pair; ascending.
    region : (R,) int
        Different in the rows of one pair.
    syn_count : (R,) int >= 1
        Adds up to `counts`.
    """
    split = (counts >= 2) & (rng.random(len(counts)) < share)
    rows = np.where(split, 2, 1)
    pair = np.repeat(np.arange(len(counts)), rows)
    second = np.zeros(len(pair), bool)
    second[1:] = pair[1:] == pair[:-1]
    first = 1 + np.floor(rng.random(len(counts)) * (counts - 1)).astype(np.int64)
    region = np.repeat(rng.integers(0, n_regions, len(counts)), rows)
    step = np.repeat(rng.integers(1, n_regions, len(counts)), rows)
    region = np.where(second, (region + step) % n_regions, region)
    part = np.where(split, first, counts)
    out = np.where(second, (counts - part)[pair], part[pair])
    return pair, region, out
