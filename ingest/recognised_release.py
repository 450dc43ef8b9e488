"""Recognised release: which format a file or folder is in, told by names and first bytes, with the reason.

Nothing is guessed: where two formats fit, both are named with what speaks for them, and the user chooses.
An archive is looked at as the folder that it holds, and a folder that is no release as the one file
in it that is.
"""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectome_analysis.tables import ContractError

from .account import Ingested
from .archives import is_archive, unpacked
from .known_formats import FORMATS, Format, find_format
from .matrices import ARRAYS
from .read_rows import EXCEL, FEATHER, PARQUET
from .recognise import recognise
from .safe_files import file_names, is_junk
from .text_files import SUFFIXES, bare_suffix

_MOST_FILES = 200
_ORDINARY = SUFFIXES | PARQUET | FEATHER | EXCEL | ARRAYS | {".graphml", ".xml", ".json"}
_GIVEN = frozenset({"overwrite", "command", "progress", "decisions", "description"})


@dataclass(frozen=True)
class Recognised:
    """A format, what speaks for it, and the file or folder that is in it.

    Attributes
    ----------
    format : Format
    reason : str
    path : Path
        What was given, the one folder in it, or a file of a folder.
    """

    format: Format
    reason: str
    path: Path


def recognise_release(source: str | Path) -> list[Recognised]:
    r"""Every format that a file or folder may be in; ordinary tables where no release fits.

    Parameters
    ----------
    source : path

    Raises
    ------
    ContractError
        Where there is no such file or folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "edges.csv").write_text("pre,post,n_syn\n1,2,3\n")
    ...     found = recognise_release(Path(folder, "edges.csv"))
    >>> [(one.format.name, one.reason) for one in found]
    [('table', 'edges.csv is an ordinary file of edges')]
    """
    path = Path(source).expanduser()
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    if is_archive(path):
        found = _by_itself(path)  # some readers open archives themselves
        if found:
            return found
        try:
            with unpacked(path) as folder:
                return [Recognised(one.format, one.reason, path) for one in _recognised(folder)]
        except ContractError:  # damaged; reading it says how
            return []
    return _recognised(path)


def _recognised(path: Path) -> list[Recognised]:
    found = _by_itself(path)
    if found:
        return found
    if path.is_dir():
        inside = [item for item in sorted(path.iterdir()) if not is_junk(item.name)]
        if len(inside) == 1 and inside[0].is_dir():
            return _recognised(inside[0])
        files = [item for item in inside if item.is_file()]
        known = [one for file in files[:_MOST_FILES] for one in _by_itself(file)]
        alone = not known and len(files) == len(inside) == 1 and bare_suffix(files[0]) in _ORDINARY
        return _recognised(files[0]) if alone else known
    try:
        kind = recognise(path, {})
    except ContractError:
        return []
    return [Recognised(find_format("table"), f"{path.name} is an ordinary file of {kind}", path)]


def _by_itself(path: Path) -> list[Recognised]:
    return [
        Recognised(known, reason, path)
        for known in FORMATS
        if (reason := known.reason(path)) is not None
    ]


def read_recognised(
    source: str | Path,
    out: str | Path,
    *,
    format: str | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
    **options: Any,
) -> Ingested:
    """Read a release by the format it is found to be in.

    Parameters
    ----------
    source : path
    out : path
    format : str, optional
        Which, where several fit.
    overwrite, command, progress
        As for `table`.
    **options
        Of the format's reader.

    Returns
    -------
    Ingested
        Its first decision says the format and why.

    Raises
    ------
    ContractError
        Where no format fits, or several, or the format has no such option.
    """
    path = Path(source).expanduser()
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    given: dict[str, Any] = {
        "overwrite": overwrite,
        "command": command or f"neuropil ingest auto {source} {out}",
        "progress": progress,
    }
    if not is_archive(path) or _by_itself(path):
        return _read(path, path, out, format, options, given)
    with unpacked(path) as folder:
        return _read(path, folder, out, format, options, given)


def _read(
    path: Path,
    laid_open: Path,
    out: str | Path,
    format: str | None,
    options: dict[str, Any],
    given: dict[str, Any],
) -> Ingested:
    """Read what was given as `path` and lies open at `laid_open`."""
    found = _recognised(laid_open)
    if format is not None:
        known = find_format(format)
        found = [one for one in found if one.format.name == format] or [
            Recognised(known, "as asked", laid_open)
        ]
    chosen = _only(path, found)
    reader = chosen.format.load()
    _require_options(chosen.format, reader, options)
    if given["progress"] is not None:
        given["progress"](f"{path.name} is {chosen.format.name}: {chosen.reason}")
    result = reader(chosen.path, out, **options, **given)
    line = f"recognised as {chosen.format.name}: {chosen.reason}"
    left = _beside(laid_open, chosen.path)
    decisions = [line, *([f"not read: {', '.join(left)}"] if left else ())]
    if laid_open != path:
        decisions.append(f"unpacked from {path.name}")
    return Ingested(
        path=result.path,
        rows=result.rows,
        buckets=result.buckets,
        decisions=(*decisions, *result.decisions),
        warnings=result.warnings,
    )


def _beside(folder: Path, chosen: Path) -> list[str]:
    """Names of the files that lie beside the one that was chosen of a folder."""
    if chosen == folder or chosen.is_dir():
        return []
    return [name for name in file_names(chosen.parent) if name != chosen.name]


def _only(path: Path, found: list[Recognised]) -> Recognised:
    if len(found) == 1:
        return found[0]
    if len({one.path for one in found}) > 1:
        listed = ", ".join(f"{one.path.name} ({one.format.name})" for one in found)
        first = shlex.quote(f"{path.name}/{found[0].path.name}")
        msg = (
            f"{path.name} holds {listed}, which are read one at a time. Give one: neuropil ingest "
            f"auto {first} OUT."
        )
        raise ContractError(msg)
    if found:
        listed = "; ".join(f"{one.format.name} ({one.reason})" for one in found)
        msg = (
            f"{path.name} could be {listed}. Choose: neuropil ingest {found[0].format.name} ..., or "
            f"format={found[0].format.name!r} (--option format={found[0].format.name})."
        )
        raise ContractError(msg)
    if path.is_dir() and not file_names(path):
        msg = f"{path} is an empty folder; give the files of a release."
        raise ContractError(msg)
    names = [name.rpartition("/")[2] for name in file_names(path)]
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    what = f" (it holds {shown})" if path.is_dir() else ""
    msg = (
        f"{path.name} is no format that is known{what}. See: neuropil ingest formats; if you know "
        "which it is: neuropil ingest NAME ..."
    )
    raise ContractError(msg)


def _require_options(known: Format, reader: Callable[..., Any], options: dict[str, Any]) -> None:
    parameters = inspect.signature(reader).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    there = [
        name for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY and name not in _GIVEN
    ]
    for name in options:
        if name not in there and name != "description":
            listed = f"there are {', '.join(there)}" if there else "it has none"
            msg = f"{name!r} is no option of {known.name}; {listed}."
            raise ContractError(msg)
