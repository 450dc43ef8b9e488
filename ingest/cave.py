"""CAVE: tables of MICrONS and other CAVE datastacks, dumped as CSV or saved from CAVEclient.

A bound point ``pre_pt`` is ``pre_pt_position`` (a list, or three columns), ``pre_pt_supervoxel_id`` and
``pre_pt_root_id``; root 0 is nobody. Positions are voxels of (4, 4, 40) nm (x, y, z) unless nm were asked
for. A root id means something at one materialization version only. Dumps may have no header; then it
stands in ``<table>_header.csv`` beside it. Several nuclei may share one root, which is a merge.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from connectome_analysis.tables import ContractError

from .account import Ingested
from .cave_datastack import VOXELS_NM, Datastack, known_datastack, tell_datastack
from .cave_tables import (
    CaveTables,
    header_beside,
    kind_of_table,
    named_columns,
    read_of_neurons,
    stem,
)
from .choices import choose
from .neurons import UnknownNeurons
from .positions import Unit
from .prepared_rows import PreparedRows
from .read_rows import FEATHER, PARQUET, open_rows
from .safe_files import is_junk
from .simulated_manifest import as_simulated
from .simulated_releases.writers import is_simulated
from .small_rows import pandas_attributes, table_columns
from .source_rows import SourceRows
from .table_reader import table
from .text_files import SUFFIXES, bare_suffix, read_records
from .workspace import Workspace, quoted

ROW_CAP = 500_000
_PAIRS = (("pre_pt_root_id", "post_pt_root_id"), ("pre_root_id", "post_root_id"))
_COUNT = "n_syn"
_SITES = {
    "": ("ctr_pt_position", "ctr_pos"),
    "pre_": ("pre_pt_position", "pre_pos"),
    "post_": ("post_pt_position", "post_pos"),
}
_VERSION = re.compile(r"_v(\d{2,5})(?=\D|$)")
# Of MICrONS' dump of synapses, which is published without a line of names.
_AS_PUBLISHED = (
    "id",
    *(f"{site}_pt_position_{axis}" for site in ("pre", "ctr", "post") for axis in "xyz"),
    "size",
    *(f"{site}_pt_{of}" for site in ("pre", "post") for of in ("supervoxel_id", "root_id")),
)
# Of MICrONS' pinky100, the mouse's first published volume.
_PINKY = frozenset({*_PAIRS[1], "spine_vol_um3"})
_ZENODO = ("proofread_connections_", "flywire_synapses_783")


def recognises_cave(path: Path) -> str | None:
    """Say why a path is a table, or a folder of tables, of CAVE."""
    files = path.iterdir() if path.is_dir() else (path,)
    if any(file.name.startswith(_ZENODO) for file in files):
        return None  # Zenodo's files of FlyWire, whose columns came out of CAVE
    for file in _tables(path):
        columns = set(named_columns(file))
        if columns.issuperset(_PAIRS[0]) or {"pre_pt_supervoxel_id"} <= columns:
            return f"{file.name} has the columns pre_pt_root_id and post_pt_root_id of CAVE"
        if columns.issuperset(_PINKY):
            return f"{file.name} has the columns pre_root_id and spine_vol_um3 of MICrONS' pinky100"
        if not columns and _is_published(file):
            return (
                f"{file.name} is named and laid out as MICrONS' dump of synapses without a header"
            )
    return None


def read_cave(
    source: str | Path,
    out: str | Path,
    *,
    datastack: str | None = None,
    version: int | None = None,
    unit: Unit | None = None,
    voxel_size_nm: tuple[float, float, float] | None = None,
    cell_types: str | None = None,
    neurons: Literal["listed", "all"] | None = None,
    column_names: Sequence[str] | None = None,
    min_synapses: int | None = None,
    decisions: Sequence[str] = (),
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read a synapse table of CAVE, with nuclei, cell types and proofreading where they are there.

    Parameters
    ----------
    source : path
        A folder of tables, or the table of synapses.
    out : path
    datastack : str, optional
        ``minnie65``, ``pinky100``, ``flywire``, ``fanc``, ``banc``, ``h01``, ...: whose voxels
        positions are in, and which animal it is. By default what the file says, and else what its
        ids and columns tell; where they do not, positions are refused and no animal is named.
    version : int, optional
        Materialization version; by default what the file or its name (``_v661``) says.
    unit, voxel_size_nm
        Of positions where they are not voxels of the datastack: ``unit="nm"`` for tables asked for
        at ``desired_resolution=[1, 1, 1]``.
    cell_types : str, optional
        Name of the table of cell types to take, where there are several.
    neurons : {"listed", "all"}, optional
        Which roots become neurons: those with a nucleus, where such a table is there, or every
        root a synapse names. Without nuclei, ``"listed"`` are those of the tables beside the synapses.
    column_names : sequence of str, optional
        Names of the columns of synapses, where the file has no header.
    min_synapses, decisions, description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where there is no table of synapses, or several, or an id has been a float.
    """
    path = Path(source).expanduser()
    found = _find(path, cell_types)
    names = _names(found.synapses, column_names)
    attributes = pandas_attributes(found.synapses)
    stack = str(datastack or attributes.get("datastack") or attributes.get("datastack_name") or "")
    what = "pairs, with how many synapses each has," if _COUNT in names else "synapses"
    told = [*decisions, f"{found.synapses.name} is the table of {what}".rstrip(",")]
    columns, header = _columns(found.synapses, names, told)
    role = "edges" if _COUNT in names else "synapses"
    if role == "edges":
        columns = _as_pairs(found.synapses, columns, told)
    told_by = Datastack(name=known_datastack(stack))
    if not stack:
        told_by = tell_datastack(found.synapses, names, _pair(found.synapses, names)[0])
        told.extend([told_by.decision] if told_by.decision else [])
    if unit is None and voxel_size_nm is None and told_by.in_nm:
        unit = "nm"
    if unit is None or (unit == "voxels" and voxel_size_nm is None):
        placed = found.others.nuclei is not None or any(
            "position" in c or c[-3:] == "_nm" for c in columns
        )
        if voxel_size_nm is None and told_by.name is None and (stack or placed):
            said = f"datastack {stack!r} is not known" if stack else "datastack is not said"
            msg = (
                f"{found.synapses.name}: {said}, so neither are its voxels: voxel_size_nm=(z, y, x), "
                f"or unit='nm', or datastack= one of {', '.join(VOXELS_NM)}."
            )
            raise ContractError(msg)
        voxel_size_nm = voxel_size_nm or VOXELS_NM.get(told_by.name or "")
    release = _release(found.synapses, version, attributes)
    warned = list(found.warned)
    if release is None:
        warned.append(
            "root ids hold for one materialization version, and it is not known; say it: "
            "version=1300 (--option version=1300)"
        )
    read = read_of_neurons(found.others, role == "synapses" and "id" in names, told, warned)
    buckets = dict(read.buckets)
    rule: UnknownNeurons = "add"
    if read.nodes is not None:
        has_nuclei = found.others.nuclei is not None
        chosen = choose(
            neurons or ("listed" if has_nuclei else "all"), ("listed", "all"), "neurons"
        )
        rule = "drop" if chosen == "listed" else "add"
        listed = "that have a nucleus" if has_nuclei else "of the tables beside the synapses"
        told.append(
            f"neurons are the roots {listed}; synapses with other roots are counted and "
            "left out (neurons='all' keeps them)"
            if chosen == "listed"
            else f"neurons are the roots {listed} and every other root that synapses name"
            + ("" if has_nuclei else " (neurons='listed' leaves those out)")
        )
    about = told_by.about | {"release": release}
    if role == "synapses" and "size" in names:
        about["notes"] = ("synapses.size is in voxels of the cleft.",)
    rows = _valid_rows(found.synapses, names, header, role.removesuffix("s"))
    sources: dict[str, Any] = {role: rows}
    return table(
        out,
        **sources,
        nodes=read.nodes,
        columns=columns,
        files={role if of == "synapses" else of: file for of, file in found.files.items()},
        ids="integers",
        unknown_neurons=rule,
        unit=unit,
        voxel_size_nm=voxel_size_nm,
        min_synapses=min_synapses,
        decisions=told,
        warnings=warned,
        buckets=buckets,
        more_tables=read.more,
        description=(as_simulated(about) if found.simulated else about) | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


@dataclass
class _Found:
    """The tables of a folder by what they hold."""

    synapses: Path
    others: CaveTables
    simulated: bool = False
    warned: list[str] = field(default_factory=list)

    @property
    def files(self) -> dict[str, Path]:
        return {"synapses": self.synapses} | self.others.files


def _tables(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if bare_suffix(path) in SUFFIXES | PARQUET | FEATHER else []
    if not path.is_dir():
        return []
    wanted = SUFFIXES | PARQUET | FEATHER
    return [
        file
        for file in sorted(path.iterdir())
        if file.is_file()
        and bare_suffix(file) in wanted
        and not is_junk(file.name)
        and not stem(file).endswith("_header")
        and file.name != "README.txt"
    ]


def _find(path: Path, cell_types: str | None) -> _Found:
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    synapses: list[Path] = []
    by_kind: dict[str, list[Path]] = defaultdict(list)
    left = []
    for file in _tables(path):
        columns = set(named_columns(file))
        kind = kind_of_table(file, columns)
        if any(columns.issuperset(pair) for pair in _PAIRS) or (
            path.is_file() or (not columns and "synapse" in stem(file).casefold())
        ):
            synapses.append(file)
        elif kind is not None:
            by_kind[kind].append(file)
        else:
            left.append(file.name)
    single = [file for file in synapses if _COUNT not in (table_columns(file) or ())]
    counted = [file for file in synapses if file not in single]
    warned = []
    if single and counted:
        synapses = single
        warned.append(f"not read: {', '.join(file.name for file in counted)} (pairs, counted)")
    if len(synapses) != 1:
        found = " and ".join(file.name for file in synapses) or "none"
        msg = (
            f"{path.name}: wanted one table of synapses (columns pre_pt_root_id, post_pt_root_id), "
            f"found {found}. Name the file."
        )
        raise ContractError(msg)
    types = by_kind["types"]
    chosen = [file for file in types if cell_types in (None, file.name, stem(file))]
    if len(chosen) != 1 and (types or cell_types):
        listed = ", ".join(stem(file) for file in types) or "none"
        msg = (
            f"{path.name}: tables of cell types are {listed}; say which: cell_types="
            f"{stem(types[0]) if types else 'NAME'!r} (--option cell_types=...)."
        )
        raise ContractError(msg)
    left += [file.name for file in types if file not in chosen]
    singles = {"nuclei": "nuclei", "proofread": "proofreading", "areas": "functional areas"}
    for kind, what in singles.items():
        if len(by_kind[kind]) > 1:
            several = " and ".join(file.name for file in by_kind[kind])
            msg = f"{path.name}: {what} are in {several}; keep one."
            raise ContractError(msg)
    if left:
        warned.append(f"not read: {', '.join(left)}")
    return _Found(
        synapses=synapses[0],
        others=CaveTables(
            types=chosen[0] if chosen else None,
            units=by_kind["units"],
            targets=by_kind["targets"],
            **{kind: next(iter(by_kind[kind]), None) for kind in singles},
        ),
        simulated=is_simulated(path if path.is_dir() else path.parent),
        warned=warned,
    )


def _names(path: Path, given: Sequence[str] | None) -> list[str]:
    """Names of the columns of the synapses, in their order."""
    own = table_columns(path)
    if own:
        return own
    names = [str(name) for name in given] if given is not None else header_beside(path)
    if not names and _is_published(path):
        names = list(_AS_PUBLISHED)
    if not names:
        msg = (
            f"{path.name} has no header, and there is no {stem(path)}_header.csv beside it. Name its "
            "columns: column_names=['id', 'pre_pt_root_id', ...] (--option column_names=[...])."
        )
        raise ContractError(msg)
    return names


def _is_published(path: Path) -> bool:
    """Whether a file is MICrONS' dump of synapses, whose columns and their order are published."""
    if not stem(path).startswith("synapses_pni_2") or bare_suffix(path) not in SUFFIXES:
        return False
    try:
        first = next(read_records(path, ","), [])
    except ContractError:
        return False
    return len(first) == len(_AS_PUBLISHED) and all(cell.strip().isdigit() for cell in first)


def _as_pairs(
    path: Path, columns: Mapping[str, str | None], told: list[str]
) -> dict[str, str | None]:
    """Contract columns of a table that has counted the synapses of each pair, such as BossDB's."""
    told.append(f"{path.name}: {_COUNT} is the number of synapses of a pair")
    return {
        "edges.pre_id": columns["synapses.pre_id"],
        "edges.post_id": columns["synapses.post_id"],
        "edges.syn_count": _COUNT,
    }


def _pair(path: Path, names: Sequence[str]) -> tuple[str, str]:
    """Names of the columns of sending and receiving roots."""
    pair = next((pair for pair in _PAIRS if set(pair) <= set(names)), None)
    if pair is None:
        msg = (
            f"{path.name} has no pre_pt_root_id and post_pt_root_id; it has {', '.join(names[:9])}."
        )
        raise ContractError(msg)
    return pair


def _columns(
    path: Path, names: list[str], told: list[str]
) -> tuple[dict[str, str | None], bool | None]:
    """Contract columns by the names of the file's, and whether it has a header (None) or not."""
    headed = bool(table_columns(path))
    have = set(names)
    pair = _pair(path, names)
    columns: dict[str, str | None] = {
        "synapses.pre_id": pair[0],
        "synapses.post_id": pair[1],
    }
    if "id" in have:
        columns["synapses.synapse_id"] = "id"
    score = next((name for name in ("score", "connection_score") if name in have), None)
    if score is not None:
        columns["synapses.score"] = score
    if not headed:
        told.append(f"{path.name} has no header; its columns are {', '.join(names)}")
    for prefix, sources in _SITES.items():
        for base in sources:
            if base in have:
                columns[f"synapses.{prefix}position"] = base
                break
            endings = ("_{}_nm", "_{}_vx", "_{}")
            threes = [[base + end.format(axis) for axis in "xyz"] for end in endings]
            split = next((three for three in threes if have.issuperset(three)), None)
            if split is not None:
                columns |= {
                    f"synapses.{prefix}{a}_nm": name for a, name in zip("xyz", split, strict=True)
                }
                break
    return columns, None if headed else False


def _valid_rows(path: Path, names: Sequence[str], header: bool | None, role: str) -> PreparedRows:
    """The rows without those that CAVE has marked as not valid; read from the file, not into memory."""

    def make(workspace: Workspace, view: str) -> SourceRows:
        given = None if header is None else names
        rows = open_rows(workspace, f"{view}_as_published", path, header=header, names=given)
        account, every = workspace.account, quoted(rows.view)
        (at_most,) = workspace.row(
            f"SELECT count(*) FROM (SELECT 1 FROM {every} LIMIT {ROW_CAP + 1})"
        )
        if at_most == ROW_CAP:
            account.warn(
                f"{path.name} has exactly {ROW_CAP:,} rows, where CAVE cuts an answer off without an "
                "error. Count the rows there (count=True) and ask in parts"
            )
        condition = "true"
        if "valid" in rows.columns:
            valid = f"(lower({rows.trimmed('valid')}) IN ('f', 'false')) IS NOT TRUE"
            (left_out,) = workspace.row(f"SELECT count(*) FILTER (NOT {valid}) FROM {every}")
            if left_out:
                condition = valid
                account.decide(f"{path.name}: {left_out:,} rows that are not valid are left out")
            for bucket in ("in", "not_valid"):
                account.count(f"{role}_rows_{bucket}", left_out)
        workspace.run(f"CREATE VIEW {quoted(view)} AS SELECT * FROM {every} WHERE {condition}")
        return replace(rows, view=view, arrow=rows.arrow if condition == "true" else None)

    return PreparedRows(make)


def _release(path: Path, version: int | None, attributes: Mapping[str, Any]) -> str | None:
    stored = attributes.get("materialization_version") or attributes.get("version")
    match = _VERSION.search(stem(path))
    number = version or stored or (match[1] if match else None)
    if number is None:
        return None
    when = attributes.get("timestamp")
    return f"v{number}" + (f", {when}" if when else "")
