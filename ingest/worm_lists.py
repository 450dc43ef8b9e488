"""Worm lists: the edge lists of *C. elegans* that circulate, each with a quirk of its own.

========================  ====================================================================
``pre post type synapses``  White 1986, Witvliet 2021 as cect has them: text with tabs, or a sheet
``Source,Target,Weight,Type``  Cook 2019 and 2020 as lists, names padded with spaces
``Neuron 1, Neuron 2, Type, Nbr``  NeuronConnect (Varshney 2011): R, Rp repeat S, Sp; EJ both ways
five fields with tabs  Durbin 1987: Receive repeats Send; one series or two
``source,target,transmitter,receptor``  Bentley 2016, no header: monoamines or peptides
``pre,post``  *P. pacificus*, no header: one row per synapse
========================  ====================================================================
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .both_ways import Listed
from .matrices import is_cell
from .read_rows import EXCEL, read_sheet
from .safe_files import first_line
from .table_reader import table
from .text_files import choose_delimiter, read_records
from .worm_names import WORM, is_fragment, unpadded_told, worm_name

_PACIFICUS = re.compile(r"^specimen_(\d+)_synapselist\.csv$")
_JUNCTIONS = {"meaning": "gap junctions", "unit": "gap junctions"}
_SECTIONS = {"meaning": "EM sections", "unit": "sections"}
_DURBIN = {
    "gap_junction": "electrical",
    "send": "chemical",
    "send_joint": "chemical",
    "receive": None,
    "receive_joint": None,
}
_CONNECT = {"s": "chemical", "sp": "chemical", "ej": "electrical", "r": None, "rp": None}


def recognises_worm_list(path: Path) -> str | None:
    """Say why a file is one of the worm's edge lists."""
    if not path.is_file():
        return None
    if _PACIFICUS.match(path.name):
        return f"is called {path.name}, a list of synapses of P. pacificus"
    names = {
        "neurodata.txt": "Durbin 1987",
        "edgelist_MA.csv": "Bentley 2016",
        "edgelist_NP.csv": "Bentley 2016",
        "herm_full_edgelist.csv": "Cook 2019 as a list",
        "NeuronConnectFormatted.xlsx": "Varshney 2011",
    }
    if path.name in names:
        return f"is called {path.name}, {names[path.name]}"
    header = re.sub(r"\s+", "\t", first_line(path).strip().casefold())
    if header == "pre\tpost\ttype\tsynapses" and "white" in path.name.casefold():
        return "has the columns pre, post, type, synapses and is called White's"
    if re.match(r"^witvliet_2020_[1-8] .*\.xlsx$", path.name):
        return f"is called {path.name}, a sheet of Witvliet 2021 as cect has it"
    return None


