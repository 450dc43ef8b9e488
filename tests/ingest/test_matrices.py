"""Adjacency matrices: every layout, the orientation, and names that decide who is who."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

import ingest
from connectome_analysis.tables import ContractError

from .sources import BIG, column, edges, manifest, named_edges, read, text

NAMES = ["ADAL", "12", "b c", "RIH"]
matrices = hnp.arrays(np.int64, (4, 4), elements=st.sampled_from([0, 0, 1, 7, 300]))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def expected(matrix: np.ndarray) -> dict[tuple[int, int], float]:
    return {(i + 1, j + 1): float(matrix[i, j]) for i, j in zip(*np.nonzero(matrix), strict=True)}


def by_name(matrix: np.ndarray) -> dict[tuple[str, str], float]:
    return {(NAMES[i - 1], NAMES[j - 1]): w for (i, j), w in expected(matrix).items()}


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(matrix=matrices, turned=st.booleans())
def test_every_layout_gives_the_same_edges(
    tmp_path: Path, out: Path, matrix: np.ndarray, turned: bool
) -> None:
    orientation = "columns-are-pre" if turned else "rows-are-pre"
    wanted = matrix.T if turned else matrix
    cells = [[str(value) for value in row] for row in matrix]
    blanks = [["" if cell == "0" else f"{cell}.0" for cell in row] for row in cells]
    (tmp_path / "m.npy").unlink(missing_ok=True)
    np.save(tmp_path / "m.npy", matrix.astype(np.uint16))
    np.savez(tmp_path / "one.npz", adjacency=matrix, order=np.arange(4))
    sparse.save_npz(tmp_path / "s.npz", sparse.csr_array(matrix))
    bare = {
        "bare.csv": "\n".join(",".join(row) for row in cells),
        "bare.txt": "\n".join(" ".join(row) for row in cells) + "\n",
        "bare.tsv": "\n".join("\t".join(row) for row in cells) + "\n",
    }
    named = {
        "pandas.csv": [["", *NAMES]] + [[n, *row] for n, row in zip(NAMES, cells, strict=True)],
        "corner.csv": [["Neurons", *NAMES]] + [[n, *r] for n, r in zip(NAMES, blanks, strict=True)],
        "r.csv": [NAMES] + [[n, *row] for n, row in zip(NAMES, cells, strict=True)],
        "header.csv": [NAMES, *cells],
    }
    files = [text(tmp_path, name, content) for name, content in bare.items()]
    files += [tmp_path / name for name in ("m.npy", "one.npz", "s.npz")]
    for file in files:
        result = read(out, matrix=file, orientation=orientation, overwrite=True)
        assert edges(result) == expected(wanted), file.name
        assert column(result, "nodes", "node_id") == [1, 2, 3, 4]
    for name, rows in named.items():
        file = text(tmp_path, name, "\n".join(",".join(row) for row in rows))
        result = read(out, matrix=file, orientation=orientation, overwrite=True)
        assert named_edges(result) == by_name(wanted), name
        assert column(result, "nodes", "name") == NAMES


def test_the_orientation_is_told_also_where_nobody_asked(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "m.csv", ",a,b\na,0,2\nb,0,0\n")
    result = read(out, matrix=file)
    assert named_edges(result) == {("a", "b"): 2}
    line = (
        "m.csv: orientation rows-are-pre: the neuron of the row sends to the neuron of the column"
    )
    assert line in result.decisions
    assert line in manifest(result).made_by["decisions"]
    turned = read(out, matrix=file, orientation="columns-are-pre", overwrite=True)
    assert named_edges(turned) == {("b", "a"): 2}


def test_matrices_in_another_order_of_rows_and_columns_are_the_same(
    tmp_path: Path, out: Path
) -> None:
    # The larva's five matrices list their neurons in five orders.
    one = text(tmp_path, "a.csv", f",{BIG},8,9\n{BIG},0,1,2\n8,3,0,0\n9,0,5,0\n")
    two = text(tmp_path, "b.csv", f",9,{BIG},8\n8,0,3,0\n9,0,0,5\n{BIG},2,0,1\n")
    first = edges(read(out, matrix=one))
    assert first == edges(read(out, matrix=two, overwrite=True))
    assert first == {(BIG, 8): 1, (BIG, 9): 2, (8, BIG): 3, (9, 8): 5}


def test_a_rectangular_matrix_has_the_neurons_of_both_sides(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "m.csv", ",a,muscle\na,0,2\nb,1,\nc,0,0\n")
    result = read(out, matrix=file, weight_meaning="EM sections")
    assert named_edges(result) == {("a", "muscle"): 2, ("b", "a"): 1}
    assert column(result, "nodes", "name") == ["a", "b", "c", "muscle"]


def test_a_rectangular_matrix_without_names_needs_a_word(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "m.csv", "0,1,2\n3,0,0\n")
    with pytest.raises(ContractError, match=r"2 x 3 without names.*--rows-and-columns different"):
        ingest.table(out, matrix=file, header=False, row_names=False)
    result = read(out, matrix=file, header=False, row_names=False, rows_and_columns="different")
    assert edges(result) == {(1, 4): 1, (1, 5): 2, (2, 3): 3}
    assert column(result, "nodes", "node_id") == [1, 2, 3, 4, 5]


def test_totals_are_no_neurons(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "m.csv", ",a,b,SUM\na,0,2,2\nb,1,0,1\nTotal,1,2,3\n")
    result = read(out, matrix=file)
    assert named_edges(result) == {("a", "b"): 2, ("b", "a"): 1}
    assert "m.csv: 'SUM', 'Total' is a total, not a neuron, and left out" in result.decisions


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (",a,a\na,0,2\nb,1,0\n", "two columns are named 'a'"),
        (",a,\na,0,2\nb,1,0\n", "column 2 of the matrix has no name"),
        (",a,b\na,0,2\nb,1\n", "row 2 of the matrix has 2 cells, the others have 3"),
        (",a,b\na,0,x\nb,1,0\n", "row 1 of the matrix holds 'x', which is no number"),
        ("", "m.csv is empty"),
    ],
)
def test_a_damaged_matrix_is_refused(tmp_path: Path, out: Path, content: str, said: str) -> None:
    with pytest.raises(ContractError, match=said):
        ingest.table(out, matrix=text(tmp_path, "m.csv", content), header=True, row_names=True)


def test_cells_that_are_missing_have_a_bucket_and_zeros_have_none(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "m.csv", ",a,b\na,,NA\nb,nan,0.5\n")
    result = read(out, matrix=file, weight_meaning="um")
    assert named_edges(result) == {("b", "b"): 0.5}
    assert result.buckets["edge_rows_without_weight"] == 2
    negative = text(tmp_path, "n.csv", ",a,b\na,0,-2\nb,1,0\n")
    with pytest.raises(ContractError, match=r"must be positive, got -2"):
        ingest.table(out, matrix=negative, overwrite=True)


def test_a_list_of_neurons_names_the_rows_of_a_matrix_without_names(
    tmp_path: Path, out: Path
) -> None:
    # Larval mushroom body: space separated, no names; one letter per line beside it.
    file = text(tmp_path, "left_adjacency.csv", "0 1 0\n0 0 4\n2 0 0\n")
    labels = text(tmp_path, "left_cell_labels.csv", "K\nP\nK\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, matrix=file, nodes=labels)
    assert str(error.value) == (
        "left_adjacency.csv has 3 neurons without names and left_cell_labels.csv has 2 rows; they "
        "must be as many, in the same order. If its first line is data, say so: "
        "nodes_header=False (--no-nodes-header)."
    )
    result = read(
        out, matrix=file, nodes=labels, nodes_header=False, columns={"cell_type": "column_1"}
    )
    assert edges(result) == {(1, 2): 1, (2, 3): 4, (3, 1): 2}
    assert column(result, "nodes", "cell_type") == ["K", "P", "K"]
    numbered = text(tmp_path, "ids.csv", f"node_id,name\n{BIG},a\n7,b\n9,c\n")
    assert edges(read(out, matrix=file, nodes=numbered, overwrite=True)) == {
        (BIG, 7): 1,
        (7, 9): 4,
        (9, BIG): 2,
    }
    called = text(tmp_path, "names.csv", "name\nx\ny\nz\n")
    assert named_edges(read(out, matrix=file, nodes=called, overwrite=True)) == {
        ("x", "y"): 1,
        ("y", "z"): 4,
        ("z", "x"): 2,
    }


def test_a_list_of_neurons_beside_a_matrix_with_names_is_looked_up(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "m.csv", ",7,8\n7,0,2\n8,0,0\n")
    listed = text(tmp_path, "n.csv", "node_id,cell_type\n9,A\n8,B\n7,C\n")
    result = read(out, matrix=file, nodes=listed)
    assert edges(result) == {(7, 8): 2}
    assert column(result, "nodes", "node_id") == [7, 8, 9]
    short = text(tmp_path, "s.csv", "node_id\n7\n")
    with pytest.raises(ContractError, match=r"m.csv names a neuron that is not among the 1 listed"):
        ingest.table(out, matrix=file, nodes=short, overwrite=True)
    added = read(out, matrix=file, nodes=short, unknown_neurons="add", overwrite=True)
    assert column(added, "nodes", "node_id") == [7, 8]


def test_a_sheet_of_excel_is_a_matrix(tmp_path: Path, out: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "legend"
    book.active.append(["what this is"])
    sheet = book.create_sheet("chemical")
    for row in ([None, "ADAL", "AIBL"], ["ADAL", None, 3], ["AIBL", 1, None], [None, None, None]):
        sheet.append(row)
    book.save(tmp_path / "m.xlsx")
    with pytest.raises(ContractError, match=r"several sheets; say which.*'legend', 'chemical'"):
        ingest.table(out, matrix=tmp_path / "m.xlsx")
    with pytest.raises(ContractError, match=r"no sheet 'gap'; it has 'legend', 'chemical'"):
        ingest.table(out, matrix=tmp_path / "m.xlsx", sheet="gap")
    result = read(out, matrix=tmp_path / "m.xlsx", sheet="chemical")
    assert named_edges(result) == {("ADAL", "AIBL"): 3, ("AIBL", "ADAL"): 1}


def test_a_large_id_as_a_number_in_a_sheet_is_refused(tmp_path: Path, out: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in ([None, BIG, 8], [BIG, 0, 3], [8, 1, 0]):
        book.active.append(row)
    book.save(tmp_path / "m.xlsx")
    with pytest.raises(ContractError, match=r"which Excel has already rounded"):
        ingest.table(out, matrix=tmp_path / "m.xlsx")


def test_arrays_that_are_no_matrix_are_refused(tmp_path: Path, out: Path) -> None:
    np.save(tmp_path / "v.npy", np.arange(3))
    with pytest.raises(ContractError, match=r"got an array of shape \(3,\)"):
        ingest.table(out, matrix=tmp_path / "v.npy")
    np.savez(tmp_path / "two.npz", a=np.eye(2), b=np.eye(2))
    with pytest.raises(ContractError, match=r"it holds 'a', 'b'; wanted a scipy sparse matrix"):
        ingest.table(out, matrix=tmp_path / "two.npz")
    np.save(tmp_path / "o.npy", np.array([[{}]], dtype=object), allow_pickle=True)
    with pytest.raises(ContractError, match=r"is not a readable array"):
        ingest.table(out, matrix=tmp_path / "o.npy")
    (tmp_path / "x.npz").write_bytes(b"nothing")
    with pytest.raises(ContractError, match=r"is not a readable array"):
        ingest.table(out, matrix=tmp_path / "x.npz")


def test_a_matrix_of_gap_junctions_is_symmetric_or_asked_about(tmp_path: Path, out: Path) -> None:
    both = text(tmp_path, "s.csv", ",a,b\na,0,2\nb,2,0\n")
    result = read(out, matrix=both, edge_type="electrical")
    assert named_edges(result) == {("a", "b"): 2, ("b", "a"): 2}
    half = text(tmp_path, "h.csv", ",a,b\na,0,2\nb,0,0\n")
    result = read(out, matrix=half, edge_type="electrical", overwrite=True)
    assert named_edges(result) == {("a", "b"): 2, ("b", "a"): 2}
