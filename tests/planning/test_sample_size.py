"""Sample size: precision against a sample's size, from single neurons and from whole regions."""

from __future__ import annotations

import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca


def drawn(n: int = 200, p: float = 0.1, seed: int = 0) -> ca.Graph:
    rng = np.random.default_rng(seed)
    joined = rng.random((n, n)) < p
    np.fill_diagonal(joined, val=False)
    return ca.Graph.from_adjacency(joined.astype(int), name="drawn")


def test_the_error_of_a_density_is_that_of_a_binomial() -> None:
    # Of independent connections a sample of n neurons sees n (n - 1), so that the error is
    # 1.96 sqrt(p (1 - p) / n (n - 1)), less what is shared with the whole.
    g = drawn()
    found = ca.planning.sample_size(
        g, ca.measures.density, 0.05, sizes=[20, 40, 60], n_samples=400, rng=1
    )
    p = found.whole
    for size, row in found.table.iterrows():
        pairs = size * (size - 1)
        share = pairs / (200 * 199)
        wanted = 1.96 * np.sqrt(p * (1 - p) * (1 - share) / pairs) / p
        assert row["error"] == pytest.approx(wanted, rel=0.2)
        assert abs(row["bias"]) < 3 * row["sd"] / np.sqrt(400)


def test_the_size_needed_lies_where_the_error_is_the_precision() -> None:
    g = drawn()
    found = ca.planning.sample_size(g, ca.measures.density, 0.1, n_samples=200)
    again = ca.planning.sample_size(
        g, ca.measures.density, 0.1, sizes=[round(found.needed)], n_samples=300, rng=5
    )
    assert again.table["error"].iloc[0] == pytest.approx(0.1, rel=0.25)
    finer = ca.planning.sample_size(g, ca.measures.density, 0.05, n_samples=100)
    assert finer.needed > found.needed


def test_a_precision_out_of_reach_has_no_size() -> None:
    found = ca.planning.sample_size(drawn(60), ca.measures.density, 1e-9, n_samples=20)
    assert np.isnan(found.needed)


def test_a_larger_brain_needs_larger_samples() -> None:
    g = drawn(100)
    here = ca.planning.sample_size(g, ca.measures.density, 0.05, n_samples=60)
    beyond = ca.planning.sample_size(g, ca.measures.density, 0.05, n_samples=60, larger_brain=True)
    assert (beyond.table["error"] > here.table["error"]).all()


def test_the_same_seed_gives_the_same_table_on_any_number_of_threads() -> None:
    g = drawn(80)
    one = ca.planning.sample_size(g, ca.measures.reciprocity, 0.5, n_samples=20, rng=3, n_jobs=1)
    two = ca.planning.sample_size(g, ca.measures.reciprocity, 0.5, n_samples=20, rng=3, n_jobs=2)
    pd.testing.assert_frame_equal(one.table, two.table)


def test_regions_are_taken_whole_and_every_choice_of_few() -> None:
    g = drawn(60)
    labels = np.repeat(["x", "y", "z"], [10, 20, 30])
    found = ca.planning.sample_size(g, ca.measures.density, 0.5, regions=labels)
    assert found.table.index.tolist() == [1, 2]
    assert found.table["n_samples"].tolist() == [3, 3]
    assert found.table["neurons"].tolist() == [20, 40]


def test_the_best_regions_come_first() -> None:
    g = drawn(60)
    labels = np.repeat(["x", "y", "z"], [10, 20, 30])
    table = ca.planning.best_regions(g, ca.measures.density, labels, n_regions=2)
    assert set(table["regions"]) == {"x + y", "x + z", "y + z"}
    assert table["difference"].abs().is_monotonic_increasing
    row = table.set_index("regions").loc["x + z"]
    part = g.subgraph(g.node_ids[np.isin(labels, ["x", "z"])])
    assert row["value"] == ca.measures.density(part)
    with pytest.raises(ValueError, match="3 ways to take 2 of 3"):
        ca.planning.best_regions(g, ca.measures.density, labels, n_regions=2, most=2)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"precision": 0}, "precision must be above 0"),
        ({"precision": 0.1, "n_samples": 5}, "n_samples must be"),
        ({"precision": 0.1, "sizes": [99]}, "sizes must be at most 30"),
        ({"precision": 0.1, "regions": ["x"] * 30}, "two regions or more, got 1"),
    ],
)
def test_mistakes_are_told(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ca.planning.sample_size(drawn(30), ca.measures.density, **options)  # type: ignore[arg-type]


def test_a_share_of_nothing_is_told() -> None:
    empty = ca.Graph.from_edges([], [], node_ids=range(20))
    with pytest.raises(ValueError, match="give relative=False"):
        ca.planning.sample_size(empty, ca.measures.density, 0.1)


def test_the_picture_marks_the_size_needed() -> None:
    found = ca.planning.sample_size(drawn(80), ca.measures.density, 0.2, n_samples=20)
    ax = ca.plot.sample_precision(found)
    assert f"{np.ceil(found.needed):,.0f}" in [text.get_text() for text in ax.texts]
    plt.close(ax.figure)


def test_the_command_says_how_many_neurons(neuropil) -> None:  # type: ignore[no-untyped-def]
    arguments = ("plan", "sample", "celegans-varshney2011", "--draws", 20, "--precision", 0.2)
    code, text, _ = neuropil(*arguments)
    assert code == 0
    assert "neurons give it within 20 % in 95% of samples" in text
    code, text, _ = neuropil(*arguments, "--statistic", "triad:030T", "--json")
    assert json.loads(text)["unit"] == "neurons"
    code, _, error = neuropil("plan", "sample", "celegans-varshney2011", "--statistic", "mood")
    assert code == 1
    assert "--statistic must be one of" in error


def test_the_number_needed_has_an_interval_that_other_seeds_fall_into() -> None:
    g = drawn(80)
    found = ca.planning.sample_size(g, ca.measures.density, 0.15, n_samples=60)
    assert found.needed_low <= found.needed <= found.needed_high
    others = [
        ca.planning.sample_size(g, ca.measures.density, 0.15, n_samples=60, rng=seed).needed
        for seed in range(1, 11)
    ]
    assert sum(found.needed_low * 0.9 <= other <= found.needed_high * 1.1 for other in others) >= 8
    more = ca.planning.sample_size(g, ca.measures.density, 0.15, n_samples=600)
    assert more.needed_high - more.needed_low < found.needed_high - found.needed_low


def test_where_every_choice_was_tried_nothing_is_open() -> None:
    labels = [k % 4 for k in range(40)]
    found = ca.planning.sample_size(drawn(40), ca.measures.density, 0.5, regions=labels)
    assert found.needed_low == found.needed == found.needed_high
