"""Neighbour sampling, slowly: which partners a neuron may be given, and what their weights must be."""

from __future__ import annotations

import numpy as np


def partners_of(g, neuron: int, incoming: bool) -> dict[int, float]:
    """All partners of a neuron by dense index, with ln(1 + weight)."""
    found = {}
    for sender, receiver, weight in zip(g.out_sources, g.out_indices, g.weights, strict=True):
        here, there = (receiver, sender) if incoming else (sender, receiver)
        if here == neuron:
            found[int(there)] = float(np.log1p(weight))
    return found


def check_batch(g, targets, fanouts, batch) -> None:
    """Assert that a batch is one that may be drawn: exactly the partners, or exactly so many of them.

    The relations are ``from`` and ``to``, in this order.
    """
    nodes = batch.nodes.tolist()
    assert len(set(nodes)) == len(nodes)
    assert nodes[: len(targets)] == list(targets)
    n_outputs = len(targets)
    for fanout, block in zip(reversed(fanouts), reversed(batch.blocks), strict=True):
        assert block.n_targets == n_outputs
        met = set(range(n_outputs))
        for links, incoming in zip(block.links, (True, False), strict=True):
            for place in range(n_outputs):
                whole = partners_of(g, nodes[place], incoming)
                here = links.targets == place
                drawn = [nodes[k] for k in links.sources[here]]
                most = len(whole) if fanout is None else min(fanout, len(whole))
                assert len(drawn) == most
                assert len(set(drawn)) == most
                assert drawn == sorted(drawn)
                assert set(drawn) <= set(whole)
                total = sum(whole[one] for one in drawn)
                wanted = [whole[one] / total for one in drawn]
                assert np.allclose(links.weights[here], wanted, rtol=1e-5)
            met |= set(links.sources.tolist())
        # The inputs of a layer are its outputs and the partners drawn, and nobody else.
        assert met == set(range(block.n_sources))
        n_outputs = block.n_sources
    assert n_outputs == len(nodes)
