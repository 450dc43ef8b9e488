"""``neuropil cell-types cluster``: a table, JSON, a file that SQL joins, pictures, one line on mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

LARVA = "larva-mushroom-body-left"


def test_the_table_says_how_many_of_which_and_why(neuropil) -> None:
    code, out, _ = neuropil(
        *("cell-types", "cluster", LARVA, "--n-types", 4, "--resamples", 2),
        *("--compare", "cell_type"),
    )
    assert code == 0
    assert f"{LARVA}: 4 types by hierarchical" in out
    assert "Confidence: share of 2 graphs with resampled synapses" in out
    assert "Agreement with cell_type, 209 neurons" in out
    assert "KC (" in out


def test_the_file_joins_in_sql_and_the_picture_is_drawn(neuropil, tmp_path: Path) -> None:
    table, picture = tmp_path / "types.parquet", tmp_path / "types.png"
    code, out, _ = neuropil(
        *("cell-types", "cluster", LARVA, "--confidence", "none", "--option", "metric=cosine"),
        *("--n-types", 3, "--out", table, "--plot", picture, "--json"),
    )
    answer = json.loads(out)
    assert (code, answer["n_types"], answer["metric"]) == (0, 3, "cosine")
    assert len(answer["types"]) == len(pd.read_parquet(table)) == 209
    assert picture.stat().st_size > 10_000
    query = "SELECT label, count(*) AS n FROM t JOIN nodes USING (node_id) GROUP BY 1 ORDER BY 1"
    _, out, _ = neuropil("sql", LARVA, query, "--with", f"t={table}", "--json")
    assert [row["label"] for row in json.loads(out)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--method", "kmeans"), "method must be 'hierarchical', 'leiden'"),
        (("--option", "metric"), "--option must be NAME=VALUE, for instance metric=cosine"),
        (("--compare", "foo"), "--compare must be a column of the nodes, got 'foo'"),
        (("--n-types", 500), "500 types were asked for, and 209 neurons have a connection"),
        (("--plot", "x.png", "--picture", "foo"), "--picture must be adjacency, dendrogram"),
        (("--picture", "dendrogram"), "give the file to draw it in, --plot FILE"),
    ],
)
def test_a_mistake_is_one_line(
    options: tuple[object, ...], words: str, neuropil, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = neuropil("cell-types", "cluster", LARVA, "--confidence", "none", *options)
    assert code == 1
    assert words in err
    assert len([line for line in err.splitlines() if line.startswith("neuropil:")]) == 1
