"""Recognised release: which format a file or folder is in, told by names and first bytes, with the reason.

Nothing is guessed: where two formats fit, both are named with what speaks for them, and the user chooses;
where none fits, the nearest is.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectome_analysis.tables import ContractError

from .account import Ingested
from .known_formats import FORMATS, Format, find_format
from .recognise import recognise
from .safe_files import file_names

_GIVEN = frozenset({"overwrite", "command", "progress", "decisions", "description"})


@dataclass(frozen=True)
class Recognised:
    """A format and what speaks for it."""

    format: Format
    reason: str


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
    found = [
        Recognised(known, reason) for known in FORMATS if (reason := known.reason(path)) is not None
    ]
    if found or path.is_dir():
        return found
    try:
        kind = recognise(path, {})
    except ContractError:
        return []
    return [Recognised(find_format("table"), f"{path.name} is an ordinary file of {kind}")]


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
    found = recognise_release(path)
    if format is not None:
        known = find_format(format)
        reason = next((one.reason for one in found if one.format.name == format), "as asked")
        chosen = Recognised(known, reason)
    else:
        chosen = _only(path, found)
    reader = chosen.format.load()
    _require_options(chosen.format, reader, options)
    if progress is not None:
        progress(f"{path.name} is {chosen.format.name}: {chosen.reason}")
    result = reader(
        path,
        out,
        **options,
        overwrite=overwrite,
        command=command or f"neuropil ingest auto {source} {out}",
        progress=progress,
    )
    line = f"recognised as {chosen.format.name}: {chosen.reason}"
    return Ingested(
        path=result.path,
        rows=result.rows,
        buckets=result.buckets,
        decisions=(line, *result.decisions),
        warnings=result.warnings,
    )


def _only(path: Path, found: list[Recognised]) -> Recognised:
    if len(found) == 1:
        return found[0]
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
    msg = (
        f"{path.name} is no format that is known ({_nearest(path)}). See: neuropil ingest formats."
    )
    raise ContractError(msg)


def _nearest(path: Path) -> str:
    """The format whose name or words are nearest to the names of the files."""
    names = [name.rpartition("/")[2].casefold() for name in file_names(path)[:50]]
    words = {known.name: known for known in FORMATS if known.name != "auto"}
    scored = [
        (difflib.SequenceMatcher(None, name, f"{word} {known.what}".casefold()).ratio(), word)
        for name in [path.name.casefold(), *names]
        for word, known in words.items()
    ]
    best = max(scored)[1] if scored else "table"
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    what = f"it holds {shown}" if path.is_dir() else "a single file"
    return f"{what}; nearest by name is {best}: {words[best].what}"


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
