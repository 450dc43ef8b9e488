"""Scene: a wiring as a network sees it, features and relations as tensors, ready for messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .message_layers import TorchBlock
from .needs_torch import torch
from .neighbour_sampling import Block, Links, whole_block
from .node_features import FeaturePlan, node_features
from .wirings import Relation, relations_of

if TYPE_CHECKING:
    from ...graph import Graph

# Links that fit in memory at once: a whole larva is one part, a whole fly some twenty.
_LINKS_OF_A_PART = {"sage": 8_000_000, "gat": 250_000}


class Scene(NamedTuple):
    """What messages are passed in.

    Attributes
    ----------
    node_ids : (N,) int64
    features : (N, F) float32 tensor
    relations : list of Relation
    whole : Block
        One layer with every partner of every neuron.
    """

    node_ids: NDArray[np.int64]
    features: torch.Tensor
    relations: list[Relation]
    whole: Block


def make_scene(
    graphs: Mapping[str, Graph],
    plan: FeaturePlan,
    edge_types: str | None,
    kinds: tuple[str, ...],
    device: torch.device,
    n_jobs: int | None = None,
) -> Scene:
    """Features and relations of a wiring, as the graph that was fitted settled them."""
    values, _ = node_features(graphs, plan, n_jobs=n_jobs)
    if values.shape[1] == 0:
        values = np.zeros((len(values), 1), dtype=np.float32)
    relations = relations_of(graphs, edge_types, kinds)
    return Scene(
        next(iter(graphs.values())).node_ids,
        torch.from_numpy(values).to(device),
        relations,
        whole_block(relations),
    )


def parts_of(whole: Block, flavour: str, device: torch.device) -> list[tuple[int, int, TorchBlock]]:
    """The whole layer in parts of neighbouring neurons: first, one behind the last, and the layer."""
    return list(_parts(whole, flavour, device))


def _parts(
    whole: Block, flavour: str, device: torch.device
) -> Iterator[tuple[int, int, TorchBlock]]:
    n_nodes, most = whole.n_targets, _LINKS_OF_A_PART[flavour]
    per_node = sum(np.bincount(one.targets, minlength=n_nodes) for one in whole.links)
    upto = np.concatenate([[0], np.cumsum(per_node)])
    start = 0
    while start < n_nodes:
        stop = int(np.searchsorted(upto, upto[start] + most, side="right")) - 1
        stop = min(n_nodes, max(start + 1, stop))
        links = []
        for one in whole.links:
            first, last = np.searchsorted(one.targets, [start, stop])
            links.append(
                Links(
                    one.sources[first:last],
                    one.targets[first:last] - start,
                    one.weights[first:last],
                )
            )
        yield start, stop, TorchBlock(Block(n_nodes, stop - start, links), flavour, device)
        start = stop
