"""Chosen ids: the neurons a user names, as integers, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connectome_analysis.tables import ContractError

from ..safe_files import exact_id


def chosen_ids(ids: Iterable[Any] | int | str | None) -> list[int] | None:
    """Ids as given, each once, sorted; None where none are given.

    Raises
    ------
    ContractError
        For a float, or text that is no id.

    Examples
    --------
    >>> chosen_ids(["720575940629970489", 5, 5])
    [5, 720575940629970489]
    """
    if ids is None:
        return None
    given = [ids] if isinstance(ids, (int, str)) else list(ids)
    if hasattr(ids, "tolist"):
        given = list(ids.tolist())
    found = {exact_id(value, "ids: an id", zero_is_none=True) for value in given}
    out = sorted(value for value in found if value is not None)
    if not out:
        msg = "ids names no neuron; leave it out, or name one."
        raise ContractError(msg)
    return out


def chosen_words(words: Sequence[str] | str | None) -> list[str] | None:
    """One word or several, as a list."""
    if words is None:
        return None
    return [words] if isinstance(words, str) else [str(word) for word in words]


def batches(ids: Sequence[int], size: int) -> Iterator[list[int]]:
    """Ids in parts of at most `size`."""
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])
