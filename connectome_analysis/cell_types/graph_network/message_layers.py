"""Message layers: a neuron hears from its senders and from its receivers, each in a channel of its own.

As in Dir-GNN (Rossi et al. 2023, arXiv:2305.10498), with a channel for every relation and weights of the
connections in each. ``"sage"`` hears the weighted mean of its partners (Hamilton et al. 2017,
arXiv:1706.02216), ``"gat"`` weighs them by attention, of which the connection's weight is one input
(Brody et al. 2021, arXiv:2105.14491).
"""

from __future__ import annotations

import numpy as np

from .needs_torch import attention_layer, nn, torch
from .neighbour_sampling import Block
from .sparse_mean import SparseMean


class TorchBlock:
    """A `Block` on a device: what either flavour of layer needs of it.

    Parameters
    ----------
    block : Block
    flavour : {"sage", "gat"}
    device : torch.device
    """

    def __init__(self, block: Block, flavour: str, device: torch.device) -> None:
        self.n_targets = block.n_targets
        self.means: list[SparseMean] = []
        self.edges: list[tuple[torch.Tensor, torch.Tensor]] = []
        for links in block.links:
            if flavour == "sage":
                self.means.append(SparseMean(links, block.n_sources, block.n_targets, device))
            else:
                pairs = np.stack([links.sources, links.targets])
                weights = torch.from_numpy(links.weights)[:, None]
                self.edges.append((torch.from_numpy(pairs).to(device), weights.to(device)))


class MessageLayer(nn.Module):
    """One round of messages.

    Parameters
    ----------
    n_heard, n_own : int
        Width of what is heard from a partner, and of what a neuron knows of itself.
    n_out : int
    n_relations : int
    flavour : {"sage", "gat"}
    heads : int
        Of attention; divides `n_out`.
    """

    def __init__(
        self, n_heard: int, n_own: int, n_out: int, n_relations: int, flavour: str, heads: int
    ) -> None:
        super().__init__()
        self.flavour = flavour
        self.own = nn.Linear(n_own, n_out)
        if flavour == "sage":
            self.heard = nn.ModuleList(
                nn.Linear(n_heard, n_out, bias=False) for _ in range(n_relations)
            )
        else:
            attention = attention_layer()
            self.heard = nn.ModuleList(
                attention(
                    (n_heard, n_own), n_out // heads, heads=heads, edge_dim=1, add_self_loops=False
                )
                for _ in range(n_relations)
            )
        self.norm = nn.LayerNorm(n_out)

    def forward(self, heard: torch.Tensor, own: torch.Tensor, block: TorchBlock) -> torch.Tensor:
        """(n_targets, n_out); heard : (n_sources, n_heard), own : (n_targets, n_own)."""
        total = self.own(own)
        if self.flavour == "sage":
            for weigh, mean in zip(self.heard, block.means, strict=True):
                total = total + weigh(mean(heard))
        else:
            for attend, (pairs, weights) in zip(self.heard, block.edges, strict=True):
                total = total + attend((heard, own), pairs, weights)
        answer: torch.Tensor = torch.relu(self.norm(total))
        return answer
