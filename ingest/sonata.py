"""SONATA: nodes and edges of a circuit in HDF5, as the Allen Institute and Blue Brain exchange them.

``/nodes/<population>/0/<attribute>`` and ``/edges/<population>/source_node_id`` and ``target_node_id``,
which count from 0 within a population of nodes. Several edges of one pair are several synapses unless an
attribute ``n_syn`` counts them. Text attributes may be numbers into ``0/@library/<attribute>``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .hdf5_files import is_hdf5, open_hdf5, read_dataset
from .positions import Unit
from .safe_files import is_junk
from .simulated_manifest import as_simulated
from .simulated_releases.writers import is_simulated
from .source_beside import source_beside
from .table_reader import table

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COUNTS = ("n_syn", "nsyns", "n_syns", "syn_count")
_NATIVE = ("native_id", "root_id", "node_id_in_source", "bodyId")
_WEIGHT = "syn_weight"
_LIBRARY = "@library"


def recognises_sonata(path: Path) -> str | None:
    """Say why a path is a circuit in SONATA."""
    for file in _hdf5(path):
        try:
            with open_hdf5(file, "SONATA") as content:
                edges = content.get("edges")
                for name in edges or ():
                    if "source_node_id" in edges[name]:
                        return f"{file.name} has /edges/{name}/source_node_id, as SONATA has it"
        except ContractError:
            continue
    return None


def read_sonata(
    source: str | Path,
    out: str | Path,
    *,
    nodes: str | Path | None = None,
    population: str | None = None,
    unit: Unit | None = None,
    min_synapses: int | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read a population of edges and the nodes it joins.

    Parameters
    ----------
    source : path
        A folder with both files, or the file of edges.
    out : path
    nodes : path, optional
        The file of nodes, where it is not in the folder.
    population : str, optional
        Of edges, where there are several.
    unit : {"um", "nm"}, optional
        Of positions x, y, z; SONATA means um, which is the default.
    min_synapses, description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where groups are missing, lengths differ, or an edge names a node that is not there.
    """
    path = Path(source).expanduser()
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    edge_file, node_file = _two_files(path, None if nodes is None else Path(nodes).expanduser())
    beside = source_beside(edge_file)
    if beside is not None and beside.format == "sonata" and population is None:
        read = _kinds_of_export(edge_file, list(beside.weights))
    else:
        read = _edges(edge_file, population)
    told = list(read.told)
    listed: dict[str, NDArray[Any]] = {}
    if node_file is not None:
        listed = _nodes(node_file, read.node_population, told)
    native = next((name for name in _NATIVE if name in listed and _whole(listed[name])), None)
    n = len(next(iter(listed.values()))) if listed else None
    for name, ids in (("source_node_id", read.source), ("target_node_id", read.target)):
        if n is not None and len(ids) and int(ids.max()) >= n:
            msg = f"{edge_file.name}: {name} {int(ids.max())} is beyond the {n:,} nodes there are."
            raise ContractError(msg)
    columns: dict[str, Any] = {}
    if native is not None:
        ids_of = listed.pop(native).astype(np.int64)
        told.append(f"node_id is attribute {native}; SONATA's own number is kept as sonata_id")
        pre, post = ids_of[read.source], ids_of[read.target]
    else:
        ids_of = np.arange(n or 0, dtype=np.int64)
        told.append("node_id is SONATA's own number, from 0")
        pre, post = read.source, read.target
    columns = {"pre_id": pa.array(pre), "post_id": pa.array(post)}
    for name, values in read.attributes.items():
        columns[name] = pa.array(values.tolist())
    counted = next((name for name in _COUNTS if name in columns), None)
    total = _total_weight(pre, post, read.attributes.get(_WEIGHT))
    exported = beside is not None and beside.format == "sonata" and "syn_weight" in columns
    kind = next(
        (k for k in (beside.weights if beside else ()) if read.name.endswith(f"__{k}")), "chemical"
    )
    if exported:
        told.append("attribute syn_weight is the weight, as the export has it")
    elif counted is not None:
        told.append(f"attribute {counted} counts the synapses of an edge")
    else:
        told.append("every edge is one synapse")
        columns["syn_count"] = pa.array(np.ones(len(pre), np.int64))
        counted = "syn_count"
    if total is not None and not exported:
        columns["syn_weight_sum"] = pa.array(total)
        told.append(
            "syn_weight_sum is what the edges of a pair have together; syn_weight stays where they agree"
        )
    node_table = None
    if n is not None:
        node_table = pa.table(
            {
                "node_id": pa.array(ids_of),
                **({"sonata_id": pa.array(np.arange(n))} if native is not None else {}),
                **{name: pa.array(values.tolist()) for name, values in listed.items()},
            }
        )
    simulated = is_simulated(edge_file.parent)
    return table(
        out,
        edges=pa.table(columns),
        nodes=node_table,
        columns={"edges.syn_count": counted, "edges.weight": "syn_weight" if exported else None},
        files={"edges": edge_file} | ({"nodes": node_file} if node_file is not None else {}),
        ids="integers",
        zero_is_a_neuron=True,
        unit=unit or "um",
        weight_meaning=None if exported else "synapses",
        edge_type=kind if exported else "chemical",
        min_synapses=min_synapses,
        decisions=told,
        description=(as_simulated({}) if simulated else {}) | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


def _total_weight(
    pre: NDArray[np.int64], post: NDArray[np.int64], weights: NDArray[Any] | None
) -> NDArray[np.float64] | None:
    """The sum of weights over the edges of each edge's pair; None where no pair has several."""
    if weights is None or weights.dtype.kind not in "iuf":
        return None
    pairs, of = np.unique(np.stack([pre, post]), axis=1, return_inverse=True)
    if pairs.shape[1] == len(pre):
        return None
    totals = np.bincount(of.ravel(), weights.astype(np.float64)).astype(np.float64)
    return np.asarray(totals[of.ravel()])


class _Edges:
    """What has been read of a population of edges."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    node_population: str | None = None

    def __init__(self) -> None:
        self.attributes: dict[str, NDArray[Any]] = {}
        self.told: list[str] = []
        self.name = ""


def _hdf5(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if is_hdf5(path) else []
    if not path.is_dir():
        return []
    return [file for file in sorted(path.rglob("*.h5")) if not is_junk(file.name) and is_hdf5(file)]


def _two_files(path: Path, nodes: Path | None) -> tuple[Path, Path | None]:
    by_kind: dict[str, list[Path]] = {"edges": [], "nodes": []}
    for file in _hdf5(path if path.is_dir() else path.parent):
        with open_hdf5(file, "SONATA") as content:
            for kind, files in by_kind.items():
                if kind in content:
                    files.append(file)
    edges = [path] if path.is_file() else by_kind["edges"]
    listed = [nodes] if nodes is not None else by_kind["nodes"]
    if len(edges) != 1 or len(listed) > 1:
        several, what = (edges, "edges") if len(edges) != 1 else (listed, "nodes")
        found = " and ".join(file.name for file in several) or "none"
        msg = f"{path.name}: wanted one file with /{what}, found {found}. Name it" + (
            "." if what == "edges" else ": nodes=FILE (--option nodes=FILE)."
        )
        raise ContractError(msg)
    if path.is_dir() and not nodes and (path / "circuit_config.json").is_file():
        _require_config(path / "circuit_config.json")
    return edges[0], listed[0] if listed else None


def _require_config(path: Path) -> None:
    """A circuit_config.json must at least be JSON; what it names is found by content, not by path."""
    try:
        json.loads(path.read_text("utf-8-sig"))
    except (ValueError, OSError, RecursionError) as error:
        msg = f"{path.name} is not readable JSON ({error})."
        raise ContractError(msg) from None


def _edges(path: Path, asked: str | None) -> _Edges:
    out = _Edges()
    with open_hdf5(path, "SONATA edges") as file:
        populations = list(file["edges"]) if "edges" in file else []
        if asked is None and len(populations) > 1:
            msg = (
                f"{path.name} has the populations {', '.join(populations)}; say which: population="
                f"{populations[0]!r} (--option population={populations[0]})."
            )
            raise ContractError(msg)
        name = asked or next(iter(populations), "")
        if name not in populations:
            msg = f"{path.name} has no population of edges {name!r}; it has {', '.join(populations) or 'none'}."
            raise ContractError(msg)
        group = file["edges"][name]
        out.name = name
        out.source = _node_ids(group, "source_node_id", path.name)
        out.target = _node_ids(group, "target_node_id", path.name)
        if out.source.shape != out.target.shape:
            msg = f"{path.name}: source_node_id has {len(out.source):,} values, target_node_id {len(out.target):,}."
            raise ContractError(msg)
        owners = [
            _as_text(group[side].attrs.get("node_population"))
            for side in ("source_node_id", "target_node_id")
        ]
        if owners[0] != owners[1]:
            msg = (
                f"{path.name}: {name} joins the populations {owners[0]} and {owners[1]}; only edges "
                "within one can be read."
            )
            raise ContractError(msg)
        out.node_population = owners[0]
        out.attributes = _attributes(group, path.name, len(out.source))
        out.told.append(f"{path.name}: population {name} of {len(out.source):,} edges")
    return out


def _kinds_of_export(path: Path, kinds: list[str]) -> _Edges:
    """Every population of an export, one for each kind of edge, as one with the attribute edge_type."""
    with open_hdf5(path, "SONATA edges") as file:
        names = list(file["edges"]) if "edges" in file else []
    kind_of = {
        name: kind
        for name in names
        for kind in kinds
        if name.endswith(f"__{kind.replace('/', '_')}")
    }
    if len(names) < 2 or len(kind_of) < len(names):
        return _edges(path, None)
    parts = [_edges(path, name) for name in names]
    shapes = {tuple((n, v.dtype.kind) for n, v in sorted(p.attributes.items())) for p in parts}
    if len(shapes) > 1 or len({part.node_population for part in parts}) > 1:
        return _edges(path, None)
    out = _Edges()
    out.node_population = parts[0].node_population
    out.source = np.concatenate([part.source for part in parts])
    out.target = np.concatenate([part.target for part in parts])
    out.attributes = {
        name: np.concatenate([part.attributes[name] for part in parts])
        for name in parts[0].attributes
    }
    out.attributes["edge_type"] = np.concatenate(
        [np.full(len(part.source), kind_of[part.name], object) for part in parts]
    )
    out.told = [line for part in parts for line in part.told]
    return out


def _node_ids(group: Any, name: str, label: str) -> NDArray[np.int64]:
    ids = read_dataset(group, name, label, "iu")
    if ids.ndim != 1 or (len(ids) and (int(ids.min()) < 0 or int(ids.max()) >= 2**63)):
        msg = f"{label}: {group.name}/{name} must be a list of numbers from 0 up."
        raise ContractError(msg)
    whole: NDArray[np.int64] = ids.astype(np.int64)
    return whole


def _nodes(path: Path, population: str | None, told: list[str]) -> dict[str, NDArray[Any]]:
    with open_hdf5(path, "SONATA nodes") as file:
        populations = list(file["nodes"]) if "nodes" in file else []
        if population is None and len(populations) == 1:
            population = populations[0]
        if population not in populations:
            msg = f"{path.name} has no population of nodes {population!r}; it has {', '.join(populations) or 'none'}."
            raise ContractError(msg)
        group = file["nodes"][population]
        types = read_dataset(group, "node_type_id", path.name, "iu")
        told.append(f"{path.name}: population {population} of {len(types):,} nodes")
        found = {"node_type_id": types.astype(np.int64)}
        return found | _attributes(group, path.name, len(types))


def _attributes(group: Any, label: str, n: int) -> dict[str, NDArray[Any]]:
    """Attributes of group 0, one value per element; numbers into a library become its words."""
    if "1" in group:
        msg = f"{label}: {group.name} has several groups of attributes; one, 0, can be read."
        raise ContractError(msg)
    if "0" not in group:
        return {}
    own = group["0"]
    out = {}
    for name in own:
        if name in (_LIBRARY, "dynamics_params"):
            continue
        values = read_dataset(own, name, label, "iufbS")
        if values.shape != (n,):
            msg = f"{label}: {own.name}/{name} has shape {values.shape}, wanted one value for each of {n:,}."
            raise ContractError(msg)
        if _LIBRARY in own and name in own[_LIBRARY]:
            words = read_dataset(own[_LIBRARY], name, label, "S")
            if values.dtype.kind not in "iu" or (
                n and not 0 <= int(values.min()) <= int(values.max()) < len(words)
            ):
                msg = f"{label}: {own.name}/{name} must be places in its @library of {len(words)}."
                raise ContractError(msg)
            values = np.asarray(words)[values]
        out[name] = np.asarray(values)
    return out


def _whole(values: NDArray[Any]) -> bool:
    return values.dtype.kind in "iu" and (not len(values) or int(values.max()) < 2**63)


def _as_text(value: Any) -> str | None:
    return value.decode() if isinstance(value, bytes) else None if value is None else str(value)
