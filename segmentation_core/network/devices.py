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


def checked_device(name: str | None) -> str:
    """Return the device asked for, or the best at hand.

    Raises
    ------
    ValueError
        If torch knows no such device, or this machine has none.

    Examples
    --------
    >>> checked_device("cpu")
    'cpu'
    >>> checked_device("gpu")
    Traceback (most recent call last):
    ValueError: device must be one of torch, such as cpu, cuda, cuda:1 or mps; got 'gpu'.
    """
    import torch

    if name is None:
        return pick_device()
    try:
        kind = torch.device(name)
    except RuntimeError:
        msg = f"device must be one of torch, such as cpu, cuda, cuda:1 or mps; got {name!r}."
        raise ValueError(msg) from None
    at_hand = {
        "cuda": torch.cuda.device_count(),
        "mps": int(torch.backends.mps.is_available()),
    }.get(kind.type)
    if at_hand is not None and (kind.index or 0) >= at_hand:
        msg = f"device {name} is not at hand, torch finds {at_hand} {kind.type} here; leave it out."
        raise ValueError(msg)
    return name
