"""To PyTorch Geometric: ``edge_index``, ``edge_weight`` and ``node_id`` as tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .missing_library import missing_library

if TYPE_CHECKING:
    import torch_geometric.data

    from ..graph import Graph


def to_pyg(graph: Graph) -> torch_geometric.data.Data:
    """PyTorch Geometric Data; raises ImportError naming the extra where it is missing."""
    try:
        import torch
        from torch_geometric.data import Data
    except ImportError as error:
        raise missing_library("torch-geometric", "pip install 'neuropil[gnn]'") from error
    edges = np.stack([graph.out_sources, graph.out_indices]).astype(np.int64)
    return Data(
        edge_index=torch.from_numpy(edges),
        edge_weight=torch.from_numpy(graph.weights.copy()),
        node_id=torch.from_numpy(graph.node_ids.copy()),
        num_nodes=graph.n_nodes,
    )
