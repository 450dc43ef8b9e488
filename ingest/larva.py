"""Larva: the brain of a fly larva as published with Winding 2023, matrices or edge list.

The supplement is a folder, or its zip, with five adjacency matrices whose rows and columns are in
five orders: all synapses, and those from axon or dendrite onto axon or dendrite. The edge list
came with later analyses: ``pre post synapses`` without a header and a table of neurons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .choices import choose
from .exact_ids import IdKind
from .matrices import Matrix, Orientation, read_matrix
from .safe_files import exact_id, file_names, first_line, is_junk, opened_folder
from .table_reader import table
from .text_files import read_records

WHOLE = "all-all_connectivity_matrix.csv"
PARTS: Mapping[str, str] = {
    "axon_axon": "aa_connectivity_matrix.csv",
    "axon_dendrite": "ad_connectivity_matrix.csv",
    "dendrite_axon": "da_connectivity_matrix.csv",
    "dendrite_dendrite": "dd_connectivity_matrix.csv",
}
_TOTALS = ("inputs.csv", "outputs.csv")
_EDGE_LISTS = ("G_edgelist.txt", "unmatched_full_edgelist.csv")
_NO_PAIR = "no pair"
_ABOUT = {
    "species": "Drosophila melanogaster",
    "stage": "first-instar larva",
    "sex": "female",
    "source": "Winding 2023, supplementary data",
    "release": "2023",
    "detector": "manual tracing",
    "citation": (
        (
            "Winding M, Pedigo BD, Barnes CL, et al. (2023) The connectome of an insect brain. "
            "Science 379:eadd9330."
        ),
    ),
    "doi": ("10.1126/science.add9330",),
}
_Pair = tuple[int, int]


def recognises_larva(path: Path) -> str | None:
    """Say why a path is the larva's supplement or edge list."""
    names = {name.rpartition("/")[2] for name in file_names(path)}
    matrices = [name for name in (WHOLE, *PARTS.values()) if name in names]
    if matrices:
        return f"holds {matrices[0]}, a matrix of Winding 2023"
    if "G_edgelist.txt" in names:
        return "holds G_edgelist.txt, the edge list of the larva (Winding 2023)"
    if "unmatched_full_edgelist.csv" in names:
        return "holds unmatched_full_edgelist.csv, the edge list of the larva (Pedigo 2023)"
    return None


def read_larva(
    source: str | Path,
    out: str | Path,
    *,
    part: str = "all",
    orientation: Orientation | None = None,
    min_synapses: int | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    r"""Read the connectome of the larval brain.

    Parameters
    ----------
    source : path
        Folder or zip of the supplement, or folder or file of the edge list.
    out : path
    part : {"all", "axon_axon", "axon_dendrite", "dendrite_axon", "dendrite_dendrite"}
        Which synapses make an edge, of the supplement. With ``"all"`` the four parts stand beside
        ``syn_count`` under their names, where their matrices are there.
    orientation : {"rows-are-pre", "columns-are-pre"}, optional
        Rows, where not said, as the supplement has it.
    min_synapses, description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where a matrix is damaged or the parts do not add up to the whole.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, WHOLE).write_text(",29,31\n31,4.0,0.0\n29,0.0,2.0\n")
    ...     result = read_larva(folder, f"{folder}/larva")
    >>> result.rows
    {'nodes': 2, 'edges': 2}
    """
    path = Path(source).expanduser()
    common: dict[str, Any] = {
        "min_synapses": min_synapses,
        "overwrite": overwrite,
        "command": command,
        "progress": progress,
        "description": _ABOUT | dict(description or {}),
        "weight_meaning": "synapses",
    }
    choose(part, ("all", *PARTS), "part")
    if path.is_file() and path.suffix.lower() != ".zip":
        if path.name in (WHOLE, *PARTS.values()):
            path = path.parent
        else:
            return _read_edge_list(path, out, common)
    if path.is_dir():
        for name in _EDGE_LISTS:
            if (path / name).is_file():
                return _read_edge_list(path / name, out, common)
    with opened_folder(path, lambda name: name.endswith(".csv")) as folder:
        return _read_supplement(folder, path.name, out, part, orientation, common)


def _read_edge_list(path: Path, out: str | Path, common: dict[str, Any]) -> Ingested:
    listed = path.parent / "meta_data.csv"
    columns: dict[str, str | None] = {"pre_id": "column_1", "post_id": "column_2"}
    ids: IdKind = "integers"
    if not listed.is_file():
        return table(out, edges=path, header=False, columns=columns, ids=ids, **common)
    named = first_line(listed).split(",")
    columns |= {
        ours: theirs
        for ours, theirs in (("side", "hemisphere"), ("cell_type", "merge_class"))
        if theirs in named
    }
    return table(out, edges=path, header=False, nodes=listed, columns=columns, ids=ids, **common)


@dataclass
class _Supplement:
    """What has been read of the supplement."""

    counts: dict[str, dict[_Pair, float]] = field(default_factory=dict)
    order: dict[int, None] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)


