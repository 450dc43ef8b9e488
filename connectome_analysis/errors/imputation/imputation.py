"""Impute: a measure of the true graph and how sure it is, over draws from the posterior."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...graph import Graph, require_graph
from ...null_models.against import Measure, _Measured, _name, _names, _values
from ...null_models.draw import Draw, Mixing
from ...null_models.ensemble import Progress
from ...null_models.workers import Sample, Task, on_cluster, on_threads
from ...random_streams import Seed, State, seed_number
from ...whole_numbers import require_whole
from .posterior import Posterior, Prior

if TYPE_CHECKING:
    import distributed
    import pandas as pd

    from ..error_model import ErrorModel


class DrawsGraphs(Protocol):
    """What `impute` draws from: a `Posterior`, or anything else that draws true graphs."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done otherwise than could be expected."""
        ...

    def draw_from(self, state: State) -> Graph:
        """Draw the graph of a random stream."""
        ...


def impute(
    g: Graph,
    model: ErrorModel,
    measures: Measure | Mapping[str, Measure],
    *,
    n_draws: int = 200,
    prior: Prior | Literal["graph-tool"] = "degrees",
    groups: str | ArrayLike | None = None,
    edge_probability: ArrayLike | None = None,
    closure: bool | None = None,
    posterior: DrawsGraphs | None = None,
    rng: Seed = 0,
    n_jobs: int | None = None,
    client: distributed.Client | None = None,
    level: float = 0.95,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Measure the true graph behind one that was seen with errors.

    Parameters
    ----------
    g : Graph
        What was seen; self-loops are left out.
    model : ErrorModel
        Its errors. Rates that are uncertain are drawn anew for each draw.
    measures : callable, or a mapping from names to callables
        Each takes a `Graph` and returns a number, or a Series of numbers with the same index for
        every draw. Draws are made in threads, so it must not change anything outside.
    n_draws : int
        2 at least; for intervals at 95 % take 40 at least.
    prior, groups, edge_probability, closure
        See `Posterior`; "graph-tool" is a stochastic block model, see `GraphToolPosterior`.
    posterior : Posterior, optional
        One prepared before, in place of these.
    rng : int or numpy.random.Generator
        The same seed gives the same table on any number of threads and workers.
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    client : distributed.Client, optional
        Dask cluster to draw on.
    level : float
        Probability of the intervals.
    progress : callable, optional
        Called with the number of draws made and of all.

    Returns
    -------
    DataFrame, one row per number, index ``measure``
        ``observed`` on `g` as it is; ``estimate``, mean over draws; ``sd``; ``low`` and ``high``,
        the interval between quantiles; ``n_draws``, those in which the measure is a number. An
        entry of a Series is called after it, "name[label]". ``attrs`` say which graph, model,
        prior and seed, and hold the ``notes`` of the posterior.

    Raises
    ------
    ValueError
        Where a measure gives another number of values on a draw than on the graph, or an option
        does not fit.

    Examples
    --------
    Of two connections that answer each other one in four is lost where one in seven is missed:

    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> model = ca.errors.ErrorModel(alpha=0.002, beta=0.15, could_touch="all")
    >>> table = ca.errors.impute(worm, model, ca.measures.reciprocity, n_draws=40)
    >>> row = table.loc["reciprocity"]
    >>> bool(row["observed"] < row["low"] < row["estimate"] < row["high"])
    True
    """
    require_graph(g)
    require_whole("n_draws", n_draws, least=2)
    if not 0 < level < 1:
        msg = f"level must be between 0 and 1, for instance 0.95, got {level!r}."
        raise ValueError(msg)
    if g.n_nodes < 2:
        msg = (
            f"impute needs a graph of two or more neurons, between which something can be missed; got "
            f"{g!r}."
        )
        raise ValueError(msg)
    named = dict(measures) if isinstance(measures, Mapping) else {_name(measures): measures}
    if not named or not all(callable(measure) for measure in named.values()):
        msg = "measures must be a function of a Graph, or a mapping from names to such functions."
        raise ValueError(msg)
    simple = g.without_self_loops()
    observed = {key: measure(simple) for key, measure in named.items()}
    rows = [name for key, value in observed.items() for name in _names(key, value)]
    seed = seed_number(rng)
    if posterior is None:
        posterior = _prepared(g, model, prior, groups, edge_probability, closure)
    elif groups is not None or edge_probability is not None or closure is not None:
        msg = "A posterior that is given has its own groups, edge_probability and closure."
        raise ValueError(msg)
    task = Task(
        source=_Source(posterior),
        statistic=_Measured(simple, tuple(named.values()), len(rows)),
        n_nodes=simple.n_nodes,
        seed=seed,
        weights=None,
    )
    draws: Generator[Sample, None, None] = (
        on_threads(task, n_draws, n_jobs) if client is None else on_cluster(task, n_draws, client)
    )
    values = np.empty((n_draws, len(rows)))
    with closing(draws):
        for done, (row, _) in enumerate(draws, start=1):
            values[done - 1] = row
            if progress is not None:
                progress(done, n_draws)
    table = combine_draws(
        np.concatenate([_values(value) for value in observed.values()]), values, rows, level
    )
    table.attrs.update(
        {
            "graph": g.name,
            "error_model": repr(model),
            "prior": getattr(posterior, "prior", prior),
            "notes": posterior.notes,
            "level": level,
            "seed": seed,
        }
    )
    return table


def combine_draws(
    observed: NDArray[np.float64], values: NDArray[np.float64], rows: list[str], level: float
) -> pd.DataFrame:
    """Mean, spread and interval of draws, (S, K), beside what was observed, (K,).

    Quantiles are at places p (S + 1) among the sorted draws, so that another draw lies between them
    with the probability asked for, however few there are.
    """
    import pandas as pd

    known = np.isfinite(values)
    number = known.sum(axis=0)
    result = np.full((4, values.shape[1]), np.nan)
    tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
    for column in np.flatnonzero(number):
        drawn = values[known[:, column], column]
        result[0, column] = drawn.mean()
        result[1, column] = drawn.std(ddof=1) if len(drawn) > 1 else np.nan
        result[2:, column] = np.quantile(drawn, tails, method="weibull")
    return pd.DataFrame(
        {
            "observed": observed,
            "estimate": result[0],
            "sd": result[1],
            "low": result[2],
            "high": result[3],
            "n_draws": number,
        },
        index=pd.Index(rows, name="measure", dtype=object),
    )


def _prepared(
    g: Graph,
    model: ErrorModel,
    prior: Prior | Literal["graph-tool"],
    groups: str | ArrayLike | None,
    edge_probability: ArrayLike | None,
    closure: bool | None,
) -> DrawsGraphs:
    if prior == "graph-tool":
        from .posterior_graph_tool import GraphToolPosterior

        if groups is not None or edge_probability is not None or closure:
            msg = (
                'groups, edge_probability and closure are not for prior="graph-tool", which finds '
                "its groups itself; leave them out or take another prior."
            )
            raise ValueError(msg)
        return GraphToolPosterior(g, model)
    return Posterior(
        g, model, prior=prior, groups=groups, edge_probability=edge_probability, closure=closure
    )


_DIRECT = Mixing(proposals=0, accepted=0, edges_kept=1.0)


@dataclass(frozen=True)
class _Source:
    """A posterior as samplers of null models are, so that the same workers draw from it."""

    posterior: DrawsGraphs
    keeps: str = "what was seen, and the errors of the reconstruction"

    def draw(self, state: State) -> Draw:
        g = self.posterior.draw_from(state)
        return Draw(g.out_sources, g.out_indices, g.weights, _DIRECT)
