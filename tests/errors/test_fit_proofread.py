"""Fit proofread: fragments before, neurons after, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors import fit_proofread

# Neuron 1 is two fragments, 10 and 11; neurons 3 and 4 are one fragment, 30.
MAPPING = pd.DataFrame({"fragment_id": [10, 11, 20, 30, 30], "neuron_id": [1, 1, 2, 3, 4]})
BEFORE = ca.Graph.from_edges([10, 11, 20, 30], [20, 30, 30, 20], weight=[6, 2, 4, 5])
AFTER = ca.Graph.from_edges([1, 1, 2, 4], [2, 3, 3, 2], weight=[6, 2, 4, 5])


def test_a_neuron_is_its_largest_fragment() -> None:
    model = fit_proofread(BEFORE, AFTER, mapping=MAPPING)
    # True: 1-2, 1-3, 2-3, 4-2. The largest of 1 is 10, of 3 and 4 it is 30, which stands for 3.
    # Seen: 1-2, 2-3, 3-2; so 1-3 and 4-2 are missed and 3-2 is false, of 8 empty pairs.
    assert (model.beta, model.alpha) == (2 / 4, 1 / 8)
    assert model.evidence is not None
    numbers = model.evidence.numbers
    assert numbers["split_probability"] == 1 / 4
    assert numbers["merge_probability"] == 1 / 4
    assert numbers["merged_fragments"] == 1 / 4
    assert numbers["fraction_lost"] == 2 / 8
    assert model.split is None


def test_joined_fragments_leave_splits_and_merges_to_the_model() -> None:
    model = fit_proofread(BEFORE, AFTER, mapping=MAPPING, fragments=True)
    assert (model.beta, model.alpha) == (1 / 4, 1 / 8)  # 4-2 is still seen as 3-2
    assert model.split is not None
    assert model.merge is not None
    assert (model.split.probability, model.split.fraction) == (0.25, 0.25)
    assert model.merge.probability == 0.25


def test_mappings_as_series_and_as_dict_are_the_same() -> None:
    plain = MAPPING.drop_duplicates("fragment_id").set_index("fragment_id")["neuron_id"]
    one = fit_proofread(BEFORE, AFTER, mapping=plain)
    other = fit_proofread(BEFORE, AFTER, mapping=plain.to_dict())
    assert (one.alpha, one.beta) == (other.alpha, other.beta)
    assert "1 of 4 proofread neurons have no fragment" in one.source


def test_without_a_mapping_neurons_go_by_their_id_and_the_rest_is_said() -> None:
    before = ca.Graph.from_edges([1, 2, 8], [2, 1, 1], weight=[5, 1, 2])
    after = ca.Graph.from_edges([1, 1, 3], [2, 3, 1], weight=[5, 2, 2])
    model = fit_proofread(before, after)
    assert (model.beta, model.alpha) == (
        pytest.approx(0.5 / 2),
        pytest.approx(1.5 / 2),
    )
    assert model.evidence is not None
    assert "2 of 3 proofread neurons kept their id" in model.evidence.notes[0]
    assert "Splits and merges are not known" in model.evidence.notes[1]


def test_what_does_not_match_is_refused() -> None:
    with pytest.raises(ValueError, match="0 of 4 proofread neurons have an id"):
        fit_proofread(BEFORE, AFTER)
    with pytest.raises(ValueError, match="mapping joins none of the fragments"):
        fit_proofread(BEFORE, AFTER, mapping={99: 1})
    with pytest.raises(ValueError, match="mapping must have fragment_id and neuron_id"):
        fit_proofread(BEFORE, AFTER, mapping=MAPPING.rename(columns={"neuron_id": "root"}))
    with pytest.raises(ValueError, match="mapping must give the neuron of each fragment"):
        fit_proofread(BEFORE, AFTER, mapping=3)
    with pytest.raises(ValueError, match=r"mapping\.neuron_id must be integers, got float64"):
        fit_proofread(BEFORE, AFTER, mapping={10: 1.0})
    with pytest.raises(ValueError, match="fragments=True needs mapping"):
        fit_proofread(BEFORE, AFTER, fragments=True)
    with pytest.raises(TypeError, match="A Graph is wanted"):
        fit_proofread(np.eye(3), AFTER)  # type: ignore[arg-type]


def test_rates_behind_simulated_reconstructions_are_found_within_their_intervals() -> None:
    truth = ca.open("celegans-varshney2011").graph()
    model = ca.errors.ErrorModel(alpha=0.004, beta=0.12, could_touch="all")
    off = []
    for seed in range(20):
        fitted = ca.errors.fit_proofread(model.corrupt(truth, rng=seed), truth)
        assert fitted.uncertainty is not None
        error = np.sqrt(np.diag(fitted.uncertainty.covariance))
        true = {"alpha": 0.004, "beta": 0.12}
        for name, spread in zip(fitted.uncertainty.names, error, strict=True):
            value = getattr(fitted, name)
            odds = np.log(value / (1 - value)) - np.log(true[name] / (1 - true[name]))
            off.append(odds / spread)
    assert abs(np.mean(off)) < 0.6
    assert 0.7 < np.std(off) < 1.35
