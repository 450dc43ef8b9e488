"""A query reads the connectome and does nothing else, whatever it says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from connectome_analysis.tables import ContractError, ReadOnlyError, Session
from tests.tables import examples
from tests.tables.examples import write_five

SECRET = "TOPSECRET"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A connectome, and beside it a folder of things that are none of a query's business."""
    home = tmp_path_factory.mktemp("home")
    write_five(home / "x")
    canary = home / "canary"
    canary.mkdir()
    (canary / "secret.txt").write_text(SECRET)
    (canary / "secret.csv").write_text(f"a\n{SECRET}\n")
    (canary / "secret.json").write_text(f'{{"a": "{SECRET}"}}')
    with duckdb.connect(str(canary / "secret.duckdb")) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT '{SECRET}' AS a")
        connection.execute(f"COPY t TO '{canary / 'secret.parquet'}'")
        connection.execute(f"EXPORT DATABASE '{canary / 'exported'}'")
    return home


@pytest.fixture(scope="module")
def session(home: Path) -> Iterator[Session]:
    """One session for all attempts, after which it must be as it was."""
    session = Session(home / "x")
    before = state(session)
    yield session
    assert state(session) == before


def state(session: Session) -> list[object]:
    asked = ("SELECT name, value FROM duckdb_settings()", "SHOW ALL TABLES", "FROM nodes")
    return [session._connection.sql(query).fetchall() for query in asked]


def answer(session: Session, home: Path, query: str) -> str:
    """Result or error of a query, after which nothing on disk may have changed."""
    places = {"{canary}": home / "canary", "{spill}": session._spill, "{x}": home / "x"}
    for name, place in places.items():
        query = query.replace(name, str(place))
    before = examples.fingerprint(home)
    try:
        said = str(session.sql(query).fetchall())
    except (duckdb.Error, ReadOnlyError, ContractError) as error:
        said = f"{type(error).__name__}: {error}"
    assert examples.fingerprint(home) == before
    return said


