"""Demo: the whole way, from bundled connectomes to SQL, triads, nulls, rich clubs and a report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .report import Entry, HowMade, Part, analyse, build_report
from .report.analyse import affordable_samples, expected_seconds
from .report.build import file_stem, folder
from .whole_file import whole_file

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis import Connectome

Progress = Callable[[str, int, int], None]

# Two sexes, one animal at birth and another grown, and a second species as larva and as adult.
DEMO = (
    "celegans-cook2019-hermaphrodite",
    "celegans-cook2019-male",
    "celegans-witvliet2021-1",
    "celegans-witvliet2021-8",
    "larva-mushroom-body-right",
    "fly-mushroom-body-right",
)
_STEPS = 1000


@dataclass(frozen=True, kw_only=True)
class DemoResult:
    """Where the demo put things.

    Attributes
    ----------
    report : Path
        The page.
    figures, tables, results : Path
        Folders of PNG files, of connectomes as Parquet, and of result tables as CSV.
    """

    report: Path
    figures: Path
    tables: Path
    results: Path


def run_demo(
    out: str | Path,
    *,
    n_samples: int | None = 1000,
    seed: int = 0,
    datasets: Sequence[str] = DEMO,
    part: Part | None = None,
    allow_restricted: bool = False,
    progress: Progress | None = None,
) -> DemoResult:
    """Run the main job on some connectomes.

    Parameters
    ----------
    out : str or Path
        Folder for ``report.html``, ``figures/``, ``tables/`` and ``results/``; or the page itself,
        ``worm.html``, and then the others stand beside it in ``worm_files/``. What an earlier
        run left there under the same names is replaced; nothing else is touched.
    n_samples : int
        Samples of the null; at least 2. None draws 1,000, or fewer of graphs so large that it takes hours.
    seed : int
    datasets : sequence of str
        Names of bundled datasets or folders.
    part : Part, optional
        Which neurons and connections of each are studied; see `analyse`.
    allow_restricted : bool
        Let the neurons and connections of a restricted connectome leave its folder.
    progress : callable, optional
        Told what is being done, how many of how many equal steps are done.

    Raises
    ------
    ValueError
        Where no dataset is given, one is unknown, damaged or restricted, `part` leaves no connection
        of one, or `out` is a file.
    """
    import connectome_analysis as ca
    from connectome_analysis.tables import require_leave

    if isinstance(datasets, str) or not datasets:
        msg = f"datasets must be a list of at least one name or folder, got {datasets!r}."
        raise ValueError(msg)
    if n_samples is not None and (
        isinstance(n_samples, bool) or n_samples != int(n_samples) or n_samples < 2
    ):
        msg = f"n_samples must be a whole number of at least 2, got {n_samples!r}."
        raise ValueError(msg)
    page = Path(out)
    alone = page.suffix.lower() == ".html"
    target = page.with_name(f"{page.stem}_files") if alone else page
    page = page if alone else target / "report.html"
    before = f"{target.name}/" if alone else ""
    tables, results = target / "tables", target / "results"
    with ExitStack() as stack:
        opened = [stack.enter_context(ca.open(name)) for name in datasets]
        for one in opened:
            require_leave(
                one.manifest, allow_restricted=allow_restricted, way_out="allow_restricted=True"
            )
        if part is not None and part != Part():
            for one in opened:
                part.graph(one)  # mistakes in what is asked are met before anything is written
        if n_samples is None:
            n_samples = affordable_samples(opened)
        for path in (target, tables, results, target / "figures"):
            folder(path)
        command = _command([one.name for one in opened], n_samples, seed, datasets, part or Part())
        names = _distinct([one.name for one in opened])
        bar = _Bar(progress, [expected_seconds(one, n_samples) for one in opened])
        entries = []
        for number, (connectome, name) in enumerate(zip(opened, names, strict=True)):
            bar.say(number, f"{name}: writing its tables", 0.0)
            write_tables(connectome, tables / file_stem(name), command=command)

            def tell(stage: str, share: float, number: int = number) -> None:
                bar.say(number, stage, share)

            entry = analyse(
                connectome, name=name, part=part, n_samples=n_samples, seed=seed, progress=tell
            )
            written = write_results(entry, results)
            links = {
                "all neurons and connections (Parquet)": f"{before}tables/{file_stem(name)}/connectome.json"
            }
            links |= {words: f"{before}results/{path.name}" for words, path in written.items()}
            entries.append(replace(entry, links=links))
        bar.say(len(opened) - 1, "writing the report", 0.99)
        with whole_file(results / "comparison.csv") as unfinished:
            _comparison(entries).to_csv(unfinished)
        report = build_report(
            entries,
            target,
            made=HowMade(command=command, n_samples=n_samples, seed=seed),
            page_path=page,
        )
    bar.finish()
    return DemoResult(report=report, figures=target / "figures", tables=tables, results=results)


def write_tables(connectome: Connectome, path: Path, *, command: str) -> Path:
    """Write the neurons and connections of a connectome as a Parquet folder.

    Its manifest is that of the parent, and names the parent under ``made_by``. Synapses and
    skeletons, where there are any, stay with the parent: nothing here is computed from them.
    """
    from connectome_analysis.tables import write

    m = connectome.manifest
    parent = {
        "name": m.name,
        "release": m.release,
        "written_at": m.written_at,
        "tables": {
            name: [file.sha256 for file in record.files] for name, record in m.tables.items()
        },
        "made_by": dict(m.made_by),
        "manifest_sha256": hashlib.sha256(m.to_json().encode()).hexdigest(),
    }
    made_by: dict[str, Any] = {
        "command": command,
        "software": f"neuropil {__version__}",
        "parent": parent,
    }
    # One after the other: a connection streams one result at a time.
    rows = {name: connectome.table(name).to_arrow_table() for name in ("nodes", "edges")}
    return write(path, rows, replace(m, made_by=made_by), overwrite=True)


def write_results(entry: Entry, path: Path) -> dict[str, Path]:
    """Write the result tables of one connectome as CSV files; say which is where."""
    stem = file_stem(entry.name)
    tables: dict[str, pd.DataFrame] = {
        "triads": entry.triads.reset_index(),
        "rich_club": entry.rich_club.reset_index(),
    }
    for number, answer in enumerate(entry.answers, start=1):
        tables[f"answer_{number}"] = answer.table
    if entry.details is not None:
        tables["hubs"] = entry.details.hubs
        tables["communities"] = entry.details.communities
        tables["types"] = entry.details.types
    places = {}
    for name, table in tables.items():
        places[name.replace("_", " ")] = place = path / f"{stem}.{name}.csv"
        with whole_file(place) as part:
            table.to_csv(part, index=False)
    return places


def _comparison(entries: Sequence[Entry]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "dataset": entry.name,
            "species": entry.connectome.manifest.species,
            "sex": entry.connectome.manifest.sex,
            "stage": entry.connectome.manifest.stage,
            "weight": entry.weight,
            **entry.numbers.to_dict(),
        }
        for entry in entries
    ]
    return pd.DataFrame(rows).set_index("dataset")


def _command(
    names: Sequence[str], n_samples: int, seed: int, datasets: Sequence[str], part: Part
) -> str:
    """The line that makes the same again; names in place of folders, which are private."""
    options = f"--samples {n_samples} --seed {seed}{part.options}"
    if tuple(datasets) == DEMO and part == Part():
        return f"neuropil demo {options}"
    return f"neuropil report {' '.join(names)} {options}"


def _distinct(names: Sequence[str]) -> list[str]:
    """Names unlike each other, as files too: a second ``worm`` becomes ``worm-2``."""
    given: list[str] = []
    stems: set[str] = set()
    for name in names:
        new, count = name, 1
        while file_stem(new).casefold() in stems:
            count += 1
            new = f"{name}-{count}"
        stems.add(file_stem(new).casefold())
        given.append(new)
    return given


class _Bar:
    """Progress over all connectomes in equal steps."""

    def __init__(self, progress: Progress | None, seconds: Sequence[float]) -> None:
        self._progress = progress or (lambda _stage, _done, _total: None)
        self._seconds = seconds

    def say(self, number: int, stage: str, share: float) -> None:
        before = sum(self._seconds[:number])
        done = (before + share * self._seconds[number]) / sum(self._seconds)
        self._progress(stage, int(_STEPS * done), _STEPS)

    def finish(self) -> None:
        self._progress("done", _STEPS, _STEPS)
