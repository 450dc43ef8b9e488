"""Run: all of the validation, run by run of worlds on as many processes, into tables."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...random_streams import Seed, seed_number
from ...threads import thread_count
from ...whole_numbers import require_whole
from . import coverage, false_alarms, imputed
from .brute_force import largest_error
from .cells import Cell, Part, Store, digest, random_of
from .compared import worlds_of as compared_worlds
from .plan import PARTS, Planned, left_out, plan
from .settings import made_with, settings
from .truths import LARGE, TRUTHS, truth

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Progress = Callable[[int, int], None]

# To be raised when corrections, posterior or nulls give other numbers than before.
METHODS = 2
# Worlds of a run: half a minute or a minute of one processor.
_AT_ONCE = {"coverage": 100, "imputed": 20, "false alarms": 25, "power": 25}
_AT_ONCE_LARGE = 5
_EXACT_RATES = ((0.002, 0.15), (0.03, 0.2))


@dataclass(frozen=True, eq=False)
class Report:
    """What a validation found.

    Attributes
    ----------
    coverage : DataFrame
        See `coverage.tally`; a row per truth, setting, known or fitted rates, and statistic.
    imputed : DataFrame
        The same for statistics over posterior draws.
    false_alarms, power : DataFrame
        See `false_alarms.tally`; on null truths, and on truths with something to find.
    brute_force : DataFrame
        Largest error over all graphs of four neurons.
    words : DataFrame
        What each setting does, in words.
    left_out : DataFrame
        What was not run, or with fewer worlds than asked for: ``part``, ``truth``, ``what``, ``why``.
    """

    coverage: pd.DataFrame
    imputed: pd.DataFrame
    false_alarms: pd.DataFrame
    power: pd.DataFrame
    brute_force: pd.DataFrame
    words: pd.DataFrame
    left_out: pd.DataFrame

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
    parts: Sequence[Part] = PARTS,
    folder: str | Path | None = None,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Run the validation, or what is not done of it yet.

    Parameters
    ----------
    worlds : int
        Reconstructions simulated of each truth under each setting; fewer where each takes long, see
        `plan`.
    truths : sequence of str
        Names of `truths.TRUTHS`, in the order in which they are run.
    parts : sequence of {"coverage", "imputed", "false alarms", "power"}
        What to run; the tables of the others hold what `folder` has of them.
    folder : path, optional
        Worlds are kept here as they are done; a run that was stopped goes on. Without it they are
        kept until the end of the run.
    rng : int, Generator or None
        The same seed gives the same tables on any number of processes, and however often it was
        stopped.
    n_jobs : int, optional
        Processes; by default as many as this one may use processors.
    progress : callable, optional
        Called with the number of worlds done and of all.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        Where a truth or part has no such name, `worlds` is below 2, or the folder has worlds of
        another seed, other settings or other methods.
    """
    require_whole("worlds", worlds, least=2)
    seed = seed_number(rng)
    for part in parts:
        if part not in PARTS:
            msg = f"There is no part {part!r}; there are: {', '.join(PARTS)}."
            raise ValueError(msg)
    with _store(folder, truths, seed) as store:
        wanted = plan(worlds, truths, parts)
        runs = [
            (one.cell, first, last)
            for one in wanted
            for first, last in store.missing(one.cell, one.worlds, _at_once(one.cell))
        ]
        done = sum(one.worlds for one in wanted) - sum(b - a + 1 for _, a, b in runs)
        everything = sum(one.worlds for one in wanted)
        if progress is not None:
            progress(done, everything)
        for number in _all_run(store, runs, seed, n_jobs):
            done += number
            if progress is not None:
                progress(done, everything)
        return _report(store, plan(worlds, truths), truths, parts)


def tables_of(
    folder: str | Path, worlds: int = 1000, truths: Sequence[str] = tuple(TRUTHS), *, rng: Seed = 0
) -> Report:
    """Make the tables of the worlds that a folder has, and run nothing."""
    if not Path(folder).is_dir():
        msg = f"There is no folder {folder}; run a validation with it first."
        raise ValueError(msg)
    with _store(folder, truths, seed_number(rng)) as store:
        return _report(store, plan(worlds, truths), truths, PARTS)


@contextmanager
def _store(folder: str | Path | None, truths: Sequence[str], seed: int) -> Iterator[Store]:
    graphs = {name: truth(name) for name in truths}
    made: dict[str, Any] = {"seed": seed, "methods": METHODS} | made_with()
    made |= {
        "draws": imputed.DRAWS,
        "nulls": false_alarms.N_NULLS,
        "with_communities": false_alarms.WITH_COMMUNITIES,
        "level": [coverage.LEVEL, false_alarms.LEVEL],
    }
    for name, g in graphs.items():
        by_name = {
            key: [setting.channel.to_dict(), setting.assumed.to_dict()]
            for key, setting in settings(g).items()
        }
        edges = [g.out_sources.tolist(), g.out_indices.tolist(), g.weights.tolist()]
        made[f"truth {name}"] = digest([edges, by_name])
    if folder is not None:
        yield Store(folder, made)
        return
    with tempfile.TemporaryDirectory() as here:
        yield Store(here, made)


