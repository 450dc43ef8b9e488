"""Read-only SQL over Arrow beside DuckDB's own Parquet reader: what the safety costs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

import connectome_analysis as ca
from connectome_analysis import tables

from .measure import Row, processor_seconds

QUERIES = {
    "aggregate": "SELECT count(*), sum(weight) FROM edges",
    "strongest senders": "SELECT pre_id, sum(weight) w FROM edges GROUP BY 1 ORDER BY w DESC LIMIT 5",
    "one neuron": "SELECT * FROM edges WHERE pre_id = 720575940600000100",
    "mutual pairs": "SELECT count(*) FROM edges a JOIN edges b "
    "ON a.pre_id = b.post_id AND a.post_id = b.pre_id",
}


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Four questions to one connectome, through our session and to DuckDB itself."""
    del slow_peers
    for name, g in graphs.items():
        offset = 720575940600000000
        edges = g.edges().assign(edge_type="chemical", weight=1.0)
        edges["pre_id"] += offset
        edges["post_id"] += offset
        nodes = pd.DataFrame({"node_id": np.asarray(g.node_ids) + offset})
        with tempfile.TemporaryDirectory() as folder:
            path = tables.write(
                f"{folder}/c", {"nodes": nodes, "edges": edges}, tables.Manifest(name="c")
            )
            with (
                ca.open(path, verify=False, threads=1) as ours,
                duckdb.connect(":memory:", config={"threads": "1"}) as theirs,
            ):
                for table in ("nodes", "edges"):
                    theirs.execute(
                        f"CREATE VIEW {table} AS FROM read_parquet('{path}/{table}.parquet')"
                    )
                for what in QUERIES:
                    yield _row(name, what, ours, theirs)


def _row(name: str, what: str, ours: ca.Connectome, theirs: duckdb.DuckDBPyConnection) -> Row:
    query = QUERIES[what]
    return Row(
        job=f"SQL, read-only: {what}",
        graph=name,
        ours=processor_seconds(lambda: ours.sql(query).fetchall()),
        peer="DuckDB on Parquet",
        theirs=processor_seconds(lambda: theirs.sql(query).fetchall()),
    )
