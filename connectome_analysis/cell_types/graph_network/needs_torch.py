"""The libraries of the extra ``gnn``, or one line that says how to get them."""

from __future__ import annotations

import warnings
from typing import Any

from ...convert.missing_library import missing_library

_EXTRA = ("torch, torch-geometric and scikit-learn", "pip install 'neuropil[gnn]'")

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError as _error:
    raise missing_library(*_EXTRA) from _error

__all__ = ["F", "attention_layer", "nn", "torch"]


def attention_layer() -> Any:
    """GATv2Conv of torch-geometric, which takes seconds to import and only attention needs."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch-geometric uses what torch has deprecated
            from torch_geometric.nn import GATv2Conv
    except ImportError as error:
        raise missing_library(*_EXTRA) from error
    return GATv2Conv
