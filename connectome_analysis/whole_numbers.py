"""Whole numbers: the one check of arguments that count something."""

from __future__ import annotations

import numpy as np


def require_whole(name: str, given: object, least: int = 1) -> None:
    """Raise a ValueError where `given` is not a whole number of at least `least`.

    Numbers of numpy are whole numbers too; True and 2.0 are not.

    Examples
    --------
    >>> require_whole("k", 0, least=0)
    >>> require_whole("k", 2.0)
    Traceback (most recent call last):
    ValueError: k must be a whole number of at least 1, got 2.0.
    """
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < least:
        msg = f"{name} must be a whole number of at least {least}, got {given!r}."
        raise ValueError(msg)
