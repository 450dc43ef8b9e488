"""Devices: where torch computes when nobody says so."""

from __future__ import annotations


def pick_device() -> str:
    """Name the best device at hand: ``"cuda"``, then ``"mps"``, then ``"cpu"``."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu"
