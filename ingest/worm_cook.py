"""Cook 2019: adjacency matrices of both sexes of the worm, as workbook SI 5 or SI 2, or CSV copies.

Each sheet has the names in row 3 from column D and in column C from row 4, groups of cells above and
beside them where they begin, totals and repeated names after the end. Rows are neurons, columns also
muscles. Gap junctions come as two tables that say the same, symmetric and asymmetric: exactly one is
read. SI 5 counts EM sections, SI 2 synapses.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .choices import choose
from .matrices import read_matrix
from .read_rows import EXCEL, read_sheet
from .safe_files import file_names, is_junk
from .table_reader import table
from .worm_names import WORM, unpadded_told, worm_name

Sex = Literal["hermaphrodite", "male"]
Gap = Literal["symmetric", "asymmetric", "none"]
SECTIONS = {"meaning": "EM sections", "unit": "sections"}
_TOTALS = frozenset({"sum", "total", "totals", "grand total"})
_GROUPS = {"sensosry neurons": "sensory neurons"}
# Structural cells of the male's rays: R1shL in one sheet is R1stL in the next.
_RAY_CELLS = re.compile(r"^(R\d)sh([LR])$")
_FIRST_ROW, _FIRST_COLUMN = 3, 3
_SHEET_NAMES = re.compile(
    rb'name="(herm|hermaphrodite|male) gap jn (a?symmetric|synapses)', re.IGNORECASE
)
_CSV = re.compile(r"^(herm|male)_(chem|elec)_adj\.csv$")
_DOI = "10.1038/s41586-019-1352-7"
_CITATION = (
    "Cook SJ, Jarrell TA, Brittin CA, et al. (2019) Whole-animal connectomes of both "
    "Caenorhabditis elegans sexes. Nature 571:63-71."
)


def recognises_cook(path: Path) -> str | None:
    """Say why a path is a workbook of Cook 2019 or its CSV copies."""
    names = [name.rpartition("/")[2] for name in file_names(path)]
    copies = [name for name in names if _CSV.match(name)]
    if copies and not path.suffix:
        return f"holds {copies[0]}, a copy of a sheet of Cook 2019"
    if path.is_file() and _CSV.match(path.name):
        return f"is called {path.name}, as a copy of a sheet of Cook 2019"
    plain = path.name.casefold()
    if path.is_file() and path.suffix.lower() in EXCEL:
        if "adjacency matrices" in plain and plain.startswith(("si 5", "si 2", "si_5", "si_2")):
            return f"is called {path.name}, as the supplement of Cook 2019"
        if "2019_1352" in plain:
            return f"is called {path.name}, the publisher's name for the supplement of Cook 2019"
        if _SHEET_NAMES.search(_workbook_names(path)):
            return f"{path.name} has sheets called as those of Cook 2019"
    return None


def _workbook_names(path: Path) -> bytes:
    """The part of a workbook that names its sheets; empty where it is no workbook."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as names:
            return names.read(1 << 16)
    except (zipfile.BadZipFile, KeyError, OSError, zlib.error, RuntimeError, EOFError):
        return b""


