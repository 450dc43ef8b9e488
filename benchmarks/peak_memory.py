"""Peak memory: what a census needs beyond the graph, asked of a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import connectome_analysis as ca

from .measure import Row

# The peak of a process never falls, so what came before the census is read off first.
PROGRAM = """
import json, resource, sys
import numpy as np
import connectome_analysis as ca
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
small = ca.Graph.from_edges([0, 1, 2], [1, 2, 0])
count = {"triad": ca.motifs.triad_census, "4-node": ca.motifs.four_node_census}[sys.argv[2]]
count(small)
arrays = np.load(sys.argv[1])
g = ca.Graph(arrays["node_ids"], arrays["indptr"], arrays["indices"], arrays["weights"])
g.out_sources
before = peak()
count(g, n_jobs=int(sys.argv[3]))
print(json.dumps({"before": before, "after": peak()}))
"""


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Megabytes on top of interpreter and graph."""
    for name, g in graphs.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "graph.npz"
            np.savez(
                file,
                node_ids=g.node_ids,
                indptr=g.out_indptr,
                indices=g.out_indices,
                weights=np.ones(g.n_edges, dtype=np.int32),
            )
            for census in ("triad", "4-node"):
                if census == "4-node" and g.n_edges > 5_000_000 and not slow_peers:
                    continue
                for threads in (1, 2):
                    answer = subprocess.run(
                        [sys.executable, "-c", PROGRAM, str(file), census, str(threads)],
                        check=True,
                        capture_output=True,
                        text=True,
                    )
                    kilobytes = json.loads(answer.stdout)
                    more = (kilobytes["after"] - kilobytes["before"]) / 1000
                    yield Row(
                        job=f"{census} census, peak memory",
                        graph=name,
                        ours=float("nan"),
                        bound=f"{more:,.0f} MB beyond the graph, {threads} threads",
                    )
