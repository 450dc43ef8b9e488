"""Precomputed chunks: those fetched and decoded one by one: compresso, gzipped files and shards."""

from __future__ import annotations

import itertools
import json
import math
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .chunked_store import kvstore
from .compresso_chunk import decode_compresso
from .libraries import library
from .source import check_chunk
from .zarr_arrays import Place

ENCODINGS_BY_CHUNK = ("compresso",)


class PrecomputedChunks:
    """One scale of a precomputed volume, axes (x, y, z, channel).

    Chunks come from files (``NAME`` or ``NAME.gz``), from URLs or from shards. Compresso is decoded
    by its library; other encodings are handed to tensorstore in memory once unpacked.
    """

    def __init__(
        self,
        place: Place,
        info: dict[str, Any],
        number: int,
        *,
        missing_chunks: Literal["error", "fill"],
    ) -> None:
        self.place, self.info, self.number = place, info, number
        self.fill_missing = missing_chunks == "fill"
        scale = info["scales"][number]
        self.scale = scale
        self.size = tuple(int(length) for length in scale["size"])
        self.offset = tuple(int(start) for start in scale.get("voxel_offset", (0, 0, 0)))
        self.chunk_size = tuple(int(length) for length in scale["chunk_sizes"][0])
        self.dtype = np.dtype(str(info["data_type"]))
        self.shape: tuple[int, ...] = (*self.size, int(info["num_channels"]))
        self.chunk_shape: tuple[int, ...] = (*self.chunk_size, self.shape[3])
        self.name = f"{place}, scale {scale['key']}"
        self._store: Any = None
        if min(self.chunk_size) < 1:
            msg = f"{self.name}: chunks of {self.chunk_size} voxels hold nothing; info is damaged."
            raise ValueError(msg)
        check_chunk(self.chunk_shape, self.dtype, self.name)

    def read(self, lower: Sequence[int], upper: Sequence[int]) -> npt.NDArray[Any]:
        """Voxels of one box."""
        lengths = [b - a for a, b in zip(lower, upper, strict=True)]
        voxels = np.zeros(lengths, self.dtype, order="F")
        channels = slice(lower[3], upper[3])
        grid = [
            range(a // step, -(-b // step))
            for a, b, step in zip(lower[:3], upper[:3], self.chunk_size, strict=True)
        ]
        boxes = [self._box(index) for index in itertools.product(*grid)]
        # All are asked for before the first is decoded: over a network they come together.
        packed = [self._ask(index, label) for index, label, _, _ in boxes]
        for (_, label, start, stop), answer in zip(boxes, packed, strict=True):
            chunk = self._decoded(answer, label, [b - a for a, b in zip(start, stop, strict=True)])
            if chunk is None:
                continue
            low = [max(a, b) for a, b in zip(start, lower[:3], strict=True)]
            high = [min(a, b) for a, b in zip(stop, upper[:3], strict=True)]
            into = tuple(slice(a - o, b - o) for a, b, o in zip(low, high, lower[:3], strict=True))
            part = tuple(slice(a - o, b - o) for a, b, o in zip(low, high, start, strict=True))
            voxels[into] = chunk[(*part, channels)]
        return voxels

    def _box(self, index: tuple[int, ...]) -> tuple[tuple[int, ...], str, list[int], list[int]]:
        """Place of a chunk in the grid, its name, its first voxel and the one after its last."""
        start = [i * step for i, step in zip(index, self.chunk_size, strict=True)]
        stop = [
            min(a + step, whole)
            for a, step, whole in zip(start, self.chunk_size, self.size, strict=True)
        ]
        label = "_".join(
            f"{a + o}-{b + o}" for a, b, o in zip(start, stop, self.offset, strict=True)
        )
        return index, label, start, stop

    def _decoded(
        self, answer: Callable[[], bytes | None], label: str, lengths: list[int]
    ) -> npt.NDArray[Any] | None:
        """One decoded chunk, None where it is missing and may be."""
        name = f"{self.name}, chunk {label}"
        shape = (*lengths, self.shape[3])
        try:
            packed = answer()
        except Exception as error:  # tensorstore and the file system raise what they do
            raise ValueError(f"{name}: {' '.join(str(error).split())}") from error
        if packed is None:
            if self.fill_missing:
                return None
            msg = (
                f"{name}: the chunk is missing; restore it, or pass missing_chunks='fill' where "
                "chunks without content were never written."
            )
            raise ValueError(msg)
        # Ten times the voxels: no encoding of use is larger than what it encodes.
        limit = 4096 + 10 * math.prod(shape) * self.dtype.itemsize
        data = gunzipped(packed, limit, name) if packed[:2] == b"\x1f\x8b" else packed
        if self.scale["encoding"] == "compresso":
            return decode_compresso(data, shape, self.dtype, name)
        return self._by_tensorstore(data, shape, name)

    def _ask(self, index: tuple[int, ...], label: str) -> Callable[[], bytes | None]:
        """Ask for the bytes of a chunk as they are stored; the call returned waits for them."""
        key = str(self.scale["key"])
        sharding = self.scale.get("sharding")
        if sharding is None and isinstance(self.place, Path):
            folder = self.place / key
            return lambda: next(
                (
                    path.read_bytes()
                    for path in (folder / label, folder / f"{label}.gz")
                    if path.is_file()
                ),
                None,
            )
        name: str | bytes = label
        if sharding is not None:
            grid = [-(-a // b) for a, b in zip(self.size, self.chunk_size, strict=True)]
            name = compressed_morton(index, grid).to_bytes(8, "big")
        future = self._opened(key, sharding).read(name)

        def answer() -> bytes | None:
            found = future.result()
            return bytes(found.value) if found.state == "value" else None

        return answer

    def _opened(self, key: str, sharding: Any) -> Any:
        """The chunks as a store of keys and bytes."""
        if self._store is None:
            tensorstore = library("tensorstore")
            base = tensorstore.KvStore.open(kvstore(self.place)).result().spec().to_json()
            base = {**base, "path": base.get("path", "") + key + "/"}
            if sharding is not None:
                base = {"driver": "neuroglancer_uint64_sharded", "metadata": sharding, "base": base}
            self._store = tensorstore.KvStore.open(base).result()
        return self._store

    def _by_tensorstore(self, data: bytes, shape: tuple[int, ...], name: str) -> npt.NDArray[Any]:
        """Decode a chunk that was unpacked here, as a volume of one chunk in memory."""
        tensorstore = library("tensorstore")
        scale = {
            **{k: v for k, v in self.scale.items() if k != "sharding"},
            "key": "0",
            "size": list(shape[:3]),
            "voxel_offset": [0, 0, 0],
            "chunk_sizes": [list(shape[:3])],
        }
        context = tensorstore.Context()
        memory = tensorstore.KvStore.open({"driver": "memory"}, context=context).result()
        memory.write("info", json.dumps({**self.info, "scales": [scale]}).encode()).result()
        key = "_".join(f"0-{length}" for length in shape[:3])
        memory.write(f"0/{key}", data).result()
        try:
            array = tensorstore.open(
                {"driver": "neuroglancer_precomputed", "kvstore": {"driver": "memory"}},
                context=context,
                read=True,
            ).result()
            return np.asarray(array.read().result())
        except Exception as error:
            reason = " ".join(str(error).split("[source")[0].split())
            raise ValueError(f"{name}: the chunk is damaged ({reason}).") from error

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_store": None}


def gunzipped(packed: bytes, limit: int, name: str) -> bytes:
    """Unpack gzip data of at most `limit` bytes, so that a small file cannot fill the memory.

    Examples
    --------
    >>> import gzip
    >>> gunzipped(gzip.compress(b"labels"), 100, "chunk")
    b'labels'
    """
    stream = zlib.decompressobj(wbits=31)
    try:
        data = stream.decompress(packed, limit + 1)
    except zlib.error as error:
        raise ValueError(f"{name}: not whole gzip data ({error}); it is damaged.") from error
    if len(data) > limit:
        msg = f"{name}: unpacks to more than {limit:,} bytes, far more than its voxels need."
        raise ValueError(msg)
    if not stream.eof:
        raise ValueError(f"{name}: the gzip data is truncated; copy it anew.")
    return data


def compressed_morton(index: Sequence[int], grid: Sequence[int]) -> int:
    """Number of a chunk in a sharded volume: bits of x, y, z in turn, as many as each axis needs.

    Examples
    --------
    >>> [compressed_morton((x, 0, z), (4, 1, 2)) for z in (0, 1) for x in range(4)]
    [0, 1, 4, 5, 2, 3, 6, 7]
    """
    number = shift = 0
    for bit in range(max(grid).bit_length()):
        for position, length in zip(index, grid, strict=True):
            if (1 << bit) < length:
                number |= ((position >> bit) & 1) << shift
                shift += 1
    return number
