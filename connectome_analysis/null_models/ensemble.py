"""Ensemble: one statistic on many graphs drawn from a null model, none of which is stored."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph
from ..random_streams import Seed, seed_number
from ..whole_numbers import require_whole
from .decided import OPEN, decided, require_level
from .draw import Draw, Mixing
from .error_aware import RATE_DRAWS, confident
from .running import Comparison, Running
from .sample import sampler
from .workers import Statistic, Task, on_cluster, on_threads

if TYPE_CHECKING:
    import distributed

    from ..errors.error_model import ErrorModel

Progress = Callable[[int, int], None]

# Whether all is decided is asked after so many samples: asking costs as much as a small sample.
_ASK_EVERY = 20


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """A statistic of a graph beside the same statistic over samples of a null model.

    Attributes
    ----------
    observed : (K,) array
    comparison : Comparison
    verdict : (K,) object or None
        With ``decide_at``: "over", "under", "no", or "open" where the samples did not suffice.
    n_samples : int
        Drawn; fewer than asked for where all was decided before.
    null_model, keeps : str
    seed : int
        Gives the same values again, on any number of threads and workers.
    mixing : Mixing
        Proposals of one sample, and means over the samples of accepted proposals and of the
        fraction of original edges still there.
    values : (S, K) array or None
        One row per sample, where asked for.
    """

    observed: NDArray[Any]
    comparison: Comparison
    verdict: NDArray[np.object_] | None
    n_samples: int
    null_model: str
    keeps: str
    seed: int
    mixing: Mixing
    values: NDArray[Any] | None

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
    client: distributed.Client | None = None,
    decide_at: float | None = None,
    with_weights: bool = False,
    keep_values: bool = False,
    progress: Progress | None = None,
    error_model: ErrorModel | None = None,
    rate_draws: int = RATE_DRAWS,
    **options: Any,
) -> Ensemble:
    """Draw graphs from a null model and hold one statistic of the graph against theirs.

    Every sample starts from the graph itself and has its own random stream, so samples are
    independent and the numbers do not depend on `n_jobs` or `client`.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    null : str
        Name of a null model.
    statistic : callable
        Given the number of nodes and a `Draw`, returns a (K,) array. For a `client` it must be
        one that can be pickled.
    n_samples : int
    rng : int, Generator or None
    n_jobs : int, optional
        Threads; by default all processors this process may use. Not used with a `client`.
    client : distributed.Client, optional
        Dask cluster to draw the samples on.
    decide_at : float, optional
        A two-sided level, such as 0.05: stop as soon as every entry is known to lie on one side of
        it; see `decided`.
    with_weights : bool
        Deal the graph's weights out at random over the edges of samples that have none.
    keep_values : bool
        Keep the statistic of every sample.
    progress : callable, optional
        Called after each sample with the number done and `n_samples`.
    error_model : ErrorModel, optional
        Samples are those of the null seen with these errors; see `error_aware`. Of a graph with
        confidences, where the model takes them, the confident part is compared.
    rate_draws : int
        Models drawn from the uncertainty of its rates.
    **options
        For the null model.
    """
    require_whole("n_samples", n_samples, least=2)
    require_level(decide_at)
    if error_model is not None:
        g, error_model = confident(g, error_model)
    seed = seed_number(rng)
    source = sampler(g, null, error_model=error_model, rate_draws=rate_draws, rng=seed, **options)
    simple = g.without_self_loops()
    task = Task(source, statistic, g.n_nodes, seed, simple.weights if with_weights else None)
    untouched = Mixing(proposals=0, accepted=0, edges_kept=1.0)
    observed = statistic(
        g.n_nodes, Draw(simple.out_sources, simple.out_indices, simple.weights, untouched)
    )
    samples = (
        on_threads(task, n_samples, n_jobs)
        if client is None
        else on_cluster(task, n_samples, client)
    )
    running = Running(observed, most_samples=n_samples)
    kept_values: list[NDArray[Any]] = []
    verdict: NDArray[np.object_] | None = None
    proposals, accepted, edges_kept = 0, 0, 0.0
    with closing(samples):  # whatever ends it, what is still waiting is not drawn
        for value, mixing in samples:
            running.add(value)
            if keep_values:
                kept_values.append(value)
            proposals += mixing.proposals
            accepted += mixing.accepted
            edges_kept += mixing.edges_kept
            done = running.n_samples
            if progress is not None:
                progress(done, n_samples)
            if decide_at is not None and (done % _ASK_EVERY == 0 or done == n_samples):
                # What is decided stays so: that is what the interval promises at any time.
                now = decided(running, decide_at)
                verdict = now if verdict is None else np.where(verdict == OPEN, now, verdict)
                if (verdict != OPEN).all():
                    break
    drawn = running.n_samples
    return Ensemble(
        observed=observed,
        comparison=running.comparison(),
        verdict=verdict,
        n_samples=drawn,
        null_model=null,
        keeps=source.keeps,
        seed=seed,
        mixing=Mixing(
            proposals=round(proposals / drawn),
            accepted=round(accepted / drawn),
            edges_kept=edges_kept / drawn,
        ),
        values=np.array(kept_values) if keep_values else None,
    )


def part_of(progress: Progress | None, part: int, parts: int) -> Progress | None:
    """Progress of one of several ensembles of the same size, run one after another."""
    if progress is None:
        return None
    return lambda done, total: progress(part * total + done, parts * total)
