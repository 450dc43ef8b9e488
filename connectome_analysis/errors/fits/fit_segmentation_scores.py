"""Fit segmentation scores: an error model from the evaluation of a segmentation and its synapses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..could_touch import as_could_touch
from ..error_model import ErrorModel
from ..evidence import Evidence
from ..fragments import Merge, Part, Split
from .fit_precision_recall import fit_precision_recall

KNOWN = (
    "precision", "recall", "n_true", "n_detected", "n_pairs", "density",
    "splits_per_neuron", "merges_per_neuron",
)  # fmt: skip


def fit_segmentation_scores(
    scores: Any,
    *,
    density: float | None = None,
    could_touch: Any = "all",
    split_part: Part = "near",
    split_fraction: float = 0.3,
    keep_fragment: bool = True,
    min_synapses: int = 1,
    name: str = "",
    source: str = "",
) -> ErrorModel:
    """Turn scores of a segmentation into an error model of synapses, splits and merges.

    Parameters
    ----------
    scores : mapping, Series or DataFrame of one row
        ``precision`` and ``recall`` of synapses, both or neither, with ``n_true`` and
        ``n_detected``; ``splits_per_neuron`` and ``merges_per_neuron``, mean numbers of errors on
        a neuron. Any may be missing, but not all. ``n_pairs`` or ``density`` as in `fit_precision_recall`.
        Errors that fall on neurons by chance leave exp(-mean) of them whole, so a neuron is split
        with probability 1 - exp(-splits per neuron), and merged likewise. Other entries, such as
        adapted Rand error, are not used.
    density : float, optional
        True synapses per pair that could touch.
    could_touch : "all", str, mapping or DataFrame
        Pairs that false synapses and merges can join.
    split_part, split_fraction, keep_fragment
        How a split goes; see `Split`. Scores say how many, not how large.

    Returns
    -------
    ErrorModel
        With `uncertainty` of recall and false rate where there are counts.

    Examples
    --------
    >>> scores = {"precision": 0.9, "recall": 0.9, "n_true": 500, "splits_per_neuron": 0.5}
    >>> model = fit_segmentation_scores(scores, density=0.5)
    >>> round(model.false_rate, 3), round(model.split.probability, 3)
    (0.05, 0.393)
    """
    entry = _entry(scores)
    used = {key: entry[key] for key in KNOWN if entry.get(key) is not None}
    synapses = "recall" in used or "precision" in used
    if not synapses and not ({"splits_per_neuron", "merges_per_neuron"} & set(used)):
        have = ", ".join(map(str, entry)) or "nothing"
        msg = f"The scores hold none of {', '.join(KNOWN)}; they have {have}."
        raise ValueError(msg)
    if synapses:
        model = fit_precision_recall(
            used,
            level="synapses",
            density=density,
            could_touch=could_touch,
            min_synapses=min_synapses,
            connection_from=1,
        )
    else:
        model = ErrorModel(min_synapses=min_synapses)
    split, merge = (_probability(used, key) for key in ("splits_per_neuron", "merges_per_neuron"))
    numbers = {key: float(value) for key, value in used.items()}
    notes = () if model.evidence is None else model.evidence.notes
    return model.replace(
        split=None
        if split is None
        else Split(
            probability=split,
            part=split_part,
            fraction=split_fraction,
            keep_fragment=keep_fragment,
        ),
        merge=None
        if merge is None
        else Merge(probability=merge, could_touch=as_could_touch(could_touch)),
        name=name,
        source=" ".join(filter(None, [source, "From scores of a segmentation.", *notes])),
        evidence=Evidence("scores of a segmentation", numbers, None, notes),
    )


def _entry(scores: Any) -> Mapping[str, Any]:
    if hasattr(scores, "columns") and hasattr(scores, "to_dict"):
        if len(scores) != 1:
            msg = (
                f"Scores must be of one segmentation, got {len(scores)} rows; take one of them, or "
                "fit_precision_recall(..., by=...) for regions."
            )
            raise ValueError(msg)
        row: Mapping[str, Any] = scores.iloc[0].to_dict()
        return row
    if isinstance(scores, Mapping):
        return scores
    if hasattr(scores, "to_dict"):
        series: Mapping[str, Any] = scores.to_dict()
        return series
    msg = f"Scores must be a mapping or a table of one row, got {type(scores).__name__}."
    raise ValueError(msg)


def _probability(used: Mapping[str, Any], key: str) -> float | None:
    if key not in used:
        return None
    mean = float(used[key])
    if not (np.isfinite(mean) and mean >= 0):
        msg = f"{key} must be a number of at least 0, got {used[key]!r}."
        raise ValueError(msg)
    return float(-np.expm1(-mean))
