"""At hand: a declared dataset as an open connectome, or the reason why it is not there."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..report.build import file_stem
from ..whole_file import whole_file
from .declared import Dataset

if TYPE_CHECKING:
    from connectome_analysis import Connectome, Graph

VARIABLE = "NEUROPIL_DATA"


class NotAtHand(Exception):
    """A dataset whose files are not on this machine; its text says which."""


class Unreadable(Exception):
    """A dataset whose files are there and are not what they should be; its text says why, in one line."""


def open_dataset(dataset: Dataset, folder: Path) -> Connectome:
    """Open a dataset; files of a foreign format are read into `folder` once.

    Raises
    ------
    NotAtHand
        Where its folder or files are not there.
    Unreadable
        Where they are, and cannot be read.
    """
    try:
        return _opened(dataset, folder)
    except (ValueError, KeyError, TypeError, OSError, ImportError) as error:
        raise Unreadable(_one_line(error)) from error
    except Exception as error:
        # Errors of DuckDB and Arrow are of no common kind; anything else is a mistake of this program.
        if type(error).__module__.split(".")[0] not in {"duckdb", "_duckdb", "pyarrow"}:
            raise
        raise Unreadable(_one_line(error)) from error


def _one_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


def _opened(dataset: Dataset, folder: Path) -> Connectome:
    import connectome_analysis as ca

    if dataset.connectome is not None:
        bundled = dataset.connectome in ca.datasets.names()
        if not bundled and not Path(dataset.connectome).is_dir():
            msg = f"there is no folder {dataset.connectome} and no bundled dataset of that name"
            raise NotAtHand(msg)
        return ca.open(dataset.connectome)
    home = os.environ.get(VARIABLE)
    if not home:
        msg = (
            f"its files {dataset.source} are looked for where {VARIABLE} points, and it is not set"
        )
        raise NotAtHand(msg)
    files = Path(home) / str(dataset.source)
    if not files.exists():
        msg = f"{dataset.source} is not in the folder that {VARIABLE} names"
        raise NotAtHand(msg)
    return ca.open(_converted(dataset, files, folder))


def graph_of(dataset: Dataset, connectome: Connectome) -> Graph:
    """Make the graph that is studied, without self-loops."""
    kind = None if dataset.edge_type == "all" else dataset.edge_type
    g = connectome.graph(dataset.min_synapses, kind, dataset.where)
    return g.without_self_loops()


def _converted(dataset: Dataset, files: Path, folder: Path) -> Path:
    import ingest

    target = folder / file_stem(dataset.name)
    note = folder / f"{file_stem(dataset.name)}.read_from.json"
    content: dict[str, Any] = {
        "format": dataset.format,
        "options": dict(dataset.options),
        "sha256": _sha256(files),
    }
    words = json.dumps(content, sort_keys=True)
    if target.is_dir() and note.is_file() and note.read_text(encoding="utf-8") == words:
        return target
    note.unlink(missing_ok=True)
    ingest.read(str(dataset.format), files, target, overwrite=True, **dict(dataset.options))
    with whole_file(note) as part:
        part.write_text(words, encoding="utf-8")
    return target


def _sha256(files: Path) -> str:
    """Hash of a file, or of the names and contents of all files of a folder."""
    found = hashlib.sha256()
    paths = [files] if files.is_file() else sorted(one for one in files.rglob("*") if one.is_file())
    for path in paths:
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        found.update(f"{path.relative_to(files)}\n{digest}\n".encode())
    return found.hexdigest()
