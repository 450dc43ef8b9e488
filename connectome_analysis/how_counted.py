"""How counted: what must be the same in two connectomes before their raw numbers stand side by side."""

from __future__ import annotations

from typing import NamedTuple


class HowCounted(NamedTuple):
    """How the connections of a graph were found.

    Attributes
    ----------
    unit : str
        What a weight is.
    detector : str or None
        Who or what found the synapses; None where not stated.
    score_cutoff : float or None
        Of synapses.
    least_synapses : int
        Pairs with fewer were left out.
    """

    unit: str = ""
    detector: str | None = None
    score_cutoff: float | None = None
    least_synapses: int = 1
