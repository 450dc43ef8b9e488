"""Run: every declared dataset against every declared null, cell by cell, and the report of it all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..report.build import folder
from ..whole_file import whole_file
from .at_hand import NotAtHand, Unreadable, graph_of, open_dataset
from .cell import Cell, drawn
from .declared import Dataset, Plan, Settings
from .declared_checks import check_dataset, check_settings, require_published
from .declared_errors import declared_error_model
from .result import BenchmarkResult, Skipped
from .species_row import species_row

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis import Graph
    from connectome_analysis.errors import ErrorModel

Progress = Callable[[str, int, int], None]

_LEFT_BEHIND_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class _Ready:
    dataset: Dataset
    graph: Graph
    row: dict[str, Any]
    models: dict[str, ErrorModel]


def run_benchmark(
    plan: Plan,
    out: str | Path,
    *,
    afresh: bool = False,
    n_jobs: int | None = None,
    figures: bool = True,
    progress: Progress | None = None,
) -> BenchmarkResult:
    """Run the species benchmark.

    What was drawn before with the same data, settings and code is read from ``out/cells`` and not drawn
    again, so a run that was stopped at any point, also by ``kill -9``, goes on where it was.

    Parameters
    ----------
    plan : Plan
        From `read_plan`.
    out : path
        Folder for ``report.html``, ``tables/``, ``figures/``, ``cells/`` and ``connectomes/``.
    afresh : bool
        Draw again what is there.
    n_jobs : int, optional
        Threads; the numbers are the same on any number.
    figures : bool
        Draw them; without, the page has tables alone.
    progress : callable, optional
        Told what is being done, and how many graphs of how many are drawn.

    Raises
    ------
    ValueError
        Where no dataset is at hand, or a declaration means nothing, in general or for its dataset: told
        before the first graph is drawn, of all datasets at once. One that cannot be read is no such case:
        it is left out and named in ``skipped``.
    """
    import pandas as pd

    check_settings(plan.settings, "the benchmark")
    for dataset in plan.datasets:
        check_dataset(dataset, dataset.name)

    target = folder(Path(out))
    cells = folder(target / "cells")
    _sweep(cells)
    tell = progress or (lambda _what, _done, _total: None)
    ready: list[_Ready] = []
    skipped: list[Skipped] = []
    mistakes: list[str] = []
    for dataset in plan.datasets:
        tell(f"{dataset.name}: opening", 0, 0)
        try:
            one = _prepare(dataset, plan.settings, target)
        except ValueError as error:
            mistakes.append(f"{dataset.name}: {error}")
            continue
        if isinstance(one, Skipped):
            skipped.append(one)
        else:
            ready.append(one)
    if mistakes:
        raise ValueError(" ".join(mistakes))
    if not ready:
        why = "; ".join(f"{one.name}: {one.why}" for one in skipped) or "the file declares none"
        msg = f"No dataset of the benchmark is at hand ({why})."
        raise ValueError(msg)
    todo = [cell for one in ready for cell in _cells(one, plan.settings)]
    # What a sample costs grows with its connections; what a small graph costs does not shrink below that.
    sizes = [cell.n_samples * (cell.graph.n_edges + 1_000) for cell in todo]
    parts, before, was_drawn = [], 0, 0
    for cell, size in zip(todo, sizes, strict=True):
        what = f"{cell.dataset}: {cell.null_model}" + (" with errors" if cell.error_name else "")
        tell(what, before, sum(sizes))

        def drawing(
            done: int, of: int, what: str = what, before: int = before, size: int = size
        ) -> None:
            tell(what, before + size * done // of, sum(sizes))

        table, found = drawn(cell, cells, afresh=afresh, n_jobs=n_jobs, progress=drawing)
        parts.append(table)
        was_drawn += not found
        before += size
    numbers = pd.concat(parts, ignore_index=True)
    tell("tables and report", before, sum(sizes))
    result = BenchmarkResult(
        settings=plan.settings,
        datasets=tuple(one.dataset for one in ready),
        skipped=tuple(skipped),
        species=_species(ready, numbers),
        numbers=numbers,
        corrected=_corrected(ready),
        drawn=was_drawn,
        found=len(todo) - was_drawn,
    )
    return _written(result, {one.dataset.name: one.graph for one in ready}, target, figures=figures)


def _sweep(cells: Path) -> None:
    """Remove what writers that were killed left behind; half-written files of others at work are younger."""
    for path in cells.glob(".*.parquet.*"):
        if time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
            path.unlink(missing_ok=True)


def _prepare(dataset: Dataset, settings: Settings, target: Path) -> _Ready | Skipped:
    from connectome_analysis.null_models import sampler

    try:
        with open_dataset(dataset, target / "connectomes") as connectome:
            g = graph_of(dataset, connectome)
            if g.n_nodes < 3 or g.n_edges == 0:
                why = f"too small: {g.n_nodes:,} neurons and {g.n_edges:,} connections"
                return Skipped(name=dataset.name, why=why)
            row = species_row(dataset, connectome, g, settings.seed)
        require_published(dataset, list(row))
        for null in _nulls(dataset, settings):
            sampler(g, null, **dataset.null_options.get(null, {}))
        names = settings.error_models if dataset.error_models is None else dataset.error_models
        models = {name: declared_error_model(name, g) for name in names}
        if dataset.colors is not None:
            from connectome_analysis.motifs import node_colors

            node_colors(g, dataset.colors)
    except NotAtHand as missing:
        return Skipped(name=dataset.name, why=str(missing))
    except Unreadable as damage:
        return Skipped(name=dataset.name, why=f"cannot be read: {damage}", failed=True)
    return _Ready(dataset=dataset, graph=g, row=row, models=models)


def _nulls(dataset: Dataset, settings: Settings) -> tuple[str, ...]:
    return settings.null_models if dataset.null_models is None else dataset.null_models


def _cells(one: _Ready, settings: Settings) -> list[Cell]:
    dataset = one.dataset
    fours = dataset.four_node_null_models
    fours = settings.four_node_null_models if fours is None else fours

    def cell(null: str, name: str = "", model: ErrorModel | None = None) -> Cell:
        return Cell(
            dataset=dataset.name,
            null_model=null,
            graph=one.graph,
            colors=dataset.colors if model is None else None,
            four_nodes=null in fours and model is None,
            n_samples=settings.samples,
            seed=settings.seed,
            error_name=name,
            error_model=model,
            options=dataset.null_options.get(null, {}),
        )

    plain = [cell(null) for null in _nulls(dataset, settings)]
    return [*plain, *(cell(settings.error_null_model, *model) for model in one.models.items())]


def _species(ready: list[_Ready], numbers: pd.DataFrame) -> pd.DataFrame:
    """Rows of the datasets with their measures over those of each null, and intervals."""
    import pandas as pd

    table = pd.DataFrame([one.row for one in ready]).set_index("dataset")
    chosen = numbers[(numbers["kind"] == "measure") & (numbers["error_model"] == "")]
    for (null, name), rows in chosen.groupby(["null_model", "name"], sort=False):
        if name == "density":
            continue
        for end in ("", "_low", "_high"):
            column = f"{name}_over_{null}{end}"
            table[column] = rows.set_index("dataset")[f"ratio{end}"].reindex(table.index)
    return table


def _corrected(ready: list[_Ready]) -> pd.DataFrame:
    """Measures and triads corrected for the errors of each model."""
    import warnings

    import pandas as pd

    from connectome_analysis import errors

    parts = []
    for one in ready:
        for name, model in one.models.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                for kind, found in (
                    ("measure", errors.debias_measures(one.graph, error_model=model)),
                    ("triad", errors.debias_triad_census(one.graph, error_model=model)),
                ):
                    rows = found[["observed", "estimate", "low", "high"]].astype(float)
                    rows = rows.rename_axis("name").reset_index()
                    facts = {"dataset": one.dataset.name, "error_model": name, "kind": kind}
                    parts.append(rows.assign(**facts, model=repr(model)))
    columns = ["dataset", "error_model", "kind", "name", "observed", "estimate", "low", "high"]
    if not parts:
        return pd.DataFrame(columns=[*columns, "model"])
    return pd.concat(parts, ignore_index=True)[[*columns, "model"]]


def _written(
    result: BenchmarkResult, graphs: dict[str, Graph], target: Path, *, figures: bool
) -> BenchmarkResult:
    from .page import write_page

    tables = folder(target / "tables")
    for name, table in (
        ("numbers", result.numbers),
        ("corrected", result.corrected),
        ("species", result.species.reset_index()),
    ):
        with whole_file(tables / f"{name}.parquet") as part:
            table.to_parquet(part, index=False)
    with whole_file(tables / "species.csv") as part:
        result.species.to_csv(part)
    with whole_file(target / "skipped.json") as part:
        part.write_text(json.dumps({one.name: one.why for one in result.skipped}, indent=2))
    report = write_page(result, graphs, target, figures=figures)
    return replace(result, report=report, folder=target)