STATEMENTS = [
    "COPY nodes TO '{canary}/new.csv'",
    "COPY (SELECT 1) TO '{spill}/new.csv'",
    "COPY nodes FROM '{canary}/secret.csv'",
    "COPY (SELECT 1) TO '{x}/edges.parquet' (FORMAT parquet)",
    "COPY FROM DATABASE memory TO other",
    "EXPORT DATABASE '{canary}/new'",
    "IMPORT DATABASE '{canary}/exported'",
    "ATTACH '{canary}/secret.duckdb' AS other",
    "ATTACH '{canary}/new.duckdb' AS other",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{canary}/evil.duckdb_extension'",
    "SET threads = 1",
    "SET enable_external_access = true",
    "SET GLOBAL temp_directory = '{canary}'",
    "SET VARIABLE a = 1",
    "RESET threads",
    "PRAGMA enable_profiling",
    "PRAGMA database_list",
    "PRAGMA version",
    "PRAGMA import_database('{canary}/exported')",
    "CALL pragma_version()",
    "CALL checkpoint()",
    "CREATE TABLE t (a INT)",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE OR REPLACE TEMP VIEW nodes AS SELECT 1",
    "CREATE VIEW v AS SELECT 1",
    "CREATE MACRO f(x) AS x",
    "CREATE MACRO f() AS TABLE SELECT 1",
    "CREATE SCHEMA s",
    "CREATE SEQUENCE s",
    "CREATE TYPE t AS ENUM ('a')",
    "CREATE SECRET (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "CREATE PERSISTENT SECRET p (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "DROP VIEW nodes",
    "DROP SECRET p",
    "ALTER VIEW nodes RENAME TO n",
    "COMMENT ON VIEW nodes IS 'x'",
    "INSERT INTO nodes VALUES (1)",
    "UPDATE nodes SET node_id = 1",
    "DELETE FROM nodes",
    "TRUNCATE nodes",
    "MERGE INTO nodes USING edges ON true WHEN MATCHED THEN DELETE",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "VACUUM",
    "ANALYZE",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "EXPLAIN COPY (SELECT 1) TO '{spill}/new.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{spill}/new.csv'",
    "explain analyze copy (select 1) to '{spill}/new.csv'",
    "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '{spill}/new.csv'",
    "EXPLAIN (FORMAT json) COPY (SELECT 1) TO '{spill}/new.csv'",
    "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1",
    "EXPLAIN ANALYZE DELETE FROM nodes",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_only_a_select_is_let_through(session: Session, home: Path, statement: str) -> None:
    for query in (statement, f"/* SELECT */ {statement}", f"-- SELECT\n{statement};"):
        said = answer(session, home, query)
        # What DuckDB cannot parse it cannot run either.
        assert said.startswith(("ReadOnlyError: ", "ParserException: ")), said


COMMENT_TRICKS = [
    "EXPLAIN (ANALYZE /* ) SELECT 1 -- */) COPY (SELECT 1) TO '{spill}/new.csv'",
    "/* /* */ EXPLAIN SELECT 1 -- */ */ EXPLAIN ANALYZE COPY (SELECT 1) TO '{spill}/new.csv'",
    "-- a\rEXPLAIN ANALYZE COPY (SELECT 1) TO '{spill}/new.csv' /*\nEXPLAIN SELECT 1 --*/",
    "EXPLAIN -- (\nANALYZE COPY (SELECT 1) TO '{spill}/new.csv'",
    "EXPLAIN /* */ ANALYZE COPY (SELECT 1) TO '{spill}/new.csv'",
    "EXPLAIN EXPLAIN ANALYZE COPY (SELECT 1) TO '{spill}/new.csv'",
    "SELECT 1; COPY (SELECT 1) TO '{spill}/new.csv'",
    "SELECT 1;COPY nodes TO '{canary}/new.csv';SELECT 2",
    "SELECT ';' ; DROP VIEW nodes",
    "SELECT $$;$$; DROP VIEW nodes",
    "SELECT 1\0; DROP VIEW nodes",
    "SELECT 1 --\0\n; DROP VIEW nodes",
    "SELECT 1 -- \r; DROP VIEW nodes",
    "EXPLAIN SELECT 1; DROP VIEW nodes",
]


@pytest.mark.parametrize("query", COMMENT_TRICKS)
def test_no_comment_hides_a_statement(session: Session, home: Path, query: str) -> None:
    said = answer(session, home, query)
    assert said.startswith(("ReadOnlyError: ", "ParserException: ", "[")), said
    assert "[(1,), (2,)]" not in said
    assert session.sql("SELECT count(*) FROM nodes").fetchall() == [(3,)]


INSIDE_A_SELECT = [
    "WITH w AS (COPY (SELECT 1) TO '{spill}/new.csv') SELECT * FROM w",
    "WITH w AS (COPY (SELECT 1) TO '{spill}/new.csv') FROM w",
    "WITH a AS (SELECT 1), w AS MATERIALIZED (COPY nodes TO '{spill}/n.csv') SELECT * FROM a",
    "SELECT * FROM (WITH w AS (COPY (SELECT 1) TO '{spill}/new.csv') SELECT * FROM w)",
    "SELECT (WITH w AS (COPY (SELECT 1) TO '{spill}/new.csv') SELECT 1)",
    "WITH w AS (INSERT INTO nodes VALUES (1) RETURNING *) SELECT * FROM w",
    "WITH w AS (UPDATE nodes SET node_id = 1 RETURNING *) SELECT * FROM w",
    "WITH w AS (DELETE FROM nodes RETURNING *) SELECT * FROM w",
    "WITH w AS (CREATE TABLE t AS SELECT 1) SELECT 1",
    "WITH w AS (ATTACH '{canary}/new.duckdb') SELECT 1",
    "EXPLAIN ANALYZE WITH w AS (COPY (SELECT 1) TO '{spill}/new.csv') SELECT * FROM w",
    "SELECT * FROM (COPY (SELECT 1) TO '{spill}/new.csv')",
    "SELECT 1 INTO t",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{spill}/new.csv''')",
    "SELECT * FROM query('WITH w AS (COPY (SELECT 1) TO ''{spill}/n.csv'') SELECT * FROM w')",
    "SELECT * FROM query('SELECT * FROM read_text(''{canary}/secret.txt'')')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM glob(''{canary}/*'')'))",
    "SELECT * FROM enable_logging('QueryLog', storage := 'file', storage_path := '{canary}/l')",
    "SELECT * FROM enable_profiling(save_location := '{canary}/profile.json')",
    "SELECT * FROM checkpoint()",
    "SELECT * FROM force_checkpoint()",
    "SELECT * FROM dbgen(sf := 0.001)",
    "SELECT * FROM truncate_duckdb_logs()",
    "SELECT * FROM register_external_resource('a', 'b')",
    "SELECT * FROM sqlite_scan('{canary}/a.db', 't')",
    "SELECT * FROM postgres_query('a', 'SELECT 1')",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM python_map_function(1)",
]


@pytest.mark.parametrize("query", INSIDE_A_SELECT)
def test_nothing_inside_a_select_writes(session: Session, home: Path, query: str) -> None:
    said = answer(session, home, query)
    assert said.startswith(("ReadOnlyError: ", "ParserException: ")), said


READING = [
    "SELECT * FROM read_text('{canary}/secret.txt')",
    "SELECT * FROM READ_TEXT('{canary}/*')",
    "SELECT * FROM \"read_text\"('{canary}/secret.txt')",
    "SELECT * FROM system.main.read_text('{canary}/secret.txt')",
    "SELECT * FROM read_text('{spill}/../canary/secret.txt')",
    "SELECT * FROM read_text(current_setting('temp_directory') || '/../canary/secret.txt')",
    "SELECT * FROM read_blob('{canary}/secret.txt')",
    "SELECT * FROM read_csv('{canary}/secret.csv')",
    "SELECT * FROM read_csv_auto('{canary}/secret.csv')",
    "SELECT * FROM read_json('{canary}/secret.json')",
    "SELECT * FROM read_json_objects('{canary}/secret.json')",
    "SELECT * FROM read_ndjson('{canary}/secret.json')",
    "SELECT * FROM read_parquet('{canary}/secret.parquet')",
    "SELECT * FROM parquet_scan('{canary}/secret.parquet')",
    "SELECT * FROM parquet_metadata('{canary}/secret.parquet')",
    "SELECT * FROM parquet_kv_metadata('{canary}/secret.parquet')",
    "SELECT * FROM parquet_schema('{canary}/secret.parquet')",
    "SELECT * FROM parquet_file_metadata('{canary}/secret.parquet')",
    "SELECT * FROM parquet_bloom_probe('{canary}/secret.parquet', 'a', 'TOP')",
    "SELECT * FROM read_duckdb('{canary}/secret.duckdb')",
    "SELECT * FROM sniff_csv('{canary}/secret.csv')",
    "SELECT * FROM glob('{canary}/*')",
    "SELECT * FROM which_secret('s3://a', 's3')",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM '{canary}/secret.parquet'",
    "SELECT * FROM '{canary}/secret.csv'",
    'SELECT * FROM "{canary}/secret.json"',
    "SELECT * FROM '{canary}/secret.duckdb'",
    "SELECT * FROM '{spill}/../canary/secret.parquet'",
    "SELECT * FROM '{x}/nodes.parquet'",
    "SELECT * FROM query_table('{canary}/secret.parquet')",
    "SELECT * FROM query_table(['{canary}/secret.parquet'])",
    "SUMMARIZE '{canary}/secret.parquet'",
    "DESCRIBE '{canary}/secret.parquet'",
    "SHOW '{canary}/secret.parquet'",
    "FROM '{canary}/secret.parquet'",
    "TABLE '{canary}/secret.parquet'",
    "EXPLAIN ANALYZE SELECT * FROM '{canary}/secret.parquet'",
    "SELECT (SELECT content FROM read_text('{canary}/secret.txt'))",
    "SELECT * FROM nodes, LATERAL (SELECT * FROM read_text('{canary}/secret.txt'))",
    "SELECT * FROM nodes WHERE name IN (SELECT content FROM read_text('{canary}/secret.txt'))",
    "WITH w AS (FROM read_text('{canary}/secret.txt')) FROM w",
    "PIVOT '{canary}/secret.parquet' ON a IN ('TOPSECRET') USING count(*)",
    "SELECT * FROM nodes UNION ALL BY NAME SELECT * FROM read_text('{canary}/secret.txt')",
    "SELECT * FROM 'https://example.com/a.parquet'",
    "SELECT * FROM 's3://bucket/a.parquet'",
    "SELECT * FROM read_csv('/proc/self/environ')",
    "SELECT * FROM secret_frame",
    "SELECT * FROM secret_connection",
    "SELECT getenv('NEUROPIL_SECRET')",
]


@pytest.mark.parametrize("query", READING)
def test_nothing_outside_the_connectome_is_read(
    session: Session, home: Path, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEUROPIL_SECRET", SECRET)
    secret_frame = pd.DataFrame({"a": [SECRET]})
    secret_connection = duckdb.sql(f"SELECT '{SECRET}' AS a")
    assert len(secret_frame) == len(secret_connection.fetchall())
    said = answer(session, home, query)
    assert SECRET not in said
    errors = ("ReadOnlyError", "ParserException", "PermissionException", "CatalogException")
    errors += ("ContractError: example has no table",)
    assert said.startswith(errors), said


def test_no_extension_is_fetched(session: Session, home: Path) -> None:
    """DuckDB would otherwise try, and tell of the folder in the user's home where it puts them."""
    settings = "autoinstall_known_extensions", "autoload_known_extensions"
    for setting in settings:
        assert answer(session, home, f"SELECT current_setting('{setting}')") == "[(False,)]"
    assert "CatalogException" in answer(session, home, "SELECT st_point(1, 2)")


READS = [
    "SELECT 1",
    "select * from nodes -- with a comment; DROP TABLE nodes",
    "SELECT 'COPY (SELECT 1) TO ''x''' AS a",
    "SELECT 1;",
    "FROM nodes",
    "TABLE nodes",
    "VALUES (1), (2)",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) FROM r",
    "WITH a AS MATERIALIZED (SELECT 1) SELECT * FROM a",
    "SELECT pre_id, sum(weight) OVER (PARTITION BY pre_id) FROM edges QUALIFY true",
    "SELECT * FROM nodes ASOF JOIN edges ON node_id >= pre_id",
    "SELECT * FROM nodes POSITIONAL JOIN edges",
    "PIVOT edges ON edge_type IN ('chemical', 'electrical') USING sum(weight) GROUP BY pre_id",
    "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b",
    "SELECT unnest([1, 2]), [x + 1 FOR x IN [1]], {'a': 1}.a",
    "SELECT COLUMNS('.*_id') FROM edges",
    "SELECT * EXCLUDE (weight) REPLACE (1 AS pre_id) FROM edges",
    "SELECT * FROM range(3), generate_series(1, 2) g(n)",
    "SELECT * FROM edges USING SAMPLE 2 ROWS",
    "SELECT * FROM edges UNION ALL BY NAME SELECT * FROM edges_by_region",
    "SELECT type FROM (SELECT 'COPY_NODE' AS type)",
    "SUMMARIZE nodes",
    "DESCRIBE edges",
    "DESCRIBE SELECT 1",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "EXPLAIN SELECT * FROM nodes",
    "  explain analyze SELECT * FROM nodes",
    "EXPLAIN (FORMAT json) SELECT 1",
    "EXPLAIN(ANALYZE, FORMAT json)SELECT 1",
    "SELECT * FROM information_schema.columns",
    "SELECT * FROM duckdb_columns()",
    "SELECT * FROM histogram_values(edges, weight)",
]


@pytest.mark.parametrize("query", READS)
def test_what_only_reads_is_let_through(session: Session, home: Path, query: str) -> None:
    assert answer(session, home, query).startswith("[")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "The query is empty."),
        ("  -- nothing\n", "The query is empty."),
        ("SELECT 1; SELECT 2", "One statement at a time: got 2. Ask them one by one."),
        (
            "PIVOT edges ON edge_type USING sum(weight)",
            "PIVOT must name its values here: PIVOT ... ON column IN (value, ...).",
        ),
        (
            "/* why */ EXPLAIN SELECT 1",
            "EXPLAIN must be the first word of the query; move the comment behind it.",
        ),
        (
            "DROP VIEW nodes",
            (
                "DROP is refused: a connectome is read-only and a query may only SELECT from it. "
                "Keep results with .df() or .arrow(); to run any SQL with access to files, "
                "open it with file_access=True (--file-access)."
            ),
        ),
        ("SELECT * FROM read_csv('a.csv')", "read_csv() is refused: a connectome is read-only"),
        (7, "A query must be text, got int."),
    ],
)
def test_a_refusal_says_why(session: Session, query: object, says: str) -> None:
    with pytest.raises(ReadOnlyError) as caught:
        session.sql(query)
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_a_copy_in_a_with_clause_is_named(session: Session) -> None:
    with pytest.raises(ReadOnlyError, match=r"^COPY is refused"):
        session.sql("WITH w AS (COPY (SELECT 1) TO 'x.csv') SELECT * FROM w")


