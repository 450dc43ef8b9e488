"""The command ``neuropil find``: tables, files, JSON, counts, and one clear line on mistakes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest

import connectome_analysis as ca

WORM = "celegans-varshney2011"
LOOP = "A -> B; B -> C; A -> C"


def test_find_prints_the_first_rows_and_how_many_there_are(neuropil) -> None:
    code, out, _ = neuropil("find", WORM, LOOP)
    number = ca.motifs.count_matches(ca.open(WORM).graph(), LOOP)
    assert code == 0
    assert f"{WORM}: {number:,} instances" in out
    assert f"20 of {number:,} rows; --out writes all" in out


def test_find_counts(neuropil) -> None:
    assert neuropil("find", WORM, LOOP, "--count", "--induced")[:2] == (0, "1453\n")
    code, out, _ = neuropil("find", WORM, LOOP, "--count", "--json", "--mappings")
    answer = json.loads(out)
    assert (code, answer["distinct"], answer["motif"]) == (0, "mappings", LOOP)
    assert answer["count"] > 1453
    assert "matches" not in answer


def test_find_writes_files_and_json_with_whole_ids(neuropil, tmp_path: Path) -> None:
    fly = "fly-mushroom-body-right"
    motif = 'A -> B [syn_count >= 20]; B -> A; A.cell_class = "DAN"'
    code, out, _ = neuropil("find", fly, motif, "--json", "--limit", 3)
    answer = json.loads(out)
    assert (code, answer["limit_reached"], len(answer["matches"])) == (0, True, 3)
    assert all(row["A"] > 2**53 for row in answer["matches"])
    for kind, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        file = tmp_path / f"matches.{kind}"
        code, out, err = neuropil("find", fly, motif, "--limit", 3, "--out", file)
        assert (code, f"wrote {file}" in err) == (0, True)
        assert "the first 3 instances" in out
        assert read(file).to_dict("records") == answer["matches"]


def test_find_takes_the_options_of_a_graph(neuropil) -> None:
    _, out, _ = neuropil(
        "find", WORM, "A -> B", "--count", "--min-synapses", 5, "--where",
        "cell_class = 'interneuron'",
    )  # fmt: skip
    g = ca.open(WORM).graph(min_synapses=5, where="cell_class = 'interneuron'")
    assert int(out) == g.n_edges


def test_find_reads_a_motif_from_standard_input(neuropil, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"# a loop\n{LOOP}\n"))
    assert neuropil("find", WORM, "-", "--count", "--induced")[:2] == (0, "1453\n")


def test_nothing_found_is_an_answer_too(neuropil) -> None:
    code, out, _ = neuropil("find", WORM, "A -> B [weight > 100000]")
    assert (code, f"{WORM}: 0 instances" in out) == (0, True)
    assert neuropil("find", WORM, "A -> B [weight > 100000]", "--count")[1] == "0\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("find", WORM, "A -> B; B => C"), "line 1, column 11: expected '->'"),
        (("find", WORM, "A -> B; A.colour = 1"), "neurons have no attribute 'colour'"),
        (("find", WORM, ""), "The motif has no edges"),
        (("find", WORM, LOOP, "--count", "--limit", "5"), "--count makes no table"),
        (("find", WORM, LOOP, "--count", "--out", "x.csv"), "--count makes no table"),
        (("find", WORM, LOOP, "--out", "x.xlsx"), "must end in .csv or .parquet"),
        (("find", WORM, LOOP, "--where", "nonsense = 1"), "not a condition on nodes"),
        (("find", "celegans-white1987", LOOP), "Did you mean"),
    ],
)
def test_a_mistake_gets_one_clear_message_and_exit_code_1(neuropil, arguments, message) -> None:
    code, out, err = neuropil(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("neuropil: ")
    assert message in err
    assert "Traceback" not in err


def test_a_motif_that_cannot_be_read_is_shown_with_a_mark_under_the_place(neuropil) -> None:
    _, _, err = neuropil("find", WORM, "A -> B\nB => C")
    assert err.splitlines()[1:] == ["B => C", "  ^"]


def test_help_has_examples(neuropil) -> None:
    code, out, _ = neuropil("find", "--help")
    assert code == 0
    assert "neuropil find fly-mushroom-body-right" in out
