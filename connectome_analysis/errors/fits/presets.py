"""Presets: published error rates of reconstructions, with where they were published.

The package holds the rates and the numbers they were counted from, not the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..could_touch import as_could_touch
from ..error_model import ErrorModel
from ..uncertainty import Uncertainty
from .binomial_share import binomial_share
from .fit_precision_recall import Level, fit_precision_recall

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class _Counted:
    """Counts of a verified piece of tissue: k of n missed, k of n invented."""

    what: str
    source: str
    missed: tuple[int, int]
    false: tuple[int, int]
    min_synapses: int


@dataclass(frozen=True)
class _Scored:
    """Precision and recall, without the counts behind them."""

    what: str
    source: str
    precision: float
    recall: float
    level: Level
    min_synapses: int = 1
    completeness: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True)
class _Attached:
    """Completeness of presynaptic and postsynaptic sites."""

    what: str
    source: str
    pre: float
    post: float


_BUHMANN = "Buhmann et al. 2021, Nat Methods 18:771, doi:10.1038/s41592-021-01183-7, "
_CALYX = _BUHMANN + (
    "counted in their data: all pairs of 138 projection neurons and 528 Kenyon cells of the "
    "mushroom body calyx, which arborise together."
)
_MALE = "Berg et al. 2025, bioRxiv, doi:10.1101/2025.10.09.680999 (male CNS; as quoted by others)."
_FLY = (
    "Dorkenwald et al. 2024, Nature 634:124, doi:10.1038/s41586-024-07558-y (adult fly brain; as "
    "quoted by others)."
)
_SYNEM = "Staffler et al. 2017, eLife 6:e26414, doi:10.7554/eLife.26414 (SynEM, mouse cortex)."
_H01 = "Shapson-Coe et al. 2024, Science 384:eadk4858, doi:10.1126/science.adk4858 (H01)."

_PRESETS: Mapping[str, _Counted | _Scored | _Attached] = {
    "fly-calyx-1": _Counted("synapse detection, 1 synapse", _CALYX, (60, 2837), (297, 70027), 1),
    "fly-calyx-3": _Counted("synapse detection, 3 synapses", _CALYX, (43, 2643), (43, 70221), 3),
    "fly-calyx-5": _Counted("synapse detection, 5 synapses", _CALYX, (100, 2551), (31, 70313), 5),
    "fly-calyx-10": _Counted(
        "synapse detection, 10 synapses", _CALYX, (246, 2096), (92, 70768), 10
    ),
    "fly-lateral-horn-5": _Scored(
        "synapse detection, 5 synapses", _BUHMANN + "lateral horn.", 0.908, 0.766, "connections", 5
    ),
    "male-cns-connections": _Scored("connections", _MALE, 0.914, 0.931, "connections"),
    "male-cns-synapses": _Scored(
        "synapses and attachment", _MALE, 0.814, 0.831, "synapses", 1, (0.94, 0.42)
    ),
    "adult-fly-completeness": _Attached("attachment", _FLY, 0.937, 0.447),
    "synem-neuron-pairs": _Scored(
        "neuron pairs of 2 or more synapses", _SYNEM, 0.981, 0.956, "connections", 2
    ),
    "synem-synapses": _Scored("single synapses", _SYNEM, 0.885, 0.881, "synapses"),
    "h01-axons": _Scored("axons, taken for single synapses", _H01, 0.985, 0.88, "synapses"),
}


def preset(name: str, *, density: float | None = None, could_touch: Any = None) -> ErrorModel:
    """Published rates as an error model.

    Parameters
    ----------
    name : str
        One of `presets`.
    density : float, optional
        For presets that were published as precision and recall: true connections (for presets of
        synapses: true synapses) per pair that could touch, in the graph they are used on. Precision
        says nothing of empty pairs without it, and the false part is left out; the model's `source`
        then says so.
    could_touch : "all", str, mapping or DataFrame, optional
        Between which pairs something false can be; see `ErrorModel`. Needed wherever the model has
        a false part, as published rates are of neurons that arborise together: ``"all"`` would give
        a brain false connections between all its neurons.

    Returns
    -------
    ErrorModel
        Those counted from data have their `uncertainty`; others were published without the numbers
        behind.

    Raises
    ------
    ValueError
        Where there is no preset of that name, or the false part has no pairs or no density.

    Examples
    --------
    >>> model = preset("fly-calyx-5", could_touch={"within_um": 20})
    >>> round(model.alpha, 5), round(model.beta, 3)
    (0.00044, 0.039)
    >>> preset("fly-lateral-horn-5").alpha is None
    True
    """
    if name not in _PRESETS:
        from difflib import get_close_matches

        close = get_close_matches(str(name), _PRESETS, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        msg = f"There is no preset {name!r}.{hint} Known are {', '.join(_PRESETS)}."
        raise ValueError(msg)
    entry = _PRESETS[name]
    if isinstance(entry, _Scored):
        return _scored(name, entry, density, could_touch)
    if density is not None:
        msg = f"density is for presets of precision and recall; {name} has its rates as published."
        raise ValueError(msg)
    if isinstance(entry, _Attached):
        return ErrorModel(
            pre_completeness=entry.pre,
            post_completeness=entry.post,
            name=name,
            source=entry.source,
        )
    if could_touch is None:
        msg = (
            f"{name} has false connections among neurons that arborise together, so could_touch must "
            "say which do: a column such as 'region', {'within_um': 20}, a table of pairs, or 'all' "
            "where all neurons of the graph lie together."
        )
        raise ValueError(msg)
    beta, beta_variance = binomial_share(*entry.missed, "connections")
    alpha, alpha_variance = binomial_share(*entry.false, "pairs")
    return ErrorModel(
        alpha=alpha,
        beta=beta,
        could_touch=as_could_touch(could_touch),
        min_synapses=entry.min_synapses,
        connection_from=entry.min_synapses,
        uncertainty=Uncertainty(("alpha", "beta"), np.diag([alpha_variance, beta_variance])),
        name=name,
        source=(
            f"{entry.source} {entry.missed[0]:,} of {entry.missed[1]:,} connections missed, "
            f"{entry.false[0]:,} of {entry.false[1]:,} unconnected pairs seen."
        ),
    )


def presets() -> pd.DataFrame:
    """Published rates, one row per preset; the index is the name `preset` takes.

    Returns
    -------
    DataFrame
        ``what`` was measured; ``alpha`` and ``beta``, or ``precision`` and ``recall``;
        ``pre_completeness`` and ``post_completeness``; ``min_synapses``; ``uncertainty``, whether
        counts are behind the rates; ``source`` with DOI. What is not known is missing.

    Examples
    --------
    >>> presets().loc["fly-calyx-1", ["alpha", "beta"]].astype(float).round(5).tolist()
    [0.00424, 0.02115]
    """
    import pandas as pd

    rows = [{"name": name, **_row(entry)} for name, entry in _PRESETS.items()]
    columns = [
        "what", "alpha", "beta", "precision", "recall", "pre_completeness", "post_completeness",
        "min_synapses", "uncertainty", "source",
    ]  # fmt: skip
    return pd.DataFrame(rows).set_index("name")[columns]


def _row(entry: _Counted | _Scored | _Attached) -> dict[str, Any]:
    row: dict[str, Any] = {"what": entry.what, "source": entry.source, "uncertainty": False}
    if isinstance(entry, _Attached):
        return row | {
            "pre_completeness": entry.pre,
            "post_completeness": entry.post,
            "min_synapses": 1,
        }
    row["min_synapses"] = entry.min_synapses
    if isinstance(entry, _Counted):
        return row | {
            "uncertainty": True,
            "alpha": entry.false[0] / entry.false[1],
            "beta": entry.missed[0] / entry.missed[1],
        }
    row |= {"precision": entry.precision, "recall": entry.recall}
    if entry.completeness != (1.0, 1.0):
        row |= dict(zip(("pre_completeness", "post_completeness"), entry.completeness, strict=True))
    return row


def _scored(name: str, entry: _Scored, density: float | None, could_touch: Any) -> ErrorModel:
    if (density is None) != (could_touch is None):
        lacks = "density" if density is None else "could_touch"
        msg = (
            f"The false part of {name} needs density and could_touch together, {lacks} is missing: "
            "how many of which pairs are connected."
        )
        raise ValueError(msg)
    model = fit_precision_recall(
        {"precision": entry.precision, "recall": entry.recall},
        level=entry.level,
        density=density,
        could_touch=could_touch,
        min_synapses=entry.min_synapses,
        connection_from=entry.min_synapses if entry.level == "connections" else 1,
        name=name,
        source=f"{entry.source} Precision {entry.precision:g}, recall {entry.recall:g}.",
    )
    pre, post = entry.completeness
    return model.replace(pre_completeness=pre, post_completeness=post)
