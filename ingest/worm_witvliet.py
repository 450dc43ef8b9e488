"""Witvliet 2021: eight isogenic worms from birth to adult, each synapse with its partners.

The release has several faces: ``Dataset1_synapses.json`` (one record per presynaptic site, with a list
of receivers) and ``Dataset1_gapjunctions.json``; ``witvliet_2020_1.json`` of NemaNode (pairs);
``synapse_list.csv`` (one row per receiver, all eight animals).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .safe_files import exact_id, file_names, first_line, opened_folder, read_json, require_kind
from .table_reader import table
from .text_files import read_records
from .worm_names import WORM, is_fragment, unpadded_told, worm_name

STAGES = ("L1", "L1", "L1", "L1", "L2", "L3", "adult", "adult")
_SYNAPSES = re.compile(r"^Dataset([1-8])_synapses\.json$")
_GAPS = re.compile(r"^Dataset([1-8])_gapjunctions\.json$")
_NEMANODE = re.compile(r"^witvliet_2020_([1-8])\.json$")
_LIST = "synapse_list.csv"
_LIST_COLUMNS = ("dataset", "pre", "post", "syn_id")
_JUNCTIONS = {"meaning": "gap junctions", "unit": "gap junctions"}
_SYNAPSES_MEAN = {"meaning": "synapses"}
_ABOUT = {
    "species": WORM,
    "sex": "hermaphrodite",
    "release": "2021",
    "detector": "manual tracing",
    "citation": (
        (
            "Witvliet D, Mulcahy B, Mitchell JK, et al. (2021) Connectomes across development reveal "
            "principles of brain maturation. Nature 596:257-261."
        ),
    ),
    "doi": ("10.1038/s41586-021-03778-8",),
}


def recognises_witvliet(path: Path) -> str | None:
    """Say why a path is a file or folder of Witvliet 2021."""
    for name in file_names(path):
        bare = name.rpartition("/")[2]
        if _SYNAPSES.match(bare) or _GAPS.match(bare) or _NEMANODE.match(bare):
            return f"{'is' if path.is_file() else 'holds'} {bare}, as Witvliet 2021 publish it"
        if bare == _LIST and (path.is_dir() or first_line(path).startswith("dataset,pre,post")):
            return f"{'is' if path.is_file() else 'holds'} {_LIST} of Witvliet 2021"
    return None


def read_witvliet(
    source: str | Path,
    out: str | Path,
    *,
    dataset: int | None = None,
    gap_junctions: bool = True,
    min_synapses: int | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read one of the eight worms.

    Of the JSON of synapses every receiver of a presynaptic site is one synapse, and both tables
    stand: `synapses`, and `edges` that count them. NemaNode and the CSV give edges and, the CSV,
    synapses.

    Parameters
    ----------
    source : path
        A folder or zip of the release, or one of its files.
    out : path
    dataset : int, optional
        1 to 8; needed where the source has several.
    gap_junctions : bool
        Whether electrical edges are read where the source has them.
    min_synapses, description, overwrite, command, progress
        As for `table`; the threshold is for chemical edges.

    Raises
    ------
    ContractError
        Where the animal is not there, or a record is not as published.
    """
    if dataset is not None and dataset not in range(1, 9):
        msg = f"dataset must be 1 to 8, got {dataset!r} (--option dataset=1)."
        raise ContractError(msg)
    path = Path(source).expanduser()
    if path.is_dir() or path.suffix.lower() == ".zip":
        with opened_folder(path, lambda name: name.endswith((".json", ".csv"))) as folder:
            chosen = _chosen(folder, path.name, dataset)
            return _read(
                chosen,
                dataset,
                out,
                gap_junctions,
                min_synapses,
                description,
                overwrite,
                command,
                progress,
            )
    if not path.is_file():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    return _read(
        path, dataset, out, gap_junctions, min_synapses, description, overwrite, command, progress
    )


