"""Labels: text or whole numbers, None where unknown, and the places of types sorted by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..result import as_objects

if TYPE_CHECKING:
    import pandas as pd


def plain_label(label: Any) -> Any:
    """A label as Python has it: text or a whole number.

    Raises
    ------
    ValueError
        Where it is something else.
    """
    if isinstance(label, (bool, np.bool_)) or not isinstance(label, (str, int, np.integer)):
        msg = f"Labels must be text or whole numbers, None where unknown; got {label!r}."
        raise ValueError(msg)  # noqa: TRY004 - mistakes of users are ValueErrors here
    return label if isinstance(label, str) else int(label)


def plain_labels(given: pd.Series[Any]) -> NDArray[np.object_]:
    """(N,) object array of plain labels, None where missing; whole floats are whole numbers."""
    missing = given.isna().to_numpy(dtype=bool)
    values = given.to_numpy(dtype=object)
    return as_objects(
        None
        if gone
        else plain_label(int(value) if isinstance(value, float) and value.is_integer() else value)
        for value, gone in zip(values, missing, strict=True)
    )


def number_labels(given: pd.Series[Any]) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """(N,) place of each label among the types, -1 where unknown, and the types sorted by name."""
    plain = plain_labels(given)
    names = sorted({x for x in plain if x is not None}, key=lambda x: (str(type(x)), x))
    place = {name: k for k, name in enumerate(names)}
    number = np.array([place.get(x, -1) for x in plain], dtype=np.int64)
    return number, as_objects(names)
