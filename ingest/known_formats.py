"""Known formats: what can be read, and the reader of each."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .account import Ingested

if TYPE_CHECKING:
    import pandas as pd

Reader = Callable[..., Ingested]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A format that can be read.

    Attributes
    ----------
    name : str
        As it is asked for: ``neuropil ingest NAME SRC OUT``.
    what : str
        What it is, in one line.
    example : str
        A command that reads it.
    reader : str
        ``"module:function"`` of the ingest room; called as ``function(source, out, **options)``,
        it gives an `Ingested`.
    recognises : str or None
        ``"module:function"``; called as ``function(path)`` with a file or a folder that exists, it
        gives in words why this is the format, and None where it is not. It looks at names and first
        bytes only, and raises nothing; see `recognised_release`.
    """

    name: str
    what: str
    example: str
    reader: str
    recognises: str | None = None

    def load(self) -> Reader:
        """Import the reader."""
        loaded: Reader = _function(self.reader)
        return loaded

    def reason(self, path: Path) -> str | None:
        """Say in words why `path` is this format; None where nothing speaks for it."""
        if self.recognises is None:
            return None
        reason: str | None = _function(self.recognises)(path)
        return reason


def _function(place: str) -> Any:
    module, function = place.split(":")
    return getattr(importlib.import_module(f"ingest.{module}"), function)


FORMATS: tuple[Format, ...] = (
    Format(
        name="table",
        what="edge list, synapse list, adjacency matrix, GraphML or node-link JSON",
        example="neuropil ingest table edges.csv fly/ --nodes neurons.csv --min-synapses 5",
        reader="table_reader:read_table",
    ),
    Format(
        name="flywire",
        what="FlyWire releases 630 and 783: folder of Codex CSVs or Zenodo Feather files",
        example="neuropil ingest flywire codex_783/ fly/ --option min_synapses=5",
        reader="flywire:read_flywire",
        recognises="flywire:recognise_flywire",
    ),
    Format(
        name="neuprint",
        what="neuPrint CSV: exported adjacencies (hemibrain, MANC) or the bulk files of a server",
        example="neuropil ingest neuprint exported-traced-adjacencies-v1.2/ hemibrain/",
        reader="neuprint:read_neuprint",
        recognises="neuprint:recognise_neuprint",
    ),
    Format(
        name="malecns",
        what="male central nervous system (FlyEM): folder of flat Feather files",
        example="neuropil ingest malecns flat-connectome/ malecns/ --option min_synapses=5",
        reader="flyem_feather:read_malecns",
        recognises="flyem_feather:recognise_malecns",
    ),
    Format(
        name="manc",
        what="male adult nerve cord (FlyEM): folder of Feather files",
        example="neuropil ingest manc manc_v1.0/ manc/",
        reader="flyem_feather:read_manc",
        recognises="flyem_feather:recognise_manc",
    ),
    Format(
        name="optic-lobe",
        what="male optic lobe (FlyEM): folder of flat Feather files",
        example="neuropil ingest optic-lobe optic-lobe-v1.1/ lobe/",
        reader="flyem_feather:read_optic_lobe",
        recognises="flyem_feather:recognise_optic_lobe",
    ),
    Format(
        name="em",
        what="volume of electron micrographs: TIFF, HDF5, Zarr, N5, precomputed, MRC, .npy",
        example="neuropil ingest em volume.zarr fly/ --voxel-size-nm 40,4,4",
        reader="voxels.from_voxels:em",
    ),
)


def formats() -> pd.DataFrame:
    """List the formats that can be read.

    Returns
    -------
    DataFrame
        Columns ``name``, ``what`` and ``example``.

    Examples
    --------
    >>> formats()["name"].tolist()[0]
    'table'
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "name": [known.name for known in FORMATS],
            "what": [known.what for known in FORMATS],
            "example": [known.example for known in FORMATS],
        }
    )


def find_format(name: str) -> Format:
    """Find a format by its name.

    Raises
    ------
    ContractError
        Where there is none, with those there are.
    """
    from connectome_analysis.tables import ContractError

    for known in FORMATS:
        if known.name == name:
            return known
    names = [known.name for known in FORMATS]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    msg = f"{name!r} is no format that can be read; there are {', '.join(names)}.{hint}"
    raise ContractError(msg)


def read(format: str, source: str | Path, out: str | Path, **options: Any) -> Path:
    """Read a source into a connectome folder.

    Parameters
    ----------
    format : str
        See `formats`.
    source : path
    out : path
        The folder to make.
    **options
        Of the format; for ``"table"`` those of `ingest.table`.

    Returns
    -------
    Path
        The connectome. What was decided stands in its manifest; `ingest.table` hands it back.

    Raises
    ------
    ContractError
        Where the format is unknown or the source cannot be read.
    """
    return find_format(format).load()(source, out, **options).path
