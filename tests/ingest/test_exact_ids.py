"""Ids arrive with every digit they have, through every format, or the file is refused."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.feather as paf
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ingest
from connectome_analysis.tables import ContractError

from .sources import BIG, LARGEST, column, edges, named_edges, read, rows, text

ids = st.one_of(
    st.integers(1, LARGEST),
    st.integers(2**53 - 2, 2**53 + 2),
    st.integers(LARGEST - 3, LARGEST),
    st.just(BIG),
)
pairs = st.dictionaries(st.tuples(ids, ids), st.integers(1, 1000), min_size=1, max_size=8)
thorough = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def expected(graph: dict[tuple[int, int], int]) -> dict[tuple[int, int], float]:
    return {pair: float(count) for pair, count in graph.items()}


@thorough
@given(graph=pairs, separator=st.sampled_from([",", "\t", ";", " "]), gaps=st.booleans())
def test_ids_survive_text_with_and_without_blanks(
    tmp_path: Path, out: Path, graph: dict[tuple[int, int], int], separator: str, gaps: bool
) -> None:
    lines = [f"{pre}{separator}{post}{separator}{n}" for (pre, post), n in graph.items()]
    blank = '""' if separator == " " else ""
    if gaps:  # one blank turns the column into floats in pandas
        lines.insert(0, f"{blank}{separator}{next(iter(graph))[1]}{separator}3")
    file = text(
        tmp_path, "e.txt", separator.join(["pre", "post", "n_syn"]) + "\n" + "\n".join(lines)
    )
    result = read(out, edges=file, delimiter=separator, overwrite=True)
    assert edges(result) == expected(graph)
    assert result.buckets.get("edge_rows_unattached", 0) == int(gaps)


@settings(thorough, max_examples=6)
@given(graph=pairs, dtype=st.sampled_from(["int64", "uint64", "string", "category", "Int64"]))
def test_ids_survive_parquet_feather_and_frames(
    tmp_path: Path, out: Path, graph: dict[tuple[int, int], int], dtype: str
) -> None:
    pre, post = ([pair[side] for pair in graph] for side in (0, 1))
    typed = "string" if dtype == "category" else dtype
    frame = pd.DataFrame(
        {
            "pre_id": pd.array(pre, dtype=typed),
            "post_id": pd.array(post, dtype=typed),
            "syn_count": list(graph.values()),
        }
    )
    if dtype == "category":
        frame = frame.astype({"pre_id": "category", "post_id": "category"})
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, tmp_path / "e.parquet")
    paf.write_feather(table, tmp_path / "e.feather", compression="zstd")
    for source in (frame, table, tmp_path / "e.parquet", tmp_path / "e.feather"):
        assert edges(read(out, edges=source, overwrite=True)) == expected(graph)


@settings(thorough, max_examples=5)
@given(graph=pairs)
def test_ids_survive_excel_as_text(
    tmp_path: Path, out: Path, graph: dict[tuple[int, int], int]
) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["pre_id", "post_id", "syn_count"])
    for (pre, post), count in graph.items():
        book.active.append([str(pre), str(post), count])
    book.save(tmp_path / "e.xlsx")
    assert edges(read(out, edges=tmp_path / "e.xlsx", overwrite=True)) == expected(graph)


@thorough
@given(graph=pairs, name=st.sampled_from(["links", "edges"]), as_text=st.booleans())
def test_ids_survive_node_link_json(
    tmp_path: Path, out: Path, graph: dict[tuple[int, int], int], name: str, as_text: bool
) -> None:
    kind = str if as_text else int
    nodes = sorted({neuron for pair in graph for neuron in pair})
    content = {
        "directed": True,
        "multigraph": False,
        "graph": {},
        "nodes": [{"id": kind(neuron)} for neuron in nodes],
        name: [
            {"source": kind(pre), "target": kind(post), "syn_count": n}
            for (pre, post), n in graph.items()
        ],
    }
    file = text(tmp_path, "g.json", json.dumps(content))
    result = read(out, graph=file, overwrite=True)
    assert edges(result) == expected(graph)
    assert column(result, "nodes", "node_id") == nodes


@thorough
@given(graph=pairs)
def test_ids_survive_graphml(tmp_path: Path, out: Path, graph: dict[tuple[int, int], int]) -> None:
    written = nx.DiGraph()
    written.add_weighted_edges_from(
        [(pre, post, n) for (pre, post), n in graph.items()], weight="syn_count"
    )
    nx.write_graphml(written, tmp_path / "g.graphml")
    assert edges(read(out, graph=tmp_path / "g.graphml", overwrite=True)) == expected(graph)


def test_ids_survive_as_names_of_a_matrix(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "m.csv", f",{BIG},{BIG + 1}\n{BIG},0,2\n{BIG + 1},5,0\n")
    assert edges(read(out, matrix=file)) == {(BIG, BIG + 1): 2, (BIG + 1, BIG): 5}


def test_a_mix_of_signed_and_unsigned_ids_meets_in_one_neuron(out: Path) -> None:
    # numpy makes float64 of uint64 and int64, and finds equal what is not.
    frame = pd.DataFrame(
        {
            "pre_id": np.array([BIG, BIG + 1], dtype=np.uint64),
            "post_id": np.array([BIG + 1, BIG], dtype=np.int64),
            "syn_count": [1, 2],
        }
    )
    nodes = pd.DataFrame({"node_id": np.array([BIG, BIG + 1], dtype=np.uint64)})
    assert edges(read(out, edges=frame, nodes=nodes)) == {(BIG, BIG + 1): 1, (BIG + 1, BIG): 2}


def test_dictionaries_of_arrow_with_other_numbering_per_batch_are_one_id(
    tmp_path: Path, out: Path
) -> None:
    def chunk(values: list[str]) -> pa.Array:
        return pa.array(values).dictionary_encode()

    table = pa.table(
        {
            "pre_id": pa.chunked_array([chunk([str(BIG), "5"]), chunk(["5", str(BIG)])]),
            "post_id": pa.chunked_array([chunk(["5", "6"]), chunk(["7", "8"])]),
            "syn_count": [1, 2, 3, 4],
        }
    )
    paf.write_feather(table, tmp_path / "e.feather", chunksize=2)
    assert edges(read(out, edges=tmp_path / "e.feather")) == {
        (BIG, 5): 1,
        (5, 6): 2,
        (5, 7): 3,
        (BIG, 8): 4,
    }


def test_outer_spaces_marks_and_carriage_returns_are_no_part_of_an_id(
    tmp_path: Path, out: Path
) -> None:
    file = text(
        tmp_path,
        "e.csv",
        f"\ufeffpre_id , post_id,syn_count\r\n {BIG},\u00a07\t,3\r\n\ufeff8,7 ,1\r\n",
    )
    assert edges(read(out, edges=file)) == {(BIG, 7): 3, (8, 7): 1}


@pytest.mark.parametrize("spelling", ["", "NA", "nan", "None", "0", "<NA>", "-", "no pair", '""'])
def test_a_missing_side_is_unattached_and_never_a_neuron(
    tmp_path: Path, out: Path, spelling: str
) -> None:
    file = text(tmp_path, "e.csv", f"pre,post,n_syn\n{spelling},{BIG},3\n{BIG},{BIG + 2},1\n")
    result = read(out, edges=file)
    assert edges(result) == {(BIG, BIG + 2): 1}
    assert result.buckets["edge_rows_unattached"] == 1
    assert column(result, "nodes", "node_id") == [BIG, BIG + 2]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (f"{BIG}.0", "has been written from a float"),
        ("7.20575940629970e+17", "has been written from a float"),
        ("7E17", "has been written from a float"),
        ("29.", "has been written from a float"),
        (str(LARGEST + 1), "larger than a 64-bit integer"),
        (str(2**64 - 1), "larger than a 64-bit integer"),
    ],
)
def test_an_id_that_has_lost_digits_is_refused_with_its_row(
    tmp_path: Path, out: Path, value: str, said: str
) -> None:
    file = text(tmp_path, "e.csv", f"pre,post,n_syn\n1,2,3\n,2,1\n3,{value},1\n")
    with pytest.raises(ContractError, match=said) as error:
        ingest.table(out, edges=file)
    assert f"e.csv: post_id {value!r} in row 3" in str(error.value)
    assert "\n" not in str(error.value)
    assert not out.exists()


def test_a_column_of_floats_is_refused_with_the_way_out(tmp_path: Path, out: Path) -> None:
    frame = pd.DataFrame({"pre_id": [float(BIG), 2.0], "post_id": [1, 2], "syn_count": [1, 1]})
    frame.to_parquet(tmp_path / "e.parquet")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=tmp_path / "e.parquet")
    assert str(error.value) == (
        "e.parquet: pre_id must be an integer, column 'pre_id' is float64. Ids above 2**53 do not "
        "survive float64, so write the column as an integer or as text where the file is made."
    )


def test_unsigned_ids_beyond_64_bits_are_refused(out: Path) -> None:
    frame = pd.DataFrame(
        {"pre_id": np.array([2**63], dtype=np.uint64), "post_id": [1], "syn_count": [1]}
    )
    with pytest.raises(ContractError, match=r"9223372036854775808' in row 1 is larger than"):
        ingest.table(out, edges=frame)


def test_dates_are_no_ids(out: Path) -> None:
    frame = pd.DataFrame({"pre_id": pd.to_datetime(["2020-01-01"]), "post_id": [1], "n_syn": [1]})
    with pytest.raises(
        ContractError, match=r"pre_id must be an integer or a name, column 'pre_id'"
    ):
        ingest.table(out, edges=frame)


def test_a_large_number_in_excel_is_refused_and_a_small_one_is_not(
    tmp_path: Path, out: Path
) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["pre_id", "post_id", "syn_count"], [1, 2.0, 3], [2, 2**53 - 1, 1]):
        book.active.append(row)
    book.save(tmp_path / "small.xlsx")
    result = read(out, edges=tmp_path / "small.xlsx")
    assert edges(result) == {(1, 2): 3, (2, 2**53 - 1): 1}
    book.active.append([BIG, 2, 1])
    book.save(tmp_path / "large.xlsx")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=tmp_path / "large.xlsx", overwrite=True)
    assert "in row 3 is a number beyond 2**53, which Excel has already rounded" in str(error.value)
    assert "Store the column as text" in str(error.value)


def test_a_float_id_in_json_is_refused(tmp_path: Path, out: Path) -> None:
    file = text(
        tmp_path,
        "g.json",
        '{"directed": true, "nodes": [{"id": 7.205759406299705e17}], "links": []}',
    )
    with pytest.raises(ContractError, match=r"written from a float"):
        ingest.table(out, graph=file)


def test_negative_ids_are_refused_unless_they_are_said_to_be_missing(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,3\n-1,2,1\n")
    with pytest.raises(ContractError, match=r"pre_id -1 in row 2 is negative.*--missing pre_id=-1"):
        ingest.table(out, edges=file)
    result = read(out, edges=file, missing={"pre_id": ["-1"]})
    assert edges(result) == {(1, 2): 3}
    assert result.buckets["edge_rows_unattached"] == 1


def test_names_become_numbers_in_the_order_of_the_source(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\nADAL,AIBL,1\nRIH,ADAL,2\n 007 ,RIH,4\n")
    result = read(out, edges=file)
    assert [(row["node_id"], row["name"]) for row in rows(result, "nodes")] == [
        (1, "ADAL"),
        (2, "AIBL"),
        (3, "RIH"),
        (4, "007"),
    ]
    assert named_edges(result) == {("ADAL", "AIBL"): 1, ("RIH", "ADAL"): 2, ("007", "RIH"): 4}
    assert any("ids are names, so node_id is 1, 2, ..." in line for line in result.decisions)


def test_names_are_numbered_in_order_in_a_long_file(tmp_path: Path, out: Path) -> None:
    names = [f"n{number}" for number in range(300_000, 0, -1)]
    lines = [f"{pre},{post},1" for pre, post in pairwise(names)]
    result = ingest.table(out, edges=text(tmp_path, "e.csv", "pre,post,n_syn\n" + "\n".join(lines)))
    assert column(result, "nodes", "name") == names


def test_integers_and_names_are_not_mixed_by_accident(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", f"pre,post,n_syn\n{BIG},12a,3\n1,2,1\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=file)
    assert str(error.value) == (
        "e.csv: ids are integers (3) and names (1) mixed, for instance post_id '12a' in row 1. If "
        'all are names, say so: ids="names" (--ids names); or give the list of neurons (--nodes '
        "FILE)."
    )
    result = read(out, edges=file, ids="names")
    assert named_edges(result) == {(str(BIG), "12a"): 3, ("1", "2"): 1}
    with pytest.raises(ContractError, match=r"'12a' in row 1 is not an integer"):
        ingest.table(out, edges=file, ids="integers", overwrite=True)


def test_the_list_of_neurons_decides_what_ids_are(tmp_path: Path, out: Path) -> None:
    rows_ = text(tmp_path, "e.csv", "pre,post,n_syn\n1,ADAL,3\n")
    mixed = text(tmp_path, "mixed.csv", "node_id\n1\nADAL\n")
    assert named_edges(read(out, edges=rows_, nodes=mixed)) == {("1", "ADAL"): 3}
    whole = text(tmp_path, "whole.csv", "node_id\n1\n2\n")
    with pytest.raises(
        ContractError, match=r"'ADAL' in row 1 is not an integer, the other ids are"
    ):
        ingest.table(out, edges=rows_, nodes=whole, overwrite=True)


def test_the_same_integer_in_two_sources_stays_in_two_connectomes(tmp_path: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n10001,10002,3\n")
    one = read(tmp_path / "manc", edges=file, description={"name": "manc", "release": "1.2"})
    two = read(tmp_path / "male", edges=file, description={"name": "male-cns", "release": "0.9"})
    assert edges(one) == edges(two)
    assert one.path != two.path


def test_zero_is_a_neuron_where_the_user_says_so(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n0,1,3\n1,2,4\n")
    listed = text(tmp_path, "n.csv", "node_id\n0\n1\n2\n")
    result = read(out, edges=file, nodes=listed)
    assert column(result, "nodes", "node_id") == [1, 2]
    assert (result.buckets["node_rows_unassigned"], result.buckets["edge_rows_unattached"]) == (
        1,
        1,
    )
    assert any("node_id 0 stands for unassigned" in line for line in result.warnings)
    kept = read(out, edges=file, nodes=listed, zero_is_a_neuron=True, overwrite=True)
    assert edges(kept) == {(0, 1): 3, (1, 2): 4}


def slow_exact(value: str) -> int | None:
    """What an id is, by a rule anyone can read."""
    return int(value) if value.isascii() and value.isdigit() and str(int(value)) == value else None


@thorough
@given(
    values=st.lists(
        st.one_of(
            ids.map(str),
            st.from_regex(r"[0-9]{1,20}", fullmatch=True),
            st.text("0123456789.eE+-_x ", min_size=1, max_size=6),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_an_id_is_read_exactly_or_refused_whatever_it_is(
    tmp_path: Path, out: Path, values: list[str]
) -> None:
    file = text(tmp_path, "e.csv", "pre,post\n" + "".join(f"{value},1\n" for value in values))
    wanted: set[Any] = {slow_exact(value.strip()) for value in values if value.strip()}
    try:
        result = read(out, edges=file, ids="integers", missing={"pre": ["-"]}, overwrite=True)
    except ContractError:
        assert any(
            slow_exact(value.strip()) is None or int(value) > LARGEST
            for value in values
            if value.strip() not in ("", "-")
        )
        return
    wanted -= {None, 0}
    assert set(column(result, "nodes", "node_id")) == wanted | {1}
