"""H01: synapses of a piece of human cortex (c3), as Avro shards or their NDJSON twins.

A record has a presynaptic site, a postsynaptic partner, a location in voxels of (8, 8, 33) nm
(x, y, z), a confidence, and type 1 (inhibitory) or 2 (excitatory). The sites say which neuron and which
compartment they are on. Only axons send here, and only dendrites, somata and initial segments receive;
what touches glia is an artefact of the agglomeration. The tissue is human: see `CONSENT` and `ACCESS`.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .choices import choose
from .neurons import UnknownNeurons
from .prepared_rows import PreparedRows
from .read_rows import open_rows
from .safe_files import exact_id, first_bytes, is_junk, read_json
from .simulated_manifest import as_simulated
from .simulated_releases.writers import is_simulated
from .source_rows import SourceRows
from .table_reader import table
from .workspace import Workspace, quoted

VOXEL_NM = (33.0, 8.0, 8.0)
CONSENT = (
    "Human tissue from a neurosurgical resection, given with the donor's consent for research; the "
    "data are de-identified."
)
ACCESS = "Do not try to identify the donor, and follow the consent and terms of the H01 release."
LICENCE = "terms of the H01 release: https://h01-release.storage.googleapis.com"
SENDS = frozenset({"AXON"})
RECEIVES = frozenset({"DENDRITE", "SOMA", "AIS"})
_SOMA = ("true_x", "true_y", "true_z")
_GLIA = ("astrocyte", "oligo", "microglia", "opc", "mg/opc", "glia")
_KINDS = {1: "inhibitory", 2: "excitatory"}
_BATCH = 200_000
_LONGEST_LINE = 1 << 20
_AVRO = b"Obj\x01"
_COLUMNS: Mapping[str, pa.DataType] = {
    "synapse_id": pa.int64(),
    "pre_id": pa.int64(),
    "post_id": pa.int64(),
    **{f"{site}{axis}": pa.float64() for site in ("", "pre_", "post_") for axis in "xyz"},
    "confidence_in_source": pa.float64(),
    "synapse_type": pa.string(),
    "pre_class": pa.string(),
    "post_class": pa.string(),
    "pre_site_id": pa.int64(),
    "post_site_id": pa.int64(),
}
# Places in a row, looked up once and not for every record.
_PRE, _POST, _SURE, _PRE_CLASS, _POST_CLASS = (
    list(_COLUMNS).index(name)
    for name in ("pre_id", "post_id", "confidence_in_source", "pre_class", "post_class")
)


def recognises_h01(path: Path) -> str | None:
    """Say why a path is a shard, or a folder of shards, of H01."""
    for file in _shards(path)[:1]:
        start = first_bytes(file, 8192)
        if b"pre_synaptic_site" in start:
            kind = "Avro" if start.startswith(_AVRO) else "NDJSON"
            return f"{file.name} is {kind} with records of pre_synaptic_site, as H01's c3 has them"
    return None


def read_h01(
    source: str | Path,
    out: str | Path,
    *,
    cells: str | Path | None = None,
    neurons: Literal["listed", "all"] = "all",
    compartments: Literal["axon to dendrite", "all"] = "axon to dendrite",
    glia: Literal["drop", "keep"] = "drop",
    least_confidence: float | None = None,
    min_synapses: int | None = None,
    licence: str = LICENCE,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read synapses of H01.

    Parameters
    ----------
    source : path
        A shard (``export000000000000``, Avro or NDJSON), or a folder of them; shards are read one
        after the other, so that memory does not grow with their number.
    out : path
    cells : path, optional
        ``agglo_20200916c3_cell_data.json``; by default the one in the folder.
    neurons : {"all", "listed"}
        Every agglomerated segment that a synapse names, or those among the cells.
    compartments : {"axon to dendrite", "all"}
        Which sites count: from axons onto dendrites, somata and initial segments, or any.
    glia : {"drop", "keep"}
        What to do with synapses of cells that the list calls glia.
    least_confidence : float in [0, 1], optional
    licence : str
        What the manifest says; the consent of the donor and the terms of access stand there too.
    min_synapses, description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where a shard is damaged or an id is no integer; without fastavro for Avro.

    Examples
    --------
    >>> import json, tempfile
    >>> record = {
    ...     "location": {"x": 10, "y": 20, "z": 30},
    ...     "pre_synaptic_site": {"neuron_id": "5", "class_label": "AXON"},
    ...     "post_synaptic_partner": {"neuron_id": "6", "class_label": "DENDRITE"},
    ...     "type": 2,
    ...     "confidence": 0.9,
    ... }
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     shard = Path(folder, "export000000000000.ndjson")
    ...     _ = shard.write_text(json.dumps(record))
    ...     result = read_h01(shard, f"{folder}/human")
    >>> result.rows
    {'nodes': 2, 'edges': 1, 'synapses': 1}
    """
    choose(neurons, ("listed", "all"), "neurons")
    choose(compartments, ("axon to dendrite", "all"), "compartments")
    choose(glia, ("drop", "keep"), "glia")
    path = Path(source).expanduser()
    shards = _shards(path)
    if not shards:
        msg = f"{path} is no shard of H01 and holds none (Avro, or NDJSON with pre_synaptic_site)."
        raise ContractError(msg)
    folder = path if path.is_dir() else path.parent
    listed = Path(cells).expanduser() if cells is not None else _cells_in(folder)
    nodes = None if listed is None else _cells(listed)
    if neurons == "listed" and nodes is None:
        msg = "neurons='listed' needs the list of cells: cells=FILE (--option cells=FILE)."
        raise ContractError(msg)
    not_neurons = _glia_of(nodes) if nodes is not None and glia == "drop" else frozenset()
    told = [f"{len(shards)} shards of H01 c3, positions in voxels of 8 x 8 x 33 nm (x, y, z)"]
    if compartments != "all":
        told.append(
            "synapses go from AXON to DENDRITE, SOMA or AIS; others are counted and left out "
            "(compartments='all' keeps them)"
        )
    if nodes is not None and "x_nm" in nodes.column_names:
        told.append("x_nm, y_nm, z_nm of cells are true_x, true_y, true_z, in nm")
    if nodes is not None and glia == "drop":
        told.append(f"synapses of {len(not_neurons):,} glial cells are counted and left out")
    warned = [] if nodes is not None else ["no list of cells, so glia cannot be told from neurons"]
    buckets: Counter[str] = Counter()
    target = Path(out).expanduser().resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".h01-", dir=target.parent) as folder_of_staging:
        staging = Path(folder_of_staging) / "synapses of H01"
        staging.mkdir()
        keeps = _Keeps(compartments != "all", not_neurons, least_confidence)
        most = _stage(shards, staging, keeps, buckets, progress)
        fraction = most.confidence is None or most.confidence <= 1.0
        told.append(
            "confidence is the source's"
            if fraction
            else "score is the source's confidence, not in 0..1"
        )
        numbered = most.ids
        rule: UnknownNeurons = "drop" if neurons == "listed" else "add"
        about: dict[str, Any] = {
            "species": "Homo sapiens",
            "individual": "H01",
            "source": "H01 release, c3 synapses",
            "release": "20210729/c3",
            "licence": licence,
            "detector": "automatic (H01 c3)",
            "score_cutoff": least_confidence,
            "doi": ("10.1126/science.adk4858",),
            "consent": CONSENT,
            "access": ACCESS,
        }
        return table(
            out,
            synapses=staging if numbered else _without_ids(staging),
            nodes=nodes,
            columns={f"synapses.{'confidence' if fraction else 'score'}": "confidence_in_source"},
            files={f"synapses {i}" if i else "synapses": f for i, f in enumerate(shards)}
            | ({"nodes": listed} if listed is not None else {}),
            ids="integers",
            unknown_neurons=rule,
            voxel_size_nm=VOXEL_NM,
            min_synapses=min_synapses,
            decisions=told,
            warnings=warned,
            buckets=buckets,
            description=(as_simulated(about) if is_simulated(folder) else about)
            | dict(description or {}),
            overwrite=overwrite,
            command=command,
            progress=progress,
        )


