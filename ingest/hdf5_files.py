"""HDF5 files: opened for reading only, without what would lead outside of the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connectome_analysis.tables import ContractError

from .safe_files import first_bytes

SIGNATURE = b"\x89HDF\r\n\x1a\n"
LARGEST_BYTES = 64 << 30


def is_hdf5(path: Path) -> bool:
    """Whether a file begins as HDF5 does."""
    return path.is_file() and first_bytes(path, 8) == SIGNATURE


@contextmanager
def open_hdf5(path: Path, what: str) -> Iterator[Any]:
    """Open a file as ``h5py.File``; what goes wrong inside is told in one line.

    Parameters
    ----------
    path : Path
    what : str
        What it is expected to be.
    """
    if not path.is_file():
        msg = f"{path} does not exist." if not path.exists() else f"{path} is not a file."
        raise ContractError(msg)
    try:
        import h5py
    except ImportError:
        msg = f"Reading {what} needs h5py: pip install 'neuropil[hdf5]'."
        raise ContractError(msg) from None
    try:
        with h5py.File(path, "r") as file:
            yield file
    except ContractError:
        raise
    except (OSError, KeyError, ValueError, RuntimeError, TypeError) as error:
        reason = (str(error).splitlines() or [""])[0].rstrip(".") or type(error).__name__
        msg = f"{path.name} is not readable HDF5 of {what} ({reason})."
        raise ContractError(msg) from None


def read_dataset(group: Any, name: str, label: str, kinds: str = "iuf") -> Any:
    """A dataset as an array, or a line that says what was wanted.

    Parameters
    ----------
    group : h5py.Group
    name : str
    label : str
        The file, for messages.
    kinds : str
        Kinds of numpy types that are taken.
    """
    import h5py

    link = group.get(name, getlink=True)
    if link is None or isinstance(link, h5py.ExternalLink):
        msg = f"{label}: {group.name} has no dataset {name!r} of its own."
        raise ContractError(msg)
    item = group.get(name)
    if not isinstance(item, h5py.Dataset) or (item.external or item.is_virtual):
        msg = f"{label}: {group.name}/{name} is no dataset in the file itself."
        raise ContractError(msg)
    if item.dtype.kind not in kinds and not (
        "S" in kinds and h5py.check_string_dtype(item.dtype) is not None
    ):
        msg = f"{label}: {item.name} has type {item.dtype}, wanted {_words(kinds)}."
        raise ContractError(msg)
    if item.size * item.dtype.itemsize > LARGEST_BYTES:
        msg = f"{label}: {item.name} says it has {item.size:,} values, too many to read at once."
        raise ContractError(msg)
    if h5py.check_string_dtype(item.dtype) is not None:
        return item.asstr()[()]
    return item[()]


def _words(kinds: str) -> str:
    words = {"i": "integers", "u": "unsigned integers", "f": "floats", "S": "text", "b": "booleans"}
    return " or ".join(words[kind] for kind in kinds)
