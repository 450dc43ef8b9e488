"""Build: a report on disk, one page and its figures, each file whole or not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..whole_file import whole_file
from .entry import Entry
from .how_made import HowMade
from .page import page
from .pictures import picture_of_all


def build_report(
    entries: Sequence[Entry],
    out_folder: str | Path,
    *,
    made: HowMade,
    page_path: str | Path | None = None,
) -> Path:
    """Write ``report.html`` and ``figures/*.png``.

    The page holds its pictures and needs no network and no script. It is written last.

    Parameters
    ----------
    entries : sequence of Entry
        At least one, with names unlike each other.
    out_folder : str or Path
        Made where it does not exist.
    made : HowMade
    page_path : path, optional
        Where the page is written, instead of ``report.html`` in the folder.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ValueError
        Where there is no entry, two have one name, or the folder is a file.
    """
    names = [entry.name for entry in entries]
    if not names:
        msg = "A report needs at least one entry, got none."
        raise ValueError(msg)
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        msg = f"The entries of a report must have names of their own, got {repeated[0]!r} twice."
        raise ValueError(msg)
    figures = folder(Path(out_folder) / "figures")
    together = picture_of_all(entries)
    every = [one for entry in entries for one in entry.pictures]
    for picture in every if together is None else [together, *every]:
        with whole_file(figures / f"{file_stem(picture.name)}.png") as part:
            part.write_bytes(picture.png)
    report = Path(out_folder) / "report.html" if page_path is None else Path(page_path)
    with whole_file(report) as part:
        part.write_text(page(entries, together, made), encoding="utf-8")
    return report


def folder(path: Path) -> Path:
    """Make a folder where there is none; a file of that name is a ValueError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        msg = f"{path} cannot be made: a file is in its place. Choose another folder."
        raise ValueError(msg) from None
    return path


def file_stem(name: str) -> str:
    """Make a name fit for a file: what could lead elsewhere becomes a hyphen."""
    safe = "".join(c if c.isalnum() or c in "._-" else "-" for c in name).lstrip(".")
    return safe or "unnamed"