@dataclass
class _Found:
    """What all records have: the greatest confidence, and whether any has an id."""

    confidence: float | None = None
    ids: bool = False


def _without_ids(staging: Path) -> PreparedRows:
    """Staged records without the column of ids, which this release does not fill."""

    def make(workspace: Workspace, view: str) -> SourceRows:
        rows = open_rows(workspace, f"{view}_staged", staging)
        workspace.run(
            f"CREATE VIEW {quoted(view)} AS SELECT * EXCLUDE (synapse_id) FROM {quoted(rows.view)}"
        )
        return replace(rows, view=view, columns=workspace.columns(view))

    return PreparedRows(make)


class _Keeps:
    """Which records are kept, and under which bucket the others are counted."""

    def __init__(
        self, only_axons: bool, glia: frozenset[int], least_confidence: float | None
    ) -> None:
        self.only_axons = only_axons
        self.glia = glia
        self.least_confidence = least_confidence

    def bucket(self, row: Sequence[Any]) -> str | None:
        """Bucket of a row that is left out, None for one that is kept."""
        if self.only_axons and (row[_PRE_CLASS] not in SENDS or row[_POST_CLASS] not in RECEIVES):
            return "synapse_rows_of_other_compartments"
        if self.glia and (row[_PRE] in self.glia or row[_POST] in self.glia):
            return "synapse_rows_of_glia"
        sure = row[_SURE]
        if self.least_confidence is not None and (sure is None or sure < self.least_confidence):
            return "synapse_rows_below_confidence"
        return None


