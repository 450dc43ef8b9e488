"""Whole graph: scores of every neuron, layer by layer, from all partners and none left to chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .message_layers import TorchBlock
from .needs_torch import torch
from .partner_types import PartnerTypes
from .type_network import TypeNetwork

_ROWS_OF_A_PART = 16_384


@torch.no_grad()
def whole_scores(
    network: TypeNetwork,
    features: torch.Tensor,
    types: PartnerTypes,
    parts: Sequence[tuple[int, int, TorchBlock]],
) -> NDArray[np.float32]:
    """(N, T) scores, before temperature and softmax.

    Parameters
    ----------
    features : (N, F) tensor
    types : PartnerTypes
    parts : as from `scenes.parts_of`
    """
    network.eval()
    n_nodes = len(features)
    own = _by_rows(lambda rows: torch.relu(network.begin(features[rows])), n_nodes)
    seen = [own]
    for depth, layer in enumerate(network.layers):
        heard = own
        vectors = network.type_vectors
        if depth == 0 and vectors is not None:
            typed = _by_rows(lambda rows: vectors(types.rows(rows).to(features.device)), n_nodes)  # noqa: B023
            heard = torch.cat([own, typed], dim=1)
        own = torch.cat([layer(heard, own[start:stop], block) for start, stop, block in parts])
        seen.append(own)
    scores = _by_rows(
        lambda rows: network.readout(torch.cat([one[rows] for one in seen], dim=1)), n_nodes
    )
    answer: NDArray[np.float32] = scores.cpu().numpy()
    return answer


def _by_rows(function: Callable[[slice], torch.Tensor], n_rows: int) -> torch.Tensor:
    """Apply a function to slices of rows and join what it gives."""
    starts = range(0, max(1, n_rows), _ROWS_OF_A_PART)
    return torch.cat([function(slice(start, start + _ROWS_OF_A_PART)) for start in starts])
