"""Measure: the processor time of a call, and rows that set ours beside a peer's."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table; times in seconds of processor time, one thread.

    A row that names a peer and has no time of it says that the peer is not installed. Rows of scores
    have no time; what they score stands in `bound`.
    """

    job: str
    graph: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    bound: str = ""


def machine(packages: Sequence[str]) -> str:
    """Name the processor and the versions, of those packages that are here, that numbers belong to."""
    import connectome_analysis as ca

    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:  # noqa: PTH123
            model = next(
                (line.split(":", 1)[1].strip() for line in file if line.startswith("model name")),
                model,
            )
    except OSError:
        pass
    there = {distribution.name for distribution in importlib.metadata.distributions()}
    names = [name for name in packages if name in there]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    if "graph-tool" in packages and installed("graph_tool"):  # a system package
        import graph_tool

        versions += f", graph-tool {graph_tool.__version__.split()[0]}"
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}\n"
        f"neuropil {ca.__version__}; {versions}"
    )


def installed(module: str) -> bool:
    """Whether a peer that the tests do not need can be imported here."""
    return importlib.util.find_spec(module) is not None


def data_file(name: str) -> Path | None:
    """A file of real data, or None where NEUROPIL_DATA does not lead to it."""
    root = os.environ.get("NEUROPIL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    file = Path(root) / "em" / name
    return file if file.exists() else None


def connectome_folder(name: str) -> Path | None:
    """A folder of a real connectome, or None where NEUROPIL_DATA does not lead to it."""
    root = os.environ.get("NEUROPIL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    folder = Path(root) / "connectomes" / name
    return folder if folder.is_dir() else None


def absent(job: str, name: str) -> Row:
    """The row of real data that is not at hand."""
    return Row(
        job=job, graph=name, ours=float("nan"), bound="not at hand: set NEUROPIL_DATA to its folder"
    )


def processor_seconds(call: Callable[[], Any], *, least: float = 0.3, most: int = 5) -> float:
    """Least processor time of some runs after a first one that compiles and warms up.

    Processor time of this process does not count what else the machine does; the least of several
    is nearest to what the work costs. A call slower than `least` seconds is run but once more.
    """
    start = time.process_time()
    call()
    first = time.process_time() - start
    runs = 1 if first > 20 else most
    best = float("inf")
    spent = 0.0
    for _ in range(runs):
        start = time.process_time()
        call()
        took = time.process_time() - start
        best = min(best, took)
        spent += took
        if spent > least * most and spent > 4 * best:
            break
    return best


def processor_seconds_once(call: Callable[[], Any]) -> float:
    """Processor time of a single run, for peers that take minutes and compile nothing."""
    start = time.process_time()
    call()
    return time.process_time() - start