def _at_once(cell: Cell) -> int:
    return _AT_ONCE_LARGE if cell.truth in LARGE else _AT_ONCE[cell.part]


def _all_run(
    store: Store, runs: Sequence[tuple[Cell, int, int]], seed: int, n_jobs: int | None
) -> Iterator[int]:
    """Do runs of worlds; the number of worlds of each as it is done."""
    processes = min(thread_count(n_jobs), max(len(runs), 1))
    if processes == 1:
        for one in runs:
            yield _one_run(store, *one, seed)
        return
    # A new process each: DuckDB and compiled kernels do not like to be forked.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_one_run, store, *one, seed) for one in runs]
        try:
            for future in as_completed(waiting):
                yield future.result()
        finally:
            for future in waiting:
                future.cancel()


def _one_run(store: Store, cell: Cell, first: int, last: int, seed: int) -> int:
    import pandas as pd

    from ..verdict_warning import PairsAloneWarning, RatesWarning, VerdictWarning

    with warnings.catch_warnings():
        # Of single worlds; what they amount to is in the tables.
        for kind in (VerdictWarning, PairsAloneWarning, RatesWarning):
            warnings.simplefilter("ignore", kind)
        one = _maker(cell)
        rows = [
            one(random_of(cell, seed, number)).assign(world=number)
            for number in range(first, last + 1)
        ]
    store.write(cell, first, last, pd.concat(rows, ignore_index=True))
    return last - first + 1


def _maker(cell: Cell) -> Callable[[np.random.Generator], pd.DataFrame]:
    if cell.null == "same truth":
        return compared_worlds(cell)
    return {
        "coverage": coverage.worlds_of,
        "imputed": imputed.worlds_of,
        "false alarms": false_alarms.worlds_of,
        "power": false_alarms.worlds_of,
    }[cell.part](cell)


def _report(
    store: Store, planned: Sequence[Planned], truths: Sequence[str], parts: Sequence[Part]
) -> Report:
    import pandas as pd

    tables: dict[str, list[pd.DataFrame]] = {part: [] for part in PARTS}
    lacking: list[tuple[str, str, str, str]] = []
    for cell, worlds in planned:
        rows = store.read(cell, worlds)
        number = int(rows["world"].nunique())
        if number < worlds and cell.part in parts:
            what = " ".join(word for word in cell[2:] if word)
            lacking.append(
                (cell.part, cell.truth, what, f"{number:,} of {worlds:,} worlds are done")
            )
        if number:
            tally = coverage.tally if cell.part in ("coverage", "imputed") else false_alarms.tally
            table = tally(rows)
            for place, name in enumerate(("truth", "setting", "rates", "null", "planted")):
                table.insert(place, name, getattr(cell, name))
            tables[cell.part].append(table)
    columns = ["truth", "setting", "rates", "null", "planted", "worlds"]
    words = [
        {"truth": name, "setting": key, "words": setting.words, "broken": setting.broken}
        for name in truths
        for key, setting in settings(truth(name)).items()
    ]
    return Report(
        **{
            part.replace(" ", "_"): pd.concat(found, ignore_index=True)
            if found
            else pd.DataFrame(columns=columns)
            for part, found in tables.items()
        },
        brute_force=_exact(store),
        words=pd.DataFrame(words),
        left_out=pd.DataFrame(
            [*left_out(truths, parts), *lacking], columns=["part", "truth", "what", "why"]
        ),
    )


def _exact(store: Store) -> pd.DataFrame:
    """Of all graphs of four neurons; once for a folder, since it takes half a minute."""
    import pandas as pd

    path = store.folder / "brute_force.parquet"
    if path.exists():
        return pd.read_parquet(path)
    table = pd.concat([_brute_force(*rates) for rates in _EXACT_RATES], ignore_index=True)
    part = path.with_suffix(".part")
    table.to_parquet(part, index=False)
    part.replace(path)
    return table


def _brute_force(alpha: float, beta: float) -> pd.DataFrame:
    import pandas as pd

    of_counts, of_covariances = largest_error(alpha, beta)
    return pd.DataFrame(
        {
            "alpha": [alpha],
            "beta": [beta],
            "error_of_counts": [of_counts],
            "error_of_covariances": [of_covariances],
        }
    )
