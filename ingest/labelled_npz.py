"""Labelled npz: a sparse matrix in CSR with one array per property of a neuron, as numpy saves them.

FlyWire's mushroom body comes so in the package fly-ftl-extract: ``indptr``, ``indices`` and
``syn_count`` beside ``root_id``, ``cell_type``, ``side``; what dopaminergic neurons send lies apart in
``dan_pre``, ``dan_post``, ``dan_syn_count``. Pickled objects are refused.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .safe_files import ALWAYS_FINE_BYTES, GREATEST_RATIO
from .source_beside import source_beside
from .table_reader import table

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEEDED = ("indptr", "indices", "root_id")
_MUSHROOM_BODY = "mb_fafb783.npz"
_FLYWIRE: Mapping[str, Any] = {
    "species": "Drosophila melanogaster",
    "individual": "FAFB",
    "sex": "female",
    "stage": "adult",
    "source": "FlyWire 783, right mushroom body, as distributed in fly-ftl-extract",
    "release": "783",
    "licence": "CC BY 4.0 (FlyWire connectome and annotations)",
    "detector": "Buhmann 2021; pairs of at least 5 synapses",
    "doi": ("10.1038/s41586-024-07558-y", "10.1038/s41586-024-07686-5"),
}


def recognises_labelled_npz(path: Path) -> str | None:
    """Say why a path is a labelled sparse matrix."""
    file = _file(path)
    if file is None or not zipfile.is_zipfile(file):
        return None
    with zipfile.ZipFile(file) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()}
    if names.issuperset(_NEEDED):
        return f"{file.name} holds indptr, indices and root_id: a sparse matrix with labels"
    return None


def read_labelled_npz(
    source: str | Path,
    out: str | Path,
    *,
    min_synapses: int | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read a sparse matrix with labels.

    Parameters
    ----------
    source : path
        The file, or the folder it is in.
    out : path
    min_synapses, description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where arrays are missing, do not fit together or are pickled objects.
    """
    path = Path(source).expanduser()
    file = _file(path)
    if file is None:
        msg = f"{path} is no .npz and holds none, or several; name the file."
        raise ContractError(msg)
    arrays = _arrays(file)
    ids = _ids(file, arrays["root_id"])
    senders, receivers = _entries(file, arrays["indptr"], arrays["indices"], len(ids))
    counts = arrays.get("syn_count", arrays.get("data"))
    if counts is None or counts.shape != receivers.shape:
        msg = f"{file.name}: wanted syn_count, or data, with one value per entry of indices."
        raise ContractError(msg)
    told = [f"{file.name}: a sparse matrix of {len(ids):,} neurons; rows send; ids are root_id"]
    more = _listed_apart(file, arrays, len(ids))
    if more is not None:
        senders, receivers, counts = (
            np.concatenate([have, added])
            for have, added in zip((senders, receivers, counts), more, strict=True)
        )
        told.append(
            f"{len(more[0]):,} edges of dopaminergic neurons, listed apart in dan_pre, dan_post, are "
            "added to those of the matrix"
        )
    properties = {
        name: array
        for name, array in arrays.items()
        if name != "root_id" and array.shape == ids.shape and array.dtype.kind in "Uiufb"
    }
    nodes = {"node_id": pa.array(ids)} | {
        name: pa.array(array.tolist(), from_pandas=True) for name, array in properties.items()
    }
    columns: dict[str, str | None] = {"nodes.neurotransmitter": "nt"} if "nt" in nodes else {}
    # An export says beside it what its weights are; the matrices of others count synapses.
    beside = source_beside(file)
    ours = beside is not None and bool(beside.weights)
    return table(
        out,
        edges=pa.table(
            {
                "pre_id": pa.array(ids[senders]),
                "post_id": pa.array(ids[receivers]),
                "weight" if ours else "syn_count": pa.array(counts.astype(np.float64)),
            }
        ),
        nodes=pa.table(nodes),
        columns=columns,
        files={"edges": file},
        ids="integers",
        weight_meaning=None if ours else "synapses",
        min_synapses=min_synapses,
        decisions=told,
        description=(dict(_FLYWIRE) if file.name == _MUSHROOM_BODY else {})
        | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


def _file(path: Path) -> Path | None:
    if path.is_file():
        return path if path.suffix.lower() == ".npz" else None
    found = sorted(path.glob("*.npz")) if path.is_dir() else []
    return found[0] if len(found) == 1 else None


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > max(ALWAYS_FINE_BYTES, GREATEST_RATIO * file.stat().st_size):
            msg = (
                f"{file.name}: {file.stat().st_size:,} bytes unpack to {size:,}, which is no data."
            )
            raise ContractError(msg)
        with np.load(file, allow_pickle=False) as content:
            arrays = {name: content[name] for name in content.files}
    except ContractError:
        raise
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else "it is cut short"
        msg = f"{file.name} is not a readable npz without pickled objects ({reason})."
        raise ContractError(msg) from None
    missing = [name for name in _NEEDED if name not in arrays]
    if missing:
        msg = (
            f"{file.name} holds no {' and no '.join(missing)}; it has {', '.join(list(arrays)[:8])}. "
            "A matrix without labels is read by: neuropil ingest table."
        )
        raise ContractError(msg)
    return arrays


def _ids(file: Path, ids: NDArray[Any]) -> NDArray[np.int64]:
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        msg = f"{file.name}: root_id must be a list of integers, got {ids.dtype} of shape {ids.shape}."
        raise ContractError(msg)
    if ids.dtype == np.uint64 and len(ids) and int(ids.max()) >= 2**63:
        msg = f"{file.name}: root_id {int(ids.max())} is larger than a signed 64-bit integer holds."
        raise ContractError(msg)
    return ids.astype(np.int64)


def _entries(
    file: Path, indptr: NDArray[Any], indices: NDArray[Any], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    whole = indptr.dtype.kind in "iu" and indices.dtype.kind in "iu"
    if (
        not whole
        or indptr.shape != (n + 1,)
        or indices.ndim != 1
        or int(indptr[0]) != 0
        or int(indptr[-1]) != len(indices)
        or bool((np.diff(indptr.astype(np.int64)) < 0).any())
    ):
        msg = f"{file.name}: indptr must be {n + 1} integers that rise from 0 to {indices.size}."
        raise ContractError(msg)
    lengths: Any = np.diff(indptr.astype(np.int64))
    senders = np.repeat(np.arange(n), lengths)
    return senders, _places(file, "indices", indices, n)


def _places(file: Path, name: str, places: NDArray[Any], n: int) -> NDArray[np.int64]:
    if places.dtype.kind not in "iu" or (
        len(places) and not (int(places.min()) >= 0 and int(places.max()) < n)
    ):
        msg = f"{file.name}: {name} must be integers from 0 to {n - 1}, places of neurons."
        raise ContractError(msg)
    return places.astype(np.int64)


def _listed_apart(
    file: Path, arrays: Mapping[str, NDArray[Any]], n: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]] | None:
    names = ("dan_pre", "dan_post", "dan_syn_count")
    there = [arrays.get(name) for name in names]
    if any(array is None for array in there):
        return None
    pre, post, count = (array for array in there if array is not None)
    if not pre.shape == post.shape == count.shape:
        msg = f"{file.name}: {', '.join(names)} must be equally long."
        raise ContractError(msg)
    return _places(file, "dan_pre", pre, n), _places(file, "dan_post", post, n), count
