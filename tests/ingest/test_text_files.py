"""How a text file is written: delimiter, header, quotes, encodings, compression."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

import ingest
from connectome_analysis.tables import ContractError

from .sources import column, edges, named_edges, read, text


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.csv", "1,2,3\n2,1,4\n"),
        ("e.tsv", "1\t2\t3\n2\t1\t4\n"),
        ("e.csv", "1;2;3\n2;1;4\n"),
        ("e.txt", "1 2 3\n2 1 4\n"),
        ("e.txt", "  1   2 3\n 2 1    4 \n\n"),
        ("e.edgelist", "1|2|3.0\n2|1|4.0"),
        ("e.csv", "\ufeff1,2,3\r\n\r\n2,1,4\r\n"),
    ],
)
def test_files_without_a_header_are_read_by_place(
    tmp_path: Path, out: Path, name: str, content: str
) -> None:
    result = read(out, edges=text(tmp_path, name, content))
    assert edges(result) == {(1, 2): 3, (2, 1): 4}
    assert any(line.endswith("no header line") for line in result.decisions)
    assert "edges.weight is column 'column_3' of " + name in result.decisions


def test_names_without_a_header_need_a_word_from_the_user(tmp_path: Path, out: Path) -> None:
    # P. pacificus: pre,post, one row per synapse, no header, a byte-order mark
    file = text(tmp_path, "e.csv", "\ufeffAVAL,AVBL\nAVAL,AVBL\nAVBL,AVAL\n")
    with pytest.raises(ContractError, match=r"it has 'AVAL', 'AVBL'.*header=False"):
        ingest.table(out, edges=file)
    result = read(out, edges=file, header=False, weight_meaning="synapses")
    assert named_edges(result) == {("AVAL", "AVBL"): 2, ("AVBL", "AVAL"): 1}


def test_a_column_called_by_a_number_does_not_make_a_header_data(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,syn_count,2019\n1,2,3,x\n")
    listed = text(tmp_path, "n.csv", "root_id,2019\n1,y\n2,z\n")
    result = read(out, edges=file, nodes=listed)
    assert edges(result) == {(1, 2): 3}
    assert column(result, "nodes", "2019") == ["y", "z"]


def test_more_than_three_columns_without_a_header_can_be_named_by_place(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "e.csv", "9,1,2,ME,3\n9,2,1,LO,4\n")
    columns = {
        "pre_id": "column_2",
        "post_id": "column_3",
        "region": "column_4",
        "syn_count": "column_5",
    }
    result = read(out, edges=file, columns=columns)
    assert edges(result) == {(1, 2): 3, (2, 1): 4}
    assert column(result, "edges", "column_1") == [9, 9]


def test_quotes_hold_delimiters_line_breaks_and_quotes(tmp_path: Path, out: Path) -> None:
    file = text(
        tmp_path, "e.csv", 'pre,post,n_syn,note\n"a, b","c ""d""",3,"two\nlines"\ne,"a, b",1,\n'
    )
    result = read(out, edges=file)
    assert named_edges(result) == {("a, b", 'c "d"'): 3, ("e", "a, b"): 1}
    assert column(result, "edges", "note") == ["two\nlines", None]


def test_compressed_files_are_read_as_they_are(tmp_path: Path, out: Path) -> None:
    file = tmp_path / "e.csv.gz"
    file.write_bytes(gzip.compress(b"pre,post,n_syn\n1,2,3\n"))
    assert edges(read(out, edges=file)) == {(1, 2): 3}


def test_a_number_of_fields_that_changes_is_refused_with_its_line(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "e.txt", "1  2 3\n2 1\n")
    with pytest.raises(ContractError, match=r"e.txt: row 2 has 2 fields, the first line has 3"):
        ingest.table(out, edges=file, delimiter="space")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "e.csv is empty"),
        (b"pre,post\n1,\xff2\n", "e.csv is not UTF-8 text"),
        (b'pre,post\n1,"2\n', "e.csv: line 2 cannot be read: value with unterminated quote"),
    ],
)
def test_files_that_are_no_text_table_are_refused_in_one_line(
    tmp_path: Path, out: Path, content: bytes, said: str
) -> None:
    (tmp_path / "e.csv").write_bytes(content)
    with pytest.raises(ContractError, match=said) as error:
        ingest.table(out, edges=tmp_path / "e.csv")
    assert "\n" not in str(error.value)


def test_text_that_turns_out_not_to_be_utf8_far_down_is_refused(tmp_path: Path, out: Path) -> None:
    (tmp_path / "e.csv").write_bytes(b"pre,post\n" + b"a,b\n" * 100_000 + b"\xe9,b\n")
    with pytest.raises(ContractError, match=r"e.csv: line 100002 cannot be read.*utf-8"):
        ingest.table(out, edges=tmp_path / "e.csv")


def test_a_file_that_is_not_there_is_named(tmp_path: Path, out: Path) -> None:
    with pytest.raises(ContractError, match=r"nothing\.csv does not exist"):
        ingest.table(out, edges=tmp_path / "nothing.csv")
    with pytest.raises(ContractError, match=r"\.docx is not a format of rows this reader knows"):
        ingest.table(out, edges=text(tmp_path, "e.docx", "x"))
    with pytest.raises(ContractError, match=r"The delimiter must be one character"):
        ingest.table(out, edges=text(tmp_path, "e.csv", "a,b\n"), delimiter="::")
