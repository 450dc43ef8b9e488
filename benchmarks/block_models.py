"""Block models: description length and time of our fit beside graph-tool's; similarity of all pairs.

    python -m benchmarks.block_models              larva and worms, a few minutes
    python -m benchmarks.block_models --fly        the mushroom body of the fly too, an hour
    python -m benchmarks.block_models --quick      the smallest worm, once

Lengths of both are worked out by `ca.cell_types.description_length` for the groups found, with no
posterior drawn; each method has as many runs as `--runs` says, and the shortest counts with the time of
all. graph-tool needs an environment of its own (docs/graph_tool.md), scikit-learn another: a peer that is
not there is said not to be installed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import connectome_analysis as ca

from .measure import installed, machine

SMALL = (
    "celegans-witvliet2021-8",
    "celegans-varshney2011",
    "celegans-cook2019-hermaphrodite",
    "larva-mushroom-body-left",
    "larva-mushroom-body-right",
)
FLY = "fly-mushroom-body-right"
HEADER = ("graph", "model", "by", "types", "nats", "of graph-tool's", "processor s")


def fits(names: tuple[str, ...], n_runs: int) -> Iterator[tuple[str, ...]]:
    """Our fit and graph-tool's of each graph and model."""
    peer = installed("graph_tool")
    for name in names:
        g = ca.open(name).graph()
        for weighted in (False, True):
            for nested in (False, True):
                model = f"{'nested' if nested else 'flat'}, {'synapses' if weighted else 'edges'}"
                options: dict[str, Any] = {"nested": nested, "weighted": weighted, "n_runs": n_runs}
                theirs = None
                rows = []
                for engine in ("graph-tool", "own") if peer else ("own",):
                    call = partial(
                        ca.cell_types.cluster, g, "block_model", engine=engine, n_draws=0
                    )
                    seconds, found = _timed(partial(call, **options))
                    length = found.facts["description_length"]
                    theirs = length if engine == "graph-tool" else theirs
                    share = "" if theirs is None else f"{100 * length / theirs:.2f} %"
                    rows.append(
                        (engine, f"{found.n_types:,}", f"{length:,.1f}", share, f"{seconds:.1f}")
                    )
                if not peer:
                    rows.append(("graph-tool", "", "not installed", "", ""))
                yield from ((name, model, *row) for row in rows)


def similarities(n_neurons: int, n_edges: int) -> Iterator[tuple[str, ...]]:
    """Cosine similarity of all pairs, at least 0.1, of a simulated connectome."""
    g = ca.cell_types.planted_types(n_neurons, n_edges, 200)
    job = f"cosine of all pairs, {n_neurons:,} neurons, {g.n_edges:,} edges"
    ca.cell_types.similarity(ca.cell_types.planted_types(100, 500, 3), "cosine")  # compiles
    seconds, ours = _timed(lambda: ca.cell_types.similarity(g, "cosine", least=0.1, n_jobs=1))
    yield job, "own", f"{ours.nnz:,}", f"{seconds:.2f}"
    if not installed("sklearn"):
        yield job, "scikit-learn", "not installed", ""
        return
    from sklearn.metrics.pairwise import cosine_similarity

    profiles = ca.cell_types.profiles(g)

    def theirs() -> int:
        found = cosine_similarity(profiles, dense_output=False)
        return int((found.data >= 0.1).sum())

    seconds, kept = _timed(theirs)
    yield job, "scikit-learn", f"{kept:,}", f"{seconds:.2f}"


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.process_time()
    found = call()
    return time.process_time() - begun, found


def _print(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Print the machine and the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fly", action="store_true", help="the mushroom body of the fly too")
    parser.add_argument("--quick", action="store_true", help="the smallest worm, once")
    parser.add_argument("--runs", type=int, default=3, help="runs of each fit; the best counts")
    chosen = parser.parse_args(arguments)
    print(machine(("numpy", "scipy", "numba", "scikit-learn", "graph-tool")))
    print()
    names = ("celegans-witvliet2021-1",) if chosen.quick else SMALL
    runs = 1 if chosen.quick else chosen.runs
    # What is compiled, or imported, for the first time is not timed.
    list(fits(("celegans-witvliet2021-1",), 1))
    _print(HEADER, fits((*names, FLY) if chosen.fly else names, runs))
    print()
    size = (500, 10_000) if chosen.quick else (20_000, 500_000)
    _print(("job", "by", "pairs kept", "processor s"), similarities(*size))


if __name__ == "__main__":
    main()
