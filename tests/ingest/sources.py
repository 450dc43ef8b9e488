"""Write a source, read it, and look at what came out, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import ingest
from connectome_analysis.tables import Manifest, check, read_manifest

BIG = 720575940629970489  # float64 knows only 720575940629970432 and ...560
LARGEST = 2**63 - 1


def text(folder: Path, name: str, content: str) -> Path:
    """Write a text file byte for byte."""
    path = folder / name
    path.write_bytes(content.encode("utf-8"))
    return path


def read(out: Path, **sources: Any) -> ingest.Ingested:
    """Read a source; whatever is written must pass the check of the contract."""
    result = ingest.table(out, **sources)
    assert check(result.path) == []
    return result


def rows(result: ingest.Ingested, table: str) -> list[dict[str, Any]]:
    """Rows of a table as Python values, in the order they are stored."""
    return pq.read_table(result.path / f"{table}.parquet").to_pylist()


def column(result: ingest.Ingested, table: str, name: str) -> list[Any]:
    return [row[name] for row in rows(result, table)]


def edges(result: ingest.Ingested) -> dict[tuple[int, int], float]:
    """Weight by ordered pair, for connectomes with one kind of edge."""
    found = {(row["pre_id"], row["post_id"]): row["weight"] for row in rows(result, "edges")}
    assert len(found) == result.rows["edges"]
    return found


def named_edges(result: ingest.Ingested) -> dict[tuple[str, str], float]:
    """Weight by pair of names."""
    names = {row["node_id"]: row["name"] for row in rows(result, "nodes")}
    return {(names[pre], names[post]): weight for (pre, post), weight in edges(result).items()}


def manifest(result: ingest.Ingested) -> Manifest:
    return read_manifest(result.path)