def test_a_relation_cannot_write_either(session: Session, home: Path) -> None:
    before = examples.fingerprint(home)
    relation = session.sql("SELECT * FROM nodes")
    with pytest.raises(duckdb.Error):
        relation.write_parquet(str(home / "canary" / "new.parquet"))
    with pytest.raises(duckdb.Error):
        relation.write_csv(str(home / "x" / "nodes.parquet"))
    with pytest.raises(duckdb.Error):
        relation.insert_into("nodes")
    with pytest.raises(duckdb.Error):
        relation.query("r", f"SELECT * FROM read_text('{home / 'canary' / 'secret.txt'}')")
    with pytest.raises(duckdb.Error):
        relation.query("r", "SET enable_external_access = true")
    assert examples.fingerprint(home) == before


def test_with_file_access_sql_is_free(home: Path, tmp_path: Path) -> None:
    session = Session(home / "x", file_access=True)
    secret = session.sql(f"SELECT content FROM read_text('{home / 'canary' / 'secret.txt'}')")
    assert secret.fetchall() == [(SECRET,)]
    session.sql(f"COPY nodes TO '{tmp_path / 'nodes.csv'}'").fetchall()
    assert len(pd.read_csv(tmp_path / "nodes.csv")) == 3
    session.sql("CREATE TABLE t (a INTEGER)").fetchall()
    session.sql("INSERT INTO t VALUES (7)").fetchall()
    mine = pd.DataFrame({"a": [7], "b": [8]})
    assert session.sql("FROM t JOIN mine USING (a)", tables={"mine": mine}).fetchall() == [(7, 8)]
    session.sql(f"ATTACH '{home / 'canary' / 'secret.duckdb'}' AS other (READ_ONLY)")
    assert session.sql("FROM other.t").fetchall() == [(SECRET,)]
    assert session.sql("SELECT 1; SELECT 2").fetchall() == [(2,)]


def test_with_file_access_temporary_things_end_with_their_query(home: Path) -> None:
    session = Session(home / "x", file_access=True)
    session.sql("CREATE OR REPLACE TEMP VIEW nodes AS SELECT 99 AS node_id")
    assert session.sql("SELECT count(*) FROM nodes").fetchall() == [(3,)]
    session.sql("CREATE MACRO double(x) AS 2 * x")
    assert session.sql("SELECT double(4)").fetchall() == [(8,)]


def test_with_file_access_the_callers_variables_stay_its_own(home: Path) -> None:
    secret_frame = pd.DataFrame({"a": [SECRET]})
    assert len(secret_frame) == 1
    with pytest.raises(ContractError, match="has no table secret_frame"):
        Session(home / "x", file_access=True).sql("FROM secret_frame")


def test_the_working_directory_stays_as_it_is(
    session: Session, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for query in ("COPY nodes TO 'new.csv'", "EXPORT DATABASE 'new'", "ATTACH 'new.db'"):
        answer(session, home, query)
    assert os.listdir(tmp_path) == []  # noqa: PTH208
