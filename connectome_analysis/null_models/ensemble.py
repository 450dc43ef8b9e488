"""Ensemble: one statistic on many graphs drawn from a null model, none of which is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph
from ..random_streams import Seed, seed_number, stream
from ..threads import map_threads
from .configuration import Mixing
from .edge_set import EdgeArray
from .sample import null_model, sampler

Statistic = Callable[[int, EdgeArray, EdgeArray], NDArray[Any]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """A statistic over samples of a null model.

    Attributes
    ----------
    values : (S, K) array
        One row per sample.
    null_model, keeps : str
    seed : int
        Gives the same values again, on any number of threads.
    mixing : Mixing
        Proposals of one sample, and means over the samples of accepted proposals and of the
        fraction of original edges still there.
    """

    values: NDArray[Any]
    null_model: str
    keeps: str
    seed: int
    mixing: Mixing

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.values)

    def provenance(self) -> dict[str, Any]:
        """What a result must say of its null, for a table's columns or its ``attrs``."""
        return {
            "null_model": self.null_model,
            "keeps": self.keeps,
            "n_samples": self.n_samples,
            "seed": self.seed,
            "proposals_per_sample": self.mixing.proposals,
            "accepted_per_sample": self.mixing.accepted,
            "original_edges_kept": self.mixing.edges_kept,
        }


def ensemble(
    g: Graph,
    null: str,
    statistic: Statistic,
    n_samples: int,
    *,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Ensemble:
    """Draw graphs from a null model and keep one statistic of each.

    Every sample starts from the graph itself and has its own random stream, so samples are
    independent and the numbers do not depend on `n_jobs`.

    Parameters
    ----------
    g : Graph
    null : str
        Name of a null model.
    statistic : callable
        Given the number of nodes, senders and receivers (dense indices), returns a (K,) array.
    n_samples : int
    rng : int, Generator or None
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    progress : callable, optional
        Called after each sample with the number done and `n_samples`.
    **options
        For the null model.
    """
    given: object = n_samples
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < 2:
        msg = f"n_samples must be a whole number of at least 2, got {n_samples!r}."
        raise ValueError(msg)
    seed = seed_number(rng)
    source = sampler(g, null, **options)

    def one(number: int) -> tuple[NDArray[Any], Mixing]:
        senders, receivers, mixing = source.draw(stream(seed, number))
        return statistic(g.n_nodes, senders, receivers), mixing

    values: list[NDArray[Any]] = []
    accepted, kept = 0, 0.0
    mixing = Mixing(proposals=0, accepted=0, edges_kept=1.0)
    for value, mixing in map_threads(one, range(n_samples), n_jobs):
        values.append(value)
        accepted += mixing.accepted
        kept += mixing.edges_kept
        if progress is not None:
            progress(len(values), n_samples)
    return Ensemble(
        values=np.array(values),
        null_model=null,
        keeps=null_model(null).keeps,
        seed=seed,
        mixing=Mixing(
            proposals=mixing.proposals,
            accepted=round(accepted / n_samples),
            edges_kept=kept / n_samples,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """An observed statistic beside its null, entry by entry; all arrays are (K,) float64.

    Attributes
    ----------
    mean, sd : mean and standard deviation over samples
    low, high : 2.5th and 97.5th percentile over samples
    z : (observed - mean) / sd; NaN where all samples are equal
    p_over, p_under : share of samples at least, at most, as large as the observation, where the
        observation counts as one of the samples (the +1 rule of Davison and Hinkley 1997, so that
        p is never 0)
    p_value : two-sided, twice the smaller of the two and at most 1
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    z: NDArray[np.float64]
    p_over: NDArray[np.float64]
    p_under: NDArray[np.float64]
    p_value: NDArray[np.float64]


def compare(observed: NDArray[Any], values: NDArray[Any]) -> Comparison:
    """Compare (K,) observed numbers with (S, K) numbers of S samples.

    Examples
    --------
    >>> import numpy as np
    >>> result = compare(np.array([9.0]), np.array([[1.0], [2.0], [3.0]]))
    >>> [float(value[0]) for value in (result.mean, result.z, result.p_over)]
    [2.0, 7.0, 0.25]
    """
    samples = np.asarray(values, dtype=np.float64)
    seen = np.asarray(observed, dtype=np.float64)
    mean = samples.mean(axis=0)
    sd = samples.std(axis=0, ddof=1)
    low, high = np.percentile(samples, [2.5, 97.5], axis=0)
    z = np.full_like(mean, np.nan)
    np.divide(seen - mean, sd, out=z, where=sd > 0)
    count = len(samples) + 1
    p_over = (1 + (samples >= seen).sum(axis=0)) / count
    p_under = (1 + (samples <= seen).sum(axis=0)) / count
    return Comparison(
        mean=mean,
        sd=sd,
        low=low,
        high=high,
        z=z,
        p_over=p_over,
        p_under=p_under,
        p_value=np.minimum(1.0, 2 * np.minimum(p_over, p_under)),
    )
