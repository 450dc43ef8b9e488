"""The jobs of `tables_at_scale`, one per process: ours, and what a peer's user would write."""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from pathlib import Path
from typing import Any

PARQUET = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
SYNAPSES = "flywire_synapses_783.feather"
IDS = "proofread_root_ids_783.npy"


def read_csv_ours(source: Path, out: Path) -> dict[str, float]:
    """All files of the release to nodes, edges and edges_by_region: checked, hashed, in one step."""
    from ingest.flywire import read_flywire

    result = read_flywire(source, out, min_synapses=1, overwrite=True)
    return {name: float(count) for name, count in result.rows.items()}


def read_csv_duckdb(source: Path, out: Path) -> dict[str, float]:
    """The same files by DuckDB's reader to the same rows in the same order, each neuron file by itself.

    Types are told it, nothing is checked, no missing value is looked at and nothing joined.
    """
    import duckdb

    out.mkdir()
    connection = duckdb.connect()
    connections = source / "connections_no_threshold.csv.gz"
    connection.execute(
        f"CREATE TABLE c AS SELECT * FROM read_csv('{connections}', types={{'pre_root_id': 'BIGINT', "
        "'post_root_id': 'BIGINT', 'syn_count': 'INTEGER'})"
    )
    connection.execute(
        "COPY (SELECT pre_root_id AS pre_id, post_root_id AS post_id, neuropil AS region, "
        f"syn_count, nt_type FROM c ORDER BY 1, 2, 3) TO '{out}/edges_by_region.parquet' {PARQUET}"
    )
    connection.execute(
        "COPY (SELECT pre_root_id AS pre_id, post_root_id AS post_id, sum(syn_count) AS syn_count, "
        "any_value(nt_type) AS nt_type FROM c GROUP BY 1, 2 ORDER BY 1, 2) "
        f"TO '{out}/edges.parquet' {PARQUET}"
    )
    for file in source.glob("*.csv.gz"):
        if "connections" not in file.name:
            connection.execute(
                f"COPY (SELECT * FROM read_csv('{file}') ORDER BY 1) TO '{out}/{file.name}.parquet'"
            )
    return {}


def edges_ours(source: Path, out: Path) -> dict[str, float]:
    """Edges and edges_by_region of single synapses: ids checked, rows accounted for, hashed, checked."""
    from ingest.flywire import read_flywire

    result = read_flywire(source, out, synapses=True, keep_synapses=False, overwrite=True)
    return {name: float(count) for name, count in result.rows.items()}


def count_ours(source: Path, out: Path) -> dict[str, float]:
    """Synapses between listed neurons counted as ingest counts them, and written sorted."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.dataset as pads
    import pyarrow.parquet as pq

    from ingest.packed_counts import count_rows

    out.mkdir()
    pair = ["pre_pt_root_id", "post_pt_root_id"]
    listed = np.sort(np.load(source / IDS))
    rows = pads.dataset(source / SYNAPSES, format="feather")
    counts, words = count_rows(rows.to_batches(columns=[*pair, "neuropil"]), least=1)
    keep = np.ones(len(counts.pre), bool)
    for side in (counts.pre, counts.post):
        at = np.minimum(np.searchsorted(listed, side), len(listed) - 1)
        keep &= listed[at] == side
    pre, post, word, number = (column[keep] for column in counts)
    names = pa.DictionaryArray.from_arrays(pa.array(word, pa.int32()), pa.array(words))
    regions = pa.table([pre, post, names, number], [*pair, "neuropil", "syn_count"])
    pq.write_table(regions, out / "edges_by_region.parquet", compression="zstd")
    starts = np.flatnonzero(
        np.concatenate(([True], (pre[1:] != pre[:-1]) | (post[1:] != post[:-1])))
    )
    summed = np.add.reduceat(number, starts)
    edges = pa.table([pre[starts], post[starts], summed], [*pair, "syn_count"])
    pq.write_table(edges, out / "edges.parquet", compression="zstd")
    return {"edges": float(len(edges)), "edges_by_region": float(len(regions))}


def count_polars(source: Path, out: Path) -> dict[str, float]:
    """Synapses between listed neurons counted by polars' streaming engine and written sorted."""
    import numpy as np
    import polars as pl

    out.mkdir()
    pair = ["pre_pt_root_id", "post_pt_root_id"]
    listed = pl.LazyFrame({"id": np.load(source / IDS)})
    rows = pl.scan_ipc(source / SYNAPSES).select(*pair, "neuropil")
    for side in pair:
        rows = rows.filter(pl.col(side) != 0).join(listed, left_on=side, right_on="id", how="semi")
    counted = rows.group_by(*pair, "neuropil").agg(pl.len().alias("syn_count"))
    regions = counted.collect(engine="streaming").sort(*pair, "neuropil")
    regions.write_parquet(out / "edges_by_region.parquet", compression="zstd")
    edges = regions.group_by(*pair).agg(pl.col("syn_count").sum()).sort(*pair)
    edges.write_parquet(out / "edges.parquet", compression="zstd")
    return {"edges": float(len(edges)), "edges_by_region": float(len(regions))}


