"""Tables at scale: the five targets of reading and asking a whole brain, each beside its peers.

    python -m benchmarks.tables_at_scale                      a small synthetic fly, in a minute
    python -m benchmarks.tables_at_scale --full --folder DIR  139,255 neurons, 15 million connections,
                                                              130 million synapses; 30 GB of disk

Every call is a process of its own, so that its time by the clock, processor time and largest memory are
its own, and with all threads. The peers are told in `tables_at_scale_worker`, word by word. The data
are synthetic; the files stay in DIR and are used again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.simulated_releases import simulate_release

from .measure import installed, machine

FULL = {"n_neurons": 139_255, "n_connections": 15_000_000}
SMALL = {"n_neurons": 3_000, "n_connections": 60_000}
JOBS = ("csv", "edges", "synapses")
HEADER = ("job", "by", "by the clock", "processor", "peak memory", "ratio", "remarks")


class Took(NamedTuple):
    """What one process took, and what it found."""

    seconds: float
    processor_s: float
    peak_mb: float
    found: dict[str, float]


def measured(job: str, *arguments: object) -> Took:
    """Run one job of the worker in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.tables_at_scale_worker", job]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    said = json.loads(done.stdout.splitlines()[-1])
    return Took(said["seconds"], said["processor_s"], said["peak_mb"], said["found"])


def rows(folder: Path, *, full: bool, jobs: tuple[str, ...] = JOBS) -> Iterator[tuple[str, ...]]:
    """Lines of the table, as they come."""
    size = FULL if full else SMALL
    codex, zenodo = folder / "codex", folder / "whole-fly"
    for name, path in (("flywire-783", codex), ("whole-fly", zenodo)):
        if not path.exists():
            simulate_release(name, path, **size)
    if "csv" in jobs:
        job = "FlyWire CSVs to tables"
        yield from _beside(job, "read_csv", codex, folder / "tables", ["duckdb"])
    if "edges" in jobs:
        yield from _edges(zenodo, folder / "edges")
    if "synapses" in jobs:
        yield from _synapses_kept(zenodo, folder / "fly")


def _synapses_kept(zenodo: Path, fly: Path) -> Iterator[tuple[str, ...]]:
    """All synapses in tables, and what is asked of them."""
    kept = measured("synapses_ours", zenodo, fly)
    yield _line("synapses to tables, all kept", "ours", kept, None, "")
    ours = measured("partners_ours", fly)
    said = f"{ours.found['rows']:.0f} partners; worst of 20 neurons {ours.found['worst_s'] * 1e3:.0f} ms"
    took = ours._replace(seconds=ours.found["first_s"])
    yield _line("partners of a neuron with types", "ours", took, None, said + "; opening is below")
    scan = measured("partners_pandas", fly)
    yield _line("partners of a neuron with types", "pandas", scan, took, "reads two columns of all")
    opened = measured("open_ours", fly)
    yield _line(
        "open and ask for a count",
        "ours",
        opened._replace(seconds=opened.found["open_s"]),
        None,
        f"importing took {opened.found['import_s']:.2f} s and {opened.found['import_mb']:.0f} MB of these",
    )
    source = (zenodo / "flywire_synapses_783.feather").stat().st_size
    stored = sum(
        file.stat().st_size for file in (fly / "synapses", fly) for file in _synapses(file)
    )
    number = kept.found["synapses"]
    yield (
        *("bytes per synapse", "ours", f"{stored / number:.1f} B", "", ""),
        f"{source / stored:.1f}x",
        f"source (Feather, lz4) {source / number:.1f} B",
    )


def _edges(source: Path, out: Path) -> Iterator[tuple[str, ...]]:
    """Synapses to edges: counting alone, which is what the peers do, and the whole of ingest."""
    with (source / "flywire_synapses_783.feather").open("rb") as file:
        while file.read(1 << 24):  # nobody is the first to fetch it from the disk
            pass
    job = "synapses to edges by region"
    counted = measured("count_ours", source, out.with_name("counted"))
    whole = measured("edges_ours", source, out)
    yield _line(job, "ours, counting alone", counted, None, "the same rows of the same two files")
    yield _line(
        *(job, "ours, whole ingest", whole, counted),
        "neurons and annotations too; ids, references and sums checked, sources and tables hashed",
    )
    for peer in ("polars", "pandas"):
        if not installed(peer):
            yield (job, peer, "not installed", "", "", "", "")
            continue
        theirs = measured(f"count_{peer}", source, out.with_name(f"{out.name}-{peer}"))
        processor = f"{theirs.processor_s / counted.processor_s:.2f}x processor"
        ingest = f"of the whole ingest {theirs.seconds / whole.seconds:.2f}x"
        processor += f" ({ingest}, {theirs.processor_s / whole.processor_s:.2f}x processor)"
        yield _line(job, peer, theirs, counted, processor)


def _synapses(folder: Path) -> list[Path]:
    pattern = "*.parquet" if folder.name == "synapses" else "synapses.parquet"
    return list(folder.glob(pattern)) if folder.is_dir() else []


def _beside(
    job: str, worker: str, source: Path, out: Path, peers: list[str]
) -> Iterator[tuple[str, ...]]:
    ours = measured(f"{worker}_ours", source, out)
    yield _line(job, "ours", ours, None, "")
    for peer in peers:
        if not installed(peer):
            yield (job, peer, "not installed", "", "", "", "")
            continue
        theirs = measured(f"{worker}_{peer}", source, out.with_name(f"{out.name}-{peer}"))
        yield _line(
            job, peer, theirs, ours, f"{theirs.processor_s / ours.processor_s:.2f}x processor"
        )


def _line(job: str, by: str, took: Took, ours: Took | None, remarks: str) -> tuple[str, ...]:
    ratio = "" if ours is None else f"{took.seconds / ours.seconds:.2f}x"
    clock = f"{took.seconds:.1f} s" if took.seconds >= 1 else f"{1e3 * took.seconds:.0f} ms"
    return (
        *(job, by, clock, f"{took.processor_s:.1f} s", f"{took.peak_mb:,.0f} MB", ratio, remarks),
    )


def main(arguments: list[str] | None = None) -> None:
    """Print the table, line by line as they come."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tables_at_scale")
    parser.add_argument("--full", action="store_true", help="the size of a whole brain")
    parser.add_argument("--folder", type=Path, help="where the files are made, and found again")
    parser.add_argument("--job", choices=JOBS, help="only one of the three parts")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print(machine(("duckdb", "pyarrow", "pandas", "polars")))
        print(
            "Ratios are to ours (counting alone, where both are told), by the clock; synthetic data.\n"
        )
        print("| " + " | ".join(HEADER) + " |")
        print("|" + "---|" * len(HEADER))
        jobs = JOBS if options.job is None else (options.job,)
        for row in rows(folder, full=options.full, jobs=jobs):
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
