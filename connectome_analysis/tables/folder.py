"""Folder: where a connectome lies, as an absolute path that every part of the software can use."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import ContractError
from .object_store import looks_like_url

# A staging folder is called like its connectome with some 25 letters more, and file systems
# take 255 bytes for a name.
_LONGEST_NAME_BYTES = 220


def folder_path(path: str | Path) -> Path:
    """Resolve the path of a connectome: ``~``, relative parts and links.

    Raises
    ------
    ContractError
        Where no connectome could have that path, whether or not one is there.
    """
    if not isinstance(path, str | os.PathLike):
        msg = f"A connectome's path must be text or a Path, got {type(path).__name__} {path!r}."
        raise ContractError(msg)
    if str(path) == "":
        msg = "A connectome's path must not be empty."
        raise ContractError(msg)
    if looks_like_url(path) and not Path(path).exists():
        msg = (
            f"{path} is an address, and a folder of this machine is wanted: a connectome in a store "
            "is read in place (ca.open, neuropil info, check, sql, ...), and written by copying it there."
        )
        raise ContractError(msg)
    try:
        folder = Path(path).expanduser().resolve()
        # DuckDB and Parquet take paths as UTF-8.
        str(folder).encode()
        folder.exists()
    except UnicodeEncodeError:
        msg = f"{str(path)!r} is not UTF-8. Rename the folder."
        raise ContractError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be used ({error.strerror})."
        raise ContractError(msg) from None
    except (RuntimeError, ValueError) as error:
        msg = f"{str(path)!r} is not a path ({error})."
        raise ContractError(msg) from None
    if len(os.fsencode(folder.name)) > _LONGEST_NAME_BYTES:
        msg = (
            f"A connectome's name must have at most {_LONGEST_NAME_BYTES} bytes, "
            f"got {len(os.fsencode(folder.name))}: {folder.name[:30]}... Choose a shorter one."
        )
        raise ContractError(msg)
    return folder
