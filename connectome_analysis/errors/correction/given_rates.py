"""Given rates: alpha and beta, or a whole error model, as callers of the corrections write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..error_model import ErrorModel

if TYPE_CHECKING:
    from ...graph import Graph


def given_model(alpha: Any, beta: Any, error_model: ErrorModel | None) -> ErrorModel:
    """Make one model of what was given; alpha alone or beta alone leaves the other at 0.

    Alpha given as such is that of every pair that it names: all pairs, where it is a number.
    """
    if error_model is not None:
        if alpha is not None or beta is not None:
            msg = "Give alpha and beta, or an error_model, not both."
            raise ValueError(msg)
        if not isinstance(error_model, ErrorModel):
            msg = (
                "error_model must be an errors.ErrorModel, got "
                f"{type(error_model).__name__}; errors.preset and errors.read_model make one."
            )
            raise TypeError(msg)
        return error_model
    if alpha is None and beta is None:
        msg = (
            "Nothing is corrected without rates: give alpha and beta, numbers or one for each pair, "
            "or an error_model."
        )
        raise ValueError(msg)
    return ErrorModel(
        alpha=0.0 if alpha is None else alpha, beta=0.0 if beta is None else beta, could_touch="all"
    )


def require_pairwise(model: ErrorModel, g: Graph) -> str:
    """What the correction leaves uncorrected, in words; empty where it corrects everything."""
    del g
    if not model.fragments:
        return ""
    parts = [word for word, part in (("splits", model.split), ("merges", model.merge)) if part]
    return (
        f"{' and '.join(parts)} of neurons are not corrected: their errors are not independent from "
        "pair to pair"
    )