def _read(
    path: Path,
    dataset: int | None,
    out: str | Path,
    gap_junctions: bool,
    min_synapses: int | None,
    description: Mapping[str, Any] | None,
    overwrite: bool,
    command: str | None,
    progress: Callable[[str], None] | None,
) -> Ingested:
    found = _Found()
    match = _SYNAPSES.match(path.name) or _GAPS.match(path.name) or _NEMANODE.match(path.name)
    if match:
        number = int(match[1])
        if dataset is not None and dataset != number:
            msg = f"{path.name} is dataset {number}, asked for is {dataset}."
            raise ContractError(msg)
        if _NEMANODE.match(path.name):
            _take_nemanode(path, found)
        else:
            _take_release(path.parent, number, found, gap_junctions=gap_junctions)
    else:
        number = _take_list(path, dataset, found)
    if not gap_junctions:
        kept = [row for row in found.pairs if row[2] == "chemical"]
        found.buckets["edge_rows_of_gap_junctions"] = len(found.pairs) - len(kept)
        found.pairs = kept
    edges, synapses = found.tables()
    return table(
        out,
        edges=edges,
        synapses=synapses,
        files=found.files,
        ids="names",
        columns={"weight": "weight", "syn_count": "syn_count"},
        weight_meaning="synapses or gap junctions",
        weight_meanings={"chemical": _SYNAPSES_MEAN, "electrical": _JUNCTIONS},
        undirected_listed="once",
        min_synapses=min_synapses,
        decisions=[
            f"dataset {number} of 8, stage {STAGES[number - 1]}",
            *found.told,
            *unpadded_told(found.printed),
        ],
        warnings=found.warned,
        buckets=found.buckets,
        description=_ABOUT
        | {
            "individual": f"dataset {number} of 8",
            "stage": STAGES[number - 1],
            "source": f"Witvliet 2021, {path.name}",
            "notes": ("The authors call the gap junctions incomplete.",),
        }
        | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


def _chosen(folder: Path, label: str, dataset: int | None) -> Path:
    """The file of the animal: JSON of synapses first, then NemaNode, then the list."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    for pattern in (_SYNAPSES, _NEMANODE):
        there = {int(m[1]): f for f in files if (m := pattern.match(f.name)) is not None}
        if not there:
            continue
        if dataset is None and len(there) == 1:
            return next(iter(there.values()))
        if dataset not in there:
            listed = ", ".join(map(str, there))
            said = "say which" if dataset is None else f"{dataset} is not among them"
            msg = f"{label} holds datasets {listed}; {said}: dataset=1 (--option dataset=1)."
            raise ContractError(msg)
        return there[dataset]
    lists = [file for file in files if file.name == _LIST]
    if lists:
        return lists[0]
    msg = f"{label} holds no Dataset1_synapses.json, witvliet_2020_1.json or {_LIST}."
    raise ContractError(msg)


class _Found:
    """Pairs ``(pre, post, kind, count)`` and synapses ``(pre, post, site, more)`` of one animal."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str | None, str | None, str, int]] = []
        self.sites: list[tuple[str | None, str | None, int | None, dict[str, Any]]] = []
        self.files: dict[str, Path] = {}
        self.told: list[str] = []
        self.warned: list[str] = []
        self.buckets: dict[str, int] = {}
        self.printed: set[str] = set()
        self.fragments = 0

    def cell(self, name: object, where: str) -> str | None:
        """A cell's name; None for a fragment."""
        if not isinstance(name, str):
            msg = f"{where}: the name of a cell must be text, got {name!r}."
            raise ContractError(msg)
        if is_fragment(name):
            self.fragments += 1
            return None
        self.printed.add(name)
        return worm_name(name)

    def tables(self) -> tuple[pa.Table, pa.Table | None]:
        """Edges, and synapses where the source has them."""
        if self.fragments:
            self.told.append(f"fragments that belong to no cell are unattached: {self.fragments}")
        rows = [(*pair, pair[3] if pair[2] == "chemical" else None) for pair in self.pairs]
        rows += [(pre, post, "chemical", 1, 1) for pre, post, _, _ in self.sites]
        edges = pa.table(
            {
                "pre_id": pa.array([row[0] for row in rows], pa.string()),
                "post_id": pa.array([row[1] for row in rows], pa.string()),
                "edge_type": pa.array([row[2] for row in rows], pa.string()),
                "weight": pa.array([row[3] for row in rows], pa.int64()),
                "syn_count": pa.array([row[4] for row in rows], pa.int64()),
            }
        )
        if not self.sites:
            return edges, None
        more = dict.fromkeys(name for *_, extra in self.sites for name in extra)
        columns: dict[str, Any] = {
            "pre_id": pa.array([site[0] for site in self.sites], pa.string()),
            "post_id": pa.array([site[1] for site in self.sites], pa.string()),
            "site_id": pa.array([site[2] for site in self.sites], pa.int64()),
        }
        for name in more:
            columns[name] = pa.array([site[3].get(name) for site in self.sites])
        return edges, pa.table(columns)


def _take_release(folder: Path, number: int, found: _Found, *, gap_junctions: bool) -> None:
    synapses = folder / f"Dataset{number}_synapses.json"
    gaps = folder / f"Dataset{number}_gapjunctions.json"
    records = require_kind(
        read_json(synapses, "synapses"), synapses, list, "one record per presynaptic site"
    )
    for index, given in enumerate(records, start=1):
        where = f"{synapses.name}: record {index}"
        record = _record(given, where, ("pre", "post"))
        post = record["post"]
        if not isinstance(post, list):
            msg = f"{where}: post must be a list of cells, got {post!r}."
            raise ContractError(msg)
        weights = record.get("post_weights")
        if not isinstance(weights, list) or len(weights) != len(post):
            weights = [None] * len(post)
        site = exact_id(record.get("catmaid_id"), f"{where}: catmaid_id")
        size = record.get("size")
        if size is not None and (isinstance(size, bool) or not isinstance(size, (int, float))):
            msg = f"{where}: size must be a number (nm^3), got {size!r}."
            raise ContractError(msg)
        pre = found.cell(record["pre"], where)
        for partner, weight in zip(post, weights, strict=True):
            more = {
                "site_size_nm3": None if size is None else float(size),
                "post_weight": float(weight) if isinstance(weight, (int, float)) else None,
            }
            found.sites.append((pre, found.cell(partner, where), site, more))
    found.files["synapses"] = synapses
    found.told.append(
        f"{synapses.name}: {len(records):,} presynaptic sites with {len(found.sites):,} receivers; "
        "every receiver is one synapse, site_id says which share a site, and site_size_nm3 is the "
        "size of the whole site"
    )
    if not gap_junctions:
        return
    if not gaps.is_file():
        found.warned.append(
            f"{gaps.name} is not beside {synapses.name}, so there is no gap junction"
        )
        return
    junctions = require_kind(read_json(gaps, "gap junctions"), gaps, list, "one per junction")
    for index, given in enumerate(junctions, start=1):
        where = f"{gaps.name}: record {index}"
        record = _record(given, where, ("n1", "n2"))
        pair = found.cell(record["n1"], where), found.cell(record["n2"], where)
        found.pairs.append((*pair, "electrical", 1))
    found.files["edges"] = gaps


def _take_nemanode(path: Path, found: _Found) -> None:
    records = require_kind(read_json(path, "pairs"), path, list, "one record per pair")
    kinds = {0: "chemical", 2: "electrical"}
    for index, given in enumerate(records, start=1):
        where = f"{path.name}: record {index}"
        record = _record(given, where, ("pre", "post", "typ", "syn"))
        counts = record["syn"]
        kind = kinds.get(record["typ"]) if isinstance(record["typ"], int) else None
        whole = isinstance(counts, list) and all(type(n) is int and n >= 0 for n in counts)
        if kind is None or not whole:
            msg = (
                f"{where}: wanted typ 0 (chemical) or 2 (electrical) and a list of counts syn, got "
                f"{record['typ']!r} and {counts!r}."
            )
            raise ContractError(msg)
        pair = found.cell(record["pre"], where), found.cell(record["post"], where)
        found.pairs.append((*pair, kind, sum(counts)))
    found.files["edges"] = path
    found.told.append(f"{path.name}: pairs of NemaNode; gap junctions are listed once")


def _take_list(path: Path, dataset: int | None, found: _Found) -> int:
    records = read_records(path, ",")
    header = [name.strip() for name in next(records, [])]
    if any(name not in header for name in _LIST_COLUMNS):
        msg = (
            f"{path.name}: wanted columns {', '.join(_LIST_COLUMNS)}, got {', '.join(header[:8])}."
        )
        raise ContractError(msg)
    numbers: dict[int, int] = {}
    for line, record in enumerate(records, start=2):
        where = f"{path.name}: line {line}"
        if len(record) != len(header):
            msg = f"{where} has {len(record)} fields, the header {len(header)}."
            raise ContractError(msg)
        row = dict(zip(header, (cell.strip() for cell in record), strict=True))
        number = exact_id(row["dataset"].casefold().removeprefix("dataset").strip(), where)
        if number is None or not 1 <= number <= 8:
            msg = f"{where}: dataset must be 1 to 8, got {row['dataset']!r}."
            raise ContractError(msg)
        numbers[number] = numbers.get(number, 0) + 1
        if dataset is not None and number != dataset:
            continue
        more: dict[str, Any] = {"post_is_branch": row.get("post_is_branch") or None}
        for ours, theirs in (("site_sections", "sections"), ("site_size_nm3", "size")):
            more[ours] = float(row[theirs]) if row.get(theirs) else None
        pre, post = found.cell(row["pre"], where), found.cell(row["post"], where)
        found.sites.append((pre, post, exact_id(row["syn_id"], where), more))
    if dataset is None and len(numbers) > 1:
        msg = f"{path.name} holds datasets {', '.join(map(str, sorted(numbers)))}; say which: dataset=1 (--option dataset=1)."
        raise ContractError(msg)
    chosen = dataset or next(iter(numbers), 1)
    if not numbers.get(chosen):
        msg = f"{path.name} has no row of dataset {chosen}."
        raise ContractError(msg)
    found.files["synapses"] = path
    found.told.append(f"{path.name}: one row per receiver; it has no gap junctions")
    return chosen


def _record(record: Any, where: str, needed: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(record, dict) or any(name not in record for name in needed):
        shown = ", ".join(record) if isinstance(record, dict) else type(record).__name__
        msg = f"{where}: wanted an object with {', '.join(needed)}, got {shown}."
        raise ContractError(msg)
    return record
