"""Raw counts: may numbers of synapses and connections be held beside each other as they are?

Another detector, score cut-off or threshold of pairs finds another number of synapses in the same
tissue. A graph that was made from a connectome knows how it was counted.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .given import Given

_FACTS = {
    "unit": "weights",
    "detector": "detector",
    "score_cutoff": "score cut-off",
    "least_synapses": "synapses per pair, at least",
}


class MixedCountsWarning(UserWarning):
    """Raw counts of different detectors, thresholds or units stand beside each other."""


def mixed_counts(given: Sequence[Given], *, weights: bool = True) -> list[str]:
    """In what the connectomes were counted differently, in words; empty where in nothing.

    Parameters
    ----------
    given : sequence of Given
        Graphs made by hand or normalised are known by the meaning of their weights only.
    weights : bool
        Whether weights are compared, and not connections alone.

    Examples
    --------
    >>> from connectome_analysis.compare.given import named_graphs
    >>> worms = named_graphs(["celegans-varshney2011", "celegans-cook2019-male"])
    >>> mixed_counts(worms)
    ['weights: celegans-varshney2011 synapses; celegans-cook2019-male EM serial sections']
    """
    names = [one.name for one in given]
    if len(set(names)) < len(names):
        names = [f"{name} ({number})" for number, name in enumerate(names, start=1)]
    facts = [(name, one.graph.how_counted) for name, one in zip(names, given, strict=True)]
    said = []
    for field, words in _FACTS.items():
        found: dict[str, object] = {
            name: getattr(fact, field) for name, fact in facts if fact is not None
        }
        if field == "unit" and weights:
            found = {n: one.graph.weight_meaning for n, one in zip(names, given, strict=True)}
        if len(set(found.values())) > 1:
            said.append(f"{words}: {_by_value(found)}")
    return said


def warn_of_mixed_counts(
    given: Sequence[Given], *, weights: bool = True, stacklevel: int = 3
) -> None:
    """Warn where raw counts are not comparable, saying in what and what to do."""
    said = mixed_counts(given, weights=weights)
    if said:
        warnings.warn(
            "Raw counts of these connectomes are not comparable as they are. They differ in "
            f"{' | '.join(said)}. See compare.normalised for input fractions, ranks, equal density "
            "and equal recall.",
            MixedCountsWarning,
            stacklevel=stacklevel,
        )


def _by_value(found: dict[str, object]) -> str:
    groups: dict[str, list[str]] = {}
    for name, value in found.items():
        groups.setdefault("not stated" if value in (None, "") else str(value), []).append(name)
    return "; ".join(f"{', '.join(names)} {value}" for value, names in groups.items())
