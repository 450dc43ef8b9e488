"""Type network: features and the partners' known types in, scores of every type out.

The types of partners come in as vectors, one per type, that travel with the first round of messages; a
neuron's own type never is an input to itself. What all rounds made of a neuron is read out together
(jumping knowledge, Xu et al. 2018, arXiv:1806.03536), so that a type may be told by the neuron alone, by
its partners, or by theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .message_layers import MessageLayer, TorchBlock
from .needs_torch import nn, torch


class Design(NamedTuple):
    """The shape of a network: all that is needed to make it again."""

    n_features: int
    n_types: int
    n_relations: int
    n_layers: int
    hidden: int
    flavour: str
    heads: int
    dropout: float
    partner_types: bool


class TypeNetwork(nn.Module):
    """Messages between neurons, and a readout.

    Parameters
    ----------
    design : Design
    """

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.design = design
        width = design.hidden
        self.begin = nn.Linear(max(1, design.n_features), width)
        typed = design.partner_types and design.n_layers > 0
        self.type_vectors = nn.Linear(design.n_types, width, bias=False) if typed else None
        self.layers = nn.ModuleList(
            MessageLayer(
                width * (2 if typed and depth == 0 else 1),
                width,
                width,
                design.n_relations,
                design.flavour,
                design.heads,
            )
            for depth in range(design.n_layers)
        )
        self.drop = nn.Dropout(design.dropout)
        self.readout = nn.Sequential(
            nn.Linear(width * (design.n_layers + 1), width),
            nn.ReLU(),
            nn.Dropout(design.dropout),
            nn.Linear(width, design.n_types),
        )

    def forward(
        self, features: torch.Tensor, types: torch.Tensor, blocks: Sequence[TorchBlock]
    ) -> torch.Tensor:
        """(B, n_types) scores of the neurons asked for, the first B.

        Parameters
        ----------
        features : (M, n_features)
        types : (M, n_types)
            Known or likely types; a row of 0 where there is nothing to say.
        blocks : one per layer
        """
        asked = blocks[-1].n_targets if blocks else len(features)
        own = torch.relu(self.begin(features))
        seen = [own[:asked]]
        for depth, (layer, block) in enumerate(zip(self.layers, blocks, strict=True)):
            own = self.drop(own)
            heard = own
            if depth == 0 and self.type_vectors is not None:
                heard = torch.cat([own, self.type_vectors(types)], dim=1)
            own = layer(heard, own[: block.n_targets], block)
            seen.append(own[:asked])
        answer: torch.Tensor = self.readout(self.drop(torch.cat(seen, dim=1)))
        return answer
