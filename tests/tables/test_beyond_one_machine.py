"""Beyond one machine: the folder is read in place in an object store, by Dask and by Spark, as the page says."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.fs as pafs
import pytest

import connectome_analysis as ca
from connectome_analysis.tables import (
    DamagedConnectomeError,
    Manifest,
    ReadOnlyError,
    Session,
    check,
    write,
)
from connectome_analysis.tables.columns import Query

PAGE = Path(__file__).parents[2] / "docs" / "beyond_one_machine.md"
_FIRST = 720575940600000000
_SYNAPSES = (
    f"SELECT i AS synapse_id, (i % 6 + {_FIRST})::BIGINT AS pre_id, (i % 5 + {_FIRST})::BIGINT "
    "AS post_id, i::DOUBLE AS x_nm, 0.5::DOUBLE AS y_nm, i / 3::DOUBLE AS z_nm, 'AL' AS region "
    "FROM range(600) t(i)"
)


@pytest.fixture
def fly(tmp_path: Path) -> Path:
    """A connectome whose synapses are a folder of six files, cut by ``pre_id``."""
    import duckdb

    queries = {
        "nodes": f"SELECT unnest(range({_FIRST}, {_FIRST + 6})) AS node_id",
        "edges": "SELECT pre_id, post_id, 'chemical' AS edge_type, count(*)::DOUBLE AS weight, "
        f"count(*) AS syn_count FROM ({_SYNAPSES}) GROUP BY ALL",
        "synapses": _SYNAPSES,
    }
    with duckdb.connect() as connection:
        tables = {name: Query(connection=connection, sql=sql) for name, sql in queries.items()}
        folder = write(tmp_path / "fly", tables, Manifest(name="fly"), most_rows_per_file=100)
    assert len(list((folder / "synapses").glob("*.parquet"))) == 6
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 server on this machine."""
    moto = pytest.importorskip("moto.server", reason="needs moto: pip install 'moto[server]'")
    threaded = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    threaded.start()
    host, port = threaded.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        threaded.stop()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> pafs.FileSystem:
    """An empty bucket ``brains`` there, to which addresses lead as they do for a user of S3."""
    import urllib.request

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (
        ("ACCESS_KEY_ID", "key"),
        ("SECRET_ACCESS_KEY", "secret"),
        ("DEFAULT_REGION", "us-east-1"),
        ("ENDPOINT_URL", server),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    reset = urllib.request.Request(f"{server}/moto-api/reset", method="POST")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(reset).close()
    system, _ = pafs.FileSystem.from_uri("s3://brains/x?allow_bucket_creation=true")
    system.create_dir("brains")
    return system


def put(system: pafs.FileSystem, folder: Path, name: str = "fly") -> str:
    """Copy a folder into the bucket; its address."""
    pafs.copy_files(str(folder), f"brains/{name}", destination_filesystem=system)
    return f"s3://brains/{name}"


def example(heading: str) -> str:
    """The one Python block under a heading of the page."""
    text = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return str(code)


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(code, PAGE.name, "exec"), names)  # noqa: S102
    return names


def answers_as_on_disk(fly: Path, url: str) -> None:
    query = "SELECT pre_id, count(*), sum(x_nm) FROM synapses GROUP BY 1 ORDER BY 1"
    with ca.open(fly) as here, ca.open(url) as there:
        assert there.sql(query).fetchall() == here.sql(query).fetchall()
        assert there.graph().n_edges == here.graph().n_edges == 25  # 5 pairs are self-loops
        assert here.manifest == there.manifest
        with pytest.raises(ReadOnlyError):
            there.sql("COPY nodes TO 'x'")
        assert str(there.path) == url
    again = pickle.loads(pickle.dumps(Session(url)))
    assert again.sql("SELECT count(*) FROM nodes").fetchall() == [(6,)]
    assert Session(url, verify=True).verified
    assert check(url) == []


def test_a_connectome_at_an_address_answers_as_on_disk_and_is_read_only(fly: Path) -> None:
    # The simplest of Arrow's file systems: what is read, and when, is the same for all of them.
    answers_as_on_disk(fly, fly.as_uri())


