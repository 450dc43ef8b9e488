"""Example connectomes small enough to check by hand, and ways to look at and damage a folder.

Everything here reads and damages files with pyarrow and plain Python, never with the code under
test.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from connectome_analysis.tables import Manifest, write

MANIFEST = Manifest(
    name="example",
    release="1",
    weights={
        "chemical": {"meaning": "synapses", "unit": "synapses"},
        "electrical": {"meaning": "contact area", "unit": "um^2"},
    },
)
BIG = 2**53 + 1  # the first integer that float64 cannot hold


def nodes() -> pd.DataFrame:
    """Three neurons; 3 has no edge."""
    return pd.DataFrame(
        {
            "node_id": [1, BIG, 3],
            "name": ["a", "b", None],
            "side": ["left", "right", "center"],
            "sign": pd.array([1, -1, None], dtype="Int8"),
            "pre_completeness": [0.0, 1.0, None],
        }
    )


def edges() -> pd.DataFrame:
    """1 to b by three synapses, b to itself by one, and a gap junction of 1 and b."""
    return pd.DataFrame(
        {
            "pre_id": [1, BIG, 1, BIG],
            "post_id": [BIG, BIG, BIG, 1],
            "edge_type": ["chemical", "chemical", "electrical", "electrical"],
            "weight": [3.0, 1.0, 0.5, 0.5],
            "syn_count": pd.array([3, 1, None, None], dtype="Int32"),
        }
    )


def edges_by_region() -> pd.DataFrame:
    """The three synapses of 1 to b lie in two regions."""
    return pd.DataFrame(
        {
            "pre_id": [1, 1, BIG],
            "post_id": [BIG, BIG, BIG],
            "edge_type": ["chemical"] * 3,
            "region": ["AL", "LH", "AL"],
            "weight": [2.0, 1.0, 1.0],
            "syn_count": pd.array([2, 1, 1], dtype="Int32"),
        }
    )


def synapses() -> pd.DataFrame:
    """Four attached synapses, one with an unattached side, one with neither side."""
    return pd.DataFrame(
        {
            "synapse_id": [10, 11, 12, 13, 14, 15],
            "pre_id": pd.array([1, 1, 1, BIG, None, None], dtype="Int64"),
            "post_id": pd.array([BIG, BIG, BIG, BIG, BIG, None], dtype="Int64"),
            "x_nm": [0.0, 1.5, -2.0, None, 4.0, 5.0],
            "y_nm": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
            "z_nm": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
            "confidence": [0.0, 1.0, 0.5, None, 0.25, 1.0],
            "region": ["AL", "AL", "LH", "AL", None, None],
        }
    )


def skeletons() -> pd.DataFrame:
    """A fork of four points in neuron 1, a lone point in neuron b."""
    return pd.DataFrame(
        {
            "node_id": [1, 1, 1, 1, BIG],
            "point_id": [0, 1, 2, 3, 0],
            "parent_id": pd.array([None, 0, 1, 1, None], dtype="Int64"),
            "x_nm": [0.0, 1.0, 2.0, 2.0, 9.0],
            "y_nm": [0.0, 0.0, 1.0, -1.0, 9.0],
            "z_nm": [0.0] * 5,
            "radius_nm": [100.0, 50.0, 0.0, None, 3.0],
            "compartment": ["soma", "axon", "axon", "axon", None],
        }
    )


def two() -> dict[str, pd.DataFrame]:
    """Nodes and edges, the least there can be."""
    return {"nodes": nodes(), "edges": edges()}


def five() -> dict[str, pd.DataFrame]:
    """All tables of the contract."""
    return {
        **two(),
        "edges_by_region": edges_by_region(),
        "synapses": synapses(),
        "skeletons": skeletons(),
    }


def with_column(frame: pd.DataFrame, name: str, values: object) -> pd.DataFrame:
    """The frame with one column replaced or added."""
    return frame.assign(**{name: values})


def write_two(path: Path, **columns: object) -> Path:
    """Write `two`, with a column ``nodes__sign=...`` or ``edges__weight=...`` exchanged."""
    return write_changed(path, two(), **columns)


def write_five(path: Path, **columns: object) -> Path:
    """Write `five`, with columns exchanged as in `write_two`."""
    return write_changed(path, five(), **columns)


def write_changed(path: Path, tables: dict[str, pd.DataFrame], **columns: object) -> Path:
    """Write tables of which columns ``table__column`` are exchanged."""
    for place, values in columns.items():
        table, column = place.split("__")
        tables[table] = with_column(tables[table], column, values)
    return write(path, tables, MANIFEST)


def rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every Parquet file, by the file's place in the folder."""
    return {
        str(file.relative_to(folder)): pq.ParquetFile(file).read().to_pylist()
        for file in sorted(folder.rglob("*.parquet"))
    }


def fingerprint(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and sign it anew, as somebody would who knows the specification."""
    path = folder / "connectome.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_bytes(signed(content))


def signed(content: Mapping[str, Any]) -> bytes:
    """The bytes of a manifest with its own SHA-256 in place."""
    unsigned = json.dumps({**content, "manifest_sha256": "0" * 64}, indent=2)
    digest = hashlib.sha256(unsigned.encode()).hexdigest()
    return re.sub('(?<="manifest_sha256": ")0{64}', digest, unsigned, count=1).encode()


def replace_table(folder: Path, name: str, rows: pa.Table | pd.DataFrame) -> None:
    """Put other rows in place of a table's and make hashes, counts and columns agree.

    Only the rules on rows can find a fault then.
    """
    table = rows if isinstance(rows, pa.Table) else pa.Table.from_pandas(rows, preserve_index=False)
    file = folder / f"{name}.parquet"
    pq.write_table(table.replace_schema_metadata(None), file, store_schema=False)
    rehash(folder, name)


def rehash(folder: Path, name: str) -> None:
    """Let the manifest describe the files of a table as they are."""

    def change(content: dict[str, Any]) -> None:
        record = content["tables"][name]
        record["rows"] = 0
        for file in record["files"]:
            path = folder / file["path"]
            file["bytes"] = path.stat().st_size
            file["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
            footer = pq.ParquetFile(path)
            record["rows"] += footer.metadata.num_rows
            record["columns"] = {f.name: str(f.type) for f in footer.schema_arrow}

    edit_manifest(folder, change)
