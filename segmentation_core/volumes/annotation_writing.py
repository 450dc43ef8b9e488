"""Annotation writing: synapses as Neuroglancer's precomputed lines, from pre- to postsynaptic side."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .libraries import library
from .whole_folder import whole_folder

if TYPE_CHECKING:
    import pandas as pd

SIDES = ("pre", "post")
# Neuroglancer draws at most about as many of one cell; what does not fit goes to finer cells.
CELL_LIMIT = 5_000


def write_synapse_annotations(
    synapses: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    properties: Sequence[str] = (),
    categories: Sequence[str] = (),
    overwrite: bool = False,
) -> Path:
    """Write synapses so that Neuroglancer shows them, alone or with the segments that are selected.

    Parameters
    ----------
    synapses : DataFrame, one row per synapse
        ``synapse_id``, ``pre_id``, ``post_id`` (missing where a side is not attached), positions
        ``pre_x_nm``, ``pre_y_nm``, ``pre_z_nm``, ``post_x_nm``, ``post_y_nm``, ``post_z_nm``. Where the
        positions of the sides are missing, ``x_nm``, ``y_nm``, ``z_nm`` give a line of no length.
    path : path
        The folder to make.
    properties : sequence of str
        Further columns of numbers to show, as ``confidence``; written as float32.
    categories : sequence of str
        Further columns of words to show, as ``region``; written as numbers with names. A missing word is
        ``"unknown"``.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError
        If a column is missing, an id is negative or appears twice, or a position or property is not
        finite.
    """
    ids, geometry, partners = _checked(synapses, properties, categories)
    values = np.stack(
        [synapses[name].to_numpy(np.float32) for name in properties] or [np.empty(0, np.float32)],
        axis=1,
    )
    numbers = np.concatenate([geometry, values.reshape(len(ids), len(properties))], axis=1).astype(
        "<f4"
    )
    named = [_named(synapses[name]) for name in categories]
    # Every property has four bytes, so that they stand in the order they are declared in.
    records = np.concatenate(
        [numbers.view("<u4"), *(codes[:, None].astype("<u4") for codes, _ in named)], axis=1
    )
    low = np.minimum(geometry[:, :3], geometry[:, 3:])
    high = np.maximum(geometry[:, :3], geometry[:, 3:])
    lower = np.floor(low.min(axis=0)) if len(ids) else np.zeros(3)
    upper = np.ceil(high.max(axis=0)) + 1 if len(ids) else np.ones(3)
    info: dict[str, Any] = {
        "@type": "neuroglancer_annotations_v1",
        "dimensions": {axis: [1e-9, "m"] for axis in "xyz"},
        "lower_bound": lower.tolist(),
        "upper_bound": upper.tolist(),
        "annotation_type": "LINE",
        "properties": [{"id": name, "type": "float32"} for name in properties]
        + [
            {
                "id": name,
                # neuroglancer's own Python reader misplaces uint32 (an alignment of 3 bytes).
                "type": "int32",
                "enum_values": list(range(len(words))),
                "enum_labels": words,
            }
            for name, (_, words) in zip(categories, named, strict=True)
        ],
    }
    with whole_folder(path, overwrite=overwrite) as folder:
        by_id = (
            (
                int(number),
                records[row].tobytes()
                + b"".join(
                    struct.pack("<I", 0 if ids_of is None else 1)
                    + (b"" if ids_of is None else struct.pack("<Q", ids_of))
                    for ids_of in (partners[side][row] for side in SIDES)
                ),
            )
            for row, number in enumerate(ids)
        )
        info["by_id"] = {
            "key": "by_id",
            "sharding": _write_shards(folder, "by_id", by_id, len(ids)),
        }
        info["relationships"] = []
        for side in SIDES:
            rows_of: dict[int, list[int]] = {}
            for row, segment in enumerate(partners[side]):
                if segment is not None:
                    rows_of.setdefault(segment, []).append(row)
            key = f"{side}_segment"
            found = ((s, _several(rows, records, ids)) for s, rows in rows_of.items())
            sharding = _write_shards(folder, key, found, len(rows_of))
            info["relationships"].append({"id": key, "key": key, "sharding": sharding})
        info["spatial"] = _write_cells(
            folder, low - lower, high - lower, upper - lower, records, ids
        )
        (folder / "info").write_text(json.dumps(info, indent=2))
    return Path(path)


def _named(column: pd.Series[Any]) -> tuple[npt.NDArray[Any], list[str]]:
    """Words as numbers (n,) and their names, sorted."""
    texts = [
        "unknown" if gap else str(word) for word, gap in zip(column, column.isna(), strict=True)
    ]
    words, codes = np.unique(np.array(texts, dtype=object), return_inverse=True)
    return codes, words.tolist()


def _checked(
    synapses: pd.DataFrame, properties: Sequence[str], categories: Sequence[str] = ()
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], dict[str, list[int | None]]]:
    """Ids (n,), pre and post position (n, 6) as x, y, z in nm, and the partners as plain integers."""
    sided = [f"{side}_{axis}_nm" for side in SIDES for axis in "xyz"]
    if not set(sided) <= set(synapses.columns):
        sided = [f"{axis}_nm" for _ in SIDES for axis in "xyz"]
    wanted = ["synapse_id", "pre_id", "post_id", *sided, *properties, *categories]
    missing = [name for name in dict.fromkeys(wanted) if name not in synapses.columns]
    if missing:
        msg = f"synapses lack {', '.join(missing)}; there are {', '.join(map(str, synapses.columns))}."
        raise ValueError(msg)
    geometry = np.stack([synapses[name].to_numpy(np.float64) for name in sided], axis=1)
    for name, column in [*zip(sided, geometry.T, strict=True)] + [
        (name, synapses[name].to_numpy(np.float64)) for name in properties
    ]:
        if not np.isfinite(column).all():
            row = int(np.flatnonzero(~np.isfinite(column))[0])
            msg = f"synapses: {name} of row {row} is {column[row]}; give a number to every synapse."
            raise ValueError(msg)
    if synapses["synapse_id"].duplicated().any():
        twice = synapses.loc[synapses["synapse_id"].duplicated(), "synapse_id"].iloc[0]
        msg = f"synapses: synapse_id {twice} appears twice; ids must differ."
        raise ValueError(msg)
    partners: dict[str, list[int | None]] = {}
    for side in SIDES:
        column = synapses[f"{side}_id"]
        if column.dtype.kind == "f":
            msg = (
                f"synapses: {side}_id is {column.dtype}, which rounds ids above 2**53; use Int64, which "
                "has gaps."
            )
            raise ValueError(msg)
        gaps = column.isna()
        partners[side] = [
            None if gap else int(value) for value, gap in zip(column, gaps, strict=True)
        ]
    negative = [i for i in (*partners["pre"], *partners["post"]) if i is not None and i < 0]
    if negative or (len(synapses) and int(synapses["synapse_id"].min()) < 0):
        msg = f"synapses: an id is negative ({negative[:1] or 'synapse_id'}); ids are at least 0."
        raise ValueError(msg)
    return synapses["synapse_id"].to_numpy(np.uint64), geometry, partners


def _several(
    rows: Sequence[int] | npt.NDArray[Any], records: npt.NDArray[Any], ids: npt.NDArray[Any]
) -> bytes:
    """Many annotations: their number, then all records, then all ids."""
    chosen = np.asarray(rows, np.int64)
    return (
        struct.pack("<Q", chosen.size)
        + records[chosen].tobytes()
        + ids[chosen].astype("<u8").tobytes()
    )


def _write_shards(
    folder: Path, key: str, values: Iterable[tuple[int, bytes]], n_values: int
) -> dict[str, Any]:
    """Write values by their 64-bit keys into few files, and say how."""
    # About 64 keys to a minishard, 64 minishards to a file.
    bits = max(0, (n_values // 64).bit_length())
    sharding = {
        "@type": "neuroglancer_uint64_sharded_v1",
        "hash": "murmurhash3_x86_128",
        "preshift_bits": 0,
        "minishard_bits": min(bits, 6),
        "shard_bits": max(0, bits - 6),
        "minishard_index_encoding": "gzip",
        "data_encoding": "gzip",
    }
    tensorstore = library("tensorstore")
    store = tensorstore.KvStore.open(
        {
            "driver": "neuroglancer_uint64_sharded",
            "metadata": sharding,
            "base": {"driver": "file", "path": f"{folder / key}/"},
        }
    ).result()
    with tensorstore.Transaction() as transaction:
        writing = store.with_transaction(transaction)
        for number, data in values:
            writing[struct.pack(">Q", number)] = data
    return sharding


def _write_cells(
    folder: Path,
    low: npt.NDArray[Any],
    high: npt.NDArray[Any],
    extent: npt.NDArray[Any],
    records: npt.NDArray[Any],
    ids: npt.NDArray[Any],
) -> list[dict[str, Any]]:
    """Write the spatial index: each synapse at one level, a fair sample of all at the coarse ones."""
    rng = np.random.default_rng(0)
    remaining = np.arange(len(ids))
    levels: list[dict[str, Any]] = []
    grid = np.ones(3, np.int64)
    while True:
        size = extent / grid
        first = np.minimum(low[remaining] // size, grid - 1).astype(np.int64)
        last = np.minimum(high[remaining] // size, grid - 1).astype(np.int64)
        flat = np.ravel_multi_index(tuple(first.T), tuple(grid))
        busiest = int(np.bincount(flat).max()) if remaining.size else 0
        share = min(1.0, CELL_LIMIT / busiest) if busiest else 1.0
        # Cells of less than a micrometre hold whatever is left.
        final = bool(share == 1.0 or (size < 1000).all())
        chosen = np.ones(remaining.size, bool) if final else rng.random(remaining.size) < share
        key = f"spatial{len(levels)}"
        (folder / key).mkdir()
        cells: dict[tuple[int, int, int], list[int]] = {}
        for row, a, b in zip(remaining[chosen], first[chosen], last[chosen], strict=True):
            for x in range(a[0], b[0] + 1):
                for y in range(a[1], b[1] + 1):
                    for z in range(a[2], b[2] + 1):
                        cells.setdefault((x, y, z), []).append(int(row))
        for (x, y, z), rows in cells.items():
            (folder / key / f"{x}_{y}_{z}").write_bytes(
                _several(rng.permutation(rows), records, ids)
            )
        levels.append(
            {
                "key": key,
                "grid_shape": grid.tolist(),
                "chunk_size": size.tolist(),
                "limit": max([len(rows) for rows in cells.values()], default=1),
            }
        )
        remaining = remaining[~chosen]
        if final:
            return levels
        # Halve the longest axes, so that cells tend to cubes.
        grid = np.where(size > size.max() / 2, 2 * grid, grid)