def test_what_is_not_there_is_damaged_or_has_been_replaced_is_told(fly: Path) -> None:
    with pytest.raises(DamagedConnectomeError, match="worm is not a connectome: it has no connec"):
        ca.open(f"{fly.parent.as_uri()}/worm")
    with pytest.raises(
        DamagedConnectomeError, match=r"^nowhere://x/fly cannot be read: nowhere:// is no store"
    ):
        Session("nowhere://x/fly")
    session = Session(fly.as_uri())
    manifest = (fly / "connectome.json").read_bytes()
    (fly / "connectome.json").write_bytes(manifest + b" ")
    with pytest.raises(DamagedConnectomeError, match="has been replaced since it was opened"):
        session.sql("SELECT count(*) FROM nodes")
    (fly / "connectome.json").write_bytes(manifest)
    (fly / "synapses" / "part-1.parquet").unlink()
    with pytest.raises(DamagedConnectomeError, match=r"synapses/part-1\.parquet is not there"):
        ca.open(fly.as_uri())
    assert [problem.rule for problem in check(fly.as_uri())] == ["missing file"]
    edges = (fly / "edges.parquet").read_bytes()
    (fly / "edges.parquet").write_bytes(edges[:-100])
    assert "changed file" in [problem.rule for problem in check(fly.as_uri())]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the stand-in server
def test_a_connectome_in_s3_answers_as_on_disk_and_is_read_only(
    fly: Path, store: pafs.FileSystem
) -> None:
    answers_as_on_disk(fly, put(store, fly))
    assert len(run(example("In an object store"))["partners"]) == 5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the stand-in server
def test_a_question_for_one_neuron_fetches_little(
    tmp_path: Path, store: pafs.FileSystem, caplog: pytest.LogCaptureFixture
) -> None:
    import duckdb

    many = _SYNAPSES.replace("range(600)", "range(200000)").replace("i % 6", "i // 400")
    nodes = f"SELECT unnest(range({_FIRST}, {_FIRST + 500})) AS node_id"
    pairs = (
        "SELECT pre_id, post_id, 'chemical' AS edge_type, count(*)::DOUBLE AS weight "
        f"FROM ({many}) GROUP BY ALL"
    )
    queries = {"nodes": nodes, "edges": pairs, "synapses": many}
    with duckdb.connect() as connection:
        tables = {name: Query(connection=connection, sql=sql) for name, sql in queries.items()}
        folder = write(tmp_path / "fly", tables, Manifest(name="fly"), most_rows_per_file=10_000)
    with ca.open(put(store, folder)) as fly:
        query = "SELECT count(*) FROM synapses WHERE pre_id = ?"
        assert fly.sql(query, [_FIRST + 21]).fetchall() == [(400,)]
        caplog.clear()  # from here on the ends of the 20 files are known
        assert fly.sql(query, [_FIRST + 321]).fetchall() == [(400,)]
    looked_at = {path for path in caplog.text.split() if "/synapses/part-" in path}
    assert len(looked_at) == 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the stand-in server
def test_the_keys_and_options_of_an_address_are_used_and_not_shown(
    fly: Path, store: pafs.FileSystem, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, fly)
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "ENDPOINT_URL", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}")
    where = f"endpoint_override={server.removeprefix('http://')}&scheme=http"
    for url in (
        f"s3://key:hidden@brains/fly?region=us-east-1&{where}",
        f"s3://brains/fly?anonymous=true&{where}",
    ):
        with ca.open(url) as there:
            assert there.sql("SELECT count(*) FROM synapses").fetchall() == [(600,)]
            assert str(there.path) == "s3://brains/fly"
            assert "hidden" not in repr(there.path)
    with pytest.raises(DamagedConnectomeError, match=r"^s3://brains/worm is not a connectome") as e:
        ca.open(f"s3://key:hidden@brains/worm?region=us-east-1&{where}")
    assert "hidden" not in str(e.value)


@pytest.mark.filterwarnings("ignore")  # of Dask, about pandas
def test_the_example_of_dask_reads_every_file_of_a_table(
    fly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("dask.dataframe", reason="needs dask: pip install 'dask[dataframe]'")
    import dask

    monkeypatch.chdir(fly.parent)
    with dask.config.set(scheduler="synchronous"):
        names = run(example("Dask"))
    assert names["synapses"].npartitions == 6
    with ca.open(fly) as connectome:
        edges = connectome.sql("SELECT pre_id, post_id, syn_count FROM edges").fetchall()
    assert {(pre, post): n for pre, post, n in edges} == names["counts"].to_dict()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Spark
def test_the_example_of_spark_reads_every_file_of_a_table(
    fly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark.sql", reason="needs Spark: pip install pyspark, and Java 17")
    monkeypatch.chdir(fly.parent)
    names = run(example("Spark"))
    spark = names["spark"]
    try:
        assert names["wrong"] == []
        assert spark.sql("SELECT count(*), max(y_nm), min(pre_id) FROM synapses").collect() == [
            (600, 0.5, _FIRST)
        ]
    finally:
        spark.stop()
