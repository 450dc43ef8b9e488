"""Rows of every ordinary format come in as they are, or the file is named and refused."""

from __future__ import annotations

import datetime as dt
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.feather as paf
import pytest

import ingest
from connectome_analysis.tables import ContractError

from .sources import column, edges, read, rows, text


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("version", "compression"), [(1, None), (2, "uncompressed"), (2, "lz4"), (2, "zstd")]
)
def test_feather_of_both_versions_is_read(
    tmp_path: Path, out: Path, version: int, compression: str | None
) -> None:
    frame = pd.DataFrame({"pre": [1, 2], "post": [2, 1], "n_syn": [3, 4], "kind": ["a", "b"]})
    if version == 2:
        paf.write_feather(frame, tmp_path / "e.feather", compression=compression)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                paf.write_feather(frame, tmp_path / "e.feather", version=1)
            except (ValueError, NotImplementedError, pa.ArrowException):
                pytest.skip("this pyarrow writes no Feather of version 1")
    assert edges(read(out, edges=tmp_path / "e.feather")) == {(1, 2): 3, (2, 1): 4}


def test_cells_of_excel_arrive_as_what_they_are(tmp_path: Path, out: Path) -> None:
    cells = [
        ["pre", "post", "n_syn", "seen", "when", "share", None],
        ["a", "b", 3, True, dt.datetime(2020, 1, 2, tzinfo=None), 0.5, None],
        ["b", "a", 4.0, False, None, 1, None],
        [None] * 7,
    ]
    result = read(out, edges=workbook(tmp_path / "e.xlsx", {"only": cells}))
    stored = rows(result, "edges")
    assert [row["syn_count"] for row in stored] == [3, 4]
    assert [row["seen"] for row in stored] == [True, False]
    assert [row["when"] for row in stored] == ["2020-01-02T00:00:00", None]
    assert [row["share"] for row in stored] == [0.5, 1.0]
    assert "e.xlsx: sheet 'only', first row names the columns" in result.decisions


def test_a_sheet_is_chosen_by_name_for_edges_and_for_neurons(tmp_path: Path, out: Path) -> None:
    book = workbook(
        tmp_path / "all.xlsx",
        {"neurons": [["node_id"], [1], [2], [3]], "edges": [[1, 2, 3], [2, 1, 4]]},
    )
    result = read(out, edges=book, sheet="edges", nodes=book, nodes_sheet="neurons")
    assert edges(result) == {(1, 2): 3, (2, 1): 4}
    assert column(result, "nodes", "node_id") == [1, 2, 3]


def test_damaged_and_empty_files_are_refused_in_one_line(tmp_path: Path, out: Path) -> None:
    broken = {
        "e.xlsx": "e.xlsx is not a readable Excel workbook",
        "e.parquet": "The source cannot be read: .*e.parquet",
        "e.feather": "e.feather is not a readable Feather file",
    }
    for name, said in broken.items():
        with pytest.raises(ContractError, match=said) as error:
            ingest.table(out, edges=text(tmp_path, name, "nothing of the kind"))
        assert "\n" not in str(error.value)
    empty = workbook(tmp_path / "empty.xlsx", {"s": []})
    with pytest.raises(ContractError, match=r"empty.xlsx: sheet 's' is empty"):
        ingest.table(out, edges=empty)


def test_a_frame_with_two_columns_of_one_name_or_mixed_cells_is_refused(out: Path) -> None:
    twice = pd.DataFrame([[1, 2, 3]], columns=["pre", "post", "post"])
    with pytest.raises(ContractError, match=r"edges \(in memory\)"):
        ingest.table(out, edges=twice)
    mixed = pd.DataFrame({"pre": [1, {"a": 2}], "post": [2, 3]}, dtype=object)
    with pytest.raises(ContractError, match=r"edges \(in memory\): the rows cannot be read"):
        ingest.table(out, edges=mixed)
    gap = pd.DataFrame({"pre": [1, None], "post": [2, 3], "n_syn": [1, 1]})
    with pytest.raises(ContractError, match=r"pre_id must be an integer, column 'pre' is float64"):
        ingest.table(out, edges=gap)
