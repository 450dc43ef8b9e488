"""Needs torch: modules that define layers take torch from here, and say what to install without it."""

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError as error:
    msg = "networks need torch: pip install 'neuropil[segmentation]'"
    raise ImportError(msg) from error

__all__ = ["F", "nn", "torch"]
