"""Threshold sweep: what is concluded at each number of synapses that makes a connection."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...graph import Graph, require_graph
from ...null_models.ensemble import Progress, part_of
from ...random_streams import Seed, seed_number
from ..correction.given_rates import given_model
from ..edge_rates import counts_of
from ..error_model import ErrorModel
from ..verdict_warning import SameThresholdWarning
from .conclusions import MEASURES, conclusions, require_conclusions, require_three
from .flips import Robustness, flips_of
from .robustness import stacked

if TYPE_CHECKING:
    import pandas as pd

    from ...connectome import Connectome

RATE = "min_synapses"


def threshold_sweep(
    connectome: Connectome | Graph,
    thresholds: Iterable[int] = range(1, 11),
    *,
    error_model: ErrorModel | None = None,
    null_model: str = "configuration",
    n_samples: int = 200,
    motifs: Sequence[str] | None = None,
    measures: Sequence[str] = MEASURES,
    edge_type: str | None = "chemical",
    where: str | None = None,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Robustness:
    """Follow each conclusion along the threshold: the least number of synapses of a connection.

    Parameters
    ----------
    connectome : Connectome or Graph
        Of a graph, edges with smaller weights are left out.
    thresholds : iterable of int
    error_model : ErrorModel, optional
        Rates of synapses; the null is then seen with these errors and each threshold in turn, and
        a connection is any true synapse unless the model's ``connection_from`` says otherwise.
    edge_type, where
        As for `Connectome.graph`; of a graph they are not used.
    null_model, n_samples, motifs, measures, rng, n_jobs, progress, **options
        As for `robustness`.

    Returns
    -------
    Robustness
        ``table`` as that of `robustness` under "assumed", with ``min_synapses``, ``n_edges`` and
        ``edges_kept``, the share of the connections at the first threshold. ``flips``: ``plain_name``,
        ``verdict`` at the first threshold, ``flips_at``, the first threshold with another verdict
        (NaN where there is none), and ``becomes``.

    Raises
    ------
    ValueError
        Where weights do not count synapses, or the model has rates of connections, which belong to
        one threshold.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011")
    >>> found = threshold_sweep(worm, [1, 2, 5], motifs=["030C"], measures=[], n_samples=50)
    >>> found.table[["min_synapses", "n_edges", "verdict"]].values.tolist()
    [[1, 2194, 'under'], [2, 1174, 'under'], [5, 382, 'no']]
    >>> found.flips.loc["030C", "flips_at"].item()
    5.0
    """
    names = require_conclusions(motifs, measures)
    levels = _levels(thresholds)
    if error_model is not None and given_model(None, None, error_model).of_connections:
        msg = (
            "error_model has rates of connections (alpha, beta), which belong to one threshold; give "
            "rates of synapses, ErrorModel(recall=..., false_rate=...), from which those of every "
            "threshold follow."
        )
        raise ValueError(msg)
    whole = _whole_graph(connectome, edge_type, where)
    require_three(whole)
    counts = counts_of_synapses(whole)
    seed = seed_number(rng)
    sizes = [int((counts >= level).sum()) for level in levels]
    _warn_of_same(whole, levels, sizes)
    parts: list[pd.DataFrame] = []
    for i, level in enumerate(levels):
        if error_model is None and i and sizes[i] == sizes[i - 1]:  # the same graph, and its null
            parts.append(parts[-1].copy())
            continue
        g = whole.edges_kept(counts >= level)
        model = None if error_model is None else error_model.replace(min_synapses=level)
        parts.append(
            conclusions(
                g,
                names,
                null_model,
                n_samples,
                error_model=model,
                rng=seed,
                n_jobs=n_jobs,
                progress=part_of(progress, i, len(levels)),
                **options,
            )
        )
    for part, size in zip(parts, sizes, strict=True):
        part["share_holding"] = (part["verdict"] == parts[0]["verdict"]).astype(np.float64)
        part["n_edges"] = size
        part["edges_kept"] = size / max(sizes[0], 1)
    table = stacked(parts, RATE, levels)
    flips = flips_of(table, RATE, parts[0]["verdict"], between=False)
    said = {
        "graph": whole.name,
        "rate": RATE,
        "reading": "threshold",
        "null_model": null_model,
        "n_samples": n_samples,
        "error_model": repr(error_model) if error_model is not None else "",
        "from": levels[0],
        "to": levels[-1],
    }
    table.attrs |= said
    flips.attrs |= said
    return Robustness(table, flips)


def _warn_of_same(g: Graph, levels: list[int], sizes: list[int]) -> None:
    """Name the thresholds that leave the same connections."""
    same = [
        [str(level) for level, other in zip(levels, sizes, strict=True) if other == size]
        for size in dict.fromkeys(sizes)
    ]
    said = [f"{', '.join(group[:-1])} and {group[-1]}" for group in same if len(group) > 1]
    if said:
        weakest = int(np.asarray(g.weights).min()) if g.n_edges else 0
        warnings.warn(
            f"Thresholds {'; '.join(said)} leave the same connections of {g.name or 'the graph'}, whose "
            f"weakest has {weakest} synapse{'' if weakest == 1 else 's'}: what is said at them is one result.",
            SameThresholdWarning,
            stacklevel=3,
        )


def counts_of_synapses(g: Graph) -> Any:
    """(E,) weights as numbers of synapses; a ValueError where they are none."""
    try:
        return counts_of(g)
    except ValueError:
        said = f" ({g.weight_meaning})" if g.weight_meaning else ""
        weights = np.asarray(g.weights)
        odd = weights[(weights < 1) | (weights != np.floor(weights))][0]
        msg = (
            f"A threshold counts synapses, and the weights{said} of this graph have {odd!r}, which is "
            "no number of synapses. Take a graph whose weights count them."
        )
        raise ValueError(msg) from None


def _levels(thresholds: Iterable[Any]) -> list[int]:
    given = list(thresholds)
    whole = all(isinstance(x, (int, np.integer)) and not isinstance(x, bool) for x in given)
    if not given or not whole or min(given) < 1:
        msg = f"thresholds must be whole numbers of at least 1, for instance range(1, 11), got {given!r}."
        raise ValueError(msg)
    return sorted({int(x) for x in given})


def _whole_graph(given: object, edge_type: str | None, where: str | None) -> Graph:
    if hasattr(given, "graph") and not isinstance(given, Graph):
        # Asking for a threshold makes the connectome say whether it counts synapses at all.
        # That none weaker than the released ones come back is told by `_warn_of_same`.
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".* was released with pairs of at least")
            whole: Graph = given.graph(1, edge_type, where)
        return whole
    require_graph(given)
    assert isinstance(given, Graph)
    return given.without_self_loops()
