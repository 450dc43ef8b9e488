"""Case and control: exact permutation p-values, effect sizes by hand, false alarms held, words of warning."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import connectome_analysis as ca
from connectome_analysis.compare.case_and_control import of_pairs, of_sets

from .graphs import random_graph, relabelled


def sets(extra: float = 0.0, each: int = 4) -> tuple[list[ca.Graph], list[ca.Graph]]:
    cases = [random_graph(k, n=24, p=0.15 + extra, name=f"case{k}") for k in range(each)]
    return cases, [random_graph(50 + k, n=24, p=0.15, name=f"control{k}") for k in range(each)]


def test_every_way_to_deal_four_and_four_is_taken() -> None:
    cases, controls = sets(0.2)
    table = ca.compare.case_control(cases, controls, {"density": ca.measures.density})
    row = table.loc["density"]
    assert row["superiority"] == 1
    assert row["p_value"] == pytest.approx(2 / 70)
    assert table.attrs["exact"]
    assert table.attrs["n_permutations"] == 70
    assert table.attrs["least_p_value"] == 2 / 70


def test_p_values_agree_with_scipy() -> None:
    values = np.random.default_rng(0).normal(size=(9, 1))
    values[:4] += 1

    def apart(x, y, axis):  # type: ignore[no-untyped-def]
        return np.abs(np.mean(x, axis) - np.mean(y, axis))

    other = stats.permutation_test(
        (values[:4, 0], values[4:, 0]), apart, vectorized=True, alternative="greater"
    )
    found = of_sets(values, 4, 10_000, 0)["columns"]["p_value"]
    assert found[0] == pytest.approx(other.pvalue)
    paired = stats.permutation_test(
        (values[:4, 0], values[4:8, 0]),
        apart,
        vectorized=True,
        alternative="greater",
        permutation_type="samples",
    )
    found = of_pairs(values[:8], 4, 10_000, 0)["columns"]["p_value"]
    assert found[0] == pytest.approx(paired.pvalue)


def test_the_effect_is_hedges_g() -> None:
    values = np.array([[5.0], [7.0], [6.0], [1.0], [3.0], [2.0]])
    # Means 6 and 2, both deviations 1; the correction for 4 degrees of freedom is 0.7979.
    found = of_sets(values, 3, 100, 0)["columns"]
    assert found["difference"][0] == 4
    assert found["effect"][0] == pytest.approx(4 * 0.797885, rel=1e-5)


def test_dealing_at_random_comes_near_all_ways() -> None:
    values = np.random.default_rng(3).normal(size=(12, 2))
    values[:6, 0] += 1
    every = of_sets(values, 6, 1000, 0)
    some = of_sets(values, 6, 900, 0)
    assert every["exact"]
    assert not some["exact"]
    np.testing.assert_allclose(every["columns"]["p_value"], some["columns"]["p_value"], atol=0.05)


def test_p_values_are_uniform_where_there_is_no_difference() -> None:
    rng = np.random.default_rng(5)
    p = [of_sets(rng.normal(size=(10, 1)), 5, 1000, 0)["columns"]["p_value"][0] for _ in range(300)]
    assert stats.kstest(p, "uniform").pvalue > 0.01
    family = [
        of_sets(rng.normal(size=(10, 8)), 5, 1000, 0)["columns"]["p_family"].min()
        for _ in range(200)
    ]
    assert np.mean(np.array(family) <= 0.05) < 0.1


def test_the_order_of_animals_and_of_neurons_does_not_matter() -> None:
    cases, controls = sets(0.05)
    one = ca.compare.case_control(cases, controls)
    two = ca.compare.case_control(
        [relabelled(g, k) for k, g in enumerate(cases[::-1])], controls[::-1]
    )
    for column in ("difference", "effect", "p_value", "p_family"):
        np.testing.assert_allclose(one[column], two[column], atol=1e-9)


def test_what_is_measured_by_default_is_density_motifs_and_hubs() -> None:
    table = ca.compare.case_control(*sets())
    assert {"density", "triad[030T]", "hub_share", "hub_density", "synapses_per_neuron"} <= set(
        table.index
    )
    assert len(table) == len(ca.compare.MEASURES) - 1 + 13


def test_pairs_take_out_what_animals_have_in_common() -> None:
    rng = np.random.default_rng(2)
    base = rng.normal(0, 10, size=(8, 1))
    values = np.concatenate([base + 1 + rng.normal(0, 0.1, (8, 1)), base])
    assert of_sets(values, 8, 20_000, 0)["columns"]["p_value"][0] > 0.5
    assert of_pairs(values, 8, 20_000, 0)["columns"]["p_value"][0] == 2 / 256


def test_three_and_three_are_said_to_be_too_few() -> None:
    with pytest.warns(ca.compare.FewAnimalsWarning, match=r"the least p-value is 0\.1"):
        ca.compare.case_control(*sets(each=3), {"density": ca.measures.density})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ([random_graph(1)], [random_graph(2), random_graph(3)]),
            "cases must be 2 or more",
        ),
        ((*sets(each=2), {}), "measures must be a mapping"),
    ],
)
def test_mistakes_are_told(arguments: tuple, words: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=words):
        ca.compare.case_control(*arguments)


def test_unequal_pairs_are_a_mistake() -> None:
    cases, controls = sets()
    with pytest.raises(ValueError, match="as many cases as controls, got 4 and 3"):
        ca.compare.case_control(cases, controls[:3], paired=True)
