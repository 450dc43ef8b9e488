"""Release folder: the files of a downloaded release, found by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectome_analysis.tables import ContractError

from .simulated_releases.writers import is_simulated
from .source_rows import listed

_SUFFIXES = re.compile(r"\.(csv|tsv|feather|parquet|npy)(\.gz|\.zst)?$", re.IGNORECASE)
_JUNK = frozenset({"__MACOSX", ".DS_Store"})


@dataclass(frozen=True)
class ReleaseFolder:
    """Files of tables by stem: ``connections`` for ``connections.csv.gz``.

    Attributes
    ----------
    path : Path
    files : mapping of str to Path
    """

    path: Path
    files: Mapping[str, Path]

    def get(self, *stems: str) -> Path | None:
        """The file of the first of these stems that is there."""
        return next((self.files[stem] for stem in stems if stem in self.files), None)

    def match(self, pattern: str) -> list[Path]:
        """Files whose whole stem matches a regular expression, in the order of their names."""
        wanted = re.compile(pattern)
        return [path for stem, path in sorted(self.files.items()) if wanted.fullmatch(stem)]

    def one(self, pattern: str) -> Path | None:
        """The file whose stem matches, None where there is none.

        Raises
        ------
        ContractError
            Where there are several.
        """
        found = self.match(pattern)
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            msg = f"{self.path} has {names}, and only one of them is wanted; take out the others."
            raise ContractError(msg)
        return found[0] if found else None

    def missing(self, *wanted: str) -> ContractError:
        """The error that says which files would have been needed."""
        names = [path.name for path in self.files.values()]
        there = listed(names) if names else "no table at all"
        msg = f"{self.path} has no {' or '.join(wanted)}; there is {there}."
        return ContractError(msg)


def open_release_folder(source: str | Path) -> ReleaseFolder:
    """Look at the files of a folder.

    Parameters
    ----------
    source : path
        The folder, or one that holds nothing but it, as archives do.

    Raises
    ------
    ContractError
        Where it is no folder, or has one table twice.
    """
    path = Path(source).expanduser()
    if not path.is_dir():
        what = "is a file" if path.exists() else "does not exist"
        msg = f"{path} {what}; wanted is the folder of the release's files, named as published."
        raise ContractError(msg)
    files = _tables(path)
    inside = [item for item in path.iterdir() if item.is_dir() and item.name not in _JUNK]
    if not files and len(inside) == 1:
        return ReleaseFolder(inside[0], _tables(inside[0]))
    return ReleaseFolder(path, files)


def describe_release(folder: ReleaseFolder, description: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the manifest; a simulated release says that it is one."""
    if not is_simulated(folder.path):
        return dict(description)
    of_an_animal = ("licence", "citation", "doi", "individual", "sex", "stage")
    kept = {key: value for key, value in description.items() if key not in of_an_animal}
    return kept | {
        "name": f"synthetic data in the format of {description['name']}",
        "species": "synthetic",
        "source": "neuropil simulate-release",
        "notes": ["SYNTHETIC DATA. Nothing here was measured in an animal."],
    }


def _tables(folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        match = _SUFFIXES.search(path.name)
        if match is None or path.name in _JUNK or path.name.startswith("._") or path.is_dir():
            continue
        stem = path.name[: match.start()]
        if stem in files:
            msg = f"{folder} has {files[stem].name} and {path.name}; take out one of them."
            raise ContractError(msg)
        files[stem] = path
    return files
