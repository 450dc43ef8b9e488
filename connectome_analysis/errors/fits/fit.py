"""Fit: an error model from whatever data there is; which fit it takes is read off its names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..error_model import ErrorModel

# The data each kind of fit takes; everything else is an option of it.
_KINDS = (
    ("detected", "verified"),
    ("replicates",),
    ("precision_recall",),
    ("completeness",),
    ("unproofread", "proofread"),
    ("segmentation",),
)


def fit(**data: Any) -> ErrorModel:
    """Fit an error model.

    Parameters
    ----------
    detected, verified
        Synapses of the same pairs, detected and checked: `fit_verified`.
    replicates
        Several observations of the same pairs: `fit_replicates`.
    precision_recall
        A table, perhaps by region: `fit_precision_recall`.
    completeness
        A connectome or node table: `fit_completeness`.
    unproofread, proofread
        Two versions of a connectome: `fit_proofread`.
    segmentation
        Scores of a segmentation: `fit_segmentation_scores`.
    **options
        Of that fit.

    Raises
    ------
    ValueError
        Where none, or more than one kind of data is given, or one of two parts is missing.

    Examples
    --------
    >>> fit(precision_recall={"precision": 0.9, "recall": 0.9}, density=0.1).beta
    0.1
    """
    given = [kind for kind in _KINDS if any(name in data for name in kind)]
    wanted = "; ".join(" and ".join(kind) for kind in _KINDS)
    if len(given) != 1:
        got = ", ".join(data) or "nothing"
        msg = f"fit takes one kind of data: {wanted}. Got {got}."
        raise ValueError(msg)
    (kind,) = given
    lacking = [name for name in kind if name not in data]
    if lacking:
        msg = f"fit needs {lacking[0]} beside {', '.join(n for n in kind if n in data)}."
        raise ValueError(msg)
    values = [data[name] for name in kind]
    options = {name: value for name, value in data.items() if name not in kind}
    model: ErrorModel = _function(kind[0])(*values, **options)
    return model


def _function(first: str) -> Any:
    from .fit_completeness import fit_completeness
    from .fit_precision_recall import fit_precision_recall
    from .fit_proofread import fit_proofread
    from .fit_replicates import fit_replicates
    from .fit_segmentation_scores import fit_segmentation_scores
    from .fit_verified import fit_verified

    return {
        "detected": fit_verified,
        "replicates": fit_replicates,
        "precision_recall": fit_precision_recall,
        "completeness": fit_completeness,
        "unproofread": fit_proofread,
        "segmentation": fit_segmentation_scores,
    }[first]