def _read_supplement(
    folder: Path,
    label: str,
    out: str | Path,
    part: str,
    orientation: Orientation | None,
    common: dict[str, Any],
) -> Ingested:
    found = {
        file.name: file
        for file in sorted(folder.rglob("*.csv"))
        if not is_junk(str(file.relative_to(folder)))
    }
    wanted = {"all": WHOLE, **PARTS}
    read = _Supplement()
    for name, file in wanted.items():
        if file in found and part in ("all", name):
            matrix = read_matrix(found[file], header=True, row_names=True)
            read.counts[name] = _entries(matrix, orientation, read.order)
            read.files["edges" if not read.files else f"edges of {name}"] = found[file]
    if not read.counts:
        file = WHOLE if part == "all" else PARTS[part]
        msg = f"{label} holds no {file}. Name the folder, or the zip, of the supplement."
        raise ContractError(msg)
    turned = orientation or "rows-are-pre"
    read.told.append(
        f"orientation {turned}: the neuron of the {'row' if turned[0] == 'r' else 'column'} sends; "
        "labels are matched by id, since the order of rows and columns differs between files"
    )
    whole = _whole(read, part)
    nodes = _nodes(found, read)
    pairs = list(whole)
    edges = {
        "pre_id": pa.array([pre for pre, _ in pairs], pa.int64()),
        "post_id": pa.array([post for _, post in pairs], pa.int64()),
        "syn_count": pa.array(list(whole.values()), pa.float64()),
    }
    for name in PARTS if part == "all" else ():
        if name in read.counts:
            counts = read.counts[name]
            edges[name] = pa.array([int(counts.get(pair, 0)) for pair in pairs], pa.int64())
    return table(
        out,
        edges=pa.table(edges),
        nodes=nodes,
        files=read.files,
        ids="integers",
        decisions=read.told,
        warnings=read.warned,
        **common,
    )


def _entries(
    matrix: Matrix, orientation: Orientation | None, order: dict[int, None]
) -> dict[_Pair, float]:
    """Counts by (sender, receiver); the labels join the list of neurons."""
    assert matrix.row_labels is not None
    assert matrix.column_labels is not None
    rows = [_skid(matrix.label, "row", name) for name in matrix.row_labels]
    columns = [_skid(matrix.label, "column", name) for name in matrix.column_labels]
    order |= dict.fromkeys([*rows, *columns])
    entries = {
        (rows[i], columns[j]): value
        for i, j, value in zip(
            matrix.rows.tolist(), matrix.columns.tolist(), matrix.values.tolist(), strict=True
        )
    }
    if orientation == "columns-are-pre":
        return {(post, pre): value for (pre, post), value in entries.items()}
    return entries


def _skid(label: str, what: str, name: str) -> int:
    found = exact_id(name, f"{label}: the skeleton id of a {what}")
    assert found is not None
    return found


def _whole(read: _Supplement, part: str) -> dict[_Pair, float]:
    """Counts of the edges; the parts must add up to the whole where both are there."""
    if part != "all":
        read.told.append(f"edges count the synapses of {PARTS[part]} only")
        return read.counts[part]
    parts = [name for name in PARTS if name in read.counts]
    if parts and len(parts) < len(PARTS):
        missing = ", ".join(PARTS[name] for name in PARTS if name not in read.counts)
        if "all" not in read.counts:
            msg = (
                f"{missing} is missing, and so is {WHOLE}; edges need the whole or all four parts."
            )
            raise ContractError(msg)
        read.warned.append(f"{missing} is missing, so the parts are not compared with the whole")
        return read.counts["all"]
    added: dict[_Pair, float] = {}
    for name in parts:
        for pair, count in read.counts[name].items():
            added[pair] = added.get(pair, 0.0) + count
    if "all" not in read.counts:
        read.told.append("syn_count is the sum of the four parts")
        return added
    whole = read.counts["all"]
    if not parts:
        return whole
    for pair in [*whole, *added]:
        if whole.get(pair, 0.0) != added.get(pair, 0.0):
            msg = (
                f"{WHOLE} has {whole.get(pair, 0.0):g} synapses from {pair[0]} to {pair[1]}, the "
                f"four parts have {added.get(pair, 0.0):g}. They must add up; take the files of one "
                "release, or one part: part='axon_dendrite' (--option part=axon_dendrite)."
            )
            raise ContractError(msg)
    read.told.append(f"the four parts add up to {WHOLE} in every pair")
    return whole


