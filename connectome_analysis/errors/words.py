"""Words: an error model as a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .could_touch import AllPairs, ContactPairs, SharedColumn, WithinDistance
from .varying import PerColumn, PerGroup, PerMatrix, PerNeuron, PerPair

if TYPE_CHECKING:
    from .error_model import ErrorModel

_PARTS = {
    "random": "synapses by chance",
    "near": "synapses that lie together",
    "axon": "all it sends",
    "dendrite": "all it receives",
}


def of_model(model: ErrorModel) -> str:
    """What a model says, in words; "no errors" where it has none."""
    touch = f" ({of_touch(model.could_touch)})" if model.could_touch is not None else ""
    parts = []
    if model.of_connections:
        if model.beta is not None:
            parts.append(f"{percent(model.beta)} of connections are missed")
        if model.alpha is not None:
            parts.append(
                f"{percent(model.alpha)} of unconnected pairs are seen as connected{touch}"
            )
    else:
        if not _is(model.recall, 1.0):
            parts.append(f"{percent(model.recall)} of true synapses are found")
        if model.has_false and model.confidence_odds is None:
            unit = "um2 of contact" if _by_area(model.could_touch) else "pair that could touch"
            parts.append(f"{number(model.false_rate)} false synapses per {unit}{touch}")
    if model.confidence_odds is not None:
        odds = (
            "" if model.confidence_odds == 1 else f", their odds times {model.confidence_odds:.3g}"
        )
        parts.append(f"each edge is real with its confidence{odds}{touch}")
        if model.confidence_kept != 1:
            parts.append(
                f"{100 * (1 - model.confidence_kept):.3g} % of those found left out for their low "
                "confidence"
            )
    for field, side in (("pre_completeness", "presynaptic"), ("post_completeness", "postsynaptic")):
        if not _is(getattr(model, field), 1.0):
            parts.append(f"{percent(getattr(model, field))} of {side} sites are attached")
    if model.split is not None:
        split = model.split
        kept = "as a fragment of its own" if split.keep_fragment else "and is lost"
        parts.append(
            f"{percent(split.probability)} of neurons are split: {_PARTS[split.part]} leaves {kept}"
            if split.part in ("axon", "dendrite")
            else f"{percent(split.probability)} of neurons are split: {split.fraction:.3g} of "
            f"{_PARTS[split.part]} leaves {kept}"
        )
    if model.merge is not None:
        parts.append(
            f"{percent(model.merge.probability)} of neurons are merged with another "
            f"({of_touch(model.merge.could_touch)})"
        )
    if not parts:
        parts.append("no errors")
    if not model.of_connections or model.min_synapses > 1 or model.connection_from > 1:
        synapses = "1 synapse" if model.min_synapses == 1 else f"{model.min_synapses} synapses"
        parts.append(f"connections of {synapses} or more")
        if model.connection_from > 1:
            parts.append(f"a true connection has {model.connection_from} synapses or more")
    if model.uncertainty is not None:
        parts.append(f"uncertain: {', '.join(model.uncertainty.names)}")
    return "; ".join(parts) + "."


def of_touch(could_touch: Any) -> str:
    """Which pairs could touch."""
    if isinstance(could_touch, AllPairs):
        return "all pairs"
    if isinstance(could_touch, SharedColumn):
        return f"pairs of the same {could_touch.column}"
    if isinstance(could_touch, WithinDistance):
        return f"pairs within {could_touch.distance_um:g} um"
    if isinstance(could_touch, ContactPairs):
        return f"{len(could_touch.pre_ids):,} pairs in contact"
    return "no pairs"


def percent(rate: Any) -> str:
    """A rate as a percentage, or its range and what it varies by."""
    return _shown(rate, lambda value: f"{100 * value:.3g} %")


def number(rate: Any) -> str:
    """A rate as a number, or its range and what it varies by."""
    return _shown(rate, lambda value: f"{value:.3g}")


def _shown(rate: Any, word: Any) -> str:
    if isinstance(rate, PerColumn):
        return f"a share (column {rate.column})"
    if isinstance(rate, PerGroup):
        return f"{_range([*rate.rates.values()], word)} (by {rate.column})"
    if isinstance(rate, PerNeuron):
        return f"{_range(rate.rates, word)} (by neuron)"
    if isinstance(rate, PerPair):
        return f"{_range([*rate.rates, rate.default], word)} (by pair)"
    if isinstance(rate, PerMatrix):
        return f"{_range(rate.matrix, word)} (by pair)"
    return str(word(rate))


def _range(values: Any, word: Any) -> str:
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        return str(word(0.0))
    low, high = word(float(array.min())), word(float(array.max()))
    return low if low == high else f"{low} to {high}"


def _by_area(could_touch: Any) -> bool:
    return isinstance(could_touch, ContactPairs) and could_touch.area_um2 is not None


def _is(rate: Any, number: float) -> bool:
    return isinstance(rate, (int, float)) and rate == number
