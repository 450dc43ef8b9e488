"""Options: what every null model asks of the options it is given, and says where they are wrong."""

from __future__ import annotations

import math
from numbers import Real


def require_choice(name: str, given: object, choices: tuple[str, ...]) -> None:
    """Raise a ValueError that lists the choices where `given` is none of them."""
    if given not in choices:
        listed = ", ".join(repr(choice) for choice in choices)
        msg = f"{name} must be one of {listed}, got {given!r}."
        raise ValueError(msg)


def require_positive(name: str, given: float) -> None:
    """Raise a ValueError where `given` is not a finite number above 0."""
    number = isinstance(given, Real) and not isinstance(given, bool)
    if not number or not given > 0 or not math.isfinite(given):
        msg = f"{name} must be above 0, got {given!r}."
        raise ValueError(msg)
