"""Raw counts: may numbers of synapses and connections be held beside each other as they are?

Another detector, score cut-off or threshold of pairs finds another number of synapses in the same
tissue. What was counted how stands in the manifests.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .given import Given


class MixedCountsWarning(UserWarning):
    """Raw counts of different detectors, thresholds or units stand beside each other."""


def mixed_counts(given: Sequence[Given], edge_type: str | None = "chemical") -> list[str]:
    """In what the connectomes were counted differently, in words; empty where in nothing.

    Parameters
    ----------
    given : sequence of Given
        Those without a manifest are known by the meaning of their weights only.

    Examples
    --------
    >>> from connectome_analysis.compare.given import named_graphs
    >>> worms = named_graphs(["celegans-varshney2011", "celegans-cook2019-male"])
    >>> mixed_counts(worms)
    ['weights: celegans-varshney2011 synapses; celegans-cook2019-male EM serial sections']
    """
    said = []
    stated: tuple[tuple[str, dict[str, object]], ...] = (
        ("weights", {one.name: _weights(one, edge_type) for one in given}),
        ("detector", {one.name: one.manifest.detector for one in given if one.manifest}),
        (
            "score cut-off",
            {one.name: one.manifest.score_cutoff for one in given if one.manifest},
        ),
        (
            "synapses per pair, at least",
            {one.name: one.manifest.pair_threshold or 1 for one in given if one.manifest},
        ),
    )
    for words, found in stated:
        if len(set(found.values())) > 1:
            said.append(f"{words}: {_by_value(found)}")
    return said


def warn_of_mixed_counts(given: Sequence[Given], edge_type: str | None = "chemical") -> None:
    """Warn where raw counts are not comparable, saying in what and what to do."""
    said = mixed_counts(given, edge_type)
    if said:
        warnings.warn(
            "Raw counts of these connectomes are not comparable as they are. They differ in "
            f"{' | '.join(said)}. See compare.normalised for input fractions, ranks, equal density "
            "and equal recall.",
            MixedCountsWarning,
            stacklevel=3,
        )


def _weights(one: Given, edge_type: str | None) -> str:
    if one.manifest is None or edge_type is None:
        return one.graph.weight_meaning
    return one.manifest.weight_meaning(edge_type)


def _by_value(found: dict[str, object]) -> str:
    groups: dict[str, list[str]] = {}
    for name, value in found.items():
        groups.setdefault("not stated" if value in (None, "") else str(value), []).append(name)
    return "; ".join(f"{', '.join(names)} {value}" for value, names in groups.items())