def read_worm_list(
    source: str | Path,
    out: str | Path,
    *,
    nodes: str | Path | None = None,
    series: str | None = None,
    undirected_listed: Listed | None = None,
    min_synapses: int | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read an edge list of a worm; which one its columns say.

    Parameters
    ----------
    source : path
        Text, or a workbook of one sheet.
    out : path
    nodes : path, optional
        A list of neurons; without it the neurons are those that the rows name.
    series : str, optional
        Of Durbin's list: ``"N2U"`` or ``"JSH"``, two animals that must not be added up.
    undirected_listed : {"once", "twice"}, optional
        How gap junctions are listed, where it is not what is known of the format.
    min_synapses, description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where the columns are of none of these lists, or both series are in one.
    """
    path = Path(source).expanduser()
    if not path.is_file():
        msg = f"{path} does not exist." if not path.exists() else f"{path} is not a file."
        raise ContractError(msg)
    read = _read(path, _records(path), series)
    columns: dict[str, Any] = {
        "pre_id": pa.array([row.pre for row in read.rows], pa.string()),
        "post_id": pa.array([row.post for row in read.rows], pa.string()),
        "edge_type": pa.array([row.kind for row in read.rows], pa.string()),
        "weight": pa.array([row.weight for row in read.rows], pa.float64()),
    }
    counted = read.chemical_means == "synapses"
    if counted:
        counts = [int(r.weight) if r.kind == "chemical" else None for r in read.rows]
        columns["syn_count"] = pa.array(counts, pa.int64())
    for name in dict.fromkeys(name for row in read.rows for name in row.more):
        columns[name] = pa.array([row.more.get(name) for row in read.rows], pa.string())
    kinds = dict.fromkeys(row.kind for row in read.rows)
    meanings: dict[str, Mapping[str, str]] = {
        kind: {"meaning": read.chemical_means} for kind in kinds if kind != "electrical"
    }
    meanings["electrical"] = _JUNCTIONS if counted else _SECTIONS
    return table(
        out,
        edges=pa.table(columns),
        nodes=nodes,
        files={"edges": path},
        ids="names",
        unknown_neurons="error",
        weight_meaning=read.chemical_means + " or gap junctions"
        if counted
        else read.chemical_means,
        weight_meanings=meanings,
        undirected_listed=undirected_listed or read.listed,
        min_synapses=min_synapses,
        decisions=[*read.told, *unpadded_told(read.printed)],
        buckets=read.buckets,
        description={"species": WORM, "detector": "manual tracing"}
        | read.about
        | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


@dataclass(frozen=True)
class _Row:
    pre: str | None
    post: str | None
    kind: str
    weight: float
    more: dict[str, str] = field(default_factory=dict)


@dataclass
class _List:
    """What a list turned out to hold."""

    told: list[str]
    rows: list[_Row] = field(default_factory=list)
    buckets: Counter[str] = field(default_factory=Counter)
    printed: set[str] = field(default_factory=set)
    about: dict[str, Any] = field(default_factory=dict)
    chemical_means: str = "synapses"
    listed: Listed | None = None

    def add(self, pre: str, post: str, kind: str, weight: float, **more: str) -> None:
        """One row, its names without padding; a fragment is nobody."""
        ends = []
        for name in (pre, post):
            self.printed.add(name.strip())
            ends.append(None if is_fragment(name) else worm_name(name))
        self.rows.append(_Row(ends[0], ends[1], kind, weight, more))


def _records(path: Path) -> list[list[str]]:
    if path.suffix.lower() in EXCEL:
        _, cells = read_sheet(path, None)
        return [[(cell or "").strip() for cell in row] for row in cells if any(row)]
    delimiter, runs = choose_delimiter(path)
    if path.name.startswith("neurodata"):
        delimiter, runs = "\t", False  # an empty series is an empty field
    elif first_line(path).split() == ["pre", "post", "type", "synapses"]:
        delimiter, runs = " ", True  # one table has spaces in its header and tabs below
    records = read_records(path, delimiter, runs=runs)
    found = [[cell.strip() for cell in record] for record in records]
    return [record for record in found if any(record) and not record[0].startswith("#")]


def _read(path: Path, records: list[list[str]], series: str | None) -> _List:
    if not records:
        msg = f"{path.name} is empty."
        raise ContractError(msg)
    header = [cell.casefold() for cell in records[0]]
    body = records[1:]
    if header == ["pre", "post", "type", "synapses"] or (
        len(header) == 1 and header[0].split() == ["pre", "post", "type", "synapses"]
    ):
        return _white(path, body)
    if header[:3] == ["source", "target", "weight"]:
        return _source_target(path, body, typed=len(header) > 3)
    if [name.replace("\n", " ") for name in header[:4]] == ["neuron 1", "neuron 2", "type", "nbr"]:
        return _neuron_connect(path, body)
    widths = {len(record) for record in records}
    if len(header) >= 5 and header[2] in _DURBIN:
        return _durbin(path, records, series)
    if widths == {2} and not any(is_cell(cell) for cell in records[0]):
        return _pacificus(path, records)
    if widths == {4} and not any(is_cell(cell) for cell in records[0]):
        return _bentley(path, records)
    msg = (
        f"{path.name} begins with {', '.join(records[0][:6])}, which is none of the worm's lists; "
        "read it as rows: neuropil ingest table."
    )
    raise ContractError(msg)


def _white(path: Path, body: Sequence[Sequence[str]]) -> _List:
    out = _List([f"{path.name}: a list pre, post, type, synapses; gap junctions are listed once"])
    for line, (pre, post, kind, count) in _of_width(path, body, 4):
        if kind.casefold() not in ("chemical", "electrical"):
            msg = f"{path.name}: line {line}: type must be chemical or electrical, got {kind!r}."
            raise ContractError(msg)
        out.add(pre, post, kind.casefold(), _whole(path, line, count))
    out.listed = _listed(out.rows)
    out.told[0] = f"{path.name}: a list pre, post, type, synapses"
    return out


def _source_target(path: Path, body: Sequence[Sequence[str]], *, typed: bool) -> _List:
    out = _List([f"{path.name}: a list Source, Target, Weight" + (", Type" if typed else "")])
    out.chemical_means = "EM sections"
    for line, record in _of_width(path, body, 4 if typed else 3):
        kind = record[3].casefold() if typed else "chemical"
        out.add(record[0], record[1], kind, _number(path, line, record[2]))
    out.listed = _listed(out.rows)
    return out


def _neuron_connect(path: Path, body: Sequence[Sequence[str]]) -> _List:
    """S and Sp send; R and Rp are the same synapses seen by the receiver; EJ is there both ways."""
    out = _List(
        [
            (
                f"{path.name}: NeuronConnect; S and Sp (sent alone or in a polyad) are added up, R "
                "and Rp are the same synapses seen by the receiver and left out, EJ stands both "
                "ways, NMJ is onto muscle and left out"
            )
        ],
        listed="twice",
        about={
            "sex": "hermaphrodite",
            "stage": "adult",
            "source": f"Varshney 2011, {path.name}",
            "release": "2011",
            "doi": ("10.1371/journal.pcbi.1001066",),
        },
    )
    for line, (pre, post, code, count) in _of_width(path, body, 4):
        plain = code.casefold()
        if plain == "nmj":
            out.buckets["edge_rows_neuromuscular"] += 1
            continue
        if plain not in _CONNECT:
            msg = f"{path.name}: line {line}: Type must be S, Sp, R, Rp, EJ or NMJ, got {code!r}."
            raise ContractError(msg)
        kind = _CONNECT[plain]
        if kind is None:
            out.buckets["edge_rows_seen_by_the_receiver"] += 1
            continue
        out.add(pre, post, kind, _whole(path, line, count))
    return out


def _durbin(path: Path, records: Sequence[Sequence[str]], series: str | None) -> _List:
    there = sorted({record[3].upper() for record in records if len(record) > 3 and record[3]})
    if series is None and len(there) > 1:
        msg = (
            f"{path.name} holds the series {', '.join(there)}, which are two animals; say which: "
            f"series={there[0]!r} (--option series={there[0]})."
        )
        raise ContractError(msg)
    chosen = (series or (there[0] if there else "")).upper()
    if chosen not in there:
        msg = f"{path.name} has no series {series!r}; it has {', '.join(there)}."
        raise ContractError(msg)
    out = _List(
        [
            (
                f"{path.name}: Durbin's list, series {chosen}; Send and Send_joint are added up, "
                "Receive is the same seen by the receiver and left out"
            )
        ],
        about={
            "individual": chosen,
            "sex": "hermaphrodite",
            "source": f"Durbin 1987, {path.name}",
            "stage": {"N2U": "adult", "JSH": "L4"}.get(chosen, "adult"),
        },
    )
    gaps = []
    for line, record in enumerate(records, start=1):
        if len(record) < 5 or record[2].casefold() not in _DURBIN:
            msg = f"{path.name}: line {line} is {record!r}; wanted two cells, Send or Receive or Gap_junction, series, count."
            raise ContractError(msg)
        pre, post, word, where, count = record[:5]
        if not where:
            out.buckets["edge_rows_without_series"] += 1
            continue
        if where.upper() != chosen:
            out.buckets["edge_rows_of_the_other_series"] += 1
            continue
        kind = _DURBIN[word.casefold()]
        if kind is None:
            out.buckets["edge_rows_seen_by_the_receiver"] += 1
        elif kind == "electrical":
            gaps.append((pre, post, _whole(path, line, count)))
        else:
            out.add(pre, post, kind, _whole(path, line, count))
    _each_gap_once(path, gaps, out)
    return out


def _each_gap_once(path: Path, gaps: Sequence[tuple[str, str, float]], out: _List) -> None:
    """Most junctions are listed from both cells and some from one: each is kept once."""
    seen: dict[frozenset[str], float] = {}
    for pre, post, count in gaps:
        pair = frozenset((pre, post))
        if pair in seen and seen[pair] != count:
            msg = (
                f"{path.name} lists {seen[pair]:g} gap junctions between {pre} and {post} on one "
                f"line and {count:g} on another. Correct one."
            )
            raise ContractError(msg)
        if pair in seen:
            out.buckets["edge_rows_of_gap_junctions_listed_again"] += 1
            continue
        seen[pair] = count
        out.add(pre, post, "electrical", count)
    out.listed = "once"
    out.told.append(f"{path.name}: a gap junction listed from both cells is kept once")


def _bentley(path: Path, records: Sequence[Sequence[str]]) -> _List:
    kind = "neuropeptide" if "_np" in path.stem.casefold() else "monoamine"
    out = _List(
        [f"{path.name}: no header: source, target, transmitter, receptor; kind {kind}"],
        chemical_means="pairs of transmitter and receptor",
        about={"source": f"Bentley 2016, {path.name}", "doi": ("10.1371/journal.pcbi.1005283",)},
    )
    out.about["detector"] = "expression of transmitter and receptor, not synapses"
    for _, (pre, post, transmitter, receptor) in _of_width(path, records, 4):
        out.add(pre, post, kind, 1.0, transmitter=transmitter, receptor=receptor)
    return out


def _pacificus(path: Path, records: Sequence[Sequence[str]]) -> _List:
    match = _PACIFICUS.match(path.name)
    out = _List(
        [f"{path.name}: no header: pre, post; every row is a synapse"],
        about={
            "species": "Pristionchus pacificus",
            "individual": f"specimen {match[1]}" if match else None,
            "source": path.name,
        },
    )
    for _, (pre, post) in _of_width(path, records, 2):
        out.add(pre, post, "chemical", 1.0)
    return out


def _listed(rows: Iterable[_Row]) -> Listed | None:
    """How gap junctions are listed; None, so that it is asked for, where some are there both ways."""
    pairs = {(row.pre, row.post) for row in rows if row.kind == "electrical"}
    return None if any((post, pre) in pairs for pre, post in pairs if pre != post) else "once"


def _of_width(
    path: Path, records: Sequence[Sequence[str]], width: int
) -> Iterable[tuple[int, Sequence[str]]]:
    for line, record in enumerate(records, start=2):
        if len(record) < width or any(record[width:]):
            msg = f"{path.name}: row {line} has {len(record)} fields, wanted {width}."
            raise ContractError(msg)
        yield line, record[:width]


def _whole(path: Path, line: int, text: str) -> float:
    number = _number(path, line, text)
    if number != int(number) or number < 0:
        msg = f"{path.name}: row {line} holds {text!r}, wanted a number of synapses."
        raise ContractError(msg)
    return number


def _number(path: Path, line: int, text: str) -> float:
    try:
        number = float(text)
        int(number)
    except (ValueError, OverflowError):
        msg = f"{path.name}: row {line} holds {text!r}, wanted a number."
        raise ContractError(msg) from None
    return number
