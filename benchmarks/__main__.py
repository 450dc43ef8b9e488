"""Run the benchmarks: ``python -m benchmarks`` prints the machine and one table.

python -m benchmarks                        every job on graphs; peers that take minutes are left out
python -m benchmarks --slow-peers           these too
python -m benchmarks --job triad --graph 2k triad census on the graph 2k/60k alone
python -m benchmarks --segmentation         every job on voxels: scores, and speed beside peers
python -m benchmarks --segmentation --quick the same on crumbs, to see that it runs
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator

import connectome_analysis as ca

from . import (
    affinities_to_segments,
    alignment,
    blocks,
    colored_motifs,
    configuration_null,
    corrected_counts,
    error_aware_significance,
    four_node_census,
    graphlets,
    graphs_and_measures,
    local_measures,
    motif_search,
    motif_significance,
    null_models,
    participation,
    paths,
    peak_memory,
    prediction,
    real_volumes,
    reconstruction,
    second_thread,
    segmentation_metrics,
    simulation,
    skeletons,
    sql,
    sstem_sections,
    synapse_detection,
    synthetic,
    triad_census,
)
from .measure import Row, machine

JOBS = {
    "triad": triad_census,
    "four": four_node_census,
    "graphlets": graphlets,
    "participation": participation,
    "colored": colored_motifs,
    "search": motif_search,
    "null": configuration_null,
    "nulls": null_models,
    "significance": motif_significance,
    "errors": error_aware_significance,
    "corrected": corrected_counts,
    "paths": paths,
    "local": local_measures,
    "graph": graphs_and_measures,
    "sql": sql,
    "threads": second_thread,
    "memory": peak_memory,
}
# Of voxels: no graph has a part in these.
SEGMENTATION = {
    "reconstruction": reconstruction,
    "volumes": real_volumes,
    "synapses": synapse_detection,
    "sections": sstem_sections,
    "metrics": segmentation_metrics,
    "segments": affinities_to_segments,
    "blocks": blocks,
    "prediction": prediction,
    "simulation": simulation,
    "skeletons": skeletons,
    "alignment": alignment,
}
PEERS = ("numpy", "numba", "scipy", "networkx", "igraph", "duckdb", "pyarrow", "pandas")
# Not needed by the tests: `pip install --group peers`. Without them their rows say so.
FURTHER_PEERS = ("python-graphblas", "networkit", "grandiso", "dotmotif", "graph-tool")
SEGMENTATION_PEERS = (
    *("numpy", "numba", "scipy", "torch", "openvino", "bioimage-cpp", "edt"),
    *("connected-components-3d", "scikit-image", "kimimaro"),
)
HEADER = ("job", "graph", "ours", "peer", "theirs", "ratio", "work and bound")


def worm() -> ca.Graph:
    """The one real connectome of the table."""
    with ca.open("celegans-cook2019-hermaphrodite") as connectome:
        return connectome.graph()


def chosen_graphs(wanted: str | None) -> dict[str, ca.Graph]:
    """The worm and the synthetic graphs whose name holds `wanted`."""
    names = ["worm", *synthetic.RECIPES]
    found = [name for name in names if wanted is None or wanted in name]
    if not found:
        sys.exit(f"no graph is called {wanted!r}; there are {', '.join(names)}")
    return {
        name: worm() if name == "worm" else synthetic.make(synthetic.RECIPES[name])
        for name in found
        if wanted is not None or name != "139k/15M"
    }


def cells(row: Row) -> tuple[str, ...]:
    """One row as text."""
    return (
        row.job,
        row.graph,
        "" if math.isnan(row.ours) else seconds(row.ours),
        row.peer,
        seconds(row.theirs) if row.theirs is not None else "not installed" if row.peer else "",
        "" if row.theirs is None else ratio(row.theirs / row.ours),
        row.bound,
    )


def ratio(value: float) -> str:
    """A ratio with two digits."""
    return f"{value:,.0f}x" if value >= 10 else f"{value:.2g}x"


def seconds(value: float) -> str:
    """A time with three digits and its unit."""
    return f"{value:.3g} s" if value >= 1 else f"{1000 * value:.3g} ms"


def main(arguments: list[str] | None = None) -> None:
    """Print the machine and the table, row by row as they come."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--job", choices=JOBS | SEGMENTATION, help="one job; all by default")
    parser.add_argument("--segmentation", action="store_true", help="jobs on voxels, not graphs")
    parser.add_argument("--quick", action="store_true", help="of voxels, crumbs alone")
    parser.add_argument("--graph", help="graphs whose name holds this; 139k/15M only so")
    parser.add_argument("--slow-peers", action="store_true", help="peers that take minutes too")
    options = parser.parse_args(arguments)
    voxels = options.segmentation or options.job in SEGMENTATION
    print(machine(SEGMENTATION_PEERS if voxels else (*PEERS, *FURTHER_PEERS)))
    print("Processor seconds of one thread, least of several runs; ratio is theirs over ours.\n")
    print("| " + " | ".join(HEADER) + " |")
    print("|" + "---|" * len(HEADER))
    if voxels:
        for name, job in SEGMENTATION.items():
            if options.job in (None, name):
                show(job.rows(quick=options.quick, slow_peers=options.slow_peers))
        return
    graphs = chosen_graphs(options.graph)
    for name, job in JOBS.items():
        if options.job in (None, name):
            show(job.rows(graphs, slow_peers=options.slow_peers))


def show(rows: Iterator[Row]) -> None:
    """Print rows as they come."""
    for row in rows:
        print("| " + " | ".join(cells(row)) + " |", flush=True)


if __name__ == "__main__":
    main()
