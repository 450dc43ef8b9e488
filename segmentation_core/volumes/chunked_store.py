"""Chunked store: arrays that tensorstore reads, each chunk an object in a folder or at a URL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .libraries import library
from .source import check_chunk


class ChunkedStore:
    """An array of tensorstore. It is opened once in each process.

    Parameters
    ----------
    spec : dict
        tensorstore's specification: driver, kvstore and, for precomputed volumes, the scale.
    name : str
        What errors call it.
    missing_chunks : {"error", "fill"}
        What a chunk that is not there means: damage, or the fill value.
    """

    def __init__(
        self, spec: dict[str, Any], name: str, *, missing_chunks: Literal["error", "fill"]
    ) -> None:
        self.spec = {**spec, "fill_missing_data_reads": missing_chunks == "fill"}
        self.name = name
        self._array: Any = None
        array = self._opened()
        self.shape: tuple[int, ...] = tuple(int(length) for length in array.shape)
        self.dtype: np.dtype[Any] = np.dtype(array.dtype.numpy_dtype).newbyteorder("=")
        # Where the first voxel lies: precomputed volumes do not start at 0.
        self.origin: tuple[int, ...] = tuple(int(start) for start in array.domain.inclusive_min)
        chunk = array.chunk_layout.read_chunk.shape or self.shape
        self.chunk_shape: tuple[int, ...] = tuple(
            int(length) or whole for length, whole in zip(chunk, self.shape, strict=True)
        )
        check_chunk(self.chunk_shape, self.dtype, name)

    def read(self, lower: Sequence[int], upper: Sequence[int]) -> npt.NDArray[Any]:
        """Voxels of one box."""
        box = tuple(
            slice(start + a, start + b)
            for start, a, b in zip(self.origin, lower, upper, strict=True)
        )
        try:
            return np.asarray(self._opened()[box].read().result())
        except Exception as error:  # tensorstore raises ValueError, OverflowError and others
            raise ValueError(f"{self.name}: {_reason(error)}") from error

    def _opened(self) -> Any:
        if self._array is None:
            tensorstore = library("tensorstore")
            try:
                self._array = tensorstore.open(self.spec, read=True).result()
            except Exception as error:
                raise ValueError(f"{self.name}: {_reason(error)}") from error
        return self._array

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_array": None}


def kvstore(place: Path | str) -> Any:
    """Where tensorstore finds the objects of a folder, or of a URL (http, https, gs, s3)."""
    if isinstance(place, Path):
        return {"driver": "file", "path": f"{place}/"}
    return place.rstrip("/") + "/"


def read_json(place: Path | str, name: str, *, what: str) -> Any:
    """A JSON object of a store, or None where it is not there."""
    if isinstance(place, Path):
        path = place / name
        if not path.is_file():
            return None
        data = path.read_bytes()
    else:
        try:
            store = library("tensorstore").KvStore.open(kvstore(place)).result()
            found = store.read(name).result()
        except Exception as error:
            raise ValueError(f"{place}: {_reason(error)}") from error
        if found.state != "value":
            return None
        data = bytes(found.value)
    try:
        return json.loads(data)
    except ValueError as error:
        msg = f"{place}/{name}: the {what} is not whole JSON ({error}); the file is damaged."
        raise ValueError(msg) from error


def _reason(error: BaseException) -> str:
    """tensorstore's message in one line, with the way out where a chunk is missing."""
    text = " ".join(str(error).split("[source")[0].split())
    if "is missing" in text and "chunk" in text:
        text = text.removeprefix("NOT_FOUND: ")
        return (
            f"{text}; restore it, or pass missing_chunks='fill' where chunks without content were "
            "never written."
        )
    if "NOT_FOUND" in text:
        return f"nothing to open there ({text})."
    return f"the data is damaged or not supported ({text})."
