"""The command line: what it prints, what its exit codes are, and its one clear line on mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

WORM = "celegans-cook2019-hermaphrodite"


def test_sql_counts_neurons_by_type(neuropil) -> None:
    code, out, _ = neuropil(
        "sql", WORM, "SELECT cell_type, count(*) FROM nodes GROUP BY 1 ORDER BY 2 DESC"
    )
    assert code == 0
    assert "cell_type" in out
    assert "first 50 rows; --rows 0 shows all" in out


def test_sql_prints_json_csv_and_files(neuropil, tmp_path: Path) -> None:
    query = "SELECT node_id, name FROM nodes ORDER BY node_id LIMIT 2"
    code, out, _ = neuropil("sql", WORM, query, "--json")
    rows = json.loads(out)
    assert (code, [row["node_id"] for row in rows]) == (0, [1, 2])
    for kind, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        file = tmp_path / f"answer.{kind}"
        code, _, err = neuropil("sql", WORM, query, "--out", file)
        assert (code, f"wrote {file}: 2 rows" in err) == (0, True)
        assert read(file)["name"].tolist() == [row["name"] for row in rows]
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        *("answer.csv", "answer.csv.source.json", "answer.parquet")
    ]


def test_sql_csv_goes_to_standard_output() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "neuropil", "sql", WORM, "SELECT 1 AS one", "--csv"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ['"one"', "1"]


def test_large_ids_stay_whole_in_json(neuropil) -> None:
    _, out, _ = neuropil(
        "sql", "fly-mushroom-body-right", "SELECT max(node_id) AS top FROM nodes", "--json"
    )
    top = json.loads(out)[0]["top"]
    assert isinstance(top, int)
    assert top > 2**53


def test_motifs_prints_json_with_its_null(neuropil) -> None:
    code, out, _ = neuropil(
        "motifs", WORM, "--null", "configuration", "-n", "20", "--json", "--jobs", "1"
    )
    answer = json.loads(out)
    assert code == 0
    assert (answer["neurons"], answer["edges"]) == (302, 3671)
    assert answer["null_model"] == "configuration"
    assert answer["n_samples"] == 20
    assert [row["motif"] for row in answer["motifs"]][-1] == "300"
    assert answer["motifs"][-1]["null_model"] == "configuration"


def test_motifs_prints_a_table_a_file_and_a_picture(neuropil, tmp_path: Path) -> None:
    code, out, _ = neuropil(
        "motifs", "celegans-varshney2011", "-n", "10",
        "--out", tmp_path / "t.csv", "--plot", tmp_path / "t.png",
    )  # fmt: skip
    assert code == 0
    assert "feed-forward loop" in out
    assert "It keeps the number of neurons each neuron sends to" in out
    assert pd.read_csv(tmp_path / "t.csv").loc[8, "observed"] == 1453
    assert (tmp_path / "t.png").stat().st_size > 10_000


def test_motifs_without_a_null_is_the_census(neuropil) -> None:
    code, out, _ = neuropil("motifs", "celegans-varshney2011", "--null", "none", "--json")
    counts = {row["motif"]: row["count"] for row in json.loads(out)["motifs"]}
    assert (code, counts["030T"]) == (0, 1453)


def test_rich_club_prints_its_curve(neuropil) -> None:
    code, out, _ = neuropil("rich-club", "celegans-varshney2011", "-n", "10", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["inequality"] == "degree > k"
    assert answer["rich_club"][0]["k"] == 0


def test_info_and_datasets_name_source_licence_and_citation(neuropil) -> None:
    code, out, _ = neuropil("info", WORM)
    assert code == 0
    assert "Cook" in out
    code, out, _ = neuropil("datasets", "--json")
    assert code == 0
    assert WORM in {row["name"] for row in json.loads(out)}


def test_check_says_ok_or_what_is_wrong(neuropil, tmp_path: Path) -> None:
    import shutil

    import connectome_analysis as ca

    code, out, _ = neuropil("check", WORM)
    assert (code, out.startswith("ok: ")) == (0, True)
    broken = tmp_path / "broken"
    shutil.copytree(ca.datasets.path(WORM), broken)
    edges = (broken / "edges.parquet").read_bytes()
    (broken / "edges.parquet").write_bytes(edges[: len(edges) // 2])
    code, out, err = neuropil("check", broken)
    assert code == 1
    assert "edges: changed file: edges.parquet has" in out
    assert "problem" in err
    code, out, _ = neuropil("check", broken, "--json")
    assert (code, json.loads(out)["ok"]) == (1, False)
    code, _, err = neuropil("motifs", broken)
    assert code == 1
    assert "is damaged: edges: changed file" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("info", "/no/such/folder"), "neither a folder nor a bundled dataset"),
        (("motifs", "celegans-white1987"), "Did you mean"),
        (("motifs", WORM, "--null", "erdos"), "no null model 'erdos'; there are: erdos_renyi"),
        (("motifs", WORM, "--min-synapses", "5"), "count synapses on its chemical edges"),
        (("motifs", WORM, "--where", "nonsense = 1"), "not a condition on nodes"),
        (("motifs", WORM, "--edge-type", "peptide"), "has no peptide edges"),
        (("motifs", WORM, "--null", "none", "--plot", "x.png"), "--plot draws the comparison"),
        (("motifs", WORM, "-n", "2", "--out", "x.xlsx"), "must end in .csv or .parquet"),
        (("motifs", WORM, "-n", "2", "--out", "no/such/x.csv"), "is not a folder; make it first"),
        (("rich-club", WORM, "--degree", "most"), "degree must be 'total', 'in' or 'out'"),
        (("sql", WORM, "SELECT * FROM neurons"), "has no table neurons; it has nodes, edges"),
        (("sql", WORM, "SELECT 1", "--csv", "--json"), "--csv and --json are two answers"),
        (("sql", WORM, "SELECT 1", "--out", "/proc/x.csv"), "Cannot write in /proc"),
        (("sql", WORM, "SELECT INTERVAL 1 DAY AS i", "--out", "x.parquet"), "i month_day_nano"),
        (("motifs", WORM, "--where", "name = 'zz'"), "0 neurons and no connection are left by"),
        (("sql", WORM, "SELEC 1"), "syntax error"),
        (("sql", WORM, "DROP VIEW nodes"), "DROP is refused: a connectome is read-only"),
        (("sql", WORM, "COPY nodes TO 'x.csv'"), "COPY is refused"),
    ],
)
def test_a_mistake_gets_one_clear_line_and_exit_code_1(neuropil, arguments, message) -> None:
    code, out, err = neuropil(*arguments)
    assert code == 1
    assert out == ""
    assert err.startswith("neuropil: ")
    assert message in err
    assert "Traceback" not in err


def test_nothing_is_written_into_a_connectome(neuropil, tmp_path: Path) -> None:
    import shutil

    import connectome_analysis as ca

    mine = tmp_path / "mine"
    shutil.copytree(ca.datasets.path(WORM), mine)
    for arguments in (
        ("sql", WORM, "SELECT 1", "--out", mine / "edges.parquet"),
        ("motifs", WORM, "-n", "2", "--out", mine / "triads.csv"),
        ("report", WORM, "--out", mine, "-n", "50"),
        ("report", WORM, "--out", mine / "report", "-n", "50"),
    ):
        code, _, err = neuropil(*arguments)
        assert (code, f"lies inside the connectome {mine}" in err) == (1, True), arguments
    assert neuropil("check", mine)[0] == 0


def test_sql_shows_every_digit(neuropil) -> None:
    _, out, _ = neuropil(
        "sql",
        "fly-mushroom-body-right",
        "SELECT sum(weight) AS s, 12345678.9::DOUBLE AS x FROM edges",
    )
    assert "319706.0" in out
    assert "12345678.9" in out


def test_too_few_samples_are_said_to_be_too_few(neuropil) -> None:
    _, out, _ = neuropil("motifs", WORM, "-n", "5")
    assert "5 samples cannot show anything at the 5 % level" in out
    assert "Of 16 motifs one that alone stands out takes 640 samples." in out
    assert "cannot show" not in neuropil("motifs", WORM, "-n", "40")[1]


def test_help_has_examples_for_every_command(neuropil) -> None:
    code, out, _ = neuropil("--help")
    assert code == 0
    for command in ("demo", "datasets", "ingest", "info", "sql", "motifs", "rich-club", "check"):
        assert command in out
        code, help_text, _ = neuropil(command, "--help")
        assert code == 0
        assert "neuropil " + command in help_text


def test_version_is_the_one_of_the_package(neuropil) -> None:
    import connectome_analysis as ca

    assert neuropil("--version")[1].strip() == f"neuropil {ca.__version__}"
