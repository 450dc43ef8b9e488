"""Presets: published rates as models, each with its citation, none claiming what was not measured."""

from __future__ import annotations

import re

import pytest

import connectome_analysis as ca
from connectome_analysis.errors import preset, presets
from connectome_analysis.errors.model_json import from_dict, to_dict


def test_every_preset_cites_its_source_and_makes_a_model() -> None:
    table = presets()
    assert table.index.is_unique
    for name, row in table.iterrows():
        assert re.search(r"doi:10\.\d{4,}/\S+", row["source"]), name
        options = {} if row.isna()["alpha"] else {"could_touch": "all"}
        model = preset(str(name), **options)  # type: ignore[arg-type]
        assert model.name == name
        assert "doi:" in model.source
        assert repr(from_dict(to_dict(model))) == repr(model)


@pytest.mark.parametrize(
    ("threshold", "alpha", "beta"),
    [(1, "4.24e-03", "2.1e-02"), (3, "6.12e-04", "1.6e-02"), (5, "4.41e-04", "3.9e-02"),
     (10, "1.30e-03", "1.2e-01")],
)  # fmt: skip
def test_the_calyx_has_its_rates_and_how_well_they_are_known(
    threshold: int, alpha: str, beta: str
) -> None:
    # Buhmann et al. 2021, doi:10.1038/s41592-021-01183-7
    model = preset(f"fly-calyx-{threshold}", could_touch={"within_um": 20})
    assert (f"{model.alpha:.2e}", f"{model.beta:.1e}") == (alpha, beta)
    assert model.min_synapses == model.connection_from == threshold
    assert model.uncertainty is not None
    draws = [model.draw(seed).beta for seed in range(20)]
    assert min(draws) < model.beta < max(draws)


def test_rates_measured_among_neighbours_are_not_given_to_all_pairs_unasked() -> None:
    with pytest.raises(ValueError, match="could_touch must say which do"):
        preset("fly-calyx-1")


def test_precision_becomes_a_false_rate_only_with_a_density() -> None:
    model = preset("fly-lateral-horn-5")
    assert model.alpha is None
    assert model.beta == pytest.approx(0.234)
    assert "False connections are left out" in model.source
    dense = preset("fly-lateral-horn-5", density=0.05, could_touch="region")
    assert dense.alpha == pytest.approx(0.766 * 0.05 * 0.092 / 0.908 / 0.95)
    with pytest.raises(
        ValueError, match="density and could_touch together, could_touch is missing"
    ):
        preset("fly-lateral-horn-5", density=0.05)


def test_the_male_cns_and_the_adult_fly_have_their_completeness() -> None:
    male = preset("male-cns-synapses")
    assert (male.recall, male.pre_completeness, male.post_completeness) == (0.831, 0.94, 0.42)
    fly = preset("adult-fly-completeness")
    assert (fly.pre_completeness, fly.post_completeness) == (0.937, 0.447)


def test_an_unknown_name_is_answered_with_a_close_one() -> None:
    with pytest.raises(ValueError, match=r"no preset 'fly-calix-5'\. Did you mean fly-calyx-5\?"):
        preset("fly-calix-5")
    with pytest.raises(ValueError, match="density is for presets of precision and recall"):
        preset("fly-calyx-1", density=0.1, could_touch="all")


def test_the_table_says_what_is_not_known() -> None:
    table = presets()
    assert table.loc["h01-axons", "precision"] == 0.985
    assert table.loc["h01-axons"].isna()["alpha"]
    assert table["uncertainty"].sum() == 4
    assert "preset" in dir(ca.errors)
