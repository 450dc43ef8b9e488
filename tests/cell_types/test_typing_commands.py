"""``neuropil cell-types train``, ``predict`` and ``evaluate``: from one hemisphere to the other, into SQL."""

from __future__ import annotations

import json

import pytest

LEFT, RIGHT = "larva-mushroom-body-left", "larva-mushroom-body-right"
QUICK = ("--option", "hidden=16", "--option", "epochs=40", "--features", "degree,strength")


def test_types_go_from_one_side_to_the_other_and_into_sql(neuropil, tmp_path) -> None:
    pytest.importorskip("torch")
    model, table = tmp_path / "types.pt", tmp_path / "types.parquet"
    code, out, err = neuropil("cell-types", "train", LEFT, model, *QUICK)
    assert code == 0, err
    assert "4 types from 209 labelled neurons" in out
    code, out, err = neuropil(
        "cell-types", "predict", RIGHT, model, "--out", table, "--min-confidence", "0"
    )
    assert code == 0, err
    assert "0 of 213 neurons are unknown" in out
    assert "Sets of types that hold the true one with a probability of 0.9" in out
    question = (
        "SELECT count(*) AS n, sum(CAST(label = cell_type AS INT)) AS hits, min(set_size) AS least "
        "FROM nodes JOIN types USING (node_id)"
    )
    code, out, err = neuropil("sql", RIGHT, "--with", f"types={table}", question, "--json")
    assert code == 0, err
    rows = json.loads(out)
    (row,) = rows["rows"] if isinstance(rows, dict) else rows
    assert row["n"] == 213
    assert row["hits"] > 100
    code, out, _ = neuropil("cell-types", "predict", RIGHT, model, "--known", "cell_type", "--json")
    assert code == 0
    assert len(json.loads(out)["neurons"]) == 213


def test_the_table_of_methods_is_printed_with_its_split_and_leaks(neuropil, tmp_path) -> None:
    code, out, err = neuropil(
        *("cell-types", "evaluate", "celegans-cook2019-hermaphrodite", "--labels", "cell_class"),
        *("--methods", "majority,label-propagation,seeds", "--seeds", "2"),
        *("--out", tmp_path / "scores.csv"),
    )
    assert code == 0, err
    assert "label propagation" in out
    assert "Split by random" in out
    assert "Leak: Neurons of both sides (side) are learnt from and tested" in out
    assert (tmp_path / "scores.csv").read_text().startswith("method,accuracy,")
    code, out, err = neuropil(
        *("cell-types", "evaluate", "celegans-cook2019-hermaphrodite", "--labels", "cell_class"),
        *("--by", "hemisphere", "--methods", "seeds", "--seeds", "1", "--json"),
    )
    assert code == 0, err
    assert json.loads(out)["leakage"] == []


def test_mistakes_are_one_line(neuropil, tmp_path) -> None:
    model = tmp_path / "types.pt"
    for arguments, words in (
        (("train", LEFT, model, "--labels", "colour"), "The node table has no column 'colour'"),
        (("train", LEFT, model, "--option", "depth=3"), "--option must be one of CellTyper"),
        (("train", LEFT, model, "--only", "side"), "--only must be COLUMN=VALUE"),
        (("train", LEFT, model, "--only", "side=up"), "no neuron has this value; there are left"),
        (("train", LEFT, tmp_path / "no" / "m.pt"), "There is no folder"),
        (
            ("train", LEFT, model, "--option", "device=cuda:9"),
            "device must be one that torch has here",
        ),
        (("predict", LEFT, model), "There is no saved model"),
        (("evaluate", LEFT, "--methods", "magic"), "methods must be among"),
        (("evaluate", LEFT, "--by", "pair"), "A split by pair needs column="),
    ):
        code, _, err = neuropil("cell-types", *arguments)
        assert code == 1
        assert words in err
        assert err.count("\n") == 1
