"""Given rates: alpha and beta, or a whole error model, as callers of the corrections write them."""

from __future__ import annotations

from typing import Any

from ..error_model import ErrorModel


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


def not_corrected(model: ErrorModel) -> str:
    """What the correction leaves as it is, in words; empty where it corrects everything."""
    left = []
    parts = [word for word, part in (("splits", model.split), ("merges", model.merge)) if part]
    if parts:
        left.append(
            f"{' and '.join(parts)} of neurons: their errors are not independent from pair to pair"
        )
    if not model.of_connections and model.min_synapses > model.connection_from:
        left.append(
            f"connections of fewer than {model.min_synapses} synapses, as far as none of them is seen: "
            "how many there are cannot be known"
        )
    return "; ".join(left)
