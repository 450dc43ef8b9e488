"""``neuropil demo`` and ``neuropil report``: the whole way to a report in one command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..leaving import AllowRestricted, require_leave, tell_terms
from ..options import Json, MinSynapses, Samples, Seed, Where, samples_warning
from ..output import print_json, stage_bar
from ..whole_file import require_outside_connectomes

if TYPE_CHECKING:
    from ..demo import DemoResult
    from ..report import Part

HELP = """From bundled connectomes to a report, and from simulated micrographs to a connectome.

Opens six connectomes, asks SQL, counts triads, holds them against nulls. Then simulates a piece of
tissue, segments it, finds its synapses and holds the graph against the planted one; that part needs the
extra `segmentation`. Takes about two minutes and nothing but the installation.

Examples:

    neuropil demo

    neuropil demo --out demo -n 200

    neuropil demo --no-em
"""
REPORT_HELP = """Write a page on a connectome: what it is, how good, sizes, hubs, communities, types, motifs.

Of several the page begins with a comparison. Examples:

    neuropil report my_connectome/ --out my_connectome.html

    neuropil report celegans-white1986 celegans-varshney2011 --out worms

    neuropil report my_connectome/ --out report -n 500 --min-synapses 5 --edge-type all
"""

Out = Annotated[Path, typer.Option("--out", help="Folder for report, figures and tables.")]


def demo(
    out: Out = Path("demo"),
    samples: Samples = 1000,
    seed: Seed = 0,
    em: Annotated[
        bool, typer.Option("--em/--no-em", help="Also from simulated micrographs to tables.")
    ] = True,
    json: Json = False,
) -> None:
    """Run the demo."""
    from ..demo import DEMO
    from ..em_demo import lacking, run_em_demo

    result = _run(list(DEMO), out, samples, seed)
    missing = lacking() if em else ()
    voxels = None
    if em and not missing:
        with _stages("simulated tissue") as tell:
            voxels = run_em_demo(out / "em", seed=seed, progress=tell)
    if json:
        found = None
        if voxels is not None:
            found = {
                "simulation": True,
                "report": voxels.report,
                "tables": voxels.tables,
                "volumes": voxels.volumes,
                "planted_edges": voxels.n_planted,
                "scores": voxels.made.scores,
            }
        print_json(_places(result) | {"em": found, "lacking": missing})
        return
    _say_places(result)
    if voxels is not None:
        typer.echo(f"from voxels, {voxels.in_words()}")
        typer.echo(f"report:  {voxels.report}")
        typer.echo(f"tables:  {voxels.tables}")
        typer.echo(f"volumes: {voxels.volumes}  (to look at them: neuropil view {voxels.volumes})")
    if missing:
        typer.echo(
            f"left out: from voxels to tables, which needs {', '.join(missing)}: "
            "pip install 'neuropil[segmentation]'",
        )


def report(
    connectomes: Annotated[
        list[str], typer.Argument(help="Connectome folders or names of bundled datasets.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="The page, FILE.html, with FILE_files beside it; or a folder for it all."
        ),
    ] = Path("report"),
    samples: Annotated[
        int | None,
        typer.Option(
            "-n",
            "--samples",
            help="Graphs to draw from the null; 1,000, or fewer of very large connectomes.",
            min=2,
        ),
    ] = None,
    seed: Seed = 0,
    edge_type: Annotated[
        str | None,
        typer.Option(
            "--edge-type",
            help="Kind of connection; 'all' adds the kinds up. By default chemical, or all where those "
            "are the smaller part.",
        ),
    ] = None,
    min_synapses: MinSynapses = None,
    where: Where = None,
    allow_restricted: AllowRestricted = False,
    json: Json = False,
) -> None:
    """Write a report."""
    import connectome_analysis as ca

    from ..report import Part

    for name in connectomes:
        with ca.open(name) as opened:
            require_leave(opened.manifest, allow_restricted=allow_restricted)
            if opened.manifest.restricted:
                tell_terms(opened.manifest)
    part = Part(edge_type=edge_type, min_synapses=min_synapses, where=where)
    result = _run(connectomes, out, samples, seed, part, allow_restricted=allow_restricted)
    if json:
        print_json(_places(result))
        return
    _say_places(result)


def _run(
    names: list[str],
    out: Path,
    samples: int | None,
    seed: int,
    part: Part | None = None,
    *,
    allow_restricted: bool = False,
) -> DemoResult:
    from ..demo import run_demo

    require_outside_connectomes(out / "report.html")
    if samples is not None and (few := samples_warning(samples)) is not None:
        typer.echo(few, err=True)
    with stage_bar(width=48) as tell:
        return run_demo(
            out,
            n_samples=samples,
            seed=seed,
            datasets=tuple(names),
            part=part,
            allow_restricted=allow_restricted,
            progress=tell,
        )


@contextmanager
def _stages(what: str) -> Iterator[Callable[[str], None]]:
    """Say on stderr what is being done, where one does not know how much is left."""
    from rich.console import Console

    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield lambda stage: screen.print(f"{what}: {stage}", highlight=False)
        return
    with screen.status(what) as status:
        yield lambda stage: status.update(f"{what}: {stage}")


def _places(result: DemoResult) -> dict[str, Any]:
    return {"report": result.report, "figures": result.figures, "tables": result.tables}


def _say_places(result: DemoResult) -> None:
    for name, path in _places(result).items():
        typer.echo(f"{name + ':':<9}{path}")
