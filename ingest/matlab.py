"""MATLAB: a connectivity matrix in a ``.mat`` file, old (version 5) or new (7.3, which is HDF5).

The zebrafish hindbrain comes so: a struct with ``connectome``, ``cellID``, ``cellType`` and more, or a
bare matrix. Nowhere does it say which side sends. MATLAB counts columns first, so the arrays of version
7.3 lie turned in the file and are turned back. Objects and functions in a file are never run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .choices import choose
from .matrices import Orientation
from .pairs import OnSelfLoops
from .safe_files import first_bytes
from .table_reader import table
from .weights import NegativeWeights

LARGEST_BYTES = 16 << 30
_IDS = ("cellID", "cellIDs", "cellId", "id", "ids")
_LEAST = 2


def recognises_matlab(path: Path) -> str | None:
    """Say why a file is MATLAB's."""
    if not path.is_file() or path.suffix.lower() != ".mat":
        return None
    start = first_bytes(path, 32)
    if start.startswith(b"MATLAB 5.0"):
        return "is a .mat file of version 5"
    if start.startswith((b"MATLAB 7.3", b"\x89HDF")):
        return "is a .mat file of version 7.3"
    return None


def read_matlab(
    source: str | Path,
    out: str | Path,
    *,
    variable: str | None = None,
    orientation: Orientation | None = None,
    weight_meaning: str | None = None,
    min_synapses: int | None = None,
    negative_weights: NegativeWeights = "error",
    on_self_loops: OnSelfLoops = "keep",
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read a square matrix of a ``.mat`` file.

    Parameters
    ----------
    source : path
    out : path
    variable : str, optional
        Which, such as ``"ZConnectome.connectome"``; needed where there are several.
    orientation : {"rows-are-pre", "columns-are-pre"}, optional
        Rows, where not said, and then with a warning: the file does not say.
    weight_meaning, min_synapses, negative_weights, on_self_loops, description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where the file is damaged, holds no square matrix, or several.
    """
    path = Path(source).expanduser()
    if not path.is_file():
        msg = f"{path} does not exist." if not path.exists() else f"{path} is not a file."
        raise ContractError(msg)
    if orientation is not None:
        choose(orientation, ("rows-are-pre", "columns-are-pre"), "orientation")
    variables = _load(path)
    found = {name: value for name, value in _walk(variables) if _is_square(value)}
    chosen = _chosen(path, found, variable)
    matrix = _sparse(found[chosen])
    n = matrix.shape[0]
    told = [f"{path.name}: matrix {chosen} of {n:,} x {n:,}"]
    warned = []
    if orientation is None:
        warned.append(
            f"{path.name} does not say which side of the matrix sends; read with rows that send. "
            "Check it, and say orientation='columns-are-pre' (--option orientation=columns-are-pre)"
        )
    told.append(f"orientation {orientation or 'rows-are-pre'}")
    folder = chosen.rpartition(".")[0]
    nodes, ids = _nodes(variables, folder, chosen, n, told)
    rows, columns = (np.asarray(ids)[np.asarray(place)] for place in (matrix.row, matrix.col))
    pre, post = (columns, rows) if orientation == "columns-are-pre" else (rows, columns)
    return table(
        out,
        edges=pa.table(
            {
                "pre_id": pa.array(pre),
                "post_id": pa.array(post),
                "weight": pa.array(np.asarray(matrix.data, np.float64)),
            }
        ),
        nodes=nodes,
        files={"edges": path},
        ids="integers",
        zero_is_a_neuron=True,
        weight_meaning=weight_meaning,
        min_synapses=min_synapses,
        negative_weights=negative_weights,
        on_self_loops=on_self_loops,
        decisions=told,
        warnings=warned,
        description=description,
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


def _load(path: Path) -> dict[str, Any]:
    """The variables of a file; a struct is a dict, a cell array of texts a list of str."""
    import scipy.io

    try:
        if first_bytes(path, 16).startswith(b"\x89HDF"):
            return _load_hdf5(path)
        sizes = [
            (name, int(np.prod(shape, dtype=object))) for name, shape, _ in scipy.io.whosmat(path)
        ]
        large = [name for name, size in sizes if size * 8 > LARGEST_BYTES]
        if large:
            msg = f"{path.name}: {large[0]} says it has {dict(sizes)[large[0]]:,} cells, too many to read."
            raise ContractError(msg)
        content = scipy.io.loadmat(path, struct_as_record=True, squeeze_me=True)
    except NotImplementedError:  # scipy's word for version 7.3
        return _load_hdf5(path)
    except ContractError:
        raise
    except Exception as error:  # noqa: BLE001 - scipy's reader raises whatever a damaged byte leads to
        reason = (str(error).splitlines() or [""])[0].rstrip(".") or type(error).__name__
        msg = f"{path.name} is not a readable .mat file ({reason})."
        raise ContractError(msg) from None
    return {name: _plain(value) for name, value in content.items() if not name.startswith("__")}


def _plain(value: Any) -> Any:
    """A struct as a dict; anything else as it is."""
    if isinstance(value, (np.ndarray, np.void)) and value.dtype.names and value.ndim == 0:
        record: Any = value.item() if isinstance(value, np.ndarray) else value
        if not isinstance(record, np.void):
            record = dict(zip(value.dtype.names, record, strict=True))
        return {name: _plain(record[name]) for name in value.dtype.names}
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [_plain(item) for item in value.ravel()]
    return value


def _load_hdf5(path: Path) -> dict[str, Any]:
    try:
        import h5py
    except ImportError:
        msg = "A .mat file of version 7.3 needs h5py: pip install 'neuropil[hdf5]'."
        raise ContractError(msg) from None

    def plain(item: Any, depth: int) -> Any:
        if isinstance(item, h5py.Group):
            if {"data", "ir", "jc"} <= set(item):
                return _hdf5_sparse(item)
            return {n: plain(item[n], depth + 1) for n in item if depth < 4 and n[0] != "#"}
        if item.size * max(item.dtype.itemsize, 1) > LARGEST_BYTES:
            msg = f"{path.name}: {item.name} has {item.size:,} cells, too many to read."
            raise ContractError(msg)
        if item.dtype == h5py.ref_dtype:
            return [_hdf5_text(file[reference]) for reference in item[()].ravel()]
        return item[()].T  # MATLAB lays columns out first

    try:
        with h5py.File(path, "r") as file:
            return {name: plain(file[name], 0) for name in file if not name.startswith("#")}
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        msg = f"{path.name} is not a readable .mat file ({str(error).splitlines()[0].rstrip('.')})."
        raise ContractError(msg) from None


def _hdf5_sparse(group: Any) -> Any:
    from scipy import sparse

    jc = group["jc"][()]
    rows = int(group.attrs.get("MATLAB_sparse", len(jc) - 1))
    return sparse.csc_array((group["data"][()], group["ir"][()], jc), shape=(rows, len(jc) - 1))


def _hdf5_text(item: Any) -> Any:
    value = item[()]
    if item.attrs.get("MATLAB_class") == b"char":
        return "".join(map(chr, value.ravel().tolist())) if value.dtype.kind in "iu" else ""
    return value.T if value.ndim else value


def _walk(variables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in variables.items():
        if isinstance(value, dict):
            yield from _walk(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _is_square(value: Any) -> bool:
    shape: tuple[int, ...] = getattr(value, "shape", ())
    kind = getattr(getattr(value, "dtype", None), "kind", "O")
    return len(shape) == 2 and shape[0] == shape[1] >= _LEAST and kind in "biuf"


def _chosen(path: Path, found: Mapping[str, Any], variable: str | None) -> str:
    if variable is not None and variable not in found:
        msg = f"{path.name} has no square matrix {variable!r}; it has {', '.join(found) or 'none'}."
        raise ContractError(msg)
    if not found:
        msg = f"{path.name} holds no square matrix of numbers."
        raise ContractError(msg)
    if variable is None and len(found) > 1:
        msg = (
            f"{path.name} holds several square matrices: {', '.join(found)}; say which: "
            f"variable={next(iter(found))!r} (--option variable=...)."
        )
        raise ContractError(msg)
    return variable or next(iter(found))


def _sparse(matrix: Any) -> Any:
    from scipy import sparse

    return sparse.coo_array(matrix)


def _nodes(
    variables: Mapping[str, Any], folder: str, matrix: str, n: int, told: list[str]
) -> tuple[pa.Table, list[int]]:
    """The neurons in the matrix's order: their ids, and the fields as long as the matrix."""
    fields: Any = variables
    for name in folder.split(".") if folder else ():
        fields = fields[name]
    columns: dict[str, Any] = {}
    ids = list(range(1, n + 1))
    for name, value in fields.items():
        if f"{folder}.{name}".lstrip(".") == matrix:
            continue
        for label, column in _as_columns(name, value, n):
            if label in _IDS and _are_ids(column):
                ids = [int(item) for item in column]
                told.append(f"node_id is field {label}")
            elif (
                "name" in label.casefold() and "name" not in columns and isinstance(column[0], str)
            ):
                columns["name"] = pa.array(column)
            else:
                columns[label] = pa.array(column)
    if ids == list(range(1, n + 1)):
        told.append("node_id is 1, 2, ... in the order of the matrix")
    return pa.table({"node_id": pa.array(ids, pa.int64())} | columns), ids


def _are_ids(column: list[Any]) -> bool:
    whole = all(isinstance(item, int) and not isinstance(item, bool) for item in column)
    return whole and min(column) >= 0 and len(set(column)) == len(column)


def _as_columns(name: str, value: Any, n: int) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, list):
        if len(value) == n and all(isinstance(item, str) or not np.size(item) for item in value):
            yield name, [item.strip("_ ") if isinstance(item, str) else None for item in value]
        return
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biufU":
        return
    if value.size == n:
        flat = value.ravel()
        yield (
            name,
            [item.strip("_ ") or None for item in flat]
            if value.dtype.kind == "U"
            else (flat.tolist()),
        )
    elif value.ndim == 2 and value.shape[0] == n and value.shape[1] <= 4:
        for index in range(value.shape[1]):
            yield f"{name}_{index + 1}", value[:, index].tolist()
