"""The libraries of the extra ``gnn``, or one line that says how to get them."""

from __future__ import annotations

from ...convert.missing_library import missing_library

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch_geometric.nn import GATv2Conv
except ImportError as _error:  # pragma: no cover - exercised by hiding the module in the tests
    raise missing_library(
        "torch, torch-geometric and scikit-learn", "pip install 'neuropil[gnn]'"
    ) from _error

__all__ = ["F", "GATv2Conv", "nn", "torch"]
