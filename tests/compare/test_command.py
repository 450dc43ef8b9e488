"""``neuropil compare``: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

YOUNG, OLD = "celegans-witvliet2021-1", "celegans-witvliet2021-8"


def test_tables_and_pictures_are_written(neuropil, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out"
    code, text, _ = neuropil("compare", YOUNG, OLD, "-n", 5, "--match", "name", "--out", out)
    assert code == 0
    assert "Motif profiles against reciprocal_configuration" in text
    table = pd.read_parquet(out / "summary.parquet")
    assert table.index.tolist() == [YOUNG, OLD]
    assert pd.read_csv(out / "shared.csv")["fraction"].dropna().between(0, 1).all()
    assert (out / "profiles_reciprocal_configuration.svg").read_text("utf-8").startswith("<?xml")
    assert {"density", "matched", "correlation", "distances"} <= {p.stem for p in out.iterdir()}


def test_json_holds_what_is_shown_and_warned_of(neuropil) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = neuropil(
        "compare", "celegans-varshney2011", "celegans-cook2019-male", "-n", 0, "--json"
    )
    found = json.loads(text)
    assert code == 0
    assert found["summary"][0]["neurons"] == 279
    assert "not comparable" in found["warnings"][0]
    assert "profiles" not in found


def test_groups_are_tested_in_two(neuropil) -> None:  # type: ignore[no-untyped-def]
    sides = ("larva-mushroom-body-left", "larva-mushroom-body-right")
    code, text, _ = neuropil(
        "compare", *sides, "-n", 0, "--groups", "cell_type", "--adjust", "--json"
    )
    found = json.loads(text)
    assert code == 0
    assert found["groups_together"][0]["ratio"] == pytest.approx(1.0234, abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((YOUNG,), "two connectomes or more, got 1"),
        ((YOUNG, OLD, YOUNG), f"unlike each other, got {YOUNG} twice"),
        ((YOUNG, OLD, "celegans-witvliet2021-2", "--match", "name"), "--match compares two"),
        ((YOUNG, OLD, "--adjust", "-n", 0), "--adjust belongs to --groups"),
        ((YOUNG, OLD, "-n", 1), "-n must be 0"),
        ((YOUNG, OLD, "--error-model", "beta=0.1"), "--error-model must be NAME=MODEL"),
        ((YOUNG, "nowhere"), "neither a folder nor a bundled dataset"),
    ],
)
def test_mistakes_end_in_one_line(neuropil, arguments: tuple, words: str) -> None:  # type: ignore[no-untyped-def,type-arg]
    code, _, error = neuropil("compare", *arguments)
    assert code == 1
    assert words in error
