"""The error model says what it is, refuses what it cannot be, and comes back from disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors import ErrorModel, Merge, PerGroup, Split, Uncertainty


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "no errors; connections of 1 synapse or more."),
        ({"beta": 0.15}, "15 % of connections are missed."),
        (
            {"alpha": 0.002, "beta": 0.15, "could_touch": "region"},
            "0.2 % of unconnected pairs are seen as connected (pairs of the same region)",
        ),
        (
            {"recall": {"region": {"MB": 0.9, "LH": 0.7}}},
            "70 % to 90 % (by region) of true synapses",
        ),
        ({"post_completeness": 0.42}, "42 % of postsynaptic sites are attached"),
        ({"pre_completeness": "share"}, "a share (column share) of presynaptic sites"),
        ({"min_synapses": 5}, "connections of 5 synapses or more"),
        ({"split": Split(probability=0.1, part="axon")}, "10 % of neurons are split: all it sends"),
        (
            {"merge": Merge(probability=0.02, could_touch={"within_um": 5})},
            "2 % of neurons are merged with another (pairs within 5 um)",
        ),
    ],
)
def test_a_model_says_in_words_what_it_is(parts: dict[str, object], words: str) -> None:
    assert words in repr(ErrorModel(**parts))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"recall": 1.1}, "recall must be between 0 and 1, got 1.1"),
        ({"recall": -0.1}, "recall must be between 0 and 1, got -0.1"),
        ({"recall": float("nan")}, "recall must be between 0 and 1, got nan"),
        ({"recall": True}, "recall must be a number"),
        ({"recall": {"a": 0.9}}, "must be {column: {group: rate}}"),
        ({"false_rate": 0.1}, "could_touch must say between which pairs"),
        ({"alpha": 0.1}, "could_touch must say between which pairs"),
        ({"alpha": 0.1, "recall": 0.9, "could_touch": "all"}, "one kind or the other"),
        ({"could_touch": 7}, "could_touch must be"),
        ({"beta": "0.1"}, "got the text '0.1'"),
        ({"min_synapses": 0}, "min_synapses must be a whole number of at least 1, got 0"),
        ({"split": 0.1}, r"split must be errors.Split\(...\), got 0.1"),
        ({"beta": np.zeros((2, 3))}, "beta as a matrix must be square"),
        ({"uncertainty": Uncertainty(("beta",), [[0.1]])}, "uncertainty names 'beta'"),
        (
            {"beta": pd.DataFrame({"pre_id": [1, 1], "post_id": [2, 2], "value": [0.1, 0.2]})},
            "the same pair more than once",
        ),
        ({"beta": pd.Series([0.1], index=[1.5])}, "must be integers"),
    ],
)
def test_a_model_that_cannot_be_is_refused(parts: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ErrorModel(**parts)


def test_parts_of_a_model_are_checked_too() -> None:
    with pytest.raises(ValueError, match=r"split\.part must be one of"):
        Split(probability=0.1, part="dendrites")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"split\.fraction must be between 0 and 1, got 1"):
        Split(probability=0.1, fraction=1)
    with pytest.raises(ValueError, match=r"merge\.could_touch must say which neurons"):
        Merge(probability=0.1)
    with pytest.raises(ValueError, match=r"symmetric and without negative variances"):
        Uncertainty(("a", "b"), [[1, 2], [2, 1]])
    with pytest.raises(ValueError, match="An ErrorModel has no recal; it has"):
        ErrorModel().replace(recal=0.9)


def whole() -> ErrorModel:
    return ErrorModel(
        recall=PerGroup("region", {"MB": 0.9, "LH": 0.7}, default=0.8),
        false_rate=0.01,
        could_touch=pd.DataFrame({"pre_id": [2**60 + 1], "post_id": [3], "area_um2": [0.2]}),
        pre_completeness=pd.Series([0.9], index=[2**60 + 1]),
        post_completeness="share",
        min_synapses=2,
        split=Split(probability={"region": {"MB": 0.1}}, part="near", keep_fragment=True),
        merge=Merge(probability=0.01, could_touch="region"),
        uncertainty=Uncertainty(("recall[MB]", "false_rate"), [[0.1, 0.01], [0.01, 0.2]]),
        name="test",
        source="made up",
    )


def test_a_model_comes_back_from_json_whole(tmp_path: Path) -> None:
    model = whole()
    path = tmp_path / "model.json"
    ca.errors.write_model(model, path)
    again = ca.errors.read_model(path)
    assert again.to_dict() == model.to_dict()
    assert repr(again) == repr(model)
    assert again.could_touch.pre_ids.tolist() == [2**60 + 1]  # ids stay whole
    assert [p.name for p in tmp_path.iterdir()] == ["model.json"]


def test_rates_by_pairs_of_groups_come_back_too() -> None:
    model = ErrorModel(beta={"region": {("a", "b"): 0.2, ("b", "a"): 0.1}})
    again = ErrorModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again.beta.rates == model.beta.rates


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "this is none"),
        ("{}", r'rates alone such as \{"beta": 0.15\}; this is none'),
        ('{"alpha": 0.01}', "could_touch must say between which pairs"),
        ('{"alpha": 0.01, "touch": "all"}', "has no touch"),
        ('{"format": "neuropil-error-model", "version": 2}', "has version 2"),
        ('{"format": "neuropil-error-model", "version": 1, "recal": 1}', "has no recal"),
        (
            '{"format": "neuropil-error-model", "version": 1, "split": {"part": 1}}',
            "split.part must",
        ),
        ('{"format": "neuropil-error-model", "version": 1, "split": {"prt": 1}}', "is damaged"),
        ('{"format": "neuropil-error-model", "version": 1, "recall": {"per": "day"}}', "per 'day'"),
    ],
)
def test_a_file_that_is_no_model_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        ca.errors.read_model(path)
    with pytest.raises(ValueError, match="cannot be read"):
        ca.errors.read_model(tmp_path / "none.json")


@pytest.mark.parametrize("touch", ["all", "region", {"within_um": 20}])
def test_rates_written_by_hand_are_a_model(tmp_path: Path, touch: object) -> None:
    path = tmp_path / "model.json"
    rates = {"alpha": 0.002, "beta": 0.15, "could_touch": touch}
    path.write_text(json.dumps(rates))
    assert ca.errors.read_model(path).to_dict() == ErrorModel(**rates).to_dict()


def test_the_error_model_file_of_the_docs_can_be_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
    (tmp_path / "model.json").write_text(page.split("```json\n")[1].split("```")[0])
    assert ca.errors.read_model(tmp_path / "model.json").beta == 0.15


def test_a_matrix_is_written_bit_by_bit_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).random((5, 5)) / 3
    model = ErrorModel(beta=matrix, alpha=0.01, could_touch="all")
    content = json.loads(json.dumps(model.to_dict()))
    again = ErrorModel.from_dict(content)
    assert np.array_equal(again.beta.matrix, model.beta.matrix)
    ca.errors.write_model(model, tmp_path / "model.json")
    read = ca.errors.read_model(tmp_path / "model.json")
    assert np.array_equal(read.beta.matrix, model.beta.matrix)
    for damage in ({"n_neurons": 4}, {"float64_zlib_base64": "no"}):
        with pytest.raises(ValueError, match="beta of the error model is damaged"):
            ErrorModel.from_dict(content | {"beta": content["beta"] | damage})


def test_drawn_models_scatter_as_the_uncertainty_says() -> None:
    model = ErrorModel(beta=0.2, uncertainty=Uncertainty(("beta",), [[0.04]]))
    rng = np.random.default_rng(0)
    drawn = np.array([model.draw(rng).beta for _ in range(4000)])
    odds = np.log(drawn / (1 - drawn))
    assert odds.mean() == pytest.approx(np.log(0.25), abs=0.02)
    assert odds.std() == pytest.approx(0.2, rel=0.05)
    assert model.draw(3).beta == model.draw(3).beta
    groups = whole()
    assert groups.draw(1).recall.rates["MB"] != 0.9
    assert groups.draw(1).recall.rates["LH"] == 0.7
    assert ErrorModel(beta=0.2).draw(1).beta == 0.2


def test_a_share_of_all_is_not_certain() -> None:
    from connectome_analysis.errors.uncertainty import of_share

    value, variance = of_share(100, 100)
    assert 0.99 < value < 1
    assert variance > 1
