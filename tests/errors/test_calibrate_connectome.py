"""Calibrating a connectome: from scores on disk to corrected counts, and what goes wrong on the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis import tables
from connectome_analysis.errors import ErrorModel, calibrate_connectome, edge_confidence

from .scored import Scored, scored_worm

PAIRS = 279 * 278


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """Scores whose odds are twice as far from even, in logarithms, as they should be."""
    folder = tmp_path_factory.mktemp("scored")
    return scored_worm(folder, np.random.default_rng(0), warp=2.0)


def off(probability: pd.Series, real: pd.Series) -> float:
    """Worst difference of promise and truth over tenths of the pairs."""
    tenth = pd.qcut(probability.rank(method="first"), 10, labels=False)
    both = pd.DataFrame({"promise": probability, "real": real.astype(float), "tenth": tenth})
    means = both.groupby("tenth")[["promise", "real"]].mean()
    return float((means["promise"] - means["real"]).abs().max())


def test_verified_synapses_make_confidences_of_edges_right_on_disk(
    scored: Scored, tmp_path: Path
) -> None:
    checked = scored.synapses.sample(2000, random_state=0)[["synapse_id", "is_true"]]
    before = {file.name: file.read_bytes() for file in scored.path.iterdir()}
    with ca.open(scored.path) as given:
        done = calibrate_connectome(given, tmp_path / "calibrated", verified=checked)
    assert {file.name: file.read_bytes() for file in scored.path.iterdir()} == before
    with ca.open(done.path, verify=True) as calibrated:
        g = calibrated.graph()
        manifest = calibrated.manifest
        synapses = calibrated.synapses.order("synapse_id").df()
        confident = calibrated.graph(min_confidence=0.9)
    edges = g.edges().merge(scored.pairs, on=["pre_id", "post_id"])
    assert off(edges["confidence"], edges["is_true"]) < 0.08
    warped = edge_confidence(scored.synapses, n_pairs=PAIRS)["probability"]
    naive = scored.pairs.set_index(["pre_id", "post_id"])["is_true"].loc[warped.index]
    assert off(warped, naive) > 0.12
    # What the detector said is kept, under the name of a score.
    told = scored.synapses.sort_values("synapse_id")
    assert np.allclose(synapses["score"], told["confidence"])
    assert off(synapses["confidence"], told["is_true"].reset_index(drop=True)) < 0.06
    assert confident.n_edges == int((edges["confidence"] >= 0.9).sum()) < g.n_edges
    made = manifest.made_by
    assert made["command"] == "connectome_analysis.errors.calibrate_connectome"
    assert made["calibration"]["verified"] == 2000
    assert made["calibration"]["method"] == "isotonic"
    assert made["parent"]["name"] == "scored"
    model = ErrorModel.from_dict(manifest.error_model)
    assert model.confidence_odds == 1.0
    assert model.uncertainty is not None
    assert model.uncertainty.names == ("confidence_odds",)
    # The whole way: counts corrected edge by edge hold the truth.
    truth = ca.motifs.triad_census(ca.open("celegans-varshney2011").graph())
    table = ca.errors.debias_triad_census(g, error_model=model, n_jobs=1)
    naive_off = np.abs(table["observed"] - truth)
    ratio = np.abs(table["estimate"] - truth) / naive_off
    assert ratio[naive_off > 100].median() < 0.1
    assert ((table["low"] <= truth) & (truth <= table["high"])).mean() >= 0.75


def test_verified_pairs_make_confidences_of_edges_right(scored: Scored, tmp_path: Path) -> None:
    checked = scored.pairs.sample(1000, random_state=1)
    with ca.open(scored.path) as given:
        done = calibrate_connectome(given, tmp_path / "calibrated", verified=checked)
        before = given.synapses.order("synapse_id").df()
    assert done.calibration is not None
    assert done.calibration.method == "logistic"
    with ca.open(done.path) as calibrated:
        edges = calibrated.graph().edges().merge(scored.pairs, on=["pre_id", "post_id"])
        assert calibrated.synapses.order("synapse_id").df().equals(before)
    assert off(edges["confidence"], edges["is_true"]) < 0.1
    bad = edge_confidence(scored.synapses, n_pairs=PAIRS)["probability"]
    assert off(edges["confidence"], edges["is_true"]) < off(
        bad, scored.pairs.set_index(["pre_id", "post_id"])["is_true"].loc[bad.index]
    )


def test_a_recall_goes_into_the_model_and_an_older_model_keeps_its_own(
    scored: Scored, tmp_path: Path
) -> None:
    with ca.open(scored.path) as given:
        done = calibrate_connectome(given, tmp_path / "one", recall=0.9)
    assert (done.model.recall, done.model.confidence_odds) == (0.9, 1.0)
    assert done.model.uncertainty is None
    with ca.open(done.path) as once:
        again = calibrate_connectome(once, tmp_path / "two")
    assert again.model.recall == 0.9
    with ca.open(again.path) as twice, ca.open(done.path) as once:
        assert twice.graph().equals(once.graph())


def test_edges_of_other_kinds_have_no_confidence(tmp_path: Path) -> None:
    nodes = pd.DataFrame({"node_id": [1, 2, 3]})
    edges = pd.DataFrame(
        {
            "pre_id": [1, 1, 2],
            "post_id": [2, 2, 1],
            "edge_type": ["chemical", "electrical", "electrical"],
            "weight": [1.0, 2.0, 2.0],
            "syn_count": pd.array([1, None, None], dtype="Int32"),
        }
    )
    synapses = pd.DataFrame(
        {"synapse_id": [7], "pre_id": [1], "post_id": [2], "confidence": [0.6]}
        | {name: [0.0] for name in ("x_nm", "y_nm", "z_nm")}
    )
    manifest = tables.Manifest(name="three")
    path = tables.write(
        tmp_path / "three", {"nodes": nodes, "edges": edges, "synapses": synapses}, manifest
    )
    with ca.open(path) as three:
        done = calibrate_connectome(three, tmp_path / "calibrated")
    with ca.open(done.path) as calibrated:
        assert calibrated.graph().confidence is not None
        assert calibrated.graph(edge_type=None).confidence is None
        with pytest.raises(ValueError, match=r"three has no confidence of some of its edges"):
            calibrated.graph(edge_type=None, min_confidence=0.5)


def test_a_connectome_is_not_calibrated_onto_itself(scored: Scored) -> None:
    before = (scored.path / "connectome.json").read_bytes()
    with (
        ca.open(scored.path) as given,
        pytest.raises(ValueError, match="is the connectome that is calibrated; write the new"),
    ):
        calibrate_connectome(given, scored.path, overwrite=True)
    assert (scored.path / "connectome.json").read_bytes() == before


def test_mistakes_are_said_in_a_line(scored: Scored, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with ca.open(scored.path) as given:
        with pytest.raises(ValueError, match=r"verified must have is_true and synapse_id"):
            calibrate_connectome(given, out, verified=pd.DataFrame({"is_true": [True]}))
        with pytest.raises(ValueError, match=r"1 of 1 verified synapses are not in scored"):
            calibrate_connectome(
                given, out, verified=pd.DataFrame({"synapse_id": [1], "is_true": [True]})
            )
        with pytest.raises(ValueError, match=r"None of the 1 verified pairs was detected"):
            calibrate_connectome(
                given,
                out,
                verified=pd.DataFrame({"pre_id": [-1], "post_id": [-2], "is_true": [True]}),
            )
        with pytest.raises(ValueError, match=r"verified names the same synapse_id more than once"):
            calibrate_connectome(
                given, out, verified=pd.DataFrame({"synapse_id": [1, 1], "is_true": [True, False]})
            )
        with pytest.raises(ValueError, match=r"min_confidence out, or make it from synapses"):
            given.graph(min_confidence=0.5)
    with (
        ca.open("celegans-varshney2011") as worm,
        pytest.raises(ValueError, match=r"has no table of synapses"),
    ):
        calibrate_connectome(worm, out)
    assert not out.exists()
