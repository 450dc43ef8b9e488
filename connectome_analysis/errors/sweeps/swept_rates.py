"""Swept rates: which rates of an error model can be varied, and the model at each value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..error_model import ErrorModel
from ..fragments import Merge, Split
from ..rate_table import Floats
from ..uncertainty import Uncertainty

if TYPE_CHECKING:
    from ...graph import Graph

RateName = Literal[
    "alpha",
    "beta",
    "recall",
    "false_rate",
    "pre_completeness",
    "post_completeness",
    "split",
    "merge",
    "confidence_odds",
]
RATE_NAMES = (
    *("alpha", "beta", "recall", "false_rate"),
    *("pre_completeness", "post_completeness", "split", "merge", "confidence_odds"),
)
# Of these, less is worse.
SHARES_KEPT = ("recall", "pre_completeness", "post_completeness", "confidence_odds")
_STEPS = 10


def rate_values(g: Graph, rate: str, values: Iterable[float] | None) -> Floats:
    """Values to go through, from the fewest errors to the most.

    By default eleven: of `beta`, `split` and `merge` 0 to 0.5, of shares that are kept 1 to 0.5, of
    `alpha` and `false_rate` 0 to 0.8 of the density, above which hardly any connection would be true;
    of `confidence_odds` eight, 1 to 0.02.
    """
    require_rate_name(rate)
    if values is None:
        pairs = max(g.n_nodes * (g.n_nodes - 1), 1)
        most = 0.8 * g.n_edges / pairs if rate in ("alpha", "false_rate") else 0.5
        if rate == "confidence_odds":
            return np.array([1.0, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02])
        found = np.linspace(0.0, most, _STEPS + 1)
        return 1.0 - found if rate in SHARES_KEPT else found
    try:
        found = np.array(sorted({float(x) for x in values}))
    except (TypeError, ValueError):
        msg = f"values must be numbers, for instance [0, 0.1, 0.2], got {values!r}."
        raise ValueError(msg) from None
    if len(found) < 2:
        msg = f"A sweep needs at least two different values of {rate}, got {len(found)}."
        raise ValueError(msg)
    top = np.inf if rate in ("false_rate", "confidence_odds") else 1.0
    if rate == "confidence_odds" and found[0] == 0:
        msg = "Odds of confidences must be above 0; at 0 no edge would be real."
        raise ValueError(msg)
    if np.isnan(found).any() or found[0] < 0 or found[-1] > top:
        msg = f"Values of {rate} must be from 0 to {top:g}, got {found.tolist()}."
        raise ValueError(msg)
    return found[::-1].copy() if rate in SHARES_KEPT else found


def require_rate_name(rate: object) -> None:
    """Raise a ValueError for a name that is no rate of an error model."""
    if rate not in RATE_NAMES:
        msg = f"rate must be one of {', '.join(RATE_NAMES)}, got {rate!r}."
        raise ValueError(msg)


def with_rate(model: ErrorModel, rate: str, value: float) -> ErrorModel:
    """The model with one rate at a value for all pairs, the others as they are, as uncertain as they are.

    Raises
    ------
    ValueError
        Where the model has rates of the other kind: of synapses or of connections.
    """
    if rate in ("alpha", "beta") and not (
        _is_number(model.recall, 1.0) and _is_number(model.false_rate, 0.0)
    ):
        msg = (
            f"{rate} is a rate of connections, and error_model has rates of synapses: sweep 'recall' or "
            "'false_rate', or give a model of connections, ErrorModel(alpha=..., beta=...)."
        )
        raise ValueError(msg)
    if rate in ("recall", "false_rate") and model.of_connections:
        msg = (
            f"{rate} is a rate of synapses, and error_model has rates of connections: sweep 'beta' or "
            "'alpha', or give a model of synapses, ErrorModel(recall=..., false_rate=...)."
        )
        raise ValueError(msg)
    if rate in ("alpha", "false_rate") and model.confidence_odds is not None:
        msg = (
            f"error_model takes the confidence of every edge, which says what is false: sweep "
            f"'confidence_odds' in place of {rate!r}."
        )
        raise ValueError(msg)
    touch = model.could_touch
    if rate in ("alpha", "false_rate", "confidence_odds") and touch is None:
        touch = "all"
    value = float(value)
    if rate == "confidence_odds" and model.confidence_odds is None and model.has_false:
        msg = (
            "error_model has false connections at one rate; to sweep what confidences say, leave "
            "alpha and false_rate out of it."
        )
        raise ValueError(msg)
    if rate == "split":
        old = model.split if model.split is not None else Split()
        split = Split(
            probability=value,
            part=old.part,
            fraction=old.fraction,
            keep_fragment=old.keep_fragment,
        )
        return model.replace(split=split, uncertainty=None)
    if rate == "merge":
        where = model.merge.could_touch if model.merge is not None else "all"
        return model.replace(merge=Merge(probability=value, could_touch=where), uncertainty=None)  # type: ignore[arg-type]
    known = others_uncertainty(model, rate)
    return model.replace(**{rate: value, "could_touch": touch}, uncertainty=known)


def others_uncertainty(model: ErrorModel, rate: str) -> Uncertainty | None:
    """The uncertainty of all rates but one, whatever its value."""
    if model.uncertainty is None:
        return None
    names = model.uncertainty.names
    keep = [i for i, name in enumerate(names) if name.partition("[")[0] != rate]
    if not keep:
        return None
    covariance = model.uncertainty.covariance[np.ix_(keep, keep)]
    return Uncertainty(tuple(names[i] for i in keep), covariance)


def only(model: ErrorModel, rate: str, value: float) -> ErrorModel:
    """A model with that one kind of error, where the given one says how such errors fall."""
    return with_rate(
        ErrorModel(
            could_touch=model.could_touch,
            min_synapses=model.min_synapses,
            connection_from=model.connection_from,
            split=model.split if rate == "split" else None,
            merge=model.merge if rate == "merge" else None,
        ),
        rate,
        value,
    )


def assumed_rate(model: ErrorModel, rate: str) -> float:
    """What a model says of a rate; NaN where it says nothing, or not one number for all."""
    part = model.split if rate == "split" else model.merge if rate == "merge" else None
    found = part.probability if part is not None else getattr(model, rate, None)
    known = isinstance(found, (int, float)) and not isinstance(found, bool)
    return float(found) if known else float("nan")  # type: ignore[arg-type]


def _is_number(rate: object, number: float) -> bool:
    return isinstance(rate, (int, float)) and rate == number
