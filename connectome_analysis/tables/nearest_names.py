"""Nearest names: of many names those that look like the one that was asked for, so that a message stays short."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# So many names can be read in a message; of more the nearest few are named.
_READABLE = 20
_NEAREST = 5


def names_in_words(known: Iterable[object], wanted: str = "") -> str:
    """All names where they are few; else those nearest to one that is not among them, and their number.

    Examples
    --------
    >>> names_in_words(["name", "side"], "sid")
    'name, side'
    >>> names_in_words([f"column_{number}" for number in range(100)], "colum_7")
    'the nearest of 100 are column_7, column_97, column_87, column_79, column_78'
    """
    names = [str(name) for name in known]
    if len(names) <= _READABLE:
        return ", ".join(names)
    lower = {name.lower(): name for name in reversed(names)}
    near = get_close_matches(wanted.lower(), list(lower), n=_NEAREST, cutoff=0.4)
    if near:
        return f"the nearest of {len(names)} are {', '.join(lower[name] for name in near)}"
    return f"{', '.join(names[:_NEAREST])} and {len(names) - _NEAREST:,} others"
