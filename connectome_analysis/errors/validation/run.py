"""Run: all of the validation, cell by cell on as many processes, into tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...random_streams import Seed, seed_number
from ...threads import thread_count
from ...whole_numbers import require_whole
from . import coverage, false_alarms, imputed
from .brute_force import largest_error
from .settings import PAIRWISE, can_be_fitted, settings
from .truths import TRUTHS, truth

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]

# Worlds of a fly mushroom body, 2,935 neurons, take a hundred times those of a worm.
_LARGE = {"fly mushroom body": 5}
_NULLS: Sequence[tuple[str, str]] = (
    ("even", "configuration"),
    ("heavy", "configuration"),
    ("regions", "configuration"),
    ("synapses", "configuration"),
    ("incomplete", "erdos_renyi"),
    ("regions", "erdos_renyi"),
    ("even", "reciprocal_configuration"),
    ("regions", "reciprocal_configuration"),
)
_PLANTED = 200


@dataclass(frozen=True, eq=False)
class Report:
    """What a validation found.

    Attributes
    ----------
    coverage : DataFrame
        See `coverage.cover`; a row per truth, setting, known or fitted rates, and statistic.
    imputed : DataFrame
        The same for statistics over posterior draws.
    false_alarms, power : DataFrame
        See `false_alarms.cry`; on null truths, and on truths with planted loops.
    brute_force : DataFrame
        Largest error over all graphs of four neurons.
    words : DataFrame
        What each setting does, in words.
    """

    coverage: pd.DataFrame
    imputed: pd.DataFrame
    false_alarms: pd.DataFrame
    power: pd.DataFrame
    brute_force: pd.DataFrame
    words: pd.DataFrame

    def write(self, folder: str | Path) -> list[Path]:
        """Write every table as a Parquet file; the files."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, table in vars(self).items():
            path = target / f"{name}.parquet"
            part = path.with_suffix(".part")
            table.to_parquet(part, index=False)
            part.replace(path)
            paths.append(path)
        return paths


def run(
    worlds: int = 1000,
    truths: Sequence[str] = tuple(TRUTHS),
    *,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Run the validation.

    Parameters
    ----------
    worlds : int
        Reconstructions simulated of each truth under each setting; a fifth of it for graphs of
        thousands of neurons, and for tests and imputations, of which each world takes hundreds.
    truths : sequence of str
        Names of `truths.TRUTHS`.
    rng : int, Generator or None
        The same seed gives the same tables on any number of processes.
    n_jobs : int, optional
        Processes; by default as many as this one may use processors.
    progress : callable, optional
        Called with the number of cells done and of all.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        Where a truth has no such name or `worlds` is below 2.
    """
    import pandas as pd

    require_whole("worlds", worlds, least=2)
    seed = seed_number(rng)
    graphs = {name: truth(name) for name in truths}
    jobs = list(_jobs(worlds, truths, seed))
    found: dict[str, list[tuple[int, pd.DataFrame]]] = {kind: [] for kind, _, _ in jobs}
    with _pool(thread_count(n_jobs)) as pool:
        waiting = {
            pool.submit(function, cell): (kind, place)
            for place, (kind, function, cell) in enumerate(jobs)
        }
        for done, future in enumerate(as_completed(waiting), 1):
            kind, place = waiting[future]
            found[kind].append((place, future.result()))
            if progress is not None:
                progress(done, len(jobs))
    tables = {
        kind: pd.concat([t for _, t in sorted(parts, key=lambda p: p[0])], ignore_index=True)
        for kind, parts in found.items()
    }
    words = [
        {"truth": name, "setting": key, "words": setting.words, "broken": setting.broken}
        for name, g in graphs.items()
        for key, setting in settings(g).items()
    ]
    return Report(words=pd.DataFrame(words), **tables)


def _pool(processes: int) -> ProcessPoolExecutor:
    # A new process each: DuckDB and compiled kernels do not like to be forked.
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))


def _jobs(
    worlds: int, truths: Sequence[str], seed: int
) -> Iterator[tuple[str, Callable[[Any], Any], Any]]:
    few = max(worlds // 5, 2)
    for name in truths:
        g = truth(name)
        here = max(worlds // _LARGE.get(name, 1), 2)
        for key, setting in settings(g).items():
            kinds = ["known"]
            if can_be_fitted(setting.assumed) and not setting.broken:
                kinds.append("fitted")
            for rates in kinds:
                yield "coverage", coverage.cover, coverage.Cell(name, key, rates, here, seed)
    small = [name for name in truths if name not in _LARGE]
    for name in small:
        for key in PAIRWISE[:3]:
            yield "imputed", imputed.cover, coverage.Cell(name, key, "known", few, seed)
    for name in small[:1]:
        for key, null in _NULLS:
            cell = false_alarms.Cell(name, key, null, 2 * few, 0, seed)  # type: ignore[arg-type]
            yield "false_alarms", false_alarms.cry, cell
        for key in ("none", "even"):
            planted = false_alarms.Cell(name, key, "configuration", few, _PLANTED, seed)
            yield "power", false_alarms.cry, planted
    for rates_of in ((0.002, 0.15), (0.03, 0.2)):
        yield "brute_force", _brute_force, rates_of


def _brute_force(rates: tuple[float, float]) -> pd.DataFrame:
    import pandas as pd

    of_counts, of_covariances = largest_error(*rates)
    return pd.DataFrame(
        {
            "alpha": [rates[0]],
            "beta": [rates[1]],
            "error_of_counts": [of_counts],
            "error_of_covariances": [of_covariances],
        }
    )
