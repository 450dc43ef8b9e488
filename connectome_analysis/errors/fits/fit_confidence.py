"""Fit confidence: the rate of false connections behind calibrated confidences of edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..could_touch import ContactPairs, as_could_touch, touching
from ..error_model import ErrorModel
from ..evidence import Evidence
from ..uncertainty import Uncertainty
from .edge_confidence import edge_probability
from .pair_counts import total_over_pairs

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph


def fit_confidence(
    confidence: pd.DataFrame,
    g: Graph,
    *,
    could_touch: Any = "all",
    level: Literal["connections", "synapses"] = "connections",
    recall: float | None = None,
    name: str = "",
    source: str = "",
) -> ErrorModel:
    """Turn confidences of edges into rates of an error model.

    The edges of a graph are real with the probabilities of `edge_confidence`, so the rest of their
    number is false: ``alpha = sum (1 - Q) / (pairs that could touch - real ones)``. Which edges
    those are is lost in one rate; where single edges matter, give `edge_probability` to `Posterior`
    instead. What was not detected has no confidence, so it says nothing of missed
    connections.

    Parameters
    ----------
    confidence : DataFrame
        As `edge_confidence` makes it.
    g : Graph
        Of the same synapses. Edges below a threshold do not count.
    could_touch : "all", str, mapping or DataFrame
        Pairs where something false could be; see `ErrorModel`. Areas are not used.
    level : {"connections", "synapses"}
        Whether to fit `alpha` or `false_rate`.
    recall : float, optional
        Share of true connections (synapses) that are detected, known from elsewhere; 1 without it.
        The pairs that are truly connected are then more by as much.

    Examples
    --------
    >>> import connectome_analysis as ca, pandas as pd
    >>> from connectome_analysis.errors import edge_confidence
    >>> table = pd.DataFrame({"pre_id": [1, 2], "post_id": [2, 3], "confidence": [0.9, 0.7]})
    >>> g = ca.Graph.from_edges([1, 2], [2, 3])
    >>> round(fit_confidence(edge_confidence(table), g).alpha, 4)  # 0.4 of 6 - 1.6 pairs
    0.0909
    """
    if level not in ("connections", "synapses"):
        msg = f'level must be "connections" or "synapses", got {level!r}.'
        raise ValueError(msg)
    if recall is not None and not 0 < recall <= 1:
        msg = f"recall must be above 0 and at most 1, got {recall!r}."
        raise ValueError(msg)
    g = g.without_self_loops()
    real = edge_probability(confidence, g)
    given = as_could_touch(could_touch)
    pairs = (
        ContactPairs(given.pre_ids, given.post_ids) if isinstance(given, ContactPairs) else given
    )
    touch = touching(pairs, g)
    inside = touch.of(g.out_sources, g.out_indices) > 0
    n_pairs = total_over_pairs(touch)
    real = real[inside]
    found = 1.0 if recall is None else float(recall)
    notes: tuple[str, ...] = ()
    if not inside.all():
        notes = (
            f"{int((~inside).sum()):,} edges join neurons that could not touch; they were left out.",
        )
    if recall is None:
        notes = (*notes, "What was missed is not in confidences: give recall=... if it is known.")
    spread = float((real * (1 - real)).sum())  # of the number of false edges
    if level == "connections":
        empty = n_pairs - float(real.sum()) / found
        false = float((1 - real).sum()) or 0.5  # confidences of 1 leave some doubt
        if false >= empty:
            msg = (
                f"{false:,.1f} edges are expected to be false, of {empty:,.1f} pairs without a "
                "connection; there are too few pairs that could touch."
            )
            raise ValueError(msg)
        rate = false / empty
        variance = (spread or 0.5) / (false * (1 - rate)) ** 2
        model = ErrorModel(
            alpha=rate,
            beta=None if recall is None else 1 - found,
            could_touch=pairs,
            uncertainty=Uncertainty(("alpha",), np.array([[variance]])),
        )
    else:
        rows = confidence.loc[_rows(confidence, g)]
        false = float((rows["n_detected"] - rows["expected_true"])[inside].sum()) or 0.5
        variance = (float(rows["variance"][inside].sum()) or 0.5) / false**2
        rate = false / n_pairs
        model = ErrorModel(
            recall=found,
            false_rate=rate,
            could_touch=pairs,
            uncertainty=Uncertainty(("false_rate",), np.array([[variance]])),
        )
    numbers = {
        "n_pairs": n_pairs,
        "n_edges": float(inside.sum()),
        "expected_real_edges": float(real.sum()),
        f"expected_false_{'edges' if level == 'connections' else 'synapses'}": false,
    }
    said = f"From confidences of {int(inside.sum()):,} edges among {n_pairs:,.0f} pairs."
    return model.replace(
        name=name,
        source=" ".join(filter(None, [source, said])),
        evidence=Evidence("confidences of edges", numbers, None, notes),
    )


def _rows(confidence: pd.DataFrame, g: Graph) -> pd.MultiIndex:
    import pandas as pd

    return pd.MultiIndex.from_arrays(
        [g.node_ids[g.out_sources], g.node_ids[g.out_indices]], names=confidence.index.names
    )
