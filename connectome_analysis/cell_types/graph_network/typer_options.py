"""Options of a `CellTyper` that may be asked for by name, where it is made for someone else."""

from __future__ import annotations

from inspect import signature

from .cell_typer import CellTyper


def option_names() -> set[str]:
    """Names of all options but the error model, the seed and the progress, which callers have of their own.

    Examples
    --------
    >>> "hidden" in option_names(), "rng" in option_names()
    (True, False)
    """
    return set(signature(CellTyper).parameters) - {"error_model", "rng", "progress"}
