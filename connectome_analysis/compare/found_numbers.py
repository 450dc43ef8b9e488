"""Found numbers: counts and measures of one test as a Series that prints each in its own size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd


class FoundNumbers(pd.Series):
    """A Series of numbers of many sizes: counts print whole, p = 3e-23 as such and not as 0.0.

    Examples
    --------
    >>> print(FoundNumbers({"edges": 42, "p_value": 3e-23, "p_ks": 0.0}, dtype=object))
    edges            42
    p_value       3e-23
    p_ks       < 1e-300
    """

    @property
    def _constructor(self) -> Callable[..., FoundNumbers]:
        return FoundNumbers

    def __repr__(self) -> str:
        """Numbers with six digits."""
        words = [_words(str(name), value) for name, value in self.items()]
        shown = pd.Series(words, index=self.index, name=self.name, dtype=object)
        # Without "dtype: object", which says nothing of the numbers.
        return shown.to_string(name=self.name is not None)

    __str__ = __repr__


def _words(name: str, value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    if value == 0.0 and name.startswith("p_"):
        return "< 1e-300"  # below what a float can hold
    return f"{value:.6g}"
