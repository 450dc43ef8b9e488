"""Build: the report of a reconstruction on disk, one page and its figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..report.build import file_stem, folder
from ..whole_file import whole_file
from .page import page
from .pictures import pictures_of

if TYPE_CHECKING:
    from ingest.voxels.reconstruction import Reconstruction


def build_em_report(
    made: Reconstruction, out_folder: str | Path, *, name: str, command: str
) -> Path:
    """Write ``report.html`` and ``figures/*.png``.

    Parameters
    ----------
    made : Reconstruction
        From `ingest.em`.
    out_folder : str or Path
        Made where it does not exist.
    name : str
        Of the volume, for the title.
    command : str
        That made it.

    Returns
    -------
    Path
        The page; it holds its pictures and needs no network.

    Raises
    ------
    ValueError
        Where the folder is a file.
    """
    figures = folder(Path(out_folder) / "figures")
    pictures = pictures_of(made)
    for picture in pictures:
        with whole_file(figures / f"{file_stem(picture.name)}.png") as part:
            part.write_bytes(picture.png)
    report = Path(out_folder) / "report.html"
    with whole_file(report) as part:
        part.write_text(page(made, pictures, name=name, command=command), encoding="utf-8")
    return report