def count_pandas(source: Path, out: Path) -> dict[str, float]:
    """The same by pandas, which sorts as it groups."""
    import numpy as np
    import pandas as pd

    out.mkdir()
    pair = ["pre_pt_root_id", "post_pt_root_id"]
    listed = np.load(source / IDS)
    rows = pd.read_feather(source / SYNAPSES, columns=[*pair, "neuropil"])
    for side in pair:
        rows = rows[rows[side] != 0]
        rows = rows[rows[side].isin(listed)]
    counted = rows.groupby([*pair, "neuropil"], observed=True).size()
    regions = counted.rename("syn_count").reset_index()
    regions.to_parquet(out / "edges_by_region.parquet", compression="zstd")
    edges = regions.groupby(pair)["syn_count"].sum().reset_index()
    edges.to_parquet(out / "edges.parquet", compression="zstd")
    return {"edges": float(len(edges)), "edges_by_region": float(len(regions))}


def synapses_ours(source: Path, out: Path) -> dict[str, float]:
    """All tables, that of synapses too."""
    from ingest.flywire import read_flywire

    result = read_flywire(source, out, synapses=True, overwrite=True)
    return {name: float(count) for name, count in result.rows.items()}


PARTNERS = """
SELECT s.post_id, n.cell_type, s.synapses
FROM (SELECT post_id, count(*) AS synapses FROM synapses
      WHERE pre_id = ? AND post_id IS NOT NULL GROUP BY 1) s
JOIN nodes n ON n.node_id = s.post_id ORDER BY s.synapses DESC
"""


def partners_ours(fly: Path) -> dict[str, float]:
    """Partners of a neuron from single synapses, the first question of a fresh process."""
    import connectome_analysis as ca

    neurons = _neurons(fly)
    with ca.open(fly) as connectome:
        took = []
        for neuron in neurons:
            start = time.perf_counter()
            found = connectome.sql(PARTNERS, [neuron]).fetchall()
            took.append(time.perf_counter() - start)
            if len(took) == 1:
                rows = len(found)
    return {"rows": float(rows), "first_s": took[0], "worst_s": max(took)}


def partners_pandas(fly: Path) -> dict[str, float]:
    """The same by reading the two columns of all synapses."""
    import pandas as pd

    files = sorted((fly / "synapses").glob("*.parquet")) or [fly / "synapses.parquet"]
    rows = pd.concat(pd.read_parquet(file, columns=["pre_id", "post_id"]) for file in files)
    mine = rows[rows.pre_id == _neurons(fly)[0]].dropna()
    counts = mine.groupby("post_id").size().rename("synapses").reset_index()
    nodes = pd.read_parquet(fly / "nodes.parquet", columns=["node_id", "cell_type"])
    found = counts.merge(nodes, left_on="post_id", right_on="node_id")
    return {"rows": float(len(found))}


def open_ours(fly: Path) -> dict[str, float]:
    """Open, and ask how many edges there are."""
    start = time.perf_counter()
    import duckdb  # noqa: F401
    import pyarrow.dataset  # noqa: F401

    import connectome_analysis as ca
    import connectome_analysis.connectome

    import_s, import_mb = time.perf_counter() - start, _peak_mb()
    start = time.perf_counter()
    with ca.open(fly) as connectome:
        ((edges,),) = connectome.sql("SELECT count(*) FROM edges").fetchall()
        took = time.perf_counter() - start
    return {"open_s": took, "import_s": import_s, "import_mb": import_mb, "edges": float(edges)}


def _neurons(fly: Path) -> list[int]:
    """Twenty neurons from all over the table."""
    import pyarrow.parquet as pq

    ids = pq.read_table(fly / "nodes.parquet", columns=["node_id"])["node_id"].to_pylist()
    return [int(i) for i in ids[len(ids) // 40 :: len(ids) // 20]]


def _peak_mb() -> float:
    """Largest resident memory; what getrusage says begins with that of the parent."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(job: str, *paths: str) -> None:
    """Run one job and print what it took."""
    call: Any = globals()[job]
    arguments = [Path(path) for path in paths]
    if len(arguments) == 2:
        shutil.rmtree(arguments[1], ignore_errors=True)
    start = time.perf_counter()
    found = call(*arguments)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "processor_s": time.process_time(),
                "peak_mb": _peak_mb(),
                "found": found,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