def read_cook(
    source: str | Path,
    out: str | Path,
    *,
    sex: Sex = "hermaphrodite",
    gap: Gap = "symmetric",
    weight: Literal["sections", "synapses"] | None = None,
    rename: Mapping[str, str] | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read the worm's connectome of Cook 2019, every cell of one sex.

    Parameters
    ----------
    source : path
        A workbook, a CSV copy, or a folder of CSV copies (``herm_chem_adj.csv``, ...).
    out : path
    sex : {"hermaphrodite", "male"}
    gap : {"symmetric", "asymmetric", "none"}
        Which table of gap junctions. The symmetric one lists each in both directions; of the
        asymmetric one both directions are added up.
    weight : {"sections", "synapses"}, optional
        What the numbers count, by default what the name of file and sheet says: SI 2 synapses,
        everything else EM sections.
    rename : mapping of str to str, optional
        Names that are spelled in two ways, such as ``{"R7shL": "R7stL"}``.
    description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where there is no such sheet, a name stands twice or a cell is no number.
    """
    choose(sex, ("hermaphrodite", "male"), "sex")
    choose(gap, ("symmetric", "asymmetric", "none"), "gap")
    if weight is not None:
        choose(weight, ("sections", "synapses"), "weight")
    path = Path(source).expanduser()
    sheets = _sheets(path, sex, gap)
    counted = weight or (
        "synapses" if any(sheet.counts_synapses for sheet in sheets) else "sections"
    )
    names = _Names(rename=dict(rename or {}))
    for sheet in sheets:
        for name in (*sheet.rows, *sheet.columns):
            names.add(name, sheet.groups.get(name))
    rows = [
        (names.ours(sheet.rows[i]), names.ours(sheet.columns[j]), sheet.kind, value)
        for sheet in sheets
        for (i, j), value in sheet.cells.items()
    ]
    told = [f"{path.name}: {sex}; read are {', '.join(sheet.label for sheet in sheets)}"]
    told += [line for sheet in sheets for line in sheet.told]
    told += unpadded_told(names.printed.values()) + names.told()
    told.append(f"weights are {counted}" + (" and not synapses" if counted == "sections" else ""))
    edges: dict[str, Any] = {
        "pre_id": pa.array([row[0] for row in rows], pa.string()),
        "post_id": pa.array([row[1] for row in rows], pa.string()),
        "edge_type": pa.array([row[2] for row in rows], pa.string()),
        "weight": pa.array([row[3] for row in rows], pa.float64()),
    }
    meanings = {}
    if counted == "synapses":
        junctions = {"meaning": "gap junctions", "unit": "gap junctions"}
        meanings = {"electrical": junctions}
    return table(
        out,
        edges=pa.table(edges),
        nodes=pa.table(
            {
                "name": pa.array(list(names.printed), pa.string()),
                "cell_class": pa.array(
                    [names.groups.get(name) for name in names.printed], pa.string()
                ),
                "printed_name": pa.array(list(names.printed.values()), pa.string()),
            }
        ),
        columns={"nodes.node_id": "name"},
        files=_files(sheets),
        ids="names",
        weight_meaning="EM sections" if counted == "sections" else "synapses",
        weight_unit="sections" if counted == "sections" else None,
        weight_meanings=meanings,
        undirected_listed="once" if gap == "asymmetric" else "twice",
        decisions=told,
        description={
            "species": WORM,
            "sex": sex,
            "stage": "adult",
            "individual": f"composite of several adult {sex}s",
            "source": f"Cook 2019, {path.name}",
            "release": "2019",
            "detector": "manual tracing",
            "citation": (_CITATION,),
            "doi": (_DOI,),
            "notes": (
                "Node set: every cell of the sheets, muscles and other end organs among them.",
                "Assembled by the authors from several animals, with extrapolated connections.",
            ),
        }
        | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """A sheet as it stands: printed names, cells that are not empty, groups by name."""

    label: str
    path: Path
    kind: str
    rows: list[str]
    columns: list[str]
    cells: dict[tuple[int, int], float]
    groups: dict[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    counts_synapses: bool = False


@dataclass
class _Names:
    """One name per cell: without padding, renamed as asked, in the first sheet's capitals."""

    rename: dict[str, str]
    printed: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, group: str | None) -> None:
        ours = self._plain(name)
        known = self.folded.setdefault(ours.casefold(), ours)
        if known != ours or ours != worm_name(name):
            self.changed[name] = known
        self.printed.setdefault(known, name)
        if group is not None:
            self.groups.setdefault(known, group)

    def ours(self, name: str) -> str:
        return self.folded[self._plain(name).casefold()]

    def told(self) -> list[str]:
        if not self.changed:
            return []
        shown = ", ".join(f"{name} is {ours}" for name, ours in list(self.changed.items())[:5])
        return [f"names of one cell that are spelled in two ways: {shown}"]

    def _plain(self, name: str) -> str:
        plain = worm_name(name)
        if name in self.rename or plain in self.rename:
            return self.rename.get(name) or self.rename[plain]
        return _RAY_CELLS.sub(r"\1st\2", plain)


def _sheets(path: Path, sex: Sex, gap: Gap) -> list[_Sheet]:
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    if path.is_file() and path.suffix.lower() in EXCEL:
        return _of_workbook(path, sex, gap)
    folder = path.parent if path.is_file() else path
    found = {}
    for file in sorted(folder.rglob("*.csv")):
        match = _CSV.match(file.name)
        if match and not is_junk(str(file)):
            found[match[1], match[2]] = file
    short = {"hermaphrodite": "herm", "male": "male"}[sex]
    wanted = [("chem", "chemical")] + ([("elec", "electrical")] if gap != "none" else [])
    missing = [f"{short}_{part}_adj.csv" for part, _ in wanted if (short, part) not in found]
    if missing:
        msg = (
            f"{folder.name} holds no {' and no '.join(missing)}. Name the folder of the CSV copies; "
            "without gap junctions: gap='none' (--option gap=none)."
        )
        raise ContractError(msg)
    return [_of_csv(found[short, part], kind) for part, kind in wanted]


def _of_csv(path: Path, kind: str) -> _Sheet:
    matrix = read_matrix(path, header=True, row_names=True)
    assert matrix.row_labels is not None
    assert matrix.column_labels is not None
    cells = zip(matrix.rows.tolist(), matrix.columns.tolist(), strict=True)
    return _Sheet(
        label=path.name,
        path=path,
        kind=kind,
        rows=matrix.row_labels,
        columns=matrix.column_labels,
        cells=dict(zip(cells, matrix.values.tolist(), strict=True)),
        told=(*matrix.told, f"{path.name}: rows send"),
    )


