"""cect: a connectome in the cache of the ConnectomeToolbox: names, and a dense matrix per kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .safe_files import first_bytes, read_json, require_kind
from .table_reader import table
from .worm_names import WORM, unpadded_told, worm_name

_KINDS = {"Generic_CS": "chemical", "Generic_GJ": "electrical"}


def recognises_cect(path: Path) -> str | None:
    """Say why a file is of cect's cache."""
    if not path.is_file() or path.suffix.lower() != ".json":
        return None
    called = "Reader" in path.stem or path.stem.endswith("_whole")
    start = first_bytes(path, 64).split()
    if called and (start[:2] == [b"{", b'"nodes":'] or start[:1] == [b'{"nodes":']):
        return f"is called {path.name} and begins with names, as cect's cache does"
    return None


def read_cect(
    source: str | Path,
    out: str | Path,
    *,
    weight_meaning: str | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read one JSON file of cect's cache; rows of its matrices send.

    Parameters
    ----------
    source : path
    out : path
    weight_meaning : str, optional
        ``"synapses"``, ``"EM sections"``, ...; the file does not say. By default it is unstated.
    description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where a matrix is not square over the names, or holds what is no number.
    """
    path = Path(source).expanduser()
    content = require_kind(read_json(path, "cect"), path, dict, "with nodes and connections")
    names, kinds = content.get("nodes"), content.get("connections")
    if not isinstance(names, list) or not isinstance(kinds, dict) or not names:
        msg = f"{path.name}: wanted lists nodes and connections, as cect caches them."
        raise ContractError(msg)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        msg = f"{path.name}: nodes must be texts that differ."
        raise ContractError(msg)
    pre, post, kind_of, weights = [], [], [], []
    for kind, matrix in kinds.items():
        for i, row in enumerate(_square(path, kind, matrix, len(names))):
            for j, value in enumerate(row):
                if type(value) not in (int, float):
                    msg = f"{path.name}: {kind} from {names[i]} to {names[j]} is {value!r}, wanted a number."
                    raise ContractError(msg)
                if value:
                    pre.append(worm_name(names[i]))
                    post.append(worm_name(names[j]))
                    kind_of.append(_KINDS.get(kind, kind.casefold()))
                    weights.append(float(value))
    return table(
        out,
        edges=pa.table(
            {
                "pre_id": pa.array(pre, pa.string()),
                "post_id": pa.array(post, pa.string()),
                "edge_type": pa.array(kind_of, pa.string()),
                "weight": pa.array(weights, pa.float64()),
            }
        ),
        nodes=pa.table({"name": pa.array([worm_name(name) for name in names], pa.string())}),
        columns={"nodes.node_id": "name"},
        files={"edges": path},
        ids="names",
        weight_meaning=weight_meaning or "unstated",
        weight_meanings={"electrical": {"meaning": "gap junctions"}}
        if weight_meaning == "synapses"
        else None,
        undirected_listed=None,
        decisions=[
            f"{path.name}: cache of cect; matrices {', '.join(kinds)}; rows send",
            *unpadded_told(names),
        ],
        description={"species": WORM, "source": f"cect, {path.name}"} | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


def _square(path: Path, kind: str, matrix: Any, n: int) -> list[list[Any]]:
    if (
        isinstance(matrix, list)
        and len(matrix) == n
        and all(isinstance(row, list) and len(row) == n for row in matrix)
    ):
        return matrix
    msg = f"{path.name}: {kind} must be a matrix of {n} x {n}, one row and column per name."
    raise ContractError(msg)
