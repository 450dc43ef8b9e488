"""Fragments: how segmentation fails, by splitting neurons and by merging them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .could_touch import CouldTouch, as_could_touch
from .varying import Rate, as_rate

Part = Literal["random", "near", "axon", "dendrite"]
PARTS = ("random", "near", "axon", "dendrite")


@dataclass(frozen=True, kw_only=True)
class Split:
    """A part of a neuron's synapses leaves it.

    Attributes
    ----------
    probability : rate
        That a neuron is split; a number, or per neuron or group.
    part : {"random", "near", "axon", "dendrite"}
        What leaves: each synapse by chance; synapses that lie together (around a point of its
        skeleton, or around one of its synapses; by neuron where synapses have no positions: all
        synapses with some of its partners); all it sends; all it receives.
    fraction : float
        For "random" and "near": mean share of the synapses that leave, above 0 and below 1.
    keep_fragment : bool
        Whether what left is a node of its own, as in a segmentation, or lost, as among proofread
        neurons only.
    """

    probability: Rate = 0.0
    part: Part = "near"
    fraction: float = 0.3
    keep_fragment: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "probability", as_rate(self.probability, "split.probability"))
        if self.part not in PARTS:
            msg = f"split.part must be one of {', '.join(PARTS)}, got {self.part!r}."
            raise ValueError(msg)
        fraction: Any = self.fraction
        if (
            isinstance(fraction, bool)
            or not isinstance(fraction, (int, float))
            or not 0 < fraction < 1
        ):
            msg = f"split.fraction must be between 0 and 1, got {self.fraction!r}."
            raise ValueError(msg)


@dataclass(frozen=True, kw_only=True)
class Merge:
    """A neuron is taken for one with another.

    Attributes
    ----------
    probability : rate
        That a neuron is merged into another; a number, or per neuron or group.
    could_touch : see `could_touch`
        The neurons it may be merged with, each equally likely (by contact area where given).
    """

    probability: Rate = 0.0
    could_touch: CouldTouch | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "probability", as_rate(self.probability, "merge.probability"))
        if self.could_touch is None:
            msg = (
                "merge.could_touch must say which neurons may be merged: a column such as 'region', "
                "{'within_um': 50}, a table of pairs, or 'all'."
            )
            raise ValueError(msg)
        object.__setattr__(self, "could_touch", as_could_touch(self.could_touch))