def _of_workbook(path: Path, sex: Sex, gap: Gap) -> list[_Sheet]:
    titles = _titles(path)
    wanted: list[tuple[str, Callable[[str], bool]]] = [("chemical", lambda t: "chem" in t)]
    if gap != "none":
        wanted.append(("electrical", lambda t: _is_gap(t, gap)))
    sheets = []
    for kind, fits in wanted:
        found = [title for title in titles if _is_of(title, sex) and fits(title.casefold())]
        if len(found) != 1:
            what = "chemical synapses" if kind == "chemical" else f"{gap} gap junctions"
            msg = (
                f"{path.name}: wanted one sheet of the {what} of the {sex}, found {len(found)} among "
                f"{', '.join(map(repr, titles))}. Choose sex and gap (--option sex=male, "
                "--option gap=asymmetric)."
            )
            raise ContractError(msg)
        sheets.append(_of_sheet(path, found[0], kind))
    return sheets


def _titles(path: Path) -> list[str]:
    try:
        read_sheet(path, "\0")  # no sheet has this name, so the error is of the file or of the name
    except ContractError as error:
        if "has no sheet" not in str(error):
            raise
    import openpyxl  # type: ignore[import-untyped]

    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return [str(title) for title in book.sheetnames]
    finally:
        book.close()


def _is_of(title: str, sex: Sex) -> bool:
    plain = title.casefold()
    return plain.startswith("herm") if sex == "hermaphrodite" else plain.startswith("male")


def _is_gap(title: str, gap: Gap) -> bool:
    if "gap" not in title:
        return False
    asymmetric = "asymmetric" in title
    said = asymmetric or "symmetric" in title
    return asymmetric == (gap == "asymmetric") if said else True


def _of_sheet(path: Path, title: str, kind: str) -> _Sheet:
    _, rows = read_sheet(path, title)
    label = f"sheet {title!r}"
    if len(rows) <= _FIRST_ROW or len(rows[0]) <= _FIRST_COLUMN:
        msg = (
            f"{path.name}, {label}: wanted names in row 3 from column D and in column C from row 4."
        )
        raise ContractError(msg)
    told: list[str] = []
    where = f"{path.name}, {label}"
    columns = _until_the_end(where, "column", list(rows[2][_FIRST_COLUMN:]), told)
    names = _until_the_end(where, "row", [row[2] for row in rows[_FIRST_ROW:]], told)
    cells: dict[tuple[int, int], float] = {}
    for i, row in enumerate(rows[_FIRST_ROW : _FIRST_ROW + len(names)]):
        for j, cell in enumerate(row[_FIRST_COLUMN : _FIRST_COLUMN + len(columns)]):
            if cell is not None and cell.strip():
                cells[i, j] = _number(where, names[i], columns[j], cell)
    groups = _filled_forward(rows[0][_FIRST_COLUMN:], columns)
    groups = _filled_forward([row[0] for row in rows[_FIRST_ROW:]], names) | groups
    return _Sheet(
        label=label,
        path=path,
        kind=kind,
        rows=names,
        columns=columns,
        cells=cells,
        groups=groups,
        told=tuple(told),
        counts_synapses="synapse" in title.casefold() or "synapse adj" in path.name.casefold(),
    )


def _until_the_end(
    where: str, what: str, cells: Sequence[str | None], told: list[str]
) -> list[str]:
    """Names up to the first blank one, a total, or a repeat of the names."""
    names: list[str] = []
    seen: set[str] = set()
    for place, cell in enumerate(cells):
        name = (cell or "").strip()
        if not name or name.casefold() in _TOTALS or name in seen:
            rest = [(other or "").strip() for other in cells[place:]]
            new = [n for n in rest if n and n.casefold() not in _TOTALS and n not in seen]
            if name in seen and new:
                msg = (
                    f"{where}: {what} {name!r} stands twice, and {new[0]!r} after it. Names differ."
                )
                raise ContractError(msg)
            left = sum(1 for other in rest if other)
            if left:
                told.append(f"{where}: {left} {what}s after the last name are totals or repeats")
            break
        names.append(name)
        seen.add(name)
    if not names:
        msg = f"{where}: no {what} is named; wanted names in row 3 from column D and in column C."
        raise ContractError(msg)
    return names


def _filled_forward(cells: Sequence[str | None], names: Sequence[str]) -> dict[str, str]:
    groups = {}
    group = None
    for cell, name in zip(cells, names, strict=False):
        group = (cell or "").strip() or group
        if group is not None:
            plain = group.casefold()
            groups[name] = _GROUPS.get(plain, plain)
    return groups


def _number(where: str, row: str, column: str, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        msg = f"{where}: from {row} to {column} stands {cell!r}, wanted a number or nothing."
        raise ContractError(msg) from None


def _files(sheets: Sequence[_Sheet]) -> dict[str, Path]:
    files = list(dict.fromkeys(sheet.path for sheet in sheets))
    return {("edges", "edges of gap junctions")[i]: file for i, file in enumerate(files)}
