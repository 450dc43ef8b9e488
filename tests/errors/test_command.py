"""The command line of errors: models from every source, both verdicts, and one clear line on mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca

WORM = "celegans-varshney2011"
RATES = "alpha=0.002,beta=0.15"


def test_motifs_shows_both_verdicts_the_corrected_count_and_the_model_in_words(neuropil) -> None:
    code, out, _ = neuropil("motifs", WORM, "--error-model", "alpha=0.004,beta=0.15", "-n", "60")
    assert code == 0
    row = next(line for line in out.splitlines() if line.startswith("│ 300"))
    assert "48" in row
    assert "126" in row
    assert "over" in row
    assert "15 % of connections are missed; 0.4 % of unconnected pairs are seen" in out
    # Another verdict is worth a line of its own.
    assert "Warning: With the errors of the reconstruction in the null, the verdict" in out
    assert "→" in out


def test_what_motifs_prints_fits_a_hundred_columns(
    neuropil, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    screen = Console(highlight=False, width=100)
    for module in ("output", "naive_and_aware"):
        monkeypatch.setattr(f"neuropil.{module}.console", lambda: screen)
    _, out, _ = neuropil("motifs", WORM, "--error-model", RATES, "-n", "10")
    rows = [line for line in out.splitlines() if line.startswith("│")]
    assert len(rows) == 16
    assert max(map(len, rows)) <= 100


def test_motifs_json_has_everything(neuropil) -> None:
    code, out, _ = neuropil("motifs", WORM, "--error-model", RATES, "-n", "20", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["error_model"].startswith("ErrorModel: 15 % of connections")
    assert answer["error_model_rates"]["beta"] == 0.15
    assert isinstance(answer["warnings"], list)
    last = answer["motifs"][-1]
    for name in ("z", "q_value", "aware_z", "aware_q_value", "estimate", "estimate_low"):
        assert last[name] is not None
    assert isinstance(last["verdict_changes"], bool)


def test_motifs_draws_both_nulls(neuropil, tmp_path: Path) -> None:
    code, _, _ = neuropil(
        "motifs", WORM, "--error-model", RATES, "-n", "10", "--plot", tmp_path / "both.png",
        "--out", tmp_path / "both.csv",
    )  # fmt: skip
    assert code == 0
    assert (tmp_path / "both.png").stat().st_size > 10_000
    assert "aware_q_value" in pd.read_csv(tmp_path / "both.csv").columns


def test_rich_club_shows_where_it_is_rich_under_both_nulls(neuropil) -> None:
    code, out, _ = neuropil("rich-club", WORM, "--error-model", RATES, "-n", "60")
    assert code == 0
    assert "With errors in the null: " in out
    _, out, _ = neuropil("rich-club", WORM, "--error-model", RATES, "-n", "20", "--json")
    answer = json.loads(out)
    assert "aware_significant" in answer
    assert "aware_null_mean" in answer["rich_club"][0]


def test_a_preset_a_file_and_the_manifest_are_models(neuropil, tmp_path: Path) -> None:
    model = ca.errors.ErrorModel(recall=0.8, name="mine", source="made up")
    ca.errors.write_model(model, tmp_path / "mine.json")
    code, out, _ = neuropil("errors", "correct", WORM, "--error-model", tmp_path / "mine.json")
    assert (code, "'mine': 80 % of true synapses" in out) == (0, True)
    assert "Source: made up" in out
    seen = tmp_path / "seen"
    code, out, _ = neuropil(
        "errors", "corrupt", WORM, seen, "--error-model", tmp_path / "mine.json", "--seed", "3"
    )
    assert (code, "edges seen of a truth of" in out) == (0, True)
    code, out, _ = neuropil(
        "errors", "correct", seen, "--error-model", "manifest", "--what", "measures", "--json"
    )
    edges = json.loads(out)["measures"][0]
    assert edges["low"] < 2194 < edges["high"]
    code, out, _ = neuropil(
        "errors", "correct", "fly-mushroom-body-right", "--error-model", "fly-calyx-5",
        "--could-touch", "cell_class", "--what", "measures", "--jobs", "1",
    )  # fmt: skip
    assert (code, "10.1038/s41592-021-01183-7" in out) == (0, True)


@pytest.mark.parametrize("command", [["errors", "correct"], ["motifs", "-n", "5"]])
@pytest.mark.parametrize("edge_type", ["electrical", "all"])
def test_errors_of_connections_that_stand_in_both_directions_are_refused(
    neuropil, command: list[str], edge_type: str
) -> None:
    code, out, err = neuropil(*command, WORM, "--error-model", RATES, "--edge-type", edge_type)
    assert (code, out, len(err.strip().splitlines())) == (1, "", 1)
    assert f"--edge-type {edge_type} has electrical connections" in err
    assert "give --edge-type chemical" in err


def test_what_corrupt_leaves_is_said_by_edge_type_and_the_manifest_says_for_which_it_holds(
    neuropil, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    code, out, _ = neuropil("errors", "corrupt", WORM, seen, "--error-model", RATES)
    left = ca.open(seen).edge_types()
    assert code == 0
    assert f"{left['chemical']:,} chemical edges seen of a truth of 2,194" in out
    assert "; 1,031 electrical ones are as they were" in out
    assert ca.open(seen).manifest.error_model["edge_types"] == ["chemical"]
    _, out, _ = neuropil(
        "errors", "corrupt", WORM, seen, "--error-model", RATES, "--overwrite", "--json"
    )
    answer = json.loads(out)
    assert answer["edges_of_truth_by_type"] == {"chemical": 2194, "electrical": 1031}
    assert answer["edges_seen_by_type"] == left


def test_a_model_of_the_manifest_is_refused_for_edges_that_it_does_not_hold_for() -> None:
    from dataclasses import replace
    from types import SimpleNamespace

    from neuropil.error_model_option import error_model_of

    content = ca.errors.ErrorModel(beta=0.1).to_dict() | {"edge_types": ["chemical"]}
    manifest = replace(ca.open(WORM).manifest, error_model=content)
    made = SimpleNamespace(manifest=manifest, name="made")
    assert error_model_of("manifest", connectome=made).beta == 0.1
    with pytest.raises(
        ValueError, match="holds for chemical connections, not for --edge-type pept"
    ):
        error_model_of("manifest", connectome=made, edge_type="peptidergic")


def test_counts_surely_below_zero_are_said_to_refute_the_model(neuropil) -> None:
    _, out, _ = neuropil(
        "errors", "correct", "fly-mushroom-body-right", "--error-model", "beta=0.04", "--jobs", "1"
    )
    assert "the corrected count of 111D, 111U lies surely below 0" in out


def test_rates_of_another_threshold_are_pointed_out(neuropil) -> None:
    _, out, _ = neuropil(
        "errors", "correct", WORM, "--error-model", "fly-calyx-5", "--could-touch", "all", "--json"
    )
    assert "give --min-synapses 5" in " ".join(json.loads(out)["warnings"])


@pytest.mark.parametrize("what", ["triads", "measures", "subgraphs", "degrees"])
def test_correct_prints_a_table_json_and_files_of_each_kind(
    neuropil, tmp_path: Path, what: str
) -> None:
    file = tmp_path / "table.csv"
    code, out, _ = neuropil(
        "errors", "correct", WORM, "--error-model", RATES, "--what", what, "--out", file
    )
    assert (code, "95 %" in out) == (0, True)
    _, out, _ = neuropil(
        "errors", "correct", WORM, "--error-model", RATES, "--what", what, "--json"
    )
    assert len(json.loads(out)[what]) == len(pd.read_csv(file))


def test_correct_draws_triads(neuropil, tmp_path: Path) -> None:
    file = tmp_path / "corrected.png"
    code, _, _ = neuropil("errors", "correct", WORM, "--error-model", RATES, "--plot", file)
    assert (code, file.stat().st_size > 10_000) == (0, True)


def test_presets_are_listed_with_their_sources(neuropil) -> None:
    code, out, _ = neuropil("errors", "presets")
    assert code == 0
    assert "fly-calyx-5" in out
    assert "doi:10.1038/s41592-021-01183-7" in out
    _, out, _ = neuropil("errors", "presets", "--json")
    assert {row["name"] for row in json.loads(out)} == set(ca.errors.presets().index)


def test_a_model_is_fitted_to_two_matrices_and_used(neuropil, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    true = rng.geometric(0.1, (60, 90)) * (rng.random((60, 90)) < 0.1)
    seen = rng.binomial(true, 0.9)
    for name, counts in (("seen", seen), ("true", true)):
        pd.DataFrame(counts).to_csv(tmp_path / f"{name}.csv", header=False, index=False)
    out_file = tmp_path / "model.json"
    code, out, _ = neuropil(
        "errors", "fit", "verified", tmp_path / "seen.csv", tmp_path / "true.csv",
        "--out", out_file, "--plot", tmp_path / "fit.png", "--name", "mine",
    )  # fmt: skip
    assert code == 0
    assert "beta: " in out
    assert "(95 %: " in out
    assert (tmp_path / "fit.png").exists()
    assert ca.errors.read_model(out_file).name == "mine"
    code, out, _ = neuropil("errors", "correct", WORM, "--error-model", out_file)
    assert (code, "ErrorModel 'mine'" in out) == (0, True)


def test_a_model_is_fitted_to_paired_counts(neuropil, tmp_path: Path) -> None:
    table = pd.DataFrame({"d": [3, 0, 5, 0], "v": [4, 1, 5, 2]})
    table.to_csv(tmp_path / "pairs.csv", index=False)
    code, out, _ = neuropil(
        "errors", "fit", "verified", tmp_path / "pairs.csv", "--columns", "d,v", "--json"
    )
    assert (code, json.loads(out)["error_model"]["beta"]) == (0, 0.5)


def test_a_table_of_pairs_given_as_a_matrix_is_refused_with_the_option_for_it(
    neuropil, tmp_path: Path
) -> None:
    file = tmp_path / "counts.csv"
    pd.DataFrame({"pred_counts": [3, 0, 5] * 9, "gt_counts": [4, 1, 5] * 9}).to_csv(
        file, index=False
    )
    code, out, err = neuropil("errors", "fit", "verified", file, file)
    assert (code, out, len(err.strip().splitlines())) == (1, "", 1)
    assert "two columns (pred_counts, gt_counts) over 27 rows" in err
    assert "--columns pred_counts,gt_counts" in err


def test_a_model_is_fitted_to_replicates_joined_by_name(neuropil) -> None:
    code, out, _ = neuropil(
        "errors", "fit", "replicates", "celegans-witvliet2021-7", "celegans-witvliet2021-8",
        "--join-by", "name", "--alpha", "0", "--json",
    )  # fmt: skip
    assert code == 0
    assert 0.3 < json.loads(out)["error_model"]["beta"] < 0.4


def test_robustness_prints_where_conclusions_flip(neuropil, tmp_path: Path) -> None:
    arguments = ("errors", "robustness", WORM, "--rate", "alpha", "--values", "0,0.01",
                 "-n", "20", "--motifs", "030T,300")  # fmt: skip
    code, out, _ = neuropil(*arguments, "--plot", tmp_path / "r.png")
    assert (code, "flips_at" in out, (tmp_path / "r.png").exists()) == (0, True, True)
    _, out, _ = neuropil(*arguments, "--json")
    assert {row["conclusion"] for row in json.loads(out)["flips"]} >= {"030T", "300"}


MOTIFS = ("motifs", WORM, "-n", "2")
CORRECT = ("errors", "correct", WORM, "--error-model")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*MOTIFS, "--error-model", "fly-calix-5"), "Did you mean fly-calyx-5?"),
        ((*MOTIFS, "--error-model", ""), "--error-model must be a preset"),
        ((*MOTIFS, "--error-model", "fly-calyx-5"), "say which do: --could-touch COLUMN"),
        (
            (*MOTIFS, "--error-model", "fly-lateral-horn-5", "--density", "0.02"),
            "--could-touch is missing",
        ),
        ((*MOTIFS, "--error-model", "manifest"), f"{WORM} has no error model in its manifest"),
        ((*MOTIFS, "--error-model", "nowhere.json"), "nowhere.json cannot be read"),
        ((*MOTIFS, "--could-touch", "all"), "give --error-model too"),
        ((*MOTIFS, "--null", "none", "--error-model", RATES), "give --null too"),
        ((*MOTIFS, "--null", "spatial", "--error-model", RATES), "cannot be passed through"),
        (("rich-club", WORM, "--members", "3", "--error-model", RATES), "leave out --null none"),
        ((*CORRECT, "beta=1.2"), "beta must be between 0 and 1, got 1.2"),
        ((*CORRECT, "beta=nan"), "beta must be between 0 and 1, got nan"),
        ((*CORRECT, "beta=lots"), "beta of --error-model must be a number such as 0.15"),
        ((*CORRECT, "beta=0.1,beta=0.2"), "'beta=0.2' more than once"),
        ((*CORRECT, "gamma=0.1"), "'gamma=0.1' as a rate"),
        ((*CORRECT, "beta=0.1,"), "write NAME=VALUE with commas between"),
        ((*CORRECT, "alpha=0.6,beta=0.6"), "alpha + beta must be below 1"),
        ((*CORRECT, "alpha=0.1,recall=0.9"), "one kind or the other"),
        ((*CORRECT, "beta=0.1", "--could-touch", "region"), "give alpha or false_rate too"),
        ((*CORRECT, "alpha=0.1", "--could-touch", "nonsense"), "nonsense"),
        ((*CORRECT, RATES, "--density", "0.1"), "--density is for presets"),
        ((*CORRECT, RATES, "--what", "everything"), "--what must be triads, measures"),
        ((*CORRECT, RATES, "--level", "95"), "level"),
        ((*CORRECT, RATES, "--what", "degrees", "--plot", "x.png"), "degrees has no picture"),
        (("errors", "corrupt", WORM, "/proc/x", "--error-model", RATES), "/proc"),
        (("errors", "fit", "verified", "no.csv", "nor.csv"), "neither a folder nor a bundled"),
        (("errors", "fit", "verified", "no.csv"), "Give DETECTED and VERIFIED"),
        (("errors", "fit", "verified", "no.csv", "--columns", "a,b"), "no.csv is no file"),
        (("errors", "fit", "replicates", WORM), "three or more observations"),
        (
            ("errors", "fit", "replicates", WORM, WORM, "--join-by", "side"),
            "side of celegans-varshney2011 has",
        ),
        (("errors", "robustness", WORM, "--values", "a,b"), "--values must be numbers"),
        (("errors", "robustness", WORM, "--rate", "gamma"), "rate must be"),
        (("errors", "robustness", WORM, "--motifs", "FFL"), "FFL"),
        (("errors", "robustness", WORM, "--reading", "bad"), "reading must be"),
    ],
)
def test_a_mistake_gets_one_clear_line_and_exit_code_1(neuropil, arguments, message) -> None:
    code, out, err = neuropil(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("neuropil: ")
    assert message in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,0,2\n3\n", "one shape, got"),
        ("1,0,x\n3,0,4\n", "one shape, got"),
        ("", "seen.csv"),
        ("\x00\x01\xff", "seen.csv"),
        ("-1,0,0\n0,3,0\n0,0,0\n", "-1"),
        ("0.5,0,0\n0,3,0\n0,0,0\n", "0.5"),
        ("1,0,NaN\n0,3,0\n0,0,0\n", "missing cell"),
    ],
)
def test_a_matrix_that_is_none_is_refused_by_name(
    neuropil, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "seen.csv").write_text(text, encoding="latin-1")
    (tmp_path / "true.csv").write_text("1,0,0\n0,3,0\n0,0,0\n")
    code, out, err = neuropil(
        "errors", "fit", "verified", tmp_path / "seen.csv", tmp_path / "true.csv"
    )
    assert (code, out) == (1, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "neuropil-error-model"}'])
def test_a_file_that_holds_no_model_is_refused(neuropil, tmp_path: Path, text: str) -> None:
    file = tmp_path / "model.json"
    file.write_text(text)
    code, out, err = neuropil("errors", "correct", WORM, "--error-model", file)
    assert (code, out) == (1, "")
    assert err.startswith("neuropil: ")
    assert len(err.strip().splitlines()) == 1


def test_nothing_is_written_into_a_connectome_nor_over_one(neuropil, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    make = ("errors", "corrupt", WORM, seen, "--error-model", "beta=0.5")
    assert neuropil(*make)[0] == 0
    code, _, err = neuropil(*make)
    assert (code, "overwrite" in err) == (1, True)
    assert neuropil(*make, "--overwrite", "--seed", "5")[0] == 0
    code, _, err = neuropil("errors", "corrupt", WORM, seen / "in", "--error-model", "beta=0.5")
    assert (code, f"lies inside the connectome {seen}" in err) == (1, True)
    assert neuropil("check", seen)[0] == 0


def test_every_command_has_help_with_examples(neuropil) -> None:
    for words in (
        ("errors", "presets"),
        ("errors", "correct"),
        ("errors", "corrupt"),
        ("errors", "robustness"),
        ("errors", "fit", "verified"),
        ("errors", "fit", "replicates"),
    ):
        code, out, _ = neuropil(*words, "--help")
        assert code == 0
        assert f"neuropil {' '.join(words)}" in out


def test_thresholds_name_those_that_are_the_same_without_a_warning_of_python(neuropil) -> None:
    code, out, err = neuropil(
        "errors", "thresholds", "fly-mushroom-body-right", "--values", "1,2", "-n", "2",
        "--motifs", "300", "--jobs", "1",
    )  # fmt: skip
    assert (code, "UserWarning" in err) == (0, False)
    assert "Warning: Thresholds 1 and 2 leave the same connections" in out


def test_an_empty_table_is_said_to_be_empty(neuropil, tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.touch()
    for kind in ("segmentation", "precision-recall"):
        code, out, err = neuropil("errors", "fit", kind, file)
        assert (code, out, len(err.strip().splitlines())) == (1, "", 1)
        assert "scores.csv is empty." in err
