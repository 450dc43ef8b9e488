"""Against: any measure of a graph, held against the same measure on graphs drawn from a null model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph, require_graph
from ..random_streams import Seed, seed_number
from .beside_null import beside_null
from .draw import Draw
from .ensemble import Ensemble, Progress, ensemble, part_of
from .error_aware import RATE_DRAWS
from .sample import NullModelName
from .verdicts import note_errors, with_aware

if TYPE_CHECKING:
    import distributed
    import pandas as pd

    from ..errors.error_model import ErrorModel

Measure = Callable[[Graph], Any]


def against(
    g: Graph,
    measures: Measure | Mapping[str, Measure],
    null_model: NullModelName = "configuration",
    n_samples: int = 1000,
    *,
    with_weights: bool = False,
    rng: Seed = 0,
    n_jobs: int | None = None,
    client: distributed.Client | None = None,
    decide_at: float | None = None,
    progress: Progress | None = None,
    error_model: ErrorModel | None = None,
    rate_draws: int = RATE_DRAWS,
    **options: Any,
) -> pd.DataFrame:
    """Compare measures of a graph with those of graphs drawn from a null model.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    measures : callable, or a mapping from names to callables
        Each takes a `Graph` and returns a number, or a Series of numbers with the same index for
        every sample. Samples are drawn in threads, so it must not change anything outside.
    null_model, n_samples, rng, n_jobs, client, decide_at, progress, error_model, rate_draws, **options
        As for `connectome_analysis.motifs.significance`.
    with_weights : bool
        Deal the graph's weights out at random over the edges of samples that have none; otherwise
        these have weight 1.

    Returns
    -------
    DataFrame, one row per number, index ``measure``
        ``observed``; ``null_mean``, ``null_sd``, ``null_low``, ``null_high`` (2.5th and 97.5th
        percentile); ``ratio`` observed / null_mean; ``z``; ``p_value`` (empirical, two-sided, +1
        rule); ``q_value`` (Benjamini and Hochberg 1995); with `decide_at` ``verdict``;
        ``null_model``, ``n_samples``. With `error_model` also ``aware_null_mean`` ...
        ``aware_q_value`` and ``verdict_changes``. An entry of a Series is called after it,
        "name[label]".

    Raises
    ------
    ValueError
        Where a measure gives another number of values on a sample than on the graph.

    Examples
    --------
    Four times as many connections are answered as the degrees of the neurons ask for:

    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> table = ca.null_models.against(worm, ca.measures.reciprocity, n_samples=100)
    >>> print(round(table.loc["reciprocity", "ratio"], 1))
    3.7
    """
    import pandas as pd

    require_graph(g)
    named = dict(measures) if isinstance(measures, Mapping) else {_name(measures): measures}
    if not named or not all(callable(measure) for measure in named.values()):
        msg = "measures must be a function of a Graph, or a mapping from names to such functions."
        raise ValueError(msg)
    simple = g.without_self_loops()
    rows = [name for key, measure in named.items() for name in _names(key, measure(simple))]
    statistic = _Measured(simple, tuple(named.values()), len(rows))

    def against_null(model: ErrorModel | None, part: int, parts: int) -> Ensemble:
        return ensemble(
            g,
            null_model,
            statistic,
            n_samples,
            rng=seed,
            n_jobs=n_jobs,
            client=client,
            decide_at=decide_at,
            with_weights=with_weights,
            progress=part_of(progress, part, parts),
            error_model=model,
            rate_draws=rate_draws,
            **options,
        )

    seed = seed_number(rng)
    parts = 1 if error_model is None else 2
    aware = None if error_model is None else against_null(error_model, 0, parts)
    nulls = against_null(None, parts - 1, parts)
    index = pd.Index(rows, name="measure", dtype=object)
    table = beside_null(pd.DataFrame(index=index), nulls)
    if aware is not None:
        table = with_aware(table, aware)
    table.attrs.update({"graph": g.name} | nulls.provenance())
    if error_model is not None and aware is not None:
        note_errors(table, error_model, aware, "measure/measures")
    return table


@dataclass(frozen=True)
class _Measured:
    """Makes a graph of each sample and measures it."""

    graph: Graph
    measures: tuple[Measure, ...]
    size: int

    def __call__(self, _n_nodes: int, draw: Draw) -> NDArray[np.float64]:
        g = self.graph.with_edges(draw.senders, draw.receivers, draw.weights)
        values = np.concatenate([_values(measure(g)) for measure in self.measures])
        if len(values) != self.size:
            msg = (
                f"The measures gave {self.size} numbers on the graph and {len(values)} on a "
                "sample; give measures that always return as many."
            )
            raise ValueError(msg)
        return values


def _name(measure: object) -> str:
    return str(getattr(measure, "__name__", type(measure).__name__))


def _names(key: str, value: Any) -> list[str]:
    if hasattr(value, "index") and hasattr(value, "to_numpy"):
        return [f"{key}[{label}]" for label in value.index]
    return [key]


def _values(value: Any) -> NDArray[np.float64]:
    try:
        return np.atleast_1d(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        msg = f"A measure must return a number or a Series of numbers, got {type(value).__name__}."
        raise ValueError(msg) from None
