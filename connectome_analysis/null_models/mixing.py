"""Mixing: is the chain of a null model long enough for this graph?

A chain begins at the observed graph and forgets it step by step. Chains of an eighth to four times
the usual length are run, several of each. Where statistics of their samples agree from half the
usual length on, the usual length is long enough, with a factor of two to spare; where they still
move, it is not. No diagnostic proves that a chain has mixed; one that shows it has not is worth
having.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph, require_graph
from ..random_streams import Seed, seed_number, stream
from ..threads import map_threads
from ..whole_numbers import require_whole
from .against import Measure
from .draw import Draw, Sampler
from .sample import NullModelName, null_model, sampler

if TYPE_CHECKING:
    import pandas as pd

LENGTHS = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0)
# Two means this many standard errors apart are different: by chance, one of 2,000 pairs.
_ERRORS = 3.5
# Edges kept beyond chance that do not matter: two in a thousand.
_KEPT = 2e-3


@dataclass(frozen=True, kw_only=True)
class MixingReport:
    """How the samples of a null model change with the length of its chain.

    Attributes
    ----------
    verdict : str
        In words; begins with "mixed", "not mixed", "frozen" or "exact".
    mixed : bool
        Whether samples of the usual length can be trusted to have forgotten the graph.
    table : DataFrame, one row per length, index ``length`` (1 is the usual one)
        The option that sets the length; ``proposals``, ``accepted`` (mean) of one sample;
        ``edges_kept``, the fraction of original edges in a sample (mean), and ``edges_kept_floor``,
        what is left of it in chains twice as long as the longest; for each statistic its mean
        over samples, and its standard error under the name with ``_se``.
    null_model : str
    n_samples : int
        Chains of each length.
    seed : int
    """

    verdict: str
    mixed: bool
    table: pd.DataFrame
    null_model: str
    n_samples: int
    seed: int

    def __str__(self) -> str:
        return f"{self.verdict}\n\n{self.table.to_string(float_format='{:.6g}'.format)}"


def mixing(
    g: Graph,
    null_model: NullModelName = "configuration",
    *,
    statistic: Measure | Mapping[str, Measure] | None = None,
    n_samples: int = 20,
    rng: Seed = 0,
    n_jobs: int | None = None,
    **options: Any,
) -> MixingReport:
    """Run the chain of a null model at several lengths and say whether the usual one suffices.

    The work is that of `n_samples` times sixteen samples.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    null_model : str
        One that draws its graphs directly has no chain; the verdict then is "exact".
    statistic : callable, or a mapping from names to callables, optional
        Each takes a `Graph` and returns a number. By default the number of mutual pairs, and of
        transitive triads (030T).
    n_samples : int
        Chains of each length, at least 2.
    rng : int, Generator or None
        The same seed gives the same report on any number of threads.
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    **options
        For the null model; the option that sets the length is the usual length here.

    Returns
    -------
    MixingReport
        "mixed" where from half the usual length on, every statistic and the edges kept agree with
        those of the longest chains within 3.5 standard errors; "frozen" where no proposal was ever
        accepted, because the graph is the only one of its kind or the chain cannot leave it.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> report = ca.null_models.mixing(g, n_samples=10)
    >>> report.mixed, report.table.index.tolist()
    (True, [0.125, 0.25, 0.5, 1.0, 2.0, 4.0])
    """
    require_graph(g)
    require_whole("n_samples", n_samples)
    if n_samples < 2:
        msg = "n_samples must be at least 2, for the error of a mean, got 1."
        raise ValueError(msg)
    simple = g.without_self_loops()
    measures = _measures(statistic)
    seed = seed_number(rng)
    usual = sampler(simple, null_model, **options)
    length = _length(usual, null_model, options)
    if length is None or _draws_directly(usual, simple, seed):
        lengths: tuple[float, ...] = (1.0,)
        samplers = [usual]
    else:
        option, value = length
        lengths = LENGTHS
        samplers = [
            sampler(simple, null_model, **options | {option: _scaled(value, by)})
            for by in (*LENGTHS, 2 * LENGTHS[-1])
        ]

    def one(number: int) -> list[float]:
        draw = samplers[number // n_samples].draw(stream(seed, number))
        return _numbers(simple, draw, measures)

    drawn = list(map_threads(one, range(n_samples * len(samplers)), n_jobs))
    values = np.array(drawn, dtype=np.float64).reshape(len(samplers), n_samples, -1)
    table = _table(lengths, values, tuple(measures))
    if len(lengths) > 1 and length is not None:
        table.insert(0, length[0], [_scaled(length[1], by) for by in lengths])
        verdict = _verdict(table, values, tuple(measures), length)
    else:
        verdict = "exact: samples are drawn directly, there is no chain that would have to mix."
    return MixingReport(
        verdict=verdict,
        mixed=verdict.startswith(("mixed", "exact")),
        table=table,
        null_model=null_model,
        n_samples=n_samples,
        seed=seed,
    )


def _measures(statistic: Measure | Mapping[str, Measure] | None) -> dict[str, Measure]:
    if statistic is None:
        from ..motifs.triad_census import triad_census

        def mutual_pairs(g: Graph) -> float:
            forward = g.out_sources.astype(np.int64) * g.n_nodes + g.out_indices
            backward = g.out_indices.astype(np.int64) * g.n_nodes + g.out_sources
            return float(np.isin(forward, backward, assume_unique=True).sum() // 2)

        return {
            "mutual_pairs": mutual_pairs,
            "transitive_triads": lambda g: float(triad_census(g, n_jobs=1)["030T"]),
        }
    if isinstance(statistic, Mapping):
        return dict(statistic)
    return {str(getattr(statistic, "__name__", "statistic")): statistic}


def _length(source: Sampler, name: str, options: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The option that sets the length of the chain and its value; None where there is none."""
    own = getattr(source, "length", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    parameters = inspect.signature(null_model(name).sampler).parameters
    for option in ("proposals_per_edge", "rounds"):
        if option in parameters:
            return option, options.get(option, parameters[option].default)
    return None


def _scaled(value: Any, by: float) -> Any:
    """The value times `by`; a whole number, at least 1, stays one."""
    return max(round(value * by), 1) if isinstance(value, (int, np.integer)) else value * by


def _draws_directly(source: Sampler, g: Graph, seed: int) -> bool:
    return g.n_edges > 1 and source.draw(stream(seed, 0)).mixing.proposals == 0


def _numbers(g: Graph, draw: Draw, measures: Mapping[str, Measure]) -> list[float]:
    drawn = g.with_edges(draw.senders, draw.receivers, draw.weights)
    fixed = [draw.mixing.proposals, draw.mixing.accepted, draw.mixing.edges_kept]
    return [float(value) for value in fixed] + [float(one(drawn)) for one in measures.values()]


def _table(
    lengths: tuple[float, ...], values: NDArray[np.float64], names: tuple[str, ...]
) -> pd.DataFrame:
    import pandas as pd

    shown = values[: len(lengths)]
    means = shown.mean(axis=1)
    errors = _standard_error(shown)
    columns: dict[str, Any] = {
        "proposals": means[:, 0].astype(np.int64),
        "accepted": means[:, 1],
        "edges_kept": means[:, 2],
        "edges_kept_floor": values[-1, :, 2].mean(),
    }
    for k, name in enumerate(names):
        columns[name] = means[:, 3 + k]
        columns[f"{name}_se"] = errors[:, 3 + k]
    return pd.DataFrame(columns, index=pd.Index(lengths, name="length"))


def _standard_error(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of means over the second axis."""
    error: NDArray[np.float64] = values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
    return error


def _verdict(
    table: pd.DataFrame,
    values: NDArray[np.float64],
    names: tuple[str, ...],
    length: tuple[str, Any],
) -> str:
    option, value = length
    usual = f"{option}={value:g}"
    if not values[:, :, 1].any():
        return (
            "frozen: no proposal was accepted. Either no other graph has what the null keeps, or "
            "the chain cannot leave this one."
        )
    # Everything but the last two lengths is held against these.
    last = values[-2:].reshape(1, -1, values.shape[2])
    mean, error = last.mean(axis=1)[0], _standard_error(last)[0]
    apart = np.abs(values.mean(axis=1) - mean)
    allowed = _ERRORS * np.hypot(_standard_error(values), error)
    # Values that do not vary may differ in their last digit.
    allowed = np.maximum(allowed, 1e-9 * np.abs(mean))
    allowed[:, 2] = np.maximum(allowed[:, 2], _KEPT)
    moved = (apart > allowed)[: len(table) - 1]
    moved[:, :2] = False
    settled = [by for k, by in enumerate(table.index[:-1]) if not moved[k:].any()]
    if settled and settled[0] <= 1 / 2:
        return (
            f"mixed: from {settled[0]:g} times the usual length ({usual}) on, all statistics agree "
            "within sampling error."
        )
    at = int(np.flatnonzero(moved.any(axis=1))[-1])
    names = ("edges_kept", *names)
    which = ", ".join(name for name, yes in zip(names, moved[at, 2:], strict=True) if yes)
    return (
        f"not mixed: at {table.index[at]:g} times the usual length ({usual}), {which} still differs "
        f"from what longer chains give. Take {option} of at least {_scaled(value, 8):g} and look "
        "again."
    )
