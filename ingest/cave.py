"""CAVE: tables of MICrONS and other CAVE datastacks, dumped as CSV or saved from CAVEclient.

A bound point ``pre_pt`` is ``pre_pt_position`` (a list, or three columns), ``pre_pt_supervoxel_id`` and
``pre_pt_root_id``; root 0 is nobody. Positions are voxels of (4, 4, 40) nm (x, y, z) unless nm were asked
for. A root id means something at one materialization version only. Dumps may have no header; then it
stands in ``<table>_header.csv`` beside it. Several nuclei may share one root, which is a merge.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .cave_datastack import VOXELS_NM, Datastack, known_datastack, tell_datastack
from .choices import choose
from .neurons import UnknownNeurons
from .positions import Unit
from .read_rows import FEATHER, PARQUET, Source
from .safe_files import exact_id, is_junk
from .simulated_manifest import as_simulated
from .simulated_releases.writers import is_simulated
from .small_rows import first_of, pandas_attributes, small_rows, table_columns, truth
from .table_reader import table
from .text_files import SUFFIXES, bare_suffix, read_records

ROW_CAP = 500_000
_PAIRS = (("pre_pt_root_id", "post_pt_root_id"), ("pre_root_id", "post_root_id"))
_COUNT = "n_syn"
_SITES = {
    "": ("ctr_pt_position", "ctr_pos"),
    "pre_": ("pre_pt_position", "pre_pos"),
    "post_": ("post_pt_position", "post_pos"),
}
_VERSION = re.compile(r"_v(\d{2,5})(?=\D|$)")
_NULL = frozenset({None, "", "nan", "NaN", "None"})
_ZENODO = ("proofread_connections_", "flywire_synapses_783")


def recognises_cave(path: Path) -> str | None:
    """Say why a path is a table, or a folder of tables, of CAVE."""
    files = path.iterdir() if path.is_dir() else (path,)
    if any(file.name.startswith(_ZENODO) for file in files):
        return None  # Zenodo's files of FlyWire, whose columns came out of CAVE
    for file in _tables(path):
        columns = set(table_columns(file) or _header_beside(file))
        if columns.issuperset(_PAIRS[0]) or {"pre_pt_supervoxel_id"} <= columns:
            return f"{file.name} has the columns pre_pt_root_id and post_pt_root_id of CAVE"
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
        root a synapse names.
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
        columns = _as_pairs(found.synapses, names, columns, told)
    told_by = Datastack(name=known_datastack(stack))
    if not stack:
        told_by = tell_datastack(found.synapses, names, _pair(found.synapses, names)[0])
        told.extend([told_by.decision] if told_by.decision else [])
    if unit is None and voxel_size_nm is None and told_by.in_nm:
        unit = "nm"
    if unit is None or (unit == "voxels" and voxel_size_nm is None):
        placed = found.nuclei is not None or any(
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
    nodes, more, buckets = _nodes(found, told, warned)
    rule: UnknownNeurons = "add"
    if nodes is not None:
        chosen = choose(neurons or "listed", ("listed", "all"), "neurons")
        rule = "drop" if chosen == "listed" else "add"
        told.append(
            "neurons are the roots that have a nucleus; synapses with other roots are counted and "
            "left out (neurons='all' keeps them)"
            if chosen == "listed"
            else "neurons are the roots with a nucleus and every other root that synapses name"
        )
    about = told_by.about | {"release": release}
    if role == "synapses" and "size" in names:
        about["notes"] = ("synapses.size is in voxels of the cleft.",)
    with _valid_rows(found.synapses, names, header, told, buckets, warned) as rows:
        sources: dict[str, Any] = {role: rows}
        return table(
            out,
            **sources,
            nodes=nodes,
            columns=columns,
            files={role if of == "synapses" else of: file for of, file in found.files.items()},
            ids="integers",
            header=header if isinstance(rows, Path) else None,
            unknown_neurons=rule,
            unit=unit,
            voxel_size_nm=voxel_size_nm,
            min_synapses=min_synapses,
            decisions=told,
            warnings=warned,
            buckets=buckets,
            more_tables=more,
            description=(as_simulated(about) if found.simulated else about)
            | dict(description or {}),
            overwrite=overwrite,
            command=command,
            progress=progress,
        )


@dataclass
class _Found:
    """The tables of a folder by what they hold."""

    synapses: Path
    nuclei: Path | None = None
    types: Path | None = None
    proofread: Path | None = None
    coregistered: Path | None = None
    simulated: bool = False
    warned: list[str] = field(default_factory=list)

    @property
    def files(self) -> dict[str, Path]:
        named = {
            "synapses": self.synapses,
            "nodes": self.nuclei,
            "cell types": self.types,
            "proofreading": self.proofread,
            "coregistration": self.coregistered,
        }
        return {role: file for role, file in named.items() if file is not None}


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
        and not _stem(file).endswith("_header")
        and file.name != "README.txt"
    ]


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]


def _find(path: Path, cell_types: str | None) -> _Found:
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    synapses, nuclei, types, proofread, coregistered = [], [], [], [], []
    for file in _tables(path):
        columns = set(table_columns(file) or _header_beside(file))
        if any(columns.issuperset(pair) for pair in _PAIRS) or (
            path.is_file() or (not columns and "synapse" in _stem(file).casefold())
        ):
            synapses.append(file)
        elif {"session", "scan_idx", "unit_id"} <= columns:
            coregistered.append(file)
        elif {"valid_id", "status_axon"} <= columns:
            proofread.append(file)
        elif "cell_type" in columns and "pt_root_id" in columns:
            types.append(file)
        elif "volume" in columns and "pt_root_id" in columns:
            nuclei.append(file)
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
    chosen = [file for file in types if cell_types in (None, file.name, _stem(file))]
    if len(chosen) != 1 and (types or cell_types):
        listed = ", ".join(_stem(file) for file in types) or "none"
        msg = (
            f"{path.name}: tables of cell types are {listed}; say which: cell_types="
            f"{_stem(types[0]) if types else 'NAME'!r} (--option cell_types=...)."
        )
        raise ContractError(msg)
    for several, what in ((nuclei, "nuclei"), (proofread, "proofreading"), (coregistered, "units")):
        if len(several) > 1:
            msg = f"{path.name}: {what} are in {' and '.join(f.name for f in several)}; keep one."
            raise ContractError(msg)
    used = {*synapses, *counted, *chosen, *nuclei, *proofread, *coregistered}
    left = [file.name for file in _tables(path) if file not in used]
    if left:
        warned.append(f"not read: {', '.join(left)}")
    return _Found(
        synapses=synapses[0],
        nuclei=nuclei[0] if nuclei else None,
        types=chosen[0] if chosen else None,
        proofread=proofread[0] if proofread else None,
        coregistered=coregistered[0] if coregistered else None,
        simulated=is_simulated(path if path.is_dir() else path.parent),
        warned=warned,
    )


def _header_beside(path: Path) -> list[str]:
    """Names of the columns in ``<table>_header.csv``: one line of names, or one name per line."""
    header = path.with_name(f"{_stem(path)}_header.csv")
    if not header.is_file():
        return []
    records = [[cell.strip() for cell in record] for record in read_records(header, ",")]
    if len(records) == 1:
        return records[0]
    return [record[0] for record in records if record[0] not in ("column", "name", "column_name")]


def _names(path: Path, given: Sequence[str] | None) -> list[str]:
    """Names of the columns of the synapses, in their order."""
    own = table_columns(path)
    if own:
        return own
    names = [str(name) for name in given] if given is not None else _header_beside(path)
    if not names:
        msg = (
            f"{path.name} has no header, and there is no {_stem(path)}_header.csv beside it. Name its "
            "columns: column_names=['id', 'pre_pt_root_id', ...] (--option column_names=[...])."
        )
        raise ContractError(msg)
    return names


def _as_pairs(
    path: Path, names: Sequence[str], columns: Mapping[str, str | None], told: list[str]
) -> dict[str, str | None]:
    """Contract columns of a table that has counted the synapses of each pair, such as BossDB's."""
    told.append(f"{path.name}: {_COUNT} is the number of synapses of a pair")
    place = _COUNT if table_columns(path) else f"column_{list(names).index(_COUNT) + 1}"
    return {
        "edges.pre_id": columns["synapses.pre_id"],
        "edges.post_id": columns["synapses.post_id"],
        "edges.syn_count": place,
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
    """Contract columns by the file's names, or by their places where it has no header."""
    headed = bool(table_columns(path))
    place = {name: name if headed else f"column_{i}" for i, name in enumerate(names, start=1)}
    pair = _pair(path, names)
    columns: dict[str, str | None] = {
        "synapses.pre_id": place[pair[0]],
        "synapses.post_id": place[pair[1]],
    }
    if "id" in place:
        columns["synapses.synapse_id"] = place["id"]
    score = next((name for name in ("score", "connection_score") if name in place), None)
    if score is not None:
        columns["synapses.score"] = place[score]
    if not headed:
        told.append(f"{path.name} has no header; its columns are {', '.join(names)}")
        if "size" in place:
            columns["synapses.size"] = place["size"]
    for prefix, sources in _SITES.items():
        for base in sources:
            if base in place:
                columns[f"synapses.{prefix}position"] = place[base]
                break
            endings = ("_{}_nm", "_{}_vx", "_{}")
            threes = [[place.get(base + end.format(axis)) for axis in "xyz"] for end in endings]
            split = next((three for three in threes if all(three)), None)
            if split is not None:
                columns |= {
                    f"synapses.{prefix}{a}_nm": name for a, name in zip("xyz", split, strict=True)
                }
                break
    return columns, None if headed else False


@contextmanager
def _valid_rows(
    path: Path,
    names: Sequence[str],
    header: bool | None,
    told: list[str],
    buckets: dict[str, int],
    warned: list[str],
) -> Iterator[Source]:
    """The synapses without rows that CAVE has marked as not valid; all of them where none is."""
    import duckdb

    if bare_suffix(path) in FEATHER:
        yield path
        return
    # Without a header the columns go by their places, as they do in `table`.
    flag = names.index("valid") + 1 if "valid" in names and header is False else None
    valid_column = "valid" if flag is None else f"column_{flag}"
    options = ", all_varchar = true, header = true"
    if header is False:
        listed = ", ".join(f"'column_{i}'" for i in range(1, len(names) + 1))
        options = f", all_varchar = true, header = false, names = [{listed}]"
    if bare_suffix(path) in PARQUET:
        options = ""
    reader = "read_parquet" if bare_suffix(path) in PARQUET else "read_csv"
    rows = f"{reader}(?{options})"
    connection = duckdb.connect()
    try:
        valid = f"coalesce(lower(CAST({valid_column} AS VARCHAR)) NOT IN ('f', 'false'), true)"
        condition = valid if "valid" in names else "true"
        ((count, kept),) = connection.execute(
            f"SELECT count(*), count(*) FILTER ({condition}) FROM {rows}", [str(path)]
        ).fetchall()
        if count == ROW_CAP:
            warned.append(
                f"{path.name} has exactly {ROW_CAP:,} rows, where CAVE cuts an answer off without an "
                "error. Count the rows there (count=True) and ask in parts"
            )
        if count == kept:
            yield path
            return
        buckets["synapse_rows_not_valid"] = count - kept
        told.append(f"{path.name}: {count - kept:,} rows that are not valid are left out")
        query = f"SELECT * FROM {rows} WHERE {condition}"
        yield connection.sql(query, params=[str(path)]).to_arrow_table()
    except duckdb.Error as error:
        first = (str(error).splitlines() or [""])[0].rstrip(".")
        msg = f"{path.name} is not a readable table of synapses ({first})."
        raise ContractError(msg) from None
    finally:
        connection.close()


def _release(path: Path, version: int | None, attributes: Mapping[str, Any]) -> str | None:
    stored = attributes.get("materialization_version") or attributes.get("version")
    match = _VERSION.search(_stem(path))
    number = version or stored or (match[1] if match else None)
    if number is None:
        return None
    when = attributes.get("timestamp")
    return f"v{number}" + (f", {when}" if when else "")


def _nodes(
    found: _Found, told: list[str], warned: list[str]
) -> tuple[pa.Table | None, dict[str, pa.Table], dict[str, int]]:
    """One row per root that has a nucleus, and what the other tables say of it."""
    buckets: Counter[str] = Counter()
    if found.nuclei is None:
        for file in (found.types, found.proofread, found.coregistered):
            if file is not None:
                warned.append(f"{file.name} is not read, since there is no table of nuclei")
        return None, {}, dict(buckets)
    roots: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line, row in enumerate(small_rows(found.nuclei), start=1):
        if truth(row.get("valid")) is False:
            buckets["nuclei_not_valid"] += 1
            continue
        root = _root(found.nuclei, line, row, "pt_root_id")
        if root is None:
            buckets["nuclei_without_root"] += 1
            continue
        row["id"] = exact_id(row.get("id"), f"{found.nuclei.name}: row {line}: id")
        roots[root].append(row)
    merged = {root for root, rows in roots.items() if len(rows) > 1}
    if merged:
        buckets["roots_with_several_nuclei"] = len(merged)
        warned.append(
            f"{found.nuclei.name}: {len(merged):,} roots have several nuclei, for instance "
            f"{min(merged)}; they are merged cells, n_nuclei says so, and nucleus_id is empty"
        )
    ids = sorted(roots)
    columns: dict[str, Any] = {
        "node_id": pa.array(ids, pa.int64()),
        "nucleus_id": pa.array(
            [None if root in merged else roots[root][0]["id"] for root in ids], pa.int64()
        ),
        "n_nuclei": pa.array([len(roots[root]) for root in ids], pa.int64()),
        "nucleus_volume_um3": pa.array(
            [None if r in merged else _float(found.nuclei, roots[r][0], "volume") for r in ids],
            pa.float64(),
        ),
    }
    split = any("pt_position_x" in rows[0] for rows in roots.values())
    places = [_place(roots[root][0], split=split) if root not in merged else None for root in ids]
    columns["position"] = pa.array(places, pa.string())
    if found.types is not None:
        columns |= _types(found.types, ids, buckets, told)
    if found.proofread is not None:
        columns |= _proofread(found.proofread, ids)
    more = {}
    if found.coregistered is not None:
        more["functional_units"] = _units(found.coregistered, set(ids), buckets)
    told.append(f"{found.nuclei.name}: {len(ids):,} roots have a nucleus and are the neurons")
    return pa.table(columns), more, dict(buckets)


def _root(path: Path, line: int, row: Mapping[str, Any], name: str) -> int | None:
    return exact_id(row.get(name), f"{path.name}: row {line}: {name}", zero_is_none=True)


def _float(path: Path, row: Mapping[str, Any], name: str) -> float | None:
    value = row.get(name)
    if value in _NULL:
        return None
    try:
        return float(str(value))
    except ValueError:
        msg = f"{path.name}: {name} holds {value!r}, wanted a number."
        raise ContractError(msg) from None


def _place(row: Mapping[str, Any], *, split: bool) -> str | None:
    if split:
        found = [row.get(f"pt_position_{axis}") for axis in "xyz"]
        return None if None in found else " ".join(map(str, found))
    value = row.get("pt_position")
    if value is None or isinstance(value, str):
        return value
    return " ".join(map(str, value))


def _types(
    path: Path, ids: Sequence[int], buckets: Counter[str], told: list[str]
) -> dict[str, Any]:
    by_root: dict[int, set[tuple[Any, Any]]] = defaultdict(set)
    for line, row in enumerate(small_rows(path), start=1):
        root = _root(path, line, row, "pt_root_id")
        if root is None:
            buckets["cell_types_without_root"] += 1
        else:
            by_root[root].add((row.get("cell_type"), row.get("classification_system")))
    several = [root for root, types in by_root.items() if len(types) > 1]
    if several:
        buckets["roots_with_several_cell_types"] = len(several)
    only = {root: next(iter(types)) for root, types in by_root.items() if len(types) == 1}
    told.append(f"{path.name} gives cell_type, and cell_class by classification_system")
    return {
        "cell_type": pa.array([only.get(root, (None, None))[0] for root in ids], pa.string()),
        "cell_class": pa.array([only.get(root, (None, None))[1] for root in ids], pa.string()),
    }


def _proofread(path: Path, ids: Sequence[int]) -> dict[str, Any]:
    by_root: dict[int, dict[str, Any]] = {}
    for line, row in enumerate(small_rows(path), start=1):
        root = _root(path, line, row, "valid_id") or _root(path, line, row, "pt_root_id")
        if root is not None:
            by_root[root] = row
    rows = [by_root.get(root, {}) for root in ids]
    return {
        "proofread_axon": pa.array([truth(r.get("status_axon")) for r in rows], pa.bool_()),
        "proofread_dendrite": pa.array([truth(r.get("status_dendrite")) for r in rows], pa.bool_()),
        "strategy_axon": pa.array([r.get("strategy_axon") for r in rows], pa.string()),
        "strategy_dendrite": pa.array([r.get("strategy_dendrite") for r in rows], pa.string()),
    }


def _units(path: Path, known: set[int], buckets: Counter[str]) -> pa.Table:
    """Which recorded unit is which neuron: several rows per neuron."""
    rows = []
    for line, row in enumerate(small_rows(path), start=1):
        root = _root(path, line, row, "pt_root_id")
        if root is None or root not in known:
            buckets["functional_units_without_neuron"] += 1
            root = None
        keys = [
            exact_id(first_of(row, name), f"{path.name}: row {line}: {name}")
            for name in ("session", "scan_idx", "unit_id")
        ]
        rows.append((root, *keys, _float(path, row, "residual"), _float(path, row, "score")))
    names = ("neuron", "session", "scan_idx", "unit_id", "residual", "score")
    types = (*(pa.int64(),) * 4, pa.float64(), pa.float64())
    return pa.table(
        {
            name: pa.array([row[i] for row in rows], kind)
            for i, (name, kind) in enumerate(zip(names, types, strict=True))
        }
    )
