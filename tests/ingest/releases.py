"""Small synthetic sources in the words of public releases, with the quirks that readers must meet."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ingest
from connectome_analysis.tables import check
from ingest.known_formats import find_format

from .sources import BIG


def take(format: str, source: Path, out: Path, **options: Any) -> ingest.Ingested:
    """Read by a format's reader; whatever is written must pass the check of the contract."""
    result = find_format(format).load()(source, out, **options)
    assert check(result.path) == []
    return result


def write_matrix(
    path: Path, rows: Sequence[object], columns: Sequence[object], cells: Mapping[Any, object]
) -> None:
    """A dense matrix whose corner is empty; cells by (row, column) name."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["", *columns])
        for row in rows:
            out.writerow([row, *(cells.get((row, column), 0.0) for column in columns)])


def write_larva(folder: Path) -> Path:
    """Four parts and the whole, five orders of labels, annotations with pairs and without."""
    folder.mkdir()
    parts = {
        "aa": {(11, 12): 1.0, (12, 11): 2.0},
        "ad": {(11, 12): 3.0, (13, 13): 1.0},
        "da": {(14, 11): 4.0},
        "dd": {(12, 13): 5.0},
    }
    whole: dict[tuple[int, int], float] = {}
    for cells in parts.values():
        for pair, count in cells.items():
            whole[pair] = whole.get(pair, 0.0) + count
    orders = {
        "all-all": ([11, 12, 13, 14], [14, 13, 12, 11]),
        "aa": ([12, 11, 14, 13], [11, 13, 12, 14]),
        "ad": ([13, 14, 11, 12], [12, 14, 11, 13]),
        "da": ([14, 13, 12, 11], [11, 12, 13, 14]),
        "dd": ([11, 13, 12, 14], [13, 12, 14, 11]),
    }
    for name, cells in {"all-all": whole, **parts}.items():
        write_matrix(folder / f"{name}_connectivity_matrix.csv", *orders[name], cells)
    (folder / "annotations.csv").write_text(
        "left_id,right_id,celltype,additional_annotations,level_7_cluster\n"
        "11,12,KCs,,3\n13,no pair,MBONs,unclear,4\n"
    )
    (folder / "inputs.csv").write_text(",axon_input,dendrite_input\n11,4,2\n99,1,0\n")
    return folder


def write_sheets(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """A workbook."""
    import openpyxl  # type: ignore[import-untyped]

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def write_cook(folder: Path, name: str = "SI 5 Connectome adjacency matrices.xlsx") -> Path:
    """Chemical sheet with totals and repeats after its names, rectangular; both tables of gap junctions."""
    none = None
    chemical = [
        [none, none, none, "PHARYNX", "SENSOSRY NEURONS", "BODYWALL MUSCLES", none, none, none],
        [none] * 9,
        [none, none, none, "I1L", "DA01", "dBWML1", none, "I1L", "DA01"],
        ["PHARYNX", none, "I1L", none, 10, 3, none, 9, 9],
        ["SENSOSRY NEURONS", none, "DA01", 2, 1, none, none, 9, 9],
        [none, none, "SUM", 2, 11, 3, none, 9, 9],
    ]
    symmetric = [
        [none] * 5,
        [none] * 5,
        [none, none, none, "I1L", "DA1"],
        [none, none, "I1L", none, 4],
        [none, none, "DA1", 4, none],
    ]
    asymmetric = [row.copy() for row in symmetric]
    asymmetric[4][3] = none
    return write_sheets(
        folder / name,
        {
            "TITLE AND LEGEND": [["words"]],
            "hermaphrodite chemical": chemical,
            "hermaphrodite gap jn symmetric": symmetric,
            "hermaphrodite gap jn asymmetric": asymmetric,
        },
    )


def write_witvliet(folder: Path) -> Path:
    """One animal: a polyadic site, one receiver twice, fragments; gap junctions listed once."""
    folder.mkdir()
    sites = [
        {
            "pre": "ADAL",
            "pre_tid": 1,
            "post": ["AIBL", "AIBL", "RIML", "Fragment 7"],
            "post_tid": [2, 3, 4, 5],
            "post_weights": [1, 1, 2, 1],
            "size": 1234567.0,
            "size_proportion_per_section": [1.0],
            "catmaid_id": BIG,
            "vast_id": 9,
        },
        {"pre": "AIBL", "post": ["DA01"], "size": None, "catmaid_id": 8},
    ]
    gaps = [{"n1": "ADAL", "n2": "RIML"}, {"n1": "Fragment", "n2": "RIML"}]
    (folder / "Dataset3_synapses.json").write_text(json.dumps(sites))
    (folder / "Dataset3_gapjunctions.json").write_text(json.dumps(gaps))
    return folder


def write_ciona(folder: Path) -> Path:
    """Ids of digits, bare NaN, a dash for what is missing."""
    folder.mkdir()
    (folder / "ciona.json").write_text(
        '{"directed": true, "multigraph": false, "graph": {}, "nodes": ['
        '{"Cell Type": "prRN", "Ciliated": "-", "Side": "L", "Brain Region": "mid BV", '
        '"X": "-", "Y": 1.5, "Z": 2, "Gaps": "-", "id": "100"},'
        '{"Cell Type": "MN", "Side": "R", "Brain Region": "-", "X": 3, "Y": 1, "Z": 2, "Gaps": 4, '
        '"id": "pns1"}, {"id": "7"}], "links": ['
        '{"weight": 0.06, "source": "100", "target": "pns1"},'
        '{"weight": NaN, "source": "pns1", "target": "7"}]}'
    )
    return folder


def write_catmaid(folder: Path) -> Path:
    """Two skeletons: one connector with two receivers in one and a third that is elsewhere."""
    folder.mkdir()
    sender = [
        [
            [5, None, 1, 0.0, 0.0, 0.0, -1, 5],
            [4, 5, 1, 30.0, 40.0, 0.0, 12.5, 5],
        ],
        [[4, 900, 0, 31.0, 40.0, 0.0], [5, 901, 2, 0.0, 0.0, 0.0], [5, 902, 1, 1.0, 1.0, 1.0]],
        {"soma": [5]},
    ]
    receiver = [
        [[8, None, 1, 100.0, 0.0, 0.0, 3.0, 5], [9, 8, 1, 100.0, 0.0, 50.0, -1, 5]],
        [[8, 900, 1, 32.0, 40.0, 0.0], [9, 900, 1, 32.0, 40.0, 0.0]],
        {},
    ]
    (folder / "skeleton-16.json").write_text(json.dumps(sender))
    (folder / "skeleton-17.json").write_text(json.dumps(receiver))
    return folder


def h01_record(
    pre: object, post: object, *, sender: str = "AXON", receiver: str = "DENDRITE", kind: int = 2
) -> dict[str, Any]:
    """A synapse of H01 at voxel (10, 20, 30)."""
    return {
        "id": None,
        "location": {"x": 10, "y": 20, "z": 30},
        "pre_synaptic_site": {"id": "1", "neuron_id": pre, "class_label": sender, "type": 1},
        "post_synaptic_partner": {"id": "2", "neuron_id": post, "class_label": receiver, "type": 2},
        "type": kind,
        "confidence": 0.75,
    }


def write_h01(folder: Path, records: Sequence[Mapping[str, Any]]) -> Path:
    """A shard as NDJSON."""
    folder.mkdir()
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "export000000000000.ndjson").write_text(lines)
    return folder
