"""`neuropil sql`: views, tables of one's own, files of answers, and rows that must stay."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.tables import write
from tests.tables.examples import BIG, MANIFEST, two

WORM = "celegans-varshney2011"


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    manifest = dataclasses.replace(
        MANIFEST, restricted=True, access="Ask the laboratory.", licence="none given"
    )
    return write(tmp_path / "closed", two(), manifest)


def test_the_schema_tells_tables_views_columns_and_what_is_lacking(neuropil) -> None:
    code, out, _ = neuropil("sql", WORM, "--schema")
    assert code == 0
    assert "view type_matrix: one row per two cell types that are joined, and kind" in out
    assert "weight over all that post_id receives" in out
    assert "no view typed_synapses: there is no table synapses" in out
    content = json.loads(neuropil("sql", WORM, "--schema", "--json")[1])
    assert {row["kind"] for row in content["columns"]} == {"table", "view"}
    assert {row["view"] for row in content["views"]} >= {"typed_edges", "region_flow"}


def test_a_table_comes_with_the_query_and_an_answer_can_be_asked_again(
    neuropil, tmp_path: Path
) -> None:
    answer = tmp_path / "hubs.parquet"
    query = "SELECT node_id, in_degree FROM degrees WHERE edge_type = 'chemical' AND in_degree > 40"
    assert neuropil("sql", WORM, query, "--out", answer)[0] == 0
    code, out, _ = neuropil(
        *("sql", WORM, "--with", f"hubs={answer}", "--csv"),
        "SELECT name FROM hubs JOIN nodes USING (node_id) ORDER BY in_degree DESC LIMIT 2",
    )
    assert (code, out.split()) == (0, ['"name"', '"AVAL"', '"AVAR"'])
    code, _, err = neuropil("sql", "celegans-white1986", "FROM hubs", "--with", f"hubs={answer}")
    assert code == 1
    assert "was computed from celegans-varshney2011" in err


def test_what_find_wrote_is_joined_by_all_its_columns(neuropil, tmp_path: Path) -> None:
    loops = tmp_path / "loops.parquet"
    assert neuropil("find", WORM, "A -> B; B -> A", "--out", loops)[0] == 0
    code, out, _ = neuropil(
        "sql", WORM, "SELECT count(*) AS n FROM loops", "--with", f"loops={loops}", "--json"
    )
    assert (code, json.loads(out)) == (0, [{"n": 233}])


def test_answers_are_written_as_json_with_their_source_beside(neuropil, tmp_path: Path) -> None:
    folder = write(tmp_path / "x", two(), MANIFEST)
    file = tmp_path / "answer.json"
    query = "SELECT node_id, name, sum(node_id) AS s FROM nodes GROUP BY ALL ORDER BY node_id"
    code, _, err = neuropil("sql", folder, query, "--out", file)
    assert (code, f"wrote {file}: 3 rows" in err, "licence: not stated" in err) == (0, True, True)
    assert json.loads(file.read_text()) == [
        {"node_id": 1, "name": "a", "s": 1},
        {"node_id": 3, "name": None, "s": 3},
        {"node_id": BIG, "name": "b", "s": BIG},
    ]
    source = json.loads((tmp_path / "answer.json.source.json").read_text())
    assert (source["name"], source["release"], source["terms"]) == (
        *("example", "1"),
        {"licence": "not stated"},
    )
    assert source["made_by"] == f"neuropil sql: {query}"
    neuropil("sql", folder, "SELECT 1 WHERE false", "--out", file)
    assert json.loads(file.read_text()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("sql", "CLOSED", "FROM nodes", "--out", "OUT.csv"),
        ("sql", "CLOSED", "FROM nodes", "--csv"),
        ("sql", "CLOSED", "FROM nodes", "--json"),
        ("sql", "CLOSED", "FROM nodes", "--file-access"),
        ("find", "CLOSED", "A -> B", "--out", "OUT.csv"),
        ("find", "CLOSED", "A -> B", "--json"),
        ("rich-club", "CLOSED", "--members", "0", "--json"),
        ("report", "CLOSED", "-n", "2", "--out", "OUT"),
        ("report", "CLOSED", "-n", "2", "--out", "OUT.html"),
        ("compare", "CLOSED", WORM, "-n", "0", "--groups", "node_id", "--json"),
    ],
    ids=" ".join,
)
def test_rows_of_a_restricted_connectome_stay_unless_somebody_says_so(
    neuropil, closed: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    words = [
        str(tmp_path / a.replace("OUT", "out").replace("CLOSED", "closed"))
        if a.startswith(("OUT", "CLOSED"))
        else a
        for a in arguments
    ]
    code, out, err = neuropil(*words)
    assert (code, out) == (1, "")
    assert err.startswith("neuropil: example is restricted: its rows stay in its folder. Its terms")
    assert "say so: --allow-restricted." in err
    assert not list(tmp_path.glob("out*"))
    code, _, err = neuropil(*words, "--allow-restricted")
    assert code == 0
    if "--out" in words:
        assert "access: Ask the laboratory." in err


def test_looking_at_a_restricted_connectome_is_no_leaving(neuropil, closed: Path) -> None:
    code, out, _ = neuropil("sql", closed, "SELECT count(*) FROM nodes")
    assert (code, "3" in out) == (0, True)
    code, out, _ = neuropil("info", closed)
    assert "Ask the laboratory." in out
    assert "rows leave the folder only" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Ask one thing: a query (a SELECT, or - for standard input), or --schema."),
        (("SELECT 1", "--schema"), "Ask one thing"),
        (("FROM x", "--with", "x"), "--with must be NAME=FILE, for instance communities=c.parquet"),
        (("FROM x", "--with", "x=no.parquet"), "no.parquet is not there"),
        (("FROM edges", "--with", "edges=no.csv"), "edges is a table of the connectome"),
        (("FROM typed_synapses",), "cannot have the view typed_synapses: there is no table"),
        (("SELECT 1", "--out", "a.xlsx"), "must end in .csv, .parquet or .json, got .xlsx"),
    ],
)
def test_a_mistake_gets_one_line(neuropil, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = neuropil("sql", WORM, *arguments)
    assert (code, out) == (1, "")
    assert message in err
    assert len(err.strip().splitlines()) == 1


def test_check_says_of_a_saved_table_whether_it_belongs(neuropil, tmp_path: Path) -> None:
    saved = tmp_path / "groups.parquet"
    with ca.open(WORM) as worm:
        worm.register("groups", worm.sql("SELECT node_id, 0 AS g FROM nodes").to_arrow_table())
        worm.save_table("groups", saved)
    code, out, _ = neuropil("check", WORM, "--with", f"groups={saved}")
    assert (code, "groups belongs to it: 279 rows" in out) == (0, True)
    code, out, err = neuropil("check", "celegans-white1986", "--with", f"groups={saved}")
    assert code == 1
    assert "groups: was computed from" not in out
    assert "was computed from celegans-varshney2011" in out
    assert "1 problem in" in err


def test_info_names_the_views(neuropil) -> None:
    assert "typed_edges, edge_fractions, partners" in neuropil("info", WORM)[1]
    assert "type_matrix" in json.loads(neuropil("info", WORM, "--json")[1])["views"]


def test_a_csv_of_ids_is_joined_whole(neuropil, tmp_path: Path) -> None:
    folder = write(tmp_path / "x", two(), MANIFEST)
    pd.DataFrame({"node_id": [BIG], "p": [0.5]}).to_csv(tmp_path / "p.csv", index=False)
    query = "SELECT name, p FROM nodes JOIN p USING (node_id)"
    _, out, _ = neuropil("sql", folder, query, "--with", f"p={tmp_path / 'p.csv'}", "--json")
    assert json.loads(out) == [{"name": "b", "p": 0.5}]


def test_python_and_command_line_see_the_same_views() -> None:
    with ca.open(WORM) as worm:
        assert worm.views["there"].sum() == 7


def test_of_many_columns_those_in_the_middle_make_room(neuropil) -> None:
    many = ", ".join(f"{10**17 + i} AS a_long_name_{i}" for i in range(44))
    code, out, _ = neuropil("sql", WORM, f"SELECT {many} FROM nodes", "--rows", "6")
    lines = out.splitlines()
    assert code == 0
    assert "100000000000000000" in lines[4]
    assert "100000000000000043" in lines[4]
    assert " … " in lines[4]
    shown = lines[2].count("a_long_name_")
    assert lines[-1] == (
        f"not shown for want of room: {44 - shown} of 44 columns, a_long_name_5 to a_long_name_39; "
        "--json prints all"
    )
    assert len({len(line) for line in lines[1:-1]}) == 1


def test_few_rows_of_many_columns_stand_one_under_the_other(neuropil) -> None:
    many = ", ".join(f"{10**17 + i} AS a_long_name_{i}" for i in range(44))
    code, out, _ = neuropil("sql", WORM, f"SELECT {many}")
    assert (code, sum("a_long_name_" in line for line in out.splitlines())) == (0, 44)
    assert "row 1" in out
    assert any(
        line.split()[1::2] == ["a_long_name_43", "100000000000000043"] for line in out.splitlines()
    )