def _nodes(found: Mapping[str, Path], read: _Supplement) -> pa.Table:
    """The neurons of the matrices, in their order, with what the other files say of them."""
    columns: dict[str, dict[int, Any]] = {}
    if "annotations.csv" in found:
        read.files["annotations"] = found["annotations.csv"]
        columns |= _annotations(found["annotations.csv"], read)
    for name in (*_TOTALS, *(name for name in found if name.startswith("celltype_"))):
        if name in found:
            read.files[name] = found[name]
            columns |= _numbers_by_skid(found[name])
    strangers = {skid for values in columns.values() for skid in values} - set(read.order)
    if strangers:
        read.warned.append(
            f"{len(strangers):,} ids of the other files are in no matrix, for instance "
            f"{min(strangers)}; the neurons are those of the matrices"
        )
    skids = list(read.order)
    arrays: dict[str, Any] = {"node_id": pa.array(skids, pa.int64())}
    for name, values in columns.items():
        arrays[name] = pa.array([values.get(skid) for skid in skids])
    return pa.table(arrays)


def _annotations(path: Path, read: _Supplement) -> dict[str, dict[int, Any]]:
    records = read_records(path, ",")
    header = [name.strip() for name in next(records, [])]
    _require_columns(path, header, ("left_id", "right_id", "celltype"))
    extra = [name for name in header if name not in ("left_id", "right_id", "celltype")]
    out: dict[str, dict[int, Any]] = {name: {} for name in ("side", "cell_type", "pair_id", *extra)}
    again = 0
    for number, record in enumerate(records, start=2):
        if len(record) != len(header):
            msg = f"{path.name}: line {number} has {len(record)} fields, the header {len(header)}."
            raise ContractError(msg)
        row = dict(zip(header, (cell.strip() for cell in record), strict=True))
        ids = {side: _paired(path, number, row[f"{side}_id"]) for side in ("left", "right")}
        middle = ids["left"] is not None and ids["left"] == ids["right"]
        for side, other in (("left", "right"), ("right", "left"))[: 1 if middle else 2]:
            skid = ids[side]
            if skid is None:
                continue
            if skid in out["side"]:
                again += 1
                continue
            out["side"][skid] = "center" if middle else side
            out["cell_type"][skid] = row["celltype"] or None
            out["pair_id"][skid] = None if middle else ids[other]
            for name in extra:
                out[name][skid] = row[name] or None
    if again:
        read.warned.append(
            f"{path.name}: {again:,} ids stand in more than one row; the first row counts"
        )
    read.told.append(
        f"{path.name}: side is left or right as the column of the id says, pair_id the partner; "
        f"{_NO_PAIR!r} is no partner; cell_type is column 'celltype'"
    )
    return out


def _paired(path: Path, number: int, text: str) -> int | None:
    if text.casefold() in ("", _NO_PAIR, "nan", "none"):
        return None
    return exact_id(text, f"{path.name}: the id in line {number}")


def _numbers_by_skid(path: Path) -> dict[str, dict[int, Any]]:
    """Numbers of a file whose first column, with or without a name, is the skeleton id."""
    records = read_records(path, ",")
    header = [name.strip() for name in next(records, [])]
    if len(header) < 2:
        msg = f"{path.name}: wanted a column of ids and columns of numbers, got {header!r}."
        raise ContractError(msg)
    prefix = path.stem.removeprefix("celltype_")
    names = [name if name not in ("celltype", "") else "" for name in header[1:]]
    names = [
        f"{name}_of_type" if name and path.stem.startswith("celltype_") else name for name in names
    ]
    out: dict[str, dict[int, Any]] = {name: {} for name in names if name}
    for number, record in enumerate(records, start=2):
        skid = exact_id(record[0].strip(), f"{path.name}: the id in line {number}")
        if skid is None:
            continue
        for name, cell in zip(names, record[1:], strict=False):
            if name:
                out[name][skid] = _number(path, number, cell.strip())
    if not out:
        msg = f"{path.name} ({prefix}) has no column of numbers."
        raise ContractError(msg)
    return out


def _number(path: Path, number: int, text: str) -> float | None:
    if text.casefold() in ("", "nan", "inf"):
        return None
    try:
        return float(text)
    except ValueError:
        msg = f"{path.name}: line {number} holds {text!r}, wanted a number."
        raise ContractError(msg) from None


def _require_columns(path: Path, header: Sequence[str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in header]
    if missing:
        msg = (
            f"{path.name} has no column {' and '.join(map(repr, missing))}; it has "
            f"{', '.join(map(repr, header[:8]))}."
        )
        raise ContractError(msg)