def _shards(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        return []
    return [
        file
        for file in sorted(path.iterdir())
        if file.is_file()
        and not is_junk(file.name)
        and (
            file.name.startswith("export")
            or file.suffix in (".avro", ".ndjson", ".jsonl")
            or file.name.endswith((".ndjson.gz", ".json.gz"))
        )
    ]


def _stage(
    shards: Sequence[Path],
    staging: Path,
    keeps: _Keeps,
    buckets: Counter[str],
    progress: Callable[[str], None] | None,
) -> _Found:
    """Write the kept records as Parquet, batch by batch; return what they have."""
    import pyarrow.parquet as pq

    schema = pa.schema(list(_COLUMNS.items()))
    found = _Found()
    for number, shard in enumerate(shards):
        if progress is not None:
            progress(f"reading {shard.name}, {number + 1} of {len(shards)}")
        with pq.ParquetWriter(staging / f"part-{number}.parquet", schema) as writer:
            batch: list[tuple[Any, ...]] = []
            for index, record in enumerate(_records(shard), start=1):
                row = _row(record, shard.name, index)
                buckets["records_in"] += 1
                left_out = keeps.bucket(row)
                if left_out is not None:
                    buckets[left_out] += 1
                    continue
                sure, most = row[_SURE], found.confidence
                if most is None or (sure is not None and sure > most):
                    found.confidence = sure
                found.ids = found.ids or row[0] is not None
                batch.append(row)
                if len(batch) == _BATCH:
                    writer.write_table(_batch(batch, schema))
                    batch = []
            writer.write_table(_batch(batch, schema))
    return found


def _batch(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [pa.array(column, kind.type) for column, kind in zip(columns, schema, strict=True)],
        schema=schema,
    )


def _records(path: Path) -> Iterator[Any]:
    if not path.is_file():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    if first_bytes(path, 4) == _AVRO:
        yield from _avro_records(path)
        return
    with pa.input_stream(str(path), compression="detect") as file:
        yield from _ndjson_records(path, file)


def _avro_records(path: Path) -> Iterator[Any]:
    try:
        import fastavro
    except ImportError:
        msg = (
            f"{path.name} is Avro, which needs fastavro: pip install 'neuropil[avro]'; or take the "
            "release's NDJSON."
        )
        raise ContractError(msg) from None
    try:
        with path.open("rb") as file:
            yield from fastavro.reader(file)
    except ContractError:
        raise
    except Exception as error:  # noqa: BLE001 - fastavro raises whatever a damaged byte leads to
        reason = (str(error).splitlines() or [""])[0].rstrip(".") or type(error).__name__
        msg = f"{path.name} is not readable Avro ({reason})."
        raise ContractError(msg) from None


def _ndjson_records(path: Path, file: IO[bytes]) -> Iterator[Any]:
    rest = b""
    line = 0
    while piece := file.read(1 << 22):
        *lines, rest = (rest + piece).split(b"\n")
        for text in lines:
            line += 1
            if text.strip():
                yield _json_line(path, line, text)
        if len(rest) > _LONGEST_LINE:
            msg = f"{path.name}: line {line + 1} is longer than {_LONGEST_LINE:,} bytes, so it is no NDJSON."
            raise ContractError(msg)
    if rest.strip():
        yield _json_line(path, line + 1, rest)


def _json_line(path: Path, line: int, text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{path.name}: line {line} is not readable JSON ({str(error).rstrip('.')})."
        raise ContractError(msg) from None


def _row(record: Any, label: str, index: int) -> tuple[Any, ...]:
    where = f"{label}: record {index}"
    if not isinstance(record, dict):
        msg = f"{where}: wanted an object, got {type(record).__name__}."
        raise ContractError(msg)
    pre = _part(record, "pre_synaptic_site", where)
    post = _part(record, "post_synaptic_partner", where)
    places = [
        _place(site.get(name), where)
        for site, name in ((record, "location"), (pre, "centroid"), (post, "centroid"))
    ]
    if places[0] == (None, None, None):
        places[0] = places[1]
    return (
        exact_id(record.get("id"), f"{where}: id"),
        exact_id(pre.get("neuron_id"), f"{where}: neuron_id", zero_is_none=True),
        exact_id(post.get("neuron_id"), f"{where}: neuron_id", zero_is_none=True),
        *(coordinate for place in places for coordinate in place),
        _float(record.get("confidence"), where, "confidence"),
        _KINDS.get(record["type"]) if isinstance(record.get("type"), int) else None,
        _word(pre.get("class_label")),
        _word(post.get("class_label")),
        exact_id(pre.get("id"), f"{where}: id of the presynaptic site"),
        exact_id(post.get("id"), f"{where}: id of the postsynaptic site"),
    )


def _part(record: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    part = record.get(name)
    if not isinstance(part, dict):
        msg = f"{where}: {name} must be an object, got {type(part).__name__}."
        raise ContractError(msg)
    return part


def _place(value: Any, where: str) -> tuple[float | None, float | None, float | None]:
    if value is None:
        return None, None, None
    if not isinstance(value, dict):
        msg = f"{where}: a place must have x, y and z, got {value!r}."
        raise ContractError(msg)
    x, y, z = (_float(value.get(axis), where, axis) for axis in "xyz")
    return x, y, z


def _float(value: Any, where: str, name: str) -> float | None:
    if value is None:
        return None
    try:
        number = None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or not math.isfinite(number):
        msg = f"{where}: {name} must be a number, got {value!r}."
        raise ContractError(msg)
    return number


def _word(value: Any) -> str | None:
    return value.strip().upper() or None if isinstance(value, str) else None


def _cells_in(folder: Path) -> Path | None:
    found = sorted(folder.glob("*cell_data.json*"))
    return found[0] if len(found) == 1 else None


def _cells(path: Path) -> pa.Table:
    """The cells: ``agglo_seg`` is the segment; their type and the other keys stay."""
    content: Any
    start = first_bytes(path, 64).lstrip()
    if start.startswith(b"["):
        content = read_json(path, "cells")
    else:
        with pa.input_stream(str(path), compression="detect") as file:
            content = list(_ndjson_records(path, file))
    if not isinstance(content, list) or not all(isinstance(cell, dict) for cell in content):
        msg = f"{path.name}: wanted a list of cells, each an object with agglo_seg."
        raise ContractError(msg)
    by_segment: dict[int, dict[str, Any]] = {}
    for index, cell in enumerate(content, start=1):
        segment = exact_id(
            cell.get("agglo_seg"), f"{path.name}: cell {index}: agglo_seg", zero_is_none=True
        )
        if segment is not None:
            by_segment.setdefault(segment, cell)
    names = [
        name
        for name in dict.fromkeys(key for cell in by_segment.values() for key in cell)
        if name not in ("agglo_seg", "type")
    ]
    columns: dict[str, Any] = {
        "node_id": pa.array(list(by_segment), pa.int64()),
        "cell_type": pa.array([_text(c.get("type")) for c in by_segment.values()], pa.string()),
    }
    for name in names:
        # The authors' own programs put true_x in the place of what is in nm.
        ours = f"{name[-1]}_nm" if name in _SOMA else name
        columns[ours] = pa.array([_text(c.get(name)) for c in by_segment.values()], pa.string())
    return pa.table(columns)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def _glia_of(nodes: pa.Table) -> frozenset[int]:
    rows = zip(nodes["node_id"].to_pylist(), nodes["cell_type"].to_pylist(), strict=True)
    return frozenset(node for node, kind in rows if kind and kind.casefold().startswith(_GLIA))
