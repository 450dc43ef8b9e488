"""Cells: what each world of a validation gave, on disk as soon as it is known, so that a later run goes on.

A cell is one question: a truth, a setting, and what is asked of it. Each of its worlds has a random
stream of its own, from the seed, the cell and the number of the world, so the numbers do not depend on
how many worlds there are, in which runs of worlds or on how many processes they are made.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Part = Literal["coverage", "imputed", "false alarms", "power"]
Rates = Literal["known", "fitted"]
_FILE = re.compile(r"(\d+)-(\d+)\.parquet")


class Cell(NamedTuple):
    """One question.

    Attributes
    ----------
    part, truth, setting, rates : str
        Rates are "known", or "fitted" in each world from what that world has verified.
    null : str
        Of tests: the null model, or "same truth" where two views of one truth are compared.
    planted : str
        What there is to find, of power: "300 loops", "trace 0.5".
    """

    part: Part
    truth: str
    setting: str
    rates: Rates = "known"
    null: str = ""
    planted: str = ""

    @property
    def slug(self) -> str:
        """Name of its folder."""
        return "--".join(re.sub(r"[^a-z0-9.]+", "-", word.lower()) for word in self if word)


def random_of(cell: Cell, seed: int, number: int) -> np.random.Generator:
    """The random stream of one world."""
    words = [seed, *map(ord, "|".join(cell))]
    return np.random.default_rng(np.random.SeedSequence(words, spawn_key=(number,)))


class Store:
    """Folder of the worlds that are done.

    Parameters
    ----------
    folder : path
        Made where it is not there.
    made_with : mapping
        Whatever the numbers depend on beside the cell, as JSON has it. What the folder has of the
        same names must be the same.

    Raises
    ------
    ValueError
        Where the worlds there were made with something else.
    """

    def __init__(self, folder: str | Path, made_with: Mapping[str, Any]) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "made_with.json"
        before = json.loads(path.read_text()) if path.exists() else {}
        for name, value in made_with.items():
            if name in before and before[name] != value:
                msg = (
                    f"The worlds in {self.folder} were made with other settings: {name} was "
                    f"{before[name]!r} and is {value!r} now; give another folder, or take that one away."
                )
                raise ValueError(msg)
        _write_text(path, json.dumps(before | dict(made_with), indent=1, sort_keys=True))

    def done(self, cell: Cell) -> set[int]:
        """Numbers of the worlds that are there."""
        return {number for first, last, _ in self._files(cell) for number in range(first, last + 1)}

    def missing(self, cell: Cell, worlds: int, at_once: int) -> Iterator[tuple[int, int]]:
        """First and last of each run of up to `at_once` worlds that are not there."""
        done = self.done(cell)
        first: int | None = None
        for number in range(worlds + 1):
            there = number == worlds or number in done
            if first is not None and (there or number - first == at_once):
                yield first, number - 1
                first = None
            if first is None and not there:
                first = number

    def write(self, cell: Cell, first: int, last: int, rows: pd.DataFrame) -> None:
        """Keep a run of worlds, whole or not at all."""
        folder = self.folder / cell.slug
        folder.mkdir(exist_ok=True)
        path = folder / f"{first:06d}-{last:06d}.parquet"
        part = path.with_suffix(".part")
        rows.to_parquet(part, index=False)
        part.replace(path)

    def read(self, cell: Cell, worlds: int) -> pd.DataFrame:
        """Rows of the first `worlds` worlds that are there, in their order; empty where none is."""
        import pandas as pd

        parts = [pd.read_parquet(path) for _, _, path in self._files(cell)]
        if not parts:
            return pd.DataFrame({"world": np.empty(0, np.int64)})
        rows = pd.concat(parts, ignore_index=True)
        rows = rows[rows["world"] < worlds].drop_duplicates()
        return rows.sort_values("world", kind="stable", ignore_index=True)

    def _files(self, cell: Cell) -> list[tuple[int, int, Path]]:
        folder = self.folder / cell.slug
        found = []
        for path in sorted(folder.glob("*.parquet")) if folder.exists() else []:
            if name := _FILE.fullmatch(path.name):
                found.append((int(name[1]), int(name[2]), path))
        return found


def digest(content: Any) -> str:
    """Sixteen characters that stand for anything JSON has."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write_text(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text + "\n")
    part.replace(path)
